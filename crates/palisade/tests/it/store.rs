//! The store of `palisade serve`: on PostgreSQL, backed up, restored, moved.

use crate::support::{CONTRACT, Place, Serve, Upstream, eventually, get};
use std::time::Duration;

/// What the inventory shows after one request.
const KNOWN: &str = "GET /orders/{orderId} documented 1";

fn knows(serve: &Serve) -> bool {
    serve.inventory().iter().any(|line| line == KNOWN)
}

/// Ends it as a service manager does: everything is written then.
fn stop(serve: Serve) {
    serve.process.terminate();
    assert!(serve.process.ended(Duration::from_secs(30)).success());
}

/// A database, named with a password. The server asks for none: what is told of it would be told of a right one.
fn postgres() -> String {
    palisade_testbed::postgres().replacen("palisade@", "palisade:secret-word@", 1)
}

fn serve_one_request(place: &Place, upstream: &Upstream, store: &[&str]) -> Serve {
    let contract = place.file("orders.yaml", CONTRACT);
    let serve = place.serve(&[&["--upstream", &upstream.url, "--contract", &contract], store].concat());
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 200);
    eventually("the request is known", Duration::from_secs(20), || knows(&serve).then_some(()));
    serve
}

#[test]
fn the_control_plane_works_on_postgres() {
    let (place, upstream, store) = (Place::new(), Upstream::shop(), postgres());
    let serve = serve_one_request(&place, &upstream, &["--store", &store]);
    let token = serve.token.clone();
    stop(serve);
    let serve = place.serve(&["--store", &store]);
    assert_eq!(serve.token, token);
    assert!(knows(&serve), "{:?}", serve.inventory());
    assert!(!place.data().join("palisade.db").exists());
    let logged = serve.process.stdout() + &serve.process.stderr();
    assert!(!logged.contains("secret-word"), "{logged}");
}

fn palisade(args: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_palisade")).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_backup_comes_up_on_postgres_and_moves_back() {
    let (place, upstream, server) = (Place::new(), Upstream::shop(), postgres());
    let serve = serve_one_request(&place, &upstream, &[]);
    let data = place.data().display().to_string();
    let file = |name: &str| place.path().join(name).display().to_string();
    let backup = |file: &str| {
        let (code, out, err) = palisade(&["store", "backup", file, "--data", &data]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("1  apis\n") && out.contains("1  contracts\n"), "{out}");
    };
    backup(&file("running.backup"));
    stop(serve);
    backup(&file("stopped.backup"));

    let restored = palisade(&["store", "restore", &file("running.backup"), "--store", &server]);
    assert_eq!((restored.0, restored.2.as_str()), (0, ""));
    assert!(restored.1.contains("rows in postgres://") && !restored.1.contains("secret-word"), "{}", restored.1);
    let again = ["store", "restore", &file("stopped.backup"), "--store", &server];
    let (code, _, err) = palisade(&again);
    assert_eq!(code, 1);
    assert!(err.contains("--force") && !err.contains("secret-word"), "{err}");
    assert_eq!(palisade(&[&again[..], &["--force"]].concat()).0, 0);
    let serve = place.serve(&["--store", &server]);
    assert!(knows(&serve), "{:?}", serve.inventory());
    stop(serve);

    let back = format!("sqlite://{}", file("back.db"));
    assert_eq!(palisade(&["store", "migrate", &server, &back]).0, 0);
    let serve = place.serve(&["--store", &back]);
    assert!(knows(&serve), "{:?}", serve.inventory());
}

#[test]
fn what_is_removed_from_the_audit_log_shows() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let serve = serve_one_request(&place, &upstream, &[]);
    for mode in ["block", "observe"] {
        assert_eq!(serve.mode(mode).status(), 200);
    }
    stop(serve);
    let data = place.data().display().to_string();
    let verify = || palisade(&["store", "verify-log", "--data", &data]);
    let (code, out, err) = verify();
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("change 1 to 2: whole, head "), "{out}");
    let database = format!("sqlite://{}", place.data().join("palisade.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&database).await.unwrap();
        sqlx::query("DELETE FROM audit_log WHERE seq = 2").execute(&pool).await.unwrap();
        pool.close().await;
    });
    let (code, out, _) = verify();
    assert_eq!(code, 4);
    assert!(out.contains("change 1 to 2: entries 2 to 2 are missing"), "{out}");
}
