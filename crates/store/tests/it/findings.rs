//! The life of findings: open, acknowledged, fixed, regressed; and how they are ranked.

use crate::lists::ask;
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use palisade_store::query::Query;
use palisade_store::{
    AcknowledgedCount, Acknowledgement, FINDINGS, FindingGroup, FindingRow, FindingRun, FindingState, SeenFinding,
    Store,
};

pub async fn suite(store: &Store) {
    findings(store).await;
    findings_by_rank(store).await;
    what_is_not_covered_stays(store).await;
    acknowledged(store).await;
    a_flood(store).await;
    history_is_bounded(store).await;
    counted_in_groups(store).await;
    other_projects(store).await;
    totals_agree_with_what_is_there(store).await;
}

/// What is counted by totals that are kept, against what is counted finding by finding.
async fn totals_agree_with_what_is_there(store: &Store) {
    for by in [FindingGroup::Severity, FindingGroup::State, FindingGroup::Rule, FindingGroup::Engine] {
        for state in ["state:is_not:fixed", "state:is:fixed"] {
            let kept = store.count_findings(by, &ask(&FINDINGS, None, &[state], None, 1000)).await.unwrap();
            let all = ask(&FINDINGS, None, &[state, "count:greater:-1"], None, 1000);
            assert_eq!(kept, store.count_findings(by, &all).await.unwrap(), "{by:?} {state}");
            assert!(!kept.is_empty(), "{by:?} {state}");
        }
    }
    assert!(store.remove_api("a1").await.unwrap());
    let left = ask(&FINDINGS, None, &["state:in:open,acknowledged,fixed,regressed"], None, 1000);
    let left = store.count_findings(FindingGroup::State, &left).await.unwrap();
    assert_eq!(left.iter().map(|group| group.total).sum::<i64>(), 0, "{left:?}");
}

fn finding(rule: &'static str, count: u64) -> Finding {
    Finding {
        rule: rule.into(),
        name: "n".into(),
        severity: Severity::High,
        category: "c".into(),
        message: "m".into(),
        file: None,
        pointer: None,
        line: None,
        column: None,
        operation: None,
        evidence: None,
        fix: None,
        loss: None,
        count,
        fingerprint: fingerprint(rule, "", ""),
        owasp: Words::default(),
        cwe: Words::default(),
        attack: Words::default(),
        aliases: Words::default(),
        related: Rare::default(),
        fixes: Rare::default(),
    }
}

fn seen<'a>(id: &str, finding: &'a Finding) -> SeenFinding<'a> {
    SeenFinding { id: id.into(), finding }
}

async fn set(store: &Store, engine: &str, seen: &[SeenFinding<'_>], now: i64) {
    let run = FindingRun { api_id: "a1", engine, seen, covers: &|_, _| true, now };
    store.set_findings(&run).await.unwrap();
}

async fn kept(store: &Store, id: &str) -> FindingRow {
    store.finding(id).await.unwrap().unwrap()
}

fn accepted(until: Option<i64>, at: i64) -> Acknowledgement {
    Acknowledgement { by: "ann".into(), reason: "known, and harmless".into(), at, until }
}

async fn acknowledge(store: &Store, id: &str, until: Option<i64>, at: i64) -> AcknowledgedCount {
    store.acknowledge_findings(&[id.to_owned()], &accepted(until, at)).await.unwrap()
}

/// State, time and who did it, the oldest first.
async fn history(store: &Store, id: &str) -> Vec<(&'static str, i64, Option<String>)> {
    let changes = store.finding_changes(id).await.unwrap().into_iter();
    changes.map(|change| (change.state.as_str(), change.time, change.by)).collect()
}

async fn findings(store: &Store) {
    let (one, two, one_grown) = (finding("R1", 1), finding("R2", 1), finding("R1", 9));
    set(store, "discover", &[seen("f1", &one), seen("f2", &two)], 10).await;
    set(store, "audit", &[seen("g1", &one)], 11).await;
    set(store, "discover", &[seen("f9", &one_grown)], 20).await;
    let open = store
        .findings(Some("a1"), &ask(&FINDINGS, None, &["engine:is:discover", "severity:is:high"], None, 10))
        .await
        .unwrap()
        .items;
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].id.as_str(), open[0].first_observed, open[0].last_observed), ("f1", 10, 20));
    assert_eq!(open[0].finding, one_grown);
    assert_eq!(store.findings(Some("a1"), &Query::first(&FINDINGS, 10)).await.unwrap().items.len(), 2);
    assert!(
        store
            .findings(Some("a1"), &ask(&FINDINGS, None, &["severity:is:low"], None, 10))
            .await
            .unwrap()
            .items
            .is_empty()
    );
    set(store, "discover", &[seen("h2", &two)], 30).await;
    let back =
        store.findings(Some("a1"), &ask(&FINDINGS, None, &["engine:is:discover"], None, 10)).await.unwrap().items;
    assert_eq!(
        (back[0].id.as_str(), back[0].first_observed),
        ("f2", 10),
        "a finding that comes back keeps its first time"
    );
    assert_eq!((back[0].state, back[0].changed_at), (FindingState::Regressed, 30));
    assert_eq!(history(store, "f2").await, [("fixed", 20, None), ("regressed", 30, None)]);
    let gone = kept(store, "f1").await;
    assert_eq!((gone.state, gone.changed_at, gone.last_observed), (FindingState::Fixed, 30, 20));
}

async fn findings_by_rank(store: &Store) {
    let ranked = |severity, rule| Finding { severity, ..finding(rule, 1) };
    let (low, high) = (ranked(Severity::Low, "L"), ranked(Severity::High, "H"));
    let critical = ranked(Severity::Critical, "C");
    set(store, "audit", &[seen("r1", &low), seen("r2", &high)], 10).await;
    set(store, "discover", &[seen("r3", &high), seen("r4", &critical)], 11).await;
    let mut order = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.findings(Some("a1"), &ask(&FINDINGS, None, &[], cursor.as_deref(), 1)).await.unwrap();
        order.extend(page.items.into_iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(order, ["r4", "r3", "r2", "r1"]);
}

async fn what_is_not_covered_stays(store: &Store) {
    let of = |rule, operation: &'static str| Finding { operation: Some(operation.into()), ..finding(rule, 1) };
    let (one, two) = (of("C1", "GET /a"), of("C1", "GET /b"));
    let two = Finding { fingerprint: fingerprint("C1", "GET /b", ""), ..two };
    set(store, "cover", &[seen("c1", &one), seen("c2", &two)], 10).await;
    let covers = |rule: &str, operation: &str| rule == "C1" && operation == "GET /a";
    let run = FindingRun { api_id: "a1", engine: "cover", seen: &[], covers: &covers, now: 20 };
    store.set_findings(&run).await.unwrap();
    assert_eq!(kept(store, "c1").await.state, FindingState::Fixed);
    assert_eq!(kept(store, "c2").await.state, FindingState::Open, "nobody looked at GET /b");
}

async fn acknowledged(store: &Store) {
    let (first, second) = (finding("K1", 1), finding("K2", 1));
    set(store, "ack", &[seen("k1", &first), seen("k2", &second)], 10).await;
    assert_eq!(acknowledge(store, "k1", Some(100), 20).await.acknowledged, 1);
    assert_eq!(acknowledge(store, "none", None, 20).await, AcknowledgedCount::default());
    let row = kept(store, "k1").await;
    assert_eq!((row.state, row.changed_at), (FindingState::Acknowledged, 20));
    assert_eq!(row.acknowledged, Some(accepted(Some(100), 20)));
    let all = store.acknowledged_findings().await.unwrap();
    assert!(all.contains(&("a1".into(), "ack".into(), first.fingerprint.clone())));
    let open = || async { store.open_finding_counts().await.unwrap().iter().map(|(_, _, count)| count).sum::<i64>() };
    let before = open().await;
    acknowledge(store, "k2", None, 21).await;
    assert_eq!(open().await, before - 1);
    assert!(store.reopen_finding("k2", "ann", None, 22).await.unwrap());
    assert_eq!(open().await, before);

    // Found again, it stays accepted; gone and back before the end, too.
    set(store, "ack", &[seen("k9", &first), seen("k2", &second)], 30).await;
    assert_eq!(kept(store, "k1").await.state, FindingState::Acknowledged);
    set(store, "ack", &[seen("k2", &second)], 40).await;
    assert_eq!(kept(store, "k1").await.state, FindingState::Fixed);
    assert_eq!(acknowledge(store, "k1", None, 41).await.acknowledged, 0, "what is fixed cannot be accepted");
    set(store, "ack", &[seen("k9", &first), seen("k2", &second)], 50).await;
    assert_eq!(kept(store, "k1").await.state, FindingState::Acknowledged);

    // Its end opens it, at that very moment.
    assert_eq!(store.lapse_acknowledgements(99).await.unwrap(), 0);
    assert_eq!(store.lapse_acknowledgements(100).await.unwrap(), 1);
    assert_eq!(store.lapse_acknowledgements(100).await.unwrap(), 0);
    let row = kept(store, "k1").await;
    assert_eq!((row.state, row.acknowledged), (FindingState::Open, None));
    let ann = || Some("ann".to_owned());
    let past = [("acknowledged", 20, ann()), ("fixed", 40, None), ("acknowledged", 50, None), ("open", 100, None)];
    assert_eq!(history(store, "k1").await, past);

    // One whose end came while it was fixed comes back as regressed.
    acknowledge(store, "k1", Some(200), 110).await;
    set(store, "ack", &[seen("k2", &second)], 120).await;
    set(store, "ack", &[seen("k9", &first), seen("k2", &second)], 200).await;
    assert_eq!(kept(store, "k1").await.state, FindingState::Regressed);

    // A person takes it back.
    acknowledge(store, "k2", None, 210).await;
    assert!(store.reopen_finding("k2", "bob", Some("not harmless"), 220).await.unwrap());
    assert!(!store.reopen_finding("k2", "bob", None, 221).await.unwrap());
    assert_eq!(kept(store, "k2").await.acknowledged, None);
    let last = store.finding_changes("k2").await.unwrap().pop().unwrap();
    assert_eq!(
        (last.state, last.by.as_deref(), last.reason.as_deref()),
        (FindingState::Open, Some("bob"), Some("not harmless"))
    );
    // So it does of a fixed one, which then comes back as regressed.
    acknowledge(store, "k2", None, 230).await;
    set(store, "ack", &[seen("k9", &first)], 240).await;
    assert!(store.reopen_finding("k2", "bob", None, 250).await.unwrap());
    set(store, "ack", &[seen("k9", &first), seen("k2", &second)], 260).await;
    assert_eq!(kept(store, "k2").await.state, FindingState::Regressed);
}

/// Three findings of an engine are kept; an attacker who makes it find more must not make a decision be forgotten.
async fn a_flood(store: &Store) {
    let low = |rule| Finding { severity: Severity::Low, ..finding(rule, 1) };
    let (old, older) = (low("F1"), low("F2"));
    set(store, "flood", &[seen("x1", &old), seen("x2", &older)], 10).await;
    acknowledge(store, "x1", None, 20).await;
    let flood = [finding("F3", 1), finding("F4", 1), finding("F5", 1), finding("F6", 1)];
    let mut all: Vec<_> = flood.iter().enumerate().map(|(n, flood)| seen(&format!("y{n}"), flood)).collect();
    all.extend([seen("x9", &older), seen("x8", &old)]);
    set(store, "flood", &all, 30).await;
    let live: Vec<_> =
        store.findings(Some("a1"), &ask(&FINDINGS, None, &["engine:is:flood"], None, 10)).await.unwrap().items;
    let live: Vec<_> = live.iter().map(|row| (row.id.as_str(), row.state.as_str())).collect();
    let expected = [("y0", "open"), ("y1", "open"), ("y2", "open"), ("x1", "acknowledged")];
    assert_eq!(live, expected, "the most serious stay, and what was accepted");
    // Fixed, it keeps its place too, however much is fixed after it.
    set(store, "flood", &[], 40).await;
    let more = [finding("F7", 1), finding("F8", 1), finding("F9", 1)];
    let more: Vec<_> = more.iter().enumerate().map(|(n, more)| seen(&format!("z{n}"), more)).collect();
    set(store, "flood", &more, 50).await;
    set(store, "flood", &[], 60).await;
    assert!(store.finding("y0").await.unwrap().is_none());
    assert_eq!(kept(store, "x1").await.acknowledged, Some(accepted(None, 20)));
    set(store, "flood", &[seen("x7", &old)], 70).await;
    assert_eq!(kept(store, "x1").await.state, FindingState::Acknowledged);

    // As many are accepted as are kept.
    let four = [finding("G1", 1), finding("G2", 1), finding("G3", 1)];
    let four: Vec<_> = four.iter().enumerate().map(|(n, one)| seen(&format!("p{n}"), one)).collect();
    set(store, "flood", &four, 80).await;
    let ids: Vec<String> = ["p0", "p1", "p2"].map(str::to_owned).to_vec();
    let done = store.acknowledge_findings(&ids, &accepted(None, 90)).await.unwrap();
    assert_eq!(done, AcknowledgedCount { acknowledged: 2, full: 1 });
}

async fn history_is_bounded(store: &Store) {
    let flapping = finding("H1", 1);
    set(store, "flap", &[seen("h1", &flapping)], 1).await;
    acknowledge(store, "h1", Some(3), 2).await;
    for time in 10..80 {
        let found = [seen("h1", &flapping)];
        set(store, "flap", if time % 2 == 0 { &[] } else { &found }, time).await;
    }
    let history = history(store, "h1").await;
    assert_eq!(history.len(), 51);
    assert_eq!(history[0], ("acknowledged", 2, Some("ann".to_owned())), "what a person did stays");
    assert_eq!(history[50], ("regressed", 79, None));
}

async fn counted_in_groups(store: &Store) {
    let (found, all) = (finding("N1", 1), finding("N2", 1));
    let low = Finding { severity: Severity::Low, ..finding("N3", 1) };
    set(store, "count", &[seen("n1", &found), seen("n2", &all), seen("n3", &low)], 10).await;
    acknowledge(store, "n2", None, 20).await;
    let query = ask(&FINDINGS, None, &["engine:is:count"], None, 10);
    let groups = store.count_findings(FindingGroup::Severity, &query).await.unwrap();
    let told: Vec<_> =
        groups.iter().map(|row| (row.group_key.as_str(), row.total, row.open, row.acknowledged)).collect();
    assert_eq!(told, [("high", 2, 1, 1), ("low", 1, 1, 0)]);
    assert_eq!((groups[0].high, groups[0].low, groups[1].low), (2, 0, 1));
    let first = ask(&FINDINGS, None, &["engine:is:count"], None, 1);
    assert_eq!(store.count_findings(FindingGroup::Rule, &first).await.unwrap().len(), 1);
    set(store, "count", &[seen("n1", &found)], 30).await;
    let by_state = store.count_findings(FindingGroup::State, &query).await.unwrap();
    assert_eq!(by_state.len(), 1, "fixed ones are told when they are asked for");
    let fixed = ask(&FINDINGS, None, &["engine:is:count", "state:is:fixed"], None, 10);
    assert_eq!(store.count_findings(FindingGroup::Api, &fixed).await.unwrap()[0].fixed, 2);
    let listed = store.findings(None, &fixed).await.unwrap().items;
    assert_eq!(listed.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["n2", "n3"]);
}

async fn other_projects(store: &Store) {
    let other = store.in_project("00000000-0000-7000-8000-0000000000ff");
    assert!(other.finding("k1").await.unwrap().is_none());
    assert!(other.finding_changes("k1").await.unwrap().is_empty());
    assert_eq!(acknowledge(&other, "k1", None, 300).await, AcknowledgedCount::default());
    assert!(!other.reopen_finding("x1", "eve", None, 300).await.unwrap());
    assert!(other.open_finding_counts().await.unwrap().is_empty());
    assert!(other.findings(None, &Query::first(&FINDINGS, 10)).await.unwrap().items.is_empty());
    assert!(other.count_findings(FindingGroup::Rule, &Query::first(&FINDINGS, 10)).await.unwrap().is_empty());
    assert!(other.acknowledged_findings().await.unwrap().is_empty());
}
