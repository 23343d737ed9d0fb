//! `palisade rules`.

use super::audit::policy;
use palisade_audit::policy::import_spectral;
use palisade_audit::{Profile, RULES, Rule, catalogue_markdown, rule, rule_markdown, rule_text};
use palisade_finding::Severity;
use palisade_report::{Catalogue, RuleInfo};
use palisade_runner::{Disk, Fault};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Lists the rules (id, severity, quietest profile, category, name), or explains one. The kinds of change that
/// `palisade diff` tells about are listed with --changes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Id or name of a rule, for example SAN001, or another tool's id for it.
    id: Option<String>,
    /// Format: text, json or md.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "md"])]
    format: String,
    /// Lists the kinds of change between contracts instead: id, level and what changed.
    #[arg(long, conflicts_with_all = ["id", "config"])]
    changes: bool,
    /// Configuration whose own rules are listed too. Without it `.palisade.yaml` in the current directory, when it is
    /// there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Import(ImportArgs),
}

/// Turns a ruleset of Spectral's into a configuration for `palisade audit --config`. What has no counterpart is listed
/// on standard error.
#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// The ruleset, as YAML or JSON.
    #[arg(value_name = "FILE")]
    ruleset: PathBuf,
    /// Writes the configuration to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: Args) -> ExitCode {
    if let Some(Action::Import(import)) = &args.action {
        return match imported(import) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => super::failed(error),
        };
    }
    if args.changes {
        return finish(&changes(&args.format));
    }
    let file = policy::configuration(args.config.as_deref());
    let custom = match file.map(|file| palisade_runner::read_configuration(&Disk, &file)).transpose() {
        Ok(config) => config.map(|config| config.policy.custom).unwrap_or_default(),
        Err(fault) => return super::failed(policy::told(&fault)),
    };
    // Rules without places in a contract: over traffic, over third parties, and the configuration's own.
    let changes = Catalogue::changes();
    let traffic = Catalogue::traffic()
        .with(Catalogue::posture().iter().cloned())
        .with(super::replay::rules())
        .with(custom.iter().map(|rule| (&**rule).into()));
    let format = args.format.as_str();
    let text = match &args.id {
        None => list(format, &traffic, &custom.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>()),
        Some(id) => {
            let over_traffic = traffic
                .iter()
                .chain(changes.iter())
                .find(|rule| rule.id.eq_ignore_ascii_case(id) || rule.name == id.as_str());
            match (rule(id), over_traffic) {
                (Some(rule), _) => explain(format, rule),
                (None, Some(rule)) => explain_over_traffic(format, rule),
                (None, None) => {
                    let same: Vec<&Rule> =
                        RULES.iter().copied().filter(|rule| rule.aliases.contains(&id.as_str())).collect();
                    if !same.is_empty() {
                        let text = match (format, same.as_slice()) {
                            ("json", [_, _, ..]) => {
                                let rules: Vec<_> = same.iter().map(|rule| json(rule)).collect();
                                palisade_report::pretty(&serde_json::json!({ "rules": rules }))
                            }
                            _ => same.iter().map(|rule| explain(format, rule)).collect::<Vec<_>>().join("\n"),
                        };
                        return finish(&text);
                    }
                    let id = palisade_report::terminal(id);
                    return super::failed(format_args!("there is no rule {id}; `palisade rules` lists them"));
                }
            }
        }
    };
    finish(&text)
}

fn imported(args: &ImportArgs) -> Result<(), String> {
    let imported = palisade_runner::read_file(&Disk, "ruleset", &args.ruleset)
        .and_then(|bytes| import_spectral(&args.ruleset.to_string_lossy(), &bytes).map_err(Fault::from))
        .map_err(|fault| policy::told(&fault))?;
    match &args.output {
        None => super::output::print(&imported.text)?,
        Some(file) => std::fs::write(file, &imported.text)
            .map_err(|error| format!("cannot write {}: {error}", palisade_report::terminal(&file.to_string_lossy())))?,
    }
    let left_out = imported.left_out.len();
    let mut told =
        format!("palisade: {} rules, {} severities; left out: {left_out}\n", imported.rules, imported.severities);
    for one in &imported.left_out {
        let _ = writeln!(told, "  {}", palisade_report::terminal(&one.to_string()));
    }
    // Nobody is left to tell when stderr is closed.
    let _ = std::io::Write::write_all(&mut anstream::stderr(), told.as_bytes());
    Ok(())
}

fn finish(text: &str) -> ExitCode {
    match super::output::print(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::failed(error),
    }
}

fn list(format: &str, traffic: &Catalogue, custom: &[&str]) -> String {
    match format {
        "json" => {
            let over_traffic = traffic.iter().map(|rule| serde_json::json!(rule));
            let rules: Vec<_> = RULES.iter().map(|rule| json(rule)).chain(over_traffic).collect();
            palisade_report::pretty(&serde_json::json!({ "rules": rules }))
        }
        "md" => {
            let own = traffic.iter().filter(|rule| custom.contains(&&*rule.id));
            own.fold(catalogue_markdown(), |out, rule| format!("{out}\n{}", explain_over_traffic(format, rule)))
        }
        _ => {
            let mut out = String::new();
            let mut row = |id: &str, severity: Severity, profile: &str, category: &str, name: &str| {
                let name = palisade_report::terminal(name);
                let _ = writeln!(out, "{id:<11} {severity:<9} {profile:<12} {category:<16} {name}");
            };
            for rule in RULES {
                row(rule.id, rule.severity, rule.profile.as_str(), rule.category, rule.name);
            }
            traffic.iter().for_each(|rule| row(&rule.id, rule.severity, "-", &rule.category, &rule.name));
            out
        }
    }
}

/// The kinds of change between contracts.
fn changes(format: &str) -> String {
    match format {
        "json" => {
            let changes = Catalogue::changes();
            palisade_report::pretty(&serde_json::json!({ "rules": changes.iter().collect::<Vec<_>>() }))
        }
        "md" => palisade_diff::markdown(),
        _ => palisade_diff::checks().iter().fold(String::new(), |mut out, check| {
            let _ = writeln!(out, "{:<58} {:<10} {}", check.id, check.level, check.what);
            out
        }),
    }
}

fn explain(format: &str, rule: &Rule) -> String {
    match format {
        "json" => palisade_report::pretty(&json(rule)),
        "md" => rule_markdown(rule),
        _ => rule_text(rule),
    }
}

fn explain_over_traffic(format: &str, rule: &RuleInfo) -> String {
    let facts = [rule.severity.as_str(), &rule.category];
    let facts = facts.into_iter().chain(rule.owasp.iter().chain(&rule.cwe).map(|id| id.as_ref()));
    let facts = facts.collect::<Vec<_>>().join(", ");
    let (id, name) = (&rule.id, palisade_report::terminal(&rule.name));
    let clean = palisade_report::terminal;
    let (what, why, fix) = (clean(&rule.what), clean(&rule.why), clean(&rule.fix));
    let consumer = rule.consumer.as_deref().map(clean);
    let more = |head: &str, before: &str, after: &str| {
        let lines: String = rule.references.iter().map(|link| format!("{before}{}{after}\n", clean(link))).collect();
        if lines.is_empty() { lines } else { format!("{head}{lines}") }
    };
    match format {
        "json" => palisade_report::pretty(&serde_json::json!(rule)),
        "md" => {
            let until = consumer.map(|text| format!("\n**Until then.** {text}\n")).unwrap_or_default();
            let more = more("\n", "- <", ">");
            format!("## {id} {name}\n\n{facts}\n\n{what}\n\n**Why.** {why}\n\n**Fix.** {fix}\n{until}{more}")
        }
        _ => {
            let until = consumer.map(|text| format!("\nUntil then\n  {text}\n")).unwrap_or_default();
            let more = more("\nRead more\n", "  ", "");
            format!("{id} {name}\n{facts}\n\n{what}\n\nWhy\n  {why}\n\nFix\n  {fix}\n{until}{more}")
        }
    }
}

fn json(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": rule.id, "name": rule.name, "severity": rule.severity, "category": rule.category,
        "profiles": rule.profiles().map(Profile::as_str).collect::<Vec<_>>(), "direction": rule.direction.as_str(), "owasp": rule.owasp, "cwe": rule.cwe, "aliases": rule.aliases,
        "what": rule.what, "why": rule.why, "fix": rule.fix, "mended_by": rule.mending().0, "bad": rule.bad, "good": rule.good, "references": rule.references,
    })
}
