//! Logging in, and what the shop knows about a customer.

use super::check::{Members, any, name_character, phone_character};
use super::data::{self, User};
use super::message::{Answer, Reply, Request};
use super::{Login, SESSION, SESSIONS, Shop, WATCHED};
use serde_json::{Value, json};
use std::time::Duration;

/// Failed log-ins for one address before it is closed, and for how long.
const TRIES: u32 = 5;
const CLOSED: Duration = Duration::from_secs(60);

impl Shop {
    fn account_json(&self, user: &User) -> Value {
        let mut json = json!({
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "phone": user.phone,
            "role": user.role,
            "newsletter": user.newsletter,
            "created_at": user.created_at,
        });
        if self.switches.password_hash {
            json["password_hash"] = json!(user.password_hash);
        }
        json
    }

    pub(super) fn log_in(&mut self, request: &Request<'_>) -> Answer {
        let body = self.body(request)?;
        let members = Members::new(&body, &["email", "password"])?;
        let email = members.text("email", 3, 120, any)?;
        let password = members.text("password", 8, 72, any)?;
        if !email.contains('@') {
            return Err(Reply::bad("email is not an e-mail address."));
        }
        if !self.switches.login_unlimited
            && let Some((tries, first)) = self.failures.get(email)
            && *tries >= TRIES
            && let Some(left) = (*first + CLOSED).checked_sub(request.now).filter(|left| !left.is_zero())
        {
            let seconds = left.as_secs().clamp(1, 60).to_string();
            return Err(Reply::problem(429, "Too many tries", "Come back later.").with("retry-after", seconds));
        }
        let found = self.users.iter().position(|user| user.email == email);
        let hash = data::password_hash(email, password);
        let Some(user) = found.filter(|user| self.users[*user].password_hash == hash) else {
            self.failed(email, request.now);
            let detail = match (self.switches.login_oracle, found) {
                (true, None) => "No account has this e-mail address.",
                (true, Some(_)) => "The password is wrong.",
                (false, _) => "The e-mail address or the password is wrong.",
            };
            return Err(Reply::problem(401, "Not logged in", detail).with("www-authenticate", "Bearer"));
        };
        self.failures.remove(email);
        self.logins += 1;
        let token = format!("hs_{}", &data::hex(&data::digest(&["session", email, &self.logins.to_string()]))[..48]);
        self.sessions.retain(|_, login| login.until > request.now);
        if self.sessions.len() >= SESSIONS {
            let oldest = self.sessions.iter().min_by_key(|(_, login)| login.number).map(|(token, _)| token.clone());
            oldest.and_then(|token| self.sessions.remove(&token));
        }
        let login = Login { user, number: self.logins, until: request.now + SESSION };
        self.sessions.insert(token.clone(), login);
        Ok(Reply::json(200, json!({"token": token, "expires_in": SESSION.as_secs()})))
    }

    fn failed(&mut self, email: &str, now: Duration) {
        self.failures.retain(|_, (_, first)| *first + CLOSED > now);
        if self.failures.len() < WATCHED || self.failures.contains_key(email) {
            let entry = self.failures.entry(email.to_owned()).or_insert((0, now));
            entry.0 = entry.0.saturating_add(1);
        }
    }

    pub(super) fn get_account(&self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        Ok(Reply::json(200, self.account_json(&self.users[user])))
    }

    pub(super) fn update_account(&mut self, request: &Request<'_>) -> Answer {
        let user = self.login(request)?;
        let body = self.body(request)?;
        let known: &[&str] = if self.switches.mass_assignment {
            &["name", "phone", "newsletter", "role"]
        } else {
            &["name", "phone", "newsletter"]
        };
        let members = Members::new(&body, known)?;
        if members.is_empty() {
            return Err(Reply::bad("The body changes nothing."));
        }
        let name = members.optional_text("name", 1, 80, name_character)?;
        if name.is_some_and(|name| !name.starts_with(|c: char| c.is_ascii_alphabetic())) {
            return Err(Reply::bad("name does not start with a letter."));
        }
        let phone = members.optional_text("phone", 7, 20, phone_character)?;
        if phone.is_some_and(|phone| !phone.starts_with('+') || phone[1..].contains('+')) {
            return Err(Reply::bad("phone is not a number with its country code."));
        }
        let newsletter = members.optional_bool("newsletter")?;
        let role = members.optional_text("role", 1, 20, any)?;
        let account = &mut self.users[user];
        if let Some(name) = name {
            name.clone_into(&mut account.name);
        }
        if let Some(phone) = phone {
            phone.clone_into(&mut account.phone);
        }
        account.newsletter = newsletter.unwrap_or(account.newsletter);
        match role {
            Some("staff") => account.role = "staff",
            Some("customer") => account.role = "customer",
            _ => {}
        }
        Ok(Reply::json(200, self.account_json(&self.users[user])))
    }
}
