import { refuseUnknownOptions, SatwatchError } from '../errors.js';

/** Where in its training a model is observed. */
export interface ObserveOptions {
  /** Completed epochs; 0 is the model before training, a fraction is allowed. */
  epoch: number;
  /** Batches seen. */
  step?: number;
  /** The training's numbers at this point, as `fit` logs them. */
  metrics?: Record<string, number | null | undefined>;
  /** What the model was read from: kept as an event of the run, written with the observation or not at all. */
  checkpoint?: string;
}

/**
 * Whether what an earlier life of a run observed gives way: a checkpoint was taken up again, and this life has gone from
 * `last` to `now`. With other batches an epoch than before the two have no step in common.
 */
export function isReplaced(epoch: number, now: number, last: number | null): boolean {
  return last === null ? epoch === now : epoch > last && epoch <= now;
}

/** @throws SatwatchError BAD_OPTION, UNKNOWN_OPTION */
export function checkPlace(options: ObserveOptions): void {
  const { epoch, step } = options ?? {};
  const refuse = (option: string, got: unknown, expected: string): never => {
    throw new SatwatchError('BAD_OPTION', `observe, ${option}: got ${got}, expected ${expected}`, option);
  };
  if (typeof epoch !== 'number' || !Number.isFinite(epoch) || epoch < 0)
    refuse('epoch', epoch, 'completed epochs from 0: observe(model, { epoch: 0 })');
  if (step !== undefined && !(Number.isInteger(step) && step >= 0))
    refuse('step', step, 'batches seen, from 0');
  refuseUnknownOptions('observe', options, ['epoch', 'step', 'metrics', 'checkpoint']);
}
