-- Jobs that are asked for by the clock. request is JSON, as a job is asked for, but for the document. contract_of is an API
-- whose contract at the time of the run is the document. missed is once (a run that was missed is made up for, once) or
-- skip. next_at is absent while it is paused.
CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    request TEXT NOT NULL,
    document TEXT,
    contract_of TEXT,
    missed TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    next_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (project_id, name)
);
CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

-- state: Due until there is a job, Started while it goes on, then the state it ended in; Skipped and Refused never had one.
-- asked_by: a person who did not wait for the clock. facts is JSON, what the next run is compared with; comparison is JSON.
-- Neither goes when the job is dropped.
CREATE TABLE schedule_runs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    asked_by TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    job_id TEXT,
    ended_at BIGINT,
    application_version TEXT,
    compliant BIGINT,
    score DOUBLE PRECISION,
    grade TEXT,
    summary TEXT,
    facts TEXT,
    comparison TEXT
);
CREATE INDEX schedule_runs_schedule ON schedule_runs (schedule_id, id);
CREATE INDEX schedule_runs_job ON schedule_runs (project_id, job_id);
CREATE INDEX schedule_runs_open ON schedule_runs (state) WHERE state IN ('Due', 'Started');
