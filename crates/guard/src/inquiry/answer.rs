//! The steps after the contract: the learned profile, and the answer.

use super::{DISABLED, Inquiry, Sight};
use crate::policy::codings;
use crate::profile::Observed;
use crate::verdict::Reason;
use crate::{Action, Check, Edit, RateFields, ResponseNeed, ResponseVerdict, hardening, rate_fields, scrub};
use palisade_contract::validate::{BODY_LIMIT, Issue};
use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_limits::{DecodeLimits, decode_all};
use std::borrow::Cow;

const TITLE: &str = "The response breaks the contract";

impl Inquiry<'_> {
    /// What an answer's head leads to.
    pub fn response(&mut self, request: &RequestView<'_>, response: &ResponseView<'_>) -> ResponseNeed {
        let mut need = ResponseNeed::default();
        if self.state.capped || response.status < 200 {
            return need;
        }
        let rules = &self.policy.api().protection.response;
        need.edits = hardening::edits(rules, response.headers);
        if rules.rate_limits == RateFields::Always {
            let fields = rate_fields(&self.state.verdict.rates);
            need.edits.extend(fields.into_iter().map(|(name, value)| Edit::Add(name.to_owned(), value)));
        }
        if self.action(Check::Response) < Some(Action::Prevent) {
            return need;
        }
        if let Some(operation) = self.policy.operation(self.state.place) {
            let issues = self.policy.response(operation, request, response, None);
            self.state.answered = true;
            self.conclude_issues(Sight { request, redactions: None }, Check::Response, TITLE, issues);
            need.refuse = self.refuses();
            let media = response.headers.get("content-type").and_then(|value| std::str::from_utf8(value).ok());
            let described = request.method != "HEAD" && operation.describes_response(response.status, media);
            // Most bytes to hold, before content decoding.
            need.body = (!need.refuse && described).then_some(BODY_LIMIT);
            self.state.held = need.body.is_some();
        }
        need
    }

    /// Judges an answer. `body` is as sent (content coding still on), `None` when it is not there: it was not captured,
    /// or was longer than may be held.
    pub fn response_body(
        &mut self,
        request: &RequestView<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> ResponseVerdict {
        match self.answer_body(Sight { request, redactions: None }, response, body) {
            Some(mended) => ResponseVerdict::Replace(mended),
            None if self.refuses() => ResponseVerdict::Refuse,
            None => ResponseVerdict::Pass,
        }
    }

    pub(super) fn profile(&mut self, sight: Sight<'_>, body: Observed<'_>) {
        let rules = &self.policy.profile;
        if rules.is_empty() || self.refuses() || !self.makes(Check::Profile) {
            return;
        }
        if let Some(operation) = self.policy.operation(self.state.place) {
            let mut reasons = rules.request(operation, sight.request, body);
            let often = self.state.came.and_then(|count| rules.rate(operation)?.judge(count));
            reasons.extend(often);
            self.conclude(sight, Check::Profile, reasons);
        }
    }

    /// Judges an answer as a whole; gives its body cut to the contract where that was needed and done.
    pub(super) fn answer_body(
        &mut self,
        sight: Sight<'_>,
        response: &ResponseView<'_>,
        body: Option<&[u8]>,
    ) -> Option<Vec<u8>> {
        let operation = self.policy.operation(self.state.place)?;
        let body = body.map(|body| decoded(response.headers, body));
        let body = body.as_deref();
        let mut mended = None;
        if self.makes(Check::Response) {
            let known = std::mem::replace(&mut self.state.answered, true);
            let policy = self.policy;
            let judge = |body: Option<&[u8]>| {
                let mut issues = policy.response(operation, sight.request, response, body);
                issues.retain(|issue| !known || issue.location == "response-body");
                issues
            };
            let issues = judge(body);
            let scrubs = self.state.held && policy.api().protection.response.scrub;
            mended = body.filter(|_| scrubs).and_then(|body| scrub::mend(body, &issues, |body| judge(Some(body))));
            if mended.is_some() {
                self.conclude_scrubbed(sight, issues);
            } else {
                self.conclude_issues(sight, Check::Response, TITLE, issues);
            }
            if body.is_none() && sight.request.method != "HEAD" {
                self.state.verdict.not_assessed(Check::Response, "response body was not captured");
            }
        } else {
            self.state.verdict.skip(Check::Response, DISABLED);
        }
        if !self.policy.profile.is_empty() && self.makes(Check::Profile) {
            let reasons =
                self.policy.profile.response(operation, response, body.map_or(Observed::Unseen, Observed::Bytes));
            self.conclude(sight, Check::Profile, reasons);
        }
        mended
    }

    fn conclude_scrubbed(&mut self, sight: Sight<'_>, issues: Vec<Issue>) {
        let title = "The response was cut to the contract";
        let alert = |issue| Reason { action: Some(Action::Alert), ..Reason::of_issue(issue, Check::Response, title) };
        self.conclude(sight, Check::Response, issues.into_iter().map(alert).collect());
    }
}

/// A body without its content coding; what cannot be decoded is judged as it is, and breaks the contract by that.
fn decoded<'b>(headers: HeadersView<'_>, body: &'b [u8]) -> Cow<'b, [u8]> {
    let plain = codings(headers)
        .filter(|codings| !codings.trim().is_empty())
        .and_then(|codings| decode_all(&codings, body, &DecodeLimits::default()).ok());
    plain.map_or(Cow::Borrowed(body), Cow::Owned)
}
