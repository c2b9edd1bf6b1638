import { type Linear, size, zeros } from './network.js';
import { indices, picture, windows } from './places.js';
import { activated, activationName, connect, none, pair, type Reading, weightsOf } from './reading.js';

export function conv({ layer, inputs, shapes, emit }: Reading): number {
  const kernel = weightsOf(layer.kernel)!;
  const out = spatial(
    layer,
    shapes[0],
    layer.kernelSize,
    layer.filters,
    pair(layer.dilationRate),
    (ky, kx, c, k, depth) => kernel[((ky * layer.kernelSize[1] + kx) * depth + c) * layer.filters + k],
  );
  const value = emit(withBias(out.op, out.shape, weightsOf(layer.bias)), inputs, out.shape);
  return activated(activationName(layer), value, out.shape, emit);
}

/** tfjs's DepthwiseConv2D has a dilation and does not use it. */
export function depthwise({ layer, inputs, shapes, emit }: Reading): number {
  const out = depthwiseOp(layer, shapes[0], [1, 1]);
  const value = emit(withBias(out.op, out.shape, weightsOf(layer.bias)), inputs, out.shape);
  return activated(activationName(layer), value, out.shape, emit);
}

function depthwiseOp(layer: any, shape: number[], dilation: number[]) {
  const kernel = weightsOf(layer.depthwiseKernel)!;
  const multiplier = layer.depthMultiplier;
  const depth = picture(shape, layer.dataFormat).c;
  return spatial(layer, shape, layer.kernelSize, depth * multiplier, dilation, (ky, kx, c, k) =>
    Math.floor(k / multiplier) === c
      ? kernel[((ky * layer.kernelSize[1] + kx) * depth + c) * multiplier + (k % multiplier)]
      : null,
  );
}

export function separable({ layer, inputs, shapes, emit }: Reading): number {
  const first = depthwiseOp(layer, shapes[0], pair(layer.dilationRate));
  const between = emit(first.op, inputs, first.shape);
  const point = weightsOf(layer.pointwiseKernel)!;
  const single = { dataFormat: layer.dataFormat, strides: [1, 1], padding: 'valid' };
  const second = spatial(
    single,
    first.shape,
    [1, 1],
    layer.filters,
    [1, 1],
    (_y, _x, c, k) => point[c * layer.filters + k],
  );
  const value = emit(withBias(second.op, second.shape, weightsOf(layer.bias)), [between], second.shape);
  return activated(activationName(layer), value, second.shape, emit);
}

/** A convolution with the weight given for [row, column, channel in, channel out]; null where there is no connection. */
function spatial(
  layer: { dataFormat: string; strides: number[]; padding: string },
  shape: number[],
  kernelSize: number[],
  filters: number,
  dilation: number[],
  weight: (ky: number, kx: number, c: number, k: number, depth: number) => number | null,
): { op: Linear; shape: number[] } {
  const from = picture(shape, layer.dataFormat);
  const rows = windows(from.h, kernelSize[0], layer.strides[0], layer.padding, dilation[0]);
  const columns = windows(from.w, kernelSize[1], layer.strides[1], layer.padding, dilation[1]);
  const outShape = from.shaped(rows.length, columns.length, filters);
  const to = picture(outShape, layer.dataFormat);
  const list = none();
  rows.forEach((row, oy) => {
    columns.forEach((column, ox) => {
      for (const [y, ky] of row)
        for (const [x, kx] of column)
          for (let c = 0; c < from.c; c++)
            for (let k = 0; k < filters; k++) {
              const w = weight(ky, kx, c, k, from.c);
              if (w !== null) connect(list, from.at(y, x, c), to.at(oy, ox, k), w);
            }
    });
  });
  return {
    op: {
      kind: 'linear',
      form: 'conv',
      connections: [list],
      bias: zeros(size(outShape)),
      axis: from.axis,
      unpadded: layer.padding === 'valid' || (kernelSize[0] === 1 && kernelSize[1] === 1),
    },
    shape: outShape,
  };
}

function withBias(op: Linear, shape: number[], bias: number[] | null): Linear {
  if (!bias) return op;
  return { ...op, bias: indices(shape).map((index) => bias[index[op.axis!]]) };
}

export function dense({ layer, inputs, shapes, emit }: Reading): number {
  const kernel = weightsOf(layer.kernel)!;
  const depth = shapes[0].at(-1)!;
  const outShape = [...shapes[0].slice(0, -1), layer.units];
  const list = none();
  for (let row = 0; row < size(shapes[0]) / depth; row++)
    for (let i = 0; i < depth; i++)
      for (let j = 0; j < layer.units; j++)
        connect(list, row * depth + i, row * layer.units + j, kernel[i * layer.units + j]);
  const op: Linear = {
    kind: 'linear',
    form: 'dense',
    connections: [list],
    bias: zeros(size(outShape)),
    axis: outShape.length - 1,
    unpadded: true,
  };
  const value = emit(withBias(op, outShape, weightsOf(layer.bias)), inputs, outShape);
  return activated(activationName(layer), value, outShape, emit);
}

/** y = factor · x + offset at every place. */
export function scale(
  shape: number[],
  factor: (index: number[]) => number,
  offset: (index: number[]) => number,
): Linear {
  const list = none();
  const all = indices(shape);
  all.forEach((index, i) => {
    connect(list, i, i, factor(index));
  });
  return { kind: 'linear', form: 'scale', connections: [list], bias: all.map(offset) };
}

export function batchNorm({ layer, inputs, shapes, emit }: Reading): number {
  const axis = layer.axis < 0 ? shapes[0].length + layer.axis : layer.axis - 1;
  const [gamma, beta] = [weightsOf(layer.gamma), weightsOf(layer.beta)];
  const [mean, variance] = [weightsOf(layer.movingMean)!, weightsOf(layer.movingVariance)!];
  const factor = (k: number) => (gamma?.[k] ?? 1) / Math.sqrt(variance[k] + layer.epsilon);
  const op = scale(
    shapes[0],
    (index) => factor(index[axis]),
    (index) => (beta?.[index[axis]] ?? 0) - mean[index[axis]] * factor(index[axis]),
  );
  return emit({ ...op, axis, batchNorm: true }, inputs, shapes[0]);
}
