//! From two contracts to proposals.

use super::growth::At;
use super::old;
use super::plain::plain;
use super::{Action, Evidence, Proposal, ProposalKind, Step};
use crate::change::place_of;
use crate::check::Way;
use crate::messages::{covers, parameters_of};
use crate::schemas::short;
use crate::security::{identity, shows_bearer};
use crate::shape::Conj;
use crate::side::{Side, schema_of};
use crate::walk::{erased, names};
use palisade_contract::{Contract, Location, MediaType, Operation, Parameter, SecurityKind, Status, Version};
use palisade_document::{NodeId, NodeRef};
use palisade_finding::fingerprint;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Exchanges that must have been seen before it counts that an operation was not.
const BROAD: u64 = 100;
/// Proposals made at most.
const PROPOSALS: usize = 10_000;

/// Looks for what the contract lacks.
pub(super) struct Finder<'a, 'c> {
    pub(super) contract: &'a Side<'c>,
    pub(super) learned: &'a Side<'c>,
    proposals: Vec<Proposal>,
    seen: BTreeSet<String>,
    /// The operation at hand, as the contract names it.
    operation: String,
    evidence: Evidence,
    successes: u64,
}

/// What a contract lacks of a learned one, which carries its evidence under `x-palisade`: by operation, in the order of
/// the contract, new operations last.
pub fn propose(contract: &Contract, learned: &Contract) -> Vec<Proposal> {
    let (contract, learned) = (Side::new(contract), Side::new(learned));
    let finder = Finder {
        contract: &contract,
        learned: &learned,
        proposals: Vec::new(),
        seen: BTreeSet::new(),
        operation: String::new(),
        evidence: Evidence::default(),
        successes: 0,
    };
    finder.run()
}

impl<'a> Finder<'a, '_> {
    fn run(mut self) -> Vec<Proposal> {
        let (contract, learned) = (self.contract.contract, self.learned.contract);
        let mut called: BTreeMap<usize, Vec<&Operation>> = BTreeMap::new();
        let mut fresh = Vec::new();
        for operation in &learned.operations {
            match partner(contract, operation) {
                Some(place) => called.entry(place).or_default().push(operation),
                None => fresh.push(operation),
            }
        }
        let total: u64 = learned.operations.iter().map(|operation| self.evidence_of(operation).0.count).sum();
        for (place, operation) in contract.operations.iter().enumerate() {
            self.operation = operation.label();
            match called.get(&place) {
                Some(all) => {
                    for learned in all {
                        (self.evidence, self.successes) = self.evidence_of(learned);
                        self.called(operation, learned);
                    }
                }
                None if total >= BROAD && !operation.deprecated => self.unseen(operation),
                None => {}
            }
        }
        for operation in fresh {
            self.operation = operation.label();
            (self.evidence, self.successes) = self.evidence_of(operation);
            self.fresh(operation);
        }
        self.proposals
    }

    /// What was seen of an operation, and how many exchanges were successful.
    fn evidence_of(&self, operation: &Operation) -> (Evidence, u64) {
        let said = self.learned.node(operation.node).get("x-palisade");
        let number = |key: &str| said.and_then(|said| said.get(key)).and_then(NodeRef::as_u64);
        let text = |key: &str| said.and_then(|said| said.get(key)).and_then(NodeRef::as_str).map(str::to_owned);
        let evidence = Evidence {
            count: number("hits").unwrap_or(0),
            first_observed: text("first_observed"),
            last_observed: text("last_observed"),
            callers: number("callers"),
            thin: text("evidence").as_deref() == Some("thin"),
        };
        (evidence, number("successes").unwrap_or(0))
    }

    /// Makes a proposal, unless the same one was made already. `count` of 0: as often as the operation succeeded.
    #[expect(clippy::too_many_arguments, reason = "each is one member of the proposal")]
    pub(super) fn tell(
        &mut self,
        kind: ProposalKind,
        message: &str,
        edit: &str,
        node: NodeId,
        place: &str,
        count: u64,
        steps: Result<Vec<Step>, &str>,
    ) {
        let (method, template) = self.operation.split_once(' ').unwrap_or_default();
        let id = fingerprint(kind.as_str(), &format!("{method} {}", erased(template)), place);
        if self.proposals.len() >= PROPOSALS || !self.seen.insert(id.clone()) {
            return;
        }
        let steps = match steps {
            Ok(steps) if self.contract.contract.version == Version::V2_0 => old::steps(kind, steps),
            steps => steps,
        };
        let mut evidence = self.evidence.clone();
        if kind != ProposalKind::OperationAdded && kind != ProposalKind::OperationUnseen {
            evidence.count = if count > 0 { count } else { self.successes };
        }
        self.proposals.push(Proposal {
            id,
            kind,
            operation: self.operation.clone(),
            message: message.to_owned(),
            edit: steps.is_ok().then(|| edit.to_owned()),
            obstacle: steps.as_ref().err().map(|why| (*why).to_owned()),
            place: place_of(self.contract, node),
            evidence,
            makes_room: kind.makes_room(),
            steps: steps.unwrap_or_default(),
        });
    }

    fn unseen(&mut self, operation: &Operation) {
        self.evidence = Evidence::default();
        let node = self.contract.node(operation.node);
        let action = match node.get("deprecated") {
            Some(_) => None,
            None => Some(Action::Put(vec!["deprecated".to_owned()], json!(true))),
        };
        let steps = action.map(|action| vec![self.step(operation.node, action)]);
        let message = "the operation was never called: remove it, or mark it as deprecated";
        let steps = steps.ok_or("it says already whether it is deprecated");
        self.tell(ProposalKind::OperationUnseen, message, "it is marked as deprecated", operation.node, "", 0, steps);
    }

    /// An operation that the contract does not have.
    fn fresh(&mut self, learned: &Operation) {
        let contract = self.contract.contract;
        let template = below_base(contract, &learned.template);
        let mut value = plain(self.learned.node(learned.node));
        let Some(members) = value.as_object_mut() else { return };
        members.shift_remove("x-palisade");
        let id = learned.operation_id.as_deref().unwrap_or_default();
        if contract.operations.iter().any(|operation| operation.operation_id.as_deref() == Some(id)) {
            members.shift_remove("operationId");
        }
        members.shift_remove("security");
        if let Some(security) = self.known_security(learned) {
            members.insert("security".to_owned(), security);
        }
        let method = learned.method.to_ascii_lowercase();
        let path = contract.paths.iter().find(|path| erased(&path.template) == erased(template));
        let root = contract.document().root();
        let (node, step) = match path {
            Some(path) => {
                rename(&mut value, &names(template), &names(&path.template));
                (path.node, Ok(self.step(path.node, Action::Put(vec![method], value))))
            }
            None => match root.get("paths") {
                Some(paths) if paths.is_object() => {
                    let action = Action::Put(vec![template.to_owned(), method], value);
                    (paths.id(), Ok(self.step(paths.id(), action)))
                }
                _ => {
                    let keys = vec!["paths".to_owned(), template.to_owned(), method];
                    (root.id(), Ok(self.step(root.id(), Action::Put(keys, value))))
                }
            },
        };
        let message = format!("{} {} is answered and not in the contract", learned.method, short(template));
        let steps = step.map(|step| vec![step]);
        self.tell(ProposalKind::OperationAdded, &message, "the operation is added", node, "", 0, steps);
    }

    /// The security of a learned operation in the names of the contract, where the contract knows each scheme.
    fn known_security(&self, learned: &Operation) -> Option<Value> {
        let mut list = Vec::new();
        for requirement in learned.security.as_ref()? {
            let mut names = serde_json::Map::new();
            for (name, _) in &requirement.schemes {
                names.insert(self.known_scheme(name)?, json!([]));
            }
            list.push(Value::Object(names));
        }
        Some(Value::Array(list))
    }

    /// The contract's name for a learned scheme: the same one, or one that requests show in the same way.
    fn known_scheme(&self, name: &str) -> Option<String> {
        let scheme = self.learned.contract.security_scheme(name)?;
        let known = &self.contract.contract.security_schemes;
        let same = known.iter().find(|other| identity(&other.kind) == identity(&scheme.kind));
        let alike = || known.iter().find(|other| shows_bearer(&other.kind) && shows_bearer(&scheme.kind));
        same.or_else(alike).map(|scheme| scheme.name.clone())
    }

    /// An operation that both know.
    fn called(&mut self, operation: &'a Operation, learned: &'a Operation) {
        self.parameters(operation, learned);
        self.request(operation, learned);
        self.responses(operation, learned);
        self.security(operation, learned);
    }

    fn parameters(&mut self, operation: &Operation, learned: &Operation) {
        let (known, new) = (parameters_of(operation), parameters_of(learned));
        let keys: Vec<(Location, String)> = self
            .contract
            .contract
            .security_schemes
            .iter()
            .filter_map(|scheme| match &scheme.kind {
                SecurityKind::ApiKey { name, location: Location::Header } => {
                    Some((Location::Header, name.to_ascii_lowercase()))
                }
                SecurityKind::ApiKey { name, location } => Some((*location, name.clone())),
                _ => None,
            })
            .collect();
        for (key, parameter) in new {
            let about = format!("{} parameter {}", parameter.location.as_str(), short(&parameter.name));
            match known.get(&key) {
                Some(declared) => {
                    let (one, other) = (self.conjunction(declared), self.learned.conjunction(schema_of(parameter)));
                    let at = At { way: Way::In, about: &about, path: String::new(), text: true };
                    self.growth(&one, &other, &at);
                }
                None if key.0 == Location::Path || keys.contains(&key) => {}
                // One of them takes the whole query string.
                None if known.keys().any(|(place, _)| *place == Location::QueryString) => {}
                None => {
                    let mut value = plain(self.learned.node(parameter.node));
                    if let Some(members) = value.as_object_mut() {
                        members.insert("required".to_owned(), json!(false));
                    }
                    let action = Action::Push(vec!["parameters".to_owned()], value);
                    let steps = Ok(vec![self.step(operation.node, action)]);
                    let message = format!("{about}: it was sent and is not declared");
                    self.tell(
                        ProposalKind::ParameterAdded,
                        &message,
                        "it is declared",
                        operation.node,
                        &about,
                        0,
                        steps,
                    );
                }
            }
        }
    }

    fn conjunction(&self, parameter: &Parameter) -> Conj {
        self.contract.conjunction(schema_of(parameter))
    }

    fn request(&mut self, operation: &Operation, learned: &Operation) {
        let Some(body) = &learned.request_body else { return };
        let Some(declared) = &operation.request_body else {
            let mut value = plain(self.learned.node(body.node));
            if let Some(members) = value.as_object_mut() {
                members.insert("required".to_owned(), json!(false));
            }
            let steps = Ok(vec![self.step(operation.node, Action::Put(vec!["requestBody".to_owned()], value))]);
            let message = "a body was sent, and none is declared";
            let (kind, node) = (ProposalKind::RequestBodyAdded, operation.node);
            return self.tell(kind, message, "the body is declared", node, "", 0, steps);
        };
        let kind = ProposalKind::RequestMediaTypeAdded;
        self.content((&declared.content, declared.node), &body.content, Way::In, "request body", kind);
    }

    fn content(
        &mut self,
        (declared, node): (&[MediaType], NodeId),
        learned: &[MediaType],
        way: Way,
        word: &str,
        kind: ProposalKind,
    ) {
        for media in learned.iter().filter(|media| media.range != "*/*") {
            let about = format!("{word} {}", short(&media.range));
            let same = declared.iter().find(|one| one.range == media.range);
            let wide =
                || declared.iter().filter(|one| covers(&one.range, &media.range)).max_by_key(|one| one.range.len());
            match same.or_else(wide) {
                Some(one) if !one.form_fields.is_empty() => {}
                Some(one) => {
                    let schemas = (self.contract.conjunction(one.schema), self.learned.conjunction(media.schema));
                    let at = At { way, about: &about, path: String::new(), text: false };
                    self.growth(&schemas.0, &schemas.1, &at);
                }
                None => {
                    let value = plain(self.learned.node(media.node));
                    let action = Action::Put(vec!["content".to_owned(), media.range.clone()], value);
                    let steps = Ok(vec![self.step(node, action)]);
                    let message = format!("{about}: it was seen and is not declared");
                    self.tell(kind, &message, "the media type is declared", node, &about, 0, steps);
                }
            }
        }
    }

    fn responses(&mut self, operation: &Operation, learned: &Operation) {
        for response in &learned.responses {
            let Status::Code(code) = response.status else { continue };
            let about = format!("response {code}");
            match operation.response(code) {
                Some(declared) => {
                    let kind = ProposalKind::ResponseMediaTypeAdded;
                    self.content((&declared.content, declared.node), &response.content, Way::Out, &about, kind);
                }
                None => {
                    let value = plain(self.learned.node(response.node));
                    let action = Action::Put(vec!["responses".to_owned(), code.to_string()], value);
                    let steps = Ok(vec![self.step(operation.node, action)]);
                    let message = format!("{about}: it was answered and is not declared");
                    let (kind, node) = (ProposalKind::ResponseAdded, operation.node);
                    self.tell(kind, &message, "the response is declared", node, &about, 0, steps);
                }
            }
        }
    }

    /// Callers who all authenticate where the contract lets anyone in.
    fn security(&mut self, operation: &Operation, learned: &Operation) {
        if !self.contract.contract.security_of(operation).is_empty() {
            return;
        }
        let needed = learned.security.as_deref().unwrap_or_default();
        let [requirement, ..] = needed else { return };
        if needed.iter().any(|requirement| requirement.schemes.is_empty()) {
            return;
        }
        let root = self.contract.contract.document().root().id();
        let mut steps = Vec::new();
        let mut way = serde_json::Map::new();
        for (name, _) in &requirement.schemes {
            let known = self.known_scheme(name);
            if let (None, Some(scheme)) = (&known, self.learned.contract.security_scheme(name)) {
                let keys = ["components", "securitySchemes", name].map(str::to_owned).to_vec();
                steps.push(self.step(root, Action::Put(keys, plain(self.learned.node(scheme.node)))));
            }
            way.insert(known.unwrap_or_else(|| name.clone()), json!([]));
        }
        let names: Vec<String> = way.keys().map(|name| short(name)).collect();
        let action = Action::Put(vec!["security".to_owned()], json!([way]));
        steps.push(self.step(operation.node, action));
        let message = format!("every caller authenticates ({}), the contract lets anyone in", names.join(", "));
        let (kind, node) = (ProposalKind::SecuritySeen, operation.node);
        self.tell(kind, &message, "authentication is declared", node, "", 0, Ok(steps));
    }
}

/// The operation of a contract that a learned one belongs to: of one template, else of the template that its requests
/// match, the one with the most names written out first.
fn partner(contract: &Contract, learned: &Operation) -> Option<usize> {
    let template = below_base(contract, &learned.template);
    let exact = |operation: &&Operation| erased(&operation.template) == erased(template);
    let of_method = || contract.operations.iter().filter(|operation| operation.method == learned.method);
    let found = of_method().find(exact).or_else(|| {
        let wider = of_method().filter(|operation| matches(&operation.template, template));
        wider.max_by_key(|operation| operation.template.split('/').filter(|step| !step.contains('{')).count())
    })?;
    contract
        .operations
        .iter()
        .position(|operation| operation.node == found.node && operation.template == found.template)
}

/// Whether every path of the narrow template is one of the wide template.
fn matches(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<&str>, Vec<&str>) = (wide.split('/').collect(), narrow.split('/').collect());
    wide.len() == narrow.len() && wide.iter().zip(&narrow).all(|(wide, narrow)| wide == narrow || wide.starts_with('{'))
}

/// A learned template without the base path of the contract's servers.
fn below_base<'t>(contract: &Contract, template: &'t str) -> &'t str {
    let bases = contract.servers.iter().map(|server| server.base_path.as_str()).filter(|base| !base.is_empty());
    let rest = bases.filter_map(|base| template.strip_prefix(base).filter(|rest| rest.starts_with('/'))).min();
    rest.unwrap_or(template)
}

/// Gives path parameters of an operation the names that they have on the path.
fn rename(operation: &mut Value, from: &[&str], to: &[&str]) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
    for parameter in parameters.filter(|parameter| parameter["in"] == "path") {
        let place = from.iter().position(|name| parameter["name"] == *name);
        if let (Some(name), Some(members)) = (place.and_then(|place| to.get(place)), parameter.as_object_mut()) {
            members.insert("name".to_owned(), json!(name));
        }
    }
}
