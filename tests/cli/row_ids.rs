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
