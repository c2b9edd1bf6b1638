import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { CursorContext } from './context.js';
import { EpochPlot } from './EpochPlot.js';
import type { PlotEvents, PlotModel } from './model.js';

interface Props extends PlotEvents {
  name: string;
  title: ComponentChildren;
  /** Said in place of lines while there are none. */
  empty?: string | undefined;
  /** The chart in one sentence, for those who do not see it. */
  summary: string;
  model: PlotModel;
}

/** Keeps one plot alive over all updates; only another set of lines makes a new one. */
export function EpochChart({ name, title, empty, summary, model, hover, pin, open, flag }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<EpochPlot | null>(null);
  const events = useRef<PlotEvents>({});
  events.current = {
    ...(hover && { hover }),
    ...(pin && { pin }),
    ...(open && { open }),
    ...(flag && { flag }),
  };
  const group = useContext(CursorContext);

  useLayoutEffect(() => {
    if (plot.current?.fits(model)) {
      plot.current.update(model);
      return;
    }
    plot.current?.destroy();
    plot.current = new EpochPlot(host.current!, model, group, {
      hover: (key) => events.current.hover?.(key),
      pin: (key) => events.current.pin?.(key),
      // What is there from the start says what a click may mean.
      ...(open && { open: (key, index) => events.current.open?.(key, index) }),
      ...(flag && { flag: (epoch) => events.current.flag?.(epoch) }),
    });
  });
  useEffect(
    () => () => {
      plot.current?.destroy();
      plot.current = null;
    },
    [],
  );

  return (
    <figure class={`chart chart-${name}`}>
      <figcaption>{title}</figcaption>
      <p class="hidden">{summary}</p>
      <div class="plot" data-chart={name} ref={host} aria-hidden="true" />
      {empty && (
        <p class="chart-empty">
          <span class="said">{empty}</span>
        </p>
      )}
    </figure>
  );
}
