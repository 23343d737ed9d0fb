//! Learning from traffic without bodies, as access logs are.

use crate::shop::{Call, discovery, exchange};
use palisade_discover::Overrides;

/// The operations that so many calls of each target show.
fn operations(calls: &[(&'static str, String, usize)]) -> Vec<String> {
    let mut discovery = discovery();
    let mut number = 0;
    for (method, target, count) in calls {
        for _ in 0..*count {
            number += 1;
            let call = Call { method, target: target.clone(), token: None, body: None, status: 200, answer: None };
            discovery.absorb(&exchange(number, &call));
        }
    }
    let inventory = discovery.induce(&Overrides::default());
    inventory.operations().map(|one| one.key.clone()).collect()
}

/// Words that are no ids by their spelling: two syllables each.
fn words() -> impl Iterator<Item = String> {
    let syllables = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"];
    syllables.into_iter().flat_map(move |first| syllables.map(move |second| format!("{first}{second}na")))
}

#[test]
fn values_are_many_and_used_alike() {
    let mut calls = vec![
        ("GET", "/users".to_owned(), 40),
        ("POST", "/users".to_owned(), 9),
        ("GET", "/users/search".to_owned(), 30),
        ("GET", "/users/me".to_owned(), 30),
        ("GET", "/users/me/orders".to_owned(), 9),
        ("GET", "/users/countByRole".to_owned(), 5),
    ];
    for (at, name) in words().enumerate().take(40) {
        // A few are liked by everybody.
        calls.push(("GET", format!("/users/{name}"), 1 + 60 / (1 + at * at)));
        if at % 4 == 0 {
            calls.push(("GET", format!("/users/{name}/orders"), 1));
            calls.push(("DELETE", format!("/users/{name}"), 1));
        }
    }
    // What only items have below it makes an item of a word that mostly is a name.
    calls.push(("GET", "/users/docs/orders".to_owned(), 1));
    assert_eq!(
        operations(&calls),
        [
            "GET /users",
            "POST /users",
            "GET /users/countByRole",
            "GET /users/me",
            "GET /users/me/orders",
            "GET /users/search",
            "DELETE /users/{userName}",
            "GET /users/{userName}",
            "GET /users/{userName}/orders",
        ]
    );
}

#[test]
fn names_stay_however_many_there_are() {
    // Thirty reports, each of them read often.
    let reports: Vec<_> = words().take(30).map(|name| ("GET", format!("/reports/{name}"), 12)).collect();
    assert_eq!(operations(&reports).len(), 30);
    // Collections with items, among them some of which only the list was read.
    let mut calls = Vec::new();
    for (at, name) in words().enumerate().take(20) {
        calls.push(("GET", format!("/api/v1/{name}"), 1 + at % 3));
        if at % 2 == 0 {
            calls.push(("POST", format!("/api/v1/{name}"), 3));
            calls.push(("GET", format!("/api/v1/{name}/{}", 1000 + at), 2));
        }
    }
    assert_eq!(operations(&calls).len(), 40);
    // Parts of an API that all are of version 1.
    let parts: Vec<_> =
        words().take(12).map(|name| ("GET", format!("/apis/{name}/v1/{}s", name.replace('a', "o")), 2)).collect();
    assert_eq!(operations(&parts).len(), 12);
}

#[test]
fn what_is_not_clear_stays_as_it_was_seen() {
    let calls = [("GET", "/racks/poetry".to_owned(), 4), ("GET", "/racks/novels".to_owned(), 3)];
    assert_eq!(operations(&calls), ["GET /racks/novels", "GET /racks/poetry"]);
    // That each of them can be removed is clear enough.
    let calls: Vec<_> = ["poetry", "novels", "maps"]
        .into_iter()
        .flat_map(|name| ["GET", "DELETE"].map(|method| (method, format!("/racks/{name}"), 3)))
        .collect();
    assert_eq!(operations(&calls), ["DELETE /racks/{rackName}", "GET /racks/{rackName}"]);
    let codes: Vec<_> =
        ["EUR", "NOK", "USD"].into_iter().map(|code| ("GET", format!("/rates/{code}/2026-11-28"), 3)).collect();
    assert_eq!(operations(&codes).len(), 1);
}

#[test]
fn owners_are_told_by_what_their_items_have() {
    let tree =
        [("acme", "web"), ("acme", "api"), ("initech", "web"), ("hooli", "api"), ("hooli", "cli"), ("acme", "cli")];
    let mut calls: Vec<_> = tree.map(|(owner, name)| ("GET", format!("/repos/{owner}/{name}/branches"), 2)).into();
    calls.extend(tree.map(|(owner, name)| ("GET", format!("/repos/{owner}/{name}/tags"), 1)));
    assert_eq!(
        operations(&calls),
        ["GET /repos/{repoName}/{repoName2}/branches", "GET /repos/{repoName}/{repoName2}/tags"]
    );
    // Collections that share a word below their items are none.
    let calls: Vec<_> = ["users", "teams", "orgs", "rooms"]
        .into_iter()
        .flat_map(|kind| words().take(5).map(move |name| ("GET", format!("/{kind}/{kind}{name}/events"), 1)))
        .collect();
    assert!(operations(&calls).iter().all(|key| !key.starts_with("GET /{")), "{:?}", operations(&calls));
}

#[test]
fn files_of_one_kind_are_told_from_forms_of_a_collection() {
    let calls = [
        // The form of a collection, pages and a script are names; so is the only document of its kind.
        ("GET", "/reports/daily.csv".to_owned(), 3),
        ("GET", "/reports/weekly.csv".to_owned(), 3),
        ("GET", "/reports/monthly.csv".to_owned(), 3),
        ("GET", "/legal/terms.pdf".to_owned(), 3),
        ("GET", "/legal/privacy.pdf".to_owned(), 3),
        ("GET", "/invoices/north-mill.pdf".to_owned(), 1),
        ("GET", "/invoices/old-harbour.pdf".to_owned(), 1),
        ("GET", "/covers/river.jpg".to_owned(), 1),
        ("GET", "/covers/castle.jpg".to_owned(), 1),
        ("GET", "/covers/meadow.jpg".to_owned(), 1),
    ];
    assert_eq!(
        operations(&calls),
        [
            "GET /covers/{coverName}.jpg",
            "GET /invoices/{invoiceName}.pdf",
            "GET /legal/privacy.pdf",
            "GET /legal/terms.pdf",
            "GET /reports/daily.csv",
            "GET /reports/monthly.csv",
            "GET /reports/weekly.csv",
        ]
    );
}

#[test]
fn among_very_many_items_the_seldom_ones_are_items_too() {
    let mut calls: Vec<_> = words().take(30).map(|name| ("GET", format!("/users/{name}"), 1)).collect();
    // Users whose names are written as programmers write names, and some known by one call alone.
    for name in ["stone_mill", "west_gate", "long_field"] {
        calls.push(("GET", format!("/users/{name}"), 1));
    }
    calls.push(("DELETE", "/users/zorana".to_owned(), 1));
    calls.push(("GET", "/users/perola/orders".to_owned(), 1));
    calls.push(("GET", "/users/vilema/orders".to_owned(), 1));
    // An action that one calls often, and one word that has something of its own.
    calls.push(("POST", "/users/bulk_invite".to_owned(), 9));
    calls.push(("GET", "/users/settings/theme".to_owned(), 1));
    assert_eq!(
        operations(&calls),
        [
            "POST /users/bulk_invite",
            "GET /users/settings/theme",
            "DELETE /users/{userName}",
            "GET /users/{userName}",
            "GET /users/{userName}/orders",
        ]
    );
}

#[test]
fn items_of_owners_are_told_by_what_some_of_them_share() {
    let calls = |paths: &[&str]| -> Vec<(&'static str, String, usize)> {
        paths.iter().map(|path| ("GET", format!("/repos/{path}"), 1)).collect()
    };
    let few = calls(&[
        "acme/web/branches",
        "acme/site",
        "initech/web/branches",
        "initech/docs/commits",
        "hooli/docs/branches",
        "hooli/tool/commits",
        "umbrella/tool/branches",
        "octocat/web",
    ]);
    assert_eq!(
        operations(&few),
        [
            "GET /repos/{repoName}/{repoName2}",
            "GET /repos/{repoName}/{repoName2}/branches",
            "GET /repos/{repoName}/{repoName2}/commits",
        ]
    );
}
