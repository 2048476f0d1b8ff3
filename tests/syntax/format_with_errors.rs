//! Formatting a file with mistakes: parsed declarations are formatted, others are unchanged.

use mmc::syntax::format;

/// Declarations that cannot be read, each in a layout that is not canonical.
const BROKEN: [&str; 12] = [
    "encoder   broken =  f(,   [1 2],)",
    "encoder   broken =  low  |>   |>  mlp( [ 3 ] )",
    "encoder   broken =  (  low   |> mlp([3 ,4]",
    "modalty   broken :  dense[3] =   columns(1)",
    "modality  broken   dense[ 3 ] =   columns(1)",
    "combine   broken =   mulmix(a ,b))  {  beta =0.5 }",
    "fn   broken( x   =   x  |> relu",
    "fn broken(x)  {  let  a  =   x\n\n\n   let b  a\n  {one :a}  }",
    "param   =  3",
    "param   broken  =  \"never   closed",
    "@@   ??   !",
    "use   blocks.mmc",
];

const BEFORE: &str = "param  width=8  # why";
const BEFORE_IN_FORM: &str = "param width = 8  # why";
const AFTER: &str = "## Of the first.\nencoder  low_net=low|>mlp([width,width],dropout:0.1)";
const AFTER_IN_FORM: &str = "## Of the first.\nencoder low_net = low |> mlp([width, width], dropout: 0.1)";

#[test]
fn text_around_errors_is_formatted() {
    for broken in BROKEN {
        for (given, expected) in [
            (
                format!("{BEFORE}\n\n{broken}\n\n\n{AFTER}\n"),
                format!("{BEFORE_IN_FORM}\n\n{broken}\n\n{AFTER_IN_FORM}\n"),
            ),
            (format!("{broken}\n\n{BEFORE}\n"), format!("{broken}\n\n{BEFORE_IN_FORM}\n")),
            (format!("{AFTER}\n\n\n{broken}"), format!("{AFTER_IN_FORM}\n\n{broken}\n")),
            (format!("{broken}\n\n{BEFORE}\n\n{broken}\n"), format!("{broken}\n\n{BEFORE_IN_FORM}\n\n{broken}\n")),
        ] {
            let formatted = format(&given);
            assert!(formatted.problems.has_errors(), "{given}");
            assert_eq!(formatted.text, expected, "of\n{given}");
            assert_eq!(format(&formatted.text).text, formatted.text, "twice, of\n{given}");
        }
    }
}

#[test]
fn settings_around_a_broken_one_stay_as_they_are_with_their_block() {
    let given = "train   {\n epochs=1\n   lr  =  = 2   # ?\n seed=3\n}\n\nparam  a=1\n";
    let formatted = format(given);
    assert!(formatted.problems.has_errors());
    assert!(formatted.text.contains("   lr  =  = 2   # ?\n"), "{}", formatted.text);
    assert!(formatted.text.ends_with("}\n\nparam a = 1\n"), "{}", formatted.text);
    assert_eq!(format(&formatted.text).text, formatted.text);
}
