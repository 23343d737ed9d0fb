//! Demands on the header fields of requests.

use crate::glob;
use crate::verdict::Reason;
use crate::{Check, HeaderRule};
use palisade_exchange::HeadersView;

/// What breaks the rules.
pub(crate) fn judge(rules: &[HeaderRule], headers: HeadersView<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for rule in rules {
        let mut values = headers.get_all(&rule.name).peekable();
        let mut against = |status, code, title, message: &str| {
            reasons.push(Reason {
                name: rule.name.clone(),
                action: rule.effect,
                message: message.to_owned(),
                ..Reason::new(Check::Headers, status, code, title)
            });
        };
        if rule.required && values.peek().is_none() {
            against(400, "header_missing", "A header is missing", "must be sent");
        }
        let any = |patterns: &[String], value: &[u8]| {
            patterns.iter().any(|pattern| glob::text(pattern.as_bytes(), value.trim_ascii()))
        };
        for value in values {
            if any(&rule.deny, value) {
                against(403, "header_denied", "A header is not allowed", "has a value that is kept out");
                break;
            }
            if !rule.allow.is_empty() && !any(&rule.allow, value) {
                against(403, "header_not_allowed", "A header is not allowed", "has a value that is not let in");
                break;
            }
        }
    }
    reasons
}
