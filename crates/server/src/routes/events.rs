//! Events, and "allow this".

use super::{find, writable};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::listing::{Listed, Listing};
use crate::present;
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use palisade_store::query::List;
use palisade_store::{EVENTS, EventFilter, EventGroupRow, ExceptionRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which events are asked for: all that are given must hold.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// The event a client was given this uuid for, also when it was merged into another one.
    #[param(max_length = 64)]
    pub uuid: Option<String>,
    /// Of this API.
    #[param(max_length = 200)]
    pub api_id: Option<String>,
    /// With this effect.
    pub effect: Option<EventEffect>,
    /// Of this operation.
    #[param(max_length = 200)]
    pub operation_id: Option<String>,
    /// Of this check.
    pub check: Option<CheckName>,
    /// With this code of the main reason.
    #[param(max_length = 100)]
    pub code: Option<String>,
    /// The caller contains this text, case aside.
    #[param(max_length = 200)]
    pub client: Option<String>,
    /// The client got this status.
    #[param(minimum = 0, maximum = 999)]
    pub status: Option<u16>,
    /// Its newest exchange came at or after this time, RFC 3339.
    #[param(max_length = 40)]
    pub since: Option<String>,
    /// Its first exchange came before this time, RFC 3339.
    #[param(max_length = 40)]
    pub until: Option<String>,
    /// Path, operation, title, code, or a field's place or message contains this text, case aside.
    #[param(max_length = 200)]
    pub text: Option<String>,
    /// What a summary groups by: one or two of `operation`, `reason`, `check`, `client`, `effect` and `api`, with a comma
    /// between. A list does not look at it.
    #[param(max_length = 40)]
    pub group_by: Option<String>,
}

/// The list of events.
#[derive(Debug)]
pub struct Events;

impl Listed for Events {
    const LIST: List = EVENTS;
    const ORDERS: &'static [(&'static str, &'static str)] =
        &[("newest", "-id"), ("last", "-last_time"), ("count", "-count")];
}

fn microseconds(name: &str, text: Option<&str>) -> Result<Option<i64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let time: jiff::Timestamp =
        text.parse().map_err(|_| ApiError::bad_request(format!("{name} is a time such as 2026-11-22T15:00:00Z.")))?;
    Ok(Some(time.as_microsecond()))
}

impl EventQuery {
    fn filter(&self) -> Result<EventFilter<'_>, ApiError> {
        let texts = [&self.client, &self.text, &self.code, &self.api_id, &self.operation_id];
        if texts.into_iter().flatten().any(|text| text.len() > 800) {
            return Err(ApiError::bad_request("A filter has at most 200 characters."));
        }
        Ok(EventFilter {
            api_id: self.api_id.as_deref(),
            effect: self.effect.map(EventEffect::as_str),
            operation_id: self.operation_id.as_deref(),
            check: self.check.map(CheckName::as_str),
            code: self.code.as_deref(),
            client: self.client.as_deref().map(str::trim).filter(|text| !text.is_empty()),
            status: self.status.map(i64::from),
            since: microseconds("since", self.since.as_deref())?,
            until: microseconds("until", self.until.as_deref())?,
            text: self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()),
        })
    }

    fn groups(&self) -> Result<Vec<EventGroupBy>, ApiError> {
        let wrong =
            || ApiError::bad_request("group_by is one or two of operation, reason, check, client, effect and api.");
        let words = self.group_by.as_deref().unwrap_or("").split(',').map(str::trim).filter(|word| !word.is_empty());
        let mut groups = Vec::new();
        for word in words {
            let by = serde_json::from_value(serde_json::Value::from(word)).map_err(|_| wrong())?;
            if groups.contains(&by) || groups.len() == 2 {
                return Err(wrong());
            }
            groups.push(by);
        }
        Ok(groups)
    }
}

/// Lists events, the newest first unless asked otherwise.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "list_events", params(EventQuery, Listing<Events>),
    responses((status = 200, body = Page<Event>),
              (status = 400, description = "A filter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<EventQuery>,
    asked: Listing<Events>,
) -> Result<Json<Page<Event>>, ApiError> {
    if let Some(uuid) = &query.uuid {
        let uuid = uuid.trim().to_ascii_lowercase();
        let found = app.store_of(&caller).event_of_uuid(&uuid).await?;
        let items = found.map(|row| present::event(&app, &caller.project, row, Some(&uuid)));
        let wanted = |event: &Event| {
            query.api_id.as_ref().is_none_or(|id| event.api_id == *id)
                && query.effect.is_none_or(|effect| event.effect == effect)
                && (query.operation_id.is_none() || event.operation_id == query.operation_id)
        };
        return Ok(Json(Page { items: items.into_iter().filter(wanted).collect(), next: None }));
    }
    let page = app.store_of(&caller).events(&query.filter()?, &asked.query).await?;
    let items = page.items.into_iter().map(|row| present::event(&app, &caller.project, row, None)).collect();
    Ok(Json(Page { items, next: page.next }))
}

/// Groups of a summary.
const MAX_GROUPS: u32 = 200;
/// Buckets of a summary at most.
const MAX_BUCKETS: i64 = 60;
/// Widths of a bucket, seconds.
const WIDTHS: [i64; 12] = [1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 86_400, 604_800, 2_592_000];

/// The events that pass a filter, counted: over time, and by what they have in common.
#[utoipa::path(get, path = "/api/v1/events/summary", tag = "events", operation_id = "summarise_events", params(EventQuery),
    responses((status = 200, body = EventSummary),
              (status = 400, description = "A filter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn summary(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<EventQuery>,
) -> Result<Json<EventSummary>, ApiError> {
    let (filter, by) = (query.filter()?, query.groups()?);
    let all = app.store_of(&caller).event_groups(&filter, [None, None], 1).await?;
    let Some(all) = all.first() else {
        return Ok(Json(EventSummary {
            events: 0,
            count: 0,
            exchanges: EffectCounts::default(),
            bucket_seconds: 0,
            buckets: Vec::new(),
            groups: Vec::new(),
            dropped: app.events_dropped(),
        }));
    };
    let begin = filter.since.unwrap_or(all.first_time);
    let end = filter.until.map_or(all.last_time, |until| until.min(all.last_time)).max(begin);
    let spans = |width: i64| end.div_euclid(width * 1_000_000) - begin.div_euclid(width * 1_000_000) + 1;
    let width = WIDTHS.into_iter().find(|width| spans(*width) <= MAX_BUCKETS).unwrap_or(2_592_000);
    let micros = width * 1_000_000;
    let start = begin.div_euclid(micros).max(end.div_euclid(micros) - MAX_BUCKETS + 1) * micros;
    let count = usize::try_from(end.div_euclid(micros) - start.div_euclid(micros) + 1).unwrap_or(1);
    let place = |bucket: i64| usize::try_from(bucket).ok().map(|bucket| bucket.min(count - 1));

    let mut buckets: Vec<EventBucket> = (0..count)
        .map(|at| EventBucket {
            time: clock::text(start + i64::try_from(at).unwrap_or(0) * micros),
            exchanges: EffectCounts::default(),
        })
        .collect();
    for row in app.store_of(&caller).event_buckets(&filter, [None, None], start, micros).await? {
        if let Some(bucket) = place(row.bucket).and_then(|at| buckets.get_mut(at)) {
            bucket.exchanges.add(EventEffect::parse(&row.effect), whole(row.exchanges));
        }
    }
    let mut groups = Vec::new();
    if !by.is_empty() {
        let stored = [by.first().map(|by| (*by).into()), by.get(1).map(|by| (*by).into())];
        let mut over_time: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
        for row in app.store_of(&caller).event_buckets(&filter, stored, start, micros).await? {
            let line = over_time.entry((row.first_key, row.second_key)).or_insert_with(|| vec![0; count]);
            if let Some(figure) = place(row.bucket).and_then(|at| line.get_mut(at)) {
                *figure += whole(row.exchanges);
            }
        }
        for row in app.store_of(&caller).event_groups(&filter, stored, MAX_GROUPS).await? {
            let values = [&row.first_key, &row.second_key];
            let keys = by.iter().zip(values).map(|(by, value)| key(&app, &caller, *by, value)).collect();
            groups.push(EventGroup {
                keys,
                events: whole(row.events),
                count: whole(row.exchanges),
                exchanges: counts(&row),
                first_time: clock::text(row.first_time),
                last_time: clock::text(row.last_time),
                over_time: over_time.remove(&(row.first_key, row.second_key)).unwrap_or_else(|| vec![0; count]),
            });
        }
    }
    Ok(Json(EventSummary {
        events: whole(all.events),
        count: whole(all.exchanges),
        exchanges: counts(all),
        bucket_seconds: u64::try_from(width).unwrap_or(0),
        buckets,
        groups,
        dropped: app.events_dropped(),
    }))
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn counts(row: &EventGroupRow) -> EffectCounts {
    EffectCounts { alert: whole(row.alerts), prevent: whole(row.prevents), ban: whole(row.bans) }
}

fn key(app: &App, caller: &Caller, by: EventGroupBy, value: &str) -> EventKey {
    let name = match by {
        EventGroupBy::Api => app.api_of(&caller.project, value).map(|api| api.config.load().row.name.clone()),
        _ => None,
    };
    EventKey { by, value: value.to_owned(), name: name.unwrap_or_else(|| value.to_owned()) }
}

/// Lets through what an event was about: one exception for each of its reasons; the first one is given.
#[utoipa::path(post, path = "/api/v1/events/{uuid}/allow", tag = "events", params(("uuid" = String, Path)),
    responses((status = 200, body = Exception),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "A file manages the API, or the reason cannot be lifted.", body = Problem, content_type = "application/problem+json")))]
pub async fn allow(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Exception>, ApiError> {
    let guard = app.change.lock().await;
    let row = app
        .store_of(&caller)
        .event_of_uuid(&uuid.to_ascii_lowercase())
        .await?
        .ok_or_else(|| ApiError::not_found("event"))?;
    let api = find(&app, &caller, &row.api_id)?;
    writable(&api)?;
    let errors: Vec<FieldError> = serde_json::from_str(&row.errors).unwrap_or_default();
    if !present::allowable(&row, &errors) {
        return Err(ApiError::conflict("This reason cannot be lifted by an exception."));
    }
    let created_at = clock::now();
    let new = |code: &str, location: &str, name: &str, pointer: &str| ExceptionRow {
        id: clock::new_id(),
        api_id: row.api_id.clone(),
        operation: present::exception_operation(&row),
        code: code.to_owned(),
        location: location.to_owned(),
        name: name.to_owned(),
        pointer: pointer.to_owned(),
        created_at,
        created_by: caller.name.clone(),
        event_id: Some(row.id.clone()),
    };
    let wanted: Vec<ExceptionRow> = if errors.is_empty() {
        vec![new(&row.code, "", "", "")]
    } else {
        errors.iter().take(32).map(|error| new(&error.code, &error.location, &error.name, &error.pointer)).collect()
    };
    let mut kept = Vec::with_capacity(wanted.len());
    for exception in &wanted {
        kept.push(app.store_of(&caller).add_exception(exception).await?);
    }
    let first = kept.first().cloned().ok_or_else(|| ApiError::not_found("event"))?;
    app.configure(&api, |config| {
        for row in kept {
            if !config.exceptions.iter().any(|known| known.id == row.id) {
                config.exceptions.push(row);
            }
        }
    })
    .await;
    drop(guard);
    app.publish_snapshot().await?;
    Ok(Json(present::exception(first)))
}
