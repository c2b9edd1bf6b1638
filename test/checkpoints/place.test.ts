import { describe, expect, it } from 'vitest';
import { byPlace, placeOf } from '../../src/checkpoints/place.js';

describe('the epoch in a name', () => {
  it.each([
    ['epoch-10', 10, null],
    ['epoch_03.keras', 3, null],
    ['Epoch7.h5', 7, null],
    ['model.05-0.32.hdf5', 5, null],
    ['weights.12-1.05.h5', 12, null],
    ['ep=004', 4, null],
    ['epoch=3-step=1200', 3, null],
    ['epoch-3-batch-100', 3, null],
    ['net_batch64_epoch2', 2, null],
    ['resnet-batch-64-model-3.keras', 3, null],
    ['batch-500', null, 500],
    ['batch-500.25', null, 500],
    ['run-2-batch-500', null, 500],
    ['epoch-1.5.h5', 1.5, null],
    ['epoch-3.0.95.h5', 3, null],
    ['epoch-3.weights.h5', 3, null],
    ['step-10000000', null, 10000000],
    ['model-1700000000.h5', null, null],
    ['ckpt_1700000000123', null, null],
    ['model_2026_11_26.h5', null, null],
    ['model_26-11-2026.h5', null, null],
    ['2026.11.26-07.h5', 7, null],
    ['model-20269926', 20269926, null],
    ['2026-11-26/10-01-38', null, null],
    ['2026-11-26_10.01.38/epoch-2', 2, null],
    ['model-3-of-10.h5', 3, null],
    ['model-05-1e-04.h5', 5, null],
    ['lr1e-04_12.h5', 12, null],
    ['step-500', null, 500],
    ['global_step_20', null, 20],
    ['7.keras', 7, null],
    ['model-3.h5', 3, null],
    ['ckpt12.keras', 12, null],
    ['resnet50-02.h5', 2, null],
    ['mobilenet_v2_224-03', 3, null],
    ['2026-11-24-05.keras', 5, null],
    ['20261124-223100_epoch2', 2, null],
    ['run2/epoch-4/', 4, null],
    ['epoch-6/model.keras', 6, null],
    ['best.keras', null, null],
    ['latest', null, null],
    ['vgg16.h5', null, null],
    ['cats-128x128.h5', null, null],
    ['acc0.93.h5', null, null],
    ['final-0.5.h5', null, null],
    ['', null, null],
  ])('%s → epoch %s, step %s', (name, epoch, step) => {
    expect(placeOf(name.replace(/\/$/, ''))).toEqual({ epoch, step });
  });

  it('orders: 9 before 10, epochs and steps, names without a number last and by time', () => {
    const names = ['epoch-10', 'last', 'step-30', 'epoch-9.5', 'epoch-9', 'step-4', 'best', 'epoch-1'];
    const placed = names.map((name, i) => ({ name, time: 100 - i, ...placeOf(name) }));
    expect(placed.sort(byPlace).map(({ name }) => name)).toEqual([
      'epoch-1',
      'epoch-9',
      'epoch-9.5',
      'epoch-10',
      'step-4',
      'step-30',
      'best',
      'last',
    ]);
  });
});
