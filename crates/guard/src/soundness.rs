//! What cannot be meant in a protection.

use crate::identity::Identity;
use crate::{
    AVERAGE_SECONDS, Action, BURST_SECONDS, BanRule, Check, NetworkRules, OperationRule, Policy, Protection, RateRule,
    status_range,
};
use std::collections::BTreeMap;

/// Something that cannot be meant, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// JSON pointer into the protection.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Fields that say how a message is delimited or where it goes: an answer keeps its own.
const FIXED: [&str; 9] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "keep-alive",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "date",
];

struct Reader<'a> {
    known: &'a dyn Fn(&str) -> bool,
    mistakes: Vec<Mistake>,
}

impl Protection {
    /// The names of the network lists it uses.
    pub fn list_names(&self) -> Vec<&str> {
        let rates = self.rates.iter().chain(self.operations.iter().flat_map(|rule| &rule.rates));
        let networks = self.networks.allow.iter().chain(&self.networks.deny);
        networks.chain(rates.flat_map(|rate| &rate.except)).map(String::as_str).collect()
    }

    /// What cannot be meant, all of it. `known` says which network lists there are.
    pub fn mistakes(&self, known: &dyn Fn(&str) -> bool) -> Vec<Mistake> {
        let mut reader = Reader { known, mistakes: Vec::new() };
        if let Some(percent) = self.rollout.filter(|percent| *percent > 100) {
            reader.say("/rollout", format!("{percent} is no percentage: it is 0 to 100"));
        }
        reader.effects("", &self.effects);
        reader.lists("/networks/allow", &self.networks.allow);
        reader.lists("/networks/deny", &self.networks.deny);
        for (at, rule) in self.headers.iter().enumerate() {
            let place = format!("/headers/{at}");
            if !is_token(&rule.name) {
                reader.say(&format!("{place}/name"), "a header rule needs the `name` of a header field");
            }
            if !rule.required && rule.allow.is_empty() && rule.deny.is_empty() {
                reader.say(&place, "the rule demands nothing: it needs `required`, `allow` or `deny`");
            }
        }
        for (at, rule) in self.rates.iter().enumerate() {
            reader.rate(&format!("/rates/{at}"), rule);
        }
        if self.ban.seconds == 0 {
            reader.say("/ban/seconds", "a ban of 0 seconds keeps nobody out");
        }
        for (name, value) in &self.response.set {
            let place =
                format!("/response/set/{}", palisade_document::pointer::child("", name).trim_start_matches('/'));
            if !is_token(name) {
                reader.say(&place, "is not the name of a header field");
            } else if FIXED.iter().any(|fixed| name.eq_ignore_ascii_case(fixed)) {
                reader.say(&place, "belongs to the message itself and cannot be set");
            }
            if value.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
                reader.say(&place, "has a value that does not fit into a header field");
            }
        }
        for (at, rule) in self.operations.iter().enumerate() {
            reader.operation(&format!("/operations/{at}"), rule);
        }
        for mistake in self.identity.iter().flat_map(Identity::mistakes) {
            reader.say(&format!("/identity{}", mistake.pointer), mistake.message);
        }
        reader.mistakes
    }
}

impl Reader<'_> {
    fn say(&mut self, pointer: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake { pointer: pointer.to_owned(), message: message.into() });
    }

    fn effects(&mut self, place: &str, effects: &BTreeMap<Check, Action>) {
        for (check, action) in effects {
            if *action == Action::Ban && matches!(check, Check::Response | Check::Banned) {
                let message = format!("the check `{}` cannot ban: nobody did anything new", check.as_str());
                self.say(&format!("{place}/effects/{}", check.as_str()), message);
            }
        }
    }

    fn lists(&mut self, place: &str, names: &[String]) {
        for (at, name) in names.iter().enumerate() {
            if !(self.known)(name) {
                let message = format!("there is no network list named {}", palisade_document::quote(name));
                self.say(&format!("{place}/{at}"), message);
            }
        }
    }

    fn rate(&mut self, place: &str, rule: &RateRule) {
        if rule.burst.is_none() && rule.average.is_none() {
            self.say(place, "the rule limits nothing: it needs `burst` or `average`, in requests per second");
        }
        for (name, limit, seconds) in [("burst", rule.burst, BURST_SECONDS), ("average", rule.average, AVERAGE_SECONDS)]
        {
            if let Some(limit) = limit.filter(|limit| limit.within(seconds) == 0) {
                let message = format!(
                    "{limit} a second is not one request in {seconds} s and would let nothing through: deny by a \
                     network list or an effect"
                );
                self.say(&format!("{place}/{name}"), message);
            }
        }
        for (at, status) in rule.statuses.iter().enumerate() {
            if status_range(status).is_none() {
                self.say(&format!("{place}/statuses/{at}"), "is not a status: write `401`, `4xx` or `400-499`");
            }
        }
        for (at, path) in rule.paths.iter().enumerate() {
            if !path.starts_with('/') {
                self.say(&format!("{place}/paths/{at}"), "a path pattern begins with `/`");
            }
        }
        for (at, method) in rule.methods.iter().enumerate() {
            if !is_token(method) || method.bytes().any(|byte| byte.is_ascii_lowercase()) {
                self.say(&format!("{place}/methods/{at}"), "is not a method: methods are written in capitals, `GET`");
            }
        }
        self.lists(&format!("{place}/except"), &rule.except);
    }

    fn operation(&mut self, place: &str, rule: &OperationRule) {
        let form = rule.operation.split_once(' ').is_some_and(|(method, path)| {
            (method == "*" || (is_token(method) && !method.bytes().any(|byte| byte.is_ascii_lowercase())))
                && path.starts_with('/')
        });
        if !form {
            self.say(
                &format!("{place}/operation"),
                "is not `METHOD /template`, for example `GET /orders/{id}` or `* /admin/*`",
            );
        }
        self.effects(place, &rule.effects);
        for (at, rate) in rule.rates.iter().enumerate() {
            self.rate(&format!("{place}/rates/{at}"), rate);
        }
    }
}

/// A token of RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

impl Policy {
    /// What its protection says without effect.
    pub fn idle_settings(&self) -> Vec<Mistake> {
        let api = self.api();
        let protection = &api.protection;
        let mut notes = Vec::new();
        let mut note = |pointer: String, message: &str| notes.push(Mistake { pointer, message: message.to_owned() });
        let rates = !protection.rates.is_empty() || protection.operations.iter().any(|rule| !rule.rates.is_empty());
        let places = std::iter::once((String::new(), &protection.effects));
        let rules = protection.operations.iter().enumerate();
        let places = places.chain(rules.map(|(at, rule)| (format!("/operations/{at}"), &rule.effects)));
        for (place, effects) in places {
            for check in effects.keys() {
                let why = match check {
                    Check::Rate if !rates => "there are no `rates`",
                    Check::Headers if protection.headers.is_empty() => "there are no rules for `headers`",
                    Check::Network if protection.networks == NetworkRules::default() => "no `networks` are named",
                    Check::Banned if !self.bans => "nothing bans",
                    Check::Profile if protection.profile.is_none() => "there is no `profile`",
                    Check::Path
                    | Check::Method
                    | Check::Ambiguity
                    | Check::Parameters
                    | Check::UndeclaredQuery
                    | Check::UndeclaredHeaders
                    | Check::UndeclaredBody
                    | Check::MediaType
                    | Check::Body
                    | Check::Response
                        if !self.has_contract() =>
                    {
                        "there is no contract"
                    }
                    _ => continue,
                };
                note(format!("{place}/effects/{}", check.as_str()), &format!("never acts: {why}"));
            }
        }
        if protection.rollout.is_some() && !self.may_refuse() {
            note("/rollout".to_owned(), "never acts: nothing is refused in observe mode");
        }
        if protection.ban != BanRule::default() && !self.bans {
            note("/ban".to_owned(), "never acts: no effect is `ban`");
        }
        if protection.response.scrub && !self.refuses_answers() {
            note("/response/scrub".to_owned(), "never acts: the check `response` prevents nowhere");
        }
        for (at, rule) in protection.operations.iter().enumerate() {
            let place = format!("/operations/{at}/operation");
            if protection.operations.iter().take(at).any(|earlier| earlier.operation == rule.operation) {
                note(place, "never acts: an earlier rule has the same operation");
            } else if self.has_contract() && !self.names_operation(&rule.operation) {
                note(place, "fits no operation of the contract");
            }
        }
        notes
    }
}
