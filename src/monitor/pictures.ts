import { inOrder, thumbnails } from '../probe/index.js';
import type { RunWriter, Store } from '../store/index.js';
import type { ProbeSet } from '../types.js';

/** Pictures a transaction. */
const atOnce = 64;

/** Stores the probe pictures as the page shows them, once a probe set; sharp works beside the event loop. */
export async function keepPictures(probe: ProbeSet, writer: RunWriter, store: Store): Promise<void> {
  if (store.countPictures(probe.id) === probe.images.length) return;
  const thumbnail = thumbnails(probe);
  for (let start = 0; start < probe.images.length; start += atOnce) {
    const images = probe.images.slice(start, start + atOnce);
    const jpegs: Buffer[] = [];
    for await (const jpeg of inOrder(images, thumbnail)) jpegs.push(jpeg);
    writer.pictures(images.map(({ segments }, i) => ({ image: start + i, jpeg: jpegs[i], segments })));
  }
}
