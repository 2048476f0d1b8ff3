//! `/explain` says what `mmc trust` says, and the page has all that it needs.

use super::client::{Server, record, trained};
use crate::support::process::{mmc, plain};
use serde_json::{Value, json};

#[test]
fn an_explanation_is_that_of_trust() {
    let folder = trained();
    let server = Server::of_small();
    for row in [0usize, 2, 5] {
        let cells = record(row);
        let text = |name: &str| match &cells[name] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            number => number.to_string(),
        };
        let csv = format!("a,b,colour,note\n{}\n", ["a", "b", "colour", "note"].map(text).join(","));
        let file = format!("row-{row}.csv");
        std::fs::write(folder.join(&file), csv).unwrap();
        let arguments = ["trust", "runs/small-0001", "--data", &file, "--row", "0", "--json", "--no-cache"];
        let expected = plain(&mmc(folder).args(arguments).assert().success().get_output().stdout);
        let found = server.post("/explain", &json!([cells]));
        assert_eq!(found.status, 200, "{}", found.text());
        let found = found.json();
        assert_eq!(found["rows"][0], serde_json::from_str::<Value>(&expected).unwrap());
        assert_eq!(found["notes"], json!([]));
        assert!(found["rows"][0]["at_least_as_sure"].is_object());
    }
}

#[test]
fn the_page_needs_no_other_file() {
    let server = Server::of_small();
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let text = page.text();
    for column in ["\"a\"", "\"colour\"", "\"note\"", "\"small-0001\""] {
        assert!(text.contains(column), "{column}");
    }
    for outside in ["http://", "https://", " src=\"", "@import", "<link rel=\"stylesheet"] {
        assert!(!text.contains(outside), "{outside}");
    }
}
