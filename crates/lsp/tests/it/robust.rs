//! What comes from outside is hostile, and what is typed is broken most of the time.

use crate::client::{Client, everything};
use crate::{CONTRACT, URI};
use serde_json::{Value, json};

#[test]
fn a_file_that_is_no_contract_gives_nothing() {
    let mut client = Client::start(None, everything(), json!({}));
    let texts = [
        "a: b",
        "",
        "{\"dependencies\": {\"swagger\": \"1\"}}",
        "{\"swagger\": {}}",
        "- openapi: 3.0.0",
        "\u{0}\u{1}",
        "key: [unclosed",
    ];
    for (at, text) in texts.iter().enumerate() {
        let uri = format!("file:///nowhere/{at}.yaml");
        client.open(&uri, text);
        assert_eq!(client.diagnostics(&uri), Vec::<Value>::new(), "{text:?}");
        assert_eq!(client.about("textDocument/documentSymbol", &uri), json!([]));
        assert_eq!(client.at("textDocument/hover", &uri, 0, 0), Value::Null);
        assert_eq!(client.about("textDocument/codeLens", &uri), json!([]));
    }
    client.end();
}

#[test]
fn a_contract_that_is_broken_while_it_is_typed_says_where() {
    let mut client = Client::start(None, everything(), json!({}));
    client.open(URI, CONTRACT);
    client.diagnostics(URI);
    client.edit(URI, 2, [5, 0, 5, 0], "  \"unclosed: [\n");
    let broken = client.diagnostics(URI);
    assert!(
        broken.iter().any(|one| one["severity"] == 1 && one["range"]["start"]["line"].as_u64() >= Some(5)),
        "{broken:#?}"
    );
    // Broken at its head, it is still known to be a contract.
    client.edit(URI, 3, [0, 0, 0, 0], "\"");
    assert!(!client.diagnostics(URI).is_empty());
    // A version that does not exist is told.
    client.tell(
        "textDocument/didChange",
        json!({"textDocument": {"uri": URI, "version": 4},
        "contentChanges": [{"text": "openapi: 9.0.0\n"}]}),
    );
    assert_eq!(client.diagnostics(URI).len(), 1);
    client.end();
}

#[test]
fn a_file_shows_a_bounded_number_of_diagnostics_and_counts_the_rest() {
    let mut client = Client::start(None, everything(), json!({"maxDiagnostics": 3}));
    client.open(URI, CONTRACT);
    let list = client.diagnostics(URI);
    assert_eq!(list.len(), 4);
    assert!(list[3]["message"].as_str().unwrap().contains("more findings are not shown here"), "{}", list[3]);
    client.end();
}

#[test]
fn closing_a_file_takes_its_diagnostics_away() {
    let mut client = Client::start(None, everything(), json!({}));
    client.open(URI, CONTRACT);
    assert!(!client.diagnostics(URI).is_empty());
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    assert!(client.diagnostics(URI).is_empty());
    assert_eq!(client.at("textDocument/hover", URI, 3, 12), Value::Null);
    client.end();
}

#[test]
fn large_files_show_that_they_are_being_judged() {
    let mut capabilities = everything();
    capabilities["window"] = json!({"workDoneProgress": true});
    let mut client = Client::start(None, capabilities, json!({}));
    let text = format!("{CONTRACT}x-filler: {}\n", "y".repeat(600 << 10));
    client.open(URI, &text);
    let token = client.wait(|message| message["method"] == "window/workDoneProgress/create")["params"]["token"].clone();
    let kinds: Vec<String> = (0..2)
        .map(|_| client.wait(|message| message["params"]["token"] == token && message["method"] == "$/progress"))
        .map(|one| one["params"]["value"]["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["begin", "end"]);
    client.end();
}

#[test]
fn a_request_that_waits_can_be_cancelled() {
    let mut client = Client::start(None, everything(), json!({}));
    let text = format!("{CONTRACT}x-filler:\n{}", "  - {a: b}\n".repeat(50_000));
    client.open(URI, &text);
    let id = client.begin("textDocument/documentSymbol", json!({"textDocument": {"uri": URI}}));
    client.tell("$/cancelRequest", json!({"id": id}));
    let answer = client.answer(id);
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    client.end();
}

#[test]
fn requests_that_make_no_sense_get_an_error_and_nothing_ends() {
    let mut client = Client::start(None, everything(), json!({}));
    client.open(URI, CONTRACT);
    let cases = [
        ("textDocument/hover", json!({"textDocument": {"uri": URI}}), -32602),
        ("textDocument/hover", json!([]), -32602),
        ("textDocument/hover", Value::Null, -32602),
        ("textDocument/formatting", json!({"textDocument": {"uri": URI}}), -32601),
        ("workspace/executeCommand", json!({"command": "rm", "arguments": [URI]}), -32602),
        ("initialize", json!({}), -32601),
    ];
    for (method, params, code) in cases {
        let id = client.begin(method, params);
        assert_eq!(client.answer(id)["error"]["code"], code, "{method}");
    }
    for (method, params) in [
        ("textDocument/didOpen", json!({"textDocument": 1})),
        (
            "textDocument/didOpen",
            json!({"textDocument": {"uri": "no uri at all %", "languageId": "", "version": 0, "text": ""}}),
        ),
        (
            "textDocument/didChange",
            json!({"textDocument": {"uri": "file:///never-opened", "version": 1}, "contentChanges": []}),
        ),
        ("textDocument/didClose", json!(null)),
        ("$/cancelRequest", json!({"id": {}})),
        ("unknown/notification", json!(null)),
        ("workspace/didChangeWatchedFiles", json!({"changes": "x"})),
        ("workspace/didChangeConfiguration", json!({"settings": [7]})),
    ] {
        client.tell(method, params);
    }
    // Positions and ranges far outside, and the wrong way round.
    for (line, column) in [(u32::MAX, u32::MAX), (0, u32::MAX), (u32::MAX, 0)] {
        client.at("textDocument/hover", URI, line, column);
        client.at("textDocument/references", URI, line, column);
    }
    client.edit(URI, 2, [9, 9, 1, 1], "\u{FEFF}\r");
    client.edit(URI, 3, [u32::MAX, 0, u32::MAX, u32::MAX], "\n# end");
    client.raw(b"Content-Length: 3\r\n\r\n{{{");
    assert!(client.about("textDocument/documentSymbol", URI).is_array());
    client.end();
}

#[test]
fn what_comes_before_the_greeting_is_refused_and_a_broken_frame_ends_the_session() {
    let mut client = Client::silent();
    let id = client.begin("textDocument/hover", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32002);
    assert!(!client.drop_input().unwrap());
    let mut client = Client::start(None, everything(), json!({}));
    client.raw(b"GET / HTTP/1.1\r\n\r\n");
    assert!(client.drop_input().is_err());
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    let mut client = Client::start(None, everything(), json!({}));
    client.open(URI, &format!("\u{FEFF}{CONTRACT}"));
    let list = client.diagnostics(URI);
    let plain = {
        let uri = "file:///nowhere/plain.yaml";
        client.open(uri, CONTRACT);
        client.diagnostics(uri)
    };
    let lines = |list: &[Value]| list.iter().map(|one| one["range"].clone()).collect::<Vec<_>>();
    let moved = |mut range: Value| {
        for end in ["start", "end"] {
            if range[end]["line"] == 0 {
                range[end]["character"] = json!(range[end]["character"].as_u64().unwrap() + 1);
            }
        }
        range
    };
    assert_eq!(lines(&list), lines(&plain).into_iter().map(moved).collect::<Vec<_>>());
    client.end();
}

#[test]
fn a_contract_in_one_long_line_is_judged_like_any_other() {
    let mut client = Client::start(None, everything(), json!({}));
    let uri = "file:///nowhere/long.json";
    let paths: Vec<String> = (0..3000)
        .map(|n| format!("\"/é😀{n}\":{{\"get\":{{\"responses\":{{\"200\":{{\"description\":\"é\"}}}}}}}}"))
        .collect();
    let text = format!(
        "{{\"openapi\":\"3.0.3\",\"info\":{{\"title\":\"t\",\"version\":\"1\"}},\"paths\":{{{}}}}}",
        paths.join(",")
    );
    client.open(uri, &text);
    let list = client.diagnostics(uri);
    assert_eq!(list.len(), 501);
    assert!(list.iter().all(|one| one["range"]["start"]["line"] == 0));
    let units: Vec<u16> = text.encode_utf16().collect();
    for one in list.iter().take(500).filter(|one| one["message"].as_str().unwrap().contains("429")) {
        let range = &one["range"];
        let at = |end: &str| range[end]["character"].as_u64().unwrap() as usize;
        let marked = String::from_utf16(&units[at("start")..at("end")]).unwrap();
        assert!(["\"responses\"", "\"get\""].contains(&marked.as_str()), "{marked}");
    }
    client.end();
}
