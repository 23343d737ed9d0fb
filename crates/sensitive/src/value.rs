//! What a value is, by its own shape and check digits.

use crate::{Kind, keys, national};

/// Longest value looked at in full, in bytes; of longer ones only the head is looked at.
pub(crate) const MAX_VALUE: usize = 8 << 10;

/// The kind of sensitive data a value proves to be by itself. Never says `Password`: that takes a name.
///
/// Most values are told by their first byte and their length.
pub fn value_kind(value: &str) -> Option<Kind> {
    let value = value.trim();
    if value.len() < 6 {
        return None;
    }
    let first = *value.as_bytes().first()?;
    if matches!(first, b'-' | b'P') && keys::private_key(value) {
        return Some(Kind::PrivateKey);
    }
    if value.len() > MAX_VALUE {
        return None;
    }
    if let Some(kind) = keys::kind(value) {
        return Some(kind);
    }
    match first {
        b'+' if phone(value) => return Some(Kind::Phone),
        b'0'..=b'9' if value.len() <= 32 => {
            if national::proves_itself(value) {
                return Some(Kind::NationalId);
            }
            if crate::luhn(value) {
                return Some(Kind::CardNumber);
            }
        }
        b'A'..=b'Z' if value.len() <= 42 => {
            if crate::iban(value) {
                return Some(Kind::BankAccount);
            }
            if national::proves_itself(value) {
                return Some(Kind::NationalId);
            }
        }
        _ => {}
    }
    email(value).then_some(Kind::Email)
}

fn email(value: &str) -> bool {
    if value.len() > 254 {
        return false;
    }
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte);
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || !byte.is_ascii())
    };
    // The last label is a word: `app@1.2.3` is a version.
    let top = domain.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(|byte| plain(byte) || !byte.is_ascii())
        && domain.contains('.')
        && top.len() >= 2
        && !top.bytes().all(|byte| byte.is_ascii_digit())
        && domain.split('.').all(label)
}

/// An international number (ITU-T E.164): `+`, a country code, at most fifteen digits.
fn phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (8..=15).contains(&digits)
        && value.len() <= 32
        && value.bytes().find(u8::is_ascii_digit) != Some(b'0')
        && value.bytes().skip(1).all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'(' | b')' | b'.'))
}
