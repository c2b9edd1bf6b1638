import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComparisonPage } from '../../wire.js';
import { get } from '../data/api.js';
import { keyOf, type Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';

/** Which segments can be told apart at the newest observation; asked of the server only while it is open. */
export function Comparison({ snapshot }: { snapshot: Snapshot }) {
  const { run } = snapshot.detail;
  const { className } = snapshot.view;
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState<ComparisonPage>();
  const [error, setError] = useState<string>();
  const newest = snapshot.observations.at(-1);
  const key = newest && keyOf(newest);

  useEffect(() => {
    if (!open) return;
    let stale = false;
    get<ComparisonPage>(`runs/${run.id}/critical-difference`, { class: className }).then(
      (next) => {
        if (stale) return;
        setPage(next);
        setError(undefined);
      },
      (failure: Error) => !stale && setError(failure.message),
    );
    return () => {
      stale = true;
    };
  }, [open, run.id, className, key]);

  if (!newest) return null;
  return (
    <details class="comparison" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        Which segments can be told apart{' '}
        <span class="count">
          epoch {format.epoch(page?.epoch ?? newest.epoch)}, {className ?? 'all classes'}
        </span>
      </summary>
      {error && (
        <p class="notice" role="alert">
          {error}
        </p>
      )}
      {page?.svg && <Diagram svg={page.svg} />}
      {page?.notes.map((note) => (
        <p key={note} class="sub">
          {note}
        </p>
      ))}
    </details>
  );
}

/** The server's own picture, put in as a tree of SVG: its text takes the page's colours, and nothing is read as HTML. */
function Diagram({ svg }: { svg: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
    place.current!.replaceChildren(document.importNode(documentElement, true));
  }, [svg]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow page, by keys too
    <section ref={place} class="diagram" tabIndex={0} aria-label="Critical difference diagram" />
  );
}
