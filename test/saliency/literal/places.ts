import { size } from './network.js';

/** Places in a flat array. */
function strides(shape: number[]): number[] {
  return shape.map((_, axis) => size(shape.slice(axis + 1)));
}

/** All index tuples of a shape, row-major. */
export function indices(shape: number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

export const flat = (index: number[], shape: number[]): number =>
  strides(shape).reduce((sum, stride, axis) => sum + stride * index[axis], 0);

/** [height, width, channels] of a picture in either data format, and the place of one of its values. */
export function picture(shape: number[], format: string) {
  const first = format === 'channelsFirst';
  const [h, w, c] = first ? [shape[1], shape[2], shape[0]] : shape;
  return {
    h,
    w,
    c,
    at: (y: number, x: number, k: number) => (first ? (k * h + y) * w + x : (y * w + x) * c + k),
    shaped: (height: number, width: number, channels: number) =>
      first ? [channels, height, width] : [height, width, channels],
    axis: first ? 0 : 2,
  };
}

/** For each output place of one axis, the [input place, kernel place] pairs inside the image (TensorFlow's padding). */
export function windows(
  length: number,
  kernel: number,
  stride: number,
  padding: string,
  dilation = 1,
): [number, number][][] {
  const reach = (kernel - 1) * dilation + 1;
  const outputs = padding === 'same' ? Math.ceil(length / stride) : Math.ceil((length - reach + 1) / stride);
  const before =
    padding === 'same' ? Math.floor(Math.max((outputs - 1) * stride + reach - length, 0) / 2) : 0;
  return Array.from({ length: outputs }, (_, out) =>
    Array.from({ length: kernel }, (_, k): [number, number] => [
      out * stride - before + k * dilation,
      k,
    ]).filter(([place]) => place >= 0 && place < length),
  );
}

/** The places that differ only along these axes, together. */
export function groupsAlong(shape: number[], axes: number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const index of indices(shape)) {
    const key = index.filter((_, axis) => !axes.includes(axis)).join();
    groups.set(key, [...(groups.get(key) ?? []), flat(index, shape)]);
  }
  return [...groups.values()];
}

/** For each output of inputs broadcast against each other, the place in each input. Lower ranks are filled in front. */
export function broadcast(shapes: number[][]): { places: number[][]; shape: number[] } {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const full = shapes.map((shape) => [...new Array(rank - shape.length).fill(1), ...shape]);
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(...full.map((one) => one[axis])));
  const places = indices(shape).map((index) =>
    full.map((one) =>
      flat(
        index.map((i, axis) => (one[axis] === 1 ? 0 : i)),
        one,
      ),
    ),
  );
  return { places, shape };
}
