import { useEffect, useState } from 'preact/hooks';
import { type Bands, bandsOf } from '../data/references.js';
import type { Snapshot } from '../data/snapshot.js';

/**
 * A segment's bands in the reference runs; none while they come, and where the run has no reference. `worst` is known
 * from the first ones on, so that the axis stays when another segment's are under way.
 */
export function useBands(
  { detail, view }: Snapshot,
  segment: string | null,
): { bands?: Bands | undefined; worst: number | null } {
  const [found, setFound] = useState<{ of: string; segment: string; bands: Bands }>();
  const { run, probe, references } = detail;
  const { aggregation, className } = view;
  const of = JSON.stringify([run.id, probe.id, references, aggregation, className]);
  const wanted = references.length > 0;
  useEffect(() => {
    if (!wanted || segment === null) return;
    let current = true;
    // Where it cannot be had, the page says so elsewhere: its other requests fail too.
    bandsOf(detail, { aggregation, className }, segment).then(
      (bands) => current && setFound({ of, segment, bands }),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [of, segment]);
  if (!wanted || found?.of !== of) return { worst: null };
  return { bands: found.segment === segment ? found.bands : undefined, worst: found.bands.worst };
}
