//! Whether 95 % confidence intervals hold the expected value 95 times in a hundred.
//!
//! Each model starts empty and has an expected value in closed form at every time, so that nothing but
//! the intervals is tested. Two thousand times ten replications make an interval: of intervals that hold
//! the value with probability 0.95, so many would lie outside 93.5 to 96.5 % once in 500 tests.

use std::path::PathBuf;

use libm::exp;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::stage::{compiled, overlay, scenario};
use hindsight::measure::interval::Interval;
use hindsight::scenario::{Changes, Scenario};
use hindsight::simulation;

const INTERVALS: u64 = 2_000;
const REPLICATIONS: u64 = 10;

/// A minute of these stations under units at `rate` that call `worker`.
fn minute(worker: &Value, rate: &str) -> Scenario {
    let workload =
        json!({ "call": { "to": "worker" }, "arrivals": { "poisson": { "rate": rate } } });
    let mut file = scenario(&json!({ "worker": { "service": worker } }), &json!({ "w": workload }));
    overlay(&mut file["clock"], &json!({ "end": "2025-01-01T00:01", "resolution": "1m" }));
    file["metrics"] = json!({
        "number": { "of": "worker", "measure": "in_flight", "statistic": "overall" },
        "arrived": { "of": "w", "measure": "arrival_rate", "statistic": "total" }
    });
    compiled(&file, PathBuf::new(), &Changes::default())
}

/// What a metric came to in each replication of the `interval`-th interval.
fn replicate(scenario: &Scenario, metric: &str, interval: u64) -> Vec<f64> {
    let seeds = interval * REPLICATIONS..(interval + 1) * REPLICATIONS;
    let value = |seed| simulation::run(scenario, seed).counts.of(metric).and_then(|it| it.0);
    seeds.map(|seed| value(seed).expect("the metric has a value")).collect()
}

/// Asserts that intervals hold `expected` as often as they say.
fn assert_coverage(expected: f64, interval: impl Fn(u64) -> Option<Interval> + Sync) {
    let holds = |number: &u64| interval(*number).is_some_and(|it| it.contains(expected));
    let held = (0..INTERVALS).into_par_iter().filter(holds).count();
    let share = held as f64 / INTERVALS as f64;
    assert!(
        (0.935..=0.965).contains(&share),
        "{:.2} % of intervals hold {expected}",
        share * 100.0
    );
}

/// The time average over a minute of a level that comes to 1 as 1 - exp(-t / `seconds`).
fn average(seconds: f64) -> f64 {
    1.0 - seconds / 60.0 * (1.0 - exp(-60.0 / seconds))
}

/// As many slots as could ever be needed.
fn many(mean: &str) -> Value {
    json!({
        "replicas": 1, "concurrency": 1000, "service_time": { "exponential": { "mean": mean } }
    })
}

#[test]
fn of_a_count_of_arrivals() {
    let scenario = minute(&many("1s"), "2/s");
    assert_coverage(120.0, |number| Interval::of(&replicate(&scenario, "arrived", number)));
}

#[test]
fn of_the_number_in_service_at_a_station_that_fills() {
    // M/M/∞ from empty: λ S (1 - exp(-t / S)) are there at t.
    let scenario = minute(&many("5s"), "2/s");
    assert_coverage(10.0 * average(5.0), |number| {
        Interval::of(&replicate(&scenario, "number", number))
    });
}

#[test]
fn of_the_share_of_time_in_which_a_lossy_server_is_busy() {
    // M/M/1/1 from idle: busy with λ / (λ + μ) (1 - exp(-(λ + μ) t)).
    let worker = json!({
        "replicas": 1, "concurrency": 1, "queue": { "bound": 0 },
        "service_time": { "exponential": { "mean": "2s" } }
    });
    let scenario = minute(&worker, "1/s");
    assert_coverage(1.0 / 1.5 * average(1.0 / 1.5), |number| {
        Interval::of(&replicate(&scenario, "number", number))
    });
}

#[test]
fn of_the_difference_that_slower_service_makes() {
    let [fast, slow] = ["4s", "6s"].map(|mean| minute(&many(mean), "2/s"));
    assert_coverage(12.0 * average(6.0) - 8.0 * average(4.0), |number| {
        let [fast, slow] = [&fast, &slow].map(|it| replicate(it, "number", number));
        Interval::of_differences(&fast, &slow)
    });
}
