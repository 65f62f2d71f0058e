-- Times are milliseconds since the epoch, booleans 0 or 1. The SQLite file of the same name says the same.
CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    is_admin      BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
);

-- Keyed by the SHA-256 of the cookie's token: a stolen database opens no session.
CREATE TABLE sessions (
    token_hash TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    token_hash   TEXT    NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);

-- Failed sign-ins, to slow guessing down by account and by address.
CREATE TABLE sign_in_failures (
    subject TEXT    NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_subject ON sign_in_failures (subject, at);

CREATE TABLE projects (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE project_members (
    project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_by_user ON project_members (user_id);

CREATE TABLE environments (
    id         TEXT    NOT NULL PRIMARY KEY,
    project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    position   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE blueprints (
    id         TEXT    NOT NULL PRIMARY KEY,
    project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    head       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

-- Texts of files by the SHA-256 of their content, zstd-compressed: a revision costs only the file that changed.
CREATE TABLE file_texts (
    digest  TEXT NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL
);

CREATE TABLE revisions (
    blueprint_id TEXT    NOT NULL REFERENCES blueprints (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    -- The revision that this one was made on; NULL for the first.
    parent       BIGINT,
    -- The revision whose content this one has: itself, or for undo, redo and restore an older one.
    origin       BIGINT NOT NULL,
    -- What redo goes back to, as a JSON list of revision numbers, the next one last.
    redo         TEXT    NOT NULL,
    -- JSON object: file name to digest.
    files        TEXT    NOT NULL,
    message      TEXT    NOT NULL,
    created_by   TEXT    REFERENCES users (id) ON DELETE SET NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (blueprint_id, number)
);

CREATE TABLE deployments (
    id                TEXT    NOT NULL PRIMARY KEY,
    blueprint_id      TEXT    NOT NULL REFERENCES blueprints (id) ON DELETE CASCADE,
    environment_id    TEXT    NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    -- NULL: follow the latest revision.
    revision          BIGINT,
    terraform_version TEXT    NOT NULL,
    backend           TEXT    NOT NULL,
    -- JSON object of the backend's settings; no secret.
    backend_config    TEXT    NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    UNIQUE (blueprint_id, environment_id)
);
CREATE INDEX deployments_by_environment ON deployments (environment_id);

-- One value per Terraform variable or process environment variable. A sensitive one is sealed, the others are JSON text.
CREATE TABLE deployment_values (
    deployment_id TEXT    NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
    category      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    value         TEXT,
    sealed        BYTEA,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, category, name)
);
