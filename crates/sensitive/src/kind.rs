//! Kinds of sensitive data: those that are built in, and those of a user's own rules.

use palisade_finding::Severity;
use std::cmp::Ordering;
use std::sync::OnceLock;

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
    /// A national, social security or tax number.
    NationalId,
    /// The number of a passport.
    Passport,
    /// The number of a driving licence.
    DrivingLicence,
    /// A date of birth.
    BirthDate,
    /// What is known of someone's health.
    Health,
    /// An email address.
    Email,
    /// A telephone number.
    Phone,
    /// The name of a person.
    PersonName,
    /// Someone's gender.
    Gender,
    /// A postal address or postal code.
    PostalAddress,
    /// A place on earth, as coordinates.
    Location,
    /// A kind of a user's own rules.
    Own(OwnId),
}

/// What a leak of a [`Kind`] costs. The worst stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Whoever holds it can act as someone else.
    Credential,
    /// Money or payment data.
    Financial,
    /// Identifies a natural person for life.
    Identity,
    /// Says how a natural person fares.
    Health,
    /// What a user's own rule calls sensitive without saying which of these it is.
    Other,
    /// Reaches a natural person.
    Contact,
    /// Is about a natural person, and often public: of shops and authors too.
    Personal,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 7] = [
        Class::Credential,
        Class::Financial,
        Class::Identity,
        Class::Health,
        Class::Other,
        Class::Contact,
        Class::Personal,
    ];

    /// The stable word for this class.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Credential => "credential",
            Class::Financial => "financial",
            Class::Identity => "identity",
            Class::Health => "health",
            Class::Other => "other",
            Class::Contact => "contact",
            Class::Personal => "personal",
        }
    }

    /// The class for a stable word.
    pub fn from_word(word: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

impl Kind {
    /// Every kind that is built in.
    pub const ALL: [Kind; 21] = [
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
        Kind::Passport,
        Kind::DrivingLicence,
        Kind::BirthDate,
        Kind::Health,
        Kind::Email,
        Kind::Phone,
        Kind::PersonName,
        Kind::Gender,
        Kind::PostalAddress,
        Kind::Location,
    ];

    /// The stable word for this kind, as reports, states and the REST API carry it.
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
            Kind::Passport => "passport",
            Kind::DrivingLicence => "driving-licence",
            Kind::BirthDate => "birth-date",
            Kind::Health => "health",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::PersonName => "person-name",
            Kind::Gender => "gender",
            Kind::PostalAddress => "postal-address",
            Kind::Location => "location",
            Kind::Own(id) => id.get().map_or("own", |own| &own.word),
        }
    }

    /// The built-in kind for a stable word.
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
            Kind::Passport => "a passport number",
            Kind::DrivingLicence => "a driving licence number",
            Kind::BirthDate => "a date of birth",
            Kind::Health => "health data",
            Kind::Email => "an email address",
            Kind::Phone => "a telephone number",
            Kind::PersonName => "a person's name",
            Kind::Gender => "a person's gender",
            Kind::PostalAddress => "a postal address",
            Kind::Location => "a location",
            Kind::Own(id) => id.get().map_or("data of an own kind", |own| &own.title),
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
            Kind::NationalId | Kind::Passport | Kind::DrivingLicence | Kind::BirthDate => Class::Identity,
            Kind::Health => Class::Health,
            Kind::Email | Kind::Phone => Class::Contact,
            Kind::PersonName | Kind::Gender | Kind::PostalAddress | Kind::Location => Class::Personal,
            Kind::Own(id) => id.get().map_or(Class::Other, |own| own.class),
        }
    }

    /// How bad a leak is by the word of the user's own rule; built-in kinds are weighed by who looks.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Kind::Own(id) => id.get().map(|own| own.severity),
            _ => None,
        }
    }
}

/// A kind of a user's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnKind {
    /// The stable word.
    pub(crate) word: Box<str>,
    /// The words a sentence uses for it, with article.
    pub(crate) title: Box<str>,
    pub(crate) class: Class,
    pub(crate) severity: Severity,
}

/// Kinds of users' own that one process knows, those of rules that were replaced included.
const OWN: usize = 256;

/// Kinds are small and compared everywhere, so what is known of one's own stands here once and is never moved.
static TABLE: [OnceLock<OwnKind>; OWN] = [const { OnceLock::new() }; OWN];

/// Where a kind of a user's own stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnId(u8);

impl OwnId {
    fn get(self) -> Option<&'static OwnKind> {
        TABLE.get(usize::from(self.0)).and_then(OnceLock::get)
    }
}

impl std::fmt::Debug for OwnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.get().map_or("?", |own| &own.word))
    }
}

impl PartialOrd for OwnId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OwnId {
    /// By what they are, not by when they were first met.
    fn cmp(&self, other: &Self) -> Ordering {
        self.get().cmp(&other.get())
    }
}

/// The kind for what a rule says of it; `None` when there are too many.
pub(crate) fn intern(own: &OwnKind) -> Option<Kind> {
    let place = TABLE.iter().position(|slot| slot.get_or_init(|| own.clone()) == own)?;
    u8::try_from(place).ok().map(|place| Kind::Own(OwnId(place)))
}

/// Longest word of a kind, in bytes.
pub(crate) const MAX_WORD: usize = 40;

/// Whether a text can be the word of a kind: lower-case letters, digits, hyphens.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= MAX_WORD
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_kinds_and_classes_come_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.as_str()), Some(kind));
            assert!(is_word(kind.as_str()) && kind.describe().len() > 4);
        }
        for class in Class::ALL {
            assert_eq!(Class::from_word(class.as_str()), Some(class));
        }
    }

    #[test]
    fn own_kinds_are_kept_once_and_sorted_by_word() {
        let own = |word: &str, class| OwnKind {
            word: word.into(),
            title: format!("the {word}").into(),
            class,
            severity: Severity::High,
        };
        let (zebra, ant) = (intern(&own("kind-zebra", Class::Health)), intern(&own("kind-ant", Class::Financial)));
        assert_eq!(intern(&own("kind-zebra", Class::Health)), zebra);
        assert_ne!(intern(&own("kind-zebra", Class::Financial)), zebra);
        let (zebra, ant) = (zebra.unwrap(), ant.unwrap());
        assert!(ant < zebra && Kind::Password < ant);
        assert_eq!(
            (zebra.as_str(), zebra.class(), zebra.severity()),
            ("kind-zebra", Class::Health, Some(Severity::High))
        );
        assert_eq!(ant.describe(), "the kind-ant");
        for word in ["", "Kind", "9kind", "kind word", &"k".repeat(41)] {
            assert!(!is_word(word), "{word}");
        }
    }
}
