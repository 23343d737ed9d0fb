//! Events: exchanges the guard spoke about, merged, and the uuids clients were given.

use crate::open::Doing;
use crate::query::{Column, Kind, List, Query, Select};
use crate::{Error, Page, Store};

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
    /// `alert`, `prevent` or `ban`.
    pub effect: String,
    /// The effect block mode has: `alert`, `prevent` or `ban`.
    pub would: String,
    /// The check of the main reason; empty where none is known.
    pub check_name: String,
    /// Code of the main reason.
    pub code: String,
    /// Title of the main reason.
    pub title: String,
    /// Field errors as a JSON list.
    pub errors: String,
    /// Steps as a JSON list.
    pub steps: String,
    /// Who called, as far as somebody vouches for it.
    pub principal: Option<String>,
    /// Who is banned by it.
    pub banned: Option<String>,
    /// Until when, microseconds.
    pub ban_until: Option<i64>,
    /// Why it could not be judged as it should have been.
    pub degraded: Option<String>,
    /// Why the exchange did not run to its end.
    pub fault: Option<String>,
    /// Parts that were not assessed, as a JSON list.
    pub not_assessed: String,
    /// What repeats are recognised by.
    pub merge_key: String,
    /// Microseconds.
    pub first_time: i64,
    /// Microseconds.
    pub last_time: i64,
    /// Exchanges merged into it.
    pub count: i64,
}

/// Which events are asked for: all that are given must hold.
#[derive(Debug, Clone, Default)]
pub struct EventFilter<'a> {
    /// Of this API.
    pub api_id: Option<&'a str>,
    /// With this effect.
    pub effect: Option<&'a str>,
    /// Of this operation.
    pub operation_id: Option<&'a str>,
    /// Of this check.
    pub check: Option<&'a str>,
    /// With this code of the main reason.
    pub code: Option<&'a str>,
    /// The caller contains this text, case aside.
    pub client: Option<&'a str>,
    /// The client got this status.
    pub status: Option<i64>,
    /// Its last exchange came at or after this, microseconds.
    pub since: Option<i64>,
    /// Its first exchange came before this, microseconds.
    pub until: Option<i64>,
    /// Path, operation, title, code, or a field's place or message contains this text, case aside.
    pub text: Option<&'a str>,
}

const EFFECTS: Kind = Kind::Words(&["alert", "prevent", "ban"]);

/// What may be asked of the list of events.
pub const EVENTS: List = List {
    name: "events",
    columns: &[
        Column::new("id", Kind::Id, "id"),
        Column::new("api_id", Kind::Id, "api_id"),
        Column::new("operation", Kind::Text, "operation").optional(),
        Column::new("operation_id", Kind::Id, "operation_id").optional(),
        Column::new("client", Kind::Text, "client"),
        Column::new("method", Kind::Text, "method"),
        Column::new("path", Kind::Text, "path"),
        Column::new("status", Kind::Number, "status"),
        Column::new("upstream_status", Kind::Number, "upstream_status").optional(),
        Column::new("effect", EFFECTS, "effect"),
        Column::new("would", EFFECTS, "would"),
        Column::new("check", Kind::Text, "check_name"),
        Column::new("code", Kind::Text, "code"),
        Column::new("title", Kind::Text, "title"),
        Column::new("principal", Kind::Text, "principal").optional(),
        Column::new("banned", Kind::Text, "banned").optional(),
        Column::new("ban_until", Kind::Time, "ban_until").optional(),
        Column::new("degraded", Kind::Text, "degraded").optional(),
        Column::new("fault", Kind::Text, "fault").optional(),
        Column::new("first_time", Kind::Time, "first_time"),
        Column::new("last_time", Kind::Time, "last_time"),
        Column::new("count", Kind::Number, "count"),
    ],
    sort: "-id",
    id: "id",
};

/// What events are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventGroup {
    /// The operation, `METHOD /template`.
    Operation,
    /// The code of the main reason.
    Reason,
    /// The check of the main reason.
    Check,
    /// The caller.
    Client,
    /// The effect.
    Effect,
    /// The API, by its id.
    Api,
}

impl EventGroup {
    fn as_str(self) -> &'static str {
        match self {
            EventGroup::Operation => "operation",
            EventGroup::Reason => "reason",
            EventGroup::Check => "check",
            EventGroup::Client => "client",
            EventGroup::Effect => "effect",
            EventGroup::Api => "api",
        }
    }
}

/// Events of one kind, counted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EventGroupRow {
    /// What they have in common, by the first thing they are grouped by; empty where there is none.
    pub first_key: String,
    /// By the second; empty without one.
    pub second_key: String,
    /// Events.
    pub events: i64,
    /// Exchanges.
    pub exchanges: i64,
    /// Exchanges that passed.
    pub alerts: i64,
    /// Exchanges that were refused.
    pub prevents: i64,
    /// Exchanges that led to a ban.
    pub bans: i64,
    /// The first exchange, microseconds.
    pub first_time: i64,
    /// The last exchange, microseconds.
    pub last_time: i64,
}

/// Exchanges of one stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct EventBucketRow {
    /// As in [`EventGroupRow`].
    pub first_key: String,
    /// As in [`EventGroupRow`].
    pub second_key: String,
    /// Number of the stretch, from 0.
    pub bucket: i64,
    /// `alert`, `prevent` or `ban`.
    pub effect: String,
    /// Exchanges.
    pub exchanges: i64,
}

/// The columns of an event.
macro_rules! columns {
    () => {
        "id, api_id, operation, operation_id, client, method, path, status, upstream_status, effect, would, \
         check_name, code, title, errors, steps, principal, banned, ban_until, degraded, fault, not_assessed, merge_key, \
         first_time, last_time, count"
    };
}

/// What [`filtered`] binds, `$1` to `$11`.
macro_rules! matching {
    () => {
        "project_id = $1 AND (CAST($2 AS TEXT) IS NULL OR api_id = $2) \
         AND (CAST($3 AS TEXT) IS NULL OR effect = $3) AND (CAST($4 AS TEXT) IS NULL OR operation_id = $4) \
         AND (CAST($5 AS TEXT) IS NULL OR check_name = $5) AND (CAST($6 AS TEXT) IS NULL OR code = $6) \
         AND (CAST($7 AS TEXT) IS NULL OR LOWER(client) LIKE $7 ESCAPE '!') \
         AND (CAST($8 AS BIGINT) IS NULL OR status = $8) AND (CAST($9 AS BIGINT) IS NULL OR last_time >= $9) \
         AND (CAST($10 AS BIGINT) IS NULL OR first_time < $10) AND (CAST($11 AS TEXT) IS NULL \
         OR LOWER(path) LIKE $11 ESCAPE '!' OR LOWER(COALESCE(operation, '')) LIKE $11 ESCAPE '!' \
         OR LOWER(title) LIKE $11 ESCAPE '!' OR LOWER(code) LIKE $11 ESCAPE '!' OR LOWER(errors) LIKE $11 ESCAPE '!') "
    };
}

/// The word of an event for what `$at` names.
macro_rules! key {
    ($at:literal) => {
        concat!(
            "CASE CAST($",
            $at,
            " AS TEXT) WHEN 'operation' THEN COALESCE(operation, '') WHEN 'reason' THEN code \
             WHEN 'check' THEN check_name WHEN 'client' THEN client WHEN 'effect' THEN effect WHEN 'api' THEN api_id \
             ELSE '' END"
        )
    };
}

macro_rules! filtered {
    ($store:expr, $query:expr, $filter:expr) => {
        $query
            .bind($store.project())
            .bind($filter.api_id)
            .bind($filter.effect)
            .bind($filter.operation_id)
            .bind($filter.check)
            .bind($filter.code)
            .bind($filter.client.map(like))
            .bind($filter.status)
            .bind($filter.since)
            .bind($filter.until)
            .bind($filter.text.map(like))
    };
}

/// A pattern of LIKE for whatever contains the text, case aside.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars().flat_map(char::to_lowercase) {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

impl Store {
    /// Writes events (new ones, and ones whose count grew) and the uuids that lead to them, all or nothing;
    /// then drops the oldest beyond the bounds.
    ///
    /// # Errors
    /// The database's word.
    pub async fn put_events(&self, events: &[EventRow], uuids: &[(String, String)]) -> Result<(), Error> {
        let doing = "keeping events";
        let mut tx = self.begin().await.doing(doing)?;
        for event in events {
            sqlx::query(
                "INSERT INTO events (id, project_id, api_id, operation, operation_id, client, method, path, status, \
                 upstream_status, effect, would, code, title, errors, steps, merge_key, first_time, last_time, count, \
                 check_name, principal, banned, ban_until, degraded, fault, not_assessed) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
                 $21, $22, $23, $24, $25, $26, $27) \
                 ON CONFLICT (id) DO UPDATE SET last_time = excluded.last_time, count = excluded.count, \
                 ban_until = excluded.ban_until",
            )
            .bind(&event.id)
            .bind(self.project())
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
            .bind(&event.check_name)
            .bind(&event.principal)
            .bind(&event.banned)
            .bind(event.ban_until)
            .bind(&event.degraded)
            .bind(&event.fault)
            .bind(&event.not_assessed)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        for (uuid, event_id) in uuids {
            sqlx::query(
                "INSERT INTO event_uuids (uuid, project_id, event_id) VALUES ($1, $2, $3) ON CONFLICT (uuid) DO NOTHING",
            )
            .bind(uuid)
            .bind(self.project())
            .bind(event_id)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        }
        self.bump_in(&mut tx, "events").await?;
        tx.commit().await.doing(doing)?;
        self.told();
        Ok(())
    }

    /// Drops the oldest events and uuids beyond the bounds; says how many events went.
    ///
    /// # Errors
    /// The database's word.
    pub async fn sweep_events(&self) -> Result<u64, Error> {
        let doing = "dropping old events";
        let gone = sqlx::query(
            "DELETE FROM events WHERE project_id = $1 AND id <= \
             (SELECT id FROM events WHERE project_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(self.project())
        .bind(i64::from(self.bounds.events))
        .execute(&self.write)
        .await
        .doing(doing)?;
        sqlx::query(
            "DELETE FROM event_uuids WHERE project_id = $1 AND uuid <= \
             (SELECT uuid FROM event_uuids WHERE project_id = $1 ORDER BY uuid DESC LIMIT 1 OFFSET $2)",
        )
        .bind(self.project())
        .bind(i64::from(self.bounds.event_uuids))
        .execute(&self.write)
        .await
        .doing(doing)?;
        Ok(gone.rows_affected())
    }

    /// The event a uuid belongs to, also when it was merged into another one.
    ///
    /// # Errors
    /// The database's word.
    pub async fn event_of_uuid(&self, uuid: &str) -> Result<Option<EventRow>, Error> {
        sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM events WHERE project_id = $1 AND id = COALESCE((SELECT event_id FROM event_uuids WHERE uuid = $2), $2)"
        ))
        .bind(self.project())
        .bind(uuid)
        .fetch_optional(&self.read)
        .await
        .doing("looking for an event")
    }

    /// Events that pass the filter, as [`EVENTS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn events(&self, filter: &EventFilter<'_>, query: &Query) -> Result<Page<EventRow>, Error> {
        let select = Select {
            doing: "listing events",
            columns: columns!(),
            from: "events",
            filter: matching!(),
            values: vec![
                self.project().into(),
                filter.api_id.into(),
                filter.effect.into(),
                filter.operation_id.into(),
                filter.check.into(),
                filter.code.into(),
                filter.client.map(like).as_deref().into(),
                filter.status.into(),
                filter.since.into(),
                filter.until.into(),
                filter.text.map(like).as_deref().into(),
            ],
        };
        self.list(select, query).await
    }

    /// The events that pass the filter, counted by one or two things they have in common, the most frequent first.
    /// Without any they are one group, or none where no event passes.
    ///
    /// # Errors
    /// The database's word.
    pub async fn event_groups(
        &self,
        filter: &EventFilter<'_>,
        by: [Option<EventGroup>; 2],
        limit: u32,
    ) -> Result<Vec<EventGroupRow>, Error> {
        let query = sqlx::query_as(concat!(
            "SELECT ",
            key!("12"),
            " AS first_key, ",
            key!("13"),
            " AS second_key, COUNT(*) AS events, CAST(SUM(count) AS BIGINT) AS exchanges, \
             CAST(SUM(CASE effect WHEN 'alert' THEN count ELSE 0 END) AS BIGINT) AS alerts, \
             CAST(SUM(CASE effect WHEN 'prevent' THEN count ELSE 0 END) AS BIGINT) AS prevents, \
             CAST(SUM(CASE effect WHEN 'ban' THEN count ELSE 0 END) AS BIGINT) AS bans, \
             MIN(first_time) AS first_time, MAX(last_time) AS last_time FROM events WHERE ",
            matching!(),
            "GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2 LIMIT $14"
        ));
        filtered!(self, query, filter)
            .bind(by[0].map(EventGroup::as_str))
            .bind(by[1].map(EventGroup::as_str))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await
            .doing("counting events")
    }

    /// Exchanges of the events that pass the filter, by group and by stretches of `width` microseconds from `since` on:
    /// an event counts where it was last seen.
    ///
    /// # Errors
    /// The database's word.
    pub async fn event_buckets(
        &self,
        filter: &EventFilter<'_>,
        by: [Option<EventGroup>; 2],
        since: i64,
        width: i64,
    ) -> Result<Vec<EventBucketRow>, Error> {
        let query = sqlx::query_as(concat!(
            "SELECT ",
            key!("12"),
            " AS first_key, ",
            key!("13"),
            " AS second_key, (last_time - $14) / $15 AS bucket, effect, \
             CAST(SUM(count) AS BIGINT) AS exchanges FROM events WHERE ",
            matching!(),
            "AND last_time >= $14 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        ));
        filtered!(self, query, filter)
            .bind(by[0].map(EventGroup::as_str))
            .bind(by[1].map(EventGroup::as_str))
            .bind(since)
            .bind(width.max(1))
            .fetch_all(&self.read)
            .await
            .doing("counting events over time")
    }

    /// Events whose last exchange came after `since`: what may still grow after a restart.
    ///
    /// # Errors
    /// The database's word.
    pub async fn events_since(&self, since: i64, limit: u32) -> Result<Vec<EventRow>, Error> {
        sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM events WHERE project_id = $1 AND last_time > $2 ORDER BY last_time DESC LIMIT $3"
        ))
        .bind(self.project())
        .bind(since)
        .bind(i64::from(limit))
        .fetch_all(&self.read)
        .await
        .doing("reading recent events")
    }
}
