-- Crawls of providers into the catalog, as background jobs. A worker writes only while `fence` is what it claimed.
CREATE TABLE crawl_jobs (
    id               TEXT    NOT NULL PRIMARY KEY,
    -- registry or bundle.
    source           TEXT    NOT NULL,
    -- The provider's address, host included; empty for a bundle, which says itself what is in it.
    provider         TEXT    NOT NULL,
    -- The version constraint, or the bundle's file name.
    requested        TEXT    NOT NULL,
    -- Where the documentation is, when the registry is not to be asked; else empty.
    docs_url         TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    -- Why it failed, for people.
    reason           TEXT,
    stage            TEXT,
    done             BIGINT  NOT NULL,
    total            BIGINT  NOT NULL,
    -- Items in a thousand seconds.
    rate             BIGINT  NOT NULL,
    -- JSON: the first problems; then how many there were in all.
    problems         TEXT    NOT NULL,
    problem_count    BIGINT  NOT NULL,
    -- JSON: the provider versions that are in the catalog through this job.
    results          TEXT    NOT NULL,
    attempts         BIGINT  NOT NULL,
    created_by       TEXT    REFERENCES users (id) ON DELETE SET NULL,
    idempotency_key  TEXT,
    created_at       BIGINT  NOT NULL,
    started_at       BIGINT,
    ended_at         BIGINT,
    cancel_requested BIGINT  NOT NULL,
    fence            BIGINT  NOT NULL,
    worker           TEXT,
    lease_until      BIGINT  NOT NULL,
    UNIQUE (created_by, idempotency_key)
);
CREATE INDEX crawl_jobs_by_status ON crawl_jobs (status, created_at);
-- One at work per provider: what it writes, others would replace.
CREATE UNIQUE INDEX crawl_jobs_at_work ON crawl_jobs (provider) WHERE status = 'running';
-- The same is not asked for twice.
CREATE UNIQUE INDEX crawl_jobs_asked ON crawl_jobs (provider, requested)
    WHERE source = 'registry' AND status IN ('queued', 'running');
