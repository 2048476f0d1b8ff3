//! Mistakes, their reports, and the tree of the rest. Each snapshot holds all three.

use super::{FILE, shown};
use mmc::syntax::{dump, parse};

/// The text, its problems and the tree of what could be read.
fn report(text: &str) -> String {
    let (ast, problems) = parse(FILE, text);
    format!("{}---\n{}", shown(text, &problems), dump(&ast))
}

macro_rules! mistake {
    ($name:ident, $text:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), report($text));
        }
    };
}

mistake!(misspelt_keyword, "modalty low: dense[2] = columns(\"x_*\")\nencoder a = low |> relu\n");
mistake!(keyword_of_another_language, "def view(x) = x |> relu\nimport \"blocks.mmc\"\n");
mistake!(not_a_declaration, "low = columns(\"x\")\nhello there\n\"text\"\nencoder a = low\n");
mistake!(modality_without_type, "modality low = columns(\"x\")\nencoder a = low\n");
mistake!(type_without_colon, "modality low dense[2] = columns(\"x\")\n");
mistake!(type_where_none_is, "encoder a: dense[2] = low |> relu\n");
mistake!(optional_label, "label sex?: class[2] = column(\"sex\")\n");
mistake!(name_missing, "encoder = low |> relu\nparam in = 3\n");
mistake!(equals_before_block, "train = {\n  epochs = 3\n}\n");
mistake!(colon_in_block, "train {\n  epochs: 3\n  batch_size : 128\n  seed = 1\n}\n");
mistake!(equals_in_call, "train {\n  optimizer = sgd(lr = 0.1, momentum = 0.9)\n  split = { test = last(5) }\n}\n");
mistake!(comma_missing, "encoder a = f(x y, [1 2, 3])\n");
mistake!(comma_missing_in_lines, "data {\n  split = {\n    test: last(1)\n    valid: last(2)\n  }\n}\n");
mistake!(settings_on_one_line, "train { epochs = 3 seed = 1 }\n");
mistake!(semicolon_in_call, "encoder a = f(x; y)\n");
mistake!(semicolon_after_declaration, "encoder a = x;\nencoder b = y\n");
mistake!(value_missing, "train {\n  epochs =\n  seed = 1\n  lr = 0.1 +\n  stop = patience(on: )\n  last = \n}\n");
mistake!(value_missing_at_end, "encoder a = low |>\nencoder b =\nparam c = 1 in\n");
mistake!(doubled_comma, "encoder a = f(x,, y)\nparam b = [, 1]\n");
mistake!(wrong_pipes, "encoder a = low -> relu => relu | relu\n");
mistake!(single_quotes, "data {\n  source = csv('a.csv', header: false)\n}\n");
mistake!(unclosed_string, "data {\n  source = csv(\"a.csv, header: false)\n  seed = 1\n}\n");
mistake!(unknown_escape, "data {\n  source = csv(\"C:\\data\\a.csv\")\n}\n");
mistake!(
    bad_numbers,
    "param a = 1.\nparam b = .5\nparam c = 12abc\nparam d = 1_\nparam e = 1e999\nparam f = 9007199254740993\n"
);
mistake!(logic_operators, "param a = if b && c then 1 else 2\nparam d = !b\n");
mistake!(choice_without_else, "param a = if b then 1\nparam c = if b 1 else 2\n");
mistake!(unclosed_block, "train {\n  epochs = 3\n\nsweep s {\n  train = [a]\n}\n");
mistake!(unclosed_call, "encoder a = mlp([64, 64]\nencoder b = mlp([64]\n");
mistake!(
    unclosed_call_in_block,
    "combine m = mulmix(a, b) {\n  head = mlp([64]\n  beta = 0.5\n}\n\ntrain {\n  epochs = 3\n}\n"
);
mistake!(wrong_closing_bracket, "encoder a = mlp([64; 3)\nencoder b = mlp[64)\nencoder c = d)\n");
mistake!(given_twice, "train {\n  epochs = 3\n  seed = 1\n  epochs = 4\n  optimizer = sgd(lr: 1, lr: 2)\n}\n");
mistake!(header_not_first, "param a = 1\npipeline b\npipeline c\n");
mistake!(foreign_comments, "// a pipeline\npipeline a // here\nparam b = 1 /* not */\n");
mistake!(stray_characters, "param a = 5 @ 3\nparam b\u{a0}= 1\nparam größe = 2\n");
mistake!(settings_of_encoder, "encoder a = low |> relu {\n  size = 3\n}\nencoder b = a\n");
mistake!(indexed, "encoder a = trunk[1]\n");
mistake!(
    many_in_one_declaration,
    "train {\n  a = f(x y)\n  b: 2\n  c = [1, +2, 3]\n  4 = d\n  e = if\n  f = 'g'\n  h = 1\n}\n"
);
mistake!(body_without_result, "fn f(x) {\n  let y = x |> relu\n}\nfn g(x) {\n  let y = x, y\n}\n");
