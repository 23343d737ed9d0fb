//! What the shop starts with. People, addresses and cards are invented: e-mail addresses end in
//! `example.com`, telephone numbers lie in a range kept for fiction, card numbers are test numbers.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

pub(crate) struct Product {
    pub sku: String,
    pub name: String,
    pub category: &'static str,
    pub description: String,
    /// In cents.
    pub price: i64,
    pub cost: i64,
    pub stock: i64,
    pub reviews: Vec<Review>,
}

pub(crate) struct Review {
    pub id: i64,
    pub rating: i64,
    pub title: String,
    pub text: String,
    pub author: String,
    pub created_at: String,
}

pub(crate) struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub phone: String,
    pub role: &'static str,
    pub newsletter: bool,
    pub created_at: String,
    pub password_hash: String,
    pub card: &'static str,
    pub address: Address,
    /// Stock number and quantity.
    pub cart: Vec<(String, i64)>,
}

#[derive(Clone)]
pub(crate) struct Address {
    pub name: String,
    pub street: String,
    pub city: String,
    pub postcode: String,
    pub country: String,
}

pub(crate) struct Order {
    pub id: i64,
    /// Place of the owner in the list of users.
    pub owner: usize,
    pub status: &'static str,
    /// Stock number, name, quantity and price.
    pub items: Vec<(String, String, i64, i64)>,
    pub address: Address,
    pub card: &'static str,
    pub note: Option<String>,
    pub created_at: String,
}

impl Order {
    pub(crate) fn total(&self) -> i64 {
        self.items.iter().map(|(_, _, quantity, price)| quantity * price).sum()
    }
}

/// The time of the shop's `minute`-th minute.
pub(crate) fn moment(minute: i64) -> String {
    const OPENED: i64 = 1_793_523_600; // 2026-11-01T09:00:00Z
    jiff::Timestamp::from_second(OPENED + 60 * minute).map(|time| time.to_string()).unwrap_or_default()
}

const CATALOGUE: &[(&str, &str, &str, &[&str])] = &[
    (
        "ROP",
        "rope",
        "Laid and braided to hold",
        &["Dock line", "Halyard", "Heaving line", "Anchor rode", "Whipping twine"],
    ),
    ("LMP", "light", "Seen from two miles off", &["Masthead lamp", "Cabin lantern", "Signal torch", "Stern lamp"]),
    (
        "SAF",
        "safety",
        "Checked twice before it is sold",
        &["Life vest", "Throw ring", "Fog horn", "Flare case", "Jackstay"],
    ),
    ("ANC", "anchor", "Holds in sand and in mud", &["Plough anchor", "Grapnel", "Chain, per metre"]),
    ("PNT", "paint", "Dries in salt air", &["Deck paint", "Hull primer", "Varnish"]),
    ("GAL", "galley", "Stays put when the boat does not", &["Kettle", "Gimballed stove", "Enamel mug", "Bread tin"]),
];

pub(crate) fn products() -> Vec<Product> {
    let mut products = Vec::new();
    let mut review = 0;
    for (prefix, category, claim, names) in CATALOGUE {
        for (at, name) in (1_i64..).zip(*names) {
            let price = 450
                + (at * 1373 + i64::from(prefix.as_bytes().iter().map(|b| u32::from(*b)).sum::<u32>()) * 37) % 9_000;
            let reviews = (0..1 + at % 3)
                .map(|turn| {
                    review += 1;
                    Review {
                        id: review,
                        rating: 3 + (at + turn) % 3,
                        title: ["Does its work", "Worth the money", "Better than the old one"]
                            .get(usize::try_from(turn).unwrap_or(0))
                            .copied()
                            .unwrap_or("Good")
                            .to_owned(),
                        text: format!("Two seasons on board and the {} is as good as new.", name.to_lowercase()),
                        author: PEOPLE[usize::try_from(review).unwrap_or(0) % PEOPLE.len()].0.to_owned(),
                        created_at: moment(review * 17 - 40_000),
                    }
                })
                .collect();
            products.push(Product {
                sku: format!("{prefix}-{:04}", at * 7 + 5),
                name: (*name).to_owned(),
                category,
                description: format!("{name}. {claim}."),
                price,
                cost: price * 58 / 100,
                stock: 20 + (price * 7) % 180,
                reviews,
            });
        }
    }
    products
}

/// Name, first name in the e-mail address, city, postcode, country.
const PEOPLE: &[(&str, &str, &str, &str, &str)] = &[
    ("Ingrid Holm", "ingrid", "Bergen", "5003", "NO"),
    ("Tomas Reyes", "tomas", "Vigo", "36202", "ES"),
    ("Aoife Brennan", "aoife", "Cork", "T12 XY00", "IE"),
    ("Jeroen Visser", "jeroen", "Enkhuizen", "1601 AB", "NL"),
    ("Marta Nowak", "marta", "Gdynia", "81-300", "PL"),
    ("Luc Tanguy", "luc", "Brest", "29200", "FR"),
    ("Sofia Marino", "sofia", "Trieste", "34121", "IT"),
    ("Henrik Lund", "henrik", "Aarhus", "8000", "DK"),
    ("Elif Aydin", "elif", "Izmir", "35210", "TR"),
    ("Peter Kask", "peter", "Tallinn", "10111", "EE"),
    ("Nora Quist", "nora", "Gothenburg", "41104", "SE"),
    ("Mallory Pike", "mallory", "Hull", "HU1 1AA", "GB"),
];

/// The person of the staff.
pub(crate) const STAFF: &str = "staff@example.com";

/// The customer who is up to no good.
pub(crate) const HOSTILE: &str = "mallory@example.com";

const CARDS: &[&str] = &["4111111111111111", "5555555555554444", "4242424242424242", "4012888888881881"];

/// E-mail addresses of the customers who mean well.
pub(crate) fn honest() -> impl Iterator<Item = String> {
    PEOPLE.iter().map(|person| format!("{}@example.com", person.1)).filter(|email| email != HOSTILE)
}

/// The password of a demo account.
pub(crate) fn password(email: &str) -> String {
    format!("harbour-{}", email.split('@').next().unwrap_or_default())
}

/// What is kept instead of a password: a salted SHA-256, as `{SSHA256}` and base64 of digest and salt.
pub(crate) fn password_hash(email: &str, password: &str) -> String {
    let salt = &digest(&["salt", email])[..8];
    let mut kept = Sha256::new().chain_update(password).chain_update(salt).finalize().to_vec();
    kept.extend_from_slice(salt);
    format!("{{SSHA256}}{}", base64::engine::general_purpose::STANDARD.encode(kept))
}

pub(crate) fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A version 4 UUID that follows from the e-mail address.
fn id(email: &str) -> String {
    let mut bytes = digest(&["user", email]);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex(&bytes[..16]);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

pub(crate) fn users() -> Vec<User> {
    let mut users: Vec<User> = (0_i64..)
        .zip(PEOPLE)
        .zip(CARDS.iter().cycle())
        .map(|((at, (name, first, city, postcode, country)), card)| {
            let email = format!("{first}@example.com");
            User {
                id: id(&email),
                password_hash: password_hash(&email, &password(&email)),
                email,
                name: (*name).to_owned(),
                phone: format!("+44 20 7946 0{:03}", 100 + at * 7),
                role: "customer",
                newsletter: at % 3 != 1,
                created_at: moment(at * 311 - 90_000),
                card,
                address: Address {
                    name: (*name).to_owned(),
                    street: format!("Quay Street {}", 3 + at * 4),
                    city: (*city).to_owned(),
                    postcode: (*postcode).to_owned(),
                    country: (*country).to_owned(),
                },
                cart: Vec::new(),
            }
        })
        .collect();
    users.push(User {
        id: id(STAFF),
        email: STAFF.to_owned(),
        name: "Rosa Berg".to_owned(),
        phone: "+44 20 7946 0999".to_owned(),
        role: "staff",
        newsletter: false,
        created_at: moment(-99_000),
        password_hash: password_hash(STAFF, &password(STAFF)),
        card: CARDS[0],
        address: Address {
            name: "Rosa Berg".to_owned(),
            street: "Harbour Square 1".to_owned(),
            city: "Bergen".to_owned(),
            postcode: "5003".to_owned(),
            country: "NO".to_owned(),
        },
        cart: Vec::new(),
    });
    users
}

/// Number of the first order.
pub(crate) const FIRST_ORDER: i64 = 1001;

/// Three orders for every customer.
pub(crate) fn orders(users: &[User], products: &[Product]) -> Vec<Order> {
    let mut orders = Vec::new();
    let customers = users.iter().enumerate().filter(|(_, user)| user.role == "customer");
    let turns = (0..3_i64).flat_map(|turn| customers.clone().map(move |(owner, user)| (turn, owner, user)));
    for (number, (turn, owner, user)) in (0_i64..).zip(turns) {
        let items = products
            .iter()
            .cycle()
            .skip(usize::try_from(number * 5).unwrap_or(0) % products.len())
            .take(1 + usize::try_from(number % 3).unwrap_or(0))
            .map(|product| (product.sku.clone(), product.name.clone(), 1 + number % 4, product.price))
            .collect();
        orders.push(Order {
            id: FIRST_ORDER + number,
            owner,
            status: ["delivered", "shipped", "paid"].get(usize::try_from(turn).unwrap_or(0)).copied().unwrap_or("paid"),
            items,
            address: user.address.clone(),
            card: user.card,
            note: None,
            created_at: moment(number * 53 - 9_000),
        });
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_numbers_and_accounts_are_distinct() {
        let mut skus: Vec<_> = products().into_iter().map(|product| product.sku).collect();
        let count = skus.len();
        skus.sort();
        skus.dedup();
        assert_eq!(skus.len(), count);
        assert!(skus.iter().all(|sku| super::super::check::is_sku(sku)));
        let users = users();
        assert_eq!(users.iter().filter(|user| user.email == HOSTILE || user.role == "staff").count(), 2);
        assert_eq!(moment(0), "2026-11-01T09:00:00Z");
    }
}
