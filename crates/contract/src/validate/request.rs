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
                    let empty = parameter.allow_empty && list.iter().any(|(key, raw)| **key == *name && raw.is_empty());
                    if empty {
                        continue;
                    }
                    decoder.query(&self.schemas, &self.options, &list)
                }
                Location::Header => match header(fields, name) {
                    Ok(Some(raw)) => decoder.plain(&self.schemas, &self.options, &raw).map(Some),
                    Ok(None) => Ok(None),
                    Err(()) => {
                        issues.push(Issue::new(place, name, "encoding", "must be UTF-8 text"));
                        continue;
                    }
                },
                Location::Cookie => match cookie(fields, name) {
                    Some(raw) => decoder.plain(&self.schemas, &self.options, raw).map(Some),
                    None => Ok(None),
                },
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
            Location::Cookie => cookie(fields, name).is_some(),
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

fn cookie<'a>(fields: Fields<'a>, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case("cookie"))
        .filter_map(|(_, value)| std::str::from_utf8(value).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().trim_matches('"'))
}
