//! The store of `palisade serve` on PostgreSQL.

use crate::support::{CONTRACT, Place, Upstream, eventually, get};

#[test]
fn the_control_plane_works_on_postgres() {
    let (place, upstream) = (Place::new(), Upstream::shop());
    let contract = place.file("orders.yaml", CONTRACT);
    // The server asks for no password: what is told of it would be told of a right one.
    let store = palisade_testbed::postgres().replacen("palisade@", "palisade:secret-word@", 1);
    let started = ["--store", &store, "--upstream", &upstream.url, "--contract", &contract];
    let serve = place.serve(&started);
    assert_eq!(get(&serve.gateway, "/orders/7").status(), 200);
    eventually(|| serve.inventory().contains(&"GET /orders/{orderId} documented 1".to_owned()));
    let token = serve.token.clone();
    drop(serve);

    let serve = place.serve(&["--store", &store]);
    assert_eq!(serve.token, token);
    assert!(serve.inventory().contains(&"GET /orders/{orderId} documented 1".to_owned()), "{:?}", serve.inventory());
    drop(serve);
    assert!(!place.data().join("palisade.db").exists());
    for log in ["serve.out", "serve.err"] {
        let log = std::fs::read_to_string(place.path().join(log)).unwrap();
        assert!(!log.contains("secret-word"), "{log}");
    }
}
