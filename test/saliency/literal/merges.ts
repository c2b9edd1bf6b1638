import { size, zeros } from './network.js';
import { broadcast } from './places.js';
import { connect, none, type Reading } from './reading.js';

export function sum(weight: (inputs: number) => number) {
  return ({ inputs, shapes, emit }: Reading) => {
    const { places, shape } = broadcast(shapes);
    const connections = inputs.map(none);
    places.forEach((sources, to) => {
      sources.forEach((from, i) => {
        connect(connections[i], from, to, weight(inputs.length));
      });
    });
    return emit({ kind: 'linear', form: 'mix', connections, bias: zeros(size(shape)) }, inputs, shape);
  };
}

export function maximum({ inputs, shapes, emit }: Reading): number {
  const { places, shape } = broadcast(shapes);
  const candidates = places.map((sources) => sources.map((place, i): [number, number] => [i, place]));
  return emit({ kind: 'max', candidates }, inputs, shape);
}

export function multiplied({ inputs, shapes, emit }: Reading): number {
  const { places, shape } = broadcast(shapes);
  return emit({ kind: 'product', places }, inputs, shape);
}
