//! Images from binary files, folders and paths in tables: pixels, sizes, fitted statistics, random changes.

use super::*;
use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use mmc::data::{Draw, FittedTransform};
use mmc::plan::Batch;

/// A record of CIFAR's binary files whose pixels count on from `first`.
fn record(labels: &[u8], first: u8) -> Vec<u8> {
    let pixels = (0..3072u32).map(|at| (at as u8).wrapping_add(first));
    labels.iter().copied().chain(pixels).collect()
}

fn cifar(labels: usize, bytes: &[u8], transforms: &[TransformKind]) -> Case {
    let mut case =
        Case::new(&[]).modality("photo", &[name("image")], transforms).kind(ModalityKind::Image, &[3, 32, 32]);
    case.write("t.bin", bytes);
    case.label.classes = Classes::Count(10);
    case.label.column.select = name("label");
    case.source(SourceKind::CifarBinary { paths: vec![path("t.bin")], labels })
}

/// A folder of grey images of 2 by 2 pixels, each of one brightness, and a table that names them.
fn photos(cells: &[(&str, u8)], modality: &str, transforms: &[TransformKind]) -> Case {
    let case =
        Case::new(&["t.csv"]).modality(modality, &[name("file")], transforms).kind(ModalityKind::Image, &[1, 2, 2]);
    let mut table = "y,file\n".to_owned();
    for (at, (file, grey)) in cells.iter().enumerate() {
        table.push_str(&format!("{},{file}\n", if at % 2 == 0 { "no" } else { "yes" }));
        if !file.is_empty() {
            GrayImage::from_pixel(2, 2, Luma([*grey])).save(case.folder.path().join(file)).unwrap();
        }
    }
    case.write("t.csv", table.as_bytes());
    case
}

#[test]
fn both_binary_layouts_are_read() {
    let data = cifar(1, &[record(&[3], 7), record(&[9], 200)].concat(), &[]).load();
    assert_eq!(data.train.labels, [3, 9]);
    let values = data.train.modalities[0].values();
    assert_eq!(values.len(), 2 * 3072);
    assert_eq!((values[0], values[1], values[3072], values[3072 + 56]), (7.0, 8.0, 200.0, 0.0));

    let mut case = cifar(2, &[record(&[1, 99], 0), record(&[2, 5], 0)].concat(), &[]);
    case.label.classes = Classes::Count(100);
    assert_eq!(case.load().train.labels, [99, 5]);
    case.label.column.select = name("coarse");
    assert_eq!(case.load().train.labels, [1, 2]);
}

#[test]
fn a_truncated_record_is_reported_with_its_length() {
    let whole = [record(&[3], 7), record(&[9], 200)].concat();
    let problem = cifar(1, &whole[..4000], &[]).problem();
    assert_eq!((problem.code, problem.place()), (Code::CorruptFile, Some(span(SOURCE))));
    assert_eq!(problem.message, "`t.bin` ends 927 bytes into a record of 3073, after 1 whole ones");
    // Files of the other layout are detected by their length.
    let problem = cifar(1, &record(&[3, 4], 0), &[]).problem();
    assert_eq!(problem.help.as_deref(), Some("with `labels: 2` it is whole"));
    assert_eq!(cifar(1, &[], &[]).problem().code, Code::EmptyData);
}

#[test]
fn an_image_of_another_shape_than_declared() {
    let case = cifar(1, &record(&[3], 0), &[]).kind(ModalityKind::Image, &[3, 16, 64]);
    let problem = case.problem();
    assert_eq!((problem.code, problem.place()), (Code::ColumnCount, Some(span(TYPE))));
}

#[test]
fn paths_in_a_table_are_opened_from_its_folder() {
    let data = photos(&[("a.png", 10), ("b.png", 20)], "photo", &[]).load();
    assert_eq!(data.train.modalities[0].values(), [[10.0; 4], [20.0; 4]].concat());
}

#[test]
fn channels_come_one_after_the_other() {
    let case = photos(&[("a.png", 0)], "photo", &[]).kind(ModalityKind::Image, &[3, 1, 2]);
    let image = RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8, 10 + x as u8, 20 + x as u8]));
    image.save(case.folder.path().join("a.png")).unwrap();
    assert_eq!(case.load().train.modalities[0].values(), [0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
}

#[test]
fn images_of_another_size_are_reported_by_row() {
    let case = photos(&[("a.png", 10), ("b.png", 20), ("c.png", 30), ("d.png", 1)], "photo", &[]);
    let folder = case.folder.path();
    GrayImage::new(3, 2).save(folder.join("b.png")).unwrap();
    case.write("c.png", b"not an image at all");
    std::fs::remove_file(folder.join("d.png")).unwrap();
    let problems = case.problems();
    let at = |line| (Code::BadImage, "t.csv", Some(line), Some("file"), COLUMNS);
    assert_eq!(problems.iter().map(place).collect::<Vec<_>>(), [at(3), at(4), at(5)]);
    assert_eq!(problems[0].message, "`b.png`: the image is 2 high and 3 wide, not 2 and 2");
    assert_eq!(problems[1].message, "`c.png`: not an image");
    assert!(problems[2].message.starts_with("`d.png`: the image cannot be read"), "{}", problems[2].message);

    // A truncated file is not an image.
    let whole = std::fs::read(folder.join("a.png")).unwrap();
    case.write("d.png", &whole[..whole.len() - 20]);
    GrayImage::new(2, 2).save(folder.join("b.png")).unwrap();
    GrayImage::new(2, 2).save(folder.join("c.png")).unwrap();
    assert!(case.problem().message.starts_with("`d.png`: not a whole image"));
}

#[test]
fn an_empty_path_is_a_missing_image_and_not_a_black_one() {
    let cells = [("a.png", 10), ("", 0)];
    let problem = photos(&cells, "photo", &[]).problem();
    assert_eq!(place(&problem), (Code::MissingValue, "t.csv", Some(3), Some("file"), COLUMNS));
    let case = photos(&cells, "photo?", &[TransformKind::SubtractMean { reference: false }]);
    let case = case.modality("n", &[name("y")], &[]).kind(ModalityKind::Category { count: 2 }, &[1]);
    let data = case.load();
    assert_eq!(data.train.modalities[0].present.as_deref(), Some(&[true, false][..]));
    assert_eq!(data.train.modalities[0].values(), [0.0; 8]);
}

#[test]
fn a_folder_has_a_sub_folder_for_each_class() {
    let mut case = Case::new(&[]).modality("photo", &[name("image")], &[]).kind(ModalityKind::Image, &[1, 2, 2]);
    case = case.source(SourceKind::Images { folder: path("pets") });
    case.label.classes = Classes::Count(2);
    case.label.column.select = name("label");
    case.cache = true;
    assert_eq!(case.problem().code, Code::FileUnreadable);
    for (file, grey) in [("dog/b.jpg", 100u8), ("cat/deep/a.PNG", 10), ("dog/a.png", 30)] {
        let file = case.folder.path().join("pets").join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let format = if file.ends_with("b.jpg") { ImageFormat::Jpeg } else { ImageFormat::Png };
        GrayImage::from_pixel(2, 2, Luma([grey])).save_with_format(file, format).unwrap();
    }
    case.write("pets/cat/notes.txt", b"no image");
    let data = case.load();
    assert_eq!(
        (data.label.classes.as_slice(), data.train.labels.as_slice()),
        (&["cat".into(), "dog".into()][..], &[0, 1, 1][..])
    );
    let values = data.train.modalities[0].values();
    assert_eq!(values[..8], [[10.0; 4], [30.0; 4]].concat());
    // JPEG reproduces a constant grey up to one level.
    assert!(values[8..].iter().all(|pixel| (pixel - 100.0).abs() <= 1.0), "{values:?}");
    assert_eq!(data.tables[0].files, ["pets"]);
    assert!(case.load().tables[0].cached);

    case.write("pets/dog/a.png", b"?");
    let problem = case.problem();
    assert_eq!(problem.data.unwrap().file, "pets/dog/a.png");
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_end() {
    use std::os::unix::fs::symlink;
    let mut case = Case::new(&[]).modality("photo", &[name("image")], &[]).kind(ModalityKind::Image, &[1, 2, 2]);
    case = case.source(SourceKind::Images { folder: path("pets") });
    case.label.classes = Classes::Count(2);
    case.label.column.select = name("label");
    for (file, grey) in [("cat/a.png", 10), ("dog/b.png", 30)] {
        let file = case.folder.path().join("pets").join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        GrayImage::from_pixel(2, 2, Luma([grey])).save(file).unwrap();
    }
    // Each of these alone, and both together, never end where folders are followed as often as they are found.
    for link in ["cat/up", "dog/up", "cat/self"] {
        let target = if link.ends_with("self") { "." } else { ".." };
        symlink(target, case.folder.path().join("pets").join(link)).unwrap();
    }
    let data = case.load();
    assert_eq!(data.train.labels, [0, 1]);
    assert_eq!(data.train.modalities[0].values(), [[10.0; 4], [30.0; 4]].concat());
}

#[test]
fn a_changed_image_is_decoded_again() {
    let mut case = photos(&[("a.png", 10), ("b.png", 20)], "photo", &[]);
    case.cache = true;
    let first = case.load();
    assert!(case.load().tables[0].cached);
    let file = case.folder.path().join("a.png");
    GrayImage::from_pixel(2, 2, Luma([77])).save(&file).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    std::fs::File::options().append(true).open(&file).unwrap().set_modified(later).unwrap();
    let second = case.load();
    assert_eq!(second.train.modalities[0].values()[..4], [77.0; 4]);
    assert_ne!(second.fingerprint, first.fingerprint);
}

#[test]
fn the_mean_image_is_that_of_the_training_rows() {
    let cells = [("a.png", 10), ("b.png", 30), ("c.png", 80)];
    let split = [(Part::Test, PortionRule::Last(1))];
    let mean = |reference| TransformKind::SubtractMean { reference };
    let data = photos(&cells, "photo", &[mean(false)]).portions(&split).load();
    assert_eq!(data.train.modalities[0].values(), [[-10.0; 4], [10.0; 4]].concat());
    assert_eq!(data.test.unwrap().modalities[0].values(), [60.0; 4]);
    assert_eq!(
        data.modalities[0].transforms,
        [FittedTransform::SubtractMean { mean: vec![20.0; 4], reference: false }]
    );
    assert!(data.notes.is_empty());

    let data = photos(&cells, "photo", &[mean(true)]).portions(&split).load();
    assert_eq!(data.train.modalities[0].values(), [[-30.0; 4], [-10.0; 4]].concat());
    assert!(data.notes[0].contains("validation and test too"), "{:?}", data.notes);
}

#[test]
fn channels_are_standardized_after_what_came_before() {
    let transforms = [TransformKind::NormalizePixels, TransformKind::Standardize];
    let data = photos(&[("a.png", 51), ("b.png", 153)], "photo", &transforms).load();
    // 0.2 and 0.6 have mean 0.4 and population standard deviation 0.2.
    let values = data.train.modalities[0].values();
    let expected = [[-1.0f32; 4], [1.0; 4]].concat();
    assert!(values.iter().zip(&expected).all(|(value, expected)| (value - expected).abs() < 1e-6), "{values:?}");
    let problem = photos(&[("a.png", 5), ("b.png", 5)], "photo", &transforms).problem();
    assert_eq!((problem.code, problem.place()), (Code::ConstantColumn, Some(span(TRANSFORM))));
}

#[test]
fn changes_are_of_training_only_and_the_same_in_any_batch() {
    let records: Vec<u8> = (0..20).flat_map(|row| record(&[row % 10], row * 11)).collect();
    let mean = TransformKind::SubtractMean { reference: false };
    let plain = cifar(1, &records, std::slice::from_ref(&mean)).load();
    let augmented = cifar(1, &records, &[mean, TransformKind::Augment { flip: true, pad: 2 }]).load();
    assert_eq!(augmented.train.batch(&[3, 4], &[0]), plain.train.batch(&[3, 4], &[0]));

    let draw = Draw { seed: 5, epoch: 2 };
    let fill = |rows: &[u32], draw| {
        let mut batch = Batch::default();
        augmented.train.fill_training(&mut batch, rows, &[0], draw);
        batch.inputs.remove(0)
    };
    let all = fill(&(0..20).collect::<Vec<u32>>(), draw);
    for row in 0..20u32 {
        assert_eq!(fill(&[19 - row, row], draw)[3072..], all[row as usize * 3072..(row as usize + 1) * 3072]);
    }
    assert_ne!(fill(&[7], Draw { epoch: 3, ..draw }), fill(&[7], draw));
    let changed = (0..20).filter(|row| fill(&[*row], draw) != plain.train.batch(&[*row], &[0]).inputs[0]).count();
    assert!(changed >= 15, "one of fifty changes nothing: {changed}");
}
