//! Decisions summed up: by API, operation, effect and reason.

use super::order::Origin;
use super::rules::{self, Rule};
use jiff::Timestamp;
use palisade_finding::{Finding, Rare, Words, fingerprint};
use palisade_gateway::Replayed;
use palisade_guard::{Decision, Effect};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kinds kept; more are counted together.
const KINDS: usize = 4000;
/// Examples kept of one kind: the earliest.
const EXAMPLES: usize = 3;

/// What becomes of an exchange, by force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Allowed,
    Alerted,
    /// Passes, and would be refused in block mode.
    WouldRefuse,
    Refused,
}

impl Fate {
    /// The fate that a decision leads to; without one no API answers, and the gateway refuses.
    pub fn of(decision: Option<&Decision>) -> Fate {
        match decision {
            None => Fate::Refused,
            Some(decision) if decision.effect >= Effect::Prevent => Fate::Refused,
            Some(decision) if decision.uncapped >= Effect::Prevent => Fate::WouldRefuse,
            Some(decision) if decision.effect == Effect::Alert => Fate::Alerted,
            Some(_) => Fate::Allowed,
        }
    }

    /// What a table calls it.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Allowed => "allow",
            Fate::Alerted => "alert",
            Fate::WouldRefuse => "would prevent",
            Fate::Refused => "prevent",
        }
    }
}

/// The main reason of a decision, without values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Reason {
    pub status: u16,
    pub code: String,
    pub location: String,
    pub name: String,
    /// Places of a list count as one.
    pub pointer: String,
}

impl Reason {
    fn of(decision: Option<&Decision>) -> (Reason, String) {
        let Some(decision) = decision else {
            let code = "no_api".to_owned();
            let message = "no API of the file answers under this host and path".to_owned();
            return (Reason { status: 404, code, ..Reason::default() }, message);
        };
        let errors = &decision.errors;
        let main = errors.iter().find(|error| error.code == decision.code).or(errors.first());
        let mut reason = Reason { status: decision.status, code: decision.code.clone(), ..Reason::default() };
        let Some(main) = main else { return (reason, decision.title.clone()) };
        reason.location.clone_from(&main.location);
        reason.name.clone_from(&main.name);
        reason.pointer = without_indexes(&main.pointer);
        (reason, main.message.clone())
    }

    /// The place in words: `query parameter depth`, `body at /length`.
    pub fn place(&self) -> String {
        let mut place = match self.location.as_str() {
            "query" | "cookie" if !self.name.is_empty() => format!("{} parameter {}", self.location, self.name),
            "path" if !self.name.is_empty() => format!("path parameter {}", self.name),
            _ if !self.name.is_empty() => format!("{} {}", self.location.replace('-', " "), self.name),
            _ => self.location.replace('-', " "),
        };
        if !self.pointer.is_empty() {
            place.push_str(" at ");
            place.push_str(&self.pointer);
        }
        place
    }
}

fn without_indexes(pointer: &str) -> String {
    let index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    pointer.split('/').map(|step| if index(step) { "*" } else { step }).collect::<Vec<_>>().join("/")
}

/// One kind of thing that the policy says.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: &'static Rule,
    api: String,
    operation: String,
    reason: Reason,
    /// With another file: what that one decides, in words.
    against: String,
}

/// How often it was said.
#[derive(Debug)]
struct Sum {
    count: u64,
    first: i64,
    last: i64,
    message: String,
    fate: Fate,
    examples: Vec<Origin>,
}

/// What becomes of the exchanges of one API.
#[derive(Debug, Default, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub judged: u64,
    pub allowed: u64,
    pub alerted: u64,
    pub would_prevent: u64,
    pub prevented: u64,
}

/// One row of the table of an API.
pub struct Row<'a> {
    pub rule: &'static Rule,
    pub api: &'a str,
    pub operation: &'a str,
    pub reason: &'a Reason,
    pub against: &'a str,
    pub fate: Fate,
    pub message: &'a str,
    pub count: u64,
    pub examples: String,
}

/// The sum of a replay.
#[derive(Debug, Default)]
pub struct Account {
    pub apis: BTreeMap<Arc<str>, Counts>,
    pub no_api: u64,
    /// What could not be judged, and how often.
    pub not_assessed: BTreeMap<String, u64>,
    pub exchanges: u64,
    pub first: i64,
    pub last: i64,
    /// Decisions of kinds beyond those that are kept.
    pub overflow: u64,
    /// With another file: exchanges on which the two agree.
    pub alike: u64,
    kinds: BTreeMap<Key, Sum>,
}

/// One exchange, as far as the account needs it.
pub struct Told<'a> {
    pub time: i64,
    pub origin: &'a Origin,
    /// Method and path, where no operation is known.
    pub target: &'a str,
    /// Host, where no API is known.
    pub host: &'a str,
}

impl Account {
    /// Counts a decision.
    pub fn add(&mut self, told: &Told<'_>, replayed: Option<&Replayed>) {
        self.count(told, replayed);
        let decision = replayed.map(|replayed| &replayed.decision);
        let fate = Fate::of(decision);
        let rule = match (replayed, fate) {
            (None, _) => &rules::NO_API,
            (_, Fate::Refused) => &rules::REFUSED,
            (_, Fate::WouldRefuse) => &rules::WOULD_REFUSE,
            (_, Fate::Alerted) => &rules::ALERTED,
            (_, Fate::Allowed) => return,
        };
        let (reason, message) = Reason::of(decision);
        self.say(rule, told, replayed, fate, (reason, message), String::new());
    }

    /// Counts a decision beside the one of another file; false when they are alike.
    pub fn compare(&mut self, told: &Told<'_>, new: Option<&Replayed>, old: Option<&Replayed>) -> bool {
        self.count(told, new);
        let of = |replayed: Option<&Replayed>| {
            let decision = replayed.map(|replayed| &replayed.decision);
            (Fate::of(decision), Reason::of(decision))
        };
        let ((fate, reason), (before, (other, other_message))) = (of(new), of(old));
        if fate == before && reason.0 == other && new.map(|new| &new.api) == old.map(|old| &old.api) {
            self.alike += 1;
            return false;
        }
        let rule = match (before, fate) {
            (Fate::Refused, Fate::Refused) => &rules::DECIDED_OTHERWISE,
            (_, Fate::Refused) => &rules::NEWLY_REFUSED,
            (Fate::Refused, _) => &rules::NEWLY_PASSED,
            (Fate::WouldRefuse, _) => &rules::DECIDED_OTHERWISE,
            (_, Fate::WouldRefuse) => &rules::NEWLY_WOULD_REFUSE,
            _ => &rules::DECIDED_OTHERWISE,
        };
        let mut against = before.word().to_owned();
        if !other.code.is_empty() {
            against = format!("{against}, {}", words(&other, &other_message));
        }
        self.say(rule, told, new.or(old), fate, reason, against);
        true
    }

    fn count(&mut self, told: &Told<'_>, replayed: Option<&Replayed>) {
        if self.exchanges == 0 {
            (self.first, self.last) = (told.time, told.time);
        }
        self.exchanges += 1;
        self.first = self.first.min(told.time);
        self.last = self.last.max(told.time);
        let Some(Replayed { api, decision }) = replayed else {
            self.no_api += 1;
            return;
        };
        let counts = self.apis.entry(Arc::clone(api)).or_default();
        counts.judged += 1;
        match Fate::of(Some(decision)) {
            Fate::Allowed => counts.allowed += 1,
            Fate::Alerted => counts.alerted += 1,
            Fate::WouldRefuse => counts.would_prevent += 1,
            Fate::Refused => counts.prevented += 1,
        }
        for what in &decision.not_assessed {
            *self.not_assessed.entry(what.clone()).or_default() += 1;
        }
    }

    fn say(
        &mut self,
        rule: &'static Rule,
        told: &Told<'_>,
        replayed: Option<&Replayed>,
        fate: Fate,
        (reason, message): (Reason, String),
        against: String,
    ) {
        let (api, operation) = match replayed {
            Some(replayed) => {
                let operation = replayed.decision.operation.as_deref().unwrap_or(told.target);
                (replayed.api.to_string(), operation.to_owned())
            }
            None => (String::new(), told.host.to_owned()),
        };
        let key = Key { rule, api, operation, reason, against };
        if self.kinds.len() >= KINDS && !self.kinds.contains_key(&key) {
            self.overflow += 1;
            return;
        }
        let sum = self.kinds.entry(key).or_insert_with(|| Sum {
            count: 0,
            first: told.time,
            last: told.time,
            message,
            fate,
            examples: Vec::new(),
        });
        sum.count += 1;
        sum.first = sum.first.min(told.time);
        sum.last = sum.last.max(told.time);
        if sum.examples.len() < EXAMPLES {
            sum.examples.push(told.origin.clone());
        }
    }

    /// The kinds as rows: by API, the gravest first, then the most frequent.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = self
            .kinds
            .iter()
            .map(|(key, sum)| Row {
                rule: key.rule,
                api: &key.api,
                operation: &key.operation,
                reason: &key.reason,
                against: &key.against,
                fate: sum.fate,
                message: &sum.message,
                count: sum.count,
                examples: examples(&sum.examples),
            })
            .collect();
        rows.sort_by(|one, two| {
            (one.api.is_empty().cmp(&two.api.is_empty()))
                .then_with(|| one.api.cmp(two.api))
                .then_with(|| two.rule.severity.cmp(&one.rule.severity))
                .then_with(|| two.count.cmp(&one.count))
        });
        rows
    }

    /// The kinds as findings, the worst first.
    pub fn findings(&self, file: &Arc<str>) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.kinds.iter().map(|(key, sum)| finding(file, key, sum)).collect();
        findings.sort_by(|one, two| {
            two.severity
                .cmp(&one.severity)
                .then_with(|| one.rule.cmp(&two.rule))
                .then_with(|| two.count.cmp(&one.count))
                .then_with(|| one.message.cmp(&two.message))
                .then_with(|| one.fingerprint.cmp(&two.fingerprint))
        });
        findings
    }
}

/// `type in query parameter limit: must be integer`.
pub fn words(reason: &Reason, message: &str) -> String {
    let place = reason.place();
    let at = if place.is_empty() { String::new() } else { format!(" in {place}") };
    format!("{}{at}: {message}", reason.code)
}

fn finding(file: &Arc<str>, key: &Key, sum: &Sum) -> Finding {
    let reason = words(&key.reason, &sum.message);
    let fate =
        if key.reason.code.is_empty() { sum.fate.word().to_owned() } else { format!("{}, {reason}", sum.fate.word()) };
    let status = key.reason.status;
    let Key { operation, api, against, .. } = key;
    let message = match key.rule.id {
        "RPL001" => format!("{operation} of {api} is refused with {status}: {reason}"),
        "RPL002" => format!("{operation} of {api} would be refused with {status} in block mode: {reason}"),
        "RPL003" => format!("{operation} of {api} raises an alert: {reason}"),
        "RPL004" => format!("no API answers for host {operation}"),
        "RPL010" => format!("{operation} of {api} is newly refused with {status}: {reason}"),
        "RPL011" => format!("{operation} of {api} is newly let through; the other file: {against}"),
        "RPL012" => format!("{operation} of {api} would newly be refused with {status} in block mode: {reason}"),
        _ => format!("{operation} of {api}: {fate}; the other file: {against}"),
    };
    let seen = match sum.count {
        1 => format!("once, {}", time(sum.first)),
        many => format!("{many} times, from {} to {}", time(sum.first), time(sum.last)),
    };
    let mark = format!("{api} {} {} {} {}", key.reason.code, key.reason.location, key.reason.name, key.reason.pointer);
    let named = if key.rule == &rules::NO_API { None } else { Some(operation.as_str().into()) };
    Finding {
        rule: key.rule.id.into(),
        name: key.rule.name.into(),
        severity: key.rule.severity,
        category: rules::CATEGORY.into(),
        message,
        file: Some(Arc::clone(file)),
        pointer: None,
        line: None,
        column: None,
        operation: named,
        evidence: Some(format!("{seen}; for example {}", examples(&sum.examples))),
        fix: Some(key.rule.fix.into()),
        loss: None,
        count: sum.count,
        fingerprint: fingerprint(key.rule.id, operation, &format!("{mark} {against}")),
        owasp: Words::default(),
        cwe: Words::default(),
        attack: Words::default(),
        aliases: Words::default(),
        related: Rare::default(),
        fixes: Rare::default(),
    }
}

/// `exchanges 3, 7 of a.har, exchange 1 of b.har`.
fn examples(origins: &[Origin]) -> String {
    let groups = origins.chunk_by(|one, two| one.recording == two.recording).filter_map(|group| {
        let numbers: Vec<String> = group.iter().map(|origin| origin.number.to_string()).collect();
        let word = if numbers.len() == 1 { "exchange" } else { "exchanges" };
        Some(format!("{word} {} of {}", numbers.join(", "), group.first()?.recording))
    });
    groups.collect::<Vec<_>>().join(", ")
}

/// `1 exchange`, `2 exchanges`.
pub fn exchanges(count: u64) -> String {
    if count == 1 { "1 exchange".to_owned() } else { format!("{count} exchanges") }
}

/// Seconds are enough for people.
pub fn time(micros: i64) -> String {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
