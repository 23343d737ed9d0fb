//! From findings and published grades to one score and one grade. The formula is published in `docs/guide/score`.
//!
//! Each category is the mean of its shares: what its findings leave of 100 points, and what published guides say of the
//! same things. The score is the weighted mean of the categories that were assessed; ceilings stand above it, so that
//! no amount of good makes up for what is broken. Adding a finding never raises anything.

use crate::rule::Category;
use crate::tls;
use palisade_finding::Severity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A grade, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// 97 points or more, everything assessed, nothing of severity medium or above.
    #[serde(rename = "A+")]
    APlus,
    /// 90 points or more.
    A,
    /// 80 points or more.
    B,
    /// 65 points or more.
    C,
    /// 50 points or more.
    D,
    /// 35 points or more.
    E,
    /// Fewer.
    F,
}

impl Grade {
    /// Every grade, the best first.
    pub const ALL: [Grade; 7] = [Grade::APlus, Grade::A, Grade::B, Grade::C, Grade::D, Grade::E, Grade::F];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Grade::APlus => "A+",
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
            Grade::E => "E",
            Grade::F => "F",
        }
    }

    /// The fewest points it is given for.
    pub fn least(self) -> u8 {
        match self {
            Grade::APlus => 97,
            Grade::A => 90,
            Grade::B => 80,
            Grade::C => 65,
            Grade::D => 50,
            Grade::E => 35,
            Grade::F => 0,
        }
    }

    /// The most points it is given for.
    pub fn most(self) -> u8 {
        Grade::ALL.iter().rev().find(|better| **better < self).map_or(100, |better| better.least() - 1)
    }

    /// The grade of a number of points.
    pub fn of(points: u8) -> Grade {
        Grade::ALL.into_iter().find(|grade| points >= grade.least()).unwrap_or(Grade::F)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The word given is no grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownGrade(pub String);

impl fmt::Display for UnknownGrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown grade {:?}: use A+, A, B, C, D, E or F", self.0)
    }
}

impl std::error::Error for UnknownGrade {}

impl FromStr for Grade {
    type Err = UnknownGrade;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Grade::ALL.into_iter().find(|grade| grade.as_str() == text).ok_or_else(|| UnknownGrade(text.to_owned()))
    }
}

/// Who gives a share of a category's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// What the findings leave of 100.
    Findings,
    /// The SSL Server Rating Guide.
    TlsGuide,
    /// The HTTP Observatory.
    Observatory,
    /// The audit of the contract.
    Contract,
}

impl Judge {
    /// Words for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Judge::Findings => "findings",
            Judge::TlsGuide => "TLS guide",
            Judge::Observatory => "HTTP Observatory",
            Judge::Contract => "contract audit",
        }
    }
}

/// One share of a category's score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Who gives it.
    pub by: Judge,
    /// From 0 to 100.
    pub score: f64,
}

/// Why the grade cannot be better.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ceiling {
    /// The best grade there is with it.
    pub grade: Grade,
    /// What causes it, in one sentence.
    pub reason: String,
}

/// One finding as the score sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed<'a> {
    /// The rule's id: repeats of one rule cost less and less.
    pub rule: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// The category it counts in.
    pub category: Category,
}

/// What a category brings beside its findings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Basis {
    /// Whether it was assessed.
    pub assessed: bool,
    /// What others say of it.
    pub shares: Vec<Share>,
}

/// The points.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Of every category, in the order of [`Category::ALL`], from 0 to 100; those that were not assessed included.
    pub categories: [f64; 6],
    /// The shares of each.
    pub shares: [Vec<Share>; 6],
    /// The weighted mean, before ceilings.
    pub mean: f64,
    /// After ceilings.
    pub score: u8,
    /// What follows from it.
    pub grade: Grade,
    /// What each finding costs of the mean, in the order they were given.
    pub losses: Vec<f64>,
}

/// How much a category counts; together 100.
pub fn weight(category: Category) -> f64 {
    match category {
        Category::Network => 30.0,
        Category::Application => 25.0,
        Category::Authentication => 20.0,
        Category::System | Category::User => 10.0,
        Category::Email => 5.0,
    }
}

/// Points for a grade by the SSL Server Rating Guide.
pub fn tls_points(letter: tls::Letter) -> f64 {
    match letter {
        tls::Letter::APlus => 100.0,
        tls::Letter::A => 95.0,
        tls::Letter::AMinus => 90.0,
        tls::Letter::B => 80.0,
        tls::Letter::C => 65.0,
        tls::Letter::D => 50.0,
        tls::Letter::E => 35.0,
        tls::Letter::F | tls::Letter::T | tls::Letter::M => 0.0,
    }
}

/// Points that the first finding of a rule costs its category.
pub fn cost(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 60.0,
        Severity::High => 30.0,
        Severity::Medium => 12.0,
        Severity::Low => 4.0,
        Severity::Info => 0.0,
    }
}

/// The best grade that findings of this severity leave.
pub fn ceiling(severity: Severity) -> Option<Grade> {
    match severity {
        Severity::Critical => Some(Grade::F),
        Severity::High => Some(Grade::C),
        Severity::Medium => Some(Grade::A),
        Severity::Low | Severity::Info => None,
    }
}

/// What findings of a category cost: of each rule the worst in full, the next half, the next a quarter.
fn lost<'a>(findings: impl Iterator<Item = Weighed<'a>>) -> f64 {
    let mut rules: BTreeMap<&str, Vec<Severity>> = BTreeMap::new();
    for finding in findings {
        rules.entry(finding.rule).or_default().push(finding.severity);
    }
    let mut lost = 0.0;
    for severities in rules.values_mut() {
        severities.sort_unstable_by(|a, b| b.cmp(a));
        let mut part = 1.0;
        for severity in severities {
            lost += cost(*severity) * part;
            part /= 2.0;
        }
    }
    lost
}

fn of_category<'a>(basis: &Basis, findings: impl Iterator<Item = Weighed<'a>>) -> (f64, Vec<Share>) {
    let own = (100.0 - lost(findings)).max(0.0);
    let mut shares = vec![Share { by: Judge::Findings, score: own }];
    shares.extend(&basis.shares);
    let sum: f64 = shares.iter().map(|share| share.score).sum();
    (sum / shares.len() as f64, shares)
}

/// The mean over what was assessed. What was found where a category was not assessed as a whole costs its points all
/// the same.
fn mean(bases: &[Basis; 6], scores: &[f64; 6]) -> f64 {
    let (mut sum, mut weights, mut off) = (0.0, 0.0, 0.0);
    for ((category, basis), score) in Category::ALL.into_iter().zip(bases).zip(scores) {
        let weight = weight(category);
        if basis.assessed {
            sum += weight * score;
            weights += weight;
        } else {
            off += weight * (100.0 - score) / 100.0;
        }
    }
    let mean = if weights > 0.0 { sum / weights } else { 0.0 };
    (mean - off).clamp(0.0, 100.0)
}

/// The score. `bases` stand in the order of [`Category::ALL`].
pub fn score(bases: &[Basis; 6], findings: &[Weighed<'_>], ceilings: &[Ceiling]) -> Scores {
    let mut categories = [0.0; 6];
    let mut shares: [Vec<Share>; 6] = Default::default();
    let members = |category: Category| findings.iter().filter(move |finding| finding.category == category).copied();
    for (((category, basis), slot), kept) in Category::ALL.into_iter().zip(bases).zip(&mut categories).zip(&mut shares)
    {
        (*slot, *kept) = of_category(basis, members(category));
    }
    let whole = mean(bases, &categories);
    let losses = findings.iter().enumerate().map(|(at, finding)| {
        let rest = findings.iter().enumerate().filter(|(other, one)| *other != at && one.category == finding.category);
        let mut without = categories;
        for ((category, basis), slot) in Category::ALL.into_iter().zip(bases).zip(&mut without) {
            if category == finding.category {
                *slot = of_category(basis, rest.clone().map(|(_, one)| *one)).0;
            }
        }
        ((mean(bases, &without) - whole) * 100.0).round() / 100.0
    });
    let losses = losses.collect();
    let most = ceilings.iter().map(|ceiling| ceiling.grade.most()).min().unwrap_or(100);
    let score = (whole.round() as u8).min(most);
    Scores { categories, shares, mean: whole, score, grade: Grade::of(score), losses }
}
