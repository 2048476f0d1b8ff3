//! The meaning of a function does not depend on its caller: names of the prelude, and of used files, are those of the
//! file they are written in, whatever names the pipeline declares.

use mmc::diag::{Problems, SourceMap};
use mmc::plan::Plan;
use mmc::world::{FoundFile, MissingFile, World};
use mmc::{CompileOptions, syntax};
use std::collections::{BTreeMap, BTreeSet};

const PRELUDE: &str = include_str!("../../src/prelude/prelude.mmc");

/// Encoders that together reach every function of the prelude, and the prelude's names that each mentions.
const ENCODERS: [(&str, &[&str]); 5] = [
    ("pixels |> mlp([8, 4], dropout: 0.5)", &["mlp", "dropout"]),
    ("pixels |> mlp([8, 4])", &["mlp"]),
    ("photo |> resnet(depth: 20)", &["resnet", "depth"]),
    ("words_of |> char_lstm(hidden: 4)", &["char_lstm", "hidden"]),
    ("words_of |> char_cnn(channels: 4)", &["char_cnn", "channels"]),
];

/// Ways to declare `NAME` beside them, each used, so that its kind is certain.
const DECLARATIONS: [&str; 6] = [
    "modality NAME: dense[3] = columns(1..=3)\ncombine also = single(NAME)",
    "encoder NAME = pixels |> linear(3)\ncombine also = single(NAME)",
    "param NAME = 3\ncombine also = single(pixels) { head = linear(NAME) }",
    "fn NAME(value) = value |> linear(77)\ncombine also = single(pixels |> NAME)",
    "shared NAME = linear(77)\ncombine also = single(pixels |> NAME)",
    "combine NAME = single(pixels)",
];

/// Files by name.
struct Files(BTreeMap<&'static str, String>);

impl World for Files {
    fn text(&self, _: &str, path: &str) -> Result<FoundFile, MissingFile> {
        let text = self.0.get(path).ok_or_else(|| MissingFile { reason: "not here".into(), there: vec![] })?;
        Ok(FoundFile { name: path.into(), identity: path.into(), text: text.clone() })
    }
}

fn compiled(text: &str, files: &Files) -> (Option<Plan>, Problems) {
    let mut sources = SourceMap::new();
    let file = sources.add("test.mmc", text);
    let request = CompileOptions { world: files, ..CompileOptions::default() };
    let compiled = mmc::compile_in(&mut sources, file, &request);
    (compiled.value.map(|value| value.plan), compiled.problems)
}

fn none() -> Files {
    Files(BTreeMap::new())
}

fn pipeline(encoder: &str, rest: &str) -> String {
    let whole = if encoder.contains("resnet") { "coded.top" } else { "coded" };
    format!(
        "pipeline p\n\
         data {{ source = synthetic(\"collider\")\n split = {{ test: last(10), valid: last(10) }} }}\n\
         label target: class[2] = column(\"process\")\n\
         modality pixels: dense[6] = columns(1..=6)\n\
         modality photo: image[3, 32, 32] = column(\"image\")\n\
         modality words_of: text[12] = column(\"name\") |> chars(max: 12, vocab: 30)\n\
         encoder coded = {encoder}\n\
         combine chosen = single({whole})\n\
         train {{ combine = chosen\n epochs = 1 }}\n{rest}\n"
    )
}

/// The HIR without spans: operations, shapes and names of weights.
fn built(text: &str, files: &Files) -> Vec<String> {
    let (plan, problems) = compiled(text, files);
    let plan = plan.unwrap_or_else(|| panic!("{text}\n{problems:#?}"));
    let steps = plan.steps.iter().map(|step| format!("{} {:?} {}", step.name, step.op, step.shape));
    steps.chain(plan.params.iter().map(|param| format!("{} {}", param.name, param.shape))).collect()
}

/// Every name in the prelude, its own and built-ins.
fn names() -> BTreeSet<String> {
    let code = PRELUDE.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let words = code.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words
        .filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()))
        .filter(|word| !syntax::RESERVED.contains(word) && !syntax::KEYWORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_declaration_changes_what_the_prelude_means() {
    let names = names();
    for expected in ["dense", "residual", "conv3x3", "char_filter", "x", "blocks", "relu", "within", "fold", "linear"] {
        assert!(names.contains(expected), "the prelude does not say `{expected}`");
    }
    assert!(names.len() > 50, "{names:?}");
    for (encoder, reported) in ENCODERS {
        let expected = built(&pipeline(encoder, ""), &none());
        for name in names.iter().filter(|name| !reported.contains(&name.as_str())) {
            for declaration in DECLARATIONS {
                // What the declaration itself calls cannot be what it declares.
                if declaration.contains(&format!("{name}(")) {
                    continue;
                }
                let text = pipeline(encoder, &declaration.replace("NAME", name));
                assert_eq!(built(&text, &none()), expected, "{text}");
            }
        }
    }
    // `linear` and `single` are what the declarations call.
    for (encoder, _) in ENCODERS {
        let expected = built(&pipeline(encoder, ""), &none());
        for declaration in
            ["modality linear: dense[3] = columns(1..=3)", "param linear = 3", "fn linear(v) = v |> relu"]
        {
            let rest = format!("{declaration}\ncombine also = single(pixels)");
            assert_eq!(built(&pipeline(encoder, &rest), &none()), expected, "{encoder}\n{declaration}");
        }
    }
}

#[test]
fn a_pipeline_may_replace_a_function_of_the_prelude_for_itself() {
    let mine = "fn mlp(value, widths) = value |> linear(77)";
    let own = built(&pipeline("pixels |> mlp([8])", mine), &none());
    assert!(own.iter().any(|line| line == "coded.0.weight [77, 6]"), "{own:#?}");
    // `residual` calls `conv3x3`, and goes on with the prelude's.
    let narrow = "fn conv3x3(value, channels) = value |> linear(1)";
    let expected = built(&pipeline("photo |> resnet(depth: 20)", ""), &none());
    assert_eq!(built(&pipeline("photo |> resnet(depth: 20)", narrow), &none()), expected);
}

#[test]
fn a_used_file_sees_its_own_names_and_those_it_uses() {
    let blocks = "use \"inner.mmc\"\nparam width = 5\nfn tower(v, deep: width) = v |> layer(deep) |> relu\n";
    let files = Files(BTreeMap::from([
        ("blocks.mmc", blocks.to_owned()),
        ("inner.mmc", "fn layer(v, n) = v |> linear(n + 1)\n".to_owned()),
    ]));
    let used = |encoder: &str, rest: &str| pipeline(encoder, &format!("use \"blocks.mmc\"\n{rest}"));
    let expected = built(&used("pixels |> tower", ""), &files);
    assert!(expected.iter().any(|line| line == "coded.0.weight [6, 6]"), "{expected:#?}");
    for name in ["v", "n", "deep", "relu"] {
        for declaration in DECLARATIONS {
            let text = used("pixels |> tower", &declaration.replace("NAME", name));
            assert_eq!(built(&text, &files), expected, "{text}");
        }
    }
    let replaced = used("pixels |> tower", "fn linear(v, n) = v |> relu");
    assert_eq!(built(&replaced, &files), expected, "{replaced}");
}

#[test]
fn two_used_files_see_neither_each_other_nor_the_pipeline() {
    let files = Files(BTreeMap::from([
        ("a.mmc", "fn first(v) = v |> linear(size) |> second\n".to_owned()),
        ("b.mmc", "fn second(v) = v |> relu\nparam depth = 2\n".to_owned()),
    ]));
    let text = pipeline("pixels |> first |> linear(depth)", "use \"a.mmc\"\nuse \"b.mmc\"\nparam size = 4");
    let (plan, problems) = compiled(&text, &files);
    assert!(plan.is_none());
    let reported: Vec<&str> =
        problems.iter().filter(|problem| problem.is_error()).map(|p| p.message.as_str()).collect();
    assert_eq!(reported, ["`size` is not visible in this file", "`second` is not visible in this file"]);
    for problem in problems.iter().filter(|problem| problem.is_error()) {
        assert!(
            problem.labels.iter().any(|label| label.message == "this declaration is not visible there"),
            "{problem:#?}"
        );
    }

    // The same with what is needed: one file uses the other, the other value comes as an argument.
    let fixed = Files(BTreeMap::from([
        ("a.mmc", "use \"b.mmc\"\nfn first(v, size) = v |> linear(size) |> second\n".to_owned()),
        ("b.mmc", "fn second(v) = v |> relu\nparam depth = 2\n".to_owned()),
    ]));
    built(&text.replace("|> first", "|> first(size)"), &fixed);
}
