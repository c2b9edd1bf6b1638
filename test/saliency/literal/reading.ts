import { activation } from './activations.js';
import type { Connections, Op } from './network.js';
import { groupsAlong } from './places.js';

/** One application of a layer: the values that come in, and a way to add operations. */
export interface Reading {
  layer: any;
  inputs: number[];
  shapes: number[][];
  emit(op: Op, inputs: number[], shape: number[]): number;
}

export const weightsOf = (variable: any): number[] | null =>
  variable ? Array.from(variable.read().dataSync()) : null;

export const none = (): Connections => ({ from: [], to: [], weight: [] });

export function connect(list: Connections, from: number, to: number, weight: number): void {
  list.from.push(from);
  list.to.push(to);
  list.weight.push(weight);
}

export function activated(
  name: string | undefined,
  value: number,
  shape: number[],
  emit: Reading['emit'],
): number {
  if (!name || name === 'linear') return value;
  if (name === 'softmax' || name === 'logSoftmax')
    return emit(softmax(shape, shape.length - 1, name), [value], shape);
  return emit(activation(name), [value], shape);
}

export function softmax(shape: number[], axis: number, name: string): Op {
  return { kind: 'softmax', groups: groupsAlong(shape, [axis]), log: name === 'logSoftmax' };
}

export const activationName = (layer: any): string | undefined => layer.activation?.getClassName();

export const pair = (value: number | number[]): number[] => (Array.isArray(value) ? value : [value, value]);
