-- Who did what at the control plane, and what of it was refused. Nothing changes a row; retention alone removes some, the
-- oldest of a kind. Each row holds the hash of the one before it of its kind. before_value and after_value are JSON without secrets.
CREATE TABLE audit_log (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    seq BIGINT NOT NULL,
    time BIGINT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    credential TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    object_type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    repeats BIGINT NOT NULL,
    before_value TEXT,
    after_value TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (project_id, kind, seq)
);

-- Where the chain of a kind begins and ends: what removes rows and does not say so here, shows.
CREATE TABLE audit_chains (
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    first_previous TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_hash TEXT NOT NULL,
    PRIMARY KEY (project_id, kind)
);
