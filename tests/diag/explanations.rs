//! Every code is explained, and the examples of the explanations are right or wrong as labelled.

use crate::support::example::reported_for;
use mmc::diag::Code;

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        let text = code.explanation();
        assert!(text.len() > 80, "{code}: {text}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{code}");
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}: a line is too long");
        assert_eq!(text.matches("```").count() % 2, 0, "{code}: a fence is open");
    }
}

#[test]
fn codes_are_in_order_and_once() {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(codes.is_sorted() && codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
}

#[test]
fn no_explanation_is_left_behind() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diag/explain");
    let mut files: Vec<String> =
        folder.read_dir().unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    let expected: Vec<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(files, expected);
}

#[test]
fn codes_are_read_in_any_case() {
    for text in ["MMC0301", "mmc0301", "0301", " 0301 "] {
        assert_eq!(text.parse(), Ok(Code::ShapeMismatch), "{text}");
    }
    for text in ["", "MMC", "301", "MMC9999", "MMCMMC0301"] {
        assert!(text.parse::<Code>().is_err(), "{text}");
    }
}

#[test]
fn examples_are_wrong_and_right_as_they_say() {
    let (mut checked, mut wrong_examples) = (0, vec![]);
    // Data and execution need more than a text.
    let of_text = Code::ALL.iter().filter(|code| code.as_str() < "MMC0500");
    for code in of_text {
        let examples: Vec<&str> =
            code.explanation().split("```mmc\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        // What is given with `--set` is not in the text, nor are used files, and images are not executed yet.
        let untried = [Code::UnknownParam, Code::BadInput, Code::UnreadableUse, Code::NotForUse].contains(code);
        let Some(wrong) = examples.first().filter(|_| !untried) else { continue };
        let reported = reported_for(wrong, *code != Code::PipelineHeader);
        if !reported.contains(code) {
            wrong_examples.push(format!("{code}: the wrong example gives {reported:?}"));
        }
        if let Some(right) = examples.get(1) {
            let reported = reported_for(right, true);
            if reported.iter().any(|reported| reported.as_str() < "MMC0400" || reported == code) {
                wrong_examples.push(format!("{code}: the right example gives {reported:?}"));
            }
        }
        checked += 1;
    }
    assert!(wrong_examples.is_empty(), "{}", wrong_examples.join("\n"));
    assert!(checked >= 25, "only {checked} examples were tried");
}
