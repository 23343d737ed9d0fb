//! Asks for the records of a name and its domain.

mod chain;
mod client;
mod policy;

pub(super) use client::{Client, system_servers};
pub use hickory_proto::dnssec::TrustAnchors;

use super::reach::Reach;
use futures_util::StreamExt;
use palisade_posture::dns::{Facts, Known, Question, StsPolicy, assess};
use palisade_posture::{Part, Target};
use rustls::RootCertStore;
use std::sync::Arc;

/// Questions that are on their way at the same time.
const TOGETHER: usize = 4;
/// Times the plan is run: a chain of includes, redirects and aliases gets no longer.
const ROUNDS: usize = 24;

/// The port of policy files.
const HTTPS: u16 = 443;

/// Whom signatures and certificates are believed.
#[derive(Clone)]
pub struct Trust {
    /// Who vouches for the host that has the policy of MTA-STS.
    pub roots: Arc<RootCertStore>,
    /// Keys of the root zone.
    pub anchors: TrustAnchors,
}

impl Trust {
    /// These certificate authorities, and the published keys of the root zone.
    pub fn new(roots: RootCertStore) -> Trust {
        Trust { roots: Arc::new(roots), anchors: TrustAnchors::default() }
    }
}

/// Learns what the DNS says of a target's name and its domain. `selectors` are those of DKIM that the user knows of.
pub async fn probe(reach: &Reach, target: &Target, selectors: &[String], trust: &Trust) -> Part<Facts> {
    if target.address().is_some() {
        return Part::NotAssessed("the host is an address and no name".to_owned());
    }
    if !target.host.contains('.') || target.host.ends_with(".localhost") {
        return Part::NotAssessed("the host is a name of this machine or of its network, in no domain".to_owned());
    }
    let client = reach.names();
    let mut known = Known::default();
    let mut facts = assess(target, selectors, &mut known);
    for _ in 0..ROUNDS {
        let missing = known.missing();
        if missing.is_empty() {
            break;
        }
        let asked = futures_util::stream::iter(missing).map(|question: Question| async {
            let reply = client.reply(&question).await;
            (question, reply)
        });
        let answered: Vec<_> = asked.buffered(TOGETHER).collect().await;
        for (question, reply) in answered {
            known.answer(question, reply);
        }
        facts = assess(target, selectors, &mut known);
    }
    if !known.has_answers() {
        let reason = facts.unanswered.first().map_or("nothing was asked", String::as_str);
        let who = client.server().map_or_else(String::new, |server| format!(" by {server}"));
        return Part::NotAssessed(format!("no question was answered{who}: {reason}"));
    }
    let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
    facts.dnssec = chain::validate(client, &target.host, &trust.anchors, now).await;
    if let Some(host) = facts.mta_sts.policy_host(&facts.domain) {
        match policy::fetch(reach, &host, HTTPS, &trust.roots).await {
            Ok(text) => facts.mta_sts.policy = Some(StsPolicy::read(&text)),
            Err(reason) => facts.mta_sts.not_fetched = Some(reason),
        }
    }
    Part::Assessed(facts)
}
