import { type Linear, size, zeros } from './network.js';
import { flat, indices, picture } from './places.js';
import { connect, none, type Reading } from './reading.js';

/** Outputs that copy the places given, or nothing (null). */
function move(from: (number | null)[]): Linear {
  const list = none();
  from.forEach((place, to) => {
    if (place !== null) connect(list, place, to, 1);
  });
  return { kind: 'linear', form: 'move', connections: [list], bias: zeros(from.length) };
}

function reshaped(shape: number[]) {
  return ({ inputs, shapes, emit }: Reading) =>
    emit(move(Array.from({ length: size(shapes[0]) }, (_, i) => i)), inputs, shape);
}

/** A picture whose value [y, x, c] is that of the input at `place`. */
function pictured(
  { layer, inputs, shapes, emit }: Reading,
  height: (h: number) => number,
  width: (w: number) => number,
  place: (y: number, x: number, h: number, w: number) => [number, number] | null,
): number {
  const from = picture(shapes[0], layer.dataFormat);
  const shape = from.shaped(height(from.h), width(from.w), from.c);
  const to = picture(shape, layer.dataFormat);
  const places: (number | null)[] = new Array(size(shape)).fill(null);
  for (const [y, x, k] of indices([to.h, to.w, to.c])) {
    const source = place(y, x, from.h, from.w);
    places[to.at(y, x, k)] = source && from.at(source[0], source[1], k);
  }
  return emit(move(places), inputs, shape);
}

export function padded(reading: Reading): number {
  const [[top, bottom], [left, right]] = reading.layer.padding;
  return pictured(
    reading,
    (h) => h + top + bottom,
    (w) => w + left + right,
    (y, x, h, w) => (y < top || y >= top + h || x < left || x >= left + w ? null : [y - top, x - left]),
  );
}

export function cropped(reading: Reading): number {
  const [[top, bottom], [left, right]] = reading.layer.cropping;
  return pictured(
    reading,
    (h) => h - top - bottom,
    (w) => w - left - right,
    (y, x) => [y + top, x + left],
  );
}

export function enlarged(reading: Reading): number {
  const { layer, inputs, shapes, emit } = reading;
  const [sy, sx] = layer.size;
  if (layer.interpolation === 'nearest')
    return pictured(
      reading,
      (h) => h * sy,
      (w) => w * sx,
      (y, x) => [Math.floor(y / sy), Math.floor(x / sx)],
    );
  const from = picture(shapes[0], layer.dataFormat);
  const shape = from.shaped(from.h * sy, from.w * sx, from.c);
  const to = picture(shape, layer.dataFormat);
  const list = none();
  const ends = (place: number, step: number, length: number): [number, number][] => {
    const low = Math.floor(place / step);
    const share = place / step - low;
    return [
      [low, 1 - share],
      [Math.min(low + 1, length - 1), share],
    ];
  };
  for (const [y, x, k] of indices([to.h, to.w, to.c]))
    for (const [fy, wy] of ends(y, sy, from.h))
      for (const [fx, wx] of ends(x, sx, from.w)) connect(list, from.at(fy, fx, k), to.at(y, x, k), wy * wx);
  return emit({ kind: 'linear', form: 'mix', connections: [list], bias: zeros(size(shape)) }, inputs, shape);
}

export function repeated({ layer, inputs, shapes, emit }: Reading): number {
  const all = size(shapes[0]);
  return emit(move(Array.from({ length: layer.n * all }, (_, i) => i % all)), inputs, [layer.n, all]);
}

export function concatenated({ layer, inputs, shapes, emit }: Reading): number {
  const axis = layer.axis < 0 ? shapes[0].length + layer.axis : layer.axis - 1;
  const shape = [...shapes[0]];
  shape[axis] = shapes.reduce((total, one) => total + one[axis], 0);
  const connections = inputs.map(none);
  let offset = 0;
  shapes.forEach((one, i) => {
    for (const index of indices(one)) {
      const to = index.map((place, a) => (a === axis ? place + offset : place));
      connect(connections[i], flat(index, one), flat(to, shape), 1);
    }
    offset += one[axis];
  });
  return emit({ kind: 'linear', form: 'move', connections, bias: zeros(size(shape)) }, inputs, shape);
}

export function flattened({ layer, inputs, shapes, emit }: Reading): number {
  const [shape] = shapes;
  const all = size(shape);
  if (layer.dataFormat !== 'channelsFirst') return reshaped([all])({ layer, inputs, shapes, emit });
  const last = indices([...shape.slice(1), shape[0]]);
  return emit(move(last.map((index) => flat([index.at(-1)!, ...index.slice(0, -1)], shape))), inputs, [all]);
}

export function permuted({ layer, inputs, shapes, emit }: Reading): number {
  const axes: number[] = layer.dims.map((axis: number) => axis - 1);
  const shape = axes.map((axis) => shapes[0][axis]);
  const places = indices(shape).map((index) => {
    const source: number[] = [];
    axes.forEach((axis, i) => {
      source[axis] = index[i];
    });
    return flat(source, shapes[0]);
  });
  return emit(move(places), inputs, shape);
}

export function reshapedTo({ layer, inputs, shapes, emit }: Reading): number {
  const all = size(shapes[0]);
  const known = layer.targetShape.filter((n: number | null) => n !== null && n >= 0);
  const shape = layer.targetShape.map((n: number | null) => (n === null || n < 0 ? all / size(known) : n));
  return reshaped(shape)({ layer, inputs, shapes, emit });
}
