//! Gates by name, and what one says of an API.

use super::fields::Fields;
use super::find;
use super::protection::unchanged;
use crate::app::App;
use crate::auth::Caller;
use crate::clock;
use crate::core::approved::{audit_for, etag};
use crate::core::gates::{Error, Subject, Verdict, judge, judge_job, named, read};
use crate::core::jobs::Request;
use crate::listing::{Listed, Listing};
use crate::problem::ApiError;
use crate::types::*;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use palisade_audit::AuditReport;
use palisade_audit::policy::Mistake;
use palisade_finding::Finding as Found;
use palisade_store::job::JOB_FINDINGS;
use palisade_store::query::{Asked, Column, Kind, List, Query as Wanted};
use palisade_store::{FINDINGS, FindingState as Life, GateRow, PutGate};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Gates of a project.
const MAX_GATES: i64 = 200;
/// Findings of one job that are judged: as many as are kept.
const MAX_JUDGED: u32 = 10_000;
/// Findings named under one condition.
const MAX_NAMED: usize = 100;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            error @ Error::Unknown(_) => ApiError::new(StatusCode::NOT_FOUND, format!("{error}.")),
            Error::Store(error) => error.into(),
        }
    }
}

fn invalid(mistakes: &[Mistake]) -> ApiError {
    let errors = mistakes.iter().map(|mistake| FieldError {
        location: "body".to_owned(),
        name: format!("{}:{}", mistake.line, mistake.column),
        pointer: "/definition".to_owned(),
        code: "gate".to_owned(),
        message: mistake.message.clone(),
    });
    let first = mistakes.first().map(|mistake| format!(" {mistake}.")).unwrap_or_default();
    ApiError::invalid(format!("The definition cannot be used.{first}"), errors.collect())
}

fn named_well(name: &str) -> Result<(), ApiError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if (1..=100).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    let error = FieldError {
        location: "body".to_owned(),
        name: String::new(),
        pointer: "/name".to_owned(),
        code: "pattern".to_owned(),
        message: "has 1 to 100 letters, digits, '.', '_' and '-'".to_owned(),
    };
    Err(ApiError::invalid("/name has 1 to 100 letters, digits, '.', '_' and '-'.", vec![error]))
}

fn shown(row: GateRow) -> Gate {
    let gate = read(&row.name, &row.definition).unwrap_or_default();
    Gate {
        id: row.id,
        name: row.name,
        description: gate.description,
        definition: row.definition,
        default: row.is_default,
        minimum: GateMinimum { total: gate.minimum.total, security: gate.minimum.security, data: gate.minimum.data },
        reject_severity: gate.severity.map(Into::into),
        reject_categories: gate.categories.into_iter().map(|(category, lowest)| (category, lowest.into())).collect(),
        reject_invalid: gate.invalid,
        forbid: gate.forbidden.iter().map(|forbidden| forbidden.word.as_str().to_owned()).collect(),
        files: gate.scope.files.iter().map(|glob| glob.as_str().to_owned()).collect(),
        operations: gate.scope.operations.iter().map(ToString::to_string).collect(),
        tags: gate.scope.tags,
        created_at: clock::text(row.created_at),
        updated_at: clock::text(row.updated_at),
        updated_by: row.updated_by,
    }
}

fn tag(row: &GateRow) -> String {
    etag(&format!("{}\0{}", row.is_default, row.definition))
}

fn answer(status: StatusCode, row: GateRow) -> Response {
    let tag = HeaderValue::try_from(tag(&row));
    let mut answer = (status, Json(shown(row))).into_response();
    if let Ok(tag) = tag {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

async fn wanted(app: &App, caller: &Caller, name: &str) -> Result<GateRow, ApiError> {
    app.store_of(caller).gate(name).await?.ok_or_else(|| Error::Unknown(name.to_owned()).into())
}

fn kept(put: PutGate, name: &str) -> Result<(), ApiError> {
    match put {
        PutGate::Done => Ok(()),
        PutGate::Full => Err(ApiError::conflict(format!("There are {MAX_GATES} gates: remove one first."))),
        PutGate::Taken => Err(ApiError::conflict(format!("There is a gate {name} already: change it with PUT."))),
        PutGate::Gone => Err(Error::Unknown(name.to_owned()).into()),
    }
}

/// The list of gates.
#[derive(Debug)]
pub struct Gates;

impl Listed for Gates {
    const LIST: List = List {
        name: "gates",
        columns: &[
            Column::new("name", Kind::Text, ""),
            Column::new("default", Kind::Truth, ""),
            Column::new("created_at", Kind::Time, ""),
            Column::new("updated_at", Kind::Time, ""),
            Column::new("updated_by", Kind::Text, ""),
        ],
        sort: "name",
        id: "",
    };
}

/// Lists gates.
#[utoipa::path(get, path = "/api/v1/gates", tag = "gates", operation_id = "list_gates", params(Listing<Gates>),
    responses((status = 200, body = Page<Gate>),
              (status = 400, description = "A parameter cannot be used.", body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    asked: Listing<Gates>,
) -> Result<Json<Page<Gate>>, ApiError> {
    Ok(Json(asked.page(app.store_of(&caller).gates().await?.into_iter().map(shown))))
}

/// Adds a gate.
#[utoipa::path(post, path = "/api/v1/gates", tag = "gates", operation_id = "add_gate", request_body = NewGate,
    responses((status = 201, body = Gate),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "Another gate has the name, or there are 200.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places, `name` as line:column of the definition.", body = Problem, content_type = "application/problem+json")))]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Fields(new): Fields<NewGate>,
) -> Result<Response, ApiError> {
    named_well(&new.name)?;
    read(&new.name, &new.definition).map_err(|mistakes| invalid(&mistakes))?;
    let now = clock::now();
    let row = GateRow {
        id: clock::new_id(),
        name: new.name,
        definition: new.definition,
        is_default: new.default,
        created_at: now,
        updated_at: now,
        updated_by: caller.name.clone(),
    };
    kept(app.store_of(&caller).add_gate(&row, MAX_GATES).await?, &row.name)?;
    Ok(answer(StatusCode::CREATED, row))
}

/// One gate.
#[utoipa::path(get, path = "/api/v1/gates/{name}", tag = "gates", operation_id = "get_gate", params(("name" = String, Path)),
    responses((status = 200, body = Gate), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    Ok(answer(StatusCode::OK, wanted(&app, &caller, &name).await?))
}

/// Changes a gate, whole; its name stays. `If-Match` with the `ETag` it was read with keeps others' changes.
#[utoipa::path(put, path = "/api/v1/gates/{name}", tag = "gates", operation_id = "put_gate", params(("name" = String, Path)), request_body = GateChange,
    responses((status = 200, body = Gate),
              (status = 400, description = "The body is no JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 412, description = "Someone changed it since it was read.", body = Problem, content_type = "application/problem+json"),
              (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "It cannot be used; errors name the places, `name` as line:column of the definition.", body = Problem, content_type = "application/problem+json")))]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Fields(change): Fields<GateChange>,
) -> Result<Response, ApiError> {
    let before = wanted(&app, &caller, &name).await?;
    unchanged(&headers, &tag(&before))?;
    read(&name, &change.definition).map_err(|mistakes| invalid(&mistakes))?;
    let row = GateRow {
        definition: change.definition,
        is_default: change.default,
        updated_at: clock::now(),
        updated_by: caller.name.clone(),
        ..before
    };
    kept(app.store_of(&caller).set_gate(&row).await?, &row.name)?;
    Ok(answer(StatusCode::OK, row))
}

/// Removes a gate.
#[utoipa::path(delete, path = "/api/v1/gates/{name}", tag = "gates", operation_id = "remove_gate", params(("name" = String, Path)),
    responses((status = 204, description = "It is gone."), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn remove(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    let row = wanted(&app, &caller, &name).await?;
    app.store_of(&caller).remove_gate(&row.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// By which gate an API is judged.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Judge {
    /// A gate's name; without it the project's default.
    #[param(max_length = 100)]
    pub gate: Option<String>,
}

/// What a gate says of an API: of the findings in its traffic and its contract that are there and that nobody accepted,
/// and of the points of its contract.
#[utoipa::path(get, path = "/api/v1/apis/{id}/compliance", tag = "gates", operation_id = "judge_api", params(("id" = String, Path), Judge),
    responses((status = 200, body = GateVerdict),
              (status = 404, description = "No such API, or no such gate.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "No gate is named, and the project has no default.", body = Problem, content_type = "application/problem+json")))]
pub async fn compliance(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<Judge>,
) -> Result<Json<GateVerdict>, ApiError> {
    let api = find(&app, &caller, &id)?;
    let store = app.store_of(&caller);
    let Some(gate) = named(&store, query.gate.as_deref()).await? else {
        return Err(ApiError::conflict("Name a gate with ?gate=NAME, or make one the default of the project."));
    };
    let gate = gate.read()?;
    store.lapse_acknowledgements(clock::now()).await?;
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.findings(Some(&id), &all(cursor.as_deref())?).await?;
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let audit = match view.shown_audit(&config) {
        None => None,
        Some((audit, source)) => Some(with_forbidden(&gate, audit, source, &config, &view).await?),
    };
    // A fingerprint is of one rule, and a rule of one engine.
    let accepted: HashSet<String> =
        rows.iter().filter(|row| row.state == Life::Acknowledged).map(|row| row.finding.fingerprint.clone()).collect();
    let kept: HashSet<&str> = rows.iter().map(|row| row.finding.fingerprint.as_str()).collect();
    let asked = audit.iter().flat_map(|audit| &audit.findings);
    let asked = asked.filter(|finding| gate.forbids(finding) && !kept.contains(finding.fingerprint.as_str()));
    let findings: Vec<Found> = rows.iter().map(|row| &row.finding).chain(asked).cloned().collect();
    let ids: HashMap<&str, (&str, &str)> =
        rows.iter().map(|row| (row.finding.fingerprint.as_str(), (row.id.as_str(), row.engine.as_str()))).collect();
    let operations = config.approved.iter().flat_map(|approved| &approved.contract.operations);
    let tags: BTreeMap<String, Vec<String>> =
        operations.map(|operation| (operation.label(), operation.tags.clone())).collect();
    let subject = Subject {
        name: &config.row.name,
        score: audit.as_ref().map(|audit| audit.points()),
        invalid: audit.as_ref().and_then(|audit| audit.invalid()),
        findings: &findings,
        tags: &tags,
        acknowledged: &accepted,
    };
    let verdict = judge(&gate, &subject);
    Ok(Json(told(&gate, &verdict, &findings, &|print| ids.get(print).copied())))
}

/// What a gate says of the result of a job: the gate that is named, else the one the job was asked with, else the project's
/// default.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/compliance", tag = "gates", operation_id = "judge_job", params(("id" = String, Path), Judge),
    responses((status = 200, body = GateVerdict),
              (status = 404, description = "No such job, or no such gate.", body = Problem, content_type = "application/problem+json"),
              (status = 409, description = "The job was not completed, or no gate is named and the project has no default.", body = Problem, content_type = "application/problem+json")))]
pub async fn job_compliance(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Query(query): Query<Judge>,
) -> Result<Json<GateVerdict>, ApiError> {
    let store = app.store_of(&caller);
    let job = store.job(&id).await?.ok_or_else(|| ApiError::not_found("job"))?;
    if JobState::of(&job.state) != JobState::Completed {
        return Err(ApiError::conflict("The job was not completed: there is nothing to judge."));
    }
    let asked: Option<Request> = serde_json::from_str(&job.request).ok();
    let gate = match (&query.gate, asked.and_then(|request| request.gate)) {
        (None, Some(gate)) => Some(gate),
        (name, _) => named(&store, name.as_deref()).await?,
    };
    let Some(gate) = gate else {
        return Err(ApiError::conflict("Name a gate with ?gate=NAME, or make one the default of the project."));
    };
    let rows = store.job_findings(&id, &Wanted::first(&JOB_FINDINGS, MAX_JUDGED)).await?.items;
    let read = |body: &str| serde_json::from_str::<Found>(body).ok();
    let findings: Vec<Found> = rows.iter().filter_map(|row| read(&row.body)).collect();
    let report = store.job_report(&id).await?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let (gate, verdict) = judge_job(&store, &job, &gate, &findings, job.score, &report).await?;
    let sources = rows.iter().filter_map(|row| Some((read(&row.body)?, (row.id.as_str(), row.source.as_str()))));
    let ids: HashMap<String, (&str, &str)> = sources.map(|(finding, kept)| (finding.fingerprint, kept)).collect();
    Ok(Json(told(&gate, &verdict, &findings, &|print| ids.get(print).copied())))
}

/// A verdict as it is shown; `kept` gives id and engine of a finding that is kept.
fn told<'a>(
    gate: &palisade_finding::Gate,
    verdict: &Verdict,
    findings: &[Found],
    kept: &dyn Fn(&str) -> Option<(&'a str, &'a str)>,
) -> GateVerdict {
    let by_print: HashMap<&str, &Found> =
        findings.iter().map(|finding| (finding.fingerprint.as_str(), finding)).collect();
    let judged = |print: &String| {
        let finding = by_print.get(print.as_str())?;
        let kept = kept(print);
        let engine = kept.map_or("audit", |(_, engine)| engine).to_owned();
        Some(JudgedFinding { id: kept.map(|(id, _)| id.to_owned()), engine, finding: (*finding).clone().into() })
    };
    let broken = verdict.broken.iter().map(|blocked| BrokenCondition {
        condition: blocked.condition.clone(),
        message: blocked.message.clone(),
        count: blocked.findings.len() as u64,
        findings: blocked.findings.iter().take(MAX_NAMED).filter_map(judged).collect(),
    });
    GateVerdict {
        gate: gate.name.clone(),
        compliant: verdict.compliant(),
        broken: broken.collect(),
        judged: verdict.judged as u64,
        acknowledged: verdict.acknowledged as u64,
    }
}

/// Every finding of an API that is there, from a cursor on.
fn all(cursor: Option<&str>) -> Result<Wanted, ApiError> {
    Ok(Wanted::read(&FINDINGS, &Asked { cursor, limit: Some(1000), ..Asked::default() })?)
}

/// The audit, with what the gate forbids and the profile leaves out.
async fn with_forbidden(
    gate: &palisade_finding::Gate,
    audit: &Arc<AuditReport>,
    source: ContractSource,
    config: &crate::core::Config,
    view: &crate::core::view::View,
) -> Result<Arc<AuditReport>, ApiError> {
    let asked: HashSet<String> = gate.forbidden.iter().flat_map(|forbidden| forbidden.rules.iter().cloned()).collect();
    let text = match (source, &config.approved, &view.learned) {
        (ContractSource::Approved, Some(approved), _) => approved.row.body.clone(),
        (ContractSource::Learned, _, Some(learned)) => learned.yaml.clone(),
        _ => return Ok(Arc::clone(audit)),
    };
    if asked.is_empty() {
        return Ok(Arc::clone(audit));
    }
    let name = audit.contract.path.clone();
    let induced = view.induced.clone();
    let work = tokio::task::spawn_blocking(move || {
        let evidence = match (&induced, source) {
            (Some(induced), ContractSource::Approved) => induced.evidence(),
            (Some(induced), ContractSource::Learned) => induced.evidence_of_learned(),
            (None, _) => palisade_audit::policy::Evidence::default(),
        };
        audit_for(&name, &text, evidence, asked)
    });
    let failed = |_| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "The contract could not be audited.");
    work.await.map(Arc::new).map_err(failed)
}
