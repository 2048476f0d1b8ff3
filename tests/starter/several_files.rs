//! `mmc new` of several files: one table, parts, and joins; folders of images.

use super::{lints_clean_and_runs, new, refused};
use image::{Rgb, RgbImage};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Rows of two columns, numbered from `first` on.
fn rows(first: usize, count: usize) -> String {
    let row = |row: usize| format!("{}.5,{}\n", row * 3 % 13, ["no", "yes"][row % 2]);
    format!("a,y\n{}", (first..first + count).map(row).collect::<String>())
}

fn pipeline_of(folder: &Path, files: &[&str]) -> String {
    new(folder, &[files, &["-o", "pipeline.mmc", "--force"]].concat());
    lints_clean_and_runs(folder);
    fs::read_to_string(folder.join("pipeline.mmc")).unwrap()
}

#[test]
fn files_with_the_same_columns_are_one_table() {
    let folder = TempDir::new().unwrap();
    for part in 0..6 {
        fs::write(folder.path().join(format!("part-{part}.csv")), rows(part * 20, 20)).unwrap();
    }
    let two = pipeline_of(folder.path(), &["part-0.csv", "part-1.csv"]);
    assert!(two.contains("csv([\"part-0.csv\", \"part-1.csv\"])"), "{two}");
    let names: Vec<String> = (0..6).map(|part| format!("part-{part}.csv")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let all = pipeline_of(folder.path(), &names);
    assert!(all.contains("csv(\"part-*.csv\")") && all.contains("120 rows"), "{all}");
    assert_eq!(pipeline_of(folder.path(), &["part-*.csv"]).replace("part\n", "part_0\n"), all);
}

#[test]
fn files_named_by_part_are_parts() {
    let folder = TempDir::new().unwrap();
    for (part, count) in [("train", 100), ("valid", 30), ("test", 40)] {
        fs::write(folder.path().join(format!("cats_{part}.csv")), rows(count, count)).unwrap();
    }
    let all = pipeline_of(folder.path(), &["cats_test.csv", "cats_train.csv", "cats_valid.csv"]);
    for part in ["train = csv(\"cats_train.csv\")", "valid = csv(\"cats_valid.csv\")", "test  = csv(\"cats_test.csv\")"]
    {
        assert!(all.contains(part), "{part} is not in\n{all}");
    }
    let two = pipeline_of(folder.path(), &["cats_train.csv", "cats_test.csv"]);
    assert!(two.contains("{ valid: fraction(10%), stratify: y, seed: 1 }"), "{two}");
}

#[test]
fn tables_with_a_key_are_joined() {
    let folder = TempDir::new().unwrap();
    let people: String = (0..100).map(|row| format!("p{row:03},{}.5,{}\n", row % 13, ["no", "yes"][row % 2])).collect();
    let homes: String = (0..100).map(|row| format!("p{:03},{}\n", 99 - row, ["town", "land"][row / 3 % 2])).collect();
    fs::write(folder.path().join("people.csv"), format!("person,age,y\n{people}")).unwrap();
    fs::write(folder.path().join("homes.csv"), format!("person,home\n{homes}")).unwrap();
    let text = pipeline_of(folder.path(), &["people.csv", "homes.csv"]);
    assert!(text.contains("join(csv(\"people.csv\"), csv(\"homes.csv\"), on: \"person\")"), "{text}");
    assert!(text.contains("category[2] = column(\"home\")") && text.contains("the key of the join"), "{text}");
    fs::write(folder.path().join("other.csv"), "z\n1\n").unwrap();
    let reported = refused(folder.path(), &["people.csv", "other.csv"]);
    assert!(reported.contains("people.csv has `person`") && reported.contains("other.csv has `z`"), "{reported}");
}

/// A folder of images of two classes; the first is darker.
fn images(folder: &Path, count: usize) {
    for (class, shade) in [("cat", 60), ("dog", 160)] {
        fs::create_dir_all(folder.join(class)).unwrap();
        for at in 0..count {
            let pixel = |x: u32, y: u32| Rgb([shade, (x * 9 + y * at as u32) as u8 % 90, shade + (y % 5) as u8]);
            RgbImage::from_fn(12, 12, pixel).save(folder.join(class).join(format!("{at}.png"))).unwrap();
        }
    }
}

#[test]
fn a_folder_of_images_is_a_table_of_images() {
    let folder = TempDir::new().unwrap();
    images(&folder.path().join("pets"), 30);
    let text = pipeline_of(folder.path(), &["pets"]);
    assert!(text.contains("images(\"pets\")") && text.contains("image[3, 12, 12] = column(\"image\")"), "{text}");
    for part in ["train", "test"] {
        images(&folder.path().join("parts").join(part), 30);
    }
    let text = pipeline_of(folder.path(), &["parts"]);
    assert!(text.contains("images(\"parts/train\")") && text.contains("images(\"parts/test\")"), "{text}");
    fs::create_dir(folder.path().join("tables")).unwrap();
    fs::write(folder.path().join("tables/a.csv"), rows(0, 50)).unwrap();
    let reported = refused(folder.path(), &["tables"]);
    assert!(reported.contains("give its files") && reported.contains("a.csv"), "{reported}");
}
