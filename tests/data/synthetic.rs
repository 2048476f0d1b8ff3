//! The synthetic data set: reproducible, rows independent of their number, physically plausible.

use super::*;
use mmc::data::Dataset;

fn collider(rows: usize, seed: u64) -> Case {
    let kind = SourceKind::Synthetic { name: "collider".into(), rows, seed };
    let mut case = Case::new(&[]);
    case.data.origin = Origin::Whole(Source { kind, span: span(SOURCE) });
    case.label.classes = Classes::Named(vec!["background".into(), "signal".into()]);
    case.label.column.select = name("process");
    let mut case = case.modality("low", &[Select::Glob("low_*".into())], &[]);
    case.modalities[0].shape = Shape::vector(21);
    let mut case = case.modality("high", &[Select::Glob("high_*".into())], &[]);
    case.modalities[1].shape = Shape::vector(7);
    case
}

fn high(data: &Dataset, row: usize) -> Vec<f32> {
    let mut numbers = vec![];
    data.train.modalities[1].extend(&mut numbers, row as u32, None);
    numbers
}

#[test]
fn rows_repeat_and_do_not_depend_on_their_number() {
    let (few, many) = (collider(50, 7).load(), collider(400, 7).load());
    assert_eq!(few.train.labels, many.train.labels[..50]);
    for (few, many) in few.train.modalities.iter().zip(&many.train.modalities) {
        assert_eq!(few.values(), many.values()[..few.values().len()]);
    }
    assert_eq!(collider(400, 7).load().train, many.train);
    assert_ne!(collider(400, 8).load().train, many.train);
    assert_ne!(collider(400, 8).load().fingerprint, many.fingerprint);
}

#[test]
fn quantities_are_physical() {
    let data = collider(2_000, 1).load();
    let signal = data.train.labels.iter().filter(|label| **label == 1).count();
    assert!((900..1_100).contains(&signal), "{signal}");
    let all = data.train.modalities[0].values();
    for row in 0..2_000 {
        let low = &all[row * 21..(row + 1) * 21];
        let jets: Vec<&[f32]> = low[5..].chunks(4).collect();
        assert!(low[0] > 20.0 && low[1].abs() < 2.5 && low[3] >= 0.0);
        assert!(jets.iter().all(|jet| jet[0] > 20.0 && jet[1].abs() < 2.5 && jet[2].abs() <= std::f32::consts::PI));
        assert!(jets.is_sorted_by(|a, b| a[0] >= b[0]));
        assert!(jets.iter().any(|jet| jet[3] > 0.0));
        let [jj, jjj, lv, jlv, bb, wbb, wwbb] = &high(&data, row)[..] else { panic!("seven masses") };
        // A system is at least as heavy as its parts; a lepton and its neutrino are a W or heavier.
        assert!(jjj >= jj && jlv >= lv && wbb >= bb && wwbb >= wbb && *wwbb >= jj + lv - 0.01);
        assert!(*lv > 80.39, "{lv}");
    }
}

#[test]
fn the_masses_carry_the_marks_of_the_processes() {
    let data = collider(6_000, 2).load();
    // The share of rows of each class whose mass lies near that of the particle which only one process has.
    let share = |class: u32, mass: usize, from: f32, to: f32| {
        let rows: Vec<usize> = (0..6_000).filter(|row| data.train.labels[*row] == class).collect();
        let near = rows.iter().filter(|row| (from..to).contains(&high(&data, **row)[mass])).count();
        near as f64 / rows.len() as f64
    };
    let (bb, jjj) = (4, 1);
    assert!(share(1, bb, 100.0, 135.0) > 1.5 * share(0, bb, 100.0, 135.0), "h -> b b");
    assert!(share(0, jjj, 145.0, 185.0) > 1.5 * share(1, jjj, 145.0, 185.0), "t -> j j b");
}

#[test]
fn an_unknown_data_set() {
    let mut case = collider(10, 1);
    case.data.origin = Origin::Whole(Source {
        kind: SourceKind::Synthetic { name: "colider".into(), rows: 10, seed: 1 },
        span: span(SOURCE),
    });
    let problem = case.problem();
    assert_eq!((problem.code, problem.place()), (Code::FileUnreadable, Some(span(SOURCE))));
    assert!(problem.message.contains("`collider`"));
}

#[test]
fn the_process_is_no_number() {
    let case = collider(10, 1).modality("bad", &[name("process")], &[]);
    let problems = case.run().problems;
    assert!(problems.iter().any(|problem| problem.code == Code::BadCell));
}
