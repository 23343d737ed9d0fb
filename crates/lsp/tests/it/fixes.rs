//! Edits that mend findings, made by the client as the server says.

use crate::client::Client;
use crate::{CONTRACT, URI, codes, opened};
use serde_json::{Value, json};

fn actions(client: &mut Client, line: u32, only: &[&str]) -> Vec<Value> {
    let range = json!({"start": {"line": line, "character": 0}, "end": {"line": line, "character": 99}});
    let mut context = json!({"diagnostics": []});
    if !only.is_empty() {
        context["only"] = json!(only);
    }
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
    client.ask("textDocument/codeAction", params).as_array().unwrap().clone()
}

/// The text with an action's edits made, the last one first.
fn applied(text: &str, action: &Value) -> String {
    let change = &action["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["uri"], URI, "{action}");
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |place: &Value| {
        let start = starts[place["line"].as_u64().unwrap() as usize];
        let mut units = place["character"].as_u64().unwrap() as usize;
        let inside = text[start..].char_indices().find(|(_, c)| {
            let here = units == 0;
            units = units.saturating_sub(c.len_utf16());
            here
        });
        inside.map_or(text.len(), |(at, _)| start + at)
    };
    let mut edits: Vec<(usize, usize, &str)> = change["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|edit| (edit.0, edit.1));
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

fn replaced(client: &mut Client, version: i64, text: &str) -> Vec<Value> {
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": URI, "version": version},
        "contentChanges": [{"text": text}]}),
    );
    client.diagnostics(URI)
}

#[test]
fn a_quick_fix_mends_its_finding() {
    let (mut client, before) = opened(json!({"profile": "strict"}));
    assert!(codes(&before).contains(&"RDT005"));
    let offered = actions(&mut client, 9, &["quickfix"]);
    let fix = offered.iter().find(|one| {
        one["diagnostics"][0]["code"] == "RDT005" && one["title"].as_str().unwrap().contains("describe the answer")
    });
    let fix = fix.unwrap_or_else(|| panic!("{offered:#?}"));
    assert_eq!((&fix["kind"], &fix["isPreferred"]), (&json!("quickfix"), &json!(true)));
    assert_eq!(fix["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    let after = replaced(&mut client, 2, &applied(CONTRACT, fix));
    let of = |list: &[Value], line: u64| {
        list.iter()
            .filter(|one| one["code"] == "RDT005" && one["range"]["start"]["line"].as_u64() <= Some(line))
            .count()
    };
    assert_eq!((of(&before, 9), of(&after, 9)), (1, 0), "{after:#?}");
    client.end();
}

#[test]
fn a_fix_that_may_refuse_what_passes_today_says_so() {
    let (mut client, _) = opened(json!({}));
    let offered = actions(&mut client, 30, &[]);
    let unsafe_ones: Vec<&Value> =
        offered.iter().filter(|one| one["title"].as_str().unwrap().contains("(unsafe: ")).collect();
    assert!(!unsafe_ones.is_empty() && unsafe_ones.iter().all(|one| one["isPreferred"] == false), "{offered:#?}");
    client.end();
}

#[test]
fn every_safe_fix_at_once_is_offered_when_asked_for_and_leaves_nothing_safe_to_fix() {
    let (mut client, before) = opened(json!({"profile": "strict"}));
    assert!(actions(&mut client, 9, &[]).iter().all(|one| one["kind"] == "quickfix"), "it is asked for by name");
    let offered = actions(&mut client, 0, &["source.fixAll"]);
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0]["kind"], "source.fixAll.palisade");
    let text = applied(CONTRACT, &offered[0]);
    let after = replaced(&mut client, 2, &text);
    assert!(after.len() < before.len() && text.contains("summary: Lists pets 😀"), "{text}");
    assert_eq!(actions(&mut client, 0, &["source"]), Vec::<Value>::new());
    client.end();
}

#[test]
fn an_ignore_is_written_at_the_place_and_its_reason_is_left_to_be_written() {
    let (mut client, _) = opened(json!({}));
    let offered = actions(&mut client, 6, &[]);
    let ignore = offered.iter().find(|one| one["title"].as_str().unwrap().starts_with("Ignore SAN"));
    let ignore = ignore.unwrap_or_else(|| panic!("{offered:#?}"));
    let text = applied(CONTRACT, ignore);
    let rule = ignore["diagnostics"][0]["code"].as_str().unwrap();
    // In the operation, as its last member.
    let block = text.split("  /pets:\n    get:\n").nth(1).unwrap().split("    post:").next().unwrap();
    assert!(
        block.contains("      x-palisade-ignore:\n") && block.contains(&format!("{rule}: ''"))
            || block.contains(&format!("{rule}: \"\"")),
        "{block}"
    );
    client.end();
}
