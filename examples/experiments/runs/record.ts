import type { LayersModel } from '@tensorflow/tfjs';
import type { ProbeSet } from 'satwatch';
import {
  type Answer,
  type Fills,
  measureFills,
  measurePair,
  type Pair,
  type Paste,
  planPairs,
} from '../../../src/alerts/reliance/measure.js';
import type { Tf } from '../../support/tf.js';
import { predictor } from './predictor.js';
import { scaled } from './truth.js';

/**
 * The answers behind the reliance test: of every pair and every fill at every epoch, whatever a budget would allow, so
 * that rules, budgets and numbers of pictures are compared on runs that are there.
 */
export interface Recorded {
  /** Class of each probe image. */
  labels: number[];
  pairs: {
    segment: string;
    className: string;
    /** Of each paste: probe images. The same at every epoch. */
    receivers: number[];
    givers: number[];
    controls: number;
    /** An epoch each, from 0: [paste][pasted, control 1, control 2][class]. */
    answers: string[];
  }[];
  fills: {
    segment: string;
    images: number[];
    /** An epoch each, from 0: [image][present, ring, blur][class]. */
    answers: string[];
  }[];
}

/** Asks `model` of all pictures of the reliance test; call it once an epoch, the first time before training. */
export function recorder(tf: Tf, model: LayersModel, probe: ProbeSet, seed: number) {
  const pixels = probe.images.map((image) => scaled([image.pixels as Uint8Array]));
  const predict = predictor(tf, model, probe);
  const recorded: Recorded = { labels: probe.images.map(({ label }) => label), pairs: [], fills: [] };
  return {
    recorded,
    async record(): Promise<void> {
      const fills = new Map<string, Fills>();
      for (const pair of planPairs(probe)) {
        const { segment, className } = pair;
        if (!fills.has(segment))
          fills.set(segment, await measureFills(probe, pixels, segment, predict, seed));
        const pastes = await measurePair(probe, pixels, pair, predict, seed);
        let own = recorded.pairs.find((p) => p.segment === segment && p.className === className);
        if (!own) {
          const [receivers, givers] = [pastes.map((p) => p.receiver), pastes.map((p) => p.giver)];
          own = { ...pair, receivers, givers, controls: pastes[0].controls.length, answers: [] };
          recorded.pairs.push(own);
        }
        own.answers.push(pack(pastes.flatMap(({ pasted, controls }) => [pasted, ...controls])));
      }
      for (const [segment, { present, ring, blur }] of fills) {
        let own = recorded.fills.find((f) => f.segment === segment);
        if (!own) {
          own = { segment, images: present.map(({ image }) => image), answers: [] };
          recorded.fills.push(own);
        }
        own.answers.push(pack(present.flatMap((answer, i) => [answer, ring[i], blur[i]])));
      }
    },
  };
}

/** The pastes of a pair at an epoch, as `measurePair` gave them. */
export function pastesAt(recorded: Recorded, pair: Pair, epoch: number, classes: number): Paste[] {
  const { receivers, givers, controls, answers } = recorded.pairs.find(
    (p) => p.segment === pair.segment && p.className === pair.className,
  )!;
  const all = unpack(answers[epoch], classes);
  return receivers.map((receiver, i) => {
    const [pasted, ...rest] = all.slice(i * (1 + controls), (i + 1) * (1 + controls));
    return { receiver, giver: givers[i], pasted, controls: rest };
  });
}

export function fillsAt(recorded: Recorded, segment: string, epoch: number, classes: number): Fills {
  const { images, answers } = recorded.fills.find((f) => f.segment === segment)!;
  const all = unpack(answers[epoch], classes);
  const of = (way: number) => images.map((image, i) => ({ image, ...all[3 * i + way] }));
  return { present: of(0), ring: of(1), blur: of(2) };
}

/** Probabilities are kept in thousandths, the last class's as what is left. */
const unit = 1000;

function pack(answers: readonly Answer[]): string {
  const values = Uint16Array.from(
    answers.flatMap(({ probabilities }) => [...probabilities.slice(0, -1)].map((p) => Math.round(p * unit))),
  );
  return Buffer.from(values.buffer).toString('base64');
}

function unpack(text: string, classes: number): Answer[] {
  const values = new Uint16Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
  return Array.from({ length: values.length / (classes - 1) }, (_, i) => {
    const own = [...values.subarray(i * (classes - 1), (i + 1) * (classes - 1))];
    const rest = Math.max(0, unit - own.reduce((sum, value) => sum + value, 0));
    const probabilities = Float32Array.from([...own, rest], (value) => value / unit);
    return { probabilities, logits: probabilities.map(Math.log) };
  });
}
