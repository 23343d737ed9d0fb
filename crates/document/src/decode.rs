//! From bytes to text: byte order marks, UTF-16, and what is no text at all.

use crate::problem::{Limits, Raws, code};
use crate::tree::Span;
use palisade_finding::Severity;

/// Whether the input has neither a byte order mark nor the look of UTF-16, so that valid UTF-8 is its text as it is.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => false,
        [first, second, third, fourth, ..] => ![first, second, third, fourth].contains(&&0),
        _ => true,
    }
}

/// Decodes the input. Invalid sequences become U+FFFD, each run of them with a problem.
pub(crate) fn decode(bytes: &[u8], problems: &mut Raws, limits: &Limits) -> String {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3, problems, limits),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes, problems),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes, problems),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_le_bytes, problems),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => utf16(bytes, u16::from_be_bytes, problems),
        _ => utf8(bytes, 0, problems, limits),
    }
}

fn utf8(bytes: &[u8], skipped: usize, problems: &mut Raws, limits: &Limits) -> String {
    let mut text = match std::str::from_utf8(bytes) {
        Ok(text) => return text.to_owned(),
        Err(_) => String::with_capacity(bytes.len()),
    };
    let mut offset = skipped;
    let mut bad: Option<(u32, usize)> = None;
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            report(problems, bad.take(), text.len());
            text.push_str(chunk.valid());
            offset += chunk.valid().len();
        }
        if !chunk.invalid().is_empty() {
            bad.get_or_insert((text.len() as u32, offset));
            offset += chunk.invalid().len();
            text.push('\u{FFFD}');
        }
        // U+FFFD is longer than the bytes it stands for.
        if text.len() > limits.bytes.saturating_mul(2) {
            break;
        }
    }
    report(problems, bad, text.len());
    text
}

fn report(problems: &mut Raws, bad: Option<(u32, usize)>, end: usize) {
    if let Some((start, offset)) = bad {
        problems.add(code::INVALID_ENCODING, Severity::High, Span { start, end: end as u32 }, || {
            format!("bytes that are not UTF-8 at byte offset {offset}; read as U+FFFD")
        });
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, problems: &mut Raws) -> String {
    let mut text = String::with_capacity(bytes.len());
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0,
    });
    for c in char::decode_utf16(units) {
        let start = text.len() as u32;
        match c {
            Ok(c) => text.push(c),
            Err(_) => {
                text.push('\u{FFFD}');
                problems.add(code::INVALID_ENCODING, Severity::High, Span { start, end: start + 3 }, || {
                    "half a surrogate pair in UTF-16; read as U+FFFD".to_owned()
                });
            }
        }
    }
    if bytes.len() % 2 == 1 {
        let end = text.len() as u32;
        problems.add(code::INVALID_ENCODING, Severity::High, Span { start: end, end }, || {
            "the UTF-16 text ends with half a unit".to_owned()
        });
    }
    text
}

/// The inverse of [`decode`] for the encoding these bytes are in.
pub(crate) fn writer(bytes: &[u8]) -> fn(&str) -> Vec<u8> {
    fn wide(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).flat_map(unit).collect()
    }
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => |text| [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(),
        [0xFF, 0xFE, ..] => |text| wide(text, true, u16::to_le_bytes),
        [0xFE, 0xFF, ..] => |text| wide(text, true, u16::to_be_bytes),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => |text| wide(text, false, u16::to_le_bytes),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => |text| wide(text, false, u16::to_be_bytes),
        _ => |text| text.as_bytes().to_vec(),
    }
}
