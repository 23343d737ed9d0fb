//! What a field's name promises.
//!
//! A name is split into words as a reader would; runs of up to [`RUN`] words are looked up in one table. Nothing is
//! allocated, so a hint can be taken of every member of every body; whoever sees a name often keeps its hint.

mod table;

use crate::Kind;
use crate::national::Scheme;
use table::{FLAT, PHRASES};

/// Longest name looked at, in bytes; longer names promise nothing.
const MAX_NAME: usize = 128;
/// Most words of a name looked at.
const MAX_WORDS: usize = 16;
/// Most words of a phrase.
const RUN: usize = 4;

/// The words of an identifier, lower case: `accessToken`, `access_token`, `X-Access-Token` split alike.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    split(name, |character, first| {
        if first {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    });
    words
}

/// Gives every character of the words in lower case, and whether a word begins with it.
fn split(name: &str, mut take: impl FnMut(char, bool)) {
    let mut inside = false;
    let mut previous_lower = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            inside = false;
            previous_lower = false;
            continue;
        }
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let hump = character.is_uppercase() && (previous_lower || (next_lower && inside));
        let mut first = hump || !inside;
        for lower in character.to_lowercase() {
            take(lower, first);
            first = false;
        }
        inside = true;
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
}

/// As [`split`], for the names that nearly all are.
fn split_ascii(name: &[u8], mut take: impl FnMut(u8, bool)) {
    let mut inside = false;
    let mut previous_lower = false;
    for (at, byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            inside = false;
            previous_lower = false;
            continue;
        }
        let upper = byte.is_ascii_uppercase();
        let hump = upper && (previous_lower || (inside && name.get(at + 1).is_some_and(u8::is_ascii_lowercase)));
        take(byte.to_ascii_lowercase(), hump || !inside);
        inside = true;
        previous_lower = !upper;
    }
}

/// The words of a name one after the other, without room on the heap.
pub(crate) struct Plain {
    text: [u8; MAX_NAME],
    length: usize,
    /// Where each word begins.
    starts: [u8; MAX_WORDS + 1],
    count: usize,
}

impl Plain {
    /// `None` for names that are too long to be looked at.
    pub(crate) fn of(name: &str) -> Option<Plain> {
        if name.len() > MAX_NAME {
            return None;
        }
        let mut plain = Plain { text: [0; MAX_NAME], length: 0, starts: [0; MAX_WORDS + 1], count: 0 };
        let mut fits = true;
        if name.is_ascii() {
            split_ascii(name.as_bytes(), |byte, first| fits = fits && plain.push_byte(byte, first));
        } else {
            split(name, |character, first| fits = fits && plain.push(character, first));
        }
        if let Some(end) = plain.starts.get_mut(plain.count) {
            *end = u8::try_from(plain.length).unwrap_or(u8::MAX);
        }
        fits.then_some(plain)
    }

    fn push(&mut self, character: char, first: bool) -> bool {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        bytes
            .iter()
            .zip(std::iter::once(first).chain(std::iter::repeat(false)))
            .all(|(byte, first)| self.push_byte(*byte, first))
    }

    fn push_byte(&mut self, byte: u8, first: bool) -> bool {
        if first {
            if self.count == MAX_WORDS {
                return false;
            }
            if let Some(start) = self.starts.get_mut(self.count) {
                *start = u8::try_from(self.length).unwrap_or(u8::MAX);
            }
            self.count += 1;
        }
        let Some(room) = self.text.get_mut(self.length) else { return false };
        *room = byte;
        self.length += 1;
        true
    }

    /// The words from one on and before another, joined.
    fn run(&self, from: usize, to: usize) -> &[u8] {
        let at = |word: usize| self.starts.get(word).map_or(self.length, |start| usize::from(*start));
        self.text.get(at(from)..at(to)).unwrap_or_default()
    }

    /// All words joined.
    pub(crate) fn joined(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// Where in a name a phrase must stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Anywhere.
    Any,
    /// At its end.
    Tail,
    /// It is the whole name.
    Whole,
}

/// What a phrase says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The field holds this.
    Holds(Kind),
    /// The field holds a national number of this scheme, when its check digits agree.
    Scheme(Scheme),
    /// The field holds a stored form, when a password is spoken of too.
    Hashed,
    /// The token is one of paging and the like: no credential.
    Harmless,
    /// The name speaks about something rather than holding it.
    About,
    /// The field numbers or times things of the API's own.
    Numbers,
}

/// Of the phrases that begin with a byte: their lengths as bits, where the first of them stands, and how many there are.
const BEGINNINGS: [(u32, usize, usize); 256] = {
    let mut beginnings = [(0u32, 0, 0); 256];
    let mut at = 0;
    while at < PHRASES.len() {
        let bytes = PHRASES[at].0.as_bytes();
        assert!(bytes.len() < 32, "a phrase is too long");
        let (lengths, start, count) = beginnings[bytes[0] as usize];
        let start = if count == 0 { at } else { start };
        beginnings[bytes[0] as usize] = (lengths | 1 << bytes.len(), start, count + 1);
        at += 1;
    }
    beginnings
};

fn phrase(run: &[u8]) -> Option<(Says, Stand)> {
    let (lengths, start, count) = BEGINNINGS.get(usize::from(*run.first()?)).copied().unwrap_or_default();
    if run.len() >= 32 || lengths & (1 << run.len()) == 0 {
        return None;
    }
    let alike = PHRASES.get(start..start + count).unwrap_or_default();
    let at = alike.binary_search_by(|(text, _, _)| text.as_bytes().cmp(run)).ok()?;
    alike.get(at).map(|(_, says, stand)| (*says, *stand))
}

/// What a name promises of the values below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hint {
    pub(crate) kind: Option<Kind>,
    /// The national number that the value must be, where the name alone proves too little.
    pub(crate) scheme: Option<Scheme>,
    /// Values number or time things: digits that happen to add up prove nothing.
    pub(crate) numbers: bool,
    /// Own rules that ask for nothing more of the name.
    pub(crate) own: crate::rules::Mask,
}

impl Hint {
    /// The hint that the built-in tables give for a name.
    pub fn of(name: &str) -> Hint {
        Plain::of(name).map_or_else(Hint::default, |plain| Hint::of_plain(&plain))
    }

    pub(crate) fn of_plain(plain: &Plain) -> Hint {
        let mut hint = Hint::default();
        let (mut hashed, mut harmless) = (false, false);
        // Words that speak about something, as bits, and the same for words that a phrase of data covers.
        let (mut about, mut covered) = (0u32, 0u32);
        let mut best: Option<Says> = None;
        for from in 0..plain.count {
            for to in from + 1..=plain.count.min(from + RUN) {
                let Some((says, stand)) = phrase(plain.run(from, to)) else { continue };
                let tail = to == plain.count;
                let stands = match stand {
                    Stand::Any => true,
                    Stand::Tail => tail,
                    Stand::Whole => tail && from == 0,
                };
                if !stands {
                    continue;
                }
                let bits = (1u32 << to) - (1 << from);
                match says {
                    Says::Hashed => hashed = true,
                    Says::Harmless => harmless = true,
                    Says::About => about |= bits,
                    Says::Numbers => {
                        hint.numbers |= tail;
                        about |= bits;
                    }
                    Says::Holds(_) | Says::Scheme(_) => {
                        covered |= bits;
                        if best.is_none_or(|known| rank(says) < rank(known)) {
                            best = Some(says);
                        }
                    }
                }
            }
        }
        if best.is_none() {
            best = flat(plain.joined());
        }
        if about & !covered != 0 {
            return hint;
        }
        match best {
            Some(Says::Holds(Kind::Password)) if hashed => hint.kind = Some(Kind::PasswordHash),
            Some(Says::Holds(Kind::Token)) if harmless => {}
            Some(Says::Holds(kind)) => hint.kind = Some(kind),
            Some(Says::Scheme(scheme)) => {
                hint.kind = Some(Kind::NationalId);
                hint.scheme = Some(scheme);
            }
            _ => {}
        }
        hint.numbers &= hint.kind.is_none();
        hint
    }

    /// The kind that the name promises by itself.
    pub fn kind(self) -> Option<Kind> {
        self.kind
    }

    /// Whether the name says anything at all: of others only a value that proves itself is sensitive.
    pub fn is_some(self) -> bool {
        self.kind.is_some() || !self.own.is_empty()
    }
}

/// The worst kind a name speaks of is what it holds.
fn rank(says: Says) -> (Option<Kind>, bool) {
    match says {
        Says::Holds(kind) => (Some(kind), false),
        _ => (Some(Kind::NationalId), true),
    }
}

/// What names end in that do not part their words: `userpassword`, `clientsecret`.
fn flat(joined: &[u8]) -> Option<Says> {
    FLAT.iter().find(|(end, _)| joined.ends_with(end.as_bytes())).map(|(_, kind)| Says::Holds(*kind))
}

/// The kind of data a field of this name promises to hold.
pub fn field_kind(name: &str) -> Option<Kind> {
    // A name that needs the value's word promises nothing by itself.
    let hint = Hint::of(name);
    hint.kind.filter(|_| hint.scheme.is_none())
}

/// True when a header, cookie or query parameter of this name carries a credential.
pub fn credential_name(name: &str) -> bool {
    let Some(plain) = Plain::of(name) else { return false };
    let joined = plain.joined();
    if matches!(
        joined,
        b"authorization"
            | b"proxyauthorization"
            | b"cookie"
            | b"setcookie"
            | b"xapikey"
            | b"key"
            | b"auth"
            | b"sessionid"
            | b"session"
            | b"sig"
            | b"signature"
            | b"connectsid"
            | b"xamzsecuritytoken"
            | b"xcsrftoken"
            | b"xxsrftoken"
    ) {
        return true;
    }
    joined.ends_with(b"sessionid")
        || matches!(
            Hint::of_plain(&plain).kind,
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
    let letters = value.bytes().filter(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()).count();
    match kind {
        Kind::Password | Kind::Secret => !value.is_empty() && !matches!(value, "true" | "false" | "null"),
        Kind::PasswordHash | Kind::ApiKey | Kind::Token | Kind::PrivateKey | Kind::CloudKey => {
            value.len() >= 8 && !value.contains(' ')
        }
        Kind::CardNumber => crate::luhn(value),
        Kind::CardVerification => matches!(value.len(), 3 | 4) && digits == value.len(),
        Kind::BankAccount => crate::iban(value) || (digits >= 6 && digits * 2 > value.len()),
        Kind::NationalId | Kind::Passport | Kind::DrivingLicence => digits >= 5 && value.len() <= 32,
        Kind::BirthDate => digits >= 6 && value.len() <= 32,
        // Words, the number of a record, or a code.
        Kind::Health => {
            let nothing = matches!(value, "true" | "false" | "null" | "none" | "unknown");
            !nothing && (letters >= 2 || digits >= 5 || icd(value))
        }
        Kind::Email => value.contains('@'),
        Kind::Phone => digits >= 7 && value.len() <= 32,
        Kind::PersonName => letters >= 2 && digits == 0 && value.len() <= 128 && !value.contains(['@', '/', '_']),
        Kind::Gender => (1..=16).contains(&letters) && digits == 0,
        // A street has words; a code has a digit and is short. Addresses of machines, wallets and mailboxes have no
        // blank, or signs that no street has.
        Kind::PostalAddress => {
            let code = (3..=10).contains(&value.len()) && digits >= 2 && !value.contains(['.', ':']);
            let street =
                value.contains(' ') && letters >= 3 && !value.contains(['@', '{', '<', '=']) && value.len() <= 300;
            code || street
        }
        Kind::Location => coordinate(value),
        Kind::Own(_) => true,
    }
}

/// A code of the International Classification of Diseases (WHO, ICD-10): a letter, a digit, a digit or letter, and
/// perhaps a point with up to four more.
fn icd(value: &str) -> bool {
    let (category, detail) = value.split_once('.').unwrap_or((value, "0"));
    matches!(category.as_bytes(), [b'A'..=b'Z', b'0'..=b'9', third] if third.is_ascii_alphanumeric())
        && (1..=4).contains(&detail.len())
        && detail.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A latitude or longitude, or both with a comma between, in degrees; with three digits behind the point or more,
/// which is about a hundred metres: fewer name a region.
fn coordinate(value: &str) -> bool {
    let one = |text: &str| {
        let text = text.trim();
        text.len() <= 24
            && text.split_once('.').is_some_and(|(_, fraction)| fraction.len() >= 3)
            && text.parse::<f64>().is_ok_and(|degrees| degrees.abs() <= 180.0)
    };
    match value.split_once(',') {
        Some((latitude, longitude)) => one(latitude) && one(longitude),
        None => one(value),
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

    proptest::proptest! {
        #[test]
        fn plain_names_are_split_alike_either_way(name in "[a-cA-C0-2_. -]{0,24}") {
            let mut one = Vec::new();
            split(&name, |character, first| one.push((character, first)));
            let mut two = Vec::new();
            split_ascii(name.as_bytes(), |byte, first| two.push((char::from(byte), first)));
            proptest::prop_assert_eq!(one, two);
        }
    }

    #[test]
    fn the_table_is_sorted_and_each_phrase_stands_once() {
        for pair in PHRASES.windows(2) {
            let [(one, _, _), (two, _, _)] = pair else { continue };
            assert!(one < two, "{one} before {two}");
        }
        for (phrase, _, _) in PHRASES {
            let lower = phrase.to_lowercase();
            assert!(*phrase == lower && phrase.chars().all(char::is_alphanumeric), "{phrase}");
        }
    }

    #[test]
    fn names_that_hold_secrets_are_told_from_names_about_them() {
        let cases = [
            ("password", Kind::Password),
            ("userpassword", Kind::Password),
            ("contraseña", Kind::Password),
            ("motDePasse", Kind::Password),
            ("password_hash", Kind::PasswordHash),
            ("passwordHash", Kind::PasswordHash),
            ("encrypted_password", Kind::PasswordHash),
            ("apiKey", Kind::ApiKey),
            ("client_secret", Kind::Secret),
            ("clientsecret", Kind::Secret),
            ("refreshToken", Kind::Token),
            ("session_token", Kind::Token),
            ("ssn", Kind::NationalId),
            ("nationalId", Kind::NationalId),
            ("user_tax_id", Kind::NationalId),
            ("card_number", Kind::CardNumber),
            ("first_name", Kind::PersonName),
            ("cardholderName", Kind::PersonName),
            ("Vorname", Kind::PersonName),
            ("date_of_birth", Kind::BirthDate),
            ("geburtsdatum", Kind::BirthDate),
            ("zipCode", Kind::PostalAddress),
            ("addressLine1", Kind::PostalAddress),
            ("homeAddress", Kind::PostalAddress),
            ("latitude", Kind::Location),
            ("medication_name", Kind::Health),
            ("icd10Code", Kind::Health),
            ("passportNumber", Kind::Passport),
            ("drivers_license_number", Kind::DrivingLicence),
            ("mobilePhone", Kind::Phone),
            ("e_mail", Kind::Email),
            ("billing.email", Kind::Email),
        ];
        for (name, kind) in cases {
            assert_eq!(field_kind(name), Some(kind), "{name}");
        }
        for about in [
            "password_changed_at",
            "token_type",
            "next_page_token",
            "passwordPolicy",
            "keyboard",
            "secretary",
            "email_verified",
            "emailCount",
            "name",
            "filename",
            "product_name",
            "ip_address",
            "macAddress",
            "diagnostics",
            "sexagesimal",
            "latency",
            "license",
            "language",
            "tokens",
            "max_tokens",
        ] {
            assert_eq!(field_kind(about), None, "{about}");
        }
        assert_eq!(field_kind(&"password".repeat(17)), None);
        assert_eq!(Hint::of("cpf").scheme, Some(Scheme::BrazilCpf));
        assert_eq!(Hint::of("customer_cpf").kind, Some(Kind::NationalId));
        assert!(Hint::of("order_id").numbers && Hint::of("createdAt").numbers && !Hint::of("note").numbers);
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
