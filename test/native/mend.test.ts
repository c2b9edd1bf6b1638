import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it("import 'satwatch/native' gives tfjs-node what Node removed from util, without a warning, and loads nothing else", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import util, { createRequire } from 'node:module';
       const theirs = createRequire(import.meta.url)('util');
       for (const name of ['isNullOrUndefined', 'isArray']) delete theirs[name]; // as Node 23 and later do
       await import('satwatch/native');
       const values = [null, undefined, 0, '', false, NaN, [], {}];
       console.log(JSON.stringify(values.map(theirs.isNullOrUndefined)), JSON.stringify(values.map(theirs.isArray)));
       console.log(Object.keys(util._cache ?? {}).length);`,
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(stdout.split('\n')[0]).toBe(
    '[true,true,false,false,false,false,false,false] [false,false,false,false,false,false,true,false]',
  );
  expect(stdout.split('\n')[1]).toBe('0');
});
