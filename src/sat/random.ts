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
