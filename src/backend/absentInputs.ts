/**
 * tfjs puts the inputs of a call on its tape as they are, and throws there over one that is undefined: it is taken out
 * of the object, which belongs to this one call, before it gets there.
 */
export function dropAbsent(inputs: Record<string, unknown>): void {
  for (const [name, input] of Object.entries(inputs)) if (input == null) delete inputs[name];
}
