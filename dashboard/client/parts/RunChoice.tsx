import type { RunInfo } from '../../wire.js';
import { methodOf } from '../method.js';

interface Props {
  /** What choosing one does: "Compare with", "Add a run". */
  action: string;
  runs: RunInfo[];
  onChoose(run: number): void;
}

/** A run to be shown beside what is shown; each with its method, which is what tells them apart here. */
export function RunChoice({ action, runs, onChoose }: Props) {
  return (
    <span class="choice">
      <select
        name="compare"
        aria-label={action}
        value=""
        onChange={({ currentTarget }) => {
          const chosen = Number(currentTarget.value);
          currentTarget.value = '';
          onChoose(chosen);
        }}
      >
        <option value="" disabled hidden>
          {action}…
        </option>
        {runs.map((run) => {
          const method = methodOf(run);
          return (
            <option key={run.id} value={run.id}>
              {run.name}
              {method && ` (${method.name})`}
            </option>
          );
        })}
      </select>
    </span>
  );
}
