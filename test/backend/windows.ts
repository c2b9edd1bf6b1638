import fc from 'fast-check';

type Pad = 'same' | 'valid' | [number, number][];

/** A window sliding over pictures: what a convolution and a pooling have in common. */
export interface Window {
  n: number;
  h: number;
  w: number;
  c: number;
  filter: [number, number];
  strides: [number, number];
  dilations: [number, number];
  pad: Pad;
  seed: number;
}

const size = fc.integer({ min: 1, max: 9 });
const edge = fc.integer({ min: 1, max: 5 });
const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const side = fc.integer({ min: 0, max: 3 });

/** Explicit padding as tfjs takes it for NHWC. */
const explicit: fc.Arbitrary<Pad> = fc.tuple(side, side, side, side).map(
  ([t, b, l, r]): Pad => [
    [0, 0],
    [t, b],
    [l, r],
    [0, 0],
  ],
);

/** Windows that fit into the padded picture: 1×1 ones, ones larger than the picture, strides beyond the window. */
export function windows({ dilated = false, pads = 'all' as 'all' | 'named' } = {}): fc.Arbitrary<Window> {
  return fc
    .record({
      n: fc.integer({ min: 1, max: 3 }),
      h: size,
      w: size,
      c: fc.integer({ min: 1, max: 5 }),
      filter: fc.tuple(edge, edge) as fc.Arbitrary<[number, number]>,
      strides: pair(4) as fc.Arbitrary<[number, number]>,
      dilations: (dilated ? pair(3) : fc.constant([1, 1])) as fc.Arbitrary<[number, number]>,
      pad:
        pads === 'all'
          ? fc.oneof(fc.constantFrom<Pad>('same', 'valid'), explicit)
          : fc.constantFrom<Pad>('same', 'valid'),
      seed: fc.integer({ min: 1, max: 1e6 }),
    })
    .filter((win) => {
      if (win.pad === 'same') return true;
      const [top, left] =
        win.pad === 'valid'
          ? [
              [0, 0],
              [0, 0],
            ]
          : [win.pad[1], win.pad[2]];
      const reach = [0, 1].map((i) => (win.filter[i] - 1) * win.dilations[i] + 1);
      return win.h + top[0] + top[1] >= reach[0] && win.w + left[0] + left[1] >= reach[1];
    });
}
