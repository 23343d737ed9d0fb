//! Jobs: turns, leases, fences, ends, retention; controllers.

use palisade_store::job::{
    Beat, CANCELLED, COMPLETED, Ended, FAILED, Held, IN_PROGRESS, JOB_FINDINGS, JOBS, JobFindingRow, JobLogRow, JobRow,
    Lease, Leaser, Limits, PENDING,
};
use palisade_store::query::{Asked, Cell, Query};
use palisade_store::{CONTROLLERS, ControllerRow, Store};

const LIMITS: Limits = Limits { per_creator: 2, attempts: 3, lease: 100, back_off: 10, keep: 1000 };
const ALL: &[&str] = &["OasScoringJob", "FuzzingJob"];

pub async fn suite(store: &Store) {
    turns(store).await;
    only_its_own_jobs(store).await;
    fences(store).await;
    an_end_is_kept_once_and_whole(store).await;
    attempts_are_bounded(store).await;
    given_back_and_restarted(store).await;
    stopping(store).await;
    keys(store).await;
    retention(store).await;
    projects_are_apart(store).await;
    controllers(store).await;
    nobody_gets_a_job_twice(store).await;
}

fn job(id: &str, creator: &str, now: i64) -> JobRow {
    JobRow {
        id: id.into(),
        project_id: String::new(),
        job_type: "OasScoringJob".into(),
        state: PENDING.into(),
        reason: None,
        request: "{}".into(),
        controller_id: None,
        application: None,
        application_version: None,
        creator: creator.into(),
        created_by: "Ann".into(),
        idempotency_key: None,
        request_hash: "h".into(),
        created_at: now,
        updated_at: now,
        not_before: now,
        started_at: None,
        ended_at: None,
        expires_at: None,
        progress: 0,
        progress_text: "waits".into(),
        attempts: 0,
        fence: 0,
        ended_fence: None,
        cancel_asked: false,
        holder_id: None,
        holder_name: None,
        compliant: None,
        score: None,
        grade: None,
        summary: None,
    }
}

fn leaser(id: &str) -> Leaser<'_> {
    Leaser { controller_id: id, name: id, instance: "i1", project: None, job_types: ALL }
}

async fn lease(store: &Store, controller: &str, now: i64) -> Option<Lease> {
    store.lease_job(leaser(controller), &LIMITS, now).await.unwrap()
}

fn held<'a>(controller_id: &'a str, job_id: &'a str, fence: i64) -> Held<'a> {
    Held { controller_id, job_id, fence }
}

fn finding(id: &str, position: i64, severity: &str) -> JobFindingRow {
    JobFindingRow {
        id: id.into(),
        position,
        severity: severity.into(),
        source: "oas-analyzer".into(),
        categories: "[\"api-specification\"]".into(),
        body: "{}".into(),
        created_at: 5,
    }
}

fn completed<'a>(findings: &'a [JobFindingRow]) -> Ended<'a> {
    Ended::Completed {
        compliant: Some(false),
        score: Some(81.5),
        grade: None,
        summary: "{\"high\":1}",
        findings,
        report: "{\"state\":\"valid\"}",
    }
}

fn line(number: i64, line: &str) -> JobLogRow {
    JobLogRow { time: 7, fence: 0, number, line: line.into() }
}

async fn end(store: &Store, controller: &str, id: &str, fence: i64, ended: Ended<'_>, now: i64) -> bool {
    store.end_job(held(controller, id, fence), ended, &[], &LIMITS, now).await.unwrap()
}

async fn done(store: &Store, lease: &Lease, now: i64) {
    let controller = lease.job.holder_id.as_deref().unwrap();
    assert!(end(store, controller, &lease.job.id, lease.job.fence, completed(&[]), now).await);
}

async fn kept_findings(store: &Store, id: &str) -> Vec<JobFindingRow> {
    store.job_findings(id, &Query::first(&JOB_FINDINGS, 500)).await.unwrap().items
}

async fn all(store: &Store) -> Vec<JobRow> {
    store.jobs(&Query::first(&JOBS, 500)).await.unwrap().items
}

async fn read(store: &Store, id: &str) -> JobRow {
    store.job(id).await.unwrap().unwrap()
}

/// One creator with many jobs holds up nobody, and has only so many at a time.
async fn turns(store: &Store) {
    for id in ["t1", "t2", "t3", "t4"] {
        assert!(store.add_job(&job(id, "ann", 1), None).await.unwrap());
    }
    for id in ["t5", "t6"] {
        assert!(store.add_job(&job(id, "bob", 2), None).await.unwrap());
    }
    let mut order = Vec::new();
    for time in 10..16 {
        order.extend(lease(store, "c1", time).await);
    }
    let ids: Vec<_> = order.iter().map(|lease| lease.job.id.as_str()).collect();
    assert_eq!(ids, ["t1", "t5", "t2", "t6"], "in turn, two of each at a time");
    done(store, &order[0], 20).await;
    let next = lease(store, "c1", 21).await.unwrap();
    assert_eq!(next.job.id, "t3");
    for one in &order[1..] {
        done(store, one, 22).await;
    }
    done(store, &next, 22).await;
    done(store, &lease(store, "c1", 23).await.unwrap(), 24).await;
    assert!(lease(store, "c1", 25).await.is_none());
}

async fn only_its_own_jobs(store: &Store) {
    let pinned = JobRow { controller_id: Some("c2".into()), ..job("o1", "ann", 1) };
    store.add_job(&pinned, Some(b"text")).await.unwrap();
    store.add_job(&JobRow { job_type: "ThirdPartyApiScoringJob".into(), ..job("o2", "ann", 1) }, None).await.unwrap();
    assert!(lease(store, "c1", 30).await.is_none(), "one names another controller, the other is of no type it knows");
    let mine = lease(store, "c2", 31).await.unwrap();
    assert_eq!((mine.job.id.as_str(), mine.document), ("o1", true));
    assert_eq!(store.job_document("o1").await.unwrap().unwrap(), b"text");
    done(store, &mine, 32).await;
    assert!(store.cancel_job("o2", "not wanted", 33, 1033).await.unwrap());
    let stopped = read(store, "o2").await;
    assert_eq!((stopped.state.as_str(), stopped.reason.as_deref()), (CANCELLED, Some("not wanted")));
    assert!(!store.cancel_job("o2", "again", 34, 1034).await.unwrap(), "it has ended");
}

/// Who lost a lease changes nothing any more.
async fn fences(store: &Store) {
    store.add_job(&job("f1", "ann", 1), None).await.unwrap();
    let first = lease(store, "c1", 100).await.unwrap();
    assert_eq!((first.job.fence, first.job.attempts, first.document), (1, 1, false));
    let beat = |text| Beat { progress: 40, text, log: &[] };
    let log = [line(0, "begins"), line(1, "reads")];
    let beaten = Beat { log: &log, ..beat("reads") };
    assert_eq!(store.beat_job(held("c1", "f1", 1), &beaten, &LIMITS, 150).await.unwrap(), Some(false));
    assert_eq!(store.beat_job(held("c1", "f1", 1), &beaten, &LIMITS, 151).await.unwrap(), Some(false), "sent twice");
    assert_eq!(store.job_log("f1").await.unwrap().len(), 2);
    assert_eq!(store.beat_job(held("c9", "f1", 1), &beat("x"), &LIMITS, 152).await.unwrap(), None, "another's");
    assert_eq!(store.reap_leases(&LIMITS, 251).await.unwrap(), 0, "it holds until 251");
    assert_eq!(store.reap_leases(&LIMITS, 252).await.unwrap(), 1);
    let waits = read(store, "f1").await;
    assert_eq!((waits.state.as_str(), waits.not_before, waits.progress), (PENDING, 262, 0));
    assert_eq!(waits.reason.as_deref(), Some("the controller c1 was not heard of any more"));
    assert_eq!(store.beat_job(held("c1", "f1", 1), &beat("x"), &LIMITS, 253).await.unwrap(), None);
    assert!(!end(store, "c1", "f1", 7, completed(&[]), 253).await);
    assert!(lease(store, "c1", 261).await.is_none(), "not before its time");
    let second = lease(store, "c1", 262).await.unwrap();
    assert!(second.job.fence > 1);
    let late = [finding("late", 0, "high")];
    assert!(!end(store, "c1", "f1", 1, completed(&late), 263).await);
    assert_eq!(read(store, "f1").await.state, IN_PROGRESS, "an end with an old fence");
    assert!(kept_findings(store, "f1").await.is_empty());
    assert!(store.held_job(held("c1", "f1", 1)).await.unwrap().is_none());
    assert!(store.held_job(held("c1", "f1", second.job.fence)).await.unwrap().is_some());
    done(store, &second, 264).await;
    let attempts = store.job_attempts("f1").await.unwrap();
    let told: Vec<_> = attempts.iter().map(|one| one.outcome.as_deref().unwrap()).collect();
    assert_eq!(told, ["lost", "completed"]);
}

async fn an_end_is_kept_once_and_whole(store: &Store) {
    store.add_job(&job("e1", "ann", 1), None).await.unwrap();
    let lease = lease(store, "c1", 300).await.unwrap();
    let fence = lease.job.fence;
    let mut found: Vec<_> = (0..120).map(|n| finding(&format!("ef{n}"), n, "low")).collect();
    found[0].severity = "high".into();
    // One that cannot be kept takes everything with it.
    let mut twice = found.clone();
    twice[119].id = "ef0".into();
    let log = [line(0, "done")];
    let ended = |found| store.end_job(held("c1", "e1", fence), completed(found), &log, &LIMITS, 310);
    assert!(ended(&twice).await.is_err());
    assert_eq!(read(store, "e1").await.state, IN_PROGRESS);
    assert!(kept_findings(store, "e1").await.is_empty());
    assert!(store.job_log("e1").await.unwrap().is_empty());
    assert!(ended(&found).await.unwrap());
    assert!(ended(&found).await.unwrap(), "told twice, kept once");
    let kept = read(store, "e1").await;
    assert_eq!((kept.state.as_str(), kept.progress, kept.progress_text.as_str()), (COMPLETED, 100, "done"));
    assert_eq!((kept.score, kept.compliant, kept.summary.as_deref()), (Some(81.5), Some(0), Some("{\"high\":1}")));
    assert_eq!((kept.ended_at, kept.expires_at), (Some(310), Some(1310)));
    assert_eq!(kept_findings(store, "e1").await, found);
    let high = Query::first(&JOB_FINDINGS, 500).with("severity", Some(Cell::Text("high".into())));
    assert_eq!(store.job_findings("e1", &high).await.unwrap().items.len(), 1);
    assert_eq!(store.job_report("e1").await.unwrap().as_deref(), Some("{\"state\":\"valid\"}"));
    assert_eq!(store.job_log("e1").await.unwrap()[0].line, "done");
}

async fn attempts_are_bounded(store: &Store) {
    store.add_job(&job("a1", "ann", 1), None).await.unwrap();
    let failed = |again| Ended::Failed { reason: "no route", again };
    let mut now = 400;
    for back_off in [10, 20] {
        let lease = lease(store, "c1", now).await.unwrap();
        assert!(end(store, "c1", "a1", lease.job.fence, failed(true), now).await);
        let waits = read(store, "a1").await;
        assert_eq!((waits.state.as_str(), waits.not_before), (PENDING, now + back_off));
        now = waits.not_before;
    }
    let last = lease(store, "c1", now).await.unwrap();
    assert!(end(store, "c1", "a1", last.job.fence, failed(true), now).await);
    let given_up = read(store, "a1").await;
    assert_eq!(given_up.state, FAILED);
    assert_eq!(given_up.reason.as_deref(), Some("given up after 3 attempts; the last one: no route"));
    store.add_job(&job("a2", "ann", 1), None).await.unwrap();
    let lease = lease(store, "c1", now).await.unwrap();
    assert!(end(store, "c1", "a2", lease.job.fence, failed(false), now).await);
    assert_eq!(read(store, "a2").await.reason.as_deref(), Some("no route"), "another attempt would not help");
}

async fn given_back_and_restarted(store: &Store) {
    store.add_job(&job("g1", "ann", 1), None).await.unwrap();
    let first = lease(store, "c1", 500).await.unwrap();
    assert!(end(store, "c1", "g1", first.job.fence, Ended::GivenBack, 501).await);
    let second = lease(store, "c1", 501).await.unwrap();
    assert_eq!(second.job.attempts, 1, "what was given back does not count");
    assert_eq!(store.give_back("c1", "i9", &LIMITS, 501).await.unwrap(), 0, "another instance");
    assert_eq!(store.give_back("c1", "i1", &LIMITS, 501).await.unwrap(), 1);
    let second = lease(store, "c1", 501).await.unwrap();
    assert_eq!(second.job.attempts, 1);
    assert_eq!(store.reap_instance("c1", "i1", &LIMITS, 502).await.unwrap(), 0, "it is the same instance");
    assert_eq!(store.reap_instance("c1", "i2", &LIMITS, 502).await.unwrap(), 1);
    let waits = read(store, "g1").await;
    assert_eq!(waits.reason.as_deref(), Some("the controller c1 ended while it ran"));
    done(store, &lease(store, "c1", waits.not_before).await.unwrap(), 520).await;
}

async fn stopping(store: &Store) {
    for id in ["s1", "s2"] {
        store.add_job(&job(id, "ann", 1), None).await.unwrap();
    }
    let (first, second) = (lease(store, "c1", 600).await.unwrap(), lease(store, "c1", 601).await.unwrap());
    for id in ["s1", "s2"] {
        assert!(store.cancel_job(id, "stopped by Ann", 602, 1602).await.unwrap());
    }
    assert_eq!(read(store, "s1").await.state, IN_PROGRESS, "until who runs it has stopped");
    let beat = Beat { progress: 1, text: "works", log: &[] };
    assert_eq!(store.beat_job(held("c1", "s1", first.job.fence), &beat, &LIMITS, 603).await.unwrap(), Some(true));
    let found = [finding("sf", 0, "low")];
    assert!(end(store, "c1", "s1", first.job.fence, completed(&found), 604).await);
    let stopped = read(store, "s1").await;
    assert_eq!((stopped.state.as_str(), stopped.reason.as_deref()), (CANCELLED, Some("stopped by Ann")));
    assert!(kept_findings(store, "s1").await.is_empty(), "what was stopped has no result");
    assert_eq!(second.job.id, "s2");
    store.reap_leases(&LIMITS, 800).await.unwrap();
    assert_eq!(read(store, "s2").await.state, CANCELLED, "its controller is lost, and nobody tries again");
}

async fn keys(store: &Store) {
    let keyed = |id, creator| JobRow { idempotency_key: Some("k".into()), ..job(id, creator, 1) };
    assert!(store.add_job(&keyed("k1", "ann"), None).await.unwrap());
    assert!(!store.add_job(&keyed("k2", "ann"), Some(b"x")).await.unwrap());
    assert!(store.add_job(&keyed("k3", "bob"), None).await.unwrap(), "another's key");
    assert_eq!(store.job_of_key("ann", "k").await.unwrap().unwrap().id, "k1");
    assert_eq!(store.count_open_jobs("ann").await.unwrap(), 1);
    for id in ["k1", "k3"] {
        store.cancel_job(id, "", 900, 1900).await.unwrap();
    }
}

async fn retention(store: &Store) {
    let before = all(store).await;
    assert_eq!(before.len(), 17);
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let asked = Asked { cursor: cursor.as_deref(), limit: Some(10), sort: Some("created_at"), filters: &[] };
        let page = store.jobs(&Query::read(&JOBS, &asked).unwrap()).await.unwrap();
        ids.extend(page.items.into_iter().map(|row| row.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    ids.reverse();
    assert_eq!(ids, before.into_iter().map(|row| row.id).collect::<Vec<_>>());
    for (filter, count) in [("state:is:Failed", 2), ("score:greater:80", 10), ("compliant:is:false", 10)] {
        let filters = [filter.to_owned()];
        let asked = Asked { filters: &filters, sort: Some("-score"), ..Asked::default() };
        let page = store.jobs(&Query::read(&JOBS, &asked).unwrap()).await.unwrap();
        assert_eq!(page.items.len(), count, "{filter}");
    }
    assert_eq!(store.sweep_jobs(1309).await.unwrap(), 9, "the jobs that ended first");
    assert!(store.job("e1").await.unwrap().is_some());
    assert!(store.job("f1").await.unwrap().is_none());
    store.sweep_jobs(1310).await.unwrap();
    assert!(store.job("e1").await.unwrap().is_none());
    assert!(kept_findings(store, "e1").await.is_empty());
    assert!(store.job_report("e1").await.unwrap().is_none());
    store.sweep_jobs(10_000).await.unwrap();
    store.add_job(&job("r1", "ann", 5000), None).await.unwrap();
    assert_eq!(store.fail_stale_jobs(5000, "nobody took it", 9000, 9001).await.unwrap(), 0);
    assert_eq!(store.fail_stale_jobs(5001, "nobody took it", 9000, 9001).await.unwrap(), 1);
    assert_eq!(read(store, "r1").await.reason.as_deref(), Some("nobody took it"));
    store.sweep_jobs(10_000).await.unwrap();
    assert!(all(store).await.is_empty());
}

async fn projects_are_apart(store: &Store) {
    store.add_job(&job("p1", "ann", 1), Some(b"text")).await.unwrap();
    let other = store.in_project("another");
    assert!(other.job("p1").await.unwrap().is_none());
    assert!(other.job_document("p1").await.unwrap().is_none());
    assert!(all(&other).await.is_empty());
    assert!(!other.cancel_job("p1", "", 1, 2).await.unwrap());
    let foreign = Leaser { project: Some("another"), ..leaser("c1") };
    assert!(store.lease_job(foreign, &LIMITS, 20_000).await.unwrap().is_none());
    let own = Leaser { project: Some(store.project()), ..leaser("c1") };
    done(store, &store.lease_job(own, &LIMITS, 20_000).await.unwrap().unwrap(), 20_001).await;
    store.sweep_jobs(i64::MAX).await.unwrap();
}

async fn controllers(store: &Store) {
    let row = |id: &str, instance: &str| ControllerRow {
        id: id.into(),
        project_id: store.project().into(),
        name: "east".into(),
        shared: false,
        instance: instance.into(),
        version: "0.1.0".into(),
        capabilities: "[]".into(),
        parallel: 2,
        allow_private: true,
        stopped: false,
        created_at: 10,
        last_seen: 10,
    };
    assert_eq!(store.start_controller(&row("k1", "i1")).await.unwrap(), row("k1", "i1"));
    let again = ControllerRow { last_seen: 20, ..row("k2", "i2") };
    let kept = store.start_controller(&again).await.unwrap();
    assert_eq!(kept, ControllerRow { id: "k1".into(), created_at: 10, ..again }, "the same name, the same controller");
    assert!(!store.see_controller("k1", "i1", false, 30).await.unwrap(), "an earlier instance");
    assert!(store.see_controller("k1", "i2", true, 30).await.unwrap());
    assert!(store.controller("k1").await.unwrap().unwrap().stopped);
    let other = store.in_project("another");
    assert!(other.controllers(&Query::first(&CONTROLLERS, 9)).await.unwrap().items.is_empty());
    assert!(other.controller("k1").await.unwrap().is_none());
    store.start_controller(&ControllerRow { name: "embedded".into(), shared: true, ..row("k3", "i1") }).await.unwrap();
    assert_eq!(
        other.controllers(&Query::first(&CONTROLLERS, 9)).await.unwrap().items[0].id,
        "k3",
        "a shared one serves every project"
    );
    store.add_job(&JobRow { controller_id: Some("k1".into()), ..job("cj", "ann", 1) }, None).await.unwrap();
    store.sweep_controllers(100).await.unwrap();
    let left: Vec<_> =
        store.controllers(&Query::first(&CONTROLLERS, 9)).await.unwrap().items.into_iter().map(|row| row.id).collect();
    assert_eq!(left, ["k1"], "an open job names it");
    let lease = lease(store, "k1", 100).await.unwrap();
    assert_eq!(store.count_held("k1").await.unwrap(), 1);
    done(store, &lease, 101).await;
    store.sweep_controllers(100).await.unwrap();
    assert!(store.controller("k1").await.unwrap().is_none());
    store.sweep_jobs(i64::MAX).await.unwrap();
}

/// Many take jobs at the same moment: each job is leased once, and no creator has more than its share.
async fn nobody_gets_a_job_twice(store: &Store) {
    for n in 0..40 {
        store.add_job(&job(&format!("n{n:02}"), &format!("creator{}", n % 4), 1), None).await.unwrap();
    }
    let takers = (0..8).map(|taker| {
        let store = store.clone();
        tokio::spawn(async move {
            let name = format!("taker{taker}");
            let mut got = Vec::new();
            for time in 30_000..30_040 {
                let Some(lease) = lease(&store, &name, time).await else { continue };
                let running = Query::first(&JOBS, 100).with("state", Some(Cell::Text(IN_PROGRESS.into())));
                let running = store.jobs(&running).await.unwrap().items;
                for creator in 0..4 {
                    let creator = format!("creator{creator}");
                    assert!(running.iter().filter(|row| row.creator == creator).count() <= 2);
                }
                done(&store, &lease, time).await;
                got.push(lease.job.id);
            }
            got
        })
    });
    let mut all = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        all.extend(taker.await.unwrap());
    }
    all.sort();
    assert_eq!(all, (0..40).map(|n| format!("n{n:02}")).collect::<Vec<_>>());
    store.sweep_jobs(i64::MAX).await.unwrap();
}
