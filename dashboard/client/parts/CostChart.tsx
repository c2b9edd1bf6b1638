import { useMemo } from 'preact/hooks';
import type { Cost } from '../../wire.js';
import { EpochChart } from '../charts/EpochChart.js';
import type { Line, PlotModel, Values } from '../charts/model.js';
import { extent, padded } from '../charts/range.js';
import { last } from '../charts/values.js';
import { costKey, type Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { CostMeasure } from '../route.js';
import type { Tone } from '../theme.js';
import { Choice } from './Choice.js';
import { seriesOf, whyEmpty } from './EffectChart.js';

interface Props {
  shared: Pick<PlotModel, 'epochs' | 'domain' | 'marks'>;
  snapshot: Snapshot;
  segment: string | null;
  className: string | null;
  measure: CostMeasure;
  height: number;
  onMeasure(measure: CostMeasure): void;
}

/** What the highlighted segment costs: how right the model is on pictures with it, with it taken out, and put in. */
export function CostChart({ shared, snapshot, segment, className, measure, height, onMeasure }: Props) {
  const { costs, effects } = snapshot;
  const role = snapshot.segments.find(({ name }) => name === segment)?.role ?? 'none';
  // Charts redraw what is another array.
  const { lines, from } = useMemo(
    () => linesOf(costs.get(segment ?? ''), seriesOf(effects, segment), className, measure, role),
    [costs, effects, segment, className, measure, role],
  );
  const range = extent(lines.map((line) => line.values));
  const isShare = measure === 'accuracy';
  const show = isShare ? format.accuracy : format.margin;
  return (
    <EpochChart
      name="cost"
      title={
        <>
          {segment === null ? 'Cost' : `What ${segment} costs`}
          <span class="sub">
            {isShare ? 'accuracy' : 'mean margin'} on {className === null ? '' : `${className} `}pictures that
            show it, as they are, filled and blurred
            {from !== null && `; on others, as they are and with that of ${from} pasted on`}
          </span>
          <span class="key">
            <Choice
              name="cost"
              legend="Cost as"
              options={['accuracy', 'margin'] as const}
              value={measure}
              onChange={onMeasure}
            />
          </span>
        </>
      }
      summary={lines.map((line) => `${line.label}: ${show(last(line.values))}`).join(', ') || 'Not measured.'}
      empty={lines.length ? undefined : whyEmpty(segment, role, snapshot.epochs.length)}
      model={{
        ...shared,
        height,
        range: range ? (isShare ? [range[0] - 0.04, 1.02] : padded(range, 0.5)) : [0, 1.02],
        lines,
        highlight: null,
        limits: [],
        axis: true,
        format: show,
        tick: (value) => `${Number(value.toPrecision(3))}`.replace('-', '−'),
      }}
    />
  );
}

/** Of the class that the page shows; what is pasted else comes from the one that the segment moves predictions to. */
function linesOf(
  costs: Map<string, (Cost | null)[]> | undefined,
  strongest: { name: string }[],
  className: string | null,
  measure: CostMeasure,
  role: Tone,
): { lines: Line[]; from: string | null } {
  const values = (variant: Cost['variant'], of: string | null): Values | undefined =>
    costs?.get(costKey(variant, of))?.map((cost) => cost?.[measure] ?? null);
  const candidates = [className, ...strongest.map(({ name }) => name)];
  const from = candidates.find((name) => name !== null && values('pasted', name)) ?? null;
  const lines = [
    line('with it', role, values('present', className)),
    line('filled', role, values('ring', className), [2, 3]),
    line('blurred', role, values('blur', className), [7, 3]),
    line('others', 'ink', from === null ? undefined : values('unpasted', from)),
    line('pasted on', 'ink', from === null ? undefined : values('pasted', from), [2, 3]),
  ];
  return { lines: lines.flat(), from };
}

function line(label: string, tone: Tone, values: Values | undefined, dash?: number[]): Line[] {
  return values ? [{ key: label, label, tone, values, ...(dash && { dash }) }] : [];
}
