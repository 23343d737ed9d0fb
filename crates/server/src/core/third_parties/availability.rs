//! How third parties answer: one light request every few minutes, kept for 30 days.

use super::{all, lock, run};
use crate::app::App;
use crate::types::{AvailabilityDay, AvailabilityFigures, LatencyFigures};
use futures_util::StreamExt;
use palisade_posture::Target;
use palisade_runner::posture::{Sample, sample};
use palisade_store::{Error, SampleCounts, SampleRow, Store, ThirdPartyRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long samples are kept, microseconds.
pub const KEEP: i64 = DAYS * DAY;
const DAYS: i64 = 30;
const DAY: i64 = 24 * MINUTE * 60;
const MINUTE: i64 = 60 * 1_000_000;
/// Requests on their way at a time.
const AT_A_TIME: usize = 4;

/// Asks those third parties whose turn it is at `now`, and keeps what came of it.
///
/// # Errors
/// The store's word; what is due is asked the next time.
pub async fn probe(app: &Arc<App>, now: i64) -> Result<(), Error> {
    if !super::leads(app).await? {
        return Ok(());
    }
    let rows = all(app).await?;
    let turns: Vec<(Store, ThirdPartyRow)> = {
        let mut due = lock(&app.third_parties.due);
        due.retain(|id, _| rows.iter().any(|(_, row)| row.id == *id));
        let mut turns: Vec<(i64, (Store, ThirdPartyRow))> = Vec::new();
        for (store, row) in rows.into_iter().filter(|(_, row)| row.probe_minutes > 0) {
            let next = now + row.probe_minutes * MINUTE;
            let at = due.entry(row.id.clone()).or_insert(now);
            // After a shorter time was set the old one does not count.
            *at = (*at).min(next);
            if *at <= now {
                turns.push((std::mem::replace(at, next), (store, row)));
            }
        }
        turns.sort_by_key(|(at, _)| *at);
        turns.into_iter().map(|(_, turn)| turn).collect()
    };
    let mut asked = futures_util::stream::iter(turns)
        .map(|(store, row)| async move {
            let target = Target::parse(&row.url).ok()?;
            // One that may not be asked is not assessed, which is no failure of its own.
            let sample = sample(&target, run::manners(app, &row)).await?;
            Some((store, row.id, kept(now, &sample)))
        })
        .buffer_unordered(AT_A_TIME);
    while let Some(answer) = asked.next().await {
        if let Some((store, id, sample)) = answer {
            store.add_sample(&id, &sample).await?;
        }
    }
    Ok(())
}

fn kept(time: i64, sample: &Sample) -> SampleRow {
    match sample {
        Sample::Answered { status, latency } => SampleRow {
            time,
            latency: Some(i64::try_from(latency.as_micros()).unwrap_or(i64::MAX)),
            status: Some(i64::from(*status)),
            failure: None,
        },
        Sample::Failed(failure) => {
            SampleRow { time, latency: None, status: None, failure: Some(failure.as_str().to_owned()) }
        }
    }
}

/// Counts with their shares.
pub fn figures(counts: SampleCounts) -> AvailabilityFigures {
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let share = |part: i64| (counts.checks > 0).then(|| part as f64 / counts.checks as f64);
    AvailabilityFigures {
        checks: number(counts.checks),
        failures: number(counts.failures),
        errors: number(counts.errors),
        availability: share(counts.checks - counts.failures),
        error_share: share(counts.failures + counts.errors),
    }
}

/// Latencies by nearest rank.
pub fn latency(samples: &[SampleRow]) -> LatencyFigures {
    let mut all: Vec<i64> = samples.iter().filter_map(|sample| sample.latency).collect();
    all.sort_unstable();
    let rank = |percent: usize| {
        let at = (all.len() * percent).div_ceil(100).checked_sub(1)?;
        all.get(at).map(|latency| *latency as f64 / 1000.0)
    };
    LatencyFigures { p50_ms: rank(50), p95_ms: rank(95) }
}

fn count(samples: &[SampleRow]) -> SampleCounts {
    let number = |is: &dyn Fn(&&SampleRow) -> bool| samples.iter().filter(is).count() as i64;
    SampleCounts {
        checks: samples.len() as i64,
        failures: number(&|sample| sample.failure.is_some()),
        errors: number(&|sample| sample.status.is_some_and(|status| status >= 500)),
    }
}

/// The last 30 days up to `now`, the oldest first.
pub fn days(samples: &[SampleRow], now: i64) -> Vec<AvailabilityDay> {
    let mut by_day: BTreeMap<i64, Vec<SampleRow>> = BTreeMap::new();
    for sample in samples {
        by_day.entry(sample.time.div_euclid(DAY)).or_default().push(sample.clone());
    }
    let today = now.div_euclid(DAY);
    let day = |day: i64| {
        let samples = by_day.get(&day).map_or(&[][..], Vec::as_slice);
        let text = crate::clock::text(day * DAY);
        AvailabilityDay {
            day: text.split('T').next().unwrap_or_default().to_owned(),
            figures: figures(count(samples)),
            latency: latency(samples),
        }
    };
    (today - DAYS + 1..=today).map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_867_200_000_000;

    fn answered(time: i64, latency: i64, status: i64) -> SampleRow {
        SampleRow { time, latency: Some(latency), status: Some(status), failure: None }
    }

    #[test]
    fn days_without_requests_are_shown_without_figures() {
        let failed = SampleRow { time: NOW, latency: None, status: None, failure: Some("connect".to_owned()) };
        let samples =
            [answered(NOW - DAY, 1000, 200), answered(NOW - 2, 3000, 503), answered(NOW - 1, 2000, 404), failed];
        let days = days(&samples, NOW);
        assert_eq!(days.len(), 30);
        assert_eq!((days[0].day.as_str(), days[29].day.as_str()), ("2026-10-30", "2026-11-28"));
        assert_eq!((days[0].figures.checks, days[0].figures.availability, days[0].latency.p50_ms), (0, None, None));
        assert_eq!((days[28].figures.checks, days[28].figures.error_share), (1, Some(0.0)));
        let today = &days[29];
        assert_eq!((today.figures.checks, today.figures.failures, today.figures.errors), (3, 1, 1));
        assert_eq!(today.figures.error_share, Some(2.0 / 3.0));
        assert_eq!((today.latency.p50_ms, today.latency.p95_ms), (Some(2.0), Some(3.0)));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let samples: Vec<SampleRow> = (1..=100).map(|n| answered(n, n * 1000, 200)).collect();
        assert_eq!(latency(&samples).p50_ms, Some(50.0));
        assert_eq!(latency(&samples).p95_ms, Some(95.0));
        assert_eq!(latency(&samples[..1]).p95_ms, Some(1.0));
    }
}
