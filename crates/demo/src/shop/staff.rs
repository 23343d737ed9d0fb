//! For the people who run the shop.

use super::Shop;
use super::catalogue::product_json;
use super::check::{Members, page};
use super::data::User;
use super::message::{Answer, Reply, Request};
use serde_json::{Value, json};

impl Shop {
    fn customers(&self) -> impl Iterator<Item = (usize, &User)> {
        self.users.iter().enumerate().filter(|(_, user)| user.email != super::data::STAFF)
    }

    pub(super) fn list_customers(&self, request: &Request<'_>) -> Answer {
        if self.switches.bfla_admin {
            self.login(request)?;
        } else {
            self.staff(request)?;
        }
        let (skip, take) = page(request.query, self.switches.unbounded_page)?;
        let items: Vec<Value> = self
            .customers()
            .skip(skip)
            .take(take)
            .map(|(at, user)| {
                let orders = self.orders.iter().filter(|order| order.owner == at).count();
                json!({"id": user.id, "email": user.email, "name": user.name, "orders": orders})
            })
            .collect();
        Ok(Reply::json(200, json!({"items": items, "total": self.customers().count()})))
    }

    pub(super) fn list_subscribers(&self, request: &Request<'_>) -> Answer {
        if !self.switches.open_subscribers {
            self.staff(request)?;
        }
        let (_, take) = page(request.query, self.switches.unbounded_page)?;
        let items: Vec<Value> = self
            .customers()
            .filter(|(_, user)| user.newsletter)
            .take(take)
            .map(|(_, user)| json!({"email": user.email, "name": user.name}))
            .collect();
        Ok(Reply::json(200, json!({"items": items})))
    }

    pub(super) fn update_product(&mut self, request: &Request<'_>, sku: &str) -> Answer {
        self.staff(request)?;
        let product = self.product(sku)?;
        let body = self.body(request)?;
        let members = Members::new(&body, &["price", "stock"])?;
        if members.is_empty() {
            return Err(Reply::bad("The body changes nothing."));
        }
        let price = members.optional_integer("price", 0, 100_000_000)?;
        let stock = members.optional_integer("stock", 0, 1_000_000)?;
        let product = &mut self.products[product];
        product.price = price.unwrap_or(product.price);
        product.stock = stock.unwrap_or(product.stock);
        Ok(Reply::json(200, product_json(product)))
    }

    /// The undocumented export.
    pub(super) fn export_customers(&self) -> Reply {
        let customers: Vec<Value> = self
            .customers()
            .map(|(at, user)| {
                let spent: i64 = self.orders.iter().filter(|order| order.owner == at).map(super::Order::total).sum();
                json!({"id": user.id, "email": user.email, "name": user.name, "phone": user.phone, "spent": spent})
            })
            .collect();
        Reply::json(200, json!({"count": customers.len(), "customers": customers}))
    }
}
