//! The audit log is added to and never changed; what is removed or changed behind its back shows.

use palisade_store::query::Query;
use palisade_store::{AUDIT_LOG, AuditChain, AuditEntry, Bounds, Store};

fn entry(kind: &'static str, time: i64) -> AuditEntry {
    AuditEntry {
        id: format!("{kind}-{time:03}"),
        kind,
        time,
        actor: "ann".to_owned(),
        action: "PATCH /api/v1/apis/{id}".to_owned(),
        outcome: "done".to_owned(),
        repeats: 1,
        before: Some("{\"mode\":\"observe\"}".to_owned()),
        after: Some("{\"mode\":\"block\"}".to_owned()),
        ..AuditEntry::default()
    }
}

async fn check(store: &Store) -> Vec<(String, i64, i64, Option<String>)> {
    let chains = store.verify_audit_log().await.unwrap();
    chains.into_iter().map(|AuditChain { kind, first, last, problem, .. }| (kind, first, last, problem)).collect()
}

pub async fn suite(store: &Store) {
    assert_eq!(check(store).await, []);
    for time in 1..=5 {
        store.add_audit_entry(entry("change", time)).await.unwrap();
    }
    store.add_audit_entry(entry("sign-in", 3)).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for time in 10..30 {
        let store = store.clone();
        writers.spawn(async move { store.add_audit_entry(entry("refusal", time)).await.unwrap() });
    }
    writers.join_all().await;
    let whole = |first: i64| {
        vec![
            ("change".to_owned(), first, 5, None),
            ("refusal".to_owned(), 1, 20, None),
            ("sign-in".to_owned(), 1, 1, None),
        ]
    };
    assert_eq!(check(store).await, whole(1));

    let page = store.audit_log(&Query::first(&AUDIT_LOG, 2)).await.unwrap();
    assert_eq!(page.items.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["sign-in-003", "refusal-029"]);
    let next = Query::first(&AUDIT_LOG, 2).from_cursor(&page.next.unwrap()).unwrap();
    assert_eq!(store.audit_log(&next).await.unwrap().items[0].id, "refusal-028");

    // Another project has chains of its own and sees nothing of these.
    let other = store.in_project("00000000-0000-7000-8000-0000000000ff");
    assert_eq!(check(&other).await, []);
    assert!(other.audit_log(&Query::first(&AUDIT_LOG, 2)).await.unwrap().items.is_empty());

    // What retention drops, the chain says.
    assert_eq!(store.prune_audit_log("change", 3).await.unwrap(), 2);
    assert_eq!(store.prune_audit_log("change", 3).await.unwrap(), 0);
    assert_eq!(check(store).await, whole(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_behind_its_back_shows() {
    for (sql, problem) in [
        ("DELETE FROM audit_log WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM audit_log WHERE seq <= 2", "entry 1 is missing"),
        ("DELETE FROM audit_log WHERE seq >= 4", "entries 4 to 5 are missing"),
        ("DELETE FROM audit_log", "entries 1 to 5 are missing"),
        ("UPDATE audit_log SET actor = 'bob' WHERE seq = 2", "entry 2 was changed"),
        ("UPDATE audit_log SET after_value = NULL WHERE seq = 5", "entry 5 was changed"),
        ("UPDATE audit_log SET hash = 'x', actor = 'bob' WHERE seq = 2", "entry 2 was changed"),
        ("UPDATE audit_log SET previous = '' WHERE seq = 2", "entry 2 does not follow the one before it"),
        ("DELETE FROM audit_chains", "what says where it begins and ends is missing"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("palisade.db");
        let store = Store::open_file(&path, Bounds::default()).await.unwrap();
        for time in 1..=5 {
            store.add_audit_entry(entry("change", time)).await.unwrap();
        }
        let pool = sqlx::AnyPool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
        let chains = store.verify_audit_log().await.unwrap();
        assert_eq!(chains[0].problem.as_deref(), Some(problem), "{sql}");
        store.close().await;
    }
}
