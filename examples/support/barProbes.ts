import { join } from 'node:path';
import { createProbeSet, loadProbeSet, type ProbeSet, type Role } from 'satwatch';

/** Where the training pictures of each action were taken. */
export const places: Record<string, string> = {
  climbing: 'rock',
  diving: 'water',
  fishing: 'water',
  'pole-vaulting': 'sky',
  racing: 'track',
  throwing: 'field',
};

/** Who acts: the vehicle in racing, a person elsewhere. */
export const actor = (className: string) => (className === 'racing' ? 'vehicle' : 'person');

/**
 * Both probe sets at side × side: `probe`, test pictures in other places, and `probe-train`, training pictures whose
 * places are suspects. At most `most` pictures of a class.
 */
export async function barProbes(
  data: string,
  { side, classNames, most }: { side: number; classNames: string[]; most: number },
): Promise<Record<'probe' | 'probe-train', ProbeSet>> {
  const load = async (folder: string, suspects: string[]) => {
    const all = await loadProbeSet(join(data, folder), { width: side, height: side, classNames });
    const images = classNames.flatMap((_, c) => all.images.filter(({ label }) => label === c).slice(0, most));
    const roleOf = (segment: string): Role => {
      if (segment === 'person' || segment === 'vehicle') return 'core';
      return suspects.includes(segment) ? 'suspect' : 'context';
    };
    const segments = new Set(images.flatMap((image) => image.segments.map(({ name }) => name)));
    const roles = Object.fromEntries([...segments].map((segment) => [segment, roleOf(segment)]));
    return createProbeSet({ width: side, height: side, channels: 3, classNames, roles, images });
  };
  return { probe: await load('probe', []), 'probe-train': await load('probe-train', Object.values(places)) };
}
