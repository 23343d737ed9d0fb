//! Processor time and memory of a process and its children, from /proc.

use std::fs;

/// Seconds on a processor of a process and of its children that still run.
pub fn seconds(pid: u32) -> Result<f64, String> {
    let mut total = of_one(pid)?;
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        total += of_one(child)?;
    }
    Ok(total)
}

/// Megabytes (10^6 bytes) of memory that a process has for itself: its proportional set size.
pub fn megabytes(pid: u32) -> Result<f64, String> {
    let text =
        fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).map_err(|error| format!("process {pid}: {error}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0.0);
    Ok(kilobytes * 1024.0 / 1e6)
}

/// The scheduler's own account of every thread, in nanoseconds: the first number of its `schedstat`.
fn of_one(pid: u32) -> Result<f64, String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| format!("process {pid}: {error}"))?;
    let nanoseconds: f64 = threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .sum();
    Ok(nanoseconds / 1e9)
}
