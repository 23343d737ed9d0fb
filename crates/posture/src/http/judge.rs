//! What the facts show.

use super::cookie::SameSite;
use super::exposed::Kind;
use super::rules::{self as r};
use super::{Cookie, Cut, Facts};
use crate::posture::Part;
use crate::rule::{Rule, Sighting};
use crate::target::Target;
use palisade_finding::Severity;

/// What the facts show.
pub fn judge(target: &Target, facts: &Facts) -> Vec<Sighting> {
    let mut found = Judge { place: target.origin(), facts, sightings: Vec::new() };
    found.transport();
    found.headers();
    found.cookies();
    found.sharing();
    found.caching();
    found.software();
    found.methods();
    found.open();
    found.authentication();
    found.rest();
    found.sightings
}

struct Judge<'a> {
    place: String,
    facts: &'a Facts,
    sightings: Vec<Sighting>,
}

impl Judge<'_> {
    fn met(
        &mut self,
        rule: &'static Rule,
        key: &str,
        message: impl Into<String>,
        evidence: impl Into<String>,
    ) -> &mut Sighting {
        let sighting = Sighting::new(rule, self.place.clone(), key, message).shown_by(evidence);
        let at = self.sightings.len();
        self.sightings.push(sighting);
        &mut self.sightings[at]
    }

    /// What stands in place of a field that is missing.
    fn without(&self, field: &str) -> String {
        let page = &self.facts.page;
        format!("GET {}: {}, no {field} among: {}", page.url, page.status, page.names.join(", "))
    }

    /// A field as it came.
    fn field(&self, name: &str) -> String {
        format!("{name}: {}", self.facts.page.field(name).unwrap_or_default())
    }

    fn result(&self, test: &str) -> &str {
        self.facts.observatory.result(test).unwrap_or_default()
    }

    fn transport(&mut self) {
        let (https, http) = (&self.facts.https, &self.facts.http);
        let way = |route: &[(String, u16)], onward: &Option<String>| {
            let mut text: Vec<String> = route.iter().map(|(url, status)| format!("{url}: {status}")).collect();
            text.extend(onward.clone());
            text.join(" -> ")
        };
        if https.other_tls {
            // Which versions and suites it has is told by the part that looks at TLS.
        } else if !https.answered {
            let why = https.stop.clone().unwrap_or_default();
            self.met(&r::NO_HTTPS, "https", format!("nothing answers over TLS: {why}"), way(&http.route, &http.onward));
        } else {
            self.transport_security();
        }
        let plain_way = way(&http.route, &http.onward);
        match self.result("redirection") {
            "redirection-missing" if https.answered => {
                let status = http.route.first().map_or(0, |(_, status)| *status);
                // An API that refuses plain HTTP is as safe as one that redirects.
                if !matches!(status, 400 | 403 | 404 | 410 | 421 | 426) {
                    self.met(&r::NO_REDIRECT, "http", format!("plain HTTP is answered with {status}"), plain_way);
                }
            }
            "redirection-not-to-https" if https.answered => {
                self.met(&r::NO_REDIRECT, "http", "plain HTTP redirects, but not to TLS", plain_way);
            }
            "redirection-not-to-https-on-initial-redirection" => {
                self.met(&r::ODD_REDIRECT, "late", "the redirect to TLS goes by way of plain HTTP", plain_way);
            }
            "redirection-off-host-from-http" => {
                let message = "plain HTTP redirects to another host before TLS on its own";
                self.met(&r::ODD_REDIRECT, "host", message, plain_way).severity = Some(Severity::Info);
            }
            _ => {}
        }
        for (name, reached) in [("https", https), ("http", http)] {
            let evidence = way(&reached.route, &reached.onward);
            let down = name == "https" && reached.route.iter().skip(1).any(|(url, _)| url.starts_with("http:"));
            let down = down || (name == "https" && reached.onward.as_ref().is_some_and(|url| url.starts_with("http:")));
            if down {
                let message = "an answer over TLS redirects to plain HTTP";
                self.met(&r::ODD_REDIRECT, "down", message, evidence.clone()).severity = Some(Severity::Medium);
            }
            if let Some(stop) = reached.stop.as_ref().filter(|_| reached.answered) {
                self.met(
                    &r::ODD_REDIRECT,
                    &format!("{name} ends"),
                    format!("the way from {name}:// ends early: {stop}"),
                    evidence,
                );
            }
        }
    }

    fn transport_security(&mut self) {
        let evidence = self.field("strict-transport-security");
        match self.result("strict-transport-security") {
            "hsts-not-implemented" => {
                let evidence = self.without("Strict-Transport-Security");
                self.met(&r::NO_HSTS, "hsts", "there is no Strict-Transport-Security", evidence);
            }
            // Whose certificate is not trusted has no HSTS by the Observatory; whether it is sent is another question.
            "hsts-invalid-cert" if self.facts.page.field("strict-transport-security").is_none() => {
                let evidence = self.without("Strict-Transport-Security");
                self.met(&r::NO_HSTS, "hsts", "there is no Strict-Transport-Security", evidence);
            }
            "hsts-header-invalid" => {
                self.met(&r::WEAK_HSTS, "invalid", "Strict-Transport-Security cannot be read", evidence);
            }
            "hsts-implemented-max-age-less-than-six-months" => {
                self.met(&r::WEAK_HSTS, "short", "Strict-Transport-Security holds for less than six months", evidence);
            }
            "hsts-implemented-max-age-at-least-six-months" => {
                let value = self.facts.page.field("strict-transport-security").unwrap_or_default().to_ascii_lowercase();
                if !value.contains("includesubdomains") {
                    let message = "Strict-Transport-Security leaves subdomains out";
                    self.met(&r::WEAK_HSTS, "subdomains", message, evidence).severity = Some(Severity::Info);
                }
            }
            _ => {}
        }
    }

    fn headers(&mut self) {
        let html = self.facts.page.html;
        let by_kind = |page, api| Some(if html { page } else { api });
        let policy = self.result("content-security-policy").to_owned();
        let reason = |facts: &Facts, test: &str| {
            let modifiers = &facts.observatory.modifiers;
            modifiers.iter().find(|modifier| modifier.test == test).map_or_else(String::new, |m| m.reason.clone())
        };
        match policy.as_str() {
            "csp-not-implemented" | "csp-not-implemented-but-reporting-enabled" => {
                let evidence = self.without("Content-Security-Policy");
                let message = reason(self.facts, "content-security-policy");
                self.met(&r::NO_CSP, "csp", message, evidence).severity = by_kind(Severity::Medium, Severity::Info);
            }
            "csp-header-invalid"
            | "csp-implemented-with-unsafe-inline"
            | "csp-implemented-with-insecure-scheme"
            | "csp-implemented-with-unsafe-eval"
            | "csp-implemented-with-insecure-scheme-in-passive-content-only" => {
                let evidence = match self.facts.page.field("content-security-policy") {
                    Some(_) => self.field("content-security-policy"),
                    None => "a policy in the page".to_owned(),
                };
                let message = reason(self.facts, "content-security-policy");
                self.met(&r::WEAK_CSP, "csp", message, evidence).severity = by_kind(Severity::Low, Severity::Info);
            }
            _ => {}
        }
        let of_field = |judge: &Self, name: &str, shown: &str| match judge.facts.page.field(name) {
            Some(_) => judge.field(name),
            None => judge.without(shown),
        };
        if self.result("x-content-type-options") != "x-content-type-options-nosniff" {
            let evidence = of_field(self, "x-content-type-options", "X-Content-Type-Options");
            let message = reason(self.facts, "x-content-type-options");
            self.met(&r::SNIFFING, "nosniff", message, evidence);
        }
        if ["x-frame-options-not-implemented", "x-frame-options-header-invalid"]
            .contains(&self.result("x-frame-options"))
        {
            let evidence = of_field(self, "x-frame-options", "X-Frame-Options, no frame-ancestors");
            let message = reason(self.facts, "x-frame-options");
            self.met(&r::FRAMING, "framing", message, evidence).severity = by_kind(Severity::Medium, Severity::Info);
        }
        if ["referrer-policy-unsafe", "referrer-policy-header-invalid"].contains(&self.result("referrer-policy")) {
            let evidence = of_field(self, "referrer-policy", "Referrer-Policy (it stands in the page)");
            let message = reason(self.facts, "referrer-policy");
            self.met(&r::REFERRER, "referrer", message, evidence);
        }
        if html && self.facts.page.field("permissions-policy").is_none() {
            let evidence = self.without("Permissions-Policy");
            self.met(&r::PERMISSIONS, "permissions", "there is no Permissions-Policy", evidence);
        }
        if ["corp-not-implemented", "corp-header-invalid"].contains(&self.result("cross-origin-resource-policy")) {
            let evidence = of_field(self, "cross-origin-resource-policy", "Cross-Origin-Resource-Policy");
            let message = reason(self.facts, "cross-origin-resource-policy");
            self.met(&r::EMBEDDING, "resource", message, evidence);
        }
        if html && self.facts.page.field("cross-origin-opener-policy").is_none() {
            let evidence = self.without("Cross-Origin-Opener-Policy");
            self.met(&r::EMBEDDING, "opener", "there is no Cross-Origin-Opener-Policy", evidence);
        }
        for script in &self.facts.scripts {
            let message = "a page loads a script of another site without a digest, or over plain HTTP";
            self.met(&r::SCRIPTS, script, message, format!("<script src=\"{script}\">"));
        }
    }

    fn cookies(&mut self) {
        for cookie in &self.facts.cookies {
            let Cookie { name, .. } = cookie;
            if !cookie.secure {
                let severity = if cookie.is_session() { Severity::High } else { Severity::Medium };
                self.met(&r::INSECURE_COOKIE, name, format!("the cookie {name} is not Secure"), cookie.shown())
                    .severity = Some(severity);
            }
            if cookie.is_session() && !cookie.http_only {
                self.met(&r::SCRIPT_COOKIE, name, format!("the cookie {name} can be read by scripts"), cookie.shown());
            }
            if cookie.same_site.is_none() || (cookie.same_site == Some(SameSite::None) && !cookie.secure) {
                let message = format!("the cookie {name} has no SameSite that counts");
                self.met(&r::CROSS_SITE_COOKIE, name, message, cookie.shown());
            }
            if !cookie.accepted {
                let message = format!("browsers refuse the cookie {name}: its prefix or its domain does not fit");
                self.met(&r::COOKIE_PREFIX, name, message, cookie.shown());
            }
        }
    }

    fn sharing(&mut self) {
        let mut seen: Vec<(&'static str, bool)> = Vec::new();
        for sharing in &self.facts.cors {
            let line = format!(
                "{} with Origin: {} -> Access-Control-Allow-Origin: {}{}",
                sharing.method,
                sharing.origin,
                sharing.allowed,
                if sharing.credentials { "; Access-Control-Allow-Credentials: true" } else { "" }
            );
            let null = sharing.origin == "null" && sharing.allowed == "null";
            let named = sharing.origin != "null" && sharing.allowed == sharing.origin;
            let any = sharing.allowed == "*" && sharing.credentials;
            let (rule, message, severity) = match (null, named, any) {
                (true, ..) => (&r::CORS_NULL, "the origin null is allowed", (Severity::High, Severity::Low)),
                (_, true, _) => {
                    (&r::CORS_REFLECTED, "an unrelated origin is allowed by its name", (Severity::High, Severity::Low))
                }
                // Browsers refuse this pair; that it was meant is bad enough.
                (.., true) => (
                    &r::CORS_REFLECTED,
                    "any origin is allowed, with credentials",
                    (Severity::Medium, Severity::Medium),
                ),
                _ => continue,
            };
            let severity = if sharing.credentials { severity.0 } else { severity.1 };
            if seen.contains(&(rule.id, sharing.credentials)) {
                continue;
            }
            seen.push((rule.id, sharing.credentials));
            let key = if sharing.credentials { "with credentials" } else { "without credentials" };
            let message =
                format!("{message}{}", if sharing.credentials { ", and credentials may come along" } else { "" });
            self.met(rule, key, message, line).severity = Some(severity);
        }
    }

    fn caching(&mut self) {
        let page = &self.facts.page;
        let private = page.names.iter().any(|name| name == "set-cookie" || name == "www-authenticate");
        let control = page.field("cache-control").unwrap_or_default().to_ascii_lowercase();
        let directives: Vec<&str> = control.split(',').map(str::trim).collect();
        let has = |name: &str| directives.iter().any(|directive| directive.split('=').next() == Some(name));
        let lives = |name: &str| {
            directives.iter().any(|d| {
                d.strip_prefix(name)
                    .and_then(|rest| rest.strip_prefix('='))
                    .is_some_and(|age| age.trim_matches('"') != "0")
            })
        };
        let kept = has("public") || lives("s-maxage") || lives("max-age");
        if private && kept && !has("private") && !has("no-store") && !has("no-cache") {
            let field = if page.names.iter().any(|name| name == "set-cookie") {
                "Set-Cookie: [redacted]"
            } else {
                "WWW-Authenticate"
            };
            let evidence = format!("{}, with {field}", self.field("cache-control"));
            self.met(&r::CACHED, "cache", "shared caches may store an answer that belongs to one caller", evidence);
        }
    }

    fn software(&mut self) {
        let mut shown: Vec<&str> = Vec::new();
        for software in self.facts.software.iter().filter(|software| software.version.is_some()) {
            if shown.contains(&software.shown.as_str()) {
                continue;
            }
            shown.push(&software.shown);
            let key = format!("{} {}", software.field, software.product);
            let message = format!("answers name {} with its version", software.product);
            self.met(&r::VERSION, &key, message, software.shown.clone());
        }
        if let Part::Assessed(known) = &self.facts.known {
            for known in known {
                let ids = known.ids.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
                let more = known.ids.len().saturating_sub(8);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let source = if known.source.is_empty() { "the imported list" } else { &known.source };
                let message = format!(
                    "{} {} is known to be vulnerable by its version ({ids}{more}; {source}); a distribution may have mended it without a new number",
                    known.product, known.version
                );
                self.met(
                    &r::KNOWN_VERSION,
                    &format!("{} {}", known.product, known.version),
                    message,
                    known.shown.clone(),
                )
                .severity = Some(known.severity);
            }
        }
    }

    fn methods(&mut self) {
        const UNUSUAL: [&str; 11] =
            ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK"];
        if let Some(line) = &self.facts.trace {
            self.met(&r::TRACE, "trace", "TRACE shows the request that came in", line.clone());
        }
        let unusual: Vec<&String> =
            self.facts.allowed.iter().filter(|method| UNUSUAL.contains(&method.as_str())).collect();
        if !unusual.is_empty() {
            let names = unusual.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
            let evidence = format!("allow: {}", self.facts.allowed.join(", "));
            self.met(&r::METHODS, "methods", format!("OPTIONS names {names}"), evidence);
        }
    }

    fn open(&mut self) {
        for open in &self.facts.open {
            let evidence = format!("GET {}: 200, {}", open.path, open.excerpt);
            let (rule, what, severity) = match open.kind {
                Kind::Contract => (&r::OPEN_CONTRACT, "a contract", None),
                Kind::Documentation => (&r::OPEN_CONTRACT, "documentation of the API", None),
                Kind::Graphql => (&r::INTROSPECTION, "the GraphQL schema", None),
                Kind::Environment => (&r::SECRETS_OPEN, "a settings file", None),
                Kind::Repository => (&r::SECRETS_OPEN, "a repository of its source", Some(Severity::High)),
                Kind::Actuator => (&r::CONSOLE_OPEN, "the actuator", None),
                Kind::ServerStatus => (&r::CONSOLE_OPEN, "the state of the server", None),
                Kind::Metrics => (&r::CONSOLE_OPEN, "metrics", Some(Severity::Low)),
            };
            self.met(rule, &open.path, format!("{what} is given to anyone at {}", open.path), evidence).severity =
                severity;
        }
    }

    fn authentication(&mut self) {
        for challenge in &self.facts.challenges {
            let line = format!("www-authenticate: {}", challenge.scheme);
            if !challenge.tls {
                let message = format!("{} credentials are demanded over plain HTTP", challenge.scheme);
                self.met(&r::BASIC_IN_CLEAR, &challenge.scheme, message, line);
            } else if challenge.scheme == "basic" {
                self.met(&r::BASIC, "basic", "callers prove who they are by Basic", line);
            }
        }
        for address in &self.facts.session_urls {
            self.met(&r::SESSION_IN_URL, address, "an address holds the id of a session", address.clone());
        }
    }

    fn rest(&mut self) {
        for leak in &self.facts.leaks {
            let message = format!("the answer to {} holds a {}", leak.request, leak.kind);
            let sighting = self.met(&r::LEAK, &leak.kind, message, leak.excerpt.clone());
            sighting.severity = leak.grave.then_some(Severity::High);
        }
        match &self.facts.security_txt {
            Some(text) if !text.found => {
                let message = "there is no security.txt";
                self.met(&r::NO_SECURITY_TXT, "security.txt", message, "GET /.well-known/security.txt: no such file");
            }
            Some(text) if !text.problems.is_empty() => {
                let message = format!("security.txt: {}", text.problems.join("; "));
                let expires = text.expires.as_ref().map_or_else(String::new, |expires| format!(", Expires: {expires}"));
                self.met(
                    &r::BAD_SECURITY_TXT,
                    "security.txt",
                    message,
                    format!("GET /.well-known/security.txt: 200{expires}"),
                );
            }
            _ => {}
        }
        if self.facts.rate_limit.is_empty() && self.facts.stopped.is_none() {
            let evidence = format!("{} answers without RateLimit, X-RateLimit or Retry-After", self.facts.requests);
            self.met(&r::NO_RATE_LIMIT, "rate-limit", "no answer announces a rate limit", evidence);
        }
        let cut = match self.facts.page.cut {
            Some(Cut::Slow) => Some("its body does not come to an end in time"),
            Some(Cut::Broken) => Some("its body is cut off or framed wrongly"),
            Some(Cut::Coding) => Some("its content coding cannot be undone, or unfolds without measure"),
            // A long body is no fault.
            Some(Cut::Long) | None => None,
        };
        let evidence = format!("GET {}: {}", self.facts.page.url, self.facts.page.status);
        if let Some(cut) = cut {
            self.met(&r::BROKEN, "body", cut, evidence);
        } else if let Some(stopped) = &self.facts.stopped {
            self.met(&r::BROKEN, "stopped", format!("nothing more was asked: {stopped}"), evidence);
        }
    }
}
