//! Configuration: severities, ignores, annotations, baselines, evidence, rules of an organisation.

use palisade_audit::policy::{Config, Date, Evidence, Facts, Silence, read_gates};
use palisade_audit::{AuditReport, Options, Profile, audit_bytes};
use palisade_finding::{Judged, Points, Severity};
use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

const SHOP: &str = r##"openapi: 3.0.3
info: {title: Shop, version: "1.0"}
servers: [{url: https://shop.example/v1}]
security: [{key: []}]
paths:
  /orders:
    get:
      tags: [orders]
      parameters:
        - {name: after, in: query, schema: {type: string, maxLength: 20, pattern: "^[a-z]*$"}}
        - {name: limit, in: query, schema: {type: integer, format: int32, minimum: 1}}
      responses: {"200": {description: Orders, content: {application/json: {schema: {$ref: "#/components/schemas/Orders"}}}}}
    post:
      x-owner: sales
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses: {"201": {description: Made}}
  /internal/health:
    get:
      security: []
      responses: {"200": {description: Alive}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Orders: {type: array, items: {$ref: "#/components/schemas/Order"}}
    Order:
      type: object
      properties:
        id: {type: string, format: uuid}
        note: {type: string}
        size: {type: integer}
"##;

fn options(config: &str) -> Options {
    let text = format!("audit:\n{config}");
    let config = match Config::read(".palisade.yaml", text.as_bytes()) {
        Ok(config) => config,
        Err(mistakes) => panic!("{}", mistakes.iter().map(|one| format!("{one}\n")).collect::<String>()),
    };
    Options {
        profile: config.profile.unwrap_or(Profile::Strict),
        policy: Some(Arc::new(config.policy)),
        today: Date::new(2026, 11, 22),
        details: true,
        ..Options::default()
    }
}

fn judge(contract: &str, options: &Options) -> AuditReport {
    audit_bytes("apis/shop.yaml", contract.as_bytes(), options)
}

/// Rule, severity and pointer of each finding.
fn listed(report: &AuditReport) -> Vec<String> {
    let place = |finding: &palisade_finding::Finding| finding.pointer.clone().unwrap_or_default();
    report.findings.iter().map(|one| format!("{} {} {}", one.rule, one.severity, place(one))).collect()
}

fn rules(report: &AuditReport) -> HashSet<String> {
    report.findings.iter().map(|finding| finding.rule.to_string()).collect()
}

fn mistakes(text: &str) -> Vec<String> {
    Config::read("c.yaml", text.as_bytes()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn severities_change_what_is_reported_and_never_the_score() {
    let plain = judge(SHOP, &options("  profile: recommended\n"));
    let config = "  profile: recommended\n  severity:\n    PAL-SEC064: off\n    owasp:api4:2019-string-limit: critical\n    PAL-SEC015: info\n";
    let report = judge(SHOP, &options(config));
    assert_eq!(report.score, plain.score);
    assert!(rules(&plain).contains("PAL-SEC064") && !rules(&report).contains("PAL-SEC064"));
    assert!(!rules(&plain).contains("PAL-SEC015"), "the profile leaves it out, unless a severity is given");
    let lengths: Vec<_> = report.findings.iter().filter(|one| one.rule == "TDT007").map(|one| one.severity).collect();
    assert_eq!(lengths, [Severity::Critical]);
    assert_eq!(report.findings[0].rule, "TDT007", "the worst stands first");
    assert!(report.findings.iter().any(|one| one.rule == "PAL-SEC015" && one.severity == Severity::Info));
    assert_eq!(report.summary.critical, 1);
}

#[test]
fn ignores_need_a_reason_and_silence_what_they_name() {
    let config = r##"
  ignores:
    - {rule: TDT007, pointer: "/components/schemas/*/properties/note", reason: Written by our own staff}
    - {rule: [RDT003, "RDT00?"], operation: "GET /orders", reason: Never missing, expires: 2030-01-01}
    - {rule: SAN001, path: "/internal/**", file: shop.yaml, reason: Only inside}
    - {rule: "*", path: /none, reason: Gone}
    - {rule: TDT008, reason: Was fine once, expires: 2026-11-21}
    - {rule: no-such-rule, reason: Typing error}
"##;
    let options = options(config);
    let plain = judge(SHOP, &Options { policy: None, ..options.clone() });
    let report = judge(SHOP, &options);
    assert_eq!(report.score, plain.score, "somebody's opinion is worth no points");
    let gone: Vec<String> = listed(&plain).into_iter().filter(|one| !listed(&report).contains(one)).collect();
    insta::assert_snapshot!(gone.join("\n"));
    assert_eq!(report.notes.used[3..], [0, 1, 0]);
    assert!(report.notes.suppressed.iter().all(|one| one.silence == Silence::Ignored && !one.reason.is_empty()));
    let policy = options.policy.as_deref().unwrap();
    let about: Vec<String> = policy
        .findings(&report.notes.used, options.today)
        .iter()
        .map(|one| {
            format!("{} {} {}:{} {}", one.rule, one.severity, one.line.unwrap(), one.column.unwrap(), one.message)
        })
        .collect();
    insta::assert_snapshot!(about.join("\n"));
}

#[test]
fn an_ignore_in_the_contract_holds_below_its_place() {
    let at = |place: &str, annotation: &str| SHOP.replace(place, &format!("{annotation}{place}"));
    let options = options("  profile: strict\n");
    let before = judge(SHOP, &options);
    let contract = at(
        "      tags: [orders]\n",
        "      x-palisade-ignore: [{rule: owasp:api8:2023-define-error-responses-500, reason: Documented elsewhere}]\n",
    );
    let report = judge(&contract, &options);
    let gone: Vec<String> = listed(&before).into_iter().filter(|one| !listed(&report).contains(one)).collect();
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].starts_with("RDT006 medium /paths/~1orders/get"), "{gone:?}");
    assert_eq!(report.score, before.score);
    assert_eq!(report.notes.suppressed[0].silence, Silence::Annotated);
    // At the root it holds everywhere, with several rules as a map.
    let report = judge(
        &at("paths:\n", "x-palisade-ignore: {RDT006: Documented elsewhere, TDT007: {reason: Staff only}}\n"),
        &options,
    );
    assert!(!rules(&report).contains("RDT006") && !rules(&report).contains("TDT007"));
}

#[test]
fn public_on_purpose_closes_and_costs_nothing() {
    let options = options("  profile: strict\n");
    let before = judge(SHOP, &options);
    assert!(rules(&before).contains("PAL-SEC001"));
    for (annotation, reason) in [
        ("x-palisade-public: {reason: For balancers}", "For balancers"),
        ("x-palisade-public: true", "no reason given"),
        ("x-42c-no-authentication: true", "x-42c-no-authentication, without a reason"),
        ("x-42c-accept-empty-security: true", "x-42c-accept-empty-security, without a reason"),
    ] {
        let contract = SHOP.replace("      security: []\n", &format!("      {annotation}\n      security: []\n"));
        let report = judge(&contract, &options);
        assert!(!rules(&report).contains("PAL-SEC001"), "{annotation}");
        assert!(report.score.security > before.score.security, "{annotation}");
        let told = report.findings.iter().find(|one| one.rule == "PAL-POL005").expect("strict lists it");
        assert!(told.message.ends_with(reason) && told.severity == Severity::Info, "{}", told.message);
        let closed = report.notes.suppressed.iter().find(|one| one.finding.rule == "PAL-SEC001").unwrap();
        assert_eq!((closed.silence, closed.finding.loss), (Silence::Public, None));
    }
    // On the path, and taken back by the operation.
    let path = SHOP.replace("  /internal/health:\n", "  /internal/health:\n    x-palisade-public: true\n");
    assert!(!rules(&judge(&path, &options)).contains("PAL-SEC001"));
    let back = path.replace("      security: []\n", "      x-palisade-public: false\n      security: []\n");
    assert!(rules(&judge(&back, &options)).contains("PAL-SEC001"));
}

#[test]
fn a_contract_that_is_public_as_a_whole_says_so_once() {
    let options = options("  profile: strict\n");
    let open = "openapi: 3.0.3\ninfo: {title: Catalogue, version: '1'}\npaths:\n  /a: {get: {responses: {'200': {description: A}}}}\n  /b: {get: {responses: {'200': {description: B}}}}\n";
    let access = ["PAL-SEC002", "SAN001", "SAN029"];
    let before = judge(open, &options);
    assert!(access.iter().all(|rule| rules(&before).contains(*rule)) && before.score.security == 7.5);
    let reason = "x-palisade-public: {reason: Open data}";
    let (root, info) = (format!("{open}{reason}\n"), open.replace("version: '1'", &format!("version: '1', {reason}")));
    for text in [&root, &info] {
        let report = judge(text, &options);
        assert!(access.iter().all(|rule| !rules(&report).contains(*rule)), "{:?}", listed(&report));
        assert_eq!(report.score.security, 30.0);
        let told: Vec<_> = report.findings.iter().filter(|one| one.rule == "PAL-POL005").collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].message, "the contract is public on purpose: Open data");
        assert!(report.notes.suppressed.iter().all(|one| one.silence == Silence::Public && one.reason == "Open data"));
    }
    // One operation says otherwise.
    let but = root.replace("/b: {get: {", "/b: {get: {x-palisade-public: false, ");
    let report = judge(&but, &options);
    let left: Vec<_> = listed(&report).into_iter().filter(|one| one.starts_with("SAN001")).collect();
    assert_eq!(left, ["SAN001 medium /paths/~1b/get"]);
    // Without a reason it does not hold.
    for bad in ["true", "{}"] {
        let report = judge(&root.replace("{reason: Open data}", bad), &options);
        assert!(rules(&report).contains("SAN001") && rules(&report).contains("PAL-POL003"), "{:?}", listed(&report));
    }
}

#[test]
fn what_asks_for_a_credential_is_not_public_with_the_rest() {
    let options = options("  profile: strict\n");
    let weak = SHOP.replace("{type: http, scheme: bearer}", "{type: http, scheme: basic}");
    let report = judge(&format!("{weak}x-palisade-public: {{reason: Open data}}\n"), &options);
    assert!(rules(&report).contains("PAL-SEC003") && !rules(&report).contains("PAL-SEC001"), "{:?}", listed(&report));
    let one = "openapi: 3.0.3\ninfo: {title: A, version: '1'}\nx-palisade-public: {reason: Open}\npaths: {/a: {get: {security: [], responses: {'200': {description: A}}}}}\n";
    assert!(!rules(&judge(one, &options)).contains("SAN029"));
}

#[test]
fn a_baseline_knows_places_whatever_moves_around_them() {
    let options = options("  profile: strict\n");
    let before = judge(SHOP, &options);
    let known: Arc<HashSet<String>> = Arc::new(before.notes.places.iter().map(|one| one.fingerprint.clone()).collect());
    let again = Options { baseline: Some(known), ..options };
    assert_eq!(listed(&judge(SHOP, &again)), Vec::<String>::new());
    // Lines move, parameters and paths change places, something unrelated gets another name.
    let (first, rest) = SHOP.split_once("        - {name: after").unwrap();
    let (after, rest) = rest.split_once('\n').unwrap();
    let (limit, rest) = rest.split_once('\n').unwrap();
    let moved = format!("# A note.\n\n{first}{limit}\n        - {{name: after{after}\n{rest}")
        .replace("title: Shop", "title: The shop")
        .replace("description: Alive", "description: Well");
    assert_ne!(moved.find("limit"), SHOP.find("limit"));
    assert_eq!(listed(&judge(&moved, &again)), Vec::<String>::new());
    // One more place of a rule that was folded or not: only that is new.
    let more =
        SHOP.replace("        note: {type: string}\n", "        note: {type: string}\n        memo: {type: string}\n");
    let report = judge(&more, &again);
    assert!(report.findings.iter().all(|one| one.pointer.as_deref().unwrap().contains("/memo") && one.count == 1));
    assert_eq!(rules(&report), HashSet::from(["TDT007".to_owned(), "TDT008".to_owned()]));
    // One is mended: nothing is new, though a fold comes apart.
    let less = SHOP.replace("        size: {type: integer}\n", "");
    assert_eq!(listed(&judge(&less, &again)), Vec::<String>::new());
}

#[test]
fn evidence_of_the_gateway_closes_what_it_shows() {
    let learned = r#"{"openapi": "3.1.1", "paths": {
        "/v1/orders": {"get": {"x-palisade": {"authenticated": "always", "refused": {"unauthenticated": 4, "rate_limited": 2}}},
                       "post": {"x-palisade": {"authenticated": "sometimes", "refused": {"unauthenticated": 4}}}}}}"#;
    let mut options = options("  profile: strict\n");
    let before = judge(SHOP, &options);
    let mut policy = palisade_audit::policy::Policy::default();
    policy.evidence.merge(Evidence::read("learned.json", learned.as_bytes()).unwrap());
    options.policy = Some(Arc::new(policy));
    let report = judge(SHOP, &options);
    let closed: Vec<String> = report
        .notes
        .suppressed
        .iter()
        .map(|one| format!("{} {:?} {:?}: {}", one.finding.rule, one.finding.operation, one.silence, one.reason))
        .collect();
    insta::assert_snapshot!(closed.join("\n"));
    assert!(report.score.total > before.score.total);
    let still = |rule: &str, operation: &str| {
        report.findings.iter().any(|one| one.rule == rule && one.operation.as_deref() == Some(operation))
    };
    assert!(
        still("RDT005", "POST /orders") && still("PAL-SEC015", "POST /orders"),
        "a call without a credential succeeded"
    );
    // What one recording shows to be open stays open, whatever another one shows.
    let mut seen = Evidence::read("learned.json", learned.as_bytes()).unwrap();
    let refused = Facts { authenticated: Some(true), refused: 9, rate_limited: 0 };
    seen.add("POST", "/v1/orders", refused);
    seen.add("GET", "/v1/orders", Facts { authenticated: Some(false), ..Facts::default() });
    let policy = palisade_audit::policy::Policy { evidence: seen, ..Default::default() };
    let report = judge(SHOP, &Options { policy: Some(Arc::new(policy)), ..options });
    let closed = report.notes.suppressed.iter().map(|one| one.reason.as_str());
    assert_eq!(closed.collect::<std::collections::BTreeSet<_>>(), ["2 calls were answered with 429"].into());
    let none = Evidence::read("a.yaml", SHOP.as_bytes()).unwrap_err();
    assert!(none[0].to_string().starts_with("a.yaml:1:1: no operation has evidence"), "{}", none[0]);
}

#[test]
fn rules_of_an_organisation_find_places_by_role_and_by_path() {
    let config = r##"
  rules:
    - id: ORG-001
      description: Who owns an operation must be known.
      message: "{{property}} is missing: {{error}}"
      severity: medium
      select: {role: operation, where: {method: [get, post], secured: true}}
      assert: {field: x-owner, function: truthy}
      fix: Write the team into x-owner.
    - id: ORG-002
      jsonpath: "$.paths[*]~"
      assert: [{function: pattern, options: {notMatch: internal}}]
    - id: ORG-003
      jsonpath: ["$.components.schemas", "$.components.schemas[*].properties"]
      assert: [{function: alphabetical}]
    - id: ORG-004
      select: {role: schema, where: {property: "*", type: string}}
      assert: {function: or, options: {properties: [maxLength, format]}}
    - id: ORG-005
      jsonpath: $.components.schemas
      assert: {function: unreferenced}
    - id: ORG-006
      jsonpath: $.info
      assert: {function: schema, options: {schema: {required: [contact]}}}
    - id: ORG-007
      select: {role: parameter, where: {in: query}}
      assert: {field: "@key", function: casing, options: {type: cobol}}
    - id: ORG-008
      formats: [oas2]
      jsonpath: $
      assert: {field: never, function: defined}
  severity: {ORG-007: high}
  ignores:
    - {rule: ORG-004, pointer: "/components/**", reason: Not yet}
"##;
    let options = options(config);
    let report = judge(SHOP, &options);
    let mut seen = String::new();
    for finding in report.findings.iter().filter(|one| one.rule.starts_with("ORG")) {
        let (line, column) = (finding.line.unwrap(), finding.column.unwrap());
        let _ = writeln!(seen, "{} {} {} {line}:{column}", finding.rule, finding.name, finding.severity);
        let _ = writeln!(seen, "  {} ({})", finding.message, finding.pointer.as_deref().unwrap_or_default());
        let _ = writeln!(seen, "  {:?} {:?}", finding.operation, finding.fix);
    }
    insta::assert_snapshot!(seen);
    assert_eq!(report.score, judge(SHOP, &Options::default()).score);
    assert_eq!(report.notes.suppressed.iter().filter(|one| one.finding.rule == "ORG-004").count(), 1);
}

#[test]
fn mistakes_come_with_their_places() {
    let text = r##"
audit:
  profile: loose
  severty: {}
  severity: {SAN001: fatal}
  ignores:
    - {rule: SAN001}
    - {rule: SAN001, reason: x, expires: tomorrow}
  gates:
    - {minimum: {total: 101}}
    - {gate: empty}
    - {minimum: {total: 80}, applies_to: {tags: [a]}}
    - {reject: {severity: bad, categories: {sécurité: high}}}
  rules:
    - {id: SAN001, jsonpath: "$.a[", assert: [{function: truthy}]}
    - {id: A, select: {role: thing}, assert: [{function: none}]}
    - {id: B, jsonpath: $, assert: [{function: pattern, options: {match: "("}}, {function: casing}]}
    - {id: C, jsonpath: $, select: {role: path}, assert: {function: length, options: {mix: 1}}}
    - {jsonpath: $}
"##;
    insta::assert_snapshot!(mistakes(text).join("\n"));
    assert_eq!(mistakes("audit: [\n")[0].split(": ").next(), Some("c.yaml:1:8"));
    assert!(Config::read("c.yaml", b"").is_ok() && Config::read("c.yaml", b"audit:\n").is_ok());
}

#[test]
fn gates_read_from_a_file_judge_a_report() {
    let gates = read_gates(
        "dir/strict.yaml",
        b"gate: release\nminimum: {security: 30, data: 1}\nreject: {categories: {responses: low}}\nforbid: [owasp-string-limit, 'PAL-SEC*']\n",
    )
    .unwrap();
    let report = judge(SHOP, &options("  profile: strict\n"));
    let parts = Some((report.score.security, report.score.data));
    let score = Some(Points { total: report.score.total, parts });
    let judged =
        Judged { name: "apis/shop.yaml", score, invalid: None, findings: &report.findings, tags: &report.notes.tags };
    let told: Vec<String> = gates[0].judge(&judged).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    let tagged = read_gates("t.yaml", b"applies_to: {tags: [orders]}\nforbid: PAL-SEC001\n").unwrap();
    assert!(tagged[0].judge(&judged).is_empty(), "the operation without security has no such tag");
    assert_eq!(tagged[0].name, "t.yaml");
}
