//! What engines know between two starts, and small values.

use palisade_store::Store;

pub async fn suite(store: &Store) {
    assert!(store.state("a1", "ledger").await.unwrap().is_none());
    store.set_states("a1", &[("ledger", b"one"), ("discovery", b"d")], 1).await.unwrap();
    store.set_states("a1", &[("ledger", b"two")], 2).await.unwrap();
    assert_eq!(store.state("a1", "ledger").await.unwrap().unwrap(), b"two");
    assert_eq!(store.state("a1", "discovery").await.unwrap().unwrap(), b"d");
    assert!(store.setting("k").await.unwrap().is_none());
    store.set_setting("k", "v").await.unwrap();
    store.set_setting("k", "w").await.unwrap();
    assert_eq!(store.setting("k").await.unwrap().as_deref(), Some("w"));
}
