//! APIs with their contracts and exceptions.

use crate::support::api;
use palisade_store::{ContractRow, ExceptionRow, Store};

pub async fn suite(store: &Store) {
    apis(store).await;
    contracts(store).await;
    versions_are_counted_one_by_one(store).await;
    exceptions(store).await;
}

async fn apis(store: &Store) {
    let mut api = api();
    api.mode = "block".into();
    store.put_api(&api).await.unwrap();
    assert_eq!(store.apis().await.unwrap(), [api.clone()]);
    api.id = "a2".into();
    assert!(store.put_api(&api).await.is_err(), "two APIs of one name");

    store.set_protection("a1", "GET /x", Some("block")).await.unwrap();
    store.set_protection("a1", "GET /x", Some("observe")).await.unwrap();
    store.set_protection("a1", "GET /y", Some("observe")).await.unwrap();
    store.set_protection("a1", "GET /y", None).await.unwrap();
    let kept: Vec<_> = store.protections("a1").await.unwrap().into_iter().collect();
    assert_eq!(kept, [("GET /x".to_owned(), "observe".to_owned())]);
}

async fn contracts(store: &Store) {
    assert!(store.approved_contract("a1").await.unwrap().is_none());
    for n in 1..=3 {
        let mut row = ContractRow {
            id: format!("c{n}"),
            api_id: "a1".into(),
            version: 0,
            source: "uploaded".into(),
            body: format!("text {n}"),
            operations: n,
            approved_at: n,
            approved_by: "me".into(),
        };
        store.approve_contract(&mut row).await.unwrap();
        assert_eq!(row.version, n);
        assert_eq!(store.approved_contract("a1").await.unwrap().unwrap(), row);
    }
}

async fn versions_are_counted_one_by_one(store: &Store) {
    let all = (4..12).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut row = store.approved_contract("a1").await.unwrap().unwrap();
            row.id = format!("c{n}");
            store.approve_contract(&mut row).await.unwrap();
            let settings = store.add_protection("a1", "observe", "{}", n, "me").await.unwrap();
            (row.version, settings)
        })
    });
    let mut versions = Vec::new();
    for one in all.collect::<Vec<_>>() {
        versions.push(one.await.unwrap());
    }
    let counted = |versions: Vec<i64>| versions.into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(counted(versions.iter().map(|one| one.0).collect()), (4..12).collect());
    assert_eq!(counted(versions.iter().map(|one| one.1).collect()), (1..9).collect());
}

async fn exceptions(store: &Store) {
    let new = ExceptionRow {
        id: "x1".into(),
        api_id: "a1".into(),
        operation: "GET /x".into(),
        code: "type".into(),
        location: "query".into(),
        name: "q".into(),
        pointer: String::new(),
        created_at: 3,
        created_by: "me".into(),
        event_id: Some("e08".into()),
    };
    assert_eq!(store.add_exception(&new).await.unwrap(), new);
    let twice = ExceptionRow { id: "x2".into(), ..new.clone() };
    assert_eq!(store.add_exception(&twice).await.unwrap(), new, "the same exception is kept once");
    assert_eq!(store.all_exceptions("a1").await.unwrap(), [new]);
    assert!(!store.remove_exception("other", "x1").await.unwrap(), "an exception of another API stays");
    assert!(store.remove_exception("a1", "x1").await.unwrap());
    assert!(store.all_exceptions("a1").await.unwrap().is_empty());
}
