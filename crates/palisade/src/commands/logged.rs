//! What commands do to a store stands in its audit log.

use palisade_store::{AuditEntry, Store};
use serde_json::Value;

/// Leaves an entry of what a command did, as done by whoever runs it.
///
/// # Errors
/// The store's word.
pub async fn logged(
    store: &Store,
    command: &str,
    (kind, id): (&str, &str),
    after: Option<Value>,
) -> Result<(), String> {
    let user = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    let user: String =
        user.iter().flat_map(|name| name.chars()).filter(|letter| !letter.is_control()).take(100).collect();
    let entry = AuditEntry {
        kind: "command",
        actor: user,
        credential: "command".to_owned(),
        action: format!("palisade {command}"),
        object_type: kind.to_owned(),
        object_id: id.to_owned(),
        outcome: "done".to_owned(),
        after: after.map(|value| value.to_string()),
        ..palisade_server::new_audit_entry()
    };
    store.add_audit_entry(entry).await.map_err(|error| error.to_string())
}
