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

/// Calls of every sort: few and many names, values given back or not, answers of several structures.
fn any_call() -> impl Strategy<Value = Call> {
    let name = prop_oneof![3 => (0u32..900).prop_map(|number| format!("n{}", letters(number))), 1 => "[a-d]"];
    let below =
        prop_oneof![2 => Just(String::new()), 1 => "/(orders|notes)", 1 => "/orders/[0-9]{1,3}", 1 => "/[a-z]{2}/x"];
    let kind = (0u8..6, 0u32..40, any::<bool>());
    ("(users|teams|v1/shops)", name, below, kind).prop_map(|(root, name, below, (kind, number, gives))| {
        let word = if gives { name.clone() } else { format!("w{}", number % 9) };
        let target = format!("/{root}/{name}{below}");
        match kind {
            0 => {
                get(target, 200, json!({"name": word, "age": number, "role": if number % 2 == 0 { "a" } else { "b" }}))
            }
            1 => get(target, 200, json!([{"id": number, "of": word}])),
            2 => post(target, json!({"text": format!("some text {number}"), "tags": [word]}), 201, json!({"ok": true})),
            3 => get(
                format!("{target}?page={number}&q={word}"),
                200,
                json!({"items": [{"name": word}], "total": number}),
            ),
            4 => post(target, json!({"a": null}), 422, json!({"error": word})),
            _ => get(target, 404, json!({"error": "missing"})),
        }
    })
}

/// A number in small letters.
fn letters(mut number: u32) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
        if number == 0 {
            return text;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_sharding_merged_in_any_order_is_learning_in_one_place(
        calls in proptest::collection::vec(any_call(), 1..700),
        shards in 1usize..7,
        seed in any::<u64>(),
        pairwise in any::<bool>(),
    ) {
        let mut random = seed | 1;
        let mut next = |bound: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random as usize % bound
        };
        let mut parts: Vec<Discovery> = (0..shards).map(|_| discovery()).collect();
        for (number, call) in calls.iter().enumerate() {
            parts[next(shards)].absorb(&exchange(number, call));
        }
        // In a row or as a tree, in any order.
        while parts.len() > 1 {
            let other = parts.swap_remove(next(parts.len()));
            let into = if pairwise { next(parts.len()) } else { 0 };
            parts[into].merge(other).unwrap();
        }
        let (whole, sum) = (learned(&calls), parts.remove(0));
        prop_assert_eq!(sum.save(), whole.save());
        let contract = |state: &Discovery| state.induce(&Overrides::default()).to_evidence(OpenApiVersion::V31).to_string();
        prop_assert_eq!(contract(&sum), contract(&whole));
    }
}

#[test]
fn deep_paths_with_deep_bodies_come_back_and_deeper_files_are_refused() {
    let path: String = (0..24).map(|depth| format!("/p{}", letters(depth))).collect();
    let body = (0..31).fold(json!({"end": 1}), |below, _| json!({"b": below}));
    let state = learned(&[get(path, 200, body)]);
    let settings = Settings::new(&redactor(), Hosts::One);
    assert_eq!(Discovery::restore(&state.save(), settings.clone()).unwrap(), state);
    let hostile = format!("{{\"version\":2,\"hosts\":{}", "[".repeat(1 << 20));
    assert!(matches!(Discovery::restore(&hostile, settings), Err(MergeError::Format(_))));
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
