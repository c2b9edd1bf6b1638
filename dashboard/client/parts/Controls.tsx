import type { Snapshot } from '../data/snapshot.js';
import type { Route } from '../route.js';
import { Choice } from './Choice.js';

interface Props {
  snapshot: Snapshot;
  route: Route;
  change(part: Partial<Route>): void;
}

export function Controls({ snapshot, route, change }: Props) {
  return (
    <div class="controls">
      <label class="choice">
        <span>Class</span>
        <select
          name="class"
          value={route.className ?? ''}
          onChange={({ currentTarget }) =>
            change({ className: currentTarget.selectedIndex === 0 ? null : currentTarget.value })
          }
        >
          <option value="">all classes</option>
          {snapshot.detail.probe.classes.map(({ name, images }) => (
            <option key={name} value={name}>
              {name} ({images})
            </option>
          ))}
        </select>
      </label>
      <Choice
        name="measure"
        legend="Show"
        options={['rank', 'attribution']}
        value={route.measure}
        onChange={(measure) => change({ measure })}
      />
      <Choice
        name="aggregation"
        legend="Aggregation"
        options={['relative', 'absolute']}
        value={route.aggregation}
        onChange={(aggregation) => change({ aggregation })}
      />
    </div>
  );
}
