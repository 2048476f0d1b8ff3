//! Shapley values of games of few players, exactly, from the value of every coalition (Shapley, 1953).
//!
//! A coalition is a number: bit `i` says whether player `i` takes part. The values of a game are a list over all of them, the
//! empty one first.

/// Games of more players have too many coalitions to go through all of them on every row.
pub const MOST_PLAYERS: usize = 12;

/// The Shapley value of every player: `sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))`.
///
/// They add up to the value of all players less that of none. `values` has `2^n` numbers; anything else has no players.
pub fn shapley_values(values: &[f64]) -> Vec<f64> {
    if !values.len().is_power_of_two() {
        return vec![];
    }
    let players = values.len().trailing_zeros() as usize;
    let weights = weights(players);
    let of_player = |player: usize| {
        let own = 1 << player;
        let without = (0..values.len()).filter(|coalition| coalition & own == 0);
        without.map(|coalition| weights[size(coalition)] * (values[coalition | own] - values[coalition])).sum()
    };
    (0..players).map(of_player).collect()
}

/// `s! (n - s - 1)! / n!` for every size `s` of a coalition: `1 / (n C(n - 1, s))`.
fn weights(players: usize) -> Vec<f64> {
    let mut binomial = 1.0;
    let mut weights = vec![];
    for size in 0..players {
        weights.push(1.0 / (players as f64 * binomial));
        binomial = binomial * (players - 1 - size) as f64 / (size + 1) as f64;
    }
    weights
}

fn size(coalition: usize) -> usize {
    coalition.count_ones() as usize
}

/// The smallest coalition that decides as all players do; of several of its size the one with the greatest value, then the
/// first. `decides` says whether a coalition does.
pub fn smallest_sufficient(values: &[f64], decides: impl Fn(usize) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for coalition in (0..values.len()).filter(|coalition| decides(*coalition)) {
        let better = best.is_none_or(|best| match size(coalition).cmp(&size(best)) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => values[coalition] > values[best],
            std::cmp::Ordering::Greater => false,
        });
        if better {
            best = Some(coalition);
        }
    }
    best
}
