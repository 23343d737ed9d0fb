//! "Would have blocked N of M": each exchange is judged by a contract that was not learned from it.
//!
//! While no contract is approved, the learned one is frozen as a candidate from time to time; an exchange is judged
//! by the candidate before it is learned from. What an operation was judged counts as long as its own part of the
//! candidate stays the same. With an approved contract everything after the approval counts.

use palisade_guard::{Decision, Effect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Judged exchanges with a good answer from which on an operation's evidence suffices.
pub const ENOUGH: u64 = 20;
/// Reasons kept for one operation.
const MAX_REASONS: usize = 24;
/// Operations kept; what is beyond counts as belonging to none.
const MAX_OPERATIONS: usize = 4000;

/// One reason for which block mode refuses, counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReasonCount {
    /// Code.
    pub code: String,
    /// Where.
    pub location: String,
    /// Name.
    pub name: String,
    /// Place inside the value.
    pub pointer: String,
    /// In words.
    pub message: String,
    /// How often.
    pub count: u64,
    /// An event that shows it.
    pub sample_event: Option<String>,
}

/// What was judged of one operation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Account {
    /// `METHOD /template`; empty for requests that belong to no operation.
    pub label: String,
    /// Exchanges judged.
    pub judged: u64,
    /// Refused in block mode.
    pub would_block: u64,
    /// Not judged in full.
    pub not_assessed: u64,
    /// Judged good and answered with 2xx.
    pub evidence: u64,
    /// Digest of the part of the contract that judged.
    pub part: String,
    /// Why.
    pub reasons: Vec<ReasonCount>,
}

/// Counters of one API. Small; persisted as a whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Exchanges seen.
    pub exchanges: u64,
    /// Refused.
    pub blocked: u64,
    /// Not judged in full, under whatever contract.
    pub not_assessed: u64,
    /// Newest exchange, microseconds; 0 for none.
    pub last_observed: i64,
    /// Since when the accounts count, microseconds; 0 for never.
    pub since: i64,
    /// Version of the approved contract that judges; 0 for a candidate.
    pub version: i64,
    /// Text of the candidate.
    pub candidate: Option<String>,
    /// Digests of the parts of the contract, by operation key; `""` stands for its set of paths.
    pub parts: BTreeMap<String, String>,
    /// Accounts by operation key; `""` for requests that belong to none.
    pub accounts: BTreeMap<String, Account>,
}

impl Ledger {
    /// Takes a new contract as the judge. Accounts whose part is the same go on, the others begin anew.
    pub fn rebase(&mut self, parts: BTreeMap<String, String>, version: i64, now: i64) {
        self.accounts.retain(|key, account| parts.get(key).is_some_and(|part| *part == account.part));
        if self.accounts.is_empty() || self.since == 0 {
            self.since = now;
        }
        self.parts = parts;
        self.version = version;
    }

    /// Counts a judgement. `key` and `label` name the operation, empty for none; `good` says that the answer was 2xx.
    pub fn count(&mut self, key: &str, label: &str, decision: &Decision, good: bool, event: Option<&str>) {
        let known = self.parts.contains_key(key);
        let room = self.accounts.len() < MAX_OPERATIONS;
        let (key, label) = if known && (room || self.accounts.contains_key(key)) { (key, label) } else { ("", "") };
        let part = self.parts.get(key).cloned().unwrap_or_default();
        let account = self.accounts.entry(key.to_owned()).or_default();
        account.part = part;
        account.label = label.to_owned();
        account.judged += 1;
        if decision.uncapped >= Effect::Prevent {
            account.would_block += 1;
            account.reason(decision, event);
        } else if !decision.not_assessed.is_empty() {
            account.not_assessed += 1;
        } else if good {
            account.evidence += 1;
        }
    }

    /// Evidence of an operation.
    pub fn evidence(&self, key: &str) -> u64 {
        self.accounts.get(key).map_or(0, |account| account.evidence)
    }

    /// Exchanges judged and of these refused in block mode.
    pub fn totals(&self) -> (u64, u64) {
        self.accounts
            .values()
            .fold((0, 0), |(judged, would), account| (judged + account.judged, would + account.would_block))
    }
}

impl Account {
    fn reason(&mut self, decision: &Decision, event: Option<&str>) {
        let first = decision.errors.first();
        let code = first.map_or(decision.code.as_str(), |error| error.code.as_str());
        let (location, name, pointer) =
            first.map_or(("", "", ""), |error| (error.location.as_str(), error.name.as_str(), error.pointer.as_str()));
        let same = |reason: &&mut ReasonCount| {
            reason.code == code && reason.location == location && reason.name == name && reason.pointer == pointer
        };
        if let Some(reason) = self.reasons.iter_mut().find(same) {
            reason.count += 1;
            if reason.sample_event.is_none() {
                reason.sample_event = event.map(str::to_owned);
            }
            return;
        }
        if self.reasons.len() < MAX_REASONS {
            self.reasons.push(ReasonCount {
                code: code.to_owned(),
                location: location.to_owned(),
                name: name.to_owned(),
                pointer: pointer.to_owned(),
                message: first.map_or_else(|| decision.title.clone(), |error| error.message.clone()),
                count: 1,
                sample_event: event.map(str::to_owned),
            });
        }
    }
}

/// Digests of the parts of a contract: what judges an operation, without the words and figures that judge nothing.
/// `""` stands for the set of operations, which judges requests that belong to none.
pub fn parts(openapi: &Value) -> BTreeMap<String, String> {
    let components = openapi.get("components");
    let mut parts = BTreeMap::new();
    let mut all = Sha256::new();
    let paths = openapi.get("paths").and_then(Value::as_object);
    for (template, item) in paths.into_iter().flatten() {
        let shared = item.get("parameters");
        for (method, operation) in item.as_object().into_iter().flatten() {
            if !matches!(method.as_str(), "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace") {
                continue;
            }
            let mut hash = Sha256::new();
            let mut seen = Vec::new();
            digest(operation, components, &mut hash, &mut seen);
            if let Some(shared) = shared {
                digest(shared, components, &mut hash, &mut seen);
            }
            let key = super::operation_key(&method.to_ascii_uppercase(), template);
            all.update(&key);
            all.update([0]);
            parts.insert(key, crate::secret::hex(hash.finalize().get(..16).unwrap_or_default()));
        }
    }
    parts.insert(String::new(), crate::secret::hex(all.finalize().get(..16).unwrap_or_default()));
    parts
}

/// Feeds what a value says into a digest, following local references once each. An explicit stack: the depth of a
/// contract is not ours to choose.
fn digest<'a>(value: &'a Value, components: Option<&'a Value>, hash: &mut Sha256, seen: &mut Vec<&'a str>) {
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        match value {
            Value::Object(members) => {
                hash.update(b"{");
                for (name, value) in members {
                    if name.starts_with("x-")
                        || matches!(name.as_str(), "description" | "summary" | "example" | "examples")
                    {
                        continue;
                    }
                    hash.update(name.as_bytes());
                    hash.update([0]);
                    if let ("$ref", Value::String(reference)) = (name.as_str(), value)
                        && !seen.contains(&reference.as_str())
                    {
                        seen.push(reference);
                        let target = reference
                            .strip_prefix("#/components")
                            .and_then(|pointer| components.and_then(|components| components.pointer(pointer)));
                        stack.extend(target);
                    }
                    stack.push(value);
                }
            }
            Value::Array(items) => {
                hash.update(b"[");
                hash.update(items.len().to_be_bytes());
                stack.extend(items);
            }
            other => {
                hash.update(other.to_string().as_bytes());
                hash.update([0]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_guard::FieldError;
    use serde_json::json;

    fn decision(uncapped: Effect) -> Decision {
        let mut decision = Decision::allowed();
        decision.uncapped = uncapped;
        if uncapped == Effect::Prevent {
            decision.errors.push(FieldError {
                location: "query".into(),
                name: "q".into(),
                pointer: String::new(),
                code: "type".into(),
                message: "is no integer".into(),
            });
        }
        decision
    }

    fn contract(limit: u32, note: &str) -> Value {
        json!({"paths": {
            "/a": {"get": {"description": note, "x-hits": limit, "parameters": [{"name": "q"}]}},
            "/b/{id}": {"get": {"responses": {"200": {"$ref": "#/components/responses/B"}}}}},
            "components": {"responses": {"B": {"maximum": limit, "self": {"$ref": "#/components/responses/B"}}}}})
    }

    #[test]
    fn words_and_figures_do_not_change_a_part_but_what_a_reference_leads_to_does() {
        let (one, two, three) = (parts(&contract(1, "x")), parts(&contract(1, "y")), parts(&contract(2, "x")));
        assert_eq!(one, two);
        assert_eq!(one.get("GET /a"), three.get("GET /a"));
        assert_ne!(one.get("GET /b/{}"), three.get("GET /b/{}"));
        assert_eq!(one.get(""), three.get(""), "the set of paths is the same");
    }

    #[test]
    fn only_accounts_whose_part_changed_begin_anew() {
        let mut ledger = Ledger::default();
        ledger.rebase(parts(&contract(1, "")), 0, 10);
        for key in ["GET /a", "GET /b/{}", "GET /nowhere"] {
            ledger.count(key, key, &decision(Effect::Prevent), false, None);
        }
        ledger.count("GET /a", "GET /a", &decision(Effect::Allow), true, None);
        assert_eq!(ledger.totals(), (4, 3));
        assert_eq!(ledger.evidence("GET /a"), 1);
        ledger.rebase(parts(&contract(2, "")), 0, 20);
        assert_eq!(ledger.totals(), (3, 2), "the account of /b began anew");
        assert_eq!(ledger.since, 10);
    }

    #[test]
    fn reasons_are_counted_and_bounded() {
        let mut ledger = Ledger::default();
        ledger.rebase(parts(&contract(1, "")), 0, 1);
        for n in 0..40 {
            let mut decision = decision(Effect::Prevent);
            decision.errors[0].name = format!("p{n}");
            ledger.count("GET /a", "GET /a", &decision, false, None);
            ledger.count("GET /a", "GET /a", &decision, false, Some("e"));
        }
        let account = &ledger.accounts["GET /a"];
        assert_eq!(account.reasons.len(), MAX_REASONS);
        assert_eq!((account.reasons[0].count, account.reasons[0].sample_event.as_deref()), (2, Some("e")));
        assert_eq!(account.would_block, 80);
    }
}
