import type { Alert, ProbeSummary } from '../../wire.js';
import { useAlertPictures } from './AlertDialog.js';
import { Picture } from './Picture.js';

interface Props {
  run: number;
  alert: Alert;
  probe: ProbeSummary;
  onOpen(): void;
}

/** The pictures kept with an alert, small. */
export function AlertStrip({ run, alert, probe, onOpen }: Props) {
  const { page } = useAlertPictures(run, alert.id);
  if (!page?.stored || page.items.length === 0) return null;
  return (
    <ul class="strip" aria-label="Pictures kept with this alert">
      {page.items.map(({ index, id, place }) => (
        <li key={place}>
          <button type="button" aria-label={`Picture ${id}`} onClick={onOpen}>
            <Picture probe={{ ...probe, id: page.probeSet }} index={index} alt={id} segment={alert.segment} />
          </button>
        </li>
      ))}
    </ul>
  );
}
