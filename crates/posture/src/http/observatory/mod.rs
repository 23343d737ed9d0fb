//! The score that the MDN HTTP Observatory gives: 100 points, changed by what ten tests find.
//!
//! Each test ends with one [`Outcome`], which has a modifier. Modifiers above zero count only where those below zero
//! leave at least [`EXTRA_FROM`] points. The tests, their outcomes and the numbers are those of algorithm version 4
//! (package `@mdn/mdn-http-observatory` 1.4.8); what it decides at the edges is decided here alike.

mod cookies;
mod csp;
mod others;
mod outcome;
mod sri;

use outcome::Outcome;
pub(super) use sri::{Origin, origin as script_origin};

use super::answer::Answer;
use super::html::{self, Page};
use super::plan::Trail;
use serde::{Deserialize, Serialize};

/// The points everyone begins with.
pub const BASE: i32 = 100;
/// Extra points count where the score without them is at least this.
pub const EXTRA_FROM: i32 = 90;
/// The version of the Observatory's algorithm that is followed.
pub const ALGORITHM: u32 = 4;

/// One test's outcome and what it does to the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifier {
    /// The test: `content-security-policy`, `cookies` and so on.
    pub test: String,
    /// How it ended, by the Observatory's name.
    pub result: String,
    /// Points, above or below zero.
    pub modifier: i32,
    /// Whether points above zero were left out because the rest is too low.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_counted: bool,
    /// What that means, in a sentence.
    pub reason: String,
}

/// The score with everything that makes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Score {
    /// From 0; extra points lead above 100. None: the Observatory gives none for such an answer.
    pub score: Option<i32>,
    /// From `A+` to `F`.
    pub grade: Option<String>,
    /// Why there is no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_graded: Option<String>,
    /// Every test, also where there is no score.
    pub modifiers: Vec<Modifier>,
}

impl Score {
    /// How a test ended.
    pub fn result(&self, test: &str) -> Option<&str> {
        self.modifiers.iter().find(|modifier| modifier.test == test).map(|modifier| modifier.result.as_str())
    }
}

/// What is graded.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The host that was asked.
    pub host: &'a str,
    /// The way from `http://`; none where nothing answers there.
    pub http: Option<&'a Trail>,
    /// The way from `https://`; none where nothing answers there.
    pub https: Option<&'a Trail>,
    /// The answer to the preflight of another origin.
    pub cors: Option<&'a Answer>,
}

/// What the tests look at.
struct Case<'a> {
    seen: Seen<'a>,
    /// The way whose answer counts: over TLS where there is one.
    trail: &'a Trail,
    answer: &'a Answer,
    page: Option<Page>,
}

/// The letter for a score.
pub fn grade(score: i32) -> &'static str {
    match score {
        100.. => "A+",
        90..=99 => "A",
        85..=89 => "A-",
        80..=84 => "B+",
        70..=79 => "B",
        65..=69 => "B-",
        60..=64 => "C+",
        50..=59 => "C",
        45..=49 => "C-",
        40..=44 => "D+",
        30..=39 => "D",
        25..=29 => "D-",
        _ => "F",
    }
}

/// Grades what was seen. The Observatory grades answers of 2xx, 3xx, 401 and 403.
pub fn grade_of(seen: Seen<'_>) -> Score {
    let Some((trail, answer)) = seen.https.or(seen.http).and_then(|trail| Some((trail, trail.answer()?))) else {
        return Score { not_graded: Some("nothing answers".to_owned()), ..Score::default() };
    };
    // Media types are compared as they are written.
    let html = matches!(answer.media(), "text/html" | "application/xhtml+xml");
    let page = html.then(|| html::read(&answer.text()));
    let case = Case { seen, trail, answer, page };
    let hsts = others::hsts(&case);
    let policy = csp::judge(&case);
    let score = weigh(&[
        policy.outcome,
        cookies::judge(&case, hsts),
        others::sharing(&case),
        others::redirection(&case),
        others::referrer(&case),
        hsts,
        sri::judge(&case),
        others::sniffing(&case),
        others::framing(&case, policy.frame_ancestors),
        others::resource_policy(&case),
    ]);
    if matches!(answer.status, 200..=399 | 401 | 403) {
        return score;
    }
    let why = format!("the Observatory grades no answer of status {}", answer.status);
    Score { score: None, grade: None, not_graded: Some(why), ..score }
}

fn weigh(outcomes: &[Outcome]) -> Score {
    let sum = |positive: bool| outcomes.iter().map(|o| o.modifier()).filter(|m| (*m > 0) == positive).sum::<i32>();
    let without = BASE + sum(false);
    let extra = without >= EXTRA_FROM;
    let score = if extra { without + sum(true) } else { without }.max(0);
    let modifiers = outcomes.iter().map(|outcome| Modifier {
        test: outcome.test().to_owned(),
        result: outcome.name().to_owned(),
        modifier: outcome.modifier(),
        not_counted: !extra && outcome.modifier() > 0,
        reason: outcome.reason().to_owned(),
    });
    Score { score: Some(score), grade: Some(grade(score).to_owned()), not_graded: None, modifiers: modifiers.collect() }
}

/// The worse of two outcomes by an order from good to bad, in which the first stays where both are alike.
fn worse(have: Option<Outcome>, new: Outcome, order: &[Outcome]) -> Option<Outcome> {
    let place = |outcome: Outcome| order.iter().position(|other| *other == outcome);
    match have {
        Some(have) if place(new) <= place(have) => Some(have),
        _ => Some(new),
    }
}
