import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMetricsLog } from '../../src/checkpoints/metricsLog.js';
import { temporaryFolder } from '../task.js';
import { makePipe } from './files.js';

const folder = temporaryFolder();
let files = 0;
function write(text: string, ending = 'csv'): string {
  const path = join(folder, `log${files++}.${ending}`);
  writeFileSync(path, text);
  return path;
}

describe('the log of metrics beside checkpoints', () => {
  it("reads Keras' CSVLogger, whose epoch 0 is the first one completed", async () => {
    const log = (await findMetricsLog(folder, write('epoch,accuracy,loss\n0,0.5,0.7\n1,0.75,nan\n')))!;
    expect(await log.at(1)).toEqual({ accuracy: 0.5, loss: 0.7 });
    expect(await log.at(2)).toEqual({ accuracy: 0.75, loss: null });
    expect(await log.at(0)).toEqual({});
    expect(await log.at(3)).toEqual({});
  });

  it('takes a log that counts from 1 as it is, with other separators and texts between', async () => {
    const log = (await findMetricsLog(
      folder,
      write('time;epoch;"loss"\r\n10:00;1;0.5\r\n10:01;2;"0.4"\r\n'),
    ))!;
    expect(await log.at(1)).toEqual({ loss: 0.5 });
    expect(await log.at(2)).toEqual({ loss: 0.4 });
  });

  it('reads JSON lines, leaves the line that is just being written, and sees what is added', async () => {
    const path = write('{"epoch":1,"loss":0.5}\n{"epoch":2,"lo', 'jsonl');
    const log = (await findMetricsLog(folder, path))!;
    expect(await log.at(1)).toEqual({ loss: 0.5 });
    expect(await log.at(2)).toEqual({});
    appendFileSync(path, 'ss":0.25,"lr":null}\n');
    utimesSync(path, 1e9, 1e9);
    expect(await log.at(2)).toEqual({ loss: 0.25, lr: null });
  });

  it('reads the NaN and Infinity that Python writes as no number, and leaves texts as they are', async () => {
    const rows = ['{"epoch": 1, "loss": NaN, "a": 1}', '{"epoch": 2, "loss": -Infinity, "NaN\\"": 2}'];
    const log = (await findMetricsLog(folder, write(`${rows.join('\n')}\n`, 'jsonl')))!;
    expect(await log.at(1)).toEqual({ loss: null, a: 1 });
    expect(await log.at(2)).toEqual({ loss: null, 'NaN"': 2 });
  });

  it('leaves the line that is just being written behind a byte order mark too', async () => {
    const log = (await findMetricsLog(folder, write('\uFEFFepoch,loss\n1,0.5\n12,0.3')))!;
    expect(await log.at(1)).toEqual({ loss: 0.5 });
    expect(await log.at(2)).toEqual({});
  });

  it('finds the only log in a folder, and none where there are several or other tables', async () => {
    const one = temporaryFolder();
    writeFileSync(join(one, 'labels.csv'), 'image,label\na,b\n');
    expect(await findMetricsLog(one)).toBeNull();
    makePipe(join(one, 'pipe.csv'));
    writeFileSync(join(one, 'log.csv'), 'epoch,loss\n0,1\n');
    expect((await findMetricsLog(one))!.path).toBe(join(one, 'log.csv'));
    writeFileSync(join(one, 'log2.jsonl'), '{"epoch":0}\n');
    expect(await findMetricsLog(one)).toBeNull();
  });

  it('refuses a named log that is none', async () => {
    await expect(findMetricsLog(folder, write('a,b\n1,2\n'))).rejects.toThrow(/has no 'epoch'/);
    await expect(findMetricsLog(folder, join(folder, 'none.csv'))).rejects.toThrow(/cannot be read/);
  });
});
