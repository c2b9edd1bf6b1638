/** What went wrong, as a stable name that programs can test for. */
export type ErrorCode =
  | 'UNKNOWN_OPTION'
  | 'BAD_OPTION'
  | 'PROBE_NOT_FOUND'
  | 'PROBE_INVALID'
  | 'IMAGE_UNREADABLE'
  | 'MASK_INVALID'
  | 'MASK_SIZE'
  | 'NO_MASKS'
  | 'LABEL_INVALID'
  | 'DUPLICATE_IMAGE'
  | 'DUPLICATE_SEGMENT'
  | 'UNKNOWN_SEGMENT'
  | 'UNKNOWN_CLASS'
  | 'UNKNOWN_METHOD'
  | 'INPUT_RANGE_MISSING'
  | 'MODEL_INPUT'
  | 'MODEL_OUTPUT'
  | 'NO_GRADIENT'
  | 'ZERO_GRADIENT'
  | 'NEEDS_LAYERS'
  | 'UNKNOWN_LAYER'
  | 'BACKEND'
  | 'STORE_NOT_FOUND'
  | 'STORE_NOT_SQLITE'
  | 'STORE_NEWER'
  | 'STORE_READONLY'
  | 'STORE_FULL'
  | 'STORE_FAILED'
  | 'RUN_EXISTS'
  | 'RUN_UNKNOWN'
  | 'REFERENCE_INVALID'
  | 'PORT_IN_USE'
  | 'TOKEN_MISSING'
  | 'CHECKPOINT_UNREADABLE'
  | 'CHECKPOINTS_NOT_FOUND';

/**
 * Every error satwatch raises on purpose. The message says what came, what was expected and how to mend it.
 * `code` stays the same between versions; `subject` is the offending name (an option, a file, a segment).
 */
export class SatwatchError extends Error {
  override readonly name = 'SatwatchError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly subject?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The candidate nearest to `word` by edit distance, if near enough to be a misspelling of it. */
function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of candidates) {
    // The distance is at least that: a very long word is not worth comparing with a thousand short names.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** "; did you mean 'x'?" or, where nothing is near, the whole choice. */
export function suggest(word: string, candidates: readonly string[]): string {
  const near = nearestName(word, candidates);
  if (near !== undefined) return `did you mean '${near}'?`;
  return candidates.length ? `there are: ${firstOf(candidates)}` : 'there are none';
}

/** Names as a message can hold them: there may be thousands. */
export function firstOf(names: readonly string[], most = 30): string {
  return names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** Refuses keys of `options` that are not in `known`, naming the nearest known one. */
export function refuseUnknownOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new SatwatchError(
        'UNKNOWN_OPTION',
        `${where}: unknown option '${key}'; ${suggest(key, known)}`,
        key,
      );
  }
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
