//! Names of rows: in the files of a run beside the number of the row, and nowhere else.

use crate::support::process::{folder, mmc, plain};
use std::fs;

/// Forty rows, the label by the second column; and a pipeline whose last ten rows are its test.
fn example(id: &str) -> tempfile::TempDir {
    let text = format!(
        "pipeline small\n\ndata {{\n  source = csv(\"rows.csv\")\n  split  = {{ test: last(10), valid: last(10) }}\n  id     = \
         column(\"{id}\")\n}}\n\nlabel y: class[\"no\", \"yes\"] = column(\"y\")\n\nmodality a: dense[1] = column(\"a\")\n\n\
         combine c = single(a |> mlp([4]))\n\ntrain {{\n  optimizer = sgd(lr: 0.1)\n  epochs    = 1\n  seed      = 1\n}}\n"
    );
    let rows: String = (0..40).map(|row| format!("#{row:03},{},{}\n", row * 7 % 5, ["no", "yes"][row % 2])).collect();
    let folder = folder(&text);
    fs::write(folder.path().join("rows.csv"), format!("{id},a,y\n{rows}")).unwrap();
    folder
}

fn columns(folder: &tempfile::TempDir, file: &str) -> (String, Vec<(String, String)>) {
    let text = fs::read_to_string(folder.path().join("runs/small-0001").join(file)).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let two = |line: &str| {
        let mut cells = line.split(',').map(str::to_owned);
        (cells.next().unwrap(), cells.next().unwrap())
    };
    (header.to_owned(), rows.lines().map(two).collect())
}

#[test]
fn the_test_rows_are_named_by_the_column() {
    let folder = example("order");
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let expected: Vec<(String, String)> = (30..40).map(|row| (row.to_string(), format!("#{row:03}"))).collect();
    let (header, rows) = columns(&folder, "predictions.csv");
    assert!(header.starts_with("row,order,label,prediction,"), "{header}");
    assert_eq!(rows, expected);
    let (header, rows) = columns(&folder, "components.csv");
    assert!(header.starts_with("row,order,p_"), "{header}");
    assert_eq!(rows, expected);
    let verified = mmc(folder.path()).args(["verify", "runs/small-0001"]).assert().success();
    assert!(plain(&verified.get_output().stdout).contains("10 test rows have the same bits"));
}

#[test]
fn a_name_that_another_column_of_the_file_has_gives_way() {
    let folder = example("label");
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    assert!(columns(&folder, "predictions.csv").0.starts_with("row,id,label,prediction,"));
}

#[test]
fn the_column_must_be_there() {
    let folder = example("order");
    fs::write(folder.path().join("rows.csv"), "ordr,a,y\n1,2,no\n").unwrap();
    let failed = mmc(folder.path()).args(["run", "small.mmc", "--no-cache"]).assert().code(1);
    let reported = plain(&failed.get_output().stderr);
    assert!(reported.contains("did you mean `ordr`?"), "{reported}");
}

/// The lines of standard output of `mmc predict` with these arguments.
fn predicted(folder: &tempfile::TempDir, arguments: &[&str]) -> Vec<String> {
    let done = mmc(folder.path()).args(["predict", "runs/small-0001", "--quiet"]).args(arguments).assert().success();
    plain(&done.get_output().stdout).lines().map(str::to_owned).collect()
}

#[test]
fn new_rows_are_named_by_the_column_too() {
    let folder = example("order");
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let run = fs::read_to_string(folder.path().join("runs/small-0001/predictions.csv")).unwrap();
    // The last ten of the same rows: the columns and the cells of the run.
    let lines = predicted(&folder, &["rows.csv"]);
    assert_eq!(lines[0], run.lines().next().unwrap());
    assert_eq!(lines[31..], run.lines().skip(1).collect::<Vec<_>>());
    let json: serde_json::Value =
        serde_json::from_str(&predicted(&folder, &["rows.csv", "--format", "jsonl"])[3]).unwrap();
    assert_eq!((&json["row"], &json["order"]), (&3.into(), &"#003".into()));
    // A typed table with the column is read, and one is written.
    for format in ["parquet", "arrow"] {
        let (copy, out) = (format!("copy.{format}"), format!("out.{format}"));
        predicted(&folder, &["rows.csv", "--keep", "all", "--prefix", "x_", "-o", &copy]);
        assert_eq!(predicted(&folder, &[&copy])[..], lines[..], "{format}");
        predicted(&folder, &[&copy, "-o", &out]);
        let bytes = fs::read(folder.path().join(&out)).unwrap();
        assert!(bytes.windows(5).any(|name| name == b"order"), "{format}");
    }
    // Other columns take its place, and a table without it has row numbers alone.
    assert!(predicted(&folder, &["rows.csv", "--keep", "a"])[0].starts_with("a,label,"));
    fs::write(folder.path().join("bare.csv"), "a\n1\n2\n").unwrap();
    assert!(predicted(&folder, &["bare.csv"])[0].starts_with("row,prediction,"));
}

#[test]
fn a_name_of_new_rows_that_another_column_has_gives_way() {
    let folder = example("prediction");
    mmc(folder.path()).args(["run", "small.mmc", "--no-cache", "--quiet"]).assert().success();
    let lines = predicted(&folder, &["rows.csv"]);
    assert!(lines[0].starts_with("row,id,label,prediction,") && lines[4].starts_with("3,#003,"), "{lines:?}");
}
