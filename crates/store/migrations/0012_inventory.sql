-- The operations of every API as they were last published, for what is asked across APIs. Never observed is 0; worst is
-- the severity_rank of the worst finding, 5 without one.
CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    deprecated BIGINT NOT NULL,
    authenticated TEXT NOT NULL,
    sensitive BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    first_observed BIGINT NOT NULL,
    last_observed BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    worst BIGINT NOT NULL
);
CREATE INDEX operations_api ON operations (project_id, api_id, path COLLATE BINARY, id);
CREATE INDEX operations_path ON operations (project_id, path COLLATE BINARY, id);
CREATE INDEX operations_state ON operations (project_id, state, path COLLATE BINARY, id);
CREATE INDEX operations_method ON operations (project_id, method COLLATE BINARY, path COLLATE BINARY, id);
CREATE INDEX operations_hits ON operations (project_id, hits, id);
CREATE INDEX operations_recent ON operations (project_id, last_observed, id);
CREATE INDEX operations_worst ON operations (project_id, worst, id);

-- Counts that nobody has to count: of one API, and (api_id empty) of all APIs of the project together.
CREATE TABLE figures (
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (project_id, api_id, name)
);
-- Which APIs have the most of something.
CREATE INDEX figures_name ON figures (project_id, name, value, api_id);

-- Findings of all APIs of a project together, counted.
CREATE TABLE finding_totals (
    project_id TEXT NOT NULL REFERENCES projects (id),
    engine TEXT NOT NULL,
    rule TEXT NOT NULL,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (project_id, engine, rule, category, severity, state)
);
INSERT INTO finding_totals (project_id, engine, rule, category, severity, state, total)
    SELECT project_id, engine, rule, category, severity, state, COUNT(*) FROM findings
    GROUP BY project_id, engine, rule, category, severity, state;
CREATE INDEX findings_life ON findings (project_id, state, rank, id);
CREATE INDEX findings_severity ON findings (project_id, severity, rank, id);
CREATE INDEX findings_recent ON findings (project_id, last_observed, id);
CREATE INDEX findings_operation ON findings (project_id, operation COLLATE BINARY, rank, id);
CREATE INDEX findings_fingerprint ON findings (project_id, fingerprint COLLATE BINARY);
CREATE INDEX events_project ON events (project_id, id);

-- What retention drops is found by its age.
CREATE INDEX assessments_ended ON assessments (project_id, ended_at);
CREATE INDEX availability_samples_time ON availability_samples (project_id, time, third_party_id);
