//! Findings from traffic, with evidence and without values.

use crate::compare::{Compared, State, compare};
use crate::inventory::{Authenticated, Direction, Inventory, OperationView, Part, SensitiveField};
use crate::rules::{self, Rule};
use palisade_contract::{Contract, Operation};
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use palisade_sensitive::{Class, Kind};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Reads without credential before the lack of one counts as the rule rather than an accident.
const OPEN_READS: u64 = 2;
/// Most undeclared fields named in one finding.
const FIELDS: usize = 12;

/// What is wrong in the traffic, the worst first; with a contract also where the two differ.
pub fn findings(inventory: &Inventory, contract: Option<&Contract>) -> Vec<Finding> {
    let mut found = Vec::new();
    for compared in compare(inventory, contract) {
        inventory_findings(&compared, inventory, &mut found);
        let Some(view) = compared.learned.filter(|view| view.noise.is_none()) else { continue };
        let clear = inventory.clear_credentials(view);
        let documented = contract
            .zip(compared.documented)
            .and_then(|(contract, index)| Some((contract, contract.operations.get(index)?)));
        let unnamed = documented
            .map(|(contract, operation)| unnamed_fields(contract, operation, inventory, view))
            .unwrap_or_default();
        leaks(&compared, view, &unnamed, &mut found);
        open_reads(&compared, view, promise(documented), &unnamed, &mut found);
        credentials(&compared, view, &clear, &mut found);
        undeclared(&compared, view, &unnamed, &mut found);
    }
    found.sort_by(|one, two| {
        two.severity
            .cmp(&one.severity)
            .then_with(|| one.rule.cmp(&two.rule))
            .then_with(|| one.fingerprint.cmp(&two.fingerprint))
    });
    found.dedup_by(|one, two| one.fingerprint == two.fingerprint);
    found
}

/// What the contract says about credentials at an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// Nothing: there is no contract, it has not this operation, or it does not speak of security here.
    Silent,
    /// Everyone may call it.
    Public,
    /// A credential is needed.
    Secured,
}

fn promise(documented: Option<(&Contract, &Operation)>) -> Promise {
    let Some((contract, operation)) = documented else { return Promise::Silent };
    let Some(stated) = operation.security.as_deref().or(contract.security.as_deref()) else { return Promise::Silent };
    if stated.is_empty() || stated.iter().any(|one| one.schemes.is_empty()) {
        Promise::Public
    } else {
        Promise::Secured
    }
}

/// True when a field is the place or lies above it.
fn holds(field: &str, place: &str) -> bool {
    place.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

struct Draft<'a> {
    rule: &'static Rule,
    severity: Severity,
    operation: &'a str,
    pointer: Option<String>,
    message: String,
    evidence: String,
    fix: Option<String>,
    count: u64,
    /// What tells findings of one rule at one operation apart.
    mark: String,
}

impl Draft<'_> {
    fn finish(self) -> Finding {
        Finding {
            rule: Cow::Borrowed(self.rule.id),
            name: Cow::Borrowed(self.rule.name),
            severity: self.severity,
            category: Cow::Borrowed(self.rule.category),
            message: self.message,
            file: None,
            pointer: self.pointer,
            line: None,
            column: None,
            operation: Some(self.operation.into()),
            evidence: Some(self.evidence),
            fix: Some(self.fix.map_or(Cow::Borrowed(self.rule.fix), Cow::Owned)),
            loss: None,
            count: self.count,
            fingerprint: fingerprint(self.rule.id, self.operation, &self.mark),
            owasp: self.rule.owasp.into(),
            cwe: self.rule.cwe.into(),
            attack: Words::default(),
            aliases: Words::default(),
            related: Rare::default(),
            fixes: Rare::default(),
        }
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn callers(view: &OperationView) -> String {
    match view.principals {
        0 => String::new(),
        1 => " by one caller".to_owned(),
        many => format!(" by {many} callers"),
    }
}

fn statuses(view: &OperationView) -> String {
    let list: Vec<String> = view.statuses.iter().map(|(status, count)| format!("{status} x {count}")).collect();
    list.join(", ")
}

/// True when an operation is gone for good: nothing but 404 and 410 was ever answered.
fn retired(view: &OperationView) -> bool {
    !view.statuses.is_empty() && view.statuses.keys().all(|status| matches!(status, 404 | 410))
}

fn responses(view: &OperationView) -> impl Iterator<Item = &SensitiveField> {
    view.sensitive.iter().filter(|field| field.direction == Direction::Response && field.part == Part::Body)
}

fn inventory_findings(compared: &Compared<'_>, inventory: &Inventory, found: &mut Vec<Finding>) {
    let draft = match (compared.state, compared.learned) {
        (State::Shadow, Some(view)) => {
            let unsafe_method = !matches!(view.method.as_str(), "GET" | "HEAD" | "OPTIONS");
            let sensitive = responses(view)
                .any(|field| field.kind.class() != Class::Contact || field.unauthenticated >= OPEN_READS);
            let severity = if unsafe_method || sensitive { Severity::High } else { Severity::Medium };
            Draft {
                rule: &rules::SHADOW,
                severity,
                operation: &compared.key,
                pointer: None,
                message: format!("{} answers traffic but is not in the contract", compared.key),
                evidence: format!(
                    "called {}{}; answers: {}; sample: {} {}",
                    times(view.hits),
                    callers(view),
                    statuses(view),
                    view.method,
                    view.sample_path
                ),
                fix: None,
                count: view.hits,
                mark: String::new(),
            }
        }
        (State::Zombie, Some(view)) if retired(view) => Draft {
            rule: &rules::ZOMBIE,
            severity: Severity::Info,
            operation: &compared.key,
            pointer: None,
            message: format!("{} is out of service, but callers still ask for it", compared.key),
            evidence: format!("called {}{}; answers: {}", times(view.hits), callers(view), statuses(view)),
            fix: Some(
                "Move the remaining callers to the successor, then remove the operation from the contract.".to_owned(),
            ),
            count: view.hits,
            mark: String::new(),
        },
        (State::Zombie, Some(view)) => Draft {
            rule: &rules::ZOMBIE,
            severity: rules::ZOMBIE.severity,
            operation: &compared.key,
            pointer: None,
            message: format!("{} is deprecated, yet still answers its callers", compared.key),
            evidence: format!("called {}{}; answers: {}", times(view.hits), callers(view), statuses(view)),
            fix: None,
            count: view.hits,
            mark: String::new(),
        },
        (State::Orphan, _) => Draft {
            rule: &rules::ORPHAN,
            severity: rules::ORPHAN.severity,
            operation: &compared.key,
            pointer: None,
            message: format!("{} is in the contract but was never called", compared.key),
            evidence: format!("not once in {} exchanges", inventory.exchanges()),
            fix: None,
            count: 1,
            mark: String::new(),
        },
        _ => return,
    };
    found.push(draft.finish());
}

/// A credential that a write gives out is how callers get one; the same in a read is a leak.
fn issued(view: &OperationView, kind: Kind) -> bool {
    matches!(kind, Kind::Token | Kind::ApiKey | Kind::Secret) && matches!(view.method.as_str(), "POST" | "PUT")
}

/// Whether a field of this kind is told as a leak of its own.
fn leaking(view: &OperationView, kind: Kind) -> bool {
    !matches!(kind.class(), Class::Contact | Class::Personal) && !issued(view, kind)
}

fn leaks(compared: &Compared<'_>, view: &OperationView, unnamed: &BTreeSet<String>, found: &mut Vec<Finding>) {
    for field in responses(view) {
        let (rule, severity) = match field.kind {
            Kind::Password | Kind::PasswordHash | Kind::PrivateKey | Kind::CloudKey => {
                (&rules::CREDENTIAL_LEAK, Severity::Critical)
            }
            kind if issued(view, kind) => continue,
            // A token read back by its owner: worth a look, no more.
            Kind::Token => (&rules::CREDENTIAL_LEAK, Severity::Medium),
            Kind::ApiKey | Kind::Secret => (&rules::CREDENTIAL_LEAK, Severity::High),
            Kind::CardNumber | Kind::CardVerification => (&rules::FINANCIAL_LEAK, Severity::High),
            Kind::BankAccount => (&rules::FINANCIAL_LEAK, Severity::Medium),
            Kind::NationalId | Kind::Passport | Kind::DrivingLicence => (&rules::IDENTITY_LEAK, Severity::Medium),
            Kind::BirthDate => (&rules::IDENTITY_LEAK, Severity::Low),
            Kind::Health => (&rules::HEALTH_LEAK, Severity::Medium),
            // The rule that names the kind says how bad it is.
            Kind::Own(_) => {
                let rule = match field.kind.class() {
                    Class::Credential => &rules::CREDENTIAL_LEAK,
                    Class::Financial => &rules::FINANCIAL_LEAK,
                    Class::Identity => &rules::IDENTITY_LEAK,
                    Class::Health => &rules::HEALTH_LEAK,
                    Class::Other => &rules::OWN_LEAK,
                    Class::Contact | Class::Personal => continue,
                };
                (rule, field.kind.severity().unwrap_or(rule.severity))
            }
            Kind::Email | Kind::Phone | Kind::PersonName | Kind::Gender | Kind::PostalAddress | Kind::Location => {
                continue;
            }
        };
        let place = if field.pointer.is_empty() { "the body" } else { field.pointer.as_str() };
        let open = match field.unauthenticated {
            0 => String::new(),
            count if count == field.count => ", always to callers without a credential".to_owned(),
            count => format!(", {} to callers without a credential", times(count)),
        };
        let hidden = if unnamed.iter().any(|one| holds(one, &field.pointer)) {
            "; the contract does not name the field"
        } else {
            ""
        };
        found.push(
            Draft {
                rule,
                severity,
                operation: &compared.key,
                pointer: Some(field.pointer.clone()),
                message: format!("{} returns {} at {place}", compared.key, field.kind.describe()),
                evidence: format!(
                    "{} in {} successful answers{open}{hidden}; sample: {} {}; the value is not kept",
                    times(field.count),
                    view.evidence.successes,
                    view.method,
                    view.sample_path
                ),
                fix: None,
                count: field.count,
                mark: format!("{} {}", field.pointer, field.kind.as_str()),
            }
            .finish(),
        );
    }
}

/// Whether it matters that everyone can read it: names and addresses are of authors and shops too.
fn weighs(kind: Kind) -> bool {
    kind.class() != Class::Personal
}

fn open_reads(
    compared: &Compared<'_>,
    view: &OperationView,
    promise: Promise,
    unnamed: &BTreeSet<String>,
    found: &mut Vec<Finding>,
) {
    if !matches!(view.method.as_str(), "GET" | "HEAD") || view.authenticated == Authenticated::Always {
        return;
    }
    // Where the contract opens an operation to everyone, what is wrong is the field: as a leak, or as a field that
    // the contract does not name, it is told already.
    let told = |field: &SensitiveField| {
        promise == Promise::Public
            && (leaking(view, field.kind) || unnamed.iter().any(|one| holds(one, &field.pointer)))
    };
    let open: Vec<&SensitiveField> = responses(view)
        .filter(|field| field.unauthenticated >= OPEN_READS && weighs(field.kind) && !told(field))
        .collect();
    let Some(worst) = open.iter().min_by_key(|field| (field.kind.class(), std::cmp::Reverse(field.unauthenticated)))
    else {
        return;
    };
    let severity = match worst.kind.class() {
        Class::Credential => Severity::Critical,
        Class::Financial | Class::Identity | Class::Health => Severity::High,
        Class::Other => worst.kind.severity().unwrap_or(Severity::Medium),
        Class::Contact if promise == Promise::Secured => Severity::High,
        Class::Contact | Class::Personal => Severity::Medium,
    };
    let against = if promise == Promise::Secured { ", although its contract asks for one" } else { "" };
    let mut kinds: Vec<&str> = open.iter().map(|field| field.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let shown = match view.authenticated {
        Authenticated::Never => format!("none of {} successful calls showed a credential", view.evidence.successes),
        _ => "some successful calls showed a credential, others got the same without".to_owned(),
    };
    found.push(
        Draft {
            rule: &rules::UNAUTHENTICATED,
            severity,
            operation: &compared.key,
            pointer: Some(worst.pointer.clone()),
            message: format!(
                "{} returns {} to callers without a credential{against}",
                compared.key,
                worst.kind.describe()
            ),
            evidence: format!("{shown}; sensitive: {}; sample: {} {}", kinds.join(", "), view.method, view.sample_path),
            fix: None,
            count: worst.unauthenticated,
            mark: String::new(),
        }
        .finish(),
    );
}

fn credentials(compared: &Compared<'_>, view: &OperationView, clear: &[(String, u64)], found: &mut Vec<Finding>) {
    for (word, count) in &view.credentials {
        if let Some(name) = word.strip_prefix("query ") {
            found.push(
                Draft {
                    rule: &rules::QUERY_CREDENTIAL,
                    severity: rules::QUERY_CREDENTIAL.severity,
                    operation: &compared.key,
                    pointer: None,
                    message: format!("{} is called with a credential in the query parameter {name}", compared.key),
                    evidence: format!("seen {}", times(*count)),
                    fix: None,
                    count: *count,
                    mark: name.to_owned(),
                }
                .finish(),
            );
        }
    }
    for (word, count) in clear {
        let severity = if word == "basic" { Severity::High } else { Severity::Medium };
        found.push(
            Draft {
                rule: &rules::CLEAR_CREDENTIAL,
                severity,
                operation: &compared.key,
                pointer: None,
                message: format!("{} is called with a credential ({word}) over clear-text http", compared.key),
                evidence: format!("seen {}", times(*count)),
                fix: None,
                count: *count,
                mark: word.clone(),
            }
            .finish(),
        );
    }
}

/// Fields that were answered and that the contract's schemas for the answers do not name.
fn unnamed_fields(
    contract: &Contract,
    operation: &Operation,
    inventory: &Inventory,
    view: &OperationView,
) -> BTreeSet<String> {
    let mut fields: BTreeSet<String> = BTreeSet::new();
    for (status, media, sketch) in inventory.answers(view) {
        let Some(response) = operation.response(status) else { continue };
        let declared = response.content.iter().find(|declared| declared.range == media || declared.range == "*/*");
        if let Some(schema) = declared.and_then(|declared| declared.schema) {
            crate::declared::undeclared(contract.node(schema), sketch, &mut fields);
        }
    }
    fields
}

fn undeclared(compared: &Compared<'_>, view: &OperationView, unnamed: &BTreeSet<String>, found: &mut Vec<Finding>) {
    // A field that is told as a leak is not told twice.
    let told = |field: &str| responses(view).any(|one| one.pointer == field && leaking(view, one.kind));
    let fields: Vec<&str> = unnamed.iter().map(String::as_str).filter(|field| !told(field)).collect();
    let Some(first) = fields.first() else { return };
    let mut kinds: Vec<&str> = responses(view)
        .filter(|one| fields.iter().any(|field| holds(field, &one.pointer)))
        .map(|one| one.kind.as_str())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    let (severity, inside) = if kinds.is_empty() {
        (rules::UNDECLARED_FIELD.severity, String::new())
    } else {
        (Severity::High, format!("; sensitive: {}", kinds.join(", ")))
    };
    let shown: Vec<&str> = fields.iter().take(FIELDS).copied().collect();
    let more = fields.len().saturating_sub(FIELDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (noun, again) = if fields.len() == 1 { ("a field", "the field") } else { ("fields", "the fields") };
    found.push(
        Draft {
            rule: &rules::UNDECLARED_FIELD,
            severity,
            operation: &compared.key,
            pointer: Some((*first).to_owned()),
            message: format!(
                "{} returns {noun} that its contract does not name: {}{more}",
                compared.key,
                shown.join(", ")
            ),
            evidence: format!(
                "in {} successful answers{inside}; sample: {} {}",
                view.evidence.successes, view.method, view.sample_path
            ),
            fix: Some(format!("Return only what the contract promises, or add {again} to it when callers need that.")),
            count: fields.len() as u64,
            mark: String::new(),
        }
        .finish(),
    );
}
