//! A replay for tools that people already have: a [`table`] for spreadsheets, pandas and DuckDB,
//! [`openmetrics`] and alerting [`rules`] for Prometheus, and a [`trace`] for Perfetto.
//!
//! Left out: tenants one by one, and latencies as histograms.

pub mod openmetrics;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod rules;
pub mod table;
pub mod trace;

use crate::scenario::Scenario;
use crate::units::Span;

/// Unless a step is asked for, no series has more points than this.
const POINTS_MAX: usize = 5_000;

/// Steps that are easy to reckon with, in seconds.
const STEPS: [u64; 17] =
    [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/// How many bins one point of a series is about: those of `step`, or else as few as keep a series to 5,000
/// points.
///
/// # Errors
///
/// Fails if the step is no multiple of the scenario's resolution; says what to do about it.
pub fn bins(scenario: &Scenario, step: Option<Span>) -> Result<usize, String> {
    let resolution = scenario.clock.resolution().as_nanos();
    let in_bins = |nanos: u64| {
        let bins = usize::try_from(nanos / resolution).unwrap_or(usize::MAX);
        (nanos.is_multiple_of(resolution) && bins > 0).then_some(bins)
    };
    if let Some(step) = step {
        return in_bins(step.as_nanos()).ok_or_else(|| {
            let (id, resolution) = (&scenario.file.id, scenario.clock.resolution());
            format!(
                "a step of {step} is no multiple of {resolution}, the resolution of {id}; help: \
                 take {resolution} or a multiple of it, or set clock.resolution in the scenario"
            )
        });
    }
    let clock = &scenario.clock;
    let all = clock.bin(clock.end()).saturating_sub(clock.bin(clock.observed_from()));
    let least = all.div_ceil(POINTS_MAX).max(1);
    if least == 1 {
        return Ok(1);
    }
    let mut easy = STEPS.iter().filter_map(|seconds| in_bins(Span::from_secs(*seconds).as_nanos()));
    Ok(easy.find(|bins| *bins >= least).unwrap_or(least))
}
