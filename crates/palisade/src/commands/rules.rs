//! `palisade rules`.

use palisade_audit::{RULES, Rule, catalogue_markdown, rule, rule_markdown, rule_text};
use palisade_report::Format;
use std::fmt::Write;
use std::process::ExitCode;

/// Lists the rules, or explains one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id or name of a rule, for example SAN001.
    id: Option<String>,
    /// Format: text, json or md.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "md"])]
    format: String,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    let chosen = match &args.id {
        Some(id) => match rule(id) {
            Some(rule) => Some(rule),
            None => {
                let id = palisade_report::terminal(id);
                return super::failed(format_args!("there is no rule {id}; `palisade rules` lists them"));
            }
        },
        None => None,
    };
    let text = match (args.format.as_str(), chosen) {
        ("json", Some(rule)) => palisade_report::pretty(&json(rule)),
        ("json", None) => palisade_report::pretty(
            &serde_json::json!({"rules": RULES.iter().map(|rule| json(rule)).collect::<Vec<_>>()}),
        ),
        ("md", Some(rule)) => rule_markdown(rule),
        ("md", None) => catalogue_markdown(),
        (_, Some(rule)) => rule_text(rule),
        (_, None) => list(),
    };
    match super::audit::print(Format::Text, &text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

fn list() -> String {
    let mut out = String::new();
    for rule in RULES {
        let _ = writeln!(out, "{:<11} {:<9} {:<16} {}", rule.id, rule.severity, rule.category, rule.name);
    }
    out
}

fn json(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": rule.id, "name": rule.name, "severity": rule.severity, "category": rule.category,
        "owasp": rule.owasp, "cwe": rule.cwe, "aliases": rule.aliases,
        "what": rule.what, "why": rule.why, "fix": rule.fix, "bad": rule.bad, "good": rule.good, "references": rule.references,
    })
}
