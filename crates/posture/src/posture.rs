//! The parts of an assessment, joined.

use crate::policy::Verdict;
use crate::rule::{Category, Sighting};
use crate::score::{self, Basis, Ceiling, Grade, Judge, Share, Weighed};
use crate::target::Target;
use crate::{contract, dns, http, ports, reputation, tls};
use palisade_finding::{Finding, Summary};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The rule that nothing answers over TLS.
const NO_HTTPS: &str = "PST201";

/// What a part learned, or why it learned nothing. What was not assessed is shown as such and never counts as clean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<T> {
    /// It was looked at.
    Assessed(T),
    /// It was not looked at: not asked for, not applicable, or unreachable; in words for a report.
    NotAssessed(String),
}

impl<T> Part<T> {
    /// What was learned.
    pub fn facts(&self) -> Option<&T> {
        match self {
            Part::Assessed(facts) => Some(facts),
            Part::NotAssessed(_) => None,
        }
    }

    /// Why nothing was learned.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Part::Assessed(_) => None,
            Part::NotAssessed(reason) => Some(reason),
        }
    }
}

/// The parts of an assessment by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartName {
    /// Versions, suites, certificates.
    Tls,
    /// Answers to a few requests.
    Http,
    /// Records of the name and its domain.
    Dns,
    /// Open ports.
    Ports,
    /// Lists it stands on, country, network.
    Reputation,
    /// What its contract says.
    Contract,
}

impl PartName {
    /// Every part, in the order reports list them in.
    pub const ALL: [PartName; 6] =
        [PartName::Tls, PartName::Http, PartName::Dns, PartName::Ports, PartName::Reputation, PartName::Contract];

    /// The lower-case word used in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            PartName::Tls => "tls",
            PartName::Http => "http",
            PartName::Dns => "dns",
            PartName::Ports => "ports",
            PartName::Reputation => "reputation",
            PartName::Contract => "contract",
        }
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for PartName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = PartName::ALL.into_iter().find(|part| part.as_str() == text);
        found.ok_or_else(|| format!("unknown part {text:?}: use tls, http, dns, ports, reputation or contract"))
    }
}

/// Everything that was learned of a third party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What was assessed.
    pub target: Target,
    /// Its addresses at that time.
    pub addresses: Vec<IpAddr>,
    /// Versions, suites, groups, certificates.
    pub tls: Part<tls::Facts>,
    /// Answers to a few polite requests.
    pub http: Part<http::Facts>,
    /// Records of the name and its domain.
    pub dns: Part<dns::Facts>,
    /// Open ports.
    pub ports: Part<ports::Facts>,
    /// Lists it stands on, country, network.
    pub reputation: Part<reputation::Facts>,
    /// What its contract says.
    pub contract: Part<contract::Facts>,
}

/// A finding with what its rule says to both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The finding; its `fix` is the provider's.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why it is bad.
    pub why: String,
    /// How a consumer lives with it until it is mended.
    pub consumer: String,
}

/// A category's share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The family.
    pub category: Category,
    /// Whether the part that tells most of it was assessed.
    pub assessed: bool,
    /// From 0 to 100; none where it was not assessed.
    pub score: Option<u8>,
    /// What follows from the score.
    pub grade: Option<Grade>,
    /// Why it was not assessed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// What the score is the mean of.
    pub shares: Vec<Share>,
    /// Its findings by severity.
    pub summary: Summary,
}

/// What guides that others published say of the facts; each takes part in the score of a category.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Guides {
    /// The SSL Server Rating Guide, on TLS; none where no version was agreed on.
    pub tls: Option<tls::Grade>,
    /// The HTTP Observatory, on headers; none where it gives no grade.
    pub observatory: Option<Observed>,
}

/// What the HTTP Observatory says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// From 0; extra points lead above 100.
    pub score: i32,
    /// From `A+` to `F`.
    pub grade: String,
}

/// A part that was not assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Which.
    pub part: PartName,
    /// Why.
    pub reason: String,
}

/// The judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posture {
    /// What was assessed.
    pub url: String,
    /// Its host.
    pub host: String,
    /// The host's addresses at that time.
    pub addresses: Vec<IpAddr>,
    /// When, in RFC 3339; only where a caller keeps it. The same facts give the same bytes without it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<String>,
    /// From `A+` to `F`.
    pub grade: Grade,
    /// From 0 to 100.
    pub score: u8,
    /// What published guides say.
    pub guides: Guides,
    /// Why the grade cannot be better, the worst first.
    pub ceilings: Vec<Ceiling>,
    /// Every category.
    pub categories: Vec<Judged>,
    /// What was found, the worst first.
    pub findings: Vec<Found>,
    /// Counts by severity.
    pub summary: Summary,
    /// What was not assessed, and why.
    pub not_assessed: Vec<Missing>,
    /// Whether it keeps a policy, where one was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub policy: Option<Verdict>,
    /// What was learned.
    pub facts: Facts,
}

impl Facts {
    /// What the parts show.
    pub fn sightings(&self) -> Vec<Sighting> {
        let mut sightings = Vec::new();
        if let Part::Assessed(facts) = &self.tls {
            sightings.extend(tls::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.http {
            let judged = http::judge(&self.target, facts);
            // Requests are made with current versions of TLS alone: that an older one is spoken is for the TLS part.
            let spoken = self.tls.facts().is_some_and(|facts| facts.spoken().next().is_some());
            sightings.extend(judged.into_iter().filter(|sighting| !(spoken && sighting.rule.id == NO_HTTPS)));
        }
        if let Part::Assessed(facts) = &self.dns {
            sightings.extend(dns::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.ports {
            sightings.extend(ports::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.reputation {
            sightings.extend(reputation::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.contract {
            sightings.extend(contract::judge(&self.target, facts));
        }
        sightings
    }

    /// Why a part was not assessed; none where it was.
    pub fn missing(&self, part: PartName) -> Option<&str> {
        match part {
            PartName::Tls => match &self.tls {
                Part::NotAssessed(reason) => Some(reason),
                Part::Assessed(tls) => tls.spoken().next().is_none().then_some("no version of TLS was agreed on"),
            },
            PartName::Http => self.http.reason(),
            PartName::Dns => self.dns.reason(),
            PartName::Ports => self.ports.reason(),
            PartName::Reputation => self.reputation.reason(),
            PartName::Contract => match &self.contract {
                Part::NotAssessed(reason) => Some(reason),
                Part::Assessed(contract::Facts::NonePublished) => Some("no contract was given, and none is published"),
                Part::Assessed(contract::Facts::Unreadable { .. }) => Some("the contract cannot be read as OpenAPI"),
                Part::Assessed(contract::Facts::Audited(_)) => None,
            },
        }
    }

    /// The country of each address, where feeds say it.
    pub fn countries(&self) -> impl Iterator<Item = (IpAddr, Option<&str>)> {
        let located = self.reputation.facts().map_or(&[][..], |facts| &facts.addresses);
        self.addresses.iter().map(|address| {
            let found = located.iter().find(|located| located.address == *address);
            (*address, found.and_then(|located| located.country.as_deref()))
        })
    }

    /// Everything that was not assessed: parts, and what parts that were assessed could not tell.
    fn all_missing(&self) -> Vec<Missing> {
        let whole = PartName::ALL.into_iter().filter_map(|part| Some((part, self.missing(part)?.to_owned())));
        let mut missing: Vec<(PartName, String)> = whole.collect();
        if let Some(tls) = self.tls.facts() {
            missing.extend(tls.gaps.iter().map(|gap| (PartName::Tls, format!("{}: {}", gap.what, gap.why))));
        }
        if let Some(http) = self.http.facts() {
            let mut add = |what: &str, why: &str| missing.push((PartName::Http, format!("{what}: {why}")));
            http.known.reason().into_iter().for_each(|why| add("vulnerable versions", why));
            http.stopped.iter().for_each(|why| add("requests that were left out", why));
            http.observatory.not_graded.iter().for_each(|why| add("HTTP Observatory", why));
        }
        if let Some(ports) = self.ports.facts().filter(|ports| !ports.not_asked.is_empty()) {
            let left = ports.not_asked.len();
            missing
                .push((PartName::Ports, format!("{left} ports: the time or the connections of the run were used up")));
        }
        if let Some(dns) = self.dns.facts() {
            missing.extend(dns.unanswered.iter().map(|question| (PartName::Dns, format!("no answer to {question}"))));
        }
        if let Some(reputation) = self.reputation.facts() {
            missing.extend(reputation.not_assessed.iter().map(|words| (PartName::Reputation, words.clone())));
        }
        missing.sort();
        missing.into_iter().map(|(part, reason)| Missing { part, reason }).collect()
    }

    /// Why a category was not assessed: the part that tells most of it was not. None where it was.
    fn not_assessed(&self, category: Category) -> Option<&str> {
        match category {
            // That there is no TLS is known without asking.
            Category::Network if !self.target.tls => None,
            Category::Network => self.missing(PartName::Tls),
            Category::Application | Category::System => self.missing(PartName::Http),
            Category::Authentication => self.missing(PartName::Contract),
            Category::Email => match &self.dns {
                Part::NotAssessed(reason) => Some(reason),
                Part::Assessed(dns) => dns.spf.unknown.as_deref().or(dns.dmarc.unknown.as_deref()),
            },
            Category::User => match &self.reputation {
                Part::NotAssessed(reason) => Some(reason),
                Part::Assessed(reputation) => {
                    let listed = reputation.feeds.iter().any(|feed| ["addresses", "domains"].contains(&&*feed.kind));
                    (!listed).then_some("no list of addresses or domains was imported")
                }
            },
        }
    }

    /// What published guides say.
    fn guides(&self) -> Guides {
        let http = self.http.facts();
        let hsts = http.and_then(|http| http.page.field("strict-transport-security")).and_then(max_age);
        let observed = http.and_then(|http| {
            let (score, grade) = (http.observatory.score?, http.observatory.grade.clone()?);
            Some(Observed { score, grade })
        });
        Guides { tls: self.tls.facts().and_then(|facts| tls::grade(&self.target, facts, hsts)), observatory: observed }
    }

    /// What published guides and the contract's audit say of a category.
    fn shares(&self, category: Category, guides: &Guides) -> Vec<Share> {
        let mut shares = Vec::new();
        if category == Category::Network {
            let none = (!self.target.tls).then_some(0.0);
            let points = guides.tls.as_ref().map(|grade| score::tls_points(grade.letter)).or(none);
            shares.extend(points.map(|score| Share { by: Judge::TlsGuide, score }));
        }
        if let (Category::Application, Some(observed)) = (category, &guides.observatory) {
            shares.push(Share { by: Judge::Observatory, score: f64::from(observed.score.clamp(0, 100)) });
        }
        if let Some(contract::Facts::Audited(audit)) = self.contract.facts() {
            let score = match category {
                Category::Authentication => Some(audit.security / 0.3),
                Category::Application => Some(audit.data / 0.7),
                _ => None,
            };
            shares.extend(score.map(|score| Share { by: Judge::Contract, score: hundredths(score) }));
        }
        shares
    }

    /// What keeps the grade down whatever else is good.
    fn ceilings(&self, sightings: &[Sighting], guides: &Guides) -> Vec<Ceiling> {
        let mut ceilings = Vec::new();
        let mut at_most = |grade, reason: String| ceilings.push(Ceiling { grade, reason });
        let worst =
            sightings.iter().map(|sighting| (sighting.severity(), sighting.rule)).max_by_key(|(severity, _)| *severity);
        if let Some((severity, rule)) = worst
            && let Some(grade) = score::ceiling(severity)
        {
            at_most(grade, format!("there is a finding of severity {severity}: {} {}", rule.id, rule.name));
        }
        if !self.target.tls {
            at_most(Grade::F, "the URL is http://: whatever is sent can be read and changed on the way".to_owned());
        } else if sightings.iter().any(|sighting| sighting.rule.id == NO_HTTPS) {
            at_most(Grade::F, "nothing answers over TLS".to_owned());
        } else if self.tls.facts().is_some_and(|facts| facts.spoken().next().is_none()) {
            at_most(Grade::F, "no version of TLS was agreed on".to_owned());
        }
        if let Some(grade) = guides.tls.as_ref().filter(|grade| score::tls_points(grade.letter) == 0.0) {
            let why = grade.caps.first().map_or("its points are too few", |cap| cap.reason.as_str());
            at_most(Grade::F, format!("the TLS guide gives {}: {why}", grade.letter));
        }
        let seen = |facts: &tls::Facts| facts.chains.iter().any(|chain| chain.trust != tls::Trust::NotAssessed);
        if self.tls.facts().is_some_and(|facts| !seen(facts)) {
            at_most(Grade::C, "no certificate was seen".to_owned());
        }
        for (part, applies) in [(PartName::Tls, self.target.tls), (PartName::Http, true)] {
            if applies && self.missing(part).is_some() {
                at_most(Grade::C, format!("{part} was not assessed"));
            }
        }
        let missing: Vec<&str> = Category::ALL
            .into_iter()
            .filter(|category| self.not_assessed(*category).is_some())
            .map(Category::as_str)
            .collect();
        if missing.len() == Category::ALL.len() {
            at_most(Grade::F, "no category was assessed".to_owned());
        } else if !missing.is_empty() {
            at_most(Grade::A, format!("not every category was assessed: {} missing", missing.join(", ")));
        }
        ceilings.sort_by_key(|ceiling| std::cmp::Reverse(ceiling.grade));
        ceilings
    }
}

impl Posture {
    /// Judges what was learned. `of_contract` are the findings of the contract's audit, each with the points it costs of
    /// its share (security or data, 0 to 100); they count through the audit's points and not by their severity.
    pub fn judge(facts: Facts, of_contract: Vec<Found>) -> Posture {
        let sightings = facts.sightings();
        let weighed: Vec<Weighed<'_>> = sightings
            .iter()
            .map(|sighting| Weighed {
                rule: sighting.rule.id,
                severity: sighting.severity(),
                category: sighting.rule.category,
            })
            .collect();
        let guides = facts.guides();
        let bases = Category::ALL.map(|category| Basis {
            assessed: facts.not_assessed(category).is_none(),
            shares: facts.shares(category, &guides),
        });
        let ceilings = facts.ceilings(&sightings, &guides);
        let scores = score::score(&bases, &weighed, &ceilings);
        let weights: f64 = Category::ALL
            .into_iter()
            .zip(&bases)
            .filter(|(_, basis)| basis.assessed)
            .map(|(one, _)| score::weight(one))
            .sum();

        let own = sightings.into_iter().zip(&scores.losses).map(|(sighting, loss)| {
            let (why, consumer) = (sighting.rule.why.to_owned(), sighting.rule.consumer.to_owned());
            let finding = Finding { loss: (*loss > 0.0).then_some(*loss), ..sighting.into_finding() };
            Found { finding, why, consumer }
        });
        let mut findings: Vec<Found> = own.collect();
        findings.extend(of_contract.into_iter().map(|mut found| {
            let at = Category::ALL.into_iter().position(|category| category.as_str() == found.finding.category);
            let at = at
                .and_then(|at| Some((*Category::ALL.get(at)?, scores.shares.get(at)?.len(), bases.get(at)?.assessed)));
            found.finding.loss = match (found.finding.loss, at) {
                (Some(loss), Some((category, shares, true))) if weights > 0.0 => {
                    Some(hundredths(loss / shares as f64 * score::weight(category) / weights))
                }
                _ => None,
            };
            found
        }));
        let loss = |found: &Found| found.finding.loss.unwrap_or_default();
        findings.sort_by(|a, b| {
            b.finding
                .severity
                .cmp(&a.finding.severity)
                .then_with(|| loss(b).total_cmp(&loss(a)))
                .then_with(|| a.finding.rule.cmp(&b.finding.rule))
                .then_with(|| a.finding.file.cmp(&b.finding.file))
                .then_with(|| a.finding.message.cmp(&b.finding.message))
        });

        let complete = |reason: &Option<&str>| reason.is_none();
        let categories =
            Category::ALL.into_iter().zip(scores.categories).zip(scores.shares).map(|((category, score), shares)| {
                let reason = facts.not_assessed(category);
                let score = complete(&reason).then_some(score.round() as u8);
                let members =
                    findings.iter().map(|found| &found.finding).filter(|one| one.category == category.as_str());
                Judged {
                    category,
                    assessed: reason.is_none(),
                    score,
                    grade: score.map(Grade::of),
                    reason: reason.map(str::to_owned),
                    shares: if reason.is_none() { shares } else { Vec::new() },
                    summary: Summary::of(members),
                }
            });
        let categories = categories.collect();
        Posture {
            url: facts.target.to_string(),
            host: facts.target.host.clone(),
            addresses: facts.addresses.clone(),
            time: None,
            grade: scores.grade,
            score: scores.score,
            guides,
            ceilings,
            categories,
            summary: Summary::of(findings.iter().map(|found| &found.finding)),
            findings,
            not_assessed: facts.all_missing(),
            policy: None,
            facts,
        }
    }

    /// A category's judgement.
    pub fn category(&self, category: Category) -> Option<&Judged> {
        self.categories.iter().find(|judged| judged.category == category)
    }

    /// Findings by themselves.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings.iter().map(|found| found.finding.clone()).collect()
    }
}

/// `max-age` of `Strict-Transport-Security`, in seconds (RFC 6797 section 6.1.1).
fn max_age(field: &str) -> Option<u64> {
    let mut directives = field.split([';', ',']).filter_map(|directive| directive.split_once('='));
    let (_, value) = directives.find(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"))?;
    value.trim().trim_matches('"').parse().ok()
}

/// Two digits behind the point.
fn hundredths(points: f64) -> f64 {
    (points * 100.0).round() / 100.0
}
