//! Shares of what several players achieve together, after Shapley.
//!
//! A player's share is what it adds to those who came before it, over all orders in which all may come. The
//! shares add up to what all achieve together. Everything is worked out in integers, over a common denominator,
//! so that they do so exactly.
//!
//! Shapley, "A value for n-person games", 1953; interaction of two: Grabisch and Roubens, "An axiomatic approach
//! to the concept of interaction among players in cooperative games", 1999. <https://doi.org/10.1007/s001820050125>

use std::collections::BTreeSet;

/// Some of the players: the bit of each that is among them.
pub type Mask = u32;

/// So many players have all of their orders looked at; the sets are two to the power of that.
pub const EXACT_MAX: usize = 8;

/// The mask of all players.
#[must_use]
pub const fn everyone(players: usize) -> Mask {
    (1 << players) - 1
}

/// The players among these, from the lowest.
pub fn members(mask: Mask) -> impl Iterator<Item = usize> {
    (0..Mask::BITS as usize).filter(move |player| mask & 1 << player != 0)
}

/// Fractions with a common denominator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// The numerator of each player.
    pub numerators: Vec<i128>,
    /// What they are divided by.
    pub denominator: i128,
}

/// The share of each of at most [`EXACT_MAX`] players in what all achieve, from what each set of them does.
#[must_use]
pub fn exact(players: usize, achieved: &dyn Fn(Mask) -> i128) -> Shares {
    let share = |player: usize| {
        let others = (0..=everyone(players)).filter(|mask| mask & 1 << player == 0);
        let part = |mask: Mask| {
            let before = mask.count_ones() as usize;
            let orders = factorial(before) * factorial(players - before - 1);
            orders * (achieved(mask | 1 << player) - achieved(mask))
        };
        others.map(part).sum()
    };
    Shares { numerators: (0..players).map(share).collect(), denominator: factorial(players) }
}

/// The same estimated from some of the orders.
#[must_use]
pub fn sampled(players: usize, orders: &[Vec<usize>], achieved: &dyn Fn(Mask) -> i128) -> Shares {
    let mut numerators = vec![0; players];
    for order in orders {
        let mut before = 0;
        for player in order {
            let after = before | 1 << player;
            numerators[*player] += achieved(after) - achieved(before);
            before = after;
        }
    }
    Shares { numerators, denominator: orders.len().max(1) as i128 }
}

/// The sets that [`sampled`] asks for.
#[must_use]
pub fn sets(orders: &[Vec<usize>]) -> BTreeSet<Mask> {
    let of_order = |order: &Vec<usize>| {
        let mut mask = 0;
        let grown = order.iter().map(|player| {
            mask |= 1 << player;
            mask
        });
        std::iter::once(0).chain(grown).collect::<Vec<Mask>>()
    };
    orders.iter().flat_map(of_order).collect()
}

/// How much more two of at most [`EXACT_MAX`] players achieve together than each for itself, over all sets
/// that may be there beside them: more than nothing where they help each other.
///
/// The numerator; the denominator is [`pair_denominator`].
#[must_use]
pub fn interaction(
    players: usize,
    [one, other]: [usize; 2],
    achieved: &dyn Fn(Mask) -> i128,
) -> i128 {
    let (one, other) = (1 << one, 1 << other);
    let beside = (0..=everyone(players)).filter(|mask| mask & (one | other) == 0);
    let part = |mask: Mask| {
        let before = mask.count_ones() as usize;
        let orders = factorial(before) * factorial(players - before - 2);
        let together = achieved(mask | one | other) + achieved(mask);
        orders * (together - achieved(mask | one) - achieved(mask | other))
    };
    beside.map(part).sum()
}

/// What the numerators of [`interaction`] are divided by.
#[must_use]
pub fn pair_denominator(players: usize) -> i128 {
    factorial(players - 1)
}

impl Shares {
    /// A share as a number.
    #[must_use]
    pub fn share(&self, player: usize) -> f64 {
        self.numerators[player] as f64 / self.denominator as f64
    }

    /// The shares of this and another game of the same players added, over one denominator.
    ///
    /// # Panics
    ///
    /// Panics if one is exact and the other sampled.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        assert_eq!(self.denominator, other.denominator, "both are of the same kind");
        let pairs = self.numerators.iter().zip(&other.numerators);
        Self { numerators: pairs.map(|(a, b)| a + b).collect(), denominator: self.denominator }
    }

    /// The shares divided by `count` in whole `unit`s, so rounded that they add up to their rounded sum: those
    /// that lose most by rounding down are rounded up.
    #[must_use]
    pub fn rounded(&self, count: i128, unit: i128) -> Vec<i128> {
        let divisor = self.denominator * count * unit;
        let mut whole: Vec<i128> =
            self.numerators.iter().map(|it| it.div_euclid(divisor)).collect();
        let sum: i128 = self.numerators.iter().sum();
        let wanted = (2 * sum + divisor).div_euclid(2 * divisor);
        let mut order: Vec<usize> = (0..whole.len()).collect();
        order.sort_by_key(|player| -self.numerators[*player].rem_euclid(divisor));
        let lost = usize::try_from(wanted - whole.iter().sum::<i128>()).unwrap_or(0);
        for player in order.into_iter().take(lost) {
            whole[player] += 1;
        }
        whole
    }
}

fn factorial(number: usize) -> i128 {
    (1..=number as i128).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A left and two right gloves: only pairs are worth anything, so the rare left one has most of it.
    ///
    /// Shares of 2/3, 1/6 and 1/6: the example of many textbooks.
    fn gloves(mask: Mask) -> i128 {
        i128::from(mask & 1 != 0 && mask & 0b110 != 0)
    }

    #[test]
    fn the_shares_are_the_known_ones() {
        let shares = exact(3, &gloves);
        assert_eq!((shares.numerators, shares.denominator), (vec![4, 1, 1], 6));
        // The airport game: runways of costs 1, 2 and 4 have shares of 1/3, 1/3 + 1/2 and 1/3 + 1/2 + 2.
        // Littlechild and Owen, 1973.
        let airport = |mask: Mask| members(mask).map(|it| [1, 2, 4][it]).max().unwrap_or(0);
        assert_eq!(exact(3, &airport).numerators, [2, 5, 17]);
    }

    #[test]
    fn all_orders_sampled_are_the_exact_shares() {
        let orders: Vec<Vec<usize>> =
            [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
                .map(Vec::from)
                .into();
        assert_eq!(sampled(3, &orders, &gloves), exact(3, &gloves));
        assert_eq!(sets(&orders).len(), 8);
        assert_eq!(sets(&orders[..1]), BTreeSet::from([0, 0b1, 0b11, 0b111]));
    }

    #[test]
    fn gloves_of_one_side_hinder_and_pairs_help_each_other() {
        // Denominator 2. Beside nobody a left and a right are worth 1 together; beside the other right
        // glove nothing more than the left alone. Two right ones are worth 1 with the left, as each is.
        assert_eq!(pair_denominator(3), 2);
        assert_eq!(interaction(3, [0, 1], &gloves), 1);
        assert_eq!(interaction(3, [1, 2], &gloves), -1);
    }

    #[test]
    fn rounded_shares_add_up_to_the_rounded_sum() {
        let shares = Shares { numerators: vec![100, 100, 100, -1], denominator: 3 };
        // A third of 100 is 33 and one third, thrice, and the sum is 99.67, which is 100.
        assert_eq!(shares.rounded(1, 1), [34, 33, 33, 0]);
        assert_eq!(shares.rounded(1, 10), [4, 3, 3, 0]);
        let shares = Shares { numerators: vec![-5, -5, 1], denominator: 2 };
        assert_eq!(shares.rounded(1, 1).iter().sum::<i128>(), -4);
    }
}
