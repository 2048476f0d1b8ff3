//! Edits of a text requested by an editor, applied by the client and analyzed again: renames in all
//! places, and all safe fixes.

use super::client::{Client, on, place};
use super::session::apply;
use serde_json::json;

const URI: &str = "file:///nowhere/changes.mmc";

const TEXT: &str = r#"pipeline changes

param width = 8 in 1..=64
param sure  = 0.5

data {
  source = synthetic("collider", rows: 1_000, seed: 7)
  split  = { test: last(100), valid: fraction(10%), stratify: process }
}

label process: class[2] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

encoder low_net = low |> mlp([width])

combine mul = multiplicative(low_net, high) {
  beta    = sure
  weights = { low_net: 0.5, high: 1.0 }
}

combine base = single(low_net)

train {
  combine = mul
  epochs  = 3
  seed    = 1
}

sweep widths {
  over  = { width: [4, width], sure: [0.1, 0.5] }
  train = [mul, base]
  seeds = 1..=3
}
"#;

#[test]
fn a_new_name_reaches_weights_sweeps_and_lists() {
    let (mut client, _) = Client::initialized(json!({}));
    let mut version = 1;
    client.open(URI, TEXT);
    assert_eq!(client.diagnostics(URI, 1), [] as [serde_json::Value; 0]);
    // The place of a rename, the name there, and its number of references.
    for (piece, old, new, times) in [
        ("low_net: 0.5", "low_net", "coded", 4),
        ("high: 1.0", "high", "upper", 3),
        ("width: [4", "width", "breadth", 4),
        ("sure: [0.1", "sure", "certain", 3),
        ("mul, base", "mul", "product", 3),
        ("base]", "base", "alone", 2),
        ("widths {", "widths", "breadths", 1),
    ] {
        let mut params = on(URI, place(TEXT, piece, 0));
        params["newName"] = json!(new);
        let edits = client.result("textDocument/rename", params)["changes"][URI].clone();
        assert_eq!(edits.as_array().unwrap().len(), times, "{piece}: {edits:#}");
        let renamed = apply(TEXT, &edits);
        // As a whole word `old` is gone, except arguments and settings of the same name.
        let words = |text: &str, wanted: &str| {
            text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| *word == wanted).count()
        };
        assert_eq!((words(&renamed, old), words(&renamed, new)), (0, times), "{renamed}");
        version += 1;
        client.change(URI, version, &[(None, &renamed)]);
        assert_eq!(client.diagnostics(URI, version), [] as [serde_json::Value; 0], "{renamed}");
        version += 1;
        client.change(URI, version, &[(None, TEXT)]);
    }
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn all_safe_fixes_are_applied_at_once() {
    let (mut client, _) = Client::initialized(json!({}));
    // Three mistakes with safe fixes, and a misspelt name whose fix the user has to choose.
    let broken = TEXT
        .replace("param sure  = 0.5", "param sure  = .5")
        .replace("mlp([width])", "mlp([width]) // as wide as said")
        .replace("low_net: 0.5, high", "low_net: 0.5 high")
        .replace("[mul, base]", "[mul, bse]");
    client.open(URI, &broken);
    let before = client.diagnostics(URI, 1);
    assert!(before.len() >= 3, "{before:#?}");
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let ask = |only: &str| {
        json!({
            "textDocument": { "uri": URI },
            "range": everything,
            "context": { "diagnostics": [], "only": [only] },
        })
    };
    let actions = client.result("textDocument/codeAction", ask("source.fixAll"));
    let [action] = actions.as_array().unwrap().as_slice() else { panic!("{actions:#}") };
    assert_eq!(action["kind"], "source.fixAll");
    let fixed = apply(&broken, &action["edit"]["changes"][URI]);
    let expected = TEXT.replace("mlp([width])", "mlp([width]) # as wide as said").replace("[mul, base]", "[mul, bse]");
    assert_eq!(fixed, expected);
    client.change(URI, 2, &[(None, &fixed)]);
    let left = client.diagnostics(URI, 2);
    assert!(left.len() == 1 && left[0]["message"].as_str().unwrap().contains("`bse`"), "{left:#?}");
    // What is left is not safe: it is offered separately, and not in the action for all fixes.
    assert_eq!(client.result("textDocument/codeAction", ask("source.fixAll")), json!([]));
    let quick = client.result("textDocument/codeAction", ask("quickfix"));
    assert_eq!(quick[0]["title"], "replace `bse` by `base`");
    client.change(URI, 3, &[(None, &apply(&fixed, &quick[0]["edit"]["changes"][URI]))]);
    assert_eq!(client.diagnostics(URI, 3), [] as [serde_json::Value; 0]);
    assert_eq!(client.end().code(), Some(0));
}
