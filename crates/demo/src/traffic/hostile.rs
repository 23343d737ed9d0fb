//! Those who try the door handles. They only ask this shop, and only for what a log would show anyway.

use super::Actor;
use super::client::Ask;
use crate::shop::data;
use serde_json::json;

const PROBES: &[&str] = &[
    "/.env",
    "/.git/config",
    "/admin",
    "/admin/login",
    "/phpmyadmin/",
    "/wp-login.php",
    "/actuator/env",
    "/server-status",
    "/backup.zip",
    "/api/swagger.json",
    "/openapi.json",
    "/graphql",
    "/console",
    "/debug/vars",
    "/v2/products.bak",
    "/v2/users",
    "/v3/products",
    "/cgi-bin/test.sh",
    "/..%2f..%2fetc%2fpasswd",
    "/config.php.old",
];

const INJECTIONS: &[&str] = &[
    "%27%20OR%201%3D1--",
    "rope%27%3B%20DROP%20TABLE%20product%3B--",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "..%2F..%2F..%2Fetc%2Fpasswd",
    "%24%7B7*7%7D",
    "rope%00.png",
    "x%27%20UNION%20SELECT%20email%2Cpassword%20FROM%20users--",
];

impl Actor {
    pub(super) async fn scanner(&mut self) {
        let path = self.dice.pick(PROBES);
        let method = if self.dice.chance(90) { "GET" } else { "HEAD" };
        self.open(method, path).await;
    }

    pub(super) async fn injector(&mut self) {
        let words = self.dice.pick(INJECTIONS);
        let path = match self.dice.below(4) {
            0 => format!("/v2/products?category={words}"),
            1 => format!("/v2/products/{words}"),
            2 => format!("/v2/products?limit={words}"),
            _ => format!("/v2/products/search?q={words}"),
        };
        self.open("GET", &path).await;
    }

    pub(super) async fn mangler(&mut self) {
        let json = "application/json";
        let login = json!({"email": "ingrid@example.com", "password": "harbour-ingrid"}).to_string();
        let (method, path, media_type, body): (&str, &str, &str, Vec<u8>) = match self.dice.below(10) {
            0 => ("POST", "/v2/login", json, b"{\"email\": \"a@example.com\", \"password\": ".to_vec()),
            1 => ("POST", "/v2/login", json, json!({"email": ["a"], "password": {"$ne": null}}).to_string().into()),
            2 => ("POST", "/v2/login", "application/xml", b"<login><email>a</email></login>".to_vec()),
            3 => ("POST", "/v2/login", json, json!({"email": "a".repeat(30_000), "password": "x"}).to_string().into()),
            4 => ("POST", "/v2/login", json, "[".repeat(2_000).into_bytes()),
            5 => ("DELETE", "/v2/products", json, Vec::new()),
            6 => ("PUT", "/v2/products/ROP-0012", json, json!({"price": 1}).to_string().into()),
            7 => ("POST", "/v2/login", "text/plain", login.into_bytes()),
            8 => ("TRACE", "/v2/me", json, Vec::new()),
            _ => ("POST", "/v2/checkout", json, json!({"address": 1, "payment": "free"}).to_string().into()),
        };
        let body = (!body.is_empty()).then_some((media_type, body));
        self.send(Ask { method, path, token: None, body }).await;
    }

    pub(super) async fn thief(&mut self) {
        if self.token.is_none() && !self.log_in(data::HOSTILE).await {
            return;
        }
        let first = u64::try_from(data::FIRST_ORDER).unwrap_or(0) + self.dice.below(30);
        for order in first..first + 4 {
            self.own("GET", &format!("/v2/orders/{order}"), None).await;
        }
        match self.dice.below(4) {
            0 => {
                self.own("PATCH", "/v2/me", Some(json!({"newsletter": true, "role": "staff"}))).await;
                self.own("PATCH", "/v2/me", Some(json!({"newsletter": true, "role": "customer"}))).await;
            }
            1 => {
                self.own("GET", "/v2/admin/customers?limit=100", None).await;
            }
            2 => {
                self.own("POST", "/v2/cart/items", Some(json!({"sku": "ROP-0012", "quantity": -5}))).await;
            }
            _ => {
                let guess = self.dice.below(100_000);
                let body = json!({"email": "tomas@example.com", "password": format!("guess-{guess:05}")});
                let body = Some(("application/json", body.to_string().into_bytes()));
                self.send(Ask { method: "POST", path: "/v2/login", token: None, body }).await;
            }
        }
    }
}
