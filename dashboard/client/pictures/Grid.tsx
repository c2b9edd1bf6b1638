import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

interface Props {
  scroller: RefObject<HTMLElement | null>;
  total: number;
  /** Smallest width of a tile, and its height, px. */
  tile: { width: number; height: number };
  gap: number;
  label: string;
  /** This tile is kept in view. */
  current: number | null;
  /** The places on screen, the last included, whenever they change. */
  need(first: number, last: number): void;
  children(place: number): ComponentChildren;
}

/** Rows that are kept ready above and below what is seen. */
const spare = 1;

/** Changes with the rows on screen, not with every pixel scrolled. */
interface View {
  width: number;
  firstRow: number;
  lastRow: number;
}

/** A grid of any number of tiles of one size, of which only those on screen exist. */
export function Grid({ scroller, total, tile, gap, label, current, need, children }: Props) {
  const [view, setView] = useState<View>({ width: 0, firstRow: 0, lastRow: 0 });
  const pitch = tile.height + gap;

  useLayoutEffect(() => {
    const box = scroller.current!;
    let frame = 0;
    const look = () => {
      frame = 0;
      const style = getComputedStyle(box);
      const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
      const next = {
        width: box.clientWidth - padding,
        firstRow: Math.max(0, Math.floor(box.scrollTop / pitch) - spare),
        lastRow: Math.floor((box.scrollTop + box.clientHeight) / pitch) + spare,
      };
      setView((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    // Several events a frame would be several renderings of it.
    const later = () => {
      frame ||= requestAnimationFrame(look);
    };
    const observer = new ResizeObserver(later);
    observer.observe(box);
    box.addEventListener('scroll', later, { passive: true });
    look();
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      box.removeEventListener('scroll', later);
    };
  }, [scroller, pitch]);

  const columns = Math.max(1, Math.floor((view.width + gap) / (tile.width + gap)));
  const width = (view.width - gap * (columns - 1)) / columns;
  const rows = Math.ceil(total / columns);
  const [first, last] = [view.firstRow * columns, Math.min(total, (view.lastRow + 1) * columns) - 1];

  useEffect(() => {
    const box = scroller.current!;
    if (current === null || view.width === 0) return;
    const top = Math.floor(current / columns) * pitch;
    if (top < box.scrollTop || top + pitch > box.scrollTop + box.clientHeight) box.scrollTop = top;
  }, [current, columns, view.width]);

  useEffect(() => {
    if (last >= first) need(first, last);
  }, [first, last, need]);

  const places =
    view.width > 0 ? Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i) : [];
  return (
    <ul class="grid" aria-label={label} style={{ height: `${Math.max(0, rows * pitch - gap)}px` }}>
      {places.map((place) => (
        <li
          key={place}
          class="tile"
          aria-setsize={total}
          aria-posinset={place + 1}
          data-place={place}
          style={{
            width: `${width}px`,
            height: `${tile.height}px`,
            '--box': `${tile.height}px`,
            transform: `translate(${(place % columns) * (width + gap)}px, ${Math.floor(place / columns) * pitch}px)`,
          }}
        >
          {children(place)}
        </li>
      ))}
    </ul>
  );
}
