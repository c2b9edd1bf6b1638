import { createRequire } from 'node:module';
import type { Tf } from '../backend/types.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

/** What ran: satwatch, Node, and the user's tfjs. */
export function versions(tf: Tf): Record<string, string> {
  return { satwatch: version, node: process.versions.node, tfjs: tf.version?.['tfjs-core'] ?? 'unknown' };
}
