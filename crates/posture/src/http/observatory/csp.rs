//! Content-Security-Policy as the Observatory reads it: all policies as one, in which a source of a later policy
//! counts where an earlier one has it too.

use super::outcome::*;
use super::{Case, Outcome};
use std::collections::HashSet;

/// What the policy comes to.
pub(super) struct Judged {
    pub outcome: Outcome,
    /// Whether it says who may frame the page.
    pub frame_ancestors: bool,
}

const BROAD: [&str; 8] = ["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"];
const INLINE: [&str; 2] = ["'unsafe-inline'", "data:"];
const PASSIVE: [&str; 2] = ["img-src", "media-src"];
const DIGESTS: [&str; 4] = ["'sha256-", "'sha384-", "'sha512-", "'nonce-"];
/// Directives that do not count in a page.
const NOT_IN_PAGES: [&str; 3] = ["frame-ancestors", "report-uri", "sandbox"];
/// Directives that may come twice.
const TWICE: [&str; 2] = ["report-uri", "report-to"];
/// Characters of a policy; shorter ones cannot be one.
const SHORTEST: usize = 6;

/// Directives with their sources, in order, and whether a report directive came twice.
#[derive(Default)]
struct Policy {
    directives: Vec<(String, Vec<String>)>,
    duplicates: bool,
}

impl Policy {
    fn get(&self, name: &str) -> Option<&Vec<String>> {
        self.directives.iter().find(|(have, _)| have == name).map(|(_, sources)| sources)
    }

    /// The directive that decides about a kind of content.
    fn deciding(&self, name: &str) -> Option<usize> {
        let place = |name: &str| self.directives.iter().position(|(have, _)| have == name);
        place(name).or_else(|| place("default-src"))
    }

    fn sources(&self, directive: Option<usize>) -> Vec<&str> {
        match directive.and_then(|directive| self.directives.get(directive)) {
            Some((_, sources)) => sources.iter().map(String::as_str).collect(),
            None => vec!["*"],
        }
    }

    fn remove(&mut self, directive: Option<usize>, gone: impl Fn(&str) -> bool) {
        if let Some((_, sources)) = directive.and_then(|directive| self.directives.get_mut(directive)) {
            sources.retain(|source| !gone(source));
        }
    }
}

pub(super) fn judge(case: &Case<'_>) -> Judged {
    let fields: Vec<String> = case.answer.fields.joined("content-security-policy").into_iter().collect();
    let in_page = case.page.as_ref().map(|page| page.policies.clone()).unwrap_or_default();
    let only = |outcome| Judged { outcome, frame_ancestors: false };
    let both: Vec<&str> = fields.iter().chain(&in_page).map(String::as_str).collect();
    let Some(mut policy) = parse(&both) else { return only(CSP_INVALID) };
    let from_fields = parse(&fields.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default();
    let from_page = parse(&in_page.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default();
    let counted = |policy: &Policy, page: bool| {
        let directives = policy.directives.iter();
        directives.filter(|(name, _)| !page || !NOT_IN_PAGES.contains(&name.as_str())).count()
            + usize::from(policy.duplicates)
    };
    if counted(&from_fields, false) + counted(&from_page, true) == 0 {
        let reported = case.answer.fields.joined("content-security-policy-report-only");
        let reported = reported.is_some_and(|value| !value.is_empty());
        return only(if reported { CSP_REPORT_ONLY } else { CSP_MISSING });
    }
    let tls = case.trail.first_is_tls();
    Judged { outcome: outcome(&mut policy, tls), frame_ancestors: policy.get("frame-ancestors").is_some() }
}

fn outcome(policy: &mut Policy, tls: bool) -> Outcome {
    let (script, style, object) =
        (policy.deciding("script-src"), policy.deciding("style-src"), policy.deciding("object-src"));
    let digested = |sources: &[&str]| sources.iter().any(|source| DIGESTS.iter().any(|d| source.starts_with(d)));
    for directive in [script, style] {
        if digested(&policy.sources(directive)) {
            policy.remove(directive, |source| source == "'unsafe-inline'");
        }
    }
    if policy.sources(script).contains(&"'strict-dynamic'") {
        if !digested(&policy.sources(script)) {
            return CSP_INVALID;
        }
        policy.remove(script, |source| {
            BROAD.iter().any(|broad| source.starts_with(broad)) || ["'self'", "'unsafe-inline'"].contains(&source)
        });
    }
    let broad = |source: &&str| BROAD.contains(source);
    let loose = |source: &&str| BROAD.contains(source) || INLINE.contains(source);
    let plain = |source: &&str| source.starts_with("http:") || source.starts_with("ftp:");
    let (scripts, styles, objects) = (policy.sources(script), policy.sources(style), policy.sources(object));
    if scripts.iter().any(loose) || objects.iter().any(broad) {
        return CSP_UNSAFE_INLINE;
    }
    let active = policy.directives.iter().filter(|(name, _)| name != "script-src" && !PASSIVE.contains(&name.as_str()));
    let active = active.flat_map(|(_, sources)| sources.iter().map(String::as_str));
    if tls && (active.into_iter().any(|source| plain(&source)) || scripts.iter().any(plain)) {
        return CSP_INSECURE_SCHEME;
    }
    if scripts.contains(&"'unsafe-eval'") || styles.contains(&"'unsafe-eval'") {
        return CSP_UNSAFE_EVAL;
    }
    let passive = |name| policy.deciding(name).is_some_and(|at| policy.sources(Some(at)).iter().any(plain));
    if tls && PASSIVE.into_iter().any(passive) {
        return CSP_INSECURE_PASSIVE;
    }
    let good = if styles.iter().any(loose) {
        CSP_UNSAFE_STYLE
    } else if policy.get("default-src").is_some_and(|sources| matches!(sources.as_slice(), [one] if one == "'none'")) {
        CSP_DEFAULT_NONE
    } else {
        CSP_NO_UNSAFE
    };
    if policy.duplicates { CSP_DUPLICATES } else { good }
}

/// A source while policies are joined.
#[derive(Clone)]
struct Source {
    text: String,
    policy: usize,
    keep: bool,
}

/// Reads policies as one; none where one cannot be read.
fn parse(policies: &[&str]) -> Option<Policy> {
    let policies: Vec<String> = policies.iter().map(|text| trim(&text.replace(['\r', '\n'], "")).to_owned()).collect();
    if policies.iter().any(|text| text.encode_utf16().count() < SHORTEST) {
        return None;
    }
    let mut joined: Vec<(String, Vec<Source>)> = Vec::new();
    let mut duplicates = false;
    for (policy, text) in policies.iter().enumerate() {
        let mut seen = HashSet::new();
        for entry in text.split(';') {
            let mut words = entry.split(space).filter(|word| !word.is_empty());
            let Some(name) = words.next().map(str::to_lowercase) else { continue };
            if !seen.insert(name.clone()) {
                if !TWICE.contains(&name.as_str()) {
                    return None;
                }
                duplicates = true;
            }
            let source = |text: String| Source { text, policy, keep: policy == 0 };
            let mut new: Vec<Source> = words.map(|word| source(word.to_lowercase())).collect();
            if new.is_empty() && name.ends_with("-src") {
                new.push(source("'none'".to_owned()));
            }
            let at = joined.iter().position(|(have, _)| *have == name);
            if policy > 0
                && let Some((_, have)) = at.and_then(|at| joined.get(at))
            {
                new.splice(0..0, have.iter().cloned());
            }
            new.sort_by(|a, b| order(&a.text).cmp(order(&b.text)));
            for place in 1..new.len() {
                let (before, rest) = new.split_at_mut(place);
                let (Some(before), Some(source)) = (before.last(), rest.first_mut()) else { continue };
                if before.policy == source.policy {
                    // Of two that begin alike the longer one adds nothing.
                    source.keep &= !source.text.starts_with(&before.text);
                } else if matches(&before.text, &source.text)? {
                    source.keep = true;
                }
            }
            // Of the first policy a source counts further on only where another one has it too.
            let keep = policy != 0 || policies.len() == 1;
            new.retain(|source| source.keep);
            for source in &mut new {
                source.keep = keep;
            }
            match at.and_then(|at| joined.get_mut(at)) {
                Some((_, have)) => *have = new,
                None => joined.push((name, new)),
            }
        }
    }
    let directives = joined.into_iter().map(|(name, sources)| {
        let mut texts: Vec<String> = Vec::new();
        for source in sources {
            if !texts.contains(&source.text) {
                texts.push(source.text);
            }
        }
        if texts.is_empty() {
            texts.push("'none'".to_owned());
        }
        (name, texts)
    });
    Some(Policy { directives: directives.collect(), duplicates })
}

/// Whether a source of one policy stands for one of another, segment by segment. None: an escape cannot be decoded.
fn matches(one: &str, other: &str) -> Option<bool> {
    if one.is_empty() || (one == "/" && other.is_empty()) {
        return Some(true);
    }
    let folder = one.ends_with('/');
    let mut ours: Vec<&str> = one.split('/').collect();
    let theirs: Vec<&str> = other.split('/').collect();
    if ours.len() > theirs.len() || (!folder && ours.len() != theirs.len()) {
        return Some(false);
    }
    if folder {
        ours.pop();
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if decoded(ours)? != decoded(theirs)? {
            return Some(false);
        }
    }
    Some(true)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = rest.get(2..)?;
    }
    String::from_utf8(bytes).ok()
}

/// The places of characters in English collation: marks before digits before letters.
fn order(text: &str) -> impl Iterator<Item = usize> {
    const MARKS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    text.chars().map(|c| match MARKS.find(c) {
        Some(place) => place,
        None => 1000 + c as usize,
    })
}

/// White space of ECMAScript, by which the Observatory splits.
fn space(c: char) -> bool {
    c != '\u{85}' && (c.is_whitespace() || c == '\u{feff}')
}

fn trim(text: &str) -> &str {
    text.trim_matches(space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(policies: &[&str]) -> &'static str {
        parse(policies).map_or(CSP_INVALID, |mut policy| outcome(&mut policy, true)).name()
    }

    #[test]
    fn policies_are_told_apart() {
        for (policy, wanted) in [
            ("default-src 'none'", CSP_DEFAULT_NONE),
            ("default-src 'none'; img-src", CSP_DEFAULT_NONE),
            ("default-src 'self'", CSP_NO_UNSAFE),
            ("default-src 'self' https:", CSP_UNSAFE_INLINE),
            ("img-src 'self'", CSP_UNSAFE_INLINE),
            ("default-src 'self'; script-src 'unsafe-inline'", CSP_UNSAFE_INLINE),
            ("default-src 'self'; script-src 'unsafe-inline' 'nonce-a'", CSP_NO_UNSAFE),
            ("default-src 'self'; script-src 'strict-dynamic'", CSP_INVALID),
            ("default-src 'none'; script-src 'strict-dynamic' 'nonce-a' https: 'unsafe-inline'", CSP_DEFAULT_NONE),
            ("default-src 'self'; script-src 'self' 'unsafe-eval'", CSP_UNSAFE_EVAL),
            ("default-src 'self'; style-src 'unsafe-inline'", CSP_UNSAFE_STYLE),
            ("default-src 'self'; img-src http://a.example", CSP_INSECURE_PASSIVE),
            ("default-src 'self' http://a.example", CSP_INSECURE_SCHEME),
            ("default-src 'none'; default-src 'self'", CSP_INVALID),
            ("default-src 'none'; report-uri /a; report-uri /b", CSP_DUPLICATES),
            ("none", CSP_INVALID),
        ] {
            assert_eq!(judged(&[policy]), wanted.name(), "{policy}");
        }
    }

    #[test]
    fn a_later_policy_narrows_an_earlier_one() {
        assert_eq!(judged(&["default-src 'self' https:", "default-src 'self'"]), CSP_NO_UNSAFE.name());
        assert_eq!(
            judged(&["script-src 'unsafe-inline'; object-src 'none'", "script-src 'none'; style-src 'self'"]),
            CSP_NO_UNSAFE.name()
        );
    }

    proptest::proptest! {
        #[test]
        fn any_policies_are_read_or_invalid(policies in proptest::collection::vec(".{0,60}|[a-z' :/%;*.-]{0,60}", 0..4)) {
            let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
            judged(&policies);
        }
    }
}
