//! Lists: which rows are asked for, in which order, from where on.
//!
//! A [`List`] names what may be asked of one list; whatever a caller sends is held against it and bound as a value, so that
//! no text of a caller ever stands in SQL. A [`Query`] is read once and serves rows of the database ([`Store::list`]) and
//! items in memory ([`Query::slice`]) alike: both give the same, in the order of (sort column, id).
//!
//! Text is compared byte by byte, but `contains` and `starts` see `A` to `Z` as `a` to `z`. What is absent is an empty text;
//! an absent number or time is less than all others when sorted, and meets no condition but `is_not`.

use crate::dialect::Engine;
use crate::open::Doing;
use crate::plan::Plan;
use crate::{Error, Page, Store};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, AssertSqlSafe, FromRow, Row};
use std::cmp::Ordering;
use std::fmt::Write;

/// Items of a page unless asked for otherwise.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most items of a page.
pub const MAX_LIMIT: u32 = 1000;
/// Conditions of one query.
const MAX_FILTERS: usize = 20;
/// Characters of one value of a condition.
const MAX_VALUE: usize = 500;
/// Values of one `in`.
const MAX_VALUES: usize = 100;
/// Characters of a cursor.
const MAX_CURSOR: usize = 4000;
/// What stands for an absent number where rows are sorted.
const ABSENT: i64 = -i64::MAX;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A UUID, or another id whose bytes sort alike in every database.
    Id,
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// Microseconds since the Unix epoch; asked for as RFC 3339.
    Time,
    /// 0 or 1; asked for as `false` or `true`.
    Truth,
    /// One of these words, the least first.
    Words(&'static [&'static str]),
}

/// One thing a list may be filtered and sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name callers use: that of the field in the answer.
    pub field: &'static str,
    /// Where it stands in the database; unused for items in memory.
    pub sql: &'static str,
    /// What it holds.
    pub kind: Kind,
    optional: bool,
    filters: bool,
    sorts: bool,
    frequent: bool,
}

impl Column {
    /// A column that may be filtered and sorted by, and is never absent.
    pub const fn new(field: &'static str, kind: Kind, sql: &'static str) -> Self {
        Self { field, sql, kind, optional: false, filters: true, sorts: true, frequent: false }
    }

    /// The same, which may be absent.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The same, of few values that many rows have: an order other than the list's own is walked along, rather than all
    /// rows of a value be found and sorted.
    #[must_use]
    pub const fn frequent(self) -> Self {
        Self { frequent: true, ..self }
    }

    /// The same, by which nothing is sorted.
    #[must_use]
    pub const fn unsorted(self) -> Self {
        Self { sorts: false, ..self }
    }

    /// The same, by which nothing is filtered.
    #[must_use]
    pub const fn unfiltered(self) -> Self {
        Self { filters: false, ..self }
    }

    /// True when a list may be sorted by it.
    pub const fn sorts(&self) -> bool {
        self.sorts
    }

    /// The operators that may be used on it.
    pub fn operators(&self) -> &'static [Operator] {
        use Operator::{Contains, Greater, In, Is, IsNot, Less, Starts};
        match (self.filters, self.kind) {
            (false, _) => &[],
            (true, Kind::Text) => &[Is, IsNot, Contains, Starts, Greater, Less, In],
            (true, Kind::Id) => &[Is, IsNot, In],
            (true, Kind::Truth) => &[Is, IsNot],
            (true, Kind::Number | Kind::Time | Kind::Words(_)) => &[Is, IsNot, Greater, Less, In],
        }
    }

    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Id | Kind::Text | Kind::Words(_))
    }

    /// The column as text or number, never NULL.
    fn present(&self, engine: Engine) -> String {
        let collation = if self.kind == Kind::Text { engine.bytewise() } else { "" };
        match (self.is_text(), self.optional) {
            (true, true) => format!("COALESCE({}, ''){collation}", self.sql),
            (false, true) => format!("COALESCE({}, {ABSENT})", self.sql),
            (_, false) => format!("{}{collation}", self.sql),
        }
    }

    /// What rows are sorted by.
    fn key(&self, engine: Engine) -> String {
        let Kind::Words(words) = self.kind else { return self.present(engine) };
        let mut sql = format!("CAST(CASE {}", self.sql);
        for (rank, word) in words.iter().enumerate() {
            let _ = write!(sql, " WHEN '{word}' THEN {rank}");
        }
        sql + " ELSE -1 END AS BIGINT)"
    }

    /// What an item is sorted by.
    fn key_of(&self, cell: &Cell) -> Cell {
        match (self.kind, cell) {
            (Kind::Words(words), cell) => {
                let place = |text: &String| words.iter().position(|word| word == text);
                let rank = if let Cell::Text(text) = cell { place(text) } else { None };
                Cell::Number(rank.and_then(|rank| i64::try_from(rank).ok()).unwrap_or(-1))
            }
            (Kind::Id | Kind::Text, Cell::Absent | Cell::Number(_)) => Cell::Text(String::new()),
            (Kind::Number | Kind::Time | Kind::Truth, Cell::Absent | Cell::Text(_)) => Cell::Number(ABSENT),
            (_, cell) => cell.clone(),
        }
    }

    /// Reads a value that a caller sent.
    fn value(&self, text: &str) -> Result<Cell, String> {
        if text.chars().count() > MAX_VALUE || text.chars().any(char::is_control) {
            return Err(format!("a value has at most {MAX_VALUE} characters and no control characters"));
        }
        let field = self.field;
        match self.kind {
            Kind::Id | Kind::Text => Ok(Cell::Text(text.to_owned())),
            Kind::Number => text.parse().map(Cell::Number).map_err(|_| format!("{field} is a whole number")),
            Kind::Truth => match text {
                "true" => Ok(Cell::Number(1)),
                "false" => Ok(Cell::Number(0)),
                _ => Err(format!("{field} is true or false")),
            },
            Kind::Time => time(text)
                .map(Cell::Number)
                .ok_or_else(|| format!("{field} is a time such as 2026-11-22T15:00:00Z or a day such as 2026-11-22")),
            Kind::Words(words) if words.contains(&text) => Ok(Cell::Text(text.to_owned())),
            Kind::Words(words) => Err(format!("{field} is one of {}", words.join(", "))),
        }
    }
}

fn time(text: &str) -> Option<i64> {
    let day = || format!("{text}T00:00:00Z").parse::<jiff::Timestamp>();
    let time = if text.len() == 10 { day() } else { text.parse() };
    time.ok().map(jiff::Timestamp::as_microsecond)
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The same.
    Is,
    /// Another one, or absent.
    IsNot,
    /// The text stands in it, case aside.
    Contains,
    /// It begins with the text, case aside.
    Starts,
    /// Greater, or later.
    Greater,
    /// Less, or earlier.
    Less,
    /// One of several.
    In,
}

impl Operator {
    /// The word callers use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Operator::Is => "is",
            Operator::IsNot => "is_not",
            Operator::Contains => "contains",
            Operator::Starts => "starts",
            Operator::Greater => "greater",
            Operator::Less => "less",
            Operator::In => "in",
        }
    }
}

/// What may be asked of one list.
#[derive(Debug, Clone, Copy)]
pub struct List {
    /// Name of the list: a cursor of another one is refused.
    pub name: &'static str,
    /// What it may be filtered and sorted by.
    pub columns: &'static [Column],
    /// The order unless asked for otherwise: a column, with `-` before it for the greatest first. Empty for items in
    /// memory that come in an order of their own.
    pub sort: &'static str,
    /// Where the id stands in the database.
    pub id: &'static str,
}

impl List {
    /// The column of this name.
    pub fn column(&self, field: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.field == field)
    }
}

/// What a caller asks of a list, unread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// `next` of the page before.
    pub cursor: Option<&'a str>,
    /// Items of a page.
    pub limit: Option<u32>,
    /// `field` or `-field`.
    pub sort: Option<&'a str>,
    /// `field:operator:value`, all of which must hold.
    pub filters: &'a [String],
}

/// Why a query cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The parameter: `cursor`, `limit`, `sort` or `filter`.
    pub parameter: &'static str,
    /// What is wrong, in one word.
    pub code: &'static str,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Mistake {
    fn new(parameter: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { parameter, code, message: message.into() }
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// There is none.
    Absent,
    /// A number, a time in microseconds, a truth value.
    Number(i64),
    /// Text.
    Text(String),
}

#[derive(Debug, Clone)]
struct Condition {
    column: &'static Column,
    operator: Operator,
    values: Vec<Cell>,
}

/// What a caller asks of a list, checked against it.
#[derive(Debug, Clone)]
pub struct Query {
    list: List,
    conditions: Vec<Condition>,
    sort: Option<&'static Column>,
    descending: bool,
    after: Option<(Cell, String)>,
    limit: u32,
    tag: String,
}

impl Query {
    /// Reads what a caller asks of a list.
    ///
    /// # Errors
    /// What cannot be used, and what is allowed in its place.
    pub fn read(list: &List, asked: &Asked<'_>) -> Result<Self, Mistake> {
        let limit = match asked.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => limit,
            _ => return Err(Mistake::new("limit", "range", format!("limit is a number from 1 to {MAX_LIMIT}"))),
        };
        let order = asked.sort.unwrap_or(list.sort);
        let (field, descending) = order.strip_prefix('-').map_or((order, false), |field| (field, true));
        let sort = list.column(field).filter(|column| column.sorts);
        if sort.is_none() && !(asked.sort.is_none() && list.sort.is_empty()) {
            let fields: Vec<&str> = list.columns.iter().filter(|it| it.sorts).map(|it| it.field).collect();
            let allowed = format!("sort is one of {}, with - before it for the greatest first", fields.join(", "));
            return Err(Mistake::new("sort", "unknown_field", allowed));
        }
        if asked.filters.len() > MAX_FILTERS {
            return Err(Mistake::new("filter", "too_many", format!("filter is given at most {MAX_FILTERS} times")));
        }
        let conditions = asked.filters.iter().map(|text| condition(list, text)).collect::<Result<_, _>>()?;
        let tag = tag(list, order, asked.filters);
        let after = match asked.cursor {
            None => None,
            Some(cursor) => Some(place(cursor, &tag).filter(|(key, _)| fits(sort, key)).ok_or_else(|| {
                let allowed = "cursor is the next of the page before, with the same sort and filter";
                Mistake::new("cursor", "cursor", allowed)
            })?),
        };
        Ok(Self { list: *list, conditions, sort, descending, after, limit, tag })
    }

    /// The first page of a list in its own order.
    pub fn first(list: &List, limit: u32) -> Self {
        let (field, descending) = list.sort.strip_prefix('-').map_or((list.sort, false), |field| (field, true));
        let sort = list.column(field);
        Self {
            list: *list,
            conditions: Vec::new(),
            sort,
            descending,
            after: None,
            limit,
            tag: tag(list, list.sort, &[]),
        }
    }

    /// The same query, going on where a page of it ended; `None` for the cursor of another.
    pub fn from_cursor(&self, cursor: &str) -> Option<Query> {
        let after = place(cursor, &self.tag).filter(|(key, _)| fits(self.sort, key))?;
        Some(Query { after: Some(after), ..self.clone() })
    }

    /// Items of a page.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether it asks for something of these columns alone.
    pub(crate) fn asks_only(&self, fields: &[&str]) -> bool {
        self.conditions.iter().all(|condition| fields.contains(&condition.column.field))
    }

    /// Whether it asks for something of this column.
    pub fn asks(&self, field: &str) -> bool {
        self.conditions.iter().any(|condition| condition.column.field == field)
    }

    /// The same query with one more condition: the column is this word.
    #[must_use]
    pub fn with(mut self, field: &str, value: Option<Cell>) -> Self {
        if let (Some(column), Some(value)) = (self.list.column(field), value) {
            self.conditions.push(Condition { column, operator: Operator::Is, values: vec![value] });
        }
        self
    }

    fn cursor(&self, key: &Cell, id: &str) -> String {
        let key = match key {
            Cell::Absent => Value::Null,
            Cell::Number(number) => Value::from(*number),
            Cell::Text(text) => Value::from(text.as_str()),
        };
        URL_SAFE_NO_PAD.encode(Value::from(vec![Value::from(self.tag.as_str()), key, Value::from(id)]).to_string())
    }

    /// Cuts what is asked for out of items in memory. `cell` gives what an item has in a column.
    pub fn slice<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        cell: impl Fn(&T, &Column) -> Cell,
        id: impl Fn(&T) -> String,
    ) -> Page<T> {
        let holds = |item: &T| self.conditions.iter().all(|condition| condition.holds(&cell(item, condition.column)));
        let mut items: Vec<T> = items.into_iter().filter(holds).collect();
        let Some(column) = self.sort else {
            // In the order they came: the cursor is the last one given.
            let start = match &self.after {
                None => 0,
                Some((_, last)) => items.iter().position(|item| id(item) == *last).map_or(items.len(), |at| at + 1),
            };
            let rest = items.into_iter().skip(start).take(self.limit as usize + 1).collect();
            return Page::cut(rest, self.limit, |item| self.cursor(&Cell::Absent, &id(item)));
        };
        let place = |item: &T| (column.key_of(&cell(item, column)), id(item));
        let order = |one: &(Cell, String), two: &(Cell, String)| {
            if self.descending { two.cmp(one) } else { one.cmp(two) }
        };
        if let Some(after) = &self.after {
            items.retain(|item| order(&place(item), after) == Ordering::Greater);
        }
        items.sort_by_cached_key(|item| Directed(place(item), self.descending));
        items.truncate(self.limit as usize + 1);
        Page::cut(items, self.limit, |item| {
            let (key, id) = place(item);
            self.cursor(&key, &id)
        })
    }
}

/// A place in an order that runs up or down.
struct Directed((Cell, String), bool);

impl PartialEq for Directed {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Directed {}

impl PartialOrd for Directed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Directed {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.1 { other.0.cmp(&self.0) } else { self.0.cmp(&other.0) }
    }
}

fn condition(list: &List, text: &str) -> Result<Condition, Mistake> {
    let shape = || Mistake::new("filter", "shape", "filter is field:operator:value, for example name:contains:shop");
    let (field, rest) = text.split_once(':').ok_or_else(shape)?;
    let (operator, value) = rest.split_once(':').ok_or_else(shape)?;
    let column = list.column(field).filter(|column| column.filters).ok_or_else(|| {
        let fields: Vec<&str> = list.columns.iter().filter(|column| column.filters).map(|it| it.field).collect();
        Mistake::new("filter", "unknown_field", format!("filter takes the fields {}", fields.join(", ")))
    })?;
    let allowed = column.operators();
    let operator = allowed.iter().copied().find(|one| one.as_str() == operator).ok_or_else(|| {
        let words: Vec<&str> = allowed.iter().map(|one| one.as_str()).collect();
        Mistake::new("filter", "operator", format!("{field} takes the operators {}", words.join(", ")))
    })?;
    let values: Vec<&str> = if operator == Operator::In { value.split(',').collect() } else { vec![value] };
    if values.len() > MAX_VALUES {
        return Err(Mistake::new("filter", "too_many", format!("in takes at most {MAX_VALUES} values")));
    }
    let values: Result<Vec<Cell>, String> = values.into_iter().map(|value| column.value(value)).collect();
    Ok(Condition { column, operator, values: values.map_err(|wrong| Mistake::new("filter", "value", wrong))? })
}

/// What tells the cursors of one list, order and set of filters from others.
fn tag(list: &List, order: &str, filters: &[String]) -> String {
    let mut digest = Sha256::new().chain_update(list.name).chain_update([0]).chain_update(order);
    for filter in filters {
        digest = digest.chain_update([0]).chain_update(filter);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize().get(..9).unwrap_or_default())
}

/// True when rows that are sorted by a column have keys like this one.
fn fits(sort: Option<&Column>, key: &Cell) -> bool {
    matches!(
        (sort.map(|column| column.kind), key),
        (None, Cell::Absent)
            | (Some(Kind::Id | Kind::Text), Cell::Text(_))
            | (Some(Kind::Number | Kind::Time | Kind::Truth | Kind::Words(_)), Cell::Number(_))
    )
}

/// The place a cursor names; `None` when it is none of this query.
fn place(cursor: &str, tag: &str) -> Option<(Cell, String)> {
    if cursor.len() > MAX_CURSOR {
        return None;
    }
    let text = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (of, key, id): (String, Value, String) = serde_json::from_slice(&text).ok()?;
    let key = match key {
        Value::Null => Cell::Absent,
        Value::Number(number) => Cell::Number(number.as_i64()?),
        Value::String(text) => Cell::Text(text),
        _ => return None,
    };
    // No database takes the letter NUL.
    let bad = |text: &str| text.contains('\0');
    let wrong = of != tag || bad(&id) || matches!(&key, Cell::Text(text) if bad(text));
    (!wrong).then_some((key, id))
}

/// A pattern of LIKE for the text itself, `A` to `Z` as `a` to `z`.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character.to_ascii_lowercase());
    }
    pattern
}

impl Condition {
    /// True when what an item has meets it.
    fn holds(&self, cell: &Cell) -> bool {
        let text = |cell: &Cell| if let Cell::Text(text) = cell { text.to_ascii_lowercase() } else { String::new() };
        let cell = match cell {
            Cell::Absent if self.column.is_text() => &Cell::Text(String::new()),
            cell => cell,
        };
        let known = *cell != Cell::Absent;
        let first = self.values.first().unwrap_or(&Cell::Absent);
        match (self.operator, self.column.kind) {
            (Operator::Is | Operator::In, _) => self.values.contains(cell),
            (Operator::IsNot, _) => cell != first,
            (Operator::Contains, _) => text(cell).contains(&text(first)),
            (Operator::Starts, _) => text(cell).starts_with(&text(first)),
            (operator @ (Operator::Greater | Operator::Less), Kind::Words(_)) => self.beyond(operator).contains(cell),
            (Operator::Greater, _) => known && cell > first,
            (Operator::Less, _) => known && cell < first,
        }
    }

    /// The words above or below the one that is asked for.
    fn beyond(&self, operator: Operator) -> Vec<Cell> {
        let Kind::Words(words) = self.column.kind else { return Vec::new() };
        let asked = if let Some(Cell::Text(text)) = self.values.first() { text.as_str() } else { "" };
        let at = words.iter().position(|word| *word == asked).unwrap_or(words.len());
        let beyond = match operator {
            Operator::Greater => words.get(at + 1..),
            _ => words.get(..at),
        };
        beyond.unwrap_or_default().iter().map(|word| Cell::Text((*word).to_owned())).collect()
    }

    fn write(&self, statement: &mut Statement) {
        let engine = statement.engine;
        let column = self.column;
        let aside = if statement.walks && column.frequent { engine.aside() } else { "" };
        let (present, plain) = (format!("{aside}{}", column.present(engine)), format!("{aside}{}", column.sql));
        let plain = plain.as_str();
        let first = self.values.first().cloned().unwrap_or(Cell::Absent);
        match (self.operator, column.kind) {
            (Operator::Is, _) if column.is_text() => statement.compare(&present, "=", first),
            (Operator::Is, _) => statement.compare(plain, "=", first),
            (Operator::IsNot, _) if column.is_text() => statement.compare(&present, "<>", first),
            (Operator::IsNot, _) if column.optional => {
                statement.text.push_str(&format!("({plain} IS NULL OR "));
                statement.compare(plain, "<>", first);
                statement.text.push(')');
            }
            (Operator::IsNot, _) => statement.compare(plain, "<>", first),
            (Operator::Contains | Operator::Starts, _) => {
                let text = if let Cell::Text(text) = &first { escaped(text) } else { String::new() };
                let open = if self.operator == Operator::Contains { "%" } else { "" };
                statement.compare(&format!("LOWER({present})"), "LIKE", Cell::Text(format!("{open}{text}%")));
                statement.text.push_str(" ESCAPE '!'");
            }
            (operator @ (Operator::Greater | Operator::Less), Kind::Words(_)) => {
                statement.one_of(&present, self.beyond(operator));
            }
            (Operator::Greater, _) if column.is_text() => statement.compare(&present, ">", first),
            (Operator::Less, _) if column.is_text() => statement.compare(&present, "<", first),
            (Operator::Greater, _) => statement.compare(plain, ">", first),
            (Operator::Less, _) => statement.compare(plain, "<", first),
            (Operator::In, _) if column.is_text() => statement.one_of(&present, self.values.clone()),
            (Operator::In, _) => statement.one_of(plain, self.values.clone()),
        }
    }
}

/// A value that a statement binds.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    Text(Option<String>),
    Number(Option<i64>),
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Bound::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Bound {
    fn from(text: Option<&str>) -> Self {
        Bound::Text(text.map(str::to_owned))
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Bound::Number(Some(number))
    }
}

impl From<Option<i64>> for Bound {
    fn from(number: Option<i64>) -> Self {
        Bound::Number(number)
    }
}

/// The fixed part of the statement behind a list.
pub(crate) struct Select<'a> {
    /// What was being done, for errors.
    pub doing: &'static str,
    /// The columns of a row.
    pub columns: &'a str,
    /// The tables.
    pub from: &'a str,
    /// What every row meets, beginning with its project; `$1` and on are `values`.
    pub filter: &'a str,
    /// What `filter` binds.
    pub values: Vec<Bound>,
}

fn bound(text: String, values: Vec<Bound>) -> sqlx::query::Query<'static, Any, AnyArguments> {
    values.into_iter().fold(sqlx::query(AssertSqlSafe(text)), |asked, value| match value {
        Bound::Text(text) => asked.bind(text),
        Bound::Number(number) => asked.bind(number),
    })
}

/// SQL with the values it binds.
struct Statement {
    engine: Engine,
    text: String,
    values: Vec<Bound>,
    /// It follows an order that is not the list's own.
    walks: bool,
}

impl Statement {
    fn bind(&mut self, cell: Cell) {
        self.values.push(match cell {
            Cell::Absent => Bound::Text(None),
            Cell::Number(number) => Bound::Number(Some(number)),
            Cell::Text(text) => Bound::Text(Some(text)),
        });
        let _ = write!(self.text, "${}", self.values.len());
    }

    fn compare(&mut self, column: &str, operator: &str, value: Cell) {
        let _ = write!(self.text, "{column} {operator} ");
        self.bind(value);
    }

    /// What a query asks for besides.
    fn conditions(&mut self, query: &Query) {
        for condition in &query.conditions {
            self.text.push_str(" AND ");
            condition.write(self);
        }
    }

    async fn rows(self, store: &Store) -> Result<Vec<AnyRow>, sqlx::Error> {
        if let Some(plans) = &store.plans {
            let text = format!("{}{}", store.engine.explain(), self.text);
            let rows = bound(text, self.values.clone()).fetch_all(&store.read).await?;
            plans.note(Plan::read(store.engine, &rows)?);
        }
        bound(self.text, self.values).fetch_all(&store.read).await
    }

    fn one_of(&mut self, column: &str, values: Vec<Cell>) {
        if values.is_empty() {
            self.text.push_str("1 = 0");
            return;
        }
        let _ = write!(self.text, "{column} IN (");
        for (at, value) in values.into_iter().enumerate() {
            self.text.push_str(if at == 0 { "" } else { ", " });
            self.bind(value);
        }
        self.text.push(')');
    }
}

impl Store {
    /// The rows that a query asks for in groups of one `key`, the largest groups first; `select.columns` are made of
    /// sums, and `total` is one of them.
    ///
    /// # Errors
    /// The database's word.
    pub(crate) async fn grouped<T>(&self, select: Select<'_>, key: &str, query: &Query) -> Result<Vec<T>, Error>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let (columns, from, filter) = (select.columns, select.from, select.filter);
        let mut statement = Statement {
            engine: self.engine,
            text: format!("SELECT {key} AS group_key, {columns} FROM {from} WHERE {filter}"),
            values: select.values,
            walks: false,
        };
        statement.conditions(query);
        let _ = write!(statement.text, " GROUP BY {key} ORDER BY total DESC, group_key LIMIT ");
        statement.bind(Cell::Number(i64::from(query.limit)));
        let rows = statement.rows(self).await.doing(select.doing)?;
        rows.iter().map(T::from_row).collect::<Result<_, _>>().doing(select.doing)
    }

    /// The rows of a list that a query asks for.
    ///
    /// # Errors
    /// The database's word.
    pub(crate) async fn list<T>(&self, select: Select<'_>, query: &Query) -> Result<Page<T>, Error>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let id = query.list.id;
        let by_id = query.sort.is_none_or(|column| column.kind == Kind::Id && column.sql == id);
        let key = query.sort.filter(|_| !by_id).map(|column| column.key(self.engine));
        let (columns, from, filter) = (select.columns, select.from, select.filter);
        let shown = key.as_deref().unwrap_or(id);
        let mut statement = Statement {
            engine: self.engine,
            text: format!("SELECT {columns}, {shown} AS list_key, {id} AS list_id FROM {from} WHERE {filter}"),
            values: select.values,
            walks: query.sort.is_some_and(|column| column.field != query.list.sort.trim_start_matches('-')),
        };
        statement.conditions(query);
        let (direction, beyond) = if query.descending { (" DESC", "<") } else { ("", ">") };
        if let Some((place, last)) = &query.after {
            match &key {
                None => statement.text.push_str(&format!(" AND {id} {beyond} ")),
                Some(key) => {
                    statement.text.push_str(&format!(" AND ({key}, {id}) {beyond} ("));
                    statement.bind(place.clone());
                    statement.text.push_str(", ");
                }
            }
            statement.bind(Cell::Text(last.clone()));
            statement.text.push_str(if key.is_some() { ")" } else { "" });
        }
        match &key {
            Some(key) => {
                let _ = write!(statement.text, " ORDER BY {key}{direction}, {id}{direction} LIMIT ");
            }
            None => {
                let _ = write!(statement.text, " ORDER BY {id}{direction} LIMIT ");
            }
        }
        statement.bind(Cell::Number(i64::from(query.limit) + 1));

        let rows = statement.rows(self).await.doing(select.doing)?;
        let textual = query.sort.is_none_or(|column| matches!(column.kind, Kind::Id | Kind::Text));
        let read = |row: AnyRow| -> Result<(T, Cell, String), sqlx::Error> {
            let key = match textual {
                true => Cell::Text(row.try_get("list_key")?),
                false => Cell::Number(row.try_get("list_key")?),
            };
            Ok((T::from_row(&row)?, key, row.try_get("list_id")?))
        };
        let rows: Vec<_> = rows.into_iter().map(read).collect::<Result<_, _>>().doing(select.doing)?;
        let page = Page::cut(rows, query.limit, |(_, key, id)| query.cursor(key, id));
        Ok(Page { items: page.items.into_iter().map(|(item, _, _)| item).collect(), next: page.next })
    }
}
