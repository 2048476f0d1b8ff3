//! Real data, in the folder that `MMC_DATA` names.

use super::*;

/// The path of a file of the folder that `MMC_DATA` names.
fn file(name: &str) -> String {
    let folder = std::env::var_os("MMC_DATA").expect("MMC_DATA has to name the folder of the data");
    let path = Path::new(&folder).join(name);
    assert!(path.is_file(), "the folder that MMC_DATA names has no {name}");
    path.to_string_lossy().into_owned()
}

#[test]
#[ignore = "needs MMC_DATA: higgs/higgs-51k.csv.gz"]
fn higgs_is_read_whole() {
    let path = file("higgs/higgs-51k.csv.gz");
    let mut case = Case::new(&[]);
    case.cache = true;
    case.data.origin = Origin::Whole(table(&[&path], ',', false));
    case.label.column.select = Select::Position(0);
    let positions: Vec<Select> = (1..=28).map(Select::Position).collect();
    let case = case.modality("low", &positions[..21], &[TransformKind::Standardize]);
    let case = case.modality("high", &positions[21..], &[TransformKind::Standardize]);
    let case = case.portions(&[(Part::Test, PortionRule::Last(10_000)), (Part::Valid, PortionRule::Last(3_000))]);
    for cached in [false, true] {
        let began = std::time::Instant::now();
        let data = case.load();
        eprintln!("higgs in {:?}, cached: {cached}", began.elapsed());
        assert_eq!(data.tables[0].cached, cached);
        assert_eq!(data.tables[0].rows, 51_233);
        assert_eq!(data.train.rows, 38_233);
        let signal = [Part::Train, Part::Valid, Part::Test]
            .map(|part| data.part(part).map_or(0, |subset| subset.class_counts(2)[1]))
            .iter()
            .sum::<usize>();
        assert_eq!((signal as f64 / 51_233.0 * 1000.0).round(), 530.0);
        for modality in &data.train.modalities {
            let values = modality.values();
            let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len() as f64;
            assert!(mean.abs() < 1e-6, "{mean}");
        }
    }
}

#[test]
#[ignore = "needs MMC_DATA: athletes/athletes.csv.gz"]
fn athletes_have_names_bodies_and_nations() {
    let path = file("athletes/athletes.csv.gz");
    let mut case = Case::new(&[]);
    case.data.origin = Origin::Whole(table(&[&path], ',', true));
    case.label.classes = Classes::Named(vec!["female".into(), "male".into()]);
    case.label.column.select = name("sex");
    let chars = [TransformKind::Lowercase, TransformKind::Chars { max: 24, vocab: 128 }];
    let case = case.modality("name", &[name("name")], &chars).kind(ModalityKind::Text { vocabulary: 128 }, &[24]);
    let case = case.modality("body?", &["height", "weight"].map(name), &[TransformKind::Standardize]);
    let case = case.modality("nation", &[name("nationality")], &[]).kind(ModalityKind::Category { count: 207 }, &[1]);
    let data = case.portions(&[(Part::Test, PortionRule::Fraction(0.2))]).load();
    let test = data.test.as_ref().unwrap();
    assert_eq!(data.train.rows + test.rows, 11_538);
    let without = [&data.train, test]
        .map(|part| part.modalities[1].present.as_ref().unwrap().iter().filter(|present| !**present).count());
    assert_eq!(without[0] + without[1], 680);
    let [names, bodies, _] = &data.train.modalities[..] else { panic!() };
    let (names, bodies) = (names.values(), bodies.values());
    assert!(names.iter().all(|id| id.fract() == 0.0 && (0.0..128.0).contains(id)));
    // Nobody has no name, and what comes after the last letter is padding.
    for name in names.chunks(24) {
        let letters = name.iter().take_while(|id| **id > 0.0).count();
        assert!(letters > 0 && name[letters..].iter().all(|id| *id == 0.0));
    }
    // A height without a weight counts for the mean of heights, so that those of whole bodies are only near to 0.
    let mean = bodies.iter().map(|x| f64::from(*x)).sum::<f64>() / bodies.len() as f64;
    assert!(mean.abs() < 0.01, "{mean}");
    eprintln!("{:#?}", data.notes);
}

#[test]
#[ignore = "needs MMC_DATA: cifar10/train.bin"]
fn the_images_of_cifar_are_the_bytes_of_the_file() {
    let path = file("cifar10/train.bin");
    let bytes = std::fs::read(&path).unwrap();
    let rows = bytes.len() / 3073;
    let mut case = Case::new(&[]);
    case.data.origin = Origin::Whole(Source {
        kind: SourceKind::CifarBinary { paths: vec![super::path(&path)], labels: 1 },
        span: span(SOURCE),
    });
    case.label.classes = Classes::Count(10);
    case.label.column.select = name("label");
    let mean = TransformKind::SubtractMean { reference: false };
    let case = case.modality("photo", &[name("image")], &[mean]).kind(ModalityKind::Image, &[3, 32, 32]);
    let data = case.load();
    assert_eq!((rows, data.train.rows), (4_000, 4_000));
    let pixel = |row: usize, at: usize| f64::from(bytes[row * 3073 + 1 + at]);
    let batch = data.train.batch(&[0, 1234, 3999], &[0]);
    assert_eq!(batch.labels, [0, 1234, 3999].map(|row: usize| u32::from(bytes[row * 3073])));
    for (place, row) in [0, 1234, 3999].into_iter().enumerate() {
        for at in [0, 17, 1024, 3071] {
            let mean = (0..rows).map(|row| pixel(row, at)).sum::<f64>() / rows as f64;
            let found = f64::from(batch.inputs[0][place * 3072 + at]);
            assert!((found - (pixel(row, at) - mean)).abs() < 1e-4, "{row} {at}: {found}");
        }
    }
}
