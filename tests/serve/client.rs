//! A server process, and a client of HTTP/1.1 that sends what it is told to, byte by byte.

use crate::support::process::{folder, mmc};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// Numbers, a category that may be missing and a text, whose rows are in `rows.csv`.
const PIPELINE: &str = r#"pipeline small

data {
  source = csv("rows.csv")
  split  = { test: last(40), valid: last(40) }
}

label kind: class["no", "yes"] = column("kind")

modality size:    dense[2]     = columns(["a", "b"]) |> standardize
modality colour?: category[8]  = column("colour")
modality note:    text[12]     = column("note") |> chars(max: 12)

encoder size_net   = size   |> mlp([8])
encoder colour_net = colour |> embedding(4)
encoder note_net   = note   |> embedding(4) |> mean_pool

combine mul = multiplicative(size_net, colour_net, note_net) { beta = 0.5 }

train {
  optimizer  = adam(lr: 0.01)
  batch_size = 32
  epochs     = 4
  seed       = 1
}
"#;

/// The cells of a row: `a`, `b`, `colour`, `note` and the label.
pub(super) fn cells(row: usize) -> (f64, f64, Option<&'static str>, String, &'static str) {
    let a = ((row * 37) % 101) as f64 / 7.0;
    let b = ((row * 53) % 97) as f64 - 40.5;
    let colour = [Some("red"), Some("green"), None, Some("blue")][row * 7 % 4];
    let note = format!("{} {}", ["good", "bad", "caf\u{e9}", "x"][row % 4], row * 13 % 29);
    (a, b, colour, note, ["no", "yes"][usize::from(a + b / 10.0 > 4.0)])
}

/// A row as the JSON of a record.
pub(super) fn record(row: usize) -> Value {
    let (a, b, colour, note, _) = cells(row);
    json!({ "a": a, "b": b, "colour": colour, "note": note })
}

/// A folder with the run `runs/small-0001`, trained once for all tests.
pub(super) fn trained() -> &'static Path {
    static RUN: OnceLock<TempDir> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = folder(PIPELINE);
        let line = |row: usize| {
            let (a, b, colour, note, kind) = cells(row);
            format!("{a},{b},{},{note},{kind}\n", colour.unwrap_or_default())
        };
        let rows: String = (0..240).map(line).collect();
        fs::write(folder.path().join("rows.csv"), format!("a,b,colour,note,kind\n{rows}")).unwrap();
        mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
        folder
    })
    .path()
}

/// A server; it is killed at the end.
pub(super) struct Server {
    pub(super) child: Child,
    pub(super) address: String,
    /// The lines of its log.
    log: Mutex<Receiver<String>>,
}

impl Server {
    /// Serves runs, with options.
    pub(super) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmc"))
            .args(["serve", "--port", "0", "--threads", "2"])
            .args(arguments)
            .current_dir(folder)
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, log) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line
            .trim()
            .rsplit_once("http://")
            .unwrap_or_else(|| panic!("{line}: {:?}", log.iter().collect::<Vec<_>>()));
        Self { child, address: address.1.to_owned(), log: Mutex::new(log) }
    }

    /// Of the run that is trained for all tests.
    pub(super) fn of_small() -> Self {
        Self::start(trained(), &["runs/small-0001"])
    }

    pub(super) fn connect(&self) -> Connection {
        Connection::to(&self.address)
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.connect().send("GET", path, &[], b"")
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Reply {
        self.connect().post(path, body)
    }

    /// The lines of the log until now that were not taken before.
    pub(super) fn log_until_now(&self) -> Vec<String> {
        self.log.lock().unwrap().try_iter().collect()
    }

    /// The lines of the log until the process ends.
    pub(super) fn log_until_end(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().collect()
    }

    /// Whether the process runs and answers.
    pub(super) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none() && self.get("/v2/health/ready").status == 200
    }

    /// Bytes of memory that the process holds.
    pub(super) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A connection that stays open between requests.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(super) fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are; the other end may have gone.
    pub(super) fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    pub(super) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        self.write(&[head.as_bytes(), b"\r\n", body].concat());
        self.read().unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// The next answer; `None` where the connection ends before one has begun.
    pub(super) fn read(&mut self) -> Option<Reply> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) => return None,
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => return None,
            read => read.unwrap(),
        };
        let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("{line:?}")).parse().unwrap();
        let mut headers = vec![];
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply { status, headers, body: vec![] };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        reply.body.resize(length, 0);
        self.stream.read_exact(&mut reply.body).unwrap();
        Some(reply)
    }
}

/// The JSON of an inference of some rows, one tensor a column.
pub(super) fn tensors(rows: &[usize]) -> Value {
    let all: Vec<_> = rows.iter().map(|row| cells(*row)).collect();
    let shape = json!([rows.len()]);
    let number = |pick: &dyn Fn(usize) -> f64| (0..all.len()).map(pick).collect::<Vec<f64>>();
    let column: Vec<[f64; 1]> = all.iter().map(|row| [row.1]).collect();
    let colours: Vec<Option<&str>> = all.iter().map(|row| row.2).collect();
    let notes: Vec<&str> = all.iter().map(|row| row.3.as_str()).collect();
    json!({ "id": "7", "inputs": [
        { "name": "a", "datatype": "FP64", "shape": shape, "data": number(&|row| all[row].0) },
        { "name": "b", "datatype": "FP64", "shape": [rows.len(), 1], "data": column },
        { "name": "colour", "datatype": "BYTES", "shape": shape, "data": colours },
        { "name": "note", "datatype": "BYTES", "shape": shape, "data": notes },
    ] })
}

/// The bits of the probabilities that `mmc predict` has for all rows of `rows.csv`, two of each.
pub(super) fn predicted() -> &'static [[u32; 2]] {
    static PREDICTED: OnceLock<Vec<[u32; 2]>> = OnceLock::new();
    PREDICTED.get_or_init(|| {
        let done = mmc(trained()).args(["predict", "runs/small-0001", "rows.csv", "--quiet"]).assert().success();
        let mut reader = csv::Reader::from_reader(&done.get_output().stdout[..]);
        let place = reader.headers().unwrap().iter().position(|name| name == "p_no").unwrap();
        let bits =
            |record: csv::StringRecord| [place, place + 1].map(|at| record[at].parse::<f32>().unwrap().to_bits());
        reader.records().map(|record| bits(record.unwrap())).collect()
    })
}

/// The bits of a number of an answer, in single precision.
pub(super) fn bits(number: &Value) -> u32 {
    (number.as_f64().unwrap() as f32).to_bits()
}
