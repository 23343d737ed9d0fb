//! Bodies: strict, or refused with a reason and an offset.

use palisade_document::{Limits, code, json};

fn refused(body: &[u8]) -> (&'static str, u32) {
    let error = json::parse_body(body, &Limits::body()).unwrap_err();
    (error.code, error.offset)
}

#[test]
fn a_sound_body_is_a_tree() {
    let body = br#" {"a":[1,2.50,-3e2,true,false,null],"b":{"\u00fc\n":"\ud83d\ude00"}} "#;
    let document = json::parse_body(body, &Limits::body()).unwrap();
    let root = document.root();
    assert_eq!(root.at_pointer("/a/1").unwrap().number_text(), Some("2.50"));
    assert_eq!(root.at_pointer("/a/2").unwrap().as_f64(), Some(-300.0));
    assert_eq!(root.at_pointer("/b/ü\n").unwrap().as_str(), Some("😀"));
    assert_eq!(root.at_pointer("/a/3").unwrap().as_bool(), Some(true));
    let span = root.at_pointer("/a").unwrap().span();
    assert_eq!(&body[span.start as usize..span.end as usize], br"[1,2.50,-3e2,true,false,null]");
}

#[test]
fn what_parsers_disagree_on_is_refused() {
    assert_eq!(refused(br#"{"a":1,"b":2,"a":3}"#), (code::DUPLICATE_KEY, 13));
    assert_eq!(refused(br#"{"a":1,"\u0061":3}"#), (code::DUPLICATE_KEY, 7));
    assert_eq!(refused(b"\"a\xFF\""), (code::INVALID_ENCODING, 2));
    assert_eq!(refused(br#""\ud800""#), (code::LONE_SURROGATE, 1));
    assert_eq!(refused(br#""\ud800\u0041""#), (code::LONE_SURROGATE, 1));
    assert_eq!(refused(b"\xEF\xBB\xBF{}"), (code::JSON_SYNTAX, 0));
    for (body, offset) in [
        ("[1,]", 3),
        ("{'a':1}", 1),
        ("[01]", 1),
        ("[-]", 2),
        ("[1.]", 3),
        ("[+1]", 1),
        ("[NaN]", 1),
        ("{} {}", 3),
        ("[\"a\tb\"]", 3),
        ("// a\n1", 0),
        ("[tru]", 1),
        (r#"["\x41"]"#, 2),
    ] {
        assert_eq!(refused(body.as_bytes()), (code::JSON_SYNTAX, offset), "{body}");
    }
    for body in ["[1", "{", "{\"a\"", "\"abc", "\"\\u00", "tru", "-", ""] {
        let (code, _) = refused(body.as_bytes());
        assert!(matches!(code, code::UNEXPECTED_END | code::NO_DOCUMENT), "{body}: {code}");
    }
}

#[test]
fn large_objects_are_searched_by_index() {
    let members: Vec<String> = (0..5000).map(|n| format!("\"k{n}\":{n}")).collect();
    let body = format!("{{{}}}", members.join(","));
    let document = json::parse_body(body.as_bytes(), &Limits::body()).unwrap();
    for n in 0..5000 {
        assert_eq!(document.root().get(&format!("k{n}")).unwrap().as_i64(), Some(n));
    }
    assert!(document.root().get("k5000").is_none());
    let twice = body.replace("\"k4999\"", "\"k7\"");
    assert_eq!(refused(twice.as_bytes()).0, code::DUPLICATE_KEY);
}

#[test]
fn limits_of_bodies() {
    let limits = Limits { bytes: 10, nodes: 3, depth: 2, ..Limits::body() };
    let code = |body: &str| json::parse_body(body.as_bytes(), &limits).unwrap_err().code;
    assert_eq!(code("[1,2,3]"), code::LIMIT_EXCEEDED);
    assert_eq!(code("[[[1]]]"), code::LIMIT_EXCEEDED);
    assert_eq!(code("\"1234567890\""), code::LIMIT_EXCEEDED);
    assert!(json::parse_body(b"[1,2]", &limits).is_ok());
}
