//! Mitigations compared with the incident as it was: paired, sure, and the same on any number of threads.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::stage::{burst, scenario, service};
use crate::{SHORT, hindsight, stderr, stdout, text, write};

fn compared(file: &str, more: &[&str]) -> Value {
    let arguments = ["compare", file, "--format", "json"];
    let assert = hindsight(&[&arguments, more].concat()).assert().success();
    serde_json::from_str(&stdout(&assert)).expect("it is JSON")
}

/// Three units of tenant `a` come at once to one slot of ten seconds with a queue of one, which rejects the
/// third, and three more after a minute; the mitigation lets two wait.
pub(crate) fn crowded() -> Value {
    let stations = json!({ "s": service("10s", &json!({ "queue": { "bound": 1 } })) });
    let workloads =
        json!({ "early": burst(10, 3, "s", &json!({})), "late": burst(70, 3, "s", &json!({})) });
    let mut crowded = scenario(&stations, &workloads);
    crowded["mitigations"] = json!({
        "longer-queue": {
            "note": "Two may wait.",
            "patch": { "platform": { "stations": { "s": { "service": { "queue": { "bound": 2 } } } } } }
        },
        "shorter-work": {
            "note": "Work takes nine seconds.",
            "patch": { "platform": { "stations": { "s": { "service": { "service_time": { "constant": "9s" } } } } } }
        }
    });
    crowded
}

#[test]
fn differences_and_their_origin_are_those_worked_out_by_hand() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "a.json", &crowded().to_string());
    let compared = compared(text(&file), &["--seeds", "3"]);
    assert_eq!(compared["seeds"], 3);
    let names: Vec<&Value> =
        compared["variants"].as_array().unwrap().iter().map(|it| &it["variant"]).collect();
    assert_eq!(names, ["longer-queue", "shorter-work", "all"]);
    let longer = &compared["variants"][0];
    let failed = |name: &str| {
        let metrics = longer["metrics"].as_array().unwrap();
        metrics.iter().find(|it| it["metric"] == name).unwrap()
    };
    for name in ["early.failed", "late.failed"] {
        let told = failed(name);
        let numbers = ["baseline", "mean", "difference", "pairs"].map(|field| &told[field]);
        assert_eq!(numbers, [&json!(1), &json!(0), &json!(-1), &json!(3)], "{name}");
        assert_eq!(
            [&told["interval"], &told["is_distinguishable"]],
            [&json!([-1, -1]), &json!(true)]
        );
        assert_eq!(told["variance_reduction"], Value::Null, "nothing is random here");
    }
    let first = &longer["first_unit"];
    let fields = ["begun", "workload", "tenant", "baseline", "with"].map(|field| &first[field]);
    assert_eq!(fields, ["2025-01-01T00:00:10", "early", "a", "rejected", "done"]);
    assert_eq!(longer["station"], json!({ "station": "s", "share": 1 }));
    let seconds = ["baseline_seconds", "with_seconds"].map(|field| &first[field]);
    // It comes third: rejected at once, or done after two before it.
    assert_eq!(seconds, [&json!(0), &json!(30)]);
    // Nine seconds of work change nobody's outcome, but the first unit is done a second earlier.
    let first = &compared["variants"][1]["first_unit"];
    let fields = ["baseline", "with"].map(|field| &first[field]);
    assert_eq!(fields, ["done", "done"]);
    let seconds = ["baseline_seconds", "with_seconds"].map(|field| &first[field]);
    assert_eq!(seconds, [&json!(10), &json!(9)]);
}

#[test]
fn what_both_runs_of_a_seed_share_cancels_out() {
    // Acting later changes the end of the outage; who comes and what each takes is the same in both.
    let compared = compared(SHORT, &["--with", "fast-reaction", "--seeds", "12"]);
    let metrics = compared["variants"][0]["metrics"].as_array().unwrap();
    let minutes = metrics.iter().find(|it| it["metric"] == "all.minutes").unwrap();
    assert_eq!(minutes["is_distinguishable"], true);
    // Engineers act 10 seconds after the alert instead of 90.
    let difference = minutes["difference"].as_f64().unwrap();
    assert!((-1.5..-1.0).contains(&difference), "{difference}");
    let failed = metrics.iter().find(|it| it["metric"] == "visits.failed").unwrap();
    assert!(failed["variance_reduction"].as_f64().unwrap() > 1.0, "{failed}");
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let arguments = ["compare", SHORT, "--seeds", "5", "--threads"];
    let told =
        |threads| stdout(&hindsight(&[&arguments[..], &[threads]].concat()).assert().success());
    let one = told("1");
    assert!(one.contains("fast-reaction") && one.contains("WHERE IT ARISES"), "{one}");
    assert_eq!([told("2"), told("8")], [one.clone(), one]);
}

#[test]
fn seeds_are_added_until_intervals_are_narrow_enough_or_there_are_enough() {
    let arguments = ["--with", "fast-reaction", "--metric", "visits.failed", "--seeds", "2"];
    let seeds = |more: &[&str]| compared(SHORT, &[&arguments[..], more].concat())["seeds"].clone();
    let compared = compared(SHORT, &[&arguments[..], &["--until-precise", "4%"]].concat());
    let metric = &compared["variants"][0]["metrics"][0];
    let [low, high] = [0, 1].map(|end| metric["interval"][end].as_f64().unwrap());
    assert!((high - low) / 2.0 <= 0.04 * metric["baseline"].as_f64().unwrap(), "{metric}");
    assert_eq!(seeds(&["--until-precise", "0.0001%", "--seeds-max", "7"]), 7);
    assert_eq!(seeds(&[]), 2);
}

#[test]
fn what_cannot_be_compared_is_told() {
    let cases = [
        (&["--with", "fast-reactio"][..], "did you mean `fast-reaction`?"),
        (&["--with", "fast-reaction+fast-reaction"], "is applied twice"),
        (&["--metric", "visits.fail"], "did you mean `visits.failed`?"),
        (&["--until-precise", "5"], "write 5%"),
        (&["--seeds", "1"], "2..=1000000"),
    ];
    for (more, part) in cases {
        let told = stderr(&hindsight(&[&["compare", SHORT], more].concat()).assert().code(2));
        assert!(told.contains(part), "no {part:?} in {told}");
    }
    let folder = tempdir().unwrap();
    let mut without = crowded();
    without.as_object_mut().unwrap().remove("mitigations");
    let file = write(&folder, "a.json", &without.to_string());
    let told = stderr(&hindsight(&["compare", text(&file)]).assert().code(2));
    assert!(told.contains("has no mitigation to compare"), "{told}");
}

#[test]
fn a_field_that_two_mitigations_set_is_told_with_the_value_that_stands() {
    let folder = tempdir().unwrap();
    let mut both = crowded();
    both["mitigations"]["longest-queue"] = both["mitigations"]["longer-queue"].clone();
    both["mitigations"]["longest-queue"]["patch"]["platform"]["stations"]["s"]["service"]["queue"]
        ["bound"] = json!(7);
    let file = write(&folder, "a.json", &both.to_string());
    let with = ["--with", "longer-queue+longest-queue", "--with", "longest-queue+longer-queue"];
    let more = [&with[..], &["--with", "shorter-work+longer-queue", "--seeds", "2"]].concat();
    let compared = compared(text(&file), &more);
    let contested = |variant: usize| compared["variants"][variant]["contested"].clone();
    let field = |mitigations: [&str; 2], value: &str| {
        json!([{
            "field": "platform.stations.s.service.queue.bound", "mitigations": mitigations,
            "stands": mitigations[1], "value": value
        }])
    };
    assert_eq!(contested(0), field(["longer-queue", "longest-queue"], "7"));
    assert_eq!(contested(1), field(["longest-queue", "longer-queue"], "2"));
    assert_eq!(contested(2), json!([]), "these two set different fields");
    let told =
        stdout(&hindsight(&[&["compare", text(&file)], &more[..]].concat()).assert().success());
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("queue.bound is set by longer-queue and longest-queue: 7 of longest-queue stands, which is applied last"),
        "{told}"
    );
    assert_eq!(told.matches("is set by").count(), 2, "{told}");
}

#[test]
fn a_number_without_a_value_is_said_to_have_none() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "a.json", &crowded().to_string());
    let arguments = ["compare", text(&file), "--seeds", "2", "--with", "longer-queue"];
    let compare = |more: &[&str]| {
        let arguments = [&arguments[..], more].concat();
        stdout(&hindsight(&arguments).assert().success())
    };
    // Nothing is ever harmed: the scenario has indicators, but of a queue that never is so long.
    let mut calm = crowded();
    calm["indicators"] = json!({ "long": { "of": "s", "measure": "queue_depth", "above": 100, "every": "10s", "for": "0s" } });
    std::fs::write(&file, calm.to_string()).unwrap();
    let told = compare(&["--metric", "all.first"]);
    assert!(told.contains("all.first has no value to compare"), "{told}");
    let told: Value =
        serde_json::from_str(&compare(&["--metric", "all.first", "--format", "json"])).unwrap();
    assert_eq!(told["variants"][0]["metrics_without_value"], json!(["all.first"]));
    let told = compare(&["--metric", "all.minutes"]);
    assert!(told.contains("every number is zero"), "{told}");
    let told = compare(&["--metric", "early.failed"]);
    assert!(!told.contains("no value") && !told.contains("is zero"), "{told}");
}

#[test]
fn one_variant_is_not_several() {
    let told = stdout(
        &hindsight(&["compare", SHORT, "--with", "fast-reaction", "--seeds", "2"])
            .assert()
            .success(),
    );
    assert!(told.contains("1 variant of it with the same 2 seeds"), "{told}");
}

#[test]
fn the_ending_of_the_output_says_as_what_it_is_written() {
    let folder = tempdir().unwrap();
    let commands: [&[&str]; 5] = [
        &["compare", "--seeds", "2", "--with", "fast-reaction"],
        &["rank", "--seeds", "1", "--assumption-seeds", "0"],
        &["minutes", "--seeds", "1", "--by=-10s..10s/2"],
        &["replay"],
        &["explain", "--no-replay"],
    ];
    for command in commands {
        let out = folder.path().join("out.json");
        let arguments = [command, &[SHORT, "-o", text(&out)]].concat();
        hindsight(&arguments).assert().success();
        let told = std::fs::read_to_string(&out).unwrap();
        assert!(serde_json::from_str::<Value>(&told).is_ok(), "{command:?}: {told}");
        hindsight(&[&arguments[..], &["--format", "text"]].concat()).assert().success();
        let told = std::fs::read_to_string(&out).unwrap();
        assert!(serde_json::from_str::<Value>(&told).is_err(), "{command:?}: {told}");
        let odd = folder.path().join("out.csv");
        let told =
            stderr(&hindsight(&[command, &[SHORT, "-o", text(&odd)]].concat()).assert().code(2));
        assert!(
            told.contains("does not write .csv; help: end the name with one of .txt, "),
            "{told}"
        );
        assert!(!odd.exists());
    }
    let page = folder.path().join("out.html");
    let compare = ["compare", SHORT, "--seeds", "2", "--with", "fast-reaction", "-o", text(&page)];
    hindsight(&compare).assert().success();
    assert!(std::fs::read_to_string(&page).unwrap().starts_with("<!DOCTYPE html>"));
}
