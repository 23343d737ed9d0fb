//! Events: merged, found again by their uuids, filtered, grouped, counted over time.

use super::lists::ask;
use palisade_store::query::Query;
use palisade_store::{EVENTS, EventFilter, EventGroup, EventRow, Store};

pub async fn suite(store: &Store) {
    kept(store).await;
    filtered(store).await;
    grouped(store).await;
    assert_eq!(store.sweep_events().await.unwrap(), 4);
    let left = store.events(&EventFilter::default(), &Query::first(&EVENTS, 100)).await.unwrap();
    assert_eq!(ids(&left.items), ["e08", "e07", "e06", "e05", "e04"]);
    assert!(store.event_of_uuid("e00").await.unwrap().is_none());
}

pub fn event(n: u32) -> EventRow {
    EventRow {
        id: format!("e{n:02}"),
        api_id: "a1".into(),
        operation: Some("GET /x".into()),
        operation_id: Some("o1".into()),
        client: if n < 5 { "192.0.2.1 (Ab)".into() } else { "192.0.2.9".into() },
        method: "GET".into(),
        path: "/x_100%".into(),
        status: 400 + i64::from(n % 2),
        upstream_status: None,
        effect: ["alert", "prevent"][n as usize % 2].into(),
        would: "prevent".into(),
        check_name: if n < 5 { "parameters".into() } else { "path".into() },
        code: "type".into(),
        title: "A Title".into(),
        errors: "[]".into(),
        steps: "[]".into(),
        principal: None,
        banned: None,
        ban_until: None,
        degraded: None,
        fault: None,
        not_assessed: "[]".into(),
        merge_key: format!("m{n}"),
        first_time: i64::from(n),
        last_time: i64::from(n),
        count: 1,
    }
}

fn ids(rows: &[EventRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

async fn kept(store: &Store) {
    let rows: Vec<_> = (0..9).map(event).collect();
    let uuids: Vec<_> = rows.iter().map(|row| (row.id.clone(), row.id.clone())).collect();
    store.put_events(&rows, &uuids).await.unwrap();
    let mut grown = rows[8].clone();
    grown.count = 2;
    grown.last_time = 99;
    store.put_events(&[grown.clone()], &[("f00".into(), "e08".into())]).await.unwrap();
    assert_eq!(store.event_of_uuid("f00").await.unwrap().unwrap(), grown, "a merged uuid leads to its event");
    assert_eq!(store.events_since(50, 10).await.unwrap(), [grown]);
    let mut banned = rows[3].clone();
    (banned.count, banned.last_time, banned.ban_until) = (5, 40, Some(1000));
    store.put_events(&[banned.clone()], &[]).await.unwrap();
    assert_eq!(store.event_of_uuid("e03").await.unwrap().unwrap().ban_until, Some(1000), "a ban that lasts longer");
}

async fn filtered(store: &Store) {
    let all = EventFilter::default();
    for (sort, order) in [
        ("-id", ["e08", "e07", "e06", "e05", "e04", "e03", "e02", "e01", "e00"]),
        ("-last_time", ["e08", "e03", "e07", "e06", "e05", "e04", "e02", "e01", "e00"]),
        ("-count", ["e03", "e08", "e07", "e06", "e05", "e04", "e02", "e01", "e00"]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.events(&all, &ask(&EVENTS, Some(sort), &[], cursor.as_deref(), 4)).await.unwrap();
            seen.extend(page.items.into_iter().map(|row| row.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, order, "{sort}");
    }
    let filters = [
        (EventFilter { effect: Some("prevent"), api_id: Some("a1"), operation_id: Some("o1"), ..all.clone() }, 4),
        (EventFilter { api_id: Some("other"), ..all.clone() }, 0),
        (EventFilter { check: Some("path"), ..all.clone() }, 4),
        (EventFilter { code: Some("pattern"), ..all.clone() }, 0),
        (EventFilter { client: Some("(AB"), ..all.clone() }, 5),
        (EventFilter { status: Some(401), ..all.clone() }, 4),
        (EventFilter { since: Some(7), ..all.clone() }, 3),
        (EventFilter { until: Some(2), ..all.clone() }, 2),
        (EventFilter { text: Some("X_100%"), ..all.clone() }, 9),
        (EventFilter { text: Some("x%100"), ..all.clone() }, 0),
        (EventFilter { text: Some("a title"), check: Some("parameters"), ..all.clone() }, 5),
    ];
    for (filter, count) in filters {
        let found = store.events(&filter, &Query::first(&EVENTS, 100)).await.unwrap();
        assert_eq!(found.items.len(), count, "{filter:?}");
    }
}

async fn grouped(store: &Store) {
    let all = EventFilter::default();
    let one = store.event_groups(&all, [None, None], 10).await.unwrap();
    assert_eq!((one.len(), one[0].events, one[0].exchanges), (1, 9, 14));
    assert_eq!((one[0].alerts, one[0].prevents, one[0].bans, one[0].first_time, one[0].last_time), (6, 8, 0, 0, 99));
    let by = [Some(EventGroup::Check), Some(EventGroup::Effect)];
    let groups = store.event_groups(&all, by, 3).await.unwrap();
    let told: Vec<_> =
        groups.iter().map(|row| (row.first_key.as_str(), row.second_key.as_str(), row.exchanges)).collect();
    assert_eq!(told, [("parameters", "prevent", 6), ("parameters", "alert", 3), ("path", "alert", 3)]);
    let none = EventFilter { code: Some("none"), ..all.clone() };
    assert!(store.event_groups(&none, [None, None], 10).await.unwrap().is_empty());

    let buckets = store.event_buckets(&all, [Some(EventGroup::Client), None], 4, 50).await.unwrap();
    let told: Vec<_> =
        buckets.iter().map(|row| (row.first_key.as_str(), row.bucket, row.effect.as_str(), row.exchanges)).collect();
    let (first, second) = ("192.0.2.1 (Ab)", "192.0.2.9");
    assert_eq!(
        told,
        [
            (first, 0, "alert", 1),
            (first, 0, "prevent", 5),
            (second, 0, "alert", 1),
            (second, 0, "prevent", 2),
            (second, 1, "alert", 2)
        ]
    );
}
