//! The parts of an assessment, joined.

use crate::rule::{Category, Sighting};
use crate::target::Target;
use crate::{dns, http, ports, reputation, tls};
use palisade_finding::{Finding, Summary};
use serde::{Deserialize, Serialize};

/// What a part learned, or why it learned nothing. What was not assessed is shown as such and never counts as clean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<T> {
    /// It was looked at.
    Assessed(T),
    /// It was not looked at: not asked for, not applicable, or unreachable; in words for a report.
    NotAssessed(String),
}

/// Everything that was learned of a third party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What was assessed.
    pub target: Target,
    /// Versions, suites, groups, certificates.
    pub tls: Part<tls::Facts>,
    /// Answers to a few polite requests.
    pub http: Part<http::Facts>,
    /// Records of the name and its domain.
    pub dns: Part<dns::Facts>,
    /// Open ports.
    pub ports: Part<ports::Facts>,
    /// Lists it stands on, country, network.
    pub reputation: Part<reputation::Facts>,
}

/// A category's share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The family.
    pub category: Category,
    /// From 0 to 100; none where nothing of it was assessed.
    pub score: Option<u8>,
    /// Its findings by severity.
    pub summary: Summary,
}

/// The judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posture {
    /// What was assessed.
    pub url: String,
    /// From 0 to 100.
    pub score: u8,
    /// From `A+` to `F`.
    pub grade: String,
    /// Every category.
    pub categories: Vec<Judged>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// Counts by severity.
    pub summary: Summary,
}

impl Facts {
    /// What the parts show.
    pub fn sightings(&self) -> Vec<Sighting> {
        let mut sightings = Vec::new();
        if let Part::Assessed(facts) = &self.tls {
            sightings.extend(tls::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.http {
            sightings.extend(http::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.dns {
            sightings.extend(dns::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.ports {
            sightings.extend(ports::judge(&self.target, facts));
        }
        if let Part::Assessed(facts) = &self.reputation {
            sightings.extend(reputation::judge(&self.target, facts));
        }
        sightings
    }
}
