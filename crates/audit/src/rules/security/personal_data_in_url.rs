//! Data about people in a path or query: one rule for what identifies or pays, one for what reaches them.

use super::common;
use crate::hit::Applies;
use crate::index::Parameter;
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule, Why};
use crate::rules::help;
use crate::run::Sink;
use palisade_document::quote;
use palisade_finding::Severity;
use palisade_sensitive::{Class, field_kind};

macro_rules! rules {
    ($($(#[$doc:meta])* $static:ident $id:literal $name:literal $severity:ident $profile:ident $contact:literal $what:literal)*) => {$(
        $(#[$doc])*
        pub static $static: Rule = Rule {
            id: $id,
            name: $name,
            severity: Severity::$severity,
            profile: Profile::$profile,
            direction: Direction::Request,
            category: "exposure",
            part: Part::None,
            invalid: false,
            owasp: &["API8:2023"],
            cwe: &["CWE-598", "CWE-359"],
            aliases: &[],
            what: $what,
            why: "URLs are written to access logs, browser histories and referrer headers, and shown in dashboards: what \
                stands in them is known to many who need not know it, and is kept for long.",
            fix: "Take it in the body of a POST, or use an identifier that says nothing by itself.",
            bad: include_str!(concat!("../../../tests/fixtures/", $id, "/bad.yaml")),
            good: include_str!(concat!("../../../tests/fixtures/", $id, "/good.yaml")),
            references: &["https://cwe.mitre.org/data/definitions/598.html"],
            mend: Remedy::Hand(Why::Api),
            check: Check::Parameter(|_, parameter, sink| check(parameter, $contact, sink)),
        };
    )*};
}

rules! {
    /// PAL-SEC069.
    IDENTITY "PAL-SEC069" "identity-data-in-url" Medium Recommended false
    "A path or query parameter whose name stands for a card, account, passport, tax or social security number or a date \
        of birth."

    /// PAL-SEC070.
    CONTACT "PAL-SEC070" "contact-data-in-url" Info Strict true
    "A path or query parameter whose name stands for an email address or a telephone number."
}

fn check(parameter: &Parameter<'_>, contact: bool, sink: &mut Sink<'_>) {
    if !matches!(parameter.place, "path" | "query") {
        return;
    }
    let Some(kind) = field_kind(parameter.name) else { return };
    let class = kind.class();
    if (class == Class::Contact) != contact || class == Class::Credential {
        return;
    }
    // `email_notifications` or `passport_country` speak about it.
    let last = common::words(parameter.name).last().unwrap_or_default().to_ascii_lowercase();
    let about =
        ["country", "code", "notifications", "domain", "template", "status", "format", "provider", "sort", "order"];
    let flag = parameter.schema.is_some_and(|schema| help::types(schema).contains(&"boolean") || help::fixed(schema));
    if flag || about.contains(&last.as_str()) || class == Class::Identity && last == "range" {
        return;
    }
    let message =
        format!("{} parameter {} carries {} in the URL", parameter.place, quote(parameter.name), kind.describe());
    sink.at(parameter.node, message, Applies::Nothing);
}
