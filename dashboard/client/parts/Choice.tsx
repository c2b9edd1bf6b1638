interface Props<T extends string> {
  name: string;
  legend: string;
  options: readonly T[];
  /** What is read in place of the options themselves. */
  labels?: Record<T, string>;
  value: T;
  onChange(value: T): void;
}

/** Radio buttons that look like one control. */
export function Choice<T extends string>({ name, legend, options, labels, value, onChange }: Props<T>) {
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
            <span>{labels?.[option] ?? option}</span>
          </label>
        ))}
      </span>
    </fieldset>
  );
}
