import type { Snapshot } from '../data/snapshot.js';
import type { Route } from '../route.js';

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

interface ChoiceProps<T extends string> {
  name: string;
  legend: string;
  options: T[];
  value: T;
  onChange(value: T): void;
}

/** Radio buttons that look like one control. */
function Choice<T extends string>({ name, legend, options, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      <span class="segmented">
        {options.map((option) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            <span>{option}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}
