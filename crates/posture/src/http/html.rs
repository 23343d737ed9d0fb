//! What a page of HTML loads and says about itself.

use html5gum::{DefaultEmitter, Token, Tokenizer, naive_next_state};

/// A script with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Its address; whole where the page says from where addresses count.
    pub src: String,
    /// Whether a digest of it is given.
    pub integrity: bool,
}

/// What was found in a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Page {
    /// Scripts with an address, in order.
    pub scripts: Vec<Script>,
    /// Every script, also those whose text stands in the page.
    pub script_count: usize,
    /// Policies in `<meta http-equiv="content-security-policy">`.
    pub policies: Vec<String>,
    /// The last policy in `<meta name="referrer">`.
    pub referrer: Option<String>,
}

/// Scripts and policies that are kept.
const MOST: usize = 500;

/// Reads a page. Linear in its length; anything is a page.
pub(super) fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(false);
    let mut tokens = Tokenizer::new_with_emitter(text, emitter);
    let (mut base, mut templates) = (None::<String>, 0usize);
    while let Some(Ok(token)) = tokens.next() {
        let tag = match token {
            Token::StartTag(tag) => tag,
            Token::EndTag(tag) if tag.name.as_slice() == b"template" => {
                templates = templates.saturating_sub(1);
                continue;
            }
            _ => continue,
        };
        let name = tag.name.as_slice();
        // Without scripts, what stands in `noscript` is part of the page.
        if let Some(state) = naive_next_state(name).filter(|_| name != b"noscript") {
            tokens.set_state(state);
        }
        let attribute =
            |key: &[u8]| tag.attributes.get(key).map(|value| String::from_utf8_lossy(&value.value).into_owned());
        match name {
            b"template" => templates += 1,
            // What stands in a template is not part of the page.
            _ if templates > 0 => {}
            b"base" if base.is_none() => base = attribute(b"href").filter(|href| absolute(href)),
            b"script" => {
                page.script_count += 1;
                if let Some(src) = attribute(b"src").filter(|src| !src.is_empty())
                    && page.scripts.len() < MOST
                {
                    let integrity = attribute(b"integrity").is_some_and(|value| !value.is_empty());
                    page.scripts.push(Script { src: resolve(base.as_deref(), src.trim()), integrity });
                }
            }
            b"meta" if page.policies.len() < MOST => {
                let is = |key: &[u8], word: &str| {
                    attribute(key).is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
                };
                let content = attribute(b"content");
                if tag.attributes.contains_key(b"http-equiv".as_slice()) && content.is_some() {
                    if is(b"http-equiv", "content-security-policy") {
                        page.policies.extend(content.filter(|content| !content.is_empty()));
                    }
                } else if is(b"name", "referrer") {
                    page.referrer = content.filter(|content| !content.is_empty()).or(page.referrer.take());
                }
            }
            _ => {}
        }
    }
    page
}

fn absolute(address: &str) -> bool {
    let address = address.trim();
    ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}

/// An address as the page's base makes it. Without one, relative addresses stay relative.
fn resolve(base: Option<&str>, src: &str) -> String {
    if absolute(src) {
        let end = src.find("://").unwrap_or(0);
        let (scheme, rest) = src.split_at(end);
        return format!("{}{rest}", scheme.to_ascii_lowercase());
    }
    match base.and_then(|base| base.trim().split_once("://")) {
        Some((scheme, _)) if src.starts_with("//") => format!("{}:{src}", scheme.to_ascii_lowercase()),
        Some((scheme, rest)) if !src.contains(':') => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            format!("{}://{authority}/{}", scheme.to_ascii_lowercase(), src.trim_start_matches('/'))
        }
        _ => src.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn scripts_and_policies_are_found_where_they_count() {
        let page = read(
            r#"<!doctype html><title><script src=no></script></title><!-- <script src=no></script> -->
            <META HTTP-EQUIV=" Content-Security-Policy" content="default-src 'none'"><meta name=referrer content=origin>
            <style><script src=no></script></style><template><script src=no></script></template>
            <script>var a = '<script src=no>';</script><SCRIPT SRC=" HTTPS://cdn.example/a.js " integrity=sha384-x></SCRIPT>
            <noscript><script src="/b.js"></script></noscript><script src=""></script>"#,
        );
        let scripts: Vec<_> = page.scripts.iter().map(|script| (script.src.as_str(), script.integrity)).collect();
        assert_eq!(scripts, [("https://cdn.example/a.js", true), ("/b.js", false)]);
        assert_eq!(page.script_count, 4);
        assert_eq!(page.policies, ["default-src 'none'"]);
        assert_eq!(page.referrer.as_deref(), Some("origin"));
    }

    #[test]
    fn a_base_makes_addresses_whole() {
        let page =
            read(r#"<base href="https://cdn.example/x/"><script src="/a.js"></script><script src=//b/c></script>"#);
        let scripts: Vec<_> = page.scripts.iter().map(|script| script.src.as_str()).collect();
        assert_eq!(scripts, ["https://cdn.example/a.js", "https://b/c"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_page(text in "[ -~<>\"'=/!\\-\u{0}\u{e9}]{0,400}") {
            read(&text);
        }
    }
}
