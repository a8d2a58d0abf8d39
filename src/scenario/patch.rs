//! Changes to a scenario: merge patches, and single assignments from the command line.

use serde_json::{Map, Value};

use super::document::Document;
use super::names::did_you_mean;
use super::path::{Path, Step};
use super::problem::Problem;

/// Merges `patch` into `target`: objects field by field, anything else as a whole; null removes.
///
/// This is JSON Merge Patch. <https://www.rfc-editor.org/rfc/rfc7396>
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(fields) = target {
        for (key, change) in changes {
            if change.is_null() {
                // `remove` would move the last field into the gap.
                fields.shift_remove(key);
            } else {
                merge(fields.entry(key.as_str()).or_insert(Value::Null), change);
            }
        }
    }
}

/// The fields that a merge patch sets or, where the value is null, removes.
#[must_use]
pub fn leaves(patch: &Value) -> Vec<(Path, &Value)> {
    let mut found = Vec::new();
    collect_leaves(patch, &Path::root(), &mut found);
    found
}

fn collect_leaves<'a>(patch: &'a Value, at: &Path, found: &mut Vec<(Path, &'a Value)>) {
    match patch.as_object() {
        Some(fields) if !fields.is_empty() => {
            for (key, change) in fields {
                collect_leaves(change, &at.key(key), found);
            }
        }
        // An empty object changes nothing at the root, and elsewhere makes its field an object.
        Some(_) if at.is_root() => {}
        Some(_) | None => found.push((at.clone(), patch)),
    }
}

/// Reads `PATH=VALUE`, where the value is JSON if it can be read as JSON, and text otherwise.
///
/// # Errors
///
/// Says what is wrong with the path, or with a value that begins like JSON but is none.
pub fn assignment(text: &str) -> Result<(Path, Value), String> {
    let (path, rest) = Path::parse_prefix(text)?;
    let Some(written) = rest.strip_prefix('=') else {
        return Err(match rest.chars().next() {
            None => format!("must be PATH=VALUE, found {text:?} without a value"),
            Some(odd) => format!("must be PATH=VALUE, found {odd:?} where = belongs in {text:?}"),
        });
    };
    match Document::parse("", written.as_bytes()) {
        Ok(document) => Ok((path, document.value)),
        // Nobody means text by this, and as text it would only fail later and less clearly.
        Err(unreadable) if written.trim_start().starts_with(['{', '[', '"']) => {
            let reason = unreadable.problems.first().map(ToString::to_string);
            Err(format!("{}, in the value {written}", reason.unwrap_or_default()))
        }
        Err(_) => Ok((path, Value::from(written))),
    }
}

/// Sets what stands at `path` to `value`, or removes it if that is null.
///
/// # Errors
///
/// Refuses a path into a parent that does not exist, and the removal of what is not there: a
/// slip of the keyboard must not change the scenario silently.
pub fn apply_assignment(target: &mut Value, path: &Path, value: Value) -> Result<(), Problem> {
    let Some((parent_path, last)) = path.split_last() else {
        return Err(Problem::new(Path::root(), "the whole scenario must not be replaced"));
    };
    let parent =
        parent_path.steps().iter().enumerate().try_fold(target, |place, (depth, step)| {
            let above = Path::from(parent_path.steps()[..depth].to_vec());
            match step {
                Step::Key(key) => field(place, &above, key),
                Step::Index(index) => element(place, &above, *index),
            }
        })?;
    match last {
        Step::Key(key) if value.is_null() => {
            field(parent, &parent_path, key)?;
            if let Value::Object(fields) = parent {
                fields.shift_remove(key);
            }
        }
        Step::Key(key) => match parent {
            Value::Object(fields) => {
                fields.insert(key.clone(), value);
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                return Err(no_object(parent, &parent_path, key));
            }
        },
        Step::Index(index) => {
            let slot = element(parent, &parent_path, *index)?;
            if !value.is_null() {
                *slot = value;
            } else if let Value::Array(elements) = parent {
                elements.remove(*index);
            }
        }
    }
    Ok(())
}

fn field<'a>(place: &'a mut Value, above: &Path, key: &str) -> Result<&'a mut Value, Problem> {
    if place.get(key).is_none() {
        return Err(match place.as_object() {
            Some(fields) => no_field(fields, above, key),
            None => no_object(place, above, key),
        });
    }
    Ok(&mut place[key])
}

fn element<'a>(place: &'a mut Value, above: &Path, index: usize) -> Result<&'a mut Value, Problem> {
    match place.as_array().map(Vec::len) {
        Some(length) if index < length => Ok(&mut place[index]),
        Some(length) => {
            let message = format!("must be one of the {length} elements, which count from 0");
            Err(Problem::new(above.index(index), message))
        }
        None => {
            let message = format!("does not exist: {} is no list", named(above));
            Err(Problem::new(above.index(index), message))
        }
    }
}

fn no_field(fields: &Map<String, Value>, above: &Path, key: &str) -> Problem {
    let problem = Problem::new(above.key(key), "does not exist");
    if let Some(meant) = did_you_mean(key, fields.keys().map(String::as_str)) {
        return problem.with_help(format!("did you mean `{}`?", above.key(meant)));
    }
    let names: Vec<_> = fields.keys().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => problem.with_help(format!("{} has no fields", named(above))),
        1..=20 => problem.with_help(format!("{} has {}", named(above), names.join(", "))),
        count => problem.with_help(format!("{} has {count} other fields", named(above))),
    }
}

fn no_object(place: &Value, above: &Path, key: &str) -> Problem {
    let kind = if place.is_array() { "a list: use [0]" } else { "no object" };
    Problem::new(above.key(key), format!("does not exist: {} is {kind}", named(above)))
}

fn named(path: &Path) -> String {
    if path.is_root() { "the scenario".to_owned() } else { format!("`{path}`") }
}
