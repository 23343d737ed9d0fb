//! Traffic of unknown origin against a contract: which hosts and base paths are the contract's is found out here.

use crate::account::{Account, Counts};
use crate::report;
use crate::sighting::Reference;
use crate::terms::{Base, Terms};
use palisade_discover::{Discovery, Hosts, Inventory, Overrides, Settings};
use palisade_exchange::{Body, Exchange, Redactor};
use palisade_finding::Finding;
use std::collections::BTreeMap;

/// Hosts that are told apart; exchanges of more are counted.
const HOSTS: usize = 64;
/// Exchanges of a host that wait until its base path is chosen.
const WAITING: usize = 64;
/// Bytes of bodies that wait, for each host.
const WAITING_BYTES: usize = 2 << 20;
/// Segments of a path that may be its base.
const BASE_SEGMENTS: usize = 3;
/// Places outside of the contract of which an exchange is remembered, for each host.
const EXAMPLES: usize = 4096;

/// Holds recorded exchanges against a contract.
pub struct Drift {
    terms: Terms,
    settings: Settings,
    hosts: BTreeMap<String, Host>,
    /// Exchanges of hosts beyond those that are told apart.
    crowd: u64,
}

/// One host of the traffic.
#[derive(Default)]
struct Host {
    exchanges: u64,
    waiting: Vec<(Exchange, Reference)>,
    bytes: usize,
    /// Set once it is chosen.
    base: Option<Base>,
    account: Account,
    /// What is not in the contract.
    unknown: Option<Discovery>,
    examples: BTreeMap<(String, String), Reference>,
}

/// What came of the traffic.
#[derive(Debug)]
pub struct Outcome {
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// Sums over the exchanges that were compared.
    pub counts: Counts,
    /// Hosts whose exchanges were compared.
    pub hosts: Vec<String>,
    /// Hosts whose exchanges were left out, with their number; the busiest first.
    pub others: Vec<(String, u64)>,
    /// True when no exchange belongs to an operation of the contract.
    pub nothing_matched: bool,
}

impl Drift {
    /// Nothing seen so far. `redactor` is the one that the exchanges came through.
    pub fn new(terms: Terms, redactor: &Redactor) -> Self {
        Drift { terms, settings: Settings::new(redactor, Hosts::One), hosts: BTreeMap::new(), crowd: 0 }
    }

    /// The contract.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Shows one exchange.
    pub fn observe(&mut self, exchange: Exchange, reference: Reference) {
        if !self.hosts.contains_key(&exchange.host) && self.hosts.len() >= HOSTS {
            self.crowd += 1;
            return;
        }
        let host = self.hosts.entry(exchange.host.clone()).or_default();
        host.exchanges += 1;
        match host.base.is_some() {
            true => host.take(&self.terms, &self.settings, &exchange, &reference),
            false => {
                host.bytes += weight(&exchange);
                host.waiting.push((exchange, reference));
                if host.waiting.len() >= WAITING || host.bytes >= WAITING_BYTES {
                    host.settle(&self.terms, &self.settings);
                }
            }
        }
    }

    /// What it comes to.
    pub fn finish(mut self) -> Outcome {
        for host in self.hosts.values_mut() {
            host.settle(&self.terms, &self.settings);
        }
        let chosen = self.chosen();
        let (mut kept, mut others) = (Vec::new(), Vec::new());
        let mut account = Account::default();
        let mut unknown: Option<Discovery> = None;
        let mut examples: BTreeMap<(String, String), Reference> = BTreeMap::new();
        for (name, host) in self.hosts {
            if !chosen.contains(&name) {
                others.push((name, host.exchanges));
                continue;
            }
            kept.push(name);
            account.merge(host.account);
            match (&mut unknown, host.unknown) {
                // One key and one scope: they always merge.
                (Some(all), Some(more)) => drop(all.merge(more)),
                (all, more) => *all = all.take().or(more),
            }
            for (place, reference) in host.examples {
                let known = examples.entry(place).or_insert_with(|| reference.clone());
                if reference < *known {
                    *known = reference;
                }
            }
        }
        if self.crowd > 0 {
            others.push((format!("beyond the first {HOSTS} hosts"), self.crowd));
        }
        others.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
        let inventory = unknown.map(|unknown| unknown.induce(&Overrides::default()));
        let mut findings = report::of_account(&self.terms, &account);
        if let Some(inventory) = &inventory {
            report::shadows(inventory, &first_examples(inventory, &examples), &mut findings);
        }
        report::sort(&mut findings);
        Outcome {
            findings,
            counts: account.counts,
            hosts: kept,
            others,
            nothing_matched: account.counts.judged + account.counts.unanswered == 0,
        }
    }

    /// The hosts that are the contract's: those its servers name, when one of them was seen; else those on which its
    /// operations are called; else all of them.
    fn chosen(&self) -> Vec<String> {
        let all = || self.hosts.iter();
        let named: Vec<String> =
            all().map(|(name, _)| name).filter(|name| self.terms.hosts.contains(*name)).cloned().collect();
        if !named.is_empty() {
            return named;
        }
        let matched = |host: &Host| host.account.counts.judged + host.account.counts.unanswered;
        let most = all().map(|(_, host)| matched(host)).max().unwrap_or(0);
        let belongs = |host: &Host| {
            let matched = matched(host);
            // A template such as `/{page}` meets a path of any site now and then.
            most == 0 || matched > 0 && (matched == most || matched * 10 >= host.exchanges)
        };
        all().filter(|(_, host)| belongs(host)).map(|(name, _)| name.clone()).collect()
    }
}

/// For each operation that is in no contract the earliest exchange that is remembered.
fn first_examples(
    inventory: &Inventory,
    examples: &BTreeMap<(String, String), Reference>,
) -> BTreeMap<String, Reference> {
    let mut first: BTreeMap<String, Reference> = BTreeMap::new();
    for ((method, path), reference) in examples {
        let Some(key) = inventory.operation_of(method, path) else { continue };
        let known = first.entry(key.to_owned()).or_insert_with(|| reference.clone());
        if reference < known {
            *known = reference.clone();
        }
    }
    first
}

impl Host {
    /// Chooses the base path and takes what waits.
    fn settle(&mut self, terms: &Terms, settings: &Settings) {
        if self.base.is_none() {
            self.base = Some(self.choose(terms));
        }
        self.bytes = 0;
        for (exchange, reference) in std::mem::take(&mut self.waiting) {
            self.take(terms, settings, &exchange, &reference);
        }
    }

    /// The base path under which most of what waits belongs to an operation: where the servers say, unless another one
    /// fits far better.
    fn choose(&self, terms: &Terms) -> Base {
        let fits = |base: &Base| {
            let found = |exchange: &Exchange| terms.find(base, &exchange.method, &exchange.path).is_some();
            self.waiting.iter().filter(|(exchange, _)| found(exchange)).count()
        };
        let by_servers = fits(&Base::Servers);
        let mut prefixes: Vec<String> = vec![String::new()];
        for (exchange, _) in &self.waiting {
            let ends = exchange.path.match_indices('/').map(|(at, _)| at).skip(1).take(BASE_SEGMENTS);
            prefixes.extend(ends.filter_map(|end| exchange.path.get(..end)).map(str::to_owned));
        }
        prefixes.sort_by(|one, two| one.len().cmp(&two.len()).then_with(|| one.cmp(two)));
        prefixes.dedup();
        let mut best = (by_servers, Base::Servers);
        for prefix in prefixes {
            let base = Base::Prefix(prefix);
            let count = fits(&base);
            let far_better = count > 4 * by_servers && 4 * count >= self.waiting.len();
            if far_better && count > best.0 {
                best = (count, base);
            }
        }
        best.1
    }

    fn take(&mut self, terms: &Terms, settings: &Settings, exchange: &Exchange, reference: &Reference) {
        let base = self.base.clone().unwrap_or_default();
        if self.account.observe_on(terms, &base, exchange, reference) {
            return;
        }
        let unknown = self.unknown.get_or_insert_with(|| Discovery::new(settings.clone()));
        unknown.absorb(exchange);
        let place = (exchange.method.clone(), exchange.path.clone());
        let room = self.examples.len() < EXAMPLES;
        match self.examples.get_mut(&place) {
            Some(known) if reference < &*known => *known = reference.clone(),
            Some(_) => {}
            None if room && exchange.path.len() <= 1024 => drop(self.examples.insert(place, reference.clone())),
            None => {}
        }
    }
}

fn weight(exchange: &Exchange) -> usize {
    let body = |body: &Body| match body {
        Body::Bytes { bytes, .. } => bytes.len(),
        Body::Shape(shape) => usize::try_from(shape.length).unwrap_or(usize::MAX).min(1 << 20),
        Body::Empty | Body::Unknown { .. } => 0,
    };
    1024 + body(&exchange.request.body) + exchange.response.as_ref().map_or(0, |response| body(&response.message.body))
}
