//! Which API a request belongs to.

use crate::balance::Balancer;
use crate::settings::Timeouts;
use palisade_guard::{Millis, Mode, NetworkSet, Policy};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Handles of an API's figures, made once.
pub(crate) struct ApiMeters {
    /// By class of the status: 1xx to 5xx; index 0 counts exchanges that ended without an answer.
    pub(crate) requests: [metrics::Counter; 6],
    pub(crate) alerts: metrics::Counter,
    pub(crate) blocked: metrics::Counter,
    pub(crate) upstream_errors: metrics::Counter,
    pub(crate) retries: metrics::Counter,
    pub(crate) microseconds: metrics::Counter,
}

impl ApiMeters {
    fn new(api: &str) -> ApiMeters {
        let requests = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"].map(
            |class| metrics::counter!("palisade_gateway_requests_total", "api" => api.to_owned(), "status" => class),
        );
        let counter = |name: &'static str| metrics::counter!(name, "api" => api.to_owned());
        ApiMeters {
            requests,
            alerts: counter("palisade_gateway_alerts_total"),
            blocked: counter("palisade_gateway_blocked_total"),
            upstream_errors: counter("palisade_gateway_upstream_errors_total"),
            retries: counter("palisade_gateway_retries_total"),
            microseconds: counter("palisade_gateway_request_microseconds_total"),
        }
    }
}

/// Times of an API: its own, or the gateway's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiTimes {
    pub(crate) connect: Duration,
    pub(crate) response_head: Duration,
    pub(crate) idle: Duration,
    pub(crate) total: Option<Duration>,
}

/// One API in force.
pub(crate) struct Api {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) mode: Mode,
    pub(crate) policy: Policy,
    pub(crate) balancer: Arc<Balancer>,
    pub(crate) times: ApiTimes,
    /// Some answer may be refused or changed.
    pub(crate) censors: bool,
    pub(crate) meters: ApiMeters,
}

impl Api {
    pub(crate) fn new(policy: Policy, balancer: Balancer, timeouts: &Timeouts) -> Api {
        let source = policy.api();
        let own = &source.delivery.timeouts;
        let or = |own: Option<Millis>, general: Duration| own.map_or(general, Millis::duration);
        Api {
            id: source.id.as_str().into(),
            name: source.name.as_str().into(),
            mode: source.mode,
            meters: ApiMeters::new(&source.name),
            times: ApiTimes {
                connect: or(own.connect, timeouts.connect),
                response_head: or(own.response_head, timeouts.response_head),
                idle: or(own.idle, timeouts.idle),
                total: own.total.map(Millis::duration),
            },
            censors: policy.may_change_answers(),
            policy,
            balancer: Arc::new(balancer),
        }
    }
}

struct Entry {
    base_path: String,
    api: Arc<Api>,
}

/// The routes of a snapshot.
#[derive(Default)]
pub(crate) struct Table {
    exact: BTreeMap<String, Vec<Entry>>,
    /// Suffixes (`.example.com`), longest first.
    suffixes: Vec<(String, Vec<Entry>)>,
    any: Vec<Entry>,
    pub(crate) apis: Vec<Arc<Api>>,
    /// Proxies whose word on the client's address is taken.
    pub(crate) trusted: NetworkSet,
}

impl Table {
    pub(crate) fn new(apis: Vec<Arc<Api>>) -> Table {
        let mut table = Table::default();
        let mut suffixes: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for api in &apis {
            let source = api.policy.api();
            let base = source.base_path.trim_end_matches('/');
            let entry = || Entry { base_path: base.to_owned(), api: Arc::clone(api) };
            if source.hosts.is_empty() {
                table.any.push(entry());
            }
            for host in &source.hosts {
                let host = host.to_ascii_lowercase();
                if host == "*" {
                    table.any.push(entry());
                } else if let Some(suffix) = host.strip_prefix('*') {
                    suffixes.entry(suffix.to_owned()).or_default().push(entry());
                } else {
                    table.exact.entry(host).or_default().push(entry());
                }
            }
        }
        table.suffixes = suffixes.into_iter().collect();
        table.suffixes.sort_by_key(|(suffix, _)| std::cmp::Reverse(suffix.len()));
        // The longest base path first; of two equal ones the first in the snapshot.
        let lists = table.exact.values_mut().chain(table.suffixes.iter_mut().map(|(_, list)| list));
        for list in lists.chain([&mut table.any]) {
            list.sort_by_key(|entry| std::cmp::Reverse(entry.base_path.len()));
        }
        table.apis = apis;
        table
    }

    /// The same table behind these proxies.
    pub(crate) fn trusting(self, trusted: NetworkSet) -> Table {
        Table { trusted, ..self }
    }

    /// The API that answers under this host (lower case, without port) and path (as sent).
    pub(crate) fn find(&self, host: &str, path: &str) -> Option<&Arc<Api>> {
        let path = normal_path(path);
        let under = |list: &'_ [Entry]| -> Option<usize> {
            list.iter().position(|entry| {
                path.strip_prefix(entry.base_path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                    || entry.base_path.is_empty()
            })
        };
        let exact = self.exact.get(host).map(Vec::as_slice);
        let suffixed =
            self.suffixes.iter().filter(|(suffix, _)| host.ends_with(suffix.as_str())).map(|(_, list)| list.as_slice());
        exact
            .into_iter()
            .chain(suffixed)
            .chain([self.any.as_slice()])
            .find_map(|list| under(list).and_then(|at| list.get(at)))
            .map(|entry| &entry.api)
    }
}

/// The path as the upstream will most likely read it: decoded, without empty and dot segments, so that no spelling
/// of a path leads round the API that guards it. Used to choose the API only; what goes on is what came.
fn normal_path(path: &str) -> std::borrow::Cow<'_, str> {
    if !path.contains('%') && !path.contains("//") && !path.contains("/.") && !path.contains('\\') {
        return path.into();
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        if byte == b'%'
            && let (Some(high), Some(low)) = (hex(ahead.next()), hex(ahead.next()))
        {
            decoded.push((high * 16 + low) as u8);
            bytes = ahead;
        } else {
            decoded.push(if byte == b'\\' { b'/' } else { byte });
        }
    }
    let decoded = String::from_utf8_lossy(&decoded);
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let mut normal = String::with_capacity(path.len());
    for segment in segments {
        normal.push('/');
        normal.push_str(segment);
    }
    if normal.is_empty() {
        normal.push('/');
    }
    normal.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_guard::{ApiPolicy, Delivery};

    fn api(name: &str, hosts: &[&str], base_path: &str) -> Arc<Api> {
        let source = ApiPolicy {
            id: name.into(),
            name: name.into(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            base_path: base_path.into(),
            upstreams: vec![],
            upstream_ca: None,
            delivery: Delivery::default(),
            mode: Mode::Observe,
            contract: None,
            observe_operations: vec![],
            exceptions: vec![],
            protection: palisade_guard::Protection::default(),
        };
        let balancer = Balancer::new(name.into(), vec![], &source.delivery, None, std::time::Instant::now());
        Arc::new(Api::new(Policy::compile(&source).0, balancer, &Timeouts::default()))
    }

    #[test]
    fn the_closest_host_and_the_longest_path_win() {
        let table = Table::new(vec![
            api("any", &[], "/"),
            api("admin", &["*"], "/admin"),
            api("wild", &["*.shop.test"], "/"),
            api("wilder", &["*.eu.shop.test"], "/"),
            api("exact", &["API.shop.test"], "/v1/"),
        ]);
        let find = |host: &str, path: &str| table.find(host, path).map(|api| api.name.to_string()).unwrap_or_default();
        assert_eq!(find("x.test", "/"), "any");
        assert_eq!(find("x.test", "/admin"), "admin");
        assert_eq!(find("x.test", "/administrator"), "any");
        assert_eq!(find("x.test", "/admin/users"), "admin");
        assert_eq!(find("a.shop.test", "/admin"), "wild");
        assert_eq!(find("a.eu.shop.test", "/"), "wilder");
        assert_eq!(find("api.shop.test", "/v1/x"), "exact");
        assert_eq!(find("api.shop.test", "/v2"), "wild");
    }

    #[test]
    fn no_spelling_leads_round_an_api() {
        let table = Table::new(vec![api("any", &[], "/"), api("admin", &[], "/admin")]);
        for path in ["/%61dmin", "//admin/x", "/./admin", "/x/../admin", "/x/%2e%2e/admin", "/x/..%2fadmin", "/\\admin"]
        {
            assert_eq!(table.find("h", path).unwrap().name.as_ref(), "admin", "{path}");
        }
    }
}
