//! Metrics: how the values of a span become one number.

use serde_json::{Value, json};

use crate::stage::{Replay, burst, overlay, scenario, seconds, service, time};

/// A worker of 10 s with two units at 5: one works from 5 to 15, the other waits until 15 and works
/// until 25.
fn measured(metric: &Value) -> Option<f64> {
    let stations = json!({ "worker": service("10s", &json!({})) });
    let mut scenario = scenario(&stations, &json!({ "w": burst(5, 2, "worker", &json!({})) }));
    scenario["metrics"] = json!({ "it": metric });
    Replay::of(&scenario).count("it")
}

fn metric(of: &str, measure: &str, statistic: &str, more: &Value) -> Value {
    let mut metric = json!({ "of": of, "measure": measure, "statistic": statistic });
    overlay(&mut metric, more);
    metric
}

fn within(from: u64, to: u64) -> Value {
    json!({ "from": time(from), "to": time(to) })
}

#[test]
fn a_level_has_its_average_its_extremes_and_its_last_value() {
    // In 0 to 20 one waits for 10 s.
    let queue = |statistic: &str, from, to| {
        measured(&metric("worker", "queue_depth", statistic, &within(from, to)))
    };
    assert_eq!(queue("overall", 0, 20), Some(0.5));
    assert_eq!(queue("max", 0, 20), Some(1.0));
    assert_eq!(queue("max", 16, 20), Some(0.0));
    assert_eq!(queue("min", 0, 20), Some(0.0));
    assert_eq!(queue("min", 6, 15), Some(1.0));
    assert_eq!(queue("last", 0, 15), Some(1.0));
    assert_eq!(queue("last", 0, 16), Some(0.0));
}

#[test]
fn a_level_that_never_changes_has_no_other_extreme() {
    for statistic in ["min", "max", "overall", "last"] {
        let replicas = measured(&metric("worker", "replicas", statistic, &json!({})));
        assert_eq!(replicas, Some(1.0), "{statistic}");
    }
}

#[test]
fn rates_and_shares_are_those_of_the_whole_span() {
    let of = |measure: &str, from, to| {
        measured(&metric("worker", measure, "overall", &within(from, to)))
    };
    assert_eq!(of("arrival_rate", 0, 20), Some(0.1));
    assert_eq!(of("done_rate", 0, 20), Some(0.05));
    assert_eq!(of("busy_share", 0, 20), Some(0.75));
    assert_eq!(of("error_share", 0, 20), Some(0.0));
    assert_eq!(of("error_share", 0, 10), None, "nothing has ended");
    assert_eq!(of("oldest_wait", 0, 10), Some(5e9), "waits since 5");
}

#[test]
fn events_are_counted_in_total() {
    let total =
        |measure: &str, from, to| measured(&metric("w", measure, "total", &within(from, to)));
    assert_eq!(total("arrival_rate", 0, 600), Some(2.0));
    assert_eq!(total("done_rate", 0, 25), Some(1.0));
    assert_eq!(total("done_rate", 0, 26), Some(2.0));
}

#[test]
fn a_percentile_is_taken_over_all_that_was_done() {
    // 10 s and 20 s, each within the histogram's 1 %.
    for (percentile, seconds) in [(50, 10.0), (51, 20.0), (100, 20.0)] {
        let fields = json!({ "percentile": percentile });
        let latency = measured(&metric("w", "latency", "overall", &fields)).unwrap() / 1e9;
        assert!((latency - seconds).abs() < 0.01 * seconds, "{percentile} %: {latency} s");
    }
}

#[test]
fn a_crossing_is_dated_by_its_second() {
    // One waits from 5 until 15, so that 14 is the last second at whose end one does.
    let crossing = |statistic: &str, bound: &Value| {
        measured(&metric("worker", "queue_depth", statistic, bound)).map(|nanos| nanos / 1e9)
    };
    assert_eq!(crossing("first_time", &json!({ "above": 0 })), Some(5.0));
    assert_eq!(crossing("last_time", &json!({ "above": 0 })), Some(14.0));
    assert_eq!(crossing("first_time", &json!({ "below": 1 })), Some(0.0));
    assert_eq!(crossing("first_time", &json!({ "above": 1 })), None);
}

#[test]
fn a_span_is_compared_with_another() {
    // Two arrivals in 10 s against two in 600 s.
    let mut fields = within(0, 10);
    fields["against"] = json!({ "from": time(0), "to": time(600) });
    let ratio = measured(&metric("w", "arrival_rate", "overall", &fields)).unwrap();
    assert!((ratio - 60.0).abs() < 1e-9);
    fields["against"] = json!({ "from": time(10), "to": time(20) });
    let ratio = measured(&metric("w", "arrival_rate", "overall", &fields));
    assert_eq!(ratio, None, "nothing arrives from 10 to 20");
}

#[test]
fn a_run_with_nothing_to_do_goes_on_to_its_end() {
    let stations = json!({ "worker": service("1s", &json!({})) });
    let scenario = scenario(&stations, &json!({ "w": burst(0, 1, "worker", &json!({})) }));
    let replay = Replay::of(&scenario);
    assert!((seconds(replay.outcome.platform.ended()) - 600.0).abs() < 1e-9);
    assert_eq!(replay.series("worker").bins.len(), 600);
    assert!((replay.series("worker").bins[599].up.area - 1e9).abs() < 1.0);
}
