//! `hindsight bench`: how fast replays are here.

use serde_json::Value;

use crate::{SHORT, hindsight, stderr, stdout};

#[test]
fn the_workloads_and_what_is_named_are_measured() {
    let arguments = ["bench", SHORT, "--runs", "1", "--format", "json"];
    let told = stdout(&hindsight(&arguments).assert().success());
    let told: Value = serde_json::from_str(&told).expect("the report is JSON");
    assert_eq!((&told["schema_version"], &told["runs"]), (&1.into(), &1.into()));
    let speeds = told["speeds"].as_array().expect("a list of speeds");
    let names: Vec<&str> = speeds.iter().filter_map(|it| it["scenario"].as_str()).collect();
    assert_eq!(names, ["m-m-1", "m-m-8", "storm", "short-outage"]);
    // What a hand-written loop over the same arrivals counts: five events a customer, and for the storm one
    // for each attempt's begin, arrival and answer, and what else befalls it.
    let events = |index: usize| speeds[index]["events"].as_u64().expect("a count");
    assert!(events(0).abs_diff(5_000_000) < 25_000 && events(1).abs_diff(5_000_000) < 25_000);
    assert!((3 * 800_000..4 * 850_000).contains(&events(2)), "{}", events(2));
    for speed in speeds {
        let number = |field: &str| speed[field].as_f64().expect("a number");
        let product = number("seconds") * number("events_per_second");
        assert!((product / number("events") - 1.0).abs() < 1e-9);
        let nanos = number("nanoseconds_per_event") * number("events_per_second");
        assert!((nanos / 1e9 - 1.0).abs() < 1e-9);
        assert!(number("seconds_of_reading") > 0.0);
        let memory = number("peak_memory_bytes");
        assert!((1e6..1e9).contains(&memory), "{memory} bytes");
    }
}

#[test]
fn what_cannot_be_read_is_told_before_anything_is_measured() {
    let assert = hindsight(&["bench", "no-such-scenario.json"]).assert().code(2);
    assert!(stderr(&assert).contains("no-such-scenario.json"));
    assert_eq!(stdout(&assert), "");
}
