//! Everything at a glance.

use crate::app::App;
use crate::auth::Caller;
use crate::core::view::{Accepted, Known, View};
use crate::core::{ApiState, Config, key_of_label};
use crate::present;
use crate::problem::ApiError;
use crate::types::{Engine, Event, Finding, Highlight, HighlightKind, Overview, StateCounts, Summary};
use axum::extract::State;
use axum::{Extension, Json};
use palisade_discover::{Authenticated, Direction};
use palisade_finding::Severity;
use palisade_store::query::Query;
use palisade_store::{EVENTS, EventFilter};
use std::sync::Arc;

/// Highlights shown.
const MAX_HIGHLIGHTS: usize = 12;

/// Figures, what the owner most likely did not know, and the newest events.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview", responses((status = 200, body = Overview)))]
pub async fn overview(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Overview>, ApiError> {
    let apis = app.apis_of(&caller.project);
    let store = app.store_of(&caller);
    let accepted = Accepted::of(&store).await?;
    let mut overview = Overview {
        apis: apis.len() as u64,
        operations: 0,
        exchanges: 0,
        findings: Summary::default(),
        would_block: 0,
        blocked: 0,
        dropped: app.dropped(),
        not_assessed: 0,
        highlights: Vec::new(),
        states: StateCounts::default(),
        traffic: app.traffic(&caller.project),
        recent_events: Vec::new(),
    };
    let mut highlights = Vec::new();
    for api in apis.values() {
        let (config, view) = (api.config.load_full(), api.view.load_full());
        overview.operations += view.operations.len() as u64;
        overview.exchanges += view.ledger.exchanges;
        overview.blocked += view.ledger.blocked;
        overview.not_assessed += view.ledger.not_assessed;
        overview.would_block += view.ledger.totals().1;
        overview.states += present::state_counts(&view);
        let weak = view.findings.iter().filter(|finding| accepted.lacks(&api.id, Engine::Discover, finding));
        collect(&app, api, &config, &view, weak, &mut highlights);
    }
    for (api, severity, count) in store.open_finding_counts().await? {
        if apis.contains_key(&api) {
            overview.findings.add(severity, u64::try_from(count).unwrap_or(0));
        }
    }
    overview.highlights = pick(highlights);
    let page = app.store_of(&caller).events(&EventFilter::default(), &Query::first(&EVENTS, 8)).await?;
    overview.recent_events =
        page.items.into_iter().map(|row| present::event(&app, &caller.project, row, None)).collect::<Vec<Event>>();
    Ok(Json(overview))
}

/// Which highlight a finding from traffic is, if any.
fn kind_of(finding: &palisade_finding::Finding) -> Option<HighlightKind> {
    match finding.rule.as_ref() {
        "DIS001" => Some(HighlightKind::Shadow),
        "DIS002" => Some(HighlightKind::Zombie),
        "DIS010" | "DIS011" | "DIS012" => Some(HighlightKind::Leak),
        "DIS020" => Some(HighlightKind::Unauthenticated),
        _ => None,
    }
}

/// A highlight with what it is ranked by.
struct Candidate {
    /// The finding's.
    severity: Severity,
    /// The command proves it as it stands: a read that needs no credential.
    provable: bool,
    /// A read.
    read: bool,
    /// How often it was seen.
    count: u64,
    /// What is shown.
    highlight: Highlight,
}

fn collect<'a>(
    app: &App,
    api: &ApiState,
    config: &Config,
    view: &View,
    findings: impl Iterator<Item = &'a palisade_finding::Finding>,
    into: &mut Vec<Candidate>,
) {
    for finding in findings {
        let (Some(kind), Some(label)) = (kind_of(finding), &finding.operation) else { continue };
        if finding.severity == Severity::Info {
            continue;
        }
        let key = key_of_label(label);
        let Some(known) = view.operations.iter().find(|known| known.key == key) else { continue };
        let open = open(finding, kind, known);
        let read = matches!(known.method.as_str(), "GET" | "HEAD");
        let mut highlight = highlight(api, config, view, finding, kind, known);
        highlight.curl = present::curl(&app.settings.gateway_url, config, known, !open);
        if !open {
            highlight.fix.push_str(" The command needs a credential: set it first with TOKEN=...");
        }
        let provable = open && read;
        into.push(Candidate { severity: finding.severity, provable, read, count: finding.count, highlight });
    }
}

/// True when a caller without a credential sees what the finding tells.
fn open(finding: &palisade_finding::Finding, kind: HighlightKind, known: &Known) -> bool {
    let Some(seen) = &known.seen else { return false };
    match (kind, &finding.pointer) {
        (HighlightKind::Leak, Some(pointer)) => seen.sensitive.iter().any(|field| {
            field.direction == Direction::Response && field.pointer == *pointer && field.unauthenticated > 0
        }),
        _ => seen.authenticated != Authenticated::Always,
    }
}

/// Title, reason, evidence, mending and preview of a finding; the command is added by the caller.
fn highlight(
    api: &ApiState,
    config: &Config,
    view: &View,
    finding: &palisade_finding::Finding,
    kind: HighlightKind,
    known: &Known,
) -> Highlight {
    let words: Finding = finding.clone().into();
    let rule = palisade_discover::rules().iter().find(|rule| finding.rule == rule.id);
    Highlight {
        kind,
        severity: words.severity,
        title: words.message,
        why: rule.map(|rule| rule.why.to_owned()).unwrap_or_default(),
        api_id: api.id.to_string(),
        api_name: config.row.name.clone(),
        operation_id: known.id.clone(),
        method: known.method.clone(),
        path: known.template.clone(),
        evidence: words.evidence.unwrap_or_default(),
        fix: words.fix.unwrap_or_default(),
        curl: String::new(),
        finding_fingerprint: words.fingerprint,
        preview: present::highlight_preview(config, view, known, kind),
    }
}

/// The best of each kind in a fixed order, each about an operation of its own where one as serious exists; then
/// the other reads, the worst first.
fn pick(mut all: Vec<Candidate>) -> Vec<Highlight> {
    all.sort_by(|a, b| {
        (b.severity, b.provable, b.read, b.count)
            .cmp(&(a.severity, a.provable, a.read, a.count))
            .then_with(|| a.highlight.title.cmp(&b.highlight.title))
    });
    let mut picked: Vec<Highlight> = Vec::new();
    for kind in [HighlightKind::Shadow, HighlightKind::Leak, HighlightKind::Unauthenticated, HighlightKind::Zombie] {
        let of_kind = || all.iter().filter(move |one| one.highlight.kind == kind);
        let Some(best) = of_kind().next() else { continue };
        let fresh = |one: &&Candidate| {
            one.severity >= best.severity
                && !picked.iter().any(|before| {
                    (&before.api_id, &before.operation_id) == (&one.highlight.api_id, &one.highlight.operation_id)
                })
        };
        let chosen = of_kind().find(fresh).unwrap_or(best);
        picked.push(chosen.highlight.clone());
    }
    for one in all.into_iter().filter(|one| one.read) {
        if picked.len() >= MAX_HIGHLIGHTS {
            break;
        }
        let same = |before: &Highlight| {
            (&before.api_id, &before.finding_fingerprint) == (&one.highlight.api_id, &one.highlight.finding_fingerprint)
        };
        if !picked.iter().any(same) {
            picked.push(one.highlight);
        }
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::HighlightPreview;

    fn candidate(kind: HighlightKind, severity: Severity, operation: &str, provable: bool) -> Candidate {
        let highlight = Highlight {
            kind,
            severity: severity.into(),
            title: operation.to_owned(),
            why: String::new(),
            api_id: "a".to_owned(),
            api_name: "shop".to_owned(),
            operation_id: operation.to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            evidence: String::new(),
            fix: String::new(),
            curl: String::new(),
            finding_fingerprint: format!("{kind:?} {operation}"),
            preview: HighlightPreview { observed: 0, would_block: 0, text: String::new() },
        };
        Candidate { severity, provable, read: true, count: 1, highlight }
    }

    fn picked(all: Vec<Candidate>) -> Vec<String> {
        pick(all).into_iter().map(|highlight| highlight.finding_fingerprint).collect()
    }

    #[test]
    fn kinds_come_in_order_and_what_anyone_can_prove_comes_first() {
        use HighlightKind::{Leak, Shadow, Unauthenticated, Zombie};
        let all = vec![
            candidate(Zombie, Severity::Medium, "old", true),
            candidate(Leak, Severity::Critical, "account", false),
            candidate(Leak, Severity::Critical, "reviews", true),
            candidate(Unauthenticated, Severity::High, "export", true),
            candidate(Unauthenticated, Severity::High, "subscribers", true),
            candidate(Shadow, Severity::Medium, "export", true),
        ];
        let first = ["Shadow export", "Leak reviews", "Unauthenticated subscribers", "Zombie old"];
        let rest = ["Leak account", "Unauthenticated export"];
        assert_eq!(picked(all), [first.as_slice(), rest.as_slice()].concat());
    }

    #[test]
    fn an_operation_is_named_twice_rather_than_a_lesser_one_instead() {
        use HighlightKind::{Shadow, Unauthenticated};
        let all = vec![
            candidate(Shadow, Severity::High, "export", true),
            candidate(Unauthenticated, Severity::High, "export", true),
            candidate(Unauthenticated, Severity::Medium, "subscribers", true),
        ];
        assert_eq!(picked(all), ["Shadow export", "Unauthenticated export", "Unauthenticated subscribers"]);
    }
}
