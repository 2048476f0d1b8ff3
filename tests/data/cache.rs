//! The cache of tables: used for the same content, rebuilt for another content or a damaged entry.

use super::*;
use std::fs;

fn case() -> Case {
    let mut case = Case::text(&lines(50)).modality("m", &["a", "b"].map(name), &[TransformKind::Standardize]);
    case.cache = true;
    case
}

#[test]
fn the_second_run_reads_the_cache() {
    let case = case();
    let first = case.load();
    assert!(!first.tables[0].cached);
    let second = case.load();
    assert!(second.tables[0].cached);
    assert_eq!(second.train, first.train);
    assert_eq!(second.modalities, first.modalities);
    assert_eq!(second.fingerprint, first.fingerprint);
    assert_eq!(exists(&case.cache_folder()), 1);
}

#[test]
fn places_are_those_of_the_file_though_the_cache_is_read() {
    let mut case = case().modality("n", &[name("a")], &[]);
    case.write("t.csv", b"y,a,b\n\nno,1,2\n\n\nyes,2,\nno,3,4\n");
    let before = case.problem();
    assert_eq!(place(&before), (Code::MissingValue, "t.csv", Some(6), Some("b"), COLUMNS));
    // The cache holds the table: an empty cell is an error of the modality only.
    case.modalities[0].optional = true;
    assert!(case.load().tables[0].cached);
    case.modalities[0].optional = false;
    assert_eq!(case.problem(), before);
}

#[test]
fn changed_content_is_read_again_though_time_and_size_are_the_same() {
    let case = case();
    let path = case.folder.path().join("t.csv");
    let first = case.load();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let changed = lines(50).replace("no,1,1\n", "no,9,1\n");
    assert_eq!(changed.len(), lines(50).len());
    case.write("t.csv", changed.as_bytes());
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let second = case.load();
    assert!(!second.tables[0].cached);
    assert_ne!(second.fingerprint, first.fingerprint);
    assert_ne!(second.train, first.train);
    // The same content under another time is known again.
    case.write("t.csv", lines(50).as_bytes());
    assert!(case.load().tables[0].cached);
}

/// The system's time of the last change tells that files are those that a table was made of.
#[cfg(unix)]
#[test]
fn files_that_have_not_changed_for_seconds_are_known_and_any_change_is_seen() {
    let case = case();
    let path = case.folder.path().join("t.csv");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(3200));
    let first = case.load();
    let names = || fs::read_dir(case.cache_folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names().filter(|name| name.to_string_lossy().ends_with(".seen")).count(), 1);
    let second = case.load();
    assert_eq!((second.tables[0].cached, &second.train), (true, &first.train));
    assert_eq!(second.fingerprint, first.fingerprint);
    // Another content of the same length, under the same time.
    case.write("t.csv", lines(50).replace("no,1,1\n", "no,9,1\n").as_bytes());
    fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    let changed = case.load();
    assert!(!changed.tables[0].cached);
    assert_ne!((changed.fingerprint, changed.train), (first.fingerprint, first.train));
}

#[test]
fn another_question_is_another_entry() {
    let mut case = case();
    case.load();
    case.modalities[0].columns.swap(0, 1);
    let swapped = case.load();
    assert!(!swapped.tables[0].cached);
    assert_eq!(swapped.modalities[0].column_names(), ["b", "a"]);
    assert_eq!(exists(&case.cache_folder()), 2);
}

#[test]
fn a_damaged_entry_is_rebuilt() {
    let case = case();
    let first = case.load();
    let entry = fs::read_dir(case.cache_folder()).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&entry).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() - 1], &[]] {
        fs::write(&entry, damaged).unwrap();
        let data = case.load();
        assert!(!data.tables[0].cached);
        assert_eq!(data.train, first.train);
        assert_eq!(fs::read(&entry).unwrap(), whole);
    }
}

#[test]
fn tables_with_problems_are_not_kept() {
    let case = case();
    case.write("t.csv", b"y,a,b\nno,x,1\n");
    case.problem();
    assert_eq!(exists(&case.cache_folder()), 0);
}

#[test]
fn a_cache_that_cannot_be_written_is_a_note() {
    let case = case();
    case.write("cache", b"a file where the folder would be");
    let data = case.load();
    assert!(data.notes[0].contains("could not be kept"), "{:?}", data.notes);
}
