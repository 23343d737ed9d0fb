//! Limits on how often requests come, and by what callers are told apart.

use crate::counters::{AVERAGE_SECONDS, BURST_SECONDS};
use crate::glob::{self, PathPattern};
use crate::verdict::Reason;
use crate::{
    Check, CounterKey, Lists, NetworkSet, PerSecond, RateAsk, RateKey, RateRule, RateState, Rates, StatusRange, holds,
};
use palisade_contract::validate::CompiledOperation;
use palisade_exchange::{KeyedHash, RequestView};
use std::net::IpAddr;
use std::sync::Arc;

/// A rule, compiled.
#[derive(Debug)]
pub(crate) struct Rate {
    pub(crate) rule: RateRule,
    /// Tells its counters from those of other rules; the same as long as the rule is.
    scope: u64,
    paths: Vec<PathPattern>,
    pub(crate) statuses: Vec<StatusRange>,
    except: Vec<Arc<NetworkSet>>,
}

impl Rate {
    pub(crate) fn new(api: &str, operation: &str, rule: &RateRule, lists: &Lists) -> Rate {
        let words = format!("{api}\n{operation}\n{rule:?}");
        Rate {
            scope: scope(&words),
            paths: rule.paths.iter().map(|pattern| PathPattern::new(pattern)).collect(),
            statuses: rule.statuses.iter().filter_map(|text| status_range(text)).collect(),
            except: lists.named(&rule.except).into_iter().map(|(_, set)| set).collect(),
            rule: rule.clone(),
        }
    }

    /// Whether the rule speaks of a request. `segments` are those of its decoded path.
    fn fits(&self, request: &RequestView<'_>, segments: &[&[u8]]) -> bool {
        let method = self.rule.methods.is_empty() || self.rule.methods.iter().any(|method| method == request.method);
        let path = self.paths.is_empty() || self.paths.iter().any(|pattern| pattern.fits(segments));
        let excepted = || {
            let client = request.client;
            client.is_some_and(|client| self.except.iter().any(|set| set.contains(client)))
        };
        method && path && !excepted()
    }

    fn ask(&self, key: CounterKey) -> RateAsk {
        let quota = |limit: Option<PerSecond>, seconds: u32| limit.map(|limit| limit.within(seconds));
        RateAsk {
            key,
            count: self.statuses.is_empty(),
            burst: quota(self.rule.burst, BURST_SECONDS),
            average: quota(self.rule.average, AVERAGE_SECONDS),
        }
    }

    /// What a caller's rates say: the reason against it, and how the rule stands for it.
    pub(crate) fn judge(&self, ask: &RateAsk, rates: &Rates, states: &mut Vec<RateState>) -> Option<Reason> {
        let mut broken = None;
        for (quota, count, window, code, limit) in [
            (ask.burst, rates.burst, BURST_SECONDS, "rate_burst", self.rule.burst),
            (ask.average, rates.average, AVERAGE_SECONDS, "rate_average", self.rule.average),
        ] {
            let (Some(quota), Some(limit)) = (quota, limit) else { continue };
            // A request counts itself, unless what counts are the answers to those before it.
            let over = if ask.count { count > quota } else { count >= quota };
            let name = if self.rule.name.is_empty() { "rate" } else { &self.rule.name };
            states.push(RateState {
                name: name.to_owned(),
                quota,
                window,
                remaining: quota.saturating_sub(count),
                reset: if over { rates.wait.max(1) } else { rates.wait.clamp(1, window) },
            });
            if over && broken.is_none() {
                let message = format!("more than {limit} requests per second, mean over {window} s");
                broken = Some(Reason {
                    name: self.rule.name.clone(),
                    action: self.rule.effect,
                    message,
                    ..Reason::new(Check::Rate, 429, code, "Too many requests").at("client")
                });
            }
        }
        broken
    }
}

/// The rules that speak of a request, by their place, with what to ask the counters. `who` gives a caller's identity
/// for a kind of key.
pub(crate) fn asks(
    rates: &[Arc<Rate>],
    request: &RequestView<'_>,
    salt: &[u8; 16],
    mut who: impl FnMut(RateKey) -> Option<Who>,
) -> Vec<(usize, RateAsk)> {
    if rates.is_empty() {
        return Vec::new();
    }
    let needs_path = rates.iter().any(|rate| !rate.paths.is_empty());
    let path = glob::decoded(request.path);
    let segments = if needs_path { glob::segments(&path) } else { Vec::new() };
    let fitting = rates.iter().enumerate().filter(|(_, rate)| rate.fits(request, &segments));
    fitting.filter_map(|(at, rate)| Some((at, rate.ask(who(rate.rule.per)?.key(salt, rate.scope))))).collect()
}

/// `401`, `4xx` or `400-499`.
pub fn status_range(text: &str) -> Option<StatusRange> {
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|status| (100..600).contains(status));
    if let Some(class) = text.trim().to_ascii_lowercase().strip_suffix("xx") {
        let class = class.parse::<u16>().ok().filter(|class| (1..6).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    match text.split_once('-') {
        Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last),
        None => number(text).map(|status| (status, status)),
    }
}

/// The fields that tell how rate limits stand: lists of structured fields, as in
/// draft-ietf-httpapi-ratelimit-headers. None where there are no limits.
pub fn rate_fields(states: &[RateState]) -> Vec<(&'static str, String)> {
    if states.is_empty() {
        return Vec::new();
    }
    let name = |name: &str| -> String {
        name.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).collect()
    };
    let list = |item: &dyn Fn(&RateState) -> String| states.iter().map(item).collect::<Vec<_>>().join(", ");
    let policy = list(&|rate| format!("\"{}\";q={};w={}", name(&rate.name), rate.quota, rate.window));
    let state = list(&|rate| format!("\"{}\";r={};t={}", name(&rate.name), rate.remaining, rate.reset));
    vec![("RateLimit-Policy", policy), ("RateLimit", state)]
}

/// Whether one of the ranges of a rule holds a status: its answers count.
pub(crate) fn counts(rate: &Rate, status: u16) -> bool {
    holds(&rate.statuses, status)
}

/// A number for a text; equal texts have equal numbers.
pub(crate) fn scope(text: &str) -> u64 {
    KeyedHash::new([0; 16]).of(text)
}

/// A caller, as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    kind: RateKey,
    bytes: [u8; 16],
}

impl Who {
    pub(crate) fn client(address: IpAddr) -> Who {
        let bytes = match crate::networks::client_network(address) {
            IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            IpAddr::V6(address) => address.octets(),
        };
        Who { kind: RateKey::Client, bytes }
    }

    pub(crate) fn named(kind: RateKey, name: &[u8], salt: &[u8; 16]) -> Who {
        Who { kind, bytes: hash(salt, name) }
    }

    pub(crate) fn key(self, salt: &[u8; 16], scope: u64) -> CounterKey {
        let mut bytes = [self.kind as u8; 25];
        let (first, second) = bytes.split_at_mut(8);
        first.copy_from_slice(&scope.to_le_bytes());
        if let Some(place) = second.get_mut(..16) {
            place.copy_from_slice(&self.bytes);
        }
        CounterKey(hash(salt, &bytes))
    }

    /// What people call the caller: its network, else nothing that gives it away.
    pub(crate) fn shown(self, principal: Option<&str>) -> String {
        match (self.kind, principal) {
            (RateKey::Principal, Some(principal)) => principal.to_owned(),
            (RateKey::Client, _) => {
                let address = IpAddr::from(self.bytes).to_canonical();
                if address.is_ipv6() { format!("{address}/64") } else { address.to_string() }
            }
            _ => {
                let id = self.bytes.iter().take(4).fold(String::new(), |id, byte| id + &format!("{byte:02x}"));
                format!("key {id}")
            }
        }
    }
}

fn hash(salt: &[u8; 16], bytes: &[u8]) -> [u8; 16] {
    let flipped = salt.map(|byte| !byte);
    let halves = [KeyedHash::new(*salt), KeyedHash::new(flipped)].map(|half| half.of_bytes(bytes).to_le_bytes());
    let mut whole = [0; 16];
    let (first, second) = whole.split_at_mut(8);
    first.copy_from_slice(&halves[0]);
    second.copy_from_slice(&halves[1]);
    whole
}

/// The credential that a request shows: where the operation's security schemes say, else where most APIs have it.
pub(crate) fn credential<'v>(operation: Option<&CompiledOperation>, request: &RequestView<'v>) -> Option<&'v [u8]> {
    use palisade_contract::Location;
    let schemes = operation.map(CompiledOperation::security).unwrap_or_default().iter().flatten();
    let declared = schemes.filter_map(|scheme| scheme.carrier()).find_map(|carrier| match carrier.location {
        Location::Header => request.headers.get(carrier.name),
        Location::Query => request.query?.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name == carrier.name).then_some(value.as_bytes())
        }),
        Location::Cookie => {
            let pairs = request.headers.get_all("cookie").flat_map(|value| value.split(|byte| *byte == b';'));
            let mut values = pairs.filter_map(|pair| {
                let at = pair.iter().position(|byte| *byte == b'=')?;
                (pair.get(..at)?.trim_ascii() == carrier.name.as_bytes()).then(|| pair.get(at + 1..))?
            });
            values.next()
        }
        _ => None,
    });
    declared.or_else(|| request.headers.get("authorization")).or_else(|| request.headers.get("x-api-key"))
}
