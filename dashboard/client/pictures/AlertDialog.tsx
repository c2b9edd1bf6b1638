import { useEffect, useState } from 'preact/hooks';
import type { Alert, AlertPicturesPage } from '../../wire.js';
import { alertMap, alertPicturesOf } from '../data/images.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { useMedia } from '../parts/hooks.js';
import { type Navigation, noPictures } from '../route.js';
import { HeatControls, useHeat } from './HeatControls.js';
import { PicturesDialog } from './PicturesDialog.js';
import { tileSize } from './Tile.js';
import { targetOf } from './target.js';

interface Props {
  snapshot: Snapshot;
  alert: Alert;
  place: number | null;
  navigation: Navigation;
}

const need = () => {};

/** The pictures kept with an alert, as they were when it was raised. */
export function AlertDialog({ snapshot, alert, place, navigation }: Props) {
  const { run, probe } = snapshot.detail;
  const [heat, setHeat] = useHeat();
  // Six have more room than hundreds.
  const roomy = useMedia('(min-width: 1000px)');
  const { page, error } = useAlertPictures(run.id, alert.id);
  return (
    <PicturesDialog
      title={
        <>
          <h2 id="pictures-title" class={`alert ${alert.level}`}>
            <span class="level">{alert.level}</span> {alert.segment !== null && <b>{alert.segment}</b>} at
            epoch {format.epoch(alert.epoch)}
          </h2>
          <p>{alert.message}</p>
        </>
      }
      controls={
        <>
          {page?.peak != null && page.stored && (
            <HeatControls heat={heat} onHeat={setHeat} peak={page.peak} target={targetOf(snapshot)} />
          )}
          {alert.segment !== null && (
            <button type="button" class="quiet" onClick={() => navigation.change(behind(alert))}>
              All pictures of this epoch
            </button>
          )}
        </>
      }
      notes={
        <>
          {error && (
            <p class="notice" role="alert">
              {error}
            </p>
          )}
          {page && (
            <p class="note alert-note">
              {page.items.length === 0
                ? 'No pictures were kept with this alert.'
                : `The ${page.items.length} most telling pictures, as they were when the alert was raised.`}
              {page.items.length > 0 && page.peak === null && (
                <>
                  {' '}
                  Their heat maps were not kept: <code>keepMaps: 'none'</code> was set.
                </>
              )}
            </p>
          )}
        </>
      }
      probe={page ? { ...probe, id: page.probeSet } : probe}
      segment={alert.segment}
      firstEpoch={undefined}
      stored={page?.stored ?? false}
      tile={roomy ? { width: 420, height: 264 } : tileSize}
      heat={heat}
      peak={page?.peak ?? null}
      total={page?.items.length}
      shown={(i) => {
        const item = page?.items[i];
        return (
          item && {
            picture: item,
            map: item.map ? alertMap(run.id, alert.id, item.place) : null,
            rankChange: null,
          }
        );
      }}
      need={need}
      place={place}
      onEnlarge={(i) => navigation.open({ place: i })}
      onPlace={(i) => navigation.change({ place: i })}
      onShrink={() => navigation.leave({ place: null })}
      onClose={() => navigation.leave(noPictures, place === null ? 1 : 2)}
    />
  );
}

/** Where the pictures behind an alert are: its segment and class at its epoch. */
export function behind({ segment, className, epoch }: Alert) {
  return { ...noPictures, segment, className, pictures: { epoch, step: null } };
}

export function useAlertPictures(run: number, alert: number): { page?: AlertPicturesPage; error?: string } {
  const [held, setHeld] = useState<{ key: string; page?: AlertPicturesPage; error?: string }>();
  const key = `${run} ${alert}`;
  useEffect(() => {
    let gone = false;
    alertPicturesOf(run, alert).then(
      (page) => gone || setHeld({ key, page }),
      (error: Error) => gone || setHeld({ key, error: error.message }),
    );
    return () => {
      gone = true;
    };
  }, [key]);
  return held?.key === key ? held : {};
}
