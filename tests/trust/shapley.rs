//! Shapley values against the mean over all orders of the players, and their axioms.

use mmc::trust::{shapley_values, smallest_sufficient};
use proptest::prelude::*;

/// The mean of what each player adds, over all orders.
fn by_orders(values: &[f64], players: usize) -> Vec<f64> {
    fn visit(order: &mut Vec<usize>, players: usize, see: &mut dyn FnMut(&[usize])) {
        if order.len() == players {
            return see(order);
        }
        for player in (0..players).filter(|player| !order.contains(player)).collect::<Vec<_>>() {
            order.push(player);
            visit(order, players, see);
            order.pop();
        }
    }
    let (mut sums, mut orders) = (vec![0.0; players], 0.0);
    visit(&mut vec![], players, &mut |order| {
        let mut before = 0;
        for player in order {
            sums[*player] += values[before | 1 << player] - values[before];
            before |= 1 << player;
        }
        orders += 1.0;
    });
    sums.into_iter().map(|sum| sum / orders).collect()
}

/// A game of up to six players.
fn game() -> impl Strategy<Value = Vec<f64>> {
    (1usize..=6).prop_flat_map(|players| proptest::collection::vec(-100.0..100.0, 1 << players))
}

proptest! {
    #[test]
    fn they_are_the_mean_over_all_orders_and_add_up(values in game()) {
        let found = shapley_values(&values);
        let players = values.len().trailing_zeros() as usize;
        for (found, expected) in found.iter().zip(by_orders(&values, players)) {
            prop_assert!((found - expected).abs() < 1e-10, "{found} for {expected}");
        }
        let all = values[values.len() - 1] - values[0];
        prop_assert!((found.iter().sum::<f64>() - all).abs() < 1e-10);
    }

    #[test]
    fn equal_players_have_equal_values_and_one_without_effect_none(values in game()) {
        // A player who changes nothing, and one who does what the first of the game does.
        let players = values.len().trailing_zeros() as usize;
        let value = |coalition: usize| {
            let own = coalition & (values.len() - 1);
            let twin = coalition >> (players + 1) & 1;
            values[if own & 1 == 1 || twin == 1 { own | 1 } else { own }]
        };
        let larger: Vec<f64> = (0..values.len() * 4).map(value).collect();
        let found = shapley_values(&larger);
        prop_assert!(found[players].abs() < 1e-10);
        prop_assert!((found[0] - found[players + 1]).abs() < 1e-10);
    }
}

#[test]
fn twelve_players_add_up_too() {
    let values: Vec<f64> =
        (0..1u32 << 12).map(|coalition| f64::from(coalition.wrapping_mul(2_654_435_761) >> 8) / 1e5).collect();
    let found = shapley_values(&values);
    assert_eq!(found.len(), 12);
    let all = values[values.len() - 1] - values[0];
    assert!((found.iter().sum::<f64>() - all).abs() < 1e-9, "{} for {all}", found.iter().sum::<f64>());
}

#[test]
fn of_no_players_there_is_nothing() {
    assert!(
        shapley_values(&[3.0]).is_empty() && shapley_values(&[]).is_empty() && shapley_values(&[1.0; 3]).is_empty()
    );
}

#[test]
fn the_smallest_sufficient_set_is_the_surest_of_its_size() {
    // Of the players 1, 2 and 4 the sets {1, 2} and {2, 4} decide, and all sets that hold them.
    let values = [0.0, 1.0, -1.0, 2.0, 0.0, 0.0, 5.0, 9.0];
    assert_eq!(smallest_sufficient(&values, |coalition| coalition & 3 == 3 || coalition & 6 == 6), Some(6));
    assert_eq!(smallest_sufficient(&values, |coalition| coalition == 7), Some(7));
    assert_eq!(smallest_sufficient(&values, |_| true), Some(0));
    assert_eq!(smallest_sufficient(&values, |_| false), None);
}
