//! From findings to points. The formula is published in `docs/audit-score.md`.

use crate::hit::{Applies, Hit};
use crate::index::{Index, Share};
use crate::report::{OperationScore, Score};
use palisade_finding::Severity;
use std::collections::{BTreeMap, HashMap};

/// Points for security.
const SECURITY: f64 = 30.0;
/// Points for data validation.
const DATA: f64 = 70.0;
/// The request's part of an operation's data points.
const REQUEST: f64 = 0.8;
/// The part of the response's points that the list of answers owns; bodies own the rest.
const ANSWERS: f64 = 0.5;

/// What each schema, response and operation of a contract is worth. Independent of findings.
#[derive(Debug)]
pub(crate) struct Scores {
    /// Operations that the API serves.
    count: usize,
    outgoing: Vec<bool>,
    schemas: Vec<f64>,
    responses: HashMap<usize, f64>,
    answers: Vec<f64>,
}

impl Scores {
    /// Shares the points out.
    pub(crate) fn new(index: &mut Index<'_>) -> Self {
        let outgoing: Vec<bool> = index.operations.iter().map(|operation| operation.outgoing).collect();
        let count = outgoing.iter().filter(|outgoing| !**outgoing).count();
        let mut scores = Scores {
            count,
            outgoing,
            schemas: Vec::new(),
            responses: HashMap::new(),
            answers: vec![0.0; index.operations.len()],
        };
        let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
        for at in 0..index.operations.len() {
            if scores.outgoing.get(at) == Some(&false) {
                let shared = Shared::of(index, at, DATA / count as f64);
                if let Some(slot) = scores.answers.get_mut(at) {
                    *slot = shared.answer;
                }
                for (found, points) in shared.responses {
                    *scores.responses.entry(found).or_default() += points;
                }
                for share in shared.shares {
                    *shares.entry(share.root).or_default() += share.points;
                }
            }
        }
        scores.schemas = vec![0.0; index.schemas.len()];
        let mut seen = vec![u32::MAX; index.schemas.len()];
        let mut reach = Vec::new();
        for (root, points) in shares {
            index.reach(root, &mut seen, &mut reach);
            let each = points / reach.len() as f64;
            for schema in &reach {
                if let Some(slot) = scores.schemas.get_mut(*schema as usize) {
                    *slot += each;
                }
            }
        }
        scores
    }
}

/// One operation's points, shared out over its schemas, responses and answers.
struct Shared {
    /// Points of each answer it ought to describe.
    answer: f64,
    /// Responses (index) without a described body, and their points.
    responses: Vec<(usize, f64)>,
    /// Points of parameters and bodies.
    shares: Vec<Share>,
}

impl Shared {
    fn of(index: &mut Index<'_>, at: usize, points: f64) -> Shared {
        let mut shared = Shared { answer: 0.0, responses: Vec::new(), shares: Vec::new() };
        let Some(operation) = index.operations.get(at) else { return shared };
        let mut parts = Vec::new();
        for parameter in operation.parameters.iter().filter_map(|found| index.parameters.get(*found)) {
            if parameter.place != "body" {
                parts.extend(parameter.schema.map(|schema| vec![schema]));
            }
        }
        if !operation.bodies.is_empty() {
            parts.push(operation.bodies.clone());
        }
        let bodies: Vec<usize> = operation
            .responses
            .iter()
            .filter(|(status, _)| needs_body(status, &operation.method))
            .map(|(_, found)| *found)
            .collect();
        let expected = expected_answers(&operation.method).len();
        let request = if parts.is_empty() { 0.0 } else { points * REQUEST };
        let response = points - request;
        let answers = if bodies.is_empty() { response } else { response * ANSWERS };
        shared.answer = answers / expected.max(1) as f64;
        let part_points = request / parts.len().max(1) as f64;
        let body_points = (response - answers) / bodies.len().max(1) as f64;
        for part in parts {
            let each = part_points / part.len() as f64;
            for node in part {
                shared.shares.extend(index.schema_at(node).map(|root| Share { root, points: each }));
            }
        }
        for found in bodies {
            let schemas = index.responses.get(found).map(|response| response.schemas.clone()).unwrap_or_default();
            if schemas.is_empty() {
                shared.responses.push((found, body_points));
                continue;
            }
            let each = body_points / schemas.len() as f64;
            for node in schemas {
                shared.shares.extend(index.schema_at(node).map(|root| Share { root, points: each }));
            }
        }
        shared
    }
}

impl Scores {
    /// Adds findings up.
    pub(crate) fn tally(self, hits: &[Hit]) -> Tally {
        let mut tally = Tally {
            operations: vec![[0; LEVELS]; self.outgoing.len()],
            worst: [0; LEVELS + 1],
            all: [0; LEVELS],
            lost: 0.0,
            scores: self,
        };
        for hit in hits.iter().filter(|hit| !hit.closed()) {
            tally.lost += tally.scores.cost(hit);
            let level = level(hit.level());
            match &hit.applies {
                Applies::Everything => count(&mut tally.all, level, 1),
                Applies::Operations(list) => {
                    for at in list {
                        if let Some(operation) = tally.operations.get_mut(*at) {
                            count(operation, level, 1);
                        }
                    }
                }
                _ => {}
            }
        }
        for (own, outgoing) in tally.operations.iter().zip(&tally.scores.outgoing) {
            if let Some(slot) = tally.worst.get_mut(worst(own)).filter(|_| !outgoing) {
                *slot += 1;
            }
        }
        tally
    }

    /// The data points one finding costs.
    fn cost(&self, hit: &Hit) -> f64 {
        match &hit.applies {
            Applies::Schema(schema, weight) => weight * self.schemas.get(*schema).copied().unwrap_or(0.0),
            Applies::Response(response) => self.responses.get(response).copied().unwrap_or(0.0),
            Applies::Answer(operation) => self.answers.get(*operation).copied().unwrap_or(0.0),
            Applies::Nothing | Applies::Operations(_) | Applies::Everything => 0.0,
        }
    }
}

const LEVELS: usize = 5;

/// Findings added up, so that the score without some of them is quickly known.
pub(crate) struct Tally {
    scores: Scores,
    /// For each operation how many findings of each severity are about it alone.
    operations: Vec<[u32; LEVELS]>,
    /// How many of the API's own operations have a worst finding of each severity about them alone; the first slot
    /// counts those without any.
    worst: [u32; LEVELS + 1],
    /// How many findings of each severity are about every operation.
    all: [u32; LEVELS],
    /// Data points lost.
    lost: f64,
}

impl Tally {
    /// What everything is worth, again.
    pub(crate) fn into_scores(self) -> Scores {
        self.scores
    }

    /// The score of each operation that the API serves, and the points of the contract's score that it loses. An
    /// operation's score is what is left of its part of the points, in percent.
    pub(crate) fn of_operations(&self, index: &mut Index<'_>, hits: &[Hit]) -> Vec<OperationScore> {
        let count = self.scores.count.max(1) as f64;
        let mut schemas: HashMap<usize, f64> = HashMap::new();
        let mut responses: HashMap<usize, f64> = HashMap::new();
        let mut answers: HashMap<usize, f64> = HashMap::new();
        for hit in hits.iter().filter(|hit| !hit.closed()) {
            match hit.applies {
                Applies::Schema(schema, weight) => *schemas.entry(schema).or_default() += weight,
                Applies::Response(response) => *responses.entry(response).or_default() += 1.0,
                Applies::Answer(operation) => *answers.entry(operation).or_default() += 1.0,
                _ => {}
            }
        }
        // The part of its points that a schema loses, with all it is made of.
        let mut parts: HashMap<usize, f64> = HashMap::new();
        let mut seen = vec![u32::MAX; index.schemas.len()];
        let mut reach = Vec::new();
        let mut scores = Vec::new();
        for at in 0..index.operations.len() {
            if self.scores.outgoing.get(at) != Some(&false) {
                continue;
            }
            let shared = Shared::of(index, at, DATA / count);
            let mut lost = shared.answer * answers.get(&at).copied().unwrap_or(0.0);
            for (found, points) in shared.responses {
                lost += points * responses.get(&found).copied().unwrap_or(0.0).min(1.0);
            }
            for share in shared.shares {
                let part = *parts.entry(share.root).or_insert_with(|| {
                    index.reach(share.root, &mut seen, &mut reach);
                    let sum: f64 = reach.iter().filter_map(|schema| schemas.get(&(*schema as usize))).sum();
                    (sum / reach.len().max(1) as f64).min(1.0)
                });
                lost += share.points * part;
            }
            let own = self.operations.get(at).copied().unwrap_or_default();
            let worst = own.iter().zip(&self.all).rposition(|(own, all)| *own + *all > 0);
            lost += worst.map_or(0.0, |level| level as f64 / 4.0) * SECURITY / count;
            let Some(operation) = index.operations.get(at) else { continue };
            scores.push(OperationScore {
                operation: operation.label().to_string(),
                node: operation.node.id(),
                score: round((100.0 - lost * count).max(0.0)),
                lost: round(lost),
            });
        }
        scores
    }

    /// The score that the findings give, some of them left out.
    pub(crate) fn score(&self, without: &[&Hit]) -> Score {
        if self.scores.count == 0 {
            return Score::default();
        }
        let mut all = self.all;
        let mut changed: BTreeMap<usize, [u32; LEVELS]> = BTreeMap::new();
        let mut lost = self.lost;
        for hit in without {
            lost -= self.scores.cost(hit);
            let level = level(hit.level());
            match &hit.applies {
                Applies::Everything => uncount(&mut all, level),
                Applies::Operations(list) => {
                    for at in list {
                        let Some(own) = self.operations.get(*at) else { continue };
                        uncount(changed.entry(*at).or_insert(*own), level);
                    }
                }
                _ => {}
            }
        }
        let mut own = self.worst;
        for (at, levels) in &changed {
            if self.scores.outgoing.get(*at) == Some(&false)
                && let Some(before) = self.operations.get(*at)
            {
                uncount(&mut own, worst(before));
                count(&mut own, worst(levels), 1);
            }
        }
        let floor = worst(&all);
        let operations = own.iter().enumerate();
        // Quarters of shares: exact.
        let taken: u64 = operations.map(|(own, count)| quarters(own.max(floor)) * u64::from(*count)).sum();
        let taken = taken as f64 / 4.0;
        let security = round(SECURITY - SECURITY / self.scores.count as f64 * taken);
        let data = round((DATA - lost).max(0.0));
        Score { total: round(security + data), security, data }
    }
}

/// Info is 0, critical 4; a fourth of it is the part of an operation's security points that a finding takes.
fn level(severity: Severity) -> usize {
    match severity {
        Severity::Info => 0,
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
        Severity::Critical => 4,
    }
}

/// One more than the level of the worst finding; 0 without any.
fn worst(levels: &[u32; LEVELS]) -> usize {
    levels.iter().rposition(|count| *count > 0).map_or(0, |level| level + 1)
}

/// Fourths of an operation's points that its worst finding takes, by what [`worst`] gives.
fn quarters(worst: usize) -> u64 {
    worst.saturating_sub(1) as u64
}

fn count(levels: &mut [u32], level: usize, by: u32) {
    if let Some(slot) = levels.get_mut(level) {
        *slot = slot.saturating_add(by);
    }
}

fn uncount(levels: &mut [u32], level: usize) {
    if let Some(slot) = levels.get_mut(level) {
        *slot = slot.saturating_sub(1);
    }
}

fn round(points: f64) -> f64 {
    // Adding zero turns -0 into 0.
    (points * 100.0).round() / 100.0 + 0.0
}

/// Whether an answer with this status carries a body that ought to be described.
pub(crate) fn needs_body(status: &str, method: &str) -> bool {
    method != "HEAD" && status.starts_with('2') && !matches!(status, "204" | "205")
}

/// The answers an operation of this method ought to describe: their status codes.
pub(crate) fn expected_answers(method: &str) -> &'static [&'static str] {
    match method {
        "HEAD" => &["default", "404"],
        "GET" | "DELETE" => &["default", "400", "429", "500", "404"],
        "PUT" => &["default", "400", "429", "500", "404", "415"],
        "POST" | "PATCH" => &["default", "400", "429", "500", "415"],
        _ => &["default", "400", "429", "500"],
    }
}
