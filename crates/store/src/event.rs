//! Events: exchanges the guard spoke about, merged, and the uuids clients were given.

use crate::open::Doing;
use crate::{DEFAULT_PROJECT, Error, Page, Store};

/// One event. Repeats of the same client, operation and reason are merged into it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EventRow {
    /// UUIDv7 of its first exchange.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// `METHOD /template`, when known.
    pub operation: Option<String>,
    /// Id of the operation, when known.
    pub operation_id: Option<String>,
    /// The caller: hashed principal or address.
    pub client: String,
    /// Method of the first exchange.
    pub method: String,
    /// Path of the first exchange, redacted.
    pub path: String,
    /// Status the client got.
    pub status: i64,
    /// Status the upstream gave, when it was asked.
    pub upstream_status: Option<i64>,
    /// `alert` or `prevent`.
    pub effect: String,
    /// The effect block mode has: `alert` or `prevent`.
    pub would: String,
    /// Code of the main reason.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// Field errors as a JSON list.
    pub errors: String,
    /// Steps as a JSON list.
    pub steps: String,
    /// What repeats are recognised by.
    pub merge_key: String,
    /// Microseconds.
    pub first_time: i64,
    /// Microseconds.
    pub last_time: i64,
    /// Exchanges merged into it.
    pub count: i64,
}

/// Which events are asked for.
#[derive(Debug, Clone, Default)]
pub struct EventFilter<'a> {
    /// Of this API.
    pub api_id: Option<&'a str>,
    /// With this effect.
    pub effect: Option<&'a str>,
    /// Of this operation.
    pub operation_id: Option<&'a str>,
}

impl Store {
    /// Writes events (new ones, and ones whose count grew) and the uuids that lead to them, all or nothing;
    /// then drops the oldest beyond the bounds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn put_events(&self, events: &[EventRow], uuids: &[(String, String)]) -> Result<(), Error> {
        let doing = "keeping events";
        let mut tx = self.write.begin().await.doing(doing)?;
        for event in events {
            sqlx::query(
                "INSERT INTO events (id, project_id, api_id, operation, operation_id, client, method, path, status, \
                 upstream_status, effect, would, code, title, errors, steps, merge_key, first_time, last_time, count) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
                 ON CONFLICT (id) DO UPDATE SET last_time = excluded.last_time, count = excluded.count",
            )
            .bind(&event.id)
            .bind(DEFAULT_PROJECT)
            .bind(&event.api_id)
            .bind(&event.operation)
            .bind(&event.operation_id)
            .bind(&event.client)
            .bind(&event.method)
            .bind(&event.path)
            .bind(event.status)
            .bind(event.upstream_status)
            .bind(&event.effect)
            .bind(&event.would)
            .bind(&event.code)
            .bind(&event.title)
            .bind(&event.errors)
            .bind(&event.steps)
            .bind(&event.merge_key)
            .bind(event.first_time)
            .bind(event.last_time)
            .bind(event.count)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        for (uuid, event_id) in uuids {
            sqlx::query(
                "INSERT INTO event_uuids (uuid, project_id, event_id) VALUES ($1, $2, $3) ON CONFLICT (uuid) DO NOTHING",
            )
            .bind(uuid)
            .bind(DEFAULT_PROJECT)
            .bind(event_id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        tx.commit().await.doing(doing)
    }

    /// Drops the oldest events and uuids beyond the bounds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_events(&self) -> Result<(), Error> {
        let doing = "dropping old events";
        sqlx::query(
            "DELETE FROM events WHERE project_id = $1 AND id <= \
             (SELECT id FROM events WHERE project_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(DEFAULT_PROJECT)
        .bind(i64::from(self.bounds.events))
        .execute(&self.write)
        .await
        .doing(doing)?;
        sqlx::query(
            "DELETE FROM event_uuids WHERE project_id = $1 AND uuid <= \
             (SELECT uuid FROM event_uuids WHERE project_id = $1 ORDER BY uuid DESC LIMIT 1 OFFSET $2)",
        )
        .bind(DEFAULT_PROJECT)
        .bind(i64::from(self.bounds.event_uuids))
        .execute(&self.write)
        .await
        .doing(doing)
        .map(drop)
    }

    /// The event a uuid belongs to, also when it was merged into another one.
    ///
    /// # Errors
    /// The database's word.
    pub async fn event_of_uuid(&self, uuid: &str) -> Result<Option<EventRow>, Error> {
        sqlx::query_as(
            "SELECT id, api_id, operation, operation_id, client, method, path, status, upstream_status, effect, would, \
             code, title, errors, steps, merge_key, first_time, last_time, count FROM events WHERE project_id = $1 AND \
             id = COALESCE((SELECT event_id FROM event_uuids WHERE uuid = $2), $2)",
        )
        .bind(DEFAULT_PROJECT)
        .bind(uuid)
        .fetch_optional(&self.read)
        .await
        .doing("looking for an event")
    }

    /// Events that pass the filter, the newest first.
    ///
    /// # Errors
    /// The database's word.
    pub async fn events(
        &self,
        filter: &EventFilter<'_>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<EventRow>, Error> {
        let rows = sqlx::query_as(
            "SELECT id, api_id, operation, operation_id, client, method, path, status, upstream_status, effect, would, \
             code, title, errors, steps, merge_key, first_time, last_time, count FROM events WHERE project_id = $1 \
             AND (CAST($2 AS TEXT) IS NULL OR api_id = $2) AND (CAST($3 AS TEXT) IS NULL OR effect = $3) \
             AND (CAST($4 AS TEXT) IS NULL OR operation_id = $4) AND (CAST($5 AS TEXT) IS NULL OR id < $5) \
             ORDER BY id DESC LIMIT $6",
        )
        .bind(DEFAULT_PROJECT)
        .bind(filter.api_id)
        .bind(filter.effect)
        .bind(filter.operation_id)
        .bind(cursor)
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.read)
        .await
        .doing("listing events")?;
        Ok(Page::cut(rows, limit, |row: &EventRow| row.id.clone()))
    }

    /// Events whose last exchange came after `since`: what may still grow after a restart.
    ///
    /// # Errors
    /// The database's word.
    pub async fn events_since(&self, since: i64, limit: u32) -> Result<Vec<EventRow>, Error> {
        sqlx::query_as(
            "SELECT id, api_id, operation, operation_id, client, method, path, status, upstream_status, effect, would, \
             code, title, errors, steps, merge_key, first_time, last_time, count FROM events WHERE project_id = $1 \
             AND last_time > $2 ORDER BY last_time DESC LIMIT $3",
        )
        .bind(DEFAULT_PROJECT)
        .bind(since)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await
        .doing("reading recent events")
    }
}
