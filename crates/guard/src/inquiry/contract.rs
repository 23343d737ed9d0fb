//! The steps that hold a request against the contract.

use super::{DISABLED, Inquiry, Sight, Stage};
use crate::policy::{BodyNeed, Params, Place, content_length, content_type, has_body};
use crate::profile::Observed;
use crate::verdict::Reason;
use crate::{Check, limits};
use palisade_contract::validate::{BODY_LIMIT, BodyRule};
use palisade_document::Document;
use palisade_exchange::{Body, HeadersView, RequestView};

const BREACH: &str = "The request breaks the contract";

impl Inquiry<'_> {
    /// Holds a request's head against the contract; what must be known of its body.
    pub(super) fn contract(&mut self, sight: Sight<'_>, params: Option<Params<'_, '_>>) -> BodyNeed {
        let policy = self.policy;
        let request = sight.request;
        let misrouted = match self.state.place {
            Place::Open => {
                self.state.verdict.skip(Check::Path, "no contract is in force");
                return BodyNeed::None;
            }
            Place::Preflight => {
                self.state.verdict.skip(Check::Method, "a preflight of a documented path");
                return BodyNeed::None;
            }
            Place::NoPath => {
                Some(Reason::new(Check::Path, 404, "unknown_path", "The path is not documented").at("path"))
            }
            Place::NoMethod => {
                let title = "The method is not documented for this path";
                Some(Reason::new(Check::Method, 405, "unknown_method", title).at("method"))
            }
            Place::At(_) => None,
        };
        if let Some(reason) = misrouted {
            let check = reason.check;
            if self.makes(check) {
                self.conclude(sight, check, vec![reason]);
            } else {
                self.state.verdict.skip(check, DISABLED);
            }
        } else {
            self.state.verdict.pass(Check::Path);
            self.state.verdict.pass(Check::Method);
        }
        if self.refuses() {
            return BodyNeed::None;
        }
        if self.makes(Check::Ambiguity) {
            let reasons = policy.doubts(self.state.place, request);
            self.conclude(sight, Check::Ambiguity, reasons);
        } else {
            self.state.verdict.skip(Check::Ambiguity, DISABLED);
        }
        let Some(operation) = policy.operation(self.state.place) else { return BodyNeed::None };
        if self.refuses() {
            return BodyNeed::None;
        }
        const CHECKS: [(Check, &str); 3] = [
            (Check::Parameters, BREACH),
            (Check::UndeclaredQuery, "A parameter is not declared"),
            (Check::UndeclaredHeaders, "A header is not declared"),
        ];
        let found = if CHECKS.iter().any(|(check, _)| self.makes(*check)) {
            let params = params.unwrap_or_else(|| policy.locate(request).1);
            policy.parameters(operation, &params, request)
        } else {
            Default::default()
        };
        for ((check, title), issues) in CHECKS.into_iter().zip(found) {
            if !self.makes(check) {
                self.state.verdict.skip(check, DISABLED);
            } else if check == Check::Parameters || !issues.is_empty() {
                self.conclude_issues(sight, check, title, issues);
            }
            if self.refuses() {
                return BodyNeed::None;
            }
        }
        let sent = has_body(request.headers);
        if sent && !operation.declares_body() && self.makes(Check::UndeclaredBody) {
            let reason = Reason::new(Check::UndeclaredBody, 400, "undeclared", "A body is not declared").at("body");
            self.conclude(sight, Check::UndeclaredBody, vec![reason]);
        }
        let wrong = operation.body_rule(content_type(request.headers)) == BodyRule::WrongMedia;
        if sent && wrong && self.makes(Check::MediaType) {
            self.conclude(sight, Check::MediaType, vec![wrong_media()]);
        }
        if self.refuses() { BodyNeed::None } else { policy.body_need(operation, request) }
    }

    /// Ends the request's side where its body is not looked at.
    pub(super) fn unseen_body(&mut self, sight: Sight<'_>, need: BodyNeed) {
        match need {
            BodyNeed::Empty => drop(self.judge_body(sight, &[])),
            BodyNeed::TooLarge => self.too_large(sight),
            _ => {}
        }
        self.profile(sight, Observed::Unseen);
    }

    pub(super) fn sent_body(&mut self, sight: Sight<'_>, body: &[u8], truncated: bool) {
        self.state.stage = Stage::Done;
        if truncated && self.state.whole_body {
            return self.conclude(sight, Check::Limits, vec![limits::body_too_large()]);
        }
        self.body_limits(sight, body);
        let Some(operation) = self.policy.operation(self.state.place).filter(|_| !self.refuses()) else { return };
        let open = operation.body_rule(content_type(sight.request.headers)) == BodyRule::Open;
        if truncated && (!open || body.is_empty()) {
            self.too_large(sight);
            return self.profile(sight, Observed::Unseen);
        }
        let tree = self.judge_body(sight, body);
        let plain = !truncated && sight.request.headers.get("content-encoding").is_none();
        self.profile(sight, Observed::read(tree.as_ref(), plain.then_some(body)));
    }

    pub(super) fn recorded_body(&mut self, sight: Sight<'_>, sent: &Body) {
        self.state.stage = Stage::Done;
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        match sent {
            Body::Empty => {
                self.judge_body(sight, &[]);
                self.profile(sight, Observed::of(sent));
            }
            Body::Bytes { bytes, truncated: false } => {
                let fields: Vec<(&str, &[u8])> = sight
                    .request
                    .headers
                    .0
                    .iter()
                    .filter(|(name, _)| !name.eq_ignore_ascii_case("content-encoding"))
                    .copied()
                    .collect();
                let request = RequestView { headers: HeadersView(&fields), ..*sight.request };
                let sight = Sight { request: &request, ..sight };
                self.body_limits(sight, bytes);
                let tree = self.judge_body(sight, bytes);
                self.profile(sight, Observed::read(tree.as_ref(), Some(bytes)));
            }
            Body::Bytes { .. } | Body::Shape(_) | Body::Unknown { .. } => {
                match operation.body_rule(content_type(sight.request.headers)) {
                    BodyRule::Unspecified | BodyRule::Open => {}
                    BodyRule::WrongMedia => drop(self.judge_body(sight, b"?")),
                    BodyRule::Judge => {
                        self.state.verdict.not_assessed(Check::Body, "request body was not captured");
                    }
                }
                self.profile(sight, Observed::of(sent));
            }
        }
    }

    /// What must be known of a body when its limits are to be kept, too.
    pub(super) fn limited(&mut self, sight: Sight<'_>, need: BodyNeed) -> BodyNeed {
        let limits = &self.policy.api().protection.limits;
        let sent = has_body(sight.request.headers);
        let headers = sight.request.headers;
        let plain = content_length(headers).is_some() && headers.get("content-encoding").is_none();
        if !sent || !limits::of_body(limits, plain) || !self.makes(Check::Limits) || need == BodyNeed::TooLarge {
            return need;
        }
        self.state.whole_body = true;
        BodyNeed::Bytes(limits.body_bytes.map_or(BODY_LIMIT, |most| most.min(BODY_LIMIT)))
    }

    fn body_limits(&mut self, sight: Sight<'_>, body: &[u8]) {
        if self.makes(Check::Limits) {
            let reasons = limits::body(&self.policy.api().protection.limits, sight.request.headers, body);
            if !reasons.is_empty() {
                self.conclude(sight, Check::Limits, reasons);
            }
        }
    }

    pub(super) fn too_large(&mut self, sight: Sight<'_>) {
        if self.makes(Check::Body) {
            let title = "The request's body is too large";
            let reason = Reason::new(Check::Body, 413, "body_too_large", title).at("body");
            self.conclude(sight, Check::Body, vec![reason]);
        } else {
            self.state.verdict.skip(Check::Body, DISABLED);
        }
    }

    /// Holds a body against the contract; gives the tree that a JSON body was read into.
    pub(super) fn judge_body(&mut self, sight: Sight<'_>, body: &[u8]) -> Option<Document> {
        let operation = self.policy.operation(self.state.place)?;
        let media = content_type(sight.request.headers);
        let wrong = !body.is_empty() && operation.body_rule(media) == BodyRule::WrongMedia;
        if wrong {
            if self.makes(Check::MediaType) && !self.state.verdict.has("media_type") {
                self.conclude(sight, Check::MediaType, vec![wrong_media()]);
            }
            return None;
        }
        if !self.makes(Check::Body) {
            self.state.verdict.skip(Check::Body, DISABLED);
            return None;
        }
        match self.policy.body(operation, sight.request, body) {
            Ok((issues, tree)) => {
                self.conclude_issues(sight, Check::Body, "The request's body breaks the contract", issues);
                tree
            }
            Err(why) => {
                self.state.verdict.skip(Check::Body, why);
                None
            }
        }
    }
}

fn wrong_media() -> Reason {
    Reason::new(Check::MediaType, 415, "media_type", "The media type is not documented").at("body")
}
