import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createMonitor, createProbeSet, maskFromBitmap, openStore, type Rule, readReport } from 'satwatch';
import { comparePairwise } from 'satwatch/stats';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Database } from '../../src/store/database.js';
import { launchBrowser, openPage } from '../browser.js';
import { satwatch } from '../checkpoints/cli.js';
import { alertImages, colorOf, type FixtureOptions, meanRank, writeRun } from '../dashboard/fixture.js';
import { net, probe, side, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

const folder = temporaryFolder();
const measured = join(folder, 'measured.sqlite');
const file = (name: string) => join(folder, name);

const report = async (...args: string[]) => {
  const run = satwatch(['report', ...args]);
  return { code: await run.code, out: run.out, err: run.err };
};

/** What is printed, where all goes well. */
async function printed(...args: string[]): Promise<string> {
  const { code, out, err } = await report(...args);
  expect(code, err).toBe(0);
  return out;
}

/** A rule that finds the mark at some epochs, at a level. */
function findsAt(levels: Record<number, 'warning' | 'alarm' | 'severe'>): Rule {
  return {
    name: 'mine',
    options: { watched: 'the mark' },
    consecutive: 1,
    cooldown: 0,
    evaluate({ observed }) {
      const { epoch } = observed[observed.length - 1];
      const level = levels[epoch];
      const finding = { segment: 'mark', className: 'bright', from: 0, to: epoch / 10, severity: epoch };
      return level
        ? [{ ...finding, level, message: `the mark at ${epoch}`, evidence: { limits: { low: 0.125 } } }]
        : [];
    },
  };
}

/** A run of the fixture in a store of its own. */
function fixture(name: string, options: Partial<FixtureOptions> & { to?: number } = {}): string {
  const path = file(`${name}.sqlite`);
  writeRun(path, { name, to: 9, done: true, ...options });
  return path;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  const tf = await backend();
  const model = net(tf);
  for (const [run, levels] of Object.entries({
    quiet: {},
    passed: { 1: 'alarm', 2: 'alarm' },
    grown: { 1: 'warning', 2: 'alarm', 3: 'severe' },
  } as Record<string, Parameters<typeof findsAt>[0]>)) {
    const options = { probe: probe(16), store: measured, run, inputRange: [0, 1] as [number, number] };
    const monitor = await createMonitor(tf, {
      ...options,
      channels: [],
      rules: [findsAt(levels)],
      verbose: false,
    });
    for (const epoch of [0, 1, 2, 3])
      await monitor.observe(model, { epoch, metrics: { loss: 1 / (epoch + 1) } });
    await monitor.close();
  }
  model.dispose();
});
afterAll(() => browser.close());

/** The document in a browser, opened from the disk: whatever it asked for, and whatever went wrong. */
async function openReport(store: string, run: string, view: BrowserContextOptions = {}) {
  const path = file(`${run}.html`);
  const { code, err } = await report(store, run, '--out', path);
  expect(code, err).toBe(0);
  const { page, problems } = await openPage(browser, 'about:blank', view);
  onTestFinished(() => page.close());
  const asked: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) asked.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  expect(asked).toEqual([pathToFileURL(path).href]);
  expect(problems).toEqual([]);
  return { page, html: readFileSync(path, 'utf8') };
}

/** Texts of the pictures that meet one another or leave their picture. */
function collisions(page: Page): Promise<string[]> {
  return page.locator('svg[role="img"]').evaluateAll((pictures) =>
    pictures.flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      const boxes = [...svg.querySelectorAll('text')].map((text) => ({
        words: text.textContent ?? '',
        box: text.getBoundingClientRect(),
      }));
      return boxes.flatMap((a, i) => [
        ...(a.box.left < frame.left - 0.5 ||
        a.box.right > frame.right + 0.5 ||
        a.box.top < frame.top - 0.5 ||
        a.box.bottom > frame.bottom + 0.5
          ? [`'${a.words}' leaves the picture`]
          : []),
        ...boxes
          .slice(0, i)
          .filter(
            ({ box }) =>
              a.box.left < box.right - 0.5 &&
              box.left < a.box.right - 0.5 &&
              a.box.top < box.bottom - 1.5 &&
              box.top < a.box.bottom - 1.5,
          )
          .map(({ words }) => `'${a.words}' meets '${words}'`),
      ]);
    }),
  );
}

describe('as Markdown', () => {
  it('tells of the last run where none is named, and of one that is', async () => {
    const last = await report(measured);
    expect(last.code, last.err).toBe(0);
    expect(last.out).toMatch(/^# grown: Severe: 'mark' in 'bright' \(mine\)$/m);
    expect(last.out).toContain('Severe (since epoch 1, stands): the mark at 3. At its worst 0.3 at epoch 3.');
    expect(last.out).toContain(
      '- Stood: warning from epoch 1, alarm from epoch 2, severe from epoch 3, not ended',
    );
    expect(last.out).toContain('- Limits.low: 0.125');
    expect(last.out).toContain('mine (watched the mark)');
    expect(last.out).toContain("'dark' 8 and 'bright' 8");
    expect(await printed(measured, 'quiet')).toMatch(/^# quiet: No alerts$/m);
  });

  it('names an alarm that has ended, and how bad it was', async () => {
    const { code, out } = await report(measured, 'passed');
    expect(code).toBe(0);
    expect(out).toMatch(/^# passed: Alarm, ended: 'mark' in 'bright' \(mine\)$/m);
    expect(out).toContain('Alarm (epoch 1 to 3, ended): the mark at 1. At its worst 0.2 at epoch 2.');
  });

  it('says of a run without alerts what was looked at, and what that does not exclude', async () => {
    const out = await printed(fixture('calm', { shortcut: 0 }));
    expect(out).toContain('No alert was raised at any of the 10 observations.');
    expect(out).toMatch(/The reliance test measured 18 pairs .* the largest effect was \d\.\d points \('/);
    expect(out).toContain('no proof that there is no shortcut');
    expect(out).toMatch(/^## Alerts: none$/m);
  });

  it("has the store's numbers in its table", async () => {
    const out = await printed(fixture('numbers'));
    const rows = out.split('\n').flatMap((line) => (/^\| watermark /.test(line) ? [line.split(' | ')] : []));
    const ranks = Array.from({ length: 10 }, (_, epoch) => meanRank(epoch, 0));
    expect(rows).toHaveLength(1);
    const best = Math.min(...ranks);
    expect(rows[0].slice(1, 8)).toEqual([
      'suspect',
      ranks[9].toFixed(1),
      expect.stringMatching(/^\d\.\d$/),
      ranks[0].toFixed(1),
      best.toFixed(1),
      String(ranks.indexOf(best)),
      '16',
    ]);
    expect(rows[0][8]).toMatch(/^[▁▂▃▄▅▆▇█]{10} \|$/);
  });

  it.each<[string, string | null, Record<string, unknown>, string[]]>([
    [
      'reliance',
      'horse',
      {
        ...{ effect: 0.123, z: 5.4321, zThreshold: 2.657, top: null, flipped: 0.11, lost: 0.104 },
        ...{ fill: null, blur: null, confirmation: 'untestable', receivers: 64, givers: 12, testedAt: 3 },
      },
      [
        'Rests on: the reliance test: the segment pasted into 64 images of other classes, from 12 givers, against two controls',
        'Effect: 12 points of probability at epoch 3, the smaller over the two controls',
        'Answers: 11 % become the class; 10 points of accuracy are lost',
        'z: 5.43; the level needs 2.66',
        'Filled: untestable: no image of another class shows it',
      ],
    ],
    [
      'reliance',
      'horse',
      {
        ...{ effect: 0.3, z: 9, zThreshold: 2.7, top: 0.41, flipped: 0.25, lost: 0.2 },
        ...{ fill: 0.12, blur: 0.01, confirmation: 'not confirmed', receivers: 40, givers: 9, testedAt: 2 },
      },
      [
        'Top givers: 41 points: the eighth of the images it was taken from that moves most',
        'Filled: not confirmed: in images of other classes that show it the probability falls by 12 points with the colour around it, by 1.0 points blurred',
      ],
    ],
    [
      'reference',
      null,
      {
        quantity: 'rank',
        deviation: 7.5,
        bar: 3.25,
        references: 3,
        rate: 0.25,
        referencesFrom: 4.04,
        referencesTo: 5.26,
        comparedAt: 4,
      },
      [
        'Rests on: 3 reference runs: of clean runs that differ by their seeds 25 % would stand out so',
        'References: 4.0 to 5.3 at epoch 4',
        'Deviation: 7.5; of the references at most 3.25',
      ],
    ],
    [
      'rankThreshold',
      'horse',
      { threshold: 3, chanceRank: 4.44, images: 16 },
      [
        'Rests on: mean ranks over 16 images; by chance 4.4',
        'Threshold: rank 3',
        'At its worst: rank 0.5 at epoch 4',
      ],
    ],
    [
      'rankShift',
      null,
      { by: 2, shift: 2.51, chanceRank: null, images: 16 },
      [
        'Rests on: mean ranks over 16 images; by chance –',
        'Shift: 2.5 ranks since the first observation; 2 are asked for',
      ],
    ],
    ['outranks', null, { bestCore: 'ey|es', chanceRank: 4, images: 16 }, ["Best core segment: 'ey\\|es'"]],
    [
      'probeAccuracy',
      null,
      { chance: 0.5, training: 0.959, images: 400 },
      [
        'Rests on: the accuracy on 400 probe images, of which chance gives 50 %',
        'Training: 95.9 %',
        'At its worst: 50 % at epoch 4',
      ],
    ],
    // Numbers that no rule of ours writes are shown as they are.
    ['reliance', 'horse', { strength: { ofIt: 0.12345 } }, ['Strength.of it: 0.123', 'From, to: 0.00']],
  ])("says what an alert of the rule '%s' rests on", async (rule, className, evidence, lines) => {
    const path = fixture(`rests-${rule}-${Object.values(evidence)[0]}`);
    const db = new Database(path);
    db.prepare('UPDATE alerts SET rule = ?, class = ?, evidence = ? WHERE rule = ?').run(
      rule,
      className,
      JSON.stringify({ ...evidence, peak: 0.5, peakEpoch: 4, peakSeverity: 1, ruleNumber: 0 }),
      'reliance',
    );
    db.close();
    const out = await printed(path);
    for (const line of lines) expect(out).toContain(`- ${line}`);
    expect(out).not.toMatch(/peakSeverity|rule (index|number)|NaN|undefined/i);
  });

  it('writes its pictures beside it', async () => {
    const out = file('summary.md');
    const { code, out: said } = await report(fixture('summary'), '--out', out);
    expect(code).toBe(0);
    expect(said).toContain(
      `written: ${out}, ${file('summary.trajectories.svg')}, ${file('summary.critical-difference.svg')}`,
    );
    const links = [...readFileSync(out, 'utf8').matchAll(/!\[[^\]]*\]\(<([^>]+)>\)/g)].map(
      ([, link]) => link,
    );
    expect(links).toEqual(['summary.trajectories.svg', 'summary.critical-difference.svg']);
    for (const link of links) {
      const { page, problems } = await openPage(browser, pathToFileURL(file(link)).href);
      expect(await page.locator('svg text').count()).toBeGreaterThan(9);
      // Alone as well the lines have their colours.
      if (link.includes('trajectories'))
        expect(
          await page.locator('[data-segment="watermark"]').evaluate((line) => getComputedStyle(line).stroke),
        ).toBe('rgb(191, 63, 6)');
      expect(problems).toEqual([]);
      await page.close();
    }
  });

  it('draws its lines for programs that are no browsers too', async () => {
    await report(fixture('drawn'), '--out', file('drawn.md'));
    const { data, info } = await sharp(file('drawn.trajectories.svg'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const suspect = [191, 63, 6];
    let inked = 0;
    for (let p = 0; p < data.length; p += info.channels)
      if (suspect.every((value, k) => Math.abs(value - data[p + k]) < 12)) inked++;
    expect(inked).toBeGreaterThan(500);
  });

  it('links pictures whose names mean something in an address', async () => {
    const out = file('run#1 50%25?.md');
    expect((await report(fixture('named'), '--out', out)).code).toBe(0);
    const [, link] = /!\[[^\]]*\]\(<([^>]+trajectories\.svg)>\)/.exec(readFileSync(out, 'utf8'))!;
    expect(fileURLToPath(new URL(link, pathToFileURL(out)))).toBe(file('run#1 50%25?.trajectories.svg'));
  });

  it('lets no name become markup', async () => {
    const names = [
      'a|b',
      '<img src=x>',
      '*bold* [a](http://b.c)',
      'line\nbreak',
      '`code`',
      '# title',
      '1. one',
    ];
    const out = await printed(fixture('odd', { names, classNames: ['x|y', '</style>'] }));
    const table = out.split('\n').filter((line) => line.startsWith('| '));
    for (const line of table) expect(line.match(/(?<!\\)\|/g), line).toHaveLength(10);
    expect(table.map((line) => line.split(' | ')[0])).toEqual(
      expect.arrayContaining([
        '| a\\|b',
        '| \\<img src=x\\>',
        '| line break',
        '| \\`code\\`',
        '| \\# title',
        '| 1\\. one',
      ]),
    );
    expect(out).not.toMatch(/(?<!\\)<(?!svg)[a-z/]/);
    expect(out).not.toContain('http://');
  });
});

describe('as JSON', () => {
  it('holds what the store holds, and the comparison that satwatch/stats makes of it', async () => {
    const path = fixture('json', { names: ['mark <b>'] });
    const out = await printed(path, 'json', '--json');
    const told = JSON.parse(out);
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    expect(told.headline).toBe("Alarm: 'mark <b>' sways predictions towards 'horse', and 1 more alert");
    expect(told.level).toBe('alarm');
    expect(told.alerts.map((alert: any) => [alert.rule, alert.standing])).toEqual([
      ['reliance', 'alarm'],
      ['rankShift', null],
    ]);
    for (const { segment, ranks } of told.segments)
      expect(ranks).toEqual(
        store.trajectories('json').flatMap((row) => (row.segment === segment ? [row.meanRank] : [])),
      );

    const { names, result, images } = told.comparison;
    const sats = store.sats('json', 'last').map(({ sat }) => sat!);
    expect(images).toBe(sats.length);
    expect([...names].sort()).toEqual([...store.probeSet(store.run('json').probeSet).segmentNames].sort());
    const table = sats.map((sat) =>
      names.map((name: string) => sat.find(({ segment }) => segment === name)?.rank ?? Number.NaN),
    );
    for (const { a, b, p, verdict } of comparePairwise(table)) {
      expect(result.p[a][b]).toBeCloseTo(p!, 12);
      const joined = result.maximalCliques.some((group: number[]) => group.includes(a) && group.includes(b));
      expect(joined).toBe(verdict !== 'different');
    }
  });

  it('joins segments that too few images show together, and says so', async () => {
    const half = (left: boolean) =>
      maskFromBitmap(
        Array.from({ length: side * side }, (_, p) => Number(p % side < side / 2 === left)),
        side,
        side,
      );
    const shows = [
      { name: 'left', on: (i: number) => i < 14 },
      { name: 'right', on: (i: number) => i >= 12 },
    ];
    const path = file('halves.sqlite');
    const tf = await backend();
    const model = net(tf);
    const images = Array.from({ length: 26 }, (_, i) => ({
      id: `${i}`,
      label: i % 2,
      pixels: new Uint8Array(side * side * 3).map((_, p) => (p * 37 + i * 11) % 256),
      segments: [
        ...shows.filter(({ on }) => on(i)).map(({ name }) => ({ name, mask: half(name === 'left') })),
        { name: 'all', mask: maskFromBitmap(new Uint8Array(side * side).fill(1), side, side) },
      ],
    }));
    const set = { width: side, height: side, channels: 3, classNames: ['a', 'b'], images };
    const monitor = await createMonitor(tf, {
      probe: createProbeSet(set),
      store: path,
      run: 'halves',
      inputRange: [0, 1],
      verbose: false,
    });
    await monitor.observe(model, { epoch: 0 });
    await monitor.close();
    model.dispose();
    const store = openStore(path, { readonly: true });
    onTestFinished(() => store.close());
    const { names, result, untestable, tests } = readReport(store, 'halves').comparison;
    expect(tests).toBe(2);
    expect(untestable.map(({ a, b, images }) => [[a, b].sort(), images])).toEqual([[['left', 'right'], 2]]);
    const [left, right] = [names.indexOf('left'), names.indexOf('right')];
    expect(result!.maximalCliques.some((group) => group.includes(left) && group.includes(right))).toBe(true);
    expect(result!.p[left][right]).toBeNaN();
    expect(await printed(path)).toMatch(/Untestable, for fewer than 10 images show both, .*\(2\)\.$/m);
  });

  it('leaves out segments that too few images show', async () => {
    // The first segment is on 16 of 32 pictures; of 12 it is on 6.
    const out = await printed(fixture('few', { images: 12, shortcut: 0 }), '--json');
    const { comparison } = JSON.parse(out);
    expect(comparison.tooFew).toEqual([{ segment: 'watermark', images: 6 }]);
    expect(comparison.names).toHaveLength(8);
    expect(await printed(fixture('none', { images: 6, shortcut: 0 }))).toContain(
      'Nothing can be compared: no segment is shown by 10 images.',
    );
  });
});

describe('as HTML in a real browser', () => {
  it('asks for nothing, runs nothing, and shows verdict, lines, alerts and their pictures', async () => {
    const { page, html } = await openReport(fixture('whole'), 'whole');
    expect(html).not.toMatch(/<script|\son\w+=|<link|@import|url\((?!#)/);
    expect(await page.locator('.verdict h2').textContent()).toBe(
      "Alarm: 'watermark' sways predictions towards 'horse', and 1 more alert",
    );
    expect(await page.locator('.verdict').textContent()).toContain('Warning (epoch 2 to 6, ended)');
    expect(await page.locator('.trajectories .t-line[data-segment]').count()).toBe(9);
    expect(await page.locator('.trajectories .t-chance').count()).toBeGreaterThan(0);
    expect(await page.locator('tbody tr').count()).toBe(9);
    expect(await page.locator('.difference svg').count()).toBe(1);
    expect(await page.locator('.alert').count()).toBe(2);
    const pictures = await page
      .locator('.alert .pictures image')
      .evaluateAll((all) => all.map((image) => image.getAttribute('href')!));
    expect(pictures).toHaveLength(alertImages.length);
    for (const [i, picture] of pictures.entries()) {
      const jpeg = Buffer.from(picture.replace('data:image/jpeg;base64,', ''), 'base64');
      const [red] = await sharp(jpeg).raw().toBuffer();
      expect(Math.abs(red - colorOf(alertImages[i]).r)).toBeLessThan(4);
    }
  });

  it('draws rank 1 on top, with gaps where values are missing', async () => {
    const { page } = await openReport(fixture('gaps', { gaps: [6] }), 'gaps');
    const line = page.locator('.t-line[data-segment="watermark"]');
    const points = [...(await line.getAttribute('d'))!.matchAll(/([ML])([\d.]+) ([\d.]+)/g)];
    expect(points.map(([, letter]) => letter).join('')).toBe('MLLLLLMLL');
    const [first, last] = [Number(points[0][3]), Number(points[8][3])];
    const perRank = (first - last) / (meanRank(0, 0) - meanRank(9, 0));
    for (const [i, epoch] of [0, 1, 2, 3, 4, 5, 7, 8, 9].entries())
      expect(Number(points[i][3])).toBeCloseTo(first - perRank * (meanRank(0, 0) - meanRank(epoch, 0)), 0);
    expect(last).toBeLessThan(first);
    expect(await page.locator('main').textContent()).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('draws the band of the reference runs, where they have the epoch', async () => {
    const path = fixture('band', { name: 'clean', shortcut: 0, to: 7 });
    writeRun(path, { name: 'watched', reference: ['clean', 'gone'], to: 9, done: true });
    const { page } = await openReport(path, 'watched');
    const band = await page.locator('.t-band.t-suspect').first().getAttribute('d');
    const points = [...band!.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    // Eight epochs there and back: a single run's band has no height, and stays where the suspect began.
    expect(points).toHaveLength(16);
    const line = await page.locator('.t-line[data-segment="watermark"]').getAttribute('d');
    const drawn = [...line!.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points.slice(0, 8).map(([x]) => x)).toEqual(drawn.slice(0, 8).map(([x]) => x));
    const perRank = (drawn[0][1] - drawn[9][1]) / (meanRank(0, 0) - meanRank(9, 0));
    const clean = (epoch: number) => meanRank(epoch, 0, { shortcut: 0 });
    for (const epoch of [0, 4, 7])
      expect(points[epoch][1]).toBeCloseTo(drawn[0][1] + perRank * (clean(epoch) - meanRank(0, 0)), 0);
    expect(await page.locator('figcaption').textContent()).toContain(
      "Shaded: from the lowest to the highest of 'clean'.",
    );
    expect(await page.locator('.facts').last().textContent()).toContain("Reference runs'clean' and 'gone'");
    expect(await collisions(page)).toEqual([]);
  });

  it.each<[string, Partial<FixtureOptions> & { to?: number }]>([
    ['two segments', { segments: 2 }],
    ['thirty segments', { segments: 30 }],
    ['forty segments', { segments: 40 }],
    [
      'long names',
      { segments: 30, names: ['W'.repeat(60), 'm'.repeat(40), 'a long name of many words, as some write'] },
    ],
    ['one observation', { to: 0 }],
    ['four hundred epochs', { to: 400, epochs: 400 }],
    // More than are drawn.
    ['twelve hundred epochs', { to: 1202, epochs: 1202 }],
    ['no alerts', { shortcut: 0 }],
  ])('no label meets another: %s', async (name, options) => {
    const run = name.replace(/ /g, '-');
    const { page } = await openReport(fixture(run, options), run);
    expect(await collisions(page)).toEqual([]);
    expect(await page.locator('.trajectories .t-name').count()).toBeGreaterThanOrEqual(4);
  });

  it('shows odd names as they are', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"quoted" & \'single\'',
      '</style><script>alert(1)</script>',
      'tab\there',
    ];
    const name = '</title><script>alert(2)</script>';
    const path = fixture('odder', { name, names, classNames: ['</svg><b>', '&amp;'] });
    const out = file('odder.html');
    expect((await report(path, name, '--out', out)).code).toBe(0);
    const { page, problems } = await openPage(browser, pathToFileURL(out).href);
    onTestFinished(() => page.close());
    expect(problems).toEqual([]);
    expect(await page.locator('script, img, b').count()).toBe(0);
    expect(await page.title()).toContain(name);
    expect(await page.locator('tbody th').allTextContents()).toEqual(
      expect.arrayContaining([names[0], names[1], names[2], 'tab here']),
    );
    expect(await page.locator('.alert h3').first().textContent()).toContain('</svg><b>');
    expect(await collisions(page)).toEqual([]);
  });

  it('reads well on a phone, in the dark and on paper', async () => {
    const path = fixture('views');
    const phone = await openReport(path, 'views', { viewport: { width: 360, height: 700 } });
    const wide = () => document.documentElement.scrollWidth - innerWidth;
    expect(await phone.page.evaluate(wide)).toBeLessThanOrEqual(0);

    const { page } = await openReport(path, 'views', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(21, 23, 26)');
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      const { violations } = (await page.evaluate(`${axe.source}; axe.run()`)) as axe.AxeResults;
      expect(violations.map(({ id, nodes }) => [scheme, id, nodes[0].html])).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    const cut = await page.evaluate(() => {
      document.body.style.width = '680px';
      const right = document.body.getBoundingClientRect().right + 0.5;
      return [...document.querySelectorAll('svg, table, dl')].filter(
        (e) => e.getBoundingClientRect().right > right,
      ).length;
    });
    expect(cut).toBe(0);
    expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

it('the program of docs/report.md runs as it stands', async () => {
  const root = join(import.meta.dirname, '../..');
  const [, program] = readFileSync(join(root, 'docs/report.md'), 'utf8').match(/```js\n(.*?)```/s)!;
  const home = file('program');
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  symlinkSync(root, join(home, 'node_modules/satwatch'));
  writeFileSync(join(home, 'report.mjs'), program);
  writeRun(join(home, 'runs.sqlite'), { to: 5, done: true });
  const said = execFileSync(process.execPath, ['report.mjs'], { cwd: home, encoding: 'utf8' });
  expect(said).toMatch(/^# horses: Alarm: 'watermark' sways predictions towards 'horse', and 1 more alert$/m);
  expect(readFileSync(join(home, 'run.html'), 'utf8')).toContain('data:image/jpeg;base64,');
  expect(readFileSync(join(home, 'run.svg'), 'utf8')).toMatch(/^<svg /);
});

describe('misuse → code 2', () => {
  it.each<[string, string[], RegExp]>([
    ['no such store', ['none.sqlite'], /no such file/],
    ['no such run', [measured, 'quite'], /did you mean 'quiet'\?/],
    ['a store without runs', [file('empty.sqlite')], /holds no runs/],
    ['a run without observations', [file('begun.sqlite')], /'begun' has no observations/],
    ['another ending', [measured, '--out', file('report.pdf')], /ends in \.md or \.html/],
    ['two files', [measured, '--out', file('a.md'), '--out', file('b.md')], /expected one value/],
    ['no such folder', [measured, '--out', file('none/report.html')], /cannot be written/],
    ['an unknown option', [measured, '--format', 'md'], /format/],
  ])('%s', async (_, args, message) => {
    if (!existsSync(file('empty.sqlite'))) openStore(file('empty.sqlite')).close();
    if (!existsSync(file('begun.sqlite'))) writeRun(file('begun.sqlite'), { name: 'begun', to: -1 });
    const { code, out, err } = await report(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
  });
});
