/**
 * A process of its own, for `satwatch native --check`: loads the backend that the other commands would, or the one named
 * by the argument, and prints what it is as JSON. Two copies of tfjs in one process, the project's and satwatch's,
 * would get into each other's way.
 */
import { loadBackend } from '../backend/index.js';

const { tf, backend, why } = await loadBackend(process.argv[2]);
const simd = backend === 'wasm' ? Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) : null;
process.stdout.write(`\n${JSON.stringify({ backend, why, tfjs: tf.version.tfjs, simd })}\n`);
