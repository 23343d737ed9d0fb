//! Sealed secrets, of one project each.

use palisade_store::{DEFAULT_PROJECT, Store};

pub async fn suite(store: &Store) {
    assert_eq!(store.master_key().await.unwrap(), None);
    assert!(!store.set_secret("job-auth", "1", "old", b"sealed", 1).await.unwrap(), "no master key was claimed");
    assert_eq!(store.claim_master_key("old").await.unwrap(), "old");
    assert_eq!(store.claim_master_key("other").await.unwrap(), "old", "the first one stays");

    assert!(store.set_secret("job-auth", "1", "old", b"sealed", 1).await.unwrap());
    assert!(store.set_secret("job-auth", "1", "old", b"sealed anew", 2).await.unwrap());
    assert!(store.set_secret("job-auth", "2", "old", b"sealed too", 2).await.unwrap());
    let row = store.secret("job-auth", "1").await.unwrap().unwrap();
    assert_eq!(
        (row.project_id.as_str(), row.sealed.as_slice(), row.updated_at),
        (DEFAULT_PROJECT, &b"sealed anew"[..], 2)
    );
    let elsewhere = store.in_project("00000000-0000-7000-8000-0000000000ff");
    assert_eq!(elsewhere.secret("job-auth", "1").await.unwrap(), None);
    assert!(!elsewhere.remove_secret("job-auth", "1").await.unwrap());
    assert_eq!(elsewhere.master_key().await.unwrap().as_deref(), Some("old"), "all projects have one master key");

    assert!(!store.change_master_key("other", "new").await.unwrap());
    assert!(store.change_master_key("old", "new").await.unwrap());
    assert!(!store.set_secret("job-auth", "3", "old", b"late", 3).await.unwrap());
    assert!(store.set_secret("job-auth", "2", "new", b"changed", 3).await.unwrap());
    assert_eq!(store.master_keys_in_use().await.unwrap(), ["new", "old"]);
    let left = store.secrets_of_key("old", 10).await.unwrap();
    assert_eq!(left, std::slice::from_ref(&row));
    assert!(store.reseal_secret(&row, "new", b"resealed").await.unwrap());
    assert!(!store.reseal_secret(&row, "new", b"again").await.unwrap(), "it is another by now");
    assert_eq!(store.master_keys_in_use().await.unwrap(), ["new"]);
    assert!(store.remove_secret("job-auth", "1").await.unwrap());
    assert!(!store.remove_secret("job-auth", "1").await.unwrap());
}
