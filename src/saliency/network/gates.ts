import type { Network } from './types.js';

const gating = new Set(['sigmoid', 'hardSigmoid', 'tanh', 'softmax']);

/**
 * Which inputs of a product are signals; the others weigh them. A gate comes from a sigmoid, hard sigmoid, tanh or
 * softmax, through moves and averages alone; where that tells none apart, what is broadcast is a gate.
 */
export function signalsOf({ steps }: Network, inputs: number[], shapes: number[][]): boolean[] {
  const isGate = (value: number): boolean => {
    const step = steps.find(({ output }) => output === value);
    if (!step) return false;
    if (step.op.kind === 'softmax') return !step.op.log;
    if (step.op.kind === 'activation') return gating.has(step.op.name);
    return (step.op.kind === 'move' || step.op.kind === 'mix') && step.inputs.every(isGate);
  };
  const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
  const largest = Math.max(...shapes.map(size));
  for (const gate of [isGate, (_: number, i: number) => size(shapes[i]) < largest]) {
    const gates = inputs.map(gate);
    if (gates.includes(true) && gates.includes(false)) return gates.map((is) => !is);
  }
  return inputs.map(() => true);
}
