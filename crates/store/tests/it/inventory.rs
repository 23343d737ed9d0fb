//! Operations across APIs, and counts that agree with what they count.

use crate::support::api;
use palisade_store::{ApiRow, Figures, OperationRow, Store};

pub async fn suite(store: &Store) {
    store.put_api(&ApiRow { id: "a2".into(), name: "pay".into(), ..api() }).await.unwrap();
    counts_follow(store).await;
    two_who_count_at_once_agree(store).await;
}

fn operation(api: &str, n: i64, state: &str) -> OperationRow {
    OperationRow {
        id: format!("{api}-{n:04}"),
        api_id: api.into(),
        method: "GET".into(),
        path: format!("/things/{n}"),
        state: state.into(),
        deprecated: 0,
        authenticated: "always".into(),
        sensitive: 0,
        hits: n,
        first_observed: 1,
        last_observed: 2,
        findings: 0,
        worst: 5,
    }
}

fn figures(of: &[(&str, i64)]) -> Figures {
    of.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

async fn counts_follow(store: &Store) {
    // More than go into one statement.
    let many: Vec<_> = (0..450).map(|n| operation("a1", n, "shadow")).collect();
    store.set_operations("a1", &many, &figures(&[("operations", 450), ("operations.shadow", 450)])).await.unwrap();
    store.set_operations("a2", &[operation("a2", 1, "documented")], &figures(&[("operations", 1)])).await.unwrap();
    assert_eq!(store.figures(None).await.unwrap(), figures(&[("operations", 451), ("operations.shadow", 450)]));
    assert_eq!(store.most("operations", 5).await.unwrap(), [("a1".to_owned(), 450), ("a2".to_owned(), 1)]);

    let few = [operation("a1", 3, "documented"), operation("a1", 999, "shadow")];
    store.set_operations("a1", &few, &figures(&[("operations", 2), ("operations.shadow", 1)])).await.unwrap();
    assert_eq!(store.figures(None).await.unwrap(), figures(&[("operations", 3), ("operations.shadow", 1)]));
    assert_eq!(store.figures(Some("a1")).await.unwrap(), figures(&[("operations", 2), ("operations.shadow", 1)]));
    let other = store.in_project("another");
    assert!(other.figures(None).await.unwrap().is_empty());
}

async fn two_who_count_at_once_agree(store: &Store) {
    let all = (0..16).map(|n: i64| {
        let store = store.clone();
        tokio::spawn(async move {
            let api = ["a1", "a2"][usize::from(n % 2 == 0)];
            store.set_operations(api, &[], &figures(&[("exchanges", n), ("operations", n % 3)])).await.unwrap();
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let (all, one, two) = (
        store.figures(None).await.unwrap(),
        store.figures(Some("a1")).await.unwrap(),
        store.figures(Some("a2")).await.unwrap(),
    );
    for name in ["exchanges", "operations"] {
        let of = |figures: &Figures| figures.get(name).copied().unwrap_or(0);
        assert_eq!(of(&all), of(&one) + of(&two), "{name}");
    }
}
