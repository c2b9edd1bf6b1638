/** Before anything has been trained: what to type, and what will happen then. */
export function NoRuns({ store }: { store: string }) {
  return (
    <section class="no-runs">
      <h1>No runs yet</h1>
      <p>
        Add the callback to a training and start it; the run appears here by itself, measured before its first
        batch and after every epoch.
      </p>
      <pre>
        <code>{`await model.fit(xs, ys, { callbacks: [
  satCallback(tf, {
    probe: 'probe/',
    store: ${JSON.stringify(store)},
    inputRange: [0, 1],
  }),
] });`}</code>
      </pre>
    </section>
  );
}
