//! What an organisation accepts of third-party APIs.

use crate::posture::Posture;
use crate::rule::Category;
use crate::score::Grade;
use palisade_document::NodeRef;
use palisade_document::config::{Mistake, Reader};
use palisade_finding::{Finding, Severity};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The worst severity that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// No finding at all.
    None,
    /// Findings up to this one.
    UpTo(Severity),
}

impl FromStr for Accepted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Accepted::None),
            word => word
                .parse()
                .map(Accepted::UpTo)
                .map_err(|_| format!("unknown severity {text:?}: use critical, high, medium, low, info or none")),
        }
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Accepted::None => f.write_str("none"),
            Accepted::UpTo(severity) => severity.fmt(f),
        }
    }
}

/// What becomes of a condition about something that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unknown {
    /// It does not hold.
    #[default]
    Refuse,
    /// It is left open, and said to be.
    Accept,
}

impl FromStr for Unknown {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refuse" => Ok(Unknown::Refuse),
            "accept" => Ok(Unknown::Accept),
            _ => Err(format!("unknown word {text:?}: use refuse or accept")),
        }
    }
}

/// Conditions, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// What it is called.
    pub name: String,
    /// The lowest grade that is accepted.
    pub minimum_grade: Option<Grade>,
    /// The worst severity that is accepted anywhere.
    pub highest: Option<Accepted>,
    /// The worst severity that is accepted in a category.
    pub categories: BTreeMap<Category, Accepted>,
    /// Countries that every address must lie in, as ISO 3166 codes of two letters.
    pub countries: Option<BTreeSet<String>>,
    /// What becomes of addresses whose country is not known.
    pub unknown_country: Unknown,
    /// Categories that must have been assessed.
    pub must_be_assessed: BTreeSet<Category>,
    /// What becomes of conditions about a category that was not assessed.
    pub not_assessed: Unknown,
}

/// Whether a third party keeps a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The policy's name.
    pub name: String,
    /// Whether every condition holds.
    pub compliant: bool,
    /// Each condition that does not hold.
    pub reasons: Vec<Reason>,
    /// Conditions that were left open because the policy accepts that something is not known.
    pub open: Vec<Reason>,
}

/// One condition and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The condition, as the policy's file names it.
    pub condition: String,
    /// The figure and the limit.
    pub message: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.condition, self.message)
    }
}

const KEYS: &[&str] = &[
    "name",
    "minimum_grade",
    "highest_accepted_severity",
    "categories",
    "countries",
    "unknown_country",
    "must_be_assessed",
    "not_assessed",
];

impl Policy {
    /// Reads a policy's file; `name` is the file as the user named it.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Policy, Vec<Mistake>> {
        let (mut reader, document) = Reader::open(name, bytes);
        let root = document.root();
        let mut policy = Policy { name: name.to_owned(), ..Policy::default() };
        if !reader.mistakes.is_empty() || !reader.object(root, "the policy", KEYS) {
            return reader.done(policy);
        }
        if let Some(text) = reader.text(root, "name") {
            policy.name = text.to_owned();
        }
        policy.minimum_grade = reader.parsed(root, "minimum_grade");
        policy.highest = reader.parsed(root, "highest_accepted_severity");
        if let Some(node) = root.get("categories") {
            policy.categories = categories(&mut reader, node);
        }
        if root.get("countries").is_some() {
            let mut countries = BTreeSet::new();
            for (text, node) in reader.texts(root, "countries") {
                if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                    countries.insert(text.to_ascii_uppercase());
                } else {
                    reader.wrong(node, "a country is a code of two letters, for example DE".to_owned());
                }
            }
            policy.countries = Some(countries);
        }
        policy.unknown_country = reader.parsed(root, "unknown_country").unwrap_or_default();
        for (text, node) in reader.texts(root, "must_be_assessed") {
            match text.parse() {
                Ok(category) => drop(policy.must_be_assessed.insert(category)),
                Err(error) => reader.wrong(node, error),
            }
        }
        policy.not_assessed = reader.parsed(root, "not_assessed").unwrap_or_default();
        reader.done(policy)
    }

    /// Judges a third party.
    pub fn judge(&self, posture: &Posture) -> Verdict {
        let mut verdict = Verdict { name: self.name.clone(), compliant: true, reasons: Vec::new(), open: Vec::new() };
        let mut fails = |condition: String, message: String| verdict.reasons.push(Reason { condition, message });
        if let Some(least) = self.minimum_grade.filter(|least| posture.grade > *least) {
            fails("minimum_grade".to_owned(), format!("the grade is {}, at least {least} is asked", posture.grade));
        }
        if let Some(accepted) = self.highest
            && let Some(message) = beyond(posture.findings.iter().map(|found| &found.finding), accepted)
        {
            fails("highest_accepted_severity".to_owned(), message);
        }
        let missing = |category: Category| {
            let judged = posture.category(category)?;
            let reason = judged.reason.as_deref()?;
            Some(format!("{category} was not assessed: {reason}"))
        };
        let mut open = Vec::new();
        for (category, accepted) in &self.categories {
            let condition = format!("categories.{category}");
            let members = posture.findings.iter().map(|found| &found.finding);
            if let Some(message) = beyond(members.filter(|one| one.category == category.as_str()), *accepted) {
                fails(condition, message);
            } else if let Some(message) = missing(*category) {
                match self.not_assessed {
                    Unknown::Refuse => fails(condition, message),
                    Unknown::Accept => open.push(Reason { condition, message }),
                }
            }
        }
        for category in &self.must_be_assessed {
            if let Some(message) = missing(*category) {
                fails("must_be_assessed".to_owned(), message);
            }
        }
        if let Some(allowed) = &self.countries {
            let condition = || "countries".to_owned();
            for (address, country) in posture.facts.countries() {
                match country {
                    Some(country) if allowed.contains(country) => {}
                    Some(country) => fails(condition(), format!("{address} lies in {country}, which is not listed")),
                    None => {
                        let message = format!("the country of {address} is not known");
                        match self.unknown_country {
                            Unknown::Refuse => fails(condition(), message),
                            Unknown::Accept => open.push(Reason { condition: condition(), message }),
                        }
                    }
                }
            }
        }
        verdict.open = open;
        verdict.compliant = verdict.reasons.is_empty();
        verdict
    }
}

fn categories(reader: &mut Reader, node: NodeRef<'_>) -> BTreeMap<Category, Accepted> {
    let known = Category::ALL.map(Category::as_str);
    if !reader.object(node, "`categories`", &known) {
        return BTreeMap::new();
    }
    let read = |category: Category| Some((category, reader.parsed(node, category.as_str())?));
    Category::ALL.into_iter().filter_map(read).collect()
}

/// How many findings are worse than accepted, and the worst of them.
fn beyond<'a>(findings: impl Iterator<Item = &'a Finding>, accepted: Accepted) -> Option<String> {
    let worse = |severity: Severity| match accepted {
        Accepted::None => true,
        Accepted::UpTo(most) => severity > most,
    };
    let found: Vec<&Finding> = findings.filter(|finding| worse(finding.severity)).collect();
    // The first of the worst: findings stand in order.
    let worst = found.iter().rev().max_by_key(|finding| finding.severity)?;
    let number = if found.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", found.len()) };
    let limit = match accepted {
        Accepted::None => "none is accepted".to_owned(),
        Accepted::UpTo(most) => format!("{most} is the worst that is accepted"),
    };
    Some(format!("{number}, {limit}; the worst is {} {} ({})", worst.rule, worst.name, worst.severity))
}
