//! Gateways on other machines: the snapshot they serve, the exchanges they saw.

use crate::app::App;
use crate::auth::Caller;
use crate::core::approved::judge_policy;
use crate::core::key_of_label;
use crate::problem::ApiError;
use crate::types::{Accepted, Snapshot};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use palisade_exchange::wire::from_line_with;
use palisade_gateway::{Captured, Verdict};
use palisade_guard::{Effect, Lists, Mode, Policy};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Most bytes of one delivery.
pub const MAX_DELIVERY: usize = 32 << 20;
/// How long a question for news waits.
const LONG_POLL: Duration = Duration::from_secs(25);

/// What the gateway has.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The version the gateway has; the answer waits up to 25 seconds for another one.
    pub after: Option<u64>,
}

/// The snapshot of the gateway's project; waits up to 25 seconds while it is the one the gateway has.
#[utoipa::path(get, path = "/api/v1/gateway/snapshot", tag = "gateway", params(After),
    responses((status = 200, body = Snapshot), (status = 304, description = "Nothing new within 25 seconds.")))]
pub async fn snapshot(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<After>,
) -> Response {
    let mut snapshots = app.snapshots_by_project();
    let own = |all: &BTreeMap<String, Arc<palisade_guard::Snapshot>>| all.get(&*caller.project).cloned();
    let news = async {
        // The sender lives as long as the application.
        let fresh = |all: &Arc<BTreeMap<String, Arc<palisade_guard::Snapshot>>>| {
            own(all).is_some_and(|snapshot| query.after != Some(snapshot.version))
        };
        snapshots.wait_for(fresh).await.ok().and_then(|found| own(&found))
    };
    let found = tokio::select! {
        found = tokio::time::timeout(LONG_POLL, news) => found.ok().flatten(),
        () = app.stop.cancelled() => None,
    };
    match found {
        Some(snapshot) => Json(&*snapshot).into_response(),
        None => StatusCode::NOT_MODIFIED.into_response(),
    }
}

/// Takes exchanges, one JSON line each. What a gateway decided counts; what comes without a decision is judged here, by
/// the contract in force.
#[utoipa::path(post, path = "/api/v1/gateway/exchanges", tag = "gateway",
    request_body(content = String, content_type = "application/jsonl"),
    responses((status = 200, body = Accepted)))]
pub async fn exchanges(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Json<Accepted>, ApiError> {
    let work = tokio::task::spawn_blocking(move || take(&app, &caller, &body)).await;
    work.map(Json).map_err(|_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "Reading the exchanges failed."))
}

fn take(app: &App, caller: &Caller, body: &[u8]) -> Accepted {
    let mut answer = Accepted { accepted: 0, rejected: 0 };
    let apis = app.apis_of(&caller.project);
    let kept = app.networks_of(&caller.project);
    let lists: Vec<_> = kept.lists.iter().map(|list| list.list.clone()).collect();
    let lists = Lists::new(&lists, &Lists::default());
    let mut policies: BTreeMap<String, Option<Policy>> = BTreeMap::new();
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    for line in lines.map(std::str::from_utf8) {
        let taken = line.ok().and_then(|line| from_line_with(line).ok()).and_then(|(exchange, verdict)| {
            let named = exchange.api.clone()?;
            let api = apis.values().find(|api| *api.id == *named || api.config.load().row.name == named)?;
            let config = api.config.load_full();
            let (id, name) = (Arc::clone(&api.id), config.row.name.as_str().into());
            let decided = match verdict.map(Verdict::read) {
                Some(Err(_)) => return None,
                Some(Ok(decided)) => decided,
                None => None,
            };
            if let Some(mut verdict) = decided {
                // An operation of the contract in force; of one that is gone the inventory may know.
                let approved = config.approved.as_ref();
                let known = |label: &String| approved.is_some_and(|it| it.operation(&key_of_label(label)).is_some());
                verdict.decision.operation = verdict.decision.operation.filter(known);
                return Some(verdict.captured(id, name, exchange));
            }
            let policy = policies.entry(api.id.to_string()).or_insert_with(|| {
                config.approved.as_ref().map(|approved| judge_policy(&config, &approved.row.body, &lists))
            });
            let mut decision = match policy {
                Some(policy) => policy.judge(&exchange),
                None => palisade_guard::Decision::allowed(),
            };
            // Whether it was refused shows in the answer: nothing came from the upstream.
            let answered = exchange.response.as_ref().map(|response| response.status);
            let refused =
                config.row.mode == mode_word(Mode::Block) && decision.uncapped >= Effect::Prevent && answered.is_none();
            decision.effect = if refused { decision.uncapped } else { decision.uncapped.min(Effect::Alert) };
            let status = answered.unwrap_or(if refused { decision.status } else { 0 });
            Some(Captured {
                api_id: id,
                api_name: name,
                exchange,
                decision,
                status,
                upstream_status: answered,
                fault: None,
            })
        });
        if taken.is_some_and(|captured| app.intake.offer(captured)) {
            answer.accepted += 1;
        } else {
            answer.rejected += 1;
        }
    }
    answer
}

fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Observe => "observe",
        Mode::Block => "block",
    }
}
