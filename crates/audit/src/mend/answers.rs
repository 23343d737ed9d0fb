//! Answers that an operation ought to describe.

use super::{Mended, Spot};
use crate::index::{Index, Version};
use crate::rules::help;
use palisade_document::edit::{Edit, Place};
use palisade_document::{Member, NodeRef};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// The reason phrase of a status (RFC 9110, section 15; RFC 6585), for a description.
pub(crate) fn phrase(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "Non-authoritative information",
        "204" => "No content",
        "205" => "Reset content",
        "206" => "Partial content",
        "207" => "Multi-status",
        "301" => "Moved permanently",
        "302" => "Found",
        "303" => "See other",
        "304" => "Not modified",
        "307" => "Temporary redirect",
        "308" => "Permanent redirect",
        "400" => "Bad request",
        "401" => "Unauthorized",
        "402" => "Payment required",
        "403" => "Forbidden",
        "404" => "Not found",
        "405" => "Method not allowed",
        "406" => "Not acceptable",
        "408" => "Request timeout",
        "409" => "Conflict",
        "410" => "Gone",
        "411" => "Length required",
        "412" => "Precondition failed",
        "413" => "Content too large",
        "414" => "URI too long",
        "415" => "Unsupported media type",
        "416" => "Range not satisfiable",
        "422" => "Unprocessable content",
        "423" => "Locked",
        "424" => "Failed dependency",
        "428" => "Precondition required",
        "429" => "Too many requests",
        "431" => "Request header fields too large",
        "500" => "Internal server error",
        "501" => "Not implemented",
        "502" => "Bad gateway",
        "503" => "Service unavailable",
        "504" => "Gateway timeout",
        "default" => "Unexpected error",
        _ => match status.as_bytes().first() {
            Some(b'1') => "Informational",
            Some(b'2') => "Success",
            Some(b'3') => "Redirection",
            Some(b'4') => "Client error",
            Some(b'5') => "Server error",
            _ => "Response",
        },
    }
}

/// For each status the reference that describes it: a shared response whose name says so, else the one that most
/// operations use for it.
pub(super) fn references(index: &Index<'_>) -> HashMap<String, String> {
    let mut used: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    // A reference that begins with `#` means the file it stands in.
    for operation in index.operations.iter().filter(|operation| operation.node.file().is_main()) {
        for member in operation.responses_node.into_iter().flat_map(NodeRef::members) {
            if let Some(target) = member.value.get("$ref").and_then(NodeRef::as_str).filter(|to| to.starts_with("#/")) {
                *used.entry((member.key, target)).or_default() += 1;
            }
        }
    }
    let mut best: HashMap<String, (u32, String)> = HashMap::new();
    for ((status, target), count) in used {
        let entry = best.entry(status.to_owned()).or_default();
        if count > entry.0 {
            *entry = (count, target.to_owned());
        }
    }
    let mut found: HashMap<String, String> = best.into_iter().map(|(status, (_, target))| (status, target)).collect();
    let (prefix, shared) = match index.version {
        Version::V2 => ("#/responses/", index.component_map("responses", "responses")),
        _ => ("#/components/responses/", index.component_map("responses", "responses")),
    };
    for status in ["400", "401", "403", "404", "406", "415", "429", "500", "default"] {
        let phrase = help::plain(phrase(status));
        let member = shared.into_iter().flat_map(NodeRef::members).find(|member| {
            let name = help::plain(member.key);
            let name = name.strip_suffix("response").or(name.strip_suffix("error")).unwrap_or(&name);
            let bare = name.strip_prefix("http").or(name.strip_prefix("error")).unwrap_or(name);
            bare == status
                || name == phrase
                || (status == "default" && matches!(name, "default" | "unexpected" | "generic"))
        });
        // An answer 429 without the time to come back would be one finding for another.
        let whole = |member: &Member<'_>| status != "429" || says_when(member.value);
        if let Some(member) = member.filter(|one| whole(one) && !one.key.contains(['/', '~', '%', '#', ' '])) {
            found.insert(status.to_owned(), format!("{prefix}{}", member.key));
        }
    }
    found
}

/// What to write for an answer.
fn response(index: &Index<'_>, status: &str, main: bool) -> Value {
    match index.shared().answers.get(status).filter(|_| main) {
        Some(target) => json!({"$ref": target}),
        None if status == "429" => {
            json!({"description": phrase(status), "headers": {"Retry-After": retry_after(index)}})
        }
        None => json!({"description": phrase(status)}),
    }
}

/// The header that says when to come back: seconds or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(index: &Index<'_>) -> Value {
    let value = json!({"type": "string", "maxLength": 64, "pattern": "^[0-9A-Za-z:, -]+$"});
    match index.version {
        Version::V2 => value,
        _ => json!({"description": "When to come back: seconds, or a date", "schema": value}),
    }
}

/// Whether an answer says when to come back.
pub(crate) fn says_when(response: NodeRef<'_>) -> bool {
    let mut headers = response.get("headers").into_iter().flat_map(NodeRef::members);
    headers.any(|header| header.key.eq_ignore_ascii_case("Retry-After"))
}

/// Describes an answer in `responses`, in order of the status codes.
pub(crate) fn answer<'a>(index: &Index<'a>, spot: &Spot<'a>, status: &str) -> Option<Mended> {
    Mended::safe(format!("describe the answer {status}"), insert(index, spot.node, status)?)
}

/// Adds an answer to `responses`.
pub(crate) fn insert<'a>(index: &Index<'a>, node: NodeRef<'a>, status: &str) -> Option<Vec<Edit>> {
    let before = node.members().filter(|member| {
        member.key.len() == 3 && member.key.starts_with(|c: char| c.is_ascii_digit()) && member.key < status
    });
    let place = before.map(|member| member.key).last().map_or(Place::End, Place::After);
    index.editor().insert_member(node, place, status, &response(index, status, node.file().is_main())).ok()
}
