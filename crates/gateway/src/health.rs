//! Active checks: the gateway asks each upstream whether it can serve.

use crate::balance::{Balancer, Target};
use crate::wire::{Head, head};
use bytes::BytesMut;
use palisade_guard::{Probe, holds};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

/// Longest head of an answer that is read.
const HEAD_BYTES: usize = 16 * 1024;
/// Most fields of it.
const FIELDS: usize = 100;

/// Checks the upstreams of an API until `stop`.
pub(crate) async fn watch(balancer: Arc<Balancer>, probe: Probe, stop: CancellationToken) {
    let mut checks = tokio::task::JoinSet::new();
    for index in 0..balancer.targets.len() {
        let (balancer, probe) = (Arc::clone(&balancer), probe.clone());
        checks.spawn(async move {
            if let Some(target) = balancer.targets.get(index) {
                watch_one(&balancer, target, &probe).await;
            }
        });
    }
    // Dropping the set ends its tasks.
    stop.cancelled().await;
}

async fn watch_one(balancer: &Balancer, target: &Target, probe: &Probe) {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: palisade-health\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        probe.path,
        probe.host.clone().unwrap_or_else(|| target.upstream.authority())
    );
    let mut ticks = tokio::time::interval(probe.interval.duration().max(Duration::from_millis(10)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut good, mut bad) = (0u16, 0u16);
    loop {
        ticks.tick().await;
        let asked = tokio::time::timeout(probe.timeout.duration(), ask(target, &request, probe)).await;
        if asked.unwrap_or(false) {
            (good, bad) = (good.saturating_add(1), 0);
        } else {
            (good, bad) = (0, bad.saturating_add(1));
        }
        if good >= probe.healthy.max(1) {
            balancer.checked(target, true);
        } else if bad >= probe.unhealthy.max(1) {
            balancer.checked(target, false);
        }
    }
}

/// True for an answer with one of the wanted statuses.
async fn ask(target: &Target, request: &str, probe: &Probe) -> bool {
    let Ok(mut io) = target.upstream.connect(probe.timeout.duration(), false).await else { return false };
    if io.write_all(request.as_bytes()).await.is_err() || io.flush().await.is_err() {
        return false;
    }
    let (mut buffer, mut scanned) = (BytesMut::new(), 0);
    loop {
        match head::find_end(&buffer, &mut scanned) {
            Some(end) => match Head::response(buffer.split_to(end).freeze(), FIELDS) {
                // Interim answers come before the one that counts.
                Ok(answer) if (100..200).contains(&answer.status) && answer.status != 101 => scanned = 0,
                Ok(answer) => return holds(&probe.statuses, answer.status),
                Err(_) => return false,
            },
            None if buffer.len() > HEAD_BYTES => return false,
            None => match io.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            },
        }
    }
}
