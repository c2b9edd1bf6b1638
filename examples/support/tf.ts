/** A TensorFlow.js namespace: `import * as tf from '@tensorflow/tfjs-node'`, or whatever `loadBackend` finds. */
export type Tf = Omit<typeof import('@tensorflow/tfjs'), 'default'>;
