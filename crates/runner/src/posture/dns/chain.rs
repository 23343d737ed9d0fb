//! Validation of the chain of signatures: DNSSEC, RFC 4033 to 4035.
//!
//! The answer for the name is followed up: its signature by a key of its zone, the keys by one that the zone above
//! vouches for, and so on to a trust anchor. Where a step cannot be asked for, that is where the chain ends, and it is
//! said so. Proofs that something does not exist (NSEC, NSEC3) are not validated.

use super::client::{Client, Silence, is_referral, refusal, set, text};
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS, RRSIG};
use hickory_proto::dnssec::{TrustAnchors, Verifier};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use palisade_posture::dns::{Dnssec, Signed};

/// Zones that are climbed.
const ZONES: usize = 12;
/// Keys and signatures of one set that are used, and so the square of it the verifications: a zone can be made so that
/// checking every pair takes forever.
const EACH: usize = 8;
const VERIFICATIONS: usize = 16;

/// Validates the answer for a host at a time, in seconds since 1970.
pub(super) async fn validate(client: &Client, host: &str, anchors: &TrustAnchors, now: u64) -> Dnssec {
    let mut chain = Chain { client, anchors, now, dnssec: Dnssec::default() };
    chain.dnssec.state = match chain.climb(host).await {
        Ok(state) => state,
        Err(silence) => Signed::Unknown(silence.to_string()),
    };
    chain.dnssec
}

struct Chain<'a> {
    client: &'a Client,
    anchors: &'a TrustAnchors,
    now: u64,
    dnssec: Dnssec,
}

/// Records of one name and type with their signatures.
struct Set {
    name: Name,
    kind: RecordType,
    records: Vec<Record>,
    signatures: Vec<RRSIG>,
}

impl Set {
    fn of(records: &[Record], name: &Name, kind: RecordType) -> Set {
        let signatures = set(records, name, RecordType::RRSIG).filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::RRSIG(signature)) if signature.input().type_covered == kind => {
                Some(signature.clone())
            }
            _ => None,
        });
        Set {
            name: name.clone(),
            kind,
            records: set(records, name, kind).cloned().collect(),
            signatures: signatures.take(EACH).collect(),
        }
    }

    fn title(&self) -> String {
        format!("{} {}", self.kind, named(&self.name))
    }

    fn keys(&self) -> Vec<DNSKEY> {
        let keys = self.records.iter().filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::DNSKEY(key)) if key.zone_key() && !key.revoke() => Some(key.clone()),
            _ => None,
        });
        keys.take(EACH).collect()
    }

    fn delegations(&self) -> Vec<DS> {
        let delegations = self.records.iter().filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::DS(delegation)) => Some(delegation.clone()),
            _ => None,
        });
        delegations.take(EACH).collect()
    }
}

fn named(name: &Name) -> String {
    if name.is_root() { "the root".to_owned() } else { text(name) }
}

/// What came of asking for a set.
enum Asked {
    There(Set),
    Absent,
    Silent(Silence),
}

impl Chain<'_> {
    async fn climb(&mut self, host: &str) -> Result<Signed, Silence> {
        let name = Name::from_ascii(format!("{host}.")).map_err(|_| Silence::NoName)?;
        let message = self.first(&name).await?;
        let Some(answer) = first_set(&message, &name) else {
            return Err(if is_referral(&message) { Silence::Referral } else { Silence::Failed });
        };
        if answer.signatures.is_empty() {
            return self.unsigned(&name).await;
        }
        let Some(signer) = answer.signatures.first().map(|signature| signature.input().signer_name.clone()) else {
            return Err(Silence::Failed);
        };
        if !signer.zone_of(&answer.name) {
            return Ok(Signed::Bogus(format!(
                "{} is signed by {}, which is no zone of it",
                answer.title(),
                named(&signer)
            )));
        }
        let mut zone = signer;
        self.dnssec.zone = Some(text(&zone));
        let mut below = answer;
        for depth in 0..ZONES {
            let keys = match self.ask(&zone, RecordType::DNSKEY).await {
                Asked::There(keys) => keys,
                Asked::Absent => return Ok(Signed::Bogus(format!("{} is signed and has no keys", named(&zone)))),
                Asked::Silent(silence) => {
                    return Ok(Signed::Consistent(format!("the keys of {} are not known: {silence}", named(&zone))));
                }
            };
            if depth == 0 {
                self.dnssec.algorithms = keys.keys().iter().map(|key| u8::from(key.algorithm())).collect();
                self.dnssec.algorithms.sort_unstable();
                self.dnssec.algorithms.dedup();
            }
            if let Err(state) = self.signed_by(&below, &keys.keys(), &zone) {
                return Ok(state);
            }
            if zone.is_root() {
                return Ok(self.anchored(&keys));
            }
            let delegation = match self.ask(&zone, RecordType::DS).await {
                Asked::There(delegation) => delegation,
                Asked::Absent if depth == 0 => {
                    return Ok(Signed::Unsigned(
                        "it has keys, and the zone above has no DS record for them".to_owned(),
                    ));
                }
                Asked::Absent => {
                    return Ok(Signed::Unsigned(format!("the zone above {} has no DS record for it", named(&zone))));
                }
                Asked::Silent(silence) => {
                    let entry = self.signed_by(&keys, &keys.keys(), &zone);
                    let reason = format!("the DS record of {} is not known: {silence}", named(&zone));
                    return Ok(entry.err().unwrap_or(Signed::Consistent(reason)));
                }
            };
            if depth == 0 {
                let digests = delegation.delegations();
                self.dnssec.digests = digests.iter().map(|ds| u8::from(ds.digest_type())).collect();
                self.dnssec.digests.sort_unstable();
                self.dnssec.digests.dedup();
            }
            if let Err(state) = self.vouched_for(&keys, &delegation, &zone) {
                return Ok(state);
            }
            let Some(above) = delegation.signatures.first().map(|signature| signature.input().signer_name.clone())
            else {
                let reason = format!("the DS record of {} carries no signature", named(&zone));
                return Ok(Signed::Consistent(reason));
            };
            if !above.zone_of(&zone) || above == zone {
                let reason = format!("the DS record of {} is signed by {}", named(&zone), named(&above));
                return Ok(Signed::Bogus(reason));
            }
            zone = above;
            below = delegation;
        }
        Ok(Signed::Consistent(format!("more than {ZONES} zones stand above each other")))
    }

    /// The answer for the name. One that a validating resolver takes for forged is asked for once more, unchecked.
    async fn first(&mut self, name: &Name) -> Result<Message, Silence> {
        let mut message = self.client.message(name, RecordType::A, false).await?;
        self.dnssec.vouched = message.metadata.authentic_data;
        if self.dnssec.vouched {
            self.step("the resolver says that it has validated the answer".to_owned());
        }
        if message.metadata.response_code == ResponseCode::ServFail {
            let again = self.client.message(name, RecordType::A, true).await?;
            if again.metadata.response_code != ResponseCode::ServFail {
                self.step("the resolver refuses the answer unless it is told not to check it".to_owned());
            }
            message = again;
        }
        match message.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => Ok(message),
            code => Err(refusal(code)),
        }
    }

    async fn ask(&self, name: &Name, kind: RecordType) -> Asked {
        let message = match self.client.message(name, kind, true).await {
            Ok(message) => message,
            Err(silence) => return Asked::Silent(silence),
        };
        let set = Set::of(&message.answers, name, kind);
        if !set.records.is_empty() {
            return Asked::There(set);
        }
        let from_child = || message.authorities.iter().any(|record| is_start(record) && record.name == *name);
        match message.metadata.response_code {
            // DS records stand in the zone above: the zone's own server knows nothing of them.
            ResponseCode::NoError if kind == RecordType::DS && from_child() => Asked::Silent(Silence::Referral),
            ResponseCode::NoError if is_referral(&message) => Asked::Silent(Silence::Referral),
            ResponseCode::NoError | ResponseCode::NXDomain => Asked::Absent,
            code => Asked::Silent(refusal(code)),
        }
    }

    /// What an answer without a signature means.
    async fn unsigned(&mut self, name: &Name) -> Result<Signed, Silence> {
        let message = self.client.message(name, RecordType::SOA, true).await?;
        let start = message.answers.iter().chain(&message.authorities).find(|record| is_start(record));
        let Some(zone) = start.map(|record| record.name.clone()).filter(|zone| zone.zone_of(name)) else {
            return Err(Silence::Referral);
        };
        self.dnssec.zone = Some(text(&zone));
        let keys = self.ask(&zone, RecordType::DNSKEY).await;
        let delegation = self.ask(&zone, RecordType::DS).await;
        let title = named(&zone);
        match &keys {
            Asked::There(keys) => {
                self.step(format!("DNSKEY {title}: {} keys", keys.keys().len()));
                self.dnssec.algorithms = keys.keys().iter().map(|key| u8::from(key.algorithm())).collect();
            }
            Asked::Absent => self.step(format!("DNSKEY {title}: none")),
            Asked::Silent(silence) => self.step(format!("DNSKEY {title}: {silence}")),
        }
        match &delegation {
            Asked::There(delegation) => {
                self.step(format!("DS {title}: {} records", delegation.delegations().len()));
                self.dnssec.digests = delegation.delegations().iter().map(|ds| u8::from(ds.digest_type())).collect();
            }
            Asked::Absent => self.step(format!("DS {title}: none")),
            Asked::Silent(silence) => self.step(format!("DS {title}: {silence}")),
        }
        Ok(match (keys, delegation) {
            (Asked::Absent, Asked::There(_)) => {
                Signed::Bogus("the zone above vouches for a key, and there is none".to_owned())
            }
            (Asked::There(keys), Asked::There(_)) if !keys.signatures.is_empty() => {
                Signed::Bogus("the answer carries no signature".to_owned())
            }
            (Asked::There(_), Asked::There(_)) if self.dnssec.vouched => Signed::Consistent(
                "the resolver says that it has validated the answer, and leaves signatures out".to_owned(),
            ),
            (Asked::There(_), Asked::There(_)) => Signed::Unknown("the resolver leaves signatures out".to_owned()),
            (Asked::There(_), Asked::Absent) => {
                Signed::Unsigned("it has keys, and the zone above has no DS record for them".to_owned())
            }
            (Asked::Absent, _) => Signed::Unsigned("it has no keys".to_owned()),
            (Asked::Silent(_), Asked::Absent) => Signed::Unsigned("the zone above has no DS record for it".to_owned()),
            (Asked::Silent(silence), _) | (_, Asked::Silent(silence)) => Signed::Unknown(silence.to_string()),
        })
    }

    /// Whether one of the keys signed a set, now.
    fn signed_by(&mut self, set: &Set, keys: &[DNSKEY], zone: &Name) -> Result<(), Signed> {
        let mut why = format!("{} carries no signature", set.title());
        let mut left = VERIFICATIONS;
        let mut unchecked = None;
        for signature in &set.signatures {
            let input = signature.input();
            let (from, until) = (input.sig_inception.get(), input.sig_expiration.get());
            if input.signer_name != *zone {
                why = format!("{} is signed by {}", set.title(), named(&input.signer_name));
                continue;
            }
            if let Some(wrong) = not_in_time(from, until, self.now) {
                why = format!("the signature of {} {wrong}", set.title());
                continue;
            }
            if !input.algorithm.is_supported() {
                unchecked = Some(u8::from(input.algorithm));
                continue;
            }
            let fits = |key: &&DNSKEY| {
                key.algorithm() == input.algorithm && key.calculate_key_tag().is_ok_and(|tag| tag == input.key_tag)
            };
            why = format!("{} is signed by key {}, which {} does not have", set.title(), input.key_tag, named(zone));
            for key in keys.iter().filter(fits).take(left) {
                left = left.saturating_sub(1);
                if key.verify_rrsig(&set.name, DNSClass::IN, signature, set.records.iter()).is_ok() {
                    self.step(format!(
                        "{}: signed by key {} of {}, algorithm {}, until {}",
                        set.title(),
                        input.key_tag,
                        named(zone),
                        u8::from(input.algorithm),
                        day(until)
                    ));
                    return Ok(());
                }
                why = format!("the signature of {} by key {} is wrong", set.title(), input.key_tag);
            }
        }
        if let Some(algorithm) = unchecked {
            let reason = format!("{} is signed with algorithm {algorithm}, which is not checked here", set.title());
            self.step(reason.clone());
            return Err(Signed::Unknown(reason));
        }
        self.step(why.clone());
        Err(Signed::Bogus(why))
    }

    /// Whether the keys are signed by one that the zone above vouches for.
    fn vouched_for(&mut self, keys: &Set, delegation: &Set, zone: &Name) -> Result<(), Signed> {
        let delegations = delegation.delegations();
        let known: Vec<&DS> = delegations.iter().filter(|ds| ds.digest_type().is_supported()).collect();
        if known.is_empty() {
            let reason = format!("the DS record of {} has a digest that is not checked here", named(zone));
            return Err(Signed::Unknown(reason));
        }
        let vouched: Vec<DNSKEY> = keys
            .keys()
            .into_iter()
            .filter(|key| {
                let tag = key.calculate_key_tag().ok();
                known.iter().any(|ds| tag == Some(ds.key_tag()) && ds.covers(&keys.name, key).unwrap_or(false))
            })
            .collect();
        if vouched.is_empty() {
            let reason = format!("no key of {} is the one that its DS record vouches for", named(zone));
            self.step(reason.clone());
            return Err(Signed::Bogus(reason));
        }
        self.signed_by(keys, &vouched, zone)
    }

    /// Whether the root's keys are signed by a trust anchor.
    fn anchored(&mut self, keys: &Set) -> Signed {
        let anchors: Vec<DNSKEY> =
            keys.keys().into_iter().filter(|key| self.anchors.contains(key.public_key())).collect();
        if anchors.is_empty() {
            return Signed::Bogus("the root is signed with a key that is no trust anchor".to_owned());
        }
        match self.signed_by(keys, &anchors, &Name::root()) {
            Ok(()) => Signed::Secure,
            Err(state) => state,
        }
    }

    fn step(&mut self, step: String) {
        self.dnssec.steps.push(step);
    }
}

/// The set that the answer is about: the alias or the addresses of the name, else the start of its zone.
fn first_set(message: &Message, name: &Name) -> Option<Set> {
    for kind in [RecordType::CNAME, RecordType::A] {
        let answer = Set::of(&message.answers, name, kind);
        if !answer.records.is_empty() {
            return Some(answer);
        }
    }
    let start = message.authorities.iter().find(|record| is_start(record) && record.name.zone_of(name))?;
    Some(Set::of(&message.authorities, &start.name, RecordType::SOA))
}

fn is_start(record: &Record) -> bool {
    record.record_type() == RecordType::SOA
}

/// What is wrong with the time of a signature. Times wrap around every 136 years (RFC 4034 section 3.1.5).
fn not_in_time(from: u32, until: u32, now: u64) -> Option<String> {
    let now = u32::try_from(now & u64::from(u32::MAX)).unwrap_or_default();
    let past = |earlier: u32, later: u32| later.wrapping_sub(earlier) < 1 << 31;
    if !past(now, until) {
        Some(format!("ended on {}", day(until)))
    } else if !past(from, now) {
        Some(format!("begins on {} only", day(from)))
    } else {
        None
    }
}

fn day(seconds: u32) -> String {
    jiff::Timestamp::from_second(i64::from(seconds))
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}
