//! A good server and a bad one, from end to end.

use super::site::{Plan, Site};
use super::{ends, score};
use serde_json::Value;
use std::collections::BTreeSet;

/// Everything that a careful provider sends.
const HEADERS: &str = r#"
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
    add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options DENY always;
    add_header Referrer-Policy no-referrer always;
    add_header Permissions-Policy "geolocation=(), camera=(), microphone=()" always;
    add_header Cross-Origin-Resource-Policy same-origin always;
    add_header Cache-Control no-store always;
"#;

const STRONG: &str = "server_tokens off; ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on; \
                      ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256; \
                      ssl_session_tickets off;";

const WEAK: &str = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:COMPLEMENTOFALL@SECLEVEL=0; autoindex on;";

const REDIRECT: &str = "server_tokens off; return 301 https://$host$request_uri;";

const SECURITY_TXT: &str = "Contact: mailto:security@ferries.example\nExpires: 2099-01-01T00:00:00Z\nCanonical: https://127.0.0.1/.well-known/security.txt\n";

/// A contract that leaves little to say.
const CONTRACT: &str = r##"{
  "openapi": "3.1.0",
  "info": {"title": "Ferries", "version": "2", "description": "Sailings and their places."},
  "servers": [{"url": "https://ferries.example"}],
  "security": [{"token": []}],
  "paths": {"/sailings/{sailingId}": {"get": {
    "operationId": "getSailing", "summary": "One sailing", "description": "One sailing by its number.", "tags": ["sailings"],
    "parameters": [{"name": "sailingId", "in": "path", "required": true, "description": "Number of the sailing.",
      "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 1000000}}],
    "responses": {
      "200": {"description": "The sailing.", "content": {"application/json": {"schema": {
        "type": "object", "additionalProperties": false, "required": ["places"],
        "properties": {"places": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2000}}}}}},
      "400": {"$ref": "#/components/responses/problem"}, "401": {"$ref": "#/components/responses/problem"},
      "403": {"$ref": "#/components/responses/problem"}, "404": {"$ref": "#/components/responses/problem"},
      "406": {"$ref": "#/components/responses/problem"}, "429": {"$ref": "#/components/responses/problem"},
      "500": {"$ref": "#/components/responses/problem"}, "default": {"$ref": "#/components/responses/problem"}}}}},
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    "responses": {"problem": {"description": "What went wrong.", "content": {"application/problem+json": {"schema": {
      "type": "object", "additionalProperties": false, "required": ["title"],
      "properties": {"title": {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"}}}}}}}}
}"##;

fn posture(site: &Site, more: &[&str]) -> Value {
    let args = [&[site.url.as_str(), "--allow-private", "--format", "json"], more].concat();
    let (out, _) = ends(&score(site.folder(), &args), 0);
    serde_json::from_str(&out).unwrap()
}

fn rules(posture: &Value) -> BTreeSet<String> {
    let findings = posture["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

fn of<'v>(posture: &'v Value, category: &str) -> &'v Value {
    posture["categories"].as_array().unwrap().iter().find(|one| one["category"] == category).unwrap()
}

#[test]
fn a_careful_server_is_graded_a() {
    let files = [(".well-known/security.txt", SECURITY_TXT), ("openapi.json", CONTRACT), ("index.json", "{}")];
    let tls = format!("{STRONG} {HEADERS}");
    let plan = Plan { address: "127.0.71.1", self_signed: false, tls: &tls, plain: Some(REDIRECT), files: &files };
    let Some(site) = Site::start(&plan) else { return };
    let ca = site.authority();
    let posture = posture(&site, &["--ca", ca.to_str().unwrap()]);
    assert_eq!(posture["grade"], "A", "{posture:#}");
    assert_eq!(
        (&of(&posture, "application")["grade"], &of(&posture, "email")["assessed"]),
        (&"A+".into(), &false.into())
    );
    assert_eq!(
        (&posture["guides"]["tls"]["letter"], &posture["guides"]["observatory"]["grade"]),
        (&"A+".into(), &"A+".into())
    );
    let audit = &posture["facts"]["contract"]["assessed"]["audited"];
    assert_eq!((&audit["title"], audit["total"].as_f64().unwrap() > 90.0), (&"Ferries".into(), true), "{audit}");
    assert_eq!(of(&posture, "authentication")["assessed"], true);
    let bad = posture["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| ["critical", "high"].contains(&finding["severity"].as_str().unwrap()));
    assert_eq!(bad.count(), 0, "{posture:#}");

    // Who trusts no such authority takes it for untrusted, and still learns the rest.
    let untrusted = self::posture(&site, &[]);
    assert_eq!((&untrusted["grade"], &of(&untrusted, "application")["assessed"]), (&"F".into(), &true.into()));
    assert!(rules(&untrusted).iter().any(|rule| rule == "PST135" || rule == "PST136"), "{:?}", rules(&untrusted));
}

#[test]
fn a_careless_server_is_graded_f_and_told_why() {
    let files = [(".env", "DB_PASSWORD=correct-horse-battery\n"), ("index.html", "<p>ferries</p>")];
    let plan = Plan { address: "127.0.71.2", self_signed: true, tls: WEAK, plain: Some(""), files: &files };
    let Some(site) = Site::start(&plan) else { return };
    let posture = posture(&site, &[]);
    assert_eq!(posture["grade"], "F", "{posture:#}");
    assert!(posture["score"].as_u64().unwrap() < 35);
    let rules = rules(&posture);
    for rule in ["PST103", "PST104", "PST107", "PST134", "PST202", "PST204", "PST206", "PST220", "PST228"] {
        assert!(rules.contains(rule), "{rule}: {rules:?}");
    }
    // Where no list says which versions are vulnerable, that is told.
    assert!(posture["not_assessed"].to_string().contains("vulnerable versions"));

    let text = posture.to_string();
    assert!(!text.contains("correct-horse-battery"), "a secret is never shown");

    let formats = ["text", "sarif", "junit", "md", "html", "github"];
    let written = std::thread::scope(|scope| {
        let run = |format| score(site.folder(), &[&site.url, "--allow-private", "--format", format]);
        let running: Vec<_> = formats.iter().map(|format| scope.spawn(move || run(format))).collect();
        running.into_iter().map(|running| running.join().unwrap()).collect::<Vec<_>>()
    });
    for (format, output) in formats.iter().zip(&written) {
        let (out, _) = ends(output, 0);
        for word in ["PST134", "PST228"] {
            assert!(out.contains(word), "{format} lacks {word}");
        }
        assert!(!out.contains("correct-horse-battery"), "{format}");
        let graded = ["grade     F", "\"grade\":\"F\"", "value=\"F\"", "**Grade F**", "score\">F<", "grade F"];
        assert!(graded.iter().any(|word| out.contains(word)), "{format}");
    }
}

/// What Panoptica's scorer finds on such a server, and what it does not find once it is mended.
#[test]
fn missing_headers_and_an_open_port_80_are_found_until_they_are_mended() {
    let files = [("index.json", "{}")];
    let bare = Plan {
        address: "127.0.71.3",
        self_signed: false,
        tls: STRONG,
        plain: Some("server_tokens off; index index.json;"),
        files: &files,
    };
    let Some(site) = Site::start(&bare) else { return };
    let ca = site.authority();
    let found = rules(&posture(&site, &["--ca", ca.to_str().unwrap(), "--ports"]));
    for rule in ["PST204", "PST206", "PST208", "PST202", "PST408"] {
        assert!(found.contains(rule), "{rule}: {found:?}");
    }
    drop(site);

    let tls = format!("{STRONG} {HEADERS}");
    let mended = Plan { address: "127.0.71.3", self_signed: false, tls: &tls, plain: None, files: &files };
    let Some(site) = Site::start(&mended) else { return };
    let ca = site.authority();
    let found = rules(&posture(&site, &["--ca", ca.to_str().unwrap()]));
    for rule in ["PST204", "PST206", "PST208", "PST202"] {
        assert!(!found.contains(rule), "{rule}: {found:?}");
    }
}

#[test]
fn gates_and_policies_fail_with_exit_code_4() {
    let plan =
        Plan { address: "127.0.71.4", self_signed: true, tls: STRONG, plain: None, files: &[("index.json", "{}")] };
    let Some(site) = Site::start(&plan) else { return };
    let write = |name: &str, text: &str| std::fs::write(site.folder().join(name), text).unwrap();
    write("points.yaml", "gate: third parties\nminimum: {total: 80}\n");
    write("network.yaml", "gate: third parties\nreject: {categories: {network: high}}\n");
    write("none.yaml", "gate: third parties\nforbid: PST999\n");
    write("vendors.yaml", "name: vendors\nminimum_grade: B\n");
    let run = |more: &[&str], code: i32| {
        ends(&score(site.folder(), &[&[site.url.as_str(), "--allow-private", "--only", "tls"], more].concat()), code)
    };
    let (_, error) = run(&["--gate", "points.yaml"], 4);
    assert!(error.contains("minimum.total: ") && error.contains("of 100 points, at least 80 are asked"), "{error}");
    let (_, error) = run(&["--gate", "network.yaml"], 4);
    assert!(error.contains("reject.categories.network: "), "{error}");
    run(&["--gate", "none.yaml", "--fail-on", "critical"], 0);
    run(&["--fail-on", "high"], 4);
    for format in ["text", "json", "sarif", "junit", "md", "html", "github"] {
        let (out, error) = run(&["--policy", "vendors.yaml", "--format", format], 4);
        assert!(error.contains("policy vendors is not kept"), "{error}");
        assert!(out.replace('\\', "").contains("the grade is F, at least B is asked"), "{format}: {out}");
    }
}
