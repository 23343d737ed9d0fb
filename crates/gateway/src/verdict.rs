//! What a gateway decided and did, on its way to the control plane beside the exchange.

use crate::record::nameless;
use crate::sink::Captured;
use palisade_exchange::Exchange;
use palisade_guard::Decision;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::borrow::Cow;
use std::sync::Arc;

/// Version of the shape; one of another version is not read.
const VERSION: u32 = 1;
/// Most errors, steps and parts that were not assessed.
const MOST: usize = 64;
/// Characters of a code, a check or a place.
const WORD: usize = 100;
/// Characters of a sentence, a name or a pointer.
const TEXT: usize = 1000;

/// The decision on an exchange, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    v: u32,
    /// The guard's word.
    pub decision: Decision,
    /// Status the client got; 0 when the exchange ended before any answer.
    pub status: u16,
    /// Status the upstream gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_status: Option<u16>,
    /// Why the exchange did not run to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Verdict {
    /// The verdict on a captured exchange, without what only its client is told.
    pub fn of(captured: &Captured) -> Verdict {
        let decision = Decision {
            allow: Vec::new(),
            challenges: Vec::new(),
            retry_after: None,
            rates: Vec::new(),
            ..captured.decision.clone()
        };
        let Captured { status, upstream_status, fault, .. } = captured;
        Verdict { v: VERSION, decision, status: *status, upstream_status: *upstream_status, fault: fault.clone() }
    }

    /// As JSON.
    pub fn write(&self) -> Option<Box<RawValue>> {
        // Every field serialises without fail: no maps with odd keys, no floats.
        to_raw_value(self).ok()
    }

    /// Reads a verdict, cut to what a gateway of ours may say; `None` for one of another version.
    ///
    /// # Errors
    /// When it is no verdict.
    pub fn read(raw: &RawValue) -> Result<Option<Verdict>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        if serde_json::from_str::<Version>(raw.get())?.v != VERSION {
            return Ok(None);
        }
        let mut verdict: Verdict = serde_json::from_str(raw.get())?;
        let decision = &mut verdict.decision;
        decision.uncapped = decision.uncapped.max(decision.effect);
        decision.errors.truncate(MOST);
        decision.steps.truncate(MOST);
        decision.not_assessed.truncate(MOST);
        for error in &mut decision.errors {
            for (text, most) in [(&mut error.location, WORD), (&mut error.code, WORD), (&mut error.name, TEXT)] {
                cut(text, most);
            }
            cut(&mut error.pointer, TEXT);
            cut(&mut error.message, TEXT);
            nameless(error);
        }
        for step in &mut decision.steps {
            cut_cow(&mut step.step, WORD);
            cut_cow(&mut step.detail, TEXT);
        }
        cut(&mut decision.code, WORD);
        cut(&mut decision.title, TEXT);
        let ban = decision.ban.as_mut().map(|ban| &mut ban.who);
        let texts = decision.principal.iter_mut().chain(&mut decision.degraded).chain(&mut verdict.fault).chain(ban);
        for text in texts.chain(&mut decision.not_assessed) {
            cut(text, TEXT);
        }
        Ok(Some(verdict))
    }

    /// The exchange as its gateway captured it.
    pub fn captured(self, api_id: Arc<str>, api_name: Arc<str>, exchange: Exchange) -> Captured {
        let Verdict { mut decision, status, upstream_status, fault, .. } = self;
        if let Some(ban) = &mut decision.ban {
            // The longest ban that a policy can name.
            let longest = exchange.time.saturating_add(i64::from(u32::MAX) * 1_000_000);
            ban.until = ban.until.max(exchange.time).min(longest);
        }
        Captured { api_id, api_name, exchange, decision, status, upstream_status, fault }
    }
}

fn cut(text: &mut String, characters: usize) {
    if let Some((at, _)) = text.char_indices().nth(characters) {
        text.truncate(at);
    }
}

fn cut_cow(text: &mut Cow<'static, str>, characters: usize) {
    if text.len() > characters {
        cut(text.to_mut(), characters);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_guard::{BanOrder, Check, CounterKey, Effect, FieldError, Outcome, Step};

    fn verdict() -> Verdict {
        let error = FieldError {
            location: "client".to_owned(),
            name: "logins".to_owned(),
            pointer: String::new(),
            code: "rate_burst".to_owned(),
            message: "more than 1 requests per second".to_owned(),
        };
        let step = Step {
            step: "rate".into(),
            outcome: Outcome::Failed,
            effect: Some(Effect::Ban),
            detail: "rate_burst".into(),
        };
        Verdict {
            v: VERSION,
            decision: Decision {
                effect: Effect::Ban,
                uncapped: Effect::Ban,
                check: Some(Check::Rate),
                status: 429,
                code: "rate_burst".to_owned(),
                principal: Some("ann".to_owned()),
                ban: Some(BanOrder { key: CounterKey([1; 16]), who: "192.0.2.1".to_owned(), until: 5_000_000 }),
                errors: vec![error],
                steps: vec![step],
                not_assessed: vec!["answer".to_owned()],
                degraded: Some("no counters".to_owned()),
                ..Decision::allowed()
            },
            status: 429,
            upstream_status: None,
            fault: Some("the client went away".to_owned()),
        }
    }

    fn raw(text: String) -> Box<RawValue> {
        RawValue::from_string(text).unwrap()
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let verdict = verdict();
        assert_eq!(Verdict::read(&verdict.write().unwrap()).unwrap(), Some(verdict));
    }

    #[test]
    fn another_version_is_not_read_and_what_is_no_verdict_is_refused() {
        let text = verdict().write().unwrap().get().to_owned();
        assert_eq!(Verdict::read(&raw(text.replacen("\"v\":1", "\"v\":2", 1))).unwrap(), None);
        for text in
            ["{}".to_owned(), "[]".to_owned(), "1".to_owned(), text.replace("\"effect\":\"ban\"", "\"effect\":\"x\"")]
        {
            assert!(Verdict::read(&raw(text)).is_err());
        }
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let mut large = verdict();
        let long = "é".repeat(10_000);
        large.decision.uncapped = Effect::Allow;
        large.decision.errors = vec![
            FieldError {
                location: long.clone(),
                name: long.clone(),
                pointer: long.clone(),
                code: long.clone(),
                message: long.clone(),
            };
            1000
        ];
        let step =
            Step { step: long.clone().into(), outcome: Outcome::Failed, effect: None, detail: long.clone().into() };
        large.decision.steps = vec![step; 1000];
        large.decision.not_assessed = vec![long.clone(); 1000];
        large.decision.title.clone_from(&long);
        large.decision.principal = Some(long.clone());
        large.fault = Some(long);
        let read = Verdict::read(&large.write().unwrap()).unwrap().unwrap();
        assert_eq!(read.decision.uncapped, Effect::Ban);
        assert!(read.write().unwrap().get().len() < 1_000_000);
        assert_eq!(read.decision.steps.len(), MOST);
        let exchange = palisade_exchange::Exchange {
            id: uuid::Uuid::nil(),
            time: 7,
            duration: None,
            source: palisade_exchange::Source::Gateway,
            api: None,
            client: palisade_exchange::Client { address: None, principal: None },
            scheme: "http".to_owned(),
            host: "a".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: None,
            request: palisade_exchange::Message::default(),
            response: None,
        };
        for (until, wanted) in [(i64::MAX, 7 + i64::from(u32::MAX) * 1_000_000), (i64::MIN, 7), (9, 9)] {
            let mut verdict = verdict();
            verdict.decision.ban.as_mut().unwrap().until = until;
            let captured = verdict.captured("a".into(), "a".into(), exchange.clone());
            assert_eq!(captured.decision.ban.unwrap().until, wanted);
        }
    }
}
