//! How both databases go about every list and every dashboard of a store with many rows: by an index, whatever is asked.

use crate::support::Database;
use palisade_store::query::{Asked, List, Query};
use palisade_store::{EVENTS, EventFilter, FINDINGS, FindingGroup, OPERATIONS, Plan, Plans, Store};
use palisade_testbed::contents::{Contents, fill};
use std::fmt::Write as _;

/// Enough that a database would rather use an index than read it all, and no more than PostgreSQL's statistics are made
/// of: with a sample of the rows plans could change from run to run.
const CONTENTS: Contents = Contents { apis: 200, operations: 20_000, findings: 30_000, events: 20_000 };

/// What grows with the number of APIs. What does not may be read whole.
const LARGE: [&str; 4] = ["events", "figures", "findings", "operations"];

const API: &str = "01990000-0000-7000-8000-000010000007";

/// What is asked: the list, its order and its filters.
const ASKED: &[(&List, &str, &[&str])] = &[
    (&FINDINGS, "rank", &[]),
    (&FINDINGS, "rank", &["severity:is:critical"]),
    (&FINDINGS, "rank", &["state:is:open"]),
    (&FINDINGS, "rank", &["state:is:fixed", "severity:is:low"]),
    (&FINDINGS, "rank", &["state:in:open,regressed", "severity:greater:medium"]),
    (&FINDINGS, "rank", &["engine:is:discover"]),
    (&FINDINGS, "rank", &["rule:is:SEC107"]),
    (&FINDINGS, "rank", &["category:is:data"]),
    (&FINDINGS, "rank", &["operation:is:GET /v1/things-7/{id}"]),
    (&FINDINGS, "rank", &["fingerprint:is:1000000000000007"]),
    (&FINDINGS, "rank", &["api_id:is:01990000-0000-7000-8000-000010000007"]),
    (&FINDINGS, "rank", &["api_id:is:01990000-0000-7000-8000-000010000007", "severity:is:high", "rule:is:SEC107"]),
    (&FINDINGS, "-last_observed", &[]),
    (&FINDINGS, "-last_observed", &["severity:is:high"]),
    (&OPERATIONS, "path", &[]),
    (&OPERATIONS, "path", &["state:is:shadow"]),
    (&OPERATIONS, "path", &["method:is:DELETE"]),
    (&OPERATIONS, "path", &["api_id:is:01990000-0000-7000-8000-000010000007"]),
    (&OPERATIONS, "path", &["authenticated:is:never", "deprecated:is:true"]),
    (&OPERATIONS, "-hits", &[]),
    (&OPERATIONS, "-last_observed", &["state:is:zombie"]),
    (&OPERATIONS, "worst", &[]),
    (&EVENTS, "-id", &[]),
    (&EVENTS, "-id", &["api_id:is:01990000-0000-7000-8000-000010000007"]),
    (&EVENTS, "-id", &["operation_id:is:o7"]),
    (&EVENTS, "-last_time", &[]),
];

async fn ask(store: &Store, list: &List, query: &Query) -> Option<String> {
    match list.name {
        "findings" => store.findings(None, query).await.unwrap().next,
        "inventory" => store.operations(query).await.unwrap().next,
        _ => store.events(&EventFilter::default(), query).await.unwrap().next,
    }
}

fn tell(told: &mut String, what: &str, plans: &Plans) {
    let plans: Vec<Plan> = plans.take();
    assert!(!plans.is_empty(), "{what}");
    for plan in plans {
        let _ = writeln!(told, "{what}\n    {}", plan.steps.join("\n    "));
        assert!(!plan.reads_whole(&LARGE), "{what}: {plan:?}");
    }
}

async fn plans_of(database: &Database) -> String {
    Store::open(&database.url).await.unwrap().close().await;
    fill(&database.url, &CONTENTS).await.unwrap();
    let store = Store::open(&database.url).await.unwrap();
    let (explained, plans) = store.explained();
    let mut told = String::new();
    for (list, sort, filters) in ASKED {
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        let read = |cursor| {
            let asked = Asked { cursor, limit: Some(20), sort: Some(*sort), filters: &filters };
            Query::read(list, &asked).unwrap()
        };
        let next = ask(&explained, list, &read(None)).await;
        let what = format!("{} by {sort} {filters:?}", list.name);
        tell(&mut told, &what, &plans);
        if let Some(next) = next {
            ask(&explained, list, &read(Some(&next))).await;
            tell(&mut told, &format!("{what}, the next page"), &plans);
        }
    }
    for by in [FindingGroup::Severity, FindingGroup::Rule, FindingGroup::State, FindingGroup::Engine] {
        explained.count_findings(by, &Query::first(&FINDINGS, 20)).await.unwrap();
        tell(&mut told, &format!("findings counted by {by:?}"), &plans);
    }
    assert_eq!(store.findings(Some(API), &Query::first(&FINDINGS, 20)).await.unwrap().items.len(), 20);
    store.close().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_finds_everything_by_an_index() {
    insta::assert_snapshot!(plans_of(&Database::sqlite()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_finds_everything_by_an_index() {
    insta::assert_snapshot!(plans_of(&Database::postgres()).await);
}
