//! Those who use the shop as its contract says, and three jobs that do what nobody wrote down.

use super::Actor;
use crate::shop::data;
use serde_json::{Value, json};

const WORDS: &[&str] = &["rope", "anchor", "lamp", "deck", "sand", "salt air", "two miles", "stove"];
const CATEGORIES: &[&str] = &["rope", "light", "safety", "anchor", "paint", "galley"];
const PRAISE: &[(&str, &str, i64)] = &[
    ("As described", "Came in two days and does what it should.", 4),
    ("Would buy again", "Third one, the first two still work.", 5),
    ("Fine", "A little heavy, but well made.", 3),
];

/// Stock numbers in an answer.
fn skus(list: &Value) -> Vec<&str> {
    list["items"].as_array().into_iter().flatten().filter_map(|item| item["sku"].as_str()).collect()
}

impl Actor {
    /// Looks at the catalogue; gives a stock number seen in it.
    async fn browse(&mut self) -> Option<String> {
        let list = match self.dice.below(4) {
            0 => self.open("GET", "/v2/products").await.1,
            1 => {
                let category = self.dice.pick(CATEGORIES);
                let sort = self.dice.pick(&["name", "price", "-price"]);
                self.open("GET", &format!("/v2/products?category={category}&sort={sort}")).await.1
            }
            2 => {
                let page = 1 + self.dice.below(3);
                self.open("GET", &format!("/v2/products?page={page}&limit=8")).await.1
            }
            _ => {
                let words = self.dice.pick(WORDS).replace(' ', "%20");
                self.open("GET", &format!("/v2/products/search?q={words}")).await.1
            }
        };
        let found = skus(&list);
        let sku = self.dice.pick(&found).to_owned();
        if sku.is_empty() {
            return None;
        }
        self.open("GET", &format!("/v2/products/{sku}")).await;
        if self.dice.chance(60) {
            self.open("GET", &format!("/v2/products/{sku}/reviews")).await;
        }
        Some(sku)
    }

    pub(super) async fn visitor(&mut self) {
        self.browse().await;
    }

    /// One visit of a customer, from log-in to the order.
    pub(super) async fn customer(&mut self, number: usize) {
        let first = self.token.is_none();
        if first || self.dice.chance(25) {
            let email = data::honest().nth(number).unwrap_or_default();
            if !self.log_in(&email).await {
                self.browse().await;
                return;
            }
        }
        let account = self.own("GET", "/v2/me", None).await.1;
        let mut bought = None;
        for _ in 0..2 {
            if let Some(sku) = self.browse().await {
                let quantity = 1 + self.dice.below(3);
                self.own("POST", "/v2/cart/items", Some(json!({"sku": sku, "quantity": quantity}))).await;
                bought = Some(sku);
            }
        }
        let cart = self.own("GET", "/v2/cart", None).await.1;
        let in_cart = skus(&cart);
        if in_cart.len() > 1 {
            let sku = self.dice.pick(&in_cart);
            self.own("DELETE", &format!("/v2/cart/items/{sku}"), None).await;
        }
        let mut order = self.check_out(&account).await;
        let list = match self.dice.below(3) {
            0 => self.own("GET", "/v2/orders?status=paid&limit=5", None).await.1,
            _ => self.own("GET", "/v2/orders", None).await.1,
        };
        order = order.or_else(|| list["items"][0]["id"].as_i64());
        if let Some(order) = order {
            self.own("GET", &format!("/v2/orders/{order}"), None).await;
            if first || self.dice.chance(40) {
                self.own("POST", &format!("/v2/orders/{order}/cancel"), None).await;
            }
        }
        if let Some(sku) = bought.filter(|_| first || self.dice.chance(40)) {
            let at = usize::try_from(self.dice.below(PRAISE.len() as u64)).unwrap_or(0);
            if let Some((title, text, rating)) = PRAISE.get(at) {
                let review = json!({"rating": rating, "title": title, "text": text});
                self.own("POST", &format!("/v2/products/{sku}/reviews"), Some(review)).await;
            }
        }
        if first || self.dice.chance(40) {
            let change = match self.dice.below(2) {
                0 => json!({"newsletter": self.dice.chance(70)}),
                _ => json!({"phone": format!("+44 20 7946 0{:03}", self.dice.below(1000)), "newsletter": true}),
            };
            self.own("PATCH", "/v2/me", Some(change)).await;
        }
    }

    async fn check_out(&mut self, account: &Value) -> Option<i64> {
        let name = account["name"].as_str().unwrap_or("Ingrid Holm");
        let street = format!("{} {}", self.dice.pick(&["Quay Street", "Pier Road", "Mole"]), 1 + self.dice.below(90));
        let (city, postcode, country) = match self.dice.below(3) {
            0 => ("Bergen", "5003", "NO"),
            1 => ("Cork", "T12 XY00", "IE"),
            _ => ("Enkhuizen", "1601 AB", "NL"),
        };
        let card = format!("card_{:016x}{:08x}", self.dice.next(), self.dice.below(1 << 32));
        let mut body = json!({
            "address": {"name": name, "street": street, "city": city, "postcode": postcode, "country": country},
            "payment": {"card_token": card},
        });
        if self.dice.chance(30) {
            body["note"] = json!("Please ring twice.");
        }
        self.own("POST", "/v2/checkout", Some(body)).await.1["id"].as_i64()
    }

    pub(super) async fn old_app(&mut self) {
        self.open("GET", "/v1/products").await;
    }

    pub(super) async fn monitor(&mut self) {
        self.open("GET", "/health").await;
    }

    pub(super) async fn staff(&mut self) {
        if self.token.is_none() && !self.log_in(data::STAFF).await {
            return;
        }
        let page = 1 + self.dice.below(2);
        self.own("GET", &format!("/v2/admin/customers?page={page}&limit=10"), None).await;
        let list = self.open("GET", "/v2/products?limit=50").await.1;
        let found = skus(&list);
        let sku = self.dice.pick(&found).to_owned();
        if !sku.is_empty() {
            let stock = 20 + self.dice.below(180);
            self.own("PATCH", &format!("/v2/admin/products/{sku}"), Some(json!({"stock": stock}))).await;
        }
    }

    /// Fetches the list without a credential; logs in only where the shop insists.
    pub(super) async fn newsletter(&mut self) {
        let limit = 10 * (1 + self.dice.below(5));
        let (status, _) = self.own("GET", &format!("/v2/newsletter/subscribers?limit={limit}"), None).await;
        if status == 401 {
            self.log_in(data::STAFF).await;
        }
    }

    pub(super) async fn export(&mut self) {
        self.open("GET", "/internal/export/customers").await;
    }
}
