import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeRun } from '../dashboard/fixture.js';
import { temporaryFolder } from '../task.js';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();

it('the program of docs/stats.md runs as it stands', () => {
  const [, program] = readFileSync(join(root, 'docs/stats.md'), 'utf8').match(/```js\n(.*?)```/s)!;
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/satwatch'));
  writeFileSync(join(folder, 'cd.mjs'), program);
  writeRun(join(folder, 'satwatch-demo.sqlite'), { to: 2, done: true });
  const said = execFileSync(process.execPath, ['cd.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(said).toMatch(/^do they differ at all\? p = [\d.e-]+$/m);
  const diagram = readFileSync(join(folder, 'cd.svg'), 'utf8');
  expect(diagram).toContain('>watermark</text>');
  expect(diagram).toContain('>mean rank</text>');
});
