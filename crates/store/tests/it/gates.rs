//! Named gates.

use palisade_store::{GateRow, PutGate, Store};

fn gate(id: &str, name: &str, is_default: bool) -> GateRow {
    GateRow {
        id: id.into(),
        name: name.into(),
        definition: "forbid: [SAN001]".into(),
        is_default,
        created_at: 1,
        updated_at: 1,
        updated_by: "ann".into(),
    }
}

pub async fn suite(store: &Store) {
    assert_eq!(store.add_gate(&gate("g1", "release", true), 2).await.unwrap(), PutGate::Done);
    assert_eq!(store.add_gate(&gate("g9", "release", true), 9).await.unwrap(), PutGate::Taken);
    assert_eq!(store.default_gate().await.unwrap().unwrap().id, "g1", "what failed changed nothing");
    assert_eq!(store.add_gate(&gate("g2", "nightly", true), 2).await.unwrap(), PutGate::Done);
    assert_eq!(store.default_gate().await.unwrap().unwrap().id, "g2", "one default at a time");
    assert_eq!(store.add_gate(&gate("g3", "more", false), 2).await.unwrap(), PutGate::Full);
    let names: Vec<String> = store.gates().await.unwrap().into_iter().map(|gate| gate.name).collect();
    assert_eq!(names, ["nightly", "release"]);

    let changed = GateRow { definition: "minimum: {total: 90}".into(), updated_at: 2, ..gate("g1", "release", true) };
    assert_eq!(store.set_gate(&changed).await.unwrap(), PutGate::Done);
    assert_eq!(store.gate("release").await.unwrap().unwrap(), changed);
    assert_eq!(store.default_gate().await.unwrap().unwrap(), changed);
    assert_eq!(store.set_gate(&gate("g1", "nightly", false)).await.unwrap(), PutGate::Taken);
    assert_eq!(store.set_gate(&gate("g7", "seventh", true)).await.unwrap(), PutGate::Gone);
    assert_eq!(store.default_gate().await.unwrap().unwrap(), changed, "what failed changed nothing");

    let other = store.in_project("00000000-0000-7000-8000-0000000000ff");
    assert!(other.gate("release").await.unwrap().is_none());
    assert!(other.default_gate().await.unwrap().is_none());
    assert_eq!(other.set_gate(&changed).await.unwrap(), PutGate::Gone);
    assert!(!other.remove_gate("g1").await.unwrap());
    assert!(store.remove_gate("g1").await.unwrap());
    assert!(!store.remove_gate("g1").await.unwrap());
    assert!(store.default_gate().await.unwrap().is_none());
}
