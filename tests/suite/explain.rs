//! What `hindsight explain` tells of a scenario: its ledger, its wiring, and how trouble spread.

use std::fs;

use serde_json::Value;
use tempfile::tempdir;

use crate::{SHORT, hindsight, stderr, stdout, text};

const CHAT: &str = "scenarios/2025-08-06-chat-image.json";
const SURGE: &str = "scenarios/2025-01-10-traffic-surge.json";

fn told(arguments: &[&str]) -> String {
    stdout(&hindsight(&[&["explain"], arguments].concat()).assert().success())
}

fn document(arguments: &[&str]) -> Value {
    let told = told(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&told).expect("it is JSON")
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items.map(|it| it[field].as_str().expect("a text").to_owned()).collect()
}

fn keys(value: &Value) -> String {
    value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_text_tells_what_a_scenario_rests_on_in_order() {
    let told = told(&[SHORT]);
    let in_order = [
        "An invented outage",
        "FACTS  3 documented: 2 validated, 1 by construction, 0 calibrated",
        "✓  T2  The alert goes out within a minute of the crash",
        "simulated 10:02:20",
        "✓  T10  Every visit fails meanwhile",
        "INPUT",
        "10:02:00                             crash         All instances crash.",
        "1m30s after alert of failing-visits  stable-image  Engineers go back",
        "status page: 10:03 investigating, 10:05 resolved; by its own account 2 minutes",
        "PARAMETERS  of them 0 calibrated, 1 assumed, 0 documented",
        "workloads.visits.arrivals.poisson.rate\n      30/s\n      It is invented.",
        "MITIGATIONS",
        "keep-images    The lifecycle policy keeps",
        "LEFT OUT",
        "network partitions",
        "WIRING  1 workload, 2 stations, 2 calls",
        "▷ visits  30/s  ──▶ front  timeout 2s",
        "■ front  service, 2 × 10 slots",
        "store ──▶ store  timeout 500ms, 2 retries from 50ms with full jitter",
        "■ store  service, 1 × 20 slots",
        "RIPPLE  1 of 2 stations went bad",
        "from 09:59:00 to 10:02:00",
        "10:02:00  front\n            nothing is done, usually ",
        "← right after crash at 10:02:00",
        "well again at 10:04:05",
        "well throughout: store",
    ];
    let mut rest = told.as_str();
    for part in in_order {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("no {part:?} in\n{rest}"));
        rest = after;
    }
    assert!(!told.contains('\u{1b}'), "no colours where nobody sees them");
}

#[test]
fn no_line_is_wider_than_the_page() {
    for file in [SHORT, CHAT, SURGE] {
        let told = told(&[file, "--no-replay"]);
        assert!(!told.contains("RIPPLE") && !told.contains('✓'), "without a replay none is told");
        for line in told.lines() {
            assert!(line.chars().count() <= 100 && !line.ends_with(' '), "{line:?}");
        }
    }
}

#[test]
fn calibrated_facts_and_parameters_name_each_other() {
    let ledger = &document(&[CHAT, "--no-replay"])["ledger"];
    let calibrated = &ledger["facts"]["calibrated"];
    assert_eq!(names(calibrated, "id"), ["C3", "C8"]);
    assert_eq!(calibrated[1]["served_by"][0], "platform.stations.chat.service.start_up");
    assert_eq!(calibrated[1]["holds"], Value::Null);
    let start_up = &ledger["assumptions"]["calibrated"][0];
    assert_eq!(start_up["fact"], "C8");
    assert_eq!(start_up["value"]["log_normal"]["median"], "4m");
    assert_eq!(start_up["range"], serde_json::json!(["2m", "5m"]));
    let facts = &ledger["facts"];
    assert_eq!(names(&facts["validated"], "id"), ["C9", "C10.2"]);
    assert_eq!(names(&facts["by_construction"], "id"), ["C2", "C5", "C10.1"]);
    let inputs = &ledger["inputs"];
    assert_eq!(names(inputs, "name"), ["internal-failure", "redeploy", "stable-image"]);
    assert_eq!(names(inputs, "basis"), ["calibrated", "documented", "documented"]);
    assert_eq!(inputs[2]["at"], "2025-08-06T10:29:30");
}

#[test]
fn the_document_has_its_fields_in_their_order() {
    let document = document(&[SHORT]);
    assert_eq!(
        keys(&document),
        "schema_version model_version scenario title summary seed applied ledger wiring ripple"
    );
    assert_eq!(
        keys(&document["ledger"]),
        "source facts inputs status_page assumptions mitigations leaves_out"
    );
    assert_eq!(
        keys(&document["wiring"]["calls"][0]),
        "name from is_of_workload to is_awaited policy"
    );
    let ripple = &document["ripple"];
    assert_eq!(keys(ripple), "usual_from usual_to window stopped bad well");
    assert_eq!(keys(&ripple["bad"][0]), "station episodes ways done_before");
    assert_eq!(keys(&ripple["bad"][0]["episodes"][0]), "from to signs text");
}

#[test]
fn the_chat_station_goes_bad_with_its_crash() {
    let ripple = &document(&[CHAT])["ripple"];
    assert_eq!(names(&ripple["bad"], "station"), ["chat"]);
    let chat = &ripple["bad"][0];
    assert_eq!(chat["episodes"][0]["from"], "2025-08-06T09:49:00");
    assert_eq!(names(&chat["episodes"][0]["signs"], "sign")[0], "nothing_done");
    assert_eq!(names(&chat["done_before"], "action"), ["internal-failure"]);
    assert_eq!(ripple["usual_to"], "2025-08-06T09:49:00");
    let well = document(&[CHAT, "--with", "protect-images-in-use"]);
    let end = well["ripple"]["bad"][0]["episodes"][0]["to"].as_str().unwrap().to_owned();
    assert!(end.as_str() < "2025-08-06T10:00", "{end}");
    assert_eq!(well["applied"][0], "protect-images-in-use");
    assert_eq!(well["ledger"]["mitigations"][3]["is_applied"], true);
}

#[test]
fn a_surge_spreads_from_the_dependency_up_to_those_who_need_it() {
    let ripple = &document(&[SURGE])["ripple"];
    let order = names(&ripple["bad"], "station");
    assert_eq!(order[..2], ["dependency", "data"]);
    assert_eq!(order.len(), 5);
    assert_eq!(ripple["usual_to"], "2025-01-10T09:48:00", "the load begins to rise there");
    let ways = |station: usize| names(&ripple["bad"][station]["ways"], "kind");
    assert_eq!(ways(0), ["load"]);
    assert_eq!(ripple["bad"][0]["ways"][0]["call"], "data.dependency");
    assert_eq!(ways(1)[0], "called");
    assert_eq!(ripple["bad"][1]["ways"][0]["of"], "dependency");
    for later in 2..5 {
        assert_eq!(ripple["bad"][later]["ways"][0]["of"], "data");
    }
}

#[test]
fn a_mermaid_flowchart_has_each_station_and_each_call_once() {
    let flowchart = told(&[SURGE, "--format", "mermaid"]);
    let mut lines = flowchart.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    for line in lines.clone() {
        assert!(line.starts_with("  workload") || line.starts_with("  station"), "{line}");
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
    let wiring = &document(&[SURGE, "--no-replay"])["wiring"];
    for name in names(&wiring["stations"], "name") {
        let node = format!("[\"{name}<br/>service, ");
        assert_eq!(flowchart.matches(&node).count(), 1, "{node}");
    }
    let edges: Vec<&str> = lines.filter(|line| line.contains("-->")).collect();
    let calls = wiring["calls"].as_array().unwrap();
    assert_eq!(edges.len(), calls.len());
    for call in calls.iter().filter(|call| call["is_of_workload"] == false) {
        let own = call["name"].as_str().unwrap().rsplit('.').next().unwrap();
        let from = format!("_{} -->", call["from"].as_str().unwrap());
        let its = edges
            .iter()
            .filter(|edge| edge.contains(&from) && edge.contains(&format!("|\"{own}<br/>")));
        assert_eq!(its.count(), 1, "{call}");
    }
}

#[test]
fn a_dot_graph_is_balanced_and_quoted() {
    let digraph = told(&[SHORT, "--format", "dot"]);
    assert!(digraph.starts_with("digraph \"short-outage\" {\n"), "{digraph}");
    assert!(digraph.ends_with("}\n"));
    for [open, close] in [['{', '}'], ['[', ']']] {
        assert_eq!(digraph.matches(open).count(), digraph.matches(close).count(), "{digraph}");
    }
    assert!(digraph.lines().all(|line| line.matches('"').count() % 2 == 0), "{digraph}");
    let nodes = digraph.lines().filter(|line| line.contains("[shape="));
    assert_eq!(nodes.count(), 3, "{digraph}");
    let edge =
        r#"  "station0_front" -> "station1_store" [style=solid, label="store\ntimeout 500ms,"#;
    assert_eq!(digraph.matches(edge).count(), 1, "{digraph}");
    assert_eq!(digraph.matches(" -> ").count(), 2);
}

#[test]
fn a_page_in_markdown_holds_the_diagram_and_the_ripple() {
    let page = told(&[SHORT, "--format", "md"]);
    assert!(page.starts_with("# An invented outage"), "{page}");
    assert!(page.contains("```mermaid\nflowchart LR\n"));
    assert!(page.contains("| 10:02:00 | front | nothing is done"), "{page}");
    let tables = page.lines().filter(|line| line.starts_with('|'));
    assert!(tables.clone().all(|line| line.ends_with(" |")));
}

#[test]
fn an_explanation_is_written_whole_and_a_limit_is_told() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("wiring.mmd");
    let flowchart = ["explain", SHORT, "--format", "mermaid"];
    let assert = hindsight(&flowchart).args(["-o", text(&file)]).assert().success();
    assert_eq!(stdout(&assert), "");
    assert_eq!(fs::read_to_string(&file).unwrap(), told(&flowchart[1..]));

    let stopped = ["explain", SHORT, "--set", "limits={\"events\":20000}"];
    let assert = hindsight(&stopped).assert().code(3);
    assert!(stdout(&assert).contains("the limit on `events` stopped the replay"));
    assert!(
        stderr(&assert)
            .contains("warning: tests/scenarios/short-outage.json: limits.events stopped")
    );
    hindsight(&stopped).arg("--no-replay").assert().success();
}

#[test]
fn wrong_usage_says_what_to_do() {
    let cases: [(&[&str], &str); 4] = [
        (&["explain"], "<FILE>"),
        (&["explain", "scenarios"], "scenarios is a folder: name one scenario"),
        (&["explain", "none.json"], "cannot read none.json"),
        (&["explain", SHORT, "--with", "keep-image"], "did you mean `keep-images`?"),
    ];
    for (arguments, remedy) in cases {
        let assert = hindsight(arguments).assert().code(2);
        assert!(stderr(&assert).contains(remedy), "{arguments:?}: {}", stderr(&assert));
        assert_eq!(stdout(&assert), "", "{arguments:?}");
    }
}
