-- What tells this installation's containers and volumes on a Docker engine from those of others. One row.
CREATE TABLE installation (
    id TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE runs (
    id                TEXT    NOT NULL PRIMARY KEY,
    deployment_id     TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    number            INTEGER NOT NULL,
    operation         TEXT    NOT NULL,
    status            TEXT    NOT NULL,
    revision          INTEGER NOT NULL,
    terraform_version TEXT    NOT NULL,
    backend           TEXT    NOT NULL,
    message           TEXT    NOT NULL,
    idempotency_key   TEXT,
    created_by        TEXT    REFERENCES users (id) ON DELETE SET NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    -- SHA-256 of the snapshot that the run was created with.
    snapshot_digest   TEXT    NOT NULL,
    -- Why the run ended as it did, for people.
    reason            TEXT,
    -- The saved plan: SHA-256 of its file and of the lock file it was made with, and the state it was made on.
    plan_digest       TEXT,
    lock_digest       TEXT,
    state_digest      TEXT,
    plan_adds         INTEGER,
    plan_changes      INTEGER,
    plan_destroys     INTEGER,
    approved_by       TEXT    REFERENCES users (id) ON DELETE SET NULL,
    approved_at       INTEGER,
    approval_comment  TEXT,
    cancel_requested  INTEGER NOT NULL,
    cancel_forced     INTEGER NOT NULL,
    UNIQUE (deployment_id, number),
    UNIQUE (deployment_id, idempotency_key)
);
CREATE INDEX runs_by_status ON runs (status);

-- When a run took which status, and through whom.
CREATE TABLE run_events (
    run_id   TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    status   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    actor    TEXT    REFERENCES users (id) ON DELETE SET NULL,
    note     TEXT    NOT NULL,
    PRIMARY KEY (run_id, position)
);

-- The phase that a run waits for (queued), is in (leased) or was in last (done), and who holds it. A worker writes only
-- while `fence` is what it claimed; it counts on over all phases of a run.
CREATE TABLE run_jobs (
    run_id      TEXT    NOT NULL PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    phase       TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    fence       INTEGER NOT NULL,
    worker      TEXT,
    lease_until INTEGER NOT NULL,
    -- The fence of the container that may have been started, 0 for none: recorded before the start, so that nothing is
    -- started twice.
    launched    INTEGER NOT NULL,
    launches    INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX run_jobs_by_state ON run_jobs (state, created_at);

-- The log of a run, masked, by offset. `source_end` is how far into the phase's own output the chunk reaches.
CREATE TABLE run_log_chunks (
    run_id     TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    start      INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    phase      TEXT    NOT NULL,
    source_end INTEGER NOT NULL,
    content    BLOB    NOT NULL,
    PRIMARY KEY (run_id, start)
);

-- Versions of the state that CloudOven keeps itself. The content is a sealed blob.
CREATE TABLE state_versions (
    id            TEXT    NOT NULL PRIMARY KEY,
    deployment_id TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    run_id        TEXT    REFERENCES runs (id) ON DELETE SET NULL,
    serial        INTEGER NOT NULL,
    lineage       TEXT    NOT NULL,
    digest        TEXT    NOT NULL,
    size          INTEGER NOT NULL,
    resources     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    UNIQUE (deployment_id, number)
);
