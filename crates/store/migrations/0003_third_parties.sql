-- APIs of others, judged from outside. selectors (DKIM) and policy are JSON; schedule is JSON or absent; next_at is when
-- the schedule asks for the next assessment.
CREATE TABLE third_parties (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    contract_api_id TEXT REFERENCES apis (id),
    selectors TEXT NOT NULL,
    ports BIGINT NOT NULL,
    allow_private BIGINT NOT NULL,
    policy TEXT NOT NULL,
    schedule TEXT,
    next_at BIGINT,
    probe_minutes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (project_id, url)
);

-- state: pending, running, completed, failed or cancelled; asked_by: the name of a principal, or the schedule.
CREATE TABLE assessments (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    third_party_id TEXT NOT NULL REFERENCES third_parties (id),
    state TEXT NOT NULL,
    reason TEXT,
    scheduled BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    score BIGINT,
    grade TEXT,
    summary TEXT,
    result TEXT
);
CREATE INDEX assessments_third_party ON assessments (third_party_id, id);
-- One at a time for each third party.
CREATE UNIQUE INDEX assessments_open ON assessments (third_party_id) WHERE state IN ('pending', 'running');

-- One light request each: latency in microseconds where there was an answer, else the kind of failure.
CREATE TABLE availability_samples (
    project_id TEXT NOT NULL REFERENCES projects (id),
    third_party_id TEXT NOT NULL REFERENCES third_parties (id),
    time BIGINT NOT NULL,
    latency BIGINT,
    status BIGINT,
    failure TEXT,
    PRIMARY KEY (third_party_id, time)
);
-- Lists count a month of samples for each third party: from here alone.
CREATE INDEX availability_samples_counts ON availability_samples (project_id, third_party_id, time, status, failure);
