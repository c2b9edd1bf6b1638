import type { Values } from '../charts/model.js';

const width = 56;
const height = 20;

/** A trajectory without axes; rank 1 is on top as in the chart, gaps stay gaps. */
export function Sparkline({
  values,
  range,
  inverted,
}: {
  values: Values;
  range: [number, number];
  inverted: boolean;
}) {
  const [low, high] = range;
  const x = (i: number) => 2 + ((width - 6) * i) / Math.max(1, values.length - 1);
  const y = (value: number) => {
    const part = (value - low) / (high - low || 1);
    return 2 + (height - 4) * (inverted ? part : 1 - part);
  };
  let path = '';
  let pen = false;
  let end: [number, number] | undefined;
  values.forEach((value, i) => {
    if (value !== null) {
      end = [x(i), y(value)];
      path += `${pen ? 'L' : 'M'}${end[0].toFixed(1)} ${end[1].toFixed(1)}`;
    }
    pen = value !== null;
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} />
      {end && <circle cx={end[0]} cy={end[1]} r="2" />}
    </svg>
  );
}
