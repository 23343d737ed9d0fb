-- What the vault keeps: sealed is the vault's ciphertext, which says by which master key it was sealed and fits no other
-- row. The master key that new ones are sealed by is the setting vault.master_key of the default project.
CREATE TABLE secrets (
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    master_key TEXT NOT NULL,
    sealed BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, kind, id)
);
-- A rotation looks for what other master keys sealed.
CREATE INDEX secrets_master_key ON secrets (master_key, project_id, kind, id);
