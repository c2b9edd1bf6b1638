import * as format from '../format.js';
import { Choice } from '../parts/Choice.js';
import { useRemembered } from '../remember.js';
import { heatScales } from './heat.js';
import type { Heat } from './Picture.js';

/** How heat maps are laid over pictures; this browser keeps it. */
export function useHeat(): [Heat, (heat: Heat) => void] {
  return useRemembered<Heat>('heat', { scale: 'own', opacity: 0.8 }, isHeat);
}

function isHeat(value: unknown): value is Heat {
  const { scale, opacity } = (value ?? {}) as Partial<Heat>;
  return heatScales.includes(scale as never) && Number(opacity) >= 0 && Number(opacity) <= 1;
}

interface Props {
  heat: Heat;
  onHeat(heat: Heat): void;
  /** The largest value of all maps. */
  peak: number;
  /** Whose score the maps are about, in words. */
  target: string;
}

export function HeatControls({ heat, onHeat, peak, target }: Props) {
  return (
    <>
      <Choice
        name="heat"
        legend="Heat map"
        options={heatScales}
        labels={{ off: 'off', own: 'own scale', common: 'common scale' }}
        value={heat.scale}
        onChange={(scale) => onHeat({ ...heat, scale })}
      />
      {heat.scale !== 'off' && (
        <>
          <label class="choice">
            <span>Opacity</span>
            <input
              type="range"
              name="opacity"
              min="0"
              max="1"
              step="0.05"
              value={heat.opacity}
              onInput={({ currentTarget }) => onHeat({ ...heat, opacity: Number(currentTarget.value) })}
            />
          </label>
          <p
            class="heat-key"
            title={heat.scale === 'own' ? 'Full colour: the largest value of each picture' : ''}
          >
            <span>lowers</span>
            <span class="heat-ramp" aria-hidden="true" />
            <span>raises the score of {target}</span>
            {heat.scale === 'common' && <span class="sub">full colour at {format.exact(peak)}</span>}
          </p>
        </>
      )}
    </>
  );
}
