//! Made-up contents of a store, of any size: the same bytes every time.
//!
//! The rows are made by the database itself, so that millions take minutes. What a row says follows from its number:
//! APIs, rules, severities and times are spread as in a grown store, where a few things are frequent and most are rare.

use sqlx::{AnyPool, AssertSqlSafe};

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// APIs.
    pub apis: i64,
    /// Operations, of all APIs together.
    pub operations: i64,
    /// Findings, of all APIs together.
    pub findings: i64,
    /// Events.
    pub events: i64,
}

impl Contents {
    /// What a large installation holds, divided.
    pub fn divided(by: i64) -> Self {
        let of = |whole: i64| (whole / by).max(1);
        Self { apis: of(10_000), operations: of(500_000), findings: of(5_000_000), events: of(50_000) }
    }
}

/// The project every row belongs to.
const PROJECT: &str = "00000000-0000-7000-8000-000000000001";

/// When the oldest row was made, microseconds since the Unix epoch.
pub const BEGIN: i64 = 1_760_000_000_000_000;

/// Rows of one statement.
const CHUNK: i64 = 250_000;

/// Fills a store whose tables stand and are empty.
///
/// # Errors
/// The database's word.
pub async fn fill(url: &str, contents: &Contents) -> Result<(), sqlx::Error> {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(url).await?;
    let Contents { apis, operations, findings, events } = *contents;
    let tables = [
        (apis, API.to_owned()),
        (operations, OPERATION.replace(":apis", &apis.to_string())),
        (
            findings,
            FINDING.replace(":apis", &apis.to_string()).replace(":each", &(operations / apis).max(1).to_string()),
        ),
        (events, EVENT.replace(":apis", &apis.to_string())),
    ];
    for (rows, row) in tables {
        let row = row.replace(":project", PROJECT).replace(":begin", &BEGIN.to_string());
        let (into, select) = row.split_once(" SELECT ").unwrap_or((row.as_str(), ""));
        for from in (0..rows).step_by(usize::try_from(CHUNK).unwrap_or(usize::MAX)) {
            let to = (from + CHUNK).min(rows) - 1;
            let text = format!(
                "INSERT INTO {into} WITH RECURSIVE n(i) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT i + 1 FROM n \
                 WHERE i < {to}) SELECT {select} FROM n"
            );
            sqlx::query(AssertSqlSafe(text)).execute(&pool).await?;
        }
    }
    for text in FIGURES.iter().map(|text| text.replace(":project", PROJECT)) {
        sqlx::query(AssertSqlSafe(text)).execute(&pool).await?;
    }
    sqlx::query("ANALYZE").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// `i` is the number of the row. Ids are as wide as UUIDs, and sort by time as theirs do.
const API: &str = "apis (id, project_id, name, hosts, base_path, upstreams, mode, managed_by, created_at) SELECT \
    '01990000-0000-7000-8000-0000' || CAST(10000000 + i AS TEXT), ':project', 'api-' || CAST(i AS TEXT), '[]', '/', \
    '[\"http://127.0.0.1:1\"]', 'observe', 'ui', :begin + i * 1000000";

const OPERATION: &str = "operations (id, project_id, api_id, method, path, state, deprecated, authenticated, sensitive, hits, \
    first_observed, last_observed, findings, worst) SELECT \
    '01990000-0000-7000-8001-000' || CAST(100000000 + i AS TEXT), ':project', \
    '01990000-0000-7000-8000-0000' || CAST(10000000 + i % :apis AS TEXT), \
    CASE WHEN i * 7 % 10 < 6 THEN 'GET' WHEN i * 7 % 10 < 9 THEN 'POST' ELSE 'DELETE' END, \
    '/v' || CAST(i % 3 AS TEXT) || '/things-' || CAST(i * 7919 % 100003 AS TEXT) || '/{id}', \
    CASE WHEN i * 13 % 100 < 80 THEN 'documented' WHEN i * 13 % 100 < 92 THEN 'shadow' WHEN i * 13 % 100 < 95 THEN 'zombie' \
    ELSE 'orphan' END, CASE WHEN i % 50 = 0 THEN 1 ELSE 0 END, \
    CASE WHEN i % 5 = 0 THEN 'never' ELSE 'always' END, i % 4, i * 104729 % 1000003, \
    :begin, :begin + i * 7919 % 100003 * 1000000, i % 12, CASE WHEN i % 12 = 0 THEN 5 ELSE i * 31 % 5 END";

const FINDING: &str = "findings (id, project_id, api_id, engine, fingerprint, severity, rank, rule, category, operation, \
    body, count, first_observed, last_observed, state, changed_at) SELECT \
    '01990000-0000-7000-8002-000' || CAST(100000000 + i AS TEXT), ':project', \
    '01990000-0000-7000-8000-0000' || CAST(10000000 + i % :apis AS TEXT), \
    CASE WHEN i % 4 = 0 THEN 'discover' ELSE 'audit' END, CAST(1000000000000000 + i AS TEXT), \
    CASE WHEN i * 17 % 100 < 1 THEN 'critical' WHEN i * 17 % 100 < 9 THEN 'high' WHEN i * 17 % 100 < 35 THEN 'medium' \
    WHEN i * 17 % 100 < 70 THEN 'low' ELSE 'info' END, \
    CASE WHEN i * 17 % 100 < 1 THEN 0 WHEN i * 17 % 100 < 9 THEN 2 WHEN i * 17 % 100 < 35 THEN 4 \
    WHEN i * 17 % 100 < 70 THEN 6 ELSE 8 END + CASE WHEN i % 4 = 0 THEN 0 ELSE 1 END, \
    'SEC' || CAST(100 + i * 7919 % 150 AS TEXT), CASE WHEN i % 3 = 0 THEN 'security' ELSE 'data' END, \
    'GET /v' || CAST(i % 3 AS TEXT) || '/things-' || CAST(i * 7919 % :each AS TEXT) || '/{id}', \
    '{\"rule\":\"SEC' || CAST(100 + i * 7919 % 150 AS TEXT) || '\",\"name\":\"made-up\",\"severity\":\"' || \
    CASE WHEN i * 17 % 100 < 1 THEN 'critical' WHEN i * 17 % 100 < 9 THEN 'high' WHEN i * 17 % 100 < 35 THEN 'medium' \
    WHEN i * 17 % 100 < 70 THEN 'low' ELSE 'info' END || \
    '\",\"category\":\"security\",\"message\":\"What finding ' || CAST(i AS TEXT) || ' says about an operation.\",\"count\":1,' || \
    '\"fingerprint\":\"' || CAST(1000000000000000 + i AS TEXT) || '\",\"owasp\":[],\"cwe\":[],\"attack\":[],\"aliases\":[]}', \
    1 + i % 9, :begin + i, :begin + i + i * 7919 % 100003 * 1000000, \
    CASE WHEN i * 29 % 100 < 50 THEN 'open' WHEN i * 29 % 100 < 60 THEN 'acknowledged' WHEN i * 29 % 100 < 95 THEN 'fixed' \
    ELSE 'regressed' END, :begin + i";

const EVENT: &str = "events (id, project_id, api_id, operation, operation_id, client, method, path, status, effect, would, code, \
    title, errors, steps, merge_key, first_time, last_time, count, check_name) SELECT \
    '01990000-0000-7000-8003-000' || CAST(100000000 + i AS TEXT), ':project', \
    '01990000-0000-7000-8000-0000' || CAST(10000000 + i % :apis AS TEXT), 'GET /things', 'o' || CAST(i % 500 AS TEXT), \
    '192.0.2.' || CAST(i * 31 % 250 AS TEXT), 'GET', '/things/' || CAST(i AS TEXT), 400 + i % 5, \
    CASE WHEN i % 3 = 0 THEN 'prevent' ELSE 'alert' END, 'prevent', 'code-' || CAST(i % 7 AS TEXT), 'A title', '[]', '[]', \
    'm', :begin + i * 1000000, :begin + i * 1000000, 1, CASE WHEN i % 2 = 0 THEN 'path' ELSE 'body' END";

/// The counts that the store keeps.
const FIGURES: [&str; 4] = [
    "INSERT INTO figures (project_id, api_id, name, value) SELECT ':project', api_id, 'operations.' || state, COUNT(*) \
     FROM operations GROUP BY api_id, state",
    "INSERT INTO figures (project_id, api_id, name, value) SELECT ':project', api_id, 'operations', COUNT(*) \
     FROM operations GROUP BY api_id",
    "INSERT INTO finding_totals (project_id, engine, rule, category, severity, state, total) SELECT ':project', engine, rule, \
     category, severity, state, COUNT(*) FROM findings GROUP BY engine, rule, category, severity, state",
    "INSERT INTO figures (project_id, api_id, name, value) SELECT ':project', '', name, CAST(SUM(value) AS BIGINT) \
     FROM figures GROUP BY name",
];
