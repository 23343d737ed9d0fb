//! What recording took out of an exchange cannot be held against it.

use palisade_exchange::Exchange;
use palisade_sensitive::REDACTED;

/// The values of a recorded exchange that were redacted.
#[derive(Debug, Clone, Copy)]
pub struct Redactions<'e> {
    exchange: &'e Exchange,
    in_path: bool,
}

impl<'e> Redactions<'e> {
    /// Those of an exchange.
    pub fn of(exchange: &'e Exchange) -> Self {
        Redactions { exchange, in_path: exchange.path.contains(REDACTED) }
    }

    /// True when a reason concerns a value that is not there any more. `location`, `name` and `code` are those of an
    /// [`Issue`](palisade_contract::validate::Issue).
    pub fn hide(&self, location: &str, name: &str, code: &str) -> bool {
        match (location, code) {
            (_, "required" | "undeclared" | "credentials_missing") => false,
            ("header", _) => redacted(&self.exchange.request.headers, name),
            ("cookie", _) => redacted(&self.exchange.request.headers, "cookie"),
            ("response-header", _) => {
                self.exchange.response.as_ref().is_some_and(|response| redacted(&response.message.headers, name))
            }
            ("query", _) => self.in_query(name),
            ("path", code) => self.in_path && code != "unknown_path",
            _ => false,
        }
    }

    fn in_query(&self, name: &str) -> bool {
        palisade_contract::params::pairs(self.exchange.query.as_deref().unwrap_or("")).is_ok_and(|pairs| {
            pairs.iter().any(|(key, value)| key.split('[').next() == Some(name) && value.contains(REDACTED))
        })
    }
}

fn redacted(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(key, value)| key.eq_ignore_ascii_case(name) && value.contains(REDACTED))
}
