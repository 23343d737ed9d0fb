//! What is asked, in which order, and what is made of the answers.
//!
//! First the way from `https://`, then the way from `http://`, each with its redirects; then a fixed list of single
//! requests. Nothing is sent that changes anything: GET, OPTIONS and TRACE only.

use super::address::{Address, Refused};
use super::answer::{Answer, Cut, Failure};
use super::cookie::{Cookie, head};
use super::exposed::{self, Kind, Open, PLACES};
use super::leak::{self, shown};
use super::observatory::{self, Seen, script_origin};
use super::versions::{self, Software};
use super::{Challenge, Facts, FoundContract, Leak, Page, Reached, SecurityTxt, Sharing, html, security_txt};
use crate::posture::Part;
use crate::target::Target;
use jiff::Timestamp;
use std::collections::{BTreeSet, VecDeque};

/// The most requests that are ever made to one API: two first ones, [`REDIRECTS`], and the list.
pub const REQUESTS: usize = 2 + REDIRECTS + STEPS;
/// The most redirects that are followed, both ways together.
pub const REDIRECTS: usize = 6;
/// Requests of the list.
const STEPS: usize = 7 + PLACES.len() + 1;
/// What the requests say about who asks.
pub const USER_AGENT: &str = concat!("palisade/", env!("CARGO_PKG_VERSION"), " (+security assessment; reads only)");
/// Bytes of a page that are read.
const PAGE: usize = 1 << 20;
/// Bytes of any other body that are read.
const BODY: usize = 256 << 10;
/// Bytes of a contract that are read.
const CONTRACT: usize = 4 << 20;
/// Requests in a row without a whole answer after which nothing more is asked.
const SILENT: u32 = 3;
/// An origin that no one has: its top-level domain is reserved (RFC 2606).
const FOREIGN: &str = "https://unrelated-site.invalid";
/// A path that no one has.
const MISSING: &str = "/palisade-asks-for-what-is-not-there";
/// Entries of each list in the facts.
const LISTED: usize = 32;

/// A request to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `OPTIONS` or `TRACE`.
    pub method: &'static str,
    /// Where.
    pub address: Address,
    /// Fields beside those of every request.
    pub fields: Vec<(&'static str, String)>,
    /// Bytes of the body that are read.
    pub body: usize,
}

/// One answer on a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// What was asked.
    pub address: Address,
    /// What came.
    pub answer: Answer,
}

/// Why a way ends although its last answer leads on, or without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It leads to where it was before.
    Loop,
    /// More redirects than are followed.
    TooMany,
    /// It leads to where it is not followed.
    Refused(Refused),
    /// A request was not answered.
    Failed(Failure),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stop::Loop => "its redirects lead in a circle",
            Stop::TooMany => "it has more redirects than are followed",
            Stop::Refused(Refused::Invalid) => "it redirects to what is no address",
            Stop::Refused(Refused::Scheme) => "it redirects to a scheme that is not HTTP",
            Stop::Refused(Refused::Site) => "it redirects to another site, which is not asked",
            Stop::Refused(Refused::Port) => "it redirects to a port of other services, which is not asked",
            Stop::Failed(failure) => return failure.fmt(f),
        })
    }
}

/// A way: the first answer and where its redirects lead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail {
    /// The answers, the first one first.
    pub hops: Vec<Hop>,
    /// Where the last answer leads, if that was not followed.
    pub onward: Option<Address>,
    /// Why the way ends early.
    pub stop: Option<Stop>,
}

impl Trail {
    /// The answer that it ends with; none where a request on it was not answered.
    pub fn answer(&self) -> Option<&Answer> {
        match self.stop {
            Some(Stop::Failed(_)) => None,
            _ => self.hops.last().map(|hop| &hop.answer),
        }
    }

    /// Whether it began over TLS.
    pub fn first_is_tls(&self) -> bool {
        self.hops.first().is_some_and(|hop| hop.address.tls)
    }

    /// Whether every certificate on it is trusted.
    pub fn verified(&self) -> bool {
        self.hops.iter().all(|hop| !hop.address.tls || hop.answer.verified)
    }

    fn reached(&self) -> Reached {
        Reached {
            answered: !self.hops.is_empty(),
            other_tls: self.stop == Some(Stop::Failed(Failure::OtherTls)),
            route: self.hops.iter().map(|hop| (shown(&hop.address.to_string(), 300), hop.answer.status)).collect(),
            onward: self.onward.as_ref().map(|address| shown(&address.to_string(), 300)),
            stop: self.stop.as_ref().map(ToString::to_string),
            verified: !self.hops.is_empty() && self.verified(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Way { tls: bool },
    Preflight,
    Foreign,
    Null,
    Trace,
    Missing,
    Malformed,
    SecurityTxt,
    Place(String, Kind),
}

/// The requests to one API, one after the other.
#[derive(Debug)]
pub struct Plan {
    target: Target,
    now: Timestamp,
    /// Which way is gone: over TLS, plainly, and then none.
    way: Option<bool>,
    /// Where the way goes on.
    going: Option<Address>,
    tls: Trail,
    plain: Trail,
    steps: VecDeque<Step>,
    waiting: Option<(Step, Address)>,
    requests: usize,
    redirects: usize,
    silent: u32,
    stopped: Option<String>,
    preflight: Option<Answer>,
    gathered: Gathered,
}

/// What single answers show.
#[derive(Debug, Default)]
struct Gathered {
    cors: Vec<Sharing>,
    allowed: Vec<String>,
    trace: Option<String>,
    software: BTreeSet<Software>,
    leaks: Vec<Leak>,
    security_txt: Option<SecurityTxt>,
    open: Vec<Open>,
    rate_limit: BTreeSet<String>,
    challenges: BTreeSet<Challenge>,
    session_urls: BTreeSet<String>,
    contract: Option<FoundContract>,
}

/// The port of the other scheme: 80 and 443 stand for each other, any other port is asked both ways.
fn port(target: &Target, tls: bool) -> u16 {
    match target.port {
        80 | 443 => {
            if tls {
                443
            } else {
                80
            }
        }
        port => port,
    }
}

impl Plan {
    /// A plan for an API; `now` is held against dates in answers.
    pub fn new(target: &Target, now: Timestamp) -> Plan {
        Plan {
            going: Some(Address::at(target, true, port(target, true), &target.path)),
            way: Some(true),
            target: target.clone(),
            now,
            tls: Trail::default(),
            plain: Trail::default(),
            steps: VecDeque::new(),
            waiting: None,
            requests: 0,
            redirects: 0,
            silent: 0,
            stopped: None,
            preflight: None,
            gathered: Gathered::default(),
        }
    }

    /// The next request; none: the plan is at its end.
    pub fn next_request(&mut self) -> Option<Request> {
        while let Some(tls) = self.way {
            let Some(address) = self.going.take() else {
                self.next_way(tls);
                continue;
            };
            // What the first way has asked already is not asked again.
            let have = self.tls.hops.iter().find(|hop| !tls && hop.address == address);
            if let Some(answer) = have.map(|hop| hop.answer.clone()) {
                self.arrived(address, answer);
                continue;
            }
            return self.ask(Step::Way { tls }, address, "GET", Vec::new(), PAGE);
        }
        if self.stopped.is_some() {
            return None;
        }
        let step = self.steps.pop_front()?;
        let page = self.page().map(|hop| hop.address.clone())?;
        let root = Address::at(&self.target, page.tls, port(&self.target, page.tls), "/");
        let origin = |origin: &str| vec![("origin", origin.to_owned())];
        let (method, address, fields, body) = match &step {
            Step::Way { .. } => return None,
            Step::Preflight => {
                let mut fields = origin(FOREIGN);
                fields.push(("access-control-request-method", "GET".to_owned()));
                ("OPTIONS", page, fields, BODY)
            }
            Step::Foreign => ("GET", page, origin(FOREIGN), BODY),
            Step::Null => ("GET", page, origin("null"), BODY),
            Step::Trace => ("TRACE", root, vec![("x-palisade-trace", "echo".to_owned())], BODY),
            Step::Missing => ("GET", root.with_path(MISSING), Vec::new(), BODY),
            Step::Malformed => ("GET", root.with_path("/%zz?q=%zz"), Vec::new(), BODY),
            Step::SecurityTxt => ("GET", root.with_path("/.well-known/security.txt"), Vec::new(), BODY),
            Step::Place(path, Kind::Contract) => ("GET", root.with_path(path), Vec::new(), CONTRACT),
            Step::Place(path, _) => ("GET", root.with_path(path), Vec::new(), BODY),
        };
        self.ask(step, address, method, fields, body)
    }

    fn ask(
        &mut self,
        step: Step,
        address: Address,
        method: &'static str,
        fields: Vec<(&'static str, String)>,
        body: usize,
    ) -> Option<Request> {
        self.requests += 1;
        self.waiting = Some((step, address.clone()));
        Some(Request { method, address, fields, body })
    }

    /// Ends one way and begins the next one, or the list.
    fn next_way(&mut self, tls: bool) {
        if tls {
            self.way = Some(false);
            self.going = Some(Address::at(&self.target, false, port(&self.target, false), &self.target.path));
            return;
        }
        self.way = None;
        // A port that speaks TLS refuses what comes plainly: that is no answer over plain HTTP.
        let refused = |hop: &Hop| {
            hop.answer.status == 400 && self.tls.hops.iter().any(|tls| tls.address.port == hop.address.port)
        };
        if self.plain.hops.first().is_some_and(refused) {
            self.plain = Trail { stop: Some(Stop::Failed(Failure::NotHttp)), ..Trail::default() };
        }
        use Step::{Foreign, Malformed, Missing, Null, Preflight, SecurityTxt, Trace};
        self.steps.extend([Preflight, Foreign, Null, Trace, Missing, Malformed, SecurityTxt]);
        let prefix = self.target.path.trim_end_matches('/');
        if !prefix.is_empty() {
            self.steps.push_back(Step::Place(format!("{prefix}/openapi.json"), Kind::Contract));
        }
        self.steps.extend(PLACES.iter().map(|(path, kind)| Step::Place((*path).to_owned(), *kind)));
    }

    /// The hop that is judged: the end of the way over TLS, or of the plain one.
    fn page(&self) -> Option<&Hop> {
        self.tls.hops.last().or(self.plain.hops.last())
    }

    /// Takes what came back for the last request.
    pub fn take(&mut self, came: Result<Answer, Failure>) {
        let Some((step, address)) = self.waiting.take() else { return };
        let whole = came.as_ref().is_ok_and(|answer| answer.cut != Some(Cut::Slow));
        self.silent = if whole { 0 } else { self.silent + 1 };
        if self.silent >= SILENT {
            self.stopped = Some(format!("{SILENT} requests in a row had no whole answer"));
        }
        if came == Err(Failure::Over) {
            self.stopped = Some(Failure::Over.to_string());
        }
        match (step, came) {
            (Step::Way { .. }, Ok(answer)) => {
                self.gathered.any(&address, &answer, answer.status >= 400);
                self.arrived(address, answer);
            }
            (Step::Way { tls }, Err(failure)) => self.trail(tls).stop = Some(Stop::Failed(failure)),
            (step, Ok(answer)) => {
                // Pages that are there may tell of stack traces; what answers an error is one.
                let error = answer.status >= 400 || matches!(step, Step::Missing | Step::Malformed);
                self.gathered.any(&address, &answer, error);
                self.single(step, &address, answer);
            }
            (_, Err(_)) => {}
        }
        if self.stopped.is_some() && self.way == Some(false) {
            self.going = None;
        }
    }

    fn trail(&mut self, tls: bool) -> &mut Trail {
        if tls { &mut self.tls } else { &mut self.plain }
    }

    /// Adds an answer to the way and finds out where it goes on.
    fn arrived(&mut self, address: Address, answer: Answer) {
        let Some(tls) = self.way else { return };
        let onward = answer.location().map(|location| address.join(location));
        self.trail(tls).hops.push(Hop { address, answer });
        let stop = match onward {
            None => return,
            Some(Err(refused)) => Stop::Refused(refused),
            Some(Ok(next)) => {
                let circle = self.trail(tls).hops.iter().any(|hop| hop.address == next);
                let known = !tls && self.tls.hops.iter().any(|hop| hop.address == next);
                let stop = match next.within(&self.target) {
                    Err(refused) => Stop::Refused(refused),
                    Ok(()) if circle => Stop::Loop,
                    Ok(()) if !known && self.redirects >= REDIRECTS => Stop::TooMany,
                    Ok(()) => {
                        self.redirects += usize::from(!known);
                        self.going = Some(next);
                        return;
                    }
                };
                self.trail(tls).onward = Some(next);
                stop
            }
        };
        self.trail(tls).stop = Some(stop);
    }

    fn single(&mut self, step: Step, address: &Address, answer: Answer) {
        let gathered = &mut self.gathered;
        match step {
            Step::Way { .. } | Step::Missing | Step::Malformed => {}
            Step::Preflight => {
                gathered.sharing("OPTIONS", FOREIGN, &answer);
                let allow = answer.fields.joined("allow").unwrap_or_default();
                let methods = allow.split(',').map(|method| head(method.trim(), 20).to_ascii_uppercase());
                gathered.allowed = methods.filter(|method| !method.is_empty()).take(LISTED).collect();
                self.preflight = Some(answer);
            }
            Step::Foreign => gathered.sharing("GET", FOREIGN, &answer),
            Step::Null => gathered.sharing("GET", "null", &answer),
            Step::Trace => {
                let text = answer.text();
                let echo = text.lines().find(|line| line.to_ascii_lowercase().starts_with("x-palisade-trace:"));
                if answer.status == 200 && text.starts_with("TRACE ") {
                    gathered.trace = echo.map(|line| format!("TRACE is answered with: {}", shown(line, 80)));
                }
            }
            Step::SecurityTxt => {
                let not_found = SecurityTxt { found: false, expires: None, problems: Vec::new() };
                let text = answer.text();
                let looks = !answer.is_html()
                    && text.lines().any(|line| line.trim_start().to_ascii_lowercase().starts_with("contact:"));
                gathered.security_txt = Some(if answer.status == 200 && looks {
                    security_txt::read(&text, answer.media(), address.tls, self.now)
                } else {
                    not_found
                });
            }
            Step::Place(path, kind) => {
                let Some(excerpt) = exposed::shows(kind, &answer) else { return };
                let shown_path = path.split('?').next().unwrap_or_default().to_owned();
                if kind == Kind::Contract && gathered.contract.is_none() && answer.cut.is_none() {
                    gathered.contract = Some(FoundContract { path: shown_path.clone(), bytes: answer.body });
                }
                gathered.open.push(Open { kind, path: shown_path, excerpt });
            }
        }
    }

    /// What was learned, or why nothing was.
    pub fn finish(self) -> Part<Facts> {
        let Some(hop) = self.page().cloned() else {
            let why = |trail: &Trail| trail.stop.as_ref().map_or_else(String::new, ToString::to_string);
            let (tls, plain) = (why(&self.tls), why(&self.plain));
            return Part::NotAssessed(format!("no answer over HTTP: over TLS, {tls}; over plain HTTP, {plain}"));
        };
        let answered = |trail: &Trail| trail.answer().is_some();
        let observatory = observatory::grade_of(Seen {
            host: &self.target.host,
            http: Some(&self.plain).filter(|trail| answered(trail)),
            https: Some(&self.tls).filter(|trail| answered(trail)),
            cors: self.preflight.as_ref(),
        });
        let trail = if self.tls.hops.is_empty() { &self.plain } else { &self.tls };
        let mut cookies: Vec<Cookie> = Vec::new();
        for hop in &trail.hops {
            for field in hop.answer.fields.all("set-cookie") {
                if let Some(cookie) = Cookie::parse(field, &hop.address.host).filter(|cookie| !cookies.contains(cookie))
                {
                    cookies.push(cookie);
                }
            }
        }
        cookies.truncate(LISTED);
        let scripts = if hop.answer.is_html() { foreign_scripts(&hop, &self.target.host) } else { Vec::new() };
        let gathered = self.gathered;
        Part::Assessed(Facts {
            requests: self.requests,
            stopped: self.stopped,
            https: self.tls.reached(),
            http: self.plain.reached(),
            page: page(&hop),
            observatory,
            cookies,
            cors: gathered.cors,
            allowed: gathered.allowed,
            trace: gathered.trace,
            software: gathered.software.into_iter().collect(),
            known: Part::NotAssessed("no list of vulnerable versions was imported".to_owned()),
            leaks: gathered.leaks,
            security_txt: gathered.security_txt,
            open: gathered.open,
            rate_limit: gathered.rate_limit.into_iter().collect(),
            challenges: gathered.challenges.into_iter().collect(),
            session_urls: gathered.session_urls.into_iter().collect(),
            scripts,
            contract: gathered.contract,
        })
    }
}

impl Gathered {
    /// What any answer may show.
    fn any(&mut self, address: &Address, answer: &Answer, error: bool) {
        for (name, value) in answer.fields.iter() {
            match name {
                "server" | "x-powered-by" | "x-aspnet-version" | "x-aspnetmvc-version" | "x-generator" => {
                    self.software.extend(versions::software(name, value));
                }
                "www-authenticate" => {
                    let scheme = value.split([' ', ',']).next().unwrap_or_default();
                    if !scheme.is_empty() {
                        let scheme = head(scheme, 32).to_ascii_lowercase();
                        self.challenges.insert(Challenge { scheme, tls: address.tls });
                    }
                }
                "location" | "content-location" | "link" | "refresh" => self.session_in(value),
                _ if announces_limit(name) => {
                    self.rate_limit.insert(head(name, 64).to_owned());
                }
                _ => {}
            }
        }
        // A server cannot make these grow: the first of each set stay.
        while self.software.len() > LISTED {
            self.software.pop_last();
        }
        while self.challenges.len() > LISTED {
            self.challenges.pop_last();
        }
        while self.rate_limit.len() > LISTED {
            self.rate_limit.pop_last();
        }
        let text = answer.text();
        if error
            && self.leaks.len() < LISTED
            && let Some(leak) = leak::find(&text, &shown(&address.path, 120))
            && !self.leaks.iter().any(|have| have.kind == leak.kind)
        {
            self.leaks.push(leak);
        }
        if answer.is_html() {
            for link in text.split("href=\"").skip(1).take(200) {
                self.session_in(link.split('"').next().unwrap_or_default());
            }
        }
        if text.contains("<h3>Apache Tomcat/") && self.software.len() < LISTED {
            let name = text.split("<h3>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
            let (_, version) = name.split_once('/').unwrap_or_default();
            self.software.insert(Software {
                field: "body".to_owned(),
                product: "tomcat".to_owned(),
                version: Some(head(version, 64).to_owned()),
                shown: shown(name, 80),
            });
        }
    }

    fn session_in(&mut self, url: &str) {
        const NAMES: [&str; 7] = ["jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sid", "cfid"];
        let lower = url.to_ascii_lowercase();
        for part in lower.split([';', '?', '&']).skip(1) {
            let Some((name, value)) = part.split_once('=') else { continue };
            let id = value.split(['>', '#', ',']).next().unwrap_or_default();
            if NAMES.contains(&name) && id.len() >= 8 && self.session_urls.len() < LISTED {
                let path = lower.split([';', '?']).next().unwrap_or_default();
                self.session_urls.insert(format!("{} with {name}=[redacted]", shown(path, 120)));
            }
        }
    }

    fn sharing(&mut self, method: &str, origin: &str, answer: &Answer) {
        if let Some(allowed) = answer.fields.joined("access-control-allow-origin") {
            let credentials = answer.fields.joined("access-control-allow-credentials");
            self.cors.push(Sharing {
                method: method.to_owned(),
                origin: origin.to_owned(),
                allowed: shown(&allowed, 200),
                credentials: credentials.is_some_and(|value| value.trim().eq_ignore_ascii_case("true")),
            });
        }
    }
}

/// Whether a field announces a rate limit.
fn announces_limit(name: &str) -> bool {
    ["retry-after", "ratelimit", "ratelimit-policy"].contains(&name)
        || ["ratelimit-", "x-ratelimit-", "x-rate-limit-"].iter().any(|start| name.starts_with(start))
}

/// Scripts of other sites without a digest, and those that come over plain HTTP.
fn foreign_scripts(hop: &Hop, host: &str) -> Vec<String> {
    let scripts = html::read(&hop.answer.text()).scripts;
    let doubtful = scripts.into_iter().filter(|script| match script_origin(&script.src, host) {
        observatory::Origin::Foreign(true) => !script.integrity,
        observatory::Origin::Foreign(false) | observatory::Origin::Site(false) => true,
        observatory::Origin::AsPage => !script.integrity,
        observatory::Origin::Own | observatory::Origin::Site(true) => false,
    });
    doubtful.map(|script| shown(&script.src, 200)).take(LISTED).collect()
}

/// Fields whose values are kept: none of them holds what is private.
const KEPT: [&str; 22] = [
    "access-control-allow-origin",
    "age",
    "allow",
    "cache-control",
    "clear-site-data",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "expires",
    "permissions-policy",
    "pragma",
    "referrer-policy",
    "server",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
    "x-xss-protection",
];

fn page(hop: &Hop) -> Page {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in hop.answer.fields.iter() {
        let name = head(name, 64);
        if names.len() < 2 * LISTED && !names.iter().any(|have| have == name) {
            names.push(name.to_owned());
        }
    }
    let kept = KEPT.iter().filter_map(|name| {
        let value = hop.answer.fields.joined(name)?;
        let clean: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Some(((*name).to_owned(), head(&clean, 2048).to_owned()))
    });
    Page {
        url: shown(&hop.address.to_string(), 300),
        status: hop.answer.status,
        html: hop.answer.is_html(),
        fields: kept.collect(),
        names,
        cut: hop.answer.cut,
    }
}
