/**
 * A small generator of numbers in [0, 1): a Weyl sequence through MurmurHash3's 32-bit finaliser. The same seed gives
 * the same numbers on every machine. satwatch draws from this only, so the random state of the user's training
 * stays untouched. Not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Numbers in [0, 1) from a stream of its own for each seed and pair of numbers: sfc32 of PractRand (Doty-Humphrey), whose
 * 128-bit state keeps the streams apart. `seededRandom` has one sequence of 2³², which the noise of a few thousand images
 * would use up.
 */
export function randomStream(seed: number, first: number, second: number): () => number {
  let [a, b, c, counter] = [seed | 0, first | 0, second | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until every bit of the state depends on all three numbers.
  for (let round = 0; round < 16; round++) next();
  return next;
}

/**
 * Standard normal numbers by the polar form of Box and Muller (Marsaglia and Bray 1964), in float64: rounded to float32
 * they are the same on every machine. Without sine and cosine, which are slower and have changed between V8's versions.
 */
export function fillNormal(values: Float32Array, random: () => number): void {
  for (let i = 0; i < values.length; i += 2) {
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * random() - 1;
      y = 2 * random() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    values[i] = x * scale;
    if (i + 1 < values.length) values[i + 1] = y * scale;
  }
}
