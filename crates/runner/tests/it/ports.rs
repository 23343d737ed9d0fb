//! Ports of an address of this machine that nothing else uses, with servers that greet, wait and close.

use palisade_posture::ports::{SERVICES, judge};
use palisade_posture::{Part, Target};
use palisade_runner::posture::{Manners, Reach, ports};
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn manners() -> Manners {
    Manners { allow_private: true, pause: Duration::ZERO, ..Manners::default() }
}

#[tokio::test]
async fn open_ports_are_found_and_nothing_is_sent() {
    let address: IpAddr = "127.93.7.41".parse().unwrap();
    let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
    for (port, greeting) in [
        (3306, &b"\x4a\0\0\0\x0a8.0.36\0\x0c\0\0\0Lq!x7]3w\0"[..]),
        (6379, b""),
        (9200, b"\xff\xff\xff\xff"),
        (27017, b"220 mongo.example ready, token sk_live_4eC39HqLyjWDarjtT1zdp7dc\r\n"),
    ] {
        let listener = TcpListener::bind((address, port)).await.unwrap();
        let said = said.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(greeting).await.unwrap();
                let mut bytes = Vec::new();
                let _ = stream.read_to_end(&mut bytes).await;
                said.send((port, bytes)).unwrap();
            }
        });
    }
    let reach = Reach::new(manners());
    let Part::Assessed(facts) = ports::probe(&reach, &[address]).await else { panic!("it is assessed") };
    let open: Vec<_> = facts.open.iter().map(|open| (open.port, open.banner.as_deref())).collect();
    assert_eq!(
        open,
        [
            (3306, Some("8.0.36")),
            (6379, None),
            (9200, None),
            (27017, Some("220 mongo.example ready, token [redacted:cloud-key]")),
        ]
    );
    assert_eq!((facts.closed.len(), facts.silent.len(), facts.not_asked.len()), (SERVICES.len() - 4, 0, 0));
    assert_eq!(reach.connections() as usize, SERVICES.len());
    let mut found: Vec<String> = judge(&Target::parse("https://api.example.com").unwrap(), &facts)
        .into_iter()
        .map(|seen| format!("{} {}", seen.rule.id, seen.place))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "PST401 127.93.7.41:27017",
            "PST401 127.93.7.41:3306",
            "PST401 127.93.7.41:9200",
            "PST402 127.93.7.41:6379",
            "PST407 127.93.7.41:3306",
            "PST408 127.93.7.41",
        ]
    );
    for _ in 0..4 {
        let (port, bytes) = heard.recv().await.unwrap();
        assert_eq!(bytes, Vec::<u8>::new(), "{port}");
    }
}

#[tokio::test]
async fn what_was_not_asked_is_neither_open_nor_closed() {
    let address: IpAddr = "127.93.7.42".parse().unwrap();
    let reach = Reach::new(Manners { connections: 10, ..manners() });
    let Part::Assessed(facts) = ports::probe(&reach, &[address]).await else { panic!("it is assessed") };
    assert_eq!((facts.closed.len(), facts.not_asked.len()), (10, SERVICES.len() - 10));
    let none = ports::probe(&Reach::new(Manners { connections: 0, ..manners() }), &[address]).await;
    assert_eq!(none, Part::NotAssessed("no connection was left for it".to_owned()));
    let strict = Reach::new(Manners { allow_private: false, ..manners() });
    assert_eq!(ports::probe(&strict, &[address]).await, Part::NotAssessed("no connection was left for it".to_owned()));
}
