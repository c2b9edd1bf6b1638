import type { Tf } from '../../backend/types.js';
import type { Model } from '../../saliency/index.js';

/** What a checkpoint consists of, or why it is not whole yet. */
type Parts = { files: string[] } | { lacks: string };

export interface LoadContext {
  tf: Tf;
  /** The command that converts what TensorFlow.js cannot read. */
  converter: string;
  /** Aborted when the watching ends. */
  signal: AbortSignal;
}

/** A loaded model; whoever loads it disposes it. */
export type LoadedModel = Model & { dispose(): void };

/** A form in which training programs write models. */
export interface Format {
  name: string;
  /** Whether a file (`inside` is null) or a folder with these names inside looks like one. */
  matches(name: string, inside: readonly string[] | null): boolean;
  /** The files it consists of, relative to its path; '' is the path itself. */
  parts(path: string): Promise<Parts>;
  /**
   * Of the contents of all parts, read once, so that what was hashed is what is loaded.
   * @throws SatwatchError CHECKPOINT_UNREADABLE
   */
  load(contents: ReadonlyMap<string, Buffer>, context: LoadContext): Promise<LoadedModel>;
}
