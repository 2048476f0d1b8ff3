//! Several runs by name, and arguments that cannot be served.

use super::client::{Server, record, tensors, trained};
use crate::support::process::{mmc, plain};
use serde_json::json;

#[test]
fn several_runs_are_served_by_name() {
    let server = Server::start(trained(), &["runs/small-0001", "other=runs/small-0001"]);
    for name in ["small-0001", "other"] {
        let reply = server.post(&format!("/v2/models/{name}/infer"), &tensors(&[1])).json();
        assert_eq!(reply["model_name"], name);
        assert_eq!(server.post(&format!("/invocations?model={name}"), &json!([record(1)])).status, 200);
    }
    let unnamed = server.post("/invocations", &json!([record(1)]));
    assert_eq!(unnamed.status, 400);
    assert!(unnamed.text().contains("small-0001, other"), "{}", unnamed.text());
    assert_eq!(server.post("/explain?model=third", &json!([record(1)])).status, 404);
}

#[test]
fn arguments_that_cannot_be_served_are_reported() {
    let reported = |arguments: &[&str], code: i32| {
        let done = mmc(trained()).arg("serve").args(arguments).assert().code(code);
        plain(&done.get_output().stderr)
    };
    assert!(reported(&["runs/small-0001", "runs/small-0001"], 2).contains("served as `small-0001`"));
    assert!(reported(&["runs/small-0002"], 1).contains("MMC0620"));
    let server = Server::of_small();
    let port = server.address.rsplit(':').next().unwrap();
    assert!(reported(&["runs/small-0001", "--port", port], 2).contains("MMC0632"));
}
