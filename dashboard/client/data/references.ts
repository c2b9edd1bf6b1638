import type { ReferencesPage, RunDetail } from '../../wire.js';
import { get } from './api.js';
import { Memory } from './memory.js';
import type { RunView } from './snapshot.js';

/** Where reference runs were, lowest to highest, at the epochs at which they were observed. */
export interface Band {
  runs: number;
  epochs: number[];
  low: (number | null)[];
  high: (number | null)[];
}

/** One segment in the reference runs. */
export interface Bands {
  rank: Band;
  /** By class. */
  effects: Map<string, Band>;
  /** The worst rank of any segment in any of the runs. */
  worst: number | null;
}

/** Reference runs are finished: what was asked once stays. */
const known = new Memory<Bands>(200);

export function bandsOf(
  { run, probe, references }: RunDetail,
  { aggregation, className }: RunView,
  segment: string,
): Promise<Bands> {
  const key = JSON.stringify([run.id, probe.id, references, aggregation, className, segment]);
  return known.get(key, async () =>
    toBands(
      await get<ReferencesPage>(`runs/${run.id}/references`, { aggregation, class: className, segment }),
    ),
  );
}

function toBands({ references, worst }: ReferencesPage): Bands {
  const classes = new Set(references.flatMap(({ effects }) => effects.map(({ className }) => className)));
  const ranks = references.map(
    ({ epochs, meanRank }) => new Map(epochs.map((epoch, i) => [epoch, meanRank[i]])),
  );
  const effectsOn = (className: string) =>
    references.map(({ epochs, effects }) => {
      const measured = new Map(
        effects.filter((one) => one.className === className).map(({ epoch, effect }) => [epoch, effect]),
      );
      // An effect holds until it is measured again, as it does for the rule.
      let latest: number | null = null;
      return new Map(
        epochs.map((epoch) => {
          latest = measured.get(epoch) ?? latest;
          return [epoch, latest];
        }),
      );
    });
  return {
    rank: toBand(ranks),
    effects: new Map([...classes].map((className) => [className, toBand(effectsOn(className))])),
    worst,
  };
}

/** @param runs a run each: its values by epoch */
function toBand(runs: Map<number, number | null>[]): Band {
  const epochs = [...new Set(runs.flatMap((run) => [...run.keys()]))].sort((a, b) => a - b);
  const at = epochs.map((epoch) => runs.flatMap((run) => run.get(epoch) ?? []));
  return {
    runs: runs.length,
    epochs,
    low: at.map((values) => (values.length ? Math.min(...values) : null)),
    high: at.map((values) => (values.length ? Math.max(...values) : null)),
  };
}
