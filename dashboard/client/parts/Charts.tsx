import { useContext, useMemo } from 'preact/hooks';
import type { Alert } from '../../wire.js';
import { CursorContext } from '../charts/context.js';
import { EpochChart } from '../charts/EpochChart.js';
import { accuracyLines, lossLines } from '../charts/metricLines.js';
import type { Mark } from '../charts/model.js';
import { extent, padded } from '../charts/range.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { CostMeasure, Route } from '../route.js';
import { CostChart } from './CostChart.js';
import { EffectChart } from './EffectChart.js';
import { useCursor, useMedia, useWindowHeight } from './hooks.js';
import { RankChart } from './RankChart.js';
import { useBands } from './useBands.js';

/** What stands above and below the rank chart on a wide page, px: the rest of the window is for the ranks. */
const besideRanks = 630;

interface Props {
  snapshot: Snapshot;
  shown: SegmentSeries[];
  total: number;
  route: Route;
  highlight: string | null;
  onHover(key: string | null): void;
  onPin(key: string): void;
  onPictures(segment: string, index: number): void;
  onAlert(alert: Alert): void;
  onCost(cost: CostMeasure): void;
}

/** All charts of a run, one above the other on one axis of epochs. */
export function Charts({ snapshot, shown, total, route, highlight, onHover, onPin, ...on }: Props) {
  const group = useContext(CursorContext);
  const narrow = useMedia('(max-width: 640px)');
  const rankHeight = Math.min(520, Math.max(250, useWindowHeight() - besideRanks));
  const { epochs, observations } = snapshot;
  const { bands, worst } = useBands(snapshot, highlight);
  const marks = useMemo(() => marksOf(snapshot), [snapshot]);
  const domain = useMemo(() => domainOf(snapshot), [snapshot]);
  const accuracy = useMemo(() => accuracyLines(observations), [observations]);
  const losses = useMemo(() => lossLines(observations), [observations]);
  const shared = { epochs, domain, marks, highlight: null, limits: [] };
  const accuracies = extent(accuracy.map(({ values }) => values));
  const lossRange = extent(losses.map(({ values }) => values));

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined && epochs.length) {
      const from = group.index ?? (step < 0 ? epochs.length : -1);
      group.show(Math.min(epochs.length - 1, Math.max(0, from + step)));
    } else if (event.key === 'Home' && epochs.length) group.show(0);
    else if (event.key === 'End' && epochs.length) group.show(epochs.length - 1);
    else if (event.key === 'Escape') group.show(null);
    else if (
      event.key === 'Enter' &&
      event.target === event.currentTarget &&
      highlight &&
      group.index !== null
    )
      on.onPictures(highlight, group.index);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups inputs, these are charts
    <div
      class="charts"
      role="group"
      aria-label="Charts over epochs; the left and right arrow keys move the cursor, Enter opens the pictures there"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor is moved by keys here
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <EpochChart
        name="accuracy"
        flag={(epoch) => {
          const gravest = [...severity]
            .reverse()
            .map((level) => snapshot.alerts.find((alert) => alert.epoch === epoch && alert.level === level))
            .find((alert) => alert !== undefined);
          if (gravest) on.onAlert(gravest);
        }}
        title="Accuracy"
        summary={`Accuracy over ${epochs.length} observations.`}
        empty={accuracies ? undefined : 'Logged from the first completed epoch on.'}
        model={{
          ...shared,
          height: narrow ? 104 : 110,
          lines: accuracy,
          range: accuracies ? [Math.max(0, Math.floor(accuracies[0] * 10 - 0.2) / 10), 1.02] : [0, 1.02],
          flags: true,
          format: format.accuracy,
          tick: (value) => `${Number(value.toPrecision(3))}`,
        }}
      />
      <EpochChart
        name="loss"
        title="Loss"
        summary={`Loss over ${epochs.length} observations.`}
        empty={lossRange ? undefined : 'Logged from the first completed epoch on.'}
        model={{
          ...shared,
          height: 84,
          lines: losses,
          range: lossRange ? padded([Math.min(0, lossRange[0]), lossRange[1]], 0.01, 0.03) : [0, 1],
          format: format.loss,
          tick: (value) => `${Number(value.toPrecision(3))}`,
        }}
      />
      <RankChart
        shared={shared}
        shown={shown}
        total={total}
        snapshot={snapshot}
        measure={route.measure}
        className={snapshot.view.className}
        highlight={highlight}
        height={narrow ? 300 : rankHeight}
        bands={bands}
        worst={worst}
        onHover={onHover}
        onPin={onPin}
        onPictures={on.onPictures}
      />
      <EffectChart
        shared={shared}
        snapshot={snapshot}
        segment={highlight}
        className={route.className}
        height={150}
        bands={bands?.effects}
      />
      {snapshot.costs.size > 0 && (
        <CostChart
          shared={shared}
          snapshot={snapshot}
          segment={highlight}
          className={route.className}
          measure={route.cost}
          height={150}
          onMeasure={on.onCost}
        />
      )}
      <Readout snapshot={snapshot} route={route} highlight={highlight} />
    </div>
  );
}

/** Where the cursor stands, in words: for screen readers, who do not see the labels change. */
function Readout({ snapshot, route, highlight }: Pick<Props, 'snapshot' | 'route' | 'highlight'>) {
  const index = useCursor();
  const segment = snapshot.segments.find(({ name }) => name === highlight);
  const at = index ?? -1;
  const text =
    segment && at in snapshot.epochs
      ? `Epoch ${format.epoch(snapshot.epochs[at])}: ${segment.name}, ` +
        (route.measure === 'rank'
          ? `rank ${format.rank(segment.rank[at])}, by chance ${format.rank(segment.chance[at])}`
          : `attribution ${format.attribution(0)(segment.attribution[at])}`)
      : '';
  return (
    <output class="hidden" aria-live="polite" data-readout>
      {text}
    </output>
  );
}

const severity = ['warning', 'alarm', 'severe'] as const;

/** One mark an epoch, as grave as the gravest alert that began there. */
export function marksOf({ alerts }: Snapshot): Mark[] {
  const byEpoch = new Map<number, typeof alerts>();
  for (const alert of alerts) byEpoch.set(alert.epoch, [...(byEpoch.get(alert.epoch) ?? []), alert]);
  return [...byEpoch].map(([epoch, group]) => ({
    epoch,
    level: severity[Math.max(...group.map(({ level }) => severity.indexOf(level)))],
    title: group.map(({ rule, segment }) => (segment === null ? rule : `${rule}: ${segment}`)).join('\n'),
    resolved: group.every(({ resolvedEpoch }) => resolvedEpoch !== null),
  }));
}

/** From the first epoch to the planned last one, so that the curves grow and the axis stays. */
export function domainOf({ epochs, detail }: Snapshot): [number, number] {
  const first = Math.min(0, epochs[0] ?? 0);
  const planned = detail.run.endedAt === null ? Number(detail.run.config.epochs) || 0 : 0;
  return [first, Math.max(first + 4, epochs.at(-1) ?? 0, planned)];
}
