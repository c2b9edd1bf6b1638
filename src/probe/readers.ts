import { coco } from './coco.js';
import { folder } from './folder.js';
import { labelPng } from './labelPng.js';
import type { ProbeReader } from './reader.js';

/** All formats of probe sets; the first that matches a path reads it, so the one that takes any JSON comes last. */
export const readers: Readonly<Record<string, ProbeReader>> = { folder, labelPng, coco };
