//! What every engine of the store must do. [`suite`] takes the way to open an empty store, so that another
//! engine is one more call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod events;
mod protection;
mod secrets;
mod third_parties;

use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use palisade_store::{ApiRow, Bounds, ContractRow, ExceptionRow, Kind, NewCredential, SeenFinding, Store};

const BOUNDS: Bounds = Bounds {
    events: 5,
    event_uuids: 8,
    findings: 3,
    contracts: 2,
    assessments: 5,
    assessment_results: 3,
    protection_versions: 3,
};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_of_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("palisade.db");
    let open = || Store::open_file(&path, BOUNDS);
    suite(open().await.unwrap()).await;

    // A second start finds what the first one wrote.
    let again = open().await.unwrap();
    assert_eq!(again.apis().await.unwrap().len(), 1);
    assert_eq!(again.approved_contract("a1").await.unwrap().unwrap().version, 3);
    assert_eq!(again.state("a1", "ledger").await.unwrap().unwrap(), b"two");
    again.close().await;
}

#[tokio::test]
async fn only_known_engines_are_opened() {
    for url in ["mysql://localhost/x", "sqlite://", "palisade.db"] {
        assert!(Store::open(url).await.unwrap_err().to_string().contains("sqlite:///"), "{url}");
    }
}

async fn suite(store: Store) {
    store.ping().await.unwrap();
    apis(&store).await;
    contracts(&store).await;
    credentials(&store).await;
    events::suite(&store).await;
    exceptions(&store).await;
    findings(&store).await;
    findings_by_rank(&store).await;
    states_and_settings(&store).await;
    third_parties::suite(&store).await;
    protection::suite(&store).await;
    secrets::suite(&store).await;
    store.close().await;
}

async fn apis(store: &Store) {
    let mut api = ApiRow {
        id: "a1".into(),
        name: "shop".into(),
        hosts: "[]".into(),
        base_path: "/".into(),
        upstreams: "[\"http://127.0.0.1:1\"]".into(),
        upstream_ca: None,
        mode: "observe".into(),
        managed_by: "flags".into(),
        created_at: 7,
    };
    store.put_api(&api).await.unwrap();
    api.mode = "block".into();
    store.put_api(&api).await.unwrap();
    assert_eq!(store.apis().await.unwrap(), [api.clone()]);
    api.id = "a2".into();
    assert!(store.put_api(&api).await.is_err(), "two APIs of one name");

    store.set_protection("a1", "GET /x", Some("block")).await.unwrap();
    store.set_protection("a1", "GET /x", Some("observe")).await.unwrap();
    store.set_protection("a1", "GET /y", Some("observe")).await.unwrap();
    store.set_protection("a1", "GET /y", None).await.unwrap();
    let kept: Vec<_> = store.protections("a1").await.unwrap().into_iter().collect();
    assert_eq!(kept, [("GET /x".to_owned(), "observe".to_owned())]);
}

async fn contracts(store: &Store) {
    assert!(store.approved_contract("a1").await.unwrap().is_none());
    for n in 1..=3 {
        let mut row = ContractRow {
            id: format!("c{n}"),
            api_id: "a1".into(),
            version: 0,
            source: "uploaded".into(),
            body: format!("text {n}"),
            operations: n,
            approved_at: n,
            approved_by: "me".into(),
        };
        store.approve_contract(&mut row).await.unwrap();
        assert_eq!(row.version, n);
        assert_eq!(store.approved_contract("a1").await.unwrap().unwrap(), row);
    }
}

async fn credentials(store: &Store) {
    let add = |id, kind, hash, expires_at| {
        let new = NewCredential { id, kind, hash, name: "n", role: "viewer", created_at: 1, expires_at };
        async move { store.add_credential(&new).await.unwrap() }
    };
    add("k1", Kind::Token, "h1", None).await;
    add("k2", Kind::Token, "h2", Some(100)).await;
    add("k3", Kind::LoginCode, "h3", Some(100)).await;
    assert!(store.credential(Kind::Token, "h2", 99).await.unwrap().is_some());
    assert!(store.credential(Kind::Token, "h2", 100).await.unwrap().is_none(), "expired at its very moment");
    assert!(store.credential(Kind::Session, "h1", 1).await.unwrap().is_none(), "a token is no session");
    store.touch_credential("k1", 55).await.unwrap();
    assert_eq!(store.credential(Kind::Token, "h1", 1).await.unwrap().unwrap().last_used_at, Some(55));

    let (first, second) = tokio::join!(
        store.take_credential(Kind::LoginCode, "h3", 50),
        store.take_credential(Kind::LoginCode, "h3", 50)
    );
    assert_eq!(u8::from(first.unwrap()) + u8::from(second.unwrap()), 1, "a code works exactly once");

    let page = store.credentials(Kind::Token, 1, None, 1).await.unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (1, Some("k1")));
    let page = store.credentials(Kind::Token, 1, page.next.as_deref(), 1).await.unwrap();
    assert_eq!((page.items[0].id.as_str(), page.next), ("k2", None));
    store.sweep_credentials(100).await.unwrap();
    assert!(store.credential(Kind::Token, "h2", 0).await.unwrap().is_none());
    assert!(store.remove_credential(Kind::Token, "k1").await.unwrap());
    assert!(!store.remove_credential(Kind::Token, "k1").await.unwrap());
}

async fn exceptions(store: &Store) {
    let new = ExceptionRow {
        id: "x1".into(),
        api_id: "a1".into(),
        operation: "GET /x".into(),
        code: "type".into(),
        location: "query".into(),
        name: "q".into(),
        pointer: String::new(),
        created_at: 3,
        created_by: "me".into(),
        event_id: Some("e08".into()),
    };
    assert_eq!(store.add_exception(&new).await.unwrap(), new);
    let twice = ExceptionRow { id: "x2".into(), ..new.clone() };
    assert_eq!(store.add_exception(&twice).await.unwrap(), new, "the same exception is kept once");
    assert_eq!(store.exceptions("a1", None, 10).await.unwrap().items, [new]);
    assert!(!store.remove_exception("other", "x1").await.unwrap(), "an exception of another API stays");
    assert!(store.remove_exception("a1", "x1").await.unwrap());
    assert!(store.exceptions("a1", None, 10).await.unwrap().items.is_empty());
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

async fn findings(store: &Store) {
    let (one, two, one_grown) = (finding("R1", 1), finding("R2", 1), finding("R1", 9));
    let seen = |id: &str, finding| SeenFinding { id: id.into(), finding };
    store.set_findings("a1", "discover", &[seen("f1", &one), seen("f2", &two)], 10).await.unwrap();
    store.set_findings("a1", "audit", &[seen("g1", &one)], 11).await.unwrap();
    store.set_findings("a1", "discover", &[seen("f9", &one_grown)], 20).await.unwrap();
    let open = store.findings("a1", Some("discover"), Some("high"), None, 10).await.unwrap().items;
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].id.as_str(), open[0].first_observed, open[0].last_observed), ("f1", 10, 20));
    assert_eq!(open[0].finding, one_grown);
    assert_eq!(store.findings("a1", None, None, None, 10).await.unwrap().items.len(), 2);
    assert!(store.findings("a1", None, Some("low"), None, 10).await.unwrap().items.is_empty());
    store.set_findings("a1", "discover", &[seen("h2", &two)], 30).await.unwrap();
    let back = store.findings("a1", Some("discover"), None, None, 10).await.unwrap().items;
    assert_eq!(
        (back[0].id.as_str(), back[0].first_observed),
        ("f2", 10),
        "a finding that comes back keeps its first time"
    );
}

async fn findings_by_rank(store: &Store) {
    let ranked = |severity, rule| Finding { severity, ..finding(rule, 1) };
    let (low, high) = (ranked(Severity::Low, "L"), ranked(Severity::High, "H"));
    let critical = ranked(Severity::Critical, "C");
    let seen = |id: &str, finding| SeenFinding { id: id.into(), finding };
    store.set_findings("a1", "audit", &[seen("r1", &low), seen("r2", &high)], 10).await.unwrap();
    store.set_findings("a1", "discover", &[seen("r3", &high), seen("r4", &critical)], 11).await.unwrap();
    let mut order = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.findings("a1", None, None, cursor.as_deref(), 1).await.unwrap();
        order.extend(page.items.into_iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(order, ["r4", "r3", "r2", "r1"]);
}

async fn states_and_settings(store: &Store) {
    assert!(store.state("a1", "ledger").await.unwrap().is_none());
    store.set_states("a1", &[("ledger", b"one"), ("discovery", b"d")], 1).await.unwrap();
    store.set_states("a1", &[("ledger", b"two")], 2).await.unwrap();
    assert_eq!(store.state("a1", "ledger").await.unwrap().unwrap(), b"two");
    assert_eq!(store.state("a1", "discovery").await.unwrap().unwrap(), b"d");
    assert!(store.setting("k").await.unwrap().is_none());
    store.set_setting("k", "v").await.unwrap();
    store.set_setting("k", "w").await.unwrap();
    assert_eq!(store.setting("k").await.unwrap().as_deref(), Some("w"));
}
