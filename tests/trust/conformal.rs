//! Conformal sets: the numbers of crepes and MAPIE, coverage over many draws, fallbacks, and no empty set.

use mmc::trust::{ConformalGroup, MondrianConformal};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    calibration: Rows,
    new: NewRows,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Rows {
    p: Vec<Vec<f64>>,
    labels: Vec<usize>,
    patterns: Vec<u8>,
}

#[derive(Deserialize)]
struct NewRows {
    p: Vec<Vec<f64>>,
    patterns: Vec<u8>,
}

#[derive(Deserialize)]
struct Case {
    coverage: f64,
    p_values: Vec<Vec<f64>>,
    members: Vec<Vec<bool>>,
}

#[test]
fn sets_and_p_values_are_those_of_mapie_and_crepes() {
    let fixture: Fixture = serde_json::from_str(include_str!("../fixtures/conformal.json")).unwrap();
    let known = &fixture.calibration;
    for case in &fixture.cases {
        let rows = (0..known.labels.len()).map(|row| {
            let label = known.labels[row];
            (label, vec![known.patterns[row] == 1], 1.0 - known.p[row][label])
        });
        let conformal = MondrianConformal::new(3, case.coverage, rows);
        for (row, p) in fixture.new.p.iter().enumerate() {
            let scores: Vec<f64> = p.iter().map(|p| 1.0 - p).collect();
            let found = conformal.set(&[fixture.new.patterns[row] == 1], &scores, 0);
            assert_eq!(found.groups, [ConformalGroup::ClassAndPattern; 3]);
            for (found, expected) in found.p_values.iter().zip(&case.p_values[row]) {
                assert!((found - expected).abs() < 1e-12, "row {row}: {found} for {expected}");
            }
            let expected: Vec<usize> = (0..3).filter(|class| case.members[row][*class]).collect();
            match expected.is_empty() {
                true => assert!(found.was_empty && found.classes == [0], "row {row}: {found:?}"),
                false => assert!(!found.was_empty && found.classes == expected, "row {row}: {found:?}"),
            }
        }
    }
}

/// A row of two classes with two patterns: its label, its pattern and the scores of both classes. The second class and the
/// second pattern are harder.
fn draw(random: &mut ChaCha8Rng) -> (usize, Vec<bool>, [f64; 2]) {
    let (label, pattern) = (usize::from(random.random_bool(0.3)), random.random_bool(0.4));
    let noise = 0.2 + 0.5 * label as f64 + 0.7 * f64::from(u8::from(pattern));
    let evidence: f64 = 1.0 + noise * (random.random::<f64>() + random.random::<f64>() - 1.0) * 3.0;
    let score = |class: usize| if class == label { -evidence } else { evidence };
    (label, vec![pattern], [score(0), score(1)])
}

#[test]
fn every_class_and_pattern_is_covered_as_promised_over_many_draws() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    const DRAWS: usize = 200;
    const NEW: usize = 200;
    for coverage in [0.8, 0.9, 0.95] {
        // Rows and rows whose set holds the label, by class and pattern.
        let mut counts = [[(0u32, 0u32); 2]; 2];
        for _ in 0..DRAWS {
            let known: Vec<_> = (0..400).map(|_| draw(&mut random)).collect();
            let rows = known.into_iter().map(|(label, pattern, scores)| (label, pattern, scores[label]));
            let conformal = MondrianConformal::new(2, coverage, rows);
            for _ in 0..NEW {
                let (label, pattern, scores) = draw(&mut random);
                let found = conformal.set(&pattern, &scores, usize::from(scores[1] < scores[0]));
                assert!(!found.classes.is_empty());
                // The decision that stands in where no class fits makes coverage larger; what is exact is coverage without it.
                let (rows, held) = &mut counts[label][usize::from(pattern[0])];
                *rows += 1;
                *held += u32::from(!found.was_empty && found.classes.contains(&label));
            }
        }
        for (label, patterns) in counts.iter().enumerate() {
            for (pattern, (rows, held)) in patterns.iter().enumerate() {
                let found = f64::from(*held) / f64::from(*rows);
                // The least group has 400 * 0.3 * 0.4 = 48 rows on average, and 25 hardly ever fewer: coverage is at most
                // 1 / 26 above. Each draw has its own error of sqrt(c (1 - c) / n), and each new row one of sqrt(c (1 - c)).
                let spread =
                    (coverage * (1.0 - coverage) * (1.0 / (25 * DRAWS) as f64 + 1.0 / f64::from(*rows))).sqrt();
                assert!(found > coverage - 4.0 * spread, "{coverage}, {label}, {pattern}: {found}");
                assert!(found < coverage + 1.0 / 26.0 + 4.0 * spread, "{coverage}, {label}, {pattern}: {found}");
            }
        }
    }
}

#[test]
fn a_group_that_is_too_small_falls_back_and_is_told() {
    let many = |label: usize, pattern: bool, rows: usize| (0..rows).map(move |row| (label, vec![pattern], row as f64));
    // At 90% a group says something from 9 rows on.
    let rows = many(0, true, 9).chain(many(0, false, 8)).chain(many(1, true, 5)).chain(many(1, false, 2));
    let conformal = MondrianConformal::new(3, 0.9, rows);
    assert_eq!(conformal.least_rows(), 9);
    let groups = |pattern: bool| conformal.set(&[pattern], &[4.0; 3], 0).groups;
    use ConformalGroup::{All, Class, ClassAndPattern, TooFew};
    assert_eq!(groups(true), [ClassAndPattern, All, All]);
    assert_eq!(groups(false), [Class, All, All]);
    let few = MondrianConformal::new(2, 0.9, many(0, true, 8)).set(&[true], &[1e9; 2], 1);
    assert_eq!((few.groups, few.classes), (vec![TooFew; 2], vec![0, 1]));
}

#[test]
fn a_row_that_no_class_fits_keeps_its_decision() {
    let rows = (0..200).map(|row| (row % 2, vec![], row as f64 / 200.0));
    let conformal = MondrianConformal::new(2, 0.8, rows);
    let found = conformal.set(&[], &[5.0, 7.0], 1);
    assert_eq!((found.classes, found.was_empty), (vec![1], true));
    let found = conformal.set(&[], &[5.0, 0.1], 1);
    assert_eq!((found.classes, found.was_empty), (vec![1], false));
}
