//! What counts as sensitive: the built-in detectors and a user's own rules together.

mod read;

use crate::kind::{Kind, OwnKind, intern, is_word};
use crate::names::{Hint, Plain, plausible};
use crate::national::{self, Scheme};
use crate::{Class, value_kind};
use palisade_finding::Severity;
use palisade_limits::Pattern;
use std::sync::LazyLock;

/// Most rules of a file.
const RULES: usize = 256;

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// From the caller: body, query, header fields, path.
    Request,
    /// To the caller.
    Response,
}

/// A set of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mask([u64; RULES / 64]);

impl Mask {
    /// True when no rule is in it.
    pub fn is_empty(self) -> bool {
        self == Mask::default()
    }

    fn insert(&mut self, rule: usize) {
        if let Some(part) = self.0.get_mut(rule / 64) {
            *part |= 1 << (rule % 64);
        }
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().zip(0usize..).flat_map(|(mut part, at)| {
            std::iter::from_fn(move || {
                if part == 0 {
                    return None;
                }
                let bit = part.trailing_zeros() as usize;
                part &= part - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

/// A check over a value's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Luhn,
    Mod97,
    Verhoeff,
    Mod11Of10,
    National(Scheme),
}

impl Check {
    fn from_word(word: &str) -> Option<Check> {
        match word {
            "luhn" => Some(Check::Luhn),
            "mod97" => Some(Check::Mod97),
            "verhoeff" => Some(Check::Verhoeff),
            "mod11-10" => Some(Check::Mod11Of10),
            _ => Scheme::WORDS.into_iter().find(|(known, _)| *known == word).map(|(_, scheme)| Check::National(scheme)),
        }
    }

    /// Letters are looked over by the checks of digits alone: `AB-1234-5` is checked as `12345`.
    fn holds(self, value: &str) -> bool {
        let digits = || {
            let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).take(64).map(|digit| digit - b'0').collect();
            (digits.len() >= 2).then_some(digits)
        };
        match self {
            Check::Luhn => digits().is_some_and(|digits| crate::checks::luhn_sum(&digits)),
            Check::Verhoeff => digits().is_some_and(|digits| crate::checks::verhoeff(&digits)),
            Check::Mod11Of10 => digits().is_some_and(|digits| crate::checks::iso7064_mod11_10(&digits)),
            Check::Mod97 => national::mod97(value),
            Check::National(scheme) => scheme.holds(value),
        }
    }
}

/// Names of fields, as a rule gives them: words in any case with any separators, `*` for any run of signs.
#[derive(Debug, Clone, Default)]
struct Fields(Vec<Box<str>>);

impl Fields {
    fn hold(&self, joined: &[u8]) -> bool {
        self.0.iter().any(|pattern| glob(pattern.as_bytes(), joined))
    }
}

/// Whether a text matches a pattern in which `*` stands for any run of bytes.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at + 1, from));
            at += 1;
        } else if pattern.get(at) == text.get(from) {
            (at, from) = (at + 1, from + 1);
        } else if let Some((after, back)) = star {
            (at, from) = (after, back + 1);
            star = Some((after, back + 1));
        } else {
            return false;
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

/// One rule of a user's own.
#[derive(Debug, Clone)]
struct OwnRule {
    kind: Kind,
    fields: Option<Fields>,
    value: Option<Pattern>,
    check: Option<Check>,
    side: Option<Side>,
    ignored: Fields,
}

impl OwnRule {
    fn asks(&self, joined: &[u8], side: Side) -> bool {
        self.side.is_none_or(|wanted| wanted == side)
            && self.fields.as_ref().is_none_or(|fields| fields.hold(joined))
            && !self.ignored.hold(joined)
    }

    fn holds(&self, value: &str) -> bool {
        !value.is_empty()
            && self.value.as_ref().is_none_or(|pattern| pattern.is_match(value) == Ok(true))
            && self.check.is_none_or(|check| check.holds(value))
    }
}

/// A place at which a kind does not count: a false alarm.
#[derive(Debug, Clone)]
pub struct Exception {
    kinds: Vec<Box<str>>,
    fields: Option<Fields>,
    operation: Option<Box<str>>,
    side: Option<Side>,
}

impl Exception {
    fn holds(&self, kind: Kind, operation: &str, side: Side, pointer: &str) -> bool {
        let place = || {
            // The member's name: the last step that is one, items and keys of maps aside.
            let name = pointer.rsplit('/').find(|step| *step != "*").unwrap_or_default();
            self.fields.as_ref().is_none_or(|fields| Plain::of(name).is_some_and(|plain| fields.hold(plain.joined())))
        };
        self.kinds.iter().any(|word| &**word == kind.as_str())
            && self.side.is_none_or(|wanted| wanted == side)
            && self.operation.as_ref().is_none_or(|wanted| glob(wanted.as_bytes(), operation.as_bytes()))
            && place()
    }
}

/// What counts as sensitive. Equal when they were read from equal text.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    source: Box<[u8]>,
    own: Vec<OwnRule>,
    exceptions: Vec<Exception>,
}

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Rules {}

static BUILT_IN: LazyLock<Rules> = LazyLock::new(Rules::default);

impl Rules {
    /// The built-in detectors alone.
    pub fn built_in() -> &'static Rules {
        &BUILT_IN
    }

    /// What a name promises. Costs about as much as a hash of the name and allocates nothing: keep it where a name is met
    /// often.
    pub fn hint(&self, name: &str, side: Side) -> Hint {
        let Some(plain) = Plain::of(name) else { return Hint::default() };
        let mut hint = Hint::of_plain(&plain);
        for (at, rule) in self.own.iter().enumerate() {
            if rule.asks(plain.joined(), side) {
                hint.own.insert(at);
            }
        }
        hint
    }

    /// The kind of a text below a name: a user's own rules first, then what the value proves, then what the name
    /// promises where the value can be that.
    pub fn kind_of_text(&self, hint: Hint, value: &str) -> Option<Kind> {
        if let Some(kind) = self.own_kind(hint, value) {
            return Some(kind);
        }
        let proven = value_kind(value);
        match (hint.kind, proven) {
            // A password field that holds a hash is a hash; the other way round the value decides.
            (named, Some(Kind::CardNumber)) if hint.numbers && named.is_none() => None,
            (_, Some(kind)) if kind.class() != Class::Contact => Some(kind),
            (Some(Kind::Password), _) if value.is_empty() => None,
            (Some(named), _) if promised(hint, named, value) => Some(named),
            (_, proven) => proven,
        }
    }

    /// The kind of a number below a name, written out: without a name that says so a number is nothing.
    pub fn kind_of_number(&self, hint: Hint, value: &str) -> Option<Kind> {
        if let Some(kind) = self.own_kind(hint, value) {
            return Some(kind);
        }
        let named = hint.kind?;
        let fraction = value.contains('.');
        match named {
            Kind::Location => plausible(Kind::Location, value).then_some(named),
            // A number with a fraction measures or counts.
            _ if fraction => None,
            Kind::CardVerification | Kind::Secret | Kind::NationalId => promised(hint, named, value).then_some(named),
            _ => self.kind_of_text(hint, value),
        }
    }

    fn own_kind(&self, hint: Hint, value: &str) -> Option<Kind> {
        if hint.own.is_empty() || value.len() > crate::value::MAX_VALUE {
            return None;
        }
        hint.own.iter().filter_map(|at| self.own.get(at)).find(|rule| rule.holds(value)).map(|rule| rule.kind)
    }

    /// Whether a user says that a kind does not count at a place: operation as `METHOD /template`, place as JSON pointer
    /// in which `*` is any item or key.
    pub fn excepted(&self, kind: Kind, operation: &str, side: Side, pointer: &str) -> bool {
        self.exceptions.iter().any(|exception| exception.holds(kind, operation, side, pointer))
    }

    /// The kind that a stored word stands for: built in, of these rules, or one of rules that are not here any more.
    pub fn kind(&self, word: &str) -> Option<Kind> {
        let own = || self.own.iter().map(|rule| rule.kind).find(|kind| kind.as_str() == word);
        Kind::from_word(word).or_else(own).or_else(|| unknown(word))
    }
}

/// A word that no rule explains: it is sensitive all the same.
fn unknown(word: &str) -> Option<Kind> {
    is_word(word).then(|| {
        intern(&OwnKind {
            word: word.into(),
            title: format!("data of the kind {word}").into(),
            class: Class::Other,
            severity: Severity::Medium,
        })
    })?
}

fn promised(hint: Hint, named: Kind, value: &str) -> bool {
    match hint.scheme {
        Some(scheme) => scheme.holds(value),
        None => plausible(named, value),
    }
}

#[cfg(test)]
mod tests;
