-- What tells this installation's containers and volumes on a Docker engine from those of others. One row.
CREATE TABLE installation (
    id TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE runs (
    id                TEXT    NOT NULL PRIMARY KEY,
    deployment_id     TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    number            BIGINT NOT NULL,
    operation         TEXT    NOT NULL,
    status            TEXT    NOT NULL,
    revision          BIGINT NOT NULL,
    terraform_version TEXT    NOT NULL,
    backend           TEXT    NOT NULL,
    message           TEXT    NOT NULL,
    idempotency_key   TEXT,
    created_by        TEXT    REFERENCES users (id) ON DELETE SET NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    -- SHA-256 of the snapshot that the run was created with.
    snapshot_digest   TEXT    NOT NULL,
    -- Why the run ended as it did, for people.
    reason            TEXT,
    -- The saved plan: SHA-256 of its file and of the lock file it was made with, and the state it was made on.
    plan_digest       TEXT,
    lock_digest       TEXT,
    state_digest      TEXT,
    plan_adds         BIGINT,
    plan_changes      BIGINT,
    plan_destroys     BIGINT,
    approved_by       TEXT    REFERENCES users (id) ON DELETE SET NULL,
    approved_at       BIGINT,
    approval_comment  TEXT,
    cancel_requested  BIGINT NOT NULL,
    cancel_forced     BIGINT NOT NULL,
    UNIQUE (deployment_id, number),
    UNIQUE (deployment_id, idempotency_key)
);
CREATE INDEX runs_by_status ON runs (status);

-- When a run took which status, and through whom.
CREATE TABLE run_events (
    run_id   TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    status   TEXT    NOT NULL,
    at       BIGINT NOT NULL,
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
    fence       BIGINT NOT NULL,
    worker      TEXT,
    lease_until BIGINT NOT NULL,
    -- The fence of the container that may have been started, 0 for none: recorded before the start, so that nothing is
    -- started twice.
    launched    BIGINT NOT NULL,
    launches    BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX run_jobs_by_state ON run_jobs (state, created_at);

-- The log of a run, masked, by offset. `source_end` is how far into the phase's own output the chunk reaches.
CREATE TABLE run_log_chunks (
    run_id     TEXT    NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    start      BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    phase      TEXT    NOT NULL,
    source_end BIGINT NOT NULL,
    content    BYTEA    NOT NULL,
    PRIMARY KEY (run_id, start)
);

-- Versions of the state that CloudOven keeps itself. The content is a sealed blob.
CREATE TABLE state_versions (
    id            TEXT    NOT NULL PRIMARY KEY,
    deployment_id TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    number        BIGINT NOT NULL,
    run_id        TEXT    REFERENCES runs (id) ON DELETE SET NULL,
    serial        BIGINT NOT NULL,
    lineage       TEXT    NOT NULL,
    digest        TEXT    NOT NULL,
    size          BIGINT NOT NULL,
    resources     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (deployment_id, number)
);
