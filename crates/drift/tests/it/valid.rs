//! Traffic that keeps the contract is no drift.

use crate::library::{CONTRACT, Call, Dice, call, compare, told};
use serde_json::json;

#[test]
fn a_thousand_valid_exchanges_give_exactly_no_drift() {
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let outcome = compare(CONTRACT, (0..1000).map(|number| call(&mut dice).exchange(number)));
        assert_eq!(told(&outcome), Vec::<String>::new());
        assert_eq!((outcome.counts.judged, outcome.counts.unknown, outcome.counts.refused), (1000, 0, 0));
    }
}

#[test]
fn a_refused_request_is_the_api_at_work() {
    let mut dice = Dice::new(1);
    let mut calls: Vec<Call> = (0..300).map(|_| call(&mut dice)).collect();
    let problem = json!({"title": "no"});
    let mut bad = Call::new("POST", "/api/books", 422).answer(problem.clone());
    Call::set(&mut bad.headers, "Content-Type", "application/json");
    bad.body = Some(json!({"title": 7}));
    calls.push(bad);
    // Nor is the lack of a credential, or an unknown word, be the status of the refusal documented or not.
    let mut stranger = Call::new("GET", "/api/books/9781234567890", 401).answer(problem.clone());
    stranger.headers.remove(0);
    calls.push(stranger);
    let mut curious = Call::new("GET", "/api/books", 403).answer(problem);
    curious.query.push(("debug".to_owned(), "1".to_owned()));
    calls.push(curious);
    let outcome = compare(CONTRACT, calls.iter().enumerate().map(|(number, call)| call.exchange(number)));
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!(outcome.counts.refused, 3);
}

#[test]
fn scanners_assets_and_attacks_are_no_shadows() {
    let mut dice = Dice::new(2);
    let mut calls: Vec<Call> = (0..300).map(|_| call(&mut dice)).collect();
    for path in ["/wp-login.php", "/api/.env", "/api/books/9781234567890/../../etc/passwd", "/phpmyadmin/"] {
        calls.push(Call::new("GET", path, 404));
    }
    for path in ["/favicon.ico", "/static/app.js", "/static/site.css"] {
        let mut asset = Call::new("GET", path, 200);
        Call::set(&mut asset.answer_headers, "Content-Type", "application/javascript");
        asset.answer = Some(json!("x"));
        calls.push(asset);
    }
    let mut attack = Call::new("GET", "/api/search", 200).answer(json!([]));
    attack.query.push(("q".to_owned(), "' or 1=1--".to_owned()));
    calls.push(attack);
    let outcome = compare(CONTRACT, calls.iter().enumerate().map(|(number, call)| call.exchange(number)));
    assert_eq!(told(&outcome), Vec::<String>::new());
    assert_eq!(outcome.counts.unknown, 8);
}

#[test]
fn the_order_of_exchanges_does_not_matter() {
    let mut dice = Dice::new(3);
    let mut calls: Vec<Call> = (0..200).map(|_| call(&mut dice)).collect();
    for (number, call) in calls.iter_mut().enumerate().filter(|(number, _)| number % 7 == 0) {
        call.status = 200 + (number % 3) as u16;
        call.query.push((format!("extra{}", number % 2), "1".to_owned()));
    }
    let exchanges: Vec<_> = calls.iter().enumerate().map(|(number, call)| call.exchange(number)).collect();
    let forward = compare(CONTRACT, exchanges.clone());
    let backward = compare(CONTRACT, exchanges.into_iter().rev());
    assert!(!forward.findings.is_empty());
    assert_eq!(forward.findings, backward.findings);
}
