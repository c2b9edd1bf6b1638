import { type MessagePort, parentPort } from 'node:worker_threads';
import type { SatwatchError } from '../errors.js';
import { decodeAgain, type ImageFile } from './imageFile.js';

/** The helper thread of `decodeNow`. */
export type Answer = { pixels: Uint8Array } | { error: Pick<SatwatchError, 'code' | 'message' | 'subject'> };

interface Request {
  file: ImageFile;
  port: MessagePort;
  done: Int32Array;
}

parentPort!.on('message', async ({ file, port, done }: Request) => {
  const answer = await decodeAgain(file).then(
    (pixels): Answer => ({ pixels }),
    ({ code, message, subject }): Answer => ({ error: { code, message, subject } }),
  );
  port.postMessage(answer);
  port.close();
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});
