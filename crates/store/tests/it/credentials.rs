//! Tokens and what works once.

use crate::lists::ask;
use palisade_store::query::Query;
use palisade_store::{Kind, NewCredential, Store, TOKENS};

pub async fn suite(store: &Store) {
    let add = |id, kind, hash, expires_at| {
        let new = NewCredential { id, kind, hash, name: "n", role: "viewer", created_at: 1, expires_at };
        async move { store.add_credential(&new).await.unwrap() }
    };
    add("k1", Kind::Token, "h1", None).await;
    add("k2", Kind::Token, "h2", Some(100)).await;
    add("k3", Kind::LoginCode, "h3", Some(100)).await;
    assert!(store.credential(Kind::Token, "h2", 99).await.unwrap().is_some());
    assert!(store.credential(Kind::Token, "h2", 100).await.unwrap().is_none(), "expired at its very moment");
    assert!(store.credential(Kind::LoginCode, "h1", 1).await.unwrap().is_none(), "a token is no login code");
    store.touch_credential("k1", 55).await.unwrap();
    assert_eq!(store.credential(Kind::Token, "h1", 1).await.unwrap().unwrap().last_used_at, Some(55));

    let (first, second) = tokio::join!(
        store.take_credential(Kind::LoginCode, "h3", 50),
        store.take_credential(Kind::LoginCode, "h3", 50)
    );
    assert_eq!(u8::from(first.unwrap()) + u8::from(second.unwrap()), 1, "a code works exactly once");

    let page = store.credentials(Kind::Token, 1, &Query::first(&TOKENS, 1)).await.unwrap();
    assert_eq!((page.items.len(), page.next.is_some()), (1, true));
    let page = store.credentials(Kind::Token, 1, &ask(&TOKENS, None, &[], page.next.as_deref(), 1)).await.unwrap();
    assert_eq!((page.items[0].id.as_str(), page.next), ("k2", None));
    store.sweep_credentials(100).await.unwrap();
    assert!(store.credential(Kind::Token, "h2", 0).await.unwrap().is_none());
    assert!(store.remove_credential(Kind::Token, "k1").await.unwrap());
    assert!(!store.remove_credential(Kind::Token, "k1").await.unwrap());
}
