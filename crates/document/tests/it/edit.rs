//! Edits keep everything around the change.

use palisade_document::edit::{Edit, Editor, Editors, Parts, Place, Refusal, apply, disjoint, encode_like};
use palisade_document::{Document, Limits, NodeRef, Span, emit, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn doc(name: &str, source: &str) -> Document {
    let reading = read(name, source.as_bytes(), &Limits::default());
    assert!(reading.problems.is_empty(), "{:?} in\n{source}", reading.problems);
    reading.document
}

fn tree(document: &Document) -> Value {
    emit::node_to_value(document.root(), usize::MAX).unwrap()
}

/// One edit made on a source, by pointer.
fn edited(source: &str, edit: impl for<'a> Fn(&Editor<'a>, NodeRef<'a>) -> Result<Vec<Edit>, Refusal>) -> String {
    let name = if source.starts_with('{') { "a.json" } else { "a.yaml" };
    let document = doc(name, source);
    let edits = edit(&Editor::new(&document), document.root()).unwrap_or_else(|refusal| panic!("{refusal}: {source}"));
    let text = apply(source, &edits).unwrap();
    doc(name, &text);
    text
}

fn insert(
    pointer: &str,
    after: &str,
    key: &str,
    value: Value,
) -> impl for<'a> Fn(&Editor<'a>, NodeRef<'a>) -> Result<Vec<Edit>, Refusal> {
    move |editor, root| {
        let place = if after.is_empty() { Place::End } else { Place::After(after) };
        editor.insert_member(root.at_pointer(pointer).unwrap(), place, key, &value)
    }
}

fn remove(pointer: &str, key: &str) -> impl for<'a> Fn(&Editor<'a>, NodeRef<'a>) -> Result<Vec<Edit>, Refusal> {
    move |editor, root| {
        let node = root.at_pointer(pointer).unwrap();
        match node.member(key) {
            Some(member) => editor.remove_member(node, &member),
            None => editor.remove_item(node, key.parse().unwrap()),
        }
    }
}

#[test]
fn members_are_inserted_into_yaml_as_their_neighbours_are_written() {
    let source = "a:\n    b: 1 # one\n    # two\n    c: |\n      text\n\n# end\nd:\n- x: 1\n  y: 2\n";
    insta::assert_snapshot!(edited(source, insert("/a", "b", "new", json!({"k": ["v", {"w": "x: y"}], "e": {}}))), @r"
    a:
        b: 1 # one
        new:
            k:
            - v
            - w: 'x: y'
            e: {}
        # two
        c: |
          text

    # end
    d:
    - x: 1
      y: 2
    ");
    assert_eq!(
        edited(source, insert("/a", "", "new", json!("yes"))),
        source.replace("text\n", "text\n    new: 'yes'\n")
    );
    assert_eq!(
        edited(source, insert("/d/0", "x", "new", json!(null))),
        source.replace("x: 1\n", "x: 1\n  new: null\n")
    );
    assert_eq!(
        edited(source, insert("", "", "new", json!(5))),
        format!("{source}new: 5\n").replace("2\nn: 5\n", "2\nn: 5\n")
    );
}

#[test]
fn a_source_without_a_final_line_break_keeps_none() {
    assert_eq!(edited("a: 1\nb: 2", insert("", "", "c", json!(3))), "a: 1\nb: 2\nc: 3");
    assert_eq!(edited("a: 1\nb: 2", remove("", "b")), "a: 1");
    assert_eq!(edited("a: 1\r\nb: 2\r\n", insert("", "a", "c", json!({"d": 3}))), "a: 1\r\nc:\r\n  d: 3\r\nb: 2\r\n");
}

#[test]
fn kept_line_breaks_stay_part_of_their_text() {
    let source = "a:\n  b: |+\n    text\n\n\nc: 1\n";
    assert_eq!(edited(source, insert("/a", "", "new", json!(1))), "a:\n  b: |+\n    text\n\n\n  new: 1\nc: 1\n");
}

#[test]
fn items_go_together_and_a_scalar_becomes_a_list() {
    let without = |source: &str, places: &'static [usize]| {
        edited(source, move |editor, root| editor.remove_items(root.get("a").unwrap(), places))
    };
    assert_eq!(without("a: [1, 2, 3, 4]\n", &[1, 2]), "a: [1, 4]\n");
    assert_eq!(without("a:\n- 1\n# two\n- 2\n- 3 # three\n- 4\n", &[1, 3]), "a:\n- 1\n- 3 # three\n");
    let listed = |source: &str| edited(source, |editor, root| editor.list_scalar(root.get("a").unwrap(), "null"));
    assert_eq!(listed("a: string # s\n"), "a: [string, 'null'] # s\n");
    assert_eq!(listed("{\"a\": \"string\"}"), "{\"a\": [\"string\", \"null\"]}");
}

#[test]
fn a_comment_behind_brackets_stays_behind_them() {
    assert_eq!(edited("a: {b: 1} # c\n", insert("/a", "", "d", json!(2))), "a: {b: 1, d: 2} # c\n");
    let before = "e: [{f: g}]\na:\n  h: {b: 1}   # c\n";
    assert_eq!(edited(before, insert("/a/h", "", "d", json!(2))), before.replace("1}", "1, d: 2}"));
    let open = doc("a.yaml", "a: {b: 1 # c\n  }\n");
    let refused = Editor::new(&open).insert_member(open.root().get("a").unwrap(), Place::End, "d", &json!(2));
    assert_eq!(refused, Err(Refusal::Layout));
}

#[test]
fn json_keeps_its_layout() {
    assert_eq!(edited(r#"{"a":1}"#, insert("", "", "b", json!({"c": [1, "x"]}))), r#"{"a":1,"b":{"c":[1,"x"]}}"#);
    assert_eq!(edited(r#"{ "a": 1, "b": 2 }"#, insert("", "a", "c", json!(3))), r#"{ "a": 1, "c": 3, "b": 2 }"#);
    assert_eq!(
        edited("{\n\t\"a\": {\n\t\t\"b\": {}\n\t}\n}\n", insert("/a/b", "", "c", json!({"d": [1]}))),
        "{\n\t\"a\": {\n\t\t\"b\": {\n\t\t\t\"c\": {\n\t\t\t\t\"d\": [\n\t\t\t\t\t1\n\t\t\t\t]\n\t\t\t}\n\t\t}\n\t}\n}\n"
    );
    assert_eq!(edited(r#"{"a":1,"b":2,"c":3}"#, remove("", "b")), r#"{"a":1,"c":3}"#);
    assert_eq!(edited(r#"{"a":1,"b":2}"#, remove("", "b")), r#"{"a":1}"#);
    assert_eq!(edited("{\n  \"a\": [\n    1\n  ]\n}", remove("/a", "0")), "{\n  \"a\": []\n}");
}

#[test]
fn removal_takes_the_line_and_its_own_comments() {
    let source = "a:\n  # about b\n  # still b\n  b: 1 # one\n\n  # about c\n  c: 2\nlist:\n  # first\n  - 1\n  - x: 1\n    y: 2\n";
    assert_eq!(edited(source, remove("/a", "b")), source.replace("  # about b\n  # still b\n  b: 1 # one\n", ""));
    assert_eq!(edited(source, remove("/a", "c")), source.replace("  # about c\n  c: 2\n", ""));
    assert_eq!(edited(source, remove("/list", "0")), source.replace("  # first\n  - 1\n", ""));
    assert_eq!(edited(source, remove("/list/1", "x")), source.replace("x: 1\n    ", ""));
    assert_eq!(edited("a:\n  b: 1 # x\nc: 2\n", remove("/a", "b")), "a:\n  {} # x\nc: 2\n");
    assert_eq!(edited("a:\n- 1\nc: 2\n", remove("/a", "0")), "a:\n []\nc: 2\n");
}

#[test]
fn scalars_and_keys_keep_their_quotes() {
    let source = "a: 1.10 # v\nb: \"x\"\n200: 'y'\n";
    let quote = |editor: &Editor<'_>, key: &str| editor.quote_scalar(doc_root(editor).get(key).unwrap());
    fn doc_root<'a>(editor: &Editor<'a>) -> NodeRef<'a> {
        editor.document().root()
    }
    let document = doc("a.yaml", source);
    let editor = Editor::new(&document);
    let root = document.root();
    let noted = doc("a.yaml", "a: 'it''s' # that's 'it'\nb: \"\\\"\" # c\n");
    let spans: Vec<&str> = noted
        .root()
        .members()
        .map(|member| &noted.source()[member.value.span().start as usize..member.value.span().end as usize])
        .collect();
    assert_eq!(spans, ["'it''s'", "\"\\\"\""]);
    let made = |edits: Result<Vec<Edit>, Refusal>| apply(source, &edits.unwrap()).unwrap();
    assert_eq!(made(quote(&editor, "a")), source.replace("1.10", "'1.10'"));
    assert_eq!(made(editor.quote_key(&root.member("200").unwrap())), source.replace("200", "'200'"));
    assert_eq!(made(editor.rename_key(root, &root.member("200").unwrap(), "4XX")), source.replace("200", "'4XX'"));
    assert_eq!(
        made(editor.replace_scalar(root.get("b").unwrap(), &json!("it's"))),
        source.replace("\"x\"", "\"it's\"")
    );
    assert_eq!(made(editor.replace_scalar(root.get("200").unwrap(), &json!("it's"))), source.replace("'y'", "'it''s'"));
    assert_eq!(editor.rename_key(root, &root.member("200").unwrap(), "a"), Err(Refusal::Taken));
}

#[test]
fn shared_nodes_are_refused() {
    let reading = read("a.yaml", b"a: &x\n  b: {c: 1}\nd: *x\ne:\n  <<: *x\n  f: 1\n", &Limits::default());
    let (document, root) = (&reading.document, reading.document.root());
    let editor = Editor::new(document);
    for pointer in ["/a", "/a/b", "/d"] {
        let at = root.at_pointer(pointer).unwrap();
        assert_eq!(editor.insert_member(at, Place::End, "n", &json!(1)), Err(Refusal::Shared), "{pointer}");
    }
    assert_eq!(editor.insert_member(root.get("e").unwrap(), Place::End, "n", &json!(1)), Err(Refusal::Merged));
    assert_eq!(editor.remove_member(root, &root.member("a").unwrap()), Err(Refusal::Shared));
    let without = apply(document.source(), &editor.remove_member(root, &root.member("d").unwrap()).unwrap()).unwrap();
    assert_eq!(without, "a: &x\n  b: {c: 1}\ne:\n  <<: *x\n  f: 1\n");
}

#[test]
fn overlapping_edits_are_refused_and_insertions_at_one_place_keep_their_order() {
    let document = doc("a.yaml", "a: 1\n");
    let editor = Editor::new(&document);
    let mut edits = editor.insert_member(document.root(), Place::End, "b", &json!(2)).unwrap();
    edits.extend(editor.insert_member(document.root(), Place::End, "c", &json!(3)).unwrap());
    assert!(disjoint(edits[0].span, edits[1].span));
    assert_eq!(apply(document.source(), &edits).unwrap(), "a: 1\nb: 2\nc: 3\n");
    let value = document.root().get("a").unwrap();
    let twice = [editor.replace_scalar(value, &json!(4)).unwrap(), editor.quote_scalar(value).unwrap()].concat();
    assert!(!disjoint(twice[0].span, twice[1].span));
    assert!(apply(document.source(), &twice).is_err());
}

#[test]
fn encodings_and_marks_are_kept() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    for (bytes, expected) in [
        (b"\xEF\xBB\xBFa: 1".to_vec(), b"\xEF\xBB\xBFb: \xC3\xBC".to_vec()),
        (b"a: 1".to_vec(), "b: ü".as_bytes().to_vec()),
        (wide("\u{FEFF}a: 1"), wide("\u{FEFF}b: ü")),
        (wide("a: 1"), wide("b: ü")),
    ] {
        assert_eq!(encode_like(&bytes, "b: ü"), Some(expected));
    }
    assert_eq!(encode_like(b"a: \xFF", "a: b"), None);
}

/// Choices for layouts, used up one after the other.
struct Choices(Vec<u8>, usize);

impl Choices {
    fn of(&mut self, count: usize) -> usize {
        self.1 += 1;
        usize::from(self.0[self.1 % self.0.len()]) % count
    }
}

/// Writes a value in a layout that the choices give.
struct Layout {
    choices: Choices,
    out: String,
    comments: usize,
    eol: &'static str,
}

impl Layout {
    fn end(&mut self) {
        if self.choices.of(4) == 0 {
            self.comments += 1;
            self.out.push_str(&format!(" # c{}.", self.comments));
        }
        self.out.push_str(self.eol);
        if self.choices.of(8) == 0 {
            self.out.push_str(self.eol);
        }
    }

    fn comment(&mut self, column: usize) {
        if self.choices.of(5) == 0 {
            self.comments += 1;
            self.out.push_str(&format!("{}# c{}.{}", " ".repeat(column), self.comments, self.eol));
        }
    }

    fn string(&mut self, text: &str) {
        let plain = text.chars().all(|c| c.is_ascii_lowercase()) && text.len() > 5;
        match self.choices.of(3) {
            0 if plain => self.out.push_str(text),
            1 if !text.contains(|c: char| c.is_control()) => {
                self.out.push_str(&format!("'{}'", text.replace('\'', "''")))
            }
            _ => self.out.push_str(&Value::from(text).to_string()),
        }
    }

    fn flow(&mut self, value: &Value) {
        let space = [" ", ""][self.choices.of(2)];
        match value {
            Value::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    self.out.push_str(space);
                    self.flow(item);
                }
                self.out.push(']');
            }
            Value::Object(members) => {
                self.out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    self.out.push_str(space);
                    self.string(key);
                    self.out.push_str(": ");
                    self.flow(value);
                }
                self.out.push_str(space);
                self.out.push('}');
            }
            Value::String(text) => self.string(text),
            other => self.out.push_str(&other.to_string()),
        }
    }

    /// A value behind a key or dash; its own children stand at `column`.
    fn block(&mut self, value: &Value, column: usize, dash: bool) {
        match value {
            Value::Object(members) if !members.is_empty() && self.choices.of(6) > 0 => {
                let mut inline = dash && self.choices.of(3) > 0;
                self.out.push_str(if inline { " " } else { "" });
                if !inline && !self.out.is_empty() && !self.out.ends_with('\n') {
                    self.end();
                }
                for (key, value) in members {
                    if !inline {
                        self.comment(column);
                        self.out.push_str(&" ".repeat(column));
                    }
                    inline = false;
                    self.string(key);
                    self.out.push(':');
                    let step = usize::from(!value.is_array()) + self.choices.of(4);
                    self.block(value, column + step, false);
                }
            }
            Value::Array(items) if !items.is_empty() && self.choices.of(6) > 0 => {
                if !self.out.is_empty() && !self.out.ends_with('\n') {
                    self.end();
                }
                for item in items {
                    self.comment(column);
                    self.out.push_str(&format!("{}-", " ".repeat(column)));
                    self.block(item, column + 2, true);
                }
            }
            Value::String(text) if lines(text) && self.choices.of(3) > 0 && column > 0 => {
                let body = text.trim_end_matches('\n');
                self.out.push_str([" |-", " |", " |+"][(text.len() - body.len()).min(2)]);
                self.out.push_str(self.eol);
                for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                    let indent = if line.is_empty() { 0 } else { column };
                    self.out.push_str(&format!("{}{line}{}", " ".repeat(indent), self.eol));
                }
            }
            value => {
                self.out.push_str(if self.out.is_empty() { "" } else { " " });
                self.flow(value);
                self.end();
            }
        }
    }
}

/// Whether a text can stand as a literal block.
fn lines(text: &str) -> bool {
    !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c == '\n' || c.is_ascii_lowercase())
}

fn value() -> impl Strategy<Value = Value> {
    let key = prop_oneof!["[a-z]{1,8}", "[0-9]{3}", "[ -~]{1,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9i64..99).prop_map(Value::from),
        "[a-z]{0,9}".prop_map(Value::from),
        "[ -~]{0,9}".prop_map(Value::from),
        "[a-z]{1,3}\n[a-z]{0,3}\n?\n?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((key.clone(), inner), 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn sources() -> impl Strategy<Value = (String, &'static str)> {
    let layout = (value(), prop::collection::vec(any::<u8>(), 7..60), 0..6usize);
    layout.prop_map(|(value, choices, form)| match form {
        0 => (value.to_string(), "a.json"),
        1 => (emit::to_json_pretty(&value), "a.json"),
        2 => (emit::to_json_pretty(&value).replace("  ", "\t"), "a.json"),
        form => {
            let eol = if form == 3 { "\r\n" } else { "\n" };
            let mut layout = Layout { choices: Choices(choices, 0), out: String::new(), comments: 0, eol };
            layout.block(&value, 0, false);
            let text = if form == 4 { layout.out.trim_end().to_owned() } else { layout.out };
            (text, "a.yaml")
        }
    })
}

/// The value at a pointer.
fn at<'v>(value: &'v mut Value, pointer: &str) -> &'v mut Value {
    value.pointer_mut(pointer).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn an_edit_changes_what_was_meant_and_nothing_else(
        (source, name) in sources(),
        new in value(),
        pick in any::<prop::sample::Index>(),
        child in any::<prop::sample::Index>(),
        key in prop_oneof!["[a-z]{1,4}", "[0-9]{3}", "[ -~]{1,6}"],
        action in 0..7usize,
    ) {
        let reading = read(name, source.as_bytes(), &Limits::default());
        prop_assume!(reading.problems.is_empty());
        let document = reading.document;
        let mut expected = tree(&document);
        let editor = Editor::new(&document);
        let nodes: Vec<NodeRef<'_>> = document.nodes().collect();
        let node = nodes[pick.index(nodes.len())];
        let pointer = node.pointer();
        let count = node.len();
        let edits = match action {
            0 | 1 if node.is_object() => {
                let keys: Vec<&str> = node.members().map(|member| member.key).collect();
                let place = if action == 0 || count == 0 { Place::End } else { Place::After(keys[child.index(count)]) };
                prop_assume!(!keys.contains(&key.as_str()));
                at(&mut expected, &pointer).as_object_mut().unwrap().insert(key.clone(), new.clone());
                editor.insert_member(node, place, &key, &new)
            }
            0 | 1 if node.is_array() => {
                at(&mut expected, &pointer).as_array_mut().unwrap().push(new.clone());
                editor.insert_item(node, &new)
            }
            2 | 3 if node.is_object() && count > 0 => {
                let member = node.members().nth(child.index(count)).unwrap();
                at(&mut expected, &pointer).as_object_mut().unwrap().shift_remove(member.key);
                editor.remove_member(node, &member)
            }
            2 | 3 if node.is_array() && count > 0 => {
                at(&mut expected, &pointer).as_array_mut().unwrap().remove(child.index(count));
                editor.remove_item(node, child.index(count))
            }
            4 if node.is_object() && count > 0 => {
                let member = node.members().nth(child.index(count)).unwrap();
                let object = at(&mut expected, &pointer).as_object_mut().unwrap();
                let old = object.shift_remove(member.key).unwrap();
                object.insert(key.clone(), old);
                if member.key == key { Err(Refusal::Taken) } else { editor.rename_key(node, &member, &key) }
            }
            5 if count == 0 && !node.is_object() && !node.is_array() && !new.is_object() && !new.is_array() => {
                *at(&mut expected, &pointer) = new.clone();
                editor.replace_scalar(node, &new)
            }
            6 if count == 0 && !node.is_object() && !node.is_array() => {
                let place = at(&mut expected, &pointer);
                *place = json!([place.clone(), "null"]);
                editor.list_scalar(node, "null")
            }
            _ => return Ok(()),
        };
        let Ok(edits) = edits else { return Ok(()) };
        let text = apply(&source, &edits).unwrap();
        let again = read(name, text.as_bytes(), &Limits::default());
        prop_assert!(again.problems.is_empty(), "{:?}\nbefore:\n{source}\nafter:\n{text}", again.problems);
        prop_assert_eq!(tree(&again.document), expected, "{} {}\nbefore:\n{}\nafter:\n{}", action, pointer, source, text);
        if !matches!(action, 2 | 3) {
            for comment in (1..).map(|at| format!("# c{at}.")).take_while(|comment| source.contains(comment)) {
                prop_assert!(text.contains(&comment), "{comment} is gone\nbefore:\n{source}\nafter:\n{text}");
            }
        }
    }
}

#[test]
fn a_member_is_wrapped_on_its_line() {
    let wrap = |editor: &Editor<'_>, root: NodeRef<'_>| {
        let node = editor.document().root().at_pointer(&root.pointer()).unwrap();
        editor.wrap_member(node, &node.member("$ref").unwrap(), "allOf")
    };
    let source = "d: x\n# where\n$ref: '#/a' # b\n";
    assert_eq!(edited(source, wrap), "d: x\n# where\nallOf: [{$ref: '#/a'}] # b\n");
    assert_eq!(edited(r##"{"$ref": "#/a"}"##, wrap), r##"{"allOf": [{"$ref": "#/a"}]}"##);
}

#[test]
fn other_files_are_edited_as_if_they_stood_alone() {
    let mut document = doc("api.yaml", "a: {$ref: b.yaml}\nc: {$ref: 'https://hosts.example/d.yaml'}\n");
    let other = "é: 1 # one\nlist:\n- x\n- y";
    for (address, text) in [("b.yaml", other), ("https://hosts.example/d.yaml", "e: 1\n")] {
        assert!(document.extend(address, text.as_bytes(), &Limits::default()).problems.is_empty());
    }
    let parts = Parts::of(&document);
    let editors = Editors::new(&document, Some(&parts));
    let root = |at: usize| document.files().nth(at).unwrap().root();
    let base = document.files().nth(1).unwrap().span().start;
    let alone = |edits: Vec<Edit>| -> Vec<Edit> {
        let local = |span: Span| Span { start: span.start - base, end: span.end - base };
        edits.into_iter().map(|edit| Edit { span: local(edit.span), ..edit }).collect()
    };
    let list = root(1).get("list").unwrap();
    let mut edits = editors.insert_member(root(1), Place::After("é"), "new", &json!({"k": 2})).unwrap();
    edits.extend(editors.remove_item(list, 1).unwrap());
    assert_eq!(apply(other, &alone(edits)).unwrap(), "é: 1 # one\nnew:\n  k: 2\nlist:\n- x");
    let member = root(1).member("é").unwrap();
    let gone = editors.remove_member(root(1), &member).unwrap();
    assert!(editors.drops_comments(&gone) && !editors.drops_comments(&editors.remove_item(list, 0).unwrap()));
    assert_eq!(apply(other, &alone(gone)).unwrap(), "list:\n- x\n- y");
    let renamed = editors.rename_key(root(1), &member, "z").unwrap();
    assert_eq!(apply(other, &alone(renamed)).unwrap(), "z: 1 # one\nlist:\n- x\n- y");
    // The main file as ever, what was fetched never, and nothing but the main file without the parts.
    let main = editors.insert_member(document.root(), Place::End, "f", &json!(1)).unwrap();
    assert!(apply(document.source(), &main).unwrap().ends_with("\nf: 1\n"));
    assert_eq!(editors.insert_member(root(2), Place::End, "f", &json!(1)), Err(Refusal::File));
    let lone = Editors::new(&document, None);
    assert_eq!(lone.replace_scalar(root(1).get("é").unwrap(), &json!(2)), Err(Refusal::File));
}
