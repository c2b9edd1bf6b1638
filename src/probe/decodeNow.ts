import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { SatwatchError } from '../errors.js';
import { unreadable } from './decodeImage.js';
import type { Answer } from './decodeThread.js';
import type { ImageFile } from './imageFile.js';

/** In ms: a thread that cannot start would never answer. */
const patience = 60_000;
let thread: Worker | undefined;

/**
 * The pixels of a file while the caller waits: sharp only works beside the event loop, so it runs in a helper thread,
 * for which this one stands still. A few milliseconds, more for the first.
 *
 * @throws SatwatchError IMAGE_UNREADABLE
 */
export function decodeNow(file: ImageFile): Uint8Array {
  thread ??= start();
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  thread.postMessage({ file, port: port2, done }, [port2]);
  if (Atomics.wait(done, 0, 0, patience) === 'timed-out')
    throw unreadable(file.file, file.where, 'no answer within a minute', 'try again');
  const answer: Answer = receiveMessageOnPort(port1)!.message;
  port1.close();
  if ('pixels' in answer) return answer.pixels;
  const { code, message, subject } = answer.error;
  throw new SatwatchError(code, message, subject);
}

function start(): Worker {
  const worker = new Worker(new URL('./decodeThread.js', import.meta.url));
  worker.unref();
  return worker;
}
