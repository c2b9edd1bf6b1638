import { useState } from 'preact/hooks';
import type { Alert } from '../../wire.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { AlertStrip } from '../pictures/AlertStrip.js';
import { Delivery } from './Delivery.js';
import { Evidence } from './Evidence.js';

/** So many are listed at first; open ones come before ended ones. */
const firstListed = 4;
const severity = ['warning', 'alarm', 'severe'];

interface Props {
  snapshot: Snapshot;
  onShow(alert: Alert): void;
  /** The pictures behind it, as they are stored with its epoch. */
  onBehind(alert: Alert): void;
  /** Those kept with it, one of them large. */
  onPictures(alert: Alert): void;
}

export function AlertList({ snapshot, onShow, onBehind, onPictures }: Props) {
  const { run, probe } = snapshot.detail;
  const [all, setAll] = useState(false);
  const alerts = [...snapshot.alerts].sort(
    (a, b) =>
      Number(a.resolvedEpoch !== null) - Number(b.resolvedEpoch !== null) ||
      severity.indexOf(b.level) - severity.indexOf(a.level) ||
      b.id - a.id,
  );
  const listed = all ? alerts : alerts.slice(0, firstListed);
  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title">
        Alerts <span class="count">{alerts.length || ''}</span>
      </h2>
      {alerts.length === 0 && <Quiet snapshot={snapshot} />}
      <ul>
        {listed.map((alert) => (
          <li key={alert.id} class={`alert ${alert.level}${alert.resolvedEpoch === null ? '' : ' resolved'}`}>
            <p class="alert-head">
              <span class="level">{alert.level}</span>
              <span class="alert-when">
                {alert.rule}, epoch {format.epoch(alert.epoch)}
                {alert.resolvedEpoch !== null && ` to ${format.epoch(alert.resolvedEpoch)}, resolved`}
              </span>
              {alert.segment !== null && (
                <span class="alert-actions">
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Show ${alert.segment} in the charts`}
                    onClick={() => onShow(alert)}
                  >
                    Show
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Pictures of ${alert.segment} at epoch ${format.epoch(alert.epoch)}`}
                    onClick={() => onBehind(alert)}
                  >
                    Pictures
                  </button>
                </span>
              )}
            </p>
            <p class="alert-message">{alert.message}</p>
            <AlertStrip run={run.id} alert={alert} probe={probe} onOpen={() => onPictures(alert)} />
            <Delivery delivery={alert.delivery} />
            <details>
              <summary>Evidence</summary>
              <Evidence alert={alert} />
            </details>
          </li>
        ))}
      </ul>
      {alerts.length > firstListed && (
        <button type="button" class="quiet" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? 'Show the gravest only' : `Show all ${alerts.length} alerts`}
        </button>
      )}
    </section>
  );
}

/** Without alerts: what is being watched for. */
function Quiet({ snapshot }: { snapshot: Snapshot }) {
  const { rules } = snapshot.detail.run.config;
  const names = Array.isArray(rules) ? [...new Set(rules.map((rule) => String(rule?.name ?? rule)))] : [];
  return (
    <p class="none">
      {snapshot.epochs.length === 0 ? 'None yet. ' : 'None so far. '}
      {names.length > 0 && `Every observation is looked at by ${names.join(', ')}.`}
    </p>
  );
}
