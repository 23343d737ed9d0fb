//! What is looked for in a server's TLS. Ids are never renumbered and never change meaning.

use crate::rule::{Category, Rule};
use palisade_finding::Severity;

pub(super) static SSL2: Rule = Rule {
    id: "PST101",
    name: "ssl-2-accepted",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server agrees on SSL 2.0.",
    why: "SSL 2.0 has been broken since 1995. Whoever can send messages to the server can read connections of any version that use the same key (DROWN).",
    fix: "Switch SSL 2.0 off on every server that uses this certificate's key, mail servers too, and use a current TLS library.",
    consumer: "Your own connections are at risk as well, whatever version they use: send nothing secret there until it is off.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc6176", "https://drownattack.com/"],
};

pub(super) static SSL3: Rule = Rule {
    id: "PST102",
    name: "ssl-3-accepted",
    severity: Severity::High,
    category: Category::Network,
    what: "The server agrees on SSL 3.0.",
    why: "Its padding lets an attacker between both sides read secrets byte by byte (POODLE), and clients can be pushed down to it.",
    fix: "Switch SSL 3.0 off; leave TLS 1.2 and TLS 1.3.",
    consumer: "Let your client refuse everything below TLS 1.2.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc7568"],
};

pub(super) static TLS10: Rule = Rule {
    id: "PST103",
    name: "tls-1-0-accepted",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The server agrees on TLS 1.0.",
    why: "It signs handshakes with SHA-1 and MD5 and has no authenticated encryption. It is deprecated, and payment rules forbid it.",
    fix: "Switch TLS 1.0 off; leave TLS 1.2 and TLS 1.3.",
    consumer: "Let your client refuse everything below TLS 1.2.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc8996"],
};

pub(super) static TLS11: Rule = Rule {
    id: "PST104",
    name: "tls-1-1-accepted",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The server agrees on TLS 1.1.",
    why: "It signs handshakes with SHA-1 and MD5 and has no authenticated encryption. It is deprecated.",
    fix: "Switch TLS 1.1 off; leave TLS 1.2 and TLS 1.3.",
    consumer: "Let your client refuse everything below TLS 1.2.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc8996"],
};

pub(super) static NOTHING_NEW: Rule = Rule {
    id: "PST105",
    name: "no-current-tls",
    severity: Severity::High,
    category: Category::Network,
    what: "The server agrees on neither TLS 1.2 nor TLS 1.3.",
    why: "Only deprecated versions are left, so that no client can connect safely, and current ones not at all.",
    fix: "Use a TLS library of this decade and switch TLS 1.2 and TLS 1.3 on.",
    consumer: "Do not connect directly: current clients cannot. A proxy of your own that still speaks the old version widens the risk to all you send.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static NO_TLS13: Rule = Rule {
    id: "PST106",
    name: "no-tls-1-3",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server does not agree on TLS 1.3.",
    why: "TLS 1.2 is safe if it is set up well; TLS 1.3 has no bad settings left, hides the certificate and connects faster.",
    fix: "Switch TLS 1.3 on; every library in support has it.",
    consumer: "Nothing to do: TLS 1.2 with forward secrecy is safe.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc8446"],
};

pub(super) static NULL: Rule = Rule {
    id: "PST107",
    name: "unencrypted-suite",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server agrees on suites that encrypt nothing.",
    why: "Everyone on the way reads everything, while both sides believe that they are safe.",
    fix: "Take every suite with NULL out of the list.",
    consumer: "Let your client offer suites that encrypt only; every current one does.",
    owasp: &["API8:2023"],
    cwe: &["CWE-319"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static ANONYMOUS: Rule = Rule {
    id: "PST108",
    name: "anonymous-suite",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server agrees on suites in which it does not prove who it is.",
    why: "Anyone on the way can stand in for the server.",
    fix: "Take every suite with anon (ADH, AECDH) out of the list.",
    consumer: "Let your client refuse suites without authentication; every current one does.",
    owasp: &["API8:2023"],
    cwe: &["CWE-287"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static EXPORT: Rule = Rule {
    id: "PST109",
    name: "export-suite",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server agrees on export suites, with keys of 40 to 56 bits.",
    why: "The keys are broken within hours, and clients can be pushed down to them (FREAK, Logjam).",
    fix: "Take every suite with EXPORT out of the list, and use a current TLS library.",
    consumer: "Keep your TLS library current, so that it cannot be pushed down.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static RC4: Rule = Rule {
    id: "PST110",
    name: "rc4-suite",
    severity: Severity::High,
    category: Category::Network,
    what: "The server agrees on RC4.",
    why: "RC4 leaks what is encrypted again and again, cookies and tokens first.",
    fix: "Take every suite with RC4 out of the list.",
    consumer: "Let your client refuse RC4; every current one does.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc7465"],
};

pub(super) static DES: Rule = Rule {
    id: "PST111",
    name: "single-des-suite",
    severity: Severity::High,
    category: Category::Network,
    what: "The server agrees on single DES.",
    why: "56 bits are broken by trying all keys, within a day and for little money.",
    fix: "Take every suite with DES out of the list.",
    consumer: "Let your client refuse DES; every current one does.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc5469"],
};

pub(super) static SMALL_BLOCKS: Rule = Rule {
    id: "PST112",
    name: "64-bit-block-suite",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The server agrees on ciphers with blocks of 64 bits (3DES, IDEA, RC2).",
    why: "Blocks repeat within some gigabytes, which gives away what a long connection carries (SWEET32).",
    fix: "Take 3DES, IDEA and RC2 out of the list, or leave them as the very last choice for clients of before 2008.",
    consumer: "Let your client offer AES and ChaCha20 only, and renew long connections.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://sweet32.info/"],
};

pub(super) static NO_SECRECY: Rule = Rule {
    id: "PST113",
    name: "no-forward-secrecy",
    severity: Severity::Medium,
    category: Category::Network,
    what: "No suite that the server agrees on has forward secrecy.",
    why: "Traffic recorded today can be read by whoever gets the server's key in any later year.",
    fix: "Put ECDHE suites first, or switch TLS 1.3 on, which has nothing else.",
    consumer: "Count what you send as recorded: keep lifetimes of tokens short, and encrypt what must stay secret for years by yourself.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static STATIC: Rule = Rule {
    id: "PST114",
    name: "suite-without-forward-secrecy",
    severity: Severity::Low,
    category: Category::Network,
    what: "Beside suites with forward secrecy the server agrees on ones without.",
    why: "A client that chooses badly leaves traffic that the server's key opens later; RSA key exchange has also been attacked again and again (ROBOT).",
    fix: "Leave suites with ECDHE only.",
    consumer: "Let your client offer ECDHE suites and TLS 1.3 only.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static NO_AEAD: Rule = Rule {
    id: "PST115",
    name: "no-authenticated-encryption",
    severity: Severity::Medium,
    category: Category::Network,
    what: "No suite that the server agrees on has authenticated encryption (GCM, CCM, ChaCha20-Poly1305).",
    why: "Suites that encrypt and authenticate apart have been attacked through their padding for twenty years (Lucky Thirteen).",
    fix: "Switch on suites with AES-GCM or ChaCha20-Poly1305, which TLS 1.2 and later have.",
    consumer: "Nothing a client can set helps: ask the provider.",
    owasp: &["API8:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static CLIENT_ORDER: Rule = Rule {
    id: "PST116",
    name: "client-chooses-weak-suite",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server takes the client's first choice, and weak suites are among what it takes.",
    why: "A client with an old list gets a weak suite although both could do better.",
    fix: "Take the weak suites out; then the order does not matter. Until then let the server's order count.",
    consumer: "Put the strongest suites first in your client's list.",
    owasp: &["API8:2023"],
    cwe: &["CWE-757"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325"],
};

pub(super) static WEAK_PRIME: Rule = Rule {
    id: "PST117",
    name: "weak-diffie-hellman",
    severity: Severity::Medium,
    category: Category::Network,
    what: "Diffie-Hellman is done with a prime of fewer than 2048 bits.",
    why: "1024 bits are within reach of states, and a prime that many use is broken for all of them at once (Logjam). 512 bits are broken within minutes.",
    fix: "Use ECDHE, or the groups of RFC 7919 with 2048 bits and more.",
    consumer: "Let your client offer ECDHE suites only.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://weakdh.org/", "https://www.rfc-editor.org/rfc/rfc7919"],
};

pub(super) static WEAK_GROUP: Rule = Rule {
    id: "PST118",
    name: "weak-curve",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server agrees on curves weaker than 224 bits.",
    why: "They are below every recommendation, and clients have no reason to ask for them.",
    fix: "Leave X25519, P-256 and P-384, with X25519MLKEM768 in front.",
    consumer: "Let your client offer X25519 and P-256 only.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc8422"],
};

pub(super) static NO_PQ: Rule = Rule {
    id: "PST119",
    name: "no-post-quantum-group",
    severity: Severity::Info,
    category: Category::Network,
    what: "The server agrees on no group that withstands a quantum computer.",
    why: "Traffic recorded today could be read once such computers exist.",
    fix: "Use a TLS library that has X25519MLKEM768 (OpenSSL 3.5 and others) and switch it on.",
    consumer: "Encrypt what must stay secret for decades by yourself.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.iana.org/assignments/tls-parameters/"],
};

pub(super) static COMPRESSION: Rule = Rule {
    id: "PST120",
    name: "tls-compression",
    severity: Severity::High,
    category: Category::Network,
    what: "The server compresses before it encrypts.",
    why: "The length of what is sent gives away secrets in it, cookies first (CRIME).",
    fix: "Switch TLS compression off; compress bodies in HTTP if need be, without secrets in them.",
    consumer: "Switch TLS compression off in your client; current ones have none.",
    owasp: &["API8:2023"],
    cwe: &["CWE-203"],
    references: &["https://www.rfc-editor.org/rfc/rfc7525#section-3.3"],
};

pub(super) static RENEGOTIATION: Rule = Rule {
    id: "PST121",
    name: "no-secure-renegotiation",
    severity: Severity::High,
    category: Category::Network,
    what: "The server does not know secure renegotiation (RFC 5746).",
    why: "An attacker on the way can put a request of its own in front of the client's, under the client's credentials.",
    fix: "Use a TLS library of after 2010, or switch renegotiation off and TLS 1.3 on.",
    consumer: "Let your client refuse servers without RFC 5746; OpenSSL 3 does so.",
    owasp: &["API8:2023"],
    cwe: &["CWE-300"],
    references: &["https://www.rfc-editor.org/rfc/rfc5746"],
};

pub(super) static FALLBACK: Rule = Rule {
    id: "PST122",
    name: "no-downgrade-protection",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server speaks several versions and takes a fallback to a lower one that an attacker brought about (no TLS_FALLBACK_SCSV).",
    why: "Clients that try again with a lower version can be pushed down to the worst one.",
    fix: "Use a TLS library of after 2015, or leave TLS 1.2 and TLS 1.3, whose hellos are protected by themselves.",
    consumer: "Use a client that does not try again with lower versions; no current one does.",
    owasp: &["API8:2023"],
    cwe: &["CWE-757"],
    references: &["https://www.rfc-editor.org/rfc/rfc7507"],
};

pub(super) static MASTER_SECRET: Rule = Rule {
    id: "PST123",
    name: "no-extended-master-secret",
    severity: Severity::Low,
    category: Category::Network,
    what: "Up to TLS 1.2 the server does not bind the master secret to the handshake (RFC 7627).",
    why: "Two sessions can be made to share a secret (triple handshake), which breaks what builds on client certificates or channel binding.",
    fix: "Use a TLS library of after 2016, or TLS 1.3 alone.",
    consumer: "With client certificates use TLS 1.3 only.",
    owasp: &["API8:2023"],
    cwe: &["CWE-300"],
    references: &["https://www.rfc-editor.org/rfc/rfc7627"],
};

pub(super) static EARLY_DATA: Rule = Rule {
    id: "PST124",
    name: "early-data-taken",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server takes early data of TLS 1.3 (0-RTT).",
    why: "What is sent early can be sent again by anyone who recorded it: a payment, an order.",
    fix: "Switch early data off for an API, or take it for requests that change nothing only and answer 425 to others.",
    consumer: "Do not send early data from your client; few do.",
    owasp: &["API8:2023"],
    cwe: &["CWE-294"],
    references: &["https://www.rfc-editor.org/rfc/rfc8470"],
};

pub(super) static EXPIRED: Rule = Rule {
    id: "PST130",
    name: "certificate-expired",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server's certificate is out of date.",
    why: "Clients refuse it, or were taught to accept anything, and then an attacker's certificate passes as well.",
    fix: "Renew the certificate, and let a machine renew it (ACME) and watch the date.",
    consumer: "Do not switch validation off: wait, or ask the provider for the fingerprint and pin it for a short time.",
    owasp: &["API8:2023"],
    cwe: &["CWE-298"],
    references: &["https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"],
};

pub(super) static TOO_EARLY: Rule = Rule {
    id: "PST131",
    name: "certificate-not-yet-valid",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server's certificate is not valid yet.",
    why: "Clients refuse it; often a clock is wrong on the side that issued it.",
    fix: "Install the certificate that is valid today, and check the clocks.",
    consumer: "Do not switch validation off: wait for the date.",
    owasp: &["API8:2023"],
    cwe: &["CWE-298"],
    references: &["https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"],
};

pub(super) static EXPIRES: Rule = Rule {
    id: "PST132",
    name: "certificate-expires-soon",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server's certificate ends within 14 days.",
    why: "If nobody renews it, every client stops working that day. Certificates that machines renew are renewed earlier.",
    fix: "Renew it now, and find out why the machine did not.",
    consumer: "Ask the provider, and be ready for the day.",
    owasp: &["API8:2023"],
    cwe: &["CWE-298"],
    references: &["https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"],
};

pub(super) static WRONG_NAME: Rule = Rule {
    id: "PST133",
    name: "certificate-for-other-name",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The server's certificate does not stand for the name in the URL.",
    why: "Clients cannot tell this server from an attacker's.",
    fix: "Get a certificate that names this host among its subject alternative names.",
    consumer: "Use the name that the certificate has, if it is the provider's. Do not switch validation off.",
    owasp: &["API8:2023"],
    cwe: &["CWE-297"],
    references: &["https://www.rfc-editor.org/rfc/rfc9525"],
};

pub(super) static SELF_SIGNED: Rule = Rule {
    id: "PST134",
    name: "certificate-self-signed",
    severity: Severity::High,
    category: Category::Network,
    what: "The server's certificate is signed by itself, and is not among the trusted roots.",
    why: "Anyone can make such a certificate in the server's name.",
    fix: "Get a certificate of a public authority; ACME gives them for nothing.",
    consumer: "Get the certificate from the provider over another way and trust it alone (--ca FILE). Do not switch validation off.",
    owasp: &["API8:2023"],
    cwe: &["CWE-295"],
    references: &["https://www.rfc-editor.org/rfc/rfc5280"],
};

pub(super) static INCOMPLETE: Rule = Rule {
    id: "PST135",
    name: "certificate-chain-incomplete",
    severity: Severity::High,
    category: Category::Network,
    what: "The server sends its certificate without the one of its issuer, and no path leads to a trusted root.",
    why: "Clients that do not fetch or know the missing one refuse the connection; API clients hardly ever do. It may as well be an unknown authority.",
    fix: "Send the whole chain: the file that the authority calls fullchain.",
    consumer: "Give your client the missing certificate as one that it knows, after you have checked where it comes from (--ca FILE).",
    owasp: &["API8:2023"],
    cwe: &["CWE-296"],
    references: &["https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2"],
};

pub(super) static UNTRUSTED: Rule = Rule {
    id: "PST136",
    name: "certificate-untrusted",
    severity: Severity::High,
    category: Category::Network,
    what: "No path leads from the server's certificate to a trusted root.",
    why: "Clients cannot tell this server from an attacker's.",
    fix: "Get a certificate of a public authority, or give the callers the root of the private one.",
    consumer: "Get the authority's root from the provider over another way and trust it for this host (--ca FILE). Do not switch validation off.",
    owasp: &["API8:2023"],
    cwe: &["CWE-295"],
    references: &["https://www.rfc-editor.org/rfc/rfc5280#section-6"],
};

pub(super) static WEAK_KEY: Rule = Rule {
    id: "PST137",
    name: "certificate-weak-key",
    severity: Severity::High,
    category: Category::Network,
    what: "The key of a certificate is weaker than RSA with 2048 bits.",
    why: "Who breaks the key is the server, for years if nobody notices.",
    fix: "Make a new key, ECDSA P-256 or RSA with at least 2048 bits, and a new certificate.",
    consumer: "Send nothing secret there; ask the provider.",
    owasp: &["API8:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc9325#section-4.5"],
};

pub(super) static WEAK_HASH: Rule = Rule {
    id: "PST138",
    name: "certificate-weak-signature",
    severity: Severity::High,
    category: Category::Network,
    what: "A certificate of the chain is signed with MD2, MD4, MD5 or SHA-1.",
    why: "Two certificates with the same hash can be made, and then one authority's signature passes for another name.",
    fix: "Get a new certificate; every authority signs with SHA-256 or better.",
    consumer: "Keep validation on: current clients refuse such chains.",
    owasp: &["API8:2023"],
    cwe: &["CWE-328"],
    references: &["https://www.rfc-editor.org/rfc/rfc9155"],
};

pub(super) static LONG_LIFE: Rule = Rule {
    id: "PST139",
    name: "certificate-valid-too-long",
    severity: Severity::Low,
    category: Category::Network,
    what: "The server's certificate is valid for more than 398 days.",
    why: "A key that was stolen or a name that changed hands stays good for as long. Browsers refuse such certificates of public authorities.",
    fix: "Use certificates of 90 days or fewer, renewed by a machine.",
    consumer: "Nothing to do.",
    owasp: &["API8:2023"],
    cwe: &["CWE-324"],
    references: &["https://cabforum.org/working-groups/server/baseline-requirements/"],
};

pub(super) static NOT_LOGGED: Rule = Rule {
    id: "PST140",
    name: "certificate-not-logged",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The server's certificate comes from a public authority and shows no proof that it stands in public logs (Certificate Transparency).",
    why: "A certificate that an authority should not have issued stays unseen. Browsers refuse it.",
    fix: "Get a certificate with embedded timestamps; every public authority gives them unless asked not to.",
    consumer: "API clients mostly do not check this: ask the provider.",
    owasp: &["API8:2023"],
    cwe: &["CWE-295"],
    references: &["https://www.rfc-editor.org/rfc/rfc6962"],
};

pub(super) static MUST_STAPLE: Rule = Rule {
    id: "PST141",
    name: "staple-missing",
    severity: Severity::High,
    category: Category::Network,
    what: "The certificate demands an OCSP answer with every handshake, and none comes.",
    why: "Clients that heed the demand refuse the connection.",
    fix: "Switch OCSP stapling on, or get a certificate without the demand.",
    consumer: "Nothing to do: most API clients do not heed it.",
    owasp: &["API8:2023"],
    cwe: &["CWE-299"],
    references: &["https://www.rfc-editor.org/rfc/rfc7633"],
};

pub(super) static NOT_STAPLED: Rule = Rule {
    id: "PST142",
    name: "no-ocsp-staple",
    severity: Severity::Info,
    category: Category::Network,
    what: "The certificate names an OCSP responder, and the server sends no answer of it along.",
    why: "Clients ask the authority themselves, which tells it who connects where and takes time, or do not check at all.",
    fix: "Switch OCSP stapling on.",
    consumer: "Nothing to do.",
    owasp: &["API8:2023"],
    cwe: &["CWE-299"],
    references: &["https://www.rfc-editor.org/rfc/rfc6066#section-8"],
};

pub(super) static REVOKED: Rule = Rule {
    id: "PST143",
    name: "certificate-revoked",
    severity: Severity::Critical,
    category: Category::Network,
    what: "The OCSP answer that the server sends along says that its certificate is revoked.",
    why: "The key may be in wrong hands, or the name no longer the provider's.",
    fix: "Install the certificate that replaced it.",
    consumer: "Do not connect until the certificate is replaced.",
    owasp: &["API8:2023"],
    cwe: &["CWE-299"],
    references: &["https://www.rfc-editor.org/rfc/rfc6960"],
};

pub(super) static DISORDER: Rule = Rule {
    id: "PST144",
    name: "certificate-chain-in-disorder",
    severity: Severity::Low,
    category: Category::Network,
    what: "The certificates are not sent in order: each is to be followed by the one of its issuer.",
    why: "Strict and older clients fail, others guess.",
    fix: "Send the server's own certificate first, then each issuer's, without others in between.",
    consumer: "Nothing to do as long as your client connects.",
    owasp: &["API8:2023"],
    cwe: &["CWE-296"],
    references: &["https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2"],
};

/// Every rule, by id.
pub static RULES: &[&Rule] = &[
    &SSL2,
    &SSL3,
    &TLS10,
    &TLS11,
    &NOTHING_NEW,
    &NO_TLS13,
    &NULL,
    &ANONYMOUS,
    &EXPORT,
    &RC4,
    &DES,
    &SMALL_BLOCKS,
    &NO_SECRECY,
    &STATIC,
    &NO_AEAD,
    &CLIENT_ORDER,
    &WEAK_PRIME,
    &WEAK_GROUP,
    &NO_PQ,
    &COMPRESSION,
    &RENEGOTIATION,
    &FALLBACK,
    &MASTER_SECRET,
    &EARLY_DATA,
    &EXPIRED,
    &TOO_EARLY,
    &EXPIRES,
    &WRONG_NAME,
    &SELF_SIGNED,
    &INCOMPLETE,
    &UNTRUSTED,
    &WEAK_KEY,
    &WEAK_HASH,
    &LONG_LIFE,
    &NOT_LOGGED,
    &MUST_STAPLE,
    &NOT_STAPLED,
    &REVOKED,
    &DISORDER,
];
