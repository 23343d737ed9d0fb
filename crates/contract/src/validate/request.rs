//! Judging a request's parameters.

use super::fields::is_common;
use super::{CompiledContract, CompiledOperation, CompiledParameter, Fields, Issue};
use crate::model::Location;
use crate::params::{DecodeError, ENCODING, MAX_PAIRS, Pairs, pairs};
use palisade_document::Document;
use palisade_schema::Direction;
use std::borrow::Cow;

/// Undeclared parameters told at most, of each place.
pub(super) const UNDECLARED: usize = 8;

impl CompiledContract {
    /// Judges path, query, header and cookie parameters. Undeclared ones are told as alerts: query parameters; header
    /// fields that are neither standard nor of those who carry requests; cookies where the operation declares some.
    /// What a security scheme of the contract uses counts as declared.
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
                    if decoder.free_members(&self.schemas).is_some() {
                        let own = nobody_elses(operation, name, &list);
                        decoder.query(&self.schemas, &self.options, &own)
                    } else {
                        decoder.query(&self.schemas, &self.options, if decoder.is_spread() { &list } else { &own })
                    }
                }
                Location::Header => match header(fields, name) {
                    Ok(Some(raw)) => decoder.plain(&self.schemas, &self.options, &raw).map(Some),
                    Ok(None) => Ok(None),
                    Err(()) => {
                        issues.push(Issue::new(place, name, "encoding", "must be UTF-8 text"));
                        continue;
                    }
                },
                Location::Cookie if decoder.is_spread() => match all_cookies(fields) {
                    Ok(all) => decoder.members(&self.schemas, &self.options, &all),
                    Err(error) => Err(error),
                },
                Location::Cookie if decoder.is_list() => match listed_cookies(fields, name) {
                    Ok(values) if values.is_empty() => Ok(None),
                    Ok(values) => decoder.items(&self.schemas, &self.options, &values).map(Some),
                    Err(error) => Err(error),
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
                    let read = |raw: &[u8]| decoder.plain(&self.schemas, &self.options, cookie_text(raw)?);
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
        undeclared_fields(operation, fields, issues);
        if operation.has_cookies {
            self.undeclared_cookies(operation, fields, issues);
        }
    }

    fn undeclared_cookies(&self, operation: &CompiledOperation, fields: Fields<'_>, issues: &mut Vec<Issue>) {
        let mut told: Vec<&str> = Vec::new();
        for (name, _) in each_cookie(fields) {
            let Ok(name) = std::str::from_utf8(name) else { continue };
            let declared = operation.of(Location::Cookie).any(|parameter| {
                let decoder = parameter.decoder.as_ref().filter(|decoder| decoder.is_spread());
                parameter.name == name
                    || decoder.is_some_and(|decoder| {
                        self.schemas.property_schema(decoder.schema, name).is_some()
                            || decoder.free_members(&self.schemas).is_some()
                    })
            });
            if !declared && !operation.is_credential(Location::Cookie, name) && !told.contains(&name) {
                told.push(name);
                issues.push(undeclared("cookie", name));
                if told.len() == UNDECLARED {
                    return;
                }
            }
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
                            decoder.free_members(&self.schemas).is_some()
                                || (decoder.explode && self.schemas.property_schema(decoder.schema, name).is_some())
                        })
                },
            ) || operation.is_credential(Location::Query, name);
            let known = issues.iter().any(|issue| issue.code == "undeclared" && issue.name == **name);
            if !declared && !known && told < UNDECLARED {
                told += 1;
                issues.push(undeclared("query", name));
            }
        }
    }
}

impl CompiledOperation {
    /// The parameters of a place.
    fn of(&self, location: Location) -> impl Iterator<Item = &CompiledParameter> {
        self.parameters.iter().filter(move |parameter| parameter.location == location)
    }

    /// True for what a security scheme of the contract uses.
    fn is_credential(&self, location: Location, name: &str) -> bool {
        self.credentials.iter().any(|(at, key)| {
            *at == location && (key == name || (location == Location::Header && key.eq_ignore_ascii_case(name)))
        })
    }
}

fn undeclared(location: &'static str, name: &str) -> Issue {
    Issue { alert_only: true, ..Issue::new(location, name, "undeclared", "is not declared in the contract") }
}

fn undeclared_fields(operation: &CompiledOperation, fields: Fields<'_>, issues: &mut Vec<Issue>) {
    let mut told: Vec<&str> = Vec::new();
    for (name, _) in fields {
        let known = is_common(name)
            || operation.of(Location::Header).any(|parameter| parameter.name.eq_ignore_ascii_case(name))
            || operation.is_credential(Location::Header, name)
            || told.iter().any(|other| other.eq_ignore_ascii_case(name));
        if !known {
            told.push(name);
            issues.push(undeclared("header", name));
            if told.len() == UNDECLARED {
                return;
            }
        }
    }
}

/// The pairs that no other parameter and no credential claims: those of an object that takes any name.
fn nobody_elses<'q>(operation: &CompiledOperation, name: &str, list: &Pairs<'q>) -> Pairs<'q> {
    let claimed = |key: &str| {
        let base = key.split('[').next().unwrap_or(key);
        operation.of(Location::Query).any(|other| other.name != name && (other.name == key || other.name == base))
            || operation.is_credential(Location::Query, key)
    };
    list.iter().filter(|(key, _)| !claimed(key)).cloned().collect()
}

/// A header field's value; several of a name are one list (RFC 9110 section 5.3).
pub(super) fn header(fields: Fields<'_>, name: &str) -> Result<Option<String>, ()> {
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

/// Every cookie, wherever it stands: name and value.
fn each_cookie(fields: Fields<'_>) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let (key, value) = pair.split_at(memchr::memchr(b'=', pair)?);
        Some((key.trim_ascii(), value.get(1..).unwrap_or_default()))
    })
}

/// The values of a cookie.
fn cookies<'a>(fields: Fields<'a>, name: &str) -> Vec<&'a [u8]> {
    each_cookie(fields).filter(|(key, _)| *key == name.as_bytes()).map(|(_, value)| value).collect()
}

fn cookie_text(value: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(value).map(|text| text.trim().trim_matches('"')).map_err(|_| ENCODING)
}

/// Every cookie as a pair.
fn all_cookies(fields: Fields<'_>) -> Result<Pairs<'_>, DecodeError> {
    let texts = each_cookie(fields).take(MAX_PAIRS);
    texts.map(|(key, value)| Ok((Cow::Borrowed(cookie_text(key)?), cookie_text(value)?))).collect()
}

/// The values of a list that is written item by item: as cookies of one name, or as one cookie `a=1&a=2`.
fn listed_cookies<'a>(fields: Fields<'a>, name: &str) -> Result<Vec<&'a str>, DecodeError> {
    let mark = format!("&{name}=");
    let mut list = Vec::new();
    for value in cookies(fields, name) {
        let mut rest = cookie_text(value)?;
        while let Some((item, after)) = rest.split_once(&mark) {
            list.push(item);
            rest = after;
        }
        list.push(rest);
        list.truncate(MAX_PAIRS);
    }
    Ok(list)
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
