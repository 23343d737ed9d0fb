//! Guesses at passwords, counted by the name they were made at, in every process that shares the store.

use crate::open::Doing;
use crate::{Error, Store};

const SECOND: i64 = 1_000_000;
/// Failures are forgotten when there was none for so long, microseconds.
const FORGET: i64 = 24 * 3600 * SECOND;
/// Names that are kept count of.
const MAX_NAMES: i64 = 20_000;

impl Store {
    /// Counts an attempt to sign in as a failure until [`Store::signed_in`] says otherwise, so that attempts made at the
    /// same time count as well. `name` is a hash. From the fifth on the name is locked: 30 seconds, then twice as long
    /// with each, at most 15 minutes.
    ///
    /// # Errors
    /// The database's word.
    ///
    /// Returns until when the name was locked already, in microseconds: such an attempt is to be refused unseen.
    pub async fn attempt_sign_in(&self, name: &str, now: i64) -> Result<Option<i64>, Error> {
        let doing = "counting an attempt to sign in";
        let done = sqlx::query(
            "INSERT INTO sign_in_failures (name, failures, last_at, locked_until) VALUES ($1, 1, $2, 0) \
             ON CONFLICT (name) DO UPDATE SET \
             failures = CASE WHEN sign_in_failures.last_at < $3 THEN 1 ELSE sign_in_failures.failures + 1 END, \
             last_at = $2, \
             locked_until = CASE WHEN sign_in_failures.last_at < $3 OR sign_in_failures.failures < 4 THEN 0 \
             WHEN sign_in_failures.failures = 4 THEN $4 WHEN sign_in_failures.failures = 5 THEN $5 \
             WHEN sign_in_failures.failures = 6 THEN $6 WHEN sign_in_failures.failures = 7 THEN $7 \
             WHEN sign_in_failures.failures = 8 THEN $8 ELSE $9 END \
             WHERE sign_in_failures.locked_until <= $2",
        )
        .bind(name)
        .bind(now)
        .bind(now - FORGET)
        .bind(now + 30 * SECOND)
        .bind(now + 60 * SECOND)
        .bind(now + 120 * SECOND)
        .bind(now + 240 * SECOND)
        .bind(now + 480 * SECOND)
        .bind(now + 900 * SECOND)
        .execute(&self.write)
        .await
        .doing(doing)?;
        if done.rows_affected() > 0 {
            return Ok(None);
        }
        let locked: Option<(i64,)> = sqlx::query_as("SELECT locked_until FROM sign_in_failures WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.read)
            .await
            .doing(doing)?;
        Ok(Some(locked.map_or(now, |(until,)| until)))
    }

    /// Forgets the failures of a name.
    ///
    /// # Errors
    /// The database's word.
    pub async fn signed_in(&self, name: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM sign_in_failures WHERE name = $1")
            .bind(name)
            .execute(&self.write)
            .await
            .doing("noting a sign-in")
            .map(drop)
    }

    /// Removes what is forgotten, and the oldest beyond the bound.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_sign_ins(&self, now: i64) -> Result<(), Error> {
        sqlx::query(
            "DELETE FROM sign_in_failures WHERE last_at < $1 OR last_at < \
             (SELECT last_at FROM sign_in_failures ORDER BY last_at DESC LIMIT 1 OFFSET $2)",
        )
        .bind(now - FORGET)
        .bind(MAX_NAMES)
        .execute(&self.write)
        .await
        .doing("sweeping attempts to sign in")
        .map(drop)
    }
}
