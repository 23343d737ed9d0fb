//! The steps that judge who sends and how: framing, limits, lists, bans, header rules, identity, rates.

use super::{DISABLED, Inquiry, Sight, Stage};
use crate::rates::{self, Who};
use crate::verdict::Reason;
use crate::{
    Answer, Check, CounterKey, FramingDoubt, Lookup, RateAsk, RateFields, RateKey, Rates, header_rules, identity,
    limits,
};
use palisade_exchange::RequestView;

const NO_ADDRESS: &str = "the client's address is not known";

impl Inquiry<'_> {
    pub(super) fn framing(&mut self, sight: Sight<'_>) {
        if !self.makes(Check::Framing) {
            return self.state.verdict.skip(Check::Framing, DISABLED);
        }
        let reason = |doubt: &FramingDoubt| Reason {
            name: doubt.name.to_owned(),
            message: doubt.message.to_owned(),
            ..Reason::new(Check::Framing, 400, doubt.code, "Ambiguous request").at(doubt.location)
        };
        let reasons = self.state.facts.framing.iter().map(reason).collect();
        self.conclude(sight, Check::Framing, reasons);
    }

    pub(super) fn limits(&mut self, sight: Sight<'_>) {
        if !self.makes(Check::Limits) {
            return self.state.verdict.skip(Check::Limits, DISABLED);
        }
        let reasons = limits::head(&self.policy.api().protection.limits, sight.request);
        self.conclude(sight, Check::Limits, reasons);
    }

    pub(super) fn network(&mut self, sight: Sight<'_>) {
        let rules = &self.policy.networks;
        let named = &self.policy.api().protection.networks;
        if named.allow.is_empty() && named.deny.is_empty() {
            return self.state.verdict.skip(Check::Network, "no list is named");
        }
        if !self.makes(Check::Network) {
            return self.state.verdict.skip(Check::Network, DISABLED);
        }
        let Some(client) = sight.request.client else {
            return self.state.verdict.not_assessed(Check::Network, NO_ADDRESS);
        };
        let title = "The client's network is not let in";
        let mut reasons = Vec::new();
        if let Some((name, _)) = rules.deny.iter().find(|(_, set)| set.contains(client)) {
            let reason = Reason::new(Check::Network, 403, "network_denied", title).at("client");
            reasons.push(Reason { name: name.clone(), message: "is on a list that is kept out".to_owned(), ..reason });
        }
        if !named.allow.is_empty() && !rules.allow.iter().any(|(_, set)| set.contains(client)) {
            let reason = Reason::new(Check::Network, 403, "network_not_allowed", title).at("client");
            reasons.push(Reason { message: "is on none of the lists that are let in".to_owned(), ..reason });
        }
        self.conclude(sight, Check::Network, reasons);
    }

    /// Asks whether the caller is banned: before the identity step by what it shows, after it by its name.
    pub(super) fn banned(&mut self, sight: Sight<'_>, stage: Stage) -> Option<Lookup> {
        let named = self.policy.api().protection.ban.per == RateKey::Principal;
        if named != (stage == Stage::Named) {
            return None;
        }
        if !self.policy.bans {
            self.state.verdict.skip(Check::Banned, "nothing bans");
            return None;
        }
        if !self.makes(Check::Banned) {
            self.state.verdict.skip(Check::Banned, DISABLED);
            return None;
        }
        let Some(who) = self.ban_of(sight.request) else {
            self.state.verdict.not_assessed(Check::Banned, NO_ADDRESS);
            return None;
        };
        let Some((_, answer)) = self.state.answers.pop() else { return Some(Lookup::Ban(self.ban_key(who))) };
        self.state.answers.clear();
        match answer {
            Answer::Ban(until) => {
                let mut reasons = Vec::new();
                if let Some(until) = until {
                    let left = until.saturating_sub(self.state.facts.now).max(0) / 1_000_000 + 1;
                    self.state.verdict.retry_after = u32::try_from(left).ok();
                    let reason = Reason::new(Check::Banned, 403, "banned", "The caller is banned for a while");
                    reasons.push(reason.at("client"));
                }
                self.conclude(sight, Check::Banned, reasons);
            }
            Answer::Unasked => self.state.verdict.not_assessed(Check::Banned, "there are no bans to look up"),
            Answer::Failed(why) => self.fault(Check::Banned, why, sight),
            _ => self.fault(Check::Banned, "the answer is to another question", sight),
        }
        None
    }

    pub(super) fn headers(&mut self, sight: Sight<'_>) {
        let rules = &self.policy.api().protection.headers;
        if rules.is_empty() {
            return self.state.verdict.skip(Check::Headers, "there are no rules");
        }
        if !self.makes(Check::Headers) && rules.iter().all(|rule| rule.effect.is_none()) {
            return self.state.verdict.skip(Check::Headers, DISABLED);
        }
        let reasons = header_rules::judge(rules, sight.request.headers);
        self.conclude(sight, Check::Headers, reasons);
    }

    /// Asks how often the caller came.
    pub(super) fn rate(&mut self, sight: Sight<'_>) -> Option<Lookup> {
        let (asks, unasked) = self.rate_asks(sight.request);
        let learned = self.learned_rate(sight.request);
        if asks.is_empty() && learned.is_none() {
            self.state.verdict.skip(Check::Rate, unasked);
            return None;
        }
        let Some((_, answer)) = self.state.answers.pop() else {
            return Some(Lookup::Rates(asks.into_iter().map(|(_, ask)| ask).chain(learned).collect()));
        };
        self.state.answers.clear();
        self.state.pending = asks.iter().filter(|(_, ask)| !ask.count).map(|(at, ask)| (*at, ask.key)).collect();
        if asks.is_empty() {
            self.state.verdict.skip(Check::Rate, unasked);
        }
        match answer {
            Answer::Rates(found) if found.len() == asks.len() + usize::from(learned.is_some()) => {
                self.state.came = learned.and(found.last()).map(|rates| rates.average);
                self.conclude_rates(sight, &asks, &found);
            }
            // A profile that cannot be asked refuses nothing: it is no limit that somebody set.
            Answer::Failed(why) if asks.is_empty() => self.state.verdict.degrade(Check::Profile, why),
            Answer::Failed(why) => self.fault(Check::Rate, why, sight),
            Answer::Unasked => {
                let check = if asks.is_empty() { Check::Profile } else { Check::Rate };
                self.state.verdict.not_assessed(check, "there are no counters to ask");
            }
            _ => self.fault(Check::Rate, "the answer is to another question", sight),
        }
        None
    }

    /// What the rules ask of the counters, by their place; where it is nothing, why.
    fn rate_asks(&self, request: &RequestView<'_>) -> (Vec<(usize, RateAsk)>, &'static str) {
        let none = |why| (Vec::new(), why);
        let Some(terms) = self.terms().filter(|terms| !terms.rates.is_empty()) else {
            return none("there are no rules");
        };
        if !terms.makes(Check::Rate) && terms.rates.iter().all(|rate| rate.rule.effect.is_none()) {
            return none(DISABLED);
        }
        let salt = self.state.facts.salt;
        let asks = rates::asks(&terms.rates, request, &salt, |per| self.who(per, request));
        (asks, if request.client.is_none() { NO_ADDRESS } else { "no rule speaks of it" })
    }

    /// What the profile asks of the counters.
    fn learned_rate(&self, request: &RequestView<'_>) -> Option<RateAsk> {
        if self.policy.profile.is_empty() || !self.makes(Check::Profile) {
            return None;
        }
        let rate = self.policy.profile.rate(self.policy.operation(self.state.place)?)?;
        let key = self.who(RateKey::Client, request)?.key(&self.state.facts.salt, rate.scope);
        Some(RateAsk { key, count: true, burst: None, average: Some(rate.quota) })
    }

    fn conclude_rates(&mut self, sight: Sight<'_>, asks: &[(usize, RateAsk)], found: &[Rates]) {
        let Some(terms) = self.terms().filter(|_| !asks.is_empty()) else { return };
        let mut reasons = Vec::new();
        let mut states = Vec::new();
        for ((at, ask), rates) in asks.iter().zip(found) {
            let Some(rate) = terms.rates.get(*at) else { continue };
            if let Some(reason) = rate.judge(ask, rates, &mut states) {
                let wait = rates.wait.max(1);
                let longest = self.state.verdict.retry_after.map_or(wait, |other| other.max(wait));
                self.state.verdict.retry_after = Some(longest);
                reasons.push(reason);
            }
        }
        if self.policy.api().protection.response.rate_limits != RateFields::Never {
            self.state.verdict.rates = states;
        }
        self.conclude(sight, Check::Rate, reasons);
    }

    /// The caller, as it is counted: who shows no key or is not named is its network.
    pub(super) fn who(&self, per: RateKey, request: &RequestView<'_>) -> Option<Who> {
        let salt = &self.state.facts.salt;
        let known = match per {
            RateKey::Client => None,
            RateKey::Key => rates::credential(self.policy.operation(self.state.place), request)
                .map(|credential| Who::named(RateKey::Key, credential, salt)),
            RateKey::Principal => {
                let principal = self.state.principal.as_deref();
                principal.map(|principal| Who::named(RateKey::Principal, principal.as_bytes(), salt))
            }
        };
        known.or_else(|| request.client.map(Who::client))
    }

    pub(super) fn ban_of(&self, request: &RequestView<'_>) -> Option<Who> {
        self.who(self.policy.api().protection.ban.per, request)
    }

    pub(super) fn ban_key(&self, who: Who) -> CounterKey {
        who.key(&self.state.facts.salt, self.policy.scope)
    }

    /// Asks who calls; gives what must be known for that.
    pub(super) fn identity(&mut self, sight: Sight<'_>) -> Option<Lookup> {
        if !self.makes(Check::Identity) {
            self.state.verdict.skip(Check::Identity, DISABLED);
            return None;
        }
        let failure = self.state.answers.iter().find_map(|(_, answer)| match answer {
            Answer::Failed(why) => Some(*why),
            _ => None,
        });
        if let Some(why) = failure {
            self.state.answers.clear();
            self.fault(Check::Identity, why, sight);
            return None;
        }
        let question = identity::Question {
            request: sight.request,
            operation: self.policy.operation(self.state.place),
            facts: &self.state.facts,
            answers: &self.state.answers,
        };
        match self.policy.identity.judge(&question) {
            identity::Step::Need(lookup) => return Some(lookup),
            identity::Step::Skip(why) => self.state.verdict.skip(Check::Identity, why),
            identity::Step::Done(caller) => {
                self.state.principal = caller.principal;
                self.state.verdict.challenges = caller.challenges;
                for what in &caller.not_assessed {
                    self.state.verdict.not_assessed(Check::Identity, what);
                }
                if caller.not_assessed.is_empty() || !caller.reasons.is_empty() {
                    self.conclude(sight, Check::Identity, caller.reasons);
                }
            }
        }
        self.state.answers.clear();
        None
    }
}
