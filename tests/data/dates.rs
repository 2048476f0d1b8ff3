//! Dates as numbers: from text and typed formats, missing, badly written, and of new rows.

use super::*;
use arrow_array::{
    ArrayRef, Date32Array, RecordBatch, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use mmc::data::{ApplyRequest, LabelUse, Preprocessing, apply, source_of};
use std::sync::Arc;

fn date(parts: &[DatePart], declared: &[&str]) -> TransformKind {
    let declared = declared.iter().map(|form| (*form).to_owned()).collect();
    TransformKind::Date { parts: parts.to_vec(), forms: DateForms { declared } }
}

const DAY: &[DatePart] =
    &[DatePart::Field(DateField::Year), DatePart::Field(DateField::Month), DatePart::Field(DateField::Day)];

/// A modality of the dates in column `t` as year, month and day.
fn days(text: &str, modality: &str, declared: &[&str], after: &[TransformKind]) -> Case {
    let transforms = [&[date(DAY, declared)], after].concat();
    Case::text(text).modality(modality, &[name("t")], &transforms).kind(ModalityKind::Dense, &[3])
}

#[test]
fn a_date_is_the_numbers_of_its_parts() {
    let data = days("y,t\nno,2001-02-03\nyes,1999-12-31T23:59:59Z\n", "m", &[], &[]).load();
    assert_eq!(data.train.modalities[0].values(), [2001.0, 2.0, 3.0, 1999.0, 12.0, 31.0]);
    let data = days("y,t\nno,03.02.2001\nyes,1.5.1999\n", "m", &["%d.%m.%Y"], &[]).load();
    assert_eq!(data.train.modalities[0].values(), [2001.0, 2.0, 3.0, 1999.0, 5.0, 1.0]);
}

#[test]
fn the_dates_of_several_columns_follow_each_other() {
    let text = "y,t,u\nno,2001-02-03,2004-05-06\nyes,1999-12-31,2000-01-01\n";
    let parts = [DatePart::Field(DateField::Year), DatePart::Field(DateField::Month)];
    let case = Case::text(text).modality("m", &[name("t"), name("u")], &[date(&parts, &[])]);
    let case = case.kind(ModalityKind::Dense, &[4]);
    assert_eq!(case.load().train.modalities[0].values(), [2001.0, 2.0, 2004.0, 5.0, 1999.0, 12.0, 2000.0, 1.0]);
    let problem = case.kind(ModalityKind::Dense, &[3]).problem();
    assert_eq!((problem.code, problem.edits[0].replacement.as_str()), (Code::ColumnCount, "dense[4]"));
}

#[test]
fn transforms_are_fitted_to_each_part_over_the_training_rows() {
    let text = "y,t\nno,2000-01-01\nyes,2004-03-01\nno,2010-11-30\n";
    let case = days(text, "m", &[], &[TransformKind::MinMax]).portions(&[(Part::Test, PortionRule::Last(1))]);
    let problem = case.problem();
    assert_eq!(problem.message, "the day of column `t` is 1 on all 2 training rows and cannot be brought to a range");
    let text = text.replace("2004-03-01", "2004-03-03");
    let case = days(&text, "m", &[], &[TransformKind::MinMax]).portions(&[(Part::Test, PortionRule::Last(1))]);
    let data = case.load();
    assert_eq!(data.train.modalities[0].values(), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    assert_eq!(data.test.unwrap().modalities[0].values(), [2.5, 5.0, 14.5]);
}

#[test]
fn missing_dates_follow_the_rules_of_missing_numbers() {
    let text = "y,t\nno,2001-02-03\nyes,\nno,NaT\nyes,2003-04-05\n";
    let problem = days(text, "m", &[], &[]).problem();
    assert_eq!(place(&problem), (Code::MissingValue, "t.csv", Some(3), Some("t"), COLUMNS));
    assert!(problem.message.ends_with("the first of 2 in the modality"), "{}", problem.message);
    let data = days(text, "m", &[], &[TransformKind::Impute(Impute::Mean)]).load();
    assert_eq!(data.train.modalities[0].values()[3..6], [2002.0, 3.0, 4.0]);
    let data = days(text, "m?", &[], &[]).modality("n", &[name("y")], &[]);
    let data = data.kind(ModalityKind::Category { count: 2 }, &[1]).load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false, false, true][..]));
}

#[test]
fn a_cell_that_is_no_date_is_named_with_the_form_to_declare() {
    let problem = days("y,t\nno,2001-02-03\nyes,soon\n", "m", &[], &[]).problem();
    assert_eq!(place(&problem), (Code::BadCell, "t.csv", Some(3), Some("t"), COLUMNS));
    assert_eq!(problem.message, "column `t`: `soon` is no date in ISO 8601");
    assert!(problem.help.unwrap().contains("date(format:"));

    // Only one reading of the second cell is possible, and so of the first.
    let problems = days("y,t\nno,01/02/2003\nyes,13/02/2003\n", "m", &[], &[]).problems();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.ends_with("the first of 2 such cells"), "{}", problems[0].message);
    assert!(problems[0].help.as_ref().unwrap().contains("`format: \"%d/%m/%Y\"`"), "{:?}", problems[0].help);
    assert_eq!(problems[0].edits[0].replacement, "date(year, month, day, format: \"%d/%m/%Y\")");

    let problem = &days("y,t\nno,01/02/2003\nyes,02/02/2003\n", "m", &[], &[]).problems()[0];
    let help = problem.help.as_ref().unwrap();
    assert!(help.contains("`format: \"%d/%m/%Y\"` or `format: \"%m/%d/%Y\"`"), "{help}");
    assert!(problem.edits.is_empty());

    let problem = days("y,t\nno,1000000000123\nyes,1300000000123\n", "m", &[], &[]).problem();
    assert_eq!(problem.edits[0].replacement, "date(year, month, day, format: \"milliseconds\")");

    let problem = days("y,t\nno,01.02.2003\nyes,2003\n", "m", &["%d.%m.%Y"], &[]).problem();
    assert_eq!(problem.message, "column `t`: `2003` is no date of the declared form");
    assert!(problem.help.unwrap().contains("tried `%d.%m.%Y` and ISO 8601"));
}

/// Year, month and day of the columns of an Arrow table.
fn of_arrow(columns: Vec<(&str, ArrayRef)>, format: &str) -> Vec<f32> {
    let labels: ArrayRef = Arc::new(StringArray::from(vec!["no", "yes"]));
    let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let width = 3 * columns.len();
    let batch = RecordBatch::try_from_iter([("y", labels)].into_iter().chain(columns)).unwrap();
    let selects: Vec<Select> = names.iter().map(|column| name(column)).collect();
    let case = Case::new(&[]).modality("m", &selects, &[date(DAY, &["%d.%m.%Y"])]).kind(ModalityKind::Dense, &[width]);
    let paths = vec![path("t")];
    let kind = match format {
        "parquet" => {
            let mut writer = parquet::arrow::ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            case.write("t", &writer.into_inner().unwrap());
            SourceKind::Parquet { paths }
        }
        _ => {
            let mut writer = arrow_ipc::writer::FileWriter::try_new(vec![], &batch.schema()).unwrap();
            writer.write(&batch).unwrap();
            writer.finish().unwrap();
            case.write("t", &writer.into_inner().unwrap());
            SourceKind::Arrow { paths }
        }
    };
    case.source(kind).load().train.modalities[0].values()
}

#[test]
fn typed_dates_are_read_whatever_form_is_declared() {
    for format in ["parquet", "arrow"] {
        let day: ArrayRef = Arc::new(Date32Array::from(vec![10_957, -1]));
        let milli: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![86_400_000, 0]));
        // In UTC, whatever zone the column names.
        let micro: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![-1, 0]).with_timezone("+05:00"));
        let values = of_arrow(vec![("day", day), ("milli", milli), ("micro", micro)], format);
        let first = [2000.0, 1.0, 1.0, 1970.0, 1.0, 2.0, 1969.0, 12.0, 31.0];
        let second = [1969.0, 12.0, 31.0, 1970.0, 1.0, 1.0, 1970.0, 1.0, 1.0];
        assert_eq!(values, [first, second].concat(), "{format}");
    }
}

#[test]
fn dates_of_lines_of_json_are_texts_or_seconds() {
    let lines = br#"{"y": "no", "t": "2001-02-03T04:05:06+00:00"}
{"y": "yes", "t": 86400}
"#;
    let case = days("", "m", &["%s"], &[]).source(SourceKind::Jsonl { paths: vec![path("t.jsonl")] });
    case.write("t.jsonl", lines);
    assert_eq!(case.load().train.modalities[0].values(), [2001.0, 2.0, 3.0, 1970.0, 1.0, 2.0]);
}

#[test]
fn new_rows_have_the_same_numbers() {
    let rows = "y,t\nno,03.02.2001\nyes,\nno,17.11.2010\nyes,1.1.2005\n";
    let case = days(rows, "m", &["%d.%m.%Y"], &[TransformKind::Impute(Impute::Median), TransformKind::Standardize]);
    let data = case.load();
    let fitted = Preprocessing::from_json(&data.preprocessing().to_json(), "preprocessing.json").unwrap();
    case.write("new.csv", b"t,other\n17.11.2010,1\n,2\n2001-02-03,3\n");
    let source = source_of(Path::new("new.csv"), true).unwrap();
    let request = ApplyRequest {
        source: &source,
        base: case.folder.path(),
        modalities: vec![],
        labels: LabelUse::Ignore,
        required: vec![],
        cache: None,
        memory: 1 << 30,
    };
    let new = apply(&fitted, &request).value.unwrap();
    let rows = data.train.modalities[0].values();
    assert_eq!(new.rows.modalities[0].values(), [&rows[6..9], &rows[3..6], &rows[..3]].concat());

    case.write("new.csv", b"t\n11/17/2010\n");
    let problems: Vec<Problem> = apply(&fitted, &request).problems.into_iter().collect();
    assert_eq!((problems.len(), problems[0].code), (1, Code::BadCell), "{problems:#?}");
    assert!(problems[0].edits.is_empty() && problems[0].labels.is_empty());
}
