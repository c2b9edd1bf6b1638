import { useMemo } from 'preact/hooks';
import { relianceLevels } from '../../../src/relianceLevels.js';
import { EpochChart } from '../charts/EpochChart.js';
import type { Line, PlotModel, Values } from '../charts/model.js';
import { extent } from '../charts/range.js';
import { last } from '../charts/values.js';
import type { Bands } from '../data/references.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';

/** From these effects on the reliance rule warns and alarms; the other conditions stand in the alert's evidence. */
const { warning, alarm } = relianceLevels;
const whole = (share: number) => Math.round(100 * share);

/** More lines than this say nothing. */
const mostClasses = 5;

interface Props {
  shared: Pick<PlotModel, 'epochs' | 'domain' | 'marks'>;
  snapshot: Snapshot;
  segment: string | null;
  className: string | null;
  height: number;
  /** Of the segment in the reference runs. */
  bands: Bands['effects'] | undefined;
}

/** What the reliance test measured of the highlighted segment: how far it moves predictions towards each class. */
export function EffectChart({ shared, snapshot, segment, className, height, bands }: Props) {
  const { effects } = snapshot;
  const series = useMemo(() => seriesOf(effects, segment), [effects, segment]);
  const chosen = series.find(({ name }) => name === className) ?? series[0];
  const drawn = series.filter((s, i) => i < mostClasses || s === chosen);
  const role = snapshot.segments.find(({ name }) => name === segment)?.role ?? 'none';
  const lines: Line[] = drawn.map((s) => ({
    key: `effect ${s.name}`,
    label: `→ ${s.name}`,
    tone: s === chosen ? role : 'none',
    values: s.effect,
  }));
  if (chosen && last(chosen.fill) !== null)
    lines.push({
      key: 'fill',
      label: 'if filled',
      tone: role,
      dash: [2, 3],
      steady: true,
      values: chosen.fill,
    });
  if (chosen && tellsMore(chosen))
    lines.push({
      key: 'top',
      label: 'from the top givers',
      tone: role,
      dash: [6, 4],
      steady: true,
      values: chosen.top,
    });
  const band = chosen && bands?.get(chosen.name);
  const drawnValues = [...lines.map(({ values }) => values), ...(band ? [band.low, band.high] : [])];
  const [low, high] = extent(drawnValues) ?? [0, 0];
  const tested = lastTested(chosen?.effect, shared.epochs);
  return (
    <EpochChart
      name="effect"
      title={
        <>
          {segment === null ? 'Effect' : `Effect of ${segment}`}
          <span class="sub">
            points that predictions move towards a class when it is present
            {tested !== null && `; last tested at epoch ${format.epoch(tested)}`}
          </span>
          {band && (
            <span class="key">
              <span class={`swatch tone-${role}`} aria-hidden="true" />
              {band.runs === 1 ? 'the reference run' : `${band.runs} reference runs`}
            </span>
          )}
        </>
      }
      summary={
        chosen
          ? `The effect of ${segment} is strongest towards ${chosen.name}: ${format.points(last(chosen.effect))} points.`
          : 'No effect has been tested.'
      }
      empty={chosen ? undefined : whyEmpty(segment, role, snapshot.epochs.length)}
      model={{
        ...shared,
        height,
        range: [Math.min(-0.015, low - 0.005), Math.max(0.08, high + 0.02)],
        highlight: chosen ? `effect ${chosen.name}` : null,
        lines,
        band: band && { ...band, tone: role },
        limits: chosen
          ? [
              { value: alarm.effect, label: `alarm ${whole(alarm.effect)}`, tone: 'ink' },
              { value: warning.effect, label: `warning ${whole(warning.effect)}`, tone: 'none' },
            ]
          : [],
        axis: true,
        format: format.points,
        tick: (value) => `${Math.round(value * 1000) / 10}`,
      }}
    />
  );
}

/** The segment's effects, the strongest class first. */
export function seriesOf(effects: Snapshot['effects'], segment: string | null) {
  const classes = segment === null ? undefined : effects.get(segment);
  const strength = ({ effect }: { effect: Values }) => Math.max(...effect.map((e) => Math.abs(e ?? 0)));
  return [...(classes ?? [])]
    .map(([name, list]) => ({
      ...{ name, effect: pick(list, 'effect') },
      ...{ top: pick(list, 'top'), fill: pick(list, 'fill') },
    }))
    .sort((a, b) => strength(b) - strength(a));
}

/** Whether a few givers reach a level at an epoch where all together do not: then an alert rests on them. */
const tellsMore = ({ effect, top }: { effect: Values; top: Values }) =>
  top.some((value, i) => (value ?? 0) >= warning.top && (effect[i] ?? 0) < alarm.effect);

type Drawn = 'effect' | 'top' | 'fill';

function pick(effects: (Record<Drawn, number | null> | null)[], key: Drawn): Values {
  return effects.map((effect) => effect?.[key] ?? null);
}

function lastTested(effect: Values | undefined, epochs: number[]): number | null {
  const at = effect?.findLastIndex((value) => value !== null) ?? -1;
  return at < 0 ? null : epochs[at];
}

/** Why a segment has nothing to show. */
export function whyEmpty(segment: string | null, role: string, observations: number): string {
  if (observations === 0 || segment === null) return 'Measured together with the ranks.';
  if (role === 'core') return 'Core segments should decide, so their effect is not tested.';
  if (role === 'none') return 'Segments without a role are not tested: call it a suspect or context.';
  return 'Not tested yet; its turn comes within the budget of the reliance rule.';
}
