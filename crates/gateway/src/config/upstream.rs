//! The keys of an API that say how its requests get to its upstreams.

use super::reader::Reader;
use palisade_document::{NodeRef, quote};
use palisade_guard::{
    Balance, Delivery, Health, MAX_UPSTREAMS, Millis, Passive, Probe, Retries, StatusRange, Times, UpstreamProtocol,
};

/// The keys read here.
pub(super) const KEYS: [&str; 7] =
    ["upstream", "upstream_protocol", "upstream_tls", "balance", "health", "retries", "timeouts"];

/// Longest time that may be asked for.
const LONGEST: Millis = Millis::seconds(24 * 3600);

impl<'a> Reader<'a> {
    /// The upstreams and how requests get to them.
    pub(super) fn delivery(&mut self, api: NodeRef<'a>) -> (Vec<String>, Delivery) {
        let (upstreams, weights) = self.upstreams(api);
        let balance = match self.text(api, "balance") {
            None => Balance::default(),
            Some((text, place)) => match text.as_str() {
                "round_robin" => Balance::RoundRobin,
                "least_requests" => Balance::LeastRequests,
                _ => {
                    let message = format!("{} is no balance: it is `round_robin` or `least_requests`", quote(&text));
                    self.error(place.span().start, message);
                    Balance::default()
                }
            },
        };
        let health = self.mapping(api, "health").map_or_else(Health::default, |node| self.health(node));
        let retries = self.mapping(api, "retries").map_or_else(Retries::default, |node| self.retries(node));
        let timeouts = self.mapping(api, "timeouts").map_or_else(Times::default, |node| self.times(node));
        let protocol = self.protocol(api);
        let identity = self.mapping(api, "upstream_tls").and_then(|node| {
            self.known(node, &["certificate", "key"]);
            if let Some(member) = api.member("upstream_tls")
                && upstreams.iter().any(|url| url.starts_with("http:"))
            {
                self.error(member.key_span.start, "`upstream_tls` is shown over TLS: it needs https upstreams");
            }
            self.identity(node)
        });
        (upstreams, Delivery { weights, balance, health, retries, timeouts, protocol, identity })
    }

    fn protocol(&mut self, api: NodeRef<'a>) -> UpstreamProtocol {
        let Some((text, place)) = self.text(api, "upstream_protocol") else { return UpstreamProtocol::default() };
        match text.as_str() {
            "http/1.1" => UpstreamProtocol::Http1,
            "h2" => UpstreamProtocol::Http2,
            "auto" => UpstreamProtocol::Auto,
            _ => {
                let message = format!("{} is no protocol: it is `http/1.1`, `h2` or `auto`", quote(&text));
                self.error(place.span().start, message);
                UpstreamProtocol::default()
            }
        }
    }

    fn upstreams(&mut self, api: NodeRef<'a>) -> (Vec<String>, Vec<u16>) {
        let Some(value) = api.get("upstream") else {
            self.error(api.span().start, "`upstream` is missing");
            return (Vec::new(), Vec::new());
        };
        let items: Vec<NodeRef<'_>> = if value.is_array() { value.items().collect() } else { vec![value] };
        if items.is_empty() {
            self.error(value.span().start, "`upstream` is empty");
        }
        if items.len() > MAX_UPSTREAMS {
            self.error(value.span().start, format!("`upstream` has more than {MAX_UPSTREAMS} items"));
        }
        let (mut upstreams, mut weights): (Vec<String>, Vec<u16>) = (Vec::new(), Vec::new());
        for item in items {
            let (url, place, weight) = if item.is_object() {
                self.known(item, &["url", "weight"]);
                let weight = self.whole(item, "weight", 1..=1000).and_then(|weight| u16::try_from(weight).ok());
                let Some((url, place)) = self.required(item, "url") else { continue };
                (url, place, weight.unwrap_or(1))
            } else if let Some(url) = item.as_str() {
                (url.to_owned(), item, 1)
            } else {
                self.wrong(item, "upstream", "a URL, a mapping with `url` and `weight`, or a list of these");
                continue;
            };
            match crate::upstream::parse_origin(&url) {
                Ok(_) => {
                    let bare = url.trim_end_matches('/');
                    if upstreams.iter().any(|other| other.trim_end_matches('/') == bare) {
                        let message = format!("upstream {} is listed twice: give it a `weight`", quote(&url));
                        self.error(place.span().start, message);
                    }
                    upstreams.push(url);
                    weights.push(weight);
                }
                Err(error) => self.error(place.span().start, error.to_string()),
            }
        }
        if weights.iter().all(|weight| *weight == 1) {
            weights.clear();
        }
        (upstreams, weights)
    }

    fn health(&mut self, node: NodeRef<'a>) -> Health {
        let of_probe = ["path", "host", "interval", "timeout", "healthy", "unhealthy", "statuses"];
        let rest = ["passive", "panic", "slow_start"];
        let keys: Vec<&str> = of_probe.into_iter().chain(rest).collect();
        self.known(node, &keys);
        let mut health = Health::default();
        if let Some((path, place)) = self.text(node, "path") {
            if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
                let message = format!("{} is not a path: it starts with `/` and holds no spaces", quote(&path));
                self.error(place.span().start, message);
            }
            let mut probe = Probe { path, ..Probe::default() };
            if let Some((host, place)) = self.text(node, "host") {
                if !crate::wire::head::host_is_valid(host.as_bytes()) {
                    self.error(place.span().start, format!("{} is not a host", quote(&host)));
                }
                probe.host = Some(host);
            }
            self.span(node, "interval", 10, &mut probe.interval);
            self.span(node, "timeout", 1, &mut probe.timeout);
            self.count(node, "healthy", 1..=100, &mut probe.healthy);
            self.count(node, "unhealthy", 1..=100, &mut probe.unhealthy);
            self.statuses(node, &mut probe.statuses);
            health.probe = Some(probe);
        } else if node.get("path").is_none() {
            for key in of_probe {
                if let Some(member) = node.member(key) {
                    let message = format!("`{key}` is about active checks, which need a `path`");
                    self.error(member.key_span.start, message);
                }
            }
        }
        if let Some(passive) = self.mapping(node, "passive") {
            health.passive = self.passive(passive);
        }
        if let Some(percent) = self.whole(node, "panic", 0..=100) {
            health.panic = u8::try_from(percent).unwrap_or(100);
        }
        self.span(node, "slow_start", 0, &mut health.slow_start);
        health
    }

    fn passive(&mut self, node: NodeRef<'a>) -> Passive {
        self.known(node, &["failures", "statuses", "eject", "max_eject"]);
        let mut passive = Passive::default();
        self.count(node, "failures", 0..=1000, &mut passive.failures);
        self.statuses(node, &mut passive.statuses);
        self.span(node, "eject", 1, &mut passive.eject);
        self.span(node, "max_eject", 1, &mut passive.max_eject);
        if passive.max_eject < passive.eject {
            if let Some(member) = node.member("max_eject") {
                self.error(member.value.span().start, "`max_eject` is shorter than `eject`");
            }
            passive.max_eject = passive.eject;
        }
        passive
    }

    fn retries(&mut self, node: NodeRef<'a>) -> Retries {
        self.known(node, &["attempts", "budget"]);
        let mut retries = Retries::default();
        let small = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        retries.attempts = self.whole(node, "attempts", 0..=10).map_or(retries.attempts, small);
        retries.budget = self.whole(node, "budget", 0..=100).map_or(retries.budget, small);
        retries
    }

    fn times(&mut self, node: NodeRef<'a>) -> Times {
        self.known(node, &["connect", "response_head", "idle", "total"]);
        let mut time = |key| {
            let mut span = Millis(0);
            self.span(node, key, 1, &mut span);
            node.get(key).map(|_| span)
        };
        Times {
            connect: time("connect"),
            response_head: time("response_head"),
            idle: time("idle"),
            total: time("total"),
        }
    }

    fn mapping(&mut self, node: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
        let value = node.get(key)?;
        if !value.is_object() {
            self.wrong(value, key, "a mapping");
            return None;
        }
        Some(value)
    }

    fn whole(&mut self, node: NodeRef<'a>, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let value = node.get(key)?;
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!("`{key}` is not a whole number from {} to {}", range.start(), range.end());
            self.error(value.span().start, message);
        }
        number
    }

    fn count(&mut self, node: NodeRef<'a>, key: &str, range: std::ops::RangeInclusive<u64>, into: &mut u16) {
        if let Some(number) = self.whole(node, key, range) {
            *into = u16::try_from(number).unwrap_or(u16::MAX);
        }
    }

    /// A time such as `250ms`, `10s`, `5m` or `1h`.
    fn span(&mut self, node: NodeRef<'a>, key: &str, least: u64, into: &mut Millis) {
        let Some(value) = node.get(key) else { return };
        match parse_span(value.scalar_text()).filter(|span| (Millis(least)..=LONGEST).contains(span)) {
            Some(span) => *into = span,
            None => {
                let message = format!("`{key}` is not a time such as `250ms`, `10s`, `5m` or `1h`, up to a day");
                self.error(value.span().start, message);
            }
        }
    }

    /// Statuses: `200`, `4xx`, `200-299`, one or a list of these.
    fn statuses(&mut self, node: NodeRef<'a>, into: &mut Vec<StatusRange>) {
        let Some(value) = node.get("statuses") else { return };
        let items: Vec<NodeRef<'_>> = if value.is_array() { value.items().collect() } else { vec![value] };
        if items.is_empty() {
            self.error(value.span().start, "`statuses` is empty");
        }
        let mut ranges = Vec::new();
        for item in items {
            match parse_statuses(item.scalar_text()) {
                Some(range) => ranges.push(range),
                None => self.error(item.span().start, "a status is not `200`, `4xx` or `200-299`"),
            }
        }
        *into = ranges;
    }
}

fn parse_span(text: &str) -> Option<Millis> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        // A bare nought needs no unit.
        "" if number == "0" => 1,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit).map(Millis)
}

fn parse_statuses(text: &str) -> Option<StatusRange> {
    let range = if let Some(class) = text.strip_suffix("xx") {
        let class: u16 = class.parse().ok()?;
        (class.checked_mul(100)?, class.checked_mul(100)?.checked_add(99)?)
    } else if let Some((from, to)) = text.split_once('-') {
        (from.parse().ok()?, to.parse().ok()?)
    } else {
        let status = text.parse().ok()?;
        (status, status)
    };
    (100 <= range.0 && range.0 <= range.1 && range.1 <= 599).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, ConfigError};

    fn load(api: &str) -> Result<(Vec<String>, Delivery), String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gateway.yaml");
        let text = format!("listeners: [{{address: 127.0.0.1:1}}]\napis:\n  - name: shop\n{api}");
        std::fs::write(&path, text).unwrap();
        let show = |error: &ConfigError| format!("{}:{} {}", error.line, error.column, error.message);
        match Config::load(&path) {
            Ok(mut config) => {
                let api = config.snapshot.apis.pop().unwrap();
                Ok((api.upstreams, api.delivery))
            }
            Err(errors) => Err(errors.iter().map(show).collect::<Vec<_>>().join("\n")),
        }
    }

    #[test]
    fn one_url_is_enough() {
        let (upstreams, delivery) = load("    upstream: http://a\n").unwrap();
        assert_eq!((upstreams, delivery), (vec!["http://a".to_owned()], Delivery::default()));
    }

    #[test]
    fn everything_can_be_said() {
        let (upstreams, delivery) = load(concat!(
            "    upstream:\n      - http://a\n      - {url: http://b, weight: 3}\n",
            "    balance: least_requests\n    upstream_protocol: auto\n",
            "    health:\n      path: /healthz?full=1\n      host: shop.test\n      interval: 5s\n      timeout: 500ms\n",
            "      healthy: 1\n      unhealthy: 4\n      statuses: [2xx, 301, 400-404]\n      panic: 30\n      slow_start: 0\n",
            "      passive: {failures: 3, statuses: 5xx, eject: 2s, max_eject: 1m}\n",
            "    retries: {attempts: 2, budget: 10}\n",
            "    timeouts: {connect: 1s, response_head: 2m, idle: 1h, total: 90s}\n",
        ))
        .unwrap();
        assert_eq!(upstreams, ["http://a", "http://b"]);
        let wanted = Delivery {
            weights: vec![1, 3],
            balance: Balance::LeastRequests,
            health: Health {
                probe: Some(Probe {
                    path: "/healthz?full=1".into(),
                    host: Some("shop.test".into()),
                    interval: Millis(5000),
                    timeout: Millis(500),
                    healthy: 1,
                    unhealthy: 4,
                    statuses: vec![(200, 299), (301, 301), (400, 404)],
                }),
                passive: Passive {
                    failures: 3,
                    statuses: vec![(500, 599)],
                    eject: Millis(2000),
                    max_eject: Millis(60_000),
                },
                panic: 30,
                slow_start: Millis(0),
            },
            retries: Retries { attempts: 2, budget: 10 },
            timeouts: Times {
                connect: Some(Millis(1000)),
                response_head: Some(Millis(120_000)),
                idle: Some(Millis(3_600_000)),
                total: Some(Millis(90_000)),
            },
            protocol: UpstreamProtocol::Auto,
            identity: None,
        };
        assert_eq!(delivery, wanted);
    }

    #[test]
    fn every_mistake_has_its_place() {
        let errors = load(concat!(
            "    upstream:\n      - http://a\n      - {url: http://a/, weight: 0}\n      - {weight: 1}\n      - 7\n",
            "    balance: random\n",
            "    health: {interval: 5s, panic: 101, passive: {failures: -1, eject: 1m, max_eject: 1s, statuses: [700, x]}}\n",
            "    retries: [1]\n",
            "    timeouts: {connect: 5, idle: 0s, total: 2d, head: 1s}\n",
        ))
        .unwrap_err();
        insta::assert_snapshot!(errors, @r#"
        6:15 upstream "http://a/" is listed twice: give it a `weight`
        6:34 `weight` is not a whole number from 1 to 1000
        7:9 `url` is missing
        8:9 `upstream` is a number, not a URL, a mapping with `url` and `weight`, or a list of these
        9:14 "random" is no balance: it is `round_robin` or `least_requests`
        10:14 `interval` is about active checks, which need a `path`
        10:35 `panic` is not a whole number from 0 to 100
        10:60 `failures` is not a whole number from 0 to 1000
        10:86 `max_eject` is shorter than `eject`
        10:101 a status is not `200`, `4xx` or `200-299`
        10:106 a status is not `200`, `4xx` or `200-299`
        11:14 `retries` is a list, not a mapping
        12:25 `connect` is not a time such as `250ms`, `10s`, `5m` or `1h`, up to a day
        12:34 `idle` is not a time such as `250ms`, `10s`, `5m` or `1h`, up to a day
        12:45 `total` is not a time such as `250ms`, `10s`, `5m` or `1h`, up to a day
        12:49 unknown key "head"; known here: connect, response_head, idle, total
        "#);
        let errors = load(concat!(
            "    upstream: http://a\n    upstream_protocol: http2\n",
            "    upstream_tls: {certificate: gone.pem, ca: x}\n",
        ))
        .unwrap_err();
        // The path of the file that is missing differs from run to run.
        let errors: Vec<&str> = errors.lines().filter(|line| !line.contains("gone.pem")).collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        5:24 "http2" is no protocol: it is `http/1.1`, `h2` or `auto`
        6:5 `upstream_tls` is shown over TLS: it needs https upstreams
        6:19 `key` is missing
        6:43 unknown key "ca"; known here: certificate, key
        "#);
        let errors = load("    upstream: http://a\n    health: {path: healthz, host: \"a b\"}\n").unwrap_err();
        insta::assert_snapshot!(errors, @r#"
        5:20 "healthz" is not a path: it starts with `/` and holds no spaces
        5:35 "a b" is not a host
        "#);
    }
}
