//! Score, grade and the outcome of every test are those of the MDN HTTP Observatory: `scripts/posture_observatory.mjs`
//! records what it says of these header sets and holds the command against it.

use super::{answer, facts};
use palisade_posture::http::{Answer, Failure};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Set {
    name: String,
    trusted: bool,
    answers: HashMap<String, Canned>,
    score: i32,
    grade: String,
    results: Vec<String>,
}

#[derive(Deserialize)]
struct Canned {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Set {
    fn answer(&self, method: &str, scheme: &str, path: &str, origin: &str) -> Result<Answer, Failure> {
        if !self.answers.keys().any(|key| key.starts_with(&format!("{scheme} "))) {
            return Err(Failure::Closed);
        }
        let own = self.answers.get(&format!("{scheme} {method} {path}"));
        let Some(canned) = own.or_else(|| self.answers.get(&format!("{scheme} GET {path}"))) else {
            return Ok(answer(404, &[("content-type", "text/plain")], ""));
        };
        let fill = |text: &str| {
            text.replace("{authority}", "localhost:8443").replace("{port}", "8443").replace("{origin}", origin)
        };
        let fields: Vec<(&str, String)> =
            canned.headers.iter().map(|(name, value)| (name.as_str(), fill(value))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(Answer { verified: self.trusted, ..answer(canned.status, &fields, &canned.body) })
    }
}

#[test]
fn header_sets_are_graded_as_by_the_observatory() {
    let sets: Vec<Set> = serde_json::from_str(include_str!("../../fixtures/observatory.json")).unwrap();
    assert!(sets.len() >= 100);
    let mut wrong = Vec::new();
    for set in &sets {
        let facts = facts("https://localhost:8443/", |request| {
            let scheme = if request.address.tls { "https" } else { "http" };
            let origin = request.fields.iter().find(|(name, _)| *name == "origin").map_or("", |(_, value)| value);
            set.answer(request.method, scheme, &request.address.path, origin)
        });
        let score = facts.observatory;
        let results: Vec<&str> = score.modifiers.iter().map(|modifier| modifier.result.as_str()).collect();
        if (score.score, score.grade.as_deref()) != (Some(set.score), Some(&set.grade)) || results != set.results {
            let differ: Vec<_> = results.iter().zip(&set.results).filter(|(ours, theirs)| *ours != theirs).collect();
            wrong.push(format!("{}: {:?} instead of {}; {differ:?}", set.name, score.score, set.score));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), sets.len(), wrong.join("\n"));
}
