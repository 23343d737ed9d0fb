-- Where telemetry comes from. The credential with the same id, of kind trace-source, lets it in. Either api_id or hosts
-- (a JSON list of patterns) says where its exchanges belong.
CREATE TABLE trace_sources (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT REFERENCES apis (id),
    hosts TEXT NOT NULL
);
