//! What answers give away that is meant for developers: stack traces, debug pages, messages of databases.

use super::cookie::head;
use palisade_sensitive::Rules;
use serde::{Deserialize, Serialize};

/// What was given away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Of which kind: `Java stack trace`, `SQL error`.
    pub kind: String,
    /// Whether it is a debug page or a database's message, which tell most.
    pub grave: bool,
    /// What was asked for.
    pub request: String,
    /// The line that shows it, without secrets.
    pub excerpt: String,
}

/// A sign: every text of it stands in the body, in this order.
struct Sign {
    kind: &'static str,
    grave: bool,
    texts: &'static [&'static str],
}

const fn sign(kind: &'static str, grave: bool, texts: &'static [&'static str]) -> Sign {
    Sign { kind, grave, texts }
}

static SIGNS: &[Sign] = &[
    sign("Django debug page", true, &["You're seeing this error because you have <code>DEBUG = True"]),
    sign("Werkzeug debugger", true, &["Werkzeug", "Debugger"]),
    sign("Laravel debug page", true, &["Whoops, looks like something went wrong"]),
    sign("Laravel debug page", true, &["Illuminate\\"]),
    sign("Symfony debug page", true, &["symfony", "Exception Details"]),
    sign("Rails debug page", true, &["Rails.root:"]),
    sign("ASP.NET error page", true, &["Server Error in '", "Stack Trace:"]),
    sign("Python stack trace", false, &["Traceback (most recent call last)"]),
    sign("Java stack trace", false, &["\tat ", ".java:"]),
    sign("Java stack trace", false, &["\\tat ", ".java:"]),
    sign("Java stack trace", false, &["at org.springframework."]),
    sign(".NET stack trace", false, &["   at System."]),
    sign(".NET stack trace", false, &["   at Microsoft.AspNetCore."]),
    sign("JavaScript stack trace", false, &["    at ", ".js:"]),
    sign("JavaScript stack trace", false, &["&nbsp; &nbsp;at ", ".js:"]),
    sign("Go stack trace", false, &["goroutine ", "[running]:"]),
    sign("PHP error", false, &["Fatal error", " on line "]),
    sign("PHP error", false, &["<b>Warning</b>:", " on line "]),
    sign("Ruby stack trace", false, &[".rb:", ":in `"]),
    sign("SQL error", true, &["You have an error in your SQL syntax"]),
    sign("SQL error", true, &["SQLSTATE["]),
    sign("SQL error", true, &["ORA-", ": "]),
    sign("SQL error", true, &["PSQLException"]),
    sign("SQL error", true, &["Unclosed quotation mark after the character string"]),
    sign("SQL error", true, &["sqlite3.OperationalError"]),
    sign("SQL error", true, &["MongoServerError"]),
];

/// Bytes of an excerpt.
const EXCERPT: usize = 160;
/// Bytes beyond what is shown that are looked at for secrets.
const LOOKED_AT: usize = 4096;

/// The first sign in a body, if any.
pub(super) fn find(body: &str, request: &str) -> Option<Leak> {
    SIGNS.iter().find_map(|sign| {
        let mut at = 0;
        let mut first = None;
        for text in sign.texts {
            let found = body.get(at..)?.find(text)? + at;
            first.get_or_insert(found);
            at = found + text.len();
        }
        let excerpt = excerpt(body, first?);
        // Oracle's numbers have five digits; other words end in ORA- too.
        let oracle = sign.texts.first() == Some(&"ORA-");
        if oracle && !excerpt.split("ORA-").skip(1).any(|rest| rest.bytes().take(5).all(|b| b.is_ascii_digit())) {
            return None;
        }
        Some(Leak { kind: sign.kind.to_owned(), grave: sign.grave, request: request.to_owned(), excerpt })
    })
}

/// The line around a place, without secrets.
pub(super) fn excerpt(body: &str, at: usize) -> String {
    let before = body.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    // Of a page in one line, what stands before the place may be long.
    let start = if at - line > 40 { at } else { line };
    let line = body.get(start..).unwrap_or_default().trim_start().lines().next().unwrap_or_default();
    shown(line, EXCERPT)
}

/// A text as it may be shown: short, in one line, without secrets and control characters.
pub(super) fn shown(text: &str, most: usize) -> String {
    // More than is shown is looked at: half of a secret is not known for one.
    let clean: String = head(text, most + LOOKED_AT).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let clean = Rules::built_in().redact(clean.trim()).into_owned();
    if clean.len() <= most {
        return clean;
    }
    format!("{}…", head(&clean, most))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn traces_and_messages_are_found() {
        for (body, kind) in [
            ("x\nTraceback (most recent call last):\n  File \"a.py\"", "Python stack trace"),
            ("java.lang.X\n\tat com.example.A.b(A.java:7)", "Java stack trace"),
            ("<pre>URIError<br> &nbsp; &nbsp;at decode (/app/node_modules/x/y.js:7:1)", "JavaScript stack trace"),
            ("<br />\n<b>Fatal error</b>: Uncaught in /var/www/a.php on line 7", "PHP error"),
            ("{\"error\":\"SQLSTATE[42S02]: no such table\"}", "SQL error"),
            ("ORA-00942: table or view does not exist", "SQL error"),
        ] {
            let leak = find(body, "/").unwrap();
            assert_eq!(leak.kind, kind);
        }
        for body in
            ["", "{\"error\":\"not found\"}", "AURORA-2: a film", "see https://example.com/app.js: it is at rest"]
        {
            assert_eq!(find(body, "/"), None, "{body}");
        }
    }

    #[test]
    fn excerpts_hold_no_secret() {
        let leak = find("Traceback (most recent call last): password=hunter2&x", "/").unwrap();
        assert!(!leak.excerpt.contains("hunter2"), "{}", leak.excerpt);
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
        let shown = super::shown(&format!("{} {token}", "x ".repeat(40)), 100);
        assert!(!shown.contains("eyJ"), "a secret that is cut is one: {shown}");
    }
}
