//! The rules as documentation.

use crate::rule::{Rule, rules};
use std::fmt::Write;

/// Every rule as Markdown: `docs/rules-posture.md`.
pub fn catalogue_markdown() -> String {
    let mut out = String::from(
        "# Rules over third parties\n\nWhat [`palisade score`](guide/score/README.md) looks for. Generated from the \
         rules; a test keeps this page and the rules in step. A finding may be worse or milder than its rule mostly \
         is.\n\n| id | name | severity | category |\n|---|---|---|---|\n",
    );
    let mut all: Vec<&Rule> = rules().collect();
    all.sort_unstable_by_key(|rule| rule.id);
    for rule in &all {
        let anchor = format!("{}-{}", rule.id.to_ascii_lowercase(), rule.name);
        let (id, name) = (rule.id, rule.name);
        let _ = writeln!(out, "| [{id}](#{anchor}) | {name} | {} | {} |", rule.severity, rule.category);
    }
    for rule in &all {
        let facts = [rule.severity.as_str(), rule.category.as_str()];
        let facts: Vec<&str> = facts.into_iter().chain(rule.owasp.iter().chain(rule.cwe).copied()).collect();
        let _ = write!(
            out,
            "\n## {} {}\n\n{}\n\n{}\n\n**Why.** {}\n\n**Fix.** {}\n\n**Until then.** {}\n",
            rule.id,
            rule.name,
            facts.join(", "),
            rule.what,
            rule.why,
            rule.fix,
            rule.consumer
        );
        for reference in rule.references {
            let _ = write!(out, "\n- <{reference}>");
        }
        if !rule.references.is_empty() {
            out.push('\n');
        }
    }
    out
}
