//! The result in the format asked for.

use palisade_audit::{AuditReport, State};
use palisade_report::{Catalogue, Format, Section, TextOptions};

/// The reports of all contracts in one text.
pub(super) fn rendered(format: Format, judged: &[(AuditReport, String)], options: &TextOptions) -> String {
    if format == Format::Json {
        let reports: Vec<&AuditReport> = judged.iter().map(|(report, _)| report).collect();
        return match reports.as_slice() {
            [report] => palisade_report::pretty(report),
            reports => palisade_report::pretty(&serde_json::json!({"contracts": reports})),
        };
    }
    let sections: Vec<Section<'_>> = judged.iter().map(|(report, source)| section(report, source)).collect();
    palisade_report::render(format, &sections, &Catalogue::audit(), options)
}

fn section<'a>(report: &'a AuditReport, source: &'a str) -> Section<'a> {
    let contract = &report.contract;
    let score = &report.score;
    let state = match report.state {
        State::Valid => "valid",
        State::SemanticInvalid => "semantically invalid: parts of it contradict its specification",
        State::StructureInvalid => "could not be read as a contract",
    };
    let mut facts = vec![
        ("score", format!("{} of 100 (security {} of 30, data {} of 70)", score.total, score.security, score.data)),
        ("state", state.to_owned()),
        ("format", format!("{}, {} operations", contract.format, contract.operations)),
    ];
    if !contract.title.is_empty() {
        facts.insert(0, ("title", format!("{} {}", contract.title, contract.version)));
    }
    Section { name: &contract.path, facts, score: Some(score.total), findings: &report.findings, source: Some(source) }
}
