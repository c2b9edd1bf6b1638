import { escaped } from '../../../src/report/text.js';
import { colours, text } from '../figure.js';
import type { Estimate, Verdict } from './judge.js';

const [left, width, gap, top, rowHeight, foot] = [150, 300, 36, 52, 9, 62];

/** By how much the place ranks before who acts: a panel a probe set, a band a method, a line an action. */
export function forest(panels: readonly { title: string; verdicts: readonly Verdict[] }[]): string {
  const [{ verdicts: methods }] = panels;
  const actions = methods[0].classes.map(({ className }) => className);
  const band = (actions.length + 1.5) * rowHeight;
  const height = methods.length * band;
  const all = panels.flatMap(({ verdicts }) =>
    verdicts.flatMap(({ classes }) => classes.map(({ ahead }) => ahead)),
  );
  const finite = (values: number[]) => values.filter(Number.isFinite);
  const low = Math.floor(Math.min(-1, ...finite(all.map((one) => one.low))));
  const high = Math.ceil(Math.max(1, ...finite(all.map((one) => one.high))));
  const [total, bottom] = [
    left + panels.length * (width + gap),
    top + height + foot + 20 * Math.ceil(actions.length / 6),
  ];

  const line = ({ mean, low: from, high: to }: Estimate, x: (v: number) => number, y: number, c: number) =>
    Number.isFinite(mean)
      ? `<path d="M${x(from).toFixed(1)} ${y.toFixed(1)}H${x(to).toFixed(1)}" stroke="${colours[c]}" ` +
        `stroke-width="1.6" opacity="0.7"/><circle cx="${x(mean).toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${colours[c]}"/>`
      : '';
  const panel = ({ title, verdicts }: (typeof panels)[number], i: number) => {
    const x0 = left + i * (width + gap);
    const x = (value: number) => x0 + ((value - low) / (high - low)) * width;
    const ticks = Array.from({ length: high - low + 1 }, (_, t) => low + t);
    return [
      text(x0, 18, 'start', title),
      `<g fill="#555">${text(x(0) - 8, 40, 'end', '← person first')}${text(x(0) + 8, 40, 'start', 'place first →')}</g>`,
      ...verdicts.map((_, m) =>
        m % 2 === 0
          ? `<rect x="${x0}" y="${(top + m * band).toFixed(1)}" width="${width}" height="${band}" fill="#f4f4f4"/>`
          : '',
      ),
      ...ticks.map(
        (v) =>
          `<path d="M${x(v).toFixed(1)} ${top}v${height}" stroke="${v === 0 ? '#333' : '#ddd'}"/>` +
          text(x(v), top + height + 16, 'middle', String(v).replace('-', '−')),
      ),
      text(x0 + width / 2, top + height + 36, 'middle', "mean rank of who acts, less the place's"),
      ...verdicts.flatMap(({ classes }, m) =>
        classes.map(({ ahead }, c) => line(ahead, x, top + m * band + (c + 1.25) * rowHeight, c)),
      ),
    ].join('');
  };
  const methodNames = methods.map(({ method }, m) =>
    text(left - 10, top + (m + 0.5) * band + 4, 'end', method),
  );
  const key = actions.map((name, c) => {
    const [u, v] = [left + 112 * (c % 6), top + height + foot + 4 + 20 * Math.floor(c / 6)];
    return `<circle cx="${u + 4}" cy="${v - 4}" r="4" fill="${colours[c]}"/>${text(u + 14, v, 'start', name)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${bottom.toFixed(0)}" viewBox="0 0 ${total} ${bottom.toFixed(0)}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12"><title>${escaped(panels.map(({ title }) => title).join('; '))}</title><rect width="100%" height="100%" fill="#fff"/>${[...methodNames, ...panels.map(panel), ...key].join('')}</svg>\n`;
}
