/** The style sheet's colours for canvases, which cannot read CSS variables; follows light and dark. */
export type Tone = 'core' | 'context' | 'suspect' | 'none' | 'ink';

export interface Theme {
  tones: Record<Tone, string>;
  muted: string;
  grid: string;
  surface: string;
}

function read(): Theme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    tones: {
      core: color('core'),
      context: color('context'),
      suspect: color('suspect'),
      none: color('none'),
      ink: color('ink'),
    },
    muted: color('ink-3'),
    grid: color('grid'),
    surface: color('surface'),
  };
}

let current: Theme | undefined;
const listeners = new Set<() => void>();

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  current = undefined;
  for (const listener of listeners) listener();
});

export function theme(): Theme {
  current ??= read();
  return current;
}

export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A `#rrggbb` colour with an opacity of 0..1. */
export function fade(color: string, opacity: number): string {
  return `${color}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
