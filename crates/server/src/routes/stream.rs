//! What changed, as it changes.

use crate::app::App;
use crate::auth::{self, Caller};
use crate::core::news::Seat;
use crate::problem::ApiError;
use crate::types::Problem;
use axum::Extension;
use axum::extract::{ConnectInfo, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::{HeaderMap, StatusCode};
use palisade_store::Revisions;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Topics of one stream.
const MAX_TOPICS: usize = 20;
/// How often a stream looks whether its credential still opens it.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// How often a silent stream says that it lives.
const ALIVE_EVERY: Duration = Duration::from_secs(15);

/// What is followed.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Topics {
    /// Names with commas between, at most 20: `apis`, `events`, `findings`, `jobs`, `networks`, `projects`,
    /// `third-parties`, `tokens` and what else lists are called. One that never changes is never told.
    #[param(max_length = 800)]
    pub topics: String,
}

/// Tells the topics that changed in the caller's project, as server-sent events. The first `news` gives the counter of each
/// topic, each later one the counters that grew: `{"jobs":12}`. Whoever misses some reads the list again. It ends when the
/// credential does.
#[utoipa::path(get, path = "/api/v1/stream", tag = "meta", operation_id = "follow_changes", params(Topics),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream"),
              (status = 400, description = "topics cannot be used.", body = Problem, content_type = "application/problem+json"),
              (status = 429, description = "The caller has 8 streams.", body = Problem, content_type = "application/problem+json")))]
pub async fn stream(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(query): Query<Topics>,
) -> Result<Response, ApiError> {
    let topics: BTreeSet<String> =
        query.topics.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned).collect();
    let plain =
        |topic: &String| topic.len() <= 40 && topic.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if topics.is_empty() || topics.len() > MAX_TOPICS || !topics.iter().all(plain) {
        let allowed = "topics are 1 to 20 names such as apis,events,jobs".to_owned();
        return Err(ApiError::bad_parameter("topics", "shape", allowed));
    }
    let full = || ApiError::new(StatusCode::TOO_MANY_REQUESTS, "You have 8 streams open: close one first.");
    let seat = app.news.seat(caller.principal()).ok_or_else(full)?;
    let news = app.news.subscribe();
    let following = Following { app, caller, headers, from: from.ip(), topics, news, told: None, _seat: seat };
    let events = stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response())
}

struct Following {
    app: Arc<App>,
    caller: Caller,
    headers: HeaderMap,
    from: IpAddr,
    topics: BTreeSet<String>,
    news: watch::Receiver<Arc<Revisions>>,
    /// What was told; `None` before the first.
    told: Option<BTreeMap<String, i64>>,
    _seat: Seat,
}

impl Following {
    /// The next event; `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let now = self.counters();
            let fresh: BTreeMap<&String, i64> = match &self.told {
                None => now.iter().map(|(topic, revision)| (topic, *revision)).collect(),
                Some(told) => {
                    let grown = |(topic, revision): &(&String, &i64)| told.get(*topic) != Some(*revision);
                    now.iter().filter(grown).map(|(topic, revision)| (topic, *revision)).collect()
                }
            };
            if self.told.is_none() || !fresh.is_empty() {
                let event = Event::default().event("news").json_data(&fresh).ok()?;
                self.told = Some(now);
                return Some(event);
            }
            let stop = self.app.stop.clone();
            tokio::select! {
                () = stop.cancelled() => return None,
                changed = self.news.changed() => changed.ok()?,
                () = tokio::time::sleep(CHECK_EVERY) => {}
            }
            if !self.still_open().await {
                return None;
            }
        }
    }

    fn counters(&mut self) -> BTreeMap<String, i64> {
        let revisions = Arc::clone(&self.news.borrow_and_update());
        let counter = |topic: &String| {
            let key = (self.caller.project.to_string(), topic.clone());
            (topic.clone(), revisions.get(&key).copied().unwrap_or(0))
        };
        self.topics.iter().map(counter).collect()
    }

    /// True while the credential still opens what it opened.
    async fn still_open(&self) -> bool {
        match auth::identify(&self.app, &self.headers, self.from).await {
            Ok(Some(caller)) => {
                let (now, then) = (&caller, &self.caller);
                now.id == then.id && now.project == then.project && now.role == then.role
            }
            Ok(None) => false,
            // The store does not answer now: that closes nothing.
            Err(_) => true,
        }
    }
}
