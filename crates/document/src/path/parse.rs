//! Reading a path.

use super::filter::{Comparison, Expression, Inner, Operand};
use super::{Path, PathError, Segment, Selector};
use palisade_limits::{Depth, Pattern, PatternLimits};

/// Characters of a path.
const MAX_LENGTH: usize = 4096;
/// Segments of a path.
const MAX_SEGMENTS: usize = 128;
/// Conditions inside each other.
const MAX_DEPTH: u32 = 32;

pub(super) fn path(text: &str) -> Result<Path, PathError> {
    let mut parser = Parser { text: text.chars().collect(), at: 0 };
    if parser.text.len() > MAX_LENGTH {
        return Err(PathError { column: MAX_LENGTH, message: format!("longer than {MAX_LENGTH} characters") });
    }
    parser.path()
}

struct Parser {
    text: Vec<char>,
    at: usize,
}

type Parsed<T> = Result<T, PathError>;

impl Parser {
    fn fail<T>(&self, message: impl Into<String>) -> Parsed<T> {
        Err(PathError { column: self.at + 1, message: message.into() })
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn looks_at(&self, word: &str) -> bool {
        word.chars().enumerate().all(|(more, c)| self.text.get(self.at + more) == Some(&c))
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.looks_at(word);
        if found {
            self.at += word.chars().count();
        }
        found
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { self.fail(format!("expected `{word}`")) }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn path(&mut self) -> Parsed<Path> {
        self.space();
        if !self.eat("$") {
            return self.fail("a path begins with `$`");
        }
        let mut segments = Vec::new();
        let mut keys = false;
        loop {
            let mut descendant = false;
            match self.peek() {
                None => break,
                Some(c) if c.is_ascii_whitespace() => {
                    self.space();
                    if self.peek().is_some() {
                        return self.fail("nothing may follow the path");
                    }
                    break;
                }
                Some('~') => {
                    self.at += 1;
                    self.space();
                    if self.peek().is_some() {
                        return self.fail("nothing may follow `~`");
                    }
                    keys = true;
                    break;
                }
                Some('^') => return self.fail("the step up, `^`, is not supported"),
                Some('.') => {
                    self.at += 1;
                    descendant = self.eat(".");
                }
                Some('[') => {}
                Some(_) => return self.fail("expected `.` or `[`"),
            }
            let dotted = self.text.get(self.at.wrapping_sub(1)) == Some(&'.');
            let selectors = match self.peek() {
                Some('[') => self.brackets()?,
                _ if !dotted => return self.fail("expected `[`"),
                Some('*') => {
                    self.at += 1;
                    vec![Selector::Wildcard]
                }
                _ => vec![Selector::Name(self.name()?)],
            };
            segments.push(Segment { descendant, selectors });
            if segments.len() > MAX_SEGMENTS {
                return self.fail(format!("more than {MAX_SEGMENTS} steps"));
            }
        }
        Ok(Path { segments, keys })
    }

    /// A name after a point: letters, digits, `_`, `-`, `$` and everything that is not ASCII.
    fn name(&mut self) -> Parsed<String> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$') || !c.is_ascii()) {
            self.at += 1;
        }
        if start == self.at {
            return match self.peek() {
                Some('@') => self.fail("`@` stands in filters only; write names with other characters as ['name']"),
                _ => self.fail("expected a name; write names with other characters as ['name']"),
            };
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().iter().collect())
    }

    fn brackets(&mut self) -> Parsed<Vec<Selector>> {
        self.expect("[")?;
        let mut selectors = Vec::new();
        loop {
            self.space();
            selectors.push(self.selector()?);
            self.space();
            if self.eat("]") {
                return Ok(selectors);
            }
            self.expect(",")?;
        }
    }

    fn selector(&mut self) -> Parsed<Selector> {
        match self.peek() {
            Some('\'' | '"') => Ok(Selector::Name(self.quoted()?)),
            Some('*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.at += 1;
                Ok(Selector::Filter(self.or(Depth::new(MAX_DEPTH))?))
            }
            Some('(') => self.fail("scripts are not supported"),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | ':') => self.places(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() => Ok(Selector::Name(self.name()?)),
            _ => self.fail("expected a name in quotes, a place, `*` or a filter"),
        }
    }

    fn places(&mut self) -> Parsed<Selector> {
        let start = self.integer()?;
        self.space();
        if !self.eat(":") {
            return match start {
                Some(at) => Ok(Selector::Index(at)),
                None => self.fail("expected a place"),
            };
        }
        self.space();
        let end = self.integer()?;
        self.space();
        let mut step = 1;
        if self.eat(":") {
            self.space();
            step = self.integer()?.unwrap_or(1);
        }
        Ok(Selector::Slice { start, end, step })
    }

    fn integer(&mut self) -> Parsed<Option<i64>> {
        let start = self.at;
        self.eat("-");
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        if start == self.at {
            return Ok(None);
        }
        let text: String = self.text.get(start..self.at).unwrap_or_default().iter().collect();
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => {
                self.at = start;
                self.fail(format!("{text} is no integer in range"))
            }
        }
    }

    fn quoted(&mut self) -> Parsed<String> {
        let start = self.at;
        let Some(quote) = self.peek() else { return self.fail("expected a text") };
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return self.fail("the text does not end");
            };
            self.at += 1;
            match c {
                c if c == quote => return Ok(text),
                '\\' => match self.peek() {
                    Some(escaped @ ('\\' | '\'' | '"' | '/')) => {
                        text.push(escaped);
                        self.at += 1;
                    }
                    Some(short @ ('b' | 'f' | 'n' | 'r' | 't')) => {
                        text.push(match short {
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            'n' => '\n',
                            'r' => '\r',
                            _ => '\t',
                        });
                        self.at += 1;
                    }
                    Some('u') => {
                        self.at += 1;
                        text.push(self.escape()?);
                    }
                    _ => return self.fail("unknown escape"),
                },
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Parsed<char> {
        let unit = |parser: &mut Self| -> Option<u32> {
            let digits: String = parser.text.get(parser.at..parser.at + 4)?.iter().collect();
            parser.at += 4;
            u32::from_str_radix(&digits, 16).ok()
        };
        let Some(first) = unit(self) else { return self.fail("expected four hexadecimal digits") };
        let code = match first {
            0xD800..=0xDBFF if self.eat("\\u") => match unit(self) {
                Some(second @ 0xDC00..=0xDFFF) => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                _ => return self.fail("half of a surrogate pair"),
            },
            _ => first,
        };
        match char::from_u32(code) {
            Some(c) => Ok(c),
            None => self.fail("half of a surrogate pair"),
        }
    }

    fn or(&mut self, depth: Depth) -> Parsed<Expression> {
        let mut any = vec![self.and(depth)?];
        loop {
            self.space();
            if !self.eat("||") {
                break;
            }
            any.push(self.and(depth)?);
        }
        Ok(match any.len() {
            1 => any.swap_remove(0),
            _ => Expression::Or(any),
        })
    }

    fn and(&mut self, depth: Depth) -> Parsed<Expression> {
        let mut all = vec![self.condition(depth)?];
        loop {
            self.space();
            if !self.eat("&&") {
                break;
            }
            all.push(self.condition(depth)?);
        }
        Ok(match all.len() {
            1 => all.swap_remove(0),
            _ => Expression::And(all),
        })
    }

    fn condition(&mut self, depth: Depth) -> Parsed<Expression> {
        self.space();
        let Some(depth) = depth.deeper() else { return self.fail(format!("more than {MAX_DEPTH} levels deep")) };
        if self.looks_at("!") && !self.looks_at("!=") {
            self.at += 1;
            return Ok(Expression::Not(Box::new(self.condition(depth)?)));
        }
        if self.eat("(") {
            let inner = self.or(depth)?;
            self.space();
            self.expect(")")?;
            return Ok(inner);
        }
        for (word, whole) in [("match(", true), ("search(", false)] {
            if self.eat(word) {
                return self.call(whole, depth);
            }
        }
        let left = self.operand(depth)?;
        self.space();
        if self.eat(".match(") {
            self.space();
            let pattern = self.slashed()?;
            self.space();
            self.expect(")")?;
            return Ok(Expression::Match { operand: left, pattern });
        }
        if self.eat("=~") {
            self.space();
            let pattern = self.slashed()?;
            return Ok(Expression::Match { operand: left, pattern });
        }
        let comparisons = [
            ("===", Comparison::Equal),
            ("!==", Comparison::Unequal),
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        for (word, comparison) in comparisons {
            if self.eat(word) {
                self.space();
                return Ok(Expression::Compare(left, comparison, self.operand(depth)?));
            }
        }
        Ok(Expression::Bare(left))
    }

    /// `match(operand, 're')` and `search(operand, 're')`, RFC 9535, 2.4.6 and 2.4.7.
    fn call(&mut self, whole: bool, depth: Depth) -> Parsed<Expression> {
        self.space();
        let operand = self.operand(depth)?;
        self.space();
        self.expect(",")?;
        self.space();
        let start = self.at;
        let text = self.quoted()?;
        let text = if whole { format!("^(?:{text})$") } else { text };
        let pattern = self.pattern(start, &text)?;
        self.space();
        self.expect(")")?;
        Ok(Expression::Match { operand, pattern })
    }

    fn slashed(&mut self) -> Parsed<Pattern> {
        let start = self.at;
        if !self.eat("/") {
            return self.fail("expected a pattern between slashes");
        }
        let mut text = String::new();
        let mut class = false;
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return self.fail("the pattern does not end");
            };
            self.at += 1;
            match c {
                '/' if !class => break,
                '\\' => match self.peek() {
                    Some('/') => {
                        text.push('/');
                        self.at += 1;
                    }
                    Some(next) => {
                        text.extend(['\\', next]);
                        self.at += 1;
                    }
                    None => {}
                },
                c => {
                    class = (class || c == '[') && c != ']';
                    text.push(c);
                }
            }
        }
        let mut flags = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_alphabetic) {
            match c {
                'i' | 'm' | 's' => flags.push(c),
                'u' | 'g' => {}
                _ => return self.fail(format!("the flag `{c}` is not supported")),
            }
            self.at += 1;
        }
        let text = if flags.is_empty() { text } else { format!("(?{flags}){text}") };
        self.pattern(start, &text)
    }

    fn pattern(&mut self, start: usize, text: &str) -> Parsed<Pattern> {
        Pattern::new(text, &PatternLimits::default()).or_else(|error| {
            self.at = start;
            self.fail(error.to_string())
        })
    }

    fn operand(&mut self, depth: Depth) -> Parsed<Operand> {
        let Some(depth) = depth.deeper() else { return self.fail(format!("more than {MAX_DEPTH} levels deep")) };
        match self.peek() {
            Some('@') => {
                self.at += 1;
                if self.eat("property") {
                    return Ok(Operand::Property);
                }
                for word in ["parentProperty", "parent", "path", "root"] {
                    if self.looks_at(word) {
                        return self.fail(format!("`@{word}` is not supported"));
                    }
                }
                self.relative()
            }
            Some('$') => self.fail("`$` in a filter is not supported"),
            Some('\'' | '"') => Ok(Operand::Text(self.quoted()?)),
            Some(c) if c.is_ascii_digit() || c == '-' => self.number(),
            _ => {
                if self.eat("length(") {
                    self.space();
                    let inner = self.operand(depth)?;
                    self.space();
                    self.expect(")")?;
                    return Ok(Operand::Length(Box::new(inner)));
                }
                let words = [
                    ("true", Operand::Bool(true)),
                    ("false", Operand::Bool(false)),
                    ("null", Operand::Null),
                    // A member that is not there is what scripts call undefined.
                    ("undefined", Operand::Node(vec![Inner::Place(i64::MAX)])),
                ];
                for (word, operand) in words {
                    if self.eat(word) {
                        return Ok(operand);
                    }
                }
                self.fail("expected `@`, a text, a number, `true`, `false` or `null`")
            }
        }
    }

    fn number(&mut self) -> Parsed<Operand> {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')) {
            self.at += 1;
        }
        let text: String = self.text.get(start..self.at).unwrap_or_default().iter().collect();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Operand::Number(number)),
            _ => {
                self.at = start;
                self.fail(format!("{text} is no number"))
            }
        }
    }

    /// Steps after `@` by name and place.
    fn relative(&mut self) -> Parsed<Operand> {
        let mut steps = Vec::new();
        loop {
            if self.looks_at(".match(") {
                break;
            }
            if self.looks_at("..") {
                return self.fail("`..` in a filter is not supported");
            }
            if self.eat(".") {
                let start = self.at;
                let name = self.name()?;
                if self.peek() == Some('(') {
                    self.at = start;
                    return self.fail(format!("the function `{name}` is not supported"));
                }
                // The length of texts and lists; an object may well have a member of that name.
                if name == "length" && !matches!(self.peek(), Some('.' | '[')) {
                    return Ok(Operand::Length(Box::new(Operand::Node(steps))));
                }
                steps.push(Inner::Name(name));
            } else if self.eat("[") {
                self.space();
                match self.peek() {
                    Some('\'' | '"') => steps.push(Inner::Name(self.quoted()?)),
                    _ => match self.integer()? {
                        Some(at) => steps.push(Inner::Place(at)),
                        None => return self.fail("expected a name in quotes or a place"),
                    },
                }
                self.space();
                self.expect("]")?;
            } else {
                break;
            }
            if steps.len() > MAX_SEGMENTS {
                return self.fail(format!("more than {MAX_SEGMENTS} steps"));
            }
        }
        Ok(Operand::Node(steps))
    }
}
