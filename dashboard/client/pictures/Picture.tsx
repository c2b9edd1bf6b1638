import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MasksPage } from '../../wire.js';
import { type HeatMap, heatMapAt, masksOf, pictureUrl } from '../data/images.js';
import { type HeatScale, paintHeat } from './heat.js';
import { outline, strokeOutline } from './outline.js';

/** How heat maps are laid over pictures. */
export interface Heat {
  scale: HeatScale;
  /** 0..1 */
  opacity: number;
}

interface Props {
  probe: { id: string; width: number; height: number };
  index: number;
  /** What is said of it where it is not seen. */
  alt: string;
  /** The segment whose border is drawn. */
  segment: string | null;
  heat?: Heat;
  /** Where its map is kept, null where it is not. */
  map?: string | null;
  /** The largest value of all pictures' maps. */
  peak?: number | null;
}

/** A map that has arrived, with where it came from. */
interface Arrived {
  path: string;
  map: HeatMap;
}

/** A probe picture with the border of a segment and its heat map, as large as `--box` (a height) and its place allow. */
export function Picture({ probe, index, alt, segment, heat, map = null, peak = null }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, height] = useSize(canvas);
  const masks = useMasks(probe.id, index, segment !== null);
  const isHot = heat !== undefined && heat.scale !== 'off' && map !== null;
  const arrived = useMap(`${probe.id} ${index}`, isHot ? map : null);
  const top = heat?.scale === 'common' && peak !== null ? peak : (arrived?.map.peak ?? 0);

  const border = useMemo(() => {
    const mask = masks?.masks.find((candidate) => candidate.segment === segment);
    return mask && outline(mask.runs, probe.width, probe.height);
  }, [masks, segment, probe.width, probe.height]);
  const painted = useMemo(
    () => arrived && paintHeat(arrived.map, probe.width, probe.height, top),
    [arrived, top, probe.width, probe.height],
  );

  useLayoutEffect(() => {
    const target = canvas.current!;
    const ratio = Math.max(1, devicePixelRatio);
    target.width = Math.round(width * ratio);
    target.height = Math.round(height * ratio);
    const ctx = target.getContext('2d')!;
    if (border) {
      const scale = target.width / probe.width;
      ctx.setTransform(scale, 0, 0, target.height / probe.height, 0, 0);
      strokeOutline(ctx, border, scale, ratio);
      ctx.resetTransform();
    }
    if (painted) {
      ctx.globalCompositeOperation = 'destination-over';
      ctx.globalAlpha = heat?.opacity ?? 1;
      ctx.imageSmoothingEnabled = false;
      ctx.drawImage(painted, 0, 0, target.width, target.height);
    }
    // For tests and for whoever inspects the page: what the canvas shows.
    target.dataset.outline = border ? segment! : '';
    target.dataset.heat = arrived?.path ?? '';
  }, [border, painted, heat?.opacity, width, height, probe.width, probe.height]);

  return (
    <span
      class={`picture${probe.width <= 96 ? ' coarse' : ''}`}
      style={{ '--ratio': probe.width / probe.height, aspectRatio: `${probe.width} / ${probe.height}` }}
    >
      <img
        src={pictureUrl(probe.id, index)}
        alt={alt}
        decoding="async"
        draggable={false}
        style={{ filter: isHot ? `grayscale(${Math.min(1, heat.opacity * 1.5)})` : 'none' }}
      />
      <canvas ref={canvas} />
    </span>
  );
}

function useMasks(probeSet: string, index: number, wanted: boolean): MasksPage | undefined {
  const [held, setHeld] = useState<{ key: string; masks: MasksPage }>();
  const key = `${probeSet} ${index}`;
  useEffect(() => {
    let gone = !wanted;
    if (!gone)
      masksOf(probeSet, index).then(
        (masks) => gone || setHeld({ key, masks }),
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [key, wanted]);
  return wanted && held?.key === key ? held.masks : undefined;
}

/** The map at a path; until it has come, the picture's map before it, so that nothing flickers from epoch to epoch. */
function useMap(picture: string, path: string | null): Arrived | undefined {
  const [held, setHeld] = useState<{ picture: string } & Arrived>();
  useEffect(() => {
    let gone = path === null;
    if (path !== null)
      heatMapAt(path).then(
        (map) => gone || setHeld({ picture, path, map }),
        () => gone || setHeld(undefined),
      );
    return () => {
      gone = true;
    };
  }, [picture, path]);
  return path !== null && held?.picture === picture ? held : undefined;
}

function useSize(element: RefObject<HTMLElement | null>): [width: number, height: number] {
  const [size, setSize] = useState<[number, number]>([0, 0]);
  useLayoutEffect(() => {
    const watched = element.current!;
    const look = () =>
      setSize((old) =>
        old[0] === watched.clientWidth && old[1] === watched.clientHeight
          ? old
          : [watched.clientWidth, watched.clientHeight],
      );
    const observer = new ResizeObserver(look);
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
