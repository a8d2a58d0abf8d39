//! What shows only while running: each scenario under `tests/bad/running` ends by a limit of the model.

use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::cases::folder;
use crate::{hindsight, stderr, stdout, text};

/// A release build takes two seconds at most; builds for tests are five times slower and have company.
const TIME_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

#[test]
fn every_run_that_gets_out_of_hand_is_ended_by_a_limit() {
    let files: Vec<_> = std::fs::read_dir(folder().join("running"))
        .expect("it is in the repository")
        .map(|entry| entry.expect("it is there").path())
        .collect();
    assert!(files.len() >= 20);
    let faults: Vec<String> = files
        .par_iter()
        .filter_map(|file| {
            let begun = Instant::now();
            let arguments = ["replay", text(file), "--threads", "1"];
            let output = hindsight(&arguments).output().expect("it can be run");
            let took = begun.elapsed();
            let said = String::from_utf8_lossy(&output.stderr);
            let told = String::from_utf8_lossy(&output.stdout);
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_told = told.contains("by the scenario's limit on")
                && told.contains("--set limits.")
                && told.contains("stops the replay")
                && told.contains("fingerprint");
            let is_fine = output.status.code() == Some(3) && took <= TIME_MAX && is_told;
            (!is_fine).then(|| {
                format!("{}: {:?} after {took:?}\n{said}\n{told}", file.display(), output.status)
            })
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_stopped_run_is_the_same_bytes_every_time_and_goes_on_when_its_limit_is_raised() {
    let file = folder().join("running/a-population-that-does-not-think.json");
    let limits = ["events=90000", "events_at_one_instant=50000", "in_flight=1", "output=2"];
    for limit in limits {
        let set = format!("limits.{limit}");
        let arguments = ["replay", text(&file), "--format", "json", "--set", &set];
        let first = hindsight(&arguments).assert().code(3);
        let second = hindsight(&arguments).assert().code(3);
        assert_eq!(stdout(&first), stdout(&second), "{limit}");
        assert!(stderr(&first).contains("raises"), "{limit}");
        let name = limit.split_once('=').expect("it has a value").0;
        if name != "events" && name != "output" {
            assert!(stdout(&first).contains(&format!("\"stopped\": \"{name}\"")), "{limit}");
        }
    }
    let short = crate::SHORT;
    let stopped = ["replay", short, "--format", "json", "--set", "limits.output=100"];
    assert!(stdout(&hindsight(&stopped).assert().code(3)).contains("\"stopped\": \"output\""));
    hindsight(&["replay", short, "--set", "limits.output=1000000"]).assert().success();
}
