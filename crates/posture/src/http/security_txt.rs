//! `security.txt`: whom to tell of a weakness (RFC 9116).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What stands at `/.well-known/security.txt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityTxt {
    /// Whether there is one.
    pub found: bool,
    /// Until when it counts, as it says.
    pub expires: Option<String>,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// Problems that are listed.
const MOST: usize = 10;

/// Reads one. `secure`: whether it came over TLS.
pub(super) fn read(text: &str, media: &str, secure: bool, now: Timestamp) -> SecurityTxt {
    let mut problems = Vec::new();
    if !secure {
        problems.push("it comes over plain HTTP".to_owned());
    }
    if !media.trim().eq_ignore_ascii_case("text/plain") {
        problems.push("its media type is not text/plain".to_owned());
    }
    let signed = text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----");
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    if signed {
        // The head of a signed message ends with an empty line.
        lines.find(|(_, line)| line.trim().is_empty());
    }
    let (mut contacts, mut languages, mut expires) = (0, 0, Vec::new());
    for (number, line) in lines {
        if signed && line.starts_with("-----BEGIN PGP SIGNATURE-----") {
            break;
        }
        let line = line.strip_prefix("- ").filter(|_| signed).unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') || problems.len() >= MOST {
            continue;
        }
        let number = number + 1;
        let Some((name, value)) = line.split_once(':') else {
            problems.push(format!("line {number} is no field"));
            continue;
        };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "expires" => expires.push(value),
            "preferred-languages" => languages += 1,
            "contact" | "canonical" | "encryption" | "acknowledgments" | "policy" | "hiring" | "csaf" => {
                contacts += usize::from(name == "contact");
                let scheme = value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
                match scheme.as_deref() {
                    None => problems.push(format!("line {number}: {name} is no address with a scheme")),
                    Some("http") => problems.push(format!("line {number}: {name} leads to plain HTTP")),
                    Some(_) => {}
                }
            }
            // Other fields are allowed, and ignored.
            _ => {}
        }
    }
    if contacts == 0 {
        problems.push("it has no Contact".to_owned());
    }
    if languages > 1 {
        problems.push("it has Preferred-Languages more than once".to_owned());
    }
    match expires.as_slice() {
        [] => problems.push("it has no Expires".to_owned()),
        [one] => match one.parse::<Timestamp>() {
            Err(_) => problems.push("Expires is no date and time of RFC 3339".to_owned()),
            Ok(end) if end <= now => problems.push(format!("it has expired at {end}")),
            Ok(_) => {}
        },
        _ => problems.push("it has Expires more than once".to_owned()),
    }
    let expires = expires.first().and_then(|value| value.parse::<Timestamp>().ok()).map(|end| end.to_string());
    SecurityTxt { found: true, expires, problems }
}

#[cfg(test)]
mod tests {
    use super::read;
    use jiff::Timestamp;

    fn problems(text: &str) -> Vec<String> {
        let now: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        read(text, "text/plain", true, now).problems
    }

    #[test]
    fn good_ones_have_no_problem() {
        let plain = "# hi\nContact: mailto:security@example.com\nExpires: 2027-01-01T00:00:00Z\nOwn-Field: x\n";
        assert_eq!(problems(plain), [""; 0]);
        let signed =
            format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{plain}-----BEGIN PGP SIGNATURE-----\nabc\n");
        assert_eq!(problems(&signed), [""; 0]);
    }

    #[test]
    fn bad_ones_say_what_is_wrong() {
        for (text, wanted) in [
            ("Contact: mailto:a@example.com\n", "it has no Expires"),
            ("Expires: 2027-01-01T00:00:00Z\n", "it has no Contact"),
            ("Contact: mailto:a@b\nExpires: 2020-01-01T00:00:00Z\n", "it has expired at 2020-01-01T00:00:00Z"),
            ("Contact: mailto:a@b\nExpires: soon\n", "Expires is no date and time of RFC 3339"),
            ("Contact: http://a/\nExpires: 2027-01-01T00:00:00Z\n", "line 1: contact leads to plain HTTP"),
            ("Contact: someone\nExpires: 2027-01-01T00:00:00Z\n", "line 1: contact is no address with a scheme"),
            ("Contact: mailto:a@b\nExpires: 2027-01-01T00:00:00Z\nhello\n", "line 3 is no field"),
        ] {
            assert_eq!(problems(text), [wanted], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[ -~\n:é]{0,200}") {
            problems(&text);
        }
    }
}
