//! Sessions with errors of the protocol, cancelled requests and ends without a shutdown.

use super::client::{Client, on};
use serde_json::{Value, json};

const URI: &str = "file:///nowhere/a.mmc";

#[test]
fn requests_before_initialize_and_after_shutdown_are_errors() {
    let mut client = Client::start();
    let early = client.request("textDocument/hover", on(URI, [0, 0]));
    assert_eq!(early["error"]["code"], -32002);
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    assert!(client.request("initialize", params.clone())["result"]["capabilities"].is_object());
    assert_eq!(client.request("initialize", params)["error"]["code"], -32600);
    client.notify("initialized", json!({}));
    assert_eq!(client.request("shutdown", Value::Null)["result"], Value::Null);
    assert_eq!(client.request("textDocument/hover", on(URI, [0, 0]))["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end().0.code(), Some(0));
}

#[test]
fn invalid_requests_are_errors_and_the_session_goes_on() {
    let (mut client, _) = Client::initialized(json!({}));
    // A change of a text that is not open, unknown notifications, and a malformed one.
    client.change(URI, 3, &[(Some([[0, 0], [0, 0]]), "x")]);
    client.notify("mmc/unheardOf", json!({ "a": 1 }));
    client.notify("$/setTrace", json!({ "value": "off" }));
    client.notify("textDocument/didOpen", json!({ "textDocument": 7 }));
    assert_eq!(client.request("mmc/unheardOf", json!({}))["error"]["code"], -32601);
    assert_eq!(client.request("textDocument/hover", json!({ "position": "here" }))["error"]["code"], -32602);
    assert_eq!(client.request("textDocument/hover", on(URI, [0, 0]))["error"]["code"], -32602);
    client.open(URI, "pipeline x\n");
    assert!(!client.diagnostics(URI, 1).is_empty());
    // A position beyond the text is the end of the text.
    assert_eq!(client.result("textDocument/hover", on(URI, [900, 900])), Value::Null);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_cancelled_request_is_not_carried_out() {
    let (mut client, _) = Client::initialized(json!({}));
    // A text that takes long to analyze delays the next requests.
    let long: String = (0..4_000).map(|n| format!("param p{n} = {n}\n")).collect();
    client.open(URI, &format!("pipeline x\n{long}"));
    client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": URI } }));
    let id = client.ask("textDocument/hover", on(URI, [0, 0]));
    client.notify("$/cancelRequest", json!({ "id": id }));
    let response = client.wait(|message| message["id"] == json!(id));
    assert_eq!(response["error"]["code"], -32800, "{response}");
    // A request that does not exist cannot be cancelled.
    client.notify("$/cancelRequest", json!({ "id": 12345 }));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn an_exit_without_a_shutdown_has_exit_code_1() {
    let (mut client, _) = Client::initialized(json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end().0.code(), Some(1));

    let (client, _) = Client::initialized(json!({}));
    assert_eq!(client.wait_for_end().0.code(), Some(1), "standard input was closed");

    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end().0.code(), Some(1));
}

#[test]
fn a_malformed_message_is_reported_and_ends_the_program() {
    for raw in [
        "Content-Length: 9\r\n\r\n{\"a\": tru",
        "Content-Length: 2\r\n\r\n{}",
        "hello\r\n\r\n",
        "Content-Length: x\r\n\r\n",
    ] {
        let (mut client, _) = Client::initialized(json!({}));
        client.raw(raw.as_bytes());
        let (status, reported) = client.wait_for_end();
        assert_eq!(status.code(), Some(1), "{raw}");
        assert!(reported.contains("not a message"), "{raw}: {reported}");
        assert!(!reported.contains("defect"), "{raw}: {reported}");
    }
}

#[test]
fn a_session_starts_after_another_was_killed() {
    let (mut client, _) = Client::initialized(json!({}));
    client.open(URI, "pipeline x\n");
    client.kill();
    let (client, _) = Client::initialized(json!({}));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn positions_are_in_utf_8_where_the_client_offers_it() {
    let (mut client, about) = Client::initialized(json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } }));
    assert_eq!(about["capabilities"]["positionEncoding"], "utf-8");
    client.open(URI, "pipeline x # äöü𝄞\nparm width = 1\n");
    let problems = client.diagnostics(URI, 1);
    assert!(problems.iter().any(|problem| problem["range"]["start"]["line"] == 1), "{problems:?}");
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn half_a_surrogate_pair_does_not_end_the_session() {
    let (mut client, _) = Client::initialized(json!({}));
    let body = format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"{URI}","languageId":"mmc","version":1,"text":"pipeline x\n# \ud83d\n"}}}}}}"#
    );
    client.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    assert!(!client.diagnostics(URI, 1).is_empty());
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_length_beyond_memory_ends_the_session_with_a_message() {
    let (mut client, _) = Client::initialized(json!({}));
    client.raw(b"Content-Length: 18446744073709551615\r\n\r\n{}");
    let (status, reported) = client.wait_for_end();
    assert_eq!(status.code(), Some(1), "{reported}");
    assert!(reported.contains("18446744073709551615 bytes") && !reported.contains("MMC0699"), "{reported}");
}

#[test]
fn missing_files_and_columns_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let text = "pipeline x\n\ndata { source = csv(\"rows.csv\") }\n\nlabel y: class[2] = column(\"y\")\n\n\
                modality a: dense[1] = column(\"lenght\")\n\ncombine one = single(a)\n\ntrain { epochs = 1 }\n";
    let uri = format!("file://{}/x.mmc", folder.path().display());
    let (mut client, _) = Client::initialized(json!({}));
    client.open(&uri, text);
    let codes = |found: &[Value]| found.iter().map(|one| one["code"].to_string()).collect::<Vec<_>>().join(" ");
    let found = client.diagnostics(&uri, 1);
    assert!(codes(&found).contains("MMC0501"), "{found:?}");
    std::fs::write(folder.path().join("rows.csv"), "length,y\n1,0\n2,1\n").unwrap();
    client.change(&uri, 2, &[(None, text)]);
    let found = client.diagnostics(&uri, 2);
    assert!(codes(&found).contains("MMC0504") && !codes(&found).contains("MMC0501"), "{found:?}");
}
