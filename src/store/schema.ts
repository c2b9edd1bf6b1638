/**
 * The schema, one entry a version: `PRAGMA user_version` counts the entries applied.
 *
 * `changes.value` grows with every write; rows carry the value of the write that last touched them in `seq`,
 * which is what the dashboard streams from and resumes at.
 *
 * Any SQLite tool reads the ranks from the view `segment_ranks` (documented in docs/store.md).
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE changes (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
  INSERT INTO changes VALUES (1, 0);

  CREATE TABLE probe_sets (
    id TEXT PRIMARY KEY,
    width INTEGER NOT NULL, height INTEGER NOT NULL, channels INTEGER NOT NULL,
    class_names TEXT NOT NULL,   -- JSON array
    segment_names TEXT NOT NULL, -- JSON array
    roles TEXT NOT NULL,         -- JSON object, segment -> role
    images TEXT NOT NULL         -- JSON array of [id, label, [segment index, area, ...]]: the layout of the blobs
  );

  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at TEXT NOT NULL, heartbeat_at TEXT NOT NULL, ended_at TEXT,
    probe_set TEXT NOT NULL REFERENCES probe_sets(id), -- the current one; observations keep their own
    config TEXT NOT NULL, model TEXT NOT NULL, versions TEXT NOT NULL, -- JSON
    backend TEXT NOT NULL,
    error TEXT,
    seq INTEGER NOT NULL
  );

  CREATE TABLE run_events ( -- starts, resumes, changed probe sets, errors of the monitor
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    time TEXT NOT NULL, epoch REAL, kind TEXT NOT NULL, message TEXT NOT NULL
  );
  CREATE INDEX run_events_run ON run_events(run);

  CREATE TABLE observations (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    probe_set TEXT NOT NULL REFERENCES probe_sets(id),
    epoch REAL NOT NULL, step INTEGER,
    time TEXT NOT NULL, seconds REAL NOT NULL, share REAL,
    metrics TEXT NOT NULL, -- JSON object of numbers and nulls
    probe_accuracy REAL, invalid_images INTEGER NOT NULL,
    attributions BLOB NOT NULL, -- float32 little endian, one a (image, segment) of probe_sets.images; NaN where invalid
    seq INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX observation_by_step ON observations(run, probe_set, step) WHERE step IS NOT NULL;
  CREATE UNIQUE INDEX observation_by_epoch ON observations(run, probe_set, epoch) WHERE step IS NULL;
  CREATE INDEX observation_order ON observations(run, epoch);
  CREATE INDEX observation_seq ON observations(run, seq);

  CREATE TABLE ranks (
    observation INTEGER NOT NULL REFERENCES observations(id) ON DELETE CASCADE,
    aggregation INTEGER NOT NULL, -- 0 relative, 1 absolute
    class INTEGER NOT NULL,       -- index into class_names, -1 over all classes
    segment INTEGER NOT NULL,     -- index into segment_names
    n INTEGER NOT NULL,
    mean_rank REAL, mean_attribution REAL, chance_rank REAL,
    PRIMARY KEY (observation, aggregation, class, segment)
  ) WITHOUT ROWID;

  CREATE TABLE effects ( -- the reliance test, one row a pair tested
    observation INTEGER NOT NULL REFERENCES observations(id) ON DELETE CASCADE,
    segment INTEGER NOT NULL, class INTEGER NOT NULL,
    effect REAL, z REAL, fill REAL, receivers INTEGER NOT NULL, givers INTEGER NOT NULL,
    PRIMARY KEY (observation, segment, class)
  ) WITHOUT ROWID;

  CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    rule TEXT NOT NULL, level TEXT NOT NULL CHECK (level IN ('warning', 'alarm', 'severe')),
    segment TEXT, class TEXT,
    epoch REAL NOT NULL, from_value REAL, to_value REAL,
    message TEXT NOT NULL, evidence TEXT NOT NULL,
    resolved_epoch REAL,
    delivery TEXT NOT NULL DEFAULT '{}',
    seq INTEGER NOT NULL
  );
  CREATE INDEX alerts_run ON alerts(run, id);
  CREATE INDEX alerts_seq ON alerts(run, seq);

  CREATE VIEW segment_ranks AS
  SELECT r.name AS run, o.epoch AS epoch, o.step AS step,
         CASE WHEN k.class < 0 THEN NULL ELSE json_extract(p.class_names, '$[' || k.class || ']') END AS class,
         CASE k.aggregation WHEN 0 THEN 'relative' ELSE 'absolute' END AS aggregation,
         json_extract(p.segment_names, '$[' || k.segment || ']') AS segment,
         k.n AS n, k.mean_rank AS mean_rank, k.mean_attribution AS mean_attribution, k.chance_rank AS chance_rank,
         o.probe_set AS probe_set
  FROM ranks k
  JOIN observations o ON o.id = k.observation
  JOIN runs r ON r.id = o.run
  JOIN probe_sets p ON p.id = o.probe_set;
  `,
  `
  ALTER TABLE observations ADD COLUMN predictions BLOB; -- an image each: margin float32, predicted class uint16, little endian

  CREATE TABLE pictures ( -- the probe images as the page shows them
    probe_set TEXT NOT NULL REFERENCES probe_sets(id),
    image INTEGER NOT NULL, -- index into probe_sets.images
    jpeg BLOB NOT NULL,
    masks BLOB NOT NULL,    -- run-length masks of the image's segments
    PRIMARY KEY (probe_set, image)
  );

  CREATE TABLE maps ( -- attribution maps in 8 bit, of the observations that keepMaps names
    observation INTEGER NOT NULL REFERENCES observations(id) ON DELETE CASCADE,
    image INTEGER NOT NULL,
    peak REAL NOT NULL,     -- the attribution that 127 stands for
    map BLOB NOT NULL,      -- int8, height * width, row-major, deflated
    PRIMARY KEY (observation, image)
  );

  CREATE TABLE alert_images ( -- the pictures behind an alert, as they were when it was raised
    alert INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE,
    place INTEGER NOT NULL, -- 0 is the most telling
    probe_set TEXT NOT NULL REFERENCES probe_sets(id),
    image INTEGER NOT NULL,
    attributions BLOB NOT NULL, -- float32, one a segment of the image
    predicted INTEGER, margin REAL,
    peak REAL, map BLOB,
    PRIMARY KEY (alert, place)
  );

  CREATE TABLE costs ( -- what a segment costs: accuracy and margin with and without it
    observation INTEGER NOT NULL REFERENCES observations(id) ON DELETE CASCADE,
    segment INTEGER NOT NULL,
    class INTEGER NOT NULL,  -- 'pasted' and 'unpasted': the class it was taken from; else that of the images, -1 is all
    variant TEXT NOT NULL CHECK (variant IN ('present', 'ring', 'blur', 'pasted', 'unpasted')),
    images INTEGER NOT NULL, accuracy REAL, margin REAL,
    PRIMARY KEY (observation, segment, class, variant)
  ) WITHOUT ROWID;

  CREATE TABLE deliveries ( -- what a channel has still to deliver; gone when delivered or given up
    alert INTEGER NOT NULL REFERENCES alerts(id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL, -- ms since 1970; no process may try before, which also holds off the others during an attempt
    PRIMARY KEY (alert, channel)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE effects ADD COLUMN top REAL;
  ALTER TABLE effects ADD COLUMN blur REAL;
  ALTER TABLE effects ADD COLUMN flipped REAL;
  ALTER TABLE effects ADD COLUMN lost REAL;
  `,
];
