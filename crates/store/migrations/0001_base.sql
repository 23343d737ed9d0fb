-- Every table carries project_id; ids are UUIDv7 as text; times are UTC microseconds since the Unix epoch.

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

INSERT INTO projects (id, name, created_at) VALUES ('00000000-0000-7000-8000-000000000001', 'default', 0);

CREATE TABLE principals (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- kind: token, session or login-code. Only the SHA-256 of a secret is kept.
CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    principal_id TEXT NOT NULL REFERENCES principals (id),
    kind TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);

CREATE TABLE apis (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    hosts TEXT NOT NULL,
    base_path TEXT NOT NULL,
    upstreams TEXT NOT NULL,
    upstream_ca TEXT,
    mode TEXT NOT NULL,
    managed_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE contracts (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    version BIGINT NOT NULL,
    source TEXT NOT NULL,
    body TEXT NOT NULL,
    operations BIGINT NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_by TEXT NOT NULL,
    UNIQUE (api_id, version)
);

-- What a person chose for one operation.
CREATE TABLE protections (
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    operation TEXT NOT NULL,
    protection TEXT NOT NULL,
    PRIMARY KEY (api_id, operation)
);

-- What engines know about an API between two starts: kind is discovery or ledger.
CREATE TABLE states (
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (api_id, kind)
);

CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    engine TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    severity TEXT NOT NULL,
    body TEXT NOT NULL,
    count BIGINT NOT NULL,
    first_observed BIGINT NOT NULL,
    last_observed BIGINT NOT NULL,
    open BIGINT NOT NULL,
    UNIQUE (api_id, engine, fingerprint)
);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    operation TEXT,
    operation_id TEXT,
    client TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    upstream_status BIGINT,
    effect TEXT NOT NULL,
    would TEXT NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    errors TEXT NOT NULL,
    steps TEXT NOT NULL,
    merge_key TEXT NOT NULL,
    first_time BIGINT NOT NULL,
    last_time BIGINT NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX events_api ON events (project_id, api_id, id);
CREATE INDEX events_operation ON events (project_id, operation_id, id);
CREATE INDEX events_recent ON events (project_id, last_time);

-- Every uuid a client was given, to the event it was merged into.
CREATE TABLE event_uuids (
    uuid TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    event_id TEXT NOT NULL
);
CREATE INDEX event_uuids_event ON event_uuids (event_id);

CREATE TABLE exceptions (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    operation TEXT NOT NULL,
    code TEXT NOT NULL,
    location TEXT NOT NULL,
    name TEXT NOT NULL,
    pointer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    event_id TEXT,
    UNIQUE (api_id, operation, code, location, name, pointer)
);

CREATE TABLE settings (
    project_id TEXT NOT NULL REFERENCES projects (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (project_id, key)
);
