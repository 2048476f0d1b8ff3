//! A real client of the protocol: `tritonclient`.

use super::client::{Server, predicted, record, trained};
use std::process::Command;

#[test]
#[ignore = "needs python3 with tritonclient"]
fn tritonclient_gets_the_same_bits() {
    let server = Server::of_small();
    let rows: Vec<serde_json::Value> = (0..50).map(record).collect();
    let path = trained().join("triton_rows.json");
    std::fs::write(&path, serde_json::to_string(&rows).unwrap()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/triton_client.py");
    let done = Command::new("python3").args([script, &server.address, "small-0001"]).arg(&path).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    // A line for each form: the probabilities of `no` in hexadecimal digits of single precision.
    let lines: Vec<Vec<u32>> = String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|line| line.split(' ').map(|word| u32::from_str_radix(word, 16).unwrap()).collect())
        .collect();
    assert_eq!(lines.len(), 4, "binary, JSON, packed, one row at a time");
    for line in lines {
        assert_eq!(line, predicted()[..50].iter().map(|row| row[0]).collect::<Vec<u32>>());
    }
}
