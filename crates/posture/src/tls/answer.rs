//! What a server answers to a hello, read from bytes that may be anything.
//!
//! A [`Reader`] takes bytes as they come and says when it has enough. It holds at most [`MOST`] bytes and stops at the
//! first thing that is no TLS.

use super::group::Group;
use super::suite::Suite;
use super::version::Version;

/// Bytes read of one answer. Chains of certificates take a few thousand.
pub const MOST: usize = 128 * 1024;
/// Certificates kept of one answer.
const CERTIFICATES: usize = 16;
/// Records without content that are passed over.
const EMPTY_RECORDS: u32 = 16;
/// Bytes kept as evidence.
const HEAD: usize = 96;

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The server chose.
    Hello(Box<Hello>),
    /// The server speaks SSLv2.
    Ssl2(Ssl2),
    /// The server refused, with a reason.
    Alert {
        /// 1 warning, 2 fatal.
        level: u8,
        /// RFC 8446, section 6.
        code: u8,
        /// The record.
        head: Vec<u8>,
    },
    /// The connection was closed without a word.
    Closed,
    /// Something that is no TLS.
    Garbled(Vec<u8>),
    /// Nothing came, or not enough of it in time.
    Silent,
    /// No connection was made.
    Unreachable,
}

/// `ServerHello` or `HelloRetryRequest`, and what came with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hello {
    /// The first bytes of the record.
    pub head: Vec<u8>,
    /// The version agreed on, by number.
    pub version: u16,
    /// The suite chosen.
    pub suite: u16,
    /// The compression chosen: 0 none, 1 DEFLATE.
    pub compression: u8,
    /// The last 8 bytes of the random field, which tell of a downgrade (RFC 8446, section 4.1.3).
    pub mark: [u8; 8],
    /// Extensions the server sent, by number.
    pub extensions: Vec<u16>,
    /// The group of TLS 1.3's key share, or of `ServerKeyExchange`.
    pub group: Option<Group>,
    /// The protocol chosen above TLS.
    pub alpn: Option<String>,
    /// Bits of the prime and its first bytes, where Diffie-Hellman is done in a group of numbers.
    pub prime: Option<(u16, Vec<u8>)>,
    /// The chain, as it was sent; up to TLS 1.2.
    pub certificates: Vec<Vec<u8>>,
    /// The OCSP answer that came with it.
    pub staple: Option<Vec<u8>>,
    /// How many signed certificate timestamps came as an extension.
    pub timestamps: usize,
}

/// `SERVER-HELLO` of SSLv2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ssl2 {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The cipher kinds accepted.
    pub kinds: Vec<Suite>,
    /// The certificate, where it is X.509.
    pub certificate: Vec<u8>,
}

impl Hello {
    /// The version agreed on, where it is a known one.
    pub fn version(&self) -> Option<Version> {
        Version::numbered(self.version)
    }

    /// Whether the server sent an extension.
    pub fn has(&self, extension: u16) -> bool {
        self.extensions.contains(&extension)
    }
}

/// How a connection ended for its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The other side closed or reset it.
    Closed,
    /// The time was over.
    Silent,
}

/// Reads one answer, in pieces.
#[derive(Debug)]
pub struct Reader {
    ssl2: bool,
    bytes: Vec<u8>,
    /// Where the next record begins.
    at: usize,
    /// Handshake messages, out of their records.
    messages: Vec<u8>,
    hello: Option<Box<Hello>>,
    empty: u32,
    done: Option<Answer>,
}

/// A cut through bytes; what is not there is `None`.
#[derive(Clone, Copy)]
pub(super) struct Cut<'a>(pub &'a [u8]);

impl<'a> Cut<'a> {
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn number(&mut self, width: usize) -> Option<usize> {
        Some(self.take(width)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    pub fn short(&mut self) -> Option<u16> {
        self.take(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|one| one[0])
    }

    /// Bytes with their length in front.
    pub fn sized(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = self.number(width)?;
        self.take(length)
    }
}

impl Reader {
    /// A reader of the answer to a hello of this version.
    pub fn new(version: Version) -> Reader {
        Reader {
            ssl2: version == Version::Ssl2,
            bytes: Vec::new(),
            at: 0,
            messages: Vec::new(),
            hello: None,
            empty: 0,
            done: None,
        }
    }

    /// Takes bytes; says whether the answer is complete.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        if self.done.is_none() {
            let room = MOST - self.bytes.len();
            self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
            self.read();
            if self.done.is_none() && self.bytes.len() == MOST {
                self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
            }
        }
        self.done.is_some()
    }

    /// The answer, when no more will come.
    pub fn end(mut self, end: End) -> Answer {
        if let Some(done) = self.done.take() {
            return done;
        }
        match (self.so_far(), end) {
            (Some(answer), _) => answer,
            (None, End::Closed) if self.bytes.is_empty() => Answer::Closed,
            (None, End::Closed) => self.garbled(),
            (None, End::Silent) => Answer::Silent,
        }
    }

    /// A server's hello that came whole is an answer, whatever of the rest is missing.
    fn so_far(&mut self) -> Option<Answer> {
        self.hello.take().map(Answer::Hello)
    }

    fn garbled(&self) -> Answer {
        Answer::Garbled(self.bytes[..self.bytes.len().min(HEAD)].to_vec())
    }

    fn read(&mut self) {
        if self.ssl2 && self.read_ssl2() {
            return;
        }
        while self.done.is_none() {
            let rest = &self.bytes[self.at..];
            let Some(header) = rest.first_chunk::<5>() else {
                // Three bytes are enough to see that it is no record.
                if rest.first().is_some_and(|kind| !(20..=24).contains(kind)) || rest.get(1).is_some_and(|b| *b != 3) {
                    self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
                }
                return;
            };
            let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
            if !(20..=24).contains(&header[0]) || header[1] != 3 || length > (1 << 14) + 2048 {
                self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
                return;
            }
            let Some(body) = rest.get(5..5 + length) else { return };
            let (kind, start) = (header[0], self.at);
            self.at += 5 + length;
            if body.is_empty() {
                self.empty += 1;
                if self.empty > EMPTY_RECORDS {
                    self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
                }
                continue;
            }
            match kind {
                21 => self.alert(start),
                22 => {
                    self.messages.extend_from_slice(&self.bytes[start + 5..self.at]);
                    self.handshake(start);
                }
                // Anything else is encrypted, or comes at the wrong time: nothing more to learn.
                _ => self.done = Some(self.so_far().unwrap_or_else(|| self.garbled())),
            }
        }
    }

    fn alert(&mut self, start: usize) {
        let record = &self.bytes[start..self.at];
        let answer = match *record {
            // A warning before the hello (that the name is unknown, RFC 6066) is followed by the hello.
            [_, _, _, _, _, 1, 112] if self.hello.is_none() => return,
            [_, _, _, _, _, level, code] => Answer::Alert { level, code, head: record.to_vec() },
            _ => self.garbled(),
        };
        self.done = Some(self.so_far().unwrap_or(answer));
    }

    fn handshake(&mut self, start: usize) {
        loop {
            let mut cut = Cut(&self.messages);
            let (Some(kind), Some(length)) = (cut.byte(), cut.number(3)) else { return };
            if length > MOST {
                self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
                return;
            }
            let Some(body) = cut.take(length) else { return };
            let rest = cut.0.len();
            let understood = match (kind, &mut self.hello) {
                (2, hello @ None) => {
                    *hello = server_hello(body).map(|mut hello| {
                        let end = self.at.min(start + HEAD);
                        hello.head = self.bytes[start..end].to_vec();
                        Box::new(hello)
                    });
                    hello.is_some()
                }
                (11, Some(hello)) => certificates(body, hello).is_some(),
                (22, Some(hello)) => status(body, hello).is_some(),
                (12, Some(hello)) => {
                    key_exchange(body, hello);
                    true
                }
                (13, Some(_)) => true,
                _ => false,
            };
            let used = self.messages.len() - rest;
            self.messages.drain(..used);
            // After the hello of TLS 1.3 all is encrypted; up to TLS 1.2 `ServerHelloDone` (14) or key exchange ends it.
            let enough = self.hello.as_ref().is_some_and(|hello| hello.version == Version::Tls13.number());
            if enough || !understood {
                self.done = Some(self.so_far().unwrap_or_else(|| self.garbled()));
                return;
            }
        }
    }

    /// Reads an SSLv2 answer; false if it looks like a record of later versions.
    fn read_ssl2(&mut self) -> bool {
        let mut cut = Cut(&self.bytes);
        let Some(length) = cut.short() else { return true };
        if length & 0x8000 == 0 {
            // An alert of a later version, or something else: the other reader sees.
            return false;
        }
        let Some(body) = cut.take(usize::from(length & 0x7fff)) else { return true };
        let parsed = ssl2_hello(body).map(|mut hello| {
            hello.head = self.bytes[..self.bytes.len().min(HEAD)].to_vec();
            Answer::Ssl2(hello)
        });
        self.done = Some(parsed.unwrap_or_else(|| self.garbled()));
        true
    }
}

fn server_hello(body: &[u8]) -> Option<Hello> {
    let mut cut = Cut(body);
    let mut hello = Hello { version: cut.short()?, ..Hello::default() };
    let random = cut.take(32)?;
    hello.mark.copy_from_slice(&random[24..]);
    let session = cut.sized(1)?;
    if session.len() > 32 {
        return None;
    }
    hello.suite = cut.short()?;
    hello.compression = cut.byte()?;
    if cut.0.is_empty() {
        return Some(hello);
    }
    let mut extensions = Cut(cut.sized(2)?);
    while !extensions.0.is_empty() {
        let number = extensions.short()?;
        let mut data = Cut(extensions.sized(2)?);
        match number {
            43 => hello.version = data.short()?,
            // A retry names the group alone; the group of a hello is followed by a key.
            51 => hello.group = Some(Group(data.short()?)),
            16 => {
                let mut list = Cut(data.sized(2)?);
                let protocol = list.sized(1)?;
                hello.alpn = Some(String::from_utf8_lossy(protocol).chars().filter(|c| !c.is_control()).collect());
            }
            18 => hello.timestamps = count_timestamps(data.0),
            _ => {}
        }
        if !hello.extensions.contains(&number) {
            hello.extensions.push(number);
        }
    }
    Some(hello)
}

/// How many signed certificate timestamps a list holds (RFC 6962, section 3.3).
pub(super) fn count_timestamps(list: &[u8]) -> usize {
    let mut cut = Cut(list);
    let Some(inner) = cut.sized(2) else { return 0 };
    let mut cut = Cut(inner);
    let mut count = 0;
    while cut.sized(2).is_some_and(|one| !one.is_empty()) {
        count += 1;
    }
    count
}

fn certificates(body: &[u8], hello: &mut Hello) -> Option<()> {
    let mut list = Cut(Cut(body).sized(3)?);
    while !list.0.is_empty() && hello.certificates.len() < CERTIFICATES {
        hello.certificates.push(list.sized(3)?.to_vec());
    }
    Some(())
}

fn status(body: &[u8], hello: &mut Hello) -> Option<()> {
    let mut cut = Cut(body);
    if cut.byte()? == 1 {
        hello.staple = Some(cut.sized(3)?.to_vec());
    }
    Some(())
}

/// What of `ServerKeyExchange` is not under the signature's algorithm: the curve, or the prime.
fn key_exchange(body: &[u8], hello: &mut Hello) -> Option<()> {
    use super::suite::Exchange;
    let mut cut = Cut(body);
    match Suite(u32::from(hello.suite)).exchange() {
        Exchange::Ecdhe => {
            hello.group = match cut.byte()? {
                3 => Some(Group(cut.short()?)),
                1 | 2 => Some(Group::EXPLICIT),
                _ => None,
            }
        }
        Exchange::Dhe => {
            let prime = cut.sized(2)?;
            let prime = &prime[prime.iter().position(|byte| *byte != 0)?..];
            let spare = prime.first()?.leading_zeros();
            let bits = u16::try_from(prime.len() * 8).ok()?.checked_sub(u16::try_from(spare).ok()?)?;
            hello.prime = Some((bits, prime[..prime.len().min(32)].to_vec()));
        }
        _ => {}
    }
    Some(())
}

fn ssl2_hello(body: &[u8]) -> Option<Ssl2> {
    let mut cut = Cut(body);
    if cut.byte()? != 4 {
        return None;
    }
    let _session_hit = cut.byte()?;
    let kind = cut.byte()?;
    if cut.short()? != Version::Ssl2.number() {
        return None;
    }
    let (certificate, kinds, connection) = (cut.number(2)?, cut.number(2)?, cut.number(2)?);
    let certificate = cut.take(certificate)?;
    let kinds = cut.take(kinds)?;
    cut.take(connection)?;
    Some(Ssl2 {
        head: Vec::new(),
        kinds: kinds
            .chunks_exact(3)
            .map(|three| Suite(u32::from_be_bytes([0, three[0], three[1], three[2]])))
            .collect(),
        certificate: if kind == 1 { certificate.to_vec() } else { Vec::new() },
    })
}
