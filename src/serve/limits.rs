//! What a server takes at most.

use std::time::Duration;

/// What a server takes at most.
#[derive(Clone, Debug, PartialEq)]
pub struct ServeLimits {
    /// Bytes of the body of a request.
    pub body: usize,
    /// Bytes of all bodies that are in memory at a time.
    pub bodies: usize,
    /// Rows of a request.
    pub rows: usize,
    /// Rows of a model that wait to be predicted.
    pub queue: usize,
    /// Rows that are predicted at a time.
    pub batch: usize,
    /// How long a row waits for others to be predicted with, while other requests are being read.
    pub wait: Duration,
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// The time for the head of a request, and a connection without a request.
    pub head: Duration,
    /// The time from the head of a request to its answer.
    pub request: Duration,
    /// The time that requests have to end once the server is asked to stop.
    pub drain: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            body: 8 << 20,
            bodies: 64 << 20,
            rows: 10_000,
            queue: 50_000,
            batch: 1024,
            wait: Duration::from_millis(2),
            connections: 512,
            head: Duration::from_secs(10),
            request: Duration::from_secs(30),
            drain: Duration::from_secs(30),
        }
    }
}
