//! Inputs as real files have them, and what becomes of each: `docs/real_data.md` shows what the program says.

use crate::support::process::{mmc, plain};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Date32Array, DictionaryArray, Float64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field};
use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// A table of forty rows, a pipeline or a command that reads it, and what the answer must hold.
struct RealInput {
    title: &'static str,
    /// The file and its first line.
    file: &'static str,
    header: &'static str,
    row: fn(usize) -> String,
    /// The declarations that differ; `None` for `mmc new`.
    declarations: Option<Declarations>,
    answer: &'static [&'static str],
}

/// What a pipeline says of the table.
struct Declarations {
    source: &'static str,
    data: &'static str,
    label: &'static str,
    modality: &'static str,
    encoder: &'static str,
}

const NUMBERS: Declarations = Declarations {
    source: "csv(\"rows.csv\")",
    data: "",
    label: "class[\"no\", \"yes\"] = column(\"y\")",
    modality: "dense[1] = column(\"x\") |> impute(mean) |> standardize",
    encoder: "mlp([4])",
};
const CATEGORIES: Declarations =
    Declarations { modality: "category[9] = column(\"x\")", encoder: "embedding(4) |> mlp([4])", ..NUMBERS };
const TEXTS: Declarations = Declarations {
    modality: "text[9] = column(\"x\") |> words(max: 9)",
    encoder: "embedding(4) |> mean_pool |> mlp([4])",
    ..NUMBERS
};

fn yes(at: usize) -> &'static str {
    if at.is_multiple_of(3) { "yes" } else { "no" }
}

/// Inputs that are read, or reported with the edit that reads them.
const INPUTS: &[RealInput] = &[
    RealInput {
        title: "Empty cells, `NA` and `?` among numbers",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{},{}", ["", "NA", "?"].get(at).map_or_else(|| format!("{at}.5"), |x| (*x).into()), yes(at)),
        declarations: Some(NUMBERS),
        answer: &[],
    },
    RealInput {
        title: "A number that stands for nothing",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{},{}", if at % 9 == 1 { "-999".into() } else { format!("{at}.5") }, yes(at)),
        declarations: Some(Declarations {
            modality: "dense[1] = column(\"x\") |> missing(values: [-999]) |> impute(mean) |> standardize",
            ..NUMBERS
        }),
        answer: &[],
    },
    RealInput {
        title: "`NA` as a word",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{},{}", ["NA", "DE", "FR", "IT"][at * 3 % 8 / 2], yes(at)),
        declarations: Some(CATEGORIES),
        answer: &[],
    },
    RealInput {
        title: "Semicolons and decimal commas, undeclared",
        file: "rows.csv",
        header: "x;z;y",
        row: |at| format!("{at},5;1;{}", yes(at)),
        declarations: Some(NUMBERS),
        answer: &["separator: \";\""],
    },
    RealInput {
        title: "Semicolons and decimal commas, declared",
        file: "rows.csv",
        header: "x;z;y",
        row: |at| format!("{at},5;1;{}", yes(at)),
        declarations: Some(Declarations { source: "csv(\"rows.csv\", separator: \";\", decimal: \",\")", ..NUMBERS }),
        answer: &[],
    },
    RealInput {
        title: "Thousands separators",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("\"{},{:03}\",{}", at + 1, at * 7, yes(at)),
        declarations: Some(NUMBERS),
        answer: &["thousands: \",\""],
    },
    RealInput {
        title: "A comment and a line before the header",
        file: "rows.csv",
        header: "exported on Monday\n# a comment\nx,y",
        row: |at| format!("{at}.5,{}", yes(at)),
        declarations: Some(Declarations { source: "csv(\"rows.csv\", skip: 1, comment: \"#\")", ..NUMBERS }),
        answer: &[],
    },
    RealInput {
        title: "An open quote",
        file: "rows.tsv",
        header: "x\ty",
        row: |at| format!("{}wide screen\t{}", if at == 1 { "\"" } else { "" }, yes(at)),
        declarations: Some(Declarations { source: "tsv(\"rows.tsv\")", ..TEXTS }),
        answer: &["quote: false"],
    },
    RealInput {
        title: "Rows without a label",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{at}.5,{}", if at == 1 { "" } else { yes(at) }),
        declarations: Some(NUMBERS),
        answer: &["unlabeled = drop"],
    },
    RealInput {
        title: "Rows without a label, left out",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{at}.5,{}", if at == 1 { "" } else { yes(at) }),
        declarations: Some(Declarations { data: "unlabeled = drop", ..NUMBERS }),
        answer: &["1 row has no label and is left out"],
    },
    RealInput {
        title: "Class names over cells that are indices",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{at}.5,{}", at % 2),
        declarations: Some(NUMBERS),
        answer: &["0 is `no` (20 rows), 1 is `yes` (20 rows)"],
    },
    RealInput {
        title: "A category with empty cells",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{},{}", ["", "DE", "FR", "IT"][at * 3 % 8 / 2], yes(at)),
        declarations: Some(CATEGORIES),
        answer: &[],
    },
    RealInput {
        title: "A text with empty cells",
        file: "rows.csv",
        header: "x,y",
        row: |at| format!("{},{}", ["", "good and cheap", "not for me", "well made"][at * 3 % 8 / 2], yes(at)),
        declarations: Some(TEXTS),
        answer: &[],
    },
    RealInput {
        title: "A column that gives the label away",
        file: "rows.csv",
        header: "x,outcome,y",
        row: |at| format!("{at}.5,{},{}", ["won", "lost"][usize::from(!at.is_multiple_of(3))], yes(at)),
        declarations: Some(Declarations {
            modality: "category[9] = column(\"outcome\")",
            encoder: "embedding(4) |> mlp([4])",
            ..NUMBERS
        }),
        answer: &["outcome"],
    },
    RealInput {
        title: "A column name with a line break and a star",
        file: "rows.csv",
        header: "\"price\nin *\",y",
        row: |at| format!("{at}.5,{}", yes(at)),
        declarations: None,
        answer: &[],
    },
    RealInput {
        title: "Dates, ids, sentences and codes, as a starter",
        file: "rows.csv",
        header: "id,sold_on,zip,comment,y",
        row: |at| {
            let comment = [
                "it came late and was broken",
                "just what I wanted to have",
                "not worth the money at all",
                "my son likes it",
            ][at * 3 % 8 / 2];
            format!(
                "{},2026-{:02}-{:02},{:05},{comment},{}",
                1000 + at,
                at % 12 + 1,
                at % 28 + 1,
                10115 + at % 4,
                yes(at)
            )
        },
        declarations: None,
        answer: &[],
    },
    RealInput {
        title: "Objects with an object inside",
        file: "rows.jsonl",
        header: "",
        row: |at| format!("{{\"x\": \"{at}.5\", \"seller\": {{\"name\": \"a\"}}, \"y\": \"{}\"}}", yes(at)),
        declarations: None,
        answer: &[],
    },
];

/// A file of a binary format, made as the lines of Python make it.
struct BinaryInput {
    title: &'static str,
    file: &'static str,
    python: &'static str,
    write: fn(&Path),
    declarations: Option<Declarations>,
    answer: &'static [&'static str],
}

fn labels() -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..40).map(yes)))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns.into_iter().chain([("y", labels())])).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    let file = fs::File::create(path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// An archive of arrays: for each its name, type, shape and cells.
fn write_npz(path: &Path, arrays: &[(&str, &str, &str, Vec<u8>)]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, descr, shape, cells) in arrays {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        zip.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&[b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), cells].concat())
            .unwrap();
    }
    zip.finish().unwrap();
}

const PARQUET: Declarations = Declarations { source: "parquet(\"rows.parquet\")", ..NUMBERS };

const BINARY_INPUTS: &[BinaryInput] = &[
    BinaryInput {
        title: "Numbers and nulls of Parquet",
        file: "rows.parquet",
        python: "pq.write_table(pa.table({\"x\": [None, 1.5, 2.5, ...], \"y\": [\"yes\", \"no\", \"no\", ...]}), \"rows.parquet\")",
        write: |path| {
            let numbers = (0..40).map(|at| (at > 0).then_some(f64::from(at) + 0.5));
            write_parquet(path, &batch(vec![("x", Arc::new(Float64Array::from_iter(numbers)))]));
        },
        declarations: Some(PARQUET),
        answer: &["40 rows"],
    },
    BinaryInput {
        title: "A column of Parquet that holds words and is read as numbers",
        file: "rows.parquet",
        python: "pq.write_table(pa.table({\"x\": [\"item 0\", \"item 1\", \"item 2\", ...], \"y\": [...]}), \"rows.parquet\")",
        write: |path| {
            let words = (0..40).map(|at| format!("item {at}"));
            write_parquet(path, &batch(vec![("x", Arc::new(StringArray::from_iter_values(words)))]));
        },
        declarations: Some(PARQUET),
        answer: &["the same in 39 more cells", "`category`"],
    },
    BinaryInput {
        title: "A Parquet file that was not written to its end",
        file: "rows.parquet",
        python: "open(\"rows.parquet\", \"wb\").write(whole[:-20])",
        write: |path| {
            let numbers = (0..40).map(f64::from);
            write_parquet(path, &batch(vec![("x", Arc::new(Float64Array::from_iter_values(numbers)))]));
            let whole = fs::read(path).unwrap();
            fs::write(path, &whole[..whole.len() - 20]).unwrap();
        },
        declarations: Some(PARQUET),
        answer: &["truncated, damaged, or no Parquet file"],
    },
    BinaryInput {
        title: "Dates, categories and a struct of Arrow, as a starter",
        file: "rows.arrow",
        python: "table = pa.table({\"sold\": dates, \"kind\": pa.array([\"a\", \"b\", ...]).dictionary_encode(),\n                  \
                 \"seller\": [{\"name\": \"a\"}, ...], \"y\": [...]})\nfeather.write_feather(table, \"rows.arrow\")",
        write: |path| {
            let words = || (0..40).map(|at| ["a", "b", "c", "d"][at * 3 % 8 / 2]);
            let name: ArrayRef = Arc::new(StringArray::from_iter_values(words()));
            let field = Arc::new(Field::new("name", DataType::Utf8, false));
            let batch = batch(vec![
                ("sold", Arc::new(Date32Array::from_iter_values((0..40).map(|at| 20_000 + 13 * at % 365)))),
                ("kind", Arc::new(words().collect::<DictionaryArray<Int32Type>>())),
                ("seller", Arc::new(StructArray::from(vec![(field, name)]))),
            ]);
            let file = fs::File::create(path).unwrap();
            let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
            writer.write(&batch).unwrap();
            writer.finish().unwrap();
        },
        declarations: None,
        answer: &["date(", "category[4]", "# Left out: `seller`"],
    },
    BinaryInput {
        title: "Grey images of NumPy, as a starter",
        file: "rows.npz",
        python: "np.savez(\"rows.npz\", image=images.astype(\"uint8\"), y=labels)  # (40, 8, 8) and (40,)",
        write: |path| {
            let pixels = (0..40 * 64u32).map(|at| (at * 37 % 251) as u8).collect();
            let labels = (0..40).map(|at| u8::from(yes(at) == "yes")).collect();
            write_npz(path, &[("image", "|u1", "(40, 8, 8)", pixels), ("y", "|u1", "(40,)", labels)]);
        },
        declarations: None,
        answer: &["image[1, 8, 8]"],
    },
    BinaryInput {
        title: "An array of Python objects",
        file: "rows.npz",
        python: "np.savez(\"rows.npz\", x=np.array([[1.0], [1.0, 2.0], ...], dtype=object), y=labels)",
        write: |path| {
            let labels: Vec<u8> = (0..40).flat_map(|at| [yes(at).as_bytes(), b"\0\0"].concat()[..3].to_vec()).collect();
            write_npz(path, &[("x", "|O", "(40,)", vec![0x80; 400]), ("y", "|S3", "(40,)", labels)]);
        },
        declarations: Some(Declarations { source: "npz(\"rows.npz\")", ..NUMBERS }),
        answer: &["arrays of Python objects are not read"],
    },
];

const BEFORE: &str = "\
# Real data

Tables as files of every day have them, and what `mmc` says about each. A test makes these inputs, runs the commands and
compares this page with the output; `UPDATE_DOCS=1 cargo test --test mmc real_inputs` writes it again. More of Parquet files,
arrays and images is in `tests/data` (`exact_values`, `typed_formats`, `arrays`, `image_sizes`, `padded_sequences`) and
`tests/starter`.

Of files of more than 64 MiB, `mmc lint` and `mmc new` read rows from all over them: of text tables, Parquet, Arrow, the arrays of
`npz` and `npy`, and the binary files of CIFAR.
";

#[test]
fn real_inputs_are_read_or_reported_with_the_edit() {
    let mut page = BEFORE.to_owned();
    for input in INPUTS {
        let folder = tempfile::tempdir().unwrap();
        let table: String = (0..40).map(|at| (input.row)(at) + "\n").collect();
        let header = if input.header.is_empty() { String::new() } else { format!("{}\n", input.header) };
        let table = header + &table;
        fs::write(folder.path().join(input.file), &table).unwrap();
        let first: Vec<&str> = table.lines().take(4 + input.header.matches('\n').count()).collect();
        let _ =
            write!(page, "\n## {}\n\n`{}` begins:\n\n```text\n{}\n```\n", input.title, input.file, first.join("\n"));
        page += &answered(folder.path(), input.title, input.file, input.declarations.as_ref(), input.answer);
    }
    for input in BINARY_INPUTS {
        let folder = tempfile::tempdir().unwrap();
        (input.write)(&folder.path().join(input.file));
        let _ = write!(page, "\n## {}\n\n`{}`:\n\n```python\n{}\n```\n", input.title, input.file, input.python);
        page += &answered(folder.path(), input.title, input.file, input.declarations.as_ref(), input.answer);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/real_data.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page, "docs/real_data.md differs from what the program says: run the tests with UPDATE_DOCS=1");
}

/// What the program says of a file, with the declarations that read it.
fn answered(folder: &Path, title: &str, file: &str, declared: Option<&Declarations>, answer: &[&str]) -> String {
    let mut page = String::new();
    let shown = match declared {
        Some(declarations) => {
            let text = declarations.pipeline();
            fs::write(folder.join("rows.mmc"), &text).unwrap();
            let lines = text.lines().filter(|line| {
                line.trim_start().starts_with("source =")
                    || line.trim_start().starts_with("unlabeled")
                    || line.starts_with("modality")
            });
            let _ = write!(page, "\n```mmc\n{}\n```\n", lines.map(str::trim).collect::<Vec<_>>().join("\n"));
            page.push_str("\n`mmc lint rows.mmc`:\n");
            said(folder, &["lint", "rows.mmc"])
        }
        None => {
            let _ = write!(page, "\n`mmc new {file}` writes:\n");
            let made = mmc(folder).args(["new", file]).assert().success();
            let made = plain(&made.get_output().stdout);
            fs::write(folder.join("rows.mmc"), &made).unwrap();
            let lint = said(folder, &["lint", "rows.mmc"]);
            assert!(!lint.contains("error[") && !lint.contains("warning["), "{title}: {lint}\n{made}");
            made
        }
    };
    for answer in answer {
        assert!(shown.contains(answer), "{title}: `{answer}` is not in\n{shown}");
    }
    let _ = write!(page, "\n```text\n{}\n```\n", first_report(shown.trim()));
    page
}

impl Declarations {
    fn pipeline(&self) -> String {
        let Self { source, data, label, modality, encoder } = self;
        format!(
            "pipeline rows\n\ndata {{\n  source = {source}\n  split  = {{ test: last(8), valid: last(8) }}\n  {data}\n}}\n\n\
             label y: {label}\n\nmodality x: {modality}\n\nencoder net = x |> {encoder}\n\ncombine one = single(net)\n\n\
             train {{\n  optimizer  = sgd(lr: 0.1)\n  batch_size = 8\n  epochs     = 1\n  seed       = 1\n}}\n"
        )
    }
}

/// The first of several reports; all of what is no report.
fn first_report(shown: &str) -> String {
    let begins = |line: &str| line.starts_with("error[") || line.starts_with("warning[");
    let reports = shown.lines().filter(|line| begins(line)).count();
    if reports < 2 {
        return shown.to_owned();
    }
    let rest = shown.lines().enumerate().skip(1).find(|(_, line)| begins(line)).map_or(0, |(at, _)| at);
    let first: Vec<&str> = shown.lines().take(rest).collect();
    format!("{}\n\n(and {} more)", first.join("\n").trim_end(), reports - 1)
}

/// Both streams of a command, whatever it ends with.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = mmc(folder).args(arguments).output().unwrap();
    plain(&output.stdout) + &plain(&output.stderr)
}
