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
        assert_eq!(fires(&text, "STR001"), clear, "{servers}");
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

#[test]
fn a_credential_as_parameter_is_held_against_the_schemes() {
    let judge = |security: &str, scheme: &str, name: &str| {
        let parameter = format!(
            "{{parameters: [{{name: {name}, in: header, schema: {{type: boolean}}}}], responses: {{\"200\": {{description: d}}}}}}"
        );
        let report = audit(&contract(security, &parameter, scheme));
        let found = report.findings.into_iter().find(|finding| finding.rule == "PAL-SEC075");
        found.map(|finding| format!("{} {}", finding.severity, finding.message)).unwrap_or_default()
    };
    let (required, key) = ("security: [{caller: []}]", "{type: apiKey, in: header, name: x-api-key}");
    assert_eq!(judge(required, key, "X-Api-Key"), "info header parameter \"X-Api-Key\" repeats scheme \"caller\"");
    assert_eq!(
        judge("security: []", key, "X-Api-Key"),
        "low header parameter \"X-Api-Key\" is a credential: require scheme \"caller\" (1 operation)"
    );
    for scheme in ["{type: apiKey, in: cookie, name: x-api-key}", "{type: http, scheme: bearer}"] {
        assert_eq!(
            judge(required, scheme, "X-Api-Key"),
            "low header parameter \"X-Api-Key\" is a credential: declare a security scheme (1 operation)"
        );
    }
    let bearer = judge(required, "{type: http, scheme: bearer}", "Authorization");
    assert_eq!(bearer, "info header parameter \"Authorization\" repeats scheme \"caller\"");
}

#[test]
fn tokens_and_keys_in_the_query_are_known_by_name_and_description() {
    for (name, about, seen) in [
        ("oauth_token", "x", true),
        ("key", "API key. It identifies your project.", true),
        ("key", "Your API key", true),
        ("key", "Key of a category", false),
    ] {
        let operation = format!(
            "{{parameters: [{{name: {name}, in: query, description: \"{about}\", schema: {{type: boolean}}}}], responses: {{\"200\": {{description: d}}}}}}"
        );
        let text = contract("security: [{caller: []}]", &operation, "{type: http, scheme: bearer}");
        assert_eq!(fires(&text, "PAL-SEC005"), seen, "{name} {about}");
    }
}

#[test]
fn rights_that_strangers_write_are_seen_in_bodies_of_requests_alone() {
    let text = |path: &str, security: &str| {
        let body = "{content: {application/json: {schema: {type: object, properties: {is_admin: {type: boolean}}}}}}";
        contract("security: [{caller: []}]", PLAIN, "{type: http, scheme: bearer}").replace(
            "components:",
            &format!("  {path}:\n    post: {{{security}requestBody: {body}, responses: {{\"204\": {{description: Done}}}}}}\ncomponents:"),
        )
    };
    assert!(fires(&text("/users/register", "security: [], "), "PAL-SEC080"));
    assert!(fires(&text("/users", "security: [], "), "PAL-SEC080"));
    assert!(!fires(&text("/users", ""), "PAL-SEC080"), "who may send it was asked who they are");
}

#[test]
fn a_search_by_post_is_no_public_write() {
    let text = contract("security: [{caller: []}]", PLAIN, "{type: http, scheme: bearer}").replace(
        "components:",
        "  /{dataset}/records:\n    post: {operationId: ID, security: [], responses: {\"200\": {description: Done}}}\ncomponents:",
    );
    assert!(!fires(&text.replace("ID", "perform-search"), "PAL-SEC047"));
    assert!(fires(&text.replace("ID", "perform-search"), "PAL-SEC001"));
    assert!(fires(&text.replace("ID", "createSavedSearch"), "PAL-SEC047"));
}
