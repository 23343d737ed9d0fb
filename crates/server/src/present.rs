//! What the core knows, in the shapes of the REST API.

use crate::app::App;
use crate::clock::text;
use crate::core::ledger::ENOUGH;
use crate::core::policy::{exception_for, protection};
use crate::core::view::{Accepted, Known, View};
use crate::core::{ApiState, Config};
use crate::types::*;
use palisade_discover::Direction;
use palisade_finding::Severity;
use palisade_store::{EventRow, ExceptionRow, FindingRow};
use std::collections::BTreeMap;

/// An API.
pub fn api(state: &ApiState) -> Api {
    let (config, view) = (state.config.load_full(), state.view.load_full());
    let row = &config.row;
    let approved = config.approved.as_ref().map(|approved| ApprovedContract {
        version: u64::try_from(approved.row.version).unwrap_or(0),
        approved_at: text(approved.row.approved_at),
        approved_by: approved.row.approved_by.clone(),
        source: if approved.uploaded() { Origin::Uploaded } else { Origin::Learned },
        operations: approved.operations.len() as u64,
        etag: approved.etag.clone(),
    });
    let learned = view
        .learned
        .as_ref()
        .map(|learned| LearnedContract { operations: learned.operations, exchanges: view.ledger.exchanges });
    let audit = view.shown_audit(&config).map(|(audit, source)| audit_summary(audit, source));
    Api {
        id: row.id.clone(),
        name: row.name.clone(),
        hosts: config.hosts.clone(),
        base_path: row.base_path.clone(),
        upstreams: config.upstreams.clone(),
        mode: if config.blocks() { Mode::Block } else { Mode::Observe },
        managed_by: ManagedBy::parse(&row.managed_by),
        created_at: text(row.created_at),
        last_observed: time(view.ledger.last_observed),
        exchanges: view.ledger.exchanges,
        operations: view.operations.len() as u64,
        state_counts: state_counts(&view),
        audit,
        contract: Contracts { approved, learned },
        read_only: config.read_only(),
    }
}

fn time(microseconds: i64) -> Option<String> {
    (microseconds > 0).then(|| text(microseconds))
}

/// An operation as the store has it.
pub fn known_operation(row: palisade_store::OperationRow) -> KnownOperation {
    KnownOperation {
        id: row.id,
        api_id: row.api_id,
        method: row.method,
        path: row.path,
        state: row.state,
        deprecated: row.deprecated != 0,
        authenticated: row.authenticated,
        sensitive: row.sensitive,
        hits: row.hits,
        first_observed: time(row.first_observed),
        last_observed: time(row.last_observed),
        findings: row.findings,
        worst: row.worst,
    }
}

/// Operations by state.
pub fn state_counts(view: &View) -> StateCounts {
    let mut counts = StateCounts::default();
    for known in &view.operations {
        counts.add(known.state);
    }
    counts
}

fn state_word(state: &palisade_audit::State) -> String {
    serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn score(score: &palisade_audit::Score) -> Score {
    Score { total: score.total, security: score.security, data: score.data }
}

fn audit_summary(report: &palisade_audit::AuditReport, source: ContractSource) -> AuditSummary {
    AuditSummary {
        score: score(&report.score),
        state: state_word(&report.state),
        summary: report.summary.into(),
        source,
    }
}

/// A whole audit.
pub fn audit(report: &palisade_audit::AuditReport) -> AuditReport {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    AuditReport {
        contract: AuditedContract {
            path: report.contract.path.clone(),
            title: given(&report.contract.title),
            version: given(&report.contract.version),
            format: given(&report.contract.format),
            operations: report.contract.operations as u64,
        },
        state: state_word(&report.state),
        score: score(&report.score),
        findings: report.findings.iter().cloned().map(Finding::from).collect(),
        suppressed: report.notes.suppressed.iter().map(suppressed).collect(),
        outside_profile: report.notes.outside_profile,
        summary: report.summary.into(),
    }
}

fn suppressed(one: &palisade_audit::policy::Suppressed) -> SuppressedFinding {
    SuppressedFinding { because: one.silence.into(), reason: one.reason.clone(), finding: one.finding.clone().into() }
}

/// The findings about an operation, from traffic and from the approved contract.
pub fn findings_of<'a>(config: &'a Config, view: &'a View, key: &'a str) -> Vec<&'a palisade_finding::Finding> {
    let audit = config.approved.iter().flat_map(|approved| &view.audit(approved).findings);
    let about = |finding: &&palisade_finding::Finding| {
        finding.operation.as_deref().is_some_and(|label| crate::core::key_of_label(label) == key)
    };
    view.findings.iter().chain(audit).filter(about).collect()
}

/// Number and worst severity of the findings that nobody accepted, by operation key.
pub fn finding_index(config: &Config, view: &View, accepted: &Accepted) -> BTreeMap<String, (u64, Severity)> {
    let mut index: BTreeMap<String, (u64, Severity)> = BTreeMap::new();
    let api = &config.row.id;
    let audit = config.approved.iter().flat_map(|approved| &view.audit(approved).findings);
    let audit = audit.filter(|finding| accepted.lacks(api, Engine::Audit, finding));
    let seen = view.findings.iter().filter(|finding| accepted.lacks(api, Engine::Discover, finding));
    for finding in seen.chain(audit) {
        if let Some(label) = &finding.operation {
            let entry = index.entry(crate::core::key_of_label(label)).or_insert((0, finding.severity));
            entry.0 += 1;
            entry.1 = entry.1.max(finding.severity);
        }
    }
    index
}

/// An operation.
pub fn operation(config: &Config, view: &View, known: &Known, findings: Option<&(u64, Severity)>) -> Operation {
    use palisade_discover::Authenticated as Seen;
    let seen = known.seen.as_ref();
    let protection = protection(config, view, &known.key);
    Operation {
        id: known.id.clone(),
        method: known.method.clone(),
        path: known.template.clone(),
        hits: seen.map_or(0, |seen| seen.hits),
        first_observed: seen.and_then(|seen| time(seen.first_observed)),
        last_observed: seen.and_then(|seen| time(seen.last_observed)),
        state: known.state,
        protected: protection == Protection::Block,
        protection,
        deprecated: known.deprecated,
        authenticated: match seen.map(|seen| seen.authenticated) {
            Some(Seen::Always) => Authenticated::Always,
            Some(Seen::Sometimes) => Authenticated::Sometimes,
            Some(Seen::Never) => Authenticated::Never,
            Some(Seen::Unknown) | None => Authenticated::Unknown,
        },
        statuses: seen
            .map(|seen| seen.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect())
            .unwrap_or_default(),
        principals: seen.map_or(0, |seen| seen.principals),
        sensitive: seen
            .map(|seen| {
                seen.sensitive
                    .iter()
                    .map(|field| SensitiveField {
                        location: match field.direction {
                            Direction::Request => "request".to_owned(),
                            Direction::Response => "response".to_owned(),
                        },
                        part: field.part.as_str().to_owned(),
                        pointer: field.pointer.clone(),
                        kind: field.kind.as_str().to_owned(),
                        class: field.kind.class().as_str().to_owned(),
                        count: field.count,
                        unauthenticated: field.unauthenticated,
                    })
                    .collect()
            })
            .unwrap_or_default(),
        findings: findings.map_or(0, |(count, _)| *count),
        worst: findings.map(|(_, worst)| (*worst).into()),
        summary: known.summary.clone(),
    }
}

/// A path of an operation that can be called: one that was seen, else the template with example values.
pub fn sample_path(known: &Known) -> String {
    match &known.seen {
        Some(seen) if !seen.sample_path.is_empty() => seen.sample_path.clone(),
        _ => {
            let mut path = String::new();
            let mut rest = known.template.as_str();
            while let Some((before, after)) = rest.split_once('{') {
                path.push_str(before);
                path.push('1');
                rest = after.split_once('}').map_or("", |(_, after)| after);
            }
            path + rest
        }
    }
}

/// A command that calls an operation through the gateway, or at its host where only telemetry tells of it; a credential
/// is taken from the shell's `TOKEN`. What traffic contains is quoted for the shell.
pub fn curl(gateway_url: &str, config: &Config, known: &Known, credential: bool) -> String {
    let hosts = &config.hosts;
    let mut command = String::from("curl -i");
    match known.method.as_str() {
        "GET" => {}
        "HEAD" => command.push_str(" -I"),
        method => {
            command.push_str(" -X ");
            command.push_str(&quoted(method));
        }
    }
    let direct = hosts.first().filter(|_| config.upstreams.is_empty());
    if let Some(host) = hosts.first().filter(|_| direct.is_none() && !hosts.iter().any(|host| host == "*")) {
        let host = host.replacen("*.", "www.", 1);
        command.push_str(" -H ");
        command.push_str(&quoted(&format!("Host: {host}")));
    }
    if credential {
        command.push_str(" -H \"Authorization: Bearer $TOKEN\"");
    }
    let path = sample_path(known);
    if path.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    command.push(' ');
    let url = direct.map_or_else(|| gateway_url.to_owned(), |host| format!("http://{host}"));
    command.push_str(&quoted(&format!("{url}{path}")));
    command
}

/// True when callers always showed a credential.
pub fn needs_credential(known: &Known) -> bool {
    known.seen.as_ref().is_some_and(|seen| seen.authenticated == palisade_discover::Authenticated::Always)
}

fn quoted(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/:.-_~%".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// An event. `asked` is the uuid it was asked by.
pub fn event(app: &App, project: &str, row: EventRow, asked: Option<&str>) -> Event {
    let api = app.api_of(project, &row.api_id);
    let config = api.as_ref().map(|api| api.config.load_full());
    let errors: Vec<FieldError> = serde_json::from_str(&row.errors).unwrap_or_default();
    let steps: Vec<Step> = serde_json::from_str(&row.steps).unwrap_or_default();
    let label = exception_operation(&row);
    let (code, place) = reason(&row.code, &errors);
    let exception_id = config
        .as_ref()
        .and_then(|config| exception_for(config, &label, code, place))
        .map(|exception| exception.id.clone());
    Event {
        uuid: asked.map_or_else(|| row.id.clone(), str::to_owned),
        uuids_merged: u64::try_from(row.count).unwrap_or(0),
        first_time: text(row.first_time),
        last_time: text(row.last_time),
        count: u64::try_from(row.count).unwrap_or(0),
        api_name: config.as_ref().map(|config| config.row.name.clone()).unwrap_or_default(),
        operation_id: row.operation_id.clone(),
        operation: row.operation.clone(),
        status: u16::try_from(row.status).unwrap_or(0),
        upstream_status: row.upstream_status.and_then(|status| u16::try_from(status).ok()),
        effect: EventEffect::parse(&row.effect),
        would: EventEffect::parse(&row.would),
        allowable: allowable(&row, &errors) && config.is_some_and(|config| !config.read_only()),
        exception_id,
        check: Some(row.check_name).filter(|check| !check.is_empty()),
        principal: row.principal,
        banned: row.banned,
        ban_until: row.ban_until.map(text),
        degraded: row.degraded,
        fault: row.fault,
        not_assessed: serde_json::from_str(&row.not_assessed).unwrap_or_default(),
        code: row.code,
        title: row.title,
        errors,
        steps,
        client: row.client,
        method: row.method,
        path: row.path,
        api_id: row.api_id,
        id: row.id,
    }
}

/// What an exception made from this event concerns: the operation, else method and path.
pub fn exception_operation(row: &EventRow) -> String {
    row.operation.clone().unwrap_or_else(|| format!("{} {}", row.method, row.path))
}

/// Code and place of the main reason.
pub fn reason<'a>(code: &'a str, errors: &'a [FieldError]) -> (&'a str, [&'a str; 3]) {
    match errors.first() {
        Some(error) => (&error.code, [&error.location, &error.name, &error.pointer]),
        None => (code, ["", "", ""]),
    }
}

/// True when an exception can be made from an event: limits and framing cannot be lifted, nor can a path or a place whose text
/// was redacted.
pub fn allowable(row: &EventRow, errors: &[FieldError]) -> bool {
    if row.code == crate::core::drift::NEW_ENDPOINT {
        return false;
    }
    // What stands for many paths names none that could be let through.
    if row.client == crate::core::events::MANY || row.operation.is_none() && row.path.starts_with('(') {
        return false;
    }
    let limits = matches!(row.status, 413 | 431) && row.effect != "alert" || row.code.starts_with("framing");
    let unliftable = matches!(row.check_name.as_str(), "framing" | "network" | "banned" | "rate" | "identity");
    let redacted = row.operation.is_none() && row.path.contains(palisade_sensitive::REDACTED);
    let nameless = errors.iter().any(|error| {
        error.name == palisade_sensitive::REDACTED
            || error.pointer.split('/').any(|step| step == palisade_sensitive::REDACTED)
    });
    !limits && !unliftable && !redacted && !nameless && (!row.code.is_empty() || !errors.is_empty())
}

/// An exception.
pub fn exception(row: ExceptionRow) -> Exception {
    Exception {
        id: row.id,
        operation: row.operation,
        code: row.code,
        location: row.location,
        name: row.name,
        pointer: row.pointer,
        created_at: text(row.created_at),
        created_by: row.created_by,
        event_uuid: row.event_id,
    }
}

/// A finding as kept.
pub fn kept_finding(row: FindingRow) -> KeptFinding {
    KeptFinding {
        id: row.id,
        api_id: row.api_id,
        engine: Engine::of(&row.engine),
        state: row.state.into(),
        changed_at: text(row.changed_at),
        acknowledged: row.acknowledged.map(|acknowledged| Acknowledgement {
            by: acknowledged.by,
            reason: acknowledged.reason,
            at: text(acknowledged.at),
            until: acknowledged.until.map(text),
        }),
        first_observed: text(row.first_observed),
        last_observed: text(row.last_observed),
        finding: row.finding.into(),
    }
}

/// What block mode would have done.
pub fn preview(state: &ApiState) -> Preview {
    let (config, view) = (state.config.load_full(), state.view.load_full());
    let ledger = &view.ledger;
    let contract = match (&config.approved, &ledger.candidate) {
        (Some(_), _) => Some(PreviewContract::Approved),
        (None, Some(_)) => Some(PreviewContract::Candidate),
        (None, None) => None,
    };
    let uploaded = config.approved.as_ref().is_some_and(|approved| approved.uploaded());
    let mut operations: Vec<PreviewOperation> = ledger
        .accounts
        .iter()
        .map(|(key, account)| {
            let known = view.operations.iter().find(|known| known.key == *key);
            let (method, path) = match known {
                Some(known) => (known.method.as_str(), known.template.as_str()),
                None => account.label.split_once(' ').unwrap_or(("", "")),
            };
            let needed = if uploaded || key.is_empty() { 0 } else { ENOUGH.saturating_sub(account.evidence) };
            let mut reasons: Vec<Reason> = account
                .reasons
                .iter()
                .map(|reason| Reason {
                    code: reason.code.clone(),
                    location: reason.location.clone(),
                    name: reason.name.clone(),
                    pointer: reason.pointer.clone(),
                    message: reason.message.clone(),
                    count: reason.count,
                    sample_event: reason.sample_event.clone(),
                })
                .collect();
            reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
            PreviewOperation {
                operation_id: if key.is_empty() { String::new() } else { crate::core::operation_id(&state.id, key) },
                method: method.to_owned(),
                path: path.to_owned(),
                judged: account.judged,
                would_block: account.would_block,
                not_assessed: account.not_assessed,
                thin: needed > 0,
                needed,
                reasons,
            }
        })
        .collect();
    // Operations of the contract that no traffic vouched for yet.
    if let Some(approved) = config.approved.as_ref().filter(|_| !uploaded) {
        for promised in &approved.operations {
            if !ledger.accounts.contains_key(&promised.key) {
                operations.push(PreviewOperation {
                    operation_id: crate::core::operation_id(&state.id, &promised.key),
                    method: promised.method.clone(),
                    path: promised.template.clone(),
                    judged: 0,
                    would_block: 0,
                    not_assessed: 0,
                    thin: true,
                    needed: ENOUGH,
                    reasons: Vec::new(),
                });
            }
        }
    }
    operations.sort_by(|a, b| {
        b.would_block.cmp(&a.would_block).then_with(|| a.path.cmp(&b.path)).then_with(|| a.method.cmp(&b.method))
    });
    let (judged, would_block) = ledger.totals();
    let since = contract.and_then(|_| time(ledger.since));
    let words = match (contract, judged) {
        (None, _) => {
            "Nothing can be said yet: no contract is approved, and too little traffic was seen to learn one.".to_owned()
        }
        (Some(_), 0) => "No traffic was judged yet that the contract was not learned from.".to_owned(),
        (Some(_), judged) => format!("Block mode would have refused {would_block} of {judged} exchanges."),
    };
    Preview { judged, would_block, since, contract, text: words, operations }
}

/// What blocking would do to one operation.
pub fn highlight_preview(config: &Config, view: &View, known: &Known, kind: HighlightKind) -> HighlightPreview {
    let account = view.ledger.accounts.get(&known.key);
    let (observed, would_block) = account.map_or((0, 0), |account| (account.judged, account.would_block));
    let hits = known.seen.as_ref().map_or(0, |seen| seen.hits);
    let text = match (&config.approved, known.state) {
        (Some(_), State::Shadow) => {
            return HighlightPreview {
                observed: hits,
                would_block: hits,
                text: format!("Block mode would refuse every request here with 404: {hits} so far."),
            };
        }
        (None, _) if observed == 0 => {
            "No contract is approved yet: leave this operation out of it and block mode refuses every request here."
                .to_owned()
        }
        (_, _) if observed == 0 => "No request was judged here yet.".to_owned(),
        _ if would_block > 0 => format!("Block mode would refuse {would_block} of {observed} requests here."),
        _ => {
            let mend = match kind {
                HighlightKind::Leak => "What is wrong is the answer: mend it in the API.",
                HighlightKind::Unauthenticated => {
                    "They are well formed: asking for a credential is the API's own task."
                }
                HighlightKind::Zombie => "The contract still has the operation: take it out, and they are refused.",
                HighlightKind::Shadow => "To refuse them, leave the operation out of the contract.",
            };
            format!("Block mode would let all {observed} requests here pass. {mend}")
        }
    };
    HighlightPreview { observed, would_block, text }
}
