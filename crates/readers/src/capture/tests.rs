#[path = "../../tests/support/wire.rs"]
mod wire;

use super::*;
use crate::read;
use etherparse::PacketBuilder;
use palisade_exchange::Body;
use proptest::prelude::*;
use wire::{PREFACE, Packet, Talk, conversation, fragmented, pcap, pcapng, server_first, streams, upgrade};

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
    let mut talk = Talk::new(40006);
    talk.packets.clear();
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
fn http_1_becomes_http_2_when_both_say_so() {
    insta::assert_snapshot!(shown(&upgrade()));
    let (read, _) = exchanges(&pcap(1, &upgrade()));
    let names: Vec<&str> = read[0].request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Host", "Content-Length"], "what asked for the upgrade is no part of the request");
}

#[test]
fn a_server_of_http_2_may_speak_first() {
    assert_eq!(shown(&server_first(PREFACE)), "GET shop.test/early - -> 200 \"{}\" (10.0.0.9, 1 ms)");
    assert_eq!(shown(&server_first(b"HELO who are you, and why do you talk first?")), "1 not cleartext HTTP");
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let plain = exchanges(&pcap(1, &conversation()));
    let bare =
        |read: Vec<Exchange>| read.into_iter().map(|one| (one.path, one.request, one.response)).collect::<Vec<_>>();
    for v6 in [false, true] {
        let pieces = fragmented(&conversation(), 24, v6);
        let in_order = exchanges(&pcap(1, &pieces.concat()));
        let turned = pieces.into_iter().flat_map(|packet| packet.into_iter().rev()).collect::<Vec<_>>();
        let turned = exchanges(&pcap(1, &turned));
        for (read, tally) in [in_order, turned] {
            assert_eq!(tally.rejected.get(&Reason::Packet), None);
            assert_eq!(bare(read), bare(plain.0.clone()));
        }
    }
}

#[test]
fn fragments_that_do_not_make_a_packet_are_counted() {
    let mut pieces = fragmented(&conversation(), 24, false);
    // Of one packet a piece is missing, of another a piece comes that says something else of the same bytes.
    pieces[2].remove(1);
    let mut other = pieces[3][1].clone();
    other.1[40] ^= 1;
    pieces[3].insert(2, other);
    let (read, tally) = exchanges(&pcap(1, &pieces.concat()));
    // What comes behind the contradiction begins anew, and stays alone.
    assert_eq!((tally.rejected.get(&Reason::Packet), read.is_empty()), (Some(&3), false));
}

#[test]
fn fragments_wait_in_bounds() {
    // First pieces of many packets, of which nothing more comes.
    let piece = fragmented(&conversation(), 24, false)[2][0].clone();
    let many: Vec<Packet> = (0..5000u16)
        .map(|id| {
            let mut piece = piece.clone();
            piece.1[18..20].copy_from_slice(&id.to_be_bytes());
            piece
        })
        .collect();
    let (_, tally) = exchanges(&pcap(1, &many));
    assert_eq!(tally.rejected.get(&Reason::Packet), Some(&5000));
    assert_eq!(tally.problems.first().map(|problem| problem.record), Some(1025), "the first makes room");
}

#[test]
fn a_live_capture_gives_each_exchange_when_it_is_complete() {
    let redactor = Redactor::new(&[7; 32]);
    let read = |ports: &[u16]| {
        let mut live = LiveCapture::new(&redactor, &Limits::default(), ports);
        let mut found = Vec::new();
        for (time, packet) in conversation() {
            found.extend(live.packet(0x0800, &packet[14..], time));
        }
        let before = found.len();
        let (rest, tally) = live.finish();
        found.extend(rest);
        (found, before, tally)
    };
    let (found, before, tally) = read(&[]);
    assert_eq!((before, tally.read), (6, 6));
    assert_eq!(found, exchanges(&pcap(1, &conversation())).0);
    assert_eq!(read(&[80, 8080]).0.len(), 6);
    assert_eq!(read(&[8080]).0.len(), 0);
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
        let fragments = fragmented(&conversation(), 24, true).concat();
        for mut file in [
            pcap(1, &conversation()),
            pcapng(&conversation()),
            pcap(1, &streams()),
            pcap(1, &fragments),
            pcap(1, &upgrade()),
        ] {
            for (at, byte) in &noise {
                let at = at % file.len();
                file[at] = *byte;
            }
            let redactor = Redactor::new(&[7; 32]);
            let _ = read(&file[..], &redactor, &Limits::default(), &mut |_| {});
        }
    }
}
