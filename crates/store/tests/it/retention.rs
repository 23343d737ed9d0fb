//! What is old goes, in every project; what is in use stays.

use crate::support::api;
use palisade_store::{Aging, Ended, Retention, SampleRow, Store};

const DAY: i64 = 86_400_000_000;

pub async fn suite(store: &Store) {
    crate::third_parties::with_an_assessment(store).await;
    let mut rows: Vec<_> = (0..1200).map(crate::events::event).collect();
    for (n, row) in rows.iter_mut().enumerate() {
        row.id = format!("e{n:05}");
        row.last_time = if n < 1100 { DAY } else { 100 * DAY };
    }
    let uuids: Vec<_> = rows.iter().map(|row| (format!("u{}", row.id), row.id.clone())).collect();
    store.put_events(&rows, &uuids).await.unwrap();
    for (time, failure) in [(DAY, None), (99 * DAY, Some("timeout".to_owned()))] {
        store.add_sample("t1", &SampleRow { time, latency: None, status: None, failure }).await.unwrap();
    }
    store.end_assessment("s1", &Ended { state: "failed", reason: None, at: DAY, result: None }).await.unwrap();

    let mut retention = Retention::default();
    let now = 100 * DAY;
    let gone: Vec<_> = store.retain(&retention, now).await.unwrap().into_iter().collect();
    assert_eq!(gone, [(Aging::Events, 1100), (Aging::Samples, 1)]);
    assert!(store.event_of_uuid("ue00000").await.unwrap().is_none());
    assert_eq!(store.event_of_uuid("ue01150").await.unwrap().unwrap().last_time, 100 * DAY);
    assert!(store.retain(&retention, now).await.unwrap().is_empty());

    retention.set("assessments=99").unwrap();
    assert!(store.retain(&retention, now).await.unwrap().is_empty(), "not a moment too early");
    let gone: Vec<_> = store.retain(&retention, now + 1).await.unwrap().into_iter().collect();
    assert_eq!(gone, [(Aging::Assessments, 1)]);

    let later = now + 1000 * DAY;
    for kind in ["events", "samples"] {
        retention.set(&format!("{kind}=forever")).unwrap();
    }
    assert!(store.retain(&retention, later).await.unwrap().is_empty());
    for wrong in ["events", "events=0", "events=-1", "events=soon", "apis=3"] {
        assert!(retention.set(wrong).is_err(), "{wrong}");
    }
    assert_eq!(store.apis().await.unwrap(), [api()]);
}
