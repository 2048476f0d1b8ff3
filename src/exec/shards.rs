//! Division of a batch into shards: by its size alone, so that results do not depend on the number of threads.

use std::ops::Range;

/// Largest number of rows of a shard of a training batch, as long as there are few shards.
const SHARD: usize = 64;
/// Largest number of shards: each has its own gradients, and adding them up costs as much as another pass over the
/// weights.
const SHARDS: usize = 8;
/// Boundaries lie at multiples of this many rows, the width of a vector register.
const STEP: usize = 8;
/// Rows computed at a time in evaluation.
const CHUNK: usize = 512;
/// A pass that learns nothing computes a multiple of this many rows: the width of the widest vector register. A product
/// with one row has code of its own, and so do the rows beyond the last whole register; both would round differently.
const WIDTH: usize = 16;

/// The shards of a training batch: contiguous, in order, nearly equal, none empty; one where rows depend on each other.
pub(super) fn training(rows: usize, shardable: bool) -> Vec<Range<usize>> {
    let units = rows.div_ceil(STEP);
    let count = if shardable { rows.div_ceil(SHARD).clamp(1, SHARDS) } else { 1 };
    let bound = |index: usize| (index * units / count * STEP).min(rows);
    (0..count).map(|index| bound(index)..bound(index + 1)).collect()
}

/// The chunks of rows that are only evaluated.
pub(super) fn evaluation(rows: usize) -> Vec<Range<usize>> {
    (0..rows).step_by(CHUNK).map(|first| first..(first + CHUNK).min(rows)).collect()
}

/// Rows that a pass over `rows` rows computes where nothing is learned, so that the bits of a row do not depend on the
/// number of rows beside it.
pub(super) fn padded(rows: usize) -> usize {
    rows.next_multiple_of(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_a_batch_in_order() {
        for rows in 1..2000 {
            let shards = training(rows, true);
            assert_eq!(shards[0].start, 0);
            assert_eq!(shards[shards.len() - 1].end, rows);
            assert!(shards.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(shards.iter().all(|shard| !shard.is_empty()), "{rows}: {shards:?}");
            assert!(shards.len() <= SHARDS);
            let (least, most) = (shards.iter().map(Range::len).min(), shards.iter().map(Range::len).max());
            assert!(most.unwrap() - least.unwrap() < 2 * STEP, "{rows}: {shards:?}");
            assert_eq!(training(rows, false), vec![0..rows; 1]);
        }
        assert_eq!(training(128, true), [0..64, 64..128]);
        assert_eq!(training(0, true), vec![0..0; 1]);
    }

    #[test]
    fn chunks_cover_what_is_evaluated() {
        assert!(evaluation(0).is_empty());
        assert_eq!(evaluation(1030), [0..512, 512..1024, 1024..1030]);
    }
}
