//! What the security rules share: kinds of schemes, transport, words of names, and flows.

use crate::index::{Index, Operation, Parameter, Scheme, Version};
use palisade_document::NodeRef;
use palisade_schema::TypeSet;

/// How a security scheme makes callers show who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An API key in a header.
    KeyHeader,
    /// An API key in the query.
    KeyQuery,
    /// An API key in a cookie.
    KeyCookie,
    /// HTTP basic.
    Basic,
    /// HTTP digest.
    Digest,
    /// HTTP negotiate.
    Negotiate,
    /// OAuth 1.
    OAuth1,
    /// HTTP bearer.
    Bearer,
    /// Another registered HTTP scheme.
    Standard,
    /// An HTTP scheme that is not registered.
    Unregistered,
    /// OAuth 2, implicit flow.
    Implicit,
    /// OAuth 2, password flow.
    Password,
    /// OAuth 2, authorization code flow.
    Code,
    /// OAuth 2, client credentials flow.
    Client,
    /// OAuth 2, device authorization flow.
    Device,
    /// OpenID Connect.
    OpenId,
    /// Mutual TLS.
    MutualTls,
}

/// The registered HTTP schemes that have no kind of their own, from the IANA registry of HTTP authentication schemes.
const REGISTERED: [&str; 9] =
    ["concealed", "dpop", "gnap", "hoba", "mutual", "privatetoken", "scram-sha-1", "scram-sha-256", "vapid"];

/// The kinds of a scheme: one, or one for each flow of OAuth 2; none when its type is missing or unknown.
pub(crate) fn kinds(scheme: &Scheme<'_>) -> Vec<Kind> {
    let word = |key: &str| scheme.node.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    let one = match word("type") {
        "basic" => Kind::Basic,
        "apiKey" => match word("in") {
            // The address of the signer and a signature: not a key that could be used again.
            "header" if scheme.node.get("x-amazon-apigateway-authtype").is_some() => return Vec::new(),
            // The only way to say "bearer token" in Swagger 2.0, and common in converted contracts.
            "header" if word("name").eq_ignore_ascii_case("Authorization") => Kind::Bearer,
            "header" => Kind::KeyHeader,
            "query" => Kind::KeyQuery,
            "cookie" => Kind::KeyCookie,
            _ => return Vec::new(),
        },
        "http" => match word("scheme").to_ascii_lowercase().as_str() {
            "" => return Vec::new(),
            "basic" => Kind::Basic,
            "digest" => Kind::Digest,
            "negotiate" => Kind::Negotiate,
            "oauth" => Kind::OAuth1,
            "bearer" => Kind::Bearer,
            other if REGISTERED.contains(&other) => Kind::Standard,
            _ => Kind::Unregistered,
        },
        "openIdConnect" => Kind::OpenId,
        "mutualTLS" => Kind::MutualTls,
        "oauth2" => return flows(scheme).into_iter().filter_map(|(name, _)| flow_kind(name)).collect(),
        _ => return Vec::new(),
    };
    vec![one]
}

/// The flows of an OAuth 2 scheme: name and object. In Swagger 2.0 the scheme is its own flow.
pub(crate) fn flows<'a>(scheme: &Scheme<'a>) -> Vec<(&'a str, NodeRef<'a>)> {
    let own = scheme.node.get("flow").and_then(NodeRef::as_str).map(|name| (name, scheme.node));
    let listed = scheme.node.get("flows").into_iter().flat_map(NodeRef::members);
    own.into_iter().chain(listed.map(|flow| (flow.key, flow.value))).collect()
}

fn flow_kind(name: &str) -> Option<Kind> {
    Some(match name {
        "implicit" => Kind::Implicit,
        "password" => Kind::Password,
        "authorizationCode" | "accessCode" => Kind::Code,
        "clientCredentials" | "application" => Kind::Client,
        "deviceAuthorization" => Kind::Device,
        _ => return None,
    })
}

/// The operations that require a scheme and that the API serves itself.
pub(crate) fn served(index: &Index<'_>, scheme: &Scheme<'_>) -> Vec<usize> {
    let serves = |at: &usize| index.operations.get(*at).is_some_and(|operation| !operation.outgoing);
    scheme.operations.iter().copied().filter(serves).collect()
}

/// Whether an operation can be reached without TLS, by a server or scheme that counts for it.
pub(crate) fn clear(index: &Index<'_>, operation: &Operation<'_>) -> bool {
    if index.version == Version::V2 {
        let schemes = operation.node.get("schemes").or_else(|| index.root().get("schemes"));
        return schemes.into_iter().flat_map(NodeRef::items).any(|word| matches!(word.as_str(), Some("http" | "ws")));
    }
    let item = operation.node.parent();
    let own = |node: NodeRef<'_>| node.get("servers").is_some_and(|servers| !servers.is_empty());
    let holder = [Some(operation.node), item].into_iter().flatten().find(|node| own(*node));
    let servers = holder.unwrap_or_else(|| index.root()).get("servers");
    servers.into_iter().flat_map(NodeRef::items).any(clear_server)
}

/// Whether a server's address is without TLS and leaves the machine.
pub(crate) fn clear_server(server: NodeRef<'_>) -> bool {
    let Some(url) = server.get("url").and_then(NodeRef::as_str) else { return false };
    if let Some(name) = url.strip_prefix('{').and_then(|rest| rest.split_once("}://")).map(|(name, _)| name) {
        let variable = server.get("variables").and_then(|variables| variables.get(name));
        let default = variable.and_then(|variable| variable.get("default"));
        let listed = variable.and_then(|variable| variable.get("enum")).into_iter().flat_map(NodeRef::items);
        return default.into_iter().chain(listed).any(|word| matches!(word.as_str(), Some("http" | "ws")));
    }
    clear_url(url)
}

/// Whether an address is without TLS and leaves the machine.
pub(crate) fn clear_url(url: &str) -> bool {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let plain = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("ws");
    plain && !host(url).is_some_and(loopback)
}

/// The host of an address, without user information and port.
pub(crate) fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next();
    }
    Some(host.split(':').next().unwrap_or(host)).filter(|host| !host.is_empty())
}

/// Whether a host is this machine.
pub(crate) fn loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.starts_with("127.") || host == "[::1]" || host == "0.0.0.0"
}

/// The hosts a contract serves from, lower case.
pub(crate) fn hosts(index: &Index<'_>) -> Vec<String> {
    let root = index.root();
    let urls = root.get("servers").into_iter().flat_map(NodeRef::items).filter_map(|server| server.get("url"));
    let named = urls.filter_map(NodeRef::as_str).filter_map(host);
    let old = root.get("host").and_then(NodeRef::as_str).and_then(|host| host.split(':').next());
    named.chain(old).map(str::to_ascii_lowercase).collect()
}

/// The registrable part of a host, taken as its last two labels, three under a short country-code second level.
pub(crate) fn site(host: &str) -> &str {
    let dots: Vec<usize> = host.match_indices('.').map(|(at, _)| at).collect();
    let cut = |labels: usize| {
        let at = dots.len().checked_sub(labels).and_then(|at| dots.get(at));
        at.map_or(host, |at| host.get(at + 1..).unwrap_or(host))
    };
    let two = cut(2);
    let (second, top) = two.split_once('.').unwrap_or((two, ""));
    if second.len() <= 3 && top.len() == 2 { cut(3) } else { two }
}

/// Whether two hosts belong to one site.
pub(crate) fn same_site(a: &str, b: &str) -> bool {
    site(a).eq_ignore_ascii_case(site(b))
}

/// The words of a name, split at separators and humps: `accessToken` and `access_token` split alike.
pub(crate) fn words(name: &str) -> Words<'_> {
    Words { rest: name }
}

/// See [`words`].
pub(crate) struct Words<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Words<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        let mut end = rest.len();
        let mut before: Option<char> = None;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let hump = c.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase()
                        || before.is_numeric()
                        || chars.peek().is_some_and(|(_, next)| next.is_lowercase())
                });
            if !c.is_alphanumeric() || hump {
                end = at;
                break;
            }
            before = Some(c);
        }
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }
}

/// Whether one of the words of a name is in the list, which is lower case.
pub(crate) fn has_word(name: &str, list: &[&str]) -> bool {
    words(name).any(|word| among(word, list))
}

/// Whether a word is in the list, which is lower case.
pub(crate) fn among(word: &str, list: &[&str]) -> bool {
    list.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// A name without case and separators, in a buffer; `None` when it is longer than any name looked for.
pub(crate) struct Plain {
    bytes: [u8; 32],
    length: usize,
}

impl Plain {
    /// Reads a name.
    pub(crate) fn of(name: &str) -> Option<Plain> {
        let mut plain = Plain { bytes: [0; 32], length: 0 };
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() {
                *plain.bytes.get_mut(plain.length)? = byte.to_ascii_lowercase();
                plain.length += 1;
            } else if !byte.is_ascii() {
                return None;
            }
        }
        Some(plain)
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Whether a contract declares security schemes.
pub(crate) fn declares_schemes(index: &Index<'_>) -> bool {
    index.component_map("securitySchemes", "securityDefinitions").is_some()
}

/// What a caller can do with an operation that others want to do many times over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Something secret can be guessed: a password, a one-time code, a reset token.
    Guess(&'static str),
    /// Money or its like moves.
    Money(&'static str),
    /// Something scarce or of value is taken, or somebody is written to.
    Business(&'static str),
}

/// The flow of an operation: by the last step of its path, only for POST.
pub(crate) fn flow(operation: &Operation<'_>) -> Option<Flow> {
    if operation.method != "POST" || operation.outgoing {
        return None;
    }
    let mut steps = operation.path.rsplit('/').filter(|step| !step.is_empty());
    let last = steps.next().filter(|step| !step.contains(['{', '}']))?;
    let before = steps.find(|step| !step.contains(['{', '}'])).unwrap_or_default();
    let plain = Plain::of(last)?;
    Some(match plain.as_str() {
        "login" | "signin" | "authenticate" | "logon" => Flow::Guess("sign-in"),
        "token" if has_word(before, &["oauth", "oauth2", "auth", "connect"]) => Flow::Guess("sign-in"),
        "otp" | "mfa" | "2fa" | "totp" | "verifyotp" | "verifycode" | "otpverify" | "checkotp" | "sendotp" => {
            Flow::Guess("one-time code")
        }
        "verify" if has_word(before, &["otp", "mfa", "2fa", "totp", "code", "pin"]) => Flow::Guess("one-time code"),
        "forgotpassword" | "resetpassword" | "passwordreset" | "forgetpassword" | "recoverpassword" => {
            Flow::Guess("password reset")
        }
        "reset" | "forgot" | "recover" | "recovery" if has_word(before, &["password", "passwords", "account"]) => {
            Flow::Guess("password reset")
        }
        "pay" | "payment" | "payments" | "charge" | "charges" | "checkout" | "payout" | "payouts" => {
            Flow::Money("payment")
        }
        "refund" | "refunds" => Flow::Money("refund"),
        "transfer" | "transfers" | "withdraw" | "withdrawal" | "withdrawals" | "deposit" | "deposits" | "topup"
        | "moneytransfer" => Flow::Money("transfer"),
        "order" | "orders" | "purchase" | "purchases" | "placeorder" => Flow::Money("order"),
        "signup" | "register" | "registration" | "registrations" => Flow::Business("sign-up"),
        "redeem" | "redemptions" | "applycoupon" | "applyvoucher" | "redeemcoupon" => Flow::Business("coupon"),
        "apply" if has_word(before, &["coupon", "coupons", "voucher", "vouchers"]) => Flow::Business("coupon"),
        "vote" | "votes" => Flow::Business("vote"),
        "booking" | "bookings" | "reservation" | "reservations" | "reserve" | "appointments" => {
            Flow::Business("booking")
        }
        "sendsms" | "sendemail" | "sms" | "invite" | "invitations" | "invites" => Flow::Business("message"),
        _ => return None,
    })
}

/// Whether a name is that of a header which tells callers about their limit.
pub(crate) fn limit_header(name: &str) -> bool {
    let name = name.as_bytes();
    let is = |text: &str| name.len() >= text.len() && name[..text.len()].eq_ignore_ascii_case(text.as_bytes());
    is("ratelimit") || is("x-ratelimit") || is("x-rate-limit") || is("rate-limit")
}

/// Whether any answer of an operation describes a header that the test accepts.
pub(crate) fn describes_header(index: &Index<'_>, operation: &Operation<'_>, test: fn(&str) -> bool) -> bool {
    let responses = operation.responses.iter().filter_map(|(_, found)| index.responses.get(*found));
    responses
        .filter_map(|response| response.node.get("headers"))
        .flat_map(NodeRef::members)
        .any(|header| test(header.key))
}

/// Whether a member of an object is `true`.
pub(crate) fn is_true(node: NodeRef<'_>, key: &str) -> bool {
    node.get(key).and_then(NodeRef::as_bool) == Some(true)
}

/// The parameters of an operation.
pub(crate) fn parameters<'i, 'a>(
    index: &'i Index<'a>,
    operation: &'i Operation<'_>,
) -> impl Iterator<Item = &'i Parameter<'a>> {
    operation.parameters.iter().filter_map(|found| index.parameters.get(*found))
}

/// Types of values that hold no secret themselves: whether there is one, or more members.
pub(crate) const HOLDS_NO_SECRET: TypeSet = TypeSet::BOOLEAN.union(TypeSet::OBJECT);

/// Whether a secret is one that the API makes and hands out, by its description: a generated password, a passcode.
pub(crate) fn issued(schema: NodeRef<'_>) -> bool {
    let text = schema.get("description").and_then(NodeRef::as_str).unwrap_or_default();
    ["generated", "passcode", "one-time", "temporary"].iter().any(|word| {
        text.as_bytes().windows(word.len()).take(2000).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// `1 operation`, `2 operations`.
pub(crate) fn operations(count: usize) -> String {
    if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_at_humps_and_separators() {
        let split = |name| words(name).collect::<Vec<_>>();
        assert_eq!(split("accessToken"), ["access", "Token"]);
        assert_eq!(split("X-API-Key"), ["X", "API", "Key"]);
        assert_eq!(split("HTTPServer2"), ["HTTP", "Server2"]);
        assert_eq!(split("__"), [""; 0]);
    }

    #[test]
    fn hosts_are_cut_out_of_addresses() {
        assert_eq!(host("http://u:p@a.example:80/x"), Some("a.example"));
        assert_eq!(host("https://[::1]:80"), Some("[::1]"));
        assert_eq!(host("/v1"), None);
        assert!(same_site("api.shop.example", "hooks.shop.example"));
        assert!(!same_site("a.co.uk", "b.co.uk"));
        assert!(same_site("x.a.co.uk", "y.a.co.uk"));
        assert!(clear_url("HTTP://shop.example") && !clear_url("http://localhost:80") && !clear_url("https://x"));
    }

    #[test]
    fn long_names_are_left_alone() {
        assert_eq!(Plain::of("Access-Token").as_ref().map(Plain::as_str), Some("accesstoken"));
        assert!(Plain::of(&"a".repeat(33)).is_none());
        assert!(Plain::of("pässword").is_none());
    }
}
