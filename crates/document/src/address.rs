//! Where a reference's text leads, seen from the file it stands in.

/// The place a reference names, its fragment aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// The file the reference stands in.
    Same,
    /// A file below the contract's folder: its path from there, without `.` and `..`.
    Local(String),
    /// An `http` or `https` URL without fragment, scheme and host in lower case.
    Url(String),
    /// A file outside the contract's folder.
    Outside,
    /// Any other scheme, `file:` among them.
    Foreign,
}

/// Whether an address is an `http` or `https` URL.
pub(crate) fn is_url(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && text.len() > scheme.len()
    })
}

/// Resolves the part of a reference before its `#` against the address of the file that holds it.
pub(crate) fn resolve(base: &str, before: &str) -> Address {
    if before.is_empty() {
        return Address::Same;
    }
    let before = before.replace('\\', "/");
    if is_url(&before) {
        return Address::Url(url(&before));
    }
    let decoded = percent_decode(&before);
    let scheme = |text: &str| text.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'));
    // Decoded too: what begins so for one reader of the path must not lead elsewhere for another.
    if scheme(&before) || scheme(&decoded) {
        return Address::Foreign;
    }
    if is_url(base) {
        return Address::Url(url(&join(base, &before)));
    }
    if decoded.starts_with("//") {
        return Address::Foreign;
    }
    if decoded.starts_with('/') {
        return Address::Outside;
    }
    let path = percent_decode(before.split('?').next().unwrap_or_default()).replace('\\', "/");
    if path.is_empty() {
        return Address::Same;
    }
    let mut steps: Vec<&str> = base.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.pop().is_none() => return Address::Outside,
            ".." => {}
            step => steps.push(step),
        }
    }
    Address::Local(steps.join("/"))
}

/// A URL with scheme and host in lower case.
fn url(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let authority = text.find("://").map_or(0, |at| at + 3);
    let end = text.get(authority..).and_then(|rest| rest.find(['/', '?'])).map_or(text.len(), |at| authority + at);
    let (head, tail) = text.split_at_checked(end).unwrap_or((text, ""));
    head.to_ascii_lowercase() + tail
}

/// Decodes `%xx`; what is no such triple stays, what is no UTF-8 becomes U+FFFD.
pub(crate) fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match after {
            [high, low, after @ ..] if *first == b'%' => {
                match ((*high as char).to_digit(16), (*low as char).to_digit(16)) {
                    (Some(high), Some(low)) => {
                        out.push((high * 16 + low) as u8);
                        after
                    }
                    _ => {
                        out.push(*first);
                        rest.get(1..).unwrap_or_default()
                    }
                }
            }
            _ => {
                out.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Resolves a reference against a base URI (RFC 3986 section 5.2, without the fragment's part).
pub fn join(base: &str, reference: &str) -> String {
    let has_scheme = |text: &str| {
        text.find(':').is_some_and(|at| {
            at > 0 && text.bytes().take(at).all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
    };
    if has_scheme(reference) || base.is_empty() {
        return reference.to_owned();
    }
    let (scheme, after_scheme) = match base.split_once(':') {
        Some((scheme, rest)) if has_scheme(base) => (format!("{scheme}:"), rest),
        _ => (String::new(), base),
    };
    if reference.starts_with("//") {
        return scheme + reference;
    }
    let (authority, path) = match after_scheme.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (format!("//{}", rest.get(..end).unwrap_or("")), rest.get(end..).unwrap_or(""))
        }
        None => (String::new(), after_scheme),
    };
    let path = path.split(['?', '#']).next().unwrap_or("");
    if reference.is_empty() || reference.starts_with('#') || reference.starts_with('?') {
        return format!("{scheme}{authority}{path}{reference}");
    }
    let merged = if reference.starts_with('/') {
        reference.to_owned()
    } else if path.is_empty() && !authority.is_empty() {
        format!("/{reference}")
    } else {
        format!("{}{reference}", path.get(..path.rfind('/').map_or(0, |at| at + 1)).unwrap_or(""))
    };
    let mut out: Vec<&str> = Vec::new();
    let count = merged.split('/').count();
    for (place, segment) in merged.split('/').enumerate() {
        let last = place + 1 == count;
        match segment {
            "." if last => out.push(""),
            "." => {}
            ".." => {
                if out.len() > 1 {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            segment => out.push(segment),
        }
    }
    format!("{scheme}{authority}{}", out.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Address, join, resolve};

    #[test]
    fn references_resolve_against_their_base() {
        for (base, reference, expected) in [
            ("http://a/b/c/d", "g", "http://a/b/c/g"),
            ("http://a/b/c/d", "../g", "http://a/b/g"),
            ("http://a/b/c/d", "/g", "http://a/g"),
            ("http://a/b/c/d", "//h/g", "http://h/g"),
            ("http://a/b/c/d", "urn:x:y", "urn:x:y"),
            ("http://a/b/", "folder/", "http://a/b/folder/"),
            ("http://a", "x.json", "http://a/x.json"),
            ("", "node.json", "node.json"),
        ] {
            assert_eq!(join(base, reference), expected);
        }
    }

    #[test]
    fn a_reference_is_read_from_the_file_it_stands_in() {
        let local = |path: &str| Address::Local(path.to_owned());
        let url = |text: &str| Address::Url(text.to_owned());
        for (base, before, expected) in [
            ("api.yaml", "", Address::Same),
            ("api.yaml", "?x", Address::Same),
            ("api.yaml", "./schemas/pet.yaml", local("schemas/pet.yaml")),
            ("api.yaml", "schemas//./pet%20one.yaml?v=2", local("schemas/pet one.yaml")),
            ("schemas/pet.yaml", "../common.yaml", local("common.yaml")),
            ("schemas/pet.yaml", "tag.yaml", local("schemas/tag.yaml")),
            ("schemas/pet.yaml", "..\\common.yaml", local("common.yaml")),
            ("schemas/pet.yaml", "../../common.yaml", Address::Outside),
            ("schemas/pet.yaml", "%2e%2e/%2e%2e/common.yaml", Address::Outside),
            ("schemas/pet.yaml", "..%5c..%5ccommon.yaml", Address::Outside),
            ("api.yaml", "/etc/passwd", Address::Outside),
            ("api.yaml", "%2fetc/passwd", Address::Outside),
            ("api.yaml", "file:///etc/passwd", Address::Foreign),
            ("api.yaml", "FILE:/etc/passwd", Address::Foreign),
            ("api.yaml", "file%3A///etc/passwd", Address::Foreign),
            ("api.yaml", "c:/x.yaml", Address::Foreign),
            ("api.yaml", "//host/x.yaml", Address::Foreign),
            ("api.yaml", "HTTPS://Host.Example/X.yaml", url("https://host.example/X.yaml")),
            ("https://h/a/b.yaml", "c.yaml", url("https://h/a/c.yaml")),
            ("https://h/a/b.yaml", "/c.yaml", url("https://h/c.yaml")),
            ("https://h/a/b.yaml", "//other/c.yaml", url("https://other/c.yaml")),
            ("https://h/a/b.yaml", "file:///etc/passwd", Address::Foreign),
        ] {
            assert_eq!(resolve(base, before), expected, "{before} in {base}");
        }
    }
}
