import type { RunInfo } from '../../wire.js';
import { methodOf, optionWords } from '../method.js';

/** A run's saliency method with its options: ranks of two methods are two different things. */
export function MethodName({ run }: { run: RunInfo }) {
  const method = methodOf(run);
  if (!method) return <>–</>;
  const words = optionWords(method);
  return (
    <>
      {method.name}
      {words && <span class="of"> {words}</span>}
    </>
  );
}
