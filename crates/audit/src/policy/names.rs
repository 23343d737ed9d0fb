//! Which rules a word means: our ids and names, and other tools' ids.

use crate::rule::Rule;
use crate::rules::RULES;
use palisade_finding::Glob;

/// The rules a word stands for: an id or a name, upper or lower case, an id of Spectral's OWASP rules (of any year),
/// of vacuum or of 42Crunch (with or without its prefix for a version), or a pattern with `*` over all of these.
/// Empty when there is none.
pub fn rules_named(word: &str) -> Vec<&'static Rule> {
    let word = word.trim().to_ascii_lowercase();
    if word.contains('*') || word.contains('?') {
        let glob = Glob::flat(&word);
        let any = |rule: &Rule| {
            glob.matches(&rule.id.to_ascii_lowercase())
                || glob.matches(rule.name)
                || rule.aliases.iter().any(|alias| glob.matches(&alias.to_ascii_lowercase()))
        };
        return RULES.iter().filter(|rule| any(rule)).copied().collect();
    }
    let own = RULES.iter().find(|rule| rule.id.eq_ignore_ascii_case(&word) || rule.name == word);
    if let Some(rule) = own {
        return vec![rule];
    }
    let plain = plain(&word);
    let called = |rule: &&&Rule| rule.aliases.iter().any(|alias| self::plain(&alias.to_ascii_lowercase()) == plain);
    RULES.iter().filter(called).copied().collect()
}

/// An id without what versions put before it: `owasp:api4:2023-`, `v3-`, `v3_1-`.
fn plain(id: &str) -> &str {
    if let Some(rest) = id.strip_prefix("owasp:api") {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start_matches(|c: char| c.is_ascii_digit());
        if let Some(name) = rest.strip_prefix('-') {
            return name;
        }
    }
    ["v3-", "v3_1-"].iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::rules_named;

    fn ids(word: &str) -> Vec<&'static str> {
        rules_named(word).iter().map(|rule| rule.id).collect()
    }

    #[test]
    fn own_and_foreign_ids_lead_to_the_same_rule() {
        for word in [
            "TDT007",
            "tdt007",
            "string-without-maximum-length",
            "owasp:api4:2023-string-limit",
            "owasp:api4:2019-string-limit",
            "owasp-string-limit",
            "v3-schema-string-maxlength",
            "schema-string-maxlength",
        ] {
            assert_eq!(ids(word), ["TDT007"], "{word}");
        }
        assert_eq!(ids("RDT00*"), ["RDT002", "RDT003", "RDT004", "RDT005", "RDT006"]);
        assert!(ids("oas3-schema").len() > 1, "one id of theirs may be several of ours");
        assert!(ids("none-such").is_empty());
    }
}
