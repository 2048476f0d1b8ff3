//! Ranges of rows from all over a table whose rows are found by their numbers.

use std::ops::Range;

/// How many ranges there are at most.
const RANGES: u64 = 32;

/// Ranges of the rows of a table, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowRanges {
    /// The ranges, none of which overlap.
    pub(super) ranges: Vec<Range<u64>>,
    /// How many rows the table has.
    pub(super) all: u64,
}

impl RowRanges {
    /// Ranges of at most `most` of the rows of a table, and at least one row; the first and the last row are among them.
    pub(super) fn spread(all: u64, most: u64) -> Self {
        let most = most.max(1);
        if all <= most {
            return Self { ranges: std::iter::once(0..all).collect(), all };
        }
        let count = RANGES.min(most);
        let length = most / count;
        let start = |at: u64| {
            let place = u128::from(all - length) * u128::from(at) / u128::from((count - 1).max(1));
            place as u64
        };
        Self { ranges: (0..count).map(|at| start(at)..start(at) + length).collect(), all }
    }

    /// How many rows are in the ranges.
    pub(super) fn rows(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }

    /// Whether these are all rows of the table.
    pub(super) fn is_whole(&self) -> bool {
        self.rows() == self.all
    }

    /// The row of the table that a row of the ranges is, where they are put together.
    pub(super) fn original(&self, row: u64) -> Option<u64> {
        let mut before = 0;
        for range in &self.ranges {
            let length = range.end - range.start;
            if row < before + length {
                return Some(range.start + row - before);
            }
            before += length;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_table_is_one_range() {
        assert_eq!(RowRanges::spread(7, 7).ranges, vec![0..7]);
        assert!(RowRanges::spread(7, 7).is_whole() && RowRanges::spread(0, 7).is_whole());
        assert_eq!(RowRanges::spread(7, 1).ranges, vec![0..1]);
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_reach_from_the_first_row_to_the_last(all in 1u64..1 << 40, most in 2u64..200_000) {
            let found = RowRanges::spread(all, most);
            prop_assert!(found.rows() <= most && found.rows() >= most.min(all) / 2);
            prop_assert_eq!(found.ranges.first().unwrap().start, 0);
            prop_assert_eq!(found.ranges.last().unwrap().end, all);
            prop_assert!(found.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
            let rows = found.rows();
            prop_assert_eq!(found.original(rows - 1), Some(all - 1));
            prop_assert_eq!((found.original(0), found.original(rows)), (Some(0), None));
        }
    }
}
