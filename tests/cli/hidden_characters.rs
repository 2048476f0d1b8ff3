//! Names from files and tables that hold control characters: what is printed never acts on the terminal.

use crate::support::process::mmc;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Clears the screen, sets the title, rings, and turns the text around.
const HIDDEN: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}";
const ESCAPED: &str = "\\u{1B}[2J\\u{1B}]0;x\\u{7}\\u{202E}";

fn pipeline() -> String {
    format!(
        r#"pipeline small

param lr = 0.1

data {{
  source = csv("rows{ESCAPED}.csv")
  split  = {{ test: last(40), valid: last(40) }}
  id     = column("id{ESCAPED}")
}}

label y: class["no{ESCAPED}", "yes"] = column("y{ESCAPED}")

modality a:  dense[1]    = column("a{ESCAPED}") |> standardize
modality b?: category[3] = column("b{ESCAPED}")

encoder a_net = a |> mlp([4])
encoder b_net = b |> embedding(4)

combine both = multiplicative(a_net, b_net)
combine apart = late(a_net, b_net)

sweep rates {{
  over = {{ lr: [0.1, 0.2] }}
}}

train {{
  combine   = both
  optimizer = sgd(lr: lr)
  epochs    = 1
  seed      = 1
}}
"#
    )
}

/// The lines that hold characters which are not seen: all but those that set colours.
fn acting(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let hidden = |line: &&str| {
        let plain = line.replace("\u{1b}[0m", "");
        let mut rest = plain.as_str();
        while let Some((_, after)) = rest.split_once('\u{1b}') {
            let numbers = after
                .trim_start_matches('[')
                .trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
            if !after.starts_with('[') || !numbers.starts_with('m') {
                return true;
            }
            rest = after;
        }
        line.contains(['\u{7}', '\u{202e}'])
    };
    text.lines().filter(hidden).map(str::to_owned).collect()
}

/// Runs the program; its output acts on no terminal, with colours and without.
fn quiet(folder: &Path, arguments: &[&str], codes: &[i32]) -> String {
    let mut all = String::new();
    for color in ["never", "always"] {
        let output = mmc(folder).args(arguments).args(["--color", color]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(codes.contains(&output.status.code().unwrap()), "{arguments:?}: {errors}");
        for stream in [&output.stdout, &output.stderr] {
            assert_eq!(acting(stream), Vec::<String>::new(), "{arguments:?}");
            all += &String::from_utf8_lossy(stream);
        }
    }
    all
}

#[cfg(unix)]
#[test]
fn no_verb_passes_them_to_the_terminal() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let rows = |range: std::ops::Range<usize>| -> String {
        let row = |row: usize| {
            let class = if row.is_multiple_of(2) { format!("no{HIDDEN}") } else { "yes".to_owned() };
            format!("r{row}{HIDDEN},{},k{HIDDEN},{class}\n", row * 37 % 101 + 40 * (row % 2))
        };
        format!("id{HIDDEN},a{HIDDEN},b{HIDDEN},y{HIDDEN}\n{}", range.map(row).collect::<String>())
    };
    let table = format!("rows{HIDDEN}.csv");
    fs::write(folder.join(&table), rows(0..200)).unwrap();
    fs::write(folder.join("small.mmc"), pipeline()).unwrap();

    let shown = quiet(folder, &["lint", "small.mmc"], &[0]);
    // They are shown by their escapes.
    assert!(shown.contains("\\u{1b}") && shown.contains("\\u{202e}"), "{shown}");
    for format in ["plain", "short", "github"] {
        quiet(folder, &["lint", "small.mmc", "--format", format], &[0]);
    }
    quiet(folder, &["plan", "small.mmc"], &[0]);
    quiet(folder, &["plan", "small.mmc", "--full"], &[0]);
    quiet(folder, &["graph", "small.mmc"], &[0]);
    quiet(folder, &["bench", "small.mmc"], &[0]);
    quiet(folder, &["run", "small.mmc", "--no-cache"], &[0]);
    quiet(folder, &["runs"], &[0]);
    quiet(folder, &["diff", "runs/small-0001", "runs/small-0002"], &[0]);
    quiet(folder, &["verify", "runs/small-0001"], &[0]);
    quiet(folder, &["eval", "runs/small-0001"], &[0]);
    quiet(folder, &["eval", "runs/small-0001", "--data", &table, "--by", &format!("b{HIDDEN}")], &[0]);
    quiet(folder, &["predict", "runs/small-0001", &table, "-o", "out.csv", "--keep", "all"], &[0]);
    let column = format!("a{HIDDEN}");
    let sorted = ["predict", "runs/small-0001", &table, "--sort", "uncertainty", "--top", "5", "-o", "out.csv"];
    quiet(folder, &sorted, &[0]);
    quiet(folder, &["predict", "runs/small-0001", &table, "--keep", &format!("none{HIDDEN}")], &[1]);
    quiet(folder, &["predict", "runs/small-0001", &table, "--sort", &column], &[2]);
    quiet(folder, &["eval", "runs/small-0001", "--corrupt", "a=gaussian:0.5"], &[0]);
    quiet(folder, &["eval", "runs/small-0001", "--corrupt", &format!("{column}=gaussian:0.5")], &[1, 2]);
    for measured in ["--ablate", "--permute", "--label-errors"] {
        quiet(folder, &["eval", "runs/small-0001", measured], &[0]);
    }
    quiet(folder, &["stress", "runs/small-0001", "runs/small-0002"], &[0]);
    quiet(folder, &["trust", "runs/small-0001", "--held-out", "valid"], &[0]);
    quiet(folder, &["trust", "runs/small-0001", "--data", &table, "--held-out", "valid", "--row", "0"], &[0]);
    let none = format!("none{HIDDEN}");
    let absent =
        [vec!["diff", &none, "runs/small-0001"], vec!["verify", &none], vec!["trust", &none], vec!["stress", &none]];
    for arguments in absent {
        quiet(folder, &arguments, &[1, 2]);
    }
    quiet(folder, &["compare", "small.mmc", "--no-cache"], &[0]);
    quiet(folder, &["sweep", "small.mmc", "--no-cache"], &[0]);
    quiet(folder, &["new", &table], &[0]);

    // Problems that name a file, columns, cells and classes.
    fs::write(folder.join("bad.csv"), rows(0..3).replace(",k", ",").replace(",0,", &format!(",x{HIDDEN},"))).unwrap();
    quiet(folder, &["predict", "runs/small-0001", "bad.csv", "-o", "out.csv"], &[1]);
    quiet(folder, &["predict", "runs/small-0001", &format!("none{HIDDEN}.csv")], &[1]);
    quiet(folder, &["run", &format!("none{HIDDEN}.mmc")], &[1, 2]);
    fs::write(folder.join("small.mmc"), pipeline().replace("column(\"a", "column(\"c")).unwrap();
    quiet(folder, &["run", "small.mmc", "--no-cache"], &[1]);
    fs::write(folder.join("small.mmc"), pipeline().replace("\"yes\"", "\"maybe\"")).unwrap();
    quiet(folder, &["lint", "small.mmc"], &[1]);
    // The text of a pipeline itself.
    fs::write(folder.join("small.mmc"), format!("{}\n# {HIDDEN}\nencoder x = {HIDDEN}\n", pipeline())).unwrap();
    quiet(folder, &["lint", "small.mmc"], &[1]);
    quiet(folder, &["fmt", "--diff", "small.mmc"], &[1]);
}
