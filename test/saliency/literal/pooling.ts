import { type Op, zeros } from './network.js';
import { indices, picture, windows } from './places.js';
import { connect, none, type Reading } from './reading.js';

/** The places of each pooling window, in the order in which equal values win. */
function pools(shape: number[], format: string, poolSize: number[], steps: number[], padding: string) {
  const from = picture(shape, format);
  const rows = windows(from.h, poolSize[0], steps[0], padding);
  const columns = windows(from.w, poolSize[1], steps[1], padding);
  const outShape = from.shaped(rows.length, columns.length, from.c);
  const to = picture(outShape, format);
  const places: number[][] = [];
  for (const [oy, ox, k] of indices([to.h, to.w, to.c]))
    places[to.at(oy, ox, k)] = rows[oy].flatMap(([y]) => columns[ox].map(([x]) => from.at(y, x, k)));
  return { places, shape: outShape };
}

export const largest = (places: number[][]): Op => ({
  kind: 'max',
  candidates: places.map((window) => window.map((place): [number, number] => [0, place])),
});

export function average(places: number[][]): Op {
  const list = none();
  places.forEach((window, to) => {
    for (const place of window) connect(list, place, to, 1 / window.length);
  });
  return { kind: 'linear', form: 'average', connections: [list], bias: zeros(places.length) };
}

export function pooling(pool: (places: number[][]) => Op) {
  return ({ layer, inputs, shapes, emit }: Reading) => {
    const { places, shape } = pools(
      shapes[0],
      layer.dataFormat,
      layer.poolSize,
      layer.strides,
      layer.padding,
    );
    return emit(pool(places), inputs, shape);
  };
}

/** [l,c] as a picture of one column. */
export function pooling1d(pool: (places: number[][]) => Op) {
  return ({ layer, inputs, shapes, emit }: Reading) => {
    const [l, c] = shapes[0];
    const steps = [layer.strides[0], 1];
    const { places, shape } = pools([l, 1, c], 'channelsLast', [layer.poolSize[0], 1], steps, layer.padding);
    return emit(pool(places), inputs, [shape[0], c]);
  };
}

export function globalPooling1d(pool: (places: number[][]) => Op) {
  return ({ inputs, shapes, emit }: Reading) => {
    const [l, c] = shapes[0];
    const { places } = pools([l, 1, c], 'channelsLast', [l, 1], [1, 1], 'valid');
    return emit(pool(places), inputs, [c]);
  };
}

export function globalPooling(pool: (places: number[][]) => Op) {
  return ({ layer, inputs, shapes, emit }: Reading) => {
    const { h, w } = picture(shapes[0], layer.dataFormat);
    const { places } = pools(shapes[0], layer.dataFormat, [h, w], [1, 1], 'valid');
    return emit(pool(places), inputs, [places.length]);
  };
}
