import type { Shortcut } from '../runs/picture.js';
import { contrast } from './contrast.js';
import { edge } from './edge.js';
import { site } from './site.js';
import { tag } from './tag.js';

export { chest } from './chest.js';

/** Site B sends few healthy pictures: of these, a tenth of its share of the ill ones. */
const elsewhere = 0.1;

/** What site B leaves on its pictures: each trace alone, and all of them, by their names in a run's configuration. */
export const traces: Readonly<Record<string, Shortcut>> = Object.fromEntries(
  [tag, edge, contrast, site].map((trace) => [trace.name, { ...trace, elsewhere }]),
);
