//! How many files, and so connections, the system lets this process open.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use palisade_gateway::Limits;

/// Descriptors that are not connections: listeners, files, the store.
const OTHERS: u64 = 128;
/// Of the rest clients get two thirds: most of them are idle, and need no upstream.
const OF_CLIENTS: (u64, u64) = (2, 3);

/// The gateway's limits, with no more client connections than there can be.
pub(super) fn limits() -> Limits {
    let limits = Limits::default();
    Limits { connections: connections(limits.connections), ..limits }
}

/// Raises the limit of open files to what the system allows, and gives how many of the wanted client connections it is
/// good for: to turn a client away beats not being able to open what those let in need. Says so when it is too low.
fn connections(wanted: usize) -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return wanted };
    let limit = if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft };
    let room = usize::try_from(limit.saturating_sub(OTHERS) / OF_CLIENTS.1 * OF_CLIENTS.0).unwrap_or(usize::MAX).max(1);
    if room < wanted {
        tracing::warn!(
            limit,
            connections = room,
            "the system's limit of open files is low: more clients than these are turned away; raise it, for example \
             with `ulimit -n 65536` or LimitNOFILE of systemd"
        );
    }
    room.min(wanted)
}
