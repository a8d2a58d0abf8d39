//! Draws from the exponential distribution.
//!
//! By a ziggurat: 256 layers of equal areas cover the density, each a rectangle but the lowest, which has the
//! tail too. A random word chooses a layer and a place in its width; 98 times of 100 the place lies below the
//! density at every height of the layer, and is the draw. With a logarithm a customer of a single server was
//! measured to take a tenth longer.
//!
//! Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000.
//! <https://doi.org/10.18637/jss.v005.i08>

use super::elementary::exp;
use crate::engine::random::{Words, uniform};

const LAYERS: usize = 256;
/// Where the tail begins, and the area of each layer: from the paper.
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;

/// The bits of a word that tell the place in a layer; the lowest eight of the others choose the layer.
const PLACE_BITS: u32 = f64::MANTISSA_DIGITS;

/// Places as they are drawn, below 2^53.
#[derive(Clone, Copy)]
struct Layer {
    /// Places below it lie under the density at every height of the layer.
    inner: u64,
    /// How much one place more adds to the draw.
    step: f64,
}

/// From the lowest to the highest.
static LAYER: [Layer; LAYERS] = layers();
/// Where a layer's right edge meets the density, and how high; last, the peak.
static EDGE: [(f64, f64); LAYERS + 1] = edges();

/// A draw from the exponential distribution of mean 1.
#[inline(always)]
pub fn standard_exponential(words: &mut impl Words) -> f64 {
    let (index, place, draw) = throw(words);
    if place < LAYER[index].inner {
        draw
    } else {
        words.aside(|words| near_the_edge(words, index, draw))
    }
}

/// Chooses a layer and a place in it.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lowest bits are taken")]
fn throw(words: &mut impl Words) -> (usize, u64, f64) {
    let word = words.next_word();
    let (index, place) = (word as usize % LAYERS, word >> (u64::BITS - PLACE_BITS));
    (index, place, place as f64 * LAYER[index].step)
}

/// Decides about a draw that may lie above the density, and draws again until one does not.
#[cold]
#[inline(never)]
fn near_the_edge(words: &mut impl Words, mut index: usize, mut draw: f64) -> f64 {
    let mut begin = 0.0;
    loop {
        if index == 0 {
            // What is beyond the beginning of the tail is distributed like the whole.
            begin += TAIL;
        } else {
            let ((_, low), (_, high)) = (EDGE[index], EDGE[index + 1]);
            if low + uniform(words) * (high - low) < exp(-draw) {
                return begin + draw;
            }
        }
        let place;
        (index, place, draw) = throw(words);
        if place < LAYER[index].inner {
            return begin + draw;
        }
    }
}

/// Each layer is as high as it must be to have the area: `width * (high - low)`.
const fn edges() -> [(f64, f64); LAYERS + 1] {
    let mut edges = [(0.0, 1.0); LAYERS + 1];
    // The lowest layer is the rectangle below the tail's beginning, and the tail; as wide as a rectangle would be.
    let mut low = AREA / (TAIL + 1.0);
    let mut right = TAIL;
    edges[0] = (AREA / low, 0.0);
    let mut index = 1;
    while index < LAYERS {
        edges[index] = (right, low);
        let high = low + AREA / right;
        right -= ln_of_ratio(high, low);
        low = high;
        index += 1;
    }
    edges
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an edge is to the left of the one below it: the quotient is a share"
)]
const fn layers() -> [Layer; LAYERS] {
    const PLACES: f64 = (1_u64 << PLACE_BITS) as f64;
    let edges = edges();
    let mut layers = [Layer { inner: 0, step: 0.0 }; LAYERS];
    let mut index = 0;
    while index < LAYERS {
        let (right, above) = (edges[index].0, edges[index + 1].0);
        layers[index] = Layer { inner: (above / right * PLACES) as u64, step: right / PLACES };
        index += 1;
    }
    layers
}

/// The logarithm of `high / low`, which is at most 3, by the series of the area tangent:
/// ln r = 2 artanh((r - 1) / (r + 1)).
const fn ln_of_ratio(high: f64, low: f64) -> f64 {
    // The tangent is at most 1/2: 28 terms leave nothing.
    let tangent = (high - low) / (high + low);
    let mut sum = 0.0;
    let mut odd = 55;
    while odd > 0 {
        sum = sum * tangent * tangent + 1.0 / odd as f64;
        odd -= 2;
    }
    2.0 * tangent * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::UnitDraws;

    #[test]
    fn the_layers_have_equal_areas_and_meet_the_density() {
        for (index, pair) in EDGE.windows(2).enumerate() {
            let ((right, low), (_, high)) = (pair[0], pair[1]);
            assert!((right * (high - low) / AREA - 1.0).abs() < 1e-12, "layer {index}");
            let density = if index == 0 { 0.0 } else { libm::exp(-right) };
            assert!((low - density).abs() <= 1e-14 * density, "layer {index}");
        }
        let (_, lowest) = EDGE[1];
        assert!((lowest * TAIL + libm::exp(-TAIL) - AREA).abs() < 1e-15, "the lowest has the tail");
    }

    /// Computed with Python from the same random words, with tables of its own: two draws at once, then some that
    /// lie in no layer's inner part, the last three of them in the tail.
    #[test]
    fn draws_are_those_of_an_independent_computation() {
        let mut words = UnitDraws::new(1, 2, 0);
        let draws: Vec<f64> = (0..1600).map(|_| standard_exponential(&mut words)).collect();
        let cases = [
            (0, 0.193_170_128_653_270),
            (1, 2.294_938_117_706_085),
            (185, 1.185_667_452_023_862),
            (202, 0.140_761_878_796_279),
            (330, 0.031_701_347_873_760),
            (332, 0.631_645_782_804_489),
            (348, 1.361_382_474_850_409),
            (422, 7.761_160_029_968_008),
            (909, 11.130_365_826_877_014),
            (1549, 8.110_720_956_456_921),
        ];
        for (number, draw) in cases {
            assert!((draws[number] - draw).abs() < 1e-12, "{number}: {}", draws[number]);
        }
    }

    #[test]
    fn draws_are_distributed_as_they_should_be() {
        const DRAWS: u32 = 2_000_000;
        const BINS: usize = 1000;
        let mut words = UnitDraws::new(3, 4, 0);
        let mut counts = [0_u32; BINS];
        let (mut tail, mut far_tail) = (0_i32, 0_i32);
        for _ in 0..DRAWS {
            let draw = standard_exponential(&mut words);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
            let bin = (-libm::expm1(-draw) * BINS as f64) as usize;
            counts[bin.min(BINS - 1)] += 1;
            tail += i32::from(draw > TAIL);
            far_tail += i32::from(draw > TAIL + 2.0);
        }
        // Pearson's statistic has a mean of 999 and a standard deviation of sqrt(2 * 999) = 45.
        let expected = f64::from(DRAWS) / BINS as f64;
        let square = |&count: &u32| (f64::from(count) - expected) * (f64::from(count) - expected);
        let statistic = counts.iter().map(square).sum::<f64>() / expected;
        assert!((statistic - 999.0).abs() < 4.0 * 45.0, "{statistic}");
        // 2,000,000 * e^-7.697 = 908, give or take its root, and e^-2 of them.
        assert!(
            (tail - 908).abs() < 4 * 30 && (far_tail - 123).abs() < 4 * 11,
            "{tail}, {far_tail}"
        );
    }
}
