//! Common random numbers leave less noise in a difference than two runs that share nothing.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{hindsight, stdout, text, write};

fn told(arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    let assert = hindsight(&arguments).assert().success();
    serde_json::from_str(&stdout(&assert)).expect("it is JSON")
}

fn reduction(metric: &Value) -> f64 {
    metric["variance_reduction"].as_f64().expect("the difference varies")
}

#[test]
fn a_twentieth_more_capacity_of_eight_servers_shows_through_a_tenth_of_the_noise() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scenarios/m-m-8.json");
    let mut servers: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    servers["clock"]["end"] = json!("2025-01-01T02:00");
    // Seven tenths busy: where servers are nearly full, a little speed ends whole busy spells.
    servers["workloads"]["customers"]["arrivals"]["poisson"]["rate"] = json!("5.6/s");
    servers["metrics"]["present"] =
        json!({ "of": "customers", "measure": "in_flight", "statistic": "overall" });
    let time = json!({ "exponential": { "mean": "952381us" } });
    servers["mitigations"] = json!({ "faster": {
        "note": "Each server does a twentieth more.",
        "patch": { "platform": { "stations": { "servers": { "service": { "service_time": time } } } } }
    }});
    let folder = tempdir().unwrap();
    let file = write(&folder, "servers.json", &servers.to_string());
    let compared = told(&["compare", text(&file), "--metric", "present", "--seeds", "30"]);
    let present = &compared["variants"][0]["metrics"][0];
    // By Erlang C 6.25 customers are present on average, and 5.79 of the faster servers.
    assert_eq!(present["is_distinguishable"], true, "{present}");
    assert!((present["difference"].as_f64().unwrap() + 0.46).abs() < 0.05, "{present}");
    assert!(reduction(present) >= 10.0, "{present}");
}

#[test]
fn operators_who_act_five_minutes_earlier_show_through_a_tenth_of_the_noise() {
    let incident = "scenarios/2025-08-06-chat-image.json";
    let earlier = ["--shift", "stable-image", "--by=-5m..0m/2", "--seeds", "20"];
    let moved = told(&[&["minutes", incident], &earlier[..]].concat());
    let place = &moved["actions"][0]["moved"][0];
    assert_eq!(place["minutes"], -5);
    let minutes = &place["metrics"][0];
    assert_eq!(
        (&minutes["metric"], &minutes["is_distinguishable"]),
        (&json!("all.minutes"), &json!(true))
    );
    assert!(reduction(minutes) >= 10.0, "{minutes}");
}
