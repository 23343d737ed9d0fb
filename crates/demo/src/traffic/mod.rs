//! Honest and hostile clients of the shop.

mod client;
mod dice;
mod honest;
mod hostile;

use crate::shop::data;
use client::{Ask, Client, Target};
use dice::Dice;
use serde_json::{Value, json};
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Clients that use the shop through a gateway.
#[derive(Debug)]
pub struct Traffic;

/// What was sent until the traffic stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrafficReport {
    /// Requests that got an answer.
    pub answered: u64,
    /// Requests that got none: no connection, or no answer in time.
    pub failed: u64,
}

/// Why no traffic could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrafficError {
    /// The URL is not `http://HOST:PORT`.
    Url(String),
}

impl fmt::Display for TrafficError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(out, "the traffic needs a URL such as http://127.0.0.1:8601, not {url:?}"),
        }
    }
}

impl std::error::Error for TrafficError {}

/// Who is in the shop, and each one's share of the requests, in hundredths.
const CAST: &[(Part, f64)] = &[
    (Part::Customer(0), 10.0),
    (Part::Customer(1), 10.0),
    (Part::Customer(2), 10.0),
    (Part::Customer(3), 10.0),
    (Part::Customer(4), 10.0),
    (Part::Customer(5), 10.0),
    (Part::Visitor, 10.0),
    (Part::OldApp, 4.0),
    (Part::Monitor, 2.0),
    (Part::Staff, 6.0),
    (Part::Newsletter, 3.0),
    (Part::Export, 3.0),
    (Part::Scanner, 4.0),
    (Part::Injector, 3.0),
    (Part::Mangler, 3.0),
    (Part::Thief, 2.0),
];

#[derive(Debug, Clone, Copy)]
enum Part {
    /// Buys; the number says which customer.
    Customer(usize),
    /// Looks and leaves.
    Visitor,
    /// An old version of the app that still asks for the v1 catalogue.
    OldApp,
    /// Asks whether the service is up.
    Monitor,
    /// Looks after customers and prices.
    Staff,
    /// The job that fetches the addresses of the newsletter.
    Newsletter,
    /// The job that fetches the export nobody documented.
    Export,
    /// Asks for files and consoles that are not there.
    Scanner,
    /// Puts SQL, script and paths where words belong.
    Injector,
    /// Sends bodies and methods that break the contract.
    Mangler,
    /// Counts through other people's orders, makes itself staff, guesses passwords.
    Thief,
}

impl Traffic {
    /// Sends about `rate` requests a second to `gateway_url` (`http://HOST:PORT`) until `shutdown` is
    /// cancelled. What each client does follows from `seed`. A gateway that is away is tried again.
    /// Where the gateway is on 127.0.0.1 every client has an address of its own in 127.0.0.0/8.
    ///
    /// # Errors
    /// [`TrafficError::Url`] when the URL is not a plain `http` one.
    pub async fn run(
        gateway_url: &str,
        seed: u64,
        rate: f64,
        shutdown: CancellationToken,
    ) -> Result<TrafficReport, TrafficError> {
        let target = Target::parse(gateway_url)?;
        let counts = Arc::new(Counts::default());
        let clients = TaskTracker::new();
        for (number, (part, share)) in (1_u8..).zip(CAST) {
            let seconds = 100.0 / (share * rate.clamp(0.01, 1_000.0));
            let mut actor = Actor {
                client: Client::new(target.clone(), Ipv4Addr::new(127, 0, 0, 10 + number), part.agent()),
                dice: Dice::new(seed, u64::from(number)),
                gap: Duration::from_secs_f64(seconds),
                token: None,
                counts: Arc::clone(&counts),
            };
            let (part, shutdown) = (*part, shutdown.clone());
            clients.spawn(async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = actor.play(part) => {}
                }
            });
        }
        clients.close();
        clients.wait().await;
        Ok(TrafficReport {
            answered: counts.answered.load(Ordering::Relaxed),
            failed: counts.failed.load(Ordering::Relaxed),
        })
    }
}

#[derive(Debug, Default)]
struct Counts {
    answered: AtomicU64,
    failed: AtomicU64,
}

impl Part {
    fn agent(self) -> &'static str {
        match self {
            Self::Customer(_) | Self::Visitor => "Mozilla/5.0 (demo customer)",
            Self::OldApp => "HarbourApp/1.4 (demo)",
            Self::Monitor => "uptime-check/2 (demo)",
            Self::Staff => "Mozilla/5.0 (demo staff)",
            Self::Newsletter => "newsletter-job/1 (demo)",
            Self::Export => "warehouse-sync/3 (demo)",
            Self::Scanner => "dirscan/0.9 (demo)",
            Self::Injector | Self::Mangler => "curl/8 (demo)",
            Self::Thief => "python-client/2 (demo)",
        }
    }
}

/// One client: its connection, its chance, its pace and its session.
struct Actor {
    client: Client,
    dice: Dice,
    gap: Duration,
    token: Option<String>,
    counts: Arc<Counts>,
}

impl Actor {
    async fn play(&mut self, part: Part) {
        loop {
            match part {
                Part::Customer(number) => self.customer(number).await,
                Part::Visitor => self.visitor().await,
                Part::OldApp => self.old_app().await,
                Part::Monitor => self.monitor().await,
                Part::Staff => self.staff().await,
                Part::Newsletter => self.newsletter().await,
                Part::Export => self.export().await,
                Part::Scanner => self.scanner().await,
                Part::Injector => self.injector().await,
                Part::Mangler => self.mangler().await,
                Part::Thief => self.thief().await,
            }
        }
    }

    /// Waits for its turn, then sends. No answer is status 0, and a second's pause.
    async fn send(&mut self, ask: Ask<'_>) -> (u16, Value) {
        sleep(self.gap.mul_f64(self.dice.stretch())).await;
        match self.client.send(ask).await {
            Some(answer) => {
                self.counts.answered.fetch_add(1, Ordering::Relaxed);
                answer
            }
            None => {
                self.counts.failed.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_secs(1)).await;
                (0, Value::Null)
            }
        }
    }

    /// Without a session.
    async fn open(&mut self, method: &str, path: &str) -> (u16, Value) {
        self.send(Ask { method, path, token: None, body: None }).await
    }

    /// With the session, when there is one.
    async fn own(&mut self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let token = self.token.clone();
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        let answer = self.send(Ask { method, path, token: token.as_deref(), body }).await;
        if answer.0 == 401 {
            self.token = None;
        }
        answer
    }

    async fn log_in(&mut self, email: &str) -> bool {
        let body = json!({"email": email, "password": data::password(email)});
        let body = Some(("application/json", body.to_string().into_bytes()));
        let (_, answer) = self.send(Ask { method: "POST", path: "/v2/login", token: None, body }).await;
        self.token = answer["token"].as_str().map(str::to_owned);
        self.token.is_some()
    }
}

#[cfg(test)]
mod tests;
