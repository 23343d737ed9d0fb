//! News: a counter for each topic of a project, and leases on what one process at a time does.

use crate::open::Doing;
use crate::{Error, Store};
use sqlx::Any;
use std::collections::BTreeMap;

/// Counters by project and topic.
pub type Revisions = BTreeMap<(String, String), i64>;

impl Store {
    /// Says that something changed: whoever follows the topic of this project hears of it, in every process on this store.
    ///
    /// # Errors
    /// The database's word.
    pub async fn bump(&self, topic: &str) -> Result<(), Error> {
        let doing = "noting a change";
        let mut connection = self.write.acquire().await.doing(doing)?;
        bump(&mut connection, self.project(), topic).await?;
        drop(connection);
        self.told();
        Ok(())
    }

    /// The same inside a transaction: nobody hears of a change that was not made. Call [`Store::told`] after the commit.
    pub(crate) async fn bump_in(&self, tx: &mut sqlx::Transaction<'_, Any>, topic: &str) -> Result<(), Error> {
        bump(tx, self.project(), topic).await
    }

    /// Counts a change of what people set for an API, inside a transaction.
    pub(crate) async fn touch_api(&self, tx: &mut sqlx::Transaction<'_, Any>, api_id: &str) -> Result<(), Error> {
        sqlx::query("UPDATE apis SET revision = revision + 1 WHERE project_id = $1 AND id = $2")
            .bind(self.project())
            .bind(api_id)
            .execute(&mut **tx)
            .await
            .doing("noting a change of an API")?;
        bump(tx, self.project(), "apis").await
    }

    /// Lets this process look at the counters now, after a commit that changed them.
    pub(crate) fn told(&self) {
        self.news.notify_waiters();
    }

    /// Waits until this process changes something; other processes are not heard of here.
    pub async fn changed(&self) {
        self.news.notified().await;
    }

    /// The counters of every project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn revisions(&self) -> Result<Revisions, Error> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as("SELECT project_id, topic, revision FROM revisions")
            .fetch_all(&self.read)
            .await
            .doing("looking for changes")?;
        Ok(rows.into_iter().map(|(project, topic, revision)| ((project, topic), revision)).collect())
    }

    /// The revision of each API of this project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn api_revisions(&self) -> Result<BTreeMap<String, i64>, Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT id, revision FROM apis WHERE project_id = $1")
            .bind(self.project())
            .fetch_all(&self.read)
            .await
            .doing("looking for changes of APIs")?;
        Ok(rows.into_iter().collect())
    }

    /// Takes or keeps the lease `name` for `holder` until `until`; false while another holder's runs at `now`.
    /// Both in microseconds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn lease(&self, name: &str, holder: &str, now: i64, until: i64) -> Result<bool, Error> {
        let done = sqlx::query(
            "INSERT INTO leases (project_id, name, holder, until) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (project_id, name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until <= $5",
        )
        .bind(self.project())
        .bind(name)
        .bind(holder)
        .bind(until)
        .bind(now)
        .execute(&self.write)
        .await
        .doing("taking a lease")?;
        Ok(done.rows_affected() > 0)
    }

    /// As [`Store::lease`], where the engine lets several processes share it. A file has one process that serves it:
    /// whoever asks last.
    ///
    /// # Errors
    /// The database's word.
    pub async fn lead(&self, name: &str, holder: &str, now: i64, until: i64) -> Result<bool, Error> {
        let now = if self.engine.shared() { now } else { i64::MAX };
        self.lease(name, holder, now, until).await
    }

    /// Gives every lease of a holder back, in all projects.
    ///
    /// # Errors
    /// The database's word.
    pub async fn release(&self, holder: &str) -> Result<(), Error> {
        sqlx::query("DELETE FROM leases WHERE holder = $1")
            .bind(holder)
            .execute(&self.write)
            .await
            .doing("giving leases back")
            .map(drop)
    }
}

/// An exchange that one process saw and another learns from.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SpoolRow {
    /// UUIDv7 of the exchange.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// The event it belongs to.
    pub event_id: Option<String>,
    /// The exchange as a line without values of bodies, and what was decided on it.
    pub line: String,
}

impl Store {
    /// Lays exchanges down for the process that learns, as long as fewer than `most` wait; says how many were kept.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_spool(&self, rows: &[SpoolRow], most: i64) -> Result<usize, Error> {
        let doing = "laying exchanges down";
        let mut tx = self.begin().await.doing(doing)?;
        let (waiting,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM spool WHERE project_id = $1")
            .bind(self.project())
            .fetch_one(&mut *tx)
            .await
            .doing(doing)?;
        let room = usize::try_from(most - waiting).unwrap_or(0).min(rows.len());
        for row in rows.iter().take(room) {
            // Of an API that was removed meanwhile nothing is kept.
            sqlx::query(
                "INSERT INTO spool (id, project_id, api_id, event_id, line) \
                 SELECT $1, project_id, id, CAST($4 AS TEXT), CAST($5 AS TEXT) FROM apis WHERE project_id = $2 AND id = $3 \
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(&row.id)
            .bind(self.project())
            .bind(&row.api_id)
            .bind(&row.event_id)
            .bind(&row.line)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        tx.commit().await.doing(doing)?;
        Ok(room)
    }

    /// Takes the oldest exchanges that were laid down, at most `most`.
    ///
    /// # Errors
    /// The database's word.
    pub async fn take_spool(&self, most: u32) -> Result<Vec<SpoolRow>, Error> {
        let doing = "taking exchanges up";
        let rows: Vec<SpoolRow> =
            sqlx::query_as("SELECT id, api_id, event_id, line FROM spool WHERE project_id = $1 ORDER BY id LIMIT $2")
                .bind(self.project())
                .bind(i64::from(most))
                .fetch_all(&self.read)
                .await
                .doing(doing)?;
        if rows.is_empty() {
            return Ok(rows);
        }
        let mut tx = self.begin().await.doing(doing)?;
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            let done =
                sqlx::query("DELETE FROM spool WHERE id = $1").bind(&row.id).execute(&mut *tx).await.doing(doing)?;
            if done.rows_affected() == 1 {
                taken.push(row);
            }
        }
        tx.commit().await.doing(doing)?;
        Ok(taken)
    }
}

async fn bump(connection: &mut sqlx::AnyConnection, project: &str, topic: &str) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO revisions (project_id, topic, revision) VALUES ($1, $2, 1) \
         ON CONFLICT (project_id, topic) DO UPDATE SET revision = revisions.revision + 1",
    )
    .bind(project)
    .bind(topic)
    .execute(connection)
    .await
    .doing("noting a change")
    .map(drop)
}
