//! The same traffic as a HAR file and as captures of HTTP/1 and HTTP/2, whole, mixed up and lossy.

#[path = "../../../../readers/tests/support/wire.rs"]
#[allow(dead_code, reason = "shared with the readers' tests")]
mod wire;

use super::watch;
use crate::Switches;
use palisade_discover::{Discovery, Hosts, OpenApiVersion, Overrides, Settings};
use palisade_exchange::Redactor;
use palisade_readers::{Limits, Reason, Tally};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write as _;
use wire::{PREFACE, Packet, Talk, frame, pcap};

/// Where the traffic begins, in microseconds since the Unix epoch, and how far exchanges are apart.
const BEGIN: i64 = 1_795_348_800_000_000;
const APART: i64 = 1_000_000;
/// Connections that are open at a time.
const CONNECTIONS: usize = 6;

/// One exchange as it is on the wire.
struct Told {
    time: i64,
    host: String,
    method: String,
    target: String,
    asked: Vec<(String, String)>,
    request: Vec<u8>,
    status: u64,
    said: Vec<(String, String)>,
    answer: Vec<u8>,
}

/// What is said anew for each connection.
const OF_THE_WIRE: &[&str] =
    &["host", "content-length", "connection", "transfer-encoding", "keep-alive", "content-encoding", "accept-encoding"];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The exchanges of a HAR, a second apart, with the fields that both versions of HTTP carry.
fn told(entries: &[Value]) -> Vec<Told> {
    let fields = |list: &Value, body: &[u8]| {
        let plain = |pair: &Value| (text(&pair["name"]).to_ascii_lowercase(), text(&pair["value"]));
        let mut fields: Vec<_> = list.as_array().unwrap().iter().map(plain).collect();
        fields.retain(|(name, _)| !OF_THE_WIRE.contains(&name.as_str()));
        if !body.is_empty() {
            fields.push(("content-length".to_owned(), body.len().to_string()));
        }
        fields
    };
    let one = |(at, entry): (usize, &Value)| {
        let (request, response) = (&entry["request"], &entry["response"]);
        let url = text(&request["url"]);
        let (host, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let asked = text(&request["postData"]["text"]).into_bytes();
        let mut said = text(&response["content"]["text"]).into_bytes();
        if request["method"] == "HEAD" || matches!(response["status"].as_u64(), Some(204 | 304)) {
            said.clear();
        }
        Told {
            time: BEGIN + at as i64 * APART,
            host: host.to_owned(),
            method: text(&request["method"]),
            target: format!("/{target}"),
            asked: fields(&request["headers"], &asked),
            request: asked,
            status: response["status"].as_u64().unwrap(),
            said: fields(&response["headers"], &said),
            answer: said,
        }
    };
    entries.iter().enumerate().map(one).collect()
}

fn har(told: &[Told]) -> Vec<u8> {
    let pairs = |fields: &[(String, String)]| {
        fields.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>()
    };
    let entry = |one: &Told| {
        let media = |fields: &[(String, String)]| {
            fields.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone())
        };
        let mut entry = json!({
            "startedDateTime": format!("{}", jiff::Timestamp::from_microsecond(one.time).unwrap()),
            "request": {
                "method": one.method, "url": format!("http://{}{}", one.host, one.target), "headers": pairs(&one.asked),
            },
            "response": {
                "status": one.status, "headers": pairs(&one.said),
                "content": {"mimeType": media(&one.said), "text": String::from_utf8_lossy(&one.answer)},
            },
        });
        if !one.request.is_empty() {
            let text = String::from_utf8_lossy(&one.request);
            entry["request"]["postData"] = json!({"mimeType": media(&one.asked), "text": text});
        }
        entry
    };
    let entries: Vec<Value> = told.iter().map(entry).collect();
    json!({"log": {"version": "1.2", "entries": entries}}).to_string().into_bytes()
}

/// Cleartext HTTP/1: connections that are kept, each exchange on the next one.
fn http1(told: &[Told]) -> Vec<Packet> {
    let mut talks: Vec<Talk> = (0..CONNECTIONS).map(|at| Talk::new(41_000 + at as u16)).collect();
    for (at, one) in told.iter().enumerate() {
        let talk = &mut talks[at % CONNECTIONS];
        talk.time = one.time;
        let lines = |fields: &[(String, String)]| {
            fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>()
        };
        let head = format!("{} {} HTTP/1.1\r\nhost: {}\r\n{}\r\n", one.method, one.target, one.host, lines(&one.asked));
        talk.say(true, &[head.as_bytes(), &one.request].concat(), 536);
        // Without a length an answer would go to the end of its connection.
        let bare = one.answer.is_empty() && !matches!(one.status, 204 | 304);
        let length = if bare { "content-length: 0\r\n" } else { "" };
        let head = format!("HTTP/1.1 {} x\r\n{}{length}\r\n", one.status, lines(&one.said));
        talk.say(false, &[head.as_bytes(), &one.answer].concat(), 536);
    }
    let mut packets: Vec<Packet> = talks.into_iter().flat_map(Talk::end).collect();
    packets.sort_by_key(|(time, _)| *time);
    packets
}

/// Cleartext HTTP/2: a stream for each exchange.
fn http2(told: &[Told]) -> Vec<Packet> {
    let mut packets = Vec::new();
    for (number, share) in told.chunks(500).enumerate() {
        let mut talk = Talk::new(42_000 + number as u16);
        let (mut asks, mut answers) = (fluke_hpack::Encoder::new(), fluke_hpack::Encoder::new());
        talk.say(true, &[PREFACE, &frame(4, 0, 0, &[])].concat(), 1400);
        talk.say(false, &frame(4, 0, 0, &[]), 1400);
        for (at, one) in share.iter().enumerate() {
            talk.time = one.time;
            let stream = 1 + at as u32 * 2;
            let mut send = |client: bool,
                            encoder: &mut fluke_hpack::Encoder<'_>,
                            pseudo: &[(&str, &str)],
                            fields: &[(String, String)],
                            body: &[u8]| {
                let plain = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                let all = pseudo.iter().copied().chain(plain).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
                let mut bytes = frame(1, if body.is_empty() { 5 } else { 4 }, stream, &encoder.encode(all));
                if !body.is_empty() {
                    let (first, rest) = body.split_at(body.len() / 2);
                    bytes.extend([frame(0, 0, stream, first), frame(0, 1, stream, rest)].concat());
                }
                talk.say(client, &bytes, 536);
            };
            let pseudo = [
                (":method", one.method.as_str()),
                (":path", &one.target),
                (":scheme", "http"),
                (":authority", &one.host),
            ];
            send(true, &mut asks, &pseudo, &one.asked, &one.request);
            send(false, &mut answers, &[(":status", &one.status.to_string())], &one.said, &one.answer);
        }
        packets.extend(talk.end());
    }
    packets.sort_by_key(|(time, _)| *time);
    packets
}

/// Numbers that are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// As a busy network brings them: packets change places with the next of the same side, some come twice. What comes
/// keeps the time at which it was captured.
fn mixed(mut packets: Vec<Packet>) -> Vec<Packet> {
    let mut dice = Dice(7);
    let ends = |packet: &Packet| packet.1[26..38].to_vec();
    let payload = |packet: &Packet| packet.1.len() > 54;
    for at in 0..packets.len() - 1 {
        let both = payload(&packets[at]) && payload(&packets[at + 1]);
        if both && ends(&packets[at]) == ends(&packets[at + 1]) && dice.roll(3) == 0 {
            let (before, behind) = packets.split_at_mut(at + 1);
            std::mem::swap(&mut before[at].1, &mut behind[0].1);
        }
    }
    packets
        .into_iter()
        .flat_map(|packet| if dice.roll(10) == 0 { vec![packet.clone(), packet] } else { vec![packet] })
        .collect()
}

/// The contract with its evidence, and what was read.
fn contract(recording: &[u8]) -> (Value, Tally) {
    let redactor = Redactor::new(&[7; 32]);
    let mut discovery = Discovery::new(Settings::new(&redactor, Hosts::Separate));
    let mut sink = |exchange: palisade_exchange::Exchange| {
        discovery.absorb(&exchange);
    };
    let tally = palisade_readers::read(recording, &redactor, &Limits::default(), &mut sink).unwrap();
    let mut contract = discovery.induce(&Overrides::default()).to_evidence(OpenApiVersion::V31);
    forget_callers(&mut contract);
    (contract, tally)
}

/// A HAR does not name the addresses of callers, by which a capture tells those without a credential apart.
fn forget_callers(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("callers");
            members.values_mut().for_each(forget_callers);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_callers),
        _ => {}
    }
}

/// Where two values differ, at most so many places.
fn differences(a: &Value, b: &Value, at: &str, found: &mut Vec<String>) {
    if found.len() >= 20 || a == b {
        return;
    }
    match (a, b) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let none = Value::Null;
                differences(
                    one.get(name).unwrap_or(&none),
                    other.get(name).unwrap_or(&none),
                    &format!("{at}/{name}"),
                    found,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (number, (one, other)) in one.iter().zip(other).enumerate() {
                differences(one, other, &format!("{at}/{number}"), found);
            }
        }
        _ => found.push(format!("{at}: {a} and {b}")),
    }
}

#[track_caller]
fn same(what: &str, a: &Value, b: &Value) {
    let mut found = Vec::new();
    differences(a, b, "", &mut found);
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

fn operations(contract: &Value) -> BTreeSet<String> {
    let paths = contract["paths"].as_object().unwrap().iter();
    let methods =
        paths.flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |key| format!("{key} {path}")));
    methods.filter(|operation| !operation.starts_with("parameters ")).collect()
}

fn captures_say_what_the_har_says(entries: &[Value]) {
    let told = told(entries);
    let (whole, tally) = contract(&har(&told));
    assert_eq!(tally.read, told.len() as u64);
    for (what, packets) in [
        ("HTTP/1", http1(&told)),
        ("HTTP/1, mixed up", mixed(http1(&told))),
        ("HTTP/2", http2(&told)),
        ("HTTP/2, mixed up", mixed(http2(&told))),
        ("in fragments", wire::fragmented(&http1(&told), 256, false).concat()),
    ] {
        let (captured, tally) = contract(&pcap(1, &packets));
        assert!(tally.read == told.len() as u64 && tally.rejected.is_empty(), "{what}: {tally:?}");
        same(what, &whole, &captured);
    }
    // A capture that lost a packet in fifty tells of less, and of nothing else.
    let mut dice = Dice(3);
    let mut lossy = http1(&told);
    lossy.retain(|_| dice.roll(50) > 0);
    let (partly, tally) = contract(&pcap(1, &lossy));
    assert!(tally.read > told.len() as u64 * 8 / 10 && tally.rejected.contains_key(&Reason::Lost), "{tally:?}");
    let (all, some) = (operations(&whole), operations(&partly));
    let invented: Vec<&String> = some.difference(&all).collect();
    assert!(invented.is_empty() && some.len() * 10 >= all.len() * 9, "{invented:?} {:?}", all.difference(&some));
}

#[tokio::test]
async fn captures_of_the_shop_give_the_contract_of_its_har() {
    let seen = watch(Switches::all(), |seen| seen.len() >= 900).await;
    let entries: Vec<Value> = seen.into_iter().map(|one| one.entry).collect();
    tokio::task::spawn_blocking(move || captures_say_what_the_har_says(&entries)).await.unwrap();
}

/// Other traffic is no part of the repository: `PALISADE_TRAFFIC` names a folder with `NAME.har` files.
#[test]
fn captures_of_other_traffic_give_the_contract_of_its_har() {
    let Some(folder) = std::env::var_os("PALISADE_TRAFFIC") else {
        let _ = writeln!(std::io::stderr(), "skipped: set PALISADE_TRAFFIC to a folder of HAR files");
        return;
    };
    let har = std::fs::read(std::path::Path::new(&folder).join("mixshop.har")).unwrap();
    let har: Value = serde_json::from_slice(&har).unwrap();
    captures_say_what_the_har_says(har["log"]["entries"].as_array().unwrap());
}
