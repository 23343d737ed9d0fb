//! What a customer is about to buy.

use super::Shop;
use super::check::{Members, any, is_sku, name_character};
use super::data::{Address, Order};
use super::message::{Answer, Reply, Request};
use super::{ORDERS, orders};
use serde_json::{Value, json};

/// Most different products in a cart.
const CART: usize = 50;

pub(super) fn item_json(sku: &str, name: &str, quantity: i64, price: i64) -> Value {
    json!({"sku": sku, "name": name, "quantity": quantity, "price": price})
}

impl Shop {
    /// Stock number, name, quantity and price of what is in a cart.
    fn cart_items(&self, user: usize) -> Vec<(String, String, i64, i64)> {
        let lines = self.users[user].cart.iter();
        lines
            .filter_map(|(sku, quantity)| {
                let product = self.products.iter().find(|product| product.sku == *sku)?;
                Some((sku.clone(), product.name.clone(), *quantity, product.price))
            })
            .collect()
    }

    fn cart_json(&self, user: usize) -> Value {
        let items = self.cart_items(user);
        let total: i64 = items.iter().map(|(_, _, quantity, price)| quantity * price).sum();
        let items: Vec<Value> =
            items.iter().map(|(sku, name, quantity, price)| item_json(sku, name, *quantity, *price)).collect();
        json!({"items": items, "total": total, "currency": "EUR"})
    }

    pub(super) fn get_cart(&self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        Ok(Reply::json(200, self.cart_json(user)))
    }

    pub(super) fn add_to_cart(&mut self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        let body = self.body(request)?;
        let members = Members::new(&body, &["sku", "quantity"])?;
        let sku = members.text("sku", 8, 8, any)?;
        if !is_sku(sku) {
            return Err(Reply::bad("sku is not a stock number."));
        }
        let quantity = members.integer("quantity", 1, 20)?;
        self.product(sku)?;
        let cart = &mut self.users[user].cart;
        let full = cart.len() == CART;
        match cart.iter_mut().find(|(known, _)| known == sku) {
            Some((_, count)) => *count = (*count + quantity).min(20),
            None if full => return Err(Reply::bad("The cart is full.")),
            None => cart.push((sku.to_owned(), quantity)),
        }
        Ok(Reply::json(201, self.cart_json(user)))
    }

    pub(super) fn remove_from_cart(&mut self, request: &Request<'_>, sku: &str) -> Answer {
        let user = self.login(request)?;
        let cart = &mut self.users[user].cart;
        let at = cart.iter().position(|(known, _)| known == sku).ok_or_else(Reply::not_found)?;
        cart.remove(at);
        Ok(Reply::empty())
    }

    pub(super) fn check_out(&mut self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        let body = self.body(request)?;
        let members = Members::new(&body, &["address", "payment", "note"])?;
        let address = address(members.get("address")?)?;
        let payment = Members::new(members.get("payment")?, &["card_token"])?;
        let token = payment.text("card_token", 20, 40, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')?;
        let digits = token.strip_prefix("card_").ok_or_else(|| Reply::bad("card_token is not one of ours."))?;
        if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(Reply::bad("card_token is not one of ours."));
        }
        let note = members.optional_text("note", 0, 200, any)?.map(str::to_owned);
        let items = self.cart_items(user);
        if items.is_empty() {
            return Err(Reply::problem(409, "Nothing to buy", "The cart is empty."));
        }
        let created_at = self.tick();
        let order = Order {
            id: self.next_order,
            owner: user,
            status: "paid",
            items,
            address,
            card: self.users[user].card,
            note,
            created_at,
        };
        self.next_order += 1;
        self.users[user].cart.clear();
        let json = orders::order_json(&order, self.switches.card_number);
        if self.orders.len() >= ORDERS {
            self.orders.remove(0);
        }
        self.orders.push(order);
        Ok(Reply::json(201, json))
    }
}

fn address(value: &Value) -> Result<Address, Reply> {
    let members = Members::new(value, &["name", "street", "city", "postcode", "country"])?;
    let name = members.text("name", 1, 80, name_character)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Reply::bad("name does not start with a letter."));
    }
    let code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ' || c == '-';
    Ok(Address {
        name: name.to_owned(),
        street: members.text("street", 1, 120, any)?.to_owned(),
        city: members.text("city", 1, 80, any)?.to_owned(),
        postcode: members.text("postcode", 3, 10, code)?.to_owned(),
        country: members.text("country", 2, 2, |c| c.is_ascii_uppercase())?.to_owned(),
    })
}
