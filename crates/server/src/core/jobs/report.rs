//! The report of a job in every format.

use super::Request;
use palisade_controller::JobType;
use palisade_finding::Finding;
use palisade_posture::Posture;
use palisade_report::{Catalogue, Format, Section, TextOptions, pretty, render as render_report};
use palisade_store::job::{JobFindingRow, JobRow};
use serde_json::{Value, json};

/// What was kept cannot be read: another version wrote it.
#[derive(Debug)]
pub struct Unknown;

/// Everything that a report is made of.
#[derive(Debug)]
pub struct Material {
    /// The job.
    pub job: JobRow,
    /// What its engine said beside the findings.
    pub report: String,
    /// Its findings.
    pub findings: Vec<JobFindingRow>,
    /// Its document.
    pub document: Option<Vec<u8>>,
}

/// Writes the report of a completed job. JSON is what the engine's own command writes.
///
/// # Errors
/// [`Unknown`].
pub fn render(material: Material, format: Format) -> Result<String, Unknown> {
    let Material { job, report, findings, document } = material;
    let report: Value = serde_json::from_str(&report).map_err(|_| Unknown)?;
    let findings: Vec<Finding> =
        findings.iter().map(|row| serde_json::from_str(&row.body)).collect::<Result<_, _>>().map_err(|_| Unknown)?;
    let text = TextOptions { color: false, places: 0 };
    match JobType::parse(&job.job_type) {
        Some(JobType::ThirdPartyApiScoringJob) => {
            let posture: Posture = serde_json::from_value(report).map_err(|_| Unknown)?;
            if format == Format::Json {
                return Ok(pretty(&posture));
            }
            let audit = Catalogue::audit();
            let broken = audit.iter().filter(|rule| findings.iter().any(|finding| finding.rule == rule.id));
            let catalogue = Catalogue::posture().with(broken.cloned());
            let addresses: Vec<String> = posture.addresses.iter().map(ToString::to_string).collect();
            let section = Section {
                name: &posture.url,
                facts: vec![("addresses", addresses.join(", "))],
                findings: &findings,
                posture: Some(&posture),
                ..Section::default()
            };
            Ok(render_report(format, &[section], &catalogue, &text))
        }
        Some(JobType::OasScoringJob) => {
            let summary: Value =
                job.summary.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            let (contract, score) = (&report["contract"], &report["score"]);
            if format == Format::Json {
                let state = &report["state"];
                let whole = json!({"contract": contract, "state": state, "score": score, "findings": findings,
                    "summary": summary});
                return Ok(pretty(&whole));
            }
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let mut facts = vec![
                (
                    "score",
                    format!(
                        "{} of 100 (security {} of 30, data {} of 70)",
                        score["total"], score["security"], score["data"]
                    ),
                ),
                ("format", format!("{}, {} operations", word(&contract["format"]), contract["operations"])),
            ];
            if !word(&contract["title"]).is_empty() {
                facts.insert(0, ("title", format!("{} {}", word(&contract["title"]), word(&contract["version"]))));
            }
            let request: Request = serde_json::from_str(&job.request).map_err(|_| Unknown)?;
            let name = request.asked.document_name.unwrap_or_else(|| word(&contract["path"]));
            let source = document.as_deref().map(String::from_utf8_lossy);
            let section = Section {
                name: &name,
                facts,
                score: score["total"].as_f64(),
                findings: &findings,
                sources: source.as_deref().map(|source| vec![(name.as_str(), source)]).unwrap_or_default(),
                ..Section::default()
            };
            Ok(render_report(format, &[section], &Catalogue::audit(), &text))
        }
        Some(JobType::FuzzingJob) | None => Err(Unknown),
    }
}
