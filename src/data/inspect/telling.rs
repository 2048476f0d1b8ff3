//! How well one column alone predicts the label on rows that were held out. Does not depend on files.
//!
//! A held-out row gets the class that is most frequent among rows of the same value, each class counted in proportion to
//! its size. Where fewer than [`NEAREST`] other rows have that value, those of the nearest values in order decide with
//! them, so that a threshold of a number or of a date is found too, and a value that names its row tells nothing. The score
//! is the mean over the classes of the share of their rows that are predicted.
//!
//! # The bound
//!
//! [`BOUND`] lies between honest predictors and copies. A number that is normally distributed within both of two classes
//! reaches a score of 0.88 with an area under the curve of 0.95, 0.95 with 0.99, and 0.97 only with 0.996. A copy of the
//! label in which three of a hundred rows are wrong reaches 0.97. Few rows prove little: the score less its uncertainty
//! must exceed [`SURE`] too, which takes about 40 rows without an error.

use std::cmp::Ordering;

/// From this score on a column tells the label.
pub(crate) const BOUND: f64 = 0.97;
/// What the score less 1.64 standard errors must exceed.
const SURE: f64 = 0.9;
/// How many other rows decide at least.
const NEAREST: u32 = 3;
/// The parts that rows are held out in, one after the other.
const FOLDS: usize = 5;
/// Classes of fewer rows are left out.
const FEWEST: u32 = 5;
/// Largest number of values of a column of which each may tell its class without a row held out.
const FEW_VALUES: usize = 32;
/// Smallest mean number of rows of each of those values.
const AGAIN: usize = 5;
/// How many rows of a column are looked at, and how many cells of all columns.
const ROWS: usize = 10_000;
const CELLS: usize = 2_000_000;
/// How many rows are looked at however many columns there are.
const LEAST_ROWS: usize = 500;

/// How a column tells the label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LabelScore {
    /// The mean share of the rows of each class that are predicted from the column alone.
    pub score: f64,
    /// How many values the column has, where they are few and each occurs with one class only.
    pub values: Option<usize>,
}

/// Rows from all over a table, of which the columns are looked at.
pub(crate) fn rows_to_look_at(rows: usize, columns: usize) -> Vec<usize> {
    let most = most_rows(columns);
    if rows <= most {
        return (0..rows).collect();
    }
    // One from each of `most` stretches of equal length, at a place that no period of the table coincides with.
    let place = |at: usize| {
        let (from, to) = (at * rows / most, (at + 1) * rows / most);
        from + mixed(at as u64) as usize % (to - from)
    };
    (0..most).map(place).collect()
}

/// How many rows are looked at of a table with so many columns.
pub(super) fn most_rows(columns: usize) -> usize {
    (CELLS / columns.max(1)).clamp(LEAST_ROWS, ROWS)
}

/// The score of a column of numbers, NaN where the cell is empty; none if it does not tell the label.
pub(crate) fn of_numbers(cells: &[f64], classes: &[u32]) -> Option<LabelScore> {
    // Both zeros are one value.
    of_groups(&groups(cells, |cell| cell.is_nan(), |a, b| (a + 0.0).total_cmp(&(b + 0.0))), classes)
}

/// The score of a column of words, texts or dates; none if it does not tell the label.
pub(crate) fn of_texts(cells: &[&str], classes: &[u32]) -> Option<LabelScore> {
    let cells: Vec<String> = cells.iter().map(|cell| in_order(cell)).collect();
    of_groups(&groups(&cells, |cell| cell.is_empty(), |a, b| a.cmp(b)), classes)
}

/// A date whose year comes last with its year first, so that the order of texts is that of time; other texts as they are.
fn in_order(cell: &str) -> String {
    let mut parts = cell.splitn(3, ['.', '/', '-']);
    let is =
        |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(month), Some(rest)) if is(day, &[1, 2]) && is(month, &[1, 2]) => {
            match rest.split_at_checked(4) {
                Some((year, time)) if is(year, &[4]) => format!("{year}-{month:0>2}-{day:0>2}{time}"),
                _ => cell.to_owned(),
            }
        }
        _ => cell.to_owned(),
    }
}

/// For each row the place of its value among all values in order, from 1; 0 where there is none.
fn groups<T>(cells: &[T], empty: impl Fn(&T) -> bool, order: impl Fn(&T, &T) -> Ordering) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..cells.len()).filter(|row| !empty(&cells[*row])).collect();
    rows.sort_by(|a, b| order(&cells[*a], &cells[*b]));
    let mut groups = vec![0; cells.len()];
    let mut group = 0;
    for (at, row) in rows.iter().enumerate() {
        if at == 0 || order(&cells[rows[at - 1]], &cells[*row]) != Ordering::Equal {
            group += 1;
        }
        groups[*row] = group;
    }
    groups
}

/// How many rows of a class each fold has.
type FoldCounts = [u32; FOLDS];

/// The score of a column whose values are numbered in order.
fn of_groups(groups: &[usize], classes: &[u32]) -> Option<LabelScore> {
    let found = held_out(groups, classes);
    let values = few_values(groups, classes);
    match (found, values) {
        (Some(score), values) => Some(LabelScore { score, values }),
        (None, Some(values)) => Some(LabelScore { score: 1.0, values: Some(values) }),
        (None, None) => None,
    }
}

/// How many values there are, if they are few and each occurs repeatedly with one class only.
fn few_values(groups: &[usize], classes: &[u32]) -> Option<usize> {
    let values = groups.iter().copied().max().filter(|values| (2..=FEW_VALUES).contains(values))?;
    let mut class_of = vec![None; values + 1];
    let mut rows = 0;
    for (group, class) in groups.iter().zip(classes).filter(|(group, _)| **group > 0) {
        rows += 1;
        if *class_of[*group].get_or_insert(*class) != *class {
            return None;
        }
    }
    let several = class_of.iter().flatten().any(|class| Some(class) != class_of[1].as_ref());
    (several && rows >= AGAIN * values).then_some(values)
}

/// The mean share of the rows of each class that are predicted, if it is beyond the bounds.
fn held_out(groups: &[usize], classes: &[u32]) -> Option<f64> {
    let mut sizes: Vec<u32> = vec![];
    for class in classes {
        let at = *class as usize;
        sizes.resize(sizes.len().max(at + 1), 0);
        sizes[at] += 1;
    }
    let kept: Vec<usize> = (0..sizes.len()).filter(|class| sizes[*class] >= FEWEST).collect();
    if kept.len() < 2 {
        return None;
    }
    // The counts of each value by class, and of all rows.
    let mut values: Vec<Vec<(u32, FoldCounts)>> = vec![vec![]; groups.iter().max().map_or(0, |most| most + 1)];
    let mut all = vec![[0; FOLDS]; sizes.len()];
    for (row, (group, class)) in groups.iter().zip(classes).enumerate() {
        let fold = mixed(row as u64) as usize % FOLDS;
        let counts = &mut values[*group];
        let at = counts.iter().position(|(known, _)| known == class).unwrap_or_else(|| {
            counts.push((*class, [0; FOLDS]));
            counts.len() - 1
        });
        counts[at].1[fold] += 1;
        all[*class as usize][fold] += 1;
    }
    let mut right = vec![0.0; sizes.len()];
    for (value, counts) in values.iter().enumerate() {
        for fold in (0..FOLDS).filter(|fold| counts.iter().any(|(_, folds)| folds[*fold] > 0)) {
            let predicted = most_frequent(&near(&values, value, fold), &all, fold);
            for (class, folds) in counts {
                let share = match predicted.len() {
                    0 => 1.0 / kept.len() as f64,
                    of if predicted.contains(class) => 1.0 / of as f64,
                    _ => 0.0,
                };
                right[*class as usize] += share * f64::from(folds[fold]);
            }
        }
    }
    let count = kept.len() as f64;
    let score = kept.iter().map(|class| right[*class] / f64::from(sizes[*class])).sum::<f64>() / count;
    // With a right and a wrong row more in each class, so that no error on few rows is no certainty.
    let (mut mean, mut variance) = (0.0, 0.0);
    for class in kept {
        let rows = f64::from(sizes[class]) + 2.0;
        let share = (right[class] + 1.0) / rows;
        mean += share / count;
        variance += share * (1.0 - share) / rows / count / count;
    }
    (score >= BOUND && mean - 1.64 * variance.sqrt() > SURE).then_some(score)
}

/// The classes of the rows outside of a fold that have a value, and of those of the nearest values where they are too few.
fn near(values: &[Vec<(u32, FoldCounts)>], value: usize, fold: usize) -> Vec<(u32, u32)> {
    let mut found: Vec<(u32, u32)> = vec![];
    let mut sum = 0;
    let mut add = |counts: &[(u32, FoldCounts)]| {
        for (class, folds) in counts {
            let count = folds.iter().sum::<u32>() - folds[fold];
            sum += count;
            match found.iter_mut().find(|(known, _)| known == class) {
                Some((_, known)) => *known += count,
                None => found.push((*class, count)),
            }
        }
        sum
    };
    let mut enough = add(&values[value]) >= NEAREST;
    // An empty cell has no neighbours, and is none.
    let (mut below, mut above) = (value, value);
    while value > 0 && !enough && (below > 1 || above + 1 < values.len()) {
        for next in [below.checked_sub(1).filter(|next| *next > 0), Some(above + 1).filter(|next| *next < values.len())]
        {
            enough = next.is_some_and(|next| add(&values[next]) >= NEAREST) || enough;
        }
        (below, above) = (below.saturating_sub(1).max(1), (above + 1).min(values.len() - 1));
    }
    found
}

/// The classes that are most frequent in proportion to their sizes outside of a fold.
fn most_frequent(found: &[(u32, u32)], all: &[FoldCounts], fold: usize) -> Vec<u32> {
    let share = |class: u32, count: u32| {
        let folds = &all[class as usize];
        f64::from(count) / f64::from((folds.iter().sum::<u32>() - folds[fold]).max(1))
    };
    let most = found.iter().map(|(class, count)| share(*class, *count)).fold(0.0, f64::max);
    found.iter().filter(|(class, count)| *count > 0 && share(*class, *count) == most).map(|(class, _)| *class).collect()
}

/// A number that depends on every bit of another: the last step of SplitMix64.
pub(super) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, Normal};

    /// Rows of two classes with a share of the second, and a number of each row.
    fn table(rows: usize, second: f64, number: impl Fn(u32, &mut ChaCha8Rng) -> f64) -> (Vec<f64>, Vec<u32>) {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let classes: Vec<u32> = (0..rows).map(|_| u32::from(random.random::<f64>() < second)).collect();
        (classes.iter().map(|class| number(*class, &mut random)).collect(), classes)
    }

    fn score(rows: usize, second: f64, number: impl Fn(u32, &mut ChaCha8Rng) -> f64) -> Option<f64> {
        let (cells, classes) = table(rows, second, number);
        of_numbers(&cells, &classes).map(|found| found.score)
    }

    /// A number that is normal within both classes, whose means are so far apart.
    fn apart(distance: f64) -> impl Fn(u32, &mut ChaCha8Rng) -> f64 {
        move |class, random| Normal::new(distance * f64::from(class), 1.0).unwrap().sample(random)
    }

    #[test]
    fn honest_predictors_are_none() {
        for rows in [60, 400, 8000] {
            for second in [0.5, 0.1, 0.02] {
                // Areas under the curve of 0.5, 0.8, 0.95 and 0.99.
                for distance in [0.0, 1.19, 2.33, 3.29] {
                    assert_eq!(score(rows, second, apart(distance)), None, "{rows} {second} {distance}");
                }
            }
        }
    }

    #[test]
    fn thresholds_and_noisy_copies_tell_the_label() {
        for (rows, second) in [(100, 0.5), (1000, 0.5), (1000, 0.2), (8000, 0.05)] {
            assert!(score(rows, second, apart(8.0)).is_some_and(|score| score > 0.98), "{rows} {second}");
        }
        assert!(score(8000, 0.01, apart(8.0)).is_some());
        let copy = |wrong: f64| {
            move |class: u32, random: &mut ChaCha8Rng| {
                if random.random::<f64>() < wrong { 1.0 - f64::from(class) } else { f64::from(class) }
            }
        };
        assert!(score(8000, 0.5, copy(0.02)).is_some_and(|score| (score - 0.98).abs() < 0.01));
        assert_eq!(score(8000, 0.5, copy(0.1)), None);
        // A band of values between those of the other class.
        let band = |class: u32, random: &mut ChaCha8Rng| match class {
            1 => random.random_range(0.4..0.6),
            _ => {
                if random.random() {
                    random.random_range(0.0..0.4)
                } else {
                    random.random_range(0.6..1.0)
                }
            }
        };
        assert!(score(4000, 0.3, band).is_some());
    }

    #[test]
    fn a_value_of_its_own_on_every_row_tells_nothing_and_an_empty_cell_may() {
        let (_, classes) = table(2000, 0.5, apart(0.0));
        let names: Vec<String> = (0..2000u64).map(|row| format!("{:x}", mixed(row + 9))).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(of_texts(&names, &classes), None);
        let numbers: Vec<f64> = (0..2000u64).map(|row| mixed(row + 5) as f64).collect();
        assert_eq!(of_numbers(&numbers, &classes), None);
        let filled: Vec<f64> =
            numbers.iter().zip(&classes).map(|(number, class)| if *class == 1 { *number } else { f64::NAN }).collect();
        assert_eq!(of_numbers(&filled, &classes).map(|found| found.score > 0.97), Some(true));
    }

    #[test]
    fn dates_before_and_after_a_day_tell_the_label_in_either_form() {
        let (years, classes) =
            table(600, 0.4, |class, random| f64::from(2000 + 10 * class + random.random_range(0..10)));
        for year_first in [true, false] {
            let date = |(row, year): (usize, &f64)| {
                let (month, day) = (row % 12 + 1, row % 28 + 1);
                if year_first {
                    format!("{year}-{month:02}-{day:02}")
                } else {
                    format!("{day}.{month:02}.{year} 10:00")
                }
            };
            let dates: Vec<String> = years.iter().enumerate().map(date).collect();
            let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
            assert!(of_texts(&dates, &classes).is_some(), "{}", dates[0]);
        }
    }

    #[test]
    fn few_values_tell_the_label_on_few_rows_if_no_value_occurs_with_two_classes() {
        let cells = |values: [f64; 2]| -> (Vec<f64>, Vec<u32>) {
            ((0..20).map(|row| values[row % 2]).collect(), (0..20).map(|row| row % 2).collect())
        };
        let values =
            |(cells, classes): (Vec<f64>, Vec<u32>)| of_numbers(&cells, &classes).and_then(|found| found.values);
        assert_eq!(values(cells([0.0, 1.0])), Some(2));
        assert_eq!(values(cells([1.0, 1.0])), None);
        assert_eq!(values(cells([0.0, -0.0])), None);
        let (mut noisy, mut classes) = cells([0.0, 1.0]);
        noisy.push(1.0);
        classes.push(0);
        assert_eq!(values((noisy, classes)), None);
        // Ten rows with ten values allow no conclusion about new rows.
        assert_eq!(values(((0..10).map(f64::from).collect(), (0..10).map(|row| row % 2).collect())), None);
    }

    #[test]
    fn the_rows_of_a_large_table_are_from_all_over_it() {
        assert_eq!(rows_to_look_at(7, 3), (0..7).collect::<Vec<_>>());
        let rows = rows_to_look_at(1_000_000, 10);
        assert_eq!(rows.len(), ROWS);
        assert!(
            rows.is_sorted()
                && rows[0] < 100
                && rows[ROWS - 1] >= 999_900
                && rows.windows(2).all(|two| two[0] < two[1])
        );
        assert_eq!(rows_to_look_at(1_000_000, 1_000_000).len(), LEAST_ROWS);
    }
}
