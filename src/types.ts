/** The nouns of satwatch, shared by every room of the house. */

/** What the user says of a segment: `core` should decide, `context` may be seen, `suspect` is a shortcut candidate. */
export type Role = 'core' | 'context' | 'suspect';

/** A boolean mask as row-major runs `[start, length, start, length, …]`: ascending, disjoint, not touching, length ≥ 1. */
export interface Mask {
  width: number;
  height: number;
  runs: Uint32Array;
}

/** A named mask over an image; masks of one image may overlap. */
export interface Segment {
  name: string;
  mask: Mask;
}

/** `pixels`: h·w·c values, row-major, channels last; bytes are 0..255, floats are already in the model's range. */
export interface ProbeImage {
  id: string;
  label: number;
  pixels: Uint8Array | Float32Array;
  segments: Segment[];
}

/** The fixed, labelled images on which every epoch is measured. `id` is the hash of all its content. */
export interface ProbeSet {
  id: string;
  width: number;
  height: number;
  channels: number;
  classNames: string[];
  segmentNames: string[];
  roles: Record<string, Role>;
  images: ProbeImage[];
}

/** A row of an image's Segment Attribution Table. `area` in pixels, `attribution` = sum over the mask / area. */
export interface SatRow {
  segment: string;
  area: number;
  attribution: number;
  /** Rank of |attribution| inside the image, 1 = largest; ties share the mean rank. */
  rank: number;
}

export type Aggregation = 'relative' | 'absolute';

/** A segment over many images. Only `segment` and `n` where n is 0. */
export interface SegmentSummary {
  segment: string;
  n: number;
  meanRank?: number;
  medianRank?: number;
  q1Rank?: number;
  q3Rank?: number;
  meanAttribution?: number;
  medianAttribution?: number;
  q1Attribution?: number;
  q3Attribution?: number;
  minAttribution?: number;
  maxAttribution?: number;
}

/** One segment at one observation, over all classes (`className` null) or one. The rest is null where n is 0. */
export interface TrajectoryRow {
  segment: string;
  className: string | null;
  epoch: number;
  step: number | null;
  n: number;
  meanRank: number | null;
  meanAttribution: number | null;
  /** Mean rank on the same maps, shifted circularly by random offsets: what the segment's shape alone would give. */
  chanceRank: number | null;
}

/** What the reliance test measured for one (segment, class) pair at one observation. */
export interface Effect {
  segment: string;
  className: string;
  epoch: number;
  step: number | null;
  /** Mean rise of p(class) when the segment is pasted, over the control: the smaller of the two controls. */
  effect: number;
  /** Mean over its standard error, which knows that pastes share receivers and givers; the smaller of the two controls. */
  z: number;
  /**
   * The effect of the eighth of the givers that move predictions most, chosen by one half of each one's pastes and measured
   * on the other half; null where fewer than eight gave twice, or an earlier version measured.
   */
  top: number | null;
  /** Mean fall of p(class) when the segment is filled with its ring colour; null where no picture of another class shows it. */
  fill: number | null;
  /** The same with the segment blurred; null also where an earlier version measured. */
  blur: number | null;
  /** Answers that become the class by the paste, over the control, a share of the pastes; null where an earlier version measured. */
  flipped: number | null;
  /** Right answers lost by the paste, over the control, a share of the pastes; null where an earlier version measured. */
  lost: number | null;
  receivers: number;
  givers: number;
}

/** Pictures as they are, or changed: a segment filled with its ring's colour or blurred, or pasted from another class. */
export type CostVariant = 'present' | 'ring' | 'blur' | 'pasted' | 'unpasted';

/**
 * What a segment costs at one observation: over probe images of `className` (null: of all classes) that show it, as they
 * are ('present') and with it filled ('ring': the mean colour of the two pixels around it, 'blur'); over images of other
 * classes than `className` with that class's segment pasted on ('pasted') and as they are ('unpasted').
 */
export interface Cost {
  segment: string;
  className: string | null;
  variant: CostVariant;
  epoch: number;
  step: number | null;
  images: number;
  /** Share of right predictions; null where the model's output was not finite. */
  accuracy: number | null;
  /** Mean of the label's logit − the largest other logit. */
  margin: number | null;
}

/** An attribution map in 8 bit: value / 127 · peak, row-major, height · width. */
export interface StoredMap {
  peak: number;
  values: Int8Array;
}

/** A probe image at an observation. */
export interface ImageDetail {
  /** Index into the probe set's images. */
  index: number;
  id: string;
  label: number;
  /** null where the model's output was not finite, or the store is older than this figure. */
  predicted: number | null;
  margin: number | null;
  /** Ordered by rank; null where the image's map held a NaN or an infinity. */
  sat: SatRow[] | null;
}

export type Level = 'warning' | 'alarm' | 'severe';

export interface Alert {
  id: number;
  rule: string;
  level: Level;
  segment: string | null;
  className: string | null;
  epoch: number;
  from: number | null;
  to: number | null;
  message: string;
  /** What the rule saw, its thresholds, and the peak since: `peak`, `peakEpoch`. */
  evidence: Record<string, unknown>;
  resolvedEpoch: number | null;
  /** One entry a channel: 'pending', 'delivered', 'failed: …' (perhaps tried again) or 'refused: …'. */
  delivery: Record<string, string>;
}

/** Training metrics as `fit` logs them: loss, acc, val_loss, …; null where not finite. */
export type Metrics = Record<string, number | null>;

/** One observation without its rows. */
export interface ObservationInfo {
  epoch: number;
  step: number | null;
  /** ISO 8601. */
  time: string;
  /** Seconds the observation took, and its share of all time since the observation before (0..1, null for the first). */
  seconds: number;
  share: number | null;
  metrics: Metrics;
  probeAccuracy: number | null;
  /** Images whose map held a NaN or an infinity. */
  invalidImages: number;
  probeSet: string;
}
