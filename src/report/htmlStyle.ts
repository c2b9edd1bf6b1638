/** The page's colours (see dashboard/client/style.css); print is always light. */
export const style = `
:root {
  color-scheme: light dark;
  --surface: #fcfbf9; --raised: #f4f2ee; --ink: #1d2125; --ink-2: #4a5158; --ink-3: #646b73;
  --rule: #e3e0da; --grid: #ece9e4; --control: #8d9299;
  --core: #1467b8; --context: #08755c; --suspect: #bf3f06; --none: #646b73; --ok: #08755c;
  --warning: #805300; --warning-wash: #faf0d7; --alarm: #b02318; --alarm-wash: #fbe6e2; --on-alarm: #fff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --surface: #15171a; --raised: #1d2024; --ink: #e9e6e1; --ink-2: #bdc1c6; --ink-3: #979da5;
    --rule: #2d3136; --grid: #24282c; --control: #6d747c;
    --core: #74b5f2; --context: #4fc3a1; --suspect: #ff9164; --none: #979da5; --ok: #4fc3a1;
    --warning: #e8b64c; --warning-wash: #2f2714; --alarm: #ff8b7d; --alarm-wash: #371d1a; --on-alarm: #2a0d09;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { text-size-adjust: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--surface); color: var(--ink);
  font: 15px / 1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 944px; margin: 0 auto; padding: 32px 32px 56px; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 26px; font-weight: 650; line-height: 1.2; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 44px 0 12px; padding-top: 12px; border-top: 1px solid var(--rule); font-size: 17px; font-weight: 650; line-height: 1.3; }
h3 { font-size: 15px; font-weight: 650; line-height: 1.4; overflow-wrap: anywhere; }
.kind { color: var(--ink-3); font-size: 13px; }
.facts-line { margin-top: 6px; color: var(--ink-2); overflow-wrap: anywhere; }
.verdict { margin-top: 24px; padding: 18px 22px 20px; border-left: 4px solid var(--ok); background: var(--raised); }
.verdict h2 { margin: 0 0 8px; padding: 0; border: 0; font-size: 19px; overflow-wrap: anywhere; }
.verdict p { max-width: 76ch; overflow-wrap: anywhere; }
.verdict p + p { margin-top: 7px; }
.verdict.warning { border-color: var(--warning); background: var(--warning-wash); }
.verdict.alarm, .verdict.severe { border-color: var(--alarm); background: var(--alarm-wash); }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--core); outline-offset: 4px; }
.wide svg { display: block; }
.trajectories { width: 100%; min-width: 720px; height: auto; }
.caption { margin-top: 8px; max-width: 84ch; color: var(--ink-2); font-size: 13.5px; overflow-wrap: anywhere; }
.caption + .caption { margin-top: 5px; }
.trajectories text { fill: var(--ink-2); }
.t-ground { fill: none; }
.t-grid { stroke: var(--grid); }
.t-axis { stroke: var(--control); }
.t-core { --tone: var(--core); }
.t-context { --tone: var(--context); }
.t-suspect { --tone: var(--suspect); }
.t-none { --tone: var(--none); }
.trajectories path { fill: none; }
.t-line, .t-chance, .t-lead { stroke: var(--tone); }
.t-chance { stroke-width: 1.2; stroke-dasharray: 5 4; }
.t-lead { stroke-opacity: 0.6; }
.t-thick { stroke-width: 2.6; }
.t-dot, .trajectories text.t-name { fill: var(--tone); }
.trajectories .t-band { fill: var(--tone); fill-opacity: 0.16; stroke: none; }
.t-mark { stroke: var(--alarm); }
.t-mark.t-warning { stroke: var(--warning); }
.trajectories text.t-flag { fill: var(--alarm); }
.trajectories text.t-flag.t-warning { fill: var(--warning); }
.difference { margin-bottom: 10px; }
.difference svg { margin: 0 auto; fill: var(--ink); }
.difference svg g { stroke: var(--ink); }
.difference svg rect { fill: none; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 5px 0 5px 14px; border-bottom: 1px solid var(--grid); font-weight: 400; text-align: right; white-space: nowrap; }
thead th { border-color: var(--rule); color: var(--ink-3); font-size: 13px; vertical-align: bottom; }
th:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 110px; }
th:nth-child(2), td:nth-child(2) { text-align: left; }
td:nth-child(3) { font-weight: 650; }
.sub { color: var(--ink-3); }
.core { color: var(--core); } .context { color: var(--context); } .suspect { color: var(--suspect); }
.alert { padding: 18px 0 20px; }
.alert + .alert { border-top: 1px solid var(--rule); }
.alert h3 { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
.level { padding: 0 8px; border-radius: 3px; background: var(--alarm-wash); color: var(--alarm); font-size: 13.5px; line-height: 21px; }
.warning > h3 .level, .level.warning { background: var(--warning-wash); color: var(--warning); }
.severe > h3 .level, .level.severe { background: var(--alarm); color: var(--on-alarm); }
.when { color: var(--ink-3); font-weight: 400; }
.message { margin: 6px 0 0; max-width: 76ch; overflow-wrap: anywhere; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px 14px; margin: 12px 0 2px; padding: 0; list-style: none; }
.pictures li { width: 128px; font-size: 12.5px; line-height: 1.35; }
.pictures svg { display: block; width: 128px; height: 128px; margin-bottom: 5px; background: var(--raised); }
.pictures .small { image-rendering: pixelated; }
.pictures .under, .pictures .over { fill: none; stroke-linecap: square; vector-effect: non-scaling-stroke; }
.pictures .under { stroke: #000; stroke-width: 4; }
.pictures .over { stroke: #fff; stroke-width: 2.2; }
.wrong { color: var(--alarm); }
.pictures p { overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: 168px minmax(0, 1fr); font-size: 14px; }
.facts > div { display: contents; }
.facts dt, .facts dd { padding: 4px 0; border-bottom: 1px solid var(--grid); }
.facts dt { padding-right: 18px; color: var(--ink-3); overflow-wrap: anywhere; }
.facts dd { overflow-wrap: anywhere; }
.alert .facts { margin-top: 10px; }
.plain { padding-left: 20px; overflow-wrap: anywhere; }
.plain li { margin: 3px 0; }
.events { margin-top: 14px; color: var(--ink-2); font-size: 14px; }
@media (max-width: 640px) {
  main { padding: 20px 16px 40px; }
  h1 { font-size: 22px; }
  .verdict { margin: 18px -16px 0; padding: 14px 16px 16px; }
  th, td { padding-left: 10px; font-size: 14px; }
  .facts { display: block; }
  .facts > div { display: block; padding: 6px 0; border-bottom: 1px solid var(--grid); }
  .facts dt, .facts dd { max-width: none; padding: 0; border: 0; }
  .pictures li, .pictures svg { width: 104px; }
  .pictures svg { height: 104px; }
}
@media print {
  @page { margin: 16mm 14mm; }
  :root { color-scheme: light; --surface: #fff; }
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .wide { overflow: visible; }
  .trajectories { min-width: 0; }
  .difference svg { max-width: 100%; height: auto; }
  h2, h3 { break-after: avoid; }
  tr, figure, .pictures li, .facts > div, .verdict, .alert h3 + .message { break-inside: avoid; }
  .pictures { break-before: avoid; }
}
`;
