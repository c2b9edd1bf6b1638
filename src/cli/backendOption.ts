/** Of every command that loads a backend. */
export const backendOption = {
  type: 'string',
  requiresArg: true,
  describe: 'tfjs-node-gpu, tfjs-node or wasm; default: that of SATWATCH_BACKEND, else the fastest',
} as const;
