//! Reads parameters and bodies and refuses what the contract does not allow.

use super::message::Reply;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The members of a body that is a JSON object.
pub(crate) struct Members<'a> {
    map: &'a Map<String, Value>,
}

impl<'a> Members<'a> {
    /// Refuses members outside `known`.
    pub(crate) fn new(body: &'a Value, known: &[&str]) -> Result<Self, Reply> {
        let map = body.as_object().ok_or_else(|| Reply::bad("The body is not a JSON object."))?;
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(_) => Err(Reply::bad(format!("The body has a member that is none of: {}.", known.join(", ")))),
            None => Ok(Self { map }),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Result<&'a Value, Reply> {
        self.map.get(name).ok_or_else(|| Reply::bad(format!("The body lacks {name}.")))
    }

    /// A text of `min..=max` characters that all satisfy `allowed`.
    pub(crate) fn text(
        &self,
        name: &str,
        min: usize,
        max: usize,
        allowed: impl Fn(char) -> bool,
    ) -> Result<&'a str, Reply> {
        let text = self.get(name)?.as_str().ok_or_else(|| Reply::bad(format!("{name} is not a text.")))?;
        let length = text.chars().count();
        if length < min || length > max {
            return Err(Reply::bad(format!("{name} has not between {min} and {max} characters.")));
        }
        if !text.chars().all(allowed) {
            return Err(Reply::bad(format!("{name} has a character that is not allowed.")));
        }
        Ok(text)
    }

    pub(crate) fn optional_text(
        &self,
        name: &str,
        min: usize,
        max: usize,
        allowed: impl Fn(char) -> bool,
    ) -> Result<Option<&'a str>, Reply> {
        if self.map.contains_key(name) { self.text(name, min, max, allowed).map(Some) } else { Ok(None) }
    }

    pub(crate) fn integer(&self, name: &str, min: i64, max: i64) -> Result<i64, Reply> {
        match self.get(name)?.as_i64() {
            Some(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(Reply::bad(format!("{name} is not a whole number between {min} and {max}."))),
        }
    }

    pub(crate) fn optional_integer(&self, name: &str, min: i64, max: i64) -> Result<Option<i64>, Reply> {
        if self.map.contains_key(name) { self.integer(name, min, max).map(Some) } else { Ok(None) }
    }

    pub(crate) fn optional_bool(&self, name: &str) -> Result<Option<bool>, Reply> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(Reply::bad(format!("{name} is neither true nor false."))),
        }
    }
}

pub(crate) fn any(_: char) -> bool {
    true
}

pub(crate) fn name_character(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-')
}

pub(crate) fn phone_character(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | ' ')
}

/// `AAA-0000`.
pub(crate) fn is_sku(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 8
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            0..=2 => byte.is_ascii_uppercase(),
            3 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The first value of `name` in a query, decoded; bytes that are no UTF-8 become replacement characters.
pub(crate) fn query<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut ahead = bytes.clone();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                        bytes = ahead;
                    }
                    _ => out.push(b'%'),
                }
            }
            _ => out.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// `page` and `limit` of a list as the number of items to pass over and to take.
pub(crate) fn page(text: &str, unbounded: bool) -> Result<(usize, usize), Reply> {
    let number = |name: &str, max: usize, default: usize| match query(text, name) {
        None => Ok(default),
        Some(value) => match value.parse::<usize>() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Reply::bad(format!("{name} is not a whole number between 1 and {max}."))),
        },
    };
    let limit = number("limit", if unbounded { 1_000_000 } else { 100 }, 20)?;
    let page = number("page", 1000, 1)?;
    Ok(((page - 1).saturating_mul(limit), limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_broken_escapes_stay() {
        assert_eq!(query("a=1&q=red%20rope+12", "q").unwrap(), "red rope 12");
        assert_eq!(query("q=%zz%4", "q").unwrap(), "%zz%4");
        assert_eq!(query("q", "q").unwrap(), "");
        assert_eq!(query("", "q"), None);
    }

    #[test]
    fn a_page_is_bounded_unless_the_defect_is_on() {
        assert_eq!(page("page=3&limit=10", false).unwrap(), (20, 10));
        assert!(page("limit=101", false).is_err());
        assert_eq!(page("limit=101", true).unwrap(), (0, 101));
        assert!(page("page=-1", true).is_err());
    }
}
