//! Versions of an API's protection, and network lists.

use palisade_store::{NetworkListRow, Store};

pub async fn suite(store: &Store) {
    versions(store).await;
    lists(store).await;
}

async fn versions(store: &Store) {
    let before = store.apis().await.unwrap().into_iter().find(|api| api.id == "a1").unwrap();
    assert!(store.protection("a1").await.unwrap().is_none());
    for n in 1..=5 {
        let mode = if n % 2 == 0 { "observe" } else { "block" };
        let version = store.add_protection("a1", mode, &format!("{{\"n\":{n}}}"), n, "ann").await.unwrap();
        assert_eq!(version, n);
    }
    let newest = store.protection("a1").await.unwrap().unwrap();
    assert_eq!((newest.version, newest.settings.as_str(), newest.made_by.as_str()), (5, "{\"n\":5}", "ann"));
    let api = store.apis().await.unwrap().into_iter().find(|api| api.id == "a1").unwrap();
    assert_eq!(api.mode, "block", "the mode is that of the newest version");
    store.put_api(&before).await.unwrap();

    // Three are kept.
    let page = store.protection_versions("a1", None, 2).await.unwrap();
    assert_eq!(page.items.iter().map(|row| row.version).collect::<Vec<_>>(), [5, 4]);
    let rest = store.protection_versions("a1", page.next.unwrap().parse().ok(), 2).await.unwrap();
    assert_eq!((rest.items.len(), rest.items[0].version, rest.next), (1, 3, None));
    assert_eq!(store.protection_version("a1", 4).await.unwrap().unwrap().made_at, 4);
    assert!(store.protection_version("a1", 2).await.unwrap().is_none());
    assert!(store.protection_version("a9", 4).await.unwrap().is_none());
}

async fn lists(store: &Store) {
    let mut list = NetworkListRow {
        id: "l1".into(),
        name: "office".into(),
        description: String::new(),
        networks: "[\"192.0.2.0/24\"]".into(),
        created_at: 1,
        updated_at: 1,
        updated_by: "ann".into(),
    };
    store.put_network_list(&list).await.unwrap();
    list.networks = "[\"2001:db8::/32\"]".into();
    list.updated_at = 2;
    store.put_network_list(&list).await.unwrap();
    assert_eq!(store.network_lists().await.unwrap(), [list.clone()]);
    assert!(store.put_network_list(&NetworkListRow { id: "l2".into(), ..list }).await.is_err(), "two of one name");
    assert!(store.remove_network_list("l1").await.unwrap());
    assert!(!store.remove_network_list("l1").await.unwrap());
}
