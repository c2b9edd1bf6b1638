import type { ProbeSet } from '../../types.js';

/** Who shows what in a probe set, found in one pass over its masks: of large sets they are kept packed. */
export class Shown {
  private static readonly known = new WeakMap<ProbeSet, Shown>();
  /** Images by class. */
  readonly classes: readonly (readonly number[])[];
  /** By segment, a byte an image. */
  private readonly carriers: ReadonlyMap<string, Uint8Array>;
  private readonly none: Uint8Array;

  static in(probe: ProbeSet): Shown {
    let shown = Shown.known.get(probe);
    if (!shown) {
      shown = new Shown(probe);
      Shown.known.set(probe, shown);
    }
    return shown;
  }

  private constructor({ images, classNames, segmentNames }: ProbeSet) {
    const classes = classNames.map((): number[] => []);
    const carriers = new Map(segmentNames.map((name) => [name, new Uint8Array(images.length)]));
    images.forEach(({ label, segments }, i) => {
      classes[label].push(i);
      for (const { name, mask } of segments) if (mask.runs.length > 0) carriers.get(name)![i] = 1;
    });
    this.classes = classes;
    this.carriers = carriers;
    this.none = new Uint8Array(images.length);
  }

  /** 1 for every image that shows the segment. */
  of(segment: string): Uint8Array {
    return this.carriers.get(segment) ?? this.none;
  }
}
