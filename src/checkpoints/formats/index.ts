import type { Format } from './format.js';
import { kerasFormat } from './keras.js';
import { kerasH5Format } from './kerasH5.js';
import { savedModelFormat } from './savedModel.js';
import { tfjsFormat } from './tfjs.js';

export type { Format, LoadedModel } from './format.js';

/** The first that matches is taken. */
export const formats: readonly Format[] = [tfjsFormat, kerasFormat, kerasH5Format, savedModelFormat];
