//! Whole stores: backed up, restored, taken to the other engine, and brought up from every earlier version.

use crate::support::{Database, api};
use palisade_finding::{Finding, Rare, Severity, Words};
use palisade_store::copy::{self, Copied, Existing};
use palisade_store::query::Query;
use palisade_store::{Error, FindingRun, SeenFinding, Store};
use sqlx::{AnyConnection, Connection as _};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Stores of every earlier version, as a dump of SQLite.
const RELEASED: [&str; 5] = [
    include_str!("../fixtures/0001.sql"),
    include_str!("../fixtures/0002.sql"),
    include_str!("../fixtures/0003.sql"),
    include_str!("../fixtures/0004.sql"),
    include_str!("../fixtures/0005.sql"),
];

async fn released(dump: &'static str) -> Database {
    let database = Database::sqlite();
    sqlx::any::install_default_drivers();
    let mut file = AnyConnection::connect(&format!("{}?mode=rwc", database.url)).await.unwrap();
    sqlx::raw_sql(dump).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    database
}

/// What every released version had.
async fn holds_what_was_there(store: &Store, version: usize) {
    let apis = store.apis().await.unwrap();
    assert_eq!((apis.len(), apis[0].mode.as_str()), (1, "block"));
    assert!(store.approved_contract("a1").await.unwrap().unwrap().body.contains("Größe"));
    assert_eq!(store.state("a1", "ledger").await.unwrap().unwrap(), b"\x00\x01\xffledger");
    assert_eq!(store.protections("a1").await.unwrap()["GET /x"], "observe");
    let findings = store.findings(Some("a1"), &Query::first(&palisade_store::FINDINGS, 10)).await.unwrap().items;
    assert_eq!((findings.len(), findings[0].id.as_str(), findings[0].first_observed), (1, "f1", 5));
    let event = store.event_of_uuid("u1").await.unwrap().unwrap();
    assert_eq!((event.id.as_str(), event.count, event.not_assessed.as_str()), ("e1", 2, "[]"));
    assert_eq!(store.all_exceptions("a1").await.unwrap()[0].id, "x1");
    assert_eq!(store.setting("snapshot_version").await.unwrap().as_deref(), Some("12"));
    if version >= 3 {
        let assessment = store.assessment("t1", "s1").await.unwrap().unwrap();
        assert_eq!((assessment.score, assessment.grade.as_deref()), (Some(80), Some("B")));
        assert_eq!(store.samples("t1", 0, 10).await.unwrap()[0].latency, Some(1500));
    }
    if version >= 4 {
        assert_eq!(store.network_lists().await.unwrap()[0].name, "office");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_every_released_version_comes_up_with_its_rows() {
    for (at, dump) in RELEASED.into_iter().enumerate() {
        let file = released(dump).await;
        // PostgreSQL meets the earlier version by taking the store over as it is; then the migrations run there.
        let server = Database::postgres();
        let copied = copy::migrate(&file.url, &server.url, Existing::Keep).await.unwrap();
        assert_eq!(copied.version, i64::try_from(at).unwrap() + 1);
        holds_what_was_there(&file.open().await, at + 1).await;
        holds_what_was_there(&server.open().await, at + 1).await;
    }
}

fn finding(n: usize) -> Finding {
    Finding {
        rule: "R1".into(),
        name: "n".into(),
        severity: Severity::High,
        category: "c".into(),
        message: format!("message {n}: ä \u{1f600} \" \\ \n"),
        file: None,
        pointer: None,
        line: None,
        column: None,
        operation: None,
        evidence: None,
        fix: None,
        loss: None,
        count: 1,
        fingerprint: format!("{n:08x}"),
        owasp: Words::default(),
        cwe: Words::default(),
        attack: Words::default(),
        aliases: Words::default(),
        related: Rare::default(),
        fixes: Rare::default(),
    }
}

/// More rows than go into one statement.
const FINDINGS: usize = 450;

async fn filled(database: &Database) -> Store {
    let store = Store::open(&database.url).await.unwrap();
    store.put_api(&api()).await.unwrap();
    store.set_states("a1", &[("ledger", &[0, 1, 255])], 1).await.unwrap();
    let findings: Vec<_> = (0..FINDINGS).map(finding).collect();
    let seen: Vec<_> =
        findings.iter().enumerate().map(|(n, finding)| SeenFinding { id: format!("f{n:04}"), finding }).collect();
    let run = FindingRun { api_id: "a1", engine: "audit", seen: &seen, covers: &|_, _| true, now: 5 };
    store.set_findings(&run).await.unwrap();
    store
}

async fn holds_all(database: &Database) {
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.apis().await.unwrap(), [api()]);
    assert_eq!(store.state("a1", "ledger").await.unwrap().unwrap(), [0, 1, 255]);
    let findings = store.findings(Some("a1"), &Query::first(&palisade_store::FINDINGS, 1000)).await.unwrap().items;
    assert_eq!(findings.len(), FINDINGS);
    assert_eq!(findings[7].finding, finding(7));
}

fn rows(copied: &Copied, table: &str) -> u64 {
    copied.tables.iter().find(|(name, _)| name == table).unwrap().1
}

async fn a_backup_fills_both_engines(from: Database) {
    let store = filled(&from).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.backup");
    let written = copy::backup(&from.url, &file).await.unwrap();
    assert_eq!((rows(&written, "findings"), rows(&written, "apis")), (FINDINGS as u64, 1));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let told = copy::backup(&from.url, &file).await.unwrap_err();
    assert!(matches!(told, Error::File { .. }), "a file that stands is not written over: {told}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    store.close().await;

    for into in [Database::sqlite(), Database::postgres()] {
        assert_eq!(copy::restore(&file, &into.url, Existing::Keep).await.unwrap(), written);
        holds_all(&into).await;
        let told = copy::restore(&file, &into.url, Existing::Keep).await.unwrap_err();
        assert!(matches!(told, Error::Occupied { .. }), "{told}");
        Store::open(&into.url).await.unwrap().set_setting("k", "v").await.unwrap();
        copy::restore(&file, &into.url, Existing::Replace).await.unwrap();
        holds_all(&into).await;
        assert_eq!(Store::open(&into.url).await.unwrap().setting("k").await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_backed_up() {
    a_backup_fills_both_engines(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_backed_up() {
    a_backup_fills_both_engines(Database::postgres()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_moves_there_and_back() {
    let (here, there, back) = (Database::sqlite(), Database::postgres(), Database::sqlite());
    filled(&here).await.close().await;
    let went = copy::migrate(&here.url, &there.url, Existing::Keep).await.unwrap();
    assert_eq!(copy::migrate(&there.url, &back.url, Existing::Keep).await.unwrap(), went);
    holds_all(&back).await;
    let nothing = copy::migrate(&Database::sqlite().url, &there.url, Existing::Replace).await.unwrap_err();
    assert!(matches!(nothing, Error::Empty), "{nothing}");
    holds_all(&there).await;
}

/// A store that is written to all the while: each step writes an API and its state in one transaction.
async fn a_backup_holds_one_moment(from: Database) {
    let store = filled(&from).await;
    let dir = tempfile::tempdir().unwrap();
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..u32::MAX {
                let both = n.to_le_bytes();
                if store.set_states("a1", &[("one", &both), ("two", &both)], i64::from(n)).await.is_err() {
                    return;
                }
            }
        })
    };
    while store.state("a1", "two").await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    for n in 0..5 {
        let file = dir.path().join(format!("{n}.backup"));
        copy::backup(&from.url, &file).await.unwrap();
        let into = Database::sqlite();
        copy::restore(&file, &into.url, Existing::Keep).await.unwrap();
        let restored = into.open().await;
        let state = async |kind| restored.state("a1", kind).await.unwrap().unwrap();
        assert_eq!(state("one").await, state("two").await);
    }
    writer.abort();
    let _ = writer.await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_backed_up_while_it_is_written() {
    a_backup_holds_one_moment(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_backed_up_while_it_is_written() {
    a_backup_holds_one_moment(Database::postgres()).await;
}

#[expect(clippy::disallowed_methods, reason = "what the test wrote itself")]
fn lines_of(file: &Path) -> String {
    let bytes = std::fs::read(file).unwrap();
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[at..]).read_to_string(&mut text).unwrap();
    text
}

fn packed(head: &str, lines: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(head.as_bytes().to_vec(), flate2::Compression::fast());
    out.write_all(lines.as_bytes()).unwrap();
    out.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_changes_nothing() {
    let from = Database::sqlite();
    filled(&from).await.close().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.backup");
    copy::backup(&from.url, &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let lines = lines_of(&file);
    let head = "palisade store 1\n";
    let newest: i64 =
        serde_json::from_str::<serde_json::Value>(lines.lines().next().unwrap()).unwrap()["version"].as_i64().unwrap();
    let end = lines.rfind("{\"sha256\"").unwrap();
    let damaged = [
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("no backup", b"SQLite format 3\0".to_vec()),
        ("later format", packed("palisade store 2\n", &lines)),
        ("later tables", packed(head, &lines.replacen(&newest.to_string(), "9999", 1))),
        ("a changed value", packed(head, &lines.replacen("message 7:", "message 8:", 1))),
        (
            "a lost row",
            packed(head, &lines.replacen(lines.lines().find(|line| line.contains("f0007")).unwrap(), "", 1)),
        ),
        ("no end", packed(head, &lines[..end])),
        ("more", packed(head, &format!("{lines}[]\n"))),
        (
            "another table",
            packed(head, &lines.replacen("\"table\":\"apis\"", "\"table\":\"x\\\"; DROP TABLE apis\"", 1)),
        ),
        ("another column", packed(head, &lines.replacen("base_path", "path", 1))),
        ("a text for a number", packed(head, &lines.replacen(",1,5,5,", ",1,\"5\",5,", 1))),
    ];
    for into in [Database::sqlite(), Database::postgres()] {
        Store::open(&into.url).await.unwrap().set_setting("k", "v").await.unwrap();
        for (what, bytes) in &damaged {
            assert_ne!(bytes, &whole, "{what}");
            std::fs::write(&file, bytes).unwrap();
            let told = copy::restore(&file, &into.url, Existing::Replace).await.expect_err(what);
            assert!(matches!(told, Error::Backup(_) | Error::Later { .. }), "{what}: {told}");
        }
        assert_eq!(into.open().await.setting("k").await.unwrap().as_deref(), Some("v"));
    }
}
