//! The plan over HTTP, answered from memory.

mod judged;
mod observatory;

use palisade_posture::http::{Answer, Facts, Failure, Fields, Plan, Request};
use palisade_posture::{Part, Target};

/// A whole answer, trusted.
fn answer(status: u16, fields: &[(&str, &str)], body: &str) -> Answer {
    let mut have = Fields::default();
    for (name, value) in fields {
        have.push(name, value.as_bytes());
    }
    Answer { status, fields: have, body: body.into(), cut: None, verified: true }
}

/// Runs the plan for a URL to its end.
fn run(url: &str, mut server: impl FnMut(&Request) -> Result<Answer, Failure>) -> (Target, Part<Facts>) {
    let target = Target::parse(url).unwrap();
    let mut plan = Plan::new(&target, "2026-11-28T12:00:00Z".parse().unwrap());
    let mut requests = 0;
    while let Some(request) = plan.next_request() {
        requests += 1;
        assert!(requests <= palisade_posture::http::REQUESTS, "more requests than the plan may make");
        plan.take(server(&request));
    }
    (target, plan.finish())
}

/// What was learned.
fn facts(url: &str, server: impl FnMut(&Request) -> Result<Answer, Failure>) -> Facts {
    match run(url, server).1 {
        Part::Assessed(facts) => facts,
        Part::NotAssessed(why) => panic!("not assessed: {why}"),
    }
}
