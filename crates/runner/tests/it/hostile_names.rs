//! Name servers that lie, loop, stall and flood: there is always a result, after few messages.

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, MX, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use palisade_posture::dns::{Facts, Signed, judge};
use palisade_posture::{Part, Target};
use palisade_runner::posture::dns::{Trust, probe};
use palisade_runner::posture::{Manners, Reach, Resolver};
use rustls::RootCertStore;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::time::timeout;

/// The bytes that answer a question; `true` over TCP. None: silence.
type Answer = fn(&Message, bool) -> Option<Vec<u8>>;

struct Server {
    address: SocketAddr,
    asked: Arc<AtomicU32>,
}

async fn start(answer: Answer) -> Server {
    let (socket, listener) = loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()).await {
            break (socket, listener);
        }
    };
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            if let Some(bytes) = answer(&Message::from_vec(&buffer[..length]).unwrap(), false) {
                let _ = socket.send_to(&bytes, from).await;
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let length = stream.read_u16().await.unwrap();
                let mut question = vec![0; usize::from(length)];
                stream.read_exact(&mut question).await.unwrap();
                if let Some(bytes) = answer(&Message::from_vec(&question).unwrap(), true) {
                    let _ = stream.write_u16(u16::try_from(bytes.len()).unwrap()).await;
                    let _ = stream.write_all(&bytes).await;
                }
                // Held open: whoever waits for more waits.
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
    });
    Server { address, asked }
}

fn reply(question: &Message) -> Message {
    let mut message = Message::response(question.metadata.id, question.metadata.op_code);
    message.metadata.recursion_available = true;
    message.add_queries(question.queries.clone());
    message
}

fn name(question: &Message) -> Name {
    question.queries[0].name().clone()
}

fn kind(question: &Message) -> RecordType {
    question.queries[0].query_type()
}

fn with(question: &Message, records: impl IntoIterator<Item = RData>) -> Option<Vec<u8>> {
    let mut message = reply(question);
    message.add_answers(records.into_iter().map(|data| Record::from_rdata(name(question), 60, data)));
    if message.answers.is_empty() {
        let data = SOA::new(Name::root(), Name::root(), 1, 1, 1, 1, 1);
        message.add_authority(Record::from_rdata(Name::root(), 60, RData::SOA(data)));
    }
    Some(message.to_vec().unwrap())
}

fn text(text: impl Into<String>) -> RData {
    RData::TXT(TXT::new(vec![text.into()]))
}

/// The head of an answer with its question, and `answers` records to follow.
fn head(question: &Message, answers: u16) -> Vec<u8> {
    let mut bytes = reply(question).to_vec().unwrap();
    bytes[6..8].copy_from_slice(&answers.to_be_bytes());
    bytes
}

/// What is learned from a server in so many seconds, and so many milliseconds for one answer.
async fn probed(server: &Server, whole: u64, answer: u64) -> Part<Facts> {
    let manners = Manners {
        allow_private: true,
        resolver: Resolver::At(server.address),
        answer: Duration::from_millis(answer),
        whole: Duration::from_secs(whole),
        ..Manners::default()
    };
    let reach = Reach::new(manners);
    let target = Target::parse("https://api.victim.test").unwrap();
    let selectors = ["s".to_owned()];
    let trust = Trust::new(RootCertStore::empty());
    let part = timeout(Duration::from_secs(60), probe(&reach, &target, &selectors, &trust));
    let part = part.await.expect("there is a result");
    if let Part::Assessed(facts) = &part {
        judge(&target, facts);
    }
    let asked = server.asked.load(Ordering::Relaxed);
    assert!(asked <= 400, "{asked} messages");
    part
}

#[tokio::test]
async fn servers_without_one_good_answer_leave_nothing_assessed() {
    for (what, answer, reason) in [
        ("silence", (|_, _| None) as Answer, "no answer in time"),
        (
            "another id",
            |question, _| {
                let mut bytes = reply(question).to_vec().unwrap();
                bytes[0] ^= 0x55;
                Some(bytes)
            },
            "no answer in time",
        ),
        (
            "another question",
            |question, _| {
                let mut bytes = reply(question).to_vec().unwrap();
                bytes[13] ^= 1;
                Some(bytes)
            },
            "no answer in time",
        ),
        ("the question itself", |question, _| Some(question.to_vec().unwrap()), "no answer in time"),
        ("a byte", |_, _| Some(vec![0]), "no answer in time"),
        (
            "garbage after the id",
            |question, _| {
                let mut bytes = question.metadata.id.to_be_bytes().to_vec();
                bytes.extend([0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);
                bytes.extend([0xff; 300]);
                Some(bytes)
            },
            "the answer cannot be read",
        ),
        (
            "a name that points at itself",
            |question, _| {
                let mut bytes = head(question, 1);
                let at = u16::try_from(bytes.len()).unwrap() | 0xc000;
                bytes.extend(at.to_be_bytes());
                bytes.extend([0, 16, 0, 1, 0, 0, 0, 1, 0, 1, 0]);
                Some(bytes)
            },
            "the answer cannot be read",
        ),
        (
            "records that end before they begin",
            |question, _| Some(head(question, u16::MAX)),
            "the answer cannot be read",
        ),
        (
            "cut off for ever",
            |question, _| {
                let mut message = reply(question);
                message.metadata.truncation = true;
                Some(message.to_vec().unwrap())
            },
            "the answer is cut off, over TCP too",
        ),
        (
            "cut off, and a byte over TCP",
            |question, tcp| {
                let mut message = reply(question);
                message.metadata.truncation = true;
                let bytes = message.to_vec().unwrap();
                Some(if tcp { bytes[..1].to_vec() } else { bytes })
            },
            "the answer cannot be read",
        ),
        (
            "cut off, and silence over TCP",
            |question, tcp| {
                let mut message = reply(question);
                message.metadata.truncation = true;
                (!tcp).then(|| message.to_vec().unwrap())
            },
            "no connection to the resolver over TCP, which the long answer needs",
        ),
        (
            "failure",
            |question, _| {
                let mut message = reply(question);
                message.metadata.response_code = ResponseCode::ServFail;
                Some(message.to_vec().unwrap())
            },
            "the resolver failed (SERVFAIL)",
        ),
        (
            "a referral to itself",
            |question, _| {
                let mut message = reply(question);
                let server = RData::NS(NS(name(question)));
                message.add_authority(Record::from_rdata(name(question), 60, server));
                Some(message.to_vec().unwrap())
            },
            "the resolver refers to other servers instead of asking them",
        ),
        (
            "an alias of itself",
            |question, _| with(question, [RData::CNAME(CNAME(name(question)))]),
            "its aliases lead in a circle, or on and on",
        ),
        (
            "aliases on and on",
            |question, _| {
                let first = name(question).iter().next().unwrap().len() % 50 + 1;
                let next = Name::from_ascii(format!("{}.victim.test.", "a".repeat(first))).unwrap();
                with(question, [RData::CNAME(CNAME(next))])
            },
            "its aliases lead in a circle, or on and on",
        ),
    ] {
        let server = start(answer).await;
        let wait = match what {
            _ if reason == "no answer in time" => 400,
            "cut off, and silence over TCP" => 4000,
            _ => 10_000,
        };
        match probed(&server, 30, wait).await {
            Part::NotAssessed(told) => assert!(told.ends_with(reason), "{what}: {told}"),
            Part::Assessed(facts) => panic!("{what}: {facts:?}"),
        }
    }
}

#[tokio::test]
async fn a_flood_of_records_stays_small() {
    // 64 KiB of texts over TCP for every question.
    let server = start(|question, tcp| {
        let mut message = reply(question);
        message.metadata.truncation = !tcp;
        if tcp && kind(question) == RecordType::TXT {
            let long = "v=spf1 ".to_owned() + &"x".repeat(240);
            message.add_answers((0..230).map(|_| Record::from_rdata(name(question), 60, text(long.as_str()))));
        }
        Some(message.to_vec().unwrap())
    });
    let Part::Assessed(facts) = probed(&server.await, 20, 10_000).await else { panic!("there are answers") };
    assert_eq!(facts.spf.records.len(), 100);
    // Mail exchanges and name servers without end, each with a name of its own.
    let server = start(|question, tcp| {
        let mut message = reply(question);
        message.metadata.truncation = !tcp && matches!(kind(question), RecordType::MX | RecordType::NS);
        if tcp {
            let many = (0..1000u16).map(|n| Name::from_ascii(format!("n{n}.x{n}.test.")).unwrap());
            let records = many.map(|to| match kind(question) {
                RecordType::MX => RData::MX(MX::new(1, to)),
                _ => RData::NS(NS(to)),
            });
            message.add_answers(records.map(|data| Record::from_rdata(name(question), 60, data)));
        }
        Some(message.to_vec().unwrap())
    })
    .await;
    let Part::Assessed(facts) = probed(&server, 20, 10_000).await else { panic!("there are answers") };
    assert_eq!((facts.exchanges.names.len(), facts.delegation.name_servers.len()), (100, 100));
    assert!(server.asked.load(Ordering::Relaxed) < 150);
}

#[tokio::test]
async fn policies_without_end_are_left() {
    // Every record includes ten others that nobody has seen yet.
    let server = start(|question, _| {
        if kind(question) != RecordType::TXT {
            return with(question, []);
        }
        let first = String::from_utf8_lossy(name(question).iter().next().unwrap()).len();
        let includes: String =
            (0..4).map(|n| format!(" include:{}{n}.victim.test", "i".repeat(first % 40 + 1))).collect();
        with(question, [text(format!("v=spf1{includes} -all"))])
    })
    .await;
    let Part::Assessed(facts) = probed(&server, 20, 10_000).await else { panic!("there are answers") };
    assert!(facts.spf.lookups > 10 && facts.spf.lookups < 60, "{}", facts.spf.lookups);
}

#[tokio::test]
async fn lies_about_signatures_are_no_proof() {
    // The resolver says that it has validated, and gives no signature.
    let server = start(|question, _| {
        let address = (kind(question) == RecordType::A).then(|| RData::A(A::new(192, 0, 2, 1)));
        let mut message = Message::from_vec(&with(question, address).unwrap()).unwrap();
        message.metadata.authentic_data = true;
        Some(message.to_vec().unwrap())
    })
    .await;
    let Part::Assessed(facts) = probed(&server, 20, 10_000).await else { panic!("there are answers") };
    assert!(facts.dnssec.vouched);
    assert_eq!(facts.dnssec.state, Signed::Unsigned("it has no keys".to_owned()));
}

#[tokio::test]
async fn the_time_of_a_run_is_its_end() {
    // One in four answers comes, so that the server never counts as away.
    let server = start(|question, _| if question.metadata.id % 4 == 0 { with(question, []) } else { None }).await;
    match probed(&server, 2, 400).await {
        Part::Assessed(facts) => assert!(!facts.unanswered.is_empty()),
        Part::NotAssessed(reason) => assert!(reason.starts_with("no question was answered"), "{reason}"),
    }
}
