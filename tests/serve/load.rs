//! Many clients at once: every answer belongs to its row and has the bits that the row has alone, and a server that
//! is asked to end answers all that it has taken.

use super::client::{Connection, Server, bits, predicted, tensors};
use crate::support::process::signal;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const INFER: &str = "/v2/models/small-0001/infer";

/// Fails unless an answer has the bits of these rows.
fn check(reply: &super::client::Reply, rows: &[usize]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = reply.json();
    let found: Vec<u32> = reply["outputs"][1]["data"].as_array().unwrap().iter().map(bits).collect();
    let expected: Vec<u32> = rows.iter().flat_map(|row| predicted()[*row]).collect();
    assert_eq!(found, expected, "rows {rows:?}");
}

#[test]
fn under_load_every_row_has_the_bits_that_it_has_alone() {
    let server = Server::of_small();
    let until = Instant::now() + Duration::from_secs(4);
    let asked = AtomicUsize::new(0);
    predicted();
    std::thread::scope(|scope| {
        for client in 0..16 {
            let (server, asked) = (&server, &asked);
            scope.spawn(move || {
                let mut connection = server.connect();
                let mut next = client * 31;
                while Instant::now() < until {
                    let rows: Vec<usize> = (0..1 + next % 5).map(|row| (next * 7 + row * 13) % 240).collect();
                    check(&connection.post(INFER, &tensors(&rows)), &rows);
                    asked.fetch_add(1, Ordering::Relaxed);
                    next += 1;
                }
            });
        }
    });
    // Some rows were predicted together.
    let text = server.get("/metrics").text();
    let count = text.lines().find_map(|line| line.strip_prefix("mmc_batch_rows_count{model=\"small-0001\"} ")).unwrap();
    let (batches, asked) = (count.parse::<usize>().unwrap(), asked.into_inner());
    assert!(asked > 50 && batches < asked, "{batches} batches of {asked} requests");
}

#[test]
#[cfg(unix)]
fn a_server_that_is_asked_to_end_answers_what_it_has_taken() {
    let mut server = Server::of_small();
    predicted();
    let ending = AtomicBool::new(false);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..12 {
            let (address, ending, answered) = (&server.address, &ending, &answered);
            scope.spawn(move || {
                let mut connection = Connection::to(address);
                for request in 0.. {
                    let rows = [(client * 17 + request) % 240];
                    let body = tensors(&rows).to_string();
                    let head = format!("POST {INFER} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
                    let sent = connection.write(format!("{head}{body}").as_bytes());
                    let reply = if sent { connection.read() } else { None };
                    let Some(reply) = reply else {
                        // It was not taken: the server had ended this connection.
                        assert!(ending.load(Ordering::SeqCst), "an answer was lost before the server was asked to end");
                        return;
                    };
                    check(&reply, &rows);
                    answered.fetch_add(1, Ordering::SeqCst);
                    if reply.header("connection") == Some("close") {
                        return;
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(1500));
        ending.store(true, Ordering::SeqCst);
        signal(&server.child, "-TERM");
    });
    let began = Instant::now();
    let status = loop {
        if let Some(status) = server.child.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "the server does not end");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(0));
    // What the server took, it answered, and every answer arrived.
    let last = server.log_until_end().pop().unwrap();
    let last: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(last["event"], "stopped");
    assert_eq!(
        (last["requests"].as_u64(), last["answered"].as_u64()),
        (Some(answered.load(Ordering::SeqCst) as u64), Some(answered.load(Ordering::SeqCst) as u64))
    );
    assert!(answered.into_inner() > 20);
}
