//! Text tables as they are written elsewhere: other separators, decimal commas, encodings, comments, lines before the
//! header.

use super::*;
use mmc::data::FittedTransform;

fn read(format: TextFormat, bytes: &[u8]) -> Case {
    let case = Case::new(&[]);
    case.write("t.csv", bytes);
    case.source(SourceKind::Table { paths: vec![path("t.csv")], format: Box::new(format) })
}

fn numbers(format: TextFormat, text: &str) -> Vec<f32> {
    let case = read(format, text.as_bytes()).modality("m", &[name("a"), name("b")], &[]);
    case.load().train.modalities[0].values()
}

#[test]
fn the_same_table_in_many_forms() {
    let expected = [1234.5, -0.25, 7.0, 1e3];
    let csv = TextFormat::csv;
    for (format, text) in [
        (csv(), "y,a,b\nyes,1234.5,-0.25\nno,7,1e3\n"),
        (TextFormat::separated_by(';'), "y;a;b\nyes;1234.5;-0.25\nno;7;1e3\n"),
        (TextFormat::separated_by('|'), "y|a|b\nyes|1234.5|-0.25\nno|7|1e3\n"),
        (TextFormat { decimal: ',', ..TextFormat::separated_by(';') }, "y;a;b\nyes;1234,5;-0,25\nno;7;1e3\n"),
        (
            TextFormat { decimal: ',', thousands: Some('.'), ..TextFormat::separated_by(';') },
            "y;a;b\nyes;1.234,5;-0,25\nno;7;1.000\n",
        ),
        (TextFormat { thousands: Some(','), ..csv() }, "y,a,b\nyes,\"1,234.5\",-0.25\nno,7,\"1,000\"\n"),
        (TextFormat { decimal: ',', ..csv() }, "y,a,b\nyes,\"1234,5\",\"-0,25\"\nno,7,1e3\n"),
        (TextFormat { quote: Some('\''), ..csv() }, "y,a,b\n'yes',1234.5,'-0.25'\nno,'7',1e3\n"),
        (TextFormat { comment: Some('#'), ..csv() }, "# a \"note\ny,a,b\nyes,1234.5,-0.25\n#no,1,1\nno,7,1e3\n# end\n"),
        (TextFormat { skip: 2, ..csv() }, "made by \"hand\n\ny,a,b\nyes,1234.5,-0.25\nno,7,1e3\n"),
        (TextFormat { skip: 1, comment: Some('%'), ..csv() }, "x\n%\ny,a,b\n%,\nyes,1234.5,-0.25\nno,7,1e3\n"),
    ] {
        assert_eq!(numbers(format.clone(), text), expected, "{format:?}");
    }
}

#[test]
fn every_encoding_gives_the_same_words() {
    let text = format!("y,Straße\n{}", "yes,café\nno,naïve\nyes,Übermaß\n".repeat(2000));
    for encoding in ["windows-1252", "ISO-8859-15", "UTF-16LE", "macintosh"] {
        let bytes = match encoding {
            // The crate encodes no UTF-16.
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => {
                let (bytes, _, failed) = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap().encode(&text);
                assert!(!failed);
                bytes.into_owned()
            }
        };
        let format = TextFormat { encoding: encoding.into(), ..TextFormat::csv() };
        let case = read(format, &bytes).modality("m", &[name("Straße")], &[]);
        let data = case.kind(ModalityKind::Category { count: 3 }, &[1]).load();
        let [FittedTransform::Category { values }] = data.modalities[0].transforms.as_slice() else { panic!() };
        assert_eq!(values, &["café", "naïve", "Übermaß"], "{encoding}");
        assert_eq!(data.train.rows, 6000);
    }
}

#[test]
fn problems_keep_their_line_and_column() {
    let format = TextFormat { skip: 3, comment: Some('#'), decimal: ',', ..TextFormat::separated_by(';') };
    let text = "title\n\n\"\n# note\ny;a;b\nyes;1,5;2\n# x\n\nno;1.5;3\nyes;1\n";
    let problems = read(format, text.as_bytes()).modality("m", &[name("a"), name("b")], &[]).problems();
    let found = problems.iter().map(|problem| {
        let place = problem.data.as_ref().unwrap();
        (problem.code, place.line, place.column.as_deref())
    });
    assert_eq!(found.collect::<Vec<_>>(), [(Code::RowLength, Some(10), None), (Code::BadCell, Some(9), Some("a"))]);
    assert!(problems[1].help.as_ref().unwrap().contains("declared as `,`"), "{:?}", problems[1].help);
}

#[test]
fn a_wrong_form_names_the_argument_that_reads_it() {
    let help = |text: &str| {
        let problem = read(TextFormat::csv(), text.as_bytes()).modality("m", &[name("a")], &[]).problem();
        let edit = problem.edits.first().map(|edit| (edit.span.start as usize, edit.replacement.clone()));
        (problem.help.unwrap(), edit)
    };
    for (cell, argument) in [
        ("\"1,234\"", "thousands: \",\""),
        ("\"1,234.5\"", "thousands: \",\""),
        ("\"0,5\"", "decimal: \",\""),
        ("\"1.234,5\"", "decimal: \",\", thousands: \".\""),
    ] {
        let (help, edit) = help(&format!("y,a\nyes,{cell}\nno,2\n"));
        assert!(help.contains(argument), "{cell}: {help}");
        // After the path.
        assert_eq!(edit, Some((SOURCE + 1, format!(", {argument}"))), "{cell}");
    }
    let (text, edit) = help("y,a\nyes,abc\nno,2\n");
    assert!(edit.is_none() && !text.contains("decimal"), "{text}");
}

#[test]
fn one_column_with_another_separator_names_it() {
    for (text, argument) in [("y;a\nyes;1,5\n", "separator: \";\""), ("y|a;b|c\nyes|1|2\n", "separator: \"|\"")] {
        for column in [name("a"), Select::Position(1), Select::Glob("a*".into())] {
            let problems = read(TextFormat::csv(), text.as_bytes()).modality("m", &[column], &[]).problems();
            for problem in &problems {
                assert!(problem.help.as_ref().unwrap().contains(argument), "{:?}", problem.help);
                assert_eq!(problem.edits[0].replacement, format!(", {argument}"));
            }
        }
    }
    let problem = &read(TextFormat::csv(), b"y\ta\nyes\t1\n").modality("m", &[name("a")], &[]).problems()[0];
    assert!(problem.help.as_ref().unwrap().contains("`tsv(..)`"), "{:?}", problem.help);
}

#[test]
fn bytes_that_are_no_text_name_the_encoding_to_declare() {
    let rows = b"y,who\nyes,J\xfcrgen\nno,Ann\n";
    let case =
        |format| read(format, rows).modality("m", &[name("who")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    let problem = case(TextFormat::csv()).problem();
    assert_eq!(place(&problem), (Code::BadText, "t.csv", Some(2), Some("who"), COLUMNS));
    assert!(problem.help.as_ref().unwrap().contains("it reads `Jürgen`"), "{:?}", problem.help);
    assert_eq!(problem.edits[0].replacement, ", encoding: \"latin1\"");
    case(TextFormat { encoding: "windows-1252".into(), ..TextFormat::csv() }).load();
    // The encoding that is declared is wrong.
    let wrong = TextFormat { encoding: "EUC-JP".into(), ..TextFormat::csv() };
    let problem = case(wrong).problem();
    assert_eq!((problem.code, problem.data.as_ref().unwrap().line), (Code::BadText, Some(2)));
    assert!(problem.message.contains("is not valid EUC-JP") && problem.edits.is_empty(), "{}", problem.message);
    // In the header, though nothing else is wrong.
    let header = read(TextFormat::csv(), b"y,a,\xfc\nyes,1,2\nno,3,4\n").modality("m", &[name("a")], &[]).problem();
    assert_eq!((header.code, header.data.as_ref().unwrap().line), (Code::BadText, Some(1)));
}

#[test]
fn the_cache_tells_formats_apart() {
    let mut case = read(TextFormat::csv(), b"y,a,b\nyes,\"1,500\",2\nno,\"3,250\",4\n").modality(
        "m",
        &[name("a"), name("b")],
        &[],
    );
    case.cache = true;
    let mut read = |decimal, thousands| {
        let format = TextFormat { decimal, thousands, ..TextFormat::csv() };
        let kind = SourceKind::Table { paths: vec![path("t.csv")], format: Box::new(format) };
        case.data.origin = Origin::Whole(Source { kind, span: span(SOURCE) });
        let data = case.load();
        (data.train.modalities[0].values(), data.tables[0].cached)
    };
    let (comma, thousands) = (vec![1.5, 2.0, 3.25, 4.0], vec![1500.0, 2.0, 3250.0, 4.0]);
    assert_eq!(read(',', None), (comma.clone(), false));
    assert_eq!(read('.', Some(',')), (thousands, false));
    assert_eq!(read(',', None), (comma, true));
}
