//! Processor time of a process and its children, from /proc.

use std::fs;

/// Ticks a second of the figures in /proc/PID/stat: fixed on Linux for every program that reads them.
const TICKS: f64 = 100.0;

/// User and system seconds of a process and of its children that still run.
pub fn seconds(pid: u32) -> Result<f64, String> {
    let mut total = of_one(pid)?;
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        total += of_one(child)?;
    }
    Ok(total)
}

fn of_one(pid: u32) -> Result<f64, String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|error| format!("process {pid}: {error}"))?;
    // The second field is the name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}
