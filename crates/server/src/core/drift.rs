//! What traffic and the contract in force differ in, kept up while traffic flows; what was seen that is not promised or
//! on its way out, with its times; and what changed at each operation.
//!
//! Violations are held against one version of the contract and begin anew with the next one. Lists and changes stay.

use super::approved::Approved;
use super::ledger::ENOUGH;
use super::view::Known;
use super::{key_of_label, operation_id};
use crate::types::State;
use palisade_drift::{Account, Change, Direction, History, Kind, Reference, Terms};
use palisade_exchange::Exchange;
use palisade_finding::Finding;
use palisade_store::EventRow;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Code of the event that tells of an endpoint never seen before.
pub const NEW_ENDPOINT: &str = "new_endpoint";
/// Entries of the lists of one API.
const MARKS: usize = 2000;
/// Findings of one API that are shown: the worst.
pub const FINDINGS: usize = 500;
/// Changes of one API that are shown: the newest.
const CHANGES: usize = 2000;

/// Why something is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// Seen, and not in the contract.
    Shadow,
    /// Deprecated or past its sunset, and still seen.
    Zombie,
}

/// What is on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// A property of a body.
    Property,
}

/// What an entry of a list is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Matter {
    /// Why it is there.
    pub why: Why,
    /// What it is.
    pub subject: Subject,
    /// Key of the operation; empty where it concerns all of them.
    pub key: String,
    /// `query`, `header`, `cookie`, `request` or `response`; empty for an operation.
    pub location: String,
    /// Name of a parameter, JSON pointer of a property.
    pub name: String,
}

/// An entry of a list: it stays when what it is about is seen no more, or comes into the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// `METHOD /template`; empty where it concerns all operations.
    pub operation: String,
    /// First time, microseconds.
    pub first: i64,
    /// Last time, microseconds.
    pub last: i64,
    /// It is so under the contract in force.
    pub open: bool,
    /// Exchanges under the contract in force.
    count: u64,
    /// Exchanges under contracts before it.
    before: u64,
    /// A path that belongs to a shadow operation.
    sample: Option<String>,
}

impl Mark {
    /// Exchanges in all.
    pub fn count(&self) -> u64 {
        self.before + self.count
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    /// Version of the contract that the account is held against; 0 for none.
    version: i64,
    account: Account,
    #[serde(with = "pairs")]
    marks: BTreeMap<Matter, Mark>,
    /// Entries that found no room.
    left_out: u64,
    history: History,
}

/// Watches one API.
#[derive(Debug, Default)]
pub struct Watch {
    terms: Option<Arc<Terms>>,
    kept: Kept,
    /// What is not in a contract that was just put in force is no news.
    settling: bool,
    shown: Arc<Shown>,
    /// Something changed since `shown` was made.
    changed: bool,
}

/// What is published of it.
#[derive(Debug, Default)]
pub struct Shown {
    /// The lists.
    pub marks: BTreeMap<Matter, Mark>,
    /// Entries that found no room on them.
    pub left_out: u64,
    /// Changes with the keys of their operations, the newest first.
    pub changes: Vec<(String, Change)>,
}

/// An endpoint that was never seen before.
#[derive(Debug, PartialEq, Eq)]
pub struct NewEndpoint {
    key: String,
    method: String,
    template: String,
    path: String,
    status: u16,
    time: i64,
    count: u64,
}

impl NewEndpoint {
    /// The event that tells of it.
    pub fn event(&self, api_id: &str) -> EventRow {
        let id = crate::clock::new_id();
        EventRow {
            merge_key: crate::secret::hash(&[NEW_ENDPOINT, &id].join("\0")),
            id,
            api_id: api_id.to_owned(),
            operation: Some(format!("{} {}", self.method, self.template)),
            operation_id: Some(operation_id(api_id, &self.key)),
            client: "unknown".to_owned(),
            method: self.method.clone(),
            path: self.path.clone(),
            status: i64::from(self.status),
            upstream_status: Some(i64::from(self.status)),
            effect: "alert".to_owned(),
            would: "alert".to_owned(),
            check_name: "path".to_owned(),
            code: NEW_ENDPOINT.to_owned(),
            title: "An endpoint that is not in the contract was seen for the first time".to_owned(),
            errors: "[]".to_owned(),
            steps: "[]".to_owned(),
            principal: None,
            banned: None,
            ban_until: None,
            degraded: None,
            fault: None,
            not_assessed: "[]".to_owned(),
            first_time: self.time,
            last_time: self.time,
            count: i64::try_from(self.count).unwrap_or(i64::MAX),
        }
    }
}

/// What is known now of an entry.
struct Sight {
    operation: String,
    first: i64,
    last: i64,
    count: u64,
    sample: Option<String>,
}

/// Which differences would have been seen again, were they still there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Covered {
    whole: bool,
    /// Operations of the contract that too little was seen of.
    thin: BTreeSet<String>,
}

impl Covered {
    /// Whether differences at an operation would have been; without one, those of the API as a whole. What the contract
    /// does not have any more cannot differ from it.
    pub fn covers(&self, operation: &str) -> bool {
        if operation.is_empty() { self.whole } else { !self.thin.contains(operation) }
    }
}

impl Watch {
    /// Takes up what was saved; begins anew where that cannot be read.
    pub fn load(bytes: Option<&[u8]>) -> Self {
        let kept = match bytes.map(serde_json::from_slice) {
            Some(Ok(kept)) => kept,
            Some(Err(error)) => {
                tracing::error!(%error, "lists and changes cannot be read; they begin anew");
                Kept::default()
            }
            None => Kept::default(),
        };
        Watch { kept, changed: true, ..Watch::default() }
    }

    /// The state to save. Holds no values.
    pub fn save(&self) -> Vec<u8> {
        // No key of it is anything but a text, so writing cannot fail.
        serde_json::to_vec(&self.kept).unwrap_or_default()
    }

    /// Takes the contract in force as the one to hold traffic against.
    pub fn rebase(&mut self, approved: Option<&Approved>, base_path: &str) {
        let version = approved.map_or(0, |approved| approved.row.version);
        if self.kept.version == version && self.terms.is_some() == approved.is_some() {
            return;
        }
        self.terms = approved.map(|approved| {
            let contract = approved.contract.clone();
            let bases = palisade_guard::base_paths(&approved.contract, base_path);
            Arc::new(Terms::compile(contract, bases.as_deref()).0)
        });
        if self.kept.version != version {
            self.kept.version = version;
            self.kept.account = Account::default();
            self.settling = true;
        }
        self.changed = true;
    }

    /// Shows one exchange that reached the API; `key` is the key of its operation.
    pub fn observe(&mut self, exchange: &Exchange, key: Option<&str>) {
        if let Some(terms) = &self.terms {
            let reference = Reference { time: exchange.time, recording: None, number: 0, id: exchange.id };
            self.kept.account.observe(terms, exchange, &reference);
        }
        if let Some(key) = key {
            self.changed |= self.kept.history.observe(key, exchange);
        }
    }

    /// What breaks the contract in force, the worst first. What the inventory shows, discovery tells.
    pub fn findings(&self) -> Vec<Finding> {
        let Some(terms) = &self.terms else { return Vec::new() };
        let findings = self.kept.account.findings(terms).into_iter().filter(|finding| !finding.rule.starts_with("DIS"));
        let named = findings.map(|finding| Finding { file: finding.file.map(|_| "contract".into()), ..finding });
        named.take(FINDINGS).collect()
    }

    /// What was seen enough of, since the contract is in force, to tell that a difference is gone.
    pub fn covered(&self) -> Covered {
        let Some(terms) = &self.terms else { return Covered { whole: true, ..Covered::default() } };
        let account = &self.kept.account;
        let operations = terms.contract().operations.iter().enumerate();
        let thin = operations.filter(|(index, _)| account.hits(*index) < ENOUGH);
        Covered {
            whole: account.counts().judged >= ENOUGH,
            thin: thin.map(|(_, operation)| operation.label()).collect(),
        }
    }

    /// Brings the lists up to date with inventory and account; gives the endpoints that nobody was told of. `belongs`
    /// gives `METHOD /template` of the operation that a request belongs to.
    pub fn update(&mut self, operations: &[Known], belongs: &dyn Fn(&str, &str) -> Option<String>) -> Vec<NewEndpoint> {
        let mut sights: BTreeMap<Matter, Sight> = BTreeMap::new();
        let mut fresh = Vec::new();
        for known in operations {
            let why = match known.state {
                State::Shadow => Why::Shadow,
                State::Zombie => Why::Zombie,
                State::Documented | State::Learned | State::Orphan => continue,
            };
            let Some(seen) = known.seen.as_ref().filter(|seen| seen.noise.is_none()) else { continue };
            let matter = matter(why, Subject::Operation, &known.key, "", "");
            let path = seen.sample_path.split('?').next().unwrap_or_default().to_owned();
            if why == Why::Shadow && !self.kept.marks.contains_key(&matter) && !self.adopt(&matter, belongs) {
                fresh.push(NewEndpoint {
                    key: known.key.clone(),
                    method: known.method.clone(),
                    template: known.template.clone(),
                    path: path.clone(),
                    status: seen.statuses.keys().next().copied().unwrap_or(0),
                    time: seen.first_observed,
                    count: seen.hits,
                });
            }
            let sight = Sight {
                operation: format!("{} {}", known.method, known.template),
                first: seen.first_observed,
                last: seen.last_observed,
                count: seen.hits,
                sample: Some(path),
            };
            sights.insert(matter, sight);
        }
        self.by_account(&mut sights);
        self.enter(sights);
        let settling = std::mem::take(&mut self.settling);
        if settling || self.terms.is_none() { Vec::new() } else { fresh }
    }

    /// An entry under another template that now is this one's: the same endpoint, known by a better name.
    fn adopt(&mut self, matter: &Matter, belongs: &dyn Fn(&str, &str) -> Option<String>) -> bool {
        let method = matter.key.split(' ').next().unwrap_or_default();
        let same = |known: &Matter, mark: &Mark| {
            known.why == matter.why
                && known.subject == matter.subject
                && known.key.split(' ').next() == Some(method)
                && mark.sample.as_deref().and_then(|path| belongs(method, path)).map(|label| key_of_label(&label))
                    == Some(matter.key.clone())
        };
        let old: Vec<Matter> =
            self.kept.marks.iter().filter(|(known, mark)| same(known, mark)).map(|(known, _)| known.clone()).collect();
        for known in &old {
            let Some(mark) = self.kept.marks.remove(known) else { continue };
            match self.kept.marks.get_mut(matter) {
                Some(mine) => {
                    mine.first = mine.first.min(mark.first);
                    mine.before += mark.before;
                }
                None => drop(self.kept.marks.insert(matter.clone(), mark)),
            }
        }
        !old.is_empty()
    }

    /// Parameters, properties and operations on their way out, as the account has them.
    fn by_account(&self, sights: &mut BTreeMap<Matter, Sight>) {
        let Some(terms) = &self.terms else { return };
        for (spot, sighting) in self.kept.account.sightings() {
            let (why, subject, name) = match spot.kind {
                Kind::Sunset | Kind::Deprecation | Kind::Zombie => (Why::Zombie, Subject::Operation, ""),
                Kind::UndeclaredParameter => (Why::Shadow, Subject::Parameter, spot.name.as_str()),
                Kind::DeprecatedParameter => (Why::Zombie, Subject::Parameter, spot.name.as_str()),
                Kind::UndeclaredProperty => (Why::Shadow, Subject::Property, spot.pointer.as_str()),
                Kind::DeprecatedProperty => (Why::Zombie, Subject::Property, spot.pointer.as_str()),
                _ => continue,
            };
            let operation = spot.operation.and_then(|index| terms.contract().operations.get(index));
            let label = operation.map(|operation| operation.label()).unwrap_or_default();
            let location = match (subject, spot.direction) {
                (Subject::Operation, _) => "",
                (Subject::Parameter, _) => spot.location.as_str(),
                (Subject::Property, Direction::Request) => "request",
                (Subject::Property, Direction::Response) => "response",
            };
            let matter = matter(why, subject, &key_of_label(&label), location, name);
            let (first, last, count) = (sighting.first, sighting.last, sighting.count);
            // Of an operation the inventory knows more.
            sights.entry(matter).or_insert(Sight { operation: label, first, last, count, sample: None });
        }
    }

    fn enter(&mut self, sights: BTreeMap<Matter, Sight>) {
        for (matter, mark) in &mut self.kept.marks {
            if mark.open && !sights.contains_key(matter) {
                mark.open = false;
                // Operations are counted by the inventory, which goes on.
                if matter.subject != Subject::Operation {
                    mark.before += std::mem::take(&mut mark.count);
                }
                self.changed = true;
            }
        }
        self.kept.left_out = 0;
        for (matter, sight) in sights {
            let room = self.kept.marks.len() < MARKS;
            let mark = match self.kept.marks.entry(matter) {
                std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::btree_map::Entry::Vacant(empty) if room => empty.insert(Mark {
                    operation: sight.operation.clone(),
                    first: sight.first,
                    last: sight.last,
                    open: false,
                    count: 0,
                    before: 0,
                    sample: None,
                }),
                std::collections::btree_map::Entry::Vacant(_) => {
                    self.kept.left_out += 1;
                    continue;
                }
            };
            let now = Mark {
                operation: sight.operation,
                first: mark.first.min(sight.first),
                last: mark.last.max(sight.last),
                open: true,
                count: sight.count,
                before: mark.before,
                sample: sight.sample.or_else(|| mark.sample.take()),
            };
            if *mark != now {
                *mark = now;
                self.changed = true;
            }
        }
    }

    /// What is published: made anew where something changed.
    pub fn shown(&mut self) -> Arc<Shown> {
        if std::mem::take(&mut self.changed) {
            let mut changes: Vec<(String, Change)> =
                self.kept.history.changes().map(|(key, change)| (key.to_owned(), change.clone())).collect();
            changes.sort_by(|one, two| two.1.time.cmp(&one.1.time).then_with(|| one.0.cmp(&two.0)));
            changes.truncate(CHANGES);
            let (marks, left_out) = (self.kept.marks.clone(), self.kept.left_out);
            self.shown = Arc::new(Shown { marks, left_out, changes });
        }
        Arc::clone(&self.shown)
    }
}

fn matter(why: Why, subject: Subject, key: &str, location: &str, name: &str) -> Matter {
    let (key, location, name) = (key.to_owned(), location.to_owned(), name.to_owned());
    Matter { why, subject, key, location, name }
}

impl Matter {
    /// Stays as long as what it is about does.
    pub fn id(&self) -> String {
        let why = if self.why == Why::Shadow { "shadow" } else { "zombie" };
        let subject = match self.subject {
            Subject::Operation => "operation",
            Subject::Parameter => "parameter",
            Subject::Property => "property",
        };
        let parts = [why, subject, &self.key, &self.location, &self.name];
        crate::secret::hash(&parts.join("\0")).get(..16).unwrap_or_default().to_owned()
    }
}

/// A map whose keys are no texts, as a list of pairs.
mod pairs {
    use super::{Mark, Matter};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Matter, Mark>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Matter, Mark>, D::Error> {
        Ok(Vec::<(Matter, Mark)>::deserialize(from)?.into_iter().collect())
    }
}
