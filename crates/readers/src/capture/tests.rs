use super::*;
use crate::read;
use etherparse::PacketBuilder;
use palisade_exchange::Body;
use proptest::prelude::*;
use std::io::Write as _;

const CLIENT: [u8; 4] = [10, 0, 0, 9];
const SERVER: [u8; 4] = [10, 0, 0, 1];

/// A packet on its way: its time in microseconds and its bytes.
type Packet = (i64, Vec<u8>);

/// Both ends of one connection, as a capture sees them.
struct Talk {
    port: u16,
    /// Sequence numbers of the client and of the server.
    next: [u32; 2],
    time: i64,
    packets: Vec<Packet>,
}

impl Talk {
    fn new(port: u16) -> Self {
        let mut talk = Talk { port, next: [u32::MAX - 50, 7000], time: 1_764_309_600_000_000, packets: Vec::new() };
        talk.push(true, |tcp| tcp.syn(), b"");
        talk.next[0] = talk.next[0].wrapping_add(1);
        talk.push(false, |tcp| tcp.syn(), b"");
        talk.next[1] += 1;
        talk
    }

    /// From the middle of a connection on.
    fn under_way(port: u16) -> Self {
        Talk { packets: Vec::new(), ..Talk::new(port) }
    }

    fn push(
        &mut self,
        client: bool,
        flags: impl FnOnce(
            etherparse::PacketBuilderStep<etherparse::TcpHeader>,
        ) -> etherparse::PacketBuilderStep<etherparse::TcpHeader>,
        payload: &[u8],
    ) {
        let (from, to) = if client { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
        let (source, target) = if client { (self.port, 80) } else { (80, self.port) };
        let own = usize::from(!client);
        let opening = self.packets.is_empty() && payload.is_empty();
        let builder = PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4(from, to, 64);
        let tcp = flags(builder.tcp(source, target, self.next[own], 1024));
        let tcp = if opening { tcp } else { tcp.ack(self.next[1 - own]) };
        let mut bytes = Vec::new();
        tcp.write(&mut bytes, payload).unwrap();
        self.packets.push((self.time, bytes));
        self.time += 1000;
    }

    /// Sends bytes in segments of this size.
    fn say(&mut self, client: bool, bytes: &[u8], segment: usize) {
        for piece in bytes.chunks(segment) {
            self.push(client, |tcp| tcp.psh(), piece);
            let own = usize::from(!client);
            self.next[own] = self.next[own].wrapping_add(piece.len() as u32);
        }
    }

    fn ask(&mut self, text: &str) {
        self.say(true, text.as_bytes(), 1400);
    }

    fn answer(&mut self, text: &str) {
        self.say(false, text.as_bytes(), 1400);
    }

    fn end(mut self) -> Vec<Packet> {
        self.push(true, |tcp| tcp.fin(), b"");
        self.push(false, |tcp| tcp.fin(), b"");
        self.packets
    }
}

fn pcap(link: u32, packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65535, link] {
        file.extend(word.to_le_bytes());
    }
    for (time, bytes) in packets {
        for word in [time / 1_000_000, time % 1_000_000, bytes.len() as i64, bytes.len() as i64] {
            file.extend((word as u32).to_le_bytes());
        }
        file.extend(bytes);
    }
    file
}

/// The same as pcapng, with a clock of nanoseconds.
fn pcapng(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let length = (body.len() + 12) as u32;
        file.extend(kind.to_le_bytes());
        file.extend(length.to_le_bytes());
        file.extend(body);
        file.extend(length.to_le_bytes());
    };
    let section: Vec<u8> = [0x1a2b_3c4du32, 1, u32::MAX, u32::MAX].into_iter().flat_map(u32::to_le_bytes).collect();
    block(0x0a0d_0d0a, &section);
    // Ethernet, any length, if_tsresol 9.
    block(1, &[1, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    for (time, bytes) in packets {
        let ticks = *time as u64 * 1000;
        let mut body = Vec::new();
        for word in [0, (ticks >> 32) as u32, ticks as u32, bytes.len() as u32, bytes.len() as u32] {
            body.extend(word.to_le_bytes());
        }
        body.extend(bytes);
        body.resize(body.len().next_multiple_of(4), 0);
        block(6, &body);
    }
    file
}

fn exchanges(file: &[u8]) -> (Vec<Exchange>, Tally) {
    let mut exchanges = Vec::new();
    let redactor = Redactor::new(&[7; 32]);
    let tally = read(file, &redactor, &Limits::default(), &mut |exchange| exchanges.push(exchange)).unwrap();
    (exchanges, tally)
}

/// What was read, a line for each exchange, and what was not.
fn shown(packets: &[Packet]) -> String {
    let (exchanges, tally) = exchanges(&pcap(1, packets));
    let body = |body: &Body| match body {
        Body::Empty => "-".to_owned(),
        Body::Unknown { length } => format!("{} unknown", length.unwrap_or_default()),
        Body::Bytes { bytes, truncated } => {
            let cut = if *truncated { "..." } else { "" };
            format!("{:?}{cut}", String::from_utf8_lossy(bytes))
        }
        Body::Shape(_) => "a shape".to_owned(),
    };
    let mut lines: Vec<String> = exchanges
        .iter()
        .map(|exchange| {
            let answer = exchange.response.as_ref().unwrap();
            let (asked, said) = (body(&exchange.request.body), body(&answer.message.body));
            let client = exchange.client.address.unwrap();
            let milliseconds = exchange.duration.unwrap_or_default() / 1000;
            format!(
                "{} {}{} {asked} -> {} {said} ({client}, {milliseconds} ms)",
                exchange.method, exchange.host, exchange.path, answer.status
            )
        })
        .collect();
    lines.extend(tally.rejected.iter().map(|(reason, count)| format!("{count} {}", reason.as_str())));
    lines.join("\n")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Bodies of every framing, an interim answer, HEAD, pipelining, and an answer before the end of its request.
fn conversation() -> Vec<Packet> {
    let mut talk = Talk::new(40001);
    talk.ask("GET /a?x=1 HTTP/1.1\r\nHost: Shop.test\r\nAuthorization: Bearer secret-of-the-caller\r\n\r\n");
    talk.answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    talk.ask("POST /b HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    talk.answer("HTTP/1.1 100 Continue\r\n\r\n");
    talk.ask("3;why=not\r\n{\"b\r\n4\r\n\":2}\r\n0\r\nTrailer: x\r\n\r\n");
    let packed = gzip("{\"packed\":true}");
    let head = format!("HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
    talk.say(false, &[head.as_bytes(), &packed].concat(), 9);
    talk.ask("HEAD /c HTTP/1.1\r\nHost: shop.test\r\n\r\nGET http://other.test/d HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    talk.answer("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    talk.ask("PUT /big HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\n12345");
    talk.answer("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    talk.ask("67890");
    talk.ask("GET /last HTTP/1.0\r\n\r\n");
    talk.answer("HTTP/1.0 200 OK\r\n\r\nto the ");
    talk.answer("end");
    talk.end()
}

#[test]
fn every_framing_is_read() {
    insta::assert_snapshot!(shown(&conversation()));
    let (read, _) = exchanges(&pcap(1, &conversation()));
    assert!(!format!("{read:?}").contains("secret-of-the-caller"));
}

#[test]
fn pcap_and_pcapng_say_the_same() {
    let packets = conversation();
    assert_eq!(exchanges(&pcap(1, &packets)), exchanges(&pcapng(&packets)));
    // Raw IP, and what Linux puts before it.
    let raw: Vec<Packet> = packets.iter().map(|(time, bytes)| (*time, bytes[14..].to_vec())).collect();
    assert_eq!(exchanges(&pcap(101, &raw)), exchanges(&pcap(1, &packets)));
    for (link, protocol, length) in [(113, 14, 16), (276, 0, 20)] {
        let mut head = vec![0; length];
        head[protocol] = 8;
        let cooked = |(time, bytes): &Packet| (*time, [&head[..], &bytes[14..]].concat());
        let mut cooked: Vec<Packet> = packets.iter().map(cooked).collect();
        // Other protocols stand between.
        head[protocol + 1] = 6;
        cooked.insert(3, (cooked[3].0, [&head[..], &[0; 28]].concat()));
        assert_eq!(exchanges(&pcap(link, &cooked)), exchanges(&pcap(1, &packets)));
    }
}

#[test]
fn mirrored_traffic_is_unpacked() {
    let wrap = |port: u16, head: &[u8]| {
        let wrapped = conversation().into_iter().map(|(time, inner)| {
            let builder = PacketBuilder::ethernet2([3; 6], [4; 6]).ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64);
            let mut bytes = Vec::new();
            builder.udp(9999, port).write(&mut bytes, &[head, &inner].concat()).unwrap();
            (time, bytes)
        });
        wrapped.collect::<Vec<Packet>>()
    };
    let plain = exchanges(&pcap(1, &conversation()));
    assert_eq!(exchanges(&pcap(1, &wrap(4789, &[8, 0, 0, 0, 0, 0, 7, 0]))), plain);
    // GENEVE with one option of four bytes.
    assert_eq!(exchanges(&pcap(1, &wrap(6081, &[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4]))), plain);
}

#[test]
fn order_and_repetition_of_segments_do_not_matter() {
    let packets = conversation();
    let mut mixed = packets.clone();
    for pair in mixed[2..].chunks_mut(2) {
        pair.reverse();
    }
    let repeated: Vec<Packet> = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
    let (read, _) = exchanges(&pcap(1, &packets));
    let bare = |packets: &[Packet]| {
        let (read, _) = exchanges(&pcap(1, packets));
        read.into_iter().map(|one| (one.path, one.request, one.response)).collect::<Vec<_>>()
    };
    assert_eq!(bare(&repeated), bare(&packets));
    // Two segments of the server in a row carry one answer: their order is that of their numbers.
    let mut talk = Talk::new(40002);
    talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.say(false, b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz", 8);
    let mut swapped = talk.end();
    let whole = shown(&swapped);
    swapped[3..9].reverse();
    assert_eq!(shown(&swapped).split('(').next(), whole.split('(').next());
    assert_eq!(read.len(), 6);
}

/// Requests for `/0`, `/1` and `/2`, each answered with its number.
fn numbered(port: u16) -> Vec<Packet> {
    let mut talk = Talk::new(port);
    for at in 0..3 {
        talk.ask(&format!("GET /{at} HTTP/1.1\r\nHost: h\r\n\r\n"));
        talk.answer(&format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{at}"));
    }
    talk.end()
}

#[test]
fn lost_bytes_cost_no_more_than_their_messages() {
    // Inside of a body: the exchange is kept, its body cut.
    let mut talk = Talk::new(40003);
    talk.ask("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.say(false, format!("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{}", "x".repeat(300)).as_bytes(), 100);
    talk.ask("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let mut body = talk.end();
    body.remove(5);
    // A whole answer: its request is not answered, and the next one is not given a wrong answer.
    let mut answer = numbered(40004);
    answer.remove(3);
    // A whole request.
    let mut request = numbered(40005);
    request.remove(4);
    insta::assert_snapshot!([shown(&body), shown(&answer), shown(&request)].join("\n--\n"));
}

#[test]
fn a_connection_is_read_from_where_the_capture_begins() {
    let mut talk = Talk::under_way(40006);
    talk.answer("e rest of an answer\r\n");
    talk.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    talk.answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    assert_eq!(shown(&talk.end()), "GET h/a - -> 200 \"1\" (10.0.0.9, 1 ms)");
}

#[test]
fn what_is_not_http_1_is_counted() {
    let mut all = Vec::new();
    for (port, first) in [
        (40007u16, &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and what else a client says first"[..]),
        (40008, b"220 mail.example ESMTP ready when you are"),
        (40009, b"\x00\x00\x00\x85\xffSMB and so on, for some while"),
    ] {
        let mut talk = Talk::new(port);
        talk.say(true, first, 1400);
        talk.answer("whatever the server says to it");
        all.extend(talk.end());
    }
    let mut talk = Talk::new(40010);
    talk.ask("GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
    talk.answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    talk.ask("\u{1}\u{2} not HTTP any more");
    talk.answer("GET /neither HTTP/1.1\r\n\r\n");
    all.extend(talk.end());
    insta::assert_snapshot!(shown(&all));
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Streams side by side, header blocks that refer to those before and go on in a second frame, padding, a body in
/// pieces, trailers, a promise, and a stream that is given up.
fn streams() -> Vec<Packet> {
    let (mut asks, mut answers) = (fluke_hpack::Encoder::new(), fluke_hpack::Encoder::new());
    let mut ask = |method: &str, path: &str| {
        let fields = [
            (":method", method),
            (":path", path),
            (":scheme", "http"),
            (":authority", "shop.test"),
            ("x-team", "blue"),
        ];
        asks.encode(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    };
    let mut answer = |fields: &[(&str, &str)]| {
        answers.encode(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    };
    let json = ("content-type", "application/json");
    let mut talk = Talk::new(40020);
    talk.say(true, &[http2::PREFACE, &frame(4, 0, 0, &[])].concat(), 1400);
    talk.say(false, &[frame(4, 0, 0, &[]), frame(4, 1, 0, &[])].concat(), 1400);
    let block = ask("POST", "/orders?x=1");
    let (first, rest) = block.split_at(5);
    talk.say(true, &[frame(1, 0, 1, first), frame(9, 4, 1, rest), frame(1, 5, 3, &ask("GET", "/slow"))].concat(), 11);
    talk.say(true, &[frame(0, 8, 1, b"\x03{\"a\":\0\0\0"), frame(0, 1, 1, b"1}")].concat(), 1400);
    let promised = answer(&[(":method", "GET"), (":path", "/promised"), (":authority", "shop.test")]);
    let mut said = frame(5, 4, 1, &[&[0, 0, 0, 2][..], &promised].concat());
    said.extend(frame(1, 4, 1, &answer(&[(":status", "103"), ("link", "</style.css>")])));
    said.extend(frame(1, 4, 1, &answer(&[(":status", "201"), json])));
    said.extend(frame(0, 0, 1, b"{\"id\""));
    said.extend(frame(1, 4, 3, &answer(&[(":status", "200"), json])));
    said.extend(frame(0, 0, 1, b":7}"));
    said.extend(frame(1, 5, 1, &answer(&[("x-trailer", "t")])));
    said.extend(frame(0, 1, 3, b"{}"));
    talk.say(false, &said, 13);
    talk.say(true, &frame(1, 5, 5, &ask("GET", "/given-up")), 1400);
    talk.say(true, &frame(3, 0, 5, &[0, 0, 0, 8]), 1400);
    talk.say(true, &frame(1, 5, 7, &ask("GET", "/open")), 1400);
    talk.end()
}

#[test]
fn streams_of_http_2_are_told_apart() {
    insta::assert_snapshot!(shown(&streams()));
    // What is missing ends what can be read of its side, and nothing is made up.
    let mut lossy = streams();
    lossy.remove(12);
    let read = shown(&lossy);
    assert!(
        read.starts_with("POST shop.test/orders 0 unknown -> 201") && read.contains("bytes not captured"),
        "{read}"
    );
}

#[test]
fn a_capture_that_breaks_off_gives_what_came_before() {
    let whole = pcap(1, &conversation());
    let (read, tally) = exchanges(&whole[..whole.len() - 5]);
    assert_eq!((read.len(), tally.broken.is_some()), (6, true));
    let redactor = Redactor::new(&[7; 32]);
    let error = read_capture(&whole[..20], &redactor, &Limits::default(), &mut |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "byte 0: the capture ends inside a block");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is missing or comes late, an answer is never given to another request.
    #[test]
    fn answers_are_never_mixed_up(
        kept in prop::collection::vec(prop::bool::weighted(0.9), 200),
        swaps in prop::collection::vec(0usize..150, 0..10),
    ) {
        let mut talk = Talk::new(40011);
        for at in 0..40 {
            talk.ask(&format!("GET /{at} HTTP/1.1\r\nHost: h\r\n\r\n"));
            talk.answer(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n/{at}", 1 + at.to_string().len()));
        }
        let mut kept = kept.into_iter();
        let mut packets: Vec<Packet> = talk.end().into_iter().filter(|_| kept.next().unwrap_or(true)).collect();
        for at in swaps {
            if at + 1 < packets.len() {
                packets.swap(at, at + 1);
            }
        }
        for exchange in exchanges(&pcap(1, &packets)).0 {
            let answer = exchange.response.unwrap().message.body;
            if let Some(body) = answer.complete() {
                prop_assert_eq!(std::str::from_utf8(body).unwrap(), exchange.path);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(noise in prop::collection::vec((0usize..4000, any::<u8>()), 0..60)) {
        for mut file in [pcap(1, &conversation()), pcapng(&conversation()), pcap(1, &streams())] {
            for (at, byte) in &noise {
                let at = at % file.len();
                file[at] = *byte;
            }
            let redactor = Redactor::new(&[7; 32]);
            let _ = read(&file[..], &redactor, &Limits::default(), &mut |_| {});
        }
    }
}
