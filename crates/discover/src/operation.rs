//! What is known of one method at one place.

use crate::bounded::{Bounded, Distinct, Named};
use crate::sketch::{Context, Sketch};
use crate::spread::Spread;
use palisade_exchange::{
    Credential, Exchange, KeyedHash, Marker, NameId, Names, Tape, kept_path, query_pairs, session_cookie,
};
use palisade_sensitive::{Side, credential_name};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Distinct callers counted exactly.
pub(crate) const CALLERS: usize = 64;
/// Query parameters and header fields kept.
const PARAMETERS: usize = 64;
/// Matrix parameters kept.
const MATRIX: usize = 16;
/// Media types kept in each direction.
const MEDIA: usize = 8;
/// Structures of answers kept.
const SIGNATURES: usize = 6;
/// Kinds of credentials kept.
const CREDENTIALS: usize = 16;
/// Longest sample path, in bytes.
const MAX_SAMPLE: usize = 256;

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Parameter {
    /// Successful exchanges that had it.
    pub(crate) seen: u64,
    /// Of these, with more than one value.
    pub(crate) repeated: u64,
    /// Their callers.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) spread: Spread,
    pub(crate) sketch: Sketch,
}

/// Bodies of one media type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Media {
    pub(crate) seen: u64,
    /// Bodies whose structure was read.
    pub(crate) read: u64,
    /// Callers, in requests.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) spread: Spread,
    pub(crate) sketch: Sketch,
}

/// Answers with one status.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answers {
    pub(crate) count: u64,
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) spread: Spread,
    pub(crate) media: Bounded<Named, Media, MEDIA>,
}

/// A credential that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Shown {
    pub(crate) count: u64,
    /// Over clear-text http to a host that is not this machine.
    pub(crate) clear: u64,
}

/// Sums over the exchanges of one method at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Operation {
    pub(crate) hits: u64,
    pub(crate) time: Option<(i64, i64)>,
    pub(crate) callers: Distinct<CALLERS>,
    /// Successful exchanges, and those of them that showed a credential.
    pub(crate) successes: u64,
    pub(crate) successes_with_credential: u64,
    /// Callers of successful exchanges, and of those with a request body.
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) sent: Spread,
    #[serde(skip_serializing_if = "Spread::is_empty")]
    pub(crate) bodied: Spread,
    /// Exchanges without a credential that were answered with 401 or 403.
    #[serde(skip_serializing_if = "none")]
    pub(crate) refused_without_credential: u64,
    pub(crate) credentials: Bounded<Named, Shown, CREDENTIALS>,
    pub(crate) query: Bounded<Named, Parameter, PARAMETERS>,
    pub(crate) headers: Bounded<Named, Parameter, PARAMETERS>,
    /// Parameters in segments of the path.
    #[serde(skip_serializing_if = "Bounded::is_empty")]
    pub(crate) matrix: Bounded<Named, Parameter, MATRIX>,
    /// Cookies that are no credentials. Their values are never known.
    #[serde(skip_serializing_if = "Bounded::is_empty")]
    pub(crate) cookies: Bounded<Named, Parameter, PARAMETERS>,
    /// Successful exchanges with a request body.
    pub(crate) with_body: u64,
    pub(crate) request: Bounded<Named, Media, MEDIA>,
    pub(crate) answers: BTreeMap<u16, Answers>,
    /// Successes whose answer said that the operation is deprecated (RFC 9745).
    #[serde(skip_serializing_if = "none")]
    pub(crate) deprecated: u64,
    /// Until when it stays (RFC 8594), seconds since the Unix epoch: the latest time that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sunset: Option<i64>,
    pub(crate) signatures: Bounded<u64, u64, SIGNATURES>,
    /// Quality, time and text of a sample: the least one is kept.
    pub(crate) sample: Option<(u8, i64, Box<str>)>,
    /// Set at induction: refusals alone show that it exists.
    #[serde(skip)]
    pub(crate) proven: bool,
}

/// An exchange, read once for all places it teaches.
pub(crate) struct Lesson<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) status: u16,
    pub(crate) success: bool,
    pub(crate) credentials: &'a [Credential],
    pub(crate) request: Option<&'a Tape>,
    pub(crate) response: Option<&'a Tape>,
    /// What the names of members and parameters say.
    pub(crate) names: &'a Names,
    /// Parameters of the query that are no credentials.
    pub(crate) query: &'a [(NameId, Cow<'a, str>)],
    /// Matrix parameters of the path that are no credentials.
    pub(crate) matrix: &'a [(NameId, &'a str)],
    /// Header fields of the request that belong to the API and are no credentials.
    pub(crate) headers: &'a [(NameId, &'a str)],
    pub(crate) marker: Marker<'a>,
}

/// How cookies begin that belong to measurement and protection, whatever site they are sent to.
const MEASURING: [&str; 12] =
    ["_ga", "_gid", "_gcl", "_fbp", "__utm", "__cf", "_hj", "ajs_", "mp_", "optimizely", "intercom", "_dd_"];

/// Left out of a state or view that has none.
pub(crate) fn none(count: &u64) -> bool {
    *count == 0
}

/// The word for a credential in views, states and contracts.
pub(crate) fn credential_word(credential: &Credential) -> String {
    match credential {
        Credential::Bearer { jwt: true } => "bearer jwt".to_owned(),
        Credential::Bearer { jwt: false } => "bearer".to_owned(),
        Credential::Basic => "basic".to_owned(),
        Credential::Other(scheme) => format!("scheme {scheme}"),
        Credential::Header(name) => format!("header {name}"),
        Credential::Cookie(name) => format!("cookie {name}"),
        Credential::Query(name) => format!("query {name}"),
    }
}

fn this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "[::1]" | "::1") || name.starts_with("127.") || name.ends_with(".localhost")
}

impl Parameter {
    /// One more success had it.
    fn met(&mut self, context: Context<'_>) {
        self.seen += 1;
        if let Some(caller) = context.caller {
            self.spread.add(caller);
        }
    }

    /// One more success had it, with this value.
    fn meet(&mut self, id: NameId, value: &str, lesson: &Lesson<'_>, context: Context<'_>) {
        self.met(context);
        let (scalar, word) = lesson.names.parameter(id, value, lesson.marker, Side::Request);
        self.sketch.absorb_scalar(&scalar, word, context);
    }
}

impl Operation {
    pub(crate) fn absorb(&mut self, lesson: &Lesson<'_>) {
        let exchange = lesson.exchange;
        let hash = lesson.marker.hash;
        // All who show nothing at all count as one caller.
        let caller = exchange.client.principal.as_deref().map_or(1, |principal| hash.of(principal));
        let names = lesson.names;
        let open = lesson.credentials.is_empty();
        let sent = Context { names, open, caller: Some(caller) };
        let answered = Context { names, open, caller: None };
        self.hits += 1;
        let (first, last) = self.time.unwrap_or((exchange.time, exchange.time));
        self.time = Some((first.min(exchange.time), last.max(exchange.time)));
        if exchange.client.principal.is_some() {
            self.callers.add(caller);
        }
        let clear = exchange.scheme == "http" && !this_machine(&exchange.host);
        for credential in lesson.credentials {
            let word = credential_word(credential);
            if let Some(shown) = self.credentials.entry_named(hash.of(&word), &word) {
                shown.count += 1;
                shown.clear += u64::from(clear);
            }
        }
        self.offer_sample(lesson);
        let answers = self.answers.entry(lesson.status).or_default();
        answers.count += 1;
        answers.spread.add(caller);
        if let Some(response) = &exchange.response
            && let Some(media) = response.message.media_type()
            && let Some(kept) = answers.media.entry_named(hash.of(&media), &media)
        {
            kept.seen += 1;
            if let Some(tape) = lesson.response {
                kept.read += 1;
                kept.sketch.absorb(tape, answered);
            }
        }
        if matches!(lesson.status, 401 | 403) && lesson.credentials.is_empty() {
            self.refused_without_credential += 1;
        }
        if !lesson.success {
            return;
        }
        self.successes += 1;
        self.sent.add(caller);
        self.absorb_lifetime(exchange);
        self.successes_with_credential += u64::from(!lesson.credentials.is_empty());
        if let Some(tape) = lesson.response
            && let Some(count) = self.signatures.entry(Sketch::signature(tape, lesson.names))
        {
            *count += 1;
        }
        self.absorb_parameters(lesson, sent);
        if exchange.request.body != palisade_exchange::Body::Empty {
            self.with_body += 1;
            self.bodied.add(caller);
            let media = exchange.request.media_type().unwrap_or_default();
            if let Some(kept) = self.request.entry_named(hash.of(&media), &media) {
                kept.seen += 1;
                kept.spread.add(caller);
                if let Some(tape) = lesson.request {
                    kept.read += 1;
                    kept.sketch.absorb(tape, sent);
                }
            }
        }
    }

    fn absorb_parameters(&mut self, lesson: &Lesson<'_>, context: Context<'_>) {
        for (place, (id, value)) in lesson.query.iter().enumerate() {
            let Some(name) = lesson.names.get(*id) else { continue };
            let Some(parameter) = self.query.entry_named(name.hash, &name.text) else { continue };
            let same = |pairs: Option<&[(NameId, Cow<'_, str>)]>| {
                pairs.is_some_and(|pairs| pairs.iter().any(|(other, _)| other == id))
            };
            if !same(lesson.query.get(..place)) {
                parameter.met(context);
                parameter.repeated += u64::from(same(lesson.query.get(place + 1..)));
            }
            let (scalar, word) = lesson.names.parameter(*id, value, lesson.marker, Side::Request);
            parameter.sketch.absorb_scalar(&scalar, word, context);
        }
        for (name, value) in &lesson.exchange.request.headers {
            if name.eq_ignore_ascii_case("cookie") {
                self.absorb_cookies(value, lesson.marker.hash, context);
            }
        }
        for (id, value) in lesson.headers {
            let Some(name) = lesson.names.get(*id) else { continue };
            if let Some(parameter) = self.headers.entry_named(name.hash, &name.text) {
                parameter.meet(*id, value, lesson, context);
            }
        }
        for (id, value) in lesson.matrix {
            let Some(name) = lesson.names.get(*id) else { continue };
            if let Some(parameter) = self.matrix.entry_named(name.hash, &name.text) {
                parameter.meet(*id, value, lesson, context);
            }
        }
    }

    fn absorb_cookies(&mut self, header: &str, hash: KeyedHash, context: Context<'_>) {
        let names = header.split(';').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.trim());
        let measures = |name: &str| MEASURING.iter().any(|start| name.starts_with(start));
        let plain = |name: &&str| !name.is_empty() && name.len() <= 128 && !session_cookie(name) && !measures(name);
        for name in names.filter(plain) {
            if let Some(parameter) = self.cookies.entry_named(hash.of(name), name) {
                parameter.met(context);
            }
        }
    }

    fn absorb_lifetime(&mut self, exchange: &Exchange) {
        let Some(response) = &exchange.response else { return };
        for (name, value) in &response.message.headers {
            if name.eq_ignore_ascii_case("deprecation") {
                self.deprecated += u64::from(!value.trim().eq_ignore_ascii_case("false"));
            } else if name.eq_ignore_ascii_case("sunset") {
                let end = jiff::fmt::rfc2822::parse(value.trim()).map(|time| time.timestamp().as_second());
                self.sunset = self.sunset.max(end.ok());
            }
        }
    }

    fn offer_sample(&mut self, lesson: &Lesson<'_>) {
        let exchange = lesson.exchange;
        let quality = match lesson.status {
            200..=299 => 0,
            300..=399 => 1,
            404 | 405 => 3,
            _ => 2,
        };
        let beats = self.sample.as_ref().is_none_or(|(best, time, _)| (quality, exchange.time) <= (*best, *time));
        if !beats {
            return;
        }
        let rules = lesson.marker.rules;
        let path = kept_path(&exchange.path, rules);
        let query = exchange.query.as_deref().unwrap_or_default();
        let plain = !query.is_empty()
            && query_pairs(query).iter().all(|(name, value)| {
                let kind = rules.kind_of_text(rules.hint(name, Side::Request), value);
                !credential_name(name) && kind.is_none() && value.len() <= 64
            });
        let text = if plain { format!("{path}?{query}") } else { path };
        if text.len() <= MAX_SAMPLE {
            let offer = (quality, exchange.time, text.into_boxed_str());
            if self.sample.as_ref().is_none_or(|best| offer < *best) {
                self.sample = Some(offer);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Operation) {
        self.proven |= other.proven;
        self.hits += other.hits;
        self.time = match (self.time, other.time) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, two) => one.or(two),
        };
        self.callers.merge_distinct(&other.callers);
        self.successes += other.successes;
        self.successes_with_credential += other.successes_with_credential;
        self.refused_without_credential += other.refused_without_credential;
        self.with_body += other.with_body;
        self.sent.merge(other.sent);
        self.deprecated += other.deprecated;
        self.sunset = self.sunset.max(other.sunset);
        self.bodied.merge(other.bodied);
        for (name, shown) in other.credentials.into_entries() {
            if let Some(mine) = self.credentials.entry(name) {
                mine.count += shown.count;
                mine.clear += shown.clear;
            }
        }
        let pairs =
            [(&mut self.query, other.query), (&mut self.headers, other.headers), (&mut self.cookies, other.cookies)];
        for (mine, theirs) in pairs {
            merge_parameters(mine, theirs);
        }
        merge_parameters(&mut self.matrix, other.matrix);
        merge_media(&mut self.request, other.request);
        for (status, answers) in other.answers {
            let mine = self.answers.entry(status).or_default();
            mine.count += answers.count;
            mine.spread.merge(answers.spread);
            merge_media(&mut mine.media, answers.media);
        }
        for (signature, count) in other.signatures.into_entries() {
            if let Some(mine) = self.signatures.entry(signature) {
                *mine += count;
            }
        }
        self.sample = match (self.sample.take(), other.sample) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }

    /// The structure most answers share.
    pub(crate) fn main_signature(&self) -> Option<u64> {
        self.signatures.iter().max_by_key(|(signature, count)| (**count, **signature)).map(|(signature, _)| *signature)
    }

    /// Number of sketches in it.
    pub(crate) fn weight(&self) -> usize {
        let media = |media: &Bounded<Named, Media, MEDIA>| -> usize {
            media.iter().map(|(_, media)| media.sketch.weight()).sum()
        };
        1 + media(&self.request)
            + self.answers.values().map(|answers| 1 + media(&answers.media)).sum::<usize>()
            + self
                .query
                .iter()
                .chain(self.headers.iter())
                .chain(self.cookies.iter())
                .chain(self.matrix.iter())
                .map(|(_, parameter)| parameter.sketch.weight())
                .sum::<usize>()
    }
}

fn merge_parameters<const MOST: usize>(
    mine: &mut Bounded<Named, Parameter, MOST>,
    theirs: Bounded<Named, Parameter, MOST>,
) {
    for (name, parameter) in theirs.into_entries() {
        if let Some(kept) = mine.entry(name) {
            kept.seen += parameter.seen;
            kept.spread.merge(parameter.spread);
            kept.repeated += parameter.repeated;
            kept.sketch.merge(parameter.sketch);
        }
    }
}

fn merge_media(mine: &mut Bounded<Named, Media, MEDIA>, theirs: Bounded<Named, Media, MEDIA>) {
    for (name, media) in theirs.into_entries() {
        if let Some(kept) = mine.entry(name) {
            kept.seen += media.seen;
            kept.spread.merge(media.spread);
            kept.read += media.read;
            kept.sketch.merge(media.sketch);
        }
    }
}
