//! Which check speaks, in which order, with which effect.

use crate::{api, lines};
use palisade_exchange::{HeadersView, RequestView};
use palisade_guard::{
    Action, Answer, ApiPolicy, BanRule, Check, Decision, Effect, Facts, FramingDoubt, HeaderRule, Inquiry, Lists,
    Lookup, Mode, NetworkList, OnError, OperationRule, Outcome, Policy, Progress, RateKey, RateRule, Rates, Step,
};
use std::net::IpAddr;

const CONTRACT: &str = r##"
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: q, in: query, schema: {type: integer}}
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [n]}}}}
      responses: {"200": {description: ok}}
    get: {responses: {"200": {description: ok}}}
"##;

const CLIENT: &str = "192.0.2.7";
const FRAMING: FramingDoubt =
    FramingDoubt { location: "header", name: "Content-Length", code: "repeated_length", message: "twice" };

/// What a request is sent with, and what the world answers.
#[derive(Clone)]
struct Sent {
    line: &'static str,
    headers: Vec<(&'static str, &'static [u8])>,
    body: &'static [u8],
    facts: Facts,
    rates: Rates,
    banned: Option<i64>,
    fails: bool,
}

fn sent(line: &'static str) -> Sent {
    Sent {
        line,
        headers: Vec::new(),
        body: b"",
        facts: Facts { now: 1_000_000_000, ..Facts::default() },
        rates: Rates::default(),
        banned: None,
        fails: false,
    }
}

fn begin<'p>(policy: &'p Policy, sent: &Sent) -> (Inquiry<'p>, Vec<Lookup>) {
    let (method, target) = sent.line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let request = RequestView {
        method,
        host: "h",
        path,
        query,
        headers: HeadersView(&sent.headers),
        client: Some(CLIENT.parse().unwrap()),
    };
    let mut inquiry = policy.inquire(sent.facts.clone());
    let mut asked = Vec::new();
    loop {
        match inquiry.head(&request) {
            Progress::Need(lookup) => {
                let answer = match &lookup {
                    _ if sent.fails => Answer::Failed("the store is away"),
                    Lookup::Rates(asks) => Answer::Rates(vec![sent.rates; asks.len()]),
                    Lookup::Ban(_) => Answer::Ban(sent.banned),
                    _ => Answer::Unasked,
                };
                inquiry.answer(&lookup, answer);
                asked.push(lookup);
            }
            Progress::Body { .. } => drop(inquiry.body(&request, sent.body, false)),
            Progress::Pass | Progress::Refuse => return (inquiry, asked),
        }
    }
}

fn decide(policy: &Policy, sent: &Sent) -> Decision {
    begin(policy, sent).0.decision()
}

fn lists() -> Lists {
    let list = |name: &str, network: &str| NetworkList { name: name.into(), networks: vec![network.parse().unwrap()] };
    Lists::new(&[list("test-net", "192.0.2.0/24"), list("elsewhere", "198.51.100.0/24")], &Lists::default())
}

fn compile(api: &ApiPolicy) -> Policy {
    let (policy, findings) = Policy::with_lists(api, &lists());
    assert_eq!(findings, []);
    policy
}

/// Everything that can go wrong does.
fn everything() -> (ApiPolicy, Sent) {
    let mut all = api(CONTRACT, Mode::Block);
    let protection = &mut all.protection;
    protection.limits.query_bytes = Some(1);
    protection.networks.deny = vec!["test-net".into()];
    protection.headers = vec![HeaderRule { name: "X-Tenant".into(), required: true, ..HeaderRule::default() }];
    protection.rates = vec![RateRule { name: "all".into(), burst: Some(1.into()), ..RateRule::default() }];
    // Bans are looked up where something bans.
    protection.effects.insert(Check::Path, Action::Ban);
    let request = Sent {
        headers: vec![("Content-Type", b"application/json"), ("X-Other", b"1"), ("X_HTTP_METHOD", b"PUT")],
        body: b"{}",
        facts: Facts { framing: vec![FRAMING], ..sent("").facts },
        rates: Rates { burst: 99, average: 0, wait: 3 },
        banned: Some(1_100_000_000),
        ..sent("POST /a/x?q=y&z=1")
    };
    (all, request)
}

/// In the order of evaluation: a check, and the code it refuses with.
const ORDER: [(Check, &str, u16); 9] = [
    (Check::Framing, "repeated_length", 400),
    (Check::Limits, "query_too_long", 400),
    (Check::Network, "network_denied", 403),
    (Check::Banned, "banned", 403),
    (Check::Headers, "header_missing", 400),
    (Check::Rate, "rate_burst", 429),
    (Check::Ambiguity, "method_override", 400),
    (Check::Parameters, "type", 400),
    (Check::Body, "required", 400),
];

#[test]
fn the_order_is_fixed_and_the_first_that_refuses_ends_it() {
    let (mut all, request) = everything();
    for (at, (check, code, status)) in ORDER.into_iter().enumerate() {
        let decision = decide(&compile(&all), &request);
        assert_eq!((decision.check, &*decision.code, decision.status), (Some(check), code, status), "{decision:#?}");
        let last = decision.steps.last().unwrap();
        assert_eq!((&*last.step, last.outcome, &*last.detail), (check.as_str(), Outcome::Failed, code));
        let told = |step: &&Step| ORDER.iter().any(|(check, _, _)| check.as_str() == step.step);
        let failed = decision.steps.iter().filter(told).filter(|step| step.outcome == Outcome::Failed).count();
        assert_eq!(failed, at + 1, "what was set to alert before is told, what comes after was not looked at");
        all.protection.effects.insert(check, Action::Alert);
    }
    let decision = decide(&compile(&all), &request);
    assert_eq!((decision.effect, decision.uncapped), (Effect::Alert, Effect::Alert));
    let steps: Vec<&str> = decision.steps.iter().map(|step| &*step.step).collect();
    let order: Vec<&str> = Check::ALL.iter().map(|check| check.as_str()).filter(|name| steps.contains(name)).collect();
    assert_eq!(steps, order, "steps are told in the order of the checks");
}

#[test]
fn each_effect_of_each_check_in_each_mode() {
    for (check, code, status) in ORDER {
        for action in [Action::Disable, Action::Allow, Action::Alert, Action::Prevent, Action::Ban] {
            for (mode, rollout, draw) in [
                (Mode::Block, None, 99),
                (Mode::Block, Some(30), 29),
                (Mode::Block, Some(30), 30),
                (Mode::Observe, None, 0),
            ] {
                let (mut one, mut request) = everything();
                one.mode = mode;
                one.protection.rollout = rollout;
                for (other, _, _) in ORDER.iter().filter(|(other, _, _)| *other != check) {
                    one.protection.effects.insert(*other, Action::Disable);
                }
                for quiet in [Check::UndeclaredQuery, Check::UndeclaredHeaders] {
                    one.protection.effects.insert(quiet, Action::Disable);
                }
                one.protection.effects.insert(check, action);
                request.facts.draw = draw;
                let decision = decide(&compile(&one), &request);
                let name = format!("{check:?} {action:?} {mode:?} {rollout:?} {draw}: {decision:#?}");
                let uncapped = action.effect().unwrap_or(Effect::Allow);
                let refuses = mode == Mode::Block && draw < rollout.unwrap_or(100);
                let effect = if refuses { uncapped } else { uncapped.min(Effect::Alert) };
                assert_eq!((decision.effect, decision.uncapped), (effect, uncapped), "{name}");
                if uncapped >= Effect::Alert {
                    assert_eq!((&*decision.code, decision.status), (code, status), "{name}");
                } else {
                    assert_eq!((&*decision.code, decision.status, lines(&decision).len()), ("", 0, 0), "{name}");
                }
                let bans = effect == Effect::Ban && check != Check::Banned;
                assert_eq!(decision.ban.is_some(), bans, "{name}");
            }
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let alerting =
        [Check::UndeclaredQuery, Check::UndeclaredHeaders, Check::UndeclaredBody, Check::Profile, Check::Response];
    for check in Check::ALL {
        let expected = if alerting.contains(&check) { Action::Alert } else { Action::Prevent };
        assert_eq!(check.default_action(), expected, "{check:?}");
        assert_eq!(serde_json::to_value(check).unwrap(), check.as_str());
    }
}

#[test]
fn an_operation_has_its_own_mode_effects_and_rates() {
    let mut shop = api(CONTRACT, Mode::Observe);
    shop.protection.effects.insert(Check::Parameters, Action::Alert);
    shop.protection.operations = vec![
        OperationRule {
            operation: "POST /a/{id}".into(),
            mode: Some(Mode::Block),
            effects: [(Check::Parameters, Action::Prevent)].into(),
            rates: vec![RateRule { name: "post".into(), average: Some(1.into()), ..RateRule::default() }],
            ..OperationRule::default()
        },
        OperationRule { operation: "* /admin/*".into(), mode: Some(Mode::Block), ..OperationRule::default() },
    ];
    let policy = compile(&shop);
    assert!(policy.may_refuse());
    assert_eq!(decide(&policy, &sent("POST /a/x")).effect, Effect::Prevent);
    assert_eq!(decide(&policy, &sent("GET /a/x")).uncapped, Effect::Alert);
    assert_eq!(decide(&policy, &sent("DELETE /nothing")).effect, Effect::Alert);
    assert_eq!(decide(&policy, &sent("DELETE /admin/x/y")).effect, Effect::Prevent, "also where no operation is");
    let (_, asked) = begin(&policy, &sent("POST /a/1"));
    assert!(matches!(&asked[..], [Lookup::Rates(asks)] if asks.len() == 1 && asks[0].average == Some(120)));
    assert_eq!(begin(&policy, &sent("GET /a/1")).1, []);
    let often = Sent { rates: Rates { average: 121, wait: 40, ..Rates::default() }, ..sent("POST /a/1") };
    let decision = decide(&policy, &often);
    assert_eq!((decision.status, &*decision.code, decision.retry_after), (429, "rate_average", Some(40)));
    assert_eq!(decision.rates[0].window, 120);
    shop.protection.operations.clear();
    assert!(!compile(&shop).may_refuse());
}

#[test]
fn lists_let_in_and_keep_out() {
    for (allow, deny, code) in [
        (vec![], vec!["test-net"], "network_denied"),
        (vec![], vec!["elsewhere"], ""),
        (vec!["elsewhere"], vec![], "network_not_allowed"),
        (vec!["elsewhere", "test-net"], vec![], ""),
        (vec!["test-net"], vec!["test-net"], "network_denied"),
        (vec!["no such list"], vec![], "network_not_allowed"),
    ] {
        let mut one = api(CONTRACT, Mode::Block);
        one.protection.networks.allow = allow.iter().map(|name| (*name).to_owned()).collect();
        one.protection.networks.deny = deny.iter().map(|name| (*name).to_owned()).collect();
        let decision = decide(&compile(&one), &sent("GET /a/1"));
        assert_eq!(decision.code, code, "{allow:?} {deny:?}");
    }
}

#[test]
fn header_rules_have_their_own_effect() {
    let rule = |required, allow: &[&str], deny: &[&str], effect| HeaderRule {
        name: "x-tenant".into(),
        required,
        allow: allow.iter().map(|text| (*text).to_owned()).collect(),
        deny: deny.iter().map(|text| (*text).to_owned()).collect(),
        effect,
    };
    for (rule, value, expected, code) in [
        (rule(true, &[], &[], None), None, Effect::Prevent, "header_missing"),
        (rule(true, &[], &[], Some(Action::Alert)), None, Effect::Alert, "header_missing"),
        (rule(false, &["a*"], &[], None), None, Effect::Allow, ""),
        (rule(false, &["a*"], &[], None), Some("abc"), Effect::Allow, ""),
        (rule(false, &["a*"], &[], Some(Action::Ban)), Some("b"), Effect::Ban, "header_not_allowed"),
        (rule(false, &["a*"], &["*c"], None), Some("abc"), Effect::Prevent, "header_denied"),
    ] {
        let mut one = api(CONTRACT, Mode::Block);
        one.protection.headers = vec![rule];
        one.protection.effects.insert(Check::UndeclaredHeaders, Action::Disable);
        let headers = value.iter().map(|value: &&'static str| ("X-Tenant", value.as_bytes())).collect();
        let decision = decide(&compile(&one), &Sent { headers, ..sent("GET /a/1") });
        assert_eq!((decision.effect, &*decision.code), (expected, code), "{value:?}");
    }
}

#[test]
fn answers_count_where_a_rule_asks_for_them() {
    let mut one = api(CONTRACT, Mode::Block);
    one.protection.rates = vec![
        RateRule {
            name: "failures".into(),
            burst: Some(1.into()),
            statuses: vec!["401".into(), "5xx".into()],
            ..RateRule::default()
        },
        RateRule {
            name: "elsewhere".into(),
            burst: Some(1.into()),
            except: vec!["test-net".into()],
            ..RateRule::default()
        },
        RateRule { name: "posts".into(), burst: Some(1.into()), methods: vec!["POST".into()], ..RateRule::default() },
        RateRule { name: "path".into(), burst: Some(1.into()), paths: vec!["/b/**".into()], ..RateRule::default() },
    ];
    let policy = compile(&one);
    let (inquiry, asked) = begin(&policy, &sent("GET /a/1"));
    let [Lookup::Rates(asks)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((asks.len(), asks[0].count), (1, false), "only the first speaks of it, and counts answers");
    assert_eq!(inquiry.counts(200), []);
    assert_eq!((inquiry.counts(401), inquiry.counts(503)), (vec![asks[0].key], vec![asks[0].key]));
    let often = Sent { rates: Rates { burst: 5, wait: 2, ..Rates::default() }, ..sent("GET /a/1") };
    assert_eq!(decide(&policy, &often).status, 429, "five such answers are as many as may be");
}

#[test]
fn a_ban_names_the_caller_and_lasts_from_now() {
    let mut one = api(CONTRACT, Mode::Block);
    one.protection.effects.insert(Check::Path, Action::Ban);
    one.protection.ban = BanRule { seconds: 60, per: RateKey::Client };
    let policy = compile(&one);
    let (inquiry, asked) = begin(&policy, &sent("GET /wp-login.php"));
    let (order, code) = inquiry.ban().unwrap();
    assert_eq!((&*order.who, order.until, code), (CLIENT, 1_060_000_000, "unknown_path"));
    assert_eq!(asked, [Lookup::Ban(order.key)], "the key it is banned under is the one it is looked up by");
    assert_eq!(inquiry.decision().ban.as_ref(), Some(order));
    let decision = decide(&policy, &Sent { banned: Some(1_030_000_000), ..sent("GET /a/1") });
    assert_eq!((decision.status, &*decision.code, decision.retry_after), (403, "banned", Some(31)));
    assert_eq!(decision.ban, None, "who is refused for a ban did nothing new");
    // By the key that is shown, and by the client where none is.
    one.protection.ban.per = RateKey::Key;
    let policy = compile(&one);
    let with = |key: &'static [u8]| Sent { headers: vec![("Authorization", key)], ..sent("GET /x") };
    let order = |sent: &Sent| begin(&policy, sent).0.ban().unwrap().0.clone();
    assert_eq!(order(&with(b"Bearer a")).key, order(&with(b"Bearer a")).key);
    assert_ne!(order(&with(b"Bearer a")).key, order(&with(b"Bearer b")).key);
    assert!(!order(&with(b"Bearer a")).who.contains("Bearer"));
    assert_eq!(order(&sent("GET /x")).who, CLIENT);
}

#[test]
fn what_cannot_be_looked_up_follows_on_error() {
    for (mode, said, of_operation, expected) in [
        (Mode::Block, None, None, (Effect::Prevent, 503)),
        (Mode::Block, Some(OnError::Open), None, (Effect::Allow, 0)),
        (Mode::Block, Some(OnError::Open), Some(OnError::Closed), (Effect::Prevent, 503)),
        (Mode::Observe, None, None, (Effect::Allow, 0)),
        (Mode::Observe, Some(OnError::Closed), None, (Effect::Alert, 503)),
    ] {
        let mut one = api(CONTRACT, mode);
        one.protection.on_error = said;
        one.protection.rates = vec![RateRule { burst: Some(1.into()), ..RateRule::default() }];
        let on_error = of_operation;
        let rule = OperationRule { operation: "GET /a/{id}".into(), on_error, ..OperationRule::default() };
        one.protection.operations = vec![rule];
        let decision = decide(&compile(&one), &Sent { fails: true, ..sent("GET /a/1") });
        assert_eq!((decision.effect, decision.status), expected, "{mode:?} {said:?}");
        assert_eq!(decision.degraded.as_deref(), Some("the store is away"));
        assert_eq!(decision.check.is_some(), decision.status == 503);
    }
}

#[test]
fn undeclared_headers_are_told_once_and_never_those_that_everyone_sends() {
    let policy = compile(&api(CONTRACT, Mode::Block));
    let headers: Vec<(&'static str, &'static [u8])> = vec![
        ("User-Agent", b"x"),
        ("X-Forwarded-For", b"1.1.1.1"),
        ("Sec-Fetch-Mode", b"cors"),
        ("X-Debug", b"1"),
        ("x-debug", b"2"),
    ];
    let decision = decide(&policy, &Sent { headers, ..sent("GET /a/1") });
    assert_eq!((decision.effect, lines(&decision)), (Effect::Alert, vec!["header X-Debug  undeclared".to_owned()]));
}

#[test]
fn callers_are_counted_by_network_and_api_and_never_by_name() {
    let mut one = api(CONTRACT, Mode::Block);
    one.protection.rates = vec![RateRule { burst: Some(1.into()), ..RateRule::default() }];
    let policy = compile(&one);
    one.id = "other".into();
    let other = compile(&one);
    let key = |policy: &Policy, address: &str, salt: u8| {
        let request = RequestView {
            method: "GET",
            host: "h",
            path: "/a/1",
            query: None,
            headers: HeadersView(&[]),
            client: Some(address.parse::<IpAddr>().unwrap()),
        };
        let mut inquiry = policy.inquire(Facts { salt: [salt; 16], ..Facts::default() });
        match inquiry.head(&request) {
            Progress::Need(Lookup::Rates(asks)) => asks[0].key,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(key(&policy, "192.0.2.1", 0), key(&policy, "::ffff:192.0.2.1", 0));
    assert_ne!(key(&policy, "192.0.2.1", 0), key(&policy, "192.0.2.2", 0));
    assert_eq!(key(&policy, "2001:db8::1", 0), key(&policy, "2001:db8::ffff:1", 0), "one /64");
    assert_ne!(key(&policy, "2001:db8::1", 0), key(&policy, "2001:db8:0:1::1", 0));
    assert_ne!(key(&policy, "192.0.2.1", 0), key(&policy, "192.0.2.1", 1), "not without the salt");
    assert_ne!(key(&policy, "192.0.2.1", 0), key(&other, "192.0.2.1", 0));
}
