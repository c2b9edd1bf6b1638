import type { AlertPicturesPage, MasksPage } from '../../wire.js';
import type { At } from '../route.js';
import { get, getBytes } from './api.js';
import { Memory } from './memory.js';

/** value / 127 · peak, row-major. */
export interface HeatMap {
  peak: number;
  values: Int8Array;
}

const masks = new Memory<MasksPage>(1000);
const maps = new Memory<HeatMap>(400);
const alertPictures = new Memory<AlertPicturesPage>(50);

const imagePath = (probeSet: string, index: number) =>
  `probe-sets/${encodeURIComponent(probeSet)}/images/${index}`;

export const pictureUrl = (probeSet: string, index: number) => `api/${imagePath(probeSet, index)}/picture`;

export function masksOf(probeSet: string, index: number): Promise<MasksPage> {
  const path = `${imagePath(probeSet, index)}/masks`;
  return masks.get(path, () => get<MasksPage>(path));
}

export const observationMap = (run: number, { epoch, step }: At, index: number) =>
  `runs/${run}/observations/${epoch}/maps/${index}${step === null ? '' : `?step=${step}`}`;

export const alertMap = (run: number, alert: number, place: number) =>
  `runs/${run}/alerts/${alert}/maps/${place}`;

/** @param path as `observationMap` or `alertMap` gives it. */
export function heatMapAt(path: string): Promise<HeatMap> {
  return maps.get(path, async () => {
    const bytes = await getBytes(path);
    return { peak: new DataView(bytes).getFloat32(0, true), values: new Int8Array(bytes, 4) };
  });
}

/** They were kept when the alert was raised and never change. */
export function alertPicturesOf(run: number, alert: number): Promise<AlertPicturesPage> {
  const path = `runs/${run}/alerts/${alert}/pictures`;
  return alertPictures.get(path, () => get<AlertPicturesPage>(path));
}
