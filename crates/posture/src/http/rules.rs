//! What is looked for in answers over HTTP. Ids are never renumbered and never change meaning.

use crate::rule::{Category, Rule};
use palisade_finding::Severity;

macro_rules! rules {
    ($($name:ident = $id:literal $bad:literal $severity:ident $category:ident {
        what: $what:literal, why: $why:literal, fix: $fix:literal, consumer: $consumer:literal,
        owasp: $owasp:expr, cwe: $cwe:expr, see: $see:expr $(,)?
    })*) => {
        $(pub(super) static $name: Rule = Rule {
            id: $id,
            name: $bad,
            severity: Severity::$severity,
            category: Category::$category,
            what: $what,
            why: $why,
            fix: $fix,
            consumer: $consumer,
            owasp: $owasp,
            cwe: $cwe,
            references: $see,
        };)*
        /// What is looked for here.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

const MISCONFIGURED: &[&str] = &["API8:2023"];
const AUTHENTICATION: &[&str] = &["API2:2023"];
const RFC9110: &[&str] = &["https://www.rfc-editor.org/rfc/rfc9110"];
const HSTS: &[&str] = &["https://www.rfc-editor.org/rfc/rfc6797"];
const CSP: &[&str] = &["https://www.w3.org/TR/CSP3/"];
const FETCH: &[&str] = &["https://fetch.spec.whatwg.org/"];
const COOKIES: &[&str] = &["https://www.rfc-editor.org/rfc/rfc6265"];
const REST: &[&str] = &["https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html"];

rules! {
    NO_HTTPS = "PST201" "no-https" High Network {
        what: "Nothing answers over TLS; the API is reached over plain HTTP only.",
        why: "Everyone on the way reads and changes requests and answers, credentials included.",
        fix: "Serve the API over TLS, and nothing but a redirect over plain HTTP.",
        consumer: "Send nothing secret to this API. Reach it through a tunnel of your own, or not at all.",
        owasp: MISCONFIGURED, cwe: &["CWE-319"], see: REST,
    }
    NO_REDIRECT = "PST202" "plain-http-not-redirected" Medium Network {
        what: "Plain HTTP is answered with content instead of a redirect to TLS.",
        why: "A client with an address that says http:// works and is never told that all it sends is open to read.",
        fix: "Answer plain HTTP with a redirect to the same address over TLS, or, for an API, refuse it.",
        consumer: "Write https:// in every address of this API and refuse to follow redirects to http://.",
        owasp: MISCONFIGURED, cwe: &["CWE-319"], see: REST,
    }
    ODD_REDIRECT = "PST203" "redirect-weakens-tls" Low Network {
        what: "A redirect goes by way of plain HTTP, in a circle, to what is no address, or from TLS to plain HTTP.",
        why: "Each plain step can be changed on the way, so that the client ends elsewhere.",
        fix: "Redirect once, from plain HTTP to the same host over TLS, and only then to another host.",
        consumer: "Configure the final https:// address and follow no redirects.",
        owasp: MISCONFIGURED, cwe: &["CWE-319", "CWE-601"], see: RFC9110,
    }
    NO_HSTS = "PST204" "hsts-missing" Medium Network {
        what: "The answer over TLS has no Strict-Transport-Security field.",
        why: "Browsers go on to try plain HTTP first, where the first request can be caught.",
        fix: "Send Strict-Transport-Security: max-age=31536000; includeSubDomains on every answer over TLS.",
        consumer: "Only browsers obey this field; keep https:// fixed in the configuration of other clients.",
        owasp: MISCONFIGURED, cwe: &["CWE-523"], see: HSTS,
    }
    WEAK_HSTS = "PST205" "hsts-weak" Low Network {
        what: "Strict-Transport-Security cannot be read or holds for less than six months.",
        why: "A short time ends between two visits, and a field that cannot be read protects nobody.",
        fix: "Send max-age=31536000; includeSubDomains once; add preload only after the name was submitted.",
        consumer: "Only browsers obey this field; keep https:// fixed in the configuration of other clients.",
        owasp: MISCONFIGURED, cwe: &["CWE-523"], see: HSTS,
    }
    NO_CSP = "PST206" "content-security-policy-missing" Low Application {
        what: "There is no enforced Content-Security-Policy.",
        why: "What an attacker writes into an answer is run by browsers that show it.",
        fix: "On pages, allow the scripts that are needed and nothing else. On answers of an API, send default-src 'none'; frame-ancestors 'none'.",
        consumer: "Do not show its answers as pages of your own origin; treat every text in them as hostile.",
        owasp: MISCONFIGURED, cwe: &["CWE-693"], see: CSP,
    }
    WEAK_CSP = "PST207" "content-security-policy-unsafe" Low Application {
        what: "The Content-Security-Policy cannot be read, or allows inline scripts, eval, almost any origin, or plain HTTP.",
        why: "With these exceptions an injected script runs as if there were no policy.",
        fix: "Use nonces or digests for scripts, name the origins, and take out unsafe-inline, unsafe-eval and http:.",
        consumer: "Do not show its answers as pages of your own origin; treat every text in them as hostile.",
        owasp: MISCONFIGURED, cwe: &["CWE-693"], see: CSP,
    }
    SNIFFING = "PST208" "content-type-sniffing-allowed" Low Application {
        what: "X-Content-Type-Options is not nosniff.",
        why: "Browsers guess the type of an answer, and run as a script or show as a page what was meant as data.",
        fix: "Send X-Content-Type-Options: nosniff on every answer, with the right Content-Type.",
        consumer: "Take the type of an answer from what you asked for and not from its bytes.",
        owasp: MISCONFIGURED, cwe: &["CWE-430"], see: FETCH,
    }
    FRAMING = "PST209" "framing-allowed" Low Application {
        what: "Neither frame-ancestors nor X-Frame-Options keeps other sites from framing the answer.",
        why: "A page in a hidden frame is clicked by people who believe to click elsewhere.",
        fix: "Send Content-Security-Policy: frame-ancestors 'none', or 'self' where the own site frames it.",
        consumer: "Nothing to do for calls between machines. Log out of its pages after use.",
        owasp: MISCONFIGURED, cwe: &["CWE-1021"], see: CSP,
    }
    REFERRER = "PST210" "referrer-policy-unsafe" Low Application {
        what: "Referrer-Policy tells other sites whole addresses, or has no word that is known.",
        why: "Addresses hold ids and tokens, which other sites then log.",
        fix: "Send Referrer-Policy: strict-origin-when-cross-origin or no-referrer.",
        consumer: "Put no secret into addresses of this API.",
        owasp: MISCONFIGURED, cwe: &["CWE-200"], see: &["https://www.w3.org/TR/referrer-policy/"],
    }
    PERMISSIONS = "PST211" "permissions-policy-missing" Info Application {
        what: "A page has no Permissions-Policy.",
        why: "Injected or embedded code may ask for camera, place and payment in the page's name.",
        fix: "Send Permissions-Policy and turn off what the pages do not use.",
        consumer: "Nothing to do for calls between machines.",
        owasp: MISCONFIGURED, cwe: &["CWE-693"], see: &["https://www.w3.org/TR/permissions-policy/"],
    }
    EMBEDDING = "PST212" "cross-origin-embedding-open" Info Application {
        what: "Cross-Origin-Resource-Policy is missing, or cannot be read; on pages, Cross-Origin-Opener-Policy.",
        why: "Pages of other sites may load the answer into their process, from where side channels read it.",
        fix: "Send Cross-Origin-Resource-Policy: same-origin, or cross-origin where embedding is wanted; on pages Cross-Origin-Opener-Policy: same-origin.",
        consumer: "Nothing to do for calls between machines.",
        owasp: MISCONFIGURED, cwe: &["CWE-346"], see: FETCH,
    }
    INSECURE_COOKIE = "PST213" "cookie-without-secure" Medium Application {
        what: "A cookie is set without Secure.",
        why: "Browsers send it over plain HTTP too, where it can be read.",
        fix: "Add Secure to every cookie, and the prefix __Host- to those of sessions.",
        consumer: "Keep cookies of this API in a jar that sends them over https:// only.",
        owasp: AUTHENTICATION, cwe: &["CWE-614"], see: COOKIES,
    }
    SCRIPT_COOKIE = "PST214" "session-cookie-without-httponly" Medium Application {
        what: "A cookie whose name is that of a session is set without HttpOnly.",
        why: "One injected script reads it and takes the session over.",
        fix: "Add HttpOnly to cookies that scripts need not read.",
        consumer: "Call this API from a server and not from pages, so that no script is near the cookie.",
        owasp: AUTHENTICATION, cwe: &["CWE-1004"], see: COOKIES,
    }
    CROSS_SITE_COOKIE = "PST215" "cookie-without-samesite" Low Application {
        what: "SameSite of a cookie is missing, unknown, or None without Secure.",
        why: "Whether the cookie comes with requests that other sites forge is left to the browser.",
        fix: "Say SameSite=Lax or Strict; None only with Secure and with another defence against forged requests.",
        consumer: "Nothing to do for calls between machines.",
        owasp: AUTHENTICATION, cwe: &["CWE-1275"], see: COOKIES,
    }
    COOKIE_PREFIX = "PST216" "cookie-refused-by-browsers" Low Application {
        what: "A cookie breaks what its prefix __Host- or __Secure- promises, or names a domain that is not its host's.",
        why: "Browsers drop it, other clients keep it: sessions end in unexpected ways.",
        fix: "Set __Host- cookies with Secure and Path=/ and without Domain, and name only domains of your own.",
        consumer: "Expect the cookie to be missing.",
        owasp: MISCONFIGURED, cwe: &["CWE-565"], see: COOKIES,
    }
    CORS_REFLECTED = "PST217" "cors-allows-any-origin" High Application {
        what: "The origin of an unrelated site is allowed by name, or any origin together with credentials.",
        why: "Any page that a logged-in person opens reads this API with that person's rights.",
        fix: "Allow only origins of a fixed list, compared as a whole, and send Vary: Origin.",
        consumer: "Do not stay logged in to it in a browser. Use credentials that browsers do not send by themselves.",
        owasp: MISCONFIGURED, cwe: &["CWE-942"], see: FETCH,
    }
    CORS_NULL = "PST218" "cors-allows-null-origin" Medium Application {
        what: "The origin null is allowed.",
        why: "Any site makes a request of origin null by a sandboxed frame.",
        fix: "Take null out of the list of allowed origins.",
        consumer: "Do not stay logged in to it in a browser.",
        owasp: MISCONFIGURED, cwe: &["CWE-942"], see: FETCH,
    }
    CACHED = "PST219" "private-answer-cacheable" Medium Application {
        what: "An answer that sets a cookie or demands credentials may be stored by shared caches.",
        why: "A cache gives one caller's answer, and its cookie, to the next one.",
        fix: "Send Cache-Control: no-store, or private, on answers that belong to one caller.",
        consumer: "Do not put a shared cache in front of this API.",
        owasp: MISCONFIGURED, cwe: &["CWE-525", "CWE-524"], see: &["https://www.rfc-editor.org/rfc/rfc9111"],
    }
    VERSION = "PST220" "version-disclosed" Low System {
        what: "Answers name software with its version.",
        why: "Who looks for servers with a known weakness finds this one by its version.",
        fix: "Turn version banners off (nginx: server_tokens off; Apache: ServerTokens Prod; PHP: expose_php off).",
        consumer: "Watch for weaknesses of the named version and ask the provider when it is brought up to date.",
        owasp: MISCONFIGURED, cwe: &["CWE-200"], see: RFC9110,
    }
    KNOWN_VERSION = "PST221" "vulnerable-version" High System {
        what: "The version that answers name stands in the imported list of vulnerable versions.",
        why: "For published weaknesses there are ready tools.",
        fix: "Bring the software up to date. Distributions mend without a new number: then hide the version.",
        consumer: "Ask the provider whether the weakness is mended; until then send it as little as possible.",
        owasp: MISCONFIGURED, cwe: &["CWE-1395"], see: &[],
    }
    TRACE = "PST222" "trace-answered" Low Application {
        what: "TRACE is answered with the request that came in.",
        why: "Fields that proxies add, credentials among them, are shown to whoever asks.",
        fix: "Turn TRACE off (Apache: TraceEnable off).",
        consumer: "Nothing to do: do not send TRACE.",
        owasp: MISCONFIGURED, cwe: &["CWE-693"], see: RFC9110,
    }
    METHODS = "PST223" "unusual-methods-allowed" Low Application {
        what: "OPTIONS names methods that an API over HTTP has no use for: TRACE, TRACK, CONNECT, DEBUG, WebDAV's.",
        why: "What is on without need is rarely looked after and often open.",
        fix: "Turn off the methods that no operation uses.",
        consumer: "Nothing to do: do not send them.",
        owasp: MISCONFIGURED, cwe: &["CWE-749"], see: RFC9110,
    }
    LEAK = "PST224" "internals-in-errors" Medium Application {
        what: "An answer holds a stack trace, a debug page or a message of a database.",
        why: "Paths, versions, queries and settings in it show where to attack.",
        fix: "Turn debugging off in production and answer errors with a problem document (RFC 9457) and an id.",
        consumer: "Expect that what you send turns up in its errors; send no secret in addresses.",
        owasp: MISCONFIGURED, cwe: &["CWE-209"], see: &["https://www.rfc-editor.org/rfc/rfc9457"],
    }
    NO_SECURITY_TXT = "PST225" "security-txt-missing" Info System {
        what: "There is no /.well-known/security.txt.",
        why: "Who finds a weakness does not know whom to tell.",
        fix: "Publish one with Contact and Expires.",
        consumer: "Ask the provider whom to tell of weaknesses, before there is one.",
        owasp: &[], cwe: &[], see: &["https://www.rfc-editor.org/rfc/rfc9116"],
    }
    BAD_SECURITY_TXT = "PST226" "security-txt-invalid" Low System {
        what: "The security.txt has expired or is not well-formed.",
        why: "Who finds a weakness cannot rely on it.",
        fix: "Mend it and renew Expires at least once a year.",
        consumer: "Ask the provider whom to tell of weaknesses, before there is one.",
        owasp: &[], cwe: &[], see: &["https://www.rfc-editor.org/rfc/rfc9116"],
    }
    OPEN_CONTRACT = "PST227" "contract-open-to-anyone" Info Authentication {
        what: "The API's contract or its documentation is given to anyone.",
        why: "Wanted for a public API. For any other one it shows every operation, internal ones included.",
        fix: "Leave it open if it is meant to be; otherwise demand credentials, and take out internal operations.",
        consumer: "Use it: audit it, and validate what you send and get by it.",
        owasp: &["API9:2023"], cwe: &["CWE-200"], see: &[],
    }
    SECRETS_OPEN = "PST228" "private-file-open" Critical System {
        what: "A settings file or the source repository is given to anyone.",
        why: "They hold passwords and keys, or the source with the history of both.",
        fix: "Take them out of what the server serves, and change every secret that was in them.",
        consumer: "Change credentials you share with this provider, and ask what was read.",
        owasp: MISCONFIGURED, cwe: &["CWE-538", "CWE-527"], see: &[],
    }
    CONSOLE_OPEN = "PST229" "operation-console-open" Medium System {
        what: "Pages for operation (actuator, server status, metrics) are given to anyone.",
        why: "They show hosts, paths, callers and figures, some also settings and memory.",
        fix: "Serve them on an address of their own that only operation reaches.",
        consumer: "Expect that addresses you call are shown there; put no secret into them.",
        owasp: MISCONFIGURED, cwe: &["CWE-497"], see: &[],
    }
    INTROSPECTION = "PST230" "graphql-introspection-open" Low Authentication {
        what: "GraphQL tells its whole schema to anyone.",
        why: "It shows every type and operation, internal ones included.",
        fix: "Turn introspection off, or demand credentials, where the schema is not meant to be public.",
        consumer: "Use it: validate what you send and get by it.",
        owasp: &["API9:2023"], cwe: &["CWE-200"], see: &[],
    }
    NO_RATE_LIMIT = "PST231" "rate-limit-not-announced" Info Application {
        what: "No answer announces a rate limit.",
        why: "Clients cannot slow down in time, and there may be no limit at all.",
        fix: "Limit calls per caller and announce it with RateLimit fields and Retry-After.",
        consumer: "Limit your own calls, and stop for a while when answers are 429 or 503.",
        owasp: &["API4:2023"], cwe: &["CWE-770"], see: &["https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/"],
    }
    BASIC_IN_CLEAR = "PST232" "credentials-over-plain-http" High Authentication {
        what: "Credentials are demanded over plain HTTP (WWW-Authenticate).",
        why: "Clients answer with a password or token that everyone on the way reads.",
        fix: "Demand credentials over TLS only, and redirect or refuse plain HTTP before.",
        consumer: "Never send credentials to an http:// address of this API.",
        owasp: AUTHENTICATION, cwe: &["CWE-523", "CWE-319"], see: &["https://www.rfc-editor.org/rfc/rfc7617"],
    }
    SESSION_IN_URL = "PST233" "session-id-in-address" Medium Authentication {
        what: "Addresses in its answers hold the id of a session.",
        why: "Addresses are logged, shared and sent on as referrer; who has one has the session.",
        fix: "Keep ids of sessions in cookies only.",
        consumer: "Do not log or pass on addresses of this API without taking the id out.",
        owasp: AUTHENTICATION, cwe: &["CWE-598"], see: COOKIES,
    }
    SCRIPTS = "PST234" "script-without-integrity" Low Application {
        what: "A page loads a script of another site without a digest, or any script over plain HTTP.",
        why: "Who changes that script changes the page, for everyone who opens it.",
        fix: "Add integrity and crossorigin to scripts of other sites, and load everything over TLS.",
        consumer: "Nothing to do for calls between machines.",
        owasp: MISCONFIGURED, cwe: &["CWE-353"], see: &["https://www.w3.org/TR/SRI/"],
    }
    BASIC = "PST235" "basic-authentication" Low Authentication {
        what: "Basic is among the ways to prove who calls.",
        why: "The password itself comes with every call, never expires, and is stored by every client.",
        fix: "Use tokens that expire and can be taken back, with scopes.",
        consumer: "Use a password of its own for this API, keep it in a vault, and change it on a schedule.",
        owasp: AUTHENTICATION, cwe: &["CWE-522"], see: &["https://www.rfc-editor.org/rfc/rfc7617"],
    }
    BROKEN = "PST236" "answers-end-early" Low Application {
        what: "Answers do not come to their end: too slow, cut off, framed wrongly, or a coding that cannot be undone.",
        why: "Clients hang, retry and pile up, and what parts of a message are is read differently by each of them.",
        fix: "Mend the server, or the proxy in front of it, so that answers have a right length and come to an end.",
        consumer: "Set time-outs and size limits on every call, and a circuit breaker around this API.",
        owasp: &["API4:2023"], cwe: &["CWE-770"], see: RFC9110,
    }
}
