//! Sessions of browsers. They belong to users, who stand beside the projects; a session works in one project at a time.

use crate::open::Doing;
use crate::{Error, Store};
use sqlx::AssertSqlSafe;

/// A session as kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// UUIDv7.
    pub id: String,
    /// The project it works in.
    pub project_id: String,
    /// SHA-256 of the cookie's secret, hexadecimal.
    pub hash: String,
    /// Whose it is; `None` of a token or a login link.
    pub user_id: Option<String>,
    /// The token it was opened with.
    pub credential_id: Option<String>,
    /// Name shown to people.
    pub name: String,
    /// Role where there is no user; a user's is looked up each time.
    pub role: String,
    /// Where it was opened from.
    pub address: String,
    /// The browser, as it names itself; cut.
    pub agent: String,
    /// Microseconds.
    pub created_at: i64,
    /// When it was last used, microseconds.
    pub seen_at: i64,
    /// The end that using it does not put off, microseconds.
    pub expires_at: i64,
}

const COLUMNS: &str = "s.id, s.project_id, s.hash, s.user_id, s.credential_id, s.name, s.role, s.address, s.agent, \
                       s.created_at, s.seen_at, s.expires_at";

impl Store {
    /// Keeps a session.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_session(&self, row: &SessionRow) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO sessions (id, project_id, hash, user_id, credential_id, name, role, address, agent, created_at, \
             seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&row.id)
        .bind(&row.project_id)
        .bind(&row.hash)
        .bind(&row.user_id)
        .bind(&row.credential_id)
        .bind(&row.name)
        .bind(&row.role)
        .bind(&row.address)
        .bind(&row.agent)
        .bind(row.created_at)
        .bind(row.seen_at)
        .bind(row.expires_at)
        .execute(&self.write)
        .await
        .doing("keeping a session")
        .map(drop)
    }

    /// The session with this hash, when it ends after `now`, was used after `used_since`, and the token it was opened
    /// with, if any, is still there.
    ///
    /// # Errors
    /// The database's word.
    pub async fn session(&self, hash: &str, now: i64, used_since: i64) -> Result<Option<SessionRow>, Error> {
        sqlx::query_as(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM sessions s LEFT JOIN credentials c ON c.id = s.credential_id \
             WHERE s.hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND (s.credential_id IS NULL OR c.id IS NOT NULL)"
        )))
        .bind(hash)
        .bind(now)
        .bind(used_since)
        .fetch_optional(&self.read)
        .await
        .doing("looking for a session")
    }

    /// A user's sessions that have not ended, oldest first, at most 200.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sessions_of(&self, user: &str, now: i64, used_since: i64) -> Result<Vec<SessionRow>, Error> {
        sqlx::query_as(AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM sessions s \
             WHERE s.user_id = $1 AND s.expires_at > $2 AND s.seen_at > $3 ORDER BY s.id LIMIT 200"
        )))
        .bind(user)
        .bind(now)
        .bind(used_since)
        .fetch_all(&self.read)
        .await
        .doing("listing sessions")
    }

    /// Gives a session another secret and another project to work in; false when it ended meanwhile.
    ///
    /// # Errors
    /// The database's word.
    pub async fn renew_session(&self, id: &str, hash: &str, project: &str, now: i64) -> Result<bool, Error> {
        let done = sqlx::query("UPDATE sessions SET hash = $2, project_id = $3, seen_at = $4 WHERE id = $1")
            .bind(id)
            .bind(hash)
            .bind(project)
            .bind(now)
            .execute(&self.write)
            .await
            .doing("renewing a session")?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The database's word.
    pub async fn touch_session(&self, id: &str, now: i64) -> Result<(), Error> {
        sqlx::query("UPDATE sessions SET seen_at = $2 WHERE id = $1")
            .bind(id)
            .bind(now)
            .execute(&self.write)
            .await
            .doing("noting the use of a session")
            .map(drop)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's word.
    pub async fn end_session(&self, id: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(id)
            .execute(&self.write)
            .await
            .doing("ending a session")
            .map(drop)
    }

    /// Ends one session of a user; false when it is not one of theirs.
    ///
    /// # Errors
    /// The database's word.
    pub async fn end_session_of(&self, user: &str, id: &str) -> Result<bool, Error> {
        let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND id = $2")
            .bind(user)
            .bind(id)
            .execute(&self.write)
            .await
            .doing("ending a session")?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends every session of a user.
    ///
    /// # Errors
    /// The database's word.
    pub async fn end_sessions_of(&self, user: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM sessions WHERE user_id = $1")
            .bind(user)
            .execute(&self.write)
            .await
            .doing("ending sessions")
            .map(drop)
    }

    /// Removes the sessions that ended.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_sessions(&self, now: i64, used_since: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2")
            .bind(now)
            .bind(used_since)
            .execute(&self.write)
            .await
            .doing("sweeping sessions")
            .map(drop)
    }
}
