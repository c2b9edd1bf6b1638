import type { ProbeSummary } from '../../wire.js';
import type { Route } from '../route.js';
import { Choice } from './Choice.js';

interface Props {
  probe: ProbeSummary;
  route: Route;
  change(part: Partial<Route>): void;
}

export function Controls({ probe, route, change }: Props) {
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
          {probe.classes.map(({ name, images }) => (
            <option key={name} value={name}>
              {name} ({images})
            </option>
          ))}
        </select>
      </label>
      {route.compare.length === 0 && (
        <Choice
          name="measure"
          legend="Show"
          options={['rank', 'attribution']}
          value={route.measure}
          onChange={(measure) => change({ measure })}
        />
      )}
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
