//! What a value is, by its own shape and check digits.

use crate::Kind;

/// Longest value looked at in full, in bytes; of longer ones only the head is looked at.
const MAX_VALUE: usize = 8 << 10;

/// The kind of sensitive data a value proves to be by itself. Never says `Password`: that takes a name.
pub fn value_kind(value: &str) -> Option<Kind> {
    let value = value.trim();
    if value.len() < 6 {
        return None;
    }
    if value.starts_with("-----BEGIN ") && value.get(..64).unwrap_or(value).contains("PRIVATE KEY-----") {
        return Some(Kind::PrivateKey);
    }
    if value.len() > MAX_VALUE {
        return None;
    }
    match value.as_bytes().first() {
        Some(b'$') if password_hash(value) => return Some(Kind::PasswordHash),
        Some(b'{') if value.starts_with("{SSHA}") || value.starts_with("{SHA}") => return Some(Kind::PasswordHash),
        Some(b'p') if value.starts_with("pbkdf2_sha") || value.starts_with("pbkdf2:sha") => {
            return Some(Kind::PasswordHash);
        }
        Some(b's') if value.starts_with("scrypt:") && value.matches('$').count() == 2 => {
            return Some(Kind::PasswordHash);
        }
        Some(b'e') if jwt(value) => return Some(Kind::Token),
        Some(b'+') if phone(value) => return Some(Kind::Phone),
        Some(b'0'..=b'9') => {
            if crate::us_ssn(value) {
                return Some(Kind::NationalId);
            }
            if crate::luhn(value) {
                return Some(Kind::CardNumber);
            }
        }
        Some(b'A'..=b'Z') if crate::iban(value) => return Some(Kind::BankAccount),
        _ => {}
    }
    if service_key(value) {
        return Some(Kind::CloudKey);
    }
    email(value).then_some(Kind::Email)
}

fn password_hash(value: &str) -> bool {
    let bcrypt = ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| value.starts_with(prefix)) && value.len() == 60;
    bcrypt
        || ["$argon2", "$scrypt$", "$pbkdf2", "$6$", "$5$", "$1$", "$y$"].iter().any(|prefix| value.starts_with(prefix))
            && value.len() >= 20
            && value.matches('$').count() >= 3
}

fn base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Three base64url parts, the first of which begins like `{"`.
pub(crate) fn jwt(value: &str) -> bool {
    let mut parts = value.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(head), Some(body), Some(signature), None) => {
            head.starts_with("eyJ")
                && head.len() >= 10
                && body.len() >= 2
                && [head, body, signature].iter().all(|part| part.bytes().all(base64url))
        }
        _ => false,
    }
}

/// Prefix, shortest and longest length of keys whose issuers publish their shape.
const SERVICE_KEYS: [(&str, usize, usize); 17] = [
    ("AKIA", 20, 20),
    ("ASIA", 20, 20),
    ("AIza", 39, 39),
    ("ghp_", 40, 255),
    ("gho_", 40, 255),
    ("ghs_", 40, 255),
    ("github_pat_", 40, 255),
    ("glpat-", 26, 255),
    ("sk_live_", 20, 255),
    ("rk_live_", 20, 255),
    ("sk_test_", 20, 255),
    ("xoxb-", 20, 255),
    ("xoxp-", 20, 255),
    ("SG.", 60, 80),
    ("npm_", 40, 40),
    ("hf_", 34, 60),
    ("dop_v1_", 71, 71),
];

fn service_key(value: &str) -> bool {
    SERVICE_KEYS.iter().any(|(prefix, least, most)| {
        value.len() >= *least
            && value.len() <= *most
            && value.starts_with(prefix)
            && value.bytes().all(|byte| base64url(byte) || byte == b'.')
    })
}

fn email(value: &str) -> bool {
    if value.len() > 254 {
        return false;
    }
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte);
    !local.is_empty()
        && local.len() <= 64
        && local.bytes().all(plain)
        && domain.contains('.')
        && domain
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

fn phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (8..=15).contains(&digits)
        && value.bytes().skip(1).all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'(' | b')' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_prove_themselves() {
        let bcrypt = format!("$2b$12${}", "a".repeat(53));
        let cases: [(&str, Option<Kind>); 17] = [
            (&bcrypt, Some(Kind::PasswordHash)),
            ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b", Some(Kind::PasswordHash)),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", Some(Kind::Token)),
            ("AKIAIOSFODNN7EXAMPLE", Some(Kind::CloudKey)),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", Some(Kind::PrivateKey)),
            ("-----BEGIN CERTIFICATE-----\nMIIE", None),
            ("4111 1111 1111 1111", Some(Kind::CardNumber)),
            ("4111 1111 1111 1112", None),
            ("GB82WEST12345698765432", Some(Kind::BankAccount)),
            ("536-22-8726", Some(Kind::NationalId)),
            ("someone@example.org", Some(Kind::Email)),
            ("not an email @ all", None),
            ("+44 20 7946 0958", Some(Kind::Phone)),
            ("2026-11-22T12:00:00Z", None),
            ("550e8400-e29b-41d4-a716-446655440000", None),
            ("eyJ.x", None),
            ("plain words here", None),
        ];
        for (value, kind) in cases {
            assert_eq!(value_kind(value), kind, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_panic(text in "\\PC{0,80}") {
            let _ = value_kind(&text);
            let _ = crate::field_kind(&text);
            let _ = crate::redact(&text);
            let _ = crate::kind_of(&text, &text);
        }
    }
}
