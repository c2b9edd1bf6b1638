import { createProbeSet, maskFromBitmap, maskToBitmap, type ProbeImage } from 'satwatch';
import { describe, expect, test } from 'vitest';

type ProbeSetOptions = Parameters<typeof createProbeSet>[0];

const mask = (...bits: number[]) => maskFromBitmap(bits, 3, 2);

/** Two images of 3x2 grey pixels; a test changes what it is about. */
function options(change: Partial<ProbeSetOptions> = {}, first: Partial<ProbeImage> = {}): ProbeSetOptions {
  return {
    width: 3,
    height: 2,
    channels: 1,
    classNames: ['cat', 'dog'],
    images: [
      {
        id: 'one',
        label: 0,
        pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
        segments: [
          { name: 'tail', mask: mask(0, 0, 1, 1, 0, 0) },
          { name: 'eyes', mask: mask(1, 1, 0, 0, 0, 0) },
        ],
        ...first,
      },
      {
        id: 'two',
        label: 1,
        pixels: Uint8Array.of(6, 5, 4, 3, 2, 1),
        segments: [{ name: 'background', mask: mask(1, 1, 1, 0, 0, 0) }],
      },
    ],
    ...change,
  };
}

describe('a probe set', () => {
  test('has sorted segment names, segments in their order, and the background as context', () => {
    const set = createProbeSet(options({ roles: { eyes: 'core' } }));
    expect(set.segmentNames).toEqual(['background', 'eyes', 'tail']);
    expect(set.images[0].segments.map(({ name }) => name)).toEqual(['eyes', 'tail']);
    expect(set.roles).toEqual({ background: 'context', eyes: 'core' });
    expect(createProbeSet(options({ roles: { background: 'suspect' } })).roles).toEqual({
      background: 'suspect',
    });
    expect(set).toMatchObject({ width: 3, height: 2, channels: 1, classNames: ['cat', 'dog'] });
  });

  test('is frozen, and leaves what it was given as it was', () => {
    const given = options();
    const set = createProbeSet(given);
    for (const part of [set, set.images, set.images[0], set.roles, set.classNames, set.segmentNames])
      expect(Object.isFrozen(part)).toBe(true);
    expect(given.images[0].segments.map(({ name }) => name)).toEqual(['tail', 'eyes']);
    expect(Object.isFrozen(given.classNames)).toBe(false);
  });

  test('may have images without segments, empty masks and float pixels', () => {
    const pixels = Float32Array.of(-1, 0, 1, 0, 0, 0);
    expect(createProbeSet(options({}, { segments: [], pixels })).images[0].pixels).toBe(pixels);
    const empty = [{ name: 'nose', mask: mask(0, 0, 0, 0, 0, 0) }];
    expect(createProbeSet(options({ roles: { nose: 'core' } }, { segments: empty })).segmentNames).toContain(
      'nose',
    );
  });
});

describe('the id', () => {
  const { id } = createProbeSet(options());

  test('is a SHA-256, the same for the same content in whatever order segments and roles are given', () => {
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(createProbeSet(options()).id).toBe(id);
    expect(createProbeSet(options({}, { segments: options().images[0].segments.reverse() })).id).toBe(id);
    expect(createProbeSet(options({ roles: { eyes: 'core', tail: 'suspect' } })).id).toBe(
      createProbeSet(options({ roles: { tail: 'suspect', eyes: 'core' } })).id,
    );
  });

  test.each<[string, ProbeSetOptions]>([
    ['a pixel', options({}, { pixels: Uint8Array.of(1, 2, 3, 4, 5, 7) })],
    ['the type of the pixels', options({}, { pixels: Float32Array.of(1, 2, 3, 4, 5, 6) })],
    ['a label', options({}, { label: 1 })],
    ["an image's id", options({}, { id: 'uno' })],
    [
      'a mask',
      options(
        {},
        { segments: [{ name: 'tail', mask: mask(0, 0, 1, 1, 1, 0) }, options().images[0].segments[1]] },
      ),
    ],
    [
      "a segment's name",
      options(
        {},
        { segments: [{ name: 'tails', mask: mask(0, 0, 1, 1, 0, 0) }, options().images[0].segments[1]] },
      ),
    ],
    ['a class name', options({ classNames: ['cat', 'hound'] })],
    ['a role', options({ roles: { eyes: 'core' } })],
    ['the order of images', options({ images: options().images.reverse() })],
    ['one image less', options({ images: options().images.slice(0, 1) })],
  ])('changes with %s', (_, changed) => {
    expect(createProbeSet(changed).id).not.toBe(id);
  });
});

describe('refuses', () => {
  const segments = (name: string, given: any) => ({ segments: [{ name, mask: given }] });
  const runs = (...values: number[]) => ({ width: 3, height: 2, runs: Uint32Array.from(values) });

  test.each<[string, ProbeSetOptions, string, string, RegExp]>([
    [
      'a misspelled option',
      { ...options(), clasNames: [] } as any,
      'UNKNOWN_OPTION',
      'clasNames',
      /did you mean 'classNames'/,
    ],
    [
      'a width that is none',
      options({ width: 0 }),
      'BAD_OPTION',
      'width',
      /width is 0, expected a whole number/,
    ],
    [
      'no class names',
      options({ classNames: [] }),
      'BAD_OPTION',
      'classNames',
      /one for each output of the model/,
    ],
    ['a class name twice', options({ classNames: ['cat', 'cat'] }), 'BAD_OPTION', 'cat', /'cat' twice/],
    [
      'an unknown role',
      options({ roles: { eyes: 'cor' as 'core' } }),
      'BAD_OPTION',
      'eyes',
      /'cor'; did you mean 'core'/,
    ],
    [
      'a role for a segment that no image has',
      options({ roles: { eye: 'core' } }),
      'UNKNOWN_SEGMENT',
      'eye',
      /did you mean 'eyes'/,
    ],
    ['no images', options({ images: [] }), 'PROBE_INVALID', 'images', /at least one image/],
    [
      'an image without id',
      options({}, { id: '' }),
      'PROBE_INVALID',
      'images[0]',
      /image 0 has no id; give it/,
    ],
    ['an id twice', options({}, { id: 'two' }), 'DUPLICATE_IMAGE', 'two', /'two'; give every image an id/],
    [
      'a label out of range',
      options({}, { label: 2 }),
      'LABEL_INVALID',
      'one',
      /'one': its label is 2, .* 0 to 1 .*cat, dog/,
    ],
    ['a negative label', options({}, { label: -1 }), 'LABEL_INVALID', 'one', /label is -1/],
    [
      'a missing label',
      options({}, { label: undefined }),
      'LABEL_INVALID',
      'one',
      /label is undefined, expected/,
    ],
    [
      'too few pixels',
      options({}, { pixels: new Uint8Array(5) }),
      'PROBE_INVALID',
      'one',
      /5 values, expected 6 \(3x2 pixels, 1 channels\); resize/,
    ],
    [
      'pixels of another type',
      options({}, { pixels: [1] as any }),
      'PROBE_INVALID',
      'one',
      /Uint8Array .*Float32Array/,
    ],
    [
      'a NaN among pixels',
      options({}, { pixels: new Float32Array(6).fill(Number.NaN) }),
      'PROBE_INVALID',
      'one',
      /a NaN/,
    ],
    [
      'no list of segments',
      options({}, { segments: undefined }),
      'PROBE_INVALID',
      'one',
      /no list of segments; give an empty one/,
    ],
    [
      'a nameless segment',
      options({}, segments('', mask(1, 0, 0, 0, 0, 0))),
      'PROBE_INVALID',
      'one',
      /no name/,
    ],
    [
      'a segment by a name that every object has',
      options({}, segments('__proto__', mask(1, 0, 0, 0, 0, 0))),
      'PROBE_INVALID',
      'one',
      /'__proto__' cannot be a name/,
    ],
    [
      'a segment twice',
      options(
        {},
        {
          segments: [
            ...segments('a', mask(1, 0, 0, 0, 0, 0)).segments,
            ...segments('a', mask(0, 0, 0, 0, 0, 1)).segments,
          ],
        },
      ),
      'DUPLICATE_SEGMENT',
      'a',
      /'one' has two segments 'a'; unite/,
    ],
    [
      'a mask of another size',
      options({}, segments('eyes', maskFromBitmap([1, 0, 0, 0, 0, 0], 2, 3))),
      'MASK_SIZE',
      'eyes',
      /'one': the mask of 'eyes' is 2x3, the image is 3x2/,
    ],
    ['no mask', options({}, segments('eyes', undefined)), 'MASK_SIZE', 'eyes', /'one'/],
    [
      'overlapping runs',
      options({}, segments('eyes', runs(0, 3, 2, 1))),
      'MASK_INVALID',
      'eyes',
      /run 1 starts at 2/,
    ],
    [
      'touching runs',
      options({}, segments('eyes', runs(0, 2, 2, 1))),
      'MASK_INVALID',
      'eyes',
      /touching.*maskFromBitmap/,
    ],
    ['an empty run', options({}, segments('eyes', runs(0, 0))), 'MASK_INVALID', 'eyes', /length 0/],
    ['half a run', options({}, segments('eyes', runs(0))), 'MASK_INVALID', 'eyes', /pairs/],
    ['a run past the end', options({}, segments('eyes', runs(4, 3))), 'MASK_INVALID', 'eyes', /end at 7/],
    [
      'no segment pixel anywhere',
      options({ images: options().images.map((image) => ({ ...image, segments: [] })) }),
      'NO_MASKS',
      'segments',
      /none of the 2 images.*draw at least one/,
    ],
    [
      'empty masks alone',
      options({ images: [{ ...options().images[0], ...segments('eyes', mask(0, 0, 0, 0, 0, 0)) }] }),
      'NO_MASKS',
      'segments',
      /draw/,
    ],
  ])('%s', (_, given, code, subject, message) => {
    expect(() => createProbeSet(given)).toThrow(
      expect.objectContaining({
        name: 'SatwatchError',
        code,
        subject,
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe('masks', () => {
  test('are runs in row-major order, across the ends of rows, and turn back into bitmaps', () => {
    const made = mask(0, 1, 1, 1, 0, 7);
    expect(made).toEqual({ width: 3, height: 2, runs: Uint32Array.of(1, 3, 5, 1) });
    expect([...maskToBitmap(made)]).toEqual([0, 1, 1, 1, 0, 1]);
  });

  test('are refused where the bitmap has another size', () => {
    expect(() => maskFromBitmap([1], 3, 2)).toThrow(
      expect.objectContaining({
        code: 'MASK_SIZE',
        message: expect.stringMatching(/needs 6 values, this one has 1/),
      }),
    );
  });
});
