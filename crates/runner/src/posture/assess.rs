//! One assessment: its parts, side by side where that is polite, within one time.

use super::contract::{self, Contract};
use super::{Manners, Reach, Unreachable, dns, feeds, http, ports, tls};
use jiff::Timestamp;
use palisade_limits::Stop;
use palisade_posture::{Facts, Found, Part, PartName, Policy, Posture, Target, reputation};
use rustls_pki_types::CertificateDer;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio::time::{Instant, timeout_at};

/// Addresses of one name that are tried.
const ADDRESSES: usize = 8;

/// What an assessment looks at, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What it may cost.
    pub manners: Manners,
    /// Certificates that are trusted beside the system's.
    pub roots: Vec<CertificateDer<'static>>,
    /// The contract, where one was given; else it is looked for where contracts are usually published.
    pub contract: Option<Contract>,
    /// Selectors of DKIM keys beside the common ones.
    pub dkim_selectors: Vec<String>,
    /// Whether risky ports are looked at.
    pub ports: bool,
    /// The data directory, whose feeds tell reputation and place.
    pub feeds: Option<PathBuf>,
    /// The parts that are looked at; every one where there are none.
    pub only: BTreeSet<PartName>,
    /// What is accepted.
    pub policy: Option<Policy>,
    /// Ends what does not end with the future: the audit of the contract, which has a thread of its own.
    pub stop: Stop,
}

/// How far an assessment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A part begins.
    Begun(PartName),
    /// A part has ended.
    Ended(PartName),
}

/// Assesses a third party. Dropping the future ends it and every connection.
///
/// # Errors
/// When its host has no address, one that may not be asked, or takes no connection. Whatever it does after that, there is
/// a result: parts that did not end in time are not assessed.
pub async fn assess(
    target: Target,
    options: &Options,
    now: Timestamp,
    progress: &(dyn Fn(Step) + Send + Sync),
) -> Result<Posture, Unreachable> {
    let run = Run { reach: Reach::new(options.manners.clone()), options, progress };
    let roots = tls::Roots::new(&options.roots);
    let trust = dns::Trust::new(roots.all());
    let (addresses, early) = match run.reach.addresses(&target.host).await {
        // An alias that leads nowhere has no address, and is worse than any other finding.
        Err(error @ Unreachable::NoAddress(_)) => match run.names(&target, &trust).await {
            Part::Assessed(facts) if facts.delegation.is_dangling() => (Vec::new(), Some(Part::Assessed(facts))),
            _ => return Err(error),
        },
        addresses => (addresses?, None),
    };
    let asked = if [PartName::Tls, PartName::Http, PartName::Ports].into_iter().any(|part| run.wants(part)) {
        run.answering(&target, &addresses).await?
    } else {
        addresses.clone()
    };
    let of_server = async {
        // A server that delays every hello may not use up the time of what comes after.
        let tls = run.part_of(PartName::Tls, 2, tls::probe(&run.reach, &target, &asked, &roots, now)).await;
        let mut http = run.part(PartName::Http, http::probe(&run.reach, &target, &asked, &trust.roots, now)).await;
        if let Part::Assessed(facts) = &mut http {
            look_up_versions(facts, options.feeds.as_deref());
        }
        let ports = match options.ports {
            true => run.part(PartName::Ports, ports::probe(&run.reach, &asked)).await,
            false => Part::NotAssessed("not asked for (--ports)".to_owned()),
        };
        (tls, http, ports)
    };
    let of_name = async {
        match early {
            Some(dns) => dns,
            None => run.names(&target, &trust).await,
        }
    };
    // Name servers are not the API's servers: nobody is asked more at a time.
    let of_feeds = run.part(PartName::Reputation, reputation(&target, &addresses, options.feeds.as_deref(), now));
    let ((tls, mut http, ports), dns, reputation) = tokio::join!(of_server, of_name, of_feeds);
    let (contract, of_contract) = run.contract(&target, &mut http).await;
    let facts = Facts { target, addresses, tls, http, dns, ports, reputation, contract };
    let mut posture = Posture::judge(facts, of_contract);
    posture.policy = options.policy.as_ref().map(|policy| policy.judge(&posture));
    Ok(posture)
}

/// Looks versions up in the lists that were imported.
fn look_up_versions(facts: &mut palisade_posture::http::Facts, data: Option<&Path>) {
    match data.map(|data| feeds::Folder::new(data).versions()) {
        Some(Ok(Some(list))) => facts.look_up(&list),
        Some(Err(error)) => facts.known = Part::NotAssessed(error.to_string()),
        // The facts say already that there is no list.
        Some(Ok(None)) | None => {}
    }
}

/// What the imported feeds say. Reading them is work for a thread that may wait.
async fn reputation(
    target: &Target,
    addresses: &[IpAddr],
    data: Option<&Path>,
    now: Timestamp,
) -> Part<reputation::Facts> {
    let Some(data) = data else {
        return Part::NotAssessed("there is no data directory, and so there are no feeds".to_owned());
    };
    let (folder, target, addresses) = (feeds::Folder::new(data), target.clone(), addresses.to_vec());
    let looked = tokio::task::spawn_blocking(move || folder.look_up(&target, &addresses, now.as_second())).await;
    looked.unwrap_or_else(|_| Part::NotAssessed("the feeds could not be read".to_owned()))
}

struct Run<'r> {
    reach: Reach,
    options: &'r Options,
    progress: &'r (dyn Fn(Step) + Send + Sync),
}

impl Run<'_> {
    fn wants(&self, part: PartName) -> bool {
        self.options.only.is_empty() || self.options.only.contains(&part)
    }

    /// Looks at one part, if it is wanted, for as long as there is time.
    async fn part<T>(&self, part: PartName, work: impl Future<Output = Part<T>>) -> Part<T> {
        self.part_of(part, 1, work).await
    }

    /// Like [`part`](Run::part), for at most one of so many shares of the whole time.
    async fn part_of<T>(&self, part: PartName, shares: u32, work: impl Future<Output = Part<T>>) -> Part<T> {
        if !self.wants(part) {
            return Part::NotAssessed("not asked for".to_owned());
        }
        (self.progress)(Step::Begun(part));
        let time = self.reach.manners().whole / shares;
        let found = timeout_at(self.reach.until().min(Instant::now() + time), work).await;
        (self.progress)(Step::Ended(part));
        found.unwrap_or_else(|_| {
            Part::NotAssessed(format!("not finished within the {} seconds that it may take", time.as_secs()))
        })
    }

    /// What the DNS says.
    async fn names(&self, target: &Target, trust: &dns::Trust) -> Part<palisade_posture::dns::Facts> {
        let probe = dns::probe(&self.reach, target, &self.options.dkim_selectors, trust);
        self.part(PartName::Dns, probe).await
    }

    /// The addresses, those first that take a connection at the target's port.
    async fn answering(&self, target: &Target, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, Unreachable> {
        let tried = addresses.iter().copied().take(ADDRESSES).map(|address| async move {
            let made = self.reach.connect(SocketAddr::new(address, target.port)).await;
            made.map(|_| address)
        });
        let (mut answering, mut failed) = (Vec::new(), None);
        for made in futures_util::future::join_all(tried).await {
            match made {
                Ok(address) => answering.push(address),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match (answering.is_empty(), failed) {
            (true, Some(error)) => Err(error),
            _ => Ok(answering),
        }
    }

    /// Audits the contract that was given, else the one that was found.
    async fn contract(
        &self,
        target: &Target,
        http: &mut Part<palisade_posture::http::Facts>,
    ) -> (Part<palisade_posture::contract::Facts>, Vec<Found>) {
        let contract = match (&self.options.contract, http) {
            (Some(given), _) => Ok(given.clone()),
            (None, Part::NotAssessed(_)) => Err(Part::NotAssessed(
                "no contract was given, and none was looked for: HTTP was not assessed".to_owned(),
            )),
            (None, Part::Assessed(http)) => match (http.contract.take(), &http.stopped) {
                (Some(found), _) => {
                    let source = format!("{}{}", target.origin(), found.path);
                    Ok(Contract { source, bytes: found.bytes, folder: None })
                }
                (None, Some(why)) => Err(Part::NotAssessed(format!(
                    "no contract was given, and not every place was asked for one: {why}"
                ))),
                (None, None) => Err(Part::Assessed(palisade_posture::contract::Facts::NonePublished)),
            },
        };
        let mut findings = Vec::new();
        let audited = self.part(PartName::Contract, async {
            match contract {
                Ok(contract) => {
                    let (facts, found) = contract::audit(contract, self.options.stop.clone()).await;
                    findings = found;
                    Part::Assessed(facts)
                }
                Err(part) => part,
            }
        });
        let facts = audited.await;
        (facts, findings)
    }
}
