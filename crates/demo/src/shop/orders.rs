//! What a customer has bought.

use super::Shop;
use super::cart::item_json;
use super::check::{page, query};
use super::data::Order;
use super::message::{Answer, Reply, Request};
use serde_json::{Value, json};

const STATUSES: &[&str] = &["paid", "shipped", "delivered", "cancelled"];

pub(super) fn order_json(order: &Order, leak_card: bool) -> Value {
    let items: Vec<Value> =
        order.items.iter().map(|(sku, name, quantity, price)| item_json(sku, name, *quantity, *price)).collect();
    let address = &order.address;
    let mut json = json!({
        "id": order.id,
        "status": order.status,
        "items": items,
        "total": order.total(),
        "currency": "EUR",
        "address": {
            "name": address.name,
            "street": address.street,
            "city": address.city,
            "postcode": address.postcode,
            "country": address.country,
        },
        "card": order.card.get(order.card.len().saturating_sub(4)..).unwrap_or_default(),
        "created_at": order.created_at,
    });
    if let Some(note) = &order.note {
        json["note"] = json!(note);
    }
    if leak_card {
        json["card_number"] = json!(order.card);
    }
    json
}

impl Shop {
    pub(super) fn list_orders(&self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        let (skip, take) = page(request.query, self.switches.unbounded_page)?;
        let status = query(request.query, "status");
        if status.as_deref().is_some_and(|status| !STATUSES.contains(&status)) {
            return Err(Reply::bad(format!("status is none of: {}.", STATUSES.join(", "))));
        }
        let own: Vec<&Order> = self
            .orders
            .iter()
            .rev()
            .filter(|order| order.owner == user && status.as_deref().is_none_or(|status| status == order.status))
            .collect();
        let items: Vec<Value> = own
            .iter()
            .skip(skip)
            .take(take)
            .map(|order| {
                json!({
                    "id": order.id,
                    "status": order.status,
                    "total": order.total(),
                    "created_at": order.created_at,
                })
            })
            .collect();
        Ok(Reply::json(200, json!({"items": items, "total": own.len()})))
    }

    /// The place of an order in the list. With the defect on, whose order it is does not matter for reading.
    fn order(&self, user: usize, id: &str, any_owner: bool) -> Result<usize, Reply> {
        let id: i64 = id.parse().map_err(|_| Reply::not_found())?;
        let found = self.orders.iter().position(|order| order.id == id && (any_owner || order.owner == user));
        found.ok_or_else(Reply::not_found)
    }

    pub(super) fn get_order(&self, request: &Request<'_>, id: &str) -> Answer {
        let user = self.login(request)?;
        let order = self.order(user, id, self.switches.bola_orders)?;
        Ok(Reply::json(200, order_json(&self.orders[order], self.switches.card_number)))
    }

    pub(super) fn cancel_order(&mut self, request: &Request<'_>, id: &str) -> Answer {
        let user = self.login(request)?;
        let order = self.order(user, id, false)?;
        let order = &mut self.orders[order];
        if order.status != "paid" {
            return Err(Reply::problem(409, "Too late", "The order has left the shop."));
        }
        order.status = "cancelled";
        let leak = self.switches.card_number;
        Ok(Reply::json(200, order_json(order, leak)))
    }
}
