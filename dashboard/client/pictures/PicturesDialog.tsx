import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ProbeSummary } from '../../wire.js';
import { useMedia } from '../parts/hooks.js';
import { Grid } from './Grid.js';
import { Large } from './Large.js';
import type { Heat } from './Picture.js';
import { type Shown, Tile } from './Tile.js';

interface Props {
  title: ComponentChildren;
  /** Beside the title. */
  aside?: ComponentChildren;
  controls: ComponentChildren;
  /** What has to be known of the pictures, a line each. */
  notes: ComponentChildren;
  probe: ProbeSummary;
  segment: string | null;
  firstEpoch: number | undefined;
  /** Whether there are pictures at all, beside what was measured on them. */
  stored: boolean;
  heat: Heat;
  peak: number | null;
  /** Undefined while it is not known. */
  total: number | undefined;
  shown(place: number): Shown | undefined;
  need(first: number, last: number): void;
  /** Smallest width and the height of a tile, px; its picture is as high. */
  tile: { width: number; height: number };
  /** The picture that is large. */
  place: number | null;
  onEnlarge(place: number): void;
  onPlace(place: number): void;
  onShrink(): void;
  onClose(): void;
  /** To the observation before (−1) or after (1). */
  onStep?(by: number): void;
}

/** Pictures over the whole page: a grid, and one of them large. Esc goes back, the left and right arrows step in time. */
export function PicturesDialog(props: Props) {
  const { title, aside, controls, notes, probe, segment, heat, peak, total, tile, place } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const narrow = useMedia('(max-width: 640px)');

  const back = () => (place === null ? props.onClose() : props.onShrink());
  const onKeyDown = useRef<(event: KeyboardEvent) => void>(() => {});
  onKeyDown.current = (event) => {
    const { key, target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (key === 'Escape') back();
    else if (typing || event.altKey || event.ctrlKey || event.metaKey) return;
    else if (key === 'ArrowLeft' && props.onStep) props.onStep(-1);
    else if (key === 'ArrowRight' && props.onStep) props.onStep(1);
    else if (key === 'ArrowUp' && place !== null) {
      if (place > 0) props.onPlace(place - 1);
    } else if (key === 'ArrowDown' && place !== null) {
      if (place < (total ?? 0) - 1) props.onPlace(place + 1);
    } else return;
    event.preventDefault();
  };

  useEffect(() => {
    const before = document.activeElement;
    const listener = (event: KeyboardEvent) => onKeyDown.current(event);
    // On the document: where the focused picture is gone, keys belong to nobody else.
    document.addEventListener('keydown', listener);
    dialog.current!.showModal();
    scroller.current!.focus();
    return () => {
      document.removeEventListener('keydown', listener);
      (before as HTMLElement | null)?.focus?.();
    };
  }, []);

  const shownLast = useRef(place);
  useEffect(() => {
    if (place !== null) props.need(Math.max(0, place - 1), place + 1);
    else if (shownLast.current !== null)
      (
        scroller.current!.querySelector<HTMLElement>(`[data-place="${shownLast.current}"] button`) ??
        scroller.current!
      ).focus();
    shownLast.current = place;
  }, [place, props.need]);

  return (
    <dialog
      ref={dialog}
      class="pictures"
      aria-labelledby="pictures-title"
      onCancel={(event) => {
        // The back gesture of a phone.
        event.preventDefault();
        back();
      }}
    >
      <header class="pictures-head">
        <div class="pictures-title">{title}</div>
        {aside}
        <button type="button" class="close" aria-label="Close the pictures" onClick={props.onClose}>
          ✕
        </button>
      </header>
      <div class="controls pictures-controls">{controls}</div>
      {notes}
      <div class="stage">
        <section
          class="scroller"
          ref={scroller}
          aria-label="Pictures"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
          tabIndex={0}
          inert={place !== null}
        >
          {total !== undefined && (
            <Grid
              scroller={scroller}
              total={total}
              tile={tile}
              gap={narrow ? 12 : 20}
              label={`${total} pictures`}
              current={place}
              need={props.need}
            >
              {(at) => {
                const shown = props.shown(at);
                return (
                  shown && (
                    <Tile
                      shown={shown}
                      probe={probe}
                      segment={segment}
                      firstEpoch={props.firstEpoch}
                      stored={props.stored}
                      heat={heat}
                      peak={peak}
                      onEnlarge={() => props.onEnlarge(at)}
                    />
                  )
                );
              }}
            </Grid>
          )}
        </section>
        {place !== null && total !== undefined && (
          <Large
            key={segment}
            shown={props.shown(place)}
            firstEpoch={props.firstEpoch}
            stored={props.stored}
            place={place}
            total={total}
            probe={probe}
            segment={segment}
            heat={heat}
            peak={peak}
            onPlace={props.onPlace}
            onShrink={props.onShrink}
          />
        )}
      </div>
    </dialog>
  );
}
