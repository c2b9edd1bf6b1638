import { firstOf, refuseUnknownOptions, SatwatchError } from '../errors.js';
import type { ProbeImage, ProbeSet, Role, Segment } from '../types.js';
import { ContentHash } from './contentHash.js';
import { flawInRuns } from './mask.js';
import { flawInName } from './names.js';
import { completeRoles } from './roles.js';
import { isStored } from './storedImage.js';

export interface ProbeSetOptions {
  width: number;
  height: number;
  /** 1, 3 or any other number of values per pixel. */
  channels: number;
  /** In the order of the model's outputs. */
  classNames: string[];
  /** Of segment names; `background` is `context` unless said otherwise. */
  roles?: Record<string, Role>;
  images: ProbeImage[];
}

const optionNames: readonly (keyof ProbeSetOptions)[] = [
  'width',
  'height',
  'channels',
  'classNames',
  'roles',
  'images',
];

/**
 * A probe set from memory, validated. Its `id` is the hash of all its content: whatever changes gives another id.
 * The arrays of pixels and runs are taken as they are, not copied: leave them alone afterwards. Images of a loaded set stay
 * what they are: pixels that it does not keep in memory are not kept here either.
 *
 * @throws SatwatchError PROBE_INVALID, LABEL_INVALID, MASK_SIZE, MASK_INVALID, NO_MASKS, DUPLICATE_IMAGE,
 *   DUPLICATE_SEGMENT, UNKNOWN_SEGMENT, UNKNOWN_OPTION or BAD_OPTION, naming the image or the option
 */
export function createProbeSet(options: ProbeSetOptions): ProbeSet {
  refuseUnknownOptions('createProbeSet', options, optionNames);
  const { classNames, roles = {} } = options;
  for (const side of ['width', 'height', 'channels'] as const)
    if (!Number.isInteger(options[side]) || options[side] < 1)
      throw new SatwatchError(
        'BAD_OPTION',
        `${side} is ${options[side]}, expected a whole number from 1 on`,
        side,
      );
  checkClassNames(classNames);
  if (!Array.isArray(options.images) || options.images.length === 0)
    throw new SatwatchError(
      'PROBE_INVALID',
      'images is empty; a probe set needs at least one image',
      'images',
    );

  const assembly = new Assembly(options, roles);
  for (const image of options.images) assembly.add(image);
  return assembly.finish();
}

/** A probe set in the making, checked and hashed image by image: their pixels need not be there all at once. */
export class Assembly {
  private readonly images: ProbeImage[] = [];
  private readonly ids = new Set<string>();
  private readonly names = new Set<string>();
  private readonly hash: ContentHash;
  private masked = false;

  constructor(
    private readonly set: Omit<ProbeSetOptions, 'images' | 'roles'>,
    private readonly roles: Record<string, Role>,
  ) {
    this.hash = new ContentHash(set, roles);
  }

  /**
   * Adds an image.
   *
   * @param keep what the set holds of it: another form of the same content
   */
  add(given: ProbeImage, keep: (image: ProbeImage) => ProbeImage = asGiven): void {
    // What is not in memory is fetched by this, once.
    const image = { ...given };
    checkImage(image, this.images.length, this.set);
    if (this.ids.has(image.id))
      throw new SatwatchError(
        'DUPLICATE_IMAGE',
        `two images have the id '${image.id}'; give every image an id of its own`,
        image.id,
      );
    this.ids.add(image.id);
    image.segments = [...image.segments].sort(byName);
    for (const { name, mask } of image.segments) {
      this.names.add(name);
      this.masked ||= mask.runs.length > 0;
    }
    this.hash.add(image);
    this.images.push(isStored(given) ? given : keep(image));
  }

  finish(): ProbeSet {
    const { set, images } = this;
    if (!this.masked)
      throw new SatwatchError(
        'NO_MASKS',
        `none of the ${images.length} images has a segment with a pixel in it; draw at least one named mask`,
        'segments',
      );
    const { width, height, channels } = set;
    const segmentNames = [...this.names].sort();
    const content = {
      width,
      height,
      channels,
      classNames: [...set.classNames],
      segmentNames,
      roles: completeRoles(this.roles, segmentNames),
      images,
    };
    for (const part of Object.values(content)) Object.freeze(part);
    return Object.freeze({ id: this.hash.digest(), ...content });
  }
}

const asGiven = (image: ProbeImage) => Object.freeze(image);

/** @throws SatwatchError BAD_OPTION */
export function checkClassNames(classNames: string[]): void {
  if (!Array.isArray(classNames) || !classNames.length || !classNames.every(isText))
    throw new SatwatchError(
      'BAD_OPTION',
      'classNames has to be a list of names, one for each output of the model, in their order',
      'classNames',
    );
  for (const name of classNames) {
    const flaw = flawInName(name);
    if (flaw) throw new SatwatchError('BAD_OPTION', `classNames: ${flaw}; choose another`, name);
  }
  const twice = classNames.find((name, i) => classNames.indexOf(name) !== i);
  if (twice !== undefined)
    throw new SatwatchError(
      'BAD_OPTION',
      `classNames has '${twice}' twice; every class needs a name of its own`,
      twice,
    );
}

function checkImage(image: ProbeImage, index: number, set: Omit<ProbeSetOptions, 'images'>): void {
  const { id, label, pixels, segments } = image;
  if (!isText(id))
    throw new SatwatchError('PROBE_INVALID', `image ${index} has no id; give it a name`, `images[${index}]`);
  const invalid = (reason: string) => new SatwatchError('PROBE_INVALID', `image '${id}': ${reason}`, id);

  if (!Number.isInteger(label) || label < 0 || label >= set.classNames.length)
    throw new SatwatchError(
      'LABEL_INVALID',
      `image '${id}': its label is ${label}, expected a whole number from 0 to ${set.classNames.length - 1} ` +
        `(the classes are ${firstOf(set.classNames)})`,
      id,
    );
  if (!(pixels instanceof Uint8Array || pixels instanceof Float32Array))
    throw invalid(
      'its pixels are neither a Uint8Array (0..255) nor a Float32Array (in the range of the model)',
    );
  const expected = set.width * set.height * set.channels;
  if (pixels.length !== expected)
    throw invalid(
      `it has ${pixels.length} values, expected ${expected} (${set.width}x${set.height} pixels, ` +
        `${set.channels} channels); resize it, or set width, height and channels`,
    );
  if (pixels instanceof Float32Array && !pixels.every(Number.isFinite))
    throw invalid('its pixels hold a NaN or an infinity');
  if (!Array.isArray(segments))
    throw invalid('it has no list of segments; give an empty one where it shows none');
  checkSegments(id, segments, set);
}

function checkSegments(
  id: string,
  segments: Segment[],
  { width, height }: Pick<ProbeSetOptions, 'width' | 'height'>,
): void {
  const names = new Set<string>();
  for (const { name, mask } of segments) {
    if (!isText(name)) throw new SatwatchError('PROBE_INVALID', `image '${id}': a segment has no name`, id);
    const taken = flawInName(name);
    if (taken) throw new SatwatchError('PROBE_INVALID', `image '${id}': a segment's name: ${taken}`, id);
    if (names.has(name))
      throw new SatwatchError(
        'DUPLICATE_SEGMENT',
        `image '${id}' has two segments '${name}'; unite their masks, or name them apart`,
        name,
      );
    names.add(name);
    if (mask?.width !== width || mask.height !== height)
      throw new SatwatchError(
        'MASK_SIZE',
        `image '${id}': the mask of '${name}' is ${mask?.width}x${mask?.height}, the image is ${width}x${height}; ` +
          'draw the mask over the image as it is',
        name,
      );
    const flaw = flawInRuns(mask);
    if (flaw)
      throw new SatwatchError(
        'MASK_INVALID',
        `image '${id}': the mask of '${name}' is broken: ${flaw}; make it with maskFromBitmap`,
        name,
      );
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0;
}

function byName(a: Segment, b: Segment): number {
  return a.name < b.name ? -1 : 1;
}
