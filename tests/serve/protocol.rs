//! The Open Inference Protocol in JSON and in binary form, and `/invocations`.

use super::client::{Server, bits, cells, predicted, record, tensors, trained};
use serde_json::{Value, json};
use std::io::Write;

const INFER: &str = "/v2/models/small-0001/infer";

/// The bits of the probabilities of an answer.
fn probabilities(reply: &Value) -> Vec<[u32; 2]> {
    let outputs = reply["outputs"].as_array().unwrap_or_else(|| panic!("{reply}"));
    let found = outputs.iter().find(|output| output["name"] == "probabilities").unwrap();
    let numbers: Vec<u32> = found["data"].as_array().unwrap().iter().map(bits).collect();
    numbers.chunks(2).map(|row| [row[0], row[1]]).collect()
}

#[test]
fn the_server_and_the_model_describe_themselves() {
    let server = Server::of_small();
    let about = server.get("/v2").json();
    assert_eq!((&about["name"], &about["extensions"]), (&"mmc".into(), &json!(["binary_tensor_data"])));
    for path in ["/v2/health/live", "/v2/health/ready", "/ping", "/v2/models/small-0001/ready"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    let model = server.get("/v2/models/small-0001").json();
    let inputs: Vec<(&str, &str)> = model["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| (input["name"].as_str().unwrap(), input["datatype"].as_str().unwrap()))
        .collect();
    assert_eq!(inputs, [("a", "FP64"), ("b", "FP64"), ("colour", "BYTES"), ("note", "BYTES")]);
    assert_eq!(model["outputs"][1], json!({ "name": "probabilities", "datatype": "FP32", "shape": [-1, 2] }));
    assert_eq!(model["parameters"]["classes"], json!(["no", "yes"]));
    assert_eq!(server.get("/v2/models/small-0001/versions/1").json(), model);
    let openapi = server.get("/openapi.json").json();
    assert!(openapi["paths"][INFER]["post"].is_object(), "{openapi}");
    assert_eq!(openapi["components"]["schemas"]["row_small-0001"]["required"], json!(["a", "b", "note"]));
}

#[test]
fn tensors_get_the_bits_of_a_prediction_of_the_table() {
    let server = Server::of_small();
    let rows: Vec<usize> = (0..60).collect();
    let reply = server.post(INFER, &tensors(&rows));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = reply.json();
    assert_eq!((&reply["model_name"], &reply["id"]), (&"small-0001".into(), &"7".into()));
    assert_eq!(probabilities(&reply), predicted()[..60]);
    // Alone, and without the column that may be missing.
    let missing = rows.iter().find(|row| cells(**row).2.is_none()).unwrap();
    for absent in [false, true] {
        let mut request = tensors(&[*missing]);
        if absent {
            request["inputs"].as_array_mut().unwrap().remove(2);
        }
        assert_eq!(probabilities(&server.post(INFER, &request).json()), [predicted()[*missing]]);
    }
}

#[test]
fn outputs_are_chosen_by_name() {
    let server = Server::of_small();
    let mut request = tensors(&[0, 2]);
    request["outputs"] = json!([{ "name": "weights" }, { "name": "label" }, { "name": "class_losses" }]);
    let reply = server.post(INFER, &request).json();
    let shapes: Vec<&Value> = reply["outputs"].as_array().unwrap().iter().map(|output| &output["shape"]).collect();
    assert_eq!(shapes, [&json!([2, 3]), &json!([2]), &json!([2, 2])]);
    request["outputs"] = json!([{ "name": "labels" }]);
    let refused = server.post(INFER, &request);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("there is no output `labels`"), "{}", refused.text());
}

/// A request in binary form: the length of its JSON, and the body.
fn binary(rows: &[usize]) -> (String, Vec<u8>) {
    let texts = |pick: &dyn Fn(usize) -> String| -> Vec<u8> {
        let of = |row: &usize| pick(*row).into_bytes();
        rows.iter().map(of).flat_map(|text| [(text.len() as u32).to_le_bytes().to_vec(), text].concat()).collect()
    };
    let numbers =
        |pick: &dyn Fn(usize) -> f64| -> Vec<u8> { rows.iter().flat_map(|row| pick(*row).to_le_bytes()).collect() };
    let tensors = [
        ("a", "FP64", numbers(&|row| cells(row).0)),
        ("b", "FP64", numbers(&|row| cells(row).1)),
        ("colour", "BYTES", texts(&|row| cells(row).2.unwrap_or_default().into())),
        ("note", "BYTES", texts(&|row| cells(row).3)),
    ];
    let input = |(name, datatype, bytes): &(&str, &str, Vec<u8>)| {
        let parameters = json!({ "binary_data_size": bytes.len() });
        json!({ "name": name, "datatype": datatype, "shape": [rows.len()], "parameters": parameters })
    };
    let inputs: Vec<Value> = tensors.iter().map(input).collect();
    let head = json!({ "inputs": inputs, "parameters": { "binary_data_output": true } }).to_string().into_bytes();
    let length = head.len().to_string();
    let body = tensors.into_iter().fold(head, |body, (.., bytes)| [body, bytes].concat());
    (length, body)
}

#[test]
fn binary_tensors_get_the_same_bits() {
    let server = Server::of_small();
    let rows: Vec<usize> = (5..25).collect();
    let (length, body) = binary(&rows);
    let mut connection = server.connect();
    let length_of = |reply: &super::client::Reply| -> usize {
        reply.header("inference-header-content-length").unwrap().parse().unwrap()
    };
    let reply = connection.send("POST", INFER, &[("Inference-Header-Content-Length", &length)], &body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (json, tail) = reply.body.split_at(length_of(&reply));
    let outputs = serde_json::from_slice::<Value>(json).unwrap()["outputs"].clone();
    let sizes: Vec<usize> = outputs
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["parameters"]["binary_data_size"].as_u64().unwrap() as usize)
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), tail.len());
    let numbers: Vec<u32> = tail[sizes[0]..sizes[0] + sizes[1]]
        .chunks(4)
        .map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    assert_eq!(numbers.chunks(2).map(|row| [row[0], row[1]]).collect::<Vec<_>>(), predicted()[5..25]);

    // Packed, on the same connection.
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    packed.write_all(&body).unwrap();
    let headers = [("Inference-Header-Content-Length", length.as_str()), ("content-encoding", "gzip")];
    let again = connection.send("POST", INFER, &headers, &packed.finish().unwrap());
    assert_eq!(again.body, reply.body);
}

#[test]
fn rows_are_invoked_in_every_form() {
    let server = Server::of_small();
    let rows: Vec<usize> = (10..20).collect();
    let records: Vec<Value> = rows.iter().map(|row| record(*row)).collect();
    let names = ["a", "b", "colour", "note"];
    let data: Vec<Vec<Value>> =
        records.iter().map(|record| names.iter().map(|name| record[name].clone()).collect()).collect();
    let column = |name: &str| records.iter().map(|record| record[name].clone()).collect::<Vec<Value>>();
    let columns: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(column(name)))).collect();
    let check = |reply: super::client::Reply| {
        assert_eq!(reply.status, 200, "{}", reply.text());
        let reply = reply.json();
        let found = reply["predictions"].as_array().unwrap().iter();
        let found: Vec<[u32; 2]> =
            found.map(|row| ["no", "yes"].map(|class| bits(&row["probabilities"][class]))).collect();
        assert_eq!(found, predicted()[10..20]);
    };
    for body in [
        json!(records),
        json!({ "dataframe_records": records }),
        json!({ "instances": records }),
        json!({ "inputs": columns }),
        json!({ "dataframe_split": { "columns": names, "data": data, "index": rows } }),
    ] {
        check(server.post("/invocations", &body));
    }
    let line = |row: &usize| {
        let (a, b, colour, note, kind) = cells(*row);
        format!("{a},{b},{},{note},{kind}\n", colour.unwrap_or_default())
    };
    let csv = "a,b,colour,note,kind\n".to_owned() + &rows.iter().map(line).collect::<String>();
    check(server.connect().send(
        "POST",
        "/invocations",
        &[("content-type", "text/csv; charset=utf-8")],
        csv.as_bytes(),
    ));
}

#[test]
fn what_is_counted_is_shown() {
    let server = Server::of_small();
    let rows: Vec<usize> = (0..8).collect();
    server.post(INFER, &tensors(&rows));
    server.post(INFER, &json!({ "inputs": [] }));
    let text = server.get("/metrics").text();
    for line in [
        "mmc_rows_total{model=\"small-0001\"} 8",
        "mmc_missing_rows_total{model=\"small-0001\",modality=\"colour\"} 2",
        "mmc_requests_total{route=\"infer\",status=\"200\"} 1",
        "mmc_requests_total{route=\"infer\",status=\"400\"} 1",
        "mmc_batch_rows_count{model=\"small-0001\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let classes = ["no", "yes"].map(|class| {
        let start = format!("mmc_predictions_total{{model=\"small-0001\",class=\"{class}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
        line.parse::<u64>().unwrap()
    });
    assert_eq!(classes.iter().sum::<u64>(), 8);
    // Every request is a line of the log.
    let lines: Vec<Value> = server.log_until_now().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let inferences: Vec<&Value> = lines.iter().filter(|line| line["path"] == INFER).collect();
    assert_eq!((&inferences[0]["status"], &inferences[0]["rows"]), (&200.into(), &8.into()));
    assert_eq!((&inferences[1]["status"], &inferences[1]["reason"]), (&400.into(), &"there are no inputs".into()));
}

#[test]
fn the_least_sure_rows_are_left_undecided() {
    let server = Server::start(trained(), &["runs/small-0001", "--abstain", "error<40%", "--confidence", "60%"]);
    let rows: Vec<usize> = (0..240).collect();
    let reply = server.post(INFER, &tensors(&rows)).json();
    let output = |name: &str| {
        let found = reply["outputs"].as_array().unwrap().iter().find(|output| output["name"] == name);
        found.unwrap_or_else(|| panic!("{reply}"))["data"].as_array().unwrap().clone()
    };
    for (label, abstained) in output("label").iter().zip(output("abstained")) {
        assert_eq!(label == "", abstained == true);
    }
}
