//! Passwords: which are taken, and argon2id away from the threads that answer.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const MIN: usize = 12;
/// Most characters of a password.
pub const MAX: usize = 128;
/// Memory of one hash in KiB, passes over it, lanes: OWASP's minimum for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashes made at the same time: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// Hashes that are made or waited for.
const MOST_WAITING: usize = 64;
/// What the password of nobody is held against, so that it takes as long as one of somebody.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Passwords and the words in them that are tried first.
static COMMON: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("common-passwords.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Why a hash could not be made or held against.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many wait already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash function refuses.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Says why a password is not taken, in plain words.
pub fn mistake(password: &str, name: &str) -> Option<String> {
    let count = password.chars().count();
    if !(MIN..=MAX).contains(&count) {
        return Some(format!("A password has {MIN} to {MAX} characters."));
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Some("This password, or a word it is made of, is among the commonest: choose another.".to_owned());
    }
    let letters: BTreeSet<char> = lower.chars().collect();
    if letters.len() < 5 || repeats(&lower) || climbs(&lower) {
        return Some(
            "This password repeats itself or runs through the keyboard or the alphabet: choose another.".to_owned(),
        );
    }
    if name.len() >= 3 && lower.contains(name) && count < name.chars().count() + MIN {
        return Some("This password is made of the user's name: choose another.".to_owned());
    }
    None
}

/// True when it stands in the list, as it is, or when digits and signs around it are taken off, also where they stand
/// for letters.
fn is_common(lower: &str) -> bool {
    let bare = |text: &str| text.trim_matches(|letter: char| !letter.is_alphabetic()).to_owned();
    let plain: String = lower.chars().map(unmasked).collect();
    let stripped: String =
        lower.trim_end_matches(|letter: char| !letter.is_alphabetic()).chars().map(unmasked).collect();
    [lower.to_owned(), bare(lower), bare(&plain), bare(&stripped)].iter().any(|text| COMMON.contains(text.as_str()))
}

fn unmasked(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        letter => letter,
    }
}

/// True when it is a short text over and over.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 2).any(|unit| letters.iter().skip(unit).zip(&letters).all(|(later, earlier)| later == earlier))
}

/// True when it is made of rows of the keyboard, the alphabet and the digits, forwards or backwards, of four and more.
fn climbs(text: &str) -> bool {
    const ROWS: [&str; 6] =
        ["01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiopü"];
    let follows = |one: char, two: char| {
        ROWS.iter().any(|row| {
            let pair = |first, second| row.contains(&String::from_iter([first, second]));
            pair(one, two) || pair(two, one)
        })
    };
    let letters: Vec<char> = text.chars().collect();
    let steps = letters.windows(2).filter(|pair| follows(pair[0], pair[1])).count();
    steps * 4 >= letters.len() * 3
}

fn hasher() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, in PHC form. Takes tens of milliseconds of a processor.
///
/// # Errors
/// When the system gives no random bytes or the function refuses.
pub fn hash(password: &str) -> Result<String, Error> {
    let mut salt = [0u8; 16];
    let failed = |error: &dyn std::fmt::Display| Error::Hash(error.to_string());
    getrandom::fill(&mut salt).map_err(|error| failed(&error))?;
    let made: PasswordHash =
        hasher().hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(made.to_string())
}

/// Holds a password against a hash; without one it takes as long and says no.
fn verify(password: &str, kept: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    hasher().verify_password(password.as_bytes(), &parsed).is_ok() && kept.is_some()
}

/// A password that works once: 100 random bits in four groups.
///
/// # Errors
/// When the system gives no random bytes.
pub fn one_time() -> Result<String, getrandom::Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes)?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

/// Hashes for the server: a few at once, on threads of their own.
#[derive(Debug)]
pub struct Passwords {
    gate: Semaphore,
    waiting: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { gate: Semaphore::new(AT_ONCE), waiting: Semaphore::new(MOST_WAITING) }
    }
}

impl Passwords {
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Error::Busy)?;
        let _turn = self.gate.acquire().await.map_err(|_| Error::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Hash(error.to_string()))
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// [`Error::Busy`], or as [`hash`].
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || hash(&password)).await?
    }

    /// Holds a password against a hash; without one it takes as long and says no.
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub async fn verify(&self, password: String, kept: Option<String>) -> Result<bool, Error> {
        self.run(move || verify(&password, kept.as_deref())).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_common_and_lazy_passwords_are_refused() {
        for password in [
            "short",
            "elevenchars",
            "Password1234",
            "P@ssw0rd2026!",
            "1234567890123",
            "qwertyuiop12",
            "QWERTYUIOPasdf",
            "abcdefghijklm",
            "zyxwvutsrqponm",
            "aaaaaaaaaaaa",
            "horsehorsehorse",
            "ababababababab",
            "1q2w3e4r5t6y",
            "palisade-2026",
            "administrator",
            "ada.lovelace",
            "Welcome!!!!!!!",
            "letmein123456",
            &"x1y2z3".repeat(40),
        ] {
            assert!(mistake(password, "ada.lovelace").is_some(), "{password}");
        }
    }

    #[test]
    fn phrases_and_random_ones_are_taken() {
        for password in [
            "correct horse battery staple",
            "dragon eats 12 horses",
            "Tr0ub4dor&3-and-more",
            "k7fjp-2m9qr-xwz4t-8hbcd",
            "пять зелёных чайников",
            "my password is no word",
            "äöüß£€¥µ¿¡ñç",
        ] {
            assert_eq!(mistake(password, "ada"), None, "{password}");
        }
    }

    #[test]
    fn a_hash_fits_its_password_alone_and_nobody_has_one() {
        let kept = hash("correct horse").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("correct horse", Some(&kept)));
        assert!(!verify("correct horsf", Some(&kept)) && !verify("", Some(&kept)));
        assert!(!verify("", None) && !verify("correct horse", Some("nonsense")));
        assert_ne!(kept, hash("correct horse").unwrap(), "each has a salt of its own");
        // Nobody's is as dear as anybody's: the same parameters, the same lengths.
        let shape = |text: &str| text.split('$').map(|part| part.len()).collect::<Vec<_>>();
        assert_eq!((shape(NOBODY), &NOBODY[..31]), (shape(&kept), &kept[..31]));
        assert!(PasswordHash::new(NOBODY).is_ok());
    }

    #[test]
    fn one_time_passwords_pass_the_policy() {
        let (one, two) = (one_time().unwrap(), one_time().unwrap());
        assert_ne!(one, two);
        assert_eq!((one.len(), mistake(&one, "admin")), (23, None));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_wait_than_are_allowed() {
        let passwords = std::sync::Arc::new(Passwords::default());
        let all = passwords.waiting.acquire_many(64).await.unwrap();
        assert!(matches!(passwords.verify("x".to_owned(), None).await, Err(Error::Busy)));
        drop(all);
        assert!(!passwords.verify("x".to_owned(), None).await.unwrap());
    }
}
