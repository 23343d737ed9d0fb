//! Servers that mean harm: there is always a result, in time and in little memory.

use super::{ask_as, manners};
use palisade_posture::Part;
use palisade_posture::tls::Facts;
use palisade_runner::posture::Manners;
use palisade_runner::posture::tls::Roots;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// What a server does with a connection.
type Habit = Box<dyn Fn(TcpStream) + Send + Sync>;

/// A server that does the same with every connection.
fn start(with: impl Fn(TcpStream) + Send + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let with = with.clone();
            std::thread::spawn(move || with(stream.unwrap()));
        }
    });
    port
}

/// What is told of a server, with little time for each answer and for the whole.
fn told(with: impl Fn(TcpStream) + Send + Clone + 'static) -> (Part<Facts>, Duration) {
    let port = start(with);
    let begun = Instant::now();
    let manners = Manners { answer: Duration::from_millis(300), whole: Duration::from_secs(20), ..manners() };
    let part = ask_as("localhost", port, &Roots::new(&[]), manners);
    (part, begun.elapsed())
}

fn write_for_ever(mut stream: TcpStream, piece: &[u8], pause: Duration) {
    let mut hello = [0; 4096];
    let _ = stream.read(&mut hello);
    while stream.write_all(piece).is_ok() {
        std::thread::sleep(pause);
    }
}

#[test]
fn no_server_holds_an_assessment_up_or_makes_it_hold_much() {
    let now = Duration::ZERO;
    let hello: &'static [u8] = &[22, 3, 3, 0, 4, 2, 0, 0xff, 0xff];
    let cases: Vec<(&str, Habit)> = vec![
        ("closes at once", Box::new(drop)),
        ("says nothing", Box::new(|mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new())))),
        (
            "HTTP in the clear",
            Box::new(|mut stream: TcpStream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"))),
        ),
        ("endless zeros", Box::new(move |stream| write_for_ever(stream, &[0; 65536], now))),
        ("endless empty records", Box::new(move |stream| write_for_ever(stream, &[22, 3, 3, 0, 0].repeat(1000), now))),
        (
            "endless warnings",
            Box::new(move |stream| write_for_ever(stream, &[21, 3, 3, 0, 2, 1, 112].repeat(1000), now)),
        ),
        ("a record larger than allowed", Box::new(move |stream| write_for_ever(stream, &[22, 3, 3, 0xff, 0xff], now))),
        ("a message of sixteen megabytes", Box::new(move |stream| write_for_ever(stream, hello, now))),
        ("one byte now and then", Box::new(|stream| write_for_ever(stream, &[22], Duration::from_millis(40)))),
        ("half a header", Box::new(|mut stream: TcpStream| drop(stream.write_all(&[22, 3, 3, 0])))),
        ("an SSLv2 answer of 32 kB", Box::new(move |stream| write_for_ever(stream, &[0xff, 0xff, 4], now))),
        (
            "a hello without end",
            Box::new(|mut stream: TcpStream| {
                let _ = stream.read(&mut [0; 4096]);
                drop(stream.write_all(&[22, 3, 3, 0, 6, 2, 0, 0, 70, 3, 3]));
                drop(stream.read_to_end(&mut Vec::new()));
            }),
        ),
    ];
    std::thread::scope(|scope| {
        for (name, case) in cases {
            let case = std::sync::Arc::new(case);
            scope.spawn(move || {
                let (part, time) = told(move |stream| case(stream));
                assert!(matches!(part, Part::NotAssessed(_)), "{name}: {part:?}");
                assert!(time < Duration::from_secs(15), "{name}: {time:?}");
            });
        }
    });
}

#[test]
fn a_server_that_takes_everything_is_asked_only_so_often() {
    let (part, _) = told(|mut stream| {
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).unwrap_or(0);
        if count < 50 || hello[0] != 22 {
            return;
        }
        // The version and the first suite that the client names.
        let session = usize::from(hello[43]);
        let suite = [hello[46 + session], hello[47 + session]];
        let mut body = vec![hello[9], hello[10]];
        body.extend([7; 32]);
        body.push(0);
        body.extend(suite);
        body.push(0);
        let length = body.len() as u8;
        let _ = stream.write_all(&[&[22, 3, 3, 0, length + 4, 2, 0, 0, length][..], &body].concat());
    });
    let Part::Assessed(facts) = part else { panic!("{part:?}") };
    assert!(facts.connections <= 222, "{}", facts.connections);
    assert!(facts.gaps.iter().any(|gap| gap.what.starts_with("further")), "{:?}", facts.gaps);
}

#[test]
fn a_chain_of_nonsense_is_told_and_the_rest_is_assessed() {
    let (part, _) = told(|mut stream| {
        let mut hello = [0; 4096];
        let count = stream.read(&mut hello).unwrap_or(0);
        if count < 50 || hello[0] != 22 || hello[9..11] != [3, 3] {
            return;
        }
        let body = [&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat();
        let mut messages = [&[2, 0, 0, body.len() as u8][..], &body].concat();
        // Sixty thousand certificates of one byte.
        let list = [0, 0, 1, 0x30].repeat(15_000);
        let size = (list.len() as u32).to_be_bytes();
        let whole = ((list.len() + 3) as u32).to_be_bytes();
        messages.extend([&[11][..], &whole[1..], &size[1..], &list].concat());
        for piece in messages.chunks(16_384) {
            let length = (piece.len() as u16).to_be_bytes();
            if stream.write_all(&[&[22, 3, 3][..], &length, piece].concat()).is_err() {
                return;
            }
        }
    });
    let Part::Assessed(facts) = part else { panic!("{part:?}") };
    assert!(facts.chains.is_empty());
    assert!(facts.gaps.iter().any(|gap| gap.what == "a certificate"), "{:?}", facts.gaps);
}
