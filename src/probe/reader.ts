import type { Role, Segment } from '../types.js';

export interface Size {
  width: number;
  height: number;
}

/** A mask as its file has it, at the size of the undecoded image; `from` says which file, for messages. */
export interface SourceSegment extends Segment {
  from: string;
}

/** One image that a reader found: nothing is decoded or resized yet, that is the same for all formats. */
export interface SourceImage {
  id: string;
  /** The path to open. */
  file: string;
  /** How messages call it, such as "probe.json, images[3] ('cats/1.png')". */
  where: string;
  /** Class name or index, where the format has one. */
  label?: string | number;
  /** The format's own record of the image: `labels: 'key'` looks here. */
  record: Readonly<Record<string, unknown>>;
  /** The masks over the image of this size (as viewers show it); several of one name are united later. */
  segments(size: Size): Promise<SourceSegment[]>;
}

export interface ProbeSource {
  classNames?: string[];
  roles?: Record<string, Role>;
  channels?: number;
  images: SourceImage[];
}

/** A format of probe sets on disk: one file here, one line in `readers.ts`. */
export interface ProbeReader {
  /** Whether this reader takes the path; a look at names only. */
  matches(path: string): boolean;
  read(path: string): Promise<ProbeSource>;
}
