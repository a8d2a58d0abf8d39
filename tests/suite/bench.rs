//! `hindsight bench`: how fast replays are here.

#![expect(clippy::disallowed_types, reason = "it waits for a process")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::stage::{burst, scenario, service};
use crate::{SHORT, hindsight, short_text, stderr, stdout, text, write};

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
    assert_eq!((&speeds[0]["file"], &speeds[3]["file"]), (&Value::Null, &SHORT.into()));
    for speed in speeds {
        assert_eq!(speed["stopped_by"], Value::Null);
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

#[test]
fn a_replay_that_is_not_whole_is_marked() {
    let folder = tempdir().unwrap();
    let stations = json!({ "s": service("1s", &json!({})) });
    let mut stopped = scenario(&stations, &json!({ "w": burst(10, 5, "s", &json!({})) }));
    stopped["limits"] = json!({ "events": 7 });
    let file = write(&folder, "stopped.json", &stopped.to_string());
    let assert = hindsight(&["bench", text(&file), "--runs", "1"]).assert().code(3);
    let told = stdout(&assert);
    let rows: Vec<&str> = told.lines().filter(|line| line.contains("limits.events")).collect();
    assert!(matches!(rows[..], [row] if row.contains("schedule ")), "{told}");
    let told = stderr(&assert);
    assert!(
        told.contains("limits.events stopped") && told.contains("help: raise `events`"),
        "{told}"
    );
}

/// A scenario that takes minutes, and 100 MB from its beginning on: so many clients think at once.
fn endless() -> Value {
    let clients = json!({ "clients": 500_000, "think": { "exponential": { "mean": "1s" } } });
    let workload = json!({ "call": { "to": "s" }, "arrivals": { "closed": clients } });
    let stations = json!({ "s": service("1us", &json!({})) });
    let mut endless = scenario(&stations, &json!({ "w": workload }));
    endless["limits"] = json!({ "events": 100_000_000_000_u64 });
    endless
}

#[test]
fn limits_of_memory_are_those_of_each_replay() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "endless.json", &endless().to_string());
    let arguments = ["bench", text(&file), "--runs", "1", "--memory-max", "40MB"];
    let assert = hindsight(&arguments).assert().code(3);
    let told = stderr(&assert);
    assert!(told.contains("endless.json: took more memory than 40.0MB"), "{told}");
    assert!(told.contains("help: --memory-max") && !told.contains("--threads"), "{told}");
    assert_eq!(stdout(&assert), "");
}

#[test]
fn no_replay_goes_on_when_nobody_waits_for_it() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_hindsight"))
        .args(["bench", "--alone=endless"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = process.stdin.take().unwrap();
    let endless = endless().to_string();
    write!(pipe, "{}\n{endless}", endless.len()).unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(process.try_wait().unwrap(), None, "it takes minutes");
    drop(pipe);
    let begun = Instant::now();
    while process.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it goes on");
        thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(unix)]
#[test]
fn whatever_a_file_is_called_its_own_text_is_measured() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = tempdir().unwrap();
    // A workload of that name comes with the program; the second looks like an option; the third is no UTF-8.
    for name in [&b"storm"[..], b"-x.json", b"b\xff.json"] {
        std::fs::write(folder.path().join(OsStr::from_bytes(name)), short_text()).unwrap();
    }
    let arguments = ["bench", "--runs", "1", "--format", "json", "--", "storm", "-x.json"];
    let names: Vec<&OsStr> = vec![OsStr::from_bytes(b"b\xff.json"), OsStr::new("/dev/stdin")];
    let mut command = hindsight(&arguments);
    let assert = command.current_dir(folder.path()).args(names).write_stdin(short_text());
    let told: Value = serde_json::from_str(&stdout(&assert.assert().success())).unwrap();
    let speeds = told["speeds"].as_array().unwrap();
    let names: Vec<&str> = speeds[3..].iter().filter_map(|it| it["file"].as_str()).collect();
    assert_eq!(names, ["storm", "-x.json", "b\u{fffd}.json", "/dev/stdin"]);
    assert!(speeds[3..].iter().all(|it| it["scenario"] == "short-outage"), "{speeds:?}");
}
