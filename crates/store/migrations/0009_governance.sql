-- The life of a finding: state is open, acknowledged, fixed or regressed, since changed_at. An acknowledgement stands
-- until acknowledged_until, without it for ever, and outlives that the finding is fixed. rank (the most serious
-- first, of one severity what traffic shows first), rule, category and operation (empty for none) are what lists are filtered and sorted by; body has them too.
ALTER TABLE findings ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE findings ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE findings ADD COLUMN rank BIGINT NOT NULL DEFAULT 9;
ALTER TABLE findings ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN operation TEXT NOT NULL DEFAULT '';
ALTER TABLE findings ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE findings ADD COLUMN acknowledged_by TEXT;
ALTER TABLE findings ADD COLUMN acknowledged_until BIGINT;
ALTER TABLE findings ADD COLUMN acknowledged_reason TEXT;
UPDATE findings SET state = CASE open WHEN 1 THEN 'open' ELSE 'fixed' END,
    changed_at = CASE open WHEN 1 THEN first_observed ELSE last_observed END,
    rank = CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 2 WHEN 'medium' THEN 4 WHEN 'low' THEN 6 ELSE 8 END
        + CASE engine WHEN 'discover' THEN 0 ELSE 1 END,
    rule = COALESCE(json_extract(body, '$.rule'), ''),
    category = COALESCE(json_extract(body, '$.category'), ''),
    operation = COALESCE(json_extract(body, '$.operation'), '');
ALTER TABLE findings DROP COLUMN open;
CREATE INDEX findings_project ON findings (project_id, rank, id) WHERE state <> 'fixed';
CREATE INDEX findings_api ON findings (project_id, api_id, rank, id) WHERE state <> 'fixed';
CREATE INDEX findings_state ON findings (project_id, state, api_id, severity);
CREATE INDEX findings_fixed ON findings (project_id, last_observed, id) WHERE state = 'fixed';
CREATE INDEX findings_rule ON findings (project_id, rule COLLATE BINARY, rank, id);
CREATE INDEX findings_acknowledged ON findings (project_id, acknowledged_until) WHERE acknowledged_until IS NOT NULL;

-- What happened to a finding after it was first found. changed_by: the name of a principal; absent where an engine or the
-- clock changed it. until: of an acknowledgement.
CREATE TABLE finding_changes (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    finding_id TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    time BIGINT NOT NULL,
    state TEXT NOT NULL,
    changed_by TEXT,
    reason TEXT,
    until BIGINT
);
CREATE INDEX finding_changes_finding ON finding_changes (finding_id, id);

-- Named gates. definition is the YAML that a gate file holds; at most one of a project is its default.
CREATE TABLE gates (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (project_id, name)
);
CREATE UNIQUE INDEX gates_default ON gates (project_id) WHERE is_default = 1;
