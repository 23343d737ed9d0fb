//! Findings: kept, closed, back again, ranked.

use crate::lists::ask;
use palisade_finding::{Finding, Rare, Severity, Words, fingerprint};
use palisade_store::query::Query;
use palisade_store::{FINDINGS, SeenFinding, Store};

pub async fn suite(store: &Store) {
    findings(store).await;
    findings_by_rank(store).await;
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
    let open = store
        .findings("a1", &ask(&FINDINGS, None, &["engine:is:discover", "severity:is:high"], None, 10))
        .await
        .unwrap()
        .items;
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].id.as_str(), open[0].first_observed, open[0].last_observed), ("f1", 10, 20));
    assert_eq!(open[0].finding, one_grown);
    assert_eq!(store.findings("a1", &Query::first(&FINDINGS, 10)).await.unwrap().items.len(), 2);
    assert!(
        store.findings("a1", &ask(&FINDINGS, None, &["severity:is:low"], None, 10)).await.unwrap().items.is_empty()
    );
    store.set_findings("a1", "discover", &[seen("h2", &two)], 30).await.unwrap();
    let back = store.findings("a1", &ask(&FINDINGS, None, &["engine:is:discover"], None, 10)).await.unwrap().items;
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
        let page = store.findings("a1", &ask(&FINDINGS, None, &[], cursor.as_deref(), 1)).await.unwrap();
        order.extend(page.items.into_iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(order, ["r4", "r3", "r2", "r1"]);
}
