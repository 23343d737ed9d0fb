use crate::shop::{CANARY, Call, day, discovery, exchange, get, learned, post, redactor};
use palisade_discover::{Discovery, Hosts, MergeError, OpenApiVersion, Overrides, Settings};
use palisade_exchange::Redactor;
use proptest::prelude::*;
use serde_json::json;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn learning_in_parts_adds_up(assign in proptest::collection::vec(0usize..5, 340), extra in 0usize..500) {
        let mut calls = day();
        // More distinct words than are kept, so that the bound is crossed too.
        calls.extend((0..extra).map(|number| get(format!("/tags/tag-{number}-x"), 200, json!({"tag": number.to_string()}))));
        let mut parts: Vec<Discovery> = (0..5).map(|_| discovery()).collect();
        for (number, call) in calls.iter().enumerate() {
            parts[assign[number % assign.len()]].absorb(&exchange(number, call));
        }
        let mut sum = discovery();
        for part in parts {
            sum.merge(part).unwrap();
        }
        let whole = learned(&calls);
        prop_assert_eq!(sum.save(), whole.save());
        prop_assert_eq!(sum, whole);
    }
}

#[test]
fn a_stored_state_goes_on_where_it_stopped() {
    let calls = day();
    let (first, rest) = calls.split_at(100);
    let mut resumed = Discovery::restore(&learned(first).save(), Settings::new(&redactor(), Hosts::One)).unwrap();
    for (number, call) in rest.iter().enumerate() {
        resumed.absorb(&exchange(100 + number, call));
    }
    let whole = learned(&calls);
    let contract = |state: &Discovery| state.induce(&Overrides::default()).to_openapi(OpenApiVersion::V31);
    assert_eq!(contract(&resumed), contract(&whole));
}

#[test]
fn a_state_is_of_no_use_without_its_key() {
    let text = learned(&day()).save();
    let other = Settings::new(&Redactor::new(&[1; 32]), Hosts::One);
    assert_eq!(Discovery::restore(&text, other.clone()).unwrap_err(), MergeError::Key);
    assert_eq!(discovery().merge(Discovery::new(other)).unwrap_err(), MergeError::Key);
    let scoped = Settings::new(&redactor(), Hosts::Separate);
    assert_eq!(Discovery::restore(&text, scoped.clone()).unwrap_err(), MergeError::Hosts);
    assert!(matches!(Discovery::restore("{", scoped), Err(MergeError::Format(_))));
}

#[test]
fn no_secret_reaches_state_contract_or_inventory() {
    let mut calls = day();
    for number in 0..30 {
        let secret = json!({"password": CANARY, "comment": format!("{CANARY}-{number}"), "nested": [{"pin": CANARY}]});
        calls.push(post(format!("/v1/login?api_key={CANARY}"), secret.clone(), 200, secret).with(CANARY));
        calls.push(Call {
            method: "GET",
            target: format!("/v1/reset/eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}"),
            token: None,
            body: None,
            status: 200,
            answer: Some(json!({"ok": true})),
        });
    }
    let discovery = learned(&calls);
    let inventory = discovery.induce(&Overrides::default());
    let views: Vec<_> = inventory.operations().collect();
    let texts = [
        discovery.save(),
        inventory.to_openapi(OpenApiVersion::V31).to_string(),
        inventory.to_evidence(OpenApiVersion::V31).to_string(),
        serde_json::to_string(&views).unwrap(),
        format!("{:?}", palisade_discover::findings(&inventory, None)),
    ];
    for text in texts {
        assert!(
            !text.contains(CANARY),
            "{}",
            text.split(CANARY).next().map_or("", |head| &head[head.len().saturating_sub(200)..])
        );
    }
}

#[test]
fn one_caller_cannot_grow_the_state_without_bound() {
    let mut state = discovery();
    let mut sizes = Vec::new();
    for number in 0..6000usize {
        let call = get(format!("/p/q{number}/r{number}w"), 200, json!({"k": number}));
        state.absorb(&exchange(number, &call));
        if matches!(number, 2000 | 5999) {
            sizes.push(state.save().len());
        }
    }
    assert!(sizes[1] < sizes[0] * 5 / 4, "{sizes:?}");
}
