/**
 * The user's tfjs namespace, always handed in: `@tensorflow/tfjs`, tfjs-node or tfjs-node-gpu. However it was
 * imported: `default` is there or not by the importer's module settings.
 */
export type Tf = Omit<typeof import('@tensorflow/tfjs'), 'default'>;
