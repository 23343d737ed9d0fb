//! Cookies of the whole way, judged together: the worst counts.

use super::outcome::*;
use super::{Case, Outcome, worse};
use crate::http::cookie::{Cookie, SameSite};

/// From good to bad.
const ORDER: [Outcome; 7] = [
    COOKIES_INSECURE_HSTS,
    COOKIES_INSECURE,
    COOKIES_SESSION_INSECURE_HSTS,
    COOKIES_SAMESITE_INVALID,
    COOKIES_CSRF,
    COOKIES_SESSION_SCRIPT,
    COOKIES_SESSION_INSECURE,
];

/// A cookie of a load balancer that its owner cannot change.
const LEFT_OUT: &str = "heroku-session-affinity";

pub(super) fn judge(case: &Case<'_>, hsts: Outcome) -> Outcome {
    let hsts = hsts == HSTS_LONG;
    let mut result = None;
    if case.answer.fields.all("set-cookie").any(same_site_unknown) {
        result = worse(result, COOKIES_SAMESITE_INVALID, &ORDER);
    }
    let cookies = jar(case);
    if cookies.is_empty() {
        return COOKIES_NONE;
    }
    for cookie in &cookies {
        let (session, secure) = (cookie.is_session(), cookie.secure);
        let met = [
            (!secure && cookie.same_site == Some(SameSite::None), COOKIES_SAMESITE_INVALID),
            (!secure, if hsts { COOKIES_INSECURE_HSTS } else { COOKIES_INSECURE }),
            (cookie.is_anti_forgery() && cookie.same_site.is_none(), COOKIES_CSRF),
            (session && !secure, if hsts { COOKIES_SESSION_INSECURE_HSTS } else { COOKIES_SESSION_INSECURE }),
            (session && !cookie.http_only, COOKIES_SESSION_SCRIPT),
        ];
        for (_, outcome) in met.into_iter().filter(|(holds, _)| *holds) {
            result = worse(result, outcome, &ORDER);
        }
    }
    let all_say = cookies.iter().all(|cookie| cookie.same_site.is_some());
    result.unwrap_or(if all_say { COOKIES_BEST } else { COOKIES_GOOD })
}

/// What a client keeps: of cookies with one name, domain and path the last one.
fn jar(case: &Case<'_>) -> Vec<Cookie> {
    let mut jar: Vec<(String, Cookie)> = Vec::new();
    for hop in &case.trail.hops {
        for field in hop.answer.fields.all("set-cookie") {
            let Some(cookie) = Cookie::parse(field, &hop.address.host).filter(|cookie| cookie.name != LEFT_OUT) else {
                continue;
            };
            // A path that is not given is the whole host's for pages at its root.
            let whole =
                cookie.secure && cookie.domain.is_none() && cookie.path.as_deref().is_none_or(|path| path == "/");
            if !(cookie.accepted || (cookie.name.starts_with("__Host-") && whole)) {
                continue;
            }
            let domain = cookie.domain.clone().unwrap_or_else(|| hop.address.host.clone());
            let key = format!("{domain}\n{}\n{}", cookie.path.as_deref().unwrap_or("/"), cookie.name);
            match jar.iter_mut().find(|(have, _)| *have == key) {
                Some((_, have)) => *have = cookie,
                None => jar.push((key, cookie)),
            }
        }
    }
    jar.into_iter().map(|(_, cookie)| cookie).collect()
}

fn same_site_unknown(field: &str) -> bool {
    field.split(';').any(|part| {
        let mut words = part.trim().split('=');
        let named = words.next().is_some_and(|name| name.trim().eq_ignore_ascii_case("samesite"));
        let word = words.next().map(|word| word.trim().to_lowercase());
        named && !matches!(word.as_deref(), Some("lax" | "strict" | "none"))
    })
}
