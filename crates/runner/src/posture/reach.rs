//! Connections to a third party, within manners: to public addresses unless allowed otherwise, few, spaced, in time.

use super::dns::{Client, system_servers};
use crate::address::is_private;
use palisade_posture::dns::{Data, Kind, Question};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

/// Who turns names into addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolver {
    /// The system's.
    System,
    /// The server at this address, over UDP and TCP.
    At(SocketAddr),
}

/// What a run may cost the other side, and us.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Whether this machine and private networks may be asked: off where strangers name the URL.
    pub allow_private: bool,
    /// Who resolves names.
    pub resolver: Resolver,
    /// Time for a connection to be made.
    pub connect: Duration,
    /// Time for one answer.
    pub answer: Duration,
    /// Time between two requests of HTTP.
    pub pause: Duration,
    /// Connections of a whole run.
    pub connections: u32,
    /// Time for a whole run.
    pub whole: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Manners {
            allow_private: false,
            resolver: Resolver::System,
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(5),
            pause: Duration::from_millis(100),
            connections: 300,
            whole: Duration::from_secs(90),
        }
    }
}

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address.
    #[error("the name {0} has no address")]
    NoAddress(String),
    /// The name or address leads into this machine or a private network.
    #[error("{0} is an address of this machine or of a private network: not asked without --allow-private")]
    Private(IpAddr),
    /// No connection was made in time.
    #[error("no connection to {0}")]
    NoConnection(SocketAddr),
    /// The time of the whole run is over.
    #[error("the time for the whole assessment is over")]
    TimeOver,
    /// The connections of the whole run are used up.
    #[error("more connections than an assessment makes")]
    TooMany,
}

/// Ways to one third party, shared by the parts of a run.
#[derive(Debug)]
pub struct Reach {
    manners: Manners,
    until: Instant,
    made: AtomicU32,
    names: Client,
}

impl Reach {
    /// Begins a run; its time counts from now.
    pub fn new(manners: Manners) -> Reach {
        let until = Instant::now() + manners.whole;
        let servers = match manners.resolver {
            Resolver::System => system_servers(),
            Resolver::At(server) => vec![server],
        };
        let names = Client::new(servers, manners.answer, until);
        Reach { manners, until, made: AtomicU32::new(0), names }
    }

    /// What the run may cost.
    pub fn manners(&self) -> &Manners {
        &self.manners
    }

    /// When the run ends, whatever it is doing.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Connections made so far.
    pub fn connections(&self) -> u32 {
        self.made.load(Ordering::Relaxed)
    }

    /// Asks for records of names.
    pub(super) fn names(&self) -> &Client {
        &self.names
    }

    /// The addresses of a name that may be asked; one that is private fails the whole, so that no name leads elsewhere.
    ///
    /// # Errors
    /// [`Unreachable`] when there is none, or one that may not be asked.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Unreachable> {
        let mut found: Vec<IpAddr> = match (host.parse::<IpAddr>(), &self.manners.resolver) {
            (Ok(address), _) => vec![address],
            // This machine's own name is never asked for, RFC 6761 section 6.3.
            (Err(_), Resolver::At(_)) if host == "localhost" || host.ends_with(".localhost") => {
                vec![Ipv4Addr::LOCALHOST.into()]
            }
            (Err(_), Resolver::At(_)) => self.looked_up(host).await,
            // The system's own way, which knows of files of hosts too.
            (Err(_), Resolver::System) => {
                let looked = timeout(self.manners.answer, tokio::net::lookup_host((host, 0))).await;
                looked.ok().and_then(Result::ok).into_iter().flatten().map(|address| address.ip()).collect()
            }
        };
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return Err(Unreachable::NoAddress(host.to_owned()));
        }
        match found.iter().find(|address| !self.manners.allow_private && is_private(**address)) {
            Some(private) => Err(Unreachable::Private(*private)),
            None => Ok(found),
        }
    }

    async fn looked_up(&self, host: &str) -> Vec<IpAddr> {
        let question = |kind| Question { name: host.to_owned(), kind };
        let (four, six) = (question(Kind::A), question(Kind::Aaaa));
        let (four, six) = tokio::join!(self.names.reply(&four), self.names.reply(&six));
        let address = |data: &Data| match data {
            Data::Address(address) => Some(*address),
            _ => None,
        };
        four.data().iter().chain(six.data()).filter_map(address).collect()
    }

    /// A connection to an address that [`Reach::addresses`] gave.
    ///
    /// # Errors
    /// [`Unreachable`] when none was made in time, or the run's time or connections are used up.
    pub async fn connect(&self, address: SocketAddr) -> Result<TcpStream, Unreachable> {
        match self.dial(address, self.manners.connect).await? {
            Dialled::Made(stream) => Ok(stream),
            Dialled::Refused | Dialled::Silent => Err(Unreachable::NoConnection(address)),
        }
    }

    /// The same with a time of its own, for whom the reason matters why there is no connection.
    pub(super) async fn dial(&self, address: SocketAddr, time: Duration) -> Result<Dialled, Unreachable> {
        if !self.manners.allow_private && is_private(address.ip()) {
            return Err(Unreachable::Private(address.ip()));
        }
        if self.made.fetch_add(1, Ordering::Relaxed) >= self.manners.connections {
            return Err(Unreachable::TooMany);
        }
        let end = self.until.min(Instant::now() + time);
        match timeout_at(end, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => Ok(Dialled::Made(stream)),
            _ if Instant::now() >= self.until => Err(Unreachable::TimeOver),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => Ok(Dialled::Refused),
            _ => Ok(Dialled::Silent),
        }
    }
}

/// What came of asking for a connection.
#[derive(Debug)]
pub(super) enum Dialled {
    /// It was made.
    Made(TcpStream),
    /// The address says that nobody listens.
    Refused,
    /// No answer in time, or one that leads nowhere.
    Silent,
}
