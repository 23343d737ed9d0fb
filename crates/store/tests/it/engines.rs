//! Opening, on every engine: again, at once, over TLS, and with what is wrong.

use crate::support::Database;
use palisade_store::Store;
use palisade_testbed::{Postgres, Setup, Tls};

#[tokio::test]
async fn only_known_engines_are_opened() {
    for url in ["mysql://ann:secret-word@localhost/x", "sqlite://", "palisade.db"] {
        let told = Store::open(url).await.unwrap_err();
        assert!(told.to_string().contains("sqlite:///"), "{url}");
        assert!(!format!("{told} {told:?}").contains("secret-word"), "{told:?}");
    }
}

async fn a_second_start_finds_what_the_first_one_wrote(database: Database) {
    let store = database.with_api().await;
    store.set_states("a1", &[("ledger", b"two")], 1).await.unwrap();
    store.close().await;
    let again = database.open().await;
    assert_eq!(again.apis().await.unwrap().len(), 1);
    assert_eq!(again.state("a1", "ledger").await.unwrap().unwrap(), b"two");
}

async fn who_come_at_once_prepare_the_tables_once(database: Database) {
    let url = database.url.clone();
    let all = (0..8).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { Store::open(&url).await })
    });
    for opened in all.collect::<Vec<_>>() {
        opened.await.unwrap().unwrap().ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_opens_again() {
    a_second_start_finds_what_the_first_one_wrote(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_opens_again() {
    a_second_start_finds_what_the_first_one_wrote(Database::postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_prepared_once() {
    who_come_at_once_prepare_the_tables_once(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_prepared_once() {
    who_come_at_once_prepare_the_tables_once(Database::postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_verified_and_no_password_is_told() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (cert.pem(), signing_key.serialize_pem());
    let tls = Some(Tls { certificate: &certificate, key: &key });
    let server = Postgres::start(&Setup { tls, password: Some("right-word"), ..Setup::default() }).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let roots = dir.path().join("roots.pem");
    std::fs::write(&roots, &certificate).unwrap();
    let url = |password: &str, rest: &str| {
        format!("postgres://palisade:{password}@localhost:{}/postgres?{rest}", server.port())
    };
    let roots = format!("sslmode=verify-full&sslrootcert={}", roots.display());

    let store = Store::open(&url("right-word", &roots)).await.unwrap();
    store.ping().await.unwrap();
    let sessions =
        "SELECT COUNT(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND client_port > 0";
    assert_eq!(server.execute("postgres", sessions).unwrap(), "t\n");
    assert!(!format!("{store:?}").contains("right-word"));

    for (password, rest) in
        [("wrong-word", roots.as_str()), ("right-word", "sslmode=verify-full"), ("right-word", "sslmode=disable")]
    {
        let told = Store::open(&url(password, rest)).await.unwrap_err();
        let told = format!("{told} {told:?}");
        assert!(!told.contains("-word"), "{rest}: {told}");
    }
    let told = Store::open("postgres://ann:right-word@localhost:port/x").await.unwrap_err();
    assert!(!format!("{told} {told:?}").contains("right-word"), "{told:?}");
    store.close().await;
}
