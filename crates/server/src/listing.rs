//! Lists: what callers may ask of them by `cursor`, `limit`, `sort` and `filter`.
//!
//! A list is a type that is [`Listed`]; [`Listing`] reads the parameters of a request against it, and describes them in the
//! OpenAPI document. `fields` is read for every answer alike: see `crate::representation`.

use crate::problem::ApiError;
use crate::types::{FieldError, Page};
use axum::extract::FromRequestParts;
use http::request::Parts;
use palisade_store::query::{Asked, Cell, Column, Kind, List, MAX_LIMIT, Mistake, Query};
use serde::Serialize;
use serde_json::Value;
use std::marker::PhantomData;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, Required};

/// Longest query string of a list.
const MAX_QUERY: usize = 16 << 10;

/// A list of the REST API.
pub trait Listed {
    /// What may be asked of it.
    const LIST: List;
    /// Older words for `sort`, each with what it stands for.
    const ORDERS: &'static [(&'static str, &'static str)] = &[];
}

/// What a request asks of a list.
#[derive(Debug)]
pub struct Listing<L> {
    /// Checked against the list.
    pub query: Query,
    list: PhantomData<L>,
}

impl<L: Listed> Listing<L> {
    fn read(text: &str) -> Result<Self, Mistake> {
        let wrong = |parameter, message: &str| Mistake { parameter, code: "shape", message: message.to_owned() };
        if text.len() > MAX_QUERY {
            return Err(wrong("filter", "the query string has at most 16 KiB"));
        }
        let (mut cursor, mut limit, mut sort, mut filters) = (None, None, None, Vec::new());
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let once = match &*name {
                "cursor" => &mut cursor,
                "limit" => &mut limit,
                "sort" => &mut sort,
                "filter" => {
                    filters.push(value.into_owned());
                    continue;
                }
                _ => continue,
            };
            if once.replace(value.into_owned()).is_some() {
                let parameter = ["cursor", "limit"].into_iter().find(|known| name == *known).unwrap_or("sort");
                return Err(wrong(parameter, &format!("{name} is given once")));
            }
        }
        let range = || Mistake {
            parameter: "limit",
            code: "range",
            message: format!("limit is a number from 1 to {MAX_LIMIT}"),
        };
        let limit = limit.map(|text| text.parse().map_err(|_| range())).transpose()?;
        let named = |sort: String| {
            let order = L::ORDERS.iter().find(|(word, _)| *word == sort);
            order.map_or(sort, |(_, order)| (*order).to_owned())
        };
        let sort = sort.map(named);
        let asked = Asked { cursor: cursor.as_deref(), limit, sort: sort.as_deref(), filters: &filters };
        Ok(Self { query: Query::read(&L::LIST, &asked)?, list: PhantomData })
    }

    /// The page of items in memory that is asked for. A column is the member of the same name, or by `a.b` one of a member.
    pub fn page<T: Serialize>(&self, items: impl IntoIterator<Item = T>) -> Page<T> {
        let items = items.into_iter().map(|item| (serde_json::to_value(&item).unwrap_or_default(), item));
        let id = |(value, _): &(Value, T)| text(value.get("id"));
        let page = self.query.slice(items, |(value, _), column| cell(value, column), id);
        Page { items: page.items.into_iter().map(|(_, item)| item).collect(), next: page.next }
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// What an item has in a column.
fn cell(item: &Value, column: &Column) -> Cell {
    let value = column.field.split('.').try_fold(item, |value, step| value.get(step));
    match (column.kind, value) {
        (_, None | Some(Value::Null)) => Cell::Absent,
        (Kind::Time, Some(Value::String(time))) => {
            time.parse().map_or(Cell::Absent, |time: jiff::Timestamp| Cell::Number(time.as_microsecond()))
        }
        (_, Some(Value::Bool(truth))) => Cell::Number(i64::from(*truth)),
        (_, Some(Value::Number(number))) => {
            // Scores have fractions; whole points are enough to sort and filter by.
            number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)).map_or(Cell::Absent, Cell::Number)
        }
        (_, Some(Value::Array(values))) => {
            let texts: Vec<String> = values.iter().map(|value| text(Some(value))).collect();
            Cell::Text(texts.join(" "))
        }
        (_, value) => Cell::Text(text(value)),
    }
}

impl From<Mistake> for ApiError {
    fn from(mistake: Mistake) -> Self {
        ApiError::bad_parameter(mistake.parameter, mistake.code, mistake.message)
    }
}

impl<L: Listed + Send, S: Send + Sync> FromRequestParts<S> for Listing<L> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::read(parts.uri.query().unwrap_or(""))?)
    }
}

fn parameter(name: &str, description: String, schema: impl Into<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(RefOr::T(schema.into())))
        .build()
}

impl<L: Listed> IntoParams for Listing<L> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let string = |length| ObjectBuilder::new().schema_type(Type::String).max_length(Some(length));
        let mut parameters = vec![
            parameter(
                "limit",
                format!("Items, 1 to {MAX_LIMIT}; by default {}.", palisade_store::query::DEFAULT_LIMIT),
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .minimum(Some(1))
                    .maximum(Some(MAX_LIMIT as usize))
                    .build(),
            ),
            parameter("cursor", "Where to go on: `next` of the page before.".to_owned(), string(4000).build()),
        ];
        let columns = L::LIST.columns;
        let mut orders: Vec<String> = Vec::new();
        for column in columns.iter().filter(|column| column.sorts()) {
            orders.extend([column.field.to_owned(), format!("-{}", column.field)]);
        }
        if !orders.is_empty() {
            let aliases = L::ORDERS.iter().map(|(word, _)| (*word).to_owned());
            let first = match L::LIST.sort {
                "" => String::new(),
                sort => format!("; by default `{sort}`"),
            };
            let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(aliases.chain(orders)));
            parameters.push(parameter(
                "sort",
                format!("What the items are sorted by, with `-` before it for the greatest first{first}."),
                schema.build(),
            ));
        }
        let filters = columns.iter().filter(|column| !column.operators().is_empty()).map(|column| {
            let words: Vec<&str> = column.operators().iter().map(|operator| operator.as_str()).collect();
            format!("`{}` ({})", column.field, words.join(", "))
        });
        let filters: Vec<String> = filters.collect();
        if !filters.is_empty() {
            let schema = ArrayBuilder::new().items(string(800)).max_items(Some(20)).build();
            let description = format!(
                "`field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: {}.",
                filters.join("; ")
            );
            parameters.push(parameter("filter", description, Schema::Array(schema)));
        }
        parameters
    }
}

impl ApiError {
    /// 400: a parameter of the query cannot be used; `message` says what is allowed.
    pub fn bad_parameter(name: &str, code: &str, message: String) -> Self {
        let error = FieldError {
            location: "query".to_owned(),
            name: name.to_owned(),
            pointer: String::new(),
            code: code.to_owned(),
            message: message.clone(),
        };
        Self::bad_request(format!("{message}.")).at(error)
    }
}
