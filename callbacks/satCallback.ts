import type { Callback, LayersModel, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../src/backend/types.js';
import { Monitor, type MonitorOptions } from '../src/monitor/index.js';

/**
 * A tf.Callback for `fit` and `fitDataset` that observes the model before the first batch (epoch 0) and after every
 * epoch. Returns at once; options are checked here, files and the model when the training begins.
 *
 * A callback that sees a further `fit` without an `initialEpoch` goes on counting from its last epoch.
 * @throws SatwatchError for options that cannot work
 */
export function satCallback(tf: Tf, options: MonitorOptions): Callback {
  const monitor = new Monitor(tf, options);
  const { everyEpochs, everyBatches } = monitor.config;

  // The class comes from the user's own tf: `fit` recognises callbacks by instanceof, and there may be several copies.
  class SatCallback extends tf.Callback {
    /** Epochs completed before this `fit`; null until its first epoch begins. */
    private offset: number | null = null;
    private completed = 0;
    private step = 0;
    private lastObserved: number | null = null;
    private batchesPerEpoch: number | undefined;

    private get trained(): LayersModel {
      return this.model as unknown as LayersModel;
    }

    override async onTrainBegin(): Promise<void> {
      this.offset = null;
      this.batchesPerEpoch = batchesPerEpoch(this.params);
      await monitor.start(this.trained, Number(this.params.epochs));
    }

    override async onEpochBegin(epoch: number): Promise<void> {
      if (this.offset !== null) return;
      const before = this.lastObserved === null ? monitor.last() : { epoch: this.completed, step: this.step };
      this.offset = epoch > 0 ? 0 : Math.floor(before?.epoch ?? 0);
      this.completed = this.offset + epoch;
      const stored = monitor.at(this.completed);
      this.step = this.stepAt(
        this.completed,
        stored ?? (this.lastObserved === null ? monitor.last(this.completed) : before),
      );
      if (stored) this.lastObserved = this.completed;
      else await this.observe(this.completed, {});
    }

    /**
     * Batches seen at an epoch, counted on from an observation before it. A checkpoint may be younger than the last
     * observation: with that one's step, the next would take its place in the store.
     */
    private stepAt(epoch: number, from: { epoch: number; step: number | null } | null): number {
      const { epoch: known, step } = from ?? { epoch: 0, step: 0 };
      const perEpoch = this.batchesPerEpoch ?? (known > 0 && step ? step / known : 1);
      return (step ?? 0) + Math.round(Math.max(0, epoch - known) * perEpoch);
    }

    override async onBatchEnd(batch: number): Promise<void> {
      this.step++;
      monitor.heartbeat();
      const last = this.batchesPerEpoch !== undefined && batch + 1 >= this.batchesPerEpoch;
      if (everyBatches === undefined || this.step % everyBatches !== 0 || last) return;
      const fraction = this.batchesPerEpoch === undefined ? 0 : (batch + 1) / this.batchesPerEpoch;
      await this.observe(this.completed + fraction, {});
    }

    override async onEpochEnd(epoch: number, logs: Record<string, number | Tensor> = {}): Promise<void> {
      this.completed = this.offset! + epoch + 1;
      const last = epoch + 1 === Number(this.params.epochs);
      if (this.completed % everyEpochs !== 0 && !last) return;
      await this.observe(this.completed, await numbers(logs));
    }

    override async onTrainEnd(): Promise<void> {
      // Nothing was left to train: a process that died between the last checkpoint and its observation comes back so.
      if (this.offset === null && typeof this.params.initialEpoch === 'number')
        await this.onEpochBegin(this.params.initialEpoch);
      // A training that was stopped early may end between two observations.
      if (this.offset !== null && this.lastObserved !== this.completed)
        await this.observe(this.completed, {});
      await monitor.finish();
    }

    private async observe(epoch: number, metrics: Record<string, number>): Promise<void> {
      const { stop } = await monitor.observe(this.trained, { epoch, step: this.step, metrics });
      this.lastObserved = epoch;
      if (stop) this.trained.stopTraining = true;
    }
  }

  return new SatCallback();
}

/** `fitDataset` says it, `fit` says samples and batch size; undefined where a dataset's length is unknown. */
function batchesPerEpoch(params: Record<string, any>): number | undefined {
  if (params.steps) return params.steps;
  if (params.samples && params.batchSize) return Math.ceil(params.samples / params.batchSize);
  return undefined;
}

/** A copy: tfjs changes `logs` in place, and its values may be tensors that are still in use. */
async function numbers(logs: Record<string, number | Tensor>): Promise<Record<string, number>> {
  const entries = Object.entries({ ...logs }).map(
    async ([name, value]): Promise<[string, number]> => [
      name,
      typeof value === 'number' ? value : (await value.data())[0],
    ],
  );
  return Object.fromEntries(await Promise.all(entries));
}
