//! Rows as the REST API shows them.

use super::{Request, give};
use crate::clock;
use crate::types::{Controller, ControllerState, Job, JobFinding, JobState, Named, Summary};
use palisade_controller::JobType;
use palisade_store::ControllerRow;
use palisade_store::job::{JobFindingRow, JobRow};

/// A job as it is shown.
pub fn job(row: JobRow) -> Job {
    let asked = serde_json::from_str::<Request>(&row.request).ok().map(|request| request.asked);
    let (document_name, url) = asked.map(|asked| (asked.document_name, asked.url)).unwrap_or_default();
    let summary = row.summary.as_deref().and_then(|text| serde_json::from_str::<palisade_finding::Summary>(text).ok());
    let state = JobState::of(&row.state);
    let progress_text = match (row.cancel_asked, state) {
        (true, JobState::InProgress) => "is being stopped".to_owned(),
        _ => row.progress_text,
    };
    Job {
        job_type: JobType::parse(&row.job_type).unwrap_or(JobType::OasScoringJob),
        state,
        reason: row.reason,
        progress: u8::try_from(row.progress).unwrap_or(0),
        progress_text,
        compliant: row.compliant.map(|compliant| compliant != 0),
        document_name,
        url,
        created_at: clock::text(row.created_at),
        started_at: row.started_at.map(clock::text),
        updated_at: clock::text(row.updated_at),
        ended_at: row.ended_at.map(clock::text),
        expires_at: row.expires_at.map(clock::text),
        created_by: row.created_by,
        controller: row.holder_id.zip(row.holder_name).map(|(id, name)| Named { id, name }),
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        application: row.application,
        application_version: row.application_version,
        summary: summary.map(Summary::from),
        score: row.score,
        grade: row.grade,
        id: row.id,
    }
}

/// A finding of a job as it is shown; `None` where it was kept by a version that wrote findings in another way.
pub fn finding(row: JobFindingRow) -> Option<JobFinding> {
    let finding: palisade_finding::Finding = serde_json::from_str(&row.body).ok()?;
    Some(JobFinding {
        id: row.id,
        source: row.source,
        categories: serde_json::from_str(&row.categories).unwrap_or_default(),
        created_at: clock::text(row.created_at),
        position: u32::try_from(row.position).unwrap_or(0),
        finding: finding.into(),
    })
}

/// A controller as it is shown, with the jobs of the project that it runs.
pub fn controller(row: ControllerRow, jobs: i64) -> Controller {
    let state = match (row.stopped, clock::now() - row.last_seen > give::SILENT) {
        (true, _) => ControllerState::Stopped,
        (false, true) => ControllerState::Lost,
        (false, false) => ControllerState::Connected,
    };
    let capabilities: Vec<String> = serde_json::from_str(&row.capabilities).unwrap_or_default();
    Controller {
        state,
        last_seen: clock::text(row.last_seen),
        capabilities: capabilities.iter().filter_map(|one| JobType::parse(one)).collect(),
        parallel: u32::try_from(row.parallel).unwrap_or(0),
        allow_private: row.allow_private,
        embedded: row.shared,
        jobs: u32::try_from(jobs).unwrap_or(0),
        version: row.version,
        id: row.id,
        name: row.name,
    }
}
