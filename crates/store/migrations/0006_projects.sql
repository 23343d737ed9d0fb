-- Projects are made and named by people.
ALTER TABLE projects ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE projects ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX projects_name ON projects (name);

-- A counter for each topic of a project: it grows with every change, so that every process on this store hears of it.
CREATE TABLE revisions (
    project_id TEXT NOT NULL REFERENCES projects (id),
    topic TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (project_id, topic)
);

-- Grows with every change of what people set for an API.
ALTER TABLE apis ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- What one process at a time does, and until when it may: holder is the process.
CREATE TABLE leases (
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (project_id, name)
);

-- Exchanges that one process saw and another learns from: bodies as shapes, without values.
CREATE TABLE spool (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    event_id TEXT,
    line TEXT NOT NULL
);
CREATE INDEX spool_project ON spool (project_id, id);
