/** As text or attribute of a markup document. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * White space as single spaces, what XML cannot hold (control signs, halves of characters) replaced, and without the signs
 * that turn the direction of the words around them.
 */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    .trim()
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

/** At most `most` signs as a reader counts them; the middle gives way, since names often differ at an end. */
export function shortened(text: string, most: number): string {
  const signs = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  if (signs.length <= most) return text;
  const end = Math.floor((most - 1) * 0.4);
  return `${signs.slice(0, most - 1 - end).join('')}…${signs.slice(-end).join('')}`;
}

/**
 * The width of a text in em that no common sans-serif exceeds: the widest of them, Verdana and DejaVu Sans, are meant.
 * Nothing can be measured where there is no screen, and a diagram that has some room to spare loses nothing.
 */
export function widthAtMost(text: string): number {
  let em = 0;
  for (const sign of text) em += signWidths.find(([signs]) => signs.test(sign))?.[1] ?? 0.66;
  return em;
}

const signWidths: [signs: RegExp, em: number][] = [
  [/^[ fijlrtI!'(),./:;[\]|`-]/, 0.46],
  [/^[mwMW@%]/, 1],
  [/^[A-Z&]/, 0.8],
  [/^[#+<=>^~]/, 0.85],
  [/^\p{Mn}/u, 0],
  [/^\p{Emoji_Presentation}/u, 1.4],
  [/^\P{ASCII}/u, 1.05],
];
