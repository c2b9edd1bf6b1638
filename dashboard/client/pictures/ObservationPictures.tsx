import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { PictureSort } from '../../wire.js';
import { observationMap } from '../data/images.js';
import { PictureList } from '../data/pictureList.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { type At, type Navigation, noPictures, type Route } from '../route.js';
import { HeatControls, useHeat } from './HeatControls.js';
import { PicturesDialog } from './PicturesDialog.js';
import { tileSize } from './Tile.js';
import { Timeline } from './Timeline.js';
import { targetOf } from './target.js';

const sortNames: Record<PictureSort, string> = {
  rank: 'best rank first',
  attribution: 'largest attribution first',
  'rank-change': 'most ranks gained first',
  'attribution-change': 'attribution grown most first',
  margin: 'most mistaken first',
};

interface Props {
  snapshot: Snapshot;
  route: Route & { pictures: At };
  navigation: Navigation;
}

/** The probe pictures behind one point of a trajectory: a segment at an observation, over all classes or one. */
export function ObservationPictures({ snapshot, route, navigation }: Props) {
  const { run, probe } = snapshot.detail;
  const { pictures: at, className, sorted, place } = route;
  const series = snapshot.segments.find(({ name }) => name === route.segment);
  const segment = route.segment;
  const sort = segment === null ? 'margin' : route.sort;
  const [, setVersion] = useState(0);
  const [error, setError] = useState<string>();
  const [heat, setHeat] = useHeat();
  const list = useMemo(
    () =>
      new PictureList(
        () => {
          setVersion((version) => version + 1);
          setError(undefined);
        },
        (failure) => setError(failure.message),
      ),
    [],
  );
  useEffect(() => () => list.close(), [list]);
  useEffect(() => {
    list.look({ run: run.id, at, segment, className, sort, sorted });
  }, [run.id, at.epoch, at.step, segment, className, sort, sorted?.epoch, sorted?.step]);
  const need = useCallback((first: number, last: number) => list.need(first, last), [list]);

  const { observations, epochs } = snapshot;
  const index = observations.findLastIndex(
    ({ epoch, step }) => epoch === at.epoch && (at.step === null || step === at.step),
  );
  const goTo = (to: number) => {
    if (!(to in observations)) return;
    const next = atOf(snapshot, to);
    // The order stays as it was, so that the same pictures are seen over time.
    const origin = sorted ?? at;
    navigation.change({ pictures: next, sorted: isSame(origin, next) ? null : origin });
  };
  const { head } = list;
  const isCurrent = snapshot.view.className === className && snapshot.view.aggregation === 'relative';

  return (
    <PicturesDialog
      title={
        <>
          <h2 id="pictures-title" class={`tone-${series?.role ?? 'none'}`}>
            {segment !== null && <b>{segment}</b>} at epoch {format.epoch(at.epoch)}
          </h2>
          <p class="sub">
            {head && (
              <>
                {head.total} {head.total === 1 ? 'picture' : 'pictures'}
                {className !== null && ` of ${className}`}
                {segment !== null && ' that show it'}
              </>
            )}
            {isCurrent && series?.rank[index] != null && (
              <>
                ; mean rank {format.rank(series.rank[index])}, by chance {format.rank(series.chance[index])}
              </>
            )}
          </p>
        </>
      }
      aside={
        index >= 0 && epochs.length > 1 ? (
          <Timeline snapshot={snapshot} series={series} index={index} onIndex={goTo} />
        ) : undefined
      }
      controls={
        <>
          <Select
            label="Segment"
            value={segment ?? ''}
            options={[
              ...(segment === null ? [['', 'any'] as [string, string]] : []),
              ...probe.segments.map(({ name }): [string, string] => [name, name]),
            ]}
            onChange={(name) => navigation.change({ segment: name, sorted: null, place: null })}
          />
          <Select
            label="Class"
            value={className ?? ''}
            options={[
              ['', 'all classes'],
              ...probe.classes.map(({ name }): [string, string] => [name, name]),
            ]}
            onChange={(name, isFirst) =>
              navigation.change({ className: isFirst ? null : name, sorted: null, place: null })
            }
          />
          <Select
            label="Order"
            value={sort}
            options={(Object.entries(sortNames) as [PictureSort, string][]).filter(
              ([name]) => segment !== null || name === 'margin',
            )}
            onChange={(name) => navigation.change({ sort: name as PictureSort, sorted: null, place: null })}
          />
          {head?.peak != null && head.stored && (
            <HeatControls heat={heat} onHeat={setHeat} peak={head.peak} target={targetOf(snapshot)} />
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
          {sorted && (
            <p class="note">
              In the order of epoch {format.epoch(sorted.epoch)}, so that every picture keeps its place.{' '}
              <button
                type="button"
                class="quiet"
                onClick={() => navigation.change({ sorted: null, place: null })}
              >
                Sort by epoch {format.epoch(at.epoch)}
              </button>
            </p>
          )}
          {head && !head.stored && (
            <p class="note">
              The store holds no pictures of this probe set: a satwatch that kept none wrote it.
            </p>
          )}
          {head?.stored && head.peak === null && (
            <p class="note">
              No heat maps are kept of this observation; <code>keepMaps: 1</code> in the options of the
              training keeps those of every one.
            </p>
          )}
        </>
      }
      probe={probe}
      segment={segment}
      firstEpoch={epochs[0]}
      tile={tileSize}
      stored={head?.stored ?? false}
      heat={heat}
      peak={head?.peak ?? null}
      total={head?.total}
      shown={(i) => {
        const item = list.items.get(i);
        return (
          item && {
            picture: item,
            map: item.map ? observationMap(run.id, item.at, item.index) : null,
            rankChange: item.rankChange,
          }
        );
      }}
      need={need}
      place={place}
      onEnlarge={(i) => navigation.open({ place: i })}
      onPlace={(i) => navigation.change({ place: i })}
      onShrink={() => navigation.leave({ place: null })}
      onClose={() => navigation.leave(noPictures, place === null ? 1 : 2)}
      onStep={(by) => goTo(index + by)}
    />
  );
}

/** Where an observation is in the address: the step is said only where the epoch alone would not do. */
export function atOf({ observations }: Snapshot, index: number): At {
  const { epoch, step } = observations[index];
  const isAlone = observations.filter((other) => other.epoch === epoch).length === 1;
  return { epoch, step: isAlone ? null : step };
}

const isSame = (a: At, b: At) => a.epoch === b.epoch && a.step === b.step;

interface SelectProps {
  label: string;
  value: string;
  options: [value: string, label: string][];
  onChange(value: string, isFirst: boolean): void;
}

function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        name={`pictures-${label.toLowerCase()}`}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value, currentTarget.selectedIndex === 0)}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
