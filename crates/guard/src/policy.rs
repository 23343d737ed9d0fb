//! A compiled API policy and the judgements it gives.

use crate::ambiguity::{self, Doubt};
use crate::verdict::{Reason, Verdict};
use crate::{ApiPolicy, Decision};
use palisade_contract::Contract;
use palisade_contract::router::Routed;
use palisade_contract::validate::{BODY_LIMIT, BodyRule, CompiledContract, CompiledOperation, Content, Issue};
use palisade_document::{Document, Limits};
use palisade_exchange::{Body, Exchange, HeadersView, RequestView, ResponseView};
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use std::borrow::Cow;
use std::sync::Arc;

/// Longest path and query together, in bytes.
const TARGET_BYTES: usize = 16 << 10;
/// Most bytes of header names and values together.
const HEADER_BYTES: usize = 64 << 10;
/// Most header fields.
const HEADER_FIELDS: usize = 256;

/// What the head of a request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// The request is refused by its head alone.
    Decided(Decision),
    /// The body must be seen before anything is sent on: call [`Policy::on_body`] with at most `limit` bytes
    /// as they came (content coding still on) and `truncated` when there were more.
    NeedBody {
        /// Most bytes to hold, before content decoding.
        limit: u64,
    },
    /// The request may go on; its body, if any, need not be judged.
    Pass(Decision),
}

/// An API's contract and mode, compiled. Immutable; share it between threads.
#[derive(Debug)]
pub struct Policy {
    api: ApiPolicy,
    contract: Option<CompiledContract>,
}

/// Where a request's head led.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'p> {
    /// The contract does not speak of it, or it was refused already.
    Nowhere,
    At(&'p CompiledOperation),
}

impl Policy {
    /// Compiles a policy. Never fails as a whole: a contract that cannot be used is a finding, and the parts
    /// of it that cannot be used are not assessed.
    pub fn compile(api: &ApiPolicy) -> (Policy, Vec<Finding>) {
        let mut policy = Policy { api: api.clone(), contract: None };
        let Some(text) = &api.contract else { return (policy, Vec::new()) };
        let name = format!("{}.contract", api.name);
        let reading = palisade_document::read(&name, text.as_bytes(), &Limits::default());
        let mut findings: Vec<Finding> = reading.problems.iter().map(|problem| problem.to_finding(&name)).collect();
        let document = Arc::new(reading.document);
        let (contract, problems) = Contract::load(Arc::clone(&document));
        findings.extend(problems.iter().map(|problem| problem.to_finding(&name)));
        if reading.fatal || !contract.readable {
            // Half a contract would refuse what its other half allows.
            return (policy, findings);
        }
        let bases = base_paths(&contract, &api.base_path);
        let (compiled, problems) = CompiledContract::compile(&contract, bases.as_deref());
        findings.extend(problems.iter().map(|problem| finding(&document, &name, problem)));
        policy.contract = Some(compiled);
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

    /// Judges a request's head: limits, route, method, media type, parameters.
    pub fn on_head(&self, request: &RequestView<'_>) -> Head {
        let mut verdict = Verdict::default();
        let place = self.head(request, &mut verdict);
        if let (Place::At(operation), false) = (&place, verdict.refuses(&self.api))
            && let Some(limit) = self.body_need(operation, request, &mut verdict)
        {
            return Head::NeedBody { limit };
        }
        let decision = verdict.decide(&self.api);
        if decision.effect >= crate::Effect::Prevent { Head::Decided(decision) } else { Head::Pass(decision) }
    }

    /// Judges head and body together. `body` is as sent (content coding still on); `truncated` says that the
    /// body went on after `body`.
    pub fn on_body(&self, request: &RequestView<'_>, body: &[u8], truncated: bool) -> Decision {
        let mut verdict = Verdict::default();
        if let Place::At(operation) = self.head(request, &mut verdict) {
            self.judge_body(operation, request, body, truncated, &mut verdict);
        }
        verdict.decide(&self.api)
    }

    /// Most bytes of the body to hold before anything goes on; `None` when it need not be judged.
    pub(crate) fn body_need(
        &self,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        verdict: &mut Verdict,
    ) -> Option<u64> {
        let length = content_length(request.headers);
        // Of a body that is not described it matters only whether there is one.
        let (needed, limit) = match operation.body_rule(content_type(request.headers)) {
            BodyRule::Judge | BodyRule::WrongMedia => (true, BODY_LIMIT),
            BodyRule::Open => (operation.body_required() && length.is_none(), 1),
            BodyRule::Unspecified => (false, 0),
        };
        let certainly_empty = request.headers.get("transfer-encoding").is_none() && length == Some(0);
        if needed && length.is_some_and(|length| length > limit) {
            verdict.push(too_large());
        } else if needed && !certainly_empty {
            return Some(limit);
        } else if operation.has_body() && certainly_empty {
            self.body(operation, request, &[], verdict);
        }
        None
    }

    /// Judges a body as it was sent.
    pub(crate) fn judge_body(
        &self,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        body: &[u8],
        truncated: bool,
        verdict: &mut Verdict,
    ) {
        let open = operation.body_rule(content_type(request.headers)) == BodyRule::Open;
        if truncated && (!open || body.is_empty()) {
            verdict.push(too_large());
        } else {
            self.body(operation, request, body, verdict);
        }
    }

    /// Judges a response: it alerts, never prevents. `body` is after content decoding, `None` when it was not
    /// captured. `None` when there is nothing to say.
    pub fn on_response(
        &self,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> Option<Decision> {
        let contract = self.contract.as_ref()?;
        let (operation, _) = self.find(contract, request)?;
        let mut verdict = Verdict::of(&operation.label);
        self.response(contract, operation, request, response, body, &mut verdict);
        let decision = verdict.decide(&self.api);
        (!decision.errors.is_empty()).then_some(decision)
    }

    /// Judges a whole recorded exchange; what was not captured is named in `not_assessed`. `uncapped` says what
    /// block mode would do. Values that were redacted when the exchange was recorded are not held against it.
    pub fn judge(&self, exchange: &Exchange) -> Decision {
        let request_fields = borrow(&exchange.request.headers);
        let request = RequestView {
            method: &exchange.method,
            host: &exchange.host,
            path: &exchange.path,
            query: exchange.query.as_deref(),
            headers: HeadersView(&request_fields),
            client: exchange.client.address,
        };
        let mut verdict = Verdict::default();
        if let Place::At(operation) = self.head(&request, &mut verdict) {
            match &exchange.request.body {
                Body::Empty => self.body(operation, &request, &[], &mut verdict),
                Body::Bytes { bytes, truncated: false } => {
                    // Recorded bodies are decoded already.
                    let plain: Vec<(&str, &[u8])> = request_fields
                        .iter()
                        .filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"))
                        .copied()
                        .collect();
                    let request = RequestView { headers: HeadersView(&plain), ..request };
                    self.body(operation, &request, bytes, &mut verdict);
                }
                Body::Bytes { .. } | Body::Shape(_) | Body::Unknown { .. } => {
                    match operation.body_rule(content_type(request.headers)) {
                        BodyRule::Unspecified | BodyRule::Open => {}
                        BodyRule::WrongMedia => self.body(operation, &request, b"?", &mut verdict),
                        BodyRule::Judge => verdict.not_assessed("body", "request body was not captured"),
                    }
                }
            }
            if let (Some(contract), Some(response)) = (&self.contract, &exchange.response) {
                let fields = borrow(&response.message.headers);
                let view = ResponseView { status: response.status, headers: HeadersView(&fields) };
                let body = match &response.message.body {
                    Body::Empty => Some(&[][..]),
                    body => body.complete().map(|bytes| &bytes[..]),
                };
                self.response(contract, operation, &request, &view, body, &mut verdict);
            }
        }
        verdict.forgive_redacted(exchange);
        verdict.decide(&self.api)
    }

    /// The operation of a request and its path parameters; `HEAD` stands for a documented `GET`.
    fn find<'p, 'v>(
        &'p self,
        contract: &'p CompiledContract,
        request: &RequestView<'v>,
    ) -> Option<(&'p CompiledOperation, Vec<(&'p str, &'v str)>)> {
        let mut routed = contract.route(request.method, request.path);
        if request.method == "HEAD" && matches!(routed, Routed::NoMethod { .. }) {
            routed = contract.route("GET", request.path);
        }
        match routed {
            Routed::Match(found) => Some((contract.operation(found.operation)?, found.params)),
            Routed::NoMethod { .. } | Routed::NoPath => None,
        }
    }

    /// Limits, route and parameters.
    pub(crate) fn head(&self, request: &RequestView<'_>, verdict: &mut Verdict) -> Place<'_> {
        let target = request.path.len() + request.query.map_or(0, str::len);
        let fields = request.headers.0;
        let bytes: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        let Some(contract) = &self.contract else {
            verdict.skip("route", "no contract is in force");
            return Place::Nowhere;
        };
        if target > TARGET_BYTES || bytes > HEADER_BYTES || fields.len() > HEADER_FIELDS {
            verdict.push(Reason::new(431, "limits", "head_too_large", "The request's head is too large"));
            return Place::Nowhere;
        }
        verdict.pass("limits");
        let Some((operation, params)) = self.find(contract, request) else {
            self.misrouted(contract, request, verdict);
            verdict.doubts("route", ambiguity::target(request.path, request.query));
            return Place::Nowhere;
        };
        verdict.operation = Some(operation.label.clone());
        let mut doubts = Vec::new();
        doubts.extend(ambiguity::target(request.path, request.query));
        doubts.extend(self.path_parameters(contract, operation, request));
        if doubts.is_empty() {
            verdict.pass("route");
        } else {
            verdict.doubts("route", doubts);
        }
        let mut doubts = Vec::new();
        ambiguity::headers(operation, request, &mut doubts);
        verdict.doubts("headers", doubts);
        let mut issues = Vec::new();
        contract.check_parameters(operation, &params, request.query, fields, &mut issues);
        verdict.issues("parameters", "The request breaks the contract", issues);
        let has_body = content_length(request.headers).is_some_and(|length| length > 0)
            || request.headers.get("transfer-encoding").is_some();
        if has_body && operation.body_rule(content_type(request.headers)) == BodyRule::WrongMedia {
            verdict.push(wrong_media());
        }
        if has_body && !operation.declares_body() {
            let reason = Reason::new(400, "body", "undeclared", "A body is not declared");
            verdict.push(Reason { location: "body", alert_only: true, ..reason });
        }
        Place::At(operation)
    }

    /// Doubt about a path whose `;parameters`, cut off, make it the path of another operation.
    fn path_parameters(
        &self,
        contract: &CompiledContract,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
    ) -> Option<Doubt> {
        let cut =
            ambiguity::without_path_parameters(request.path).filter(|_| !operation.has_path_parameters_style())?;
        let view = RequestView { path: &cut, ..*request };
        let (other, _) = self.find(contract, &view)?;
        (other.label != operation.label).then_some(Doubt {
            location: "path",
            name: String::new(),
            code: "ambiguous_path",
            message: "is another operation's path without what follows its semicolon",
        })
    }

    fn misrouted(&self, contract: &CompiledContract, request: &RequestView<'_>, verdict: &mut Verdict) {
        verdict.target = format!("{} {}", request.method, request.path);
        match contract.route(request.method, request.path) {
            Routed::NoMethod { allow } => {
                let preflight = request.method == "OPTIONS"
                    && request.headers.get("origin").is_some()
                    && request.headers.get("access-control-request-method").is_some();
                if preflight {
                    verdict.skip("route", "a preflight of a documented path");
                    return;
                }
                verdict.allow = allow.into_iter().map(str::to_owned).collect();
                if verdict.allow.iter().any(|method| method == "GET")
                    && !verdict.allow.iter().any(|method| method == "HEAD")
                {
                    verdict.allow.push("HEAD".to_owned());
                    verdict.allow.sort_unstable();
                }
                let mut reason =
                    Reason::new(405, "route", "unknown_method", "The method is not documented for this path");
                reason.location = "method";
                verdict.push(reason);
            }
            _ => {
                let mut reason = Reason::new(404, "route", "unknown_path", "The path is not documented");
                reason.location = "path";
                verdict.push(reason);
            }
        }
    }

    fn body(&self, operation: &CompiledOperation, request: &RequestView<'_>, body: &[u8], verdict: &mut Verdict) {
        let Some(contract) = &self.contract else { return };
        let media = content_type(request.headers);
        if !body.is_empty() {
            match operation.body_rule(media) {
                BodyRule::WrongMedia => {
                    if !verdict.has("media_type") {
                        verdict.push(wrong_media());
                    }
                    return;
                }
                BodyRule::Unspecified => {
                    verdict.skip("body", "the contract describes no body");
                    return;
                }
                BodyRule::Open => {
                    verdict.skip("body", "the contract does not describe this content");
                    return;
                }
                BodyRule::Judge => {}
            }
        }
        // Several fields are one list; what is no text is a coding that is not known.
        let codings: Vec<&str> = request
            .headers
            .get_all("content-encoding")
            .map(|value| std::str::from_utf8(value).unwrap_or("?"))
            .collect();
        let codings = codings.join(",");
        let mut issues: Vec<Issue> = Vec::new();
        contract.check_body(operation, media, Some(codings.as_str()), Content::Bytes(body), &mut issues);
        verdict.issues("body", "The request's body breaks the contract", issues);
    }

    fn response(
        &self,
        contract: &CompiledContract,
        operation: &CompiledOperation,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
        verdict: &mut Verdict,
    ) {
        let mut issues = Vec::new();
        let body = if request.method == "HEAD" { None } else { body };
        let content = body.map_or(Content::Unseen, Content::Bytes);
        contract.check_response(operation, response.status, response.headers.0, content, &mut issues);
        issues.iter_mut().for_each(|issue| issue.alert_only = true);
        verdict.issues("response", "The response breaks the contract", issues);
        if body.is_none() && request.method != "HEAD" {
            verdict.not_assessed("response", "response body was not captured");
        }
    }
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

fn borrow(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn content_type<'a>(headers: HeadersView<'a>) -> Option<&'a str> {
    headers.get("content-type").and_then(|value| std::str::from_utf8(value).ok())
}

fn content_length(headers: HeadersView<'_>) -> Option<u64> {
    std::str::from_utf8(headers.get("content-length")?).ok()?.trim().parse().ok()
}

fn too_large() -> Reason {
    Reason { location: "body", ..Reason::new(413, "body", "body_too_large", "The request's body is too large") }
}

fn wrong_media() -> Reason {
    Reason { location: "body", ..Reason::new(415, "body", "media_type", "The media type is not documented") }
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
