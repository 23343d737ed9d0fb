//! Place x style x explode x type: what is written right passes, what is not is refused.

use crate::{api, compile, send};
use palisade_guard::{Effect, Mode};

const INTEGER: &str = r#"{"type":"integer"}"#;
const INTEGERS: &str = r#"{"type":"array","items":{"type":"integer"},"maxItems":3}"#;
const WORDS: &str = r#"{"type":"array","items":{"type":"string","pattern":"^[a-z ,]+$"}}"#;
const POINT: &str = r#"{"type":"object","required":["x"],"additionalProperties":false,"properties":{"x":{"type":"integer"},"y":{"type":"boolean"}}}"#;

#[test]
fn every_style_is_decoded_by_its_schema() {
    // Place, style, explode, schema, good texts, bad texts; `@` is a header, `#` a cookie.
    let cases: &[(&str, &str, bool, &str, &[&str], &[&str])] = &[
        ("path", "simple", false, INTEGER, &["5", "-1", "1e2", "%35"], &["x", "5x", "1.5", "05", "0x5"]),
        ("path", "simple", false, r#"{"type":"boolean"}"#, &["true", "false"], &["True", "1", "yes"]),
        ("path", "simple", false, r#"{"type":"number"}"#, &["1.5", "-0.1", "3"], &["1,5", ".5", "NaN"]),
        ("path", "simple", false, r#"{"type":"string","maxLength":2}"#, &["ab", "%C3%A9%C3%A9", "12"], &["abc"]),
        ("path", "simple", false, INTEGERS, &["1", "1,2,3"], &["1,x", "1,2,3,4", "1;2"]),
        ("path", "simple", false, POINT, &["x,1", "x,1,y,true"], &["x", "x,a", "y,true", "x,1,z,2"]),
        ("path", "simple", true, POINT, &["x=1", "x=1,y=false"], &["x,1", "x=a", "y=true"]),
        ("path", "label", false, INTEGER, &[".5"], &["5", ".x"]),
        ("path", "label", false, INTEGERS, &[".1,2", ".1"], &["1,2", ".1,x"]),
        ("path", "label", true, INTEGERS, &[".1.2"], &[".1.x", "1.2"]),
        ("path", "label", true, POINT, &[".x=1.y=true"], &[".x=a"]),
        ("path", "matrix", false, INTEGER, &[";p=5"], &["5", ";q=5", ";p=x"]),
        ("path", "matrix", false, INTEGERS, &[";p=1,2"], &[";p=1,x", "1,2"]),
        ("path", "matrix", true, INTEGERS, &[";p=1;p=2"], &[";p=1;q=2", ";p=x"]),
        ("path", "matrix", false, POINT, &[";p=x,1"], &[";p=x"]),
        ("path", "matrix", true, POINT, &[";x=1;y=true"], &[";x=a"]),
        ("query", "form", true, INTEGER, &["p=5", "", "a=1&p=5"], &["p=", "p=x", "p=1&p=2", "p=+5"]),
        (
            "query",
            "form",
            true,
            INTEGERS,
            &["p=1", "p=1&p=2", "p[]=1&p[]=2", "p=%31"],
            &["p=1&p=x", "p=1&p=2&p=3&p=4", "p=1,2"],
        ),
        ("query", "form", false, INTEGERS, &["p=1,2", "p=1%2C2", "p="], &["p=1,x", "p=1&p=2", "p=1,2,3,4"]),
        ("query", "form", false, WORDS, &["p=a,b", "p=a+b", "p=a%2Cb"], &["p=A"]),
        ("query", "form", true, POINT, &["x=1", "x=1&y=true"], &["y=true", "x=a"]),
        ("query", "form", false, POINT, &["p=x,1", "p=x,1,y,false"], &["p=x", "p=y,true"]),
        ("query", "spaceDelimited", false, INTEGERS, &["p=1%202", "p=1+2"], &["p=1%20x", "p=1,2"]),
        ("query", "pipeDelimited", false, INTEGERS, &["p=1|2", "p=1%7C2"], &["p=1|x", "p=1,2"]),
        ("query", "pipeDelimited", true, INTEGERS, &["p=1&p=2"], &["p=x"]),
        (
            "query",
            "deepObject",
            true,
            POINT,
            &["p[x]=1", "p[x]=1&p[y]=true", "p%5Bx%5D=1"],
            &["p[x]=a", "p[y]=true", "p[x]=1&p[z]=1", "p[x"],
        ),
        ("query", "form", true, r#"{"type":["integer","null"]}"#, &["p=1", "p=", "p=null"], &["p=x"]),
        (
            "query",
            "form",
            true,
            r#"{"anyOf":[{"type":"integer","maximum":5},{"type":"string","pattern":"^1"}]}"#,
            &["p=3", "p=12"],
            &["p=9"],
        ),
        ("query", "form", true, r#"{"type":"string","enum":["1","true"]}"#, &["p=1", "p=true"], &["p=2"]),
        ("query", "form", true, "{}", &["p=anything", "p=1"], &["p=%ff"]),
        ("header", "simple", false, INTEGER, &["5"], &["x", ""]),
        ("header", "simple", false, INTEGERS, &["1, 2", "1,2"], &["1, x"]),
        ("header", "simple", true, POINT, &["x=1,y=true"], &["x=a"]),
        ("cookie", "form", false, INTEGER, &["p=5", "a=b; p=5"], &["p=x"]),
        ("cookie", "form", false, INTEGERS, &["p=1,2"], &["p=1,x"]),
    ];
    let mut judged = 0;
    for (place, style, explode, schema, good, bad) in cases {
        let required = *place == "path";
        let contract = format!(
            r#"{{"openapi":"3.1.0","info":{{"title":"t","version":"1"}},"paths":{{"/a{path}":{{"get":{{"parameters":[
              {{"name":"p","in":"{place}","style":"{style}","explode":{explode},"required":{required},"schema":{schema}}}],
              "responses":{{"200":{{"description":"ok"}}}}}}}}}}}}"#,
            path = if required { "/{p}" } else { "" },
        );
        let policy = compile(&api(&contract, Mode::Block));
        for (texts, expected) in [(good, 0), (bad, 400)] {
            for text in *texts {
                let decision = match *place {
                    "path" => send(&policy, &format!("GET /a/{text}"), &[], ""),
                    "query" => send(&policy, &format!("GET /a?{text}"), &[], ""),
                    "header" => send(&policy, "GET /a", &[("p", text)], ""),
                    _ => send(&policy, "GET /a", &[("Cookie", text)], ""),
                };
                let status = if decision.effect == Effect::Prevent { decision.status } else { 0 };
                assert_eq!(status, expected, "{place} {style} {explode} {schema} {text:?}: {:?}", decision.errors);
                judged += 1;
            }
        }
    }
    assert!(judged > 130, "{judged}");
}

#[test]
fn collection_formats_of_openapi_2_are_decoded() {
    for (format, good, bad) in [
        ("csv", "p=1,2", "p=1|2"),
        ("ssv", "p=1%202", "p=1,2"),
        ("tsv", "p=1%092", "p=1,2"),
        ("pipes", "p=1|2", "p=1,2"),
        ("multi", "p=1&p=2", "p=1,2"),
    ] {
        let contract = format!(
            r#"{{"swagger":"2.0","info":{{"title":"t","version":"1"}},"paths":{{"/a":{{"get":{{"parameters":[
              {{"name":"p","in":"query","required":true,"type":"array","items":{{"type":"integer"}},"collectionFormat":"{format}"}}],
              "responses":{{"200":{{"description":"ok"}}}}}}}}}}}}"#
        );
        let policy = compile(&api(&contract, Mode::Block));
        assert_eq!(send(&policy, &format!("GET /a?{good}"), &[], "").status, 0, "{format}");
        assert_eq!(send(&policy, &format!("GET /a?{bad}"), &[], "").status, 400, "{format}");
        assert_eq!(send(&policy, "GET /a", &[], "").status, 400, "{format}");
    }
}

fn body_contract(media: &str) -> String {
    format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"t","version":"1"}},"paths":{{"/a":{{"post":{{"requestBody":{{"required":true,
          "content":{{"{media}":{{"schema":{{"type":"object","required":["n"],"additionalProperties":false,"properties":{{
            "n":{{"type":"integer"}},"tags":{{"type":"array","items":{{"type":"string","maxLength":3}}}},
            "at":{{"type":"object","required":["x"],"properties":{{"x":{{"type":"integer"}}}}}},
            "file":{{"type":"string","format":"binary"}}}}}}}}}}}},"responses":{{"200":{{"description":"ok"}}}}}}}}}}}}"#
    )
}

#[test]
fn urlencoded_bodies_are_judged_member_by_member() {
    let media = "application/x-www-form-urlencoded";
    let policy = compile(&api(&body_contract(media), Mode::Block));
    for (body, status) in [
        ("n=1", 0),
        ("n=1&tags=a&tags=b", 0),
        ("n=1&tags[]=a", 0),
        ("n=1&at=%7B%22x%22%3A1%7D", 0),
        ("n=x", 400),
        ("tags=a", 400),
        ("n=1&tags=long", 400),
        ("n=1&at=%7B%22x%22%3A%22a%22%7D", 400),
        ("n=1&other=1", 400),
        ("n=1&at=broken", 400),
    ] {
        let decision = send(&policy, "POST /a", &[("Content-Type", media)], body);
        assert_eq!(decision.status, status, "{body} {:?}", decision.errors);
    }
}

#[test]
fn multipart_bodies_are_judged_part_by_part() {
    let policy = compile(&api(&body_contract("multipart/form-data"), Mode::Block));
    let part = |name: &str, extra: &str, content: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{extra}\r\n\r\n{content}\r\n")
    };
    for (parts, status) in [
        (vec![part("n", "", "1")], 0),
        (vec![part("n", "", "1"), part("file", "; filename=\"x\"", "\u{0}\u{1}")], 0),
        (vec![part("n", "", "1"), part("at", "\r\nContent-Type: application/json", r#"{"x":1}"#)], 0),
        (vec![part("n", "", "one")], 400),
        (vec![part("file", "; filename=\"x\"", "")], 400),
        (vec![part("n", "", "1"), part("other", "", "1")], 400),
        (vec!["garbage".to_owned()], 400),
    ] {
        let body = format!("{}--b--\r\n", parts.concat());
        let decision = send(&policy, "POST /a", &[("Content-Type", "multipart/form-data; boundary=b")], &body);
        assert_eq!(decision.status, status, "{body} {:?}", decision.errors);
    }
}
