//! A session from `initialize` to `exit`.

use super::client::{Client, at, on, place};
use serde_json::{Value, json};

const URI: &str = "file:///nowhere/quickstart.mmc";

/// The quickstart with a name misspelt and something unused.
const BROKEN: &str = r#"## Signal or background?
pipeline quickstart

## How wide a layer is.
param width = 64 in 1..=512

data {
  source = synthetic("collider", rows: 20_000, seed: 7)
  split  = { test: last(4_000), valid: fraction(10%), stratify: process }
}

label process: class["background", "signal"] = column("process")

modality low:  dense[21] = columns("low_*")  |> standardize
modality high: dense[7]  = columns("high_*") |> standardize

fn block(x, size: 8) = x |> linear(size) |> relu

encoder low_net  = low  |> mlp([width; 3])
encoder high_net = hihg |> block(size: 32)
encoder idle     = high |> block

combine mulmix = mulmix(low_net, high_net) {
  beta  = 0.5
  merge = concat
  head  = mlp([64])
}

train {
  optimizer  = sgd(lr: 0.05, momentum: 0.9)
  batch_size = 128
  epochs     = 10
  stop       = patience(3, on: valid.error)
  seed       = 1
}
"#;

fn sound() -> String {
    BROKEN.replace("hihg", "high").replace("encoder idle     = high |> block\n", "")
}

fn session(text: &str) -> Client {
    let (mut client, _) = Client::initialized(json!({}));
    client.open(URI, text);
    client
}

fn hover(client: &mut Client, text: &str, piece: &str, plus: usize) -> String {
    let result = client.result("textDocument/hover", on(URI, place(text, piece, plus)));
    result["contents"]["value"].as_str().unwrap_or("").to_owned()
}

#[test]
fn an_editor_is_served_from_beginning_to_end() {
    let (mut client, about) = Client::initialized(json!({}));
    assert_eq!(about["serverInfo"]["name"], "mmc");
    assert_eq!(about["capabilities"]["positionEncoding"], "utf-16");
    client.open(URI, BROKEN);

    let problems = client.diagnostics(URI, 1);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let unknown = &problems[0];
    assert_eq!(unknown["code"], "MMC0201");
    assert_eq!(unknown["severity"], 1);
    assert_eq!(unknown["range"]["start"], at(place(BROKEN, "hihg", 0)));
    assert_eq!(unknown["range"]["end"], at(place(BROKEN, "hihg", 4)));
    assert!(unknown["message"].as_str().unwrap().contains("did you mean `high`?"));
    let link = unknown["codeDescription"]["href"].as_str().unwrap();
    let explanation = std::fs::read_to_string(link.strip_prefix("file://").unwrap()).unwrap();
    assert!(explanation.starts_with("# MMC0201"));

    // The fix that is offered, applied by the client.
    let params = json!({
        "textDocument": { "uri": URI },
        "range": unknown["range"],
        "context": { "diagnostics": [unknown] },
    });
    let actions = client.result("textDocument/codeAction", params);
    let fix = &actions.as_array().unwrap().iter().find(|action| action["kind"] == "quickfix").unwrap();
    assert_eq!(fix["title"], "replace `hihg` by `high`");
    let edit = &fix["edit"]["changes"][URI][0];
    assert_eq!((&edit["newText"], &edit["range"]), (&json!("high"), &unknown["range"]));
    let start = place(BROKEN, "hihg", 0);
    client.change(URI, 2, &[(Some([start, place(BROKEN, "hihg", 4)]), "high")]);
    // The remaining problem is a warning about an unused declaration.
    let problems = client.diagnostics(URI, 2);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!((&problems[0]["code"], &problems[0]["severity"]), (&json!("MMC0402"), &json!(2)));
    assert_eq!(problems[0]["tags"], json!([1]));

    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    let closed = client.wait(|message| message["params"]["uri"] == URI && message["params"]["version"].is_null());
    assert_eq!(closed["params"]["diagnostics"], json!([]));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn hover_says_what_everything_is() {
    let text = sound();
    let mut client = session(&text);
    let mut says = |piece: &str, plus: usize, wanted: &[&str]| {
        let reported = hover(&mut client, &text, piece, plus);
        for wanted in wanted {
            assert!(reported.contains(wanted), "`{piece}`: `{wanted}` is not in\n{reported}");
        }
    };
    says("low_net  =", 2, &["encoder low_net: [64]", "9,728 weights"]);
    says("width = 64", 0, &["param width = 64", "How wide a layer is.", "1..=512"]);
    says("[width; 3]", 3, &["param width = 64"]);
    says("low:  dense", 0, &["modality low: dense[21]"]);
    says("mlp([width", 1, &["[64]", "fn mlp(x, widths", "A perceptron", "from the library"]);
    says("block(size: 32)", 0, &["[32]", "fn block(x, size: 8)"]);
    says("size: 32", 1, &["size: 8"]);
    says("linear(size)", 0, &["linear(width", "`width`"]);
    says("standardize", 0, &["standardize", "training rows"]);
    says("synthetic", 0, &["synthetic(", "`rows`"]);
    says("rows: 20", 0, &["rows: 20000"]);
    says("mulmix(low", 0, &["mulmix", "equation"]);
    says("mulmix =", 0, &["combine mulmix = mulmix(low_net, high_net)", "- `low_net+high_net`", "weights"]);
    says("beta  = 0.5", 0, &["beta: 0.5", "as in the paper"]);
    says("batch_size", 0, &["batch_size"]);
    says("momentum", 0, &["momentum: 0.9"]);
    says("stratify", 0, &["stratify"]);
    says("error)", 0, &["valid.error"]);
    says("dense[7]", 0, &["dense"]);
    says("encoder low_net", 0, &["encoder"]);
    says("patience", 0, &["patience"]);
    assert_eq!(hover(&mut client, &text, "\n\n## How", 1), "");
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn names_lead_to_where_they_are_declared_and_to_each_other() {
    let text = sound();
    let mut client = session(&text);
    let declared = client.result("textDocument/definition", on(URI, place(&text, "[width; 3]", 1)));
    assert_eq!(declared["uri"], URI);
    assert_eq!(declared["range"]["start"], at(place(&text, "width = 64", 0)));

    // `mlp` is declared in the library, which is written as a file.
    let library = client.result("textDocument/definition", on(URI, place(&text, "mlp([width", 1)));
    let path = library["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert!(path.starts_with(&*client.cache.path().to_string_lossy()), "{path}");
    let prelude = std::fs::read_to_string(&path).unwrap();
    let line = library["range"]["start"]["line"].as_u64().unwrap();
    assert!(prelude.lines().nth(usize::try_from(line).unwrap()).unwrap().starts_with("fn mlp("));
    assert!(std::fs::metadata(&path).unwrap().permissions().readonly());

    let references = |client: &mut Client, piece: &str, plus: usize, with: bool| {
        let mut params = on(URI, place(&text, piece, plus));
        params["context"] = json!({ "includeDeclaration": with });
        client.result("textDocument/references", params).as_array().unwrap().clone()
    };
    assert_eq!(references(&mut client, "width = 64", 0, true).len(), 2);
    assert_eq!(references(&mut client, "width = 64", 0, false).len(), 1);
    // Into the library too: `mlp` twice here, once declared there.
    let of_mlp = references(&mut client, "mlp([width", 0, true);
    assert_eq!(of_mlp.iter().filter(|place| place["uri"] == URI).count(), 2);
    assert_eq!(of_mlp.iter().filter(|place| place["uri"] == library["uri"]).count(), 1);
    assert_eq!(references(&mut client, "process: class", 0, true).len(), 2);

    let lights = client.result("textDocument/documentHighlight", on(URI, place(&text, "low_net  =", 0)));
    assert_eq!(lights.as_array().unwrap().len(), 2);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn the_library_and_the_pipeline_are_open_side_by_side() {
    let text = sound();
    let mut client = session(&text);
    let library = client.result("textDocument/definition", on(URI, place(&text, "mlp([width", 1)));
    let uri = library["uri"].as_str().unwrap().to_owned();
    let prelude = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
    client.open(&uri, &prelude);
    let of_fold = client.result("textDocument/hover", on(&uri, place(&prelude, "fold(x", 1)));
    assert!(of_fold["contents"]["value"].as_str().unwrap().contains("fold"), "{of_fold}");
    let own = client.result("textDocument/definition", on(&uri, place(&prelude, "dense(activation", 1)));
    assert_eq!(own["range"]["start"], at(place(&prelude, "dense(x", 0)));
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn a_rename_changes_every_reference_and_nothing_else() {
    let text = sound();
    let mut client = session(&text);
    let ready = client.result("textDocument/prepareRename", on(URI, place(&text, "process: class", 2)));
    assert_eq!(ready["placeholder"], "process");
    let rename = |client: &mut Client, piece: &str, name: &str| {
        let mut params = on(URI, place(&text, piece, 0));
        params["newName"] = json!(name);
        client.request("textDocument/rename", params)
    };
    let renamed = rename(&mut client, "process: class", "kind");
    let edits = renamed["result"]["changes"][URI].as_array().unwrap().clone();
    let mut starts: Vec<Value> = edits.iter().map(|edit| edit["range"]["start"].clone()).collect();
    starts.sort_by_key(|start| start["line"].as_u64());
    // The label is also what the split is stratified by; the column in a string is not a reference.
    assert_eq!(starts, [at(place(&text, "process }", 0)), at(place(&text, "process: class", 0))]);
    // An argument is renamed where it is given by name.
    let of_argument = rename(&mut client, "size: 8", "breadth");
    assert_eq!(of_argument["result"]["changes"][URI].as_array().unwrap().len(), 3);

    for (piece, name, why) in [
        ("low_net  =", "high_net", "already declared"),
        ("low_net  =", "linear", "built in"),
        ("low_net  =", "2fast", "not a name"),
        ("low_net  =", "let", "not a name"),
        ("mlp([width", "perceptron", "belongs to the library"),
        ("linear(size)", "affine", "is built in"),
        ("size: 8", "x", "used in this function"),
    ] {
        let refused = rename(&mut client, piece, name);
        let message = refused["error"]["message"].as_str().unwrap_or_else(|| panic!("{piece}: {refused}"));
        assert!(message.contains(why), "{piece} to {name}: {message}");
    }
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn layout_outline_folding_hints_and_colours() {
    let text = sound().replace("  beta  = 0.5", "      beta=0.5").replace("low_net  =", "low_net=");
    let mut client = session(&text);
    let document = json!({ "textDocument": { "uri": URI } });

    let mut params = document.clone();
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    let edits = client.result("textDocument/formatting", params.clone());
    let formatted = apply(&text, &edits);
    assert_eq!(formatted, mmc::syntax::format(&text).text);
    // Lines in canonical form are unchanged.
    assert!(edits.as_array().unwrap().iter().all(|edit| edit["newText"].as_str().unwrap().lines().count() < 5));
    client.change(URI, 2, &[(None, &formatted)]);
    assert_eq!(client.result("textDocument/formatting", params), json!([]));

    let symbols = client.result("textDocument/documentSymbol", document.clone());
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["quickstart", "width", "data", "process", "low", "high", "block", "low_net", "high_net", "mulmix", "train"]
    );
    let children = symbols[9]["children"].as_array().unwrap();
    assert_eq!(
        children.iter().map(|child| child["name"].as_str().unwrap()).collect::<Vec<_>>(),
        ["beta", "merge", "head"]
    );

    let folds = client.result("textDocument/foldingRange", document.clone());
    let lines: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    let line = |piece: &str| place(&formatted, piece, 0)[0];
    assert!(lines.contains(&(line("train {"), line("seed       = 1") + 1)), "{lines:?}");

    let mut params = document.clone();
    params["range"] = json!({ "start": at([0, 0]), "end": at([99, 0]) });
    let hints = client.result("textDocument/inlayHint", params);
    let labels: Vec<&str> = hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(labels, [" [32]", " [32]", ": [64]", " [64]", ": [32]", " [32]", " 3 components"]);

    let tokens = client.result("textDocument/semanticTokens/full", document);
    let data: Vec<u64> = tokens["data"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
    let coloured = coloured(&formatted, &data);
    let types =
        |word: &str| coloured.iter().filter(|(text, _)| *text == word).map(|(_, kind)| *kind).collect::<Vec<_>>();
    assert_eq!(types("pipeline"), [1]);
    assert_eq!(types("## Signal or background?"), [0]);
    assert_eq!(types("width"), [9, 9]);
    assert_eq!(types("mlp"), [8, 8]);
    assert_eq!(types("size"), [10, 10, 10]);
    assert_eq!(types("dense"), [6, 6]);
    assert_eq!(types("valid"), [10, 12]);
    assert_eq!(client.end().code(), Some(0));
}

/// The words of a text with the types they were given.
fn coloured<'t>(text: &'t str, data: &[u64]) -> Vec<(&'t str, u64)> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut line, mut column) = (0, 0);
    data.chunks(5)
        .map(|token| {
            let [down, right, length] = [token[0], token[1], token[2]].map(|number| usize::try_from(number).unwrap());
            column = if down == 0 { column + right } else { right };
            line += down;
            (&lines[line][column..column + length], token[3])
        })
        .collect()
}

/// A text after edits of the protocol; ASCII only.
pub(super) fn apply(text: &str, edits: &Value) -> String {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |place: &Value| {
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        starts.get(number("line")).map_or(text.len(), |start| start + number("character"))
    };
    let mut edits: Vec<_> = edits.as_array().unwrap().iter().collect();
    edits.sort_by_key(|edit| offset(&edit["range"]["start"]));
    let mut changed = text.to_owned();
    for edit in edits.into_iter().rev() {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        changed.replace_range(range, edit["newText"].as_str().unwrap());
    }
    changed
}

#[test]
fn files_that_are_used_are_part_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| std::fs::canonicalize(folder.path()).unwrap().join(name);
    let blocks = "fn own(x, size: 8) = x |> linear(size) |> relu\nparam breadth = 16\n";
    std::fs::write(path("blocks.mmc"), blocks).unwrap();
    let text = sound()
        .replace("mlp([width; 3])", "own(size: breadth)")
        .replace("quickstart\n", "quickstart\nuse \"./blocks.mmc\"\n");
    std::fs::write(path("main.mmc"), &text).unwrap();
    let uri = |name: &str| format!("file://{}", path(name).display());
    let (main, used) = (uri("main.mmc"), uri("blocks.mmc"));
    let (mut client, _) = Client::initialized(json!({}));
    client.open(&main, &text);
    let problems = client.diagnostics(&main, 1);
    assert!(problems.iter().all(|problem| problem["severity"] == 2), "{problems:#?}");

    let declared = client.result("textDocument/definition", on(&main, place(&text, "own(size", 0)));
    assert_eq!((&declared["uri"], &declared["range"]["start"]), (&json!(used), &at(place(blocks, "own", 0))));
    let file = client.result("textDocument/definition", on(&main, place(&text, "./blocks", 3)));
    assert_eq!(file["uri"], json!(used));
    let reported = client.result("textDocument/hover", on(&main, place(&text, "breadth)", 0)));
    assert!(reported["contents"]["value"].as_str().unwrap().contains("param breadth = 16"), "{reported}");
    let mut params = on(&main, place(&text, "breadth)", 0));
    params["newName"] = json!("wideness");
    let renamed = client.result("textDocument/rename", params);
    assert_eq!(renamed["changes"][&main].as_array().unwrap().len(), 1);
    assert_eq!(renamed["changes"][&used].as_array().unwrap().len(), 1);

    // Unsaved changes of a used file take effect, and their problems are reported where it is used.
    client.open(&used, blocks);
    assert_eq!(client.diagnostics(&used, 1), Vec::<Value>::new());
    let from_there = {
        let mut params = on(&used, place(blocks, "own", 0));
        params["context"] = json!({ "includeDeclaration": false });
        client.result("textDocument/references", params)
    };
    assert_eq!(from_there.as_array().unwrap().iter().filter(|place| place["uri"] == json!(main)).count(), 1);
    client.change(&used, 2, &[(Some([place(blocks, "breadth", 0), place(blocks, "breadth", 7)]), "depth")]);
    client.wait(|message| {
        let problems = message["params"]["diagnostics"].as_array();
        message["params"]["uri"] == json!(main)
            && problems.is_some_and(|problems| problems.iter().any(|problem| problem["code"] == "MMC0201"))
    });
    assert_eq!(client.end().code(), Some(0));
}
