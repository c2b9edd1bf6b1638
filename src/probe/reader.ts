import type { Role, Segment } from '../types.js';

export interface Size {
  width: number;
  height: number;
}

/** The size of an image as viewers show it; `turned`: its EXIF orientation has made width and height change places. */
export interface ShownSize extends Size {
  turned: boolean;
}

/** One image that a reader found: nothing is decoded or resized yet, that is the same for all formats. */
export interface SourceImage {
  id: string;
  /** The path to open. */
  file: string;
  /** The path as the format writes it: a CSV of labels may name the image so. */
  path: string;
  /** How messages call it, such as "probe.json, images[3] ('cats/1.png')". */
  where: string;
  /** Class name or index, where the format has one. */
  label?: string | number;
  /** The format's own record of the image: `labels: 'key'` looks here. */
  record: Readonly<Record<string, unknown>>;
  /**
   * The masks over the image of this size; several of one name are united later.
   *
   * @throws SatwatchError MASK_SIZE where one is of another size, before it is decoded (`refuseOtherSize`)
   */
  segments(size: ShownSize): Promise<Segment[]>;
}

export interface ProbeSource {
  classNames?: string[];
  roles?: Record<string, Role>;
  channels?: number;
  images: SourceImage[];
}

/** A format of probe sets on disk: one file here, one line in `readers.ts`. */
export interface ProbeReader {
  /** What it takes a folder for a probe set by, for messages. */
  looksFor: string;
  /** Whether this reader takes the path; a look at names only. */
  matches(path: string): boolean;
  read(path: string): Promise<ProbeSource>;
}
