//! What stands open at well-known places. Each is believed by its content: a server that answers everything with 200
//! exposes nothing.

use super::answer::Answer;
use super::leak::shown;
use serde::{Deserialize, Serialize};

/// What kind of thing stands open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An API contract.
    Contract,
    /// A page that shows one.
    Documentation,
    /// A GraphQL schema, told to anyone.
    Graphql,
    /// Settings with secrets in them.
    Environment,
    /// A repository of its source.
    Repository,
    /// Operation: beans, health, environment of a service.
    Actuator,
    /// The state of a web server.
    ServerStatus,
    /// Figures of its operation.
    Metrics,
}

/// Something that stands open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub path: String,
    /// The bytes that show it, without secrets.
    pub excerpt: String,
}

/// The places that are asked, in order. The list is short on purpose.
pub(super) const PLACES: [(&str, Kind); 10] = [
    ("/openapi.json", Kind::Contract),
    ("/swagger.json", Kind::Contract),
    ("/v3/api-docs", Kind::Contract),
    ("/docs", Kind::Documentation),
    ("/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D", Kind::Graphql),
    ("/.env", Kind::Environment),
    ("/.git/HEAD", Kind::Repository),
    ("/actuator", Kind::Actuator),
    ("/server-status", Kind::ServerStatus),
    ("/metrics", Kind::Metrics),
];

#[derive(Deserialize)]
struct Members {
    openapi: Option<serde_json::Value>,
    swagger: Option<serde_json::Value>,
    paths: Option<serde::de::IgnoredAny>,
    #[serde(rename = "_links")]
    links: Option<serde::de::IgnoredAny>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "__schema")]
    schema: Option<serde::de::IgnoredAny>,
}

/// The bytes that show that an answer is what was asked for; none where it is not.
pub(super) fn shows(kind: Kind, answer: &Answer) -> Option<String> {
    if answer.status != 200 {
        return None;
    }
    let text = answer.text();
    let line = |holds: &dyn Fn(&str) -> bool| text.lines().find(|line| holds(line)).map(|line| shown(line, 120));
    let members = || serde_json::from_slice::<Members>(&answer.body).ok();
    match kind {
        Kind::Contract => {
            let version = match members().filter(|members| members.paths.is_some()) {
                Some(Members { openapi: Some(version), .. }) => Some(format!("openapi: {version}")),
                Some(Members { swagger: Some(version), .. }) => Some(format!("swagger: {version}")),
                _ => None,
            };
            version.map(|version| shown(&version, 40)).or_else(|| {
                // In YAML, and not inside of something else.
                text.lines().any(|line| line.starts_with("paths:")).then_some(())?;
                line(&|line| line.starts_with("openapi: ") || line.starts_with("swagger: "))
            })
        }
        Kind::Documentation => {
            let lower = text.to_lowercase();
            answer.is_html().then_some(())?;
            let marks =
                ["swagger-ui", "<redoc", "redoc.standalone", "<rapi-doc", "<elements-api", "@scalar/api-reference"];
            marks.into_iter().find(|mark| lower.contains(mark)).map(str::to_owned)
        }
        Kind::Graphql => {
            members()?.data?.schema?;
            Some(shown(&text, 80))
        }
        Kind::Environment => {
            if answer.is_html() || text.trim_start().starts_with(['<', '{']) {
                return None;
            }
            let setting = |line: &&str| {
                line.trim_start_matches("export ").split_once('=').is_some_and(|(name, _)| {
                    name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
                })
            };
            let names: Vec<&str> =
                text.lines().filter(setting).filter_map(|line| line.split('=').next()).take(4).collect();
            (!names.is_empty()).then(|| format!("{}=[redacted]", shown(&names.join("=[redacted], "), 200)))
        }
        Kind::Repository => {
            let first = text.lines().next().unwrap_or_default().trim_end();
            let commit = first.len() == 40 && first.bytes().all(|b| b.is_ascii_hexdigit());
            (commit || first.starts_with("ref: refs/"))
                .then(|| if commit { "a commit".to_owned() } else { shown(first, 80) })
        }
        Kind::Actuator => {
            members()?.links?;
            text.contains("\"self\"").then(|| shown(&text, 80))
        }
        Kind::ServerStatus => {
            line(&|line| line.contains("Apache Server Status") || line.starts_with("Active connections: "))
        }
        Kind::Metrics => {
            if answer.is_html() {
                return None;
            }
            line(&|line| line.starts_with("# HELP ") || line.starts_with("# TYPE "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, PLACES, shows};
    use crate::http::answer::{Answer, Fields};

    fn answer(media: &str, body: &str) -> Answer {
        let mut fields = Fields::default();
        fields.push("Content-Type", media.as_bytes());
        Answer { status: 200, fields, body: body.into(), cut: None, verified: true }
    }

    #[test]
    fn a_page_for_everything_exposes_nothing() {
        let page =
            answer("text/html", "<html><title>Welcome</title><p>paths: A=b openapi: 3 swagger _links \"self\"</html>");
        for (_, kind) in PLACES {
            assert_eq!(shows(kind, &page), None, "{kind:?}");
        }
    }

    #[test]
    fn what_is_open_is_shown_without_secrets() {
        for (kind, media, body, shown) in [
            (Kind::Contract, "application/json", r#"{"openapi":"3.0.3","paths":{}}"#, "openapi: \"3.0.3\""),
            (Kind::Contract, "text/yaml", "openapi: 3.1.0\npaths:\n  /a: {}\n", "openapi: 3.1.0"),
            (Kind::Documentation, "text/html", "<div id=\"swagger-ui\"></div>", "swagger-ui"),
            (
                Kind::Graphql,
                "application/json",
                r#"{"data":{"__schema":{"queryType":{"name":"Q"}}}}"#,
                r#"{"data":{"__schema":{"queryType":{"name":"Q"}}}}"#,
            ),
            (
                Kind::Environment,
                "text/plain",
                "# x\nDB_PASSWORD=hunter2\nA_B=c\n",
                "DB_PASSWORD=[redacted], A_B=[redacted]",
            ),
            (Kind::Repository, "text/plain", "ref: refs/heads/main\n", "ref: refs/heads/main"),
            (
                Kind::ServerStatus,
                "text/html",
                "<html>\n<h1>Apache Server Status for a</h1>",
                "<h1>Apache Server Status for a</h1>",
            ),
            (Kind::Metrics, "text/plain", "# HELP go_goroutines Number\n", "# HELP go_goroutines Number"),
        ] {
            assert_eq!(shows(kind, &answer(media, body)).as_deref(), Some(shown), "{kind:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_judged(body in "[ -~\n]{0,200}") {
            for (_, kind) in PLACES {
                shows(kind, &answer("text/plain", &body));
            }
        }
    }
}
