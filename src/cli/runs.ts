import type { CommandModule } from 'yargs';
import { openStore, type RunInfo, type Store } from '../store/index.js';
import type { Alert, Role, TrajectoryRow } from '../types.js';
import { chosenRun } from './chosenRun.js';

interface Arguments {
  store: string;
  run?: string;
  json: boolean;
}

export const runsCommand: CommandModule<object, Arguments> = {
  command: 'runs <store> [run]',
  describe: 'List the runs of a store, or show one with its ranked segments',
  builder: (cli) =>
    cli
      .positional('store', { type: 'string', demandOption: true, describe: 'The SQLite file' })
      .positional('run', { type: 'string', describe: "A run's name, or 'last'" })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document instead of text' }),
  handler({ store: path, run, json }) {
    const store = openStore(path, { readonly: true });
    try {
      if (run === undefined) list(store, json);
      else show(store, chosenRun(store, path, run), json);
    } finally {
      store.close();
    }
  },
};

function list(store: Store, json: boolean): void {
  const runs = store.runs();
  if (json) print(JSON.stringify(runs));
  else if (runs.length === 0) print('No runs yet.');
  else listRuns(runs);
}

function listRuns(runs: RunInfo[]): void {
  table(
    ['run', 'state', 'epoch', 'observations', 'open alerts', 'started'],
    runs.map((run) => [
      run.name,
      run.state,
      run.epoch ?? '–',
      run.observations,
      run.openAlerts,
      minute(run.startedAt),
    ]),
  );
}

function show(store: Store, run: RunInfo, json: boolean): void {
  const rows = store.trajectories(run.id);
  const alerts = store.alerts(run.id);
  const probe = store.probeSet(run.probeSet);
  const segments = ranked(rows).map((series) => ({ ...series, role: probe.roles[series.segment] ?? null }));
  if (json) print(JSON.stringify({ run, segments, alerts }));
  else showRun(run, segments, alerts);
}

function showRun(run: RunInfo, segments: (Series & { role: Role | null })[], alerts: Alert[]): void {
  print(headline(run));
  print('');
  if (segments.length === 0) print('No observations yet.');
  else
    table(
      ['segment', 'role', 'rank', 'by chance', 'first', 'best', 'n', 'rank by epoch (top = 1)'],
      segments.map((s) => [
        s.segment,
        s.role ?? '',
        fixed(s.rank),
        fixed(s.chance),
        fixed(s.first),
        fixed(s.best),
        s.n,
        chart(s.ranks, segments.length),
      ]),
    );
  if (alerts.length) print('');
  for (const alert of alerts) {
    const end = alert.resolvedEpoch === null ? 'open' : `ended at epoch ${alert.resolvedEpoch}`;
    print(`${alert.level.toUpperCase()} epoch ${alert.epoch} (${end}): ${alert.message}`);
  }
}

function headline(run: RunInfo): string {
  const config = run.config as { method?: string; reference?: string[] };
  const references = config.reference?.length ? `\nreference runs: ${config.reference.join(', ')}` : '';
  return `${run.name}: ${run.state}, epoch ${run.epoch ?? '–'}, ${run.observations} observations, ${config.method} on ${run.backend}, started ${minute(run.startedAt)}${references}${run.error ? `\n${run.error}` : ''}`;
}

interface Series {
  segment: string;
  ranks: (number | null)[];
  rank: number | null;
  chance: number | null;
  first: number | null;
  best: number | null;
  n: number;
}

/** A series a segment, the best-ranked one now first. */
function ranked(rows: TrajectoryRow[]): Series[] {
  const bySegment = new Map<string, TrajectoryRow[]>();
  for (const row of rows) bySegment.set(row.segment, [...(bySegment.get(row.segment) ?? []), row]);
  const series = [...bySegment].map(([segment, mine]): Series => {
    const ranks = mine.map((row) => row.meanRank);
    const known = ranks.filter((rank) => rank !== null);
    const last = mine[mine.length - 1];
    const best = known.length ? Math.min(...known) : null;
    return {
      segment,
      ranks,
      rank: last.meanRank,
      chance: last.chanceRank,
      first: known[0] ?? null,
      best,
      n: last.n,
    };
  });
  return series.sort((a, b) => (a.rank ?? Number.POSITIVE_INFINITY) - (b.rank ?? Number.POSITIVE_INFINITY));
}

const bars = '▁▂▃▄▅▆▇█';

/** Rank 1 is the tallest bar; the last 40 observations. */
function chart(ranks: (number | null)[], segments: number): string {
  const steps = bars.length - 1;
  return ranks
    .slice(-40)
    .map((rank) =>
      rank === null ? ' ' : bars[Math.round(steps * (1 - (rank - 1) / Math.max(1, segments - 1)))],
    )
    .join('');
}

function table(head: string[], rows: (string | number)[][]): void {
  const lines = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  for (const line of lines)
    print(
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
}

const fixed = (value: number | null) => (value === null ? '–' : value.toFixed(1));
const minute = (iso: string) => iso.slice(0, 16).replace('T', ' ');
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
