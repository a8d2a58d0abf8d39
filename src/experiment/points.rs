//! The points of a sweep: every combination of values, or a Latin hypercube.

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::vary::{Axis, Values};

/// A value for each axis, as text.
pub type Point = Vec<String>;

/// No sweep has more points than this.
pub const POINTS_MAX: usize = 1_000_000;

/// Every combination of the values; the last axis changes first.
///
/// # Errors
///
/// Refuses an axis that says no steps, and more points than [`POINTS_MAX`].
pub fn grid(axes: &[Axis]) -> Result<Vec<Point>, String> {
    let mut points: Vec<Point> = vec![Vec::new()];
    for axis in axes {
        let Values::Listed(values) = &axis.values else {
            return Err(format!(
                "{} has no steps; help: write LO..HI/STEPS, or sample with --sample latin-hypercube:N",
                axis.path
            ));
        };
        if points.len().saturating_mul(values.len()) > POINTS_MAX {
            return Err(too_many());
        }
        let with = |point: &Point| {
            let point = point.clone();
            values.iter().map(move |value| [point.as_slice(), std::slice::from_ref(value)].concat())
        };
        points = points.iter().flat_map(with).collect();
    }
    Ok(points)
}

/// A Latin hypercube: each axis is cut into `count` parts of equal size, and each part is used once.
///
/// `McKay`, Beckman and Conover, "A comparison of three methods for selecting values of input variables in the
/// analysis of output from a computer code", Technometrics 21 (1979).
/// <https://doi.org/10.1080/00401706.1979.10489755>
///
/// # Errors
///
/// Refuses more points than [`POINTS_MAX`].
pub fn latin_hypercube(axes: &[Axis], count: usize, seed: u64) -> Result<Vec<Point>, String> {
    if count > POINTS_MAX {
        return Err(too_many());
    }
    let mut points: Vec<Point> = vec![Vec::new(); count];
    for (place, axis) in axes.iter().enumerate() {
        // An axis of its own stream for each: a further one leaves the others as they are.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(place as u64);
        let mut parts: Vec<usize> = (0..count).collect();
        parts.shuffle(&mut random);
        for (point, part) in points.iter_mut().zip(parts) {
            let within: f64 = random.random();
            let share = (part as f64 + within) / count as f64;
            point.push(match &axis.values {
                Values::Between(range) => range.at(share),
                Values::Listed(values) => values[listed(share, values.len())].clone(),
            });
        }
    }
    Ok(points)
}

/// The place in a list at a share of its length.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a length is a place"
)]
fn listed(share: f64, length: usize) -> usize {
    ((share * length as f64) as usize).min(length - 1)
}

fn too_many() -> String {
    format!("more than {POINTS_MAX} points; help: fewer values, or --sample latin-hypercube:N")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| Axis::parse(text).unwrap()).collect()
    }

    #[test]
    fn a_grid_is_every_combination_in_order() {
        let points = grid(&axes(&["a=1,2", "b=x,y,z"])).unwrap();
        let joined: Vec<String> = points.iter().map(|point| point.concat()).collect();
        assert_eq!(joined, ["1x", "1y", "1z", "2x", "2y", "2z"]);
        assert!(grid(&axes(&["a=1..2"])).unwrap_err().contains("a has no steps"));
        let many = grid(&axes(&["a=1..100000/100000", "b=1..11/11"]));
        assert!(many.unwrap_err().contains("more than 1000000 points"));
    }

    #[test]
    fn a_latin_hypercube_uses_each_part_of_each_axis_once() {
        let count = 50;
        let both = axes(&["a=0.0..50.0", "b=0.0..50.0", "c=x,y"]);
        let points = latin_hypercube(&both, count, 7).unwrap();
        for axis in 0..2 {
            let mut parts: Vec<u32> = points
                .iter()
                .map(|it| it[axis].split('.').next().unwrap().parse().unwrap())
                .collect();
            parts.sort_unstable();
            assert_eq!(parts, (0..50).collect::<Vec<u32>>());
        }
        assert_eq!(points.iter().filter(|it| it[2] == "x").count(), count / 2);
        let order = |axis: usize| points.iter().map(|it| it[axis].clone()).collect::<Vec<_>>();
        assert_ne!(order(0), order(1), "axes are shuffled apart");
        assert_eq!(points, latin_hypercube(&both, count, 7).unwrap());
        assert_ne!(points, latin_hypercube(&both, count, 8).unwrap());
    }
}
