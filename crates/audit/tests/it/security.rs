//! Where the security rules keep still, and where they see through a spelling.

use super::{audit, counts};

fn contract(head: &str, operation: &str, scheme: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: Shop, version: \"1\"}}\n{head}\npaths:\n  /orders:\n    get: {operation}\ncomponents:\n  securitySchemes:\n    caller: {scheme}\n"
    )
}

const PLAIN: &str = "{responses: {\"200\": {description: Orders}}}";

fn fires(text: &str, rule: &str) -> bool {
    counts(&audit(text)).contains_key(rule)
}

#[test]
fn a_key_in_the_authorization_header_is_a_bearer_token() {
    let text = contract("security: [{caller: []}]", PLAIN, "{type: apiKey, in: header, name: Authorization}");
    assert!(!fires(&text, "PAL-SEC037"));
    assert!(fires(&text.replace("Authorization", "X-Key"), "PAL-SEC037"));
}

#[test]
fn a_second_scheme_beside_the_key_excuses_it() {
    let text = contract("security: [{caller: [], other: []}]", PLAIN, "{type: apiKey, in: header, name: X-Key}")
        + "    other: {type: http, scheme: bearer}\n";
    assert!(!fires(&text, "PAL-SEC037"));
}

#[test]
fn clear_text_is_seen_through_variables_and_not_on_the_own_machine() {
    let scheme = "{type: http, scheme: basic}";
    for (servers, clear) in [
        ("[{url: \"http://localhost:8080\"}]", false),
        ("[{url: /v1}]", false),
        ("[{url: \"https://shop.example\"}, {url: \"HTTP://shop.example\"}]", true),
        ("[{url: \"{how}://shop.example\", variables: {how: {default: https, enum: [https, http]}}}]", true),
    ] {
        let text = contract(&format!("servers: {servers}\nsecurity: [{{caller: []}}]"), PLAIN, scheme);
        assert_eq!(fires(&text, "PAL-SEC023"), clear, "{servers}");
    }
}

#[test]
fn the_server_of_an_operation_counts_before_that_of_the_contract() {
    let own = "{servers: [{url: \"https://shop.example\"}], responses: {\"200\": {description: Orders}}}";
    let head = "servers: [{url: \"http://shop.example\"}]\nsecurity: [{caller: []}]";
    assert!(!fires(&contract(head, own, "{type: http, scheme: basic}"), "PAL-SEC023"));
}

#[test]
fn an_empty_list_at_the_root_is_one_finding() {
    let text = contract("security: []", PLAIN, "{type: http, scheme: bearer}")
        .replace("components:", "  /carts:\n    get: {responses: {\"200\": {description: Carts}}}\ncomponents:");
    let report = audit(&text);
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.rule == "PAL-SEC001").collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pointer.as_deref(), Some("/security"));
    assert_eq!(report.score.security, 15.0);
}

#[test]
fn a_public_login_is_no_public_write() {
    let text = contract("security: [{caller: []}]", PLAIN, "{type: http, scheme: bearer}").replace(
        "components:",
        "  /PATH:\n    post: {security: [], responses: {\"200\": {description: Done}}}\ncomponents:",
    );
    assert!(!fires(&text.replace("PATH", "users/login"), "PAL-SEC047"));
    assert!(fires(&text.replace("PATH", "users/login"), "PAL-SEC001"));
    assert!(fires(&text.replace("PATH", "articles"), "PAL-SEC047"));
    assert!(!fires(&text.replace("PATH", "articles"), "PAL-SEC001"));
}

#[test]
fn a_key_in_the_middle_of_a_description_is_seen_and_made_up_ones_are_not() {
    let scheme = |text: &str| {
        contract("security: [{caller: []}]", PLAIN, &format!("{{type: http, scheme: bearer, description: \"{text}\"}}"))
    };
    assert!(fires(&scheme("Call it with `X-Key: AKIAQ7F2MZX4TRWB6JKD`, then wait."), "PAL-SEC012"));
    for quiet in [
        "Call it with AKIAIOSFODNN7EXAMPLE.",
        "Keys begin with sk_live_ or AKIA and are longer than this.",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.c2lnbmF0dXJlc2lnbmF0dXJl",
    ] {
        assert!(!fires(&scheme(quiet), "PAL-SEC012"), "{quiet}");
    }
}

#[test]
fn versions_are_compared_under_the_same_path() {
    let text = contract("security: [{caller: []}]", PLAIN, "{type: http, scheme: bearer}");
    let add = |paths: &[&str]| {
        let more: String = paths.iter().map(|path| format!("  {path}:\n    get: {PLAIN}\n")).collect();
        text.replace("components:", &format!("{more}components:"))
    };
    assert!(!fires(&add(&["/apps/v1/a", "/batch/v2/b"]), "PAL-SEC082"));
    assert!(fires(&add(&["/apps/v1/a", "/batch/v2/b", "/apps/v2/a"]), "PAL-SEC082"));
}

#[test]
fn a_generated_password_is_an_issued_secret_and_no_leak() {
    let operation = |about: &str| {
        format!(
            "{{responses: {{\"200\": {{description: Users, content: {{application/json: {{schema: {{type: object, properties: {{password: {{type: string, description: {about}}}}}}}}}}}}}}}}}"
        )
    };
    let text = |about| contract("security: [{caller: []}]", &operation(about), "{type: http, scheme: bearer}");
    let (own, made) = (text("Password of the user"), text("A randomly generated password"));
    assert_eq!((fires(&own, "PAL-SEC011"), fires(&own, "PAL-SEC088")), (true, false));
    assert_eq!((fires(&made, "PAL-SEC011"), fires(&made, "PAL-SEC088")), (false, true));
}
