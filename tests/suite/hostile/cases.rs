//! The bad files under `tests/bad`: whole ones in folders, and edits of the valid scenario in lists.
//!
//! A list `CLASS.json` names its cases. Each is one edit: `at` a path what `is` there, `without` a path, a
//! merge `patch`, a `replace` of one text by another, a `cut` after so many bytes (from the end, if
//! negative), or a whole `text`; or else the `arguments` that follow the file. `says` is what the message must
//! hold, `trace` stands in `t.csv`. In a folder every file is a case, but `says.json`, which holds the words.

use std::path::PathBuf;

use hindsight::scenario::patch;
use hindsight::scenario::path::{Path, Step};
use serde_json::{Map, Value};

use super::Bad;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).expect("it is in the repository")
}

fn object(file: &str) -> Map<String, Value> {
    serde_json::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

pub(crate) fn valid() -> String {
    read("valid.json")
}

/// Every case, class by class.
pub(crate) fn all() -> Vec<Bad> {
    let entries = std::fs::read_dir(folder()).expect("it is in the repository");
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("it is there"))).collect();
    names.sort();
    let mut all = Vec::new();
    for name in names.iter().filter(|name| !["valid.json", "running"].contains(&name.as_str())) {
        match name.strip_suffix(".json") {
            Some(class) => {
                all.extend(object(name).into_iter().map(|(name, case)| edited(class, name, &case)));
            }
            None => all.extend(whole(name)),
        }
    }
    all
}

fn whole(class: &str) -> Vec<Bad> {
    let says = object(&format!("{class}/says.json"));
    let case = |(name, says): (String, Value)| Bad {
        files: vec![(
            "scenario.json",
            std::fs::read(folder().join(class).join(&name)).expect("each has its file"),
        )],
        says: text(&says),
        ..plain(class, name)
    };
    let files = std::fs::read_dir(folder().join(class)).expect("it is a folder").count();
    assert_eq!(files, says.len() + 1, "{class}: each file has its words");
    says.into_iter().map(case).collect()
}

pub(crate) fn plain(class: &str, name: String) -> Bad {
    Bad {
        class: class.to_owned(),
        name,
        files: Vec::new(),
        command: "replay".to_owned(),
        arguments: Vec::new(),
        says: String::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is text").to_owned()
}

fn edited(class: &str, name: String, case: &Value) -> Bad {
    let mut files = vec![("scenario.json", scenario(case))];
    files.extend(case.get("trace").map(|rows| ("t.csv", text(rows).into_bytes())));
    let command = case.get("command").map_or("replay".to_owned(), text);
    let arguments = case.get("arguments").and_then(Value::as_array);
    let arguments = arguments.into_iter().flatten().map(text).collect();
    Bad { files, command, arguments, says: text(&case["says"]), ..plain(class, name) }
}

/// What stands in the file of a case.
fn scenario(case: &Value) -> Vec<u8> {
    let whole = valid();
    if let Some(text) = case.get("text").and_then(Value::as_str) {
        return text.as_bytes().to_vec();
    }
    if let Some(cut) = case.get("cut").and_then(Value::as_i64) {
        let length = usize::try_from(cut.unsigned_abs()).expect("it lies in the file");
        let end = if cut < 0 { whole.len() - length } else { length };
        return whole.as_bytes()[..end].to_vec();
    }
    if let Some([old, new]) = case.get("replace").and_then(Value::as_array).map(Vec::as_slice) {
        let (old, new) = (text(old), text(new));
        assert!(whole.contains(&old), "the valid scenario has no {old}");
        return whole.replacen(&old, &new, 1).into_bytes();
    }
    let mut value: Value = serde_json::from_str(&whole).expect("the valid scenario is JSON");
    if let Some(change) = case.get("patch") {
        patch::merge(&mut value, change);
    }
    match (case.get("at"), case.get("without")) {
        (Some(at), _) => put(&mut value, &text(at), Some(&case["is"])),
        (None, Some(without)) => put(&mut value, &text(without), None),
        (None, None) => {}
    }
    format!("{value:#}").into_bytes()
}

/// Sets or removes what stands at a path of names.
fn put(value: &mut Value, path: &str, new: Option<&Value>) {
    let path: Path = path.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    let (parent, last) = path.split_last().expect("a path has a step");
    let parent = parent.steps().iter().fold(value, |place, step| match step {
        Step::Key(key) => &mut place[key],
        Step::Index(index) => &mut place[index],
    });
    let (Value::Object(fields), Step::Key(key)) = (parent, last) else {
        panic!("{path}: its parent is no object");
    };
    match new {
        Some(new) => drop(fields.insert(key.clone(), new.clone())),
        None => drop(fields.shift_remove(key).expect("what is removed is there")),
    }
}

#[test]
fn nothing_is_wrong_with_the_scenario_that_the_cases_edit() {
    let file = folder().join("valid.json");
    crate::hindsight(&["validate", crate::text(&file)]).assert().success();
}
