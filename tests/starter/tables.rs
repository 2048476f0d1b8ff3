//! `mmc new` of one table: what each column becomes.

use super::{lints_clean_and_runs, new, pipeline_of, refused};
use std::fmt::Write;
use std::fs;
use tempfile::TempDir;

/// A table of `rows` rows whose cells are made from the number of the row; the last column is the label `y`.
fn table(header: &str, rows: usize, cells: impl Fn(usize) -> String) -> String {
    let mut text = format!("{header},y\n");
    for row in 0..rows {
        let _ = writeln!(text, "{},{}", cells(row), ["no", "yes"][coin(row)]);
    }
    text
}

/// 0 or 1, which nothing else in a row tells.
fn coin(row: usize) -> usize {
    let mixed = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 41) as usize % 2
}

#[test]
fn columns_become_what_a_person_would_make_of_them() {
    let folder = TempDir::new().unwrap();
    let text = table("order_nr,zip,review,name,sold,size,color", 300, |row| {
        let color = ["red", "green", "NA"][row % 3];
        format!(
            "{},{:05},this is the review of row {} and it is fine,ann {},{:02}.{:02}.2019,{}.5,{color}",
            70_000 + row * 31,
            1000 + row % 12 * 371,
            row,
            ["ka", "lo", "mi", "nu", "pe"].map(|end| end.repeat(1 + row * 7 % 5))[row % 5].clone() + &row.to_string(),
            row % 28 + 1,
            row % 12 + 1,
            row % 17
        )
    });
    let text = pipeline_of(folder.path(), "a.csv", &text);
    for part in [
        "modality zip: category[12]",
        "= column(\"review\") |> lowercase |> words(max: 11, vocab: ",
        "column(\"name\") |> lowercase |> chars(max: ",
        "date(days, cycle(yearday), cycle(weekday), format: \"%d.%m.%Y\")",
        "modality size: dense[1]",
        "modality color: category[3]",
        "# Left out: `order_nr`, different on every row",
        "combine joined = additive(",
        "combine apart = late(",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn marks_among_numbers_are_named() {
    let folder = TempDir::new().unwrap();
    let text = table("a,b", 120, |row| {
        let a = if row % 40 == 3 { "?".to_owned() } else { format!("{}.5", row % 13) };
        let b = if row % 9 == 1 { "-999".to_owned() } else { format!("{}.25", row % 11) };
        format!("{a},{b}")
    });
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("\"?\"") && text.contains("-999") && text.contains("impute(median)"), "{text}");
}

#[test]
fn a_label_with_empty_cells_stays_the_label() {
    let folder = TempDir::new().unwrap();
    let rows = |row: usize| match row {
        17 | 40 => format!("{}.5,\n", row % 13),
        _ => format!("{}.5,{}\n", row % 13, ["no", "yes"][coin(row)]),
    };
    let text = format!("a,y\n{}", (0..120).map(rows).collect::<String>());
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("label y: class[\"no\", \"yes\"]") && text.contains("unlabeled = drop"), "{text}");
    assert!(text.contains("# `y` is empty on 2 rows"), "{text}");
}

#[test]
fn many_classes_need_a_named_label_and_quantities_are_none() {
    let folder = TempDir::new().unwrap();
    let mut text = String::from("x,topic,price\n");
    for row in 0..1200 {
        let _ = writeln!(text, "{}.5,topic{},{}", row % 13, row % 120, 17 + row * 7 % 700);
    }
    fs::write(folder.path().join("a.csv"), text).unwrap();
    assert!(refused(folder.path(), &["a.csv"]).contains("--label"));
    let text = new(folder.path(), &["a.csv", "--label", "topic"]);
    assert!(text.contains("label topic: class[") && text.contains("\"topic119\""), "{text}");
    assert!(refused(folder.path(), &["a.csv", "--label", "price"]).contains("regression is not supported"));
}

#[test]
fn a_combine_gets_no_more_inputs_than_it_takes() {
    let folder = TempDir::new().unwrap();
    let names: Vec<String> = (b'a'..b'a' + 19).map(|letter| format!("note{}", char::from(letter))).collect();
    let letters = |row: usize, at: usize| -> String {
        (0..5).map(|place| char::from(b'a' + ((row * (at + 3) + place * place * row) % 23) as u8)).collect()
    };
    let text = table(&names.join(","), 60, |row| (0..19).map(|at| letters(row, at)).collect::<Vec<_>>().join(","));
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert_eq!(text.lines().filter(|line| line.starts_with("modality")).count(), 16, "{text}");
    assert!(text.contains("# Left out: `noteq`, `noter`, `notes`, a combine has at most 16 inputs."), "{text}");
    // So many texts get smaller layers each.
    assert_eq!(text.matches("char_cnn(embed: 8, channels: 8)").count(), 16, "{text}");
}

#[test]
fn many_categories_are_one_input() {
    let folder = TempDir::new().unwrap();
    let names: Vec<String> = (b'a'..b'a' + 20).map(|letter| format!("kind{}", char::from(letter))).collect();
    let text = table(&names.join(","), 100, |row| {
        (0..20).map(|at| ["u", "v", "w"][(row * (at + 1) + at) % 3]).collect::<Vec<_>>().join(",")
    });
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("encoder categories_net = concat("), "{text}");
    assert!(text.contains("combine model = single(categories_net)"), "{text}");
}

#[test]
fn any_name_of_a_column_is_written_so_that_it_is_found() {
    let folder = TempDir::new().unwrap();
    let text = table("\"price\n(EUR)\",\"a \"\"b\"\"\",n*m,!x,n?m,ü,", 100, |row| {
        format!(
            "{}.5,{},{}.25,{}.5,{}.75,{}.5,{}.5",
            row % 7,
            ["k", "l"][row % 2],
            row % 5,
            row % 9,
            row % 11,
            row % 13,
            row % 4
        )
    });
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("\\n(EUR)\"") && text.contains("\"a \\\"b\\\"\""), "{text}");
}

#[test]
fn separators_and_decimal_commas_are_found() {
    let folder = TempDir::new().unwrap();
    let rows = (0..100).map(|row| format!("{},5;{};{}\n", row % 7, ["k", "l", "m"][row % 3], ["no", "yes"][coin(row)]));
    let text = pipeline_of(folder.path(), "a.csv", &format!("a;b;y\n{}", rows.collect::<String>()));
    assert!(text.contains("csv(\"a.csv\", separator: \";\", decimal: \",\")"), "{text}");
}

#[test]
fn the_line_of_excel_and_apostrophes_as_quotes_are_found() {
    let folder = TempDir::new().unwrap();
    let rows = |separator: &str, quote: &str| -> String {
        (0..100)
            .map(|row| {
                let cells = [format!("{}.5", row % 7), format!("{quote}{}{quote}", ["k", "l", "m"][row % 3])];
                format!("{}{separator}{}\n", cells.join(separator), ["no", "yes"][coin(row)])
            })
            .collect()
    };
    let text = pipeline_of(folder.path(), "a.csv", &format!("sep=|\na|b|y\n{}", rows("|", "")));
    assert!(text.contains("csv(\"a.csv\", separator: \"|\", skip: 1)"), "{text}");
    // Without any argument the line is read too.
    fs::write(folder.path().join("pipeline.mmc"), text.replace(", separator: \"|\", skip: 1", "")).unwrap();
    lints_clean_and_runs(folder.path());
    let text = pipeline_of(folder.path(), "b.csv", &format!("a,b,y\n{}", rows(",", "'")));
    assert!(text.contains("csv(\"b.csv\", quote: \"'\")") && text.contains("category[3]"), "{text}");
}

#[test]
fn a_column_of_names_names_the_rows() {
    let folder = TempDir::new().unwrap();
    let rows = |row: usize| format!("A-{row:04},{}.5", row * 7 % 13);
    let text = pipeline_of(folder.path(), "a.csv", &table("order,x", 100, rows));
    assert!(text.contains("id     = column(\"order\")") && text.contains("# Left out: `order`"), "{text}");
    let run = fs::read_dir(folder.path().join("out")).unwrap().next().unwrap().unwrap().path();
    let predictions = fs::read_to_string(run.join("predictions.csv")).unwrap();
    assert!(predictions.starts_with("row,order,"), "{predictions}");
}

#[test]
fn fields_of_fields_are_left_out_and_strings_of_digits_are_numbers() {
    let folder = TempDir::new().unwrap();
    let rows = (0..100).map(|row| {
        format!(
            "{{\"a\": \"{}.5\", \"inner\": {{\"b\": {row}}}, \"c\": {}.5, \"y\": \"{}\"}}\n",
            row % 13,
            row % 7,
            ["no", "yes"][coin(row)]
        )
    });
    let text = pipeline_of(folder.path(), "a.jsonl", &rows.collect::<String>());
    assert!(text.contains("# Left out: `inner`") && text.contains("dense[2]"), "{text}");
}

#[test]
fn rows_of_one_person_stay_together() {
    let folder = TempDir::new().unwrap();
    let text = table("patient_id,dose", 200, |row| format!("{},{}.5", 100 + row / 4, row % 7));
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("group: \"patient_id\"") && text.contains("# Left out: `patient_id`"), "{text}");
}

#[test]
fn a_column_that_divides_the_rows_does_so() {
    let folder = TempDir::new().unwrap();
    let text = table("split,dose", 200, |row| {
        format!("{},{}.5", ["train", "train", "train", "valid", "test"][row % 5], row % 7)
    });
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(text.contains("split = by_column(\"split\")") || text.contains("split  = by_column(\"split\")"), "{text}");
}

#[test]
fn rare_classes_are_counted_and_weights_proposed() {
    let folder = TempDir::new().unwrap();
    let rows = (0..100).map(|row| format!("{}.5,{}\n", row % 7, if row % 25 == 0 { "rare" } else { "usual" }));
    let text = format!("a,y\n{}", rows.collect::<String>());
    let text = pipeline_of(folder.path(), "a.csv", &text);
    assert!(
        text.contains("# Rows of each class: usual 96, rare 4.") && text.contains("class_weights = balanced"),
        "{text}"
    );
}

#[test]
fn a_table_of_nothing_but_its_label_is_refused_with_reasons() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.csv"), table("id,same", 100, |row| format!("{row},1"))).unwrap();
    let reported = refused(folder.path(), &["a.csv"]);
    assert!(reported.contains("no column is left to learn from") && reported.contains("same (the same on every row)"));
    // A pipeline that is there is not touched.
    assert!(!folder.path().join("pipeline.mmc").exists());
    fs::write(folder.path().join("a.csv"), table("id,b", 100, |row| format!("{row},{}.5", row % 9))).unwrap();
    new(folder.path(), &["a.csv", "-o", "pipeline.mmc"]);
    lints_clean_and_runs(folder.path());
}
