//! A comparison as a page: whole in one file, with the numbers of the JSON document, a line and a lane for each
//! variant, and nothing that a scenario says taken for markup.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::compare::crowded;
use crate::html::{data, hostile};
use crate::{SHORT, hindsight, short_value, stderr, stdout, text, write};

fn page(arguments: &[&str]) -> String {
    let arguments = [&["compare", "--format", "html"], arguments].concat();
    stdout(&hindsight(&arguments).assert().success())
}

/// What stands between two texts.
fn between<'a>(page: &'a str, begins: &str, ends: &str) -> &'a str {
    let (_, rest) = page.split_once(begins).unwrap_or_else(|| panic!("no {begins}"));
    rest.split_once(ends).unwrap_or_else(|| panic!("no {ends} after {begins}")).0
}

/// The lines of a chart: their names and values.
fn lines(chart: &Value) -> Vec<(&str, Vec<Option<f64>>)> {
    let line = |it: &'_ Value| -> Vec<Option<f64>> {
        it["values"].as_array().expect("a line has values").iter().map(Value::as_f64).collect()
    };
    let lines = chart["lines"].as_array().expect("a chart has lines");
    lines.iter().map(|it| (it["name"].as_str().expect("a line has a name"), line(it))).collect()
}

#[test]
fn the_page_needs_no_network_and_no_other_file() {
    let page = page(&[SHORT, "--seeds", "3"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for outside in ["://", "url(", "@import", " src=", "<iframe", "<object", "<base"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("<main>"));
    assert!(page.len() < 150_000, "{} bytes", page.len());
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(ids.iter().filter(|id| **id == link).count(), 1, "{link}");
    }
}

#[test]
fn the_data_are_those_of_the_json_document() {
    let options = ["--with", "fast-reaction", "--seeds", "4", "--metric", "visits.failed"];
    let page = page(&[&[SHORT], &options[..]].concat());
    let arguments = [&["compare", SHORT, "--format", "json"], &options[..]].concat();
    let document = stdout(&hindsight(&arguments).assert().success());
    assert_eq!(data(&page, "r1-report"), serde_json::from_str::<Value>(&document).unwrap());
    let command = "hindsight compare short-outage.json --with fast-reaction --metric visits.failed --seeds 4 --format html -o compare.html";
    assert!(page.contains(command), "the command is not that of the page");
}

#[test]
fn every_chart_has_a_line_for_the_baseline_and_for_each_variant() {
    let page = page(&[SHORT, "--seeds", "2"]);
    let charts = data(&page, "r1-charts");
    let names = ["baseline", "fast-reaction", "keep-images", "slow-reaction", "all"];
    let its = charts["charts"].as_array().unwrap();
    assert_eq!(page.matches("<figure ").count(), its.len());
    for chart in its {
        let lines = lines(chart);
        assert_eq!(lines.iter().map(|it| it.0).collect::<Vec<_>>(), names, "{}", chart["title"]);
        assert!(lines.iter().all(|it| it.1.len() == 120), "ten minutes of 5 s each");
    }
    let titles: Vec<&str> = its.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["failing-visits", "errors", "p95 latency", "queue"]);
    // What the page of one replay shows of the indicator is the line of that run here.
    for (place, more) in [(0, &[][..]), (1, &["--with", "fast-reaction"])] {
        let alone = [&["replay", SHORT, "--format", "html"], more].concat();
        let alone = data(&stdout(&hindsight(&alone).assert().success()), "r1-charts");
        assert_eq!(lines(&alone["charts"][0])[0].1, lines(&its[0])[place].1, "{more:?}");
    }
    // A line each is switched off and on in the list, in every chart and in its lane.
    for number in 0..names.len() {
        let buttons = page.matches(&format!("data-variant=\"{number}\"")).count();
        assert_eq!(buttons, 1 + its.len());
        assert!(page.matches(&format!("data-of=\"{number}\"")).count() > its.len());
    }
    assert!(page.contains("no queue at any time"), "what is not shown is told");
}

#[test]
fn lanes_show_the_windows_of_each_run() {
    let page = page(&[SHORT, "--seeds", "2"]);
    let lanes = between(&page, "id=\"r1-strip\"", "</section>");
    let lanes: Vec<&str> = lanes.split("<div class=\"lane impact\"").skip(1).collect();
    assert_eq!(lanes.len(), 5);
    for (lane, options) in lanes.iter().zip([&[][..], &["--with", "fast-reaction"]]) {
        let arguments = [&["replay", SHORT, "--format", "json"], options].concat();
        let report = stdout(&hindsight(&arguments).assert().success());
        let report: Value = serde_json::from_str(&report).unwrap();
        let windows = report["replays"][0]["impact"][0]["windows"].as_array().unwrap();
        assert_eq!(lane.matches("class=\"bar\"").count(), windows.len());
        let from = windows[0]["from"].as_str().unwrap().split_once('T').unwrap().1;
        assert!(lane.contains(&format!("from {from} to ")), "{from} in {lane}");
        assert!(lane.contains("alert of failing-visits at"), "{lane}");
    }
}

#[test]
fn dots_and_whiskers_stand_where_the_numbers_are() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "a.json", &crowded().to_string());
    let page = page(&[text(&file), "--seeds", "2", "--metric", "early.failed"]);
    let table = between(&page, "<h3>early.failed</h3>", "</details>");
    let rows: Vec<&str> = table.split("<tr class=\"").skip(1).collect();
    // From −1 on the left to 0 on the right, with margins of 40 in 1000; nothing here is random.
    assert!(rows[0].starts_with("less\"") && rows[0].contains("longer-queue"), "{}", rows[0]);
    assert!(rows[0].contains("class=\"zero\" d=\"M960 0V24\""), "{}", rows[0]);
    assert!(rows[0].contains("class=\"mean\" d=\"M40 12h0\""), "{}", rows[0]);
    assert!(rows[0].contains("class=\"whisker\" d=\"M40 12H40"), "{}", rows[0]);
    assert!(rows[1].starts_with("alike\"") && rows[1].contains("class=\"mean\" d=\"M960 12h0\""));
    let labels = between(table, "<div class=\"scale\"", "</div>");
    assert!(labels.contains("left:96%\">0<") && labels.contains("left:4%\">−1<"), "{labels}");
}

#[test]
fn what_a_scenario_says_stays_text() {
    let folder = tempdir().unwrap();
    let file = write(&folder, "it's <b>.json", &hostile().to_string());
    let page = page(&[text(&file), "--seeds", "2"]);
    assert!(!page.contains("<img") && !page.contains("<b>'"), "markup of the scenario's own");
    assert_eq!(page.matches("<script").count(), 3);
    assert_eq!(page.matches("</script").count(), 3);
    assert!(page.contains("hindsight compare &#39;it&#39;\\&#39;&#39;s &lt;b&gt;.json&#39;"));
}

#[test]
fn the_same_bytes_come_out_with_any_number_of_threads() {
    let with = |threads| page(&[SHORT, "--seeds", "2", "--threads", threads]);
    assert_eq!(with("1"), with("3"));
}

#[test]
fn a_limit_and_another_clock_leave_gaps_and_no_nonsense() {
    let arguments = ["compare", SHORT, "--format", "html", "--seeds", "2"];
    let stopped = [&arguments[..], &["--set", "limits.events=20000"]].concat();
    let assert = hindsight(&stopped).assert().code(3);
    assert!(stderr(&assert).contains("short-outage.json: limits.events stopped replays"));
    let page = stdout(&assert);
    assert!(page.contains("limits.events stopped 2 of 2 pairs"), "what does not count is told");
    assert!(!page.contains("NaN") && !page.contains("inf\""));

    let folder = tempdir().unwrap();
    let mut scenario = short_value();
    scenario["mitigations"] = json!({
        "finer": { "note": "Another clock.", "patch": { "clock": { "resolution": "1s" } } }
    });
    let file = write(&folder, "a.json", &scenario.to_string());
    let page = self::page(&[text(&file), "--seeds", "2"]);
    let charts = data(&page, "r1-charts");
    let lines = lines(&charts["charts"][0]);
    assert!(lines[0].1.iter().any(Option::is_some) && lines[1].1.iter().all(Option::is_none));
}
