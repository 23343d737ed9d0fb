//! Processes that are killed at any moment, under load: no job is lost, each end is kept once, the store stays whole.
//!
//! A few kills are part of the tests; `make chaos` makes many, from a seed of its choice.

use crate::support::{Place, Running, eventually, free_address};
use palisade_store::Store;
use palisade_store::job::{CANCELLED, COMPLETED, JOB_FINDINGS, JOBS};
use palisade_store::query::Query;
use serde_json::{Value, json};
use sqlx::any::AnyPoolOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Kills of one run, and where its chances come from; what the environment says goes before.
fn size(kills: u64) -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    (number("PALISADE_CHAOS_KILLS").unwrap_or(kills), number("PALISADE_CHAOS_SEED").unwrap_or(1))
}

/// SplitMix64: the same seed, the same chances.
struct Chances(u64);

impl Chances {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// A contract that takes a moment to audit.
fn contract(number: usize) -> String {
    let mut text = format!("openapi: 3.0.3\ninfo: {{title: Api {number}, version: '1'}}\npaths:\n");
    for path in 0..60 {
        text += &format!(
            "  /things{path}/{{id}}:\n    get:\n      parameters: [{{name: id, in: path, required: true, schema: {{type: \
             string}}}}]\n      responses: {{'200': {{description: good, content: {{application/json: {{schema: {{type: \
             object, properties: {{a: {{type: string}}, b: {{type: array, items: {{type: integer}}}}}}}}}}}}}}}}\n"
        );
    }
    text
}

/// A process that starts again with the same words.
struct Process {
    place: PathBuf,
    name: String,
    args: Vec<String>,
    running: Option<Running>,
}

impl Process {
    fn new(place: &Place, name: &str, args: &[&str]) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        let mut process = Self { place: place.path().to_owned(), name: name.to_owned(), args, running: None };
        process.start();
        process
    }

    fn start(&mut self) {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        self.running = Some(Running::start(&self.place, &self.name, &args));
    }

    fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    fn terminate(&mut self) {
        let running = self.running.take().unwrap();
        running.terminate();
        running.ended(Duration::from_secs(30));
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.place.join(format!("{}.err", self.name))).unwrap_or_default()
    }
}

/// Control planes that share a store, and controllers; all of them may be killed.
struct World {
    place: Place,
    url: String,
    addresses: Vec<String>,
    servers: Vec<Process>,
    controllers: Vec<Process>,
    admin: String,
    agent: ureq::Agent,
}

impl World {
    fn new(url: Option<String>, servers: usize, more: &[&str]) -> Self {
        let place = Place::new();
        let url = url.unwrap_or_else(|| format!("sqlite://{}", place.path().join("shared.db").display()));
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_secs(10))).build().into();
        let (addresses, servers_, controllers, admin) = (Vec::new(), Vec::new(), Vec::new(), String::new());
        let mut world = Self { place, url, addresses, servers: servers_, controllers, admin, agent };
        for number in 0..servers {
            world.serve(number, more);
        }
        world
    }

    /// Starts one more control plane, which knows the same secrets.
    fn serve(&mut self, number: usize, more: &[&str]) {
        let data = self.place.path().join(format!("data{number}"));
        if let Some(first) = self.servers.first() {
            std::fs::create_dir(&data).unwrap();
            for file in std::fs::read_dir(first.place.join("data0")).unwrap().filter_map(Result::ok) {
                if file.file_type().unwrap().is_file() {
                    std::fs::copy(file.path(), data.join(file.file_name())).unwrap();
                }
            }
        }
        let address = free_address().to_string();
        let data = data.display().to_string();
        let mut args = vec!["serve", "--data", &data, "--store", &self.url, "--listen", &address];
        args.extend([
            "--gateway",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
            "--job-lease",
            "3s",
            "--job-attempts",
            "100",
        ]);
        args.extend(["--job-parallel-per-user", "100"]);
        args.extend(more);
        let process = Process::new(&self.place, &format!("serve{number}"), &args);
        let address = format!("http://{address}");
        let token = self.place.path().join("data0/admin.token");
        self.admin = eventually("the control plane answers", Duration::from_secs(30), || {
            let admin = std::fs::read_to_string(&token).ok()?.trim().to_owned();
            let asked =
                self.agent.get(format!("{address}/api/v1/jobs")).header("Authorization", format!("Bearer {admin}"));
            (asked.call().ok()?.status() == 200).then_some(admin)
        });
        self.addresses.push(address);
        self.servers.push(process);
    }

    fn token(&self, role: &str) -> String {
        let body = json!({"name": role, "role": role});
        self.ask(&self.admin, "POST", "/tokens", &[], &body).1["token"].as_str().unwrap().to_owned()
    }

    /// Starts one more controller.
    fn controller(&mut self, name: &str, token: &str) {
        let token = self.place.file(&format!("{name}.token"), token);
        let server = self.addresses[self.controllers.len() % self.addresses.len()].clone();
        let args = ["controller", "--server", &server, "--token-file", &token, "--name", name, "--allow-private"];
        self.controllers.push(Process::new(&self.place, name, &args));
    }

    /// Asks until one of the control planes answers with what is no failure of its own.
    fn ask(&self, token: &str, method: &str, path: &str, fields: &[(&str, &str)], body: &Value) -> (u16, Value) {
        let begun = Instant::now();
        for turn in 0.. {
            let url = format!("{}/api/v1{path}", self.addresses[turn % self.addresses.len()]);
            let mut request = ureq::http::Request::builder().method(method).uri(url);
            request =
                request.header("Authorization", format!("Bearer {token}")).header("Content-Type", "application/json");
            for (name, value) in fields {
                request = request.header(*name, *value);
            }
            let body = if body.is_null() { String::new() } else { body.to_string() };
            if let Ok(mut answer) = self.agent.run(request.body(body).unwrap())
                && answer.status().as_u16() < 500
                && let Ok(text) = answer.body_mut().read_to_string()
            {
                return (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null));
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "no answer to {method} {path}: {}", self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
        unreachable!()
    }

    /// Asks for the job with this key, as often as it takes.
    fn job(&self, token: &str, number: usize) -> String {
        let key = format!("job-{number}");
        let body = json!({"job_type": "OasScoringJob", "document": contract(number), "document_name": "api.yaml"});
        let (status, job) = self.ask(token, "POST", "/jobs", &[("Idempotency-Key", &key)], &body);
        assert!(matches!(status, 200 | 201), "{status} {job}");
        job["id"].as_str().unwrap().to_owned()
    }

    fn state(&self, id: &str) -> Value {
        let (status, job) = self.ask(&self.admin, "GET", &format!("/jobs/{id}"), &[], &Value::Null);
        assert_eq!(status, 200, "the job {id} is lost: {job}");
        job
    }

    fn logs(&self) -> String {
        self.servers.iter().chain(&self.controllers).map(Process::log).collect()
    }
}

/// Kills processes of the world while jobs come in, then holds the store against what was asked for.
fn survive(mut world: World, kills: u64, seed: u64) {
    let tokens = [world.admin.clone(), world.token("developer"), world.token("ci")];
    let controller = world.token("controller");
    for name in ["east", "west"] {
        world.controller(name, &controller);
    }
    let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(BTreeMap::new())));
    let mut processes: Vec<Process> = world.servers.drain(..).chain(world.controllers.drain(..)).collect();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let (world, over, asked) = (&world, Arc::clone(&over), Arc::clone(&asked));
        let done = Arc::clone(&over);
        scope.spawn(move || {
            for number in 0.. {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let id = world.job(&tokens[number % tokens.len()], number);
                let stopped = number % 10 == 9;
                if stopped {
                    world.ask(&world.admin, "DELETE", &format!("/jobs/{id}"), &[], &Value::Null);
                }
                asked.lock().unwrap().insert(id, stopped);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let mut chances = Chances(seed);
        for _ in 0..kills {
            std::thread::sleep(Duration::from_millis(chances.below(500)));
            let victim = usize::try_from(chances.below(processes.len() as u64)).unwrap();
            let victim = &mut processes[victim];
            victim.kill();
            std::thread::sleep(Duration::from_millis(chances.below(100)));
            victim.start();
        }
        done.store(true, Ordering::SeqCst);
    });
    let asked = asked.lock().unwrap().clone();
    for id in asked.keys() {
        eventually("the job ends", Duration::from_secs(120), || {
            let job = world.state(id);
            (!matches!(job["state"].as_str().unwrap(), "Pending" | "InProgress")).then_some(())
        });
    }
    let mut told = String::new();
    for process in &mut processes {
        told += &process.log();
        process.terminate();
    }
    assert!(!told.contains("panicked"), "{told}");
    let counts = check(&world.url, &asked);
    let line =
        format!("seed {seed}: {kills} kills in {} s, {} jobs, {counts}\n", begun.elapsed().as_secs(), asked.len());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// Holds what the store has against what was asked for, from id to whether it was stopped.
fn check(url: &str, asked: &BTreeMap<String, bool>) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(url).await.unwrap();
        let (mut attempts, mut lost, mut cancelled) = (0, 0, 0);
        let kept = store.jobs(&Query::first(&JOBS, 100_000)).await.unwrap().items;
        assert_eq!(kept.len(), asked.len(), "each request is one job");
        for job in kept {
            let stopped = asked[&job.id];
            let ends = store.job_attempts(&job.id).await.unwrap();
            let with = |outcome: &str| ends.iter().filter(|end| end.outcome.as_deref() == Some(outcome)).count();
            let findings = store.job_findings(&job.id, &Query::first(&JOB_FINDINGS, 100_000)).await.unwrap().items;
            let report = store.job_report(&job.id).await.unwrap();
            attempts += ends.len();
            lost += with("lost");
            if job.state == COMPLETED {
                assert_eq!(with("completed"), 1, "{job:?}");
                let summary: BTreeMap<String, usize> = serde_json::from_str(job.summary.as_deref().unwrap()).unwrap();
                assert_eq!(summary.values().sum::<usize>(), findings.len(), "{job:?}");
                assert!(report.is_some() && !findings.is_empty());
            } else {
                assert!(stopped && job.state == CANCELLED, "{job:?}");
                assert!(with("completed") == 0 && findings.is_empty() && report.is_none(), "{job:?}");
                cancelled += 1;
            }
            assert!(ends.iter().all(|end| end.outcome.is_some()), "a lease without an end: {ends:?}");
        }
        store.close().await;
        if url.starts_with("sqlite:") {
            let pool = AnyPoolOptions::new().max_connections(1).connect(url).await.unwrap();
            let (whole,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
            assert_eq!(whole, "ok");
            let foreign: Vec<(String,)> = sqlx::query_as("PRAGMA foreign_key_check").fetch_all(&pool).await.unwrap();
            assert!(foreign.is_empty());
        }
        format!("{attempts} leases, {lost} of them lost, {cancelled} jobs stopped")
    })
}

#[test]
fn kills_lose_nothing_on_sqlite() {
    let (kills, seed) = size(6);
    survive(World::new(None, 1, &[]), kills, seed);
}

#[test]
fn kills_lose_nothing_on_postgres_with_two_control_planes() {
    let (kills, seed) = size(6);
    survive(World::new(Some(palisade_testbed::postgres()), 2, &[]), kills, seed);
}

#[test]
fn two_control_planes_share_the_work_and_either_may_die() {
    let mut world = World::new(Some(palisade_testbed::postgres()), 2, &["--job-parallel", "1"]);
    let mut ids: Vec<String> = Vec::new();
    eventually("both control planes run jobs", Duration::from_secs(60), || {
        // More than one of them can do before the other looks.
        let more: Vec<String> = (ids.len()..ids.len() + 20).map(|number| world.job(&world.admin, number)).collect();
        ids.extend(more);
        let name = |id: &String| world.state(id)["controller"]["name"].as_str().map(str::to_owned);
        (ids.iter().filter_map(name).collect::<BTreeSet<_>>().len() == 2).then_some(())
    });
    // The first dies with jobs that run and wait; the other one does them all, and those that come now.
    let dead = world.addresses[0].clone();
    world.servers[0].kill();
    for _ in 0..5 {
        ids.push(world.job(&world.admin, ids.len()));
    }
    let all_end = |world: &World, ids: &[String]| {
        for id in ids {
            eventually("the job ends", Duration::from_secs(60), || {
                (world.state(id)["state"] == "Completed").then_some(())
            });
        }
    };
    all_end(&world, &ids);
    // It comes back, and the other one dies.
    world.servers[0].start();
    eventually("it is back", Duration::from_secs(30), || world.agent.get(format!("{dead}/api/v1/jobs")).call().ok());
    world.servers[1].kill();
    ids.push(world.job(&world.admin, ids.len()));
    all_end(&world, &ids);
    let asked = ids.into_iter().map(|id| (id, false)).collect();
    world.servers[0].terminate();
    check(&world.url, &asked);
}
