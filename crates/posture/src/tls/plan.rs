//! What to ask next, and what the answers say.
//!
//! A [`Plan`] hands out hellos and is told the answers. Several hellos may be on their way at once: questions that do
//! not wait for each other are tracks. What is asked stays small: a suite is found by offering all and leaving out
//! what was chosen before, so that finding `n` suites takes `n + 1` hellos.

use super::answer::{Answer, Hello};
use super::certificate::{Certificate, Chain, Trust};
use super::facts::{Facts, Gap, Handshake, Prime, Shown, Spoken, Staple, Support, WithoutName};
use super::group::Group;
use super::hello::{self, FALLBACK};
use super::suite::{Exchange, Suite};
use super::version::Version;
use super::{hex, ocsp};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;

/// Hellos of a whole plan: what a server with every suite and version of OpenSSL takes, and some.
const HELLOS: u32 = 220;
/// Suites found under one version.
const SUITES: usize = 90;
/// Answers missing one after the other until the server is given up.
const MISSING: u32 = 8;
/// Groups found in one kind of handshake.
const GROUPS: usize = 48;

/// The suites that nearly every client names: for servers that cannot take a long list.
const COMMON: [u32; 25] = [
    0xc02f, 0xc030, 0xc02b, 0xc02c, 0xcca8, 0xcca9, 0xc013, 0xc014, 0xc009, 0xc00a, 0xc027, 0xc028, 0x009e, 0x009f,
    0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a, 0x0005, 0x0004,
];

/// The groups that nearly every client names.
const COMMON_GROUPS: [Group; 4] = [Group::X25519, Group::SECP256R1, Group(24), Group(25)];

/// A hello to be sent over a connection of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Names it in [`Plan::answer`].
    pub id: u32,
    /// Decides how the answer is read.
    pub version: Version,
    /// What to send.
    pub bytes: Vec<u8>,
}

/// What a hello asks.
#[derive(Debug, Clone)]
struct Ask {
    version: Version,
    suites: Vec<Suite>,
    groups: Vec<Group>,
    alpn: &'static [&'static str],
    named: bool,
    compression: bool,
    fallback: bool,
    shares: bool,
    /// How often it is asked again when no answer comes.
    again: u32,
}

impl Ask {
    fn new(version: Version, suites: Vec<Suite>) -> Ask {
        let groups = if version == Version::Tls13 { Group::tls13() } else { Group::classic() };
        Ask {
            version,
            suites,
            groups,
            alpn: &[],
            named: true,
            compression: false,
            fallback: false,
            shares: false,
            again: 1,
        }
    }
}

/// What a track wants.
enum Step {
    Ask(Box<Ask>),
    /// Not before another track knows more.
    Wait,
    Done,
}

/// One line of questions that follow from each other.
trait Track: Debug + Send {
    fn next(&mut self, known: &Known) -> Step;
    fn hear(&mut self, known: &mut Known, answer: &Answer);
}

/// What the tracks share.
#[derive(Debug)]
struct Known {
    facts: Facts,
    /// Versions whose suites are all found.
    complete: Vec<Version>,
    /// Whether TLS 1.3 wants key shares.
    shares: bool,
    /// Versions whose hellos must be short.
    short: Vec<Version>,
    /// Chains by the bytes of the leaf, with the version they came under.
    chains: Vec<(Version, Vec<Vec<u8>>)>,
}

impl Known {
    fn spoken(&mut self, version: Version) -> &mut Spoken {
        let at = Version::ALL.iter().position(|one| *one == version).unwrap_or(0);
        &mut self.facts.versions[at]
    }

    /// A hello that the server can take.
    fn ask(&self, version: Version, suites: Vec<Suite>) -> Ask {
        let mut ask = Ask::new(version, suites);
        if self.short.contains(&version) {
            ask.groups.retain(|group| COMMON_GROUPS.contains(group));
        }
        ask.shares = self.shares;
        ask
    }

    /// Whether it is known if a version is spoken.
    fn is_settled(&self, version: Version) -> bool {
        self.complete.contains(&version) || self.facts.speaks(version)
    }

    /// The highest version before TLS 1.3 that is spoken.
    fn classic(&self) -> Option<&Spoken> {
        self.facts.spoken().rev().find(|spoken| spoken.version < Version::Tls13 && spoken.version > Version::Ssl2)
    }

    /// What every hello of the server tells beside the answer that was asked for.
    fn note(&mut self, hello: &Hello, ask: &Ask) {
        let Some(version) = hello.version() else { return };
        let shown = |yes: bool| Shown { yes, evidence: hex(&hello.head) };
        if version < Version::Tls13 {
            let facts = &mut self.facts;
            if ask.compression && facts.compression.as_ref().is_none_or(|known| !known.yes) {
                facts.compression = Some(shown(hello.compression != 0));
            }
            if facts.secure_renegotiation.as_ref().is_none_or(|known| known.yes) {
                facts.secure_renegotiation = Some(shown(hello.has(0xff01)));
            }
            if version > Version::Ssl3 {
                if version == Version::Tls12 || facts.extended_master_secret.is_none() {
                    facts.extended_master_secret = Some(hello.has(23));
                }
                let cbc = Suite(u32::from(hello.suite)).is_cbc();
                if cbc {
                    facts.encrypt_then_mac = Some(hello.has(22));
                }
                if version == Version::Tls12 || facts.session_tickets.is_none() {
                    facts.session_tickets = Some(hello.has(35));
                }
            }
            let count = u32::try_from(hello.timestamps).unwrap_or(u32::MAX);
            facts.timestamps = facts.timestamps.max(count);
            // RFC 8446, section 4.1.3: "DOWNGRD" and one byte.
            let marked = hello.mark.starts_with(b"DOWNGRD");
            if version == Version::Tls12 {
                facts.downgrade_marked = Some(marked);
            }
            if let Some((bits, bytes)) = &hello.prime {
                let suite = Suite(u32::from(hello.suite));
                let prime = Prime { bits: *bits, evidence: hex(bytes), suite };
                if !facts.primes.iter().any(|known| known.bits == prime.bits && known.evidence == prime.evidence) {
                    facts.primes.push(prime);
                }
            }
            if ask.named {
                if let Some(leaf) = hello.certificates.first()
                    && !self.chains.iter().any(|(_, chain)| chain.first() == Some(leaf))
                    && self.chains.len() < 4
                {
                    self.chains.push((version, hello.certificates.clone()));
                }
                if let Some(staple) = &hello.staple {
                    facts.stapled = Some(ocsp::status(staple));
                } else if version > Version::Ssl3 && !hello.certificates.is_empty() && facts.stapled.is_none() {
                    facts.stapled = Some(Staple::None);
                }
            }
        }
        if let Some(protocol) = &hello.alpn
            && !self.facts.alpn.contains(protocol)
        {
            self.facts.alpn.push(protocol.clone());
        }
    }
}

/// The suites of one version.
#[derive(Debug)]
struct Suites {
    version: Version,
    left: Vec<Suite>,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Everything is offered.
    First,
    /// Only what everyone knows is offered, or real key shares.
    Careful,
    /// What was chosen is left out.
    More,
    /// Who decides on the order.
    Order,
    Done,
}

impl Suites {
    fn new(version: Version) -> Suites {
        let mut left: Vec<Suite> = if version == Version::Tls13 {
            Suite::tls13().collect()
        } else {
            let late = version < Version::Tls12;
            Suite::classic().filter(|suite| !(late && suite.needs_tls12())).collect()
        };
        // A client that leaves the choice to the server's taste gets the best it can.
        left.sort_by_cached_key(|suite| {
            let common = COMMON.iter().position(|common| *common == suite.0).unwrap_or(COMMON.len());
            (!suite.weaknesses().is_empty(), common, suite.0)
        });
        Suites { version, left, stage: Stage::First }
    }

    fn end(&mut self, known: &mut Known, support: Option<Support>) {
        if let Some(support) = support {
            known.spoken(self.version).support = support;
        }
        known.complete.push(self.version);
        self.stage = Stage::Done;
    }

    /// The accepted suites the other way round, ChaCha20 not in front: some servers put it first for clients that do.
    fn reversed(found: &[Suite]) -> Vec<Suite> {
        let mut reversed: Vec<Suite> = found.iter().rev().copied().collect();
        if let Some(first) = reversed.iter().position(|suite| !suite.is_chacha()) {
            reversed.rotate_left(first);
        }
        reversed
    }
}

impl Track for Suites {
    fn next(&mut self, known: &Known) -> Step {
        let mut ask = known.ask(self.version, self.left.clone());
        match self.stage {
            Stage::First => {
                // The first answer of TLS 1.2 tells the protocols above it too.
                ask.alpn = if self.version == Version::Tls12 { &["h2", "http/1.1"] } else { &[] };
                ask.compression = true;
                ask.again = 0;
            }
            Stage::Careful => {
                ask.shares = true;
                if self.version < Version::Tls13 {
                    ask.groups = COMMON_GROUPS.to_vec();
                }
            }
            Stage::More => {}
            Stage::Order => {
                let found = known.facts.version(self.version).map(|spoken| spoken.suites.as_slice());
                ask.suites = Suites::reversed(found.unwrap_or_default());
            }
            Stage::Done => return Step::Done,
        }
        Step::Ask(Box::new(ask))
    }

    fn hear(&mut self, known: &mut Known, answer: &Answer) {
        let hello = match answer {
            Answer::Hello(hello) if hello.version() == Some(self.version) => Some(hello),
            _ => None,
        };
        if self.stage == Stage::Order {
            let spoken = known.spoken(self.version);
            let offered = Suites::reversed(&spoken.suites);
            let chosen = hello.map(|hello| Suite(u32::from(hello.suite)));
            spoken.server_order = chosen.map(|chosen| offered.first() != Some(&chosen));
            self.end(known, None);
            return;
        }
        let Some(hello) = hello else {
            let refused = match answer {
                Answer::Hello(_) | Answer::Ssl2(_) | Answer::Alert { code: 70, .. } => true,
                Answer::Alert { .. } | Answer::Closed | Answer::Garbled(_) => self.stage == Stage::Careful,
                Answer::Silent | Answer::Unreachable => false,
            };
            match self.stage {
                Stage::First if !refused => {
                    self.stage = Stage::Careful;
                    if self.version < Version::Tls13 {
                        self.left.retain(|suite| COMMON.contains(&suite.0));
                    }
                }
                Stage::More => {
                    if matches!(answer, Answer::Silent | Answer::Unreachable) {
                        let why = "the server stopped answering";
                        known.facts.gaps.push(Gap::new(format!("further suites of {}", self.version), why));
                    }
                    if known.spoken(self.version).suites.len() > 1 {
                        self.stage = Stage::Order;
                    } else {
                        self.end(known, None);
                    }
                }
                _ => {
                    let support = if refused { Support::No } else { Support::Unknown };
                    known.spoken(self.version).evidence = evidence(answer);
                    self.end(known, Some(support));
                }
            }
            return;
        };
        let chosen = Suite(u32::from(hello.suite));
        if self.stage == Stage::Careful {
            if self.version == Version::Tls13 {
                known.shares = true;
            } else {
                known.short.push(self.version);
                let why = "the server answers to short lists of suites only: the 25 most common ones were asked for";
                known.facts.gaps.push(Gap::new(format!("rare suites of {}", self.version), why));
            }
        }
        let spoken = known.spoken(self.version);
        spoken.support = Support::Yes;
        if spoken.evidence.is_empty() {
            spoken.evidence = hex(&hello.head);
        }
        let Some(at) = self.left.iter().position(|suite| *suite == chosen) else {
            let why = format!("the server chose {chosen}, which was not offered");
            known.facts.gaps.push(Gap::new(format!("further suites of {}", self.version), why));
            self.end(known, None);
            return;
        };
        spoken.suites.push(chosen);
        self.left.remove(at);
        self.stage = Stage::More;
        if spoken.suites.len() >= SUITES || self.left.is_empty() {
            if !self.left.is_empty() {
                let what = format!("further suites of {}", self.version);
                known.facts.gaps.push(Gap::new(what, format!("not more than {SUITES} are counted")));
            }
            self.stage = Stage::Order;
        }
    }
}

fn evidence(answer: &Answer) -> String {
    match answer {
        Answer::Hello(hello) => hex(&hello.head),
        Answer::Ssl2(hello) => hex(&hello.head),
        Answer::Alert { head, .. } | Answer::Garbled(head) => hex(head),
        Answer::Closed | Answer::Silent | Answer::Unreachable => String::new(),
    }
}

/// SSLv2, whose hello tells all suites at once.
#[derive(Debug, Default)]
struct Ssl2 {
    asked: bool,
}

impl Track for Ssl2 {
    fn next(&mut self, _: &Known) -> Step {
        if std::mem::replace(&mut self.asked, true) {
            return Step::Done;
        }
        let mut ask = Ask::new(Version::Ssl2, Suite::ssl2().collect());
        ask.again = 0;
        Step::Ask(Box::new(ask))
    }

    fn hear(&mut self, known: &mut Known, answer: &Answer) {
        let spoken = known.spoken(Version::Ssl2);
        spoken.evidence = evidence(answer);
        spoken.support = match answer {
            Answer::Ssl2(hello) => {
                spoken.suites = hello.kinds.iter().copied().take(SUITES).collect();
                Support::Yes
            }
            Answer::Unreachable => Support::Unknown,
            // Servers that know SSLv3 and later only wait for the rest of what they take for a long record.
            _ => Support::No,
        };
        if let Answer::Ssl2(hello) = answer
            && !hello.certificate.is_empty()
            && !known.chains.iter().any(|(_, chain)| chain.first() == Some(&hello.certificate))
        {
            known.chains.push((Version::Ssl2, vec![hello.certificate.clone()]));
        }
        known.complete.push(Version::Ssl2);
    }
}

/// The groups of one kind of handshake.
#[derive(Debug)]
struct Groups {
    tls13: bool,
    left: Vec<Group>,
    /// A group that stands last because the server's certificate needs it.
    kept: Option<Group>,
    done: bool,
}

impl Groups {
    fn new(tls13: bool) -> Groups {
        Groups { tls13, left: if tls13 { Group::tls13() } else { Group::classic() }, kept: None, done: false }
    }

    /// Version and suites to ask with, once they are known.
    fn with(&self, known: &Known) -> Option<(Version, Vec<Suite>)> {
        if self.tls13 {
            let spoken = known.facts.version(Version::Tls13)?;
            return Some((Version::Tls13, spoken.suites.clone())).filter(|(_, suites)| !suites.is_empty());
        }
        let spoken = known.classic()?;
        let on_curves = |suite: &&Suite| suite.exchange() == Exchange::Ecdhe;
        let suites: Vec<Suite> = spoken.suites.iter().filter(on_curves).copied().collect();
        Some((spoken.version, suites)).filter(|(_, suites)| !suites.is_empty())
    }

    fn found<'a>(&self, known: &'a mut Known) -> &'a mut Vec<Group> {
        if self.tls13 { &mut known.facts.groups13 } else { &mut known.facts.groups }
    }
}

impl Track for Groups {
    fn next(&mut self, known: &Known) -> Step {
        if self.done {
            return Step::Done;
        }
        let versions: &[Version] = if self.tls13 { &Version::ALL[5..] } else { &Version::ALL[1..5] };
        let settled = versions.iter().all(|version| known.is_settled(*version));
        match self.with(known) {
            Some((version, suites)) if settled => {
                let mut ask = known.ask(version, suites);
                let takes = ask.groups;
                ask.groups = self.left.iter().copied().filter(|group| takes.contains(group)).collect();
                ask.groups.extend(self.kept);
                if ask.groups.is_empty() {
                    return Step::Done;
                }
                Step::Ask(Box::new(ask))
            }
            _ if versions.iter().all(|version| known.complete.contains(version)) => Step::Done,
            _ => Step::Wait,
        }
    }

    fn hear(&mut self, known: &mut Known, answer: &Answer) {
        let chosen = match answer {
            Answer::Hello(hello) => hello.group,
            _ => None,
        };
        match chosen {
            Some(group) if self.left.contains(&group) || group == Group::EXPLICIT => {
                self.left.retain(|left| *left != group);
                let found = self.found(known);
                if found.contains(&group) || found.len() >= GROUPS {
                    self.done = true;
                    return;
                }
                found.push(group);
                self.done = self.left.is_empty();
            }
            Some(_) => self.done = true,
            None => {
                if matches!(answer, Answer::Silent | Answer::Unreachable) {
                    known.facts.gaps.push(Gap::new("further groups", "the server stopped answering"));
                    self.done = true;
                    return;
                }
                // Up to TLS 1.2 the curve of a certificate must be among the groups: it comes back, in the last place.
                let curves: Vec<u32> = known.chains.iter().filter_map(|(_, chain)| curve_bits(chain)).collect();
                let needed = self.found(known).iter().copied().find(|group| {
                    group.name().is_some_and(|name| curves.iter().any(|bits| name.contains(&bits.to_string())))
                });
                self.done = self.tls13 || self.kept.is_some() || needed.is_none();
                self.kept = needed;
            }
        }
    }
}

fn curve_bits(chain: &[Vec<u8>]) -> Option<u32> {
    let leaf = Certificate::read(chain.first()?).ok()?;
    (leaf.key.kind == "EC").then_some(leaf.key.bits)
}

/// One question that waits until the versions are known.
#[derive(Debug)]
struct Once {
    about: About,
    asked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Whether a fallback is refused.
    Fallback,
    /// What is served without a name.
    WithoutName,
    /// The other of the two protocols of HTTP.
    Alpn,
}

impl Track for Once {
    fn next(&mut self, known: &Known) -> Step {
        if self.asked {
            return Step::Done;
        }
        if !Version::ALL[1..].iter().all(|version| known.is_settled(*version)) {
            return Step::Wait;
        }
        let Some(classic) = known.classic() else { return Step::Done };
        let mut ask = known.ask(classic.version, classic.suites.clone());
        match self.about {
            About::Fallback => {
                let mut spoken = known.facts.spoken().rev().filter(|spoken| spoken.version > Version::Ssl2);
                let (Some(_), Some(lower)) = (spoken.next(), spoken.next()) else { return Step::Done };
                ask = known.ask(lower.version, lower.suites.clone());
                ask.fallback = true;
            }
            About::WithoutName => ask.named = false,
            About::Alpn => match known.facts.alpn.first().map(String::as_str) {
                Some("h2") => ask.alpn = &["http/1.1"],
                Some("http/1.1") => ask.alpn = &["h2"],
                _ => return Step::Done,
            },
        }
        self.asked = true;
        Step::Ask(Box::new(ask))
    }

    fn hear(&mut self, known: &mut Known, answer: &Answer) {
        match (self.about, answer) {
            (About::Fallback, Answer::Alert { code: 86, head, .. }) => {
                known.facts.fallback_refused = Some(Shown { yes: true, evidence: hex(head) });
            }
            (About::Fallback, Answer::Hello(hello)) => {
                known.facts.fallback_refused = Some(Shown { yes: false, evidence: hex(&hello.head) });
            }
            (About::Fallback, _) => {
                let what = format!("TLS_FALLBACK_SCSV ({FALLBACK:#06x})");
                known.facts.gaps.push(Gap::new(what, "the server gave neither the alert nor a hello"));
            }
            (About::WithoutName, Answer::Hello(hello)) => {
                let same = known.chains.iter().any(|(_, chain)| chain.first() == hello.certificates.first());
                known.facts.without_name = Some(if same { WithoutName::Same } else { WithoutName::Other });
            }
            (About::WithoutName, Answer::Alert { .. } | Answer::Closed) => {
                known.facts.without_name = Some(WithoutName::Refused);
            }
            // What a hello tells of ALPN is noted for every hello.
            (About::WithoutName | About::Alpn, _) => {}
        }
    }
}

/// The questions to one server.
#[derive(Debug)]
pub struct Plan {
    name: Option<String>,
    seed: [u8; 32],
    known: Known,
    tracks: Vec<Box<dyn Track>>,
    /// Which tracks wait for an answer, and to what.
    waiting: BTreeMap<u32, (usize, Box<Ask>)>,
    again: VecDeque<(usize, Box<Ask>)>,
    asked: u32,
    missing: u32,
    heard: bool,
}

impl Plan {
    /// A plan for a server that is called by this name, if it has one. The seed makes the random fields of the hellos.
    pub fn new(name: Option<&str>, seed: [u8; 32]) -> Plan {
        let facts = Facts {
            versions: Version::ALL
                .into_iter()
                .map(|version| Spoken {
                    version,
                    support: Support::Unknown,
                    suites: Vec::new(),
                    server_order: None,
                    evidence: String::new(),
                })
                .collect(),
            ..Facts::default()
        };
        let once = |about| Box::new(Once { about, asked: false }) as Box<dyn Track>;
        // The longest line of questions comes first.
        let mut tracks: Vec<Box<dyn Track>> = vec![
            Box::new(Suites::new(Version::Tls12)),
            Box::new(Suites::new(Version::Tls13)),
            Box::new(Suites::new(Version::Tls11)),
            Box::new(Suites::new(Version::Tls10)),
            Box::new(Suites::new(Version::Ssl3)),
            Box::new(Ssl2::default()),
            Box::new(Groups::new(false)),
            Box::new(Groups::new(true)),
            once(About::Fallback),
            once(About::Alpn),
        ];
        if name.is_some() {
            tracks.push(once(About::WithoutName));
        }
        Plan {
            name: name.map(str::to_owned),
            seed,
            known: Known { facts, complete: Vec::new(), shares: false, short: Vec::new(), chains: Vec::new() },
            tracks,
            waiting: BTreeMap::new(),
            again: VecDeque::new(),
            asked: 0,
            missing: 0,
            heard: false,
        }
    }

    /// The next hello that need not wait for an answer. None: wait for the answers under way; with none, all is asked.
    pub fn next_probe(&mut self) -> Option<Probe> {
        if self.asked >= HELLOS || self.missing >= MISSING {
            return None;
        }
        if let Some((track, ask)) = self.again.pop_front() {
            return Some(self.send(track, ask));
        }
        for at in 0..self.tracks.len() {
            if self.waiting.values().any(|(track, _)| *track == at) {
                continue;
            }
            if let Step::Ask(ask) = self.tracks[at].next(&self.known) {
                return Some(self.send(at, ask));
            }
        }
        None
    }

    fn send(&mut self, track: usize, ask: Box<Ask>) -> Probe {
        self.asked += 1;
        let id = self.asked;
        let mut random = self.seed;
        for (byte, number) in random.iter_mut().zip(id.to_be_bytes().into_iter().cycle()) {
            *byte ^= number;
        }
        let hello = hello::Hello {
            version: ask.version,
            name: self.name.as_deref().filter(|_| ask.named),
            suites: &ask.suites,
            groups: &ask.groups,
            alpn: ask.alpn,
            compression: ask.compression,
            fallback: ask.fallback,
            shares: ask.shares,
            random,
        };
        let probe = Probe { id, version: ask.version, bytes: hello.bytes() };
        self.waiting.insert(id, (track, ask));
        probe
    }

    /// Takes the answer to a probe.
    pub fn answer(&mut self, id: u32, answer: &Answer) {
        let Some((track, mut ask)) = self.waiting.remove(&id) else { return };
        if matches!(answer, Answer::Silent | Answer::Unreachable) {
            self.missing += 1;
            if ask.again > 0 {
                ask.again -= 1;
                self.again.push_back((track, ask));
                return;
            }
        } else {
            self.missing = 0;
        }
        if let Answer::Hello(hello) = answer {
            self.heard = true;
            self.known.note(hello, &ask);
        }
        self.heard |= matches!(answer, Answer::Ssl2(_));
        self.tracks[track].hear(&mut self.known, answer);
    }

    /// Whether any version was agreed on.
    pub fn is_tls(&self) -> bool {
        self.heard
    }

    /// Whether a version before TLS 1.3 told which protocols stand above it.
    pub fn knows_alpn(&self) -> bool {
        self.known.classic().is_some_and(|spoken| spoken.version == Version::Tls12)
    }

    /// What was learned, together with what a real handshake told. `trust` validates a chain in DER.
    pub fn finish(self, handshake: Option<Handshake>, trust: &dyn Fn(&[Vec<u8>]) -> Trust) -> Facts {
        let mut facts = self.known.facts;
        let mut chains: Vec<Vec<Vec<u8>>> = self.known.chains.into_iter().map(|(_, chain)| chain).collect();
        let asked = |version: &Version| self.known.complete.contains(version);
        if self.missing >= MISSING {
            facts.gaps.push(Gap::new("further questions", "the server stopped answering"));
        } else if self.asked >= HELLOS {
            facts.gaps.push(Gap::new("further questions", format!("not more than {HELLOS} hellos are sent")));
        }
        for spoken in facts.versions.iter().filter(|spoken| spoken.support == Support::Unknown) {
            let why = if asked(&spoken.version) { "no answer came" } else { "it was not asked any more" };
            facts.gaps.push(Gap::new(spoken.version.as_str(), why));
        }
        if !facts.speaks(Version::Tls13) {
            facts.downgrade_marked = None;
        }
        facts.primes.sort();
        facts.connections = self.asked;
        if let Some(handshake) = handshake {
            facts.alpn.extend(handshake.alpn.filter(|protocol| !facts.alpn.contains(protocol)));
            facts.early_data = handshake.early_data;
            let stapled = handshake.staple.as_deref().map_or(Staple::None, ocsp::status);
            if stapled != Staple::None || facts.stapled.is_none() {
                facts.stapled = Some(stapled);
            }
            chains.retain(|chain| chain.first() != handshake.chain.first());
            chains.insert(0, handshake.chain);
        }
        for chain in &chains {
            match Chain::read(chain) {
                Ok(read) => facts.chains.push(Chain { trust: trust(chain), ..read }),
                Err(why) => facts.gaps.push(Gap::new("a certificate", why)),
            }
        }
        if facts.chains.iter().any(|chain| facts.is_not_logged(chain).is_none()) {
            let why = "what TLS 1.3 sends beside the certificate is encrypted, and the certificate holds none";
            facts.gaps.push(Gap::new("timestamps of public logs", why));
        }
        facts.gaps.sort();
        facts.gaps.dedup();
        facts
    }
}
