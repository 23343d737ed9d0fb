//! Lists: whatever is asked of them, they give what a plain look through all rows gives, each row once.

use super::events::event;
use palisade_store::query::{Asked, Cell, Column, Kind, List, MAX_LIMIT, Query};
use palisade_store::{ApiRow, EVENTS, EventFilter, EventRow, FINDINGS, ProjectRow, Store, TOKENS};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What is asked of a list.
pub fn ask(list: &List, sort: Option<&str>, filters: &[&str], cursor: Option<&str>, limit: u32) -> Query {
    let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
    Query::read(list, &Asked { cursor, limit: Some(limit), sort, filters: &filters }).unwrap()
}

pub async fn suite(store: &Store) {
    let project = ProjectRow {
        id: "p-lists".into(),
        name: "lists".into(),
        description: String::new(),
        created_at: 1,
        created_by: "test".into(),
        updated_at: 0,
    };
    assert!(store.add_project(&project).await.unwrap());
    let store = &store.in_project("p-lists");
    let api = ApiRow {
        id: "l1".into(),
        name: "lists".into(),
        hosts: "[]".into(),
        base_path: "/".into(),
        upstreams: "[]".into(),
        upstream_ca: None,
        mode: "observe".into(),
        managed_by: "ui".into(),
        created_at: 1,
    };
    store.put_api(&api).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let mut rows: Vec<EventRow> = Vec::new();
    for n in 0..60 {
        rows.push(one(&mut runner, n));
    }
    store.put_events(&rows, &[]).await.unwrap();
    for _ in 0..400 {
        let asked = question().new_tree(&mut runner).unwrap().current();
        let mut expected: Vec<&EventRow> =
            rows.iter().filter(|row| asked.filters.iter().all(|filter| holds(row, filter))).collect();
        expected.sort_by_key(|row| (key(row, asked.sort), row.id.clone()));
        if asked.descending {
            expected.reverse();
        }
        let expected: Vec<&str> = expected.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(from_store(store, &asked).await, expected, "{asked:?}");
        assert_eq!(in_memory(&rows, &asked), expected, "in memory, {asked:?}");
    }
    mistakes();
}

/// Texts that databases could take for something else.
const TEXTS: [&str; 12] = ["", "a", "A", "ab", "a_b", "a%b", "Ä", "ä", "a!b", "' OR 1=1 --", "naïve", "\u{1F98A}"];

fn pick<T: Clone + std::fmt::Debug + 'static>(runner: &mut TestRunner, of: &[T]) -> T {
    proptest::sample::select(of.to_vec()).new_tree(runner).unwrap().current()
}

fn one(runner: &mut TestRunner, n: u32) -> EventRow {
    let texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    let numbers = [0, 1, 2, 200, 401, i64::MAX / 4];
    let optional: Vec<Option<String>> = texts.iter().cloned().map(Some).chain([None, None]).collect();
    EventRow {
        id: format!("l{n:03}"),
        api_id: "l1".into(),
        path: pick(runner, &texts),
        title: pick(runner, &texts),
        operation: pick(runner, &optional),
        principal: pick(runner, &optional),
        effect: pick(runner, &["alert", "prevent", "ban"]).into(),
        status: pick(runner, &numbers),
        upstream_status: pick(runner, &[None, Some(0), Some(1), Some(200)]),
        ban_until: pick(runner, &[None, Some(0), Some(DAY), Some(2 * DAY)]),
        last_time: pick(runner, &[0, DAY, DAY + 1, 2 * DAY]),
        ..event(n)
    }
}

/// 2026-11-22.
const DAY: i64 = 1_795_305_600_000_000;

#[derive(Debug, Clone)]
struct Question {
    filters: Vec<(&'static str, &'static str, String)>,
    sort: &'static str,
    descending: bool,
    limit: u32,
}

impl Question {
    fn sort(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.sort)
    }

    fn filters(&self) -> Vec<String> {
        self.filters.iter().map(|(field, operator, value)| format!("{field}:{operator}:{value}")).collect()
    }
}

fn question() -> impl Strategy<Value = Question> {
    let text = proptest::sample::select(TEXTS.to_vec()).prop_map(str::to_owned);
    let several = proptest::collection::vec(text.clone(), 1..3).prop_map(|texts| texts.join(","));
    let texts = proptest::sample::select(vec!["path", "title", "operation", "principal"]);
    let of_text = proptest::sample::select(vec!["is", "is_not", "contains", "starts", "greater", "less"]);
    let number = proptest::sample::select(vec!["0", "1", "200", "401"]).prop_map(str::to_owned);
    let numbers = proptest::sample::select(vec!["status", "upstream_status"]);
    let of_number = proptest::sample::select(vec!["is", "is_not", "greater", "less", "in"]);
    let time = proptest::sample::select(vec!["2026-11-22", "2026-11-22T00:00:00.000001Z", "1970-01-01T00:00:00Z"]);
    let times = proptest::sample::select(vec!["last_time", "ban_until"]);
    let word = proptest::sample::select(vec!["alert", "prevent", "ban"]).prop_map(str::to_owned);
    let filter = prop_oneof![
        (texts.clone(), of_text, text),
        (texts, Just("in"), several),
        (numbers, of_number.clone(), number),
        (times, of_number.clone(), time.prop_map(str::to_owned)),
        (Just("effect"), of_number, word),
    ];
    let sorts = ["id", "path", "title", "operation", "principal", "effect", "status", "upstream_status", "ban_until"];
    let sort = proptest::sample::select(sorts.to_vec());
    (proptest::collection::vec(filter, 0..3), sort, any::<bool>(), 1..30u32)
        .prop_map(|(filters, sort, descending, limit)| Question { filters, sort, descending, limit })
}

/// What a row has in a field; `None` where there is nothing.
fn value(row: &EventRow, field: &str) -> Option<Cell> {
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    match field {
        "id" => text(&row.id),
        "path" => text(&row.path),
        "title" => text(&row.title),
        "operation" => row.operation.as_deref().and_then(text),
        "principal" => row.principal.as_deref().and_then(text),
        "effect" => text(&row.effect),
        "status" => Some(Cell::Number(row.status)),
        "upstream_status" => row.upstream_status.map(Cell::Number),
        "ban_until" => row.ban_until.map(Cell::Number),
        "last_time" => Some(Cell::Number(row.last_time)),
        other => panic!("{other}"),
    }
}

fn rank(word: &str) -> usize {
    ["alert", "prevent", "ban"].iter().position(|known| *known == word).unwrap()
}

/// The order by the book: words by their rank, absent texts as empty ones, absent numbers before all.
fn key(row: &EventRow, field: &str) -> (i64, String) {
    match (field, value(row, field)) {
        ("effect", _) => (i64::try_from(rank(&row.effect)).unwrap(), String::new()),
        (_, Some(Cell::Number(number))) => (number, String::new()),
        (_, Some(Cell::Text(text))) => (0, text),
        ("upstream_status" | "ban_until", None) => (i64::MIN, String::new()),
        (_, _) => (0, String::new()),
    }
}

fn holds(row: &EventRow, (field, operator, asked): &(&'static str, &'static str, String)) -> bool {
    let lower = |text: &str| text.chars().map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    if *field == "effect" {
        let (has, wants) = (rank(&row.effect), rank(asked));
        return match *operator {
            "is" | "in" => has == wants,
            "is_not" => has != wants,
            "greater" => has > wants,
            _ => has < wants,
        };
    }
    if matches!(*field, "path" | "title" | "operation" | "principal") {
        let Cell::Text(has) = value(row, field).unwrap_or(Cell::Text(String::new())) else { panic!() };
        return match *operator {
            "is" => has == *asked,
            "is_not" => has != *asked,
            "contains" => lower(&has).contains(&lower(asked)),
            "starts" => lower(&has).starts_with(&lower(asked)),
            "greater" => has.as_bytes() > asked.as_bytes(),
            "less" => has.as_bytes() < asked.as_bytes(),
            _ => asked.split(',').any(|one| one == has),
        };
    }
    let wants = match asked.as_str() {
        "2026-11-22" => DAY,
        "2026-11-22T00:00:00.000001Z" => DAY + 1,
        "1970-01-01T00:00:00Z" => 0,
        number => number.parse().unwrap(),
    };
    match (*operator, value(row, field)) {
        ("is_not", has) => has != Some(Cell::Number(wants)),
        (_, None) => false,
        ("is" | "in", Some(has)) => has == Cell::Number(wants),
        ("greater", Some(has)) => has > Cell::Number(wants),
        (_, Some(has)) => has < Cell::Number(wants),
    }
}

fn query(asked: &Question, cursor: Option<&str>) -> Query {
    let filters = asked.filters();
    let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
    ask(&EVENTS, Some(&asked.sort()), &filters, cursor, asked.limit)
}

async fn from_store(store: &Store, asked: &Question) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.events(&EventFilter::default(), &query(asked, cursor.as_deref())).await.unwrap();
        assert!(page.items.len() <= asked.limit as usize && !(page.items.is_empty() && page.next.is_some()));
        seen.extend(page.items.into_iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            return seen;
        }
    }
}

fn in_memory(rows: &[EventRow], asked: &Question) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let cell = |row: &&EventRow, column: &Column| value(row, column.field).unwrap_or(Cell::Absent);
        let page = query(asked, cursor.as_deref()).slice(rows.iter(), cell, |row| row.id.clone());
        seen.extend(page.items.into_iter().map(|row| row.id.clone()));
        cursor = page.next;
        if cursor.is_none() {
            return seen;
        }
    }
}

fn mistakes() {
    let wrong = |list: &List, sort: Option<&str>, filter: &[&str], cursor: Option<&str>, limit| {
        let filters: Vec<String> = filter.iter().map(|filter| (*filter).to_owned()).collect();
        let mistake = Query::read(list, &Asked { cursor, limit, sort, filters: &filters }).unwrap_err();
        format!("{} {}: {}", mistake.parameter, mistake.code, mistake.message)
    };
    let many = vec!["name:is:a"; 21];
    let long = format!("name:is:{}", "x".repeat(501));
    let told = [
        wrong(&TOKENS, Some("hash"), &[], None, None),
        wrong(&TOKENS, Some(""), &[], None, None),
        wrong(&TOKENS, None, &["hash:is:a"], None, None),
        wrong(&TOKENS, None, &["name"], None, None),
        wrong(&TOKENS, None, &["name:like:a"], None, None),
        wrong(&TOKENS, None, &["created_at:greater:yesterday"], None, None),
        wrong(&TOKENS, None, &["name:is:\0"], None, None),
        wrong(&TOKENS, None, &[&long], None, None),
        wrong(&TOKENS, None, &many, None, None),
        wrong(&FINDINGS, None, &["severity:is:grave"], None, None),
        wrong(&FINDINGS, None, &["severity:contains:hi"], None, None),
        wrong(&FINDINGS, None, &["rank:is:1"], None, None),
        wrong(&FINDINGS, None, &["count:is:many"], None, None),
        wrong(&TOKENS, None, &[], Some("none"), None),
        wrong(&TOKENS, None, &[], None, Some(0)),
        wrong(&TOKENS, None, &[], None, Some(MAX_LIMIT + 1)),
    ];
    insta::assert_snapshot!("mistakes", told.join("\n"));

    // A cursor serves the very list, order and filters it was given for.
    let items: Vec<u32> = (0..5).collect();
    let page = |query: &Query| query.slice(items.clone(), |_, _| Cell::Number(1), |item| format!("{item}"));
    let next = page(&ask(&TOKENS, Some("-created_at"), &["name:is_not:a"], None, 2)).next.unwrap();
    let again = |list: &List, sort, filters: &[&str]| {
        let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
        Query::read(list, &Asked { cursor: Some(&next), limit: None, sort: Some(sort), filters: &filters }).is_ok()
    };
    assert!(again(&TOKENS, "-created_at", &["name:is_not:a"]));
    assert!(!again(&TOKENS, "created_at", &["name:is_not:a"]));
    assert!(!again(&TOKENS, "-created_at", &["name:is_not:b"]));
    assert!(!again(&FINDINGS, "-last_observed", &[]));
    assert!(matches!(TOKENS.column("created_at").unwrap().kind, Kind::Time));
}
