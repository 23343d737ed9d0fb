//! Every check of the tools people come from has a rule here, or a reason why not.

use palisade_audit::RULES;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const TOOLS: [(&str, &str); 3] = [
    ("Spectral OWASP ruleset", include_str!("../fixtures/coverage/spectral-owasp.csv")),
    ("vacuum", include_str!("../fixtures/coverage/vacuum.csv")),
    ("42Crunch audit", include_str!("../fixtures/coverage/42crunch.csv")),
];
const SPECTRAL_OAS: &str = include_str!("../fixtures/coverage/spectral-oas.csv");
const REDOCLY: &str = include_str!("../fixtures/coverage/redocly.csv");
const LEFT_OUT: &str = include_str!("../fixtures/coverage/left-out.csv");

/// The rows of a file: id and the rest.
fn rows(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().skip(1).map(|line| line.split_once(',').unwrap())
}

/// The rules that stand for an id.
fn covered() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut covered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in RULES {
        for alias in rule.aliases {
            covered.entry(alias).or_default().push(rule.id);
        }
    }
    covered
}

#[test]
fn every_check_of_other_tools_has_a_rule_or_a_reason() {
    let covered = covered();
    let left_out: BTreeMap<_, _> = rows(LEFT_OUT).collect();
    let mut missing = Vec::new();
    for (tool, text) in TOOLS {
        for (id, group) in rows(text) {
            if !covered.contains_key(id) && !left_out.contains_key(id) {
                missing.push(format!("{tool}: {id} ({group})"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn what_is_left_out_has_a_reason_and_no_rule() {
    let covered = covered();
    let known: BTreeSet<&str> = TOOLS.iter().flat_map(|(_, text)| rows(text)).map(|(id, _)| id).collect();
    for (id, reason) in rows(LEFT_OUT) {
        assert!(known.contains(id), "{id} is no id of another tool");
        assert!(reason.len() > 10, "{id} has no reason");
        assert!(!covered.contains_key(id), "{id} has a rule now: {:?}", covered.get(id));
    }
}

#[test]
fn every_alias_is_an_id_of_another_tool_and_named_once_a_rule() {
    let texts = TOOLS.iter().map(|(_, text)| *text).chain([SPECTRAL_OAS, REDOCLY]);
    let known: BTreeSet<&str> = texts.flat_map(rows).map(|(id, _)| id).collect();
    let mut wrong = Vec::new();
    for rule in RULES {
        let mut seen = BTreeSet::new();
        for alias in rule.aliases {
            if !known.contains(alias) || !seen.insert(alias) {
                wrong.push(format!("{}: {alias}", rule.id));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// `docs/rules-coverage.md`.
fn page() -> String {
    let covered = covered();
    let left_out: BTreeMap<_, _> = rows(LEFT_OUT).collect();
    let mut out = String::from(
        "# Other tools' checks, and the rules here\n\nGenerated from the aliases of the rule registry; a test keeps \
         this page and the registry in step. The rules stand in [rules.md](rules.md). An ignore list written for \
         another tool works with the ids below. A rule looks at the same thing as the checks it stands for; it may \
         decide otherwise.\n\n| tool | checks | with a rule | left out |\n|---|---:|---:|---:|\n",
    );
    for (tool, text) in TOOLS {
        let with = rows(text).filter(|(id, _)| covered.contains_key(id)).count();
        let without = rows(text).filter(|(id, _)| left_out.contains_key(id)).count();
        let _ = writeln!(out, "| {tool} | {} | {with} | {without} |", rows(text).count());
    }
    for (tool, text) in TOOLS {
        let _ = write!(out, "\n## {tool}\n\n| check | group | rules |\n|---|---|---|\n");
        for (id, group) in rows(text) {
            let rules = match (covered.get(id), left_out.get(id)) {
                (Some(rules), _) => rules.join(", "),
                (None, Some(reason)) => format!("left out: {reason}"),
                (None, None) => "-".to_owned(),
            };
            let _ = writeln!(out, "| `{id}` | {group} | {rules} |");
        }
    }
    out
}

#[test]
fn the_page_is_made_from_the_aliases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules-coverage.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, page(), "docs/rules-coverage.md is stale: UPDATE_DOCS=1 cargo test -p palisade-audit");
}
