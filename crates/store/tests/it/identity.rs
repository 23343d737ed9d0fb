//! Users, sessions, key pairs, and what is kept of failed sign-ins.

use palisade_store::query::Query;
use palisade_store::{
    Changed, DEFAULT_PROJECT, KEY_PAIRS, KeyPairRow, Kind, NewCredential, SessionRow, Store, USERS, UserChange, UserRow,
};

const SECOND: i64 = 1_000_000;

fn user(id: &str, name: &str) -> UserRow {
    UserRow {
        id: id.into(),
        name: name.into(),
        display_name: name.to_uppercase(),
        password: Some("$argon2id$x".into()),
        issuer: None,
        subject: None,
        disabled: false,
        must_change: true,
        created_at: 5,
        password_changed_at: None,
        last_signed_in_at: None,
    }
}

fn home(role: &str) -> [(String, String); 1] {
    [(DEFAULT_PROJECT.to_owned(), role.to_owned())]
}

fn session(id: &str, user: Option<&str>, credential: Option<&str>) -> SessionRow {
    SessionRow {
        id: id.into(),
        project_id: DEFAULT_PROJECT.into(),
        hash: format!("hash of {id}"),
        user_id: user.map(str::to_owned),
        credential_id: credential.map(str::to_owned),
        name: "n".into(),
        role: "viewer".into(),
        address: "192.0.2.1".into(),
        agent: "browser".into(),
        created_at: 10,
        seen_at: 10,
        expires_at: 100,
    }
}

fn key(id: &str, user: Option<&str>, expires_at: Option<i64>) -> KeyPairRow {
    KeyPairRow {
        id: id.into(),
        project_id: DEFAULT_PROJECT.into(),
        access_key: format!("pal_ak_{id}"),
        hash: "h".into(),
        name: "n".into(),
        role: "ci".into(),
        scopes: "[]".into(),
        user_id: user.map(str::to_owned),
        created_by: "someone".into(),
        created_at: 1,
        expires_at,
        last_used_at: None,
        revoked_at: None,
    }
}

pub async fn suite(store: &Store) {
    users(store).await;
    sessions(store).await;
    key_pairs(store).await;
    failures(store).await;
    for id in ["u1", "u2", "u3"] {
        store.remove_user(id).await.unwrap();
    }
}

async fn users(store: &Store) {
    assert!(!store.has_users().await.unwrap());
    assert!(store.add_user(&user("u1", "ada"), &home("admin")).await.unwrap());
    assert!(store.has_users().await.unwrap());
    assert!(!store.add_user(&user("u9", "ada"), &home("admin")).await.unwrap(), "a name is there once");
    assert_eq!(store.user_named("ada").await.unwrap().unwrap(), user("u1", "ada"));
    let outside = UserRow { issuer: Some("i".into()), subject: Some("s".into()), password: None, ..user("u2", "ben") };
    assert!(store.add_user(&outside, &home("viewer")).await.unwrap());
    assert_eq!(store.user_of_identity("i", "s").await.unwrap().unwrap().id, "u2");
    assert!(store.user_of_identity("j", "s").await.unwrap().is_none());
    let twin = UserRow { id: "u9".into(), name: "other".into(), ..outside };
    assert!(!store.add_user(&twin, &[]).await.unwrap(), "an identity is there once");
    assert!(store.add_user(&user("u3", "cy"), &home("developer")).await.unwrap());

    let page = store.users(&Query::first(&USERS, 2)).await.unwrap();
    let names: Vec<_> = page.items.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((names, page.next.is_some()), (vec!["ada", "ben"], true));
    let roles = store.memberships(&["u1", "u2"]).await.unwrap();
    assert_eq!(roles.len(), 2);
    assert_eq!((roles["u2"][0].project.as_str(), roles["u2"][0].role.as_str()), ("default", "viewer"));

    // An admin of the default project is one everywhere; others are what they are where they are.
    let elsewhere = store.in_project("elsewhere");
    assert_eq!(store.role_of("u2").await.unwrap().as_deref(), Some("viewer"));
    assert_eq!(elsewhere.role_of("u2").await.unwrap(), None);
    assert_eq!(elsewhere.role_of("u1").await.unwrap().as_deref(), Some("admin"));
    assert_eq!(store.projects_of("u3").await.unwrap()[0].role, "developer");
    assert_eq!(store.projects_of("u1").await.unwrap()[0].role, "admin");

    let change = |disabled, memberships| UserChange { disabled, memberships, display_name: None };
    let demoted = home("analyst");
    assert_eq!(store.change_user("u1", &change(Some(true), None)).await.unwrap(), Changed::LastAdmin);
    assert_eq!(store.change_user("u1", &change(None, Some(&demoted))).await.unwrap(), Changed::LastAdmin);
    assert_eq!(store.remove_user("u1").await.unwrap(), Changed::LastAdmin);
    assert_eq!(store.role_of("u1").await.unwrap().as_deref(), Some("admin"), "nothing of it was done");
    assert_eq!(store.change_user("u8", &change(Some(true), None)).await.unwrap(), Changed::Missing);
    assert_eq!(store.remove_user("u8").await.unwrap(), Changed::Missing);
    assert_eq!(store.change_user("u2", &change(Some(true), None)).await.unwrap(), Changed::Done);
    assert_eq!(store.role_of("u2").await.unwrap(), None, "who is disabled may do nothing");
    assert_eq!(store.change_user("u2", &change(Some(false), None)).await.unwrap(), Changed::Done);
    let renamed = UserChange { display_name: Some("Cy B."), ..UserChange::default() };
    assert_eq!(store.change_user("u3", &renamed).await.unwrap(), Changed::Done);
    assert!(store.set_password("u3", "$argon2id$y", false, 9).await.unwrap());
    assert!(!store.set_password("u8", "$argon2id$y", false, 9).await.unwrap());
    let kept = store.user("u3").await.unwrap().unwrap();
    assert_eq!((kept.display_name.as_str(), kept.must_change, kept.password_changed_at), ("Cy B.", false, Some(9)));
    store.touch_user("u3", 77).await.unwrap();
    assert_eq!(store.user("u3").await.unwrap().unwrap().last_signed_in_at, Some(77));
}

async fn sessions(store: &Store) {
    let token = NewCredential {
        id: "t1",
        kind: Kind::Token,
        hash: "hash of t1",
        name: "n",
        role: "viewer",
        created_at: 1,
        expires_at: None,
    };
    store.add_credential(&token).await.unwrap();
    for row in [session("s1", Some("u3"), None), session("s2", Some("u3"), None), session("s3", None, Some("t1"))] {
        store.add_session(&row).await.unwrap();
    }
    let alive = async |id: &str, now| store.session(&format!("hash of {id}"), now, 5).await.unwrap().is_some();
    assert!(alive("s1", 99).await && alive("s3", 99).await);
    assert!(!alive("s1", 100).await, "it ends at its very moment");
    assert!(store.session("hash of s1", 50, 10).await.unwrap().is_none(), "it was not used for too long");
    store.remove_credential(Kind::Token, "t1").await.unwrap();
    assert!(!alive("s3", 50).await, "it ends with the token it was opened with");
    assert_eq!(store.sessions_of("u3", 50, 5).await.unwrap().len(), 2);
    store.touch_session("s1", 60).await.unwrap();
    assert_eq!(store.session("hash of s1", 61, 59).await.unwrap().unwrap().seen_at, 60);
    assert!(store.renew_session("s1", "other", DEFAULT_PROJECT, 70).await.unwrap());
    assert!(!alive("s1", 50).await && store.session("other", 50, 5).await.unwrap().is_some());
    assert!(!store.renew_session("s9", "x", DEFAULT_PROJECT, 70).await.unwrap());
    assert!(!store.end_session_of("u1", "s2").await.unwrap(), "another's session stays");
    assert!(store.end_session_of("u3", "s2").await.unwrap());
    store.end_session("s3").await.unwrap();

    // Whatever changes the rights of a user ends their sessions.
    let rights = home("viewer");
    let change = UserChange { memberships: Some(&rights), ..UserChange::default() };
    store.change_user("u3", &change).await.unwrap();
    assert!(store.session("other", 50, 5).await.unwrap().is_none());
    store.add_session(&session("s4", Some("u3"), None)).await.unwrap();
    store.set_password("u3", "$argon2id$z", true, 80).await.unwrap();
    assert!(!alive("s4", 50).await);
    store.add_session(&session("s5", Some("u3"), None)).await.unwrap();
    store.end_sessions_of("u3").await.unwrap();
    assert!(!alive("s5", 50).await);
    store.add_session(&session("s6", None, None)).await.unwrap();
    store.sweep_sessions(100, 0).await.unwrap();
    assert!(!alive("s6", 50).await);
}

async fn key_pairs(store: &Store) {
    for row in [key("k1", None, None), key("k2", Some("u3"), Some(100)), key("k3", Some("u3"), None)] {
        store.add_key_pair(&row).await.unwrap();
    }
    let known = store.key_pair("pal_ak_k1", 50).await.unwrap().unwrap();
    assert_eq!((known.key, known.user_role), (key("k1", None, None), None));
    assert_eq!(store.key_pair("pal_ak_k2", 99).await.unwrap().unwrap().user_role.as_deref(), Some("viewer"));
    assert!(store.key_pair("pal_ak_k2", 100).await.unwrap().is_none(), "expired at its very moment");
    assert!(store.key_pair("pal_ak_none", 1).await.unwrap().is_none());
    assert_eq!(store.key_pairs(None, &Query::first(&KEY_PAIRS, 10)).await.unwrap().items.len(), 3);
    let own = store.key_pairs(Some("u3"), &Query::first(&KEY_PAIRS, 1)).await.unwrap();
    assert_eq!((own.items[0].id.as_str(), own.next.is_some()), ("k2", true));
    let elsewhere = store.in_project("elsewhere");
    assert!(elsewhere.key_pairs(None, &Query::first(&KEY_PAIRS, 10)).await.unwrap().items.is_empty());
    assert!(elsewhere.key_pair_row("k1").await.unwrap().is_none());
    assert!(!elsewhere.revoke_key_pair("k1", 5).await.unwrap(), "another project's stays");
    store.touch_key_pair("k1", 44).await.unwrap();
    assert_eq!(store.key_pair_row("pal_ak_k1").await.unwrap().unwrap().last_used_at, Some(44));
    assert!(store.revoke_key_pair("k1", 60).await.unwrap());
    assert!(!store.revoke_key_pair("k1", 61).await.unwrap());
    assert!(store.key_pair("pal_ak_k1", 1).await.unwrap().is_none());
    store.sweep_key_pairs(61).await.unwrap();
    let left: Vec<_> = store
        .key_pairs(None, &Query::first(&KEY_PAIRS, 10))
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(left, ["k2", "k3"]);
    let nobody = UserChange { disabled: Some(true), ..UserChange::default() };
    store.change_user("u3", &nobody).await.unwrap();
    assert_eq!(store.key_pair("pal_ak_k3", 1).await.unwrap().unwrap().user_role.as_deref(), Some(""));
    store.remove_user("u3").await.unwrap();
    assert!(store.key_pair("pal_ak_k3", 1).await.unwrap().is_none(), "a user's keys go with them");
}

async fn failures(store: &Store) {
    let mut now = 0;
    for _ in 0..5 {
        assert_eq!(store.attempt_sign_in("x", now).await.unwrap(), None);
    }
    let mut waits = Vec::new();
    for _ in 0..7 {
        let until = store.attempt_sign_in("x", now).await.unwrap().unwrap();
        waits.push((until - now) / SECOND);
        now = until;
        assert_eq!(store.attempt_sign_in("x", now).await.unwrap(), None, "the lock is over at its very moment");
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900]);
    assert_eq!(store.attempt_sign_in("y", now).await.unwrap(), None, "other names are free");
    store.signed_in("x").await.unwrap();
    for _ in 0..5 {
        assert_eq!(store.attempt_sign_in("x", now).await.unwrap(), None, "who signed in begins anew");
    }
    let later = now + 25 * 3600 * SECOND;
    assert_eq!(store.attempt_sign_in("x", later).await.unwrap(), None);
    assert_eq!(store.attempt_sign_in("x", later).await.unwrap(), None, "failures are forgotten after a day");
    store.sweep_sign_ins(later).await.unwrap();
    assert_eq!(store.attempt_sign_in("x", later).await.unwrap(), None);
}
