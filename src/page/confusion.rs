//! Which classes are taken for which, and how well each is found.

use super::content::{PageBlock, PageSection, PageTable, Plot};
use super::test_rows::TestTable;
use super::values::{count, percent};
use crate::chart::CountMatrix;

/// Classes of which a matrix is drawn.
const MOST_CLASSES: usize = 40;
/// Confusions that are listed.
const LISTED: usize = 20;

pub(super) fn confusion(table: &TestTable<'_>) -> PageSection {
    let classes = table.classes.len();
    let mut counts = vec![vec![0u64; classes]; classes];
    for (label, predicted) in table.saved.labels.iter().zip(&table.saved.predicted) {
        counts[*label as usize][*predicted as usize] += 1;
    }
    let mut pairs: Vec<(u64, usize, usize)> = vec![];
    for (label, row) in counts.iter().enumerate() {
        let wrong = row.iter().enumerate().filter(|(predicted, count)| *predicted != label && **count > 0);
        pairs.extend(wrong.map(|(predicted, count)| (*count, label, predicted)));
    }
    pairs.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let name = |class: usize| table.classes[class].clone();
    let reading = match pairs.first() {
        Some((rows, label, predicted)) => format!(
            "The most frequent confusion: {} rows of {} are taken for {}.",
            count(*rows as usize),
            name(*label),
            name(*predicted)
        ),
        None => "No row is taken for another class.".into(),
    };
    let mut most = PageTable::new("Most frequent confusions", &["label", "predicted as", "#rows", "#of the label"]);
    for (rows, label, predicted) in pairs.iter().take(LISTED) {
        let all = counts[*label].iter().sum::<u64>();
        most.row([name(*label), name(*predicted), count(*rows as usize), percent(*rows as f64 / all as f64)]);
    }
    let mut blocks = vec![];
    match classes <= MOST_CLASSES {
        true => {
            let matrix = CountMatrix {
                name: "Confusion: label by prediction, in test rows".into(),
                rows: "label".into(),
                columns: "prediction".into(),
                names: table.classes.clone(),
                counts: counts.clone(),
            };
            blocks.push(PageBlock::Plot(Plot {
                name: "confusion".into(),
                title: "Confusion (test rows)".into(),
                svg: matrix.svg(),
                reading,
                numbers: most.folded(),
            }));
        }
        false => {
            let what = format!("{reading} {classes} classes are too many for a matrix.");
            blocks.extend([PageBlock::Text(what), PageBlock::Table(most)]);
        }
    }
    blocks.push(PageBlock::Table(by_class(table, &counts)));
    PageSection { id: "confusion", title: "Confusion".into(), blocks }
}

fn by_class(table: &TestTable<'_>, counts: &[Vec<u64>]) -> PageTable {
    let columns = ["class", "#rows", "#precision", "#recall", "#F1"];
    let mut found = PageTable::new("By class", &columns);
    found.folded = counts.len() > 12;
    for (class, row) in counts.iter().enumerate() {
        let (right, rows) = (row[class], row.iter().sum::<u64>());
        let named: u64 = counts.iter().map(|row| row[class]).sum();
        let share = |part: u64, of: u64| if of == 0 { f64::NAN } else { part as f64 / of as f64 };
        let f1 = share(2 * right, rows + named);
        found.row([
            table.classes[class].clone(),
            count(rows as usize),
            percent(share(right, named)),
            percent(share(right, rows)),
            percent(f1),
        ]);
    }
    found
}
