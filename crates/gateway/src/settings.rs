//! What a gateway is allowed to spend: time, memory, connections.

use palisade_exchange::Redactor;
use std::time::Duration;

/// How long the gateway waits for what.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// From a request's first byte to the end of its head.
    pub request_head: Duration,
    /// An open client connection without a request.
    pub keep_alive: Duration,
    /// Opening an upstream connection, TLS included.
    pub connect: Duration,
    /// Between two moves of a request body that is held back until it is judged.
    pub held_body: Duration,
    /// From the request's last byte to the head of the answer.
    pub response_head: Duration,
    /// Between two moves of a body or a tunnel, in whichever direction.
    pub idle: Duration,
    /// An upstream connection kept for the next request.
    pub pool_idle: Duration,
    /// From the signal to stop until open exchanges are cut.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            request_head: Duration::from_secs(15),
            keep_alive: Duration::from_secs(75),
            connect: Duration::from_secs(5),
            held_body: Duration::from_secs(30),
            response_head: Duration::from_secs(60),
            idle: Duration::from_secs(300),
            pool_idle: Duration::from_secs(4),
            drain: Duration::from_secs(5),
        }
    }
}

/// How much the gateway holds.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a request or response head.
    pub head_bytes: usize,
    /// Header fields of a head.
    pub headers: usize,
    /// Bytes of a body captured for the record, each way.
    pub capture_bytes: usize,
    /// Exchanges that wait for the recorder.
    pub queue: usize,
    /// Bytes of captured bodies that wait for the recorder, all exchanges together.
    pub queue_bytes: usize,
    /// Bytes of request bodies held back until they are judged, all requests together.
    pub held_bytes: usize,
    /// Client connections open at once.
    pub connections: usize,
    /// Idle connections kept for each upstream.
    pub pool: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head_bytes: 64 * 1024,
            headers: 100,
            capture_bytes: 256 * 1024,
            queue: 8192,
            queue_bytes: 64 * 1024 * 1024,
            held_bytes: 256 * 1024 * 1024,
            connections: 16 * 1024,
            pool: 128,
        }
    }
}

/// Everything about a gateway that is not its APIs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Times.
    pub timeouts: Timeouts,
    /// Sizes.
    pub limits: Limits,
    /// Record exchanges: off means that nothing is captured or judged in observe mode.
    pub capture: bool,
    /// Takes what is sensitive out of what is recorded, and names callers. Keep its key secret and keep it: callers keep
    /// their names as long as it stays.
    pub redactor: Redactor,
    /// Called before each step of the guard's engine: a test makes it fail there.
    pub trap: Option<crate::judge::Trap>,
    /// True inside a container: errors about a loopback upstream then name the usual mistake.
    pub in_container: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            capture: true,
            redactor: Redactor::new(&[0; 32]),
            trap: None,
            in_container: false,
        }
    }
}
