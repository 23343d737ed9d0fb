//! Jobs, controllers and findings in the tables and the JSON that Panoptica's command line wrote.

use super::panoptica;
use super::server::{Controller, Found, Job};
use palisade_report::terminal;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Columns between two cells.
const GAP: usize = 2;

/// A table: every cell is as wide as the widest of its column and the gap, the last column included; the line of names
/// is one character shorter.
pub fn table(names: &[&str], rows: &[Vec<String>], headers: bool) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| terminal(cell)).collect()).collect();
    let length = |cell: &str| cell.chars().count();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell));
        cells.max().unwrap_or(0).max(length(names[column])) + GAP
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>, short: usize| {
        let padded: String = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let end = padded.len() - short.min(padded.len());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", &padded[..end]);
    };
    if headers {
        line(&mut names.iter().copied(), 1);
    }
    for row in &rows {
        line(&mut row.iter().map(String::as_str), 0);
    }
    text
}

/// The table of controllers.
pub fn controllers(controllers: &[Controller], headers: bool) -> String {
    let rows: Vec<_> = controllers.iter().map(|one| vec![one.id.clone(), one.name.clone()]).collect();
    table(&["ID", "NAME"], &rows, headers)
}

/// The table of jobs.
pub fn jobs(jobs: &[Job], headers: bool) -> String {
    let row = |job: &Job| {
        let state = job.state.as_str().to_owned();
        vec![job.id.clone(), job.job_type.clone(), state, spoken(&job.created_at), spoken(&job.updated_at)]
    };
    let rows: Vec<_> = jobs.iter().map(row).collect();
    table(&["ID", "JOBTYPE", "STATUS", "CREATED AT", "UPDATED AT"], &rows, headers)
}

/// The table of what a job found.
pub fn findings(job: &Job, found: &[Found], headers: bool) -> String {
    let row = |one: &Found| {
        vec![
            one.id.clone(),
            one.finding.severity.to_string(),
            panoptica::categories(job, one).join(","),
            panoptica::type_id(&one.finding).to_owned(),
            panoptica::source(job, one).to_owned(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    table(&["ID", "SEVERITY", "CATEGORIES", "FINDING TYPE ID", "SOURCE"], &rows, headers)
}

/// The controllers as one line of JSON.
pub fn controllers_json(controllers: &[Controller]) -> String {
    let item = |one: &Controller| {
        let mut item = Map::new();
        item.insert("capabilities".to_owned(), json!(one.capabilities));
        item.insert("id".to_owned(), json!(one.id));
        if let Some(seen) = &one.last_seen {
            item.insert("lastSeen".to_owned(), json!(written(seen)));
        }
        item.insert("name".to_owned(), json!(one.name));
        for (name, value) in [("state", &one.state), ("version", &one.version)] {
            if let Some(value) = value {
                item.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(item)
    };
    line(&json!({ "items": controllers.iter().map(item).collect::<Vec<_>>() }))
}

/// The jobs as one line of JSON.
pub fn jobs_json(jobs: &[Job]) -> String {
    line(&json!({ "items": jobs.iter().map(one_job).collect::<Vec<_>>() }))
}

/// A job as one line of JSON.
pub fn job_json(job: &Job) -> String {
    line(&one_job(job))
}

/// The members in alphabetical order; those that are not known yet are left out.
fn one_job(job: &Job) -> Value {
    let controller = job.controller.as_ref().map(|controller| controller.id.as_str());
    let all = [
        ("application", json!(job.application)),
        ("applicationVersion", json!(job.application_version)),
        ("compliant", json!(job.compliant)),
        ("controllerId", json!(controller)),
        ("createdAt", json!(written(&job.created_at))),
        ("grade", json!(job.grade)),
        ("id", json!(job.id)),
        ("jobType", json!(job.job_type)),
        ("progress", json!(job.progress)),
        ("reason", json!(job.reason)),
        ("score", json!(job.score)),
        ("status", json!(job.state)),
        ("summary", json!(job.summary)),
        ("updatedAt", json!(written(&job.updated_at))),
    ];
    all.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A job with what it found, as one line of JSON.
pub fn findings_json(job: &Job, found: &[Found]) -> String {
    let items: Vec<Value> = found.iter().map(|one| panoptica::item(job, one)).collect();
    line(&json!({
        "createdAt": written(&job.created_at),
        "id": job.id,
        "items": items,
        "jobType": job.job_type,
        "status": job.state,
        "updatedAt": written(&job.updated_at),
    }))
}

/// A time as Go writes it: `2024-01-11 11:39:12.389813 +0000 UTC`.
fn spoken(time: &str) -> String {
    at(time).map_or_else(|| time.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M:%S%.6f +0000 UTC").to_string())
}

/// A time as RFC 3339 writes it, with microseconds.
pub fn written(time: &str) -> String {
    at(time).map_or_else(|| time.to_owned(), |time| time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

fn at(time: &str) -> Option<jiff::Timestamp> {
    time.parse().ok()
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

#[cfg(test)]
mod tests;
