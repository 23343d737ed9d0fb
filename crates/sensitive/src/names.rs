//! What a field's name promises.

use crate::Kind;

/// Longest name looked at, in bytes; longer names promise nothing.
const MAX_NAME: usize = 128;

/// The words of an identifier, lower case: `accessToken`, `access_token`, `X-Access-Token` split alike.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            previous_lower = false;
            continue;
        }
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let new_word = character.is_uppercase() && (previous_lower || (next_lower && !word.is_empty()));
        if new_word && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(character.to_lowercase());
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words that make a name speak *about* a secret rather than hold it.
const ABOUT: [&str; 31] = [
    "id",
    "ids",
    "name",
    "type",
    "kind",
    "count",
    "length",
    "len",
    "min",
    "max",
    "policy",
    "required",
    "enabled",
    "expires",
    "expiry",
    "expiration",
    "expired",
    "changed",
    "updated",
    "created",
    "at",
    "reset",
    "url",
    "uri",
    "hint",
    "strength",
    "last",
    "valid",
    "is",
    "has",
    "ttl",
];

/// The kind of data a field of this name promises to hold.
pub fn field_kind(name: &str) -> Option<Kind> {
    if name.len() > MAX_NAME {
        return None;
    }
    let words = words(name);
    let has = |word: &str| words.iter().any(|have| have == word);
    let any = |list: &[&str]| list.iter().any(|word| has(word));
    let joined = words.concat();
    if any(&ABOUT) && !joined.ends_with("nationalid") && !joined.ends_with("taxid") {
        return None;
    }
    let password = any(&["password", "passwd", "pwd", "passphrase", "passcode"]) || joined == "pass";
    if password && any(&["hash", "hashed", "digest", "salt", "encrypted", "crypt"]) || joined == "passwordhash" {
        return Some(Kind::PasswordHash);
    }
    if password || joined.ends_with("password") {
        return Some(Kind::Password);
    }
    if joined.ends_with("privatekey") || joined.ends_with("signingkey") {
        return Some(Kind::PrivateKey);
    }
    if joined.ends_with("apikey") || joined.ends_with("accesskey") || joined.ends_with("secretkey") {
        return Some(Kind::ApiKey);
    }
    if any(&["secret", "secrets", "totp"]) || joined.ends_with("secret") || joined == "mfaseed" || joined == "otpseed" {
        return Some(Kind::Secret);
    }
    if (any(&["token", "jwt", "bearer"]) || joined.ends_with("token"))
        && !any(&["page", "next", "previous", "continuation", "cursor", "csrf", "xsrf", "sync", "design", "tokens"])
    {
        return Some(Kind::Token);
    }
    if matches!(joined.as_str(), "sessionkey" | "sessioncookie" | "sid" | "sessid" | "jsessionid" | "phpsessid") {
        return Some(Kind::Token);
    }
    if any(&["cvv", "cvc", "cvv2", "cvc2"]) {
        return Some(Kind::CardVerification);
    }
    if joined.ends_with("cardnumber") || joined.ends_with("creditcard") || joined.ends_with("cardno") || joined == "pan"
    {
        return Some(Kind::CardNumber);
    }
    if has("iban") || joined.ends_with("bankaccount") || joined.ends_with("accountnumber") {
        return Some(Kind::BankAccount);
    }
    if any(&["ssn", "nino", "passport"])
        || joined.contains("socialsecurity")
        || joined.ends_with("nationalid")
        || joined.ends_with("taxid")
        || joined.ends_with("passportnumber")
    {
        return Some(Kind::NationalId);
    }
    if joined == "dob" || joined.contains("dateofbirth") || joined.contains("birthdate") || joined == "birthday" {
        return Some(Kind::BirthDate);
    }
    if has("email") || joined.ends_with("emailaddress") {
        return Some(Kind::Email);
    }
    if any(&["phone", "mobile", "telephone", "msisdn"]) || joined.ends_with("phonenumber") {
        return Some(Kind::Phone);
    }
    None
}

/// True when a header, cookie or query parameter of this name carries a credential.
pub fn credential_name(name: &str) -> bool {
    let joined = words(name).concat();
    if matches!(
        joined.as_str(),
        "authorization"
            | "proxyauthorization"
            | "cookie"
            | "setcookie"
            | "xapikey"
            | "key"
            | "auth"
            | "sessionid"
            | "session"
            | "sig"
            | "signature"
            | "connectsid"
            | "code"
            | "xamzsecuritytoken"
            | "xcsrftoken"
            | "xxsrftoken"
    ) {
        return joined != "code";
    }
    joined.ends_with("sessionid")
        || matches!(
            field_kind(name),
            Some(
                Kind::Password
                    | Kind::PasswordHash
                    | Kind::PrivateKey
                    | Kind::ApiKey
                    | Kind::Secret
                    | Kind::Token
                    | Kind::CardVerification
            )
        )
}

/// Whether a value can be what its field name promises: keeps `"email": "yes"` from counting.
pub(crate) fn plausible(kind: Kind, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        Kind::Password | Kind::Secret => !value.is_empty() && !matches!(value, "true" | "false" | "null"),
        Kind::PasswordHash | Kind::ApiKey | Kind::Token | Kind::PrivateKey | Kind::CloudKey => {
            value.len() >= 8 && !value.contains(' ')
        }
        Kind::CardNumber => crate::luhn(value),
        Kind::CardVerification => matches!(value.len(), 3 | 4) && digits == value.len(),
        Kind::BankAccount => crate::iban(value) || (digits >= 6 && digits * 2 > value.len()),
        Kind::NationalId => digits >= 5 && value.len() <= 32,
        Kind::BirthDate => digits >= 6 && value.len() <= 32,
        Kind::Email => value.contains('@'),
        Kind::Phone => digits >= 7 && value.len() <= 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_like_a_reader_would() {
        assert_eq!(words("accessToken"), ["access", "token"]);
        assert_eq!(words("X-API-Key"), ["x", "api", "key"]);
        assert_eq!(words("HTTPServer2"), ["http", "server2"]);
        assert!(words("__").is_empty());
    }

    #[test]
    fn names_that_hold_secrets_are_told_from_names_about_them() {
        assert_eq!(field_kind("password"), Some(Kind::Password));
        assert_eq!(field_kind("password_hash"), Some(Kind::PasswordHash));
        assert_eq!(field_kind("passwordHash"), Some(Kind::PasswordHash));
        assert_eq!(field_kind("apiKey"), Some(Kind::ApiKey));
        assert_eq!(field_kind("client_secret"), Some(Kind::Secret));
        assert_eq!(field_kind("refreshToken"), Some(Kind::Token));
        assert_eq!(field_kind("ssn"), Some(Kind::NationalId));
        assert_eq!(field_kind("card_number"), Some(Kind::CardNumber));
        for about in ["password_changed_at", "token_type", "next_page_token", "passwordPolicy", "keyboard", "secretary"]
        {
            assert_eq!(field_kind(about), None, "{about}");
        }
    }

    #[test]
    fn credential_names() {
        for name in ["Authorization", "X-API-Key", "api_key", "access_token", "Cookie", "x-auth-token", "sessionid"] {
            assert!(credential_name(name), "{name}");
        }
        for name in ["Accept", "page", "sort_key_order", "Content-Type", "etag", "code"] {
            assert!(!credential_name(name), "{name}");
        }
    }
}
