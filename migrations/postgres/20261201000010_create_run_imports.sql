-- What was decided about the code that a run of the operation `import` proposes. What it asked for and what it found are in
-- the blob store.
CREATE TABLE run_imports (
    run_id      TEXT NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    -- open, added or discarded.
    decision    TEXT NOT NULL,
    -- The blueprint's revision that it was added as.
    revision    BIGINT,
    decided_by  TEXT REFERENCES users (id) ON DELETE SET NULL,
    decided_at  BIGINT
);
