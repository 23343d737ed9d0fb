//! The parts of a `multipart/form-data` body (RFC 7578), enough to tell what they are. What is malformed ends the list.

/// Most parts that are read.
const MOST: usize = 256;
/// Longest head of a part, in bytes.
const LONGEST_HEAD: usize = 8 << 10;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    /// The name of the form's field.
    pub(crate) name: &'a str,
    /// It was sent as a file, or says itself that it is no text.
    pub(crate) file: bool,
    /// Its bytes.
    pub(crate) content: &'a [u8],
}

/// The boundary that a `Content-Type` names.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let mut parameters = content_type.split(';');
    parameters.next().filter(|media| media.trim().eq_ignore_ascii_case("multipart/form-data"))?;
    let boundary = parameters.find_map(|pair| value(pair, "boundary"))?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// The value of a parameter, without the quotes it may stand in.
fn value<'a>(pair: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = pair.split_once('=')?;
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or(value);
    key.trim().eq_ignore_ascii_case(name).then_some(value)
}

/// The parts of a body.
pub(crate) fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = match find(body, mark.as_bytes()) {
        Some(at) => body.get(at + mark.len()..).unwrap_or_default(),
        None => return found,
    };
    let end = format!("\r\n{mark}");
    while found.len() < MOST
        && let Some(part) = rest.strip_prefix(b"\r\n")
        && let Some(length) = find(part, end.as_bytes())
    {
        let (Some(inside), Some(after)) = (part.get(..length), part.get(length + end.len()..)) else { break };
        found.extend(read(inside));
        rest = after;
    }
    found
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    let split = find(part.get(..part.len().min(LONGEST_HEAD))?, b"\r\n\r\n")?;
    let head = std::str::from_utf8(part.get(..split)?).ok()?;
    let content = part.get(split + 4..)?;
    let (mut name, mut file) = (None, false);
    for line in head.split("\r\n") {
        let (field, text) = line.split_once(':')?;
        if field.trim().eq_ignore_ascii_case("content-disposition") {
            name = text.split(';').find_map(|pair| value(pair, "name"));
            file |= text.split(';').any(|pair| value(pair, "filename").is_some() || value(pair, "filename*").is_some());
        } else if field.trim().eq_ignore_ascii_case("content-type") {
            let media = text.trim().to_ascii_lowercase();
            file |= !media.starts_with("text/") && !media.starts_with("application/json");
        }
    }
    Some(Part { name: name?, file, content })
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &[u8] = b"preamble\r\n--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na lamp\r\n--x\r\n\
        Content-Disposition: form-data; name=\"photo\"; filename=\"l.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\xff\r\n--x--\r\n";

    #[test]
    fn parts_are_told_from_files() {
        assert_eq!(boundary("multipart/form-data; charset=utf-8; boundary=\"x\""), Some("x"));
        assert_eq!(boundary("multipart/mixed; boundary=x"), None);
        assert_eq!(
            parts(BODY, "x"),
            [
                Part { name: "note", file: false, content: b"a lamp" },
                Part { name: "photo", file: true, content: b"\x89PNG\r\n\xff" },
            ]
        );
        assert_eq!(parts(BODY, "y"), []);
        assert_eq!(parts(b"--x\r\nno head\r\n--x", "x"), []);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(cuts in proptest::collection::vec(0usize..160, 0..6)) {
            let mut body = BODY.to_vec();
            for cut in cuts {
                let at = cut.min(body.len());
                body.truncate(body.len().saturating_sub(at % 7));
                body.insert(at.min(body.len()), b'\r');
            }
            let _ = parts(&body, "x");
        }
    }
}
