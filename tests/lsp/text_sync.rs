//! After any edits the server has the same text as the client.

use super::client::{Client, at};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

const URI: &str = "file:///nowhere/edited.mmc";

/// Where a line of a text begins, for lines that end with `\n`, `\r\n` or `\r`, by walking over it.
fn places(text: &str) -> Vec<(usize, [u64; 2])> {
    let (mut line, mut column) = (0, 0);
    let mut places = vec![];
    let mut letters = text.char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        places.push((offset, [line, column]));
        let next = letters.peek().map(|(_, next)| *next);
        if letter == '\n' || (letter == '\r' && next != Some('\n')) {
            (line, column) = (line + 1, 0);
        } else if letter == '\r' {
            // `\r\n` is one end, and between the two is no place.
            letters.next();
            (line, column) = (line + 1, 0);
        } else {
            column += letter.len_utf16() as u64;
        }
    }
    places.push((text.len(), [line, column]));
    places
}

/// The text of the server, read from its semantic tokens: every line is written as a comment.
fn seen(client: &mut Client, length: usize) -> Vec<[u64; 3]> {
    let tokens = client.result("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": URI } }));
    let numbers: Vec<u64> = tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    assert!(numbers.len() <= 5 * (length + 1));
    numbers.chunks(5).map(|token| [token[0], token[1], token[2]]).collect()
}

#[test]
fn random_edits_leave_both_sides_with_one_text() {
    let (client, _) = Client::initialized(json!({}));
    let client = std::cell::RefCell::new(client);
    let version = std::cell::Cell::new(1);
    let edit = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), "(?s)[a-z #=\n\r(){}\"ä𝄞]{0,8}");
    let edits = prop::collection::vec(prop::collection::vec(edit, 1..3), 1..8);
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&("(?s)[a-z #=\n\r(){}\"ä𝄞]{0,60}", edits), |(start, edits)| {
        let mut client = client.borrow_mut();
        let mut text = start;
        client.open(URI, &text);
        for changes in edits {
            let mut sent = vec![];
            for (a, b, inserted) in &changes {
                let places = places(&text);
                let (a, b) = (a.index(places.len()), b.index(places.len()));
                let (from, to) = (places[a.min(b)], places[a.max(b)]);
                sent.push(json!({ "range": { "start": at(from.1), "end": at(to.1) }, "text": inserted }));
                text.replace_range(from.0..to.0, inserted);
            }
            version.set(version.get() + 1);
            let document = json!({ "uri": URI, "version": version.get() });
            client.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": sent }));
        }
        // The same text sent whole must have the same tokens, and no formatting edits.
        let format = json!({ "textDocument": { "uri": URI }, "options": { "tabSize": 2, "insertSpaces": true } });
        let (edited, layout) =
            (seen(&mut client, text.len()), client.result("textDocument/formatting", format.clone()));
        version.set(version.get() + 1);
        client.change(URI, version.get(), &[(None, &text)]);
        prop_assert_eq!(&edited, &seen(&mut client, text.len()));
        prop_assert_eq!(&layout, &client.result("textDocument/formatting", format));
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(client.into_inner().end().code(), Some(0));
}

#[test]
fn half_written_texts_are_answered() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/higgs.mmc")).unwrap();
    let (mut client, _) = Client::initialized(json!({}));
    client.open(URI, "");
    let mut line = 0;
    // Every position while the file is typed from its beginning, a few characters at a time.
    for (version, end) in text.char_indices().map(|(at, _)| at).step_by(37).enumerate() {
        client.change(URI, 2 + version as i64, &[(None, &text[..end])]);
        line = text[..end].matches('\n').count().max(line);
        let last = text[..end].rsplit('\n').next().unwrap().len();
        let here = json!({ "textDocument": { "uri": URI }, "position": at([line as u64, last as u64]) });
        for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
            let response = client.request(method, here.clone());
            assert!(response.get("error").is_none(), "{method} after {end} bytes: {response}");
        }
        let document = json!({ "textDocument": { "uri": URI } });
        for method in ["textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/semanticTokens/full"] {
            assert_ne!(client.request(method, document.clone())["result"], Value::Null, "{method} after {end} bytes");
        }
    }
    assert_eq!(client.end().code(), Some(0));
}
