import type { ImageDetail } from '../../wire.js';

/** What the picture is, and what the model takes it for: a sign and words, the colour only repeats them. */
export function Verdict({ picture, classNames }: { picture: ImageDetail; classNames: string[] }) {
  const { label, predicted } = picture;
  const name = classNames[label];
  if (predicted === null) return <span class="verdict unknown">{name}, prediction not known</span>;
  if (predicted === label)
    return (
      <span class="verdict right">
        <span aria-hidden="true">✓</span> {name}
      </span>
    );
  return (
    <span class="verdict wrong">
      <span aria-hidden="true">✕</span> {name}, taken for <b>{classNames[predicted]}</b>
    </span>
  );
}
