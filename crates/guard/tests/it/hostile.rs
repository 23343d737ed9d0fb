//! Whatever is sent, the guard answers; and what the contract allows, it never refuses.

use crate::{api, ask, compile, send};
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{Effect, Mode, Policy, Progress};
use proptest::prelude::*;
use std::sync::LazyLock;

const CONTRACT: &str = r##"{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/a/{id}":{
  "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","minLength":1,"maxLength":12}}],
  "post":{"parameters":[
    {"name":"n","in":"query","schema":{"type":"integer","format":"int32"}},
    {"name":"tags","in":"query","schema":{"type":"array","items":{"type":"string","pattern":"^[^,]*$"}}},
    {"name":"deep","in":"query","style":"deepObject","schema":{"type":"object","properties":{"k":{"type":"string"}}}},
    {"name":"X-Flag","in":"header","schema":{"type":"boolean"}},
    {"name":"c","in":"cookie","schema":{"type":"number"}}],
   "requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Node"}},
     "application/x-www-form-urlencoded":{"schema":{"type":"object"}},"multipart/form-data":{"schema":{"type":"object"}},
     "text/plain":{"schema":{"type":"string"}}}},
   "responses":{"200":{"description":"ok"}}}}},
 "components":{"schemas":{"Node":{"type":"object","required":["v"],"unevaluatedProperties":false,"properties":{
   "v":{"type":["integer","string","null"]},"ok":{"type":"boolean"},"next":{"$ref":"#/components/schemas/Node"},
   "list":{"type":"array","maxItems":4,"items":{"oneOf":[{"type":"number"},{"$ref":"#/components/schemas/Node"}]}}}}}}}"##;

static POLICY: LazyLock<Policy> = LazyLock::new(|| compile(&api(CONTRACT, Mode::Block)));

fn node() -> impl Strategy<Value = serde_json::Value> {
    let value = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null)
    ];
    let leaf = value.clone().prop_map(|v| serde_json::json!({ "v": v }));
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let item = prop_oneof![inner.clone(), any::<i32>().prop_map(serde_json::Value::from)];
        (value.clone(), any::<Option<bool>>(), proptest::option::of(inner), prop::collection::vec(item, 0..4)).prop_map(
            |(v, ok, next, list)| {
                let mut node = serde_json::json!({ "v": v, "list": list });
                if let Some(ok) = ok {
                    node["ok"] = ok.into();
                }
                if let Some(next) = next {
                    node["next"] = next;
                }
                node
            },
        )
    })
}

/// Percent-encodes everything that is not a letter or digit.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn valid_requests_are_never_refused(
        id in "[^/.%\\\\\\x00-\\x1f\\x7f]{1,12}", n in any::<i32>(), tags in prop::collection::vec("[^,]{0,6}", 0..4), k in any::<String>(),
        flag in any::<bool>(), c in any::<i32>(), body in node(),
    ) {
        let mut query = vec![format!("n={n}"), format!("deep%5Bk%5D={}", encode(&k))];
        query.extend(tags.iter().map(|tag| format!("tags={}", encode(tag))));
        let line = format!("POST /a/{}?{}", encode(&id), query.join("&"));
        let (flag, cookie) = (flag.to_string(), format!("c={c}"));
        let headers = [("X-Flag", flag.as_str()), ("Cookie", cookie.as_str()), ("Content-Type", "application/json")];
        let decision = send(&POLICY, &line, &headers, &body.to_string());
        prop_assert_eq!(decision.effect, Effect::Allow, "{} {} {:?}", line, body, decision.errors);
    }

    #[test]
    fn nothing_that_is_sent_makes_it_panic(
        method in "(GET|POST|OPTIONS|[A-Z]{0,6})", path in "(/a/)?\\PC{0,24}", query in proptest::option::of("[a-z0-9%&=\\[\\],+n]{0,40}|\\PC{0,20}"),
        names in prop::collection::vec("(content-type|cookie|x-flag|content-encoding|content-length|transfer-encoding|[a-z-]{0,8})", 0..6),
        values in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..24),
            prop::sample::select(vec!["application/json", "multipart/form-data; boundary=b", "gzip", "c=1", "application/x-www-form-urlencoded", "text/plain"])
                .prop_map(|text| text.as_bytes().to_vec()),
        ], 6),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            "[\\[\\]{}\":,v0-9enxtlis]{0,48}".prop_map(String::into_bytes),
            "--b\r\n([a-zA-Z:;=\" -]{0,20}\r\n){0,3}\r\n[a-z]{0,9}(\r\n--b(--)?)?".prop_map(String::into_bytes),
        ],
        truncated in any::<bool>(),
    ) {
        let fields: Vec<(&str, &[u8])> = names.iter().map(String::as_str).zip(values.iter().map(Vec::as_slice)).collect();
        let request = RequestView {
            method: &method, host: "h", path: &path, query: query.as_deref(), headers: HeadersView(&fields), client: None,
        };
        let (head, whole) = ask(&POLICY, &request, &body, truncated);
        if head == Progress::Refuse {
            prop_assert_eq!(whole.effect, Effect::Prevent);
        }
        prop_assert!(whole.effect != Effect::Prevent || [400, 404, 405, 413, 415, 431].contains(&whole.status));
        prop_assert!(whole.errors.len() <= 20);
    }
}
