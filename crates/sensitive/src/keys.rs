//! Keys and tokens whose issuers publish their shape.

use crate::Kind;

/// What may stand behind a prefix.
#[derive(Clone, Copy)]
enum Signs {
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Capital,
    /// Lower-case hexadecimal digits.
    Hex,
    /// Letters, digits, `-`, `_`.
    Url,
    /// As [`Signs::Url`], and points.
    Dots,
}

impl Signs {
    fn hold(self, text: &str) -> bool {
        text.bytes().all(|byte| match self {
            Signs::Alnum => byte.is_ascii_alphanumeric(),
            Signs::Capital => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Signs::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Signs::Url => base64url(byte),
            Signs::Dots => base64url(byte) || byte == b'.',
        })
    }
}

pub(crate) fn base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// A prefix, the fewest and most bytes of the whole, and what stands behind the prefix.
type Shape = (&'static str, u16, u16, Signs);

/// By first byte, so that a value is held against few. Lengths by the issuers' documents; where those give none, what is
/// long enough to be no word.
fn shapes(first: u8) -> &'static [Shape] {
    use Signs::{Alnum, Capital, Dots, Hex, Url};
    match first {
        // Amazon Web Services: long-term and temporary access keys. Google: API keys. Age: secret keys.
        b'A' => &[
            ("AKIA", 20, 20, Capital),
            ("ASIA", 20, 20, Capital),
            ("AIza", 39, 39, Url),
            ("AGE-SECRET-KEY-1", 74, 74, Url),
        ],
        // Twilio: API keys.
        b'S' => &[("SG.", 60, 80, Dots), ("SK", 34, 34, Hex)],
        // Mailgun and others write `key-` before hexadecimal digits.
        b'k' => &[("key-", 36, 36, Hex)],
        // DigitalOcean, Dropbox, Doppler, Databricks.
        b'd' => &[
            ("dop_v1_", 71, 71, Hex),
            ("doo_v1_", 71, 71, Hex),
            ("dor_v1_", 71, 71, Hex),
            ("dp.pt.", 40, 60, Dots),
            ("dapi", 36, 38, Url),
        ],
        // GitHub; GitLab; Grafana; Google OAuth client secrets.
        b'g' => &[
            ("ghp_", 40, 255, Alnum),
            ("gho_", 40, 255, Alnum),
            ("ghu_", 40, 255, Alnum),
            ("ghs_", 40, 400, Dots),
            ("ghr_", 40, 255, Alnum),
            ("github_pat_", 40, 255, Url),
            ("glpat-", 26, 255, Dots),
            ("gldt-", 25, 255, Url),
            ("glptt-", 46, 255, Url),
            ("glrt-", 25, 255, Dots),
            ("glcbt-", 25, 255, Dots),
            ("glsa_", 46, 60, Url),
            ("glc_", 40, 400, Url),
        ],
        b'G' => &[("GOCSPX-", 35, 35, Url)],
        // Google OAuth access tokens.
        b'y' => &[("ya29.", 30, 2048, Dots)],
        // Stripe: live and test; secret and restricted. OpenAI and Anthropic. Square. Sendinblue has `xkeysib-`.
        b's' => &[
            ("sk_live_", 20, 255, Alnum),
            ("sk_test_", 20, 255, Alnum),
            ("sk-ant-", 40, 255, Url),
            ("sk-proj-", 40, 255, Url),
            ("sk-", 51, 51, Alnum),
            ("sq0atp-", 29, 29, Url),
            ("sq0csp-", 50, 50, Url),
            ("shpat_", 38, 38, Hex),
            ("shpca_", 38, 38, Hex),
            ("shppa_", 38, 38, Hex),
            ("shpss_", 38, 38, Hex),
            ("sntrys_", 60, 400, Url),
            ("sbp_", 44, 44, Hex),
        ],
        b'r' => &[("rk_live_", 20, 255, Alnum), ("rk_test_", 20, 255, Alnum), ("rubygems_", 57, 57, Hex)],
        b'w' => &[("whsec_", 32, 80, Alnum)],
        // Slack; Brevo.
        b'x' => &[
            ("xoxb-", 20, 255, Url),
            ("xoxp-", 20, 255, Url),
            ("xoxa-", 20, 255, Url),
            ("xoxr-", 20, 255, Url),
            ("xoxs-", 20, 255, Url),
            ("xoxe-", 20, 255, Url),
            ("xapp-", 20, 255, Url),
            ("xkeysib-", 80, 100, Url),
        ],
        // Package registries and build services.
        b'n' => &[("npm_", 40, 40, Alnum), ("nfp_", 40, 44, Alnum)],
        b'p' => &[
            ("pypi-AgEIcHlwaS5vcmc", 80, 400, Url),
            ("pul-", 44, 44, Hex),
            ("phc_", 40, 60, Alnum),
            ("pat", 82, 82, Dots),
        ],
        b'c' => &[("cio", 36, 36, Alnum)],
        b'h' => &[("hf_", 34, 60, Alnum), ("hvs.", 90, 300, Dots), ("hvb.", 90, 400, Dots)],
        b'l' => &[("lin_api_", 48, 48, Alnum)],
        b'N' => &[("NRAK-", 32, 32, Capital)],
        b'E' => &[("EAACEdEose0cBA", 40, 400, Alnum)],
        b'P' => &[("PMAK-", 64, 64, Url)],
        b'a' => &[("atlasv1.", 60, 100, Dots)],
        b'v' => &[("vercel_", 24, 80, Alnum)],
        _ => &[],
    }
}

/// Whether a value has the shape of a service's key.
pub(crate) fn service_key(value: &str) -> bool {
    let Some(first) = value.as_bytes().first() else { return false };
    shapes(*first).iter().any(|(prefix, least, most, signs)| {
        value.len() >= usize::from(*least)
            && value.len() <= usize::from(*most)
            && value.strip_prefix(prefix).is_some_and(|rest| signs.hold(rest) && random(rest))
    })
}

/// Keys are random: long ones hold a digit, or letters of both cases.
fn random(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        || text.bytes().any(|byte| byte.is_ascii_uppercase()) && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Stored forms of passwords: bcrypt, argon2, scrypt, PBKDF2, crypt, LDAP.
pub(crate) fn password_hash(value: &str) -> bool {
    let bytes = value.as_bytes();
    let dollars = || bytes.iter().filter(|byte| **byte == b'$').count();
    match bytes.first() {
        Some(b'$') => {
            let bcrypt = value.len() == 60 && ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| value.starts_with(prefix));
            bcrypt
                || value.len() >= 20
                    && ["$argon2", "$scrypt$", "$pbkdf2", "$6$", "$5$", "$1$", "$y$"]
                        .iter()
                        .any(|prefix| value.starts_with(prefix))
                    && dollars() >= 3
        }
        Some(b'{') => ["{SSHA", "{SHA", "{CRYPT}", "{PBKDF2"].iter().any(|prefix| value.starts_with(prefix)),
        Some(b'p') => value.starts_with("pbkdf2_sha") || value.starts_with("pbkdf2:sha"),
        Some(b's') => value.starts_with("scrypt:") && dollars() == 2,
        _ => false,
    }
}

/// Three base64url parts, the first of which begins like `{"` (RFC 7515, compact serialisation); or five, encrypted (RFC
/// 7516).
pub(crate) fn jwt(value: &str) -> bool {
    let mut parts = 0usize;
    let whole = value.starts_with("eyJ")
        && value.split('.').enumerate().all(|(place, part)| {
            parts = place + 1;
            let least = match place {
                0 => 10,
                1 => 0,
                _ => 1,
            };
            part.len() >= least && part.bytes().all(base64url)
        });
    whole && (parts == 3 || parts == 5 && value.len() >= 60)
}

/// A private key in the armour of RFC 7468, OpenSSH or OpenPGP, wherever in the text it begins.
pub(crate) fn private_key(value: &str) -> bool {
    value.get(..64.min(value.len())).or(Some(value)).is_some_and(|head| {
        head.starts_with("-----BEGIN ")
            && (head.contains("PRIVATE KEY-----") || head.contains("PRIVATE KEY BLOCK-----"))
    }) || value.starts_with("PuTTY-User-Key-File-")
}

/// The kind of a value by its published shape.
pub(crate) fn kind(value: &str) -> Option<Kind> {
    match value.as_bytes().first()? {
        b'$' | b'{' if password_hash(value) => Some(Kind::PasswordHash),
        b'p' | b's' if password_hash(value) => Some(Kind::PasswordHash),
        b'e' if jwt(value) => Some(Kind::Token),
        _ if service_key(value) => Some(Kind::CloudKey),
        _ => None,
    }
}
