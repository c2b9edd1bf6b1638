/** The user's tfjs namespace, always handed in: `@tensorflow/tfjs`, tfjs-node or tfjs-node-gpu. */
export type Tf = typeof import('@tensorflow/tfjs');
