//! A stub resolver: one question at a time to one server, over UDP and, where the answer is cut off, TCP.
//!
//! Reading and writing messages is hickory's; this decides what counts as an answer, and how long is waited. A server's
//! answer is a stranger's: other ids, other questions and other senders are passed over, a message ends at 64 KiB, names
//! are followed a few steps, and a server that keeps silent is not asked again.

use hickory_proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use palisade_posture::dns::{Data, Kind, Outcome, Question, Reply};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

/// Times a question is sent before it counts as unanswered.
const TRIES: u32 = 2;
/// Questions without any answer after which a server counts as away.
const SILENCES: u32 = 2;
/// Long answers that may fail to come over TCP before none is fetched so any more: where TCP is blocked, each costs time.
const TCP_FAILURES: u32 = 2;
/// Messages of a whole run.
const MESSAGES: u32 = 400;
/// Datagrams that are looked at for one answer.
const DATAGRAMS: u32 = 32;
/// Aliases that are followed, RFC 1034 gives no number.
const ALIASES: usize = 8;
/// Records of one answer that are used.
const RECORDS: usize = 100;
/// Characters of a text that are used.
const TEXT: usize = 8 << 10;
/// What fits a datagram on any path, RFC 9715.
const PAYLOAD: u16 = 1232;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::posture) enum Silence {
    #[error("no answer in time")]
    Late,
    #[error("the resolver does not answer")]
    Away,
    #[error("the answer cannot be read")]
    Garbage,
    #[error("the answer is cut off, over TCP too")]
    CutOff,
    #[error("no connection to the resolver over TCP, which the long answer needs")]
    NoTcp,
    #[error("refused")]
    Refused,
    #[error("the resolver failed (SERVFAIL)")]
    Failed,
    #[error("the resolver answers with error {0}")]
    Error(u16),
    #[error("the resolver refers to other servers instead of asking them")]
    Referral,
    #[error("its aliases lead in a circle, or on and on")]
    Aliases,
    #[error("this is no name")]
    NoName,
    #[error("no resolver is configured")]
    NoResolver,
    #[error("more look-ups than an assessment makes")]
    TooMany,
    #[error("the time for the whole assessment is over")]
    TimeOver,
}

/// Whom to ask, and for how long.
#[derive(Debug)]
pub(in crate::posture) struct Client {
    servers: Vec<SocketAddr>,
    each: Duration,
    until: Instant,
    sent: AtomicU32,
    silences: AtomicU32,
    tcp_failures: AtomicU32,
}

impl Client {
    /// Asks these servers, the next where one fails; `each` is the time for one answer.
    pub(in crate::posture) fn new(servers: Vec<SocketAddr>, each: Duration, until: Instant) -> Client {
        Client {
            servers,
            each,
            until,
            sent: AtomicU32::new(0),
            silences: AtomicU32::new(0),
            tcp_failures: AtomicU32::new(0),
        }
    }

    /// The first server, which is asked first.
    pub(super) fn server(&self) -> Option<SocketAddr> {
        self.servers.first().copied()
    }

    /// The server's message, whatever it says; DNSSEC records are asked for. `unchecked` asks a validating resolver for
    /// what it takes for forged, too.
    pub(super) async fn message(&self, name: &Name, kind: RecordType, unchecked: bool) -> Result<Message, Silence> {
        if self.servers.is_empty() {
            return Err(Silence::NoResolver);
        }
        let most = SILENCES * u32::try_from(self.servers.len()).unwrap_or(1);
        let mut last = Silence::Late;
        for attempt in 0..TRIES {
            // Every server has a first chance before one has a second.
            for server in &self.servers {
                if self.silences.load(Ordering::Relaxed) >= most {
                    return Err(Silence::Away);
                }
                if self.sent.fetch_add(1, Ordering::Relaxed) >= MESSAGES {
                    return Err(Silence::TooMany);
                }
                let wait = self.each / TRIES;
                let end = self.until.min(Instant::now() + wait);
                match self.ask(*server, name, kind, unchecked, end).await {
                    Ok(message) => {
                        self.silences.store(0, Ordering::Relaxed);
                        return Ok(message);
                    }
                    Err(_) if Instant::now() >= self.until => return Err(Silence::TimeOver),
                    Err(silence) => {
                        if silence == Silence::Late && attempt + 1 == TRIES {
                            self.silences.fetch_add(1, Ordering::Relaxed);
                        }
                        last = silence;
                    }
                }
            }
            if last != Silence::Late {
                break;
            }
        }
        Err(last)
    }

    /// Sends one question to one server and waits for its answer.
    async fn ask(
        &self,
        server: SocketAddr,
        name: &Name,
        kind: RecordType,
        unchecked: bool,
        end: Instant,
    ) -> Result<Message, Silence> {
        let mut id = [0; 2];
        getrandom::fill(&mut id).map_err(|_| Silence::Late)?;
        let mut question = Message::query();
        question.metadata.id = u16::from_be_bytes(id);
        question.metadata.recursion_desired = true;
        question.metadata.authentic_data = true;
        question.metadata.checking_disabled = unchecked;
        question.add_query(Query::query(name.clone(), kind));
        let mut edns = Edns::new();
        edns.set_max_payload(PAYLOAD);
        edns.set_dnssec_ok(true);
        question.set_edns(edns);
        let bytes = question.to_vec().map_err(|_| Silence::NoName)?;
        let message = timeout_at(end, datagram(server, &bytes, &question)).await.map_err(|_| Silence::Late)??;
        if !message.metadata.truncation {
            return Ok(message);
        }
        if self.tcp_failures.load(Ordering::Relaxed) >= TCP_FAILURES {
            return Err(Silence::NoTcp);
        }
        let message = timeout_at(end, stream(server, &bytes, &question)).await.unwrap_or(Err(Silence::NoTcp));
        if message == Err(Silence::NoTcp) {
            self.tcp_failures.fetch_add(1, Ordering::Relaxed);
        }
        let message = message?;
        if message.metadata.truncation { Err(Silence::CutOff) } else { Ok(message) }
    }

    /// The answer to a question, aliases followed.
    pub(in crate::posture) async fn reply(&self, question: &Question) -> Reply {
        let kind = match question.kind {
            Kind::A => RecordType::A,
            Kind::Aaaa => RecordType::AAAA,
            Kind::Ns => RecordType::NS,
            Kind::Mx => RecordType::MX,
            Kind::Txt => RecordType::TXT,
            Kind::Caa => RecordType::CAA,
        };
        let mut aliases = Vec::new();
        let outcome = match self.follow(&question.name, kind, &mut aliases).await {
            Ok(outcome) => outcome,
            Err(silence) => Outcome::Unknown(silence.to_string()),
        };
        Reply { aliases, outcome }
    }

    async fn follow(&self, name: &str, kind: RecordType, aliases: &mut Vec<String>) -> Result<Outcome, Silence> {
        let mut name = Name::from_ascii(format!("{name}.")).map_err(|_| Silence::NoName)?;
        loop {
            let message = self.message(&name, kind, false).await?;
            let gone = match message.metadata.response_code {
                ResponseCode::NoError => false,
                ResponseCode::NXDomain => true,
                code => return Err(refusal(code)),
            };
            let before = aliases.len();
            while let Some(next) = alias(&message.answers, &name) {
                if aliases.len() == ALIASES {
                    return Err(Silence::Aliases);
                }
                name = next.clone();
                aliases.push(text(&name));
            }
            let found: Vec<Data> =
                set(&message.answers, &name, kind).filter_map(|record| data(&record.data)).take(RECORDS).collect();
            if !found.is_empty() {
                return Ok(Outcome::Found(found));
            }
            if gone {
                return Ok(Outcome::NoSuchName);
            }
            // A server that does not resolve gives the alias only: what is there is asked for by itself.
            if aliases.len() > before {
                continue;
            }
            if is_referral(&message) {
                return Err(Silence::Referral);
            }
            return Ok(Outcome::Nothing);
        }
    }
}

/// Why a message with this code is no answer.
pub(super) fn refusal(code: ResponseCode) -> Silence {
    match code {
        ResponseCode::Refused | ResponseCode::NotAuth => Silence::Refused,
        ResponseCode::ServFail => Silence::Failed,
        code => Silence::Error(code.into()),
    }
}

/// Whether an answer without records only names other servers, or comes from one that neither resolves nor is in charge.
pub(super) fn is_referral(message: &Message) -> bool {
    let has = |kind| message.authorities.iter().any(|record| record.record_type() == kind);
    let in_charge = message.metadata.authoritative || message.metadata.recursion_available;
    !in_charge || (!message.metadata.authoritative && has(RecordType::NS) && !has(RecordType::SOA))
}

/// The records of a name and type.
pub(super) fn set<'a>(records: &'a [Record], name: &'a Name, kind: RecordType) -> impl Iterator<Item = &'a Record> {
    records
        .iter()
        .filter(move |record| record.record_type() == kind && record.dns_class == DNSClass::IN && record.name == *name)
}

fn alias<'a>(records: &'a [Record], name: &'a Name) -> Option<&'a Name> {
    set(records, name, RecordType::CNAME).find_map(|record| match &record.data {
        RData::CNAME(to) => Some(&to.0),
        _ => None,
    })
}

/// A name in lower case without its last dot.
pub(super) fn text(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

fn data(data: &RData) -> Option<Data> {
    Some(match data {
        RData::A(address) => Data::Address(IpAddr::V4(address.0)),
        RData::AAAA(address) => Data::Address(IpAddr::V6(address.0)),
        RData::NS(name) => Data::Name(text(&name.0)),
        RData::MX(mail) => Data::Exchange(mail.preference, text(&mail.exchange)),
        RData::TXT(strings) => Data::Text(shown(strings.txt_data.iter().flat_map(|bytes| bytes.iter().copied()))),
        RData::CAA(caa) => Data::Caa(caa.flags(), caa.tag.clone(), shown(caa.value.iter().copied())),
        _ => return None,
    })
}

/// Bytes as text: what is no printable ASCII as `\ddd`, as zone files have it.
fn shown(bytes: impl Iterator<Item = u8>) -> String {
    let mut out = String::new();
    for byte in bytes.take(TEXT) {
        match byte {
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\{byte:03}")),
        }
    }
    out
}

/// Whether a message is an answer to a question.
fn answers(message: &Message, question: &Message) -> bool {
    let metadata = &message.metadata;
    let same = match (message.queries.as_slice(), question.queries.as_slice()) {
        ([there], [here]) => {
            there.name() == here.name()
                && there.query_type() == here.query_type()
                && there.query_class() == here.query_class()
        }
        // Servers that do not understand a question may leave it out of their refusal.
        ([], _) => !matches!(metadata.response_code, ResponseCode::NoError | ResponseCode::NXDomain),
        _ => false,
    };
    metadata.message_type == MessageType::Response && metadata.id == question.metadata.id && same
}

async fn datagram(server: SocketAddr, bytes: &[u8], question: &Message) -> Result<Message, Silence> {
    let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // The system gives a port that is not to be guessed, and a connected socket hears one sender only.
    let socket = UdpSocket::bind((any, 0)).await.map_err(|_| Silence::Away)?;
    socket.connect(server).await.map_err(|_| Silence::Away)?;
    socket.send(bytes).await.map_err(|_| Silence::Away)?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    let id = question.metadata.id.to_be_bytes();
    let mut garbage = false;
    for _ in 0..DATAGRAMS {
        let Ok(length) = socket.recv(&mut buffer).await else { return Err(Silence::Away) };
        match Message::from_vec(&buffer[..length]) {
            Ok(message) if answers(&message, question) => return Ok(message),
            Ok(_) => {}
            Err(_) => garbage |= buffer.starts_with(&id),
        }
        // What has the id and cannot be read comes from the server: there is no better to wait for.
        if garbage {
            return Err(Silence::Garbage);
        }
    }
    Err(Silence::Garbage)
}

async fn stream(server: SocketAddr, bytes: &[u8], question: &Message) -> Result<Message, Silence> {
    let mut stream = TcpStream::connect(server).await.map_err(|_| Silence::NoTcp)?;
    let length = u16::try_from(bytes.len()).map_err(|_| Silence::NoName)?;
    let framed = [&length.to_be_bytes()[..], bytes].concat();
    stream.write_all(&framed).await.map_err(|_| Silence::NoTcp)?;
    let length = stream.read_u16().await.map_err(|_| Silence::NoTcp)?;
    let mut buffer = Vec::new();
    (&mut stream).take(u64::from(length)).read_to_end(&mut buffer).await.map_err(|_| Silence::NoTcp)?;
    let message = Message::from_vec(&buffer).map_err(|_| Silence::Garbage)?;
    if answers(&message, question) { Ok(message) } else { Err(Silence::Garbage) }
}

/// The servers that the system asks.
pub(in crate::posture) fn system_servers() -> Vec<SocketAddr> {
    const FILE: &str = "/etc/resolv.conf";
    const PORT: u16 = 53;
    const SERVERS: usize = 3;
    let read = std::fs::read(FILE).ok().and_then(|bytes| resolv_conf::Config::parse(&bytes).ok());
    let servers = read.into_iter().flat_map(|config| config.nameservers);
    let addresses = servers.map(|server| IpAddr::from(&server));
    addresses.take(SERVERS).map(|address| SocketAddr::new(address, PORT)).collect()
}
