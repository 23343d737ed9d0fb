//! A name server of an attacker: its name leads out first and in afterwards.

use palisade_runner::posture::{Manners, Reach, Resolver, Unreachable};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers A with the next of these lists each time, the last one for ever; AAAA with nothing.
fn name_server(answers: Vec<Vec<Ipv4Addr>>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let left = Arc::new(Mutex::new(answers));
    std::thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            let question = &packet[12..length];
            let end = question.iter().position(|byte| *byte == 0).unwrap() + 5;
            let addresses = if question[end - 3] == 1 {
                let mut left = left.lock().unwrap();
                if left.len() > 1 { left.remove(0) } else { left[0].clone() }
            } else {
                Vec::new()
            };
            let mut answer = packet[..2].to_vec();
            answer.extend([0x81, 0x80, 0, 1, 0, u8::try_from(addresses.len()).unwrap(), 0, 0, 0, 0]);
            answer.extend(&question[..end]);
            for address in addresses {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                answer.extend(address.octets());
            }
            socket.send_to(&answer, from).unwrap();
        }
    });
    address
}

const OUT: Ipv4Addr = Ipv4Addr::new(11, 0, 0, 1);
const IN: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn reach(answers: Vec<Vec<Ipv4Addr>>) -> Reach {
    let resolver = Resolver::At(name_server(answers));
    Reach::new(Manners { resolver, answer: Duration::from_secs(2), ..Manners::default() })
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_asked() {
    let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = inside.local_addr().unwrap();
    let reach = reach(vec![vec![OUT], vec![IN]]);
    assert_eq!(reach.addresses("rebound.test").await.unwrap(), [OUT]);
    // What is asked is that address and no name: who looked again, or dialled what was not checked, is refused.
    assert_eq!(reach.addresses("rebound.test").await, Err(Unreachable::Private(IN.into())));
    assert_eq!(reach.connect(port).await.unwrap_err(), Unreachable::Private(IN.into()));
    assert!(tokio::time::timeout(Duration::from_millis(100), inside.accept()).await.is_err(), "nobody came in");
    assert_eq!(reach.connections(), 0);
}

#[tokio::test]
async fn one_private_address_among_public_ones_fails_the_name() {
    for inner in [IN, Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(10, 0, 0, 7)] {
        let refused = reach(vec![vec![OUT, inner]]).addresses("mixed.test").await;
        assert_eq!(refused, Err(Unreachable::Private(inner.into())));
    }
}

#[tokio::test]
async fn private_addresses_are_known_however_they_are_written() {
    let reach = Reach::new(Manners::default());
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "100.100.100.200",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fd00:ec2::254",
        "fe80::1",
    ] {
        let refused = reach.addresses(host).await.unwrap_err();
        // What the system takes for no address at all leads nowhere either.
        assert!(matches!(refused, Unreachable::Private(_) | Unreachable::NoAddress(_)), "{host}: {refused}");
    }
}
