//! Scripts that a page loads: from whom, over what, and whether a digest of them is given.

use super::outcome::*;
use super::{Case, Outcome, worse};
use crate::http::address::registrable;

/// From good to bad.
const ORDER: [Outcome; 6] =
    [SRI_OWN, SRI_FOREIGN, SRI_INSECURE, SRI_FOREIGN_WITHOUT, SRI_INSECURE_WITHOUT, SRI_NOT_HTML];

/// Where a script comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The page's own origin.
    Own,
    /// The same registrable domain; whether over TLS.
    Site(bool),
    /// Another site, whether over TLS.
    Foreign(bool),
    /// Whatever the page came by: `//host/path`.
    AsPage,
}

/// Where a script with this address comes from, on a page of a host.
pub(crate) fn origin(src: &str, host: &str) -> Origin {
    let (tls, rest) = match (src.strip_prefix("https://"), src.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ if src.starts_with("//") && !src.starts_with("///") && src.len() > 2 => return Origin::AsPage,
        _ => return Origin::Own,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = authority.rsplit('@').next().unwrap_or_default();
    let name = name.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if registrable(&name) == registrable(host) { Origin::Site(tls) } else { Origin::Foreign(tls) }
}

pub(super) fn judge(case: &Case<'_>) -> Outcome {
    let Some(page) = &case.page else { return SRI_NOT_HTML };
    if page.script_count == 0 {
        return SRI_NO_SCRIPTS;
    }
    let (mut result, mut foreign) = (None, false);
    for script in &page.scripts {
        let origin = origin(&script.src, case.seen.host);
        let (other, secure) = match origin {
            Origin::Own => (false, case.trail.first_is_tls()),
            Origin::Site(tls) => (false, tls),
            Origin::Foreign(tls) => (true, tls),
            Origin::AsPage => (true, false),
        };
        foreign |= other;
        let outcome = match (other, script.integrity, secure) {
            (true, true, true) => continue,
            (true, true, false) => SRI_INSECURE,
            (true, false, true) => SRI_FOREIGN_WITHOUT,
            (true, false, false) => SRI_INSECURE_WITHOUT,
            (false, true, true) if result.is_none() => SRI_OWN,
            (false, ..) => continue,
        };
        result = worse(result, outcome, &ORDER);
    }
    result.unwrap_or(if foreign { SRI_FOREIGN } else { SRI_OWN_WITHOUT })
}
