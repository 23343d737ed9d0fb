//! Each defect on and off, and the contract kept under `none`.

use super::message::{Reply, Request};
use super::{Shop, data};
use crate::Switches;
use serde_json::{Value, json};
use std::time::Duration;

struct Visit {
    shop: Shop,
    token: Option<String>,
    now: Duration,
}

impl Visit {
    fn new(switches: &str) -> Self {
        Self { shop: Shop::new(Switches::parse(switches).unwrap()), token: None, now: Duration::from_secs(1) }
    }

    fn raw(&mut self, method: &str, url: &str, media_type: Option<&str>, body: &[u8]) -> Reply {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let bearer = self.token.as_deref();
        self.shop.answer(&Request { method, path, query, bearer, media_type, body, now: self.now })
    }

    fn get(&mut self, url: &str) -> Reply {
        self.raw("GET", url, None, b"")
    }

    fn send(&mut self, method: &str, url: &str, body: Value) -> Reply {
        self.raw(method, url, Some("application/json"), body.to_string().as_bytes())
    }

    fn log_in(&mut self, email: &str) {
        let reply = self.send("POST", "/v2/login", json!({"email": email, "password": data::password(email)}));
        assert_eq!(reply.status, 200);
        self.token = reply.body.unwrap()["token"].as_str().map(str::to_owned);
    }
}

/// What one request answers with a defect on, and with all off.
fn both(defect: &str, visit: impl Fn(&mut Visit) -> Reply) -> (Reply, Reply) {
    (visit(&mut Visit::new(defect)), visit(&mut Visit::new("none")))
}

#[test]
fn the_export_exists_only_with_its_defect() {
    let (on, off) = both("shadow-export", |visit| visit.get("/internal/export/customers"));
    assert_eq!((on.status, off.status), (200, 404));
    assert_eq!(on.body.unwrap()["customers"][0]["email"], "ingrid@example.com");
}

#[test]
fn the_subscribers_are_for_staff_unless_the_defect_is_on() {
    let (on, off) = both("open-subscribers", |visit| visit.get("/v2/newsletter/subscribers"));
    assert_eq!((on.status, off.status), (200, 401));
}

#[test]
fn the_old_catalogue_is_gone_without_its_defect() {
    let (on, off) = both("legacy-v1", |visit| visit.get("/v1/products"));
    assert_eq!((on.status, off.status), (200, 404));
}

#[test]
fn an_account_shows_the_hash_only_with_its_defect() {
    let (on, off) = both("password-hash", |visit| {
        visit.log_in("ingrid@example.com");
        visit.get("/v2/me")
    });
    assert!(on.body.unwrap()["password_hash"].is_string());
    assert!(off.body.unwrap().get("password_hash").is_none());
}

#[test]
fn a_review_shows_its_author_to_anyone_only_with_its_defect() {
    let (on, off) = both("review-author", |visit| visit.get("/v2/products/ROP-0012/reviews"));
    let (on, off) = (on.body.unwrap(), off.body.unwrap());
    assert!(on["items"][0]["user"]["password_hash"].is_string());
    assert!(off["items"][0]["author"].is_string());
    assert!(off["items"][0].get("user").is_none());
}

#[test]
fn every_product_has_a_review() {
    let mut visit = Visit::new("all");
    let list = visit.get("/v2/products?limit=100").body.unwrap();
    for product in list["items"].as_array().unwrap() {
        let reviews = visit.get(&format!("/v2/products/{}/reviews", product["sku"].as_str().unwrap())).body.unwrap();
        assert!(reviews["items"][0]["user"]["password_hash"].is_string(), "{product}");
    }
}

#[test]
fn a_product_shows_its_cost_only_with_its_defect() {
    let (on, off) = both("internal-cost", |visit| visit.get("/v2/products/ROP-0012"));
    assert!(on.body.unwrap()["cost_price"].is_i64());
    assert!(off.body.unwrap().get("cost_price").is_none());
}

#[test]
fn an_order_shows_the_card_only_with_its_defect() {
    let (on, off) = both("card-number", |visit| {
        visit.log_in("ingrid@example.com");
        visit.get("/v2/orders/1001")
    });
    assert_eq!(on.body.unwrap()["card_number"], "4111111111111111");
    let off = off.body.unwrap();
    assert_eq!((off.get("card_number"), &off["card"]), (None, &json!("1111")));
}

#[test]
fn an_order_of_another_customer_is_not_found_unless_the_defect_is_on() {
    let (on, off) = both("bola-orders", |visit| {
        visit.log_in(data::HOSTILE);
        visit.get("/v2/orders/1001")
    });
    assert_eq!((on.status, off.status), (200, 404));
}

#[test]
fn customers_are_listed_for_staff_unless_the_defect_is_on() {
    let (on, off) = both("bfla-admin", |visit| {
        visit.log_in(data::HOSTILE);
        visit.get("/v2/admin/customers")
    });
    assert_eq!((on.status, off.status), (200, 403));
    let mut visit = Visit::new("none");
    assert_eq!(visit.get("/v2/admin/customers").status, 401);
    visit.log_in(data::STAFF);
    assert_eq!(visit.get("/v2/admin/customers").status, 200);
}

#[test]
fn a_customer_becomes_staff_only_with_the_defect() {
    let (on, off) = both("mass-assignment", |visit| {
        visit.log_in(data::HOSTILE);
        visit.send("PATCH", "/v2/me", json!({"role": "staff"}))
    });
    assert_eq!((on.status, off.status), (200, 400));
    assert_eq!(on.body.unwrap()["role"], "staff");
}

#[test]
fn an_error_tells_of_the_inside_only_with_its_defect() {
    let (on, off) = both("verbose-errors", |visit| visit.raw("POST", "/v2/login", Some("application/json"), b"{"));
    assert_eq!((on.status, off.status), (500, 400));
    assert!(on.body.unwrap()["trace"].is_array());
    let (on, off) = both("verbose-errors", |visit| visit.get("/v2/products/search?q=a%27b"));
    assert_eq!((on.status, off.status), (500, 400));
}

#[test]
fn a_failed_log_in_tells_of_accounts_only_with_its_defect() {
    let answers = |switches| {
        let mut visit = Visit::new(switches);
        ["ingrid@example.com", "nobody@example.com"]
            .map(|email| visit.send("POST", "/v2/login", json!({"email": email, "password": "not-this-one"})))
    };
    let [known, unknown] = answers("login-oracle");
    assert_ne!(known.body, unknown.body);
    let [known, unknown] = answers("none");
    assert_eq!(known, unknown);
}

#[test]
fn the_sixth_failed_log_in_is_refused_for_a_minute_unless_the_defect_is_on() {
    let attempt = |visit: &mut Visit| {
        let wrong = json!({"email": "ingrid@example.com", "password": "not-this-one"});
        visit.send("POST", "/v2/login", wrong).status
    };
    let mut visit = Visit::new("none");
    assert_eq!([(); 6].map(|()| attempt(&mut visit)), [401, 401, 401, 401, 401, 429]);
    visit.now += Duration::from_secs(61);
    visit.log_in("ingrid@example.com");
    let mut visit = Visit::new("login-unlimited");
    assert_eq!([(); 6].map(|()| attempt(&mut visit)), [401; 6]);
}

#[test]
fn a_page_of_any_size_is_given_only_with_the_defect() {
    let (on, off) = both("unbounded-page", |visit| visit.get("/v2/products?limit=5000"));
    assert_eq!((on.status, off.status), (200, 400));
}

#[test]
fn a_customer_buys_and_cancels() {
    let mut visit = Visit::new("none");
    visit.log_in("tomas@example.com");
    assert_eq!(visit.send("POST", "/v2/cart/items", json!({"sku": "GAL-0012", "quantity": 2})).status, 201);
    assert_eq!(visit.send("POST", "/v2/cart/items", json!({"sku": "ROP-0012", "quantity": 1})).status, 201);
    assert_eq!(visit.raw("DELETE", "/v2/cart/items/ROP-0012", None, b"").status, 204);
    let checkout = json!({
        "address": {"name": "Tomas Reyes", "street": "Mole 4", "city": "Vigo", "postcode": "36202", "country": "ES"},
        "payment": {"card_token": "card_0123456789abcdef"},
    });
    let order = visit.send("POST", "/v2/checkout", checkout.clone());
    assert_eq!(order.status, 201);
    let id = order.body.unwrap()["id"].as_i64().unwrap();
    assert_eq!(visit.send("POST", "/v2/checkout", checkout).status, 409, "the cart is empty now");
    let cancel = format!("/v2/orders/{id}/cancel");
    assert_eq!(visit.raw("POST", &cancel, None, b"").body.unwrap()["status"], "cancelled");
    assert_eq!(visit.raw("POST", &cancel, None, b"").status, 409);
    assert_eq!(visit.get("/v2/orders?status=cancelled").body.unwrap()["total"], 1);
}

#[test]
fn a_wrong_method_names_the_right_ones_and_a_session_ends() {
    let mut visit = Visit::new("none");
    let reply = visit.raw("PUT", "/v2/me", None, b"");
    assert_eq!((reply.status, reply.header), (405, Some(("allow", "GET, PATCH".to_owned()))));
    visit.log_in("nora@example.com");
    assert_eq!(visit.get("/v2/me").status, 200);
    visit.now += super::SESSION;
    assert_eq!(visit.get("/v2/me").status, 401);
}

#[test]
fn the_same_requests_get_the_same_bytes() {
    let run = || {
        let mut visit = Visit::new("all");
        visit.log_in("elif@example.com");
        let review = json!({"rating": 5, "title": "Good", "text": "Holds."});
        let reply = visit.send("POST", "/v2/products/ANC-0012/reviews", review);
        (reply.body.unwrap().to_string(), visit.get("/v2/orders").body.unwrap().to_string())
    };
    assert_eq!(run(), run());
}
