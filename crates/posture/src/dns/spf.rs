//! Which machines may send mail for a domain: SPF, RFC 7208.
//!
//! No message is at hand, so nothing is matched: every term is walked, those of includes and redirects too, as the worst
//! message would make a receiver walk them.

use super::known::{Data, Kind, Known, Outcome, Reply};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Terms that make a receiver look something up; more is an error. RFC 7208 section 4.6.4.
pub(super) const LOOKUPS: u32 = 10;
/// Look-ups that find nothing; receivers end with an error beyond. RFC 7208 section 4.6.4.
pub(super) const VOIDS: u32 = 2;
/// Look-ups after which nothing more is walked.
const WALKED: u32 = 40;
/// Depth of includes and redirects that is walked.
const DEPTH: usize = 12;
/// Faults kept.
const FAULTS: usize = 12;

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Qualifier {
    /// `+`: may send.
    Pass,
    /// `?`: nothing is said.
    Neutral,
    /// `~`: probably may not.
    SoftFail,
    /// `-`: may not.
    Fail,
}

/// The policy, and what a receiver meets on the way through it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spf {
    /// Why nothing is known of it, where nothing is.
    pub unknown: Option<String>,
    /// The domain's records that begin with `v=spf1`; receivers accept exactly one.
    pub records: Vec<String>,
    /// What holds for a machine that no term names: of `all`, or of the record redirected to. None: neither is there.
    pub all: Option<Qualifier>,
    /// Terms that let far too many machines send: an included `+all`, a network of a large share of all addresses.
    pub permissive: Vec<String>,
    /// Terms that make a receiver look something up, through includes and redirects.
    pub lookups: u32,
    /// How many of those find nothing.
    pub voids: u32,
    /// `ptr` terms, which are not to be used (RFC 7208 section 5.5).
    pub ptr: Vec<String>,
    /// What makes a receiver end with an error, each with the record's domain in front.
    pub faults: Vec<String>,
    /// Records of includes or redirects without an answer.
    pub unanswered: Vec<String>,
}

impl Spf {
    /// Whether the record names anyone who may send; without a record, anyone might.
    pub(super) fn lets_someone_send(&self) -> bool {
        match self.records.as_slice() {
            [one] => parse(one).0.iter().any(|term| !matches!(term, Term::All(_) | Term::Ignored)),
            _ => true,
        }
    }
}

/// One term, as far as it matters without a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    All(Qualifier),
    Include(Qualifier, String),
    /// `a` with its name, empty for the record's own.
    Address(String),
    /// `mx` with its name.
    Exchange(String),
    Ptr(String),
    Exists(String),
    /// A network that is a large share of all addresses.
    Wide(Qualifier, String),
    Redirect(String),
    /// A network, `exp` or a modifier of another standard.
    Ignored,
}

/// The policy of a domain.
pub(super) fn assess(domain: &str, known: &mut Known) -> Spf {
    let mut spf = Spf::default();
    let reply = known.ask(domain, Kind::Txt);
    spf.unknown = reply.unknown().map(str::to_owned);
    spf.records = records(&reply);
    if let [one] = spf.records.as_slice() {
        let record = one.clone();
        let mut walk = Walk { spf: &mut spf, path: vec![domain.to_owned()], known };
        let all = walk.record(domain, &record, true);
        spf.all = all;
    }
    spf
}

/// The texts that are SPF records. RFC 7208 section 4.5.
fn records(reply: &Reply) -> Vec<String> {
    let is_spf = |text: &&str| {
        let head = text.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("v=spf1"));
        head && matches!(text.as_bytes().get(6), None | Some(b' '))
    };
    reply.texts().filter(is_spf).map(str::to_owned).collect()
}

struct Walk<'a> {
    spf: &'a mut Spf,
    path: Vec<String>,
    known: &'a mut Known,
}

impl Walk<'_> {
    fn fault(&mut self, domain: &str, what: impl std::fmt::Display) {
        let fault = format!("{domain}: {what}");
        if self.spf.faults.len() < FAULTS && !self.spf.faults.contains(&fault) {
            self.spf.faults.push(fault);
        }
    }

    /// Walks a record; `passes` says whether its passes are passes of the whole. Gives the qualifier of what is left.
    fn record(&mut self, domain: &str, record: &str, passes: bool) -> Option<Qualifier> {
        let (terms, faults) = parse(record);
        for fault in faults {
            self.fault(domain, fault);
        }
        let mut redirect = None;
        for term in terms {
            if self.spf.lookups > WALKED {
                return None;
            }
            match term {
                Term::All(qualifier) => {
                    if passes && qualifier == Qualifier::Pass && self.path.len() > 1 {
                        self.spf.permissive.push(format!("{domain}: {record}"));
                    }
                    return Some(qualifier);
                }
                Term::Include(qualifier, name) => {
                    self.spf.lookups += 1;
                    self.other(domain, "include", &name, passes && qualifier == Qualifier::Pass);
                }
                Term::Redirect(name) => redirect = Some(name),
                Term::Address(name) | Term::Exists(name) => {
                    self.spf.lookups += 1;
                    let name = if name.is_empty() { domain.to_owned() } else { name };
                    self.addresses(&name);
                }
                Term::Exchange(name) => {
                    self.spf.lookups += 1;
                    let name = if name.is_empty() { domain.to_owned() } else { name };
                    self.exchanges(domain, &name);
                }
                Term::Ptr(text) => {
                    self.spf.lookups += 1;
                    self.spf.ptr.push(format!("{domain}: {text}"));
                }
                Term::Wide(Qualifier::Pass, text) if passes => self.spf.permissive.push(format!("{domain}: {text}")),
                Term::Wide(..) | Term::Ignored => {}
            }
        }
        let name = redirect?;
        self.spf.lookups += 1;
        self.other(domain, "redirect", &name, passes)
    }

    /// The record of another domain.
    fn other(&mut self, domain: &str, how: &str, name: &str, passes: bool) -> Option<Qualifier> {
        if name.contains('%') {
            return None;
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if self.path.contains(&name) {
            self.fault(domain, format_args!("{how} of {name} leads back to it"));
            return None;
        }
        if self.path.len() >= DEPTH {
            self.fault(domain, format_args!("{how} of {name} is the {DEPTH}th in a row"));
            return None;
        }
        let reply = self.known.ask(&name, Kind::Txt);
        if let Some(reason) = reply.unknown() {
            self.spf.unanswered.push(format!("{name}: {reason}"));
            return None;
        }
        if reply.is_void() {
            self.spf.voids += 1;
        }
        match records(&reply).as_slice() {
            [] => {
                self.fault(domain, format_args!("{how} of {name}, which has no SPF record"));
                None
            }
            [one] => {
                self.path.push(name.clone());
                let all = self.record(&name, one, passes);
                self.path.pop();
                all
            }
            several => {
                self.fault(domain, format_args!("{how} of {name}, which has {} SPF records", several.len()));
                None
            }
        }
    }

    fn addresses(&mut self, name: &str) {
        // What a macro stands for depends on the message.
        if name.contains('%') {
            return;
        }
        let first = self.known.ask(name, Kind::A);
        if first.is_void() && (first.outcome == Outcome::NoSuchName || self.known.ask(name, Kind::Aaaa).is_void()) {
            self.spf.voids += 1;
        }
    }

    fn exchanges(&mut self, domain: &str, name: &str) {
        if name.contains('%') {
            return;
        }
        let reply = self.known.ask(name, Kind::Mx);
        let exchanges = reply.data().iter().filter(|data| matches!(data, Data::Exchange(..))).count();
        if reply.is_void() {
            self.spf.voids += 1;
        }
        if exchanges > LOOKUPS as usize {
            self.fault(domain, format_args!("mx of {name}, which has {exchanges} exchanges: receivers stop at ten"));
        }
    }
}

/// The terms of a record and what is wrong with it. RFC 7208 section 12.
fn parse(record: &str) -> (Vec<Term>, Vec<String>) {
    let mut terms = Vec::new();
    let mut faults = Vec::new();
    let (mut redirects, mut explanations) = (0, 0);
    for text in record.get(6..).unwrap_or_default().split(' ').filter(|text| !text.is_empty()) {
        match term(text) {
            Ok(term) => {
                redirects += u32::from(matches!(term, Term::Redirect(_)));
                explanations += u32::from(text.to_ascii_lowercase().starts_with("exp="));
                terms.push(term);
            }
            Err(why) => faults.push(format!("{}: {why}", super::judge::short(text))),
        }
    }
    if redirects > 1 {
        faults.push("more than one redirect".to_owned());
    }
    if explanations > 1 {
        faults.push("more than one exp".to_owned());
    }
    (terms, faults)
}

fn term(text: &str) -> Result<Term, &'static str> {
    // A modifier is a name and `=`; a mechanism has `:` or `/` or nothing after its name.
    let name_end = text.find(['=', ':', '/']).unwrap_or(text.len());
    if text.as_bytes().get(name_end) == Some(&b'=') {
        return modifier(&text[..name_end], &text[name_end + 1..]);
    }
    let (qualifier, rest) = match text.as_bytes().first() {
        Some(b'+') => (Qualifier::Pass, &text[1..]),
        Some(b'?') => (Qualifier::Neutral, &text[1..]),
        Some(b'~') => (Qualifier::SoftFail, &text[1..]),
        Some(b'-') => (Qualifier::Fail, &text[1..]),
        _ => (Qualifier::Pass, text),
    };
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, argument) = rest.split_at(end);
    match (name.to_ascii_lowercase().as_str(), argument.strip_prefix(':')) {
        ("all", _) if argument.is_empty() => Ok(Term::All(qualifier)),
        ("all", _) => Err("all takes no argument"),
        ("include", Some(domain)) => Ok(Term::Include(qualifier, domain_spec(domain)?)),
        ("include", None) => Err("include names no domain"),
        ("exists", Some(domain)) => Ok(Term::Exists(domain_spec(domain)?)),
        ("exists", None) => Err("exists names no domain"),
        ("ptr", Some(domain)) => domain_spec(domain).map(|_| Term::Ptr(text.to_owned())),
        ("ptr", None) if argument.is_empty() => Ok(Term::Ptr(text.to_owned())),
        ("ptr", None) => Err("ptr takes no length"),
        ("a", _) => Ok(Term::Address(domain_and_lengths(argument)?)),
        ("mx", _) => Ok(Term::Exchange(domain_and_lengths(argument)?)),
        ("ip4", Some(network)) => {
            let length = network_length::<Ipv4Addr>(network, 32)?;
            Ok(if length < 8 { Term::Wide(qualifier, text.to_owned()) } else { Term::Ignored })
        }
        ("ip6", Some(network)) => {
            let length = network_length::<Ipv6Addr>(network, 128)?;
            Ok(if length < 16 { Term::Wide(qualifier, text.to_owned()) } else { Term::Ignored })
        }
        ("ip4" | "ip6", None) => Err("it names no network"),
        _ => Err("there is no such mechanism"),
    }
}

fn modifier(name: &str, value: &str) -> Result<Term, &'static str> {
    let well = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    match name.to_ascii_lowercase().as_str() {
        _ if !well => Err("this is no modifier"),
        "redirect" => Ok(Term::Redirect(domain_spec(value)?)),
        "exp" => domain_spec(value).map(|_| Term::Ignored),
        _ if macro_string(value) => Ok(Term::Ignored),
        _ => Err("its macro is not written as one"),
    }
}

fn network_length<A: std::str::FromStr>(text: &str, most: u8) -> Result<u8, &'static str> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length_of(length, most)?),
        None => (text, most),
    };
    address.parse::<A>().map_err(|_| "this is no address")?;
    Ok(length)
}

fn length_of(text: &str, most: u8) -> Result<u8, &'static str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|length| digits && *length <= most).ok_or("this is no length of a network")
}

/// `[:domain][/length][//length]`.
fn domain_and_lengths(argument: &str) -> Result<String, &'static str> {
    let (name, lengths) = match argument.strip_prefix(':') {
        // A macro may hold a slash as a delimiter, inside of its braces.
        Some(rest) => {
            let from = rest.rfind('}').map_or(0, |at| at + 1);
            let end = rest[from..].find('/').map_or(rest.len(), |at| from + at);
            let (name, lengths) = rest.split_at(end);
            (domain_spec(name)?, lengths)
        }
        None => (String::new(), argument),
    };
    let (four, six) = match lengths.split_once("//") {
        Some((four, six)) => (four, Some(six)),
        None => (lengths, None),
    };
    match four.strip_prefix('/') {
        Some(length) => {
            length_of(length, 32)?;
        }
        None if four.is_empty() => {}
        None => return Err("this is no length of a network"),
    }
    if let Some(length) = six {
        length_of(length, 128)?;
    }
    Ok(name)
}

fn domain_spec(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("it names no domain");
    }
    if !macro_string(text) {
        return Err("its macro is not written as one");
    }
    if text.ends_with('}') {
        return Ok(text.to_owned());
    }
    let top = text.trim_end_matches('.').rsplit_once('.').map(|(_, top)| top);
    let good = top.is_some_and(|top| {
        !top.is_empty()
            && top.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !top.bytes().all(|byte| byte.is_ascii_digit())
            && !top.starts_with('-')
            && !top.ends_with('-')
    });
    if good { Ok(text.to_owned()) } else { Err("this is no domain") }
}

/// Whether every `%` begins a macro. RFC 7208 section 7.1.
fn macro_string(text: &str) -> bool {
    if !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return false;
    }
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let after = &rest[at + 1..];
        rest = match after.as_bytes().first() {
            Some(b'%' | b'_' | b'-') => &after[1..],
            Some(b'{') => {
                let Some((inside, beyond)) = after[1..].split_once('}') else { return false };
                let letter = inside.bytes().next().is_some_and(|byte| b"slodiphcrtvSLODIPHCRTV".contains(&byte));
                let tail = inside.get(1..).unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_digit());
                let tail = tail.strip_prefix(['r', 'R']).unwrap_or(tail);
                if !letter || !tail.bytes().all(|byte| b".-+,/_=".contains(&byte)) {
                    return false;
                }
                beyond
            }
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Qualifier, Term, parse};

    #[test]
    fn terms_are_read_as_the_grammar_says() {
        for (record, terms) in [
            ("v=spf1 -all", vec![Term::All(Qualifier::Fail)]),
            ("v=spf1  +ALL ", vec![Term::All(Qualifier::Pass)]),
            ("v=spf1 include:a.test", vec![Term::Include(Qualifier::Pass, "a.test".into())]),
            (
                "v=spf1 ?include:_spf.%{d2} a",
                vec![Term::Include(Qualifier::Neutral, "_spf.%{d2}".into()), Term::Address(String::new())],
            ),
            ("v=spf1 a:b.test/24//64 mx/30", vec![Term::Address("b.test".into()), Term::Exchange(String::new())]),
            ("v=spf1 exists:%{l1r+}.x.test", vec![Term::Exists("%{l1r+}.x.test".into())]),
            ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 exp=e.test x-y=z", vec![Term::Ignored; 4]),
            ("v=spf1 ip4:0.0.0.0/0", vec![Term::Wide(Qualifier::Pass, "ip4:0.0.0.0/0".into())]),
            ("v=spf1 redirect=c.test", vec![Term::Redirect("c.test".into())]),
            ("v=spf1 ptr ptr:d.test", vec![Term::Ptr("ptr".into()), Term::Ptr("ptr:d.test".into())]),
        ] {
            assert_eq!(parse(record), (terms, Vec::new()), "{record}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_named() {
        for text in [
            "include",
            "include:",
            "include:localhost",
            "all:x",
            "ip4:1.2.3",
            "ip4:1.2.3.4/33",
            "ip4:1.2.3.4/024",
            "ip6:1.2.3.4",
            "a/33",
            "a//129",
            "a:x.test/x",
            "exists:%{q}.test",
            "exists:%x.test",
            "redirect=",
            "foo",
            "ipv4:1.2.3.4",
            "ptr/24",
            "=x",
            "a:x.123",
            "exists:a.%{d",
        ] {
            let (_, faults) = parse(&format!("v=spf1 {text} -all"));
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        }
        assert_eq!(parse("v=spf1 redirect=a.test redirect=b.test").1, ["more than one redirect"]);
    }
}
