-- People, what they may do in which project, their sessions, and key pairs of programs.

-- A user belongs to no project: memberships say in which it has which role. name is in lower case. password is an argon2id
-- hash in PHC form; without one a user signs in from outside only, by issuer and subject.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password TEXT,
    issuer TEXT,
    subject TEXT,
    disabled BIGINT NOT NULL,
    must_change BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    password_changed_at BIGINT,
    last_signed_in_at BIGINT,
    UNIQUE (issuer, subject)
);

CREATE TABLE memberships (
    user_id TEXT NOT NULL REFERENCES users (id),
    project_id TEXT NOT NULL REFERENCES projects (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
);
CREATE INDEX memberships_project ON memberships (project_id, user_id);

-- A browser's session: of a user, or (user_id NULL) of the token credential_id, or of a login link (both NULL). role holds
-- where there is no user. It ends at expires_at, and earlier when it was not used since seen_at for too long.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    hash TEXT NOT NULL UNIQUE,
    user_id TEXT REFERENCES users (id),
    credential_id TEXT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_seen ON sessions (seen_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- hash is the SHA-256 of the secret key. scopes is a JSON list; an empty one narrows nothing. A key of a user does nothing
-- that the user may not do now.
CREATE TABLE key_pairs (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    access_key TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX key_pairs_project ON key_pairs (project_id, id);
CREATE INDEX key_pairs_user ON key_pairs (project_id, user_id, id);

-- Failed attempts to sign in by a name, whether or not there is such a user. name is a SHA-256: people type passwords there.
CREATE TABLE sign_in_failures (
    name TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at);

-- Sessions were credentials: people sign in again.
DELETE FROM credentials WHERE kind = 'session';
DELETE FROM principals WHERE id NOT IN (SELECT principal_id FROM credentials);
