//! Requests that are huge, slow, broken or meant to harm: each is refused with a reason, and the server goes on.

use super::client::{Connection, Server, record, tensors, trained};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const INFER: &str = "/v2/models/small-0001/infer";

/// Fails unless a reply is a refusal of this kind with a reason that contains a text.
#[track_caller]
fn refused(reply: &super::client::Reply, status: u16, reason: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    let found = reply.json()["error"].as_str().unwrap().to_owned();
    assert!(found.contains(reason), "{found}");
}

#[test]
fn tensors_that_mean_nothing_are_refused() {
    let mut server = Server::of_small();
    let good = tensors(&[0, 1]);
    let input = |at: usize, key: &str, value: Value| {
        let mut request = good.clone();
        request["inputs"][at][key] = value;
        request
    };
    let removed = |at: usize| {
        let mut request = good.clone();
        request["inputs"].as_array_mut().unwrap().remove(at);
        request
    };
    let added = |one: Value| {
        let mut request = good.clone();
        request["inputs"].as_array_mut().unwrap().push(one);
        request
    };
    let wide: Vec<Value> = (0..10_000)
        .map(|at| json!({ "name": format!("x{at}"), "datatype": "FP32", "shape": [2], "data": [1, 2] }))
        .collect();
    let mut ten_thousand = good.clone();
    ten_thousand["inputs"].as_array_mut().unwrap().extend(wide);
    for (request, reason) in [
        (json!({}), "missing field `inputs`"),
        (json!([]), "not a request"),
        (json!("x"), "not a request"),
        (json!({ "inputs": [] }), "there are no inputs"),
        (json!({ "inputs": {} }), "not a request"),
        (input(0, "datatype", json!("FP99")), "`FP99` is not a datatype"),
        (input(0, "datatype", json!(7)), "not a request"),
        (input(0, "shape", json!([3])), "2 elements"),
        (input(0, "shape", json!([0])), "no rows"),
        (input(0, "shape", json!([-2])), "not a request"),
        (input(0, "shape", json!([])), "no rows"),
        (input(0, "shape", json!([2, u64::MAX, u64::MAX])), "too large"),
        (input(1, "shape", json!([1, 2])), "differ in their number of rows"),
        (input(0, "data", json!(["1", "two"])), "has a text"),
        (input(0, "data", json!([1, { "x": 1 }])), "not a request"),
        (input(0, "data", json!([[1, 2], [3, 4]])), "4 elements"),
        (input(0, "data", json!([f64::INFINITY, 1])), "MMC0511"),
        (input(0, "data", json!([null, 1])), "MMC0511"),
        (input(0, "data", json!([true, false])), ""),
        (input(0, "name", json!("A")), "did you mean `a`?"),
        (input(1, "name", json!("a")), "there twice"),
        (removed(0), "the column `a` is missing"),
        (removed(3), "the column `note` is missing"),
        (added(json!({ "name": "x", "datatype": "FP32", "shape": [2], "data": [1, 2] })), "reads no column `x`"),
        (ten_thousand, "reads no column `x0`"),
    ] {
        let reply = server.post(INFER, &request);
        if reason.is_empty() {
            // Truth values are numbers.
            assert_eq!(reply.status, 200, "{}", reply.text());
        } else {
            refused(&reply, 400, reason);
        }
    }
    let many: Vec<usize> = (0..20_000).map(|row| row % 200).collect();
    refused(&server.post(INFER, &tensors(&many)), 413, "20000 rows are more than the 10000");
    let nested = |depth: usize| {
        format!(
            "{{\"inputs\":[{{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":{}1{}}}]}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    for depth in [20, 100, 1_000, 1_000_000] {
        refused(&server.connect().send("POST", INFER, &[], nested(depth).as_bytes()), 400, "not a request");
    }
    for text in
        ["{\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[NaN]}]}", "{\"inputs\": Infinity}"]
    {
        refused(&server.connect().send("POST", INFER, &[], text.as_bytes()), 400, "JSON has no NaN");
    }
    for text in [&b""[..], b"{", b"\xff\xfe\x00", b"nul", b"{\"inputs\":[}", b"[1,2", b"{\"inputs\":[]}x"] {
        refused(&server.connect().send("POST", INFER, &[], text), 400, "not a request");
    }
    assert!(server.lives());
}

#[test]
fn rows_that_mean_nothing_are_refused() {
    let mut server = Server::of_small();
    let post = |body: Value| server.post("/invocations", &body);
    for (body, reason) in [
        (json!({}), "there are no rows"),
        (json!([]), "there are no rows"),
        (json!([1, 2]), "not a request"),
        (json!([[1, 2]]), "not a request"),
        (json!({ "instances": [[1, 2]] }), "not a request"),
        (json!([{}]), "the column `a` is missing"),
        (json!([{ "a": 1, "b": 2, "note": "x" }, { "a": 1 }]), "MMC0511"),
        (json!([{ "a": "many", "b": 2, "note": "x" }]), "MMC0519"),
        (json!([{ "a": [1, 2], "b": 2, "note": "x" }]), "2 values where one is expected"),
        (json!([{ "a": { "b": 1 }, "b": 2, "note": "x" }]), "not a request"),
        (json!({ "inputs": { "a": [1, 2], "b": [1] } }), "column `b` has 1 values"),
        (json!({ "dataframe_split": { "columns": ["a", "b"], "data": [[1]] } }), "row 0 has 1 values"),
        (json!({ "dataframe_split": { "columns": ["a"] } }), "missing field `data`"),
        (json!({ "instances": [record(0)], "dataframe_split": { "columns": [], "data": [] } }), "there twice"),
    ] {
        refused(&post(body), 400, reason);
    }
    refused(&post(json!((0..10_001).map(|_| json!({ "a": 1 })).collect::<Vec<_>>())), 413, "10001 rows");
    // Every bad row is listed, with its code.
    let problems = post(
        json!([{ "a": "x", "b": 1, "note": "" }, { "a": 1, "b": 2, "note": "x" }, { "a": 1, "b": "y", "note": "x" }]),
    );
    let found = problems.json()["problems"].clone();
    let rows: Vec<&Value> = found.as_array().unwrap().iter().map(|problem| &problem["row"]).collect();
    assert_eq!(rows, [&json!(0), &json!(2)]);
    let send = |kind: &str, body: &[u8]| server.connect().send("POST", "/invocations", &[("content-type", kind)], body);
    refused(&send("application/xml", b"<a/>"), 415, "application/json or text/csv");
    refused(&send("text/csv", b"a,b,note\n1,2\n"), 400, "no CSV");
    assert_eq!(send("text/csv", b"a,b,note\n1,2,\"x\n").status, 200, "a quote that does not end is read to the end");
    assert!(server.lives());
}

#[test]
fn broken_binary_tensors_are_refused() {
    let mut server = Server::of_small();
    let head = |size: Value| {
        let parameters = json!({ "binary_data_size": size });
        json!({ "inputs": [{ "name": "a", "datatype": "FP64", "shape": [1], "parameters": parameters }] }).to_string()
    };
    let send = |headers: &[(&str, &str)], body: &[u8]| server.connect().send("POST", INFER, headers, body);
    let name = "Inference-Header-Content-Length";
    let json = head(json!(8));
    let length = json.len().to_string();
    let body = [json.as_bytes(), &[0; 8]].concat();
    for value in ["-1", "x", "1e3", "", "99999999999999999999999", "+5", "0x10"] {
        refused(&send(&[(name, value)], &body), 400, "not one number of bytes");
    }
    refused(&send(&[(name, &length), (name, &length)], &body), 400, "not one number of bytes");
    refused(&send(&[(name, "99999999")], &body), 400, "the body has");
    refused(&send(&[(name, "0")], &body), 400, "not a request");
    refused(&send(&[(name, "5")], &body), 400, "not a request");
    refused(&send(&[(name, &length)], &body[..body.len() - 1]), 400, "7 are left");
    refused(&send(&[(name, &length)], &[&body[..], b"more"].concat()), 400, "4 bytes follow");
    refused(&send(&[], json.as_bytes()), 400, "0 are left");
    for size in [json!(4), json!(u64::MAX), json!(0)] {
        let json = head(size);
        let body = [json.as_bytes(), &[0; 8]].concat();
        assert_eq!(send(&[(name, &json.len().to_string())], &body).status, 400);
    }
    for size in [json!(-1), json!("8"), json!(1.5)] {
        let json = head(size);
        refused(&send(&[(name, &json.len().to_string())], json.as_bytes()), 400, "not a request");
    }
    for (encoding, status) in [("gzip", 400), ("deflate", 400), ("br", 415), ("gzip, gzip", 415)] {
        assert_eq!(send(&[("content-encoding", encoding)], &body).status, status);
    }
    assert!(server.lives());
}

#[test]
fn a_packed_bomb_is_not_unpacked() {
    use std::io::Write;
    let mut server = Server::of_small();
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    (0..200).for_each(|_| packed.write_all(&zeros).unwrap());
    let bomb = packed.finish().unwrap();
    assert!(bomb.len() < 4 << 20);
    refused(&server.connect().send("POST", INFER, &[("content-encoding", "gzip")], &bomb), 413, "unpacked body");
    assert!(server.resident() < 400 << 20, "{} bytes", server.resident());
    assert!(server.lives());
}

#[test]
fn names_of_models_are_no_paths() {
    let mut server = Server::of_small();
    for path in [
        "/v2/models/../../../etc/passwd",
        "/v2/models/..%2f..%2f..%2fetc%2fpasswd",
        "/v2/models/%2e%2e/ready",
        "/v2/models/small-0001%00",
        "/v2/models/runs%2fsmall-0001",
        "/v2/models/small-0001/versions/..%2f1",
        "/v2/models//infer",
        "/../etc/passwd",
        "/runs/small-0001/model.safetensors",
        "/v2/repository/models/x/load",
    ] {
        for method in ["GET", "POST"] {
            let reply = server.connect().send(method, path, &[], b"");
            assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text());
            assert!(reply.json()["error"].is_string());
        }
    }
    refused(&server.get("/v2/models/x%1b%5b31m"), 404, "no model");
    assert_eq!(server.connect().send("GET", &format!("/{}", "a".repeat(5_000)), &[], b"").status, 414);
    assert_eq!(server.connect().send("DELETE", INFER, &[], b"").status, 405);
    assert_eq!(server.connect().send("GET", INFER, &[], b"").header("allow"), Some("POST"));
    assert!(server.lives());
}

/// The status of the answer to bytes; 0 where the connection is ended without one.
fn raw(server: &Server, bytes: &[u8]) -> u16 {
    let mut connection = server.connect();
    connection.write(bytes);
    connection.read().map_or(0, |reply| reply.status)
}

#[test]
fn heads_that_two_programs_read_differently_are_refused() {
    let mut server = Server::of_small();
    let path = "/v2/models/small-0001/infer";
    for head in [
        "content-length: 4\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 4",
        "content-length: 4\r\ncontent-length: 5",
        "content-length: 4, 5",
        "content-length: -1",
        "content-length: +4",
        "content-length: 0x4",
        "content-length: 99999999999999999999999",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity",
        "content-length : 4",
        " folded: x",
        "na\u{0}me: x",
        "name: a\rb",
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
        );
        let status = raw(&server, request.as_bytes());
        assert!((400..500).contains(&status), "{head:?}: {status}");
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\0T / HTTP/1.1\r\n\r\n",
        b"\r\n\r\n\r\nX",
        b"POST /invocations HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n",
        b"POST /invocations HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    ] {
        let status = raw(&server, bytes);
        assert!(status == 0 || (400..500).contains(&status), "{bytes:?}: {status}");
    }
    let many: String = (0..1_000).map(|at| format!("x-{at}: y\r\n")).collect();
    assert!([400, 431].contains(&raw(&server, format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes())));
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    assert!([0, 400, 431].contains(&raw(&server, long.as_bytes())));
    // No part of them was taken for a request.
    let log: Vec<String> = server.log_until_now();
    assert!(log.iter().all(|line| !line.contains("smuggled")), "{log:?}");
    assert!(server.lives());
}

#[test]
fn a_body_is_bounded_whatever_its_head_says() {
    let mut server = Server::start(trained(), &["runs/small-0001", "--max-body", "1"]);
    let head = |length: &str| format!("POST {INFER} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n");
    // Refused before it is sent.
    assert_eq!(raw(&server, head("content-length: 2000000").as_bytes()), 413);
    assert_eq!(raw(&server, head("content-length: 18446744073709551615").as_bytes()) / 100, 4);
    // In pieces without an end.
    let mut connection = server.connect();
    connection.write(head("transfer-encoding: chunked").as_bytes());
    let piece = [b"10000\r\n".to_vec(), vec![b' '; 65_536], b"\r\n".to_vec()].concat();
    let sent = (0..1_000).take_while(|_| connection.write(&piece)).count();
    assert!(sent < 1_000, "{sent}");
    assert!(server.resident() < 300 << 20, "{} bytes", server.resident());
    assert!(server.lives());
}

#[test]
fn who_is_slow_is_cut_off() {
    let mut server = Server::start(trained(), &["runs/small-0001", "--timeout", "1"]);
    let began = Instant::now();
    // A body that does not come.
    let mut body = server.connect();
    body.write(format!("POST {INFER} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{").as_bytes());
    // A head that does not end, and nothing at all.
    let mut head = server.connect();
    head.write(b"GET / HTTP/1.1\r\nx: ");
    let mut silent = server.connect();
    assert_eq!(body.read().unwrap().status, 408);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(head.read().is_none_or(|reply| reply.status == 408));
    assert!(silent.read().is_none_or(|reply| reply.status == 408));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert!(server.lives());
}

#[test]
fn connections_beyond_the_limit_wait() {
    let server = Server::start(trained(), &["runs/small-0001", "--connections", "4"]);
    let held: Vec<Connection> = (0..4).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(200));
    let mut waiting = server.connect();
    waiting.write(b"GET /ping HTTP/1.1\r\nhost: x\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    drop(held);
    assert_eq!(waiting.read().unwrap().status, 200);
}

#[test]
fn a_full_queue_refuses_and_recovers() {
    let mut server = Server::start(trained(), &["runs/small-0001", "--queue", "1", "--batch", "1", "--timeout", "300"]);
    let rows: Vec<usize> = (0..2_000).map(|row| row % 200).collect();
    let body = tensors(&rows);
    let address = server.address.clone();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let ask = || Connection::to(&address).post(INFER, &body).status;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200));
    assert!(server.lives());
}
