import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../dist');

/** Rooms that a room may import from at run time. Types may be imported from anywhere (`import type`). */
const allowed: Record<string, string[]> = {
  errors: [],
  types: [],
  packedRuns: [],
  random: [],
  relianceLevels: [],
  sat: ['errors', 'random'],
  probe: ['errors', 'packedRuns'],
  native: ['errors'],
  backend: ['errors', 'native'],
  store: ['errors', 'packedRuns', 'sat'],
  stats: ['errors', 'random'],
  report: ['errors', 'stats'],
  saliency: ['errors', 'random', 'backend'],
  alerts: ['errors', 'random', 'relianceLevels'],
  monitor: ['errors', 'probe', 'sat', 'backend', 'store', 'saliency', 'alerts'],
  checkpoints: ['errors', 'backend', 'store', 'monitor', 'probe'],
  methods: ['errors', 'random', 'sat', 'stats', 'saliency', 'alerts', 'monitor'],
  callbacks: ['monitor'],
  demo: ['errors', 'random', 'probe', 'backend', 'monitor', 'callbacks'],
  cli: [
    'errors',
    'probe',
    'sat',
    'native',
    'backend',
    'store',
    'saliency',
    'monitor',
    'checkpoints',
    'methods',
    'report',
    'callbacks',
    'demo',
    'dashboard',
  ],
  dashboard: ['errors', 'store', 'report'],
};

/** Packages that only some rooms may touch at run time; TensorFlow.js comes as an argument, but for the embedded default. */
const fenced: Record<string, string[]> = {
  '@tensorflow/': ['backend'],
  'better-sqlite3': ['store'],
  express: ['dashboard'],
  '@stdlib/': ['stats', 'alerts'],
  sharp: ['probe'],
  yargs: ['cli'],
  chokidar: ['checkpoints'],
  h5wasm: ['checkpoints'],
  fflate: ['checkpoints'],
};

interface Import {
  file: string;
  room: string;
  target: string;
}

function roomOf(file: string): string {
  const parts = relative(root, file).split('/');
  return (parts[0] === 'src' ? parts[1] : parts[0]).replace(/\.js$/, '');
}

/** What is left in the compiled files are the imports of run time; those of types are gone. */
function imports(): Import[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(src|callbacks|dashboard)\//.test(name) && name.endsWith('.js'))
    .filter((name) => name !== 'src/index.js' && !name.startsWith('dashboard/client/'));
  return files.flatMap((name) => {
    const text = readFileSync(join(root, name), 'utf8');
    const statements =
      /^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
    return [...text.matchAll(statements)].map((match) => ({
      file: name,
      room: roomOf(join(root, name)),
      target: match[1] ?? match[2] ?? match[3],
    }));
  });
}

describe('who imports whom', () => {
  const all = imports();

  it('sees the imports there are', () => {
    expect(all.length).toBeGreaterThan(150);
    const rooms = new Set(all.map(({ room }) => room));
    for (const room of rooms) expect(Object.keys(allowed)).toContain(room);
    for (const room of Object.keys(fenced).flatMap((name) => fenced[name])) expect(rooms).toContain(room);
  });

  it('rooms import only from rooms below them', () => {
    const wrong = all.filter(({ file, room, target }) => {
      if (!target.startsWith('.') || target.endsWith('.json')) return false;
      const other = roomOf(join(root, dirname(file), target));
      return other !== room && !allowed[room].includes(other);
    });
    expect(wrong).toEqual([]);
  });

  it('some packages are touched in one room only', () => {
    const wrong = all.filter(({ room, target }) =>
      Object.entries(fenced).some(([name, rooms]) => target.startsWith(name) && !rooms.includes(room)),
    );
    expect(wrong).toEqual([]);
  });
});
