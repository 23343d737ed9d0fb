//! `multipart/form-data` (RFC 7578), bounded.

use super::DecodeError;
use std::borrow::Cow;

/// Most parts of one body.
const PARTS: usize = 1000;
/// Longest head of one part, in bytes.
const HEAD: usize = 8 << 10;
/// Longest boundary (RFC 2046).
const BOUNDARY: usize = 70;

const BROKEN: DecodeError = DecodeError { code: "multipart", message: "must be a well-formed multipart body" };

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The media type in lower case, parameters included.
    pub(crate) content_type: Option<String>,
    /// Its other header fields.
    pub(crate) fields: Vec<(&'a str, &'a [u8])>,
    /// It has a file name.
    pub(crate) file: bool,
    pub(crate) content: &'a [u8],
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

/// True when the boundary stands at the beginning of a line, where lines may end with CR or LF alone: readers that
/// are less strict than this one would begin a part there.
fn hides(text: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find_iter(text, mark)
        .any(|at| at == 0 || text.get(at - 1).is_some_and(|byte| matches!(byte, b'\r' | b'\n')))
}

/// Splits a body at its boundary. What stands before the first and after the last one is no part.
pub(crate) fn parse<'a>(body: &'a [u8], boundary: &str) -> Result<Vec<Part<'a>>, DecodeError> {
    if boundary.is_empty() || boundary.len() > BOUNDARY {
        return Err(BROKEN);
    }
    let mark = format!("--{boundary}");
    let line = format!("\r\n{mark}");
    let mut rest = if body.starts_with(mark.as_bytes()) {
        body.get(mark.len()..).ok_or(BROKEN)?
    } else {
        let at = find(body, line.as_bytes()).ok_or(BROKEN)?;
        if hides(body.get(..at).unwrap_or_default(), mark.as_bytes()) {
            return Err(BROKEN);
        }
        body.get(at + line.len()..).ok_or(BROKEN)?
    };
    let mut parts = Vec::new();
    loop {
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            return if hides(epilogue, mark.as_bytes()) { Err(BROKEN) } else { Ok(parts) };
        }
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let after = rest.get(blank..).and_then(|rest| rest.strip_prefix(b"\r\n")).ok_or(BROKEN)?;
        // A part without any field begins with the empty line.
        let (head, content) = if let Some(content) = after.strip_prefix(b"\r\n") {
            (&b""[..], content)
        } else {
            let end = find(after.get(..HEAD.min(after.len())).unwrap_or(after), b"\r\n\r\n").ok_or(BROKEN)?;
            (after.get(..end).unwrap_or(b""), after.get(end + 4..).unwrap_or(b""))
        };
        let end = find(content, line.as_bytes()).ok_or(BROKEN)?;
        if parts.len() == PARTS {
            return Err(DecodeError { code: "too_many", message: "holds too many parts" });
        }
        let own = content.get(..end).unwrap_or(b"");
        if hides(own, mark.as_bytes()) {
            return Err(BROKEN);
        }
        parts.push(part(head, own)?);
        rest = content.get(end + line.len()..).unwrap_or(b"");
    }
}

fn part<'a>(head: &'a [u8], content: &'a [u8]) -> Result<Part<'a>, DecodeError> {
    let head = std::str::from_utf8(head).map_err(|_| BROKEN)?;
    let (mut name, mut content_type, mut file) = (None, None, false);
    let mut fields = Vec::new();
    for field in head.split("\r\n") {
        // Folded lines and lone line ends are read in as many ways as there are readers.
        if field.starts_with([' ', '\t']) || field.contains(['\r', '\n', '\0']) {
            return Err(BROKEN);
        }
        let (key, value) = field.split_once(':').ok_or(BROKEN)?;
        if key.eq_ignore_ascii_case("content-disposition") {
            // Parsers differ on which of two wins: neither does.
            if name.is_some() || !value.trim_start().to_ascii_lowercase().starts_with("form-data") {
                return Err(BROKEN);
            }
            for (key, value) in parameters(value) {
                if key.eq_ignore_ascii_case("name") {
                    if name.replace(value).is_some() {
                        return Err(BROKEN);
                    }
                } else if key.eq_ignore_ascii_case("name*") {
                    return Err(BROKEN);
                } else if key.eq_ignore_ascii_case("filename") || key.eq_ignore_ascii_case("filename*") {
                    file = true;
                }
            }
        } else if key.eq_ignore_ascii_case("content-transfer-encoding") {
            // Few readers undo a coding; those that do would see another value.
            if !["7bit", "8bit", "binary"].iter().any(|word| value.trim().eq_ignore_ascii_case(word)) {
                return Err(BROKEN);
            }
        } else if key.eq_ignore_ascii_case("content-type") {
            // Of two types some readers take the first, some the last.
            if content_type.replace(value.trim().to_ascii_lowercase()).is_some() {
                return Err(BROKEN);
            }
        } else {
            fields.push((key.trim(), value.trim().as_bytes()));
        }
    }
    Ok(Part { name: name.ok_or(BROKEN)?, content_type, fields, file, content })
}

/// The `key=value` parameters after the first semicolon; quoted values are unquoted.
pub(crate) fn parameters(value: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut list = Vec::new();
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.rsplit(';').next().unwrap_or(key).trim();
        let after = after.trim_start();
        if let Some(quoted) = after.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => text.extend(chars.next().map(|(_, c)| c)),
                    c => text.push(c),
                }
            }
            list.push((key, Cow::Owned(text)));
            rest = quoted.get(end..).unwrap_or("");
        } else {
            let (text, after) = after.split_once(';').unwrap_or((after, ""));
            list.push((key, Cow::Borrowed(text.trim())));
            rest = after;
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_with_name_type_and_content() {
        let body = b"preamble\r\n--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--xx\r\n\
            content-disposition: form-data; name=\"f\\\"g\"; filename=\"x;y.bin\"\r\nContent-Type: Image/PNG\r\n\r\n\x00\x01\r\n--xx--\r\n";
        let parts = parse(body, "xx").unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((&*parts[0].name, parts[0].content, parts[0].file), ("a", &b"one"[..], false));
        assert_eq!((&*parts[1].name, parts[1].content, parts[1].file), ("f\"g", &b"\x00\x01"[..], true));
        assert_eq!(parts[1].content_type.as_deref(), Some("image/png"));
    }

    #[test]
    fn ambiguous_and_broken_bodies_are_refused() {
        for body in [
            "",
            "--xx",
            "--xx\r\n",
            "--xx\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xx--",
            "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
            "--xx\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--xx--",
            "--xx\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\nx\r\n--xx--",
            "--xx\r\n\r\nx\r\n--xx--",
        ] {
            assert!(parse(body.as_bytes(), "xx").is_err(), "{body:?}");
        }
    }
}
