//! The series that charts and exports share: names, units, points, worked out by hand.

use hindsight::platform::measures::Measure;
use hindsight::report::Report;
use hindsight::report::series::{Point, Series, all, worst_of};
use serde_json::{Value, json};

use crate::stage::{Replay, burst, scenario, service};

/// Three requests at second 5, of which each takes two seconds; an indicator on the queue.
fn replay() -> Replay {
    let stations = json!({ "worker": service("2s", &json!({})) });
    let workloads = json!({ "w": burst(5, 3, "worker", &json!({})) });
    let mut scenario: Value = scenario(&stations, &workloads);
    scenario["indicators"] = json!({
        "it": { "of": "worker", "measure": "queue_depth", "above": 1, "every": "1s" }
    });
    Replay::of(&scenario)
}

fn find<'a>(series: &'a [Series<'a>], station: &str, name: &str) -> &'a Series<'a> {
    let is_it = |it: &&Series| it.station == station && it.name() == name;
    series.iter().find(is_it).unwrap_or_else(|| panic!("no {name} of {station:?}"))
}

#[test]
fn a_series_has_a_name_a_unit_and_a_point_for_each_span() {
    let replay = replay();
    let report = Report::new(&replay.scenario, &replay.outcome, None);
    let series = all(&report);
    let queue = find(&series, "worker", "queue_depth");
    assert_eq!((queue.title().as_str(), queue.unit()), ("queue depth", "number"));
    let points: Vec<Point> = queue.points(1).collect();
    assert_eq!(points.len(), 600);
    // Two wait from 5 on, one from 7, none from 9.
    let values: Vec<f64> = points[4..10].iter().map(|point| point.value.unwrap()).collect();
    assert_eq!(values, [0.0, 2.0, 2.0, 1.0, 1.0, 0.0]);
    assert_eq!(points[4].at, replay.scenario.clock.bin_begins(5));
    // A point of four seconds has what waits at its end, or the most that waited in it.
    assert_eq!(queue.points(4).nth(2).unwrap().value, Some(0.0));
    assert_eq!(
        (queue.over(8, 12), queue.over(0, 5), queue.over(5, 12)),
        (Some(1.0), Some(0.0), Some(2.0))
    );

    let latency = find(&series, "worker", "latency_p50");
    assert_eq!((latency.title().as_str(), latency.unit()), ("p50 latency", "seconds"));
    assert_eq!(latency.over(0, 5), None);
    assert!((latency.over(0, 20).unwrap() - 4.0).abs() < 0.1, "of 2, 4 and 6 seconds");
    let is_alive =
        |it: &Series| it.points(1).any(|point| point.value.is_some_and(|value| value > 0.0));
    let mut calls = series.iter().filter(|it| it.station.is_empty() && it.class == "w");
    assert!(calls.any(|it| it.measure == Measure::RetryRate && !is_alive(it)));
    assert!(is_alive(find(&series, "worker", "arrival_rate")));
}

#[test]
fn the_worst_of_a_level_is_its_worst_moment() {
    let replay = replay();
    let report = Report::new(&replay.scenario, &replay.outcome, None);
    let indicator = &replay.outcome.platform.indicators()[0];
    assert_eq!(worst_of(&report, indicator, 4, 12), Some(2.0));
    // At 9 the last one begins: the second that begins then has still seen it wait.
    assert_eq!(worst_of(&report, indicator, 9, 12), Some(1.0));
    assert_eq!(worst_of(&report, indicator, 10, 12), Some(0.0));
}
