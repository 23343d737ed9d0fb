//! What the exchanges of one API come to.

use crate::judge::{Breach, Case, Object};
use crate::lifetime::Said;
use crate::security::{self, Access};
use crate::sighting::{Direction, Kind, Reference, Sighting, Spot};
use crate::terms::{Base, Terms};
use palisade_exchange::Exchange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Distinct differences that are kept; what is beyond is counted.
const SIGHTINGS: usize = 4000;
/// Objects of bodies that are watched for properties that never come, for each operation and direction.
const OBJECTS: usize = 256;

/// Sums over exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Exchanges of operations of the contract.
    pub judged: u64,
    /// Exchanges of none.
    pub unknown: u64,
    /// Exchanges without an answer.
    pub unanswered: u64,
    /// Requests that break the contract and were refused with 4xx: the API at work.
    pub refused: u64,
    /// Requests that break the contract and made the API fail with 5xx.
    pub failed: u64,
    /// Exchanges of which a part could not be judged: not captured, redacted, or known by its shape only.
    pub partial: u64,
    /// Exchanges that show a credential.
    pub credentials: u64,
    /// Distinct differences beyond those that are kept: how often they were seen.
    pub overflow: u64,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.judged += other.judged;
        self.unknown += other.unknown;
        self.unanswered += other.unanswered;
        self.refused += other.refused;
        self.failed += other.failed;
        self.partial += other.partial;
        self.credentials += other.credentials;
        self.overflow += other.overflow;
    }
}

/// An object of a body, over all exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Watched {
    pub(crate) count: u64,
    pub(crate) place: usize,
    /// By index of the declared property.
    pub(crate) seen: Vec<bool>,
}

/// An operation, over all exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Usage {
    pub(crate) hits: u64,
    pub(crate) successes: u64,
    /// Successes whose header fields are known.
    pub(crate) with_fields: u64,
    /// Successes that show a credential other than a cookie.
    pub(crate) with_credential: u64,
    pub(crate) time: Option<(i64, i64)>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// By index of the declared parameter.
    pub(crate) parameters: BTreeMap<usize, u64>,
    pub(crate) request: BTreeMap<String, Watched>,
    pub(crate) response: BTreeMap<String, Watched>,
}

/// What the exchanges of one API come to: bounded, mergeable, without values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    pub(crate) counts: Counts,
    pub(crate) usage: BTreeMap<usize, Usage>,
    #[serde(with = "listed")]
    pub(crate) sightings: BTreeMap<Spot, Sighting>,
}

impl Account {
    /// Sums over the exchanges so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Exchanges of an operation, by its index in the contract.
    pub fn hits(&self, operation: usize) -> u64 {
        self.usage.get(&operation).map_or(0, |usage| usage.hits)
    }

    /// The differences seen so far.
    pub fn sightings(&self) -> impl Iterator<Item = (&Spot, &Sighting)> {
        self.sightings.iter()
    }

    /// Holds an exchange against the contract, its paths where the servers say. False when it belongs to no operation.
    pub fn observe(&mut self, terms: &Terms, exchange: &Exchange, reference: &Reference) -> bool {
        self.observe_on(terms, &Base::Servers, exchange, reference)
    }

    pub(crate) fn observe_on(
        &mut self,
        terms: &Terms,
        base: &Base,
        exchange: &Exchange,
        reference: &Reference,
    ) -> bool {
        let Some((index, path)) = terms.find(base, &exchange.method, &exchange.path) else {
            self.counts.unknown += 1;
            return false;
        };
        let Some(response) = &exchange.response else {
            self.counts.unanswered += 1;
            return true;
        };
        let Some(case) = Case::new(terms, index, exchange, response) else { return true };
        self.counts.judged += 1;
        let credentials = exchange.credentials();
        self.counts.credentials += u64::from(!credentials.is_empty());
        let status = response.status;
        let (success, accepted) = ((200..300).contains(&status), (200..400).contains(&status));

        let mut request = case.request(&path);
        let access =
            if case.has_fields() { security::access(&terms.contract, case.operation, exchange) } else { Access::Fine };
        let broken = !request.breaches.is_empty() || access != Access::Fine;
        // A request that breaks the contract and is refused is what the contract is for.
        let excused = broken && (400..500).contains(&status);
        self.counts.refused += u64::from(excused);
        self.counts.failed += u64::from(broken && status >= 500);
        let mut objects = Vec::new();
        if accepted {
            objects = case.properties(Direction::Request, &mut request.breaches);
            self.record_all(index, request.breaches, reference);
            let fields = if case.has_fields() { case.undeclared_fields() } else { Vec::new() };
            for (location, name) in fields {
                let spot = Spot { location: location.to_owned(), name, ..spot(Kind::UndeclaredParameter, None) };
                self.record(spot, reference, "is not declared in the contract".to_owned(), None);
            }
        }
        if success {
            self.access(index, access, reference);
        }

        let mut answer = case.response();
        let answered = case.properties(Direction::Response, &mut answer.breaches);
        answer.breaches.retain(|breach| !(excused && breach.kind == Kind::Status));
        self.record_all(index, answer.breaches, reference);
        self.counts.partial += u64::from(request.partial || answer.partial);

        self.lifetime(terms, index, Said::by(&response.message, exchange.time), reference);
        let sent = case.parameters_sent();
        if accepted {
            self.deprecated_parameters(&case, index, &sent, reference);
        }
        let usage = self.usage.entry(index).or_default();
        usage.hits += 1;
        let (first, last) = usage.time.unwrap_or((exchange.time, exchange.time));
        usage.time = Some((first.min(exchange.time), last.max(exchange.time)));
        *usage.statuses.entry(status).or_default() += 1;
        if success {
            usage.successes += 1;
            usage.with_fields += u64::from(case.has_fields());
            usage.with_credential += u64::from(credentials.iter().any(security::deliberate));
            sent.iter().for_each(|parameter| *usage.parameters.entry(*parameter).or_default() += 1);
            watch(terms, &mut usage.request, objects);
            watch(terms, &mut usage.response, answered);
        }
        true
    }

    fn access(&mut self, index: usize, access: Access, reference: &Reference) {
        match access {
            Access::Fine => {}
            Access::Nothing => {
                self.record(spot(Kind::NoCredential, Some(index)), reference, String::new(), None);
            }
            Access::Other(name) => {
                let spot = Spot { name, ..spot(Kind::OtherCredential, Some(index)) };
                self.record(spot, reference, String::new(), None);
            }
        }
    }

    fn lifetime(&mut self, terms: &Terms, index: usize, said: Said, reference: &Reference) {
        let life = terms.lives.get(index).copied().unwrap_or_default();
        let past = life.sunset.filter(|(end, _)| *end <= reference.time);
        if past.is_some() || said.ended {
            let message = if past.is_some() { "by the contract" } else { "by the Sunset header of its answers" };
            let node = past.map(|(_, node)| node);
            self.record(spot(Kind::Sunset, Some(index)), reference, message.to_owned(), node);
        } else if life.deprecated || said.deprecated {
            let kind = if life.deprecated { Kind::Zombie } else { Kind::Deprecation };
            self.record(spot(kind, Some(index)), reference, String::new(), None);
        }
    }

    fn deprecated_parameters(&mut self, case: &Case<'_>, index: usize, sent: &[usize], reference: &Reference) {
        for parameter in sent.iter().filter_map(|at| case.operation.parameters.get(*at)).filter(|one| one.deprecated) {
            let spot = Spot {
                location: parameter.location.as_str().to_owned(),
                name: parameter.name.clone(),
                ..spot(Kind::DeprecatedParameter, Some(index))
            };
            self.record(spot, reference, "is deprecated".to_owned(), Some(parameter.node));
        }
    }

    fn record_all(&mut self, index: usize, breaches: Vec<Breach>, reference: &Reference) {
        // One message may hold the same thing many times: it counts once.
        let mut told: Vec<Spot> = Vec::new();
        for breach in breaches {
            let spot = Spot {
                kind: breach.kind,
                operation: Some(index),
                direction: breach.direction,
                status: breach.status,
                location: breach.location.to_owned(),
                name: breach.name,
                pointer: breach.pointer,
                code: breach.code.to_owned(),
            };
            if !told.contains(&spot) {
                told.push(spot.clone());
                self.record(spot, reference, breach.message, breach.node);
            }
        }
    }

    fn record(&mut self, spot: Spot, reference: &Reference, message: String, node: Option<palisade_document::NodeId>) {
        if let Some(sighting) = self.sightings.get_mut(&spot) {
            sighting.again(reference);
        } else if self.sightings.len() < SIGHTINGS {
            self.sightings.insert(spot, Sighting::new(reference, message, node));
        } else {
            self.counts.overflow += 1;
        }
    }

    /// Adds what another account of the same terms came to.
    pub fn merge(&mut self, other: Account) {
        self.counts.add(other.counts);
        for (spot, sighting) in other.sightings {
            let room = self.sightings.len() < SIGHTINGS;
            match self.sightings.get_mut(&spot) {
                Some(mine) => mine.merge(sighting),
                None if room => drop(self.sightings.insert(spot, sighting)),
                None => self.counts.overflow += sighting.count,
            }
        }
        for (index, usage) in other.usage {
            self.usage.entry(index).or_default().merge(usage);
        }
    }
}

fn spot(kind: Kind, operation: Option<usize>) -> Spot {
    Spot {
        kind,
        operation,
        direction: Direction::Request,
        status: 0,
        location: String::new(),
        name: String::new(),
        pointer: String::new(),
        code: String::new(),
    }
}

fn watch(terms: &Terms, watched: &mut BTreeMap<String, Watched>, objects: Vec<Object>) {
    for object in objects {
        if !watched.contains_key(&object.pointer) && watched.len() >= OBJECTS {
            continue;
        }
        let properties = terms.places.get(object.place).map_or(0, |place| place.properties.len());
        let known = watched.entry(object.pointer).or_default();
        known.count += 1;
        known.place = object.place;
        known.seen.resize(properties, false);
        for index in object.has {
            if let Some(seen) = known.seen.get_mut(index) {
                *seen = true;
            }
        }
    }
}

impl Usage {
    fn merge(&mut self, other: Usage) {
        self.hits += other.hits;
        self.successes += other.successes;
        self.with_fields += other.with_fields;
        self.with_credential += other.with_credential;
        self.time = match (self.time, other.time) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, two) => one.or(two),
        };
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        for (parameter, count) in other.parameters {
            *self.parameters.entry(parameter).or_default() += count;
        }
        for (mine, theirs) in [(&mut self.request, other.request), (&mut self.response, other.response)] {
            for (pointer, object) in theirs {
                if !mine.contains_key(&pointer) && mine.len() >= OBJECTS {
                    continue;
                }
                let known = mine.entry(pointer).or_default();
                known.count += object.count;
                known.place = object.place;
                known.seen.resize(known.seen.len().max(object.seen.len()), false);
                known.seen.iter_mut().zip(object.seen).for_each(|(mine, theirs)| *mine |= theirs);
            }
        }
    }
}

/// A map whose keys are no texts, as a list of pairs.
mod listed {
    use super::{Sighting, Spot};
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Spot, Sighting>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Spot, Sighting>, D::Error> {
        Ok(Vec::<(Spot, Sighting)>::deserialize(from)?.into_iter().collect())
    }
}
