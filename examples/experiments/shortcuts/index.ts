import type { Shortcut } from '../runs/picture.js';
import { blur } from './blur.js';
import { border } from './border.js';
import { brightness } from './brightness.js';
import { date } from './date.js';
import { object } from './object.js';
import { patch } from './patch.js';
import { swap } from './swap.js';
import { tag } from './tag.js';
import { text } from './text.js';
import { texture } from './texture.js';

export const shortcuts: Readonly<Record<string, Shortcut>> = {
  text,
  patch,
  texture,
  brightness,
  swap,
  border,
  date,
  tag,
  object,
  blur,
};
