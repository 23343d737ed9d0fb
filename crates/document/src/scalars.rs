//! Texts of YAML scalars: quotes, escapes, folded lines. Each function gives up on what it does not know.

/// A block scalar.
pub(crate) struct Block {
    /// Its text.
    pub(crate) text: String,
    /// One past the last byte of its last line that is not blank.
    pub(crate) end: usize,
    /// Where the line after it begins.
    pub(crate) next: usize,
}

/// Joins a line to the ones before it: one line break is a space, each more is a line break.
pub(crate) fn fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    } else {
        text.extend(std::iter::repeat_n('\n', breaks - 1));
    }
}

/// A quoted scalar that ends on its line: how many bytes it is long with its quotes, and its text unless that stands
/// between them as it is.
pub(crate) fn quoted_on_line(line: &str) -> Option<(usize, Option<String>)> {
    let quote = *line.as_bytes().first()?;
    let (end, text) = quoted(line, 0, quote, 0)?;
    (!line.get(..end)?.contains('\n')).then_some((end, text))
}

/// A quoted scalar: where it ends, and its text unless that stands between the quotes as it is. Lines after the first
/// are indented by at least `below`.
pub(crate) fn quoted(source: &str, start: usize, quote: u8, below: usize) -> Option<(usize, Option<String>)> {
    let bytes = source.as_bytes();
    let mut at = start + 1;
    // The text so far, where it differs from the source, and where the part not yet in it begins.
    let mut text: Option<String> = None;
    let mut from = at;
    loop {
        at += memchr::memchr3(quote, b'\\', b'\n', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'\n' => {
                let text = text.get_or_insert_default();
                // Blanks around a line break are no part of the text, but those that were escaped are.
                let line = source.get(from..at)?;
                if line.contains('\t') {
                    return None;
                }
                let kept = line.trim_end_matches(' ');
                if kept.is_empty() && from > start + 1 && bytes.get(from - 1) != Some(&b'\n') && !line.is_empty() {
                    return None;
                }
                text.push_str(kept);
                let mut breaks = 0;
                while bytes.get(at) == Some(&b'\n') {
                    at += 1;
                    breaks += 1;
                    let line = at;
                    while bytes.get(at) == Some(&b' ') {
                        at += 1;
                    }
                    match bytes.get(at)? {
                        b'\n' => {}
                        b'\t' => return None,
                        _ if at - line < below => return None,
                        _ => {}
                    }
                    if at == line && matches!(bytes.get(at..at + 3), Some(b"---" | b"...")) {
                        return None;
                    }
                }
                fold(text, breaks);
                from = at;
            }
            b'\\' if quote == b'"' => {
                let text = text.get_or_insert_default();
                text.push_str(source.get(from..at)?);
                let (c, length) = escape(source.get(at + 1..)?)?;
                text.push(c);
                at += 1 + length;
                from = at;
            }
            b'\\' => at += 1,
            _ if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => {
                let text = text.get_or_insert_default();
                text.push_str(source.get(from..=at)?);
                at += 2;
                from = at;
            }
            _ => {
                let text = match text {
                    Some(mut text) => {
                        text.push_str(source.get(from..at)?);
                        Some(text)
                    }
                    None => None,
                };
                return Some((at + 1, text));
            }
        }
    }
}

/// The character of an escape, from behind its backslash, and how many bytes it is long.
fn escape(rest: &str) -> Option<(char, usize)> {
    let hex = |digits: usize| {
        let digits = rest.get(1..=digits)?;
        let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let c = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
        all.then_some((c, digits.len() + 1))
    };
    Some(match rest.bytes().next()? {
        b'n' => ('\n', 1),
        b't' => ('\t', 1),
        b'r' => ('\r', 1),
        b'"' => ('"', 1),
        b'\\' => ('\\', 1),
        b'/' => ('/', 1),
        b'x' => hex(2)?,
        b'u' => hex(4)?,
        _ => return None,
    })
}

/// A block scalar from its indicator on, its lines indented by at least `below`.
pub(crate) fn block(source: &str, start: usize, below: usize) -> Option<Block> {
    let bytes = source.as_bytes();
    let literal = bytes.get(start) == Some(&b'|');
    let mut at = start + 1;
    let chomp = match bytes.get(at)? {
        byte @ (b'-' | b'+') => {
            at += 1;
            Some(*byte)
        }
        _ => None,
    };
    // A number for the indentation, a comment: left to the general parser.
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    if bytes.get(at) != Some(&b'\n') {
        return None;
    }
    at += 1;
    let column = indentation(bytes, at)?;
    if column < below {
        return None;
    }
    let mut text = String::new();
    let mut end = at;
    // Whether the line before began with a blank, and how many breaks lie between it and this one.
    let mut before: Option<bool> = None;
    let mut breaks = 0;
    let next = loop {
        let line = bytes.get(at..)?;
        if line.is_empty() {
            break at;
        }
        // A last line without its end is left to the general parser.
        let length = memchr::memchr(b'\n', line)?;
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        if spaces.min(column) == length || (spaces == length && spaces <= column) {
            breaks += 1;
            at += length + 1;
            continue;
        }
        if spaces < column {
            if line.get(spaces) == Some(&b'\t') {
                return None;
            }
            break at;
        }
        let content = source.get(at + column..at + length)?;
        let blank = content.starts_with([' ', '\t']);
        match before {
            None => text.extend(std::iter::repeat_n('\n', breaks)),
            Some(was_blank) if !literal && !blank && !was_blank => fold(&mut text, breaks + 1),
            Some(_) => text.extend(std::iter::repeat_n('\n', breaks + 1)),
        }
        text.push_str(content);
        before = Some(blank);
        breaks = 0;
        at += length;
        end = at;
        at += 1;
    };
    before?;
    match chomp {
        Some(b'-') => {}
        Some(_) => text.extend(std::iter::repeat_n('\n', breaks + 1)),
        None => text.push('\n'),
    }
    Some(Block { text, end, next })
}

/// The column of the first line that is not blank. Gives up where a blank line before it is longer, or holds a tab.
fn indentation(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut longest = 0;
    loop {
        let line = bytes.get(at..)?;
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        match line.get(spaces)? {
            b'\n' => longest = longest.max(spaces),
            b'\t' => return None,
            _ => return (longest <= spaces).then_some(spaces),
        }
        at += spaces + 1;
    }
}
