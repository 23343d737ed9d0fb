//! A compiled API policy, and how it holds a request against the contract.

use crate::ambiguity::{self, Doubt};
use crate::terms::{Terms, TermsTable, fits};
use crate::verdict::Reason;
use crate::{
    Action, Answer, ApiPolicy, Check, Decision, Effect, Facts, Lists, Mode, NetworkSet, Progress, ResponseRules,
    identity, profile, rates,
};
use palisade_contract::Contract;
use palisade_contract::router::Routed;
use palisade_contract::validate::{BODY_LIMIT, BodyRule, CompiledContract, CompiledOperation, Content, Issue};
use palisade_document::{Document, Limits};
use palisade_exchange::{Exchange, HeadersView, RequestView, ResponseView};
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use std::borrow::Cow;
use std::sync::Arc;

/// An API's contract and protection, compiled. Immutable; share it between threads.
#[derive(Debug)]
pub struct Policy {
    api: ApiPolicy,
    contract: Option<CompiledContract>,
    terms: TermsTable,
    pub(crate) networks: Networks,
    lists: Lists,
    /// Bans of this API are told from others' by it.
    pub(crate) scope: u64,
    /// Someone may be banned at all.
    pub(crate) bans: bool,
    pub(crate) identity: identity::Rules,
    pub(crate) profile: profile::Rules,
}

/// Network rules, compiled.
#[derive(Debug)]
pub(crate) struct Networks {
    pub(crate) allow: Vec<(String, Arc<NetworkSet>)>,
    pub(crate) deny: Vec<(String, Arc<NetworkSet>)>,
}

/// Where a request leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// No contract is in force.
    #[default]
    Open,
    /// To no path of the contract.
    NoPath,
    /// To a path without this method.
    NoMethod,
    /// To a documented path, asked by a browser whether it may be called.
    Preflight,
    /// To an operation, by its index.
    At(usize),
}

/// Path parameters as they were sent.
pub(crate) type Params<'p, 'v> = Vec<(&'p str, &'v str)>;

/// What must be known of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyNeed {
    /// Nothing.
    None,
    /// It is empty, and that is to be judged.
    Empty,
    /// It is longer than it may be, by its own word.
    TooLarge,
    /// At most this many bytes of it.
    Bytes(u64),
}

impl Policy {
    /// Compiles a policy. Never fails as a whole: a contract that cannot be used is a finding, and the parts
    /// of it that cannot be used are not assessed.
    pub fn compile(api: &ApiPolicy) -> (Policy, Vec<Finding>) {
        Policy::with_lists(api, &Lists::default())
    }

    /// Compiles a policy that uses network lists. A list that is not there has no members.
    pub fn with_lists(api: &ApiPolicy, lists: &Lists) -> (Policy, Vec<Finding>) {
        let mut findings = Vec::new();
        let contract = compile_contract(api, &mut findings);
        let terms = TermsTable::new(api, contract.as_ref(), lists);
        let rules = &api.protection.networks;
        let policy = Policy {
            networks: Networks { allow: lists.named(&rules.allow), deny: lists.named(&rules.deny) },
            lists: lists.only(&api.protection.list_names()),
            scope: rates::scope(&api.id),
            bans: terms.any(Terms::bans) || api.protection.headers.iter().any(|rule| rule.effect == Some(Action::Ban)),
            terms,
            identity: identity::Rules::compile(api),
            profile: profile::Rules::compile(api, contract.as_ref()),
            contract,
            api: api.clone(),
        };
        (policy, findings)
    }

    /// The policy's source.
    pub fn api(&self) -> &ApiPolicy {
        &self.api
    }

    /// True when a contract is in force.
    pub fn has_contract(&self) -> bool {
        self.contract.is_some()
    }

    /// True when these lists are, as far as it uses them, those it was compiled with.
    pub fn uses(&self, lists: &Lists) -> bool {
        self.lists.same(lists, &self.api.protection.list_names())
    }

    /// True when some request may be refused: where none can, nothing need be judged before it goes on.
    pub fn may_refuse(&self) -> bool {
        self.terms.any(|terms| terms.mode == Mode::Block)
    }

    /// True when some answer may be refused, scrubbed or given other header fields: where none can, answers stream.
    pub fn may_change_answers(&self) -> bool {
        self.refuses_answers() || self.api.protection.response != ResponseRules::default()
    }

    pub(crate) fn refuses_answers(&self) -> bool {
        self.terms.any(|terms| terms.mode == Mode::Block && terms.action(Check::Response) >= Action::Prevent)
    }

    /// Whether a pattern of an operation rule fits an operation of the contract.
    pub(crate) fn names_operation(&self, pattern: &str) -> bool {
        let labels = (0..).map_while(|at| Some(self.contract.as_ref()?.operation(at)?.label.as_str()));
        labels.into_iter().any(|label| fits(pattern, label))
    }

    /// Judges a whole recorded exchange without asking anyone: rates, bans and tokens are not assessed, nor is what was
    /// not captured. `uncapped` says what block mode would do. Values that were redacted when the exchange was recorded
    /// are not held against it.
    pub fn judge(&self, exchange: &Exchange) -> Decision {
        let facts = Facts { now: exchange.time, ..Facts::default() };
        let mut inquiry = self.inquire(facts);
        while let Progress::Need(lookup) = inquiry.exchange(exchange) {
            inquiry.answer(&lookup, Answer::Unasked);
        }
        inquiry.decision()
    }

    /// What happens where an operation fails a check that was made elsewhere: the effect in this policy's mode, and the
    /// one without it. `operation` is `METHOD /template`, or method and path.
    pub fn consequence(&self, operation: &str, check: Check) -> (Effect, Effect) {
        let known = (0..).map_while(|at| self.contract.as_ref()?.operation(at)).position(|it| it.label == operation);
        let terms = known.map_or_else(|| self.terms.elsewhere(operation), |at| self.terms.at(at));
        let Some(terms) = terms else { return (Effect::Allow, Effect::Allow) };
        let uncapped = terms.action(check).effect().unwrap_or(Effect::Allow);
        (if terms.mode == Mode::Block { uncapped } else { uncapped.min(Effect::Alert) }, uncapped)
    }

    pub(crate) fn operation(&self, place: Place) -> Option<&CompiledOperation> {
        match place {
            Place::At(operation) => self.contract.as_ref()?.operation(operation),
            _ => None,
        }
    }

    /// The terms of a request. `target` is its method and path, for those that lead to no operation.
    pub(crate) fn terms(&self, place: Place, target: &str) -> Option<&Terms> {
        match place {
            Place::At(operation) => self.terms.at(operation),
            _ => self.terms.elsewhere(target),
        }
    }

    /// True when what a request that leads nowhere asks for must be known by name.
    pub(crate) fn names_targets(&self) -> bool {
        !self.api.exceptions.is_empty() || !self.api.protection.operations.is_empty()
    }

    /// Finds what a request leads to; `HEAD` stands for a documented `GET`.
    pub(crate) fn locate<'p, 'v>(&'p self, request: &RequestView<'v>) -> (Place, Params<'p, 'v>, Vec<&'p str>) {
        let Some(contract) = &self.contract else { return (Place::Open, Vec::new(), Vec::new()) };
        let mut routed = contract.route(request.method, request.path);
        if request.method == "HEAD"
            && matches!(routed, Routed::NoMethod { .. })
            && let found @ Routed::Match(_) = contract.route("GET", request.path)
        {
            routed = found;
        }
        match routed {
            Routed::Match(found) => (Place::At(found.operation), found.params, Vec::new()),
            Routed::NoMethod { allow } => {
                let preflight = request.method == "OPTIONS"
                    && request.headers.get("origin").is_some()
                    && request.headers.get("access-control-request-method").is_some();
                if preflight {
                    return (Place::Preflight, Vec::new(), Vec::new());
                }
                (Place::NoMethod, Vec::new(), allow)
            }
            Routed::NoPath => (Place::NoPath, Vec::new(), Vec::new()),
        }
    }

    /// What servers may read in more than one way.
    pub(crate) fn doubts(&self, place: Place, request: &RequestView<'_>) -> Vec<Reason> {
        let mut doubts = Vec::new();
        doubts.extend(ambiguity::target(request.path, request.query));
        if let Some(operation) = self.operation(place) {
            doubts.extend(self.path_parameters(operation, request));
            ambiguity::headers(operation, request, &mut doubts);
        }
        let reason = |doubt: Doubt| Reason {
            location: doubt.location,
            name: doubt.name,
            message: doubt.message.to_owned(),
            ..Reason::new(Check::Ambiguity, 400, doubt.code, "The request can be read in more than one way")
        };
        doubts.into_iter().map(reason).collect()
    }

    /// Doubt about a path whose `;parameters`, cut off, make it the path of another operation.
    fn path_parameters(&self, operation: &CompiledOperation, request: &RequestView<'_>) -> Option<Doubt> {
        let cut =
            ambiguity::without_path_parameters(request.path).filter(|_| !operation.has_path_parameters_style())?;
        let (other, _, _) = self.locate(&RequestView { path: &cut, ..*request });
        let other = self.operation(other)?;
        (other.label != operation.label).then_some(Doubt {
            location: "path",
            name: String::new(),
            code: "ambiguous_path",
            message: "is another operation's path without what follows its semicolon",
        })
    }

    /// Judges parameters: those that are declared; query names that are not; fields and cookies that are not.
    pub(crate) fn parameters(
        &self,
        operation: &CompiledOperation,
        params: &[(&str, &str)],
        request: &RequestView<'_>,
    ) -> [Vec<Issue>; 3] {
        let Some(contract) = &self.contract else { return Default::default() };
        let mut issues = Vec::new();
        contract.check_parameters(operation, params, request.query, request.headers.0, &mut issues);
        if issues.is_empty() {
            return Default::default();
        }
        let (undeclared, declared): (Vec<_>, Vec<_>) = issues.into_iter().partition(|issue| issue.code == "undeclared");
        let (query, fields) = undeclared.into_iter().partition(|issue| issue.location == "query");
        [declared, query, fields]
    }

    /// What must be known of the body before the request goes on.
    pub(crate) fn body_need(&self, operation: &CompiledOperation, request: &RequestView<'_>) -> BodyNeed {
        let length = content_length(request.headers);
        // Of a body that is not described it matters only whether there is one.
        let (needed, limit) = match operation.body_rule(content_type(request.headers)) {
            BodyRule::Judge | BodyRule::WrongMedia => (true, BODY_LIMIT),
            BodyRule::Open => (operation.body_required() && length.is_none(), 1),
            BodyRule::Unspecified => (false, 0),
        };
        let certainly_empty = request.headers.get("transfer-encoding").is_none() && length == Some(0);
        if needed && length.is_some_and(|length| length > limit) {
            BodyNeed::TooLarge
        } else if needed && !certainly_empty {
            BodyNeed::Bytes(limit)
        } else if operation.has_body() && certainly_empty {
            BodyNeed::Empty
        } else {
            BodyNeed::None
        }
    }

    /// Judges a body as it was sent, and gives the tree that a JSON body was read into; why it was not judged, where it
    /// was not.
    pub(crate) fn body(
        &self,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        body: &[u8],
    ) -> Result<(Vec<Issue>, Option<Document>), &'static str> {
        let Some(contract) = &self.contract else { return Ok((Vec::new(), None)) };
        let media = content_type(request.headers);
        if !body.is_empty() {
            match operation.body_rule(media) {
                BodyRule::Unspecified => return Err("the contract describes no body"),
                BodyRule::Open => return Err("the contract does not describe this content"),
                BodyRule::WrongMedia | BodyRule::Judge => {}
            }
        }
        let codings = codings(request.headers);
        let mut issues: Vec<Issue> = Vec::new();
        let tree = contract.check_body(operation, media, codings.as_deref(), Content::Bytes(body), &mut issues);
        Ok((issues, tree))
    }

    /// Judges a response. `body` is after content decoding, `None` when it was not captured.
    pub(crate) fn response(
        &self,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> Vec<Issue> {
        let Some(contract) = &self.contract else { return Vec::new() };
        let mut issues = Vec::new();
        let content = body.filter(|_| request.method != "HEAD").map_or(Content::Unseen, Content::Bytes);
        contract.check_response(operation, response.status, response.headers.0, content, &mut issues);
        issues
    }
}

/// The content codings of a message; several fields are one list, and what is no text is a coding that is not known.
pub(crate) fn codings(headers: HeadersView<'_>) -> Option<String> {
    let mut values = headers.get_all("content-encoding");
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap_or_else(|_| "?".to_owned());
    values.next().map(|first| values.fold(text(first), |list, next| list + "," + &text(next)))
}

/// True when a request says that it has a body.
pub(crate) fn has_body(headers: HeadersView<'_>) -> bool {
    content_length(headers).is_some_and(|length| length > 0) || headers.get("transfer-encoding").is_some()
}

fn compile_contract(api: &ApiPolicy, findings: &mut Vec<Finding>) -> Option<CompiledContract> {
    let text = api.contract.as_ref()?;
    let name = format!("{}.contract", api.name);
    let reading = palisade_document::read(&name, text.as_bytes(), &Limits::default());
    findings.extend(reading.problems.iter().map(|problem| problem.to_finding(&name)));
    let document = Arc::new(reading.document);
    let (contract, problems) = Contract::load(Arc::clone(&document));
    findings.extend(problems.iter().map(|problem| problem.to_finding(&name)));
    if reading.fatal || !contract.readable {
        // Half a contract would refuse what its other half allows.
        return None;
    }
    let bases = base_paths(&contract, &api.base_path);
    let (compiled, problems) = CompiledContract::compile(&contract, bases.as_deref());
    findings.extend(problems.iter().map(|problem| finding(&document, &name, problem)));
    Some(compiled)
}

/// The base paths of a contract's operations where its API answers under `base_path`: those of its servers that lie
/// there, else `base_path` itself. `None`: wherever the servers say.
pub fn base_paths<'a>(contract: &'a Contract, base_path: &'a str) -> Option<Vec<&'a str>> {
    let base = base_path.trim_end_matches('/');
    if base.is_empty() {
        return None;
    }
    let inside = |path: &str| path == base || path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    let declared: Vec<&str> =
        contract.servers.iter().map(|server| server.base_path.as_str()).filter(|path| inside(path)).collect();
    Some(if declared.is_empty() { vec![base] } else { declared })
}

pub(crate) fn content_type<'a>(headers: HeadersView<'a>) -> Option<&'a str> {
    headers.get("content-type").and_then(|value| std::str::from_utf8(value).ok())
}

pub(crate) fn content_length(headers: HeadersView<'_>) -> Option<u64> {
    std::str::from_utf8(headers.get("content-length")?).ok()?.trim().parse().ok()
}

fn finding(document: &Document, file: &str, problem: &palisade_schema::Problem) -> Finding {
    let node = document.node(problem.node);
    let (position, pointer) = (node.position(), node.pointer());
    Finding {
        rule: Cow::Borrowed(problem.code),
        name: Cow::Borrowed(problem.code),
        severity: Severity::Medium,
        category: Cow::Borrowed("structure"),
        message: problem.message.clone(),
        file: Some(file.into()),
        fingerprint: fingerprint(problem.code, &pointer, &problem.message),
        pointer: Some(pointer),
        line: Some(position.line),
        column: Some(position.column),
        operation: None,
        evidence: None,
        fix: None,
        loss: None,
        count: 1,
        owasp: Words::default(),
        cwe: Words::default(),
        attack: Words::default(),
        aliases: Words::default(),
        related: Rare::default(),
        fixes: Rare::default(),
    }
}
