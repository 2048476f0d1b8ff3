//! The canonical form, rule by rule: input and output.

use mmc::syntax::format;

/// Asserts the formatted text, which is canonical itself.
#[track_caller]
fn becomes(given: &str, expected: &str) {
    let formatted = format(given);
    assert_eq!(formatted.text, expected);
    assert_eq!(format(expected).text, expected, "the canonical form is not stable");
}

#[test]
fn neighbours_share_columns() {
    becomes(
        "modality low:dense[21]=columns(1..=21)|>standardize\nmodality body?: dense[7] = columns(22) |> standardize\n\nmodality c: text = x\nencoder d = y\n",
        "modality low:   dense[21] = columns(1..=21) |> standardize\nmodality body?: dense[7]  = columns(22)     |> standardize\n\nmodality c: text = x\nencoder d = y\n",
    );
    becomes("param a = 1 in 0..2\n# between\nparam long = 2\n", "param a    = 1 in 0..2\n# between\nparam long = 2\n");
    becomes("train {\nepochs=1\nlr =2\n\na = 3\n}", "train {\n  epochs = 1\n  lr     = 2\n\n  a = 3\n}\n");
}

#[test]
fn like_calls_share_columns() {
    becomes(
        "data {\n  train = csv(\"long.csv\", header: true)\n  test = csv(\"a.csv\", header: false)\n  other = tsv(\"b\", header: false)\n}\n",
        "data {\n  train = csv(\"long.csv\", header: true)\n  test  = csv(\"a.csv\",    header: false)\n  other = tsv(\"b\", header: false)\n}\n",
    );
}

#[test]
fn blank_lines_collapse() {
    becomes(
        "\n\npipeline a\n\n\n\nparam b = 1\r\n\r\n\r\ntrain {\n\n\n\tepochs = 1\n\n\n\tseed = 2\n\n}\n\n\n",
        "pipeline a\n\nparam b = 1\n\ntrain {\n  epochs = 1\n\n  seed = 2\n}\n",
    );
    becomes("\u{feff}pipeline a", "pipeline a\n");
    becomes("", "");
}

#[test]
fn blocks_and_pipes_stay_as_written() {
    becomes("combine a = f(b) {c=1;d=2}\n", "combine a = f(b) { c = 1, d = 2 }\n");
    becomes("combine a = f(b) {\nc=1;d=2}\n", "combine a = f(b) {\n  c = 1\n  d = 2\n}\n");
    becomes("encoder a = b\n|> c |>\nd\n", "encoder a = b\n  |> c\n  |> d\n");
    becomes("fn f(x,k:2){let y=x|>g;y}\n", "fn f(x, k = 2) { let y = x |> g; y }\n");
    becomes("fn f(x) {\nlet y = x; let z = y\nz;}\n", "fn f(x) {\n  let y = x\n  let z = y\n  z\n}\n");
    becomes("fn f(x) {\nlet y = x;\n-y }\n", "fn f(x) {\n  let y = x;\n  -y\n}\n");
    becomes("train {}\n", "train {}\n");
}

#[test]
fn long_lines_break_where_they_can() {
    let names: Vec<String> = (0..6).map(|at| format!("a_long_name_for_an_input_{at}")).collect();
    becomes(
        &format!("encoder a = f({})\n", names.join(",")),
        &format!("encoder a = f(\n  {},\n)\n", names.join(",\n  ")),
    );
    becomes(
        &format!("encoder a = x |> {}\n", names.join(" |> ")),
        &format!("encoder a = x\n  |> {}\n", names.join("\n  |> ")),
    );
    becomes(&format!("encoder a = {}\n", names.join(" + ")), &format!("encoder a = {}\n", names.join("\n  + ")));
    becomes(
        &format!("train {{\n  over = {{ a: {}, b: [1] }}\n}}\n", names.join(".")),
        &format!("train {{\n  over = {{\n    a: {},\n    b: [1],\n  }}\n}}\n", names.join(".")),
    );
    becomes(
        &format!("param a = if {} then {} else {}\n", names[0], names[1..4].join(" + "), names[5]),
        &format!("param a = if {}\n  then {}\n  else {}\n", names[0], names[1..4].join(" + "), names[5]),
    );
    let numbers: Vec<String> = (1000..1030).map(|number| number.to_string()).collect();
    let (first, rest) = numbers.split_at(19);
    becomes(
        &format!("param a = [{}]\n", numbers.join(", ")),
        &format!("param a = [\n  {},\n  {},\n]\n", first.join(", "), rest.join(", ")),
    );
}

#[test]
fn comments_stay_in_place() {
    becomes(
        "# first\npipeline a # header\n\n# own\n\n## doc\n##  more\ntrain { # settings\n# before\nepochs = 1 # trailing\n\n## of seed\nseed = 2,  # two\n# last\n}\n# end",
        "# first\npipeline a  # header\n\n# own\n\n## doc\n##  more\ntrain {  # settings\n  # before\n  epochs = 1  # trailing\n\n  ## of seed\n  seed = 2  # two\n  # last\n}\n# end\n",
    );
    becomes("encoder a = f(x, # one\n# two\ny)\n", "encoder a = f(\n  x,  # one\n  # two\n  y,\n)\n");
    becomes("encoder a = b # one\n # two\n |> c\n", "encoder a = b  # one\n  # two\n  |> c\n");
}

#[test]
fn a_comment_where_no_line_holds_one_comes_before_the_line() {
    becomes("encoder a = # why\n  b\n", "# why\nencoder a = b\n");
    becomes("train {\n  a = # why\n  1 + # how\n 2\n}\n", "train {\n  # why\n  # how\n  a = 1 + 2\n}\n");
}

#[test]
fn docs_that_document_nothing_are_comments() {
    becomes("## lost\n# plain\nparam a = 1 ## trailing\n", "# lost\n# plain\nparam a = 1  # trailing\n");
    becomes("### ruler\nparam a = 1\n", "### ruler\nparam a = 1\n");
}

#[test]
fn unparsed_declarations_keep_their_text() {
    becomes(
        "param a=1\n\n## about b\n  encoder   b = f(,  # c\n   [1 2],)\n\nmodalty  c =  1\nparam d=2\n",
        "param a = 1\n\n## about b\n  encoder   b = f(,  # c\n   [1 2],)\n\nmodalty  c =  1\nparam d = 2\n",
    );
    assert!(format("param a =\n").problems.has_errors());
}

#[test]
fn literals_stay_as_written() {
    becomes("param a=[500_000,2E-5,5%,007,\"\\u{41}\\n\"]\n", "param a = [500_000, 2E-5, 5%, 007, \"\\u{41}\\n\"]\n");
    becomes("param a = - - 1 + ( - 2 ) ..= 3\n", "param a = --1 + (-2)..=3\n");
    becomes(
        "param a = [ 3 ; 4 ]\nparam b = { a : 1 , }\nparam c = {  }\nparam d = [ ]\n",
        "param a = [3; 4]\nparam b = { a: 1 }\nparam c = {}\nparam d = []\n",
    );
}
