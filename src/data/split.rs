//! Divides the rows of a table into parts. Reads only the columns that decide.

use crate::data::random::{Purpose, shuffle, stream};
use crate::data::split_words::{SplitColumn, SplitIndices, by_column};
use crate::data::table::loaded::LoadedTable;
use crate::diag::{Code, Problem, Problems};
use crate::spec::{Part, Portion, PortionRule, Spanned, Split};
use std::collections::BTreeMap;

/// The inputs of the split of a table.
pub(crate) struct SplitTable<'a> {
    /// The table.
    pub read: &'a LoadedTable,
    /// The class of each row.
    pub labels: &'a [u32],
    /// The column of `by_column`.
    pub by_column: Option<SplitColumn<'a>>,
    /// The columns of `stratify`.
    pub stratify_by: Vec<SplitColumn<'a>>,
    /// The columns of `group`.
    pub group: Vec<SplitColumn<'a>>,
}

/// Divides the rows by `split`. Rows in no portion are train, unless a portion defines train.
pub(crate) fn divide(split: &Split, table: &SplitTable<'_>) -> Result<SplitIndices, Problems> {
    let mut parts = SplitIndices::default();
    let mut left: Vec<u32> = match (&split.by_column, table.by_column) {
        (Some(written), Some(column)) => {
            by_column(split, written, column, table.read, &mut parts)?;
            std::mem::take(&mut parts.train)
        }
        _ => (0..table.labels.len() as u32).collect(),
    };
    let classes = split.stratify.then_some(table.labels);
    let strata = classes.into_iter().chain(table.stratify_by.iter().map(|(words, _)| words.codes.as_slice()));
    let strata = combined(strata);
    let mut problems = Problems::new();
    for (number, portion) in split.portions.iter().enumerate() {
        match take(split, portion, number as u64, (table, &strata), &mut left) {
            Ok(mut rows) => {
                let part = parts.get_mut(portion.part);
                part.append(&mut rows);
                part.sort_unstable();
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    if split.portions.iter().any(|portion| portion.part == Part::Train) {
        parts.unused = left.len();
    } else {
        parts.train = left;
    }
    if parts.train.is_empty() {
        let message = format!("the split leaves none of the {} rows to train on", table.labels.len());
        let problem = Problem::error(Code::TooFewRows, message).at(split.span, "takes them all");
        return Err(problem.in_data(table.read.place(None, None)).into());
    }
    Ok(parts)
}

/// Takes the rows of one portion out of what is left.
fn take(
    split: &Split,
    portion: &Portion,
    number: u64,
    (table, strata): (&SplitTable<'_>, &[u32]),
    left: &mut Vec<u32>,
) -> Result<Vec<u32>, Problem> {
    let part = portion.part.as_str();
    let rows = table.labels.len();
    let (count, asked) = match portion.rule {
        PortionRule::Last(count) => (count, format!("the last {count} rows")),
        PortionRule::First(count) => (count, format!("the first {count} rows")),
        // Halves are rounded away from zero, so that 5% of 10 rows is a row.
        PortionRule::Fraction(share) => {
            let count = ((share * rows as f64).round() as usize).max(1);
            (count, format!("{} of {rows} rows, which is {count},", percent(share)))
        }
    };
    if count > left.len() || count == 0 {
        let message = format!("`{part}` asks for {asked} and {} are left of {rows}", left.len());
        let problem = Problem::error(Code::TooFewRows, message).at(portion.span, "required here");
        let problem = problem.in_data(table.read.place(None, None));
        return Err(problem.help("portions are taken in the order written, each from what the one before left"));
    }
    match portion.rule {
        PortionRule::Last(_) => Ok(left.split_off(left.len() - count)),
        PortionRule::First(_) => Ok(left.drain(..count).collect()),
        PortionRule::Fraction(_) => {
            let mut random = stream(Purpose::Split, split.seed, number);
            let class = |row: u32| strata.get(row as usize).map_or(0, |stratum| *stratum as usize);
            let mut taken = vec![false; rows];
            match split.group.first() {
                Some(written) => {
                    let mut groups = groups(&split.group, &table.group, table.read, left)?;
                    shuffle(&mut groups, &mut random);
                    draw_groups(&groups, count, left, class, &mut taken);
                    if left.iter().all(|row| taken[*row as usize]) {
                        let message = format!("`{part}` cannot take a share of one group");
                        let problem = Problem::error(Code::TooFewRows, message).at(portion.span, "required here");
                        return Err(problem.also(written.span, "all rows left are of one group"));
                    }
                }
                _ => {
                    let mut shuffled = left.clone();
                    shuffle(&mut shuffled, &mut random);
                    draw(&shuffled, count, class, &mut taken);
                }
            }
            let (took, kept): (Vec<u32>, Vec<u32>) = left.iter().partition(|row| taken[**row as usize]);
            *left = kept;
            Ok(took)
        }
    }
}

fn percent(share: f64) -> String {
    // Rounded, so that 0.07 is not written as 7.000000000000001.
    format!("{}%", (share * 1e8).round() / 1e6)
}

/// How many of `count` rows each class gets: its share of `rows`, fractions settled by largest remainder and, where
/// these are equal, in favour of the class listed first. Never more than the class has.
fn quotas(rows: &[u32], count: usize, class: impl Fn(u32) -> usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = vec![];
    for row in rows {
        let class = class(*row);
        sizes.resize(sizes.len().max(class + 1), 0);
        sizes[class] += 1;
    }
    stratified_share(&sizes, count)
}

/// How many rows of each class are among `count` rows that are drawn so that each class has its share: the largest
/// remainders are rounded up.
pub fn stratified_share(sizes: &[usize], count: usize) -> Vec<usize> {
    // Whole numbers throughout: shares are compared without rounding.
    let all = (sizes.iter().sum::<usize>() as u128).max(1);
    let share = |size: usize| size as u128 * count as u128;
    let mut quotas: Vec<usize> = sizes.iter().map(|size| (share(*size) / all) as usize).collect();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|class| std::cmp::Reverse(share(sizes[*class]) % all));
    let missing = count.saturating_sub(quotas.iter().sum());
    for class in by_remainder.into_iter().take(missing) {
        quotas[class] += 1;
    }
    quotas
}

/// Takes the first rows of a shuffled list until every class has its quota.
fn draw(shuffled: &[u32], count: usize, class: impl Fn(u32) -> usize, taken: &mut [bool]) {
    let mut quotas = quotas(shuffled, count, &class);
    for row in shuffled {
        let quota = &mut quotas[class(*row)];
        if *quota > 0 {
            *quota -= 1;
            taken[*row as usize] = true;
        }
    }
}

/// A number for every row that is that of its values in all of these columns; none without columns.
fn combined<'a>(columns: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut strata: Vec<u32> = vec![];
    for column in columns {
        if strata.is_empty() {
            strata = column.to_vec();
            continue;
        }
        let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (stratum, code) in strata.iter_mut().zip(column) {
            let next = numbers.len() as u32;
            *stratum = *numbers.entry((*stratum, *code)).or_insert(next);
        }
    }
    strata
}

/// The rows of each group, in the order groups first occur.
fn groups(
    written: &[Spanned<String>],
    columns: &[SplitColumn<'_>],
    read: &LoadedTable,
    left: &[u32],
) -> Result<Vec<Vec<u32>>, Problem> {
    let group_of = combined(columns.iter().map(|(words, _)| words.codes.as_slice()));
    let mut place: BTreeMap<u32, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<u32>> = vec![];
    for row in left {
        for (written, (words, position)) in written.iter().zip(columns) {
            if words.get(*row as usize).is_empty() {
                let message = format!("the group of a row is empty in column `{}`", written.value);
                let problem =
                    Problem::error(Code::MissingValue, message).at(written.span, "rows are grouped by it here");
                return Err(problem.in_data(read.place(Some(*row as usize), Some(*position))));
            }
        }
        let next = groups.len();
        let place = *place.entry(group_of[*row as usize]).or_insert(next);
        if place == next {
            groups.push(vec![]);
        }
        groups[place].push(*row);
    }
    Ok(groups)
}

/// Goes through shuffled groups and takes each that brings the rows of the classes nearer to their quotas; at least the
/// one that comes nearest.
fn draw_groups(groups: &[Vec<u32>], count: usize, left: &[u32], class: impl Fn(u32) -> usize, taken: &mut [bool]) {
    let mut wanting: Vec<i64> = quotas(left, count, &class).into_iter().map(|quota| quota as i64).collect();
    // The increase of the distance from the quotas by a group.
    let farther = |wanting: &[i64], group: &[u32]| {
        let mut sizes: BTreeMap<usize, i64> = BTreeMap::new();
        for row in group {
            *sizes.entry(class(*row)).or_default() += 1;
        }
        sizes.iter().map(|(class, size)| (wanting[*class] - size).abs() - wanting[*class].abs()).sum::<i64>()
    };
    let nearest = groups.iter().enumerate().min_by_key(|(_, group)| farther(&wanting, group)).map(|(at, _)| at);
    let mut any = false;
    for group in groups {
        if farther(&wanting, group) < 0 {
            any = true;
            for row in group {
                wanting[class(*row)] -= 1;
                taken[*row as usize] = true;
            }
        }
    }
    if let (false, Some(nearest)) = (any, nearest) {
        groups[nearest].iter().for_each(|row| taken[*row as usize] = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotas_are_largest_remainders() {
        // Shares of 7 out of 10: exact shares of classes of 5, 3 and 2 are 3.5, 2.1 and 1.4.
        let classes = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2];
        let rows: Vec<u32> = (0..10).collect();
        assert_eq!(quotas(&rows, 7, |row| classes[row as usize]), [4, 2, 1]);
        assert_eq!(quotas(&rows, 10, |row| classes[row as usize]), [5, 3, 2]);
        assert_eq!(quotas(&rows, 1, |row| classes[row as usize]), [1, 0, 0]);
    }

    proptest! {
        #[test]
        fn quotas_add_up_and_stay_within_one_of_the_share(classes in proptest::collection::vec(0usize..5, 1..80), take: prop::sample::Index) {
            let rows: Vec<u32> = (0..classes.len() as u32).collect();
            let count = take.index(classes.len() + 1);
            let quotas = quotas(&rows, count, |row| classes[row as usize]);
            prop_assert_eq!(quotas.iter().sum::<usize>(), count);
            for (class, quota) in quotas.iter().enumerate() {
                let size = classes.iter().filter(|other| **other == class).count();
                let share = size as f64 * count as f64 / classes.len() as f64;
                prop_assert!(*quota <= size && (*quota as f64 - share).abs() < 1.0);
            }
        }
    }
}
