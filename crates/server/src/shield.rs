//! What every answer and every request goes through: names we answer to, and headers.

use crate::app::App;
use crate::problem::ApiError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

const CSP: &str = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; \
                   frame-ancestors 'none'; img-src 'self' data:";

/// An answer of the API is no page: what a browser shows of it does nothing.
const API_CSP: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// What the console needs of a browser's devices: nothing.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
                           fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
                           payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), \
                           serial=(), usb=(), xr-spatial-tracking=()";

/// The names a request may call us by. A page of another site that makes its name resolve to our address
/// (DNS rebinding) still sends its own name.
#[derive(Debug, Clone)]
pub struct Names {
    names: Vec<String>,
    any_address: bool,
}

impl Names {
    /// Loopback names, the address listened on, and what the user adds. When listening on every interface any IP
    /// address is good too: rebinding needs a name.
    pub fn new(listen: SocketAddr, added: &[String]) -> Self {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        names.push(match listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        names.extend(added.iter().map(|name| host_name(name).to_ascii_lowercase()));
        Self { names, any_address: listen.ip().is_unspecified() }
    }

    /// True when `host` (a Host header) is one of ours, whatever its port.
    pub fn know(&self, host: &str) -> bool {
        let name = host_name(host).to_ascii_lowercase();
        let is_address = || name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok();
        self.names.contains(&name) || (self.any_address && is_address())
    }
}

fn host_name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => host.get(..end + 2).unwrap_or(host),
        None => host.split(':').next().unwrap_or(host),
    }
}

/// Refuses names that are not ours; puts the safety headers on every answer.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let known = match (hosts.next().map(HeaderValue::to_str), hosts.next()) {
        (Some(Ok(host)), None) => app.names.know(host),
        _ => false,
    };
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = if known {
        next.run(request).await
    } else {
        let detail = "This name is not one the console answers to. Start palisade serve with --allowed-host NAME \
                      to add it.";
        let answer = ApiError::new(StatusCode::MISDIRECTED_REQUEST, detail).into_response();
        if is_api { answer } else { (StatusCode::MISDIRECTED_REQUEST, detail).into_response() }
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, if is_api { API_CSP } else { CSP });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if app.secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if is_api && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_known() {
        let names = Names::new("127.0.0.1:8600".parse().unwrap(), &["Console.Example".to_owned()]);
        for host in ["localhost", "localhost:8600", "127.0.0.1:1", "[::1]:8600", "console.example:443"] {
            assert!(names.know(host), "{host}");
        }
        for host in ["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "", "10.0.0.1", "localhost.evil"] {
            assert!(!names.know(host), "{host}");
        }
    }

    #[test]
    fn on_every_interface_addresses_are_known_but_names_are_not() {
        let names = Names::new("0.0.0.0:8600".parse().unwrap(), &[]);
        assert!(names.know("10.0.0.1:8600") && names.know("[fe80::1]:8600"));
        assert!(!names.know("rebound.example:8600"));
    }
}
