-- Work that someone asked for. state: Pending, InProgress, Completed, Failed or Cancelled. request is JSON: what was asked
-- for, but for the document. creator is the principal, created_by its name. fence grows whenever a lease begins or is taken
-- away: who holds an older one changes nothing any more. ended_fence is the fence that the end was told with.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    job_type TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    request TEXT NOT NULL,
    controller_id TEXT,
    application TEXT,
    application_version TEXT,
    creator TEXT NOT NULL,
    created_by TEXT NOT NULL,
    idempotency_key TEXT,
    request_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    expires_at BIGINT,
    progress BIGINT NOT NULL,
    progress_text TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    ended_fence BIGINT,
    cancel_asked BIGINT NOT NULL,
    holder_id TEXT,
    holder_name TEXT,
    holder_instance TEXT,
    leased_until BIGINT,
    compliant BIGINT,
    score DOUBLE PRECISION,
    grade TEXT,
    summary TEXT,
    UNIQUE (project_id, creator, idempotency_key)
);
CREATE INDEX jobs_project ON jobs (project_id, created_at, id);
CREATE INDEX jobs_turn ON jobs (project_id, creator, state, id);
CREATE INDEX jobs_pending ON jobs (created_at) WHERE state = 'Pending';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state = 'InProgress';
CREATE INDEX jobs_expiry ON jobs (expires_at) WHERE expires_at IS NOT NULL;

-- Whose turn it is: the creator who was served longest ago comes first.
CREATE TABLE job_turns (
    project_id TEXT NOT NULL REFERENCES projects (id),
    creator TEXT NOT NULL,
    served BIGINT NOT NULL,
    PRIMARY KEY (project_id, creator)
);
CREATE INDEX job_turns_served ON job_turns (served, creator);

-- The document a job is about, as it was sent.
CREATE TABLE job_documents (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    body BLOB NOT NULL
);

-- Each lease of a job; outcome is absent while it runs.
CREATE TABLE job_attempts (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    fence BIGINT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    controller_id TEXT NOT NULL,
    controller_name TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (job_id, fence)
);

-- categories is a JSON list; body is the finding as JSON.
CREATE TABLE job_findings (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    job_id TEXT NOT NULL REFERENCES jobs (id),
    position BIGINT NOT NULL,
    severity TEXT NOT NULL,
    source TEXT NOT NULL,
    categories TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (job_id, position)
);

-- What the engine says beside its findings, JSON.
CREATE TABLE job_reports (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    body TEXT NOT NULL
);

-- number counts the lines of one lease from 0: a line that is sent twice is kept once.
CREATE TABLE job_logs (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    fence BIGINT NOT NULL,
    number BIGINT NOT NULL,
    project_id TEXT NOT NULL REFERENCES projects (id),
    time BIGINT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (job_id, fence, number)
);

-- Who runs jobs. A shared one, which a control plane brings along, serves every project. instance is new with each start.
CREATE TABLE controllers (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    shared BIGINT NOT NULL,
    instance TEXT NOT NULL,
    version TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    parallel BIGINT NOT NULL,
    allow_private BIGINT NOT NULL,
    stopped BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    UNIQUE (project_id, name)
);
