//! Looks which risky ports of an address are open: one TCP connection each, spaced, and nothing is sent.

use super::reach::{Dialled, Reach};
use futures_util::StreamExt;
use palisade_posture::Part;
use palisade_posture::ports::{Facts, Open, SERVICES, Service, banner};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Connections that are on their way at the same time.
const TOGETHER: usize = 4;
/// Time that a server has to say something by itself.
const GREETING: Duration = Duration::from_millis(1500);
/// Time for a connection; a port that keeps silent for longer is behind a firewall.
const CONNECT: Duration = Duration::from_secs(2);
/// Bytes of a greeting.
const BANNER: usize = 512;

/// What came of one port.
enum Found {
    Open(Option<String>),
    Closed,
    Silent,
    NotAsked,
}

/// Looks at the ports of the first of these addresses.
pub async fn probe(reach: &Reach, addresses: &[IpAddr]) -> Part<Facts> {
    let Some(address) = addresses.first().copied() else {
        return Part::NotAssessed("the host has no address".to_owned());
    };
    let pause = reach.manners().pause;
    let begun = Instant::now();
    let asked = SERVICES.iter().copied().zip(0u32..).map(|(service, nth)| async move {
        // A pause from one to the next, however many are on their way.
        let turn = begun + pause * nth;
        if timeout_at(reach.until(), tokio::time::sleep_until(turn)).await.is_err() {
            return (service, Found::NotAsked);
        }
        (service, one(reach, SocketAddr::new(address, service.port)).await)
    });
    let found: Vec<(Service, Found)> = futures_util::stream::iter(asked).buffered(TOGETHER).collect().await;
    let mut facts = Facts { address, open: Vec::new(), closed: Vec::new(), silent: Vec::new(), not_asked: Vec::new() };
    for (service, found) in found {
        match found {
            Found::Open(banner) => {
                facts.open.push(Open { port: service.port, service: service.name.to_owned(), banner });
            }
            Found::Closed => facts.closed.push(service.port),
            Found::Silent => facts.silent.push(service.port),
            Found::NotAsked => facts.not_asked.push(service.port),
        }
    }
    if facts.not_asked.len() == SERVICES.len() {
        return Part::NotAssessed("no connection was left for it".to_owned());
    }
    Part::Assessed(facts)
}

async fn one(reach: &Reach, address: SocketAddr) -> Found {
    match reach.dial(address, CONNECT.min(reach.manners().connect)).await {
        Ok(Dialled::Made(stream)) => Found::Open(greeting(stream, reach.until().min(Instant::now() + GREETING)).await),
        Ok(Dialled::Refused) => Found::Closed,
        Ok(Dialled::Silent) => Found::Silent,
        Err(_) => Found::NotAsked,
    }
}

/// What a server says first, without being spoken to.
async fn greeting(mut stream: TcpStream, end: Instant) -> Option<String> {
    let mut bytes = vec![0; BANNER];
    let length = timeout_at(end, stream.read(&mut bytes)).await.ok()?.ok()?;
    banner(bytes.get(..length)?)
}
