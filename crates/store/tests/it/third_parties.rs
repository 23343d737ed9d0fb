//! Third parties, their assessments and the samples of their availability.

use super::lists::ask;
use palisade_store::query::Query;
use palisade_store::{ASSESSMENTS, AssessmentRow, Ended, SampleCounts, SampleRow, Store, THIRD_PARTIES, ThirdPartyRow};

pub async fn suite(store: &Store) {
    settings(store).await;
    one_assessment_at_a_time(store).await;
    old_results_and_assessments_go(store).await;
    samples(store).await;
    assert!(store.remove_third_party("t1").await.unwrap());
    assert!(!store.remove_third_party("t1").await.unwrap());
    assert!(store.newest_assessments("t1", None, 10).await.unwrap().is_empty());
    assert!(store.samples("t1", 0, 10).await.unwrap().is_empty());
    store.add_sample("t1", &sample(1, Some(200))).await.unwrap();
    assert_eq!(store.count_samples("t1", 0).await.unwrap(), SampleCounts::default(), "nobody's sample is not kept");
}

/// The third party `t1` with an assessment `s1`.
pub async fn with_an_assessment(store: &Store) {
    assert!(store.add_third_party(&third_party("t1")).await.unwrap());
    assert!(store.add_assessment(&assessment("s1")).await.unwrap());
}

fn third_party(id: &str) -> ThirdPartyRow {
    ThirdPartyRow {
        id: id.into(),
        name: "pay".into(),
        url: "https://api.pay.example/".into(),
        contract_api_id: None,
        selectors: "[]".into(),
        ports: false,
        allow_private: false,
        policy: "{}".into(),
        schedule: None,
        next_at: None,
        probe_minutes: 5,
        created_at: 1,
        created_by: "ann".into(),
    }
}

async fn settings(store: &Store) {
    let mut row = third_party("t1");
    assert!(store.add_third_party(&row).await.unwrap());
    assert!(!store.add_third_party(&third_party("t2")).await.unwrap(), "two of one URL");
    row.schedule = Some("{\"every_hours\":6}".into());
    row.next_at = Some(60);
    row.ports = true;
    row.contract_api_id = Some("a1".into());
    assert!(store.set_third_party(&row).await.unwrap());
    assert!(!store.set_third_party(&third_party("t9")).await.unwrap());
    assert_eq!(store.third_party("t1").await.unwrap().unwrap(), row);
    // A schedule that was read before it was changed says nothing any more.
    store.set_next_assessment(&third_party("t1"), Some(9)).await.unwrap();
    assert_eq!(store.third_party("t1").await.unwrap().unwrap().next_at, Some(60));
    store.set_next_assessment(&row, Some(120)).await.unwrap();
    assert_eq!(store.third_parties(&Query::first(&THIRD_PARTIES, 10)).await.unwrap().items[0].next_at, Some(120));
    assert_eq!(store.count_third_parties().await.unwrap(), 1);
}

fn assessment(id: &str) -> AssessmentRow {
    AssessmentRow {
        id: id.into(),
        third_party_id: "t1".into(),
        state: "pending".into(),
        reason: None,
        scheduled: false,
        asked_by: "ann".into(),
        created_at: 10,
        started_at: None,
        ended_at: None,
        score: None,
        grade: None,
        summary: None,
    }
}

fn completed(result: &str) -> Ended<'_> {
    Ended { state: "completed", reason: None, at: 30, result: Some((80, "B", "{}", result)) }
}

async fn one_assessment_at_a_time(store: &Store) {
    assert!(store.add_assessment(&assessment("as1")).await.unwrap());
    assert!(!store.add_assessment(&assessment("as2")).await.unwrap(), "one is open");
    assert_eq!(store.open_assessments().await.unwrap(), [assessment("as1")]);
    assert!(store.begin_assessment("as1", 20).await.unwrap());
    assert!(!store.begin_assessment("as1", 21).await.unwrap(), "it runs already");
    assert!(!store.add_assessment(&assessment("as2")).await.unwrap(), "one runs");
    assert!(store.end_assessment("as1", &completed("{\"all\":1}")).await.unwrap());
    let late = Ended { state: "failed", reason: Some("late"), at: 31, result: None };
    assert!(!store.end_assessment("as1", &late).await.unwrap(), "it has ended");
    let kept = store.assessment("t1", "as1").await.unwrap().unwrap();
    let expected = AssessmentRow {
        state: "completed".into(),
        started_at: Some(20),
        ended_at: Some(30),
        score: Some(80),
        grade: Some("B".into()),
        summary: Some("{}".into()),
        ..assessment("as1")
    };
    assert_eq!(kept, expected);
    assert_eq!(store.assessment_result("as1").await.unwrap().unwrap(), "{\"all\":1}");
    assert!(store.assessment("t2", "as1").await.unwrap().is_none(), "another's");
}

async fn old_results_and_assessments_go(store: &Store) {
    for number in 2..=7 {
        let id = format!("as{number}");
        assert!(store.add_assessment(&assessment(&id)).await.unwrap());
        store.end_assessment(&id, &completed("{}")).await.unwrap();
    }
    assert!(store.add_assessment(&assessment("as8")).await.unwrap());
    store.sweep_third_parties().await.unwrap();
    let page = store.assessments("t1", &Query::first(&ASSESSMENTS, 3)).await.unwrap();
    assert!(page.next.is_some());
    let rest = store.assessments("t1", &ask(&ASSESSMENTS, None, &[], page.next.as_deref(), 3)).await.unwrap();
    let ids: Vec<_> = page.items.iter().chain(&rest.items).map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["as8", "as7", "as6", "as5", "as4"], "five are kept");
    assert!(store.assessment_result("as6").await.unwrap().is_some());
    assert!(store.assessment_result("as5").await.unwrap().is_none(), "three results are kept, one of them still open");
    let done = store.assessments("t1", &ask(&ASSESSMENTS, None, &["state:is:completed"], None, 10)).await.unwrap();
    assert_eq!(done.items.len(), 4);
}

fn sample(time: i64, status: Option<i64>) -> SampleRow {
    let failure = status.is_none().then(|| "connect".to_owned());
    SampleRow { time, latency: status.map(|_| 1500), status, failure }
}

async fn samples(store: &Store) {
    for one in [sample(10, Some(200)), sample(20, Some(503)), sample(30, None), sample(30, Some(200))] {
        store.add_sample("t1", &one).await.unwrap();
    }
    assert_eq!(store.count_samples("t1", 0).await.unwrap(), SampleCounts { checks: 3, failures: 1, errors: 1 });
    assert_eq!(store.count_samples("t1", 21).await.unwrap(), SampleCounts { checks: 1, failures: 1, errors: 0 });
    assert_eq!(store.samples("t1", 20, 10).await.unwrap(), [sample(20, Some(503)), sample(30, None)]);
}
