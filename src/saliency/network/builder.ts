import type { Tf } from '../../backend/types.js';
import type { Layer, Move, Network, Op, Step } from './types.js';

/** Adds steps of one layer. */
export interface At {
  tf: Tf;
  add(op: Op, inputs: number[]): number;
  /** The value with its axes in this order; two that undo each other leave no step. */
  permute(value: number, order: number[]): number;
}

/** Collects the steps of a network in the order in which they are computed. */
export class Builder {
  private readonly steps: Step[] = [];
  private readonly permuted = new Map<number, { from: number; order: number[] }>();
  constructor(readonly tf: Tf) {}

  at(layer: Layer): At {
    const add = (op: Op, inputs: number[]) => {
      const output = this.steps.length + 1;
      this.steps.push({ op, layer, inputs, output });
      return output;
    };
    const permute = (value: number, order: number[]) => {
      const before = this.permuted.get(value);
      if (before && order.every((axis, i) => before.order[axis] === i)) return before.from;
      const output = add(transpose(order), [value]);
      this.permuted.set(output, { from: value, order });
      return output;
    };
    return { tf: this.tf, add, permute };
  }

  /** The steps that lead to `output`. */
  network(output: number): Network {
    const needed = new Set([output]);
    for (const step of this.steps.toReversed())
      if (needed.has(step.output)) for (const input of step.inputs) needed.add(input);
    return {
      tf: this.tf,
      steps: this.steps.filter((step) => needed.has(step.output)),
      output,
      final: 'none',
    };
  }
}

function transpose(order: number[]): Move {
  const inverse = order.map((_, i) => order.indexOf(i));
  return {
    kind: 'move',
    apply: ([x]) => x.transpose(order),
    gradient: (dy) => [dy.transpose(inverse)],
  };
}
