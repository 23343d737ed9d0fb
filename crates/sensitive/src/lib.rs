//! Detectors of sensitive data, each with a validator, and redaction.
//!
//! Two questions are answered apart: what a field's *name* promises ([`field_kind`]) and what a *value*
//! is ([`value_kind`]). Both are linear in the input and allocate at most once per call.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking"))]

mod checks;
mod names;
mod redact;
mod value;

pub use checks::{iban, luhn, us_ssn};
pub use names::{credential_name, field_kind, words};
pub use redact::{REDACTED, redact, redact_path};
pub use value::value_kind;

/// What kind of sensitive data something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A password in the clear, by its field name.
    Password,
    /// A stored form of a password: bcrypt, argon2, crypt, or a hash by its field name.
    PasswordHash,
    /// A private key.
    PrivateKey,
    /// A key of a cloud or software service, by its published shape.
    CloudKey,
    /// An API key, by its field name.
    ApiKey,
    /// Another shared secret, by its field name.
    Secret,
    /// A session, access or refresh token, or a JSON Web Token.
    Token,
    /// A payment card number.
    CardNumber,
    /// A card verification value.
    CardVerification,
    /// A bank account: IBAN or account number.
    BankAccount,
    /// A national, social security, tax or passport number.
    NationalId,
    /// A date of birth.
    BirthDate,
    /// An email address.
    Email,
    /// A telephone number.
    Phone,
}

/// What a leak of a [`Kind`] costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Whoever holds it can act as someone else.
    Credential,
    /// Money or payment data.
    Financial,
    /// Identifies a natural person for life.
    Identity,
    /// Reaches a natural person.
    Contact,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 14] = [
        Kind::Password,
        Kind::PasswordHash,
        Kind::PrivateKey,
        Kind::CloudKey,
        Kind::ApiKey,
        Kind::Secret,
        Kind::Token,
        Kind::CardNumber,
        Kind::CardVerification,
        Kind::BankAccount,
        Kind::NationalId,
        Kind::BirthDate,
        Kind::Email,
        Kind::Phone,
    ];

    /// The stable word for this kind, as reports and the REST API carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Password => "password",
            Kind::PasswordHash => "password-hash",
            Kind::PrivateKey => "private-key",
            Kind::CloudKey => "cloud-key",
            Kind::ApiKey => "api-key",
            Kind::Secret => "secret",
            Kind::Token => "token",
            Kind::CardNumber => "card-number",
            Kind::CardVerification => "card-verification",
            Kind::BankAccount => "bank-account",
            Kind::NationalId => "national-id",
            Kind::BirthDate => "birth-date",
            Kind::Email => "email",
            Kind::Phone => "phone",
        }
    }

    /// The kind for a stable word.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The words a sentence uses for this kind, with article.
    pub fn describe(self) -> &'static str {
        match self {
            Kind::Password => "a password",
            Kind::PasswordHash => "a password hash",
            Kind::PrivateKey => "a private key",
            Kind::CloudKey => "a service key",
            Kind::ApiKey => "an API key",
            Kind::Secret => "a secret",
            Kind::Token => "a token",
            Kind::CardNumber => "a payment card number",
            Kind::CardVerification => "a card verification value",
            Kind::BankAccount => "a bank account number",
            Kind::NationalId => "a national identity number",
            Kind::BirthDate => "a date of birth",
            Kind::Email => "an email address",
            Kind::Phone => "a telephone number",
        }
    }

    /// What a leak of it costs.
    pub fn class(self) -> Class {
        match self {
            Kind::Password
            | Kind::PasswordHash
            | Kind::PrivateKey
            | Kind::CloudKey
            | Kind::ApiKey
            | Kind::Secret
            | Kind::Token => Class::Credential,
            Kind::CardNumber | Kind::CardVerification | Kind::BankAccount => Class::Financial,
            Kind::NationalId | Kind::BirthDate => Class::Identity,
            Kind::Email | Kind::Phone => Class::Contact,
        }
    }
}

/// The kind of one named value: a validated value wins over what the name promises.
pub fn kind_of(name: &str, value: &str) -> Option<Kind> {
    match (field_kind(name), value_kind(value)) {
        // A password field that holds a hash is a hash; the other way round the value decides.
        (_, Some(kind)) if kind.class() != Class::Contact => Some(kind),
        (Some(Kind::Password), _) if value.is_empty() => None,
        (Some(named), _) if names::plausible(named, value) => Some(named),
        (_, by_value) => by_value,
    }
}
