//! Judging a request's parameters.

use super::{CompiledContract, CompiledOperation, Fields, Issue};
use crate::model::Location;
use crate::params::{Pairs, pairs};
use palisade_document::Document;
use palisade_schema::Direction;

/// Undeclared query parameters told at most.
const UNDECLARED: usize = 8;

impl CompiledContract {
    /// Judges path, query, header and cookie parameters. Undeclared query parameters are told as alerts;
    /// undeclared header fields are not, as every client and proxy adds some.
    pub fn check_parameters(
        &self,
        operation: &CompiledOperation,
        path: &[(&str, &str)],
        query: Option<&str>,
        fields: Fields<'_>,
        issues: &mut Vec<Issue>,
    ) {
        let list = match query.map(pairs).transpose() {
            Ok(list) => list.unwrap_or_default(),
            Err(error) => {
                issues.push(Issue::new("query", "", error.code, error.message));
                Vec::new()
            }
        };
        hidden(operation, query.unwrap_or(""), issues);
        for parameter in &operation.parameters {
            let place = parameter.location.as_str();
            let name = parameter.name.as_str();
            let Some(decoder) = &parameter.decoder else {
                if parameter.required && !self.is_sent(parameter.location, name, path, &list, fields) {
                    issues.push(Issue::new(place, name, "required", "is required"));
                }
                continue;
            };
            let result: Result<Option<Document>, _> = match parameter.location {
                Location::Path => match path.iter().find(|(key, _)| *key == name) {
                    Some((_, raw)) => decoder.path(&self.schemas, &self.options, raw).map(Some),
                    None => Ok(None),
                },
                Location::Query => {
                    let own = of_its_name(operation, name, &list);
                    if parameter.allow_empty
                        && matches!(own.as_slice(), [(key, raw)] if **key == *name && raw.is_empty())
                    {
                        continue;
                    }
                    // An object in form style is written without its own name.
                    decoder.query(&self.schemas, &self.options, if decoder.is_spread() { &list } else { &own })
                }
                Location::Header => match header(fields, name) {
                    Ok(Some(raw)) => decoder.plain(&self.schemas, &self.options, &raw).map(Some),
                    Ok(None) => Ok(None),
                    Err(()) => {
                        issues.push(Issue::new(place, name, "encoding", "must be UTF-8 text"));
                        continue;
                    }
                },
                Location::Cookie => {
                    // Browsers may send a cookie twice; which one counts depends on the server: all of them do.
                    let values = cookies(fields, name);
                    let Some((last, others)) = values.split_last() else {
                        if parameter.required {
                            issues.push(Issue::new(place, name, "required", "is required"));
                        }
                        continue;
                    };
                    let read = |raw: &[u8]| {
                        let raw = std::str::from_utf8(raw).map_err(|_| crate::params::ENCODING)?;
                        let raw = raw.trim().trim_matches('"');
                        decoder.plain(&self.schemas, &self.options, raw)
                    };
                    for other in others {
                        match read(other) {
                            Ok(value) => {
                                self.judge(decoder.schema, value.root(), Direction::Request, (place, name), issues);
                            }
                            Err(error) => issues.push(Issue::new(place, name, error.code, error.message)),
                        }
                    }
                    read(last).map(Some)
                }
                Location::QueryString => continue,
            };
            match result {
                Ok(Some(value)) => self.judge(decoder.schema, value.root(), Direction::Request, (place, name), issues),
                Ok(None) if parameter.required => issues.push(Issue::new(place, name, "required", "is required")),
                Ok(None) => {}
                Err(error) => issues.push(Issue::new(place, name, error.code, error.message)),
            }
        }
        if !operation.open_query {
            self.undeclared(operation, &list, issues);
        }
    }

    fn is_sent(&self, at: Location, name: &str, path: &[(&str, &str)], list: &Pairs<'_>, fields: Fields<'_>) -> bool {
        match at {
            Location::Path => path.iter().any(|(key, _)| *key == name),
            Location::Query => list.iter().any(|(key, _)| **key == *name),
            Location::Header => fields.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)),
            Location::Cookie => !cookies(fields, name).is_empty(),
            Location::QueryString => true,
        }
    }

    fn undeclared(&self, operation: &CompiledOperation, list: &Pairs<'_>, issues: &mut Vec<Issue>) {
        let mut told = 0;
        for (name, _) in list {
            let base = name.split('[').next().unwrap_or(name);
            let declared = operation.parameters.iter().filter(|parameter| parameter.location == Location::Query).any(
                |parameter| {
                    parameter.name == **name
                        || parameter.name == base
                        || parameter.decoder.as_ref().is_some_and(|decoder| {
                            decoder.explode && self.schemas.property_schema(decoder.schema, name).is_some()
                        })
                },
            ) || operation.security_query.iter().any(|key| *key == **name);
            let known = issues.iter().any(|issue| issue.code == "undeclared" && issue.name == **name);
            if !declared && !known && told < UNDECLARED {
                told += 1;
                let issue = Issue::new("query", name, "undeclared", "is not declared in the contract");
                issues.push(Issue { alert_only: true, ..issue });
            }
        }
    }
}

/// A header field's value; several of a name are one list (RFC 9110 section 5.3).
fn header(fields: Fields<'_>, name: &str) -> Result<Option<String>, ()> {
    let mut whole: Option<String> = None;
    for (_, value) in fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)) {
        let text = std::str::from_utf8(value).map_err(|_| ())?.trim();
        match &mut whole {
            Some(whole) => {
                whole.push(',');
                whole.push_str(text);
            }
            None => whole = Some(text.to_owned()),
        }
    }
    Ok(whole)
}

/// The values of a cookie, wherever it stands.
fn cookies<'a>(fields: Fields<'a>, name: &str) -> Vec<&'a [u8]> {
    let pairs = fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(|byte| *byte == b';'));
    let mut values = Vec::new();
    for pair in pairs {
        let Some(at) = memchr::memchr(b'=', pair) else { continue };
        let (key, value) = pair.split_at(at);
        if key.trim_ascii() == name.as_bytes() {
            values.push(value.get(1..).unwrap_or_default());
        }
    }
    values
}

/// The pairs of a parameter: of its name, or of its name and something in brackets. A name in brackets that is
/// itself declared is another parameter's.
fn of_its_name<'q>(operation: &CompiledOperation, name: &str, list: &Pairs<'q>) -> Pairs<'q> {
    let bracketed = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('['));
    let declared =
        |key: &str| operation.parameters.iter().any(|other| other.location == Location::Query && other.name == key);
    list.iter().filter(|(key, _)| **key == *name || (bracketed(key) && !declared(key))).cloned().collect()
}

/// Tells declared parameters that stand after a semicolon: some servers read it as a separator, so that a value
/// would reach them that nobody judged.
fn hidden(operation: &CompiledOperation, query: &str, issues: &mut Vec<Issue>) {
    for piece in query.split('&').flat_map(|pair| pair.split(';').skip(1)) {
        let name = piece.split('=').next().unwrap_or(piece);
        let Ok(name) = crate::params::plus(name) else { continue };
        let declared = |name: &str| {
            operation.parameters.iter().any(|other| other.location == Location::Query && other.name == name)
        };
        if declared(name.trim()) {
            issues.push(Issue::new("query", &name, "duplicate", "must not stand after a semicolon"));
            return;
        }
    }
}
