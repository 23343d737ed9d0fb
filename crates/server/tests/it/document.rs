//! The OpenAPI document that is checked in is the one the code gives.

/// With `UPDATE` set in the environment the file is written anew.
#[test]
fn the_document_checked_in_is_the_one_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let now = serde_json::to_string_pretty(&palisade_server::document()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == now, "docs/openapi.json is stale: run UPDATE=1 cargo test -p palisade-server document");
    assert!(now.contains("\"openapi\": \"3.1"));
}
