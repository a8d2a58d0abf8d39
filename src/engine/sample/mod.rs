//! Distributions of lengths of time: as a scenario writes them, and compiled for drawing.
//!
//! The samplers use integers, `libm`, and an exponential and a logarithm of their own ([`exp`], [`ln`]), so
//! that every processor draws the same values. Exponential draws come from a ziggurat, Erlang's from a product; all
//! others invert the distribution function: one random number a draw, and a larger one never gives a shorter span.
//! From the same random numbers a longer mean gives spans longer in proportion, which keeps runs with common random
//! numbers comparable. Spans are whole nanoseconds: a continuous draw is rounded to the nearest.

mod elementary;
mod exponential;
mod normal;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::random::{Words, below, uniform};
use crate::units::{Factor, Span};
pub use elementary::{exp, ln};
pub use exponential::standard_exponential;
use normal::standard_normal;

/// How a length of time varies.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Every nanosecond between two bounds equally likely.
    Uniform {
        /// The shortest.
        min: Span,
        /// The longest, itself included.
        max: Span,
    },
    /// Exponential: independent of how long it has lasted already.
    Exponential {
        /// The mean.
        mean: Span,
    },
    /// The sum of several independent exponential phases of equal means.
    Erlang {
        /// How many phases, from 1 to 1000: the more, the less it varies.
        shape: u32,
        /// The mean of the whole.
        mean: Span,
    },
    /// Log-normal: skewed to the right, as most measured latencies are.
    LogNormal {
        /// Half of all are shorter.
        median: Span,
        /// 95 % are shorter.
        p95: Span,
    },
    /// Pareto: a heavy tail, in which a few take most of the time.
    Pareto {
        /// The shortest.
        min: Span,
        /// The tail's exponent: the smaller, the heavier; without `max` the mean is finite only above 1.
        shape: Factor,
        /// Where the tail is cut off: values are drawn on the condition that they are not longer.
        max: Option<Span>,
    },
    /// One of the listed values, each equally likely.
    Empirical {
        /// The values, in any order, repeated to make them likelier.
        values: Vec<Span>,
    },
}

/// A distribution compiled for drawing.
#[derive(Clone, Debug)]
pub struct Sampler(Compiled);

/// Floating-point lengths are in nanoseconds.
#[derive(Clone, Debug)]
enum Compiled {
    Constant(Span),
    Uniform { min: u64, count: u64 },
    Exponential { mean: f64 },
    Erlang { shape: u32, phase_mean: f64 },
    LogNormal { median: f64, sigma: f64 },
    Pareto(Pareto),
    Empirical(Vec<Span>),
}

#[derive(Clone, Debug)]
struct Pareto {
    min: f64,
    shape: f64,
    /// The logarithm of `max / min`, infinite without a cut.
    log_range: f64,
    /// The share of an uncut distribution that lies below the cut.
    share_kept: f64,
    max: f64,
}

/// Most phases of an Erlang distribution: each costs a random number a draw.
const SHAPE_MAX: u32 = 1000;

/// The standard normal distribution's 95th percentile.
/// <https://en.wikipedia.org/wiki/Normal_distribution#Quantile_function>
const NORMAL_P95: f64 = 1.644_853_626_951_472_2;

impl Distribution {
    /// What contradicts what, each with the field to blame; empty if the distribution can be drawn.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut demand = |is_met: bool, field, wanted: &str, found: &dyn std::fmt::Display| {
            if !is_met {
                problems.push((field, format!("must be {wanted}, found {found}")));
            }
        };
        match self {
            Self::Constant(_) | Self::Exponential { .. } => {}
            Self::Uniform { min, max } => {
                demand(max >= min, "max", &format!("at least min ({min})"), max);
            }
            Self::Erlang { shape, .. } => {
                demand((1..=SHAPE_MAX).contains(shape), "shape", "from 1 to 1000", shape);
            }
            Self::LogNormal { median, p95 } => {
                demand(!median.is_zero(), "median", "more than 0s", median);
                demand(p95 >= median, "p95", &format!("at least median ({median})"), p95);
            }
            Self::Pareto { min, max, .. } => {
                demand(!min.is_zero(), "min", "more than 0s", min);
                if let Some(max) = max {
                    demand(max > min, "max", &format!("more than min ({min})"), max);
                }
            }
            Self::Empirical { values } => {
                demand(!values.is_empty(), "values", "at least one value", &"none");
            }
        }
        problems
    }
}

impl Sampler {
    /// Compiles a distribution.
    ///
    /// # Panics
    ///
    /// Panics if the distribution has [problems](Distribution::problems).
    #[must_use]
    pub fn new(distribution: &Distribution) -> Self {
        let problems = distribution.problems();
        assert!(problems.is_empty(), "{distribution:?}: {problems:?}");
        Self(match distribution {
            Distribution::Constant(span) => Compiled::Constant(*span),
            Distribution::Uniform { min, max } => Compiled::Uniform {
                min: min.as_nanos(),
                count: max.as_nanos() - min.as_nanos() + 1,
            },
            Distribution::Exponential { mean } => {
                Compiled::Exponential { mean: mean.as_nanos_f64() }
            }
            Distribution::Erlang { shape, mean } => Compiled::Erlang {
                shape: *shape,
                phase_mean: mean.as_nanos_f64() / f64::from(*shape),
            },
            Distribution::LogNormal { median, p95 } => Compiled::LogNormal {
                median: median.as_nanos_f64(),
                sigma: libm::log(p95.as_nanos_f64() / median.as_nanos_f64()) / NORMAL_P95,
            },
            Distribution::Pareto { min, shape, max } => {
                Compiled::Pareto(Pareto::new(*min, *shape, *max))
            }
            Distribution::Empirical { values } => Compiled::Empirical(values.clone()),
        })
    }

    /// Draws a span.
    #[inline(always)]
    pub fn sample(&self, words: &mut impl Words) -> Span {
        // The shortest of the draws, and the most frequent one: a call would take a fifth of its time.
        if let Compiled::Exponential { mean } = &self.0 {
            return Span::from_nanos_f64(mean * standard_exponential(words));
        }
        words.aside(|words| self.sample_any(words))
    }

    fn sample_any(&self, words: &mut impl Words) -> Span {
        match &self.0 {
            Compiled::Constant(span) => *span,
            Compiled::Uniform { min, count } => Span::from_nanos(min + below(words, *count)),
            Compiled::Exponential { mean } => {
                Span::from_nanos_f64(mean * standard_exponential(words))
            }
            Compiled::Erlang { shape, phase_mean } => {
                Span::from_nanos_f64(-phase_mean * log_of_uniforms(words, *shape))
            }
            Compiled::LogNormal { median, sigma } => {
                Span::from_nanos_f64(median * exp(sigma * standard_normal(words)))
            }
            Compiled::Pareto(pareto) => pareto.sample(words),
            Compiled::Empirical(values) => pick(values, words),
        }
    }

    /// The mean in seconds, unless it is infinite.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.moments().map(|(mean, _)| mean / 1e9)
    }

    /// The variance in seconds squared, unless it is infinite.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        self.moments()?.1.map(|variance| variance / 1e18)
    }

    /// The mean and the variance, in nanoseconds and their square, as far as they are finite.
    fn moments(&self) -> Option<(f64, Option<f64>)> {
        let (mean, variance) = match &self.0 {
            Compiled::Constant(span) => (span.as_nanos_f64(), 0.0),
            Compiled::Uniform { min, count } => {
                let count = *count as f64;
                (*min as f64 + (count - 1.0) / 2.0, (count * count - 1.0) / 12.0)
            }
            Compiled::Exponential { mean } => (*mean, mean * mean),
            Compiled::Erlang { shape, phase_mean } => {
                let shape = f64::from(*shape);
                (shape * phase_mean, shape * phase_mean * phase_mean)
            }
            Compiled::LogNormal { median, sigma } => {
                let square = sigma * sigma;
                let mean = median * libm::exp(square / 2.0);
                (mean, libm::expm1(square) * mean * mean)
            }
            Compiled::Pareto(pareto) => {
                let mean = pareto.moment(1.0)?;
                return Some((mean, pareto.moment(2.0).map(|second| second - mean * mean)));
            }
            Compiled::Empirical(values) => {
                let average = |of: &dyn Fn(f64) -> f64| {
                    let sum: f64 = values.iter().map(|span| of(span.as_nanos_f64())).sum();
                    sum / values.len() as f64
                };
                let mean = average(&|value| value);
                (mean, average(&|value| (value - mean) * (value - mean)))
            }
        };
        Some((mean, Some(variance)))
    }
}

impl Pareto {
    fn new(min: Span, shape: Factor, max: Option<Span>) -> Self {
        let (min, shape) = (min.as_nanos_f64(), shape.get());
        let max = max.map_or(f64::INFINITY, Span::as_nanos_f64);
        let log_range = libm::log(max / min);
        Self { min, shape, log_range, share_kept: -libm::expm1(-shape * log_range), max }
    }

    /// The distribution function solved for the value; cut off, it is the uncut one, rescaled.
    fn sample(&self, words: &mut impl Words) -> Span {
        let above = 1.0 - uniform(words) * self.share_kept;
        let value = self.min * libm::pow(above, -1.0 / self.shape);
        Span::from_nanos_f64(if value < self.max { value } else { self.max })
    }

    /// The mean of the `order`-th power, unless it is infinite.
    ///
    /// The integral of the density times the power, `shape * min^shape * x^(order - shape - 1)`,
    /// from `min` to `max`. <https://en.wikipedia.org/wiki/Pareto_distribution>
    fn moment(&self, order: f64) -> Option<f64> {
        let excess = self.shape - order;
        let integral = if libm::fabs(excess) < 1e-9 {
            self.log_range
        } else {
            -libm::expm1(-excess * self.log_range) / excess
        };
        let moment = self.shape * libm::pow(self.min, order) * integral / self.share_kept;
        moment.is_finite().then_some(moment)
    }
}

/// One of `values`, of which there is at least one.
#[expect(clippy::cast_possible_truncation, reason = "an index into a slice is a usize")]
fn pick(values: &[Span], words: &mut impl Words) -> Span {
    values[below(words, values.len() as u64) as usize]
}

/// The sum of the logarithms of `count` such numbers.
fn log_of_uniforms(words: &mut impl Words, count: u32) -> f64 {
    // A factor is at least 2^-53: sixteen are well above the least normal float, 2^-1022.
    const BLOCK: u32 = 16;
    let mut sum = 0.0;
    let mut left = count;
    while left > 0 {
        let block = left.min(BLOCK);
        let product = (0..block).fold(1.0, |product, _| product * (1.0 - uniform(words)));
        sum += ln(product);
        left -= block;
    }
    sum
}
