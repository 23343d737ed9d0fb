//! From ECMA-262 syntax to the syntax of the engines.

use super::{LENGTH_LIMIT, NEST_LIMIT};
use std::fmt;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// Not an ECMA-262 expression; the text says why.
    Invalid(String),
    /// The pattern, or its automaton, is too large.
    TooLarge,
}

impl PatternError {
    /// Stable code: `invalid_pattern` or `pattern_too_large`.
    pub fn code(&self) -> &'static str {
        match self {
            PatternError::Invalid(_) => "invalid_pattern",
            PatternError::TooLarge => "pattern_too_large",
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Invalid(why) => write!(f, "the pattern is invalid: {why}"),
            PatternError::TooLarge => f.write_str("the pattern is too large"),
        }
    }
}

impl std::error::Error for PatternError {}

/// A pattern in the engines' syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated {
    /// The expression.
    pub text: String,
    /// It needs look-around or back-references, which no automaton has.
    pub backtracks: bool,
}

const SPACE: &str = r"\t\n\x0b\x0c\r \u{a0}\u{feff}\u{2028}\u{2029}\p{Zs}";
const WORD: &str = "0-9A-Za-z_";
const NEVER: &str = r"[^\x00-\x{10ffff}]";

/// Translates a pattern. Members of the dialect that other languages add (`\A`, `\Z`, `\z`) are errors.
pub fn translate(pattern: &str) -> Result<Translated, PatternError> {
    if pattern.len() > LENGTH_LIMIT {
        return Err(PatternError::TooLarge);
    }
    let mut translator = Translator {
        rest: pattern.chars().collect(),
        at: 0,
        out: String::with_capacity(pattern.len() + 16),
        depth: 0,
        backtracks: false,
        // `\1` is a back-reference only when there is such a group.
        groups: pattern.matches('(').count() as u32,
    };
    translator.run()?;
    Ok(Translated { text: translator.out, backtracks: translator.backtracks })
}

struct Translator {
    rest: Vec<char>,
    at: usize,
    out: String,
    depth: u32,
    backtracks: bool,
    groups: u32,
}

fn invalid<T>(why: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError::Invalid(why.into()))
}

impl Translator {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let holds = text.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        if holds {
            self.at += text.chars().count();
        }
        holds
    }

    fn literal(&mut self, c: char) {
        // With a backslash, angle brackets would be edges of words.
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    fn run(&mut self) -> Result<(), PatternError> {
        let mut repeatable = false;
        while let Some(c) = self.next() {
            let was = std::mem::replace(&mut repeatable, true);
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => {
                    self.depth += 1;
                    if self.depth > NEST_LIMIT {
                        return invalid("groups nest too deep");
                    }
                    self.group()?;
                    repeatable = false;
                }
                ')' => {
                    self.depth = match self.depth.checked_sub(1) {
                        Some(depth) => depth,
                        None => return invalid("a closing parenthesis has no opening one"),
                    };
                    self.out.push(')');
                }
                '.' => self.out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
                '*' | '+' | '?' => {
                    if !was {
                        return invalid("there is nothing to repeat");
                    }
                    self.out.push(c);
                    if self.eat("?") {
                        self.out.push('?');
                    }
                    repeatable = false;
                }
                '{' => match self.counts() {
                    Some(counts) if was => {
                        self.out.push_str(&counts);
                        if self.eat("?") {
                            self.out.push('?');
                        }
                        repeatable = false;
                    }
                    Some(_) => return invalid("there is nothing to repeat"),
                    None => self.literal('{'),
                },
                '^' | '|' => {
                    self.out.push(c);
                    repeatable = false;
                }
                '$' => self.out.push('$'),
                other => self.literal(other),
            }
        }
        if self.depth > 0 {
            return invalid("a parenthesis is not closed");
        }
        Ok(())
    }

    /// `n}`, `n,}` or `n,m}` after an opening brace; anything else leaves the brace a literal.
    fn counts(&mut self) -> Option<String> {
        let mut text = String::from("{");
        let mut ahead = 0;
        while let Some(c) = self.peek(ahead) {
            ahead += 1;
            text.push(c);
            match c {
                '}' => break,
                ',' if text.len() > 2 && !text.get(1..text.len() - 1)?.contains(',') => {}
                c if c.is_ascii_digit() => {}
                _ => return None,
            }
        }
        if !text.ends_with('}') || text.len() < 3 {
            return None;
        }
        self.at += ahead;
        Some(text)
    }

    fn group(&mut self) -> Result<(), PatternError> {
        if !self.eat("?") {
            self.out.push('(');
            return Ok(());
        }
        for (form, backtracks) in [(":", false), ("=", true), ("!", true), ("<=", true), ("<!", true)] {
            if self.eat(form) {
                self.backtracks |= backtracks;
                self.out.push_str("(?");
                self.out.push_str(form);
                return Ok(());
            }
        }
        if self.eat("<") || self.eat("P<") {
            let mut name = String::new();
            while let Some(c) = self.next() {
                if c == '>' {
                    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
                        return invalid("a group's name is wrong");
                    }
                    self.out.push_str("(?<");
                    self.out.push_str(&name);
                    self.out.push('>');
                    return Ok(());
                }
                if !(c.is_alphanumeric() || c == '_' || c == '$') {
                    return invalid("a group's name is wrong");
                }
                name.push(if c == '$' { '_' } else { c });
            }
            return invalid("a group's name is not closed");
        }
        // Flags at a group (`(?i)`, `(?i:`) are newer than most engines, and widely written.
        let mut flags = String::new();
        while let Some(c) = self.next() {
            match c {
                'i' | 'm' | 's' | '-' => flags.push(c),
                ':' | ')' if !flags.is_empty() && flags != "-" => {
                    self.out.push_str("(?");
                    self.out.push_str(&flags);
                    self.out.push(c);
                    if c == ')' {
                        self.depth -= 1;
                    }
                    return Ok(());
                }
                _ => break,
            }
        }
        invalid("a group starts with an unknown mark")
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let mut value = 0;
        for ahead in 0..digits {
            value = value * 16 + self.peek(ahead)?.to_digit(16)?;
        }
        self.at += digits;
        Some(value)
    }

    /// The code point after `\u`: four digits, a surrogate pair, or `{...}`.
    fn unicode(&mut self) -> Option<char> {
        if self.eat("{") {
            let mut value: u32 = 0;
            let mut count = 0;
            loop {
                match self.next()? {
                    '}' if count > 0 => return char::from_u32(value),
                    c => value = value.checked_mul(16)?.checked_add(c.to_digit(16)?)?,
                }
                count += 1;
            }
        }
        let high = self.hex(4)?;
        if (0xd800..0xdc00).contains(&high) && self.eat("\\u") {
            let low = self.hex(4)?;
            return char::from_u32(0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?);
        }
        char::from_u32(high)
    }

    /// `{...}` or a single letter after `\p`.
    fn property(&mut self, letter: char) -> Result<(), PatternError> {
        let mut name = String::new();
        if self.eat("{") {
            loop {
                match self.next() {
                    Some('}') => break,
                    Some(c) if c.is_ascii_alphanumeric() || c == '_' || c == '=' || c == '-' => name.push(c),
                    _ => return invalid("a property's name is wrong"),
                }
            }
        } else {
            match self.next() {
                Some(c) if c.is_ascii_alphabetic() => name.push(c),
                _ => return invalid("a property's name is wrong"),
            }
        }
        self.out.push('\\');
        self.out.push(letter);
        self.out.push('{');
        self.out.push_str(&name);
        self.out.push('}');
        Ok(())
    }

    /// An escape that means one code point, the same inside and outside of a class.
    fn character(&mut self, c: char) -> Result<char, PatternError> {
        Ok(match c {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            '0' if !self.peek(0).is_some_and(|c| c.is_ascii_digit()) => '\0',
            'c' => match self.peek(0) {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.at += 1;
                    char::from((letter as u8) & 0x1f)
                }
                _ => return invalid("a control escape needs a letter"),
            },
            'x' => match self.hex(2).and_then(char::from_u32) {
                Some(c) => c,
                None => return invalid(r"\x needs two hexadecimal digits"),
            },
            'u' => match self.unicode() {
                Some(c) => c,
                None => return invalid(r"\u names no code point"),
            },
            c if c.is_ascii_alphanumeric() => return invalid(format!("the escape \\{c} is unknown")),
            c => c,
        })
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let Some(c) = self.next() else { return invalid("it ends in a backslash") };
        match c {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str(&format!("[{WORD}]")),
            'W' => self.out.push_str(&format!("[^{WORD}]")),
            's' => self.out.push_str(&format!("[{SPACE}]")),
            'S' => self.out.push_str(&format!("[^{SPACE}]")),
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' => self.out.push_str(r"\B"),
            'p' | 'P' => self.property(c)?,
            'k' if self.eat("<") => {
                let mut name = String::new();
                loop {
                    match self.next() {
                        Some('>') => break,
                        Some(c) if c.is_alphanumeric() || c == '_' => name.push(c),
                        _ => return invalid("a reference's name is wrong"),
                    }
                }
                self.backtracks = true;
                self.out.push_str(&format!(r"\k<{name}>"));
            }
            '1'..='9' => {
                let mut number = c.to_digit(10).unwrap_or(0);
                while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
                    number = number.saturating_mul(10).saturating_add(digit);
                    self.at += 1;
                }
                if number > self.groups {
                    return invalid("a reference leads to no group");
                }
                self.backtracks = true;
                self.out.push_str(&format!(r"(?:\{number})"));
            }
            other => {
                let c = self.character(other)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let negated = self.eat("^");
        if self.eat("]") {
            self.out.push_str(if negated { r"(?s:.)" } else { NEVER });
            return Ok(());
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        // The last single code point, where a range may begin.
        let mut from: Option<char> = None;
        loop {
            let Some(c) = self.next() else { return invalid("a class is not closed") };
            let point = match c {
                ']' => break,
                '-' if from.is_some() && self.peek(0).is_some_and(|c| c != ']') => {
                    let start = from.take();
                    let Some(c) = self.next() else { return invalid("a class is not closed") };
                    let end = match c {
                        '\\' => self.class_escape()?,
                        c => Some(c),
                    };
                    match (start, end) {
                        (Some(start), Some(end)) if start <= end => {
                            self.out.push('-');
                            self.literal(end);
                        }
                        (Some(_), Some(_)) => return invalid("a range in a class runs backwards"),
                        // A set cannot end a range: the dash stands for itself.
                        _ => self.out.push_str(r"\-"),
                    }
                    continue;
                }
                '\\' => match self.class_escape()? {
                    Some(c) => c,
                    None => {
                        from = None;
                        continue;
                    }
                },
                c => c,
            };
            self.literal(point);
            from = Some(point);
        }
        self.out.push(']');
        Ok(())
    }

    /// An escape in a class: one code point, or `None` when a set was written.
    fn class_escape(&mut self) -> Result<Option<char>, PatternError> {
        let Some(c) = self.next() else { return invalid("it ends in a backslash") };
        match c {
            'd' => self.out.push_str("0-9"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str(WORD),
            'W' => self.out.push_str(&format!("[^{WORD}]")),
            's' => self.out.push_str(SPACE),
            'S' => self.out.push_str(&format!("[^{SPACE}]")),
            'p' | 'P' => self.property(c)?,
            'b' => return Ok(Some('\u{8}')),
            other => return Ok(Some(self.character(other)?)),
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::pattern::Pattern;

    #[test]
    fn patterns_mean_what_ecma_262_says() {
        for (pattern, good, bad) in [
            (r"^\d+$", vec!["123"], vec!["", "1a", "\u{0661}", "12\n"]),
            (r"^\w+$", vec!["aZ_9"], vec!["é", "a-b"]),
            (r"^\s$", vec![" ", "\u{a0}", "\u{feff}", "\u{2028}"], vec!["\u{200b}", "a"]),
            (r"^[\w.\-@]+$", vec!["a.b-c@d"], vec!["a b"]),
            (r"^[a-z[&&]+$", vec!["a[&"], vec!["]"]),
            (r"^\/a\/[^/]+$", vec!["/a/b"], vec!["/a/"]),
            (r"^a{2}$", vec!["aa"], vec!["a", "a{2}"]),
            (r"^a{,2}$", vec!["a{,2}"], vec!["aa"]),
            (r"^{x}$", vec!["{x}"], vec!["x"]),
            (r"^(?!foo).*$", vec!["bar"], vec!["foobar"]),
            (r"^(a|b)\1$", vec!["aa", "bb"], vec!["ab"]),
            (r"^(?<q>['x])y\k<q>$", vec!["'y'"], vec!["'yx"]),
            (r"^\u00e9\x41\u{1F600}\uD83D\uDE00$", vec!["éA😀😀"], vec!["e"]),
            (r"^.$", vec!["é", "😀"], vec!["\n", "\u{2028}", ""]),
            (r"^[^]$", vec!["\n", "a"], vec![""]),
            (r"a[]b", vec![], vec!["ab", "a[]b"]),
            (r"^\p{L}+$", vec!["éß"], vec!["1"]),
            (r"^\p{Script=Greek}$", vec!["α"], vec!["a"]),
            (r"\bfoo\b", vec!["a foo b"], vec!["food"]),
            (r"^[\d-x]+$", vec!["1-x"], vec!["y"]),
            (r"^[+--]+$", vec!["+,-"], vec!["."]),
            (r"^(?i)abc$", vec!["ABC"], vec!["ABD"]),
            (r"^\cA$", vec!["\u{1}"], vec!["A"]),
            (r"^<a\>$", vec!["<a>"], vec!["a"]),
            (r"^[^\[;\]<>]+$", vec!["a b"], vec!["<a>", "a;b"]),
        ] {
            let compiled = Pattern::compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            for text in good {
                assert_eq!(compiled.is_match(text), Some(true), "{pattern} on {text:?}");
            }
            for text in bad {
                assert_eq!(compiled.is_match(text), Some(false), "{pattern} on {text:?}");
            }
        }
    }

    #[test]
    fn broken_and_outsized_patterns_are_refused() {
        for pattern in
            ["(", ")", "[a", "a**", "*a", r"\Z", r"\A", r"\", "(?<>a)", "[z-a]", "(?P=x)", r"\u{110000}", "{2}"]
        {
            assert_eq!(
                Pattern::compile(pattern).map(|_| ()).map_err(|e| e.code()),
                Err("invalid_pattern"),
                "{pattern}"
            );
        }
        let large = r"^(\p{L}{1000}){1000}$";
        assert_eq!(Pattern::compile(large).map(|_| ()).map_err(|e| e.code()), Err("pattern_too_large"));
        let deep = "(".repeat(5000) + &")".repeat(5000);
        assert!(Pattern::compile(&deep).is_err());
    }

    #[test]
    fn a_pattern_that_backtracks_without_end_gives_up() {
        let pattern = Pattern::compile(r"^(?:(\w+)\s?)+\1!$").expect("valid");
        assert_eq!(pattern.is_match(&"a".repeat(60)), None);
    }
}
