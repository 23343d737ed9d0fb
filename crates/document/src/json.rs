//! JSON (RFC 8259), strictly, with byte offsets. Non-recursive.

use crate::arena::Arena;
use crate::problem::{Limits, Raws, code};
use crate::tree::{Document, Format, Kind, Span, Text, tag};
use palisade_finding::Severity;
use std::fmt;

/// Why a request or response body is not the JSON it claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyError {
    /// One of the constants in [`crate::code`].
    pub code: &'static str,
    /// Byte offset in the body, from 0.
    pub offset: u32,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.code {
            code::INVALID_ENCODING => "is not UTF-8",
            code::DUPLICATE_KEY => "holds a key twice",
            code::UNEXPECTED_END => "ends too early",
            code::LONE_SURROGATE => "holds half a surrogate pair",
            code::LIMIT_EXCEEDED | code::KEY_TOO_LONG => "passes a limit",
            _ => "is not JSON",
        };
        write!(f, "the body {what} at byte {}", self.offset)
    }
}

impl std::error::Error for BodyError {}

/// Reads a body for judging: strict JSON in UTF-8 without byte order mark, and every ambiguity between
/// parsers (a key twice, half a surrogate pair) is an error. Spans are byte offsets in `bytes`.
pub fn parse_body(bytes: &[u8], limits: &Limits) -> Result<Document, BodyError> {
    if bytes.len() > limits.bytes.min(crate::read::MAX_BYTES) {
        return Err(BodyError { code: code::LIMIT_EXCEEDED, offset: limits.bytes as u32 });
    }
    let source = std::str::from_utf8(bytes)
        .map_err(|error| BodyError { code: code::INVALID_ENCODING, offset: error.valid_up_to() as u32 })?;
    let mut reader = Reader::new(source, limits, true);
    reader.run();
    match reader.problems.list.first() {
        Some(raw) => Err(BodyError { code: raw.code, offset: raw.span.start }),
        None => Ok(reader.arena.finish("", Format::Json, source.to_owned(), None)),
    }
}

/// What reading gave; `complete` when the end of the text was reached.
pub(crate) struct Outcome {
    pub(crate) arena: Arena,
    pub(crate) problems: Raws,
    pub(crate) complete: bool,
    /// The text broke JSON's grammar, as opposed to passing a limit.
    pub(crate) syntax: bool,
    /// Where reading ended.
    pub(crate) end: u32,
    /// The nodes stand in the order of the text, and none is an alias.
    pub(crate) plain: bool,
}

/// Reads JSON text into an arena; what was read before an error stays.
pub(crate) fn read(source: &str, limits: &Limits) -> Outcome {
    let mut reader = Reader::new(source, limits, false);
    let stop = reader.run();
    Outcome {
        complete: stop.is_none(),
        syntax: matches!(stop, Some(code::JSON_SYNTAX | code::UNEXPECTED_END | code::NO_DOCUMENT)),
        end: reader.at as u32,
        plain: true,
        arena: reader.arena,
        problems: reader.problems,
    }
}

/// How many bytes come before the end of a string, an escape or a control character. Eight at a time, as most
/// strings are short: a byte is 0 where it is one of those looked for, and a byte that is 0 or less borrows from
/// its top bit.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let (blocks, rest) = bytes.as_chunks::<8>();
    for (at, block) in blocks.iter().enumerate() {
        let block = u64::from_le_bytes(*block);
        let (quote, slash) = (block ^ (ONES * b'"' as u64), block ^ (ONES * b'\\' as u64));
        let ends = quote.wrapping_sub(ONES) & !quote | slash.wrapping_sub(ONES) & !slash;
        let found = (ends | block.wrapping_sub(ONES * 0x20) & !block) & TOPS;
        if found != 0 {
            // A borrow goes up only: the lowest mark is right.
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let plain = |byte: &u8| !matches!(byte, ..0x20 | b'"' | b'\\');
    blocks.len() * 8 + rest.iter().take_while(|byte| plain(byte)).count()
}

struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    /// End at the first problem.
    strict: bool,
    arena: Arena,
    problems: Raws,
}

/// Reading has to end; the problem is listed.
struct Stop(&'static str);

impl<'a> Reader<'a> {
    fn new(source: &'a str, limits: &'a Limits, strict: bool) -> Self {
        Reader {
            source,
            bytes: source.as_bytes(),
            at: 0,
            limits,
            strict,
            arena: Arena::for_source(source.len()),
            problems: Raws::new(limits),
        }
    }

    /// Reads one value and the white space around it. Gives the code of what ended it early.
    fn run(&mut self) -> Option<&'static str> {
        self.document().err().map(|stop| stop.0)
    }

    fn document(&mut self) -> Result<(), Stop> {
        self.space();
        if self.at == self.bytes.len() {
            return Err(self.stop(code::NO_DOCUMENT, 0, "there is no document: the input is empty".to_owned()));
        }
        loop {
            self.value()?;
            loop {
                self.space();
                let Some((id, kind)) = self.arena.top() else {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => Err(self.syntax("expected nothing more after the value")),
                    };
                };
                match (self.peek(), kind) {
                    (Some(b','), Kind::Object) => {
                        self.at += 1;
                        self.space();
                        self.key()?;
                        break;
                    }
                    (Some(b','), _) => {
                        self.at += 1;
                        self.space();
                        break;
                    }
                    (Some(b'}'), Kind::Object) | (Some(b']'), Kind::Array) => self.close()?,
                    (None, _) => return Err(self.unexpected_end(id)),
                    (Some(_), Kind::Object) => return Err(self.syntax("expected a comma or `}`")),
                    (Some(_), _) => return Err(self.syntax("expected a comma or `]`")),
                }
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Reads values until one is complete: a scalar, or an empty collection.
    fn value(&mut self) -> Result<(), Stop> {
        loop {
            let start = self.at as u32;
            if self.arena.nodes.len() >= self.limits.nodes {
                let message = format!("more than {} values: the rest was not read", self.limits.nodes);
                return Err(self.stop(code::LIMIT_EXCEEDED, self.at, message));
            }
            match self.peek() {
                Some(byte @ (b'{' | b'[')) => {
                    if self.arena.depth() >= self.limits.depth {
                        let message =
                            format!("more than {} values inside each other: the rest was not read", self.limits.depth);
                        return Err(self.stop(code::LIMIT_EXCEEDED, self.at, message));
                    }
                    let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                    self.arena.open(kind, Span { start, end: start + 1 });
                    self.at += 1;
                    self.space();
                    match (self.peek(), kind) {
                        (Some(b'}'), Kind::Object) | (Some(b']'), Kind::Array) => return self.close(),
                        (_, Kind::Object) => self.key()?,
                        _ => {}
                    }
                }
                Some(b'"') => {
                    let text = self.string()?;
                    self.arena.push(Kind::String, text, Span { start, end: self.at as u32 });
                    return Ok(());
                }
                Some(b'-' | b'0'..=b'9') => return self.number(),
                Some(b't') => return self.word("true", Kind::Bool),
                Some(b'f') => return self.word("false", Kind::Bool),
                Some(b'n') => return self.word("null", Kind::Null),
                Some(_) => return Err(self.syntax("expected a value")),
                None => {
                    let top = self.arena.top().map_or(0, |(id, _)| id);
                    return Err(self.unexpected_end(top));
                }
            }
        }
    }

    fn close(&mut self) -> Result<(), Stop> {
        self.at += 1;
        for (again, first) in self.arena.close(self.source, Some(self.at as u32)) {
            crate::read::duplicate(&self.arena, self.source, &mut self.problems, again, first);
            if self.strict {
                return Err(Stop(code::DUPLICATE_KEY));
            }
        }
        Ok(())
    }

    fn key(&mut self) -> Result<(), Stop> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            None => {
                let top = self.arena.top().map_or(0, |(id, _)| id);
                return Err(self.unexpected_end(top));
            }
            Some(_) => return Err(self.syntax("expected a member name in double quotes")),
        }
        let text = self.string()?;
        let span = Span { start: start as u32, end: self.at as u32 };
        if text.range().len() > self.limits.key_bytes {
            let max = self.limits.key_bytes;
            self.problems
                .add(code::KEY_TOO_LONG, Severity::Medium, span, || format!("a member name longer than {max} bytes"));
            if self.strict {
                return Err(Stop(code::KEY_TOO_LONG));
            }
        }
        let tag = tag(self.arena.text(self.source, text));
        self.arena.key(text, span, tag);
        self.space();
        if self.peek() != Some(b':') {
            if self.peek().is_none() {
                let top = self.arena.top().map_or(0, |(id, _)| id);
                return Err(self.unexpected_end(top));
            }
            return Err(self.syntax("expected a colon after the member name"));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Stop> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            if word.as_bytes().starts_with(rest) {
                self.at = self.bytes.len();
                let top = self.arena.top().map_or(0, |(id, _)| id);
                return Err(self.unexpected_end(top));
            }
            return Err(self.syntax("expected a value"));
        }
        let (start, len) = (self.at as u32, word.len() as u32);
        self.at += word.len();
        self.arena.push(kind, Text::source(start, len), Span { start, end: start + len });
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.peek();
        if self.digits() == 0 {
            return Err(self.digit_missing());
        }
        if first == Some(b'0') && self.at > start + 1 + usize::from(self.bytes.get(start) == Some(&b'-')) {
            self.at = start;
            return Err(self.syntax("a number must not begin with a needless zero"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.digit_missing());
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.digit_missing());
            }
        }
        let (start, end) = (start as u32, self.at as u32);
        self.arena.push(Kind::Number, Text::source(start, end - start), Span { start, end });
        Ok(())
    }

    fn digit_missing(&mut self) -> Stop {
        if self.peek().is_none() {
            let top = self.arena.top().map_or(0, |(id, _)| id);
            return self.unexpected_end(top);
        }
        self.syntax("expected a digit")
    }

    /// Reads a string from its opening quote past its closing one.
    fn string(&mut self) -> Result<Text, Stop> {
        let open = self.at;
        self.at += 1;
        let start = self.at;
        let mut decoded: Option<String> = None;
        loop {
            let from = self.at;
            self.at += plain_run(self.bytes.get(from..).unwrap_or_default());
            if let (Some(decoded), Some(text)) = (&mut decoded, self.source.get(from..self.at)) {
                decoded.push_str(text);
            }
            match self.peek() {
                Some(..0x20) => return Err(self.syntax("a control character in a string must be escaped")),
                Some(b'"') => {
                    let text = match decoded {
                        Some(decoded) => self.arena.side(&decoded),
                        None => Text::source(start as u32, (self.at - start) as u32),
                    };
                    self.at += 1;
                    return Ok(text);
                }
                Some(_) => {
                    let before = self.source.get(start..self.at).unwrap_or_default();
                    let c = self.escape()?;
                    decoded.get_or_insert_with(|| before.to_owned()).push(c);
                }
                None => {
                    let message = format!("unexpected end inside the string that begins at byte {open}");
                    return Err(self.stop(code::UNEXPECTED_END, self.at, message));
                }
            }
        }
    }

    /// Reads one escape, both halves of a surrogate pair as one.
    fn escape(&mut self) -> Result<char, Stop> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => c as char,
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.four_digits()?;
                if (0xD800..0xDC00).contains(&first) && self.bytes.get(self.at..).is_some_and(|b| b.starts_with(b"\\u"))
                {
                    let back = self.at;
                    self.at += 2;
                    let second = self.four_digits()?;
                    if (0xDC00..0xE000).contains(&second) {
                        let c = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                        return Ok(char::from_u32(c).unwrap_or('\u{FFFD}'));
                    }
                    self.at = back;
                }
                return match char::from_u32(first) {
                    Some(c) => Ok(c),
                    None => self.lone(start),
                };
            }
            Some(_) => {
                self.at = start;
                return Err(self.syntax("no such escape in JSON"));
            }
            None => {
                return Err(self.stop(code::UNEXPECTED_END, self.at, "unexpected end inside a string".to_owned()));
            }
        };
        self.at += 1;
        Ok(plain)
    }

    fn lone(&mut self, start: usize) -> Result<char, Stop> {
        let span = Span { start: start as u32, end: self.at as u32 };
        self.problems.add(code::LONE_SURROGATE, Severity::Medium, span, || {
            "half a surrogate pair stands for no character; read as U+FFFD".to_owned()
        });
        if self.strict { Err(Stop(code::LONE_SURROGATE)) } else { Ok('\u{FFFD}') }
    }

    fn four_digits(&mut self) -> Result<u32, Stop> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else {
                return Err(self.stop(code::UNEXPECTED_END, self.at, "unexpected end inside a string".to_owned()));
            };
            let Some(digit) = (byte as char).to_digit(16) else {
                return Err(self.syntax("expected four hexadecimal digits after `\\u`"));
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    fn syntax(&mut self, expected: &str) -> Stop {
        let found = match self.source.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("{expected}, found {}", crate::problem::quote(c.encode_utf8(&mut [0; 4]))),
            None => expected.to_owned(),
        };
        self.stop(code::JSON_SYNTAX, self.at, found)
    }

    fn unexpected_end(&mut self, top: u32) -> Stop {
        let open = self.arena.depth();
        let message = match open {
            0 => "unexpected end inside a value".to_owned(),
            1 => "unexpected end: the root is still open".to_owned(),
            _ => format!(
                "unexpected end: {open} values are still open, the innermost is {}",
                crate::problem::quote(&crate::read::pointer(&self.arena, self.source, top))
            ),
        };
        self.stop(code::UNEXPECTED_END, self.at, message)
    }

    fn stop(&mut self, code: &'static str, at: usize, message: String) -> Stop {
        let end = (at + 1).min(self.bytes.len()).max(at) as u32;
        self.problems.add_fatal(code, Span { start: at as u32, end }, message);
        if let Some((top, _)) = self.arena.top() {
            self.problems.about(Some(top), None);
        }
        Stop(code)
    }
}
