//! Known defects planted one at a time into real contracts: each must be found where it was planted.
//!
//! The generator knows nothing of the rules but their ids: it works on plain JSON values. `PALISADE_CORPUS` names a
//! directory of contracts for the long form.

use super::contracts;
use palisade_audit::{AuditReport, Options, Profile, audit_bytes};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A small generator of numbers (SplitMix64), so that a seed gives the same defects everywhere.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// A number below a limit.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % count.max(1) as u64) as usize
    }
}

type Plant = fn(&mut Contract, &mut Seed) -> Option<String>;

enum How {
    /// A property with this schema, in some object of the components.
    Property(&'static str),
    /// A query parameter with this schema, at some operation.
    Parameter(&'static str),
    /// Anything else; gives the pointer of the place.
    Custom(Plant),
}

/// What a defect is called, the rules that may find it, how it is made.
type Kind = (&'static str, &'static [&'static str], How);

struct Contract {
    value: Value,
    old: bool,
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl Contract {
    fn components(&mut self, new: &str, old: &str) -> Option<(&mut Map<String, Value>, String)> {
        let (map, at) = if self.old {
            (self.value.as_object_mut()?.entry(old).or_insert_with(|| json!({})), format!("/{old}"))
        } else {
            let components = self.value.as_object_mut()?.entry("components").or_insert_with(|| json!({}));
            (components.as_object_mut()?.entry(new).or_insert_with(|| json!({})), format!("/components/{new}"))
        };
        Some((map.as_object_mut()?, at))
    }

    /// Some object schema with properties, and its pointer.
    fn object(&mut self, seed: &mut Seed) -> Option<(&mut Map<String, Value>, String)> {
        let (map, at) = self.components("schemas", "definitions")?;
        let fit = |schema: &Value| {
            schema["type"] == "object"
                && schema["properties"].is_object()
                && schema.get("example").is_none()
                && schema.get("$ref").is_none()
        };
        let names: Vec<String> = map.iter().filter(|(_, one)| fit(one)).map(|(name, _)| name.clone()).collect();
        let name = names.get(seed.below(names.len()))?;
        Some((map.get_mut(name)?.as_object_mut()?, format!("{at}/{}", escaped(name))))
    }

    /// Some operation, and its pointer.
    fn operation(&mut self, seed: &mut Seed) -> Option<(&mut Map<String, Value>, String)> {
        let mut places = Vec::new();
        for (path, item) in self.value["paths"].as_object()? {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if matches!(&**method, "get" | "put" | "post" | "delete" | "patch")
                    && operation["responses"].is_object()
                {
                    places.push((path.clone(), method.clone()));
                }
            }
        }
        let (path, method) = places.get(seed.below(places.len()))?;
        let at = format!("/paths/{}/{method}", escaped(path));
        Some((self.value["paths"][path][method].as_object_mut()?, at))
    }

    /// Adds a scheme, and a requirement of it to some operation. Gives the pointers of both.
    fn scheme(&mut self, seed: &mut Seed, scheme: Value, scopes: Value) -> Option<(String, String)> {
        let (map, at) = self.components("securitySchemes", "securityDefinitions")?;
        map.insert("planted".into(), scheme);
        let (operation, place) = self.operation(seed)?;
        operation.insert("security".into(), json!([{"planted": scopes}]));
        Some((format!("{at}/planted"), format!("{place}/security/0/planted")))
    }

    fn path(&mut self, path: &str, item: Value) -> Option<String> {
        self.value["paths"].as_object_mut()?.insert(path.into(), item);
        Some(format!("/paths/{}", escaped(path)))
    }

    /// Adds a parameter to some operation; gives its pointer.
    fn parameter(&mut self, seed: &mut Seed, parameter: Value) -> Option<String> {
        let (operation, place) = self.operation(seed)?;
        let list = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut()?;
        list.push(parameter);
        Some(format!("{place}/parameters/{}", list.len() - 1))
    }

    fn typed(&self, name: &str, place: &str, schema: Value) -> Value {
        let mut out = json!({"name": name, "in": place, "description": "x", "required": place == "path"});
        if self.old {
            out.as_object_mut().unwrap().extend(schema.as_object().cloned().unwrap_or_default());
        } else {
            out["schema"] = schema;
        }
        out
    }
}

const ANSWER: &str = r#"{"200": {"description": "Done"}}"#;

fn answer() -> Value {
    serde_json::from_str(ANSWER).unwrap()
}

fn server(contract: &mut Contract, url: &str) -> Option<String> {
    if contract.old {
        return None;
    }
    let list = contract.value.as_object_mut()?.entry("servers").or_insert_with(|| json!([])).as_array_mut()?;
    list.push(json!({"url": url}));
    Some(format!("/servers/{}", list.len() - 1))
}

/// Each kind of defect.
fn kinds() -> Vec<Kind> {
    use How::{Custom, Parameter, Property};
    vec![
        ("string without maxLength", &["TDT007"], Property(r#"{"type":"string","pattern":"^[a-z]+$"}"#)),
        (
            "string with a vacuous maxLength",
            &["TDT007"],
            Property(r#"{"type":"string","pattern":"^[a-z]+$","maxLength":2147483647}"#),
        ),
        ("string without pattern", &["TDT008"], Property(r#"{"type":"string","maxLength":9}"#)),
        ("string with a vacuous pattern", &["TDT008"], Property(r#"{"type":"string","maxLength":9,"pattern":".*"}"#)),
        (
            "pattern that matches everything",
            &["PAL-DAT005"],
            Property(r#"{"type":"string","maxLength":9,"pattern":"^[\\s\\S]*$"}"#),
        ),
        ("number without maximum", &["TDT004"], Property(r#"{"type":"integer","format":"int32","minimum":0}"#)),
        (
            "number with a vacuous maximum",
            &["TDT004"],
            Property(r#"{"type":"integer","format":"int64","minimum":0,"maximum":2147483647}"#),
        ),
        ("number without minimum", &["TDT005"], Property(r#"{"type":"integer","format":"int32","maximum":9}"#)),
        ("number without format", &["TDT003"], Property(r#"{"type":"integer","minimum":0,"maximum":9}"#)),
        ("array without maxItems", &["TDT001"], Property(r#"{"type":"array","items":{"type":"boolean"}}"#)),
        ("array without items", &["PAL-DAT020"], Property(r#"{"type":"array","maxItems":3}"#)),
        ("object without properties", &["TDT010"], Property(r#"{"type":"object"}"#)),
        (
            "exponential pattern",
            &["PAL-DAT002"],
            Property(r#"{"type":"string","maxLength":90,"pattern":"^(\\w+\\s?)*$"}"#),
        ),
        ("quadratic pattern", &["PAL-DAT002"], Property(r#"{"type":"string","pattern":"^\\s*\\s*x$"}"#)),
        ("pattern without start", &["PAL-DAT003"], Property(r#"{"type":"string","maxLength":9,"pattern":"[a-z]+$"}"#)),
        (
            "pattern anchored per branch",
            &["PAL-DAT003"],
            Property(r#"{"type":"string","maxLength":9,"pattern":"^a|b$"}"#),
        ),
        ("invalid pattern", &["PAL-DAT004"], Property(r#"{"type":"string","maxLength":9,"pattern":"^([a-z]+$"}"#)),
        (
            "example that breaks its schema",
            &["PAL-DAT006"],
            Property(r#"{"type":"integer","format":"int32","minimum":0,"maximum":9,"example":12}"#),
        ),
        (
            "default that breaks its schema",
            &["PAL-DAT007"],
            Property(r#"{"type":"integer","format":"int32","minimum":0,"maximum":9,"default":12}"#),
        ),
        ("schema without type", &["PAL-DAT008"], Property(r#"{"description":"x"}"#)),
        (
            "range that holds nothing",
            &["PAL-DAT009"],
            Property(r#"{"type":"integer","format":"int32","minimum":9,"maximum":0}"#),
        ),
        (
            "keyword of another type",
            &["PAL-DAT021"],
            Property(r#"{"type":"integer","format":"int32","minimum":0,"maximum":9,"maxLength":3}"#),
        ),
        (
            "unknown format",
            &["PAL-DAT022"],
            Property(r#"{"type":"string","maxLength":9,"pattern":"^a+$","format":"planted"}"#),
        ),
        (
            "format of another type",
            &["PAL-DAT023"],
            Property(r#"{"type":"integer","minimum":0,"maximum":9,"format":"uuid"}"#),
        ),
        (
            "pattern longer than maxLength",
            &["PAL-DAT024"],
            Property(r#"{"type":"string","maxLength":3,"pattern":"^[a-z]{5,9}$"}"#),
        ),
        (
            "pattern shorter than minLength",
            &["PAL-DAT024"],
            Property(r#"{"type":"string","minLength":6,"maxLength":9,"pattern":"^[a-z]{1,4}$"}"#),
        ),
        (
            "pattern that nothing matches",
            &["PAL-DAT024"],
            Property(r#"{"type":"string","maxLength":9,"pattern":"^a^b$"}"#),
        ),
        ("enum value of another type", &["PAL-DAT026"], Property(r#"{"type":"string","enum":["a",3]}"#)),
        (
            "enum value outside limits",
            &["PAL-DAT025"],
            Property(r#"{"type":"string","maxLength":2,"enum":["a","planted"]}"#),
        ),
        ("duplicate enum entry", &["PAL-DAT027"], Property(r#"{"type":"string","enum":["a","b","a"]}"#)),
        (
            "impossible limit",
            &["PAL-DAT030", "FST004", "FBP010"],
            Property(r#"{"type":"string","maxLength":-1,"pattern":"^a$"}"#),
        ),
        (
            "undefined required property",
            &["PAL-DAT031"],
            Property(
                r#"{"type":"object","required":["b"],"properties":{"a":{"type":"boolean"}},"additionalProperties":false}"#,
            ),
        ),
        ("limit beside enum", &["PAL-DAT048"], Property(r#"{"type":"string","maxLength":9,"enum":["a","b"]}"#)),
        ("unresolved reference", &["PAL-STR001"], Property(r##"{"$ref":"#/components/schemas/NowhereToBeFound"}"##)),
        ("external reference", &["PAL-STR003"], Property(r#"{"$ref":"https://schemas.example/planted.json"}"#)),
        (
            "reference to another kind",
            &["PAL-STR034"],
            Custom(|contract, seed| {
                let (map, at) = contract.components("responses", "responses")?;
                map.insert("planted".into(), json!({"description": "x"}));
                let (object, place) = contract.object(seed)?;
                let reference = json!({"$ref": format!("#{at}/planted")});
                object.get_mut("properties")?.as_object_mut()?.insert("planted".into(), reference);
                Some(format!("{place}/properties/planted"))
            }),
        ),
        ("member of wrong type", &["FBP010"], Property(r#"{"type":"string","pattern":"^a$","maxLength":"ten"}"#)),
        ("value outside its list", &["FST004"], Property(r#"{"type":"strin"}"#)),
        (
            "secret in an example",
            &["PAL-SEC012"],
            Property(r#"{"type":"string","maxLength":40,"pattern":"^[A-Z0-9]+$","example":"AKIA2E0A8F3B244C9986"}"#),
        ),
        ("parameter string without maxLength", &["TDT007"], Parameter(r#"{"type":"string","pattern":"^[a-z]+$"}"#)),
        (
            "parameter number without maximum",
            &["TDT004"],
            Parameter(r#"{"type":"integer","format":"int32","minimum":0}"#),
        ),
        (
            "parameter with an exponential pattern",
            &["PAL-DAT002"],
            Parameter(r#"{"type":"string","pattern":"^(a|aa)+$"}"#),
        ),
        ("parameter array without maxItems", &["TDT001"], Parameter(r#"{"type":"array","items":{"type":"boolean"}}"#)),
        (
            "security switched off",
            &["PAL-SEC001", "PAL-SEC047", "SAN001"],
            Custom(|contract, seed| {
                let global = contract.value["security"].as_array().is_some_and(|list| !list.is_empty());
                let (operation, at) = contract.operation(seed)?;
                let own = operation.get("security").and_then(Value::as_array).map(|list| !list.is_empty());
                own.unwrap_or(global).then(|| operation.insert("security".into(), json!([])))?;
                Some(at)
            }),
        ),
        (
            "requirement of an unknown scheme",
            &["PAL-SEC006"],
            Custom(|contract, seed| {
                let (operation, at) = contract.operation(seed)?;
                operation.insert("security".into(), json!([{"nowhereToBeFound": []}]));
                Some(format!("{at}/security/0/nowhereToBeFound"))
            }),
        ),
        (
            "basic authentication",
            &["PAL-SEC003", "PAL-SEC023"],
            Custom(|contract, seed| {
                let scheme =
                    if contract.old { json!({"type": "basic"}) } else { json!({"type": "http", "scheme": "basic"}) };
                Some(contract.scheme(seed, scheme, json!([]))?.0)
            }),
        ),
        (
            "key in the query",
            &["PAL-SEC004", "PAL-SEC021"],
            Custom(|contract, seed| {
                Some(contract.scheme(seed, json!({"type": "apiKey", "in": "query", "name": "k"}), json!([]))?.0)
            }),
        ),
        (
            "outdated flow",
            &["PAL-SEC009"],
            Custom(|contract, seed| {
                let url = "https://login.example/a";
                let scheme = match contract.old {
                    true => {
                        json!({"type": "oauth2", "flow": "implicit", "authorizationUrl": url, "scopes": {"a": "A"}})
                    }
                    false => {
                        json!({"type": "oauth2", "flows": {"implicit": {"authorizationUrl": url, "scopes": {"a": "A"}}}})
                    }
                };
                Some(contract.scheme(seed, scheme, json!(["a"]))?.0)
            }),
        ),
        (
            "undeclared scope",
            &["PAL-SEC007"],
            Custom(|contract, seed| {
                let url = "https://login.example/t";
                let scheme = match contract.old {
                    true => json!({"type": "oauth2", "flow": "application", "tokenUrl": url, "scopes": {"a": "A"}}),
                    false => {
                        json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": {"a": "A"}}}})
                    }
                };
                Some(contract.scheme(seed, scheme, json!(["b"]))?.1)
            }),
        ),
        (
            "scheme of unknown type",
            &["PAL-SEC041", "FST004"],
            Custom(|contract, seed| Some(contract.scheme(seed, json!({"type": "handshake"}), json!([]))?.0)),
        ),
        (
            "credential in the URL",
            &["PAL-SEC005", "PAL-SEC075"],
            Custom(|contract, seed| {
                let parameter = contract.typed(
                    "access_token",
                    "query",
                    json!({"type": "string", "maxLength": 9, "pattern": "^a$"}),
                );
                contract.parameter(seed, parameter)
            }),
        ),
        ("clear text server", &["STR001"], Custom(|contract, _| server(contract, "http://planted.shop.test/v1"))),
        ("internal server", &["PAL-SEC057"], Custom(|contract, _| server(contract, "https://10.1.2.3/v1"))),
        (
            "credential in a server's address",
            &["PAL-SEC049"],
            Custom(|contract, _| server(contract, "https://u:pw1234567@shop.test/v1")),
        ),
        (
            "undefined server variable",
            &["PAL-STR028"],
            Custom(|contract, _| server(contract, "https://{planted}.shop.test/v1")),
        ),
        (
            "trace method",
            &["PAL-SEC077"],
            Custom(|contract, _| contract.path("/planted-trace", json!({"trace": {"responses": answer()}}))),
        ),
        (
            "debug endpoint",
            &["PAL-SEC078"],
            Custom(|contract, _| contract.path("/debug/pprof", json!({"get": {"responses": answer()}}))),
        ),
        (
            "no answer for bad requests",
            &["RDT002"],
            Custom(|contract, _| contract.path("/planted-a", json!({"post": {"responses": answer()}}))),
        ),
        (
            "no answer for too many requests",
            &["RDT005"],
            Custom(|contract, _| contract.path("/planted-b", json!({"get": {"responses": answer()}}))),
        ),
        (
            "no answer for faults",
            &["RDT006"],
            Custom(|contract, _| contract.path("/planted-c", json!({"get": {"responses": answer()}}))),
        ),
        (
            "no default answer",
            &["RDT015"],
            Custom(|contract, _| contract.path("/planted-d", json!({"get": {"responses": answer()}}))),
        ),
        (
            "response without schema",
            &["TDT011"],
            Custom(|contract, _| contract.path("/planted-e", json!({"get": {"responses": answer()}}))),
        ),
        (
            "duplicate operationId",
            &["PAL-STR009"],
            Custom(|contract, seed| {
                let (operation, _) = contract.operation(seed)?;
                let id = operation.get("operationId")?.clone();
                contract.path("/planted-f", json!({"get": {"operationId": id, "responses": answer()}}))
            }),
        ),
        (
            "undeclared path variable",
            &["PAL-STR007"],
            Custom(|contract, _| contract.path("/planted-g/{id}", json!({"get": {"responses": answer()}}))),
        ),
        (
            "equivalent paths",
            &["PAL-STR008"],
            Custom(|contract, _| {
                let id = |contract: &Contract, name: &str| contract.typed(name, "path", json!({"type": "boolean"}));
                let (one, other) = (id(contract, "a"), id(contract, "b"));
                contract.path("/planted-h/{a}", json!({"parameters": [one], "get": {"responses": answer()}}))?;
                contract.path("/planted-h/{b}", json!({"parameters": [other], "get": {"responses": answer()}}))
            }),
        ),
        (
            "malformed path",
            &["PAL-STR010"],
            Custom(|contract, _| contract.path("planted-i", json!({"get": {"responses": answer()}}))),
        ),
        ("empty path item", &["PAL-STR044"], Custom(|contract, _| contract.path("/planted-j", json!({})))),
        (
            "path with a trailing slash",
            &["PAL-BPR002"],
            Custom(|contract, _| contract.path("/planted-k/", json!({"get": {"responses": answer()}}))),
        ),
        (
            "no responses",
            &["PAL-RSP006", "FBP001"],
            Custom(|contract, _| contract.path("/planted-l", json!({"get": {"responses": {}}}))),
        ),
        (
            "response without description",
            &["FBP001"],
            Custom(|contract, seed| {
                let (operation, at) = contract.operation(seed)?;
                operation["responses"].as_object_mut()?.insert("418".into(), json!({}));
                Some(format!("{at}/responses/418"))
            }),
        ),
        (
            "invalid status code",
            &["PAL-STR006"],
            Custom(|contract, seed| {
                let (operation, at) = contract.operation(seed)?;
                operation["responses"].as_object_mut()?.insert("20".into(), json!({"description": "x"}));
                Some(format!("{at}/responses/20"))
            }),
        ),
        (
            "unknown member",
            &["FSE017"],
            Custom(|contract, seed| {
                let (operation, at) = contract.operation(seed)?;
                operation.insert("plantedMember".into(), json!(true));
                Some(format!("{at}/plantedMember"))
            }),
        ),
        (
            "duplicate parameter",
            &["PAL-STR020"],
            Custom(|contract, seed| {
                let (operation, at) = contract.operation(seed)?;
                let one = json!({"name": "planted", "in": "query", "type": "boolean"});
                let list = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut()?;
                list.extend([one.clone(), one]);
                Some(format!("{at}/parameters/{}", list.len() - 1))
            }),
        ),
        (
            "ignored header parameter",
            &["PAL-STR021"],
            Custom(|contract, seed| {
                let parameter = contract.typed("Authorization", "header", json!({"type": "string", "maxLength": 9}));
                if contract.old { None } else { contract.parameter(seed, parameter) }
            }),
        ),
        (
            "parameter in an unknown place",
            &["FST004", "FBP010"],
            Custom(|contract, seed| {
                let parameter = contract.typed("planted", "nowhere", json!({"type": "boolean"}));
                contract.parameter(seed, parameter)
            }),
        ),
        (
            "duplicate tag",
            &["PAL-STR022"],
            Custom(|contract, _| {
                let tags = contract.value.as_object_mut()?.entry("tags").or_insert_with(|| json!([])).as_array_mut()?;
                tags.extend([json!({"name": "planted"}), json!({"name": "planted"})]);
                Some(format!("/tags/{}", tags.len() - 1))
            }),
        ),
        (
            "malformed media type",
            &["PAL-STR036"],
            Custom(|contract, _| {
                if contract.old {
                    return None;
                }
                let body = json!({"content": {"json": {"schema": {"type": "boolean"}}}});
                contract.path("/planted-m", json!({"post": {"requestBody": body, "responses": answer()}}))
            }),
        ),
        (
            "body without schema",
            &["PAL-DAT044"],
            Custom(|contract, _| {
                if contract.old {
                    return None;
                }
                let body = json!({"content": {"application/json": {}}});
                contract.path("/planted-n", json!({"post": {"requestBody": body, "responses": answer()}}))
            }),
        ),
    ]
}

/// Plants a defect; gives its pointer.
fn plant(kind: &Kind, contract: &mut Contract, seed: &mut Seed) -> Option<String> {
    match kind.2 {
        How::Property(schema) => {
            let (object, at) = contract.object(seed)?;
            object
                .get_mut("properties")?
                .as_object_mut()?
                .insert("planted".into(), serde_json::from_str(schema).unwrap());
            Some(format!("{at}/properties/planted"))
        }
        How::Parameter(schema) => {
            let parameter = contract.typed("planted", "query", serde_json::from_str(schema).unwrap());
            contract.parameter(seed, parameter)
        }
        How::Custom(plant) => plant(contract, seed),
    }
}

fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a finding of one of these rules is new at the place: there, inside of it, at what holds it, or folded with
/// others of its kind nearby.
fn found(before: &AuditReport, after: &AuditReport, rules: &[&str], place: &str) -> bool {
    let parent = place.rfind('/').map_or("", |at| &place[..at]);
    after.findings.iter().filter(|finding| rules.contains(&&*finding.rule)).any(|finding| {
        let pointer = finding.pointer.as_deref().unwrap_or("");
        let known = before
            .findings
            .iter()
            .any(|old| old.rule == finding.rule && old.pointer == finding.pointer && old.count == finding.count);
        let near = within(pointer, place) || pointer == parent || finding.count > 1;
        !known && near
    })
}

/// Recall by kind over contracts, `each` defects of a kind in each (all kinds when `every`).
fn recall(contracts: &[(String, Value)], each: usize, every: bool) -> BTreeMap<&'static str, (u32, u32, Vec<String>)> {
    let options = Options { profile: Profile::Strict, ..Options::default() };
    let audit = |name: &str, value: &Value| audit_bytes(name, value.to_string().as_bytes(), &options);
    let mut tally: BTreeMap<&str, (u32, u32, Vec<String>)> = BTreeMap::new();
    let kinds = kinds();
    for (at, (name, value)) in contracts.iter().enumerate() {
        let before = audit(name, value);
        let mut seed = Seed(at as u64 + 1);
        let picks = if every { kinds.len() * each } else { each };
        for pick in 0..picks {
            let kind = if every { &kinds[pick % kinds.len()] } else { &kinds[seed.below(kinds.len())] };
            let mut contract = Contract { value: value.clone(), old: value.get("swagger").is_some() };
            let Some(place) = plant(kind, &mut contract, &mut seed) else { continue };
            let after = audit(name, &contract.value);
            let entry = tally.entry(kind.0).or_default();
            entry.0 += 1;
            if found(&before, &after, kind.1, &place) {
                entry.1 += 1;
            } else {
                entry.2.push(format!("{name} {place}"));
            }
        }
    }
    tally
}

fn check(tally: &BTreeMap<&str, (u32, u32, Vec<String>)>, least: f64, kinds: usize) {
    let (planted, found) = tally.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let missed: Vec<_> = tally.iter().filter(|(_, one)| one.0 > one.1).collect();
    let rate = f64::from(found) / f64::from(planted.max(1));
    super::say(&format!("{planted} defects of {} kinds planted, {found} found: recall {rate:.3}", tally.len()));
    for (kind, (planted, found, places)) in &missed {
        super::say(&format!("  {kind}: {found} of {planted}; missed {:?}", places.iter().take(3).collect::<Vec<_>>()));
    }
    assert!(tally.len() >= kinds, "only {} kinds were planted", tally.len());
    assert!(rate >= least, "recall {rate:.3}: {missed:#?}");
}

#[test]
fn planted_defects_are_found() {
    let kinds = kinds();
    assert!(kinds.iter().all(|kind| kind.1.iter().all(|id| palisade_audit::RULES.iter().any(|rule| rule.id == *id))));
    check(&recall(&contracts::own(), 1, true), 0.95, 40);
}

#[test]
fn planted_defects_are_found_in_a_corpus() {
    let contracts = contracts::corpus(400);
    if !contracts.is_empty() {
        check(&recall(&contracts, 12, false), 0.95, 40);
    }
}
