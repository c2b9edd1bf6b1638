import type { Store } from 'satwatch';
import { actor, places } from './barProbes.js';
import { mean } from './mean.js';
import { printTable } from './printTable.js';

/**
 * What the runs `NAME probe, seed N` and `NAME probe-train, seed N` of a store say of place and actor, over the
 * seeds that are done and were trained as long as the newest. The lead of the place is how far it ranks above its chance
 * rank, less the same of the actor: positive, and the net looks more at the place than the sizes of the two explain.
 */
export function reportBar(store: Store, name: string): void {
  const [newest, ...older] = store
    .runs()
    .filter(({ state }) => state === 'done')
    .filter((run) => run.name.startsWith(`${name} probe-train, seed `) && /seed \d+$/.test(run.name));
  const comparable = [newest, ...older].filter(({ epoch }) => epoch === newest.epoch);
  const onTraining = comparable.map((run) => run.name).sort();
  const onTest = onTraining.map((run) => run.replace('probe-train', 'probe'));
  const epochs = store.metrics(onTraining[0]).map(({ epoch }) => epoch);
  const shown = epochs.filter((epoch) => [0, 1, 2, 3, 5, 10, 15, 20, 25, epochs.at(-1)].includes(epoch));

  console.log(`\n${onTraining.length} seeds (${onTraining.join('; ')})`);
  console.log('\naccuracy in per cent, and its least and most over the seeds');
  const accuracy = (
    runs: string[],
    epoch: number,
    of: (at: ReturnType<Store['metrics']>[number]) => unknown,
  ) =>
    spread(
      runs.map((run) => 100 * Number(of(store.metrics(run).find((at) => at.epoch === epoch)!) ?? Number.NaN)),
      1,
    );
  printTable([
    ['epoch', 'training', 'test split', 'probe-train', 'probe'],
    ...shown.map((epoch) => [
      String(epoch),
      accuracy(onTraining, epoch, ({ metrics }) => metrics.acc),
      accuracy(onTraining, epoch, ({ metrics }) => metrics.val_acc),
      accuracy(onTraining, epoch, ({ probeAccuracy }) => probeAccuracy),
      accuracy(onTest, epoch, ({ probeAccuracy }) => probeAccuracy),
    ]),
  ]);

  console.log('\nprobe-train after the last epoch: mean rank (by chance) of the place and of who acts');
  const classes = Object.entries(places).map(([className, place]) => ({
    className,
    place,
    histories: onTraining.map((run) => historyOf(store, run, className, place)),
  }));
  const since = (history: Moment[], holds: (moment: Moment) => boolean) => {
    const last = history.findLastIndex((moment) => !holds(moment));
    return last === history.length - 1 ? '–' : String(history[last + 1].epoch);
  };
  printTable([
    [
      ...['class', 'place', 'its rank', 'actor', 'its rank', 'place first since epoch', 'of all'],
      ...['place leads since epoch', 'of all'],
    ],
    ...classes.map(({ className, place, histories }) => {
      const last = histories.map((history) => history.at(-1)!);
      return [
        className,
        place,
        meanRanks(last.map((moment) => moment.place)),
        actor(className),
        meanRanks(last.map((moment) => moment.actor)),
        ...[isFirst, leads].flatMap((holds) => [
          histories.map((history) => since(history, holds)).join(', '),
          share(histories.flat(), holds),
        ]),
      ];
    }),
  ]);

  console.log('\nthe lead of the place over who acts, in ranks beyond chance; least and most over the seeds');
  printTable([
    ['class', ...shown.map((epoch) => `epoch ${epoch}`)],
    ...classes.map(({ className, histories }) => [
      className,
      ...shown.map((epoch) =>
        spread(
          histories.map((history) => lead(history.find((moment) => moment.epoch === epoch)!)),
          2,
        ),
      ),
    ]),
  ]);

  console.log('\nprobe after the last epoch: right answers, and mean rank (by chance) of who acts');
  printTable([
    ['class', 'right in per cent', 'rank of who acts'],
    ...Object.keys(places).map((className, label) => [
      className,
      spread(
        onTest.map((run) => {
          const mine = store.images(run, 'last')!.images.filter((image) => image.label === label);
          return (100 * mine.filter((image) => image.predicted === label).length) / mine.length;
        }),
        0,
      ),
      meanRanks(
        onTest.map((run) =>
          ranks(
            store
              .trajectories(run, { className })
              .filter((row) => row.segment === actor(className))
              .at(-1)!,
          ),
        ),
      ),
    ]),
  ]);

  console.log(
    '\nprobe-train, the default alarm: a value for each seed, effects and right answers as last measured',
  );
  printTable([
    [
      ...['class', 'place', 'warning at epoch', 'alarm at epoch', 'measured'],
      'points towards the class',
      'right in per cent → with the place filled',
    ],
    ...classes.map(({ className, place }) => {
      const perSeed = (value: (run: string) => string) => onTraining.map(value).join(', ');
      const mine = <T extends { segment: string | null; className: string | null }>(list: T[]) =>
        list.filter((one) => one.segment === place && one.className === className);
      return [
        className,
        place,
        ...[['warning'], ['alarm', 'severe']].map((levels) =>
          perSeed((run) =>
            String(mine(store.alerts(run)).find(({ level }) => levels.includes(level))?.epoch ?? '–'),
          ),
        ),
        perSeed((run) => `${mine(store.effects(run)).filter(({ epoch }) => epoch > 0).length} times`),
        perSeed((run) => percent(mine(store.effects(run)).at(-1)?.effect)),
        perSeed((run) => {
          const costs = mine(store.costs(run));
          const last = (wanted: string) => costs.findLast(({ variant }) => variant === wanted)?.accuracy;
          return `${percent(last('present'))} → ${percent(last('ring'))}`;
        }),
      ];
    }),
  ]);
}

interface Moment {
  epoch: number;
  place: Ranks;
  actor: Ranks;
}

/** A class's place and who acts there, epoch by epoch. */
function historyOf(store: Store, run: string, className: string, place: string): Moment[] {
  const rows = store.trajectories(run, { className });
  const of = (segment: string) => rows.filter((row) => row.segment === segment);
  const [there, who] = [of(place), of(actor(className))];
  return there.map((row, i) => ({ epoch: row.epoch, place: ranks(row), actor: ranks(who[i]) }));
}

const isFirst = ({ place, actor }: Moment) => place.rank < actor.rank;
const leads = (moment: Moment) => lead(moment) > 0;
const share = (moments: Moment[], holds: (moment: Moment) => boolean) =>
  `${moments.filter(holds).length}/${moments.length}`;
const lead = ({ place, actor }: Moment) => place.chance - place.rank - (actor.chance - actor.rank);

function percent(share: number | null | undefined): string {
  return share == null ? '–' : (100 * share).toFixed(0);
}

interface Ranks {
  rank: number;
  chance: number;
}

function ranks({ meanRank, chanceRank }: { meanRank: number | null; chanceRank: number | null }): Ranks {
  return { rank: meanRank ?? Number.NaN, chance: chanceRank ?? Number.NaN };
}

function meanRanks(list: Ranks[]): string {
  return `${mean(list.map(({ rank }) => rank)).toFixed(2)} (${mean(list.map(({ chance }) => chance)).toFixed(2)})`;
}

function spread(values: number[], digits: number): string {
  if (values.every(Number.isNaN)) return '–';
  const text = (value: number) => value.toFixed(digits);
  const range = `${text(Math.min(...values))} to ${text(Math.max(...values))}`;
  return values.length === 1 ? text(values[0]) : `${text(mean(values))} (${range})`;
}
