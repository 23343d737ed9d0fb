//! The shop itself: state in memory, one request at a time.

mod account;
mod cart;
mod catalogue;
pub(crate) mod check;
pub(crate) mod data;
pub(crate) mod message;
mod orders;
mod staff;

use crate::Switches;
use data::{Order, Product, User};
use message::{Answer, Reply, Request};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Most sessions, orders and addresses under watch that are kept; the oldest go first.
const SESSIONS: usize = 1_000;
const ORDERS: usize = 1_000;
const WATCHED: usize = 1_000;
/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(3_600);

pub(crate) struct Shop {
    switches: Switches,
    products: Vec<Product>,
    users: Vec<User>,
    orders: Vec<Order>,
    sessions: BTreeMap<String, Login>,
    /// E-mail address to the number of failed log-ins and the time of the first.
    failures: BTreeMap<String, (u32, Duration)>,
    logins: u64,
    next_order: i64,
    next_review: i64,
    minute: i64,
}

struct Login {
    user: usize,
    number: u64,
    until: Duration,
}

impl Shop {
    pub(crate) fn new(switches: Switches) -> Self {
        let products = data::products();
        let users = data::users();
        let orders = data::orders(&users, &products);
        Self {
            switches,
            next_order: data::FIRST_ORDER + i64::try_from(orders.len()).unwrap_or(0),
            next_review: 1 + products
                .iter()
                .map(|product| i64::try_from(product.reviews.len()).unwrap_or(0))
                .sum::<i64>(),
            products,
            users,
            orders,
            sessions: BTreeMap::new(),
            failures: BTreeMap::new(),
            logins: 0,
            minute: 0,
        }
    }

    pub(crate) fn answer(&mut self, request: &Request<'_>) -> Reply {
        self.route(request).unwrap_or_else(|refusal| refusal)
    }

    fn route(&mut self, request: &Request<'_>) -> Answer {
        let path: Vec<&str> = request.path.strip_prefix('/').unwrap_or(request.path).splitn(7, '/').collect();
        let method = request.method;
        let allow = match path.as_slice() {
            ["health"] => match method {
                "GET" => return Ok(Reply::json(200, serde_json::json!({"status": "ok"}))),
                _ => "GET",
            },
            ["v1", "products"] if self.switches.legacy_v1 => match method {
                "GET" => return self.list_products_v1(),
                _ => "GET",
            },
            ["v2", "products"] => match method {
                "GET" => return self.list_products(request),
                _ => "GET",
            },
            ["v2", "products", "search"] => match method {
                "GET" => return self.search_products(request),
                _ => "GET",
            },
            ["v2", "products", sku] => match method {
                "GET" => return self.get_product(sku),
                _ => "GET",
            },
            ["v2", "products", sku, "reviews"] => match method {
                "GET" => return self.list_reviews(sku),
                "POST" => return self.add_review(request, sku),
                _ => "GET, POST",
            },
            ["v2", "login"] => match method {
                "POST" => return self.log_in(request),
                _ => "POST",
            },
            ["v2", "me"] => match method {
                "GET" => return self.get_account(request),
                "PATCH" => return self.update_account(request),
                _ => "GET, PATCH",
            },
            ["v2", "cart"] => match method {
                "GET" => return self.get_cart(request),
                _ => "GET",
            },
            ["v2", "cart", "items"] => match method {
                "POST" => return self.add_to_cart(request),
                _ => "POST",
            },
            ["v2", "cart", "items", sku] => match method {
                "DELETE" => return self.remove_from_cart(request, sku),
                _ => "DELETE",
            },
            ["v2", "checkout"] => match method {
                "POST" => return self.check_out(request),
                _ => "POST",
            },
            ["v2", "orders"] => match method {
                "GET" => return self.list_orders(request),
                _ => "GET",
            },
            ["v2", "orders", id] => match method {
                "GET" => return self.get_order(request, id),
                _ => "GET",
            },
            ["v2", "orders", id, "cancel"] => match method {
                "POST" => return self.cancel_order(request, id),
                _ => "POST",
            },
            ["v2", "newsletter", "subscribers"] => match method {
                "GET" => return self.list_subscribers(request),
                _ => "GET",
            },
            ["v2", "admin", "customers"] => match method {
                "GET" => return self.list_customers(request),
                _ => "GET",
            },
            ["v2", "admin", "products", sku] => match method {
                "PATCH" => return self.update_product(request, sku),
                _ => "PATCH",
            },
            ["internal", "export", "customers"] if self.switches.shadow_export => match method {
                "GET" => return Ok(self.export_customers()),
                _ => "GET",
            },
            _ => return Err(Reply::not_found()),
        };
        Err(Reply::problem(405, "Method not allowed", format!("Allowed here: {allow}.")).with("allow", allow))
    }

    /// The place of the logged-in user in the list of users.
    fn login(&self, request: &Request<'_>) -> Result<usize, Reply> {
        let login = request.bearer.and_then(|token| self.sessions.get(token));
        login.filter(|login| login.until > request.now).map(|login| login.user).ok_or_else(Reply::unauthenticated)
    }

    fn staff(&self, request: &Request<'_>) -> Result<usize, Reply> {
        let user = self.login(request)?;
        if self.users[user].role == "staff" { Ok(user) } else { Err(Reply::forbidden()) }
    }

    /// The JSON body of a request.
    fn body(&self, request: &Request<'_>) -> Result<Value, Reply> {
        if request.media_type != Some("application/json") {
            return Err(Reply::problem(415, "Media type not supported", "Send application/json."));
        }
        serde_json::from_slice(request.body).map_err(|error| {
            if self.switches.verbose_errors {
                return Reply::trace(
                    &format!("BodyDecodeError: {error}"),
                    &[
                        "shop.web.body.decode (/srv/shop/web/body.py:41)",
                        "shop.web.route.call (/srv/shop/web/route.py:118)",
                        "shop.main.serve (/srv/shop/main.py:22)",
                    ],
                );
            }
            Reply::bad("The body is not JSON.")
        })
    }

    fn product(&self, sku: &str) -> Result<usize, Reply> {
        self.products.iter().position(|product| product.sku == sku).ok_or_else(Reply::not_found)
    }

    /// The shop's own clock: a minute for everything that is made, so that answers depend on requests alone.
    fn tick(&mut self) -> String {
        self.minute += 1;
        data::moment(self.minute)
    }
}

#[cfg(test)]
mod tests;
