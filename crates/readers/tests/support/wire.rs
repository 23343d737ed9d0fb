//! Connections as packets, and packets as captures: what the tests of the readers record.

use etherparse::PacketBuilder;
use std::io::Write as _;

/// What a client of HTTP/2 sends first.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub const CLIENT: [u8; 4] = [10, 0, 0, 9];
pub const SERVER: [u8; 4] = [10, 0, 0, 1];

/// A packet on its way: its time in microseconds and its bytes.
pub type Packet = (i64, Vec<u8>);

/// Both ends of one connection, as a capture sees them.
pub struct Talk {
    pub port: u16,
    /// Sequence numbers of the client and of the server.
    pub next: [u32; 2],
    pub time: i64,
    pub packets: Vec<Packet>,
}

impl Talk {
    pub fn new(port: u16) -> Self {
        let mut talk = Talk { port, next: [u32::MAX - 50, 7000], time: 1_764_309_600_000_000, packets: Vec::new() };
        talk.push(true, |tcp| tcp.syn(), b"");
        talk.next[0] = talk.next[0].wrapping_add(1);
        talk.push(false, |tcp| tcp.syn(), b"");
        talk.next[1] += 1;
        talk
    }

    pub fn push(
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
    pub fn say(&mut self, client: bool, bytes: &[u8], segment: usize) {
        for piece in bytes.chunks(segment) {
            self.push(client, |tcp| tcp.psh(), piece);
            let own = usize::from(!client);
            self.next[own] = self.next[own].wrapping_add(piece.len() as u32);
        }
    }

    pub fn ask(&mut self, text: &str) {
        self.say(true, text.as_bytes(), 1400);
    }

    pub fn answer(&mut self, text: &str) {
        self.say(false, text.as_bytes(), 1400);
    }

    pub fn end(mut self) -> Vec<Packet> {
        self.push(true, |tcp| tcp.fin(), b"");
        self.push(false, |tcp| tcp.fin(), b"");
        self.packets
    }
}

pub fn pcap(link: u32, packets: &[Packet]) -> Vec<u8> {
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
pub fn pcapng(packets: &[Packet]) -> Vec<u8> {
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

pub fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Bodies of every framing, an interim answer, HEAD, pipelining, and an answer before the end of its request.
pub fn conversation() -> Vec<Packet> {
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

/// A frame of HTTP/2.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Streams side by side, header blocks that refer to those before and go on in a second frame, padding, a body in
/// pieces, trailers, a promise, and a stream that is given up.
pub fn streams() -> Vec<Packet> {
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
    talk.say(true, &[PREFACE, &frame(4, 0, 0, &[])].concat(), 1400);
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

/// The same packets, each in pieces of at most so many bytes (a multiple of eight), over IPv4 or IPv6.
pub fn fragmented(packets: &[Packet], most: usize, v6: bool) -> Vec<Vec<Packet>> {
    let pieces = |(number, (time, bytes)): (usize, &Packet)| {
        let (link, ip, payload) = (&bytes[..12], &bytes[14..34], &bytes[34..]);
        let count = payload.chunks(most).count();
        let piece = |(at, piece): (usize, &[u8])| {
            let (offset, more) = ((at * most) as u16, at + 1 < count);
            let mut packet = link.to_vec();
            if v6 {
                let address = |four: &[u8]| [&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0][..], four].concat();
                packet.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
                packet.extend((piece.len() as u16 + 8).to_be_bytes());
                packet.extend([44, 64]);
                packet.extend([address(&ip[12..16]), address(&ip[16..20])].concat());
                packet.extend([6, 0]);
                packet.extend((offset | u16::from(more)).to_be_bytes());
                packet.extend((number as u32).to_be_bytes());
            } else {
                packet.extend([8, 0]);
                let mut header = ip.to_vec();
                header[2..4].copy_from_slice(&(piece.len() as u16 + 20).to_be_bytes());
                header[4..6].copy_from_slice(&(number as u16).to_be_bytes());
                header[6..8].copy_from_slice(&((offset / 8) | (u16::from(more) << 13)).to_be_bytes());
                packet.extend(header);
            }
            packet.extend(piece);
            (*time, packet)
        };
        payload.chunks(most).enumerate().map(piece).collect()
    };
    packets.iter().enumerate().map(pieces).collect()
}

/// A request that asks for HTTP/2 and is answered as its first stream, then another.
pub fn upgrade() -> Vec<Packet> {
    let (mut asks, mut answers) = (fluke_hpack::Encoder::new(), fluke_hpack::Encoder::new());
    let block = |encoder: &mut fluke_hpack::Encoder<'_>, fields: &[(&str, &str)]| {
        encoder.encode(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    };
    let mut talk = Talk::new(40021);
    talk.ask("POST /first HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 2\r\n\r\n{}");
    let mut said = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".to_vec();
    said.extend(frame(4, 0, 0, &[]));
    said.extend(frame(1, 4, 1, &block(&mut answers, &[(":status", "201"), ("content-type", "application/json")])));
    talk.say(false, &said, 1400);
    talk.say(false, &frame(0, 1, 1, b"{\"id\":1}"), 1400);
    let second = [(":method", "GET"), (":path", "/second"), (":scheme", "http"), (":authority", "shop.test")];
    let asked = [PREFACE, &frame(4, 0, 0, &[]), &frame(1, 5, 3, &block(&mut asks, &second))].concat();
    // The preface is cut in two.
    talk.say(true, &asked[..10], 1400);
    talk.say(true, &asked[10..], 1400);
    talk.say(false, &frame(1, 5, 3, &block(&mut answers, &[(":status", "204")])), 1400);
    talk.end()
}

/// HTTP/2 whose server sends its settings before it hears anything; then one that is another protocol.
pub fn server_first(client: &[u8]) -> Vec<Packet> {
    let (mut asks, mut answers) = (fluke_hpack::Encoder::new(), fluke_hpack::Encoder::new());
    let mut talk = Talk::new(40022);
    talk.say(false, &frame(4, 0, 0, &[0, 3, 0, 0, 0, 100]), 1400);
    let fields = [(":method", "GET"), (":path", "/early"), (":scheme", "http"), (":authority", "shop.test")];
    let block = asks.encode(fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    talk.say(true, &[client, &frame(4, 0, 0, &[]), &frame(1, 5, 1, &block)].concat(), 1400);
    let block = answers.encode([(&b":status"[..], &b"200"[..])]);
    talk.say(false, &[frame(1, 4, 1, &block), frame(0, 1, 1, b"{}")].concat(), 1400);
    talk.end()
}
