//! Sweeps: the same bytes on any number of threads and in any number of parts, and no failed run among the best.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::stage::{burst, scenario, service};
use crate::{SHORT, hindsight, stderr, stdout, text, write};

const FRONT: &str = "platform.stations.front.service";

/// The arguments of a sweep of the short outage: six points with three seeds.
fn arguments() -> Vec<String> {
    let vary = [format!("{FRONT}.replicas=2..4/3"), format!("{FRONT}.queue.bound=100,200")];
    let mut arguments = vec!["sweep".to_owned(), SHORT.to_owned()];
    arguments.extend(vary.into_iter().flat_map(|it| ["--vary".to_owned(), it]));
    arguments.extend(["--seeds", "3"].map(str::to_owned));
    arguments
}

fn swept(more: &[&str]) -> String {
    let arguments = arguments();
    let arguments: Vec<&str> =
        arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
    stdout(&hindsight(&arguments).assert().success())
}

#[test]
fn threads_shards_and_interruptions_change_no_byte() {
    let whole = swept(&["--format", "csv", "--threads", "1"]);
    assert_eq!(whole.lines().count(), 1 + 6 * 3 * 5, "six points, three seeds, five numbers");
    for threads in ["2", "8"] {
        assert_eq!(swept(&["--format", "csv", "--threads", threads]), whole);
    }
    let folder = tempdir().unwrap();
    let (plan, parts) = (folder.path().join("plan.jsonl"), folder.path().join("parts"));
    swept(&["--plan", text(&plan), "--part", "2"]);
    for shard in 1..=7 {
        let shard = format!("{shard}/7");
        let run = ["sweep", "--run", text(&plan), "--shard", &shard, "-o", text(&parts)];
        hindsight(&run).assert().success();
    }
    let merged = || hindsight(&["sweep", "--merge", text(&parts), "--format", "csv"]);
    assert_eq!(stdout(&merged().assert().success()), whole);
    // Two parts are lost; without --resume nothing is overwritten.
    for part in [3, 8] {
        std::fs::remove_file(parts.join(format!("part-{part:06}.jsonl"))).unwrap();
    }
    let told = stderr(&merged().assert().code(2));
    assert!(told.contains("4 of 18 runs are missing, the first in part 3 of 9"), "{told}");
    let run = ["sweep", "--run", text(&plan), "-o", text(&parts)];
    let told = stderr(&hindsight(&run).assert().code(2));
    assert!(told.contains("is there already; help: --resume"), "{told}");
    let told = stderr(&hindsight(&[&run[..], &["--resume"]].concat()).assert().success());
    assert!(told.contains("2 of 9 parts made, 7 were there"), "{told}");
    assert_eq!(stdout(&merged().assert().success()), whole);
}

#[test]
fn parts_that_do_not_belong_are_refused() {
    let folder = tempdir().unwrap();
    let (plan, parts) = (folder.path().join("plan.jsonl"), folder.path().join("parts"));
    swept(&["--plan", text(&plan), "--part", "6"]);
    hindsight(&["sweep", "--run", text(&plan), "-o", text(&parts)]).assert().success();
    let refused = || stderr(&hindsight(&["sweep", "--merge", text(&parts)]).assert().code(2));
    let first = parts.join("part-000001.jsonl");
    let whole = std::fs::read_to_string(&first).unwrap();
    std::fs::write(parts.join("copy.jsonl"), &whole).unwrap();
    let told = refused();
    assert!(told.contains("is there twice") && told.contains("copy.jsonl"), "{told}");
    std::fs::remove_file(parts.join("copy.jsonl")).unwrap();
    std::fs::write(&first, &whole[..whole.len() / 2]).unwrap();
    let told = refused();
    assert!(told.contains("part-000001.jsonl"), "{told}");
    // A plan that lost its last lines.
    let planned = std::fs::read_to_string(&plan).unwrap();
    let cut: Vec<&str> = planned.split_inclusive('\n').take(7).collect();
    std::fs::write(&plan, cut.concat()).unwrap();
    let run = ["sweep", "--run", text(&plan), "-o", text(&parts)];
    let told = stderr(&hindsight(&run).assert().code(2));
    assert!(told.contains("6 of 18 runs"), "{told}");
    std::fs::write(&plan, &planned).unwrap();
    // A plan that somebody has changed no longer says what its ids are of.
    let changed = std::fs::read_to_string(&plan).unwrap().replacen(
        "\"values\":[\"2\"",
        "\"values\":[\"9\"",
        3,
    );
    std::fs::write(&plan, changed).unwrap();
    let told =
        stderr(&hindsight(&["sweep", "--run", text(&plan), "-o", text(&parts)]).assert().code(2));
    assert!(told.contains("other ids than they should"), "{told}");
}

/// Five units come at once to a slot of ten seconds with a queue of one: three are rejected.
fn crowded() -> Value {
    let stations = json!({ "s": service("10s", &json!({ "queue": { "bound": 1 } })) });
    scenario(&stations, &json!({ "w": burst(10, 5, "s", &json!({})) }))
}

#[test]
fn a_run_that_fails_is_marked_and_never_the_least() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "crowded.json", &crowded().to_string());
    let vary = ["--vary", "platform.stations.s.service.queue.bound=0,1,2"];
    let arguments =
        [&["sweep", text(&file), "--metric", "w.failed", "--seeds", "1"], &vary[..]].concat();
    let table = stdout(&hindsight(&arguments).assert().success());
    let row = |mark: &str| table.lines().find(|it| it.contains(mark)).unwrap_or_default();
    assert!(row("least w.failed").trim_start().starts_with("2 "), "{table}");
    // With so few events only runs of rejected units reach their end: the more wait the more there is to do.
    let stopped =
        [&arguments[..], &["--vary", "limits.events=12,1000000", "--format", "jsonl"]].concat();
    let assert = hindsight(&stopped).assert().code(3);
    let lines: Vec<Value> =
        stdout(&assert).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let status: Vec<&str> = lines.iter().map(|it| it["status"].as_str().unwrap()).collect();
    assert!(status.contains(&"stopped") && status.contains(&"finished"), "{status:?}");
    let told = lines.iter().find(|it| it["status"] == "stopped").unwrap();
    assert_eq!(told["why"], "limits.events");
    assert!(stderr(&assert).contains("help: give limits.events higher values"));
    // So does a shard of what it makes; run again it is whole, and that is fine.
    let [plan, parts] = ["plan.jsonl", "parts"].map(|it| folder.path().join(it));
    let limits = ["--vary", "limits.events=12,1000000", "--plan", text(&plan)];
    hindsight(&[&arguments[..], &limits].concat()).assert().success();
    let run = ["sweep", "--run", text(&plan), "--resume", "-o", text(&parts)];
    let told = stderr(&hindsight(&run).assert().code(3));
    assert!(told.contains("help: plan the sweep again with --set limits.events=N"), "{told}");
    let told = stderr(&hindsight(&run).assert().success());
    assert!(told.contains("0 of 6 parts made") && !told.contains("warning"), "{told}");
    let told = stderr(&hindsight(&["sweep", "--merge", text(&parts)]).assert().code(3));
    assert!(told.contains("help: plan the sweep again with --set limits.events=N"), "{told}");
    // A plan says what is run: what would change it is refused.
    let changed = [&run[..], &["--set", "limits.events=1000000"]].concat();
    assert!(stderr(&hindsight(&changed).assert().code(2)).contains("cannot be used with"));
    // A combination that cannot be is a row of its own, not the end of the sweep.
    let vary = ["--vary", "platform.stations.s.service.replicas=1,-1"];
    let refused = [&arguments[..], &vary[..], &["--format", "csv"]].concat();
    let rows = stdout(&hindsight(&refused).assert().success());
    assert_eq!(rows.lines().filter(|it| it.contains(",refused,")).count(), 3, "{rows}");
    assert_eq!(rows.lines().filter(|it| it.contains(",finished,")).count(), 3, "{rows}");
    let table = stdout(&hindsight(&[&arguments[..], &vary[..]].concat()).assert().success());
    assert!(table.contains("by --vary platform") && !table.contains("--set"), "{table}");
}

#[test]
fn points_that_tie_for_the_least_are_all_marked() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "crowded.json", &crowded().to_string());
    // Five units: with four places in the queue nobody is rejected, nor with more.
    let vary = ["--vary", "platform.stations.s.service.queue.bound=1,4,5"];
    let arguments =
        [&["sweep", text(&file), "--metric", "w.failed", "--seeds", "1"], &vary[..]].concat();
    let table = stdout(&hindsight(&arguments).assert().success());
    assert_eq!(table.matches("ties for least w.failed").count(), 2, "{table}");
    assert!(table.contains("3 points with one seed, 1"), "{table}");
    let page =
        stdout(&hindsight(&[&arguments[..], &["--format", "html"]].concat()).assert().success());
    let told = "Least, and the same, at platform.stations.s.service.queue.bound = 4; platform.stations.s.service.queue.bound = 5.";
    assert!(page.contains(told), "{page}");
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_runs() {
    let cases = [
        ("platform.stations.front.service.replicaz=1,2", "did you mean"),
        ("platform.stations.front.service.replicas=1..4", "has no steps; help: write LO..HI/STEPS"),
        ("platform.stations.front.service.replicas=4..1/2", "must begin with the lower end"),
        ("platform.stations.front.service.replicas=-1,-2", "must be"),
        ("platform.stations.front.service.replicas=-1,-2", "asked for by --vary platform"),
        ("platform.stations.front.service.replicas=2,2.0", "has 2 and 2.0, which are the same"),
        (
            "platform.stations.front.service.replicas=2..6/4",
            "takes whole numbers, and 3.333333 is among its 4 values; help: write 2..6/3 or 2..6/5",
        ),
        ("seed=1,2", "changes nothing; help: --seed"),
        ("mitigations.slow-reaction.note=a,b", "changes nothing; help: vary the field"),
    ];
    for (vary, message) in cases {
        let told = stderr(&hindsight(&["sweep", SHORT, "--vary", vary]).assert().code(2));
        assert!(told.contains(message), "{vary}: {told}");
    }
}

#[test]
fn a_sample_is_the_same_again_and_covers_its_range() {
    let vary = format!("{FRONT}.queue.bound=1..200");
    let sample = || {
        let arguments =
            ["sweep", SHORT, "--vary", &vary, "--sample", "latin-hypercube:8", "--seeds", "1"];
        stdout(&hindsight(&[&arguments[..], &["--format", "jsonl"]].concat()).assert().success())
    };
    let lines = sample();
    assert_eq!(lines, sample());
    let mut eighths: Vec<u64> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|it| it["values"][&format!("{FRONT}.queue.bound")].as_u64().unwrap() / 25)
        .collect();
    eighths.sort_unstable();
    assert_eq!(eighths, (0..8).collect::<Vec<u64>>());
}
