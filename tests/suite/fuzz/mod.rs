//! What fuzzing found worth keeping goes through the same code again, without the fuzzer.

mod edits;
mod read;
mod run;

use std::fs;
use std::path::Path;

use serde_json::Value;

fn replay(corpus: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is in the repository")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    files.sort();
    assert!(files.len() > 50, "the corpus {corpus} is lost");
    for file in files {
        let bytes = fs::read(&file).expect("it can be read");
        let is_fine = std::panic::catch_unwind(|| target(&bytes)).is_ok();
        assert!(is_fine, "it panics on {}", file.display());
    }
}

#[test]
fn whatever_bytes_were_kept_are_read_or_refused() {
    replay("read", read::read);
}

#[test]
fn whatever_platforms_were_kept_run_twice_the_same() {
    replay("run", run::run);
}

#[test]
fn the_base_that_fuzzing_changes_is_a_scenario_that_does_something() {
    let base = edits::edited(&[]);
    let replay = crate::stage::Replay::of(&base);
    assert!(replay.outcome.run.events > 10_000, "{} events", replay.outcome.run.events);
    run::run(&[]);
}

#[test]
fn the_dictionary_has_every_field_and_word_of_the_schema() {
    let dictionary = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/read.dict");
    let dictionary = fs::read_to_string(dictionary).expect("the dictionary is in the repository");
    let mut words = Vec::new();
    collect(hindsight::scenario::schema(), &mut words);
    assert!(words.len() > 100, "the schema has few words");
    for word in words {
        let line = format!("\"\\\"{word}\\\"\"");
        assert!(
            dictionary.lines().any(|it| it == line),
            "fuzz/read.dict must have the line {line}"
        );
    }
}

/// The names of fields and the fixed words of a schema.
fn collect(schema: &Value, words: &mut Vec<String>) {
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        words.push(word.to_owned());
    }
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    words.extend(properties.map(|(name, _)| name.clone()));
    match schema {
        Value::Object(fields) => fields.values().for_each(|it| collect(it, words)),
        Value::Array(items) => items.iter().for_each(|it| collect(it, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
