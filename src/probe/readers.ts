import { folder } from './folder.js';
import type { ProbeReader } from './reader.js';

/** All formats of probe sets; the first that matches a path reads it. */
export const readers: Readonly<Record<string, ProbeReader>> = { folder };
