//! Images in requests: the bytes of a file, and never its path.

use super::client::{Server, bits};
use crate::support::process::{folder, mmc};
use serde_json::json;
use std::fs;

const PIPELINE: &str = r#"pipeline pictures

data {
  source = csv("rows.csv")
  split  = { test: last(6), valid: last(6) }
}

label kind: class["dark", "light"] = column("kind")

modality picture: image[1, 6, 6] = column("file") |> resize(6, 6) |> normalize_pixels

combine one = single(picture |> conv2d(4) |> relu |> global_avg_pool)

train {
  optimizer  = adam(lr: 0.02)
  batch_size = 8
  epochs     = 3
  seed       = 1
}
"#;

/// The base64 of bytes, as RFC 4648 has it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = three.iter().enumerate().fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        let digits = (0..4)
            .map(|at| if at <= three.len() { DIGITS[(bits >> (18 - 6 * at) & 63) as usize] as char } else { '=' });
        digits.collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn an_image_is_sent_as_its_file() {
    let folder = folder(PIPELINE);
    let mut rows = "file,kind\n".to_owned();
    for row in 0..30u8 {
        // Of several sizes, so that each is resized.
        let size = 6 + u32::from(row % 5);
        let pixel = |x: u32, y: u32| {
            image::Luma([((x * 9 + y * 5 + u32::from(row) * 31) % 100) as u8 + if row % 2 == 1 { 120 } else { 0 }])
        };
        image::GrayImage::from_fn(size, size + 1, pixel).save(folder.path().join(format!("{row}.png"))).unwrap();
        rows += &format!("{row}.png,{}\n", ["dark", "light"][usize::from(row % 2)]);
    }
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    fs::rename(folder.path().join("small.mmc"), folder.path().join("pictures.mmc")).unwrap();
    mmc(folder.path()).args(["run", "pictures.mmc", "--no-cache", "--quiet"]).assert().success();
    let done = mmc(folder.path()).args(["predict", "runs/pictures-0001", "rows.csv", "--quiet"]).assert().success();
    let mut reader = csv::Reader::from_reader(&done.get_output().stdout[..]);
    let place = reader.headers().unwrap().iter().position(|name| name == "p_dark").unwrap();
    let expected: Vec<u32> =
        reader.records().map(|record| record.unwrap()[place].parse::<f32>().unwrap().to_bits()).collect();

    let server = Server::start(folder.path(), &["runs/pictures-0001"]);
    let file = |row: usize| fs::read(folder.path().join(format!("{row}.png"))).unwrap();
    let records: Vec<_> = (0..10).map(|row| json!({ "file": base64(&file(row)) })).collect();
    let reply = server.post("/invocations", &json!(records));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = reply.json();
    let found: Vec<u32> =
        reply["predictions"].as_array().unwrap().iter().map(|row| bits(&row["probabilities"]["dark"])).collect();
    assert_eq!(found, expected[..10]);
    assert_eq!(
        server.post("/explain", &json!([{ "file": format!("data:image/png;base64,{}", base64(&file(1))) }])).status,
        200
    );

    // In binary form the file stands as it is.
    let bytes = file(3);
    let tensor = [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat();
    let head = json!({ "inputs": [{ "name": "file", "datatype": "BYTES", "shape": [1],
        "parameters": { "binary_data_size": tensor.len() } }] })
    .to_string();
    let length = head.len().to_string();
    let body = [head.as_bytes(), &tensor].concat();
    let reply = server.connect().send(
        "POST",
        "/v2/models/pictures-0001/infer",
        &[("Inference-Header-Content-Length", &length)],
        &body,
    );
    assert_eq!(bits(&reply.json()["outputs"][1]["data"][0]), expected[3]);

    // A path, an address and half an image are refused.
    let half = base64(&bytes[..bytes.len() / 2]);
    for text in
        ["3.png", "/etc/hostname", "file:///etc/hostname", "http://127.0.0.1/3.png", "../3.png", "AAAA", half.as_str()]
    {
        let reply = server.post("/invocations", &json!([{ "file": text }]));
        assert_eq!(reply.status, 400, "{text}: {}", reply.text());
    }
}
