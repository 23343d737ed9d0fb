//! What lists and dashboards cost on a large store, beside one that holds a thousandth of it.
//!
//! Every question is asked of both stores in turn, so that a busy machine slows both alike, and the medians are compared.
//! What is measured is the wall clock of the store's own functions over its own connections. Throughput is that of askers
//! at once on the large store. Afterwards the large store's plans are read: none may read a whole table.

use palisade_store::query::{Asked, List, Query};
use palisade_store::{EVENTS, EventFilter, FINDINGS, FindingGroup, OPERATIONS, Store};
use palisade_testbed::contents::{Contents, fill};
use palisade_testbed::{Postgres, Setup};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How much smaller the small store is.
const SMALLER: i64 = 1000;

/// How much slower than the small one the large one may be.
const AT_MOST: f64 = 3.0;

/// What grows with the number of APIs.
const LARGE: [&str; 4] = ["events", "figures", "findings", "operations"];

/// Items of a page: few enough that the small store fills it for most questions.
const LIMIT: u32 = 20;

/// Times each question is asked of each store.
const ROUNDS: usize = 200;

/// Askers at once.
const ASKERS: usize = 8;

/// What is asked.
enum Question {
    /// A page of a list: its order and its filters.
    List(&'static List, &'static str, &'static [&'static str]),
    /// The page after it.
    Next(&'static List, &'static str, &'static [&'static str]),
    /// Findings of the project by what they have in common.
    Count(FindingGroup),
    /// The counts of the dashboard.
    Figures,
    /// The APIs with the most of something.
    Most(&'static str),
}

const API: &str = "api_id:is:01990000-0000-7000-8000-000010000003";

const QUESTIONS: &[Question] = &[
    Question::Figures,
    Question::Most("operations.shadow"),
    Question::Count(FindingGroup::Severity),
    Question::Count(FindingGroup::State),
    Question::Count(FindingGroup::Rule),
    Question::List(&FINDINGS, "rank", &[]),
    Question::Next(&FINDINGS, "rank", &[]),
    Question::List(&FINDINGS, "rank", &["severity:is:critical"]),
    Question::List(&FINDINGS, "rank", &["severity:is:low"]),
    Question::List(&FINDINGS, "rank", &["state:is:regressed"]),
    Question::List(&FINDINGS, "rank", &["state:is:fixed"]),
    Question::List(&FINDINGS, "rank", &["engine:is:discover"]),
    Question::List(&FINDINGS, "rank", &["rule:is:SEC107"]),
    Question::List(&FINDINGS, "rank", &["rule:is:SEC107", "severity:is:high"]),
    Question::List(&FINDINGS, "rank", &["category:is:data", "state:is:open"]),
    Question::List(&FINDINGS, "rank", &["fingerprint:is:1000000000000007"]),
    Question::List(&FINDINGS, "rank", &[API]),
    Question::List(&FINDINGS, "rank", &[API, "severity:is:high"]),
    Question::List(&FINDINGS, "-last_observed", &[]),
    Question::List(&FINDINGS, "-last_observed", &["severity:is:high"]),
    Question::List(&OPERATIONS, "path", &[]),
    Question::Next(&OPERATIONS, "path", &[]),
    Question::List(&OPERATIONS, "path", &["state:is:shadow"]),
    Question::List(&OPERATIONS, "path", &["method:is:DELETE"]),
    Question::List(&OPERATIONS, "path", &[API]),
    Question::List(&OPERATIONS, "-hits", &[]),
    Question::List(&OPERATIONS, "-last_observed", &["state:is:zombie"]),
    Question::List(&OPERATIONS, "worst", &["authenticated:is:never"]),
    Question::List(&EVENTS, "-id", &[]),
    Question::List(&EVENTS, "-id", &[API]),
    Question::List(&EVENTS, "-last_time", &[]),
];

impl Question {
    fn told(&self) -> String {
        match self {
            Question::List(list, sort, filters) => format!("{} by {sort} {}", list.name, filters.join(" ")),
            Question::Next(list, sort, filters) => format!("{} by {sort}, page 2 {}", list.name, filters.join(" ")),
            Question::Count(by) => format!("findings counted by {by:?}").to_lowercase(),
            Question::Figures => "dashboard".to_owned(),
            Question::Most(name) => format!("APIs with the most {name}"),
        }
    }

    async fn ask(&self, store: &Store) -> Result<(), String> {
        let told = |error: palisade_store::Error| error.to_string();
        match self {
            Question::List(list, sort, filters) => page(store, list, sort, filters, None).await.map(drop),
            Question::Next(list, sort, filters) => {
                let next = page(store, list, sort, filters, None).await?;
                page(store, list, sort, filters, next.as_deref()).await.map(drop)
            }
            Question::Count(by) => {
                store.count_findings(*by, &Query::first(&FINDINGS, 50)).await.map(drop).map_err(told)
            }
            Question::Figures => store.figures(None).await.map(drop).map_err(told),
            Question::Most(name) => store.most(name, 10).await.map(drop).map_err(told),
        }
    }
}

async fn page(
    store: &Store,
    list: &List,
    sort: &str,
    filters: &[&str],
    cursor: Option<&str>,
) -> Result<Option<String>, String> {
    let filters: Vec<String> = filters.iter().map(|filter| (*filter).to_owned()).collect();
    let asked = Asked { cursor, limit: Some(LIMIT), sort: Some(sort), filters: &filters };
    let query = Query::read(list, &asked).map_err(|mistake| mistake.message)?;
    let next = match list.name {
        "findings" => store.findings(None, &query).await.map(|page| page.next),
        "inventory" => store.operations(&query).await.map(|page| page.next),
        _ => store.events(&EventFilter::default(), &query).await.map(|page| page.next),
    };
    next.map_err(|error| error.to_string())
}

/// Measures: `ENGINE [DIVIDE [FOLDER]]`.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let usage = || "usage: palisade-bench store sqlite|postgres [DIVIDE [FOLDER]]".to_owned();
    let (engine, divide, folder) = match words {
        [engine] => (*engine, "1", "."),
        [engine, divide] => (*engine, *divide, "."),
        [engine, divide, folder] => (*engine, *divide, *folder),
        _ => return Err(usage()),
    };
    let divide: i64 = divide.parse().ok().filter(|divide| *divide > 0).ok_or_else(usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let measured = measure(engine, divide, Path::new(folder));
    runtime.map_err(|error| error.to_string())?.block_on(measured)
}

fn say(text: &str) -> Result<(), String> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|error| error.to_string())
}

async fn filled(url: &str, contents: &Contents) -> Result<Store, String> {
    let told = |error: palisade_store::Error| error.to_string();
    Store::open(url).await.map_err(told)?.close().await;
    fill(url, contents).await.map_err(|error| error.to_string())?;
    Store::open(url).await.map_err(told)
}

async fn measure(engine: &str, divide: i64, folder: &Path) -> Result<(), String> {
    let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
    let dir = tempfile::tempdir_in(&folder).map_err(|error| error.to_string())?;
    let settings = [("shared_buffers", "512MB"), ("max_wal_size", "4GB"), ("maintenance_work_mem", "256MB")];
    let setup = Setup { settings: &settings, below: Some(&folder), ..Setup::default() };
    let server = if engine == "postgres" { Some(Postgres::start(&setup)?) } else { None };
    let url = |name: &str| match &server {
        Some(server) => server.database(),
        None => Ok(format!("sqlite://{}", dir.path().join(name).display())),
    };
    let (large, small) = (Contents::divided(divide), Contents::divided(divide * SMALLER));
    let begun = Instant::now();
    let big = filled(&url("large.db")?, &large).await?;
    say(&format!(
        "{engine}: {} APIs, {} operations, {} findings, {} events; filled in {:.0} s",
        large.apis,
        large.operations,
        large.findings,
        large.events,
        begun.elapsed().as_secs_f64()
    ))?;
    let little = filled(&url("small.db")?, &small).await?;
    say(&format!("{:<64} {:>9} {:>9} {:>6} {:>9} {:>9}", "", "large", "small", "ratio", "p99", "per s"))?;
    let mut worst: f64 = 0.0;
    for question in QUESTIONS {
        let (mut of_big, mut of_little) = (Vec::new(), Vec::new());
        // The first time reads from disk, and prepares the statement.
        question.ask(&big).await?;
        question.ask(&little).await?;
        for _ in 0..ROUNDS {
            of_big.push(timed(question, &big).await?);
            of_little.push(timed(question, &little).await?);
        }
        let rate = throughput(question, &big).await?;
        of_big.sort();
        of_little.sort();
        let (median, beside) = (of_big[ROUNDS / 2], of_little[ROUNDS / 2]);
        let ratio = median.as_secs_f64() / beside.as_secs_f64().max(1e-9);
        worst = worst.max(ratio);
        let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        say(&format!(
            "{:<64} {:>9} {:>9} {:>5.1}x {:>9} {:>9.0}",
            question.told(),
            milliseconds(median),
            milliseconds(beside),
            ratio,
            milliseconds(of_big[ROUNDS * 99 / 100]),
            rate
        ))?;
    }
    let scanned = scans(&big).await?;
    big.close().await;
    little.close().await;
    say(&format!("the slowest is {worst:.1}x; {AT_MOST}x is allowed"))?;
    if !scanned.is_empty() {
        return Err(format!("a whole table is read:\n{scanned}"));
    }
    if worst > AT_MOST {
        return Err("a list of the large store is too slow".to_owned());
    }
    Ok(())
}

async fn timed(question: &Question, store: &Store) -> Result<Duration, String> {
    let begun = Instant::now();
    question.ask(store).await?;
    Ok(begun.elapsed())
}

/// Answers a second, with several who ask at once.
async fn throughput(question: &'static Question, store: &Store) -> Result<f64, String> {
    let begun = Instant::now();
    let mut askers = tokio::task::JoinSet::new();
    for _ in 0..ASKERS {
        let store = store.clone();
        askers.spawn(async move {
            for _ in 0..ROUNDS / ASKERS {
                question.ask(&store).await?;
            }
            Ok::<(), String>(())
        });
    }
    while let Some(asked) = askers.join_next().await {
        asked.map_err(|error| error.to_string())??;
    }
    Ok((ROUNDS / ASKERS * ASKERS) as f64 / begun.elapsed().as_secs_f64())
}

/// The plans of the lists that read a whole table.
async fn scans(store: &Store) -> Result<String, String> {
    let (explained, plans) = store.explained();
    let mut told = String::new();
    for question in QUESTIONS {
        question.ask(&explained).await?;
        for plan in plans.take().iter().filter(|plan| plan.reads_whole(&LARGE)) {
            // Writing to a string does not fail.
            let _ = writeln!(told, "{}: {}", question.told(), plan.steps.join("; "));
        }
    }
    Ok(told)
}
