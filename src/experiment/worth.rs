//! What a minute is worth on either side of where actions stand, and how far that goes.
//!
//! On each side a straight line goes from the scenario as it is through the places there, for each seed its
//! own, and is told only along the stretch on which it fits. An effect that sets in late, or that levels off
//! where nothing more can be won or lost, has no worth of a minute beyond.

use crate::measure::interval::Interval;

/// A place may lie this part of the whole effect off the line: numbers are counted in steps.
const ALIKE: f64 = 0.1;
/// And so many half widths of its own interval, of 95 %: of a few places one is often a little outside.
const BEYOND: f64 = 1.5;

/// By how many minutes actions were moved, and by how much a number differs then, seed by seed; none where a
/// run has no value.
pub(super) type Place = (f64, Vec<Option<f64>>);

/// What a minute of some actions is worth, in the unit of one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// By how much the number grows with each minute that they come later, if that is one straight line on
    /// both sides.
    pub whole: Option<Interval>,
    /// Where they come earlier; none if they were not moved so, or no seed has a value there.
    pub earlier: Option<Side>,
    /// Where they come later, likewise.
    pub later: Option<Side>,
}

/// What a minute is worth on one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// By how much the number grows with each minute that they come later, along the straight stretch.
    pub worth: Interval,
    /// How many minutes that stretch is long.
    pub reach: f64,
    /// How many places lie on it, from the nearest on.
    pub straight: usize,
    /// Of how many.
    pub places: usize,
}

impl Side {
    /// Whether all places lie on one line.
    #[must_use]
    pub fn is_straight(&self) -> bool {
        self.straight == self.places
    }

    /// Whether not even the two nearest do.
    #[must_use]
    pub fn is_bent(&self) -> bool {
        self.straight == 1 && self.places > 1
    }
}

impl Worth {
    /// The worth from all places, in any order.
    pub(super) fn of(places: &[Place]) -> Self {
        let side = |sign: f64| {
            let mut there: Vec<Place> =
                places.iter().filter(|it| it.0 * sign > 0.0).cloned().collect();
            there.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
            self::side(&there)
        };
        let (earlier, later) = (side(-1.0), side(1.0));
        let is_one = earlier.zip(later).is_some_and(|(one, other)| {
            let [a, b] = [one, other].map(|it| it.worth.mean);
            let is_same = (a - b).abs() <= ALIKE * a.abs().max(b.abs());
            is_same && one.is_straight() && other.is_straight()
        });
        let whole = if is_one { line(places).map(|it| it.0) } else { None };
        Self { whole, earlier, later }
    }
}

/// One side, from the longest stretch of its places, the nearest first, that lies on a line.
fn side(places: &[Place]) -> Option<Side> {
    (1..=places.len()).rev().find_map(|straight| {
        let (worth, is_straight) = line(&places[..straight])?;
        let reach = places[straight - 1].0.abs();
        is_straight.then_some(Side { worth, reach, straight, places: places.len() })
    })
}

/// The slope of the line through no difference that is nearest to some places, by least squares, over the
/// seeds that have a value at each of them; and whether the places lie on it.
fn line(places: &[Place]) -> Option<(Interval, bool)> {
    let seeds = places.first()?.1.len();
    let of_seed = |seed: usize| places.iter().map(|it| it.1[seed]).collect::<Option<Vec<f64>>>();
    let seeds: Vec<Vec<f64>> = (0..seeds).filter_map(of_seed).collect();
    let along: f64 = places.iter().map(|it| it.0 * it.0).sum();
    let slope = |differences: &Vec<f64>| {
        places.iter().zip(differences).map(|(place, it)| place.0 * it).sum::<f64>() / along
    };
    let slopes: Vec<f64> = seeds.iter().map(slope).collect();
    let worth = Interval::of(&slopes)?;
    let of_place = |place: usize| {
        let off = seeds.iter().zip(&slopes).map(|(it, slope)| it[place] - slope * places[place].0);
        Interval::of(&off.collect::<Vec<f64>>())
    };
    let mean = |place: usize| seeds.iter().map(|it| it[place]).sum::<f64>() / seeds.len() as f64;
    let most = (0..places.len()).map(|place| mean(place).abs()).fold(0.0, f64::max);
    let is_on_line =
        |it: Interval| it.mean.abs() <= (ALIKE * most).max(BEYOND * it.half_width.unwrap_or(0.0));
    Some((worth, (0..places.len()).filter_map(of_place).all(is_on_line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(of: &[(f64, [f64; 3])]) -> Vec<Place> {
        of.iter().map(|(shift, it)| (*shift, it.map(Some).to_vec())).collect()
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} for {expected}");
    }

    #[test]
    fn one_line_on_both_sides_has_one_worth() {
        let line = |shift: f64| (shift, [2.0 * shift, 2.1 * shift, 1.9 * shift]);
        let worth = Worth::of(&places(&[-10.0, 5.0, -5.0, 10.0].map(line)));
        near(worth.whole.unwrap().mean, 2.0);
        // The deviation of 0.1 by the root of three, times 4.303.
        near(worth.whole.unwrap().half_width.unwrap(), 4.303 * 0.1 / 3.0_f64.sqrt());
        assert!(worth.earlier.unwrap().is_straight() && worth.later.unwrap().is_straight());
    }

    #[test]
    fn what_levels_off_is_told_only_as_far_as_it_is_straight() {
        // Later each minute is one more until nothing more can be lost; earlier nothing can be won at all.
        let worth = Worth::of(&places(&[
            (-10.0, [0.0; 3]),
            (-5.0, [0.0; 3]),
            (5.0, [5.0; 3]),
            (10.0, [10.0; 3]),
            (15.0, [10.0; 3]),
            (20.0, [10.0; 3]),
        ]));
        assert_eq!(worth.whole, None);
        let (earlier, later) = (worth.earlier.unwrap(), worth.later.unwrap());
        assert!(earlier.is_straight());
        near(earlier.worth.mean, 0.0);
        assert_eq!((later.straight, later.places, later.is_straight()), (2, 4, false));
        near(later.reach, 10.0);
        near(later.worth.mean, 1.0);
    }

    #[test]
    fn a_step_has_no_worth_of_a_minute() {
        let worth = Worth::of(&places(&[(5.0, [-90.0, -91.0, -89.0]), (10.0, [-90.0; 3])]));
        let later = worth.later.unwrap();
        assert!(later.is_bent() && worth.whole.is_none() && worth.earlier.is_none());
    }

    #[test]
    fn noise_is_no_bend() {
        let seeds = [[3.0, 8.0, 4.0], [14.0, 6.0, 10.0], [12.0, 15.0, 20.0]];
        let worth = Worth::of(&places(&[(5.0, seeds[0]), (10.0, seeds[1]), (15.0, seeds[2])]));
        assert!(worth.later.unwrap().is_straight());
    }

    #[test]
    fn seeds_without_a_value_do_not_count_and_one_gives_no_interval() {
        let later = vec![(5.0, vec![Some(5.0), None, None]), (10.0, vec![Some(10.0), None, None])];
        let side = Worth::of(&later).later.unwrap();
        assert_eq!((side.worth.half_width, side.worth.count, side.is_straight()), (None, 1, true));
        let none: Vec<Place> = later.iter().map(|it| (it.0, vec![None; 3])).collect();
        assert_eq!(Worth::of(&none).later, None);
    }
}
