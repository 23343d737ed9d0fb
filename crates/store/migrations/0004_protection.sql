-- Every version of what people set for an API's protection; the highest is in force. settings is JSON.
CREATE TABLE protection_versions (
    project_id TEXT NOT NULL REFERENCES projects (id),
    api_id TEXT NOT NULL REFERENCES apis (id),
    version BIGINT NOT NULL,
    mode TEXT NOT NULL,
    settings TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    PRIMARY KEY (api_id, version)
);

-- Named lists of networks that the APIs of a project share. networks is a JSON list of CIDR texts.
CREATE TABLE network_lists (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    networks TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (project_id, name)
);
