//! Which rows of a part are corrupted, and which of their modalities.

use crate::data::random::{Purpose, below, stream, uniform};
use rand_chacha::rand_core::RngCore as _;
use serde::Serialize;

/// How many of the modalities of a row are corrupted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AffectedModalities {
    /// One, drawn uniformly.
    One,
    /// A share of them, rounded, at least one; drawn uniformly.
    Share(f64),
    /// As `Share`, but at least one modality stays as it is, where there are several.
    ShareButOne(f64),
    /// Any number from none to all but one, drawn uniformly, then which.
    Fewer,
}

/// Which rows are corrupted, and how many of their modalities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Exposure {
    /// The share of the rows: `floor(share * rows)` of them, drawn without replacement.
    pub rows: f64,
    /// How many modalities of each.
    pub modalities: AffectedModalities,
}

/// The seed of the draws of one purpose of a corruption, by words that tell it from others.
pub(crate) fn seed_of(seed: u64, words: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    for word in words {
        hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
    }
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// The places of the rows that are corrupted, in ascending order: those with the least draws. Each draw is decided by the
/// seed, the purpose and the row's number in its table, so that a larger share contains a smaller one.
pub(crate) fn exposed_rows(row_ids: &[u64], share: f64, seed: u64, purpose: &str) -> Vec<u32> {
    let seed = seed_of(seed, &["rows", purpose]);
    let draw = |id: &u64| uniform(&mut stream(Purpose::Corruption, seed, *id));
    let mut places: Vec<(f64, u64, u32)> = row_ids.iter().zip(0..).map(|(id, at)| (draw(id), *id, at)).collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    // A share such as 0.3 of 10 rows is 3 rows, although the product is a little less.
    let count = (share * row_ids.len() as f64 + 1e-9).floor() as usize;
    let mut exposed: Vec<u32> = places.into_iter().take(count).map(|(.., at)| at).collect();
    exposed.sort_unstable();
    exposed
}

/// A random order of the places of these rows, decided by the seed, the modality's name and the rows' numbers.
pub(crate) fn row_order(row_ids: &[u64], seed: u64, modality: &str) -> Vec<u32> {
    let seed = seed_of(seed, &["order", modality]);
    let draw = |id: &u64| stream(Purpose::Corruption, seed, *id).next_u64();
    let mut places: Vec<(u64, u64, u32)> = row_ids.iter().zip(0..).map(|(id, at)| (draw(id), *id, at)).collect();
    places.sort_unstable();
    places.into_iter().map(|(.., at)| at).collect()
}

/// Which of `count` modalities are corrupted on a row. Their order decides, so that it must be the same for every model.
pub(crate) fn exposed_modalities(
    rule: AffectedModalities,
    count: usize,
    row_id: u64,
    seed: u64,
    purpose: &str,
) -> Vec<usize> {
    let random = &mut stream(Purpose::Corruption, seed_of(seed, &["modalities", purpose]), row_id);
    let share = |share: f64| ((share * count as f64).round() as usize).clamp(1, count.max(1));
    let most = count.saturating_sub(1).max(1);
    let chosen = match rule {
        AffectedModalities::One => 1,
        AffectedModalities::Share(of) => share(of),
        AffectedModalities::ShareButOne(of) => share(of).min(most),
        AffectedModalities::Fewer => below(random, count as u64) as usize,
    };
    // The first of a random order, so that more modalities contain fewer.
    let mut order: Vec<usize> = (0..count).collect();
    for at in 0..chosen.min(count) {
        let other = at + below(random, (count - at) as u64) as usize;
        order.swap(at, other);
    }
    order.truncate(chosen);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_larger_share_contains_a_smaller_one(rows in 1usize..200, seed: u64, shares in [0.0f64..=1.0, 0.0..=1.0]) {
            let ids: Vec<u64> = (0..rows as u64).map(|id| 3 * id + 1).collect();
            let [few, many] = if shares[0] < shares[1] { shares } else { [shares[1], shares[0]] };
            let [few, many] = [few, many].map(|share| exposed_rows(&ids, share, seed, "test"));
            prop_assert!(few.iter().all(|row| many.contains(row)));
            prop_assert_eq!(exposed_rows(&ids, 1.0, seed, "test").len(), rows);
        }

        #[test]
        fn modalities_are_distinct_and_as_many_as_the_rule_wants(count in 1usize..9, row: u64, seed: u64) {
            for (rule, least, most) in [
                (AffectedModalities::One, 1, 1),
                (AffectedModalities::Share(1.0), count, count),
                (AffectedModalities::ShareButOne(1.0), 1, (count - 1).max(1)),
                (AffectedModalities::Fewer, 0, count - 1),
            ] {
                let mut found = exposed_modalities(rule, count, row, seed, "test");
                prop_assert!((least..=most).contains(&found.len()), "{:?}: {:?}", rule, found);
                found.sort_unstable();
                found.dedup();
                prop_assert!(found.len() >= least && found.iter().all(|at| *at < count));
            }
        }
    }

    #[test]
    fn a_share_is_counted_exactly() {
        let ids: Vec<u64> = (0..10).collect();
        for (tenths, expected) in (0..=10).map(|tenths| (f64::from(tenths) / 10.0, tenths as usize)) {
            assert_eq!(exposed_rows(&ids, tenths, 7, "test").len(), expected);
        }
        // Rows do not depend on where they stand: the same ids in another order are the same rows.
        let reversed: Vec<u64> = ids.iter().rev().copied().collect();
        let of = |ids: &[u64]| -> Vec<u64> {
            let mut found: Vec<u64> = exposed_rows(ids, 0.4, 7, "test").iter().map(|at| ids[*at as usize]).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(of(&ids), of(&reversed));
    }

    #[test]
    fn every_modality_is_as_likely() {
        let mut counts = [0u32; 4];
        for row in 0..4000 {
            exposed_modalities(AffectedModalities::Share(0.5), 4, row, 1, "test")
                .iter()
                .for_each(|at| counts[*at] += 1);
        }
        // Binomial(4000, 1/2) has deviation 31.6: five of them on either side.
        assert!(counts.iter().all(|count| (1842..=2158).contains(count)), "{counts:?}");
    }
}
