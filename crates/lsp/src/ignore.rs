//! "Ignore here": writes `x-palisade-ignore` into the contract, at the finding's place.

use crate::judged::Judged;
use palisade_document::NodeRef;
use palisade_document::edit::{Editor, Place};
use palisade_finding::{Edit, Finding};
use serde_json::json;

/// The word of the contract that silences findings.
const KEY: &str = "x-palisade-ignore";

/// The edits that silence a finding at its place. The reason is left to be written: without one the ignore does not
/// hold, and a finding says so.
pub(crate) fn edits(judged: &Judged, editor: &Editor<'_>, finding: &Finding) -> Option<Vec<Edit>> {
    let main = judged.main()?;
    if finding.file.as_deref().is_some_and(|name| name != main.name) || finding.category == "structure" {
        return None;
    }
    let object = holder(editor.document().root().at_pointer(finding.pointer.as_deref()?)?)?;
    let made = match object.get(KEY) {
        None => editor.insert_member(object, Place::End, KEY, &json!({ finding.rule.as_ref(): "" })),
        Some(list) if list.is_object() && list.get("rule").is_none() => {
            editor.insert_member(list, Place::End, &finding.rule, &json!(""))
        }
        Some(_) => return None,
    };
    let edits = made.ok()?.into_iter().map(|edit| Edit {
        file: main.name.clone(),
        start: edit.span.start,
        end: edit.span.end,
        from: (1, 1),
        to: (1, 1),
        text: edit.text,
    });
    Some(edits.collect())
}

/// The closest object around a place that may carry extensions: no reference, and no map whose keys are names.
fn holder(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let mut at = Some(node);
    while let Some(node) = at {
        if node.is_object() && node.get("$ref").is_none() && !is_map(node) {
            return Some(node);
        }
        at = node.parent();
    }
    None
}

/// Whether an object's keys are names that the author chose.
fn is_map(node: NodeRef<'_>) -> bool {
    const MAPS: [&str; 17] = [
        "properties",
        "patternProperties",
        "dependentSchemas",
        "$defs",
        "definitions",
        "schemas",
        "parameters",
        "headers",
        "examples",
        "requestBodies",
        "securitySchemes",
        "securityDefinitions",
        "links",
        "variables",
        "mapping",
        "scopes",
        "content",
    ];
    let named = |key: Option<&str>| key.is_some_and(|key| MAPS.contains(&key));
    let parent = node.parent();
    // A property may be called `content`; a requirement's keys are names of schemes.
    let entry = parent.is_some_and(|parent| parent.is_object() && named(parent.key()));
    let requirement = parent.is_some_and(|parent| parent.is_array() && parent.key() == Some("security"));
    requirement || (named(node.key()) && !entry)
}
