//! The same scenario, seed and patches give the same bytes, whatever surrounds the process.

use std::path::Path;

use hindsight::engine::{Observer, Stop};
use hindsight::platform::Platform;
use hindsight::platform::event::Packed;
use hindsight::simulation;
use hindsight::units::Instant;
use serde_json::json;
use tempfile::tempdir;

use crate::stage::{Replay, burst, scenario, service};
use crate::{SHORT, hindsight, stdout};

/// With everything that a report can hold.
const FORMATS: [&[&str]; 2] = [&["--seeds", "9"], &["--seeds", "9", "--format", "json"]];

fn replay(more: &[&str]) -> assert_cmd::Command {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join(SHORT);
    let mut command = hindsight(&["replay"]);
    command.arg(scenario).args(more);
    command
}

#[test]
fn twice_in_a_row_gives_the_same_bytes() {
    for format in FORMATS {
        let first = stdout(&replay(format).assert().success());
        assert_eq!(stdout(&replay(format).assert().success()), first);
    }
}

#[test]
fn zone_language_folder_and_width_of_the_surroundings_change_nothing() {
    let elsewhere = tempdir().unwrap();
    for format in FORMATS {
        let first = stdout(&replay(format).env("TZ", "America/New_York").assert().success());
        let mut other = replay(format);
        other.current_dir(elsewhere.path()).env("TZ", "Asia/Kolkata").env("LANG", "tr_TR.UTF-8");
        other.env("LC_ALL", "tr_TR.UTF-8").env("COLUMNS", "61").env("TERM", "xterm-256color");
        assert_eq!(stdout(&other.assert().success()), first);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for format in FORMATS {
        let one = stdout(&replay(format).args(["--threads", "1"]).assert().success());
        for threads in ["2", "5"] {
            let more = stdout(&replay(format).args(["--threads", threads]).assert().success());
            assert_eq!(more, one, "{threads} threads");
        }
    }
}

#[test]
fn another_seed_gives_other_events_and_the_own_seed_the_same() {
    let fingerprint = |more: &[&str]| {
        let told = stdout(&replay(more).args(["--format", "json"]).assert().success());
        let document: serde_json::Value = serde_json::from_str(&told).unwrap();
        document["replays"][0]["fingerprint"].clone()
    };
    assert_eq!(fingerprint(&[]), fingerprint(&["--seed", "7"]));
    assert_ne!(fingerprint(&[]), fingerprint(&["--seed", "8"]));
    assert_ne!(fingerprint(&[]), fingerprint(&["--with", "keep-images"]));
}

#[test]
fn the_seeds_tried_are_those_that_follow() {
    let told = |seed: &str, seeds: &str| {
        let more = ["--seed", seed, "--seeds", seeds, "--format", "json"];
        let told = stdout(&replay(&more).assert().success());
        let document: serde_json::Value = serde_json::from_str(&told).unwrap();
        document["replays"][0]["robustness"]["facts"]["T2"]["holds"].as_f64().unwrap()
    };
    // The share over two seeds is the mean of the shares over each.
    let (both, first, second) = (told("7", "2"), told("7", "1"), told("8", "1"));
    assert!((both - f64::midpoint(first, second)).abs() < 1e-6, "{both} {first} {second}");
    // The seed after the largest is 0.
    told(&u64::MAX.to_string(), "1");
}

#[test]
fn watching_a_run_leaves_its_fingerprint() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("report");
    let output = crate::text(&file);
    let ways: [&[&str]; 6] = [
        &[],
        &["--seeds", "3"],
        &["--format", "json"],
        &["--format", "json", "--seeds", "3", "--threads", "2"],
        &["--strict"],
        &["-o", output],
    ];
    let fingerprints = ways.map(|way| {
        let told = stdout(&replay(way).assert().success());
        let told = if told.is_empty() { std::fs::read_to_string(&file).unwrap() } else { told };
        let (_, rest) = told.split_once("fingerprint").expect("every report has one");
        let letters = rest.chars().skip_while(|it| !it.is_ascii_hexdigit());
        letters.take_while(char::is_ascii_hexdigit).collect::<String>()
    });
    assert!(
        fingerprints.iter().all(|it| it.len() == 16 && *it == fingerprints[0]),
        "{fingerprints:?}"
    );
}

/// Whoever looks on sees each event come off the agenda; otherwise an event that is the next of all does not go there.
#[test]
fn a_run_that_is_watched_handles_the_same_events_and_stops_at_the_same_one() {
    struct Counted(u64);
    impl Observer<Platform> for Counted {
        fn before(&mut self, number: u64, _: Instant, _: Packed, _: &Platform) {
            self.0 += 1;
            assert_eq!(number, self.0);
        }
    }
    // What a backlog brings comes at one instant; what is open comes alone.
    let inner = json!({ "to": "back", "retries": { "max": 1, "base": "1s" } });
    let front = json!({ "concurrency": 3, "calls": { "inner": inner } });
    let stations = json!({
        "front": service("500ms", &front), "back": service("250ms", &json!({ "queue": { "bound": 3 } }))
    });
    let outer = json!({ "timeout": "4s", "retries": { "max": 2, "base": "0s" } });
    let mut open = burst(0, 1, "front", &outer);
    open["arrivals"] = json!({ "poisson": { "rate": "1/s" } });
    let backlog = burst(10, 20, "front", &outer);
    let mut scenario = scenario(&stations, &json!({ "open": open, "backlog": backlog }));
    let mut watched_like_alone = |limit: &str, events: u64| {
        scenario["limits"] = json!({ limit: events });
        let Replay { scenario, outcome } = Replay::of(&scenario);
        let mut counted = Counted(0);
        let watched = simulation::observed(&scenario, scenario.seed(), &mut counted).run;
        assert_eq!(watched, outcome.run);
        (watched, counted.0)
    };
    for events in (1..400).chain([4_000]) {
        let (watched, counted) = watched_like_alone("events", events);
        assert_eq!((watched.events, watched.stop), (events, Stop::Events));
        assert_eq!(counted, events);
    }
    // Each of the twenty arrives, begins, and arrives at the station at one instant.
    for events in 1..60 {
        let (watched, counted) = watched_like_alone("events_at_one_instant", events);
        assert_eq!((watched.events, watched.stop), (counted, Stop::EventsAtOneInstant));
    }
}

#[test]
fn a_report_has_the_same_bytes_on_standard_output_and_in_a_file() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("report");
    for format in FORMATS {
        let told = stdout(&replay(format).assert().success());
        replay(format).args(["-o", crate::text(&file)]).assert().success();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), told);
    }
}
