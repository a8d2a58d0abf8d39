//! Exports for tools that people have: tables, OpenMetrics, rules and their tests, traces.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use tempfile::tempdir;

use crate::{SHORT, hindsight, short_text, stderr, stdout, text, write};

fn export(arguments: &[&str]) -> String {
    stdout(&hindsight(&[&["export"], arguments].concat()).assert().success())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

#[test]
fn the_table_sums_to_what_the_report_counts() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("series.csv");
    // Without a warm-up, which the report counts and the table leaves out.
    let arguments = ["replay", SHORT, "--set", "clock.warm_up=0s", "--series", text(&file)];
    let arguments = [&arguments[..], &["--format", "json"]].concat();
    let report = stdout(&hindsight(&arguments).assert().success());
    let report: Value = serde_json::from_str(&report).unwrap();
    let metrics = &report["replays"][0]["metrics"];

    let mut reader = csv::Reader::from_path(&file).unwrap();
    let columns = ["scenario", "time", "station", "class", "measure", "unit", "value"];
    assert_eq!(reader.headers().unwrap(), columns.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    // Five seconds each from 10:00 on: a rate times five is a count.
    let sum = |station: &str, class: &str, measure: &str| -> f64 {
        let is_it = |row: &&csv::StringRecord| {
            (&row[2], &row[3], &row[4]) == (station, class, measure) && &row[5] == "per_second"
        };
        rows.iter().filter(is_it).map(|row| number(&row[6]) * 5.0).sum()
    };
    for (name, station, class) in [("front", "front", ""), ("visits", "", "visits")] {
        for (metric, measure) in [("begun", "arrival_rate"), ("failed", "failure_rate")] {
            let counted = metrics[format!("{name}.{metric}")]["value"].as_f64();
            let counted = counted.unwrap_or_else(|| panic!("no {name}.{metric} in {metrics}"));
            let summed = sum(station, class, measure);
            assert!((summed - counted).abs() < 1e-3, "{name}.{metric}: {summed} for {counted}");
        }
    }
    assert!(rows.iter().all(|row| &row[0] == "short-outage"));
    assert_eq!(&rows[0][1], "2026-03-02T10:00:05-05:00");
    assert_eq!(&rows.last().unwrap()[1], "2026-03-02T10:10:00-05:00");

    let again = folder.path().join("again.csv");
    let arguments = ["replay", SHORT, "--set", "clock.warm_up=0s", "--series", text(&again)];
    hindsight(&arguments).assert().success();
    assert_eq!(fs::read(&file).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn a_table_that_cannot_be_is_refused_before_the_run() {
    let folder = tempdir().unwrap();
    let mut cases = vec![
        (vec!["--series", "x.txt"], "ends in .csv or .parquet"),
        (vec!["--series", "x"], "ends in .csv or .parquet"),
        (vec!["--series", "x.csv", "--series-step", "7s"], "take 5s or a multiple"),
        (vec!["--series", "x.csv", "--series-step", "0s"], "take 5s or a multiple"),
    ];
    if !cfg!(feature = "parquet") {
        cases.push((vec!["--series", "x.parquet"], "--features parquet"));
    }
    for (arguments, remedy) in cases {
        let scenario = format!("{}/{SHORT}", env!("CARGO_MANIFEST_DIR"));
        let mut command = hindsight(&[&["replay", scenario.as_str()], &arguments[..]].concat());
        let assert = command.current_dir(folder.path()).assert().code(2);
        assert!(stderr(&assert).contains(remedy), "{arguments:?}: {}", stderr(&assert));
        assert_eq!(stdout(&assert), "", "nothing ran");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_the_rows_of_the_table() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["a.csv", "a.parquet", "b.parquet"] {
        hindsight(&["replay", SHORT, "--series", text(&path(name))]).assert().success();
    }
    assert_eq!(fs::read(path("a.parquet")).unwrap(), fs::read(path("b.parquet")).unwrap());
    let reader = SerializedFileReader::new(fs::File::open(path("a.parquet")).unwrap()).unwrap();
    let mut table = csv::Reader::from_path(path("a.csv")).unwrap();
    let mut rows = table.records();
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let expected = rows.next().unwrap().unwrap();
        for column in [0, 2, 3, 4, 5] {
            assert_eq!(row.get_string(column).unwrap(), &expected[column]);
        }
        let time: jiff::Timestamp = expected[1].parse().unwrap();
        assert_eq!(row.get_timestamp_micros(1).unwrap(), time.as_microsecond());
        assert!((row.get_double(6).unwrap() - number(&expected[6])).abs() < 1e-8);
    }
    assert!(rows.next().is_none());
}

#[cfg(feature = "parquet")]
#[test]
fn a_sweep_in_parquet_holds_the_rows_of_its_csv() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::RowAccessor as _;
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let vary = ["--vary", "platform.stations.front.service.replicas=1,2,-1", "--seeds", "2"];
    // Of an alert that never comes there is no moment, and a refused run has no value at all.
    let metrics = ["--metric", "failing-visits.alert.first", "--metric", "visits.failed"];
    for name in ["a.csv", "a.parquet", "b.parquet"] {
        let output = ["-o", text(&path(name))].map(str::to_owned);
        let output = output.each_ref().map(String::as_str);
        let arguments = [&["sweep", SHORT], &vary[..], &metrics, &output].concat();
        hindsight(&arguments).assert().success();
    }
    assert_eq!(fs::read(path("a.parquet")).unwrap(), fs::read(path("b.parquet")).unwrap());
    let reader = SerializedFileReader::new(fs::File::open(path("a.parquet")).unwrap()).unwrap();
    let mut table = csv::Reader::from_path(path("a.csv")).unwrap();
    let mut rows = table.records();
    let mut without = 0;
    for row in reader.get_row_iter(None).unwrap() {
        let row = row.unwrap();
        let expected = rows.next().unwrap().unwrap();
        assert_eq!(row.get_long(0).unwrap().to_string(), expected[0]);
        assert_eq!(row.get_long(2).unwrap().to_string(), expected[2]);
        for column in [1, 3, 4, 5] {
            assert_eq!(row.get_string(column).unwrap(), &expected[column]);
        }
        if let Ok(value) = row.get_double(6) {
            assert!((value - number(&expected[6])).abs() < 1e-8);
        } else {
            assert_eq!(&expected[6], "");
            without += 1;
        }
    }
    assert!(rows.next().is_none());
    assert_eq!(without, 4, "two runs are refused");
}

/// The samples of OpenMetrics text by family, after checking what the format demands.
fn families(page: &str) -> BTreeMap<String, Vec<(String, String, f64, f64)>> {
    let mut families: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let (mut name, mut kind) = (String::new(), String::new());
    let mut last: Option<(String, f64, f64)> = None;
    let mut seen = BTreeSet::new();
    let body = page.strip_suffix("# EOF\n").expect("the text ends in EOF");
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let parts: Vec<&str> = rest.splitn(3, ' ').collect();
            if parts[0] == "TYPE" {
                (name, kind) = (parts[1].to_owned(), parts[2].to_owned());
                assert!(families.insert(name.clone(), Vec::new()).is_none(), "{name} comes twice");
                assert!(name.chars().all(|it| it.is_ascii_lowercase() || it == '_'), "{name}");
            } else {
                assert!(["UNIT", "HELP"].contains(&parts[0]) && parts[1] == name, "{line}");
                assert!(parts[0] == "HELP" || name.ends_with(parts[2]), "{line}");
            }
            continue;
        }
        let (series, rest) = line.rsplit_once("} ").expect("a sample has labels");
        let (sample, labels) = series.split_once('{').expect("labels begin");
        let (value, time) = rest.split_once(' ').expect("a sample has a time");
        let suffix = if kind == "counter" { "_total" } else { "" };
        assert_eq!(sample, format!("{name}{suffix}"));
        let (value, time) = (number(value), number(time));
        match &last {
            Some((before, old, then)) if before == series => {
                assert!(time > *then, "time goes back: {line}");
                assert!(kind != "counter" || value >= *old, "a counter falls: {line}");
            }
            _ => assert!(seen.insert(series.to_owned()), "samples are apart: {line}"),
        }
        last = Some((series.to_owned(), value, time));
        let family = families.get_mut(&name).expect("it has a type");
        family.push((labels.to_owned(), sample.to_owned(), value, time));
    }
    families
}

#[test]
fn openmetrics_is_well_formed_and_counts_what_the_report_counts() {
    let cold = ["--set", "clock.warm_up=0s"];
    let page = export(&[&["openmetrics", SHORT], &cold[..]].concat());
    let families = families(&page);
    let arguments = [&["replay", SHORT, "--format", "json"], &cold[..]].concat();
    let report = stdout(&hindsight(&arguments).assert().success());
    let report: Value = serde_json::from_str(&report).unwrap();
    let counted = |name: &str| report["replays"][0]["metrics"][name]["value"].as_f64().unwrap();
    let last = |family: &str, labels: &str| {
        let all = families[family].iter().filter(|it| it.0 == labels);
        all.map(|it| it.2).next_back().unwrap_or_else(|| panic!("no {labels} in {family}"))
    };
    let front = "scenario=\"short-outage\",station=\"front\"";
    let visits = "scenario=\"short-outage\",workload=\"visits\"";
    assert!((last("hindsight_begun", front) - counted("front.begun")).abs() < 1e-6);
    assert!((last("hindsight_workload_failed", visits) - counted("visits.failed")).abs() < 1e-6);
    // 10:00 in New York is 15:00 in UTC.
    let (_, _, value, time) = families["hindsight_begun"][0].clone();
    assert!(value <= 0.0 && (time - 1_772_463_600.0).abs() < 1e-6, "{value} at {time}");
    assert!(families["hindsight_indicator_bad"].iter().any(|it| it.2 > 0.0));
    assert_eq!(page, export(&[&["openmetrics", SHORT], &cold[..]].concat()));
}

const NOTE: &str = r#""note": "A \"quoted\" {{ note }}\nof two lines and a \\""#;

#[test]
fn rules_say_what_the_indicators_say() {
    let folder = tempdir().unwrap();
    let rules = export(&["rules", SHORT]);
    for part in [
        "alert: \"failing-visits\"",
        "indicator=\\\"failing-visits\\\"} > 0.05\"",
        "interval: 5s",
        "for: 15s",
        "keep_firing_for: 15s",
        "severity: \"high\"",
    ] {
        assert!(rules.contains(part), "no {part} in {rules}");
    }
    // Whatever stands in a note stays on its line, and no template of Prometheus expands it.
    let noted = short_text().replace("\"above\": 0.05,", &format!("\"above\": 0.05, {NOTE},"));
    let file = write(&folder, "noted.json", &noted);
    let rules = export(&["rules", text(&file)]);
    assert!(
        rules.contains(r#"A \"quoted\" {{ \"{{\" }} note }}\nof two lines and a \\"#),
        "{rules}"
    );
    let tests = export(&["rules", text(&file), "--tests", "a.yml"]);
    assert!(tests.contains(r#"A \"quoted\" {{ note }}\nof two lines and a \\"#), "{tests}");
    assert!(tests.starts_with("rule_files: [\"a.yml\"]\n"));
    // Silent one evaluation before the alert, firing at it.
    let (before, after) = tests.split_once("exp_alerts: []").expect("silent at first");
    assert!(before.contains("failing-visits") && after.contains("exp_alerts: [ {"));
}

#[test]
fn a_trace_is_well_formed() {
    let trace: Value = serde_json::from_str(&export(&["trace", SHORT, "--sample", "200"])).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |phase: &'static str| events.iter().filter(move |it| it["ph"] == phase);
    let mut open: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events.iter().filter(|it| it["ph"] == "b" || it["ph"] == "e") {
        let (id, ts) = (event["id"].as_str().unwrap(), event["ts"].as_u64().unwrap());
        let before = last.insert(id, ts).unwrap_or(0);
        assert!(ts >= before, "time goes back on {id}");
        if event["ph"] == "b" {
            open.entry(id).or_default().push(event);
        } else {
            let begun = open.get_mut(id).and_then(Vec::pop).expect("what ends has begun");
            assert_eq!(begun["name"], event["name"], "spans of {id} do not nest");
        }
    }
    assert!(open.values().all(Vec::is_empty), "what began has ended");
    let units = of("b").filter(|it| it["args"]["workload"] == "visits" && it["name"] == "visits");
    assert_eq!(units.count(), 200);
    let attempts: Vec<&Value> = of("b").filter(|it| it["args"]["station"].is_string()).collect();
    assert!(attempts.iter().any(|it| it["args"]["station"] == "store"), "calls are followed");
    let outcomes: BTreeSet<&str> =
        of("b").map(|it| it["args"]["outcome"].as_str().unwrap()).collect();
    assert!(outcomes.contains("done") && outcomes.len() > 1, "{outcomes:?}");

    let named: BTreeSet<(u64, u64)> =
        of("M").map(|it| (it["pid"].as_u64().unwrap(), it["tid"].as_u64().unwrap())).collect();
    for event in events {
        let place = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
        assert!(named.contains(&place), "{event} is on no track with a name");
    }
    assert!(of("X").all(|it| it["dur"].is_u64() && it["ts"].is_u64()));
    assert!(of("C").all(|it| it["args"]["value"].is_number()) && of("C").count() > 10);
    let told: Vec<&str> = of("i").map(|it| it["name"].as_str().unwrap()).collect();
    assert!(told.contains(&"All instances crash."), "{told:?}");
}

#[test]
fn an_observed_run_is_the_same_run() {
    let report = stdout(&hindsight(&["replay", SHORT, "--format", "json"]).assert().success());
    let report: Value = serde_json::from_str(&report).unwrap();
    let trace: Value = serde_json::from_str(&export(&["trace", SHORT])).unwrap();
    assert_eq!(trace["otherData"]["fingerprint"], report["replays"][0]["fingerprint"]);
}

#[test]
fn exports_are_written_whole_or_refused_with_a_remedy() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let printed = export(&["trace", SHORT]);
    export(&["trace", SHORT, "-o", text(&file)]);
    assert_eq!(fs::read_to_string(&file).unwrap(), printed);
    for what in ["openmetrics", "rules", "trace"] {
        let assert = hindsight(&["export", what, "scenarios"]).assert().code(2);
        assert!(stderr(&assert).contains("name one scenario"), "{}", stderr(&assert));
    }
    let stopped = ["export", "openmetrics", SHORT, "--set", "limits.events=1000"];
    let assert = hindsight(&stopped).assert().code(3);
    families(&stdout(&assert));
}
