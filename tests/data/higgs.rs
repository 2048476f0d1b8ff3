//! Real data, where there is some: the folder that `MMC_DATA` names.

use super::*;

#[test]
fn higgs_is_read_whole() {
    let Some(folder) = std::env::var_os("MMC_DATA") else {
        eprintln!("skipped: MMC_DATA names no folder with higgs/higgs-51k.csv.gz");
        return;
    };
    let path = Path::new(&folder).join("higgs/higgs-51k.csv.gz");
    let mut case = Case::new(&[]);
    case.cache = true;
    case.data.origin = Origin::Whole(table(&[&path.to_string_lossy()], ',', false));
    case.label.column.select = Select::Position(0);
    let positions: Vec<Select> = (1..=28).map(Select::Position).collect();
    let case = case.modality("low", &positions[..21], &[TransformKind::Standardize]);
    let case = case.modality("high", &positions[21..], &[TransformKind::Standardize]);
    let case = case.portions(&[(Part::Test, Rule::Last(10_000)), (Part::Valid, Rule::Last(3_000))]);
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
