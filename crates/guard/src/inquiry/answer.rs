//! The steps after the contract: the learned profile, and the answer.

use super::{DISABLED, Inquiry, Sight};
use crate::Check;
use palisade_exchange::ResponseView;

pub(super) const RESPONSE: &str = "The response breaks the contract";

impl Inquiry<'_> {
    pub(super) fn profile(&mut self, sight: Sight<'_>, body: Option<&[u8]>) {
        let rules = &self.policy.profile;
        if rules.is_empty() || self.refuses() || !self.makes(Check::Profile) {
            return;
        }
        if let Some(operation) = self.policy.operation(self.state.place) {
            let reasons = rules.request(operation, sight.request, body);
            self.conclude(sight, Check::Profile, reasons);
        }
    }

    pub(super) fn answer_body(&mut self, sight: Sight<'_>, response: &ResponseView<'_>, body: Option<&[u8]>) {
        let Some(operation) = self.policy.operation(self.state.place) else { return };
        if self.makes(Check::Response) {
            let mut issues = self.policy.response(operation, sight.request, response, body);
            if std::mem::replace(&mut self.state.answered, true) {
                issues.retain(|issue| issue.location == "response-body");
            }
            self.conclude_issues(sight, Check::Response, RESPONSE, issues);
            if body.is_none() && sight.request.method != "HEAD" {
                self.state.verdict.not_assessed(Check::Response, "response body was not captured");
            }
        } else {
            self.state.verdict.skip(Check::Response, DISABLED);
        }
        if !self.policy.profile.is_empty() && self.makes(Check::Profile) {
            let reasons = self.policy.profile.response(operation, response, body);
            self.conclude(sight, Check::Profile, reasons);
        }
    }
}
