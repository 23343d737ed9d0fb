//! Everything at a glance.

use crate::app::App;
use crate::clock;
use crate::core::view::{Known, View};
use crate::core::{ApiState, Config, key_of_label};
use crate::present;
use crate::problem::ApiError;
use crate::types::{Event, Finding, Highlight, HighlightKind, Overview, StateCounts, Summary};
use axum::Json;
use axum::extract::State;
use palisade_finding::Severity;
use palisade_store::EventFilter;
use std::sync::Arc;

/// Highlights shown.
const MAX_HIGHLIGHTS: usize = 12;

/// Figures, what the owner most likely did not know, and the newest events.
#[utoipa::path(get, path = "/api/v1/overview", tag = "overview", responses((status = 200, body = Overview)))]
pub async fn overview(State(app): State<Arc<App>>) -> Result<Json<Overview>, ApiError> {
    let apis = app.apis();
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
        traffic: app.traffic().show(clock::now()),
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
        let audit = match (&config.approved, &view.learned) {
            (Some(approved), _) => Some(&approved.audit),
            (None, Some(learned)) => Some(&learned.audit),
            (None, None) => None,
        };
        overview.findings += palisade_finding::Summary::of(&view.findings).into();
        if let Some(audit) = audit {
            overview.findings += audit.summary.into();
        }
        collect(&app, api, &config, &view, &mut highlights);
    }
    overview.highlights = pick(highlights);
    let page = app.store.events(&EventFilter::default(), None, 8).await?;
    overview.recent_events = page.items.into_iter().map(|row| present::event(&app, row, None)).collect::<Vec<Event>>();
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

fn collect(app: &App, api: &ApiState, config: &Config, view: &View, into: &mut Vec<(Severity, u64, Highlight)>) {
    for finding in &view.findings {
        let (Some(kind), Some(label)) = (kind_of(finding), &finding.operation) else { continue };
        let key = key_of_label(label);
        let Some(known) = view.operations.iter().find(|known| known.key == key) else { continue };
        into.push((finding.severity, finding.count, highlight(app, api, config, view, finding, kind, known)));
    }
}

fn highlight(
    app: &App,
    api: &ApiState,
    config: &Config,
    view: &View,
    finding: &palisade_finding::Finding,
    kind: HighlightKind,
    known: &Known,
) -> Highlight {
    let words: Finding = finding.clone().into();
    let subject = format!("{} {}", known.method, known.template);
    let title = match kind {
        HighlightKind::Shadow => format!("{subject} is in no contract"),
        HighlightKind::Leak => format!("{subject} gives away more than it should"),
        HighlightKind::Unauthenticated => format!("{subject} gives sensitive data to anyone"),
        HighlightKind::Zombie => format!("{subject} is deprecated and still called"),
    };
    Highlight {
        kind,
        severity: words.severity,
        title,
        why: words.message,
        api_id: api.id.to_string(),
        api_name: config.row.name.clone(),
        operation_id: known.id.clone(),
        method: known.method.clone(),
        path: known.template.clone(),
        evidence: words.evidence.unwrap_or_default(),
        fix: words.fix.unwrap_or_default(),
        curl: present::curl(&app.settings.gateway_url, known),
        finding_fingerprint: words.fingerprint,
        preview: present::highlight_preview(config, view, known),
    }
}

/// The worst of each kind first, each kind once; then the rest, the worst first.
fn pick(mut all: Vec<(Severity, u64, Highlight)>) -> Vec<Highlight> {
    all.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then_with(|| a.2.title.cmp(&b.2.title)));
    let mut seen = Vec::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (_, _, highlight) in all {
        if seen.contains(&highlight.kind) {
            rest.push(highlight);
        } else {
            seen.push(highlight.kind);
            first.push(highlight);
        }
    }
    first.extend(rest);
    first.truncate(MAX_HIGHLIGHTS);
    first
}
