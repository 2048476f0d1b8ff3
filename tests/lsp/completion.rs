//! Completion while a text is being typed. `^` is the cursor.

use super::client::{Client, on, place};
use serde_json::json;
use std::path::Path;

/// A pipeline that is being written: declarations without problems, then the typed text.
const SOUND: &str = r#"pipeline typed

param beta  = 0.5
param width = 64

data {
  source = csv("rows.csv")
  split  = { test: fraction(20%) }
}

label kind: class[2] = column("kind")

modality body: dense[2] = columns(["height", "weight"])
modality pixels: dense[3] = columns("pix_*")

fn two(x, size: 8) { let first = x |> linear(size); { top: first, deep: first |> relu } }
fn norm(x) = x |> batch_norm

shared tower = linear(8) |> relu

encoder trunk = body |> two(size: 4)
encoder plain = pixels |> norm

"#;

struct Typing {
    client: Client,
    uri: String,
    version: i64,
    _folder: tempfile::TempDir,
}

impl Typing {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rows.csv"), "height,weight,pix_0,pix_1,pix_2,kind\n1,2,3,4,5,0\n").unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        std::fs::write(folder.path().join("more/other.csv"), "a\n1\n").unwrap();
        std::fs::write(folder.path().join("blocks.mmc"), "fn extra(x) = x |> relu\n").unwrap();
        let file = std::fs::canonicalize(folder.path()).unwrap().join("typed.mmc");
        let uri = format!("file://{}", Path::new(&file).display());
        let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
        let (mut client, _) = Client::initialized(snippets);
        client.open(&uri, SOUND);
        Self { client, uri, version: 1, _folder: folder }
    }

    /// The labels of the completions at `^`, in a text typed after the declarations.
    fn offered(&mut self, typed: &str) -> Vec<String> {
        let whole = format!("{SOUND}{typed}\n");
        let at = place(&whole, "^", 0);
        self.version += 1;
        self.client.change(&self.uri, self.version, &[(None, &whole.replacen('^', "", 1))]);
        let list = self.client.result("textDocument/completion", on(&self.uri, at));
        list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn check(&mut self, typed: &str, wanted: &[&str], unwanted: &[&str]) {
        let offered = self.offered(typed);
        for wanted in wanted {
            assert!(offered.iter().any(|label| label == wanted), "`{wanted}` is not offered at {typed}: {offered:?}");
        }
        for unwanted in unwanted {
            assert!(!offered.iter().any(|label| label == unwanted), "`{unwanted}` is offered at {typed}");
        }
    }
}

#[test]
fn only_valid_candidates_are_offered() {
    let mut typing = Typing::new();
    // Declarations.
    typing.check("^", &["encoder", "combine", "train", "modality"], &["linear", "trunk"]);
    typing.check("enc^", &["encoder"], &["trunk"]);
    assert_eq!(typing.offered("encoder ^"), Vec::<String>::new());
    // Values, stages, fields.
    typing.check("encoder e = ^", &["body", "trunk", "two", "concat"], &["e", "standardize", "sgd", "mulmix"]);
    typing.check(
        "encoder e = body |> ^",
        &["linear", "relu", "norm", "tower", "mlp"],
        &["body", "standardize", "concat"],
    );
    typing.check("encoder e = body |> lin^\nencoder f = body", &["linear"], &[]);
    typing.check("combine c = single(trunk.^)", &["top", "deep"], &["first", "body"]);
    typing.check("encoder e = trunk.^", &["top", "deep"], &["linear"]);
    // Arguments of functions and layers.
    typing.check("encoder e = body |> two(^)", &["size", "width"], &["x |>"]);
    typing.check("encoder e = body |> linear(8, ^)", &["bias", "init", "true"], &["optimizer"]);
    typing.check("encoder e = body |> linear(8, init: ^)", &["torch", "he_normal"], &["bias"]);
    typing.check("encoder e = body |> mlp([^])", &["width", "beta"], &[]);
    // The arguments of a function are visible inside it.
    typing.check("fn g(x, n: 3) = x |> linear(^)", &["n", "width"], &["size"]);
    // Types, columns, transforms.
    typing.check("modality m: ^", &["dense"], &["class", "linear"]);
    typing.check("label l: ^", &["class"], &["dense"]);
    typing.check("modality m: dense[2] = ^", &["column", "columns"], &["body"]);
    typing.check("modality m: dense[2] = columns(\"pix_*\") |> ^", &["standardize", "impute"], &["linear", "norm"]);
    typing.check("modality m: dense[2] = columns(\"pix_*\") |> impute(^)", &["mean", "median"], &[]);
}

#[test]
fn settings_are_offered_by_their_block() {
    let mut typing = Typing::new();
    typing.check("train {\n  ^\n}", &["optimizer", "epochs", "stop"], &["beta", "source", "linear"]);
    typing.check("train {\n  epochs = 3\n  ^\n}", &["optimizer"], &["epochs"]);
    typing.check("train {\n  optimizer = ^\n}", &["sgd", "adam"], &["cosine", "linear"]);
    typing.check("train {\n  optimizer = sgd(^)\n}", &["lr", "momentum"], &["epochs"]);
    typing.check("train {\n  schedule = ^\n}", &["cosine", "steps"], &["sgd"]);
    typing.check("train {\n  schedule = exponential(0.9, every: ^)\n}", &["epoch", "iteration"], &[]);
    typing.check("train {\n  stop = patience(3, on: valid.^)\n}", &["error", "loss"], &["top"]);
    typing.check("train {\n  stop = patience(3, on: ^)\n}", &["valid"], &[]);
    typing.check("combine mine = single(body)\ntrain {\n  combine = ^\n}", &["mine"], &["trunk"]);
    typing.check("combine c = ^", &["mulmix", "single", "late"], &["linear"]);
    typing.check("combine c = mulmix(^)", &["trunk", "body", "plain"], &["linear", "c"]);
    typing.check("combine c = mulmix(trunk) {\n  ^\n}", &["beta", "head", "mixtures"], &["by", "optimizer"]);
    typing.check("combine c = late(trunk) {\n  ^\n}", &["by", "head"], &["beta", "mixtures"]);
    typing.check("combine c = late(trunk) {\n  by = ^\n}", &["average"], &["linear"]);
    typing.check("combine c = mulmix(plain, body) {\n  merge = ^\n}", &["sum", "concat"], &[]);
    typing.check("combine c = mulmix(plain, body) {\n  head = ^\n}", &["mlp", "linear"], &["plain"]);
    typing.check("combine c = mulmix(plain, body) {\n  beta = ^\n}", &["beta", "width"], &["mlp"]);
    typing.check("combine c = mulmix(plain, body) {\n  weights = { ^ }\n}", &["plain", "body"], &["beta"]);
    typing.check("combine c = mulmix(plain, body) {\n  mixtures = [[^]]\n}", &["plain", "body"], &["all"]);
    typing.check("combine c = mulmix(plain, body) {\n  mixtures = ^\n}", &["all", "up_to"], &[]);
    typing.check("sweep s {\n  over = { ^ }\n}", &["beta", "width"], &["trunk"]);
    typing.check("sweep s {\n  select = min(valid.^)\n}", &["error"], &[]);
    typing.check("data {\n  split = { ^ }\n}", &["test", "valid", "stratify"], &["source"]);
    typing.check("data {\n  split = { test: ^ }\n}", &["last", "fraction"], &["split"]);
    typing.check("data {\n  split = { stratify: ^ }\n}", &["kind"], &["body"]);
    typing.check("data {\n  source = ^\n}", &["csv", "synthetic"], &["last"]);
}

#[test]
fn strings_are_completed_from_the_data_and_the_folder() {
    let mut typing = Typing::new();
    typing.check("modality m: dense[1] = column(\"^\")", &["height", "pix_0", "kind"], &["pix_*"]);
    typing.check("modality m: dense[3] = columns(\"^\")", &["height", "pix_*"], &[]);
    typing.check("modality m: dense[2] = columns([\"height\", \"^\"])", &["weight"], &[]);
    typing.check("modality m: dense[2] = columns(\"^", &["height"], &[]);
    typing.check("data {\n  source = csv(\"^\")\n}", &["rows.csv", "more/", "blocks.mmc"], &["other.csv"]);
    typing.check("data {\n  source = csv(\"more/^\")\n}", &["other.csv"], &["rows.csv"]);
    typing.check("use \"^\"", &["blocks.mmc"], &[]);
    assert_eq!(typing.offered("# a comment ^"), Vec::<String>::new());
    assert_eq!(typing.offered("label l: class[\"^\"]"), Vec::<String>::new());
}

#[test]
fn a_candidate_has_a_kind_and_replaces_the_word() {
    let mut typing = Typing::new();
    typing.offered("encoder e = body |> ^");
    let whole = format!("{SOUND}encoder e = body |> line\n");
    typing.client.change(&typing.uri, 99, &[(None, &whole)]);
    let at = place(&whole, "body |> line\n", 10);
    let list = typing.client.result("textDocument/completion", on(&typing.uri, at));
    let linear = list["items"].as_array().unwrap().iter().find(|item| item["label"] == "linear").unwrap().clone();
    assert!(linear["documentation"]["value"].as_str().unwrap().contains("width"));
    assert_eq!(linear["textEdit"]["newText"], "linear($1)");
    assert_eq!(linear["insertTextFormat"], 2);
    let start = place(&whole, "body |> line\n", 8);
    assert_eq!(linear["textEdit"]["range"]["start"]["character"], start[1]);
    assert_eq!(linear["textEdit"]["range"]["end"]["character"], start[1] + 4);
}
