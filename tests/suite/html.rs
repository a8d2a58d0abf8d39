//! A page is whole in one file, shows what the JSON report says, and takes nothing that a scenario says for
//! markup.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::{SHORT, hindsight, short_value, stdout, text, write};

/// What must never come out of a page but as text.
const HOSTILE: &str = "</script><img src=x onerror=\"document.title='hit'\">'&lt;|`";

fn page(arguments: &[&str]) -> String {
    let arguments = [&["replay", "--format", "html"], arguments].concat();
    stdout(&hindsight(&arguments).assert().success())
}

/// The JSON in the script element of an id.
pub(crate) fn data(page: &str, id: &str) -> Value {
    let begins = format!("<script type=\"application/json\" id=\"{id}\">");
    let (_, rest) = page.split_once(&begins).expect("the page has the data");
    let (json, _) = rest.split_once("</script>").expect("the element ends");
    serde_json::from_str(json).expect("it is JSON")
}

/// A scenario whose every free text is hostile.
pub(crate) fn hostile() -> Value {
    let mut value = short_value();
    for path in [
        "/title",
        "/source",
        "/summary",
        "/timeline/crash/note",
        "/timeline/stable-image/note",
        "/documented/T2/fact",
        "/mitigations/keep-images/note",
        "/assumptions/workloads.visits.arrivals.poisson.rate/why",
    ] {
        *value.pointer_mut(path).expect("the scenario has it") = HOSTILE.into();
    }
    let fact = value["documented"]["T3"].clone();
    value["documented"]["<b>'\"&"] = fact;
    value
}

#[test]
fn a_page_needs_no_network_and_no_other_file() {
    let page = page(&[SHORT]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for outside in ["://", "url(", "@import", " src=", "<iframe", "<object", "<base"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert_eq!(page.matches("<link").count(), page.matches("href=\"data:,\"").count());
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("width=device-width") && page.contains("prefers-color-scheme: dark"));
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

#[test]
fn what_a_scenario_says_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, "it's <b>.json", &hostile().to_string());
    let page = page(&[text(&file)]);
    assert!(!page.contains("<img") && !page.contains("<b>'"), "markup of the scenario's own");
    assert_eq!(page.matches("<script").count(), page.matches("</script").count());
    assert_eq!(page.matches("<script").count(), 3);
    let shown = "&lt;/script&gt;&lt;img src=x onerror=&quot;document.title=&#39;hit&#39;&quot;&gt;&#39;&amp;lt;|`";
    assert!(page.matches(shown).count() >= 8, "not everything is shown");
    assert_eq!(data(&page, "r1-report")["title"], HOSTILE);
    let command = "hindsight replay &#39;it&#39;\\&#39;&#39;s &lt;b&gt;.json&#39; --format html";
    assert!(page.contains(command), "the command is not quoted for a shell");
}

#[test]
fn the_data_are_those_of_the_json_report() {
    let page = page(&[SHORT, "--with", "fast-reaction"]);
    let arguments = ["replay", SHORT, "--with", "fast-reaction", "--format", "json"];
    let report = stdout(&hindsight(&arguments).assert().success());
    let report: Value = serde_json::from_str(&report).unwrap();
    let shown = data(&page, "r1-report");
    assert_eq!(shown, report["replays"][0]);
    // What a reader sees comes to the same as what a program reads.
    let facts = shown["documented"].as_array().unwrap();
    assert_eq!(page.matches("<td><span class=\"mark\">").count(), facts.len());
    let entries = shown["timeline"].as_array().unwrap().len();
    assert_eq!(page.matches("<li id=\"r1-e").count(), entries);
    assert!(page.contains("hindsight replay short-outage.json --with fast-reaction --format html"));
}

#[test]
fn every_indicator_and_station_has_its_charts_over_one_time() {
    let page = page(&[SHORT]);
    let charts = data(&page, "r1-charts");
    let its = charts["charts"].as_array().unwrap();
    let titles: Vec<&str> = its.iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles[..2], ["failing-visits", "front-queue"]);
    assert_eq!(titles[2..6], ["load", "queue", "errors", "instances"]);
    assert_eq!(page.matches("<figure ").count(), its.len());
    // Ten minutes of 5 s each.
    let points = charts["at"].as_array().unwrap();
    assert_eq!(
        (points.len(), points[0].as_f64(), points[119].as_f64()),
        (120, Some(5.0), Some(600.0))
    );
    for chart in its {
        assert_ne!(chart["unit"], "");
        for line in chart["lines"].as_array().unwrap() {
            assert_eq!(line["values"].as_array().unwrap().len(), 120, "{}", chart["title"]);
        }
    }
    let failing = its[0]["lines"][0]["values"].as_array().unwrap();
    let highest = failing.iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    assert!((highest - 100.0).abs() < 1e-9, "at the worst every visit fails, {highest} per cent");
    assert_eq!(its[5]["lines"][0]["values"][0], 2);
}

#[test]
fn organizations_are_judged_one_by_one() {
    let page = page(&[SHORT]);
    let (_, section) = page.split_once("id=\"r1-tenants\"").expect("organizations were hurt");
    assert_eq!(section.matches("class=\"lane heat\"").count(), 20);
    assert!(section.contains("20 of 20 organizations were hurt at some time"), "{section}");
}

#[test]
fn a_page_of_several_replays_has_each_id_once() {
    let page = page(&[SHORT, SHORT]);
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("there is a first part"))
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().expect("there is a first part");
        assert!(ids.contains(&target), "nothing has the id {target}");
    }
    assert_eq!(page.matches("<article").count(), 2);
}

#[test]
fn the_same_bytes_come_out_wherever_it_runs() {
    let expected = page(&[SHORT]);
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = folder.path().join("short-outage.json");
    std::fs::copy(root.join(SHORT), &file).unwrap();
    let report = folder.path().join("report.html");
    let arguments =
        ["replay", text(&file), "--format", "html", "--threads", "1", "-o", text(&report)];
    let mut command = hindsight(&arguments);
    command.current_dir(folder.path()).env("TZ", "Asia/Tokyo").env("LANG", "de_DE.UTF-8");
    command.assert().success();
    assert_eq!(std::fs::read_to_string(report).unwrap(), expected);
}

#[test]
fn a_replay_that_was_stopped_has_a_page_that_says_so() {
    for (events, said) in [("20000", "stopped at 10:0"), ("100", "stopped in its warm-up")] {
        let set = format!("limits.events={events}");
        let arguments = ["replay", SHORT, "--format", "html", "--set", &set];
        let page = stdout(&hindsight(&arguments).assert().code(3));
        assert!(page.contains(said), "{events}: {said}");
        assert!(!page.contains("NaN") && !page.contains("inf"), "{events}");
    }
}
