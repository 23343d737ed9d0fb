//! Where an address is and what it is known for, by feeds that the user imported. Nothing is asked of a network.

pub mod list;

use crate::rule::{Category, Rule, Sighting};
use crate::target::Target;
use palisade_finding::Severity;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A feed that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// What it tells: `country`, `asn`, `addresses`, `domains`.
    pub kind: String,
    /// When it was imported, RFC 3339.
    pub imported: String,
    /// Whole days since then.
    pub age_days: u64,
    /// Whether that is too long ago for what it says to be relied on.
    pub stale: bool,
}

/// A line of a list that names the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The list's name.
    pub feed: String,
    /// The line's number, from 1.
    pub line: u64,
    /// What the line names: an address, a network, a domain.
    pub entry: String,
    /// What of the target it names: its address or its name.
    pub subject: String,
    /// Whether the list is stale.
    pub stale: bool,
}

/// What is known of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located {
    /// The address.
    pub address: IpAddr,
    /// Country code, ISO 3166-1; none: no database names one.
    pub country: Option<String>,
    /// Number of the network that it belongs to (its autonomous system).
    pub asn: Option<u32>,
    /// Who runs that network.
    pub network: Option<String>,
    /// Which feeds say so.
    pub told_by: Vec<String>,
}

/// What was learned from feeds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Every feed that was looked at, by name.
    pub feeds: Vec<Feed>,
    /// The addresses of the target.
    pub addresses: Vec<Located>,
    /// Lines of lists that name it.
    pub hits: Vec<Hit>,
    /// What no imported feed tells, in words: it is not assessed, and is not clean.
    pub not_assessed: Vec<String>,
}

/// What the facts show.
pub fn judge(target: &Target, facts: &Facts) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for hit in &facts.hits {
        let is_address = hit.subject.parse::<IpAddr>().is_ok();
        let rule = if is_address { &LISTED_ADDRESS } else { &LISTED_DOMAIN };
        let message = format!("{} stands on the list {}", hit.subject, hit.feed);
        let old = if hit.stale { " (the list is stale)" } else { "" };
        let mut sighting = Sighting::new(rule, hit.subject.as_str(), hit.feed.as_str(), message)
            .shown_by(format!("{}:{}: {}{old}", hit.feed, hit.line, hit.entry));
        if hit.stale {
            sighting = sighting.as_bad_as(Severity::Medium);
        }
        seen.push(sighting);
    }
    let stale: Vec<String> = facts
        .feeds
        .iter()
        .filter(|feed| feed.stale)
        .map(|feed| format!("{}: imported {}, {} days ago", feed.name, feed.imported, feed.age_days))
        .collect();
    if !stale.is_empty() {
        let message = "reputation and place were told by feeds that are out of date";
        seen.push(Sighting::new(&STALE_FEED, target.host.as_str(), "", message).shown_by(stale.join("\n")));
    }
    seen
}

/// Every rule, by id.
pub static RULES: &[&Rule] = &[&LISTED_ADDRESS, &LISTED_DOMAIN, &STALE_FEED];

static LISTED_ADDRESS: Rule = Rule {
    id: "PST501",
    name: "listed-address",
    severity: Severity::High,
    category: Category::User,
    what: "An address of the API stands on an imported list of addresses with a bad reputation.",
    why: "The machine, or a neighbour in its network, was seen attacking others or serving malware. It may be in other hands than its owner's.",
    fix: "Find out why the list names the address, clean the machine, and ask the list's keeper to remove it; else move to another address.",
    consumer: "Stop sending secrets until the provider has explained it, and compare with other lists: lists err.",
    owasp: &["API10:2023"],
    cwe: &["CWE-1357"],
    references: &[],
};

static LISTED_DOMAIN: Rule = Rule {
    id: "PST502",
    name: "listed-domain",
    severity: Severity::High,
    category: Category::User,
    what: "The API's name, or a domain above it, stands on an imported list of domains with a bad reputation.",
    why: "The domain was seen in phishing, malware or spam, by its owner's will or by a break-in.",
    fix: "Find out why the list names the domain, mend the cause, and ask the list's keeper to remove it.",
    consumer: "Stop sending secrets until the provider has explained it, and compare with other lists: lists err.",
    owasp: &["API10:2023"],
    cwe: &["CWE-1357"],
    references: &[],
};

static STALE_FEED: Rule = Rule {
    id: "PST503",
    name: "stale-feed",
    severity: Severity::Info,
    category: Category::User,
    what: "A feed that reputation or place was told by was imported long ago.",
    why: "Addresses change hands: what an old list says may be wrong in both directions.",
    fix: "Nothing for the provider to do.",
    consumer: "Fetch the feed again and import it with `palisade feeds import`.",
    owasp: &[],
    cwe: &[],
    references: &[],
};

#[cfg(test)]
mod tests {
    use super::{Facts, Feed, Hit, judge};
    use crate::Target;

    #[test]
    fn hits_and_stale_feeds_are_told() {
        let feed = |name: &str, stale| Feed {
            name: name.to_owned(),
            kind: "addresses".to_owned(),
            imported: "2026-01-02T03:04:05Z".to_owned(),
            age_days: 40,
            stale,
        };
        let hit = |subject: &str, feed: &str, stale| Hit {
            feed: feed.to_owned(),
            line: 7,
            entry: "192.0.2.0/24".to_owned(),
            subject: subject.to_owned(),
            stale,
        };
        let facts = Facts {
            feeds: vec![feed("fresh", false), feed("old", true)],
            hits: vec![
                hit("192.0.2.1", "fresh", false),
                hit("192.0.2.1", "old", true),
                hit("bad.example", "fresh", false),
            ],
            ..Facts::default()
        };
        let told: Vec<String> = judge(&Target::parse("https://bad.example").unwrap(), &facts)
            .into_iter()
            .map(|sighting| {
                let severity = sighting.severity.unwrap_or(sighting.rule.severity);
                format!("{} {severity} {} | {}", sighting.rule.id, sighting.message, sighting.evidence.unwrap())
            })
            .collect();
        assert_eq!(
            told,
            [
                "PST501 high 192.0.2.1 stands on the list fresh | fresh:7: 192.0.2.0/24",
                "PST501 medium 192.0.2.1 stands on the list old | old:7: 192.0.2.0/24 (the list is stale)",
                "PST502 high bad.example stands on the list fresh | fresh:7: 192.0.2.0/24",
                "PST503 info reputation and place were told by feeds that are out of date | old: imported 2026-01-02T03:04:05Z, 40 days ago",
            ]
        );
        assert_eq!(judge(&Target::parse("https://bad.example").unwrap(), &Facts::default()), Vec::new());
    }
}
