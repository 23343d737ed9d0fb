//! Whole assessments.

mod hostile;

use hostile::{HOSTILE, Hostile, Scheme};
use palisade_posture::{Grade, PartName, Posture, Target};
use palisade_runner::posture::{Manners, Options, Resolver, assess};
use std::collections::HashSet;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Time of one assessment here; what a user's takes is said by [`Manners::default`].
const WHOLE: Duration = Duration::from_secs(6);

/// Options that hurry, and ask a name server that never answers.
fn hurried() -> Options {
    let mute = Box::leak(Box::new(UdpSocket::bind("127.0.0.1:0").unwrap()));
    let manners = Manners {
        allow_private: true,
        resolver: Resolver::At(mute.local_addr().unwrap()),
        connect: Duration::from_millis(500),
        answer: Duration::from_millis(500),
        pause: Duration::ZERO,
        connections: 120,
        whole: WHOLE,
    };
    Options { manners, ..Options::default() }
}

async fn assessed(hostile: &'static Hostile) -> (Posture, Duration) {
    let scheme = if hostile.scheme == Scheme::Http { "http" } else { "https" };
    let target = Target::parse(&format!("{scheme}://{}/", hostile.start())).unwrap();
    let begun = Instant::now();
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let posture = assess(target, &hurried(), now, &|_| ()).await;
    (posture.unwrap_or_else(|error| panic!("{}: {error}", hostile.name)), begun.elapsed())
}

#[test]
fn hostile_servers_always_get_a_clear_result_in_time() {
    let names: HashSet<_> = HOSTILE.iter().map(|hostile| hostile.name).collect();
    assert!(names.len() == HOSTILE.len() && names.len() >= 40);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut faults: Vec<String> = Vec::new();
    for several in HOSTILE.chunks(8) {
        let running: Vec<_> = several.iter().map(|hostile| runtime.spawn(assessed(hostile))).collect();
        for (hostile, running) in several.iter().zip(running) {
            let (posture, took) = runtime.block_on(running).unwrap();
            let name = hostile.name;
            let json = serde_json::to_string(&posture).unwrap();
            let told = |part: PartName| posture.not_assessed.iter().any(|missing| missing.part == part);
            let wrong = [
                // Far more than it may take, far less than a server without end would.
                (took >= WHOLE * 3, "it takes too long"),
                (json.len() >= 1 << 20, "the result is too large"),
                (json.contains('\u{1b}'), "control characters pass"),
                (posture.grade < Grade::C, "the grade is too good"),
                (!told(PartName::Dns), "nobody answered for DNS, and nothing says so"),
                (posture.not_assessed.iter().any(|missing| missing.reason.len() < 5), "a reason is missing"),
                (hostile.scheme == Scheme::RawTls && !told(PartName::Tls), "nothing says what TLS left open"),
                // One that agrees on a version goes as far as a certificate.
                (
                    hostile.scheme == Scheme::RawTls && posture.guides.tls.is_none() && posture.grade != Grade::F,
                    "there is no TLS, and the grade is not F",
                ),
            ];
            let wrong = wrong.iter().filter(|(wrong, _)| *wrong);
            faults.extend(wrong.map(|(_, what)| format!("{name}: {what} ({took:?}): {json}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn an_assessment_that_is_dropped_ends() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let address = HOSTILE[0].start();
    let target = Target::parse(&format!("https://{address}")).unwrap();
    let options = hurried();
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    runtime.block_on(async {
        let running = assess(target, &options, now, &|_| ());
        assert!(tokio::time::timeout(Duration::from_millis(50), running).await.is_err());
    });
}
