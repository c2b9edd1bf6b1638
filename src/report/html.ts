import { createHash } from 'node:crypto';
import type { Store } from '../store/index.js';
import type { Mask } from '../types.js';
import { comparisonWords } from './compareSegments.js';
import { criticalDifferenceSvg } from './criticalDifference.js';
import { evidence, type Fact } from './evidence.js';
import { epoch, minute, plural, rank } from './format.js';
import { style } from './htmlStyle.js';
import { alertLine, fullAlerts, groupWords, tableWords } from './markdown.js';
import { happened, measured } from './measured.js';
import { maskPaths } from './outline.js';
import type { ReportedAlert, ReportedPicture, ReportedSegment, RunReport } from './readReport.js';
import { escaped, oneLine } from './text.js';
import { inlineTrajectories, trajectoriesCaption } from './trajectories/index.js';
import { preposition, statements, verdict, whenWords } from './verdict.js';

/** What the document needs, and nothing else: no script, nothing from elsewhere. In the document too, so that it holds where it is opened from a disk. */
export const htmlPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;

/**
 * The report as one HTML document without a script or anything from elsewhere, for a screen or paper.
 *
 * @param pictures where the alerts' pictures come from, as a rule the store; without it there are none
 */
export function htmlReport(report: RunReport, pictures?: Pick<Store, 'picture'>): string {
  const { run, last, alerts, comparison, segments } = report;
  const { level, headline } = verdict(report);
  const events = happened(report);
  const full = alerts.slice(0, fullAlerts);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(`${run.name}: ${headline}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="kind">satwatch report</p>
<h1>${text(run.name)}</h1>
<p class="facts-line">Epoch ${epoch(last.epoch)}, ${minute(last.time)}; ${text(String(run.config.method ?? 'unknown method'))} on ${text(run.backend)}, ${plural(report.probe.images, 'probe image')}</p>
</header>
<section class="verdict ${text(level ?? 'none')}" aria-label="Verdict">
<h2>${text(headline)}</h2>
${statements(report)
  .map(({ lead, words }) => `<p>${lead === null ? '' : `<strong>${text(lead)}:</strong> `}${text(words)}</p>`)
  .join('\n')}
</section>
<section>
<h2>Trajectories</h2>
<figure>
<div class="wide" tabindex="0" role="region" aria-label="Trajectories">
${inlineTrajectories(report)}</div>
<figcaption class="caption">${text(trajectoriesCaption(report))}</figcaption>
</figure>
</section>
<section>
<h2>Segments</h2>
<div class="wide" tabindex="0" role="region" aria-label="Segments">
${table(segments)}
</div>
<p class="caption">${text(tableWords)}</p>
</section>
<section>
<h2>Alerts${alerts.length ? '' : ': none'}</h2>
${full.map((alert) => alertHtml(alert, pictures)).join('\n')}
${list(alerts.slice(fullAlerts).map(alertLine))}
</section>
<section>
<h2>Which segments can be told apart</h2>
${comparison.result ? `<div class="wide difference" tabindex="0" role="region" aria-label="Critical difference diagram">\n${criticalDifferenceSvg(comparison.names.map(oneLine), comparison.result)}</div>\n<p class="caption">${text(groupWords(report))}</p>` : ''}
${comparisonWords(comparison)
  .map((words) => `<p class="caption">${text(words)}</p>`)
  .join('\n')}
</section>
<section>
<h2>How it was measured</h2>
${facts(measured(report))}
${list(events, 'events')}
</section>
</main>
</body>
</html>
`;
}

function table(segments: readonly ReportedSegment[]): string {
  const head = ['Segment', 'Role', 'Mean rank', 'Chance rank', 'First', 'Best', 'n'];
  const rows = segments.map((segment) => {
    const { role, best, bestEpoch } = segment;
    const cells = [
      role ? `<span class="${role}">${role}</span>` : '',
      rank(segment.meanRank),
      rank(segment.chanceRank),
      rank(segment.first),
      best === null ? rank(best) : `${rank(best)} <span class="sub">epoch ${epoch(bestEpoch)}</span>`,
      String(segment.n),
    ];
    return `<tr><th scope="row">${text(segment.segment)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table>
<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function alertHtml(alert: ReportedAlert, store: Pick<Store, 'picture'> | undefined): string {
  const { level, segment, className, role, rule, alerts } = alert;
  const about =
    segment === null
      ? text(rule)
      : `${text(segment)}${role ? ` <span class="when">${role}</span>` : ''}${className === null ? '' : ` <span class="when">${preposition(rule)}</span> ${text(className)}`}`;
  const pictures = alert.pictures.flatMap(
    (picture, i) => (store && pictureHtml(picture, segment, `p${alerts[0].id}-${i}`, store)) ?? [],
  );
  return `<article class="alert ${text(level)}">
<h3><span class="level">${text(level)}</span> <span>${about}</span> <span class="when">${segment === null ? '' : `${text(rule)}, `}${text(whenWords(alert))}</span></h3>
<p class="message">${text(alerts[alerts.length - 1].message)}</p>
${pictures.length ? `<ul class="pictures" aria-label="Pictures kept with the alert">\n${pictures.join('\n')}\n</ul>` : ''}
${facts(evidence(alert))}
</article>`;
}

/** The picture, and around the segment a light line with a dark one around it: both outside, a thin part stays seen. */
function pictureHtml(
  { probeSet, index, id, className, predicted, rank: place }: ReportedPicture,
  segment: string | null,
  key: string,
  store: Pick<Store, 'picture'>,
): string | null {
  const stored = store.picture(probeSet, index);
  if (!stored) return null;
  const own = stored.segments.find(({ name }) => name === segment)?.mask;
  const [width, height] = sizeOf(own ?? stored.segments[0]?.mask);
  const small = Math.max(width, height) <= 96 ? ' class="small"' : '';
  const image = `<image id="${key}"${small} width="${width}" height="${height}" href="data:image/jpeg;base64,${stored.jpeg.toString('base64')}"/>`;
  const said =
    predicted === null
      ? `${text(className)}, prediction not known`
      : predicted === className
        ? `${text(className)} ✓`
        : `<span class="wrong">${text(className)}, taken for ${text(predicted)}</span>`;
  return `<li><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(id)}"><title>${text(id)}</title>${image}${own ? outline(key, own) : ''}</svg><p>${said}</p>${place === null ? '' : `<p class="sub">rank ${Number(place.toFixed(1))}</p>`}</li>`;
}

function outline(key: string, mask: Mask): string {
  const { border, inside } = maskPaths(mask);
  return `<path class="under" d="${border}"/><path class="over" d="${border}"/><clipPath id="${key}m"><path d="${inside}"/></clipPath><use href="#${key}" clip-path="url(#${key}m)"/>`;
}

const sizeOf = (mask: Mask | undefined) => (mask ? [mask.width, mask.height] : [1, 1]);

const facts = (list: readonly Fact[]) =>
  `<dl class="facts">\n${list.map(([name, value]) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join('\n')}\n</dl>`;

const list = (lines: readonly string[], more = '') =>
  lines.length
    ? `<ul class="plain ${more}">\n${lines.map((line) => `<li>${text(line)}</li>`).join('\n')}\n</ul>`
    : '';

/** A number keeps its percent sign on its line. */
const text = (plain: string) => escaped(oneLine(plain)).replace(/(?<=\d) %/g, '\u00A0%');
