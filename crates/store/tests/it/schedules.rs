//! Schedules and their runs.

use palisade_store::Store;
use palisade_store::schedule::{DUE, PutSchedule, SKIPPED, STARTED, ScheduleRow, ScheduleRunRow};

fn schedule(store: &Store, id: &str, name: &str) -> ScheduleRow {
    ScheduleRow {
        id: id.into(),
        project_id: store.project().into(),
        name: name.into(),
        cron: "0 3 * * *".into(),
        time_zone: "UTC".into(),
        request: "{}".into(),
        document: None,
        contract_of: None,
        missed: "once".into(),
        enabled: true,
        next_at: Some(100),
        created_at: 1,
        updated_at: 1,
        updated_by: "ann".into(),
    }
}

fn run(store: &Store, schedule: &str, id: &str, due_at: i64) -> ScheduleRunRow {
    ScheduleRunRow {
        id: id.into(),
        project_id: store.project().into(),
        schedule_id: schedule.into(),
        due_at,
        begun_at: due_at + 1,
        asked_by: None,
        state: DUE.into(),
        reason: None,
        job_id: None,
        ended_at: None,
        application_version: None,
        compliant: None,
        score: None,
        grade: None,
        summary: None,
        facts: None,
        comparison: None,
    }
}

pub async fn suite(store: &Store) {
    let nightly = schedule(store, "s1", "nightly");
    assert_eq!(store.add_schedule(&nightly, 2).await.unwrap(), PutSchedule::Done);
    assert_eq!(store.add_schedule(&schedule(store, "s2", "nightly"), 9).await.unwrap(), PutSchedule::Taken);
    let weekly = ScheduleRow { enabled: false, next_at: None, ..schedule(store, "s2", "weekly") };
    assert_eq!(store.add_schedule(&weekly, 2).await.unwrap(), PutSchedule::Done);
    assert_eq!(store.add_schedule(&schedule(store, "s3", "third"), 2).await.unwrap(), PutSchedule::Full);
    assert_eq!(store.schedules().await.unwrap(), [nightly.clone(), weekly.clone()]);
    let renamed = ScheduleRow { name: "nightly".into(), ..weekly.clone() };
    assert_eq!(store.set_schedule(&renamed).await.unwrap(), PutSchedule::Taken);
    assert_eq!(store.set_schedule(&schedule(store, "s9", "ninth")).await.unwrap(), PutSchedule::Gone);

    // Due from its very moment on; taken once, whoever comes.
    assert!(store.due_schedules(99, 10).await.unwrap().is_empty());
    let due = store.due_schedules(100, 10).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&nightly));
    let (first, second) = (run(store, "s1", "r1", 100), run(store, "s1", "r2", 100));
    let (one, two) = tokio::join!(
        store.take_schedule_run(&due[0], Some(200), &first),
        store.take_schedule_run(&due[0], Some(200), &second)
    );
    let taken = [one.unwrap(), two.unwrap()];
    let taken: Vec<&ScheduleRunRow> = taken.iter().flatten().collect();
    assert_eq!(taken.len(), 1, "a due run begins exactly once");
    let taken = taken[0].clone();
    assert_eq!(store.open_schedule_runs(10).await.unwrap(), std::slice::from_ref(&taken));

    // While it goes on the next ones are left out, by the clock and by hand.
    let due = store.due_schedules(200, 10).await.unwrap();
    let late = store.take_schedule_run(&due[0], Some(300), &run(store, "s1", "r3", 200)).await.unwrap().unwrap();
    assert_eq!((late.state.as_str(), late.ended_at), (SKIPPED, Some(201)));
    let by_hand = ScheduleRunRow { asked_by: Some("ann".into()), ..run(store, "s1", "r4", 210) };
    assert_eq!(store.add_schedule_run(&by_hand).await.unwrap().unwrap().state, SKIPPED);
    assert!(store.add_schedule_run(&run(store, "s9", "r9", 210)).await.unwrap().is_none());

    let started = ScheduleRunRow { state: STARTED.into(), job_id: Some("j1".into()), ..taken.clone() };
    assert!(store.set_schedule_run(&started, DUE).await.unwrap());
    assert!(!store.set_schedule_run(&started, DUE).await.unwrap(), "somebody did that already");
    let ended = ScheduleRunRow {
        state: "Completed".into(),
        ended_at: Some(250),
        score: Some(71.5),
        compliant: Some(0),
        facts: Some("{}".into()),
        ..started
    };
    assert!(store.set_schedule_run(&ended, STARTED).await.unwrap());
    assert_eq!(store.schedule_run("s1", &taken.id).await.unwrap().unwrap(), ended);
    assert_eq!(store.schedule_run_of_job("j1").await.unwrap().unwrap(), ended);
    assert_eq!(store.schedule_run_before("s1", "r4").await.unwrap().unwrap(), ended);
    assert!(store.schedule_run_before("s1", &taken.id).await.unwrap().is_none());
    let page = store.schedule_runs("s1", None, 1).await.unwrap();
    assert_eq!(page.items.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["r3"], "r4 was not kept");
    let page = store.schedule_runs("s1", page.next.as_deref(), 2).await.unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
    assert_eq!(store.add_schedule_run(&run(store, "s1", "r5", 260)).await.unwrap().unwrap().state, DUE);

    // A paused one is not due, and nothing that was read before takes it.
    let paused = ScheduleRow { enabled: false, next_at: None, ..nightly.clone() };
    assert_eq!(store.set_schedule(&paused).await.unwrap(), PutSchedule::Done);
    assert!(store.due_schedules(1000, 10).await.unwrap().is_empty());
    let stale = ScheduleRow { next_at: Some(300), ..nightly };
    assert!(store.take_schedule_run(&stale, Some(400), &run(store, "s1", "r6", 300)).await.unwrap().is_none());

    let other = store.in_project("00000000-0000-7000-8000-0000000000ff");
    assert!(other.schedules().await.unwrap().is_empty());
    assert!(other.schedule("s1").await.unwrap().is_none());
    assert!(other.schedule_run("s1", "r3").await.unwrap().is_none());
    assert!(other.schedule_run_of_job("j1").await.unwrap().is_none());
    assert_eq!(other.set_schedule(&paused).await.unwrap(), PutSchedule::Gone);
    assert!(!other.remove_schedule("s1").await.unwrap());
    assert!(store.remove_schedule("s1").await.unwrap());
    assert!(store.schedule_run("s1", "r3").await.unwrap().is_none(), "its runs go with it");
}
