//! Events are found by filters, grouped and counted over time.

use super::support::{CONTRACT, Plane};
use http::Method;
use serde_json::Value;

async fn seen() -> Plane {
    let plane = Plane::new(Some(CONTRACT)).await;
    for n in 0..3 {
        plane.see("GET", &format!("/nowhere/{n}"), 404).await;
    }
    for _ in 0..2 {
        plane.see("GET", "/orders/seven", 400).await;
    }
    plane.see("DELETE", "/old", 405).await;
    plane.app.intake.settle().await;
    plane
}

async fn count(plane: &Plane, query: &str) -> usize {
    plane.get(&format!("/api/v1/events?{query}")).await["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_and_wrong_ones_are_told() {
    let plane = seen().await;
    for (query, expected) in [
        ("", 5),
        ("check=path", 3),
        ("check=parameters", 1),
        ("check=method&effect=alert", 1),
        ("effect=ban", 0),
        ("code=unknown_path", 3),
        ("client=192.0.2", 5),
        ("client=%25", 0),
        ("status=400", 1),
        ("text=NOWHERE", 3),
        ("text=orders/%7B", 1),
        ("since=2020-01-01T00:00:00Z", 5),
        ("until=2020-01-01T00:00:00Z", 0),
    ] {
        assert_eq!(count(&plane, query).await, expected, "{query}");
    }
    let first = plane.get("/api/v1/events?sort=count&limit=1").await;
    assert_eq!(first["items"][0]["count"], 2);
    let rest = plane.get(&format!("/api/v1/events?sort=count&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 4);
    for query in ["check=nothing", "since=yesterday", "sort=best", "status=many", "effect=x"] {
        assert_eq!(plane.admin(Method::GET, &format!("/api/v1/events?{query}"), "").await.status, 400, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_counted_in_all_and_over_time() {
    let plane = seen().await;
    let told = |summary: &Value| -> Vec<(String, u64)> {
        let groups = summary["groups"].as_array().unwrap().iter();
        groups
            .map(|group| {
                let keys: Vec<&str> =
                    group["keys"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
                let over: u64 = group["over_time"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).sum();
                assert_eq!(over, group["count"].as_u64().unwrap(), "{group}");
                (keys.join(" | "), over)
            })
            .collect()
    };
    let summary = plane.get("/api/v1/events/summary?group_by=check").await;
    assert_eq!((&summary["events"], &summary["count"], &summary["dropped"]), (&5.into(), &6.into(), &0.into()));
    assert_eq!(told(&summary), [("path".to_owned(), 3), ("parameters".to_owned(), 2), ("method".to_owned(), 1)]);
    let both = plane.get("/api/v1/events/summary?group_by=api,reason&check=path").await;
    assert_eq!(told(&both), [("shop | unknown_path".to_owned(), 3)]);
    let none = plane.get("/api/v1/events/summary?effect=ban&group_by=client").await;
    assert_eq!((&none["events"], none["buckets"].as_array().unwrap().len()), (&0.into(), 0));
    for wrong in ["nothing", "api,api", "api,check,client"] {
        let path = format!("/api/v1/events/summary?group_by={wrong}");
        assert_eq!(plane.admin(Method::GET, &path, "").await.status, 400, "{wrong}");
    }
}
