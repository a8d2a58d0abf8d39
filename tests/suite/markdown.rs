//! A report in Markdown says what the text report says, and has its pictures beside it.

use std::fs;

use serde_json::Value;

use crate::{SHORT, hindsight, short_value, stdout, text, write};

fn page(arguments: &[&str]) -> String {
    let arguments = [&["replay", "--format", "md"], arguments].concat();
    stdout(&hindsight(&arguments).assert().success())
}

/// How many cells each row of every table has, told by the bars that are not escaped.
fn cells(page: &str) -> Vec<(usize, &str)> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| (row.replace("\\|", "").matches('|').count() - 1, row)).collect()
}

#[test]
fn a_page_says_what_the_text_report_says() {
    let page = page(&[SHORT]);
    let report = stdout(&hindsight(&["replay", SHORT]).assert().success());
    let verdict = report.lines().find_map(|line| line.strip_prefix("✓ ")).unwrap();
    assert!(page.contains(&format!("**✓ {verdict}**")), "{page}");
    let report: Value = serde_json::from_str(&stdout(
        &hindsight(&["replay", SHORT, "--format", "json"]).assert().success(),
    ))
    .unwrap();
    let entries = report["replays"][0]["timeline"].as_array().unwrap();
    let (_, timeline) = page.split_once("## Timeline").unwrap();
    let (timeline, rest) = timeline.split_once("## Facts").unwrap();
    // A header, its rule, and how the replay ends.
    assert_eq!(cells(timeline).len(), entries.len() + 3);
    for section in ["## Impact", "## Indicators", "## Run", "## What to try next"] {
        assert!(rest.contains(section), "no {section}");
    }
    assert!(!page.contains("!["), "pictures without files");
}

#[test]
fn no_text_breaks_a_table_or_becomes_a_tag() {
    let mut value = short_value();
    let hostile = "a | b # c <img src=x onerror=f()> `d` [e](f) @all \\";
    for path in ["/title", "/timeline/crash/note", "/documented/T2/fact", "/source"] {
        *value.pointer_mut(path).expect("the scenario has it") = hostile.into();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, "a.json", &value.to_string());
    let page = page(&[text(&file)]);
    assert!(!page.contains("<img") && !page.contains("@all"), "{page}");
    let shown = "a \\| b \\# c &lt;img src=x onerror=f()\\> \\`d\\` \\[e\\](f) &#64;all \\\\";
    assert_eq!(page.matches(shown).count(), 4, "{page}");
    let mut columns = 0;
    for (count, row) in cells(&page) {
        if row.contains("---") {
            assert_eq!(count, columns, "{row}");
        }
        columns = count;
    }
    let facts: Vec<usize> = page
        .split_once("## Facts")
        .and_then(|(_, rest)| rest.split_once("## Impact"))
        .map(|(facts, _)| cells(facts).into_iter().map(|(count, _)| count).collect())
        .unwrap();
    assert_eq!(facts, [6; 5]);
}

#[test]
fn a_folder_gets_the_page_and_a_picture_of_each_indicator() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("replay");
    let argument = format!("{}/", place.display());
    for _ in 0..2 {
        hindsight(&["replay", SHORT, "--format", "md", "-o", &argument]).assert().success();
    }
    let mut names: Vec<String> = fs::read_dir(&place)
        .unwrap()
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["1-1-failing-visits.svg", "1-2-front-queue.svg", "report.md"]);
    let page = fs::read_to_string(place.join("report.md")).unwrap();
    for picture in &names[..2] {
        assert!(page.contains(&format!("]({picture})")), "{picture} is not shown");
        let svg = fs::read_to_string(place.join(picture)).unwrap();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
        // Impact, an axis with its unit, the time with its zone.
        for part in ["fill-opacity=\"0.12\"", "rotate(-90)", "local time, America/New_York"] {
            assert!(svg.contains(part), "{picture} has no {part}");
        }
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    }
    let alerting = fs::read_to_string(place.join(&names[0])).unwrap();
    assert!(alerting.contains("alert at 10:02:") && alerting.contains("bad above 5 %"));
}

#[test]
fn a_file_gets_the_page_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.md");
    hindsight(&["replay", SHORT, "--format", "md", "-o", text(&file)]).assert().success();
    assert_eq!(fs::read_to_string(&file).unwrap(), page(&[SHORT]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
