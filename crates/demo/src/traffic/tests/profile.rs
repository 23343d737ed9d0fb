//! A profile learned from the one half of the shop's traffic, beside the other.

use super::*;
use palisade_exchange::{Body, KeyedHash};
use palisade_guard::profile::{ENOUGH, Learner};
use palisade_guard::{Answer, Counters, Decision, Facts, Lookup, Progress};

fn policy(profile: Option<palisade_guard::profile::Profile>) -> Policy {
    let api = ApiPolicy {
        id: "shop".to_owned(),
        name: "shop".to_owned(),
        hosts: Vec::new(),
        base_path: "/".to_owned(),
        upstreams: vec!["http://127.0.0.1:8602".to_owned()],
        upstream_ca: None,
        delivery: Delivery::default(),
        mode: Mode::Observe,
        contract: Some(CONTRACT.to_owned()),
        observe_operations: Vec::new(),
        exceptions: Vec::new(),
        protection: palisade_guard::Protection { profile, ..palisade_guard::Protection::default() },
    };
    Policy::compile(&api).0
}

/// Judges with counters, at the exchange's own time.
fn judge(policy: &Policy, counters: &mut Counters, exchange: &Exchange) -> Decision {
    let mut inquiry = policy.inquire(Facts { now: exchange.time, ..Facts::default() });
    while let Progress::Need(lookup) = inquiry.exchange(exchange) {
        let answer = match &lookup {
            Lookup::Rates(asks) => Answer::Rates(counters.ask(asks, exchange.time)),
            _ => Answer::Unasked,
        };
        inquiry.answer(&lookup, answer);
    }
    inquiry.decision()
}

fn signals(decision: &Decision) -> Vec<String> {
    let errors = decision.errors.iter().filter(|error| error.code.starts_with("profile"));
    errors.map(|error| format!("{} {}{}: {}", error.code, error.name, error.pointer, error.message)).collect()
}

#[tokio::test]
async fn a_learned_profile_is_quiet_about_the_usual_and_tells_the_unusual() {
    let seen = watch(Switches::none(), |seen| seen.len() >= 3_600).await;
    let mut all = exchanges(&seen, &Redactor::new(&[7; 32]));
    for (number, (exchange, one)) in (0i64..).zip(all.iter_mut().zip(&seen)) {
        // Thirty requests a second, as the traffic is usually run.
        exchange.time = number * 33_000;
        exchange.client.address = one.client.parse().ok();
        exchange.client.principal.get_or_insert_with(|| one.client.clone());
    }
    let (first, second) = all.split_at(all.len() / 2);
    let bare = policy(None);
    let mut learner = Learner::new(KeyedHash::new([7; 16]));
    for exchange in first {
        if let Some(operation) = bare.judge(exchange).operation {
            learner.absorb(&operation, exchange);
        }
    }
    let profile = learner.profile();
    let speaking = profile.operations.values().filter(|operation| operation.exchanges >= ENOUGH).count();
    assert!(speaking >= 6, "{speaking} operations were learned");
    let policy = policy(Some(profile.clone()));

    let mut counters = Counters::new(1_000);
    let (mut honest, mut alerts) = (0, Vec::new());
    for (exchange, one) in second.iter().zip(&seen[first.len()..]) {
        let told = signals(&judge(&policy, &mut counters, exchange));
        // The last four of the cast are up to no good.
        let number: usize = one.client.rsplit('.').next().unwrap().parse::<usize>().unwrap() - 10;
        if number <= CAST.len() - 4 {
            honest += 1;
            alerts.extend(told.into_iter().map(|told| format!("{} {} {told}", one.method, one.path)));
        }
    }
    assert!(honest > 1_000, "{honest}");
    assert!(alerts.len() * 200 < honest, "{} alerts for {honest} exchanges: {alerts:#?}", alerts.len());

    let (mut tried, mut rates) = (BTreeSet::new(), 0);
    for exchange in second.iter().filter(|exchange| exchange.response.as_ref().is_some_and(|it| it.status < 300)) {
        let Some(operation) = bare.judge(exchange).operation else { continue };
        let Some(learned) = profile.operations.get(&operation).filter(|learned| learned.exchanges >= ENOUGH) else {
            continue;
        };
        if !tried.insert(operation.clone()) {
            continue;
        }
        let tells = |exchange: &Exchange, code: &str| {
            let told = signals(&policy.judge(exchange));
            assert!(told.iter().any(|told| told.starts_with(code)), "{operation} {code}: {told:?}");
        };
        let mut odd = exchange.clone();
        odd.query = Some("palisade_test=1".to_owned());
        tells(&odd, "profile_parameter");

        // Some operations are called by one or two clients only: too few for a rate.
        if learned.rate.is_some() {
            rates += 1;
            let mut counters = Counters::new(10);
            let often = (0..2_000).any(|_| {
                let told = signals(&judge(&policy, &mut counters, exchange));
                told.iter().any(|told| told.starts_with("profile_rate"))
            });
            assert!(often, "{operation}");
        }

        let body = exchange.request.body.complete().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        let Some(Value::Object(members)) = body.filter(|_| learned.request.is_some()) else { continue };
        let sends = |members: &serde_json::Map<String, Value>, code: &str| {
            let mut odd = exchange.clone();
            let bytes = serde_json::to_vec(members).unwrap().into();
            odd.request.body = Body::Bytes { bytes, truncated: false };
            tells(&odd, code);
        };
        let mut odd = members.clone();
        odd.insert("palisade_test".to_owned(), json!(1));
        sends(&odd, "profile_member");
        let mut odd = members.clone();
        odd.values_mut().for_each(|value| *value = json!([{"$ne": null}]));
        sends(&odd, "profile_shape");
        let mut odd = members.clone();
        odd.values_mut().for_each(|value| *value = json!("x".repeat(8_000)));
        sends(&odd, "profile_size");
    }
    assert!(tried.len() >= 6 && rates >= 3, "{tried:?} {rates}");
}
