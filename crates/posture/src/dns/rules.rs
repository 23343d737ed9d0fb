//! What is looked for in DNS and mail.

use crate::rule::{Category, Rule};
use palisade_finding::Severity;

/// Every rule, by id.
pub static RULES: &[&Rule] = &[
    &MISSING_SPF,
    &PERMISSIVE_SPF,
    &BROKEN_SPF,
    &SPF_PTR,
    &MISSING_DMARC,
    &WEAK_DMARC,
    &BROKEN_DMARC,
    &DMARC_UNREPORTED,
    &WEAK_DKIM_KEY,
    &UNUSABLE_DKIM_KEY,
    &DKIM_NOT_FOUND,
    &MISSING_MTA_STS,
    &BROKEN_MTA_STS,
    &MISSING_TLS_REPORTS,
    &UNSIGNED_ZONE,
    &BROKEN_DNSSEC,
    &WEAK_DNSSEC_ALGORITHM,
    &MISSING_CAA,
    &MALFORMED_CAA,
    &DANGLING_NAME,
    &SHARED_HOST,
    &SINGLE_NAME_SERVER,
    &WILDCARD,
];

pub(super) static MISSING_SPF: Rule = Rule {
    id: "PST301",
    name: "missing-spf",
    severity: Severity::Medium,
    category: Category::Email,
    what: "The domain has no SPF record: nothing says which machines may send its mail.",
    why: "Anyone can send mail that claims to come from the domain: invoices, new bank details, links to sign in. People who know the provider believe it.",
    fix: "Publish one TXT record at the domain that names its senders and ends with -all, for example `v=spf1 include:_spf.mail-provider.example -all`; `v=spf1 -all` for a domain that sends no mail.",
    consumer: "Do not act on mail from this domain alone: confirm payment details, keys and addresses over another way.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7208"],
};

pub(super) static PERMISSIVE_SPF: Rule = Rule {
    id: "PST302",
    name: "permissive-spf",
    severity: Severity::High,
    category: Category::Email,
    what: "The SPF record lets anyone send: it ends with +all, with ?all or without all, or it names networks that are a large share of all addresses.",
    why: "A record that anyone passes is worse than none: receivers take forged mail for proven.",
    fix: "End the record with -all (or ~all while senders are still being found), and name the senders' own networks only.",
    consumer: "Treat mail from this domain as unproven, whatever the receiving server says about SPF.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7208#section-5.1"],
};

pub(super) static BROKEN_SPF: Rule = Rule {
    id: "PST303",
    name: "broken-spf",
    severity: Severity::Medium,
    category: Category::Email,
    what: "Receivers end with an error at the SPF record: several records, a term that is not in the grammar, more than ten look-ups, more than two of them in vain, an include without a record or one that leads back to itself.",
    why: "At an error receivers act as if there were no record, so forged mail passes, or proper mail is refused.",
    fix: "Keep exactly one record, mend or drop the term shown, and replace includes by the networks they stand for until at most ten look-ups are left.",
    consumer: "Treat mail from this domain as unproven, and expect proper mail from it to end in the spam folder.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7208#section-4.6.4"],
};

pub(super) static SPF_PTR: Rule = Rule {
    id: "PST304",
    name: "spf-ptr",
    severity: Severity::Low,
    category: Category::Email,
    what: "The SPF record uses ptr.",
    why: "Its result hangs on the reverse names of the sender's network, which the sender may write. It is slow, and receivers may skip it (RFC 7208 section 5.5).",
    fix: "Replace ptr by a, mx, ip4 or ip6.",
    consumer: "Nothing to do but to know that SPF is weak here.",
    owasp: &["API10:2023"],
    cwe: &["CWE-350"],
    references: &["https://www.rfc-editor.org/rfc/rfc7208#section-5.5"],
};

pub(super) static MISSING_DMARC: Rule = Rule {
    id: "PST305",
    name: "missing-dmarc",
    severity: Severity::Medium,
    category: Category::Email,
    what: "Neither the name nor its organisational domain has a DMARC record.",
    why: "SPF and DKIM do not look at the address that people see. Without DMARC nothing ties them to it, and receivers do nothing about forged mail.",
    fix: "Publish `v=DMARC1; p=none; rua=mailto:reports@DOMAIN` at _dmarc.DOMAIN, read the reports, then raise p to quarantine and to reject.",
    consumer: "Do not act on mail from this domain alone; a mail gateway can quarantine mail from it that neither SPF nor DKIM proves.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7489"],
};

pub(super) static WEAK_DMARC: Rule = Rule {
    id: "PST306",
    name: "weak-dmarc",
    severity: Severity::Medium,
    category: Category::Email,
    what: "The DMARC policy that holds asks for nothing to be done: p=none or sp=none, it is a test (t=y), or it is for a share of the mail only.",
    why: "Forged mail is delivered, and the provider merely hears of it.",
    fix: "Once the reports show proper mail passing, set p=quarantine and then p=reject, without sp=none and t=y and with pct=100.",
    consumer: "Do not act on mail from this domain alone; quarantine mail from it that neither SPF nor DKIM proves.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7489#section-6.3"],
};

pub(super) static BROKEN_DMARC: Rule = Rule {
    id: "PST307",
    name: "broken-dmarc",
    severity: Severity::Medium,
    category: Category::Email,
    what: "There are several DMARC records, or the record is not written as the standard says.",
    why: "Receivers ignore such a record, or read another policy out of it than was meant.",
    fix: "Keep exactly one record that begins with `v=DMARC1;` and has p with none, quarantine or reject.",
    consumer: "Treat the domain as one without DMARC.",
    owasp: &["API10:2023"],
    cwe: &["CWE-290"],
    references: &["https://www.rfc-editor.org/rfc/rfc7489#section-6.6.3"],
};

pub(super) static DMARC_UNREPORTED: Rule = Rule {
    id: "PST308",
    name: "dmarc-unreported",
    severity: Severity::Low,
    category: Category::Email,
    what: "No summaries of forged mail reach the domain: the DMARC record names no address for them, or one in a domain that has not agreed to take them.",
    why: "The provider does not learn that its name is being used, and cannot tighten the policy without breaking its own mail.",
    fix: "Add rua=mailto:reports@DOMAIN; for an address in another domain have that one publish `v=DMARC1` at DOMAIN._report._dmarc.OTHER.",
    consumer: "Tell the provider about forged mail that you get: it has no other way to know.",
    owasp: &["API10:2023"],
    cwe: &["CWE-778"],
    references: &["https://www.rfc-editor.org/rfc/rfc7489#section-7.1"],
};

pub(super) static WEAK_DKIM_KEY: Rule = Rule {
    id: "PST309",
    name: "weak-dkim-key",
    severity: Severity::Medium,
    category: Category::Email,
    what: "A DKIM key is an RSA key of less than 2048 bits, or only allows SHA-1.",
    why: "Keys under 1024 bits can be factored by anyone, 1024 bits by those with means. Who has the key signs mail that everyone believes.",
    fix: "Publish a key of 2048 bits or an Ed25519 key under a new selector, sign with it, then empty the old one.",
    consumer: "Do not take a DKIM signature of this domain as proof for anything of value.",
    owasp: &["API10:2023"],
    cwe: &["CWE-326"],
    references: &["https://www.rfc-editor.org/rfc/rfc8301#section-3.2"],
};

pub(super) static UNUSABLE_DKIM_KEY: Rule = Rule {
    id: "PST310",
    name: "unusable-dkim-key",
    severity: Severity::Low,
    category: Category::Email,
    what: "A DKIM key cannot be used: it is marked as a test, is no key at all, was revoked, or a selector that was named has no record.",
    why: "Receivers treat the mail as unsigned, so nothing proves it where SPF does not survive, as with forwarding.",
    fix: "Drop t=y once signing works; publish the key again as the mail system shows it; stop signing with revoked selectors.",
    consumer: "Expect proper mail of this domain to fail checks now and then.",
    owasp: &["API10:2023"],
    cwe: &["CWE-347"],
    references: &["https://www.rfc-editor.org/rfc/rfc6376#section-3.6.1"],
};

pub(super) static DKIM_NOT_FOUND: Rule = Rule {
    id: "PST311",
    name: "dkim-not-found",
    severity: Severity::Info,
    category: Category::Email,
    what: "No DKIM key was found under the selectors that were asked for. Only the domain's mail tells which selectors it uses.",
    why: "Without DKIM, forwarded mail cannot be told from forged mail.",
    fix: "Have the mail system sign with DKIM and publish its key at SELECTOR._domainkey.DOMAIN.",
    consumer: "Look for `s=` in a DKIM-Signature line of the provider's mail, and name that selector in the next run.",
    owasp: &["API10:2023"],
    cwe: &["CWE-347"],
    references: &["https://www.rfc-editor.org/rfc/rfc6376"],
};

pub(super) static MISSING_MTA_STS: Rule = Rule {
    id: "PST312",
    name: "missing-mta-sts",
    severity: Severity::Low,
    category: Category::Email,
    what: "The domain takes mail and has no MTA-STS policy, or one that enforces nothing.",
    why: "Whoever sits between two mail servers can make them speak without encryption, or lead mail elsewhere.",
    fix: "Publish `v=STSv1; id=1` at _mta-sts.DOMAIN and a policy with mode: enforce at https://mta-sts.DOMAIN/.well-known/mta-sts.txt.",
    consumer: "Send nothing secret to this domain by mail.",
    owasp: &["API10:2023"],
    cwe: &["CWE-319"],
    references: &["https://www.rfc-editor.org/rfc/rfc8461"],
};

pub(super) static BROKEN_MTA_STS: Rule = Rule {
    id: "PST313",
    name: "broken-mta-sts",
    severity: Severity::Medium,
    category: Category::Email,
    what: "The MTA-STS record promises a policy that cannot be used: it cannot be fetched, is not written as the standard says, or leaves out an exchange of the domain.",
    why: "Without a policy senders fall back to mail that can be read on the way; with one that leaves out an exchange, mail is not delivered.",
    fix: "Serve the policy with a valid certificate and without redirects, and list every exchange of the domain in it.",
    consumer: "Send nothing secret to this domain by mail, and expect delivery to fail.",
    owasp: &["API10:2023"],
    cwe: &["CWE-319"],
    references: &["https://www.rfc-editor.org/rfc/rfc8461#section-3.2"],
};

pub(super) static MISSING_TLS_REPORTS: Rule = Rule {
    id: "PST314",
    name: "missing-tls-reports",
    severity: Severity::Info,
    category: Category::Email,
    what: "The domain takes mail and does not ask for reports about failed TLS, or not in a way that senders understand.",
    why: "The provider does not learn that someone keeps mail servers from encrypting.",
    fix: "Publish `v=TLSRPTv1; rua=mailto:reports@DOMAIN` at _smtp._tls.DOMAIN.",
    consumer: "Nothing to do.",
    owasp: &["API10:2023"],
    cwe: &["CWE-778"],
    references: &["https://www.rfc-editor.org/rfc/rfc8460"],
};

pub(super) static UNSIGNED_ZONE: Rule = Rule {
    id: "PST321",
    name: "unsigned-zone",
    severity: Severity::Low,
    category: Category::Network,
    what: "The zone of the name is not signed with DNSSEC, or the zone above does not vouch for its keys.",
    why: "Who can answer in place of the name server leads clients elsewhere, can have certificates issued, and can turn off what protects mail.",
    fix: "Sign the zone and give the DS record to the registrar.",
    consumer: "Rely on TLS with proper checks of the certificate; do not turn them off for this name.",
    owasp: &["API10:2023"],
    cwe: &["CWE-350"],
    references: &["https://www.rfc-editor.org/rfc/rfc9364"],
};

pub(super) static BROKEN_DNSSEC: Rule = Rule {
    id: "PST322",
    name: "broken-dnssec",
    severity: Severity::High,
    category: Category::Network,
    what: "The zone is signed and the signatures do not hold: expired, missing, made by a key that is not there, or not vouched for by the DS record.",
    why: "Resolvers that check refuse the name: for their users the API is down. Everyone else could be led astray without notice.",
    fix: "Sign the zone again, and have the DS record at the registrar match the key; remove the DS record where signing was given up.",
    consumer: "Expect the name not to resolve at networks that check DNSSEC. Do not turn checks off to get through: ask the provider.",
    owasp: &["API10:2023"],
    cwe: &["CWE-347"],
    references: &["https://www.rfc-editor.org/rfc/rfc4035#section-5"],
};

pub(super) static WEAK_DNSSEC_ALGORITHM: Rule = Rule {
    id: "PST323",
    name: "weak-dnssec-algorithm",
    severity: Severity::Medium,
    category: Category::Network,
    what: "The zone is signed with an algorithm, or vouched for with a digest, that must no longer be used: RSA/MD5, DSA, anything with SHA-1, GOST.",
    why: "Signatures can be forged with means, and resolvers begin to treat such zones as unsigned.",
    fix: "Roll the keys over to algorithm 13 (ECDSA P-256) or 15 (Ed25519), with a DS record of digest 2.",
    consumer: "Rely on TLS with proper checks of the certificate.",
    owasp: &["API10:2023"],
    cwe: &["CWE-327"],
    references: &["https://www.rfc-editor.org/rfc/rfc8624"],
};

pub(super) static MISSING_CAA: Rule = Rule {
    id: "PST325",
    name: "missing-caa",
    severity: Severity::Low,
    category: Category::Network,
    what: "No CAA record holds for the name: any of the certificate authorities may issue a certificate for it.",
    why: "An attacker needs to fool only the weakest of all authorities to get a certificate for the API.",
    fix: "Publish CAA records that name the authorities in use, for example `0 issue \"letsencrypt.org\"`, and `0 iodef \"mailto:security@DOMAIN\"`.",
    consumer: "Pin the issuing authority in clients that matter, or watch certificate transparency logs for the name.",
    owasp: &["API10:2023"],
    cwe: &["CWE-295"],
    references: &["https://www.rfc-editor.org/rfc/rfc8659"],
};

pub(super) static MALFORMED_CAA: Rule = Rule {
    id: "PST326",
    name: "malformed-caa",
    severity: Severity::Low,
    category: Category::Network,
    what: "A CAA record is not written as the standard says, or has a critical property that issuers do not know.",
    why: "Issuers read it as forbidding every certificate, or not as was meant: a renewal fails, or protection is missing.",
    fix: "Write issuers as plain domain names and addresses for reports as URLs; drop critical properties that are not registered.",
    consumer: "Expect a renewal of the certificate to fail: watch its end date.",
    owasp: &["API10:2023"],
    cwe: &["CWE-295"],
    references: &["https://www.rfc-editor.org/rfc/rfc8659#section-4"],
};

pub(super) static DANGLING_NAME: Rule = Rule {
    id: "PST331",
    name: "dangling-name",
    severity: Severity::High,
    category: Category::Network,
    what: "A name leads to a name that does not exist: an alias, a name server or a mail exchange.",
    why: "Whoever registers what is missing answers in the provider's place: callers send it their keys, it gets certificates, it reads the mail.",
    fix: "Remove the record, or make what it leads to again.",
    consumer: "Do not send credentials to this name until it is mended.",
    owasp: &["API10:2023"],
    cwe: &["CWE-350"],
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/10-Test_for_Subdomain_Takeover",
    ],
};

pub(super) static SHARED_HOST: Rule = Rule {
    id: "PST332",
    name: "alias-to-shared-host",
    severity: Severity::Info,
    category: Category::Network,
    what: "The name is an alias of a name at a hoster where anyone may register names.",
    why: "All is well as long as the service there exists. When it is given up and the alias stays, someone else can register it and answer in its place.",
    fix: "Remove the alias before the service; verify the domain with the hoster where it offers that.",
    consumer: "Watch this name: an answer that suddenly looks different may be another's.",
    owasp: &["API10:2023"],
    cwe: &["CWE-350"],
    references: &[],
};

pub(super) static SINGLE_NAME_SERVER: Rule = Rule {
    id: "PST333",
    name: "single-name-server",
    severity: Severity::Low,
    category: Category::Network,
    what: "The domain has one name server only.",
    why: "When that one is away, the API is, and so is everything under the domain (RFC 2182 asks for at least two, apart from each other).",
    fix: "Add a second name server in another network.",
    consumer: "Cache addresses for as long as their time to live says, and keep a fallback for outages.",
    owasp: &["API10:2023"],
    cwe: &["CWE-400"],
    references: &["https://www.rfc-editor.org/rfc/rfc2182#section-5"],
};

pub(super) static WILDCARD: Rule = Rule {
    id: "PST334",
    name: "wildcard-name",
    severity: Severity::Info,
    category: Category::Network,
    what: "Names under the domain that nobody made have an address.",
    why: "Misspelt and made-up names lead to a real server: good for phishing and for cookies set for the whole domain, and it hides names that were forgotten.",
    fix: "Publish the names in use, and drop the wildcard.",
    consumer: "Compare host names in clients with the very name of the API, not with a pattern over the domain.",
    owasp: &["API10:2023"],
    cwe: &["CWE-350"],
    references: &[],
};
