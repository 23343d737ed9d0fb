//! The rules as documentation.

use crate::rule::{Part, Profile, Rule};
use crate::rules::RULES;
use std::fmt::Write;

/// The whole catalogue as Markdown: `docs/rules.md`.
pub fn catalogue_markdown() -> String {
    let mut out = String::from(
        "# Audit rules\n\nGenerated from the rule registry; a test keeps this page and the registry in step.\n\n\
         | id | name | severity | category | points from | quietest profile | mended by |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let _ = writeln!(
            out,
            "| [{0}](#{1}) | {2} | {3} | {4} | {5} | {6} | {7} |",
            rule.id,
            anchor(rule),
            rule.name,
            rule.severity,
            rule.category,
            part(rule.part),
            rule.profile.as_str(),
            mended_by(rule)
        );
    }
    for rule in RULES {
        out.push('\n');
        out.push_str(&rule_markdown(rule));
    }
    out
}

/// The flags that mend findings of a rule, or why none does.
fn mended_by(rule: &Rule) -> &'static str {
    match rule.mending().0 {
        "fix" => "`--fix`",
        "fix-or-unsafe-fixes" => "`--fix`, `--unsafe-fixes`",
        "evidence" => "`--evidence`, `--unsafe-fixes`",
        "unsafe-fixes" => "`--unsafe-fixes`",
        "intent" => "hand: intent",
        "api" => "hand: knowledge of the API",
        _ => "hand: file or configuration",
    }
}

fn anchor(rule: &Rule) -> String {
    format!("{}-{}", rule.id.to_ascii_lowercase(), rule.name)
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Security => "security",
        Part::Data => "data",
        Part::None => "-",
    }
}

/// Severity, category, profiles, and what others call it.
fn facts(rule: &Rule) -> Vec<String> {
    let profiles: Vec<&str> = rule.profiles().map(Profile::as_str).collect();
    let profiles = match profiles.as_slice() {
        [_] => "profile strict".to_owned(),
        several => format!("profiles {}", several.join("/")),
    };
    let mut facts = vec![rule.severity.as_str().to_owned(), rule.category.to_owned(), profiles];
    facts.extend(rule.owasp.iter().chain(rule.cwe).map(|item| (*item).to_owned()));
    facts
}

/// One rule as Markdown.
pub fn rule_markdown(rule: &Rule) -> String {
    let mut out = format!("## {} {}\n\n", rule.id, rule.name);
    let _ = writeln!(out, "{}\n", facts(rule).join(" · "));
    let direction = rule.direction.sentence().map_or(String::new(), |sentence| format!(" {sentence}"));
    let _ = writeln!(out, "**What it finds.** {}{direction}\n", rule.what);
    let _ = writeln!(out, "**Why that is bad.** {}\n", rule.why);
    let _ = writeln!(out, "**How to mend it.** {} {}\n", rule.fix, rule.mending().1);
    if !rule.bad.is_empty() {
        let _ = writeln!(out, "Bad:\n\n```yaml\n{}\n```\n", rule.bad.trim_end());
        let _ = writeln!(out, "Good:\n\n```yaml\n{}\n```\n", rule.good.trim_end());
    }
    if !rule.aliases.is_empty() {
        let aliases: Vec<String> = rule.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = writeln!(out, "In other tools: {}.\n", aliases.join(", "));
    }
    for reference in rule.references {
        let _ = writeln!(out, "- <{reference}>");
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// One rule as plain text for a terminal.
pub fn rule_text(rule: &Rule) -> String {
    let mut out = format!("{}  {}\n", rule.id, rule.name);
    let _ = writeln!(out, "{}\n", facts(rule).join(", "));
    let texts = [
        ("What", rule.what),
        ("Where", rule.direction.sentence().unwrap_or_default()),
        ("Why", rule.why),
        ("Fix", rule.fix),
        ("Mended", &rule.mending().1.replace('`', "")),
    ];
    for (title, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let _ = writeln!(out, "{title}:\n{}", indented(text));
    }
    if !rule.bad.is_empty() {
        for (title, text) in [("Bad", rule.bad), ("Good", rule.good)] {
            let _ = writeln!(out, "{title}:\n{}", indented(text.trim_end()));
        }
    }
    if !rule.aliases.is_empty() {
        let _ = writeln!(out, "In other tools: {}", rule.aliases.join(", "));
    }
    for reference in rule.references {
        let _ = writeln!(out, "See: {reference}");
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
