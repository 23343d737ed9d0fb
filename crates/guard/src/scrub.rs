//! Answers cut to the contract: what it does not know goes, what it keeps stays as it was written.

use palisade_contract::validate::Issue;
use palisade_document::{Kind, Limits, NodeId, NodeRef, json};
use std::collections::BTreeSet;

/// Times an answer is cut and judged again.
const ROUNDS: usize = 8;

/// The body without the members that `issues` say do not belong there; `None` when it is no JSON, when nothing is to
/// go, or when what is left breaks the contract all the same. `judge` says what is wrong with a body.
pub(crate) fn mend(body: &[u8], issues: &[Issue], judge: impl Fn(&[u8]) -> Vec<Issue>) -> Option<Vec<u8>> {
    let mut issues = issues.to_vec();
    let mut mended: Option<Vec<u8>> = None;
    for _ in 0..ROUNDS {
        if !issues.iter().any(goes) {
            break;
        }
        let document = json::parse_body(mended.as_deref().unwrap_or(body), &Limits::body()).ok()?;
        let place = |issue: &Issue| document.root().at_pointer(&issue.pointer).map(NodeRef::id);
        let gone: BTreeSet<NodeId> = issues.iter().filter(|issue| goes(issue)).filter_map(place).collect();
        if gone.is_empty() || gone.contains(&document.root().id()) {
            return None;
        }
        let mut out = Vec::with_capacity(body.len());
        write(document.root(), &gone, &mut out);
        issues = judge(&out);
        mended = Some(out);
    }
    mended.filter(|_| issues.is_empty())
}

/// True for a member that does not belong there.
fn goes(issue: &Issue) -> bool {
    issue.location == "response-body"
        && matches!(issue.code, "additionalProperties" | "unevaluatedProperties" | "writeOnly")
}

/// Writes a value; its depth is bounded by what the parser takes.
fn write(node: NodeRef<'_>, gone: &BTreeSet<NodeId>, out: &mut Vec<u8>) {
    match node.kind() {
        Kind::Object => {
            out.push(b'{');
            for (at, member) in node.members().filter(|member| !gone.contains(&member.value.id())).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                quoted(member.key, out);
                out.push(b':');
                write(member.value, gone, out);
            }
            out.push(b'}');
        }
        Kind::Array => {
            out.push(b'[');
            for (at, item) in node.items().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, gone, out);
            }
            out.push(b']');
        }
        Kind::String => quoted(node.scalar_text(), out),
        // Numbers keep every digit.
        Kind::Number | Kind::Bool | Kind::Null => out.extend_from_slice(node.scalar_text().as_bytes()),
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(code: &'static str, pointer: &str) -> Issue {
        Issue {
            location: "response-body",
            name: String::new(),
            pointer: pointer.to_owned(),
            code,
            message: String::new(),
            alert_only: false,
            schema: None,
        }
    }

    #[test]
    fn what_stays_is_as_it_was() {
        let body = br#"{"id":12345678901234567890.50,"t":"a\u00e9\"","secret":{"x":1},"list":[{"y":true,"z":null}]}"#;
        let issues = [issue("additionalProperties", "/secret"), issue("writeOnly", "/list/0/y")];
        let mended = mend(body, &issues, |_| Vec::new());
        let expected = r#"{"id":12345678901234567890.50,"t":"aé\"","list":[{"z":null}]}"#;
        assert_eq!(mended, Some(expected.as_bytes().to_vec()));
    }

    #[test]
    fn what_cannot_be_mended_is_not() {
        let extra = [issue("additionalProperties", "/a")];
        assert_eq!(mend(br#"{"a":1}"#, &[issue("type", "/a")], |_| Vec::new()), None);
        assert_eq!(mend(br#"{"a":1}"#, &extra, |_| vec![issue("required", "/b")]), None);
        assert_eq!(mend(b"<a/>", &extra, |_| Vec::new()), None);
        // What is found only once something is gone goes too.
        let next = |body: &[u8]| if body == b"{}" { Vec::new() } else { vec![issue("additionalProperties", "/b")] };
        assert_eq!(mend(br#"{"a":1,"b":2}"#, &extra, next), Some(b"{}".to_vec()));
    }
}
