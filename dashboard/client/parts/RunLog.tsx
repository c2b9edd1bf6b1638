import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { methodOf } from '../method.js';

/** What the run is made of, and what happened to it beside its epochs. */
export function RunLog({ snapshot }: { snapshot: Snapshot }) {
  const { run, probe, events } = snapshot.detail;
  const { target, score } = run.config;
  const method = methodOf(run);
  const facts: [string, string][] = [
    ['started', new Date(run.startedAt).toISOString().replace('T', ' ').slice(0, 16)],
    ['backend', run.backend],
    ...(method ? [['method', method.name] as [string, string], ...method.options] : []),
    ...Object.entries({ score, target }).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
    ['probe set', `${probe.id.slice(0, 12)}, ${probe.width} × ${probe.height}`],
    ...Object.entries(run.versions),
  ];
  return (
    <details class="log">
      <summary>
        About this run{' '}
        <span class="count">
          {events.length} {events.length === 1 ? 'event' : 'events'}
        </span>
      </summary>
      <dl class="evidence">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ol>
        {events.map((event, i) => (
          <li key={`${event.time} ${i}`}>
            <span class="log-kind">{event.kind}</span>
            {event.epoch !== null && <span> epoch {format.epoch(event.epoch)}:</span>} {event.message}
          </li>
        ))}
      </ol>
    </details>
  );
}
