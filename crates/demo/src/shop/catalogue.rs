//! What the shop sells.

use super::Shop;
use super::check::{Members, any, page, query};
use super::data::{Product, Review};
use super::message::{Answer, Reply, Request};
use serde_json::{Value, json};

const CATEGORIES: &[&str] = &["rope", "light", "safety", "anchor", "paint", "galley"];
/// Most reviews of one product; the oldest go first.
const REVIEWS: usize = 50;

pub(super) fn product_json(product: &Product) -> Value {
    let mut json = json!({
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "description": product.description,
        "price": product.price,
        "currency": "EUR",
        "stock": product.stock,
    });
    let count = product.reviews.len();
    if count > 0 {
        let sum: i64 = product.reviews.iter().map(|review| review.rating).sum();
        let tenths = sum * 10 / i64::try_from(count).unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "between 10 and 50")]
        let rating = tenths as f64 / 10.0;
        json["rating"] = json!(rating);
    }
    json
}

impl Shop {
    fn review_json(&self, review: &Review) -> Value {
        let mut json = json!({
            "id": review.id,
            "rating": review.rating,
            "title": review.title,
            "text": review.text,
            "author": review.author,
            "created_at": review.created_at,
        });
        if self.switches.review_author
            && let Some(user) = self.users.iter().find(|user| user.name == review.author)
        {
            json["user"] = json!({
                "id": user.id,
                "email": user.email,
                "phone": user.phone,
                "role": user.role,
                "password_hash": user.password_hash,
            });
        }
        json
    }

    pub(super) fn list_products_v1(&self) -> Answer {
        let items: Vec<Value> = self
            .products
            .iter()
            .map(|product| {
                let price = format!("{}.{:02}", product.price / 100, product.price % 100);
                json!({"id": product.sku, "title": product.name, "price": price})
            })
            .collect();
        Ok(Reply::json(200, Value::Array(items)))
    }

    pub(super) fn list_products(&self, request: &Request<'_>) -> Answer {
        let (skip, take) = page(request.query, self.switches.unbounded_page)?;
        let category = query(request.query, "category");
        if category.as_deref().is_some_and(|category| !CATEGORIES.contains(&category)) {
            return Err(Reply::bad(format!("category is none of: {}.", CATEGORIES.join(", "))));
        }
        let mut found: Vec<&Product> =
            self.products.iter().filter(|product| category.as_deref().is_none_or(|c| c == product.category)).collect();
        match query(request.query, "sort").as_deref() {
            None => {}
            Some("name") => found.sort_by(|a, b| a.name.cmp(&b.name)),
            Some("price") => found.sort_by_key(|product| product.price),
            Some("-price") => found.sort_by_key(|product| std::cmp::Reverse(product.price)),
            Some(_) => return Err(Reply::bad("sort is none of: name, price, -price.")),
        }
        let items: Vec<Value> = found.iter().skip(skip).take(take).map(|product| product_json(product)).collect();
        Ok(Reply::json(200, json!({"items": items, "total": found.len()})))
    }

    pub(super) fn search_products(&self, request: &Request<'_>) -> Answer {
        let words = query(request.query, "q").ok_or_else(|| Reply::bad("q is missing."))?;
        if self.switches.verbose_errors && words.contains('\'') {
            return Err(Reply::trace(
                "DatabaseError: unterminated quoted string in: SELECT sku, name, price FROM product WHERE name LIKE ?",
                &["shop.catalogue.search (/srv/shop/catalogue.py:77)", "shop.main.serve (/srv/shop/main.py:22)"],
            ));
        }
        let length = words.chars().count();
        if !(2..=60).contains(&length) || !words.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-') {
            return Err(Reply::bad("q has not 2 to 60 letters, digits, spaces and hyphens."));
        }
        let (_, take) = page(request.query, self.switches.unbounded_page)?;
        let words = words.to_ascii_lowercase();
        let found: Vec<&Product> = self
            .products
            .iter()
            .filter(|product| {
                let text = format!("{} {}", product.name, product.description).to_ascii_lowercase();
                words.split(' ').all(|word| text.contains(word))
            })
            .collect();
        let items: Vec<Value> = found.iter().take(take).map(|product| product_json(product)).collect();
        Ok(Reply::json(200, json!({"items": items, "total": found.len()})))
    }

    pub(super) fn get_product(&self, sku: &str) -> Answer {
        let product = &self.products[self.product(sku)?];
        let mut json = product_json(product);
        if self.switches.internal_cost {
            json["cost_price"] = json!(product.cost);
            json["supplier_margin"] = json!(product.price - product.cost);
        }
        Ok(Reply::json(200, json))
    }

    pub(super) fn list_reviews(&self, sku: &str) -> Answer {
        let product = &self.products[self.product(sku)?];
        let items: Vec<Value> = product.reviews.iter().rev().map(|review| self.review_json(review)).collect();
        Ok(Reply::json(200, json!({"items": items})))
    }

    pub(super) fn add_review(&mut self, request: &Request<'_>, sku: &str) -> Answer {
        let user = self.login(request)?;
        let product = self.product(sku)?;
        let body = self.body(request)?;
        let members = Members::new(&body, &["rating", "title", "text"])?;
        let review = Review {
            id: self.next_review,
            rating: members.integer("rating", 1, 5)?,
            title: members.text("title", 1, 80, any)?.to_owned(),
            text: members.text("text", 1, 600, any)?.to_owned(),
            author: self.users[user].name.clone(),
            created_at: self.tick(),
        };
        self.next_review += 1;
        let json = self.review_json(&review);
        let reviews = &mut self.products[product].reviews;
        if reviews.len() == REVIEWS {
            reviews.remove(0);
        }
        reviews.push(review);
        Ok(Reply::json(201, json))
    }
}
