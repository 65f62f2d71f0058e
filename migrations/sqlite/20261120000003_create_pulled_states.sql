-- What an apply read back from a backend that is not CloudOven's own, the last one of each run. What it holds is a sealed
-- blob without anything sensitive; the state itself stays in its backend.
CREATE TABLE pulled_states (
    run_id     TEXT   NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    serial     INTEGER NOT NULL,
    lineage    TEXT   NOT NULL,
    resources  INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
