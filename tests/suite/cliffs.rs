//! Searches whose answers theory gives.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::stage::{overlay, scenario, service, time};
use crate::{hindsight, stderr, stdout, text, write};

/// Calls at random on a service of ten slots of 100 milliseconds each, which serves 100 a second.
fn called(rate: &str, call: &Value, more: &Value) -> Value {
    let station = json!({ "replicas": 10, "service_time": { "constant": "100ms" } });
    let mut service = service("100ms", &station);
    overlay(&mut service["service"], more);
    let mut to = json!({ "to": "s" });
    overlay(&mut to, call);
    let workloads = json!({ "w": { "call": to, "arrivals": { "poisson": { "rate": rate } } } });
    scenario(&json!({ "s": service }), &workloads)
}

pub(crate) fn answered(scenario: &Value, arguments: &[&str]) -> Value {
    let folder = tempdir().expect("a temporary folder can be made");
    let file = write(&folder, "called.json", &scenario.to_string());
    let [command, rest @ ..] = arguments else { panic!("a command comes first") };
    let arguments = [&[*command, text(&file), "--format", "json"], rest].concat();
    let assert = hindsight(&arguments).assert().success();
    serde_json::from_str(&stdout(&assert)).expect("it is JSON")
}

fn per_second(value: &Value) -> f64 {
    let rate = value.as_str().and_then(|it| it.strip_suffix("/s")).and_then(|it| it.parse().ok());
    rate.unwrap_or_else(|| panic!("{value} is a rate"))
}

#[test]
fn retries_make_overload_where_theory_says() {
    // Half of all attempts fail, and each is tried up to twice again: 1 + 1/2 + 1/4 attempts a unit. So the
    // station is full at 100 / 1.75 = 57.14 units a second; from there on its queue grows without end.
    let call = json!({ "retries": { "max": 2, "base": "10ms" } });
    let mut storm = called("40/s", &call, &json!({ "failure_share": 0.5 }));
    storm["clock"]["end"] = json!(time(2 * 3600));
    storm["metrics"] =
        json!({ "queue": { "of": "s", "measure": "queue_depth", "statistic": "last" } });
    let vary = "workloads.w.arrivals.poisson.rate=40/s..80/s";
    let found = answered(&storm, &["search", "--vary", vary, "--until", "queue<=1000"]);
    let cliffs = found["cliffs"].as_array().unwrap();
    assert_eq!(cliffs.len(), 1, "{found}");
    let (above, below) = (per_second(&cliffs[0]["above"]), per_second(&cliffs[0]["below"]));
    let theory = 100.0 / 1.75;
    // In two hours a queue may become so long a little before, or not yet a little after.
    let blur = 0.3;
    assert!(above - blur <= theory && theory <= below + blur, "{above} to {below}");
    assert!(below - above <= 1.0, "a cliff is narrow: {above} to {below}");
    assert_eq!(cliffs[0]["holds"], "below");
    let distance = cliffs[0]["distance"].as_f64().unwrap();
    assert!((distance - (theory / 40.0 - 1.0)).abs() < 0.02, "{distance}");
}

#[test]
fn a_retry_storm_outlives_its_trigger_where_theory_says() {
    // Below 100 a second nothing fails. Above, the queue of five seconds makes every attempt time out, and each
    // unit makes four: the storm feeds itself until four times the load is less than 100 a second.
    let call = json!({
        "timeout": "1s", "retries": { "max": 3, "base": "0s", "factor": 1, "on": ["timed_out", "rejected"] }
    });
    let mut storm = called("12/s", &call, &json!({ "queue": { "bound": 500 } }));
    storm["indicators"] = json!({ "failing": {
        "of": "w", "measure": "error_share", "above": 0.5, "window": "30s", "every": "10s", "for": "0s"
    }});
    let vary = "workloads.w.arrivals.poisson.rate=12/s..132/s";
    let ramp =
        ["search", "--vary", vary, "--both-ways", "--steps", "13", "--dwell", "4m", "--seeds", "5"];
    let found = answered(&storm, &ramp);
    assert_eq!(found["metastable"], 5, "{found}");
    assert_eq!(found["comes_back"], json!(["22/s", "22/s", "22/s", "22/s", "22/s"]));
    for value in found["falls_over"].as_array().unwrap() {
        assert_eq!(*value, json!("102/s"), "{found}");
    }
    // Without retries it comes back as soon as it bears the load.
    let mut calm = storm;
    calm["workloads"]["w"]["call"]["retries"] = json!({ "max": 0, "base": "0s" });
    let found = answered(&calm, &ramp);
    assert_eq!(found["metastable"], 0, "{found}");
    assert_eq!(found["comes_back"], json!(["92/s", "92/s", "92/s", "92/s", "92/s"]));
}

/// The station fails everything from the second minute until the fix in the fourth.
pub(crate) fn outage() -> Value {
    let mut outage = called("20/s", &json!({}), &json!({}));
    let set =
        |share: f64| json!({ "stations": { "s": { "service": { "failure_share": share } } } });
    outage["timeline"] = json!({
        "break": { "at": time(120), "note": "Everything fails.", "set": set(1.0) },
        "fix": { "at": time(240), "note": "Nothing fails any more.", "set": set(0.0) },
        "talk": { "at": time(200), "note": "Somebody talks." }
    });
    outage["indicators"] = json!({ "failing": {
        "of": "w", "measure": "error_share", "above": 0.5, "every": "1s", "for": "0s"
    }});
    outage
}

#[test]
fn the_last_moment_of_a_repair_is_found() {
    // At most three minutes of harm from 00:02 on: the fix may come until 00:05.
    let vary = "timeline.fix.at=2025-01-01T00:02:30..2025-01-01T00:09:30";
    let until = ["search", "--vary", vary, "--until", "failing.minutes<=3", "--within", "0.2%"];
    let found = answered(&outage(), &until);
    let cliff = &found["cliffs"][0];
    for end in ["above", "below"] {
        let at = cliff[end].as_str().unwrap();
        assert!(
            at.starts_with("2025-01-01T00:04:5") || at.starts_with("2025-01-01T00:05"),
            "{cliff}"
        );
    }
    assert_eq!(
        (&found["today"], &cliff["distance"]),
        (&json!("2025-01-01T00:04:00"), &Value::Null)
    );
}

#[test]
fn without_a_cliff_the_answer_is_no() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "outage.json", &outage().to_string());
    let vary = "platform.stations.s.service.replicas=10..12";
    let arguments = ["search", text(&file), "--vary", vary];
    let told = stdout(&hindsight(&arguments).assert().code(1));
    assert!(told.contains("there is no cliff"), "{told}");
    let wrong = |more: &[&str], message: &str| {
        let told = stderr(&hindsight(&[&arguments[..], more].concat()).assert().code(2));
        assert!(told.contains(message), "{told}");
    };
    wrong(&["--until", "failing.minute<=3"], "did you mean `failing.minutes`?");
    wrong(&["--until", "failing.minutes<=3m"], "must be a number, as the metric is");
    wrong(&["--until", "failing.minutes<=3m"], "help: write it as in --until 'failing.minutes<=3'");
    wrong(&["--until", "failing.first<=3"], "--until 'failing.first<=2025-01-01T00:00:00'");
    wrong(&["--until", "C1"], "there is no fact \"C1\"; help: the scenario documents none");
    wrong(&["--within", "1"], "has no %");
    wrong(&["--within", "0%"], "is not above zero");
    wrong(&["--within", "100%"], "is all of the range");
    let mut documented = outage();
    let fact = |minutes: u64| {
        json!({
            "fact": "It did not take long", "metric": "failing.minutes",
            "expect": { "at_most": minutes }, "role": "validated"
        })
    };
    documented["documented"] = json!({ "C1": fact(3), "C2": fact(4) });
    std::fs::write(&file, documented.to_string()).unwrap();
    wrong(
        &["--until", "Harmless"],
        "there is no fact \"Harmless\"; help: there is C1, C2; or write",
    );
    std::fs::write(&file, outage().to_string()).unwrap();
    let odd = ["search", text(&file), "--vary", "platform.stations.s.service.replicas=-5..-1"];
    let told = stderr(&hindsight(&odd).assert().code(2));
    assert!(told.contains("asked for by --vary platform.stations.s.service.replicas=-5"), "{told}");
    let slots = ["search", text(&file), "--vary", "platform.stations.s.service.concurrency=1..3"];
    let told = stderr(&hindsight(&[&slots[..], &["--both-ways"]].concat()).assert().code(2));
    assert!(told.contains("cannot change while the platform runs"), "{told}");
    assert!(told.contains("asked for by --both-ways"), "{told}");
    assert!(!told.contains("ramp-0") && !told.contains("--set"), "{told}");
    let dwell = [&slots[..], &["--both-ways", "--dwell", "0s"]].concat();
    let told = stderr(&hindsight(&dwell).assert().code(2));
    assert!(told.contains("--dwell 0s: no value is held for any time; help: hold"), "{told}");
}

#[test]
fn a_replay_that_a_limit_stops_decides_nothing() {
    // Whoever breaks off before the harm looks good.
    let folder = tempdir().unwrap();
    let file = write(&folder, "outage.json", &outage().to_string());
    let vary = "workloads.w.arrivals.poisson.rate=10/s..40/s";
    let arguments = ["search", text(&file), "--vary", vary, "--set", "limits.events=5000"];
    let assert = hindsight(&[&arguments[..], &["--format", "json"]].concat()).assert().code(3);
    let found: Value = serde_json::from_str(&stdout(&assert)).unwrap();
    assert_eq!(found["cliffs"], json!([]));
    for probe in found["probes"].as_array().unwrap() {
        assert_eq!([&probe["decision"], &probe["stopped"]], [&json!("open"), &json!(5)]);
    }
    let told = stdout(&hindsight(&arguments).assert().code(3));
    assert!(told.contains("! limits.events stopped 5 more"), "{told}");
}

#[test]
fn a_cliff_is_told_from_where_today_is() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "outage.json", &outage().to_string());
    let told = |vary: &str, until: &str| {
        let arguments = ["search", text(&file), "--vary", vary, "--until", until];
        let told = stdout(&hindsight(&arguments).assert().success());
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let fix = "timeline.fix.at=2025-01-01T00:02:30..2025-01-01T00:09:30";
    let later = told(fix, "failing.minutes<=3");
    assert!(later.contains("today it is 2025-01-01T00:04:00, and the cliff lies"), "{later}");
    assert!(later.contains("after it"), "{later}");
    // Of five slots nobody waits long any more; today there are ten.
    let slots = told("platform.stations.s.service.replicas=1..10", "w.in_flight<=1000");
    assert!(slots.contains("fails up to platform.stations.s.service.replicas = 1 and"), "{slots}");
    assert!(
        slots.contains("holds from 2; today it is 10, and the cliff lies 85 % below it"),
        "{slots}"
    );
}

#[test]
fn a_ramp_that_shows_nothing_says_so() {
    let folder = tempdir().unwrap();
    let told = |scenario: &Value, vary: &str| {
        let file = write(&folder, "outage.json", &scenario.to_string());
        let ramp = ["search", text(&file), "--vary", vary, "--both-ways", "--steps", "3"];
        let short = ["--dwell", "1m", "--seeds", "2"];
        hindsight(&[&ramp[..], &short].concat()).assert()
    };
    let fine = stdout(&told(&outage(), "workloads.w.arrivals.poisson.rate=10/s..30/s").success());
    assert!(fine.contains("it bears every step"), "{fine}");
    let mut broken = outage();
    broken["platform"]["stations"]["s"]["service"]["failure_share"] = json!(1);
    let bad = stdout(&told(&broken, "workloads.w.arrivals.poisson.rate=10/s..30/s").success());
    assert!(bad.contains("bad from the first step on"), "{bad}");
    broken["indicators"] = json!({});
    let blind = stderr(&told(&broken, "workloads.w.arrivals.poisson.rate=10/s..30/s").code(2));
    assert!(blind.contains("no indicator of the scenario measures harm"), "{blind}");
}
