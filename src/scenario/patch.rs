//! Changes to a scenario: merge patches, and single assignments from the command line.

use serde_json::{Map, Value};

use super::document::Document;
use super::names::did_you_mean;
use super::path::{Path, Step};
use super::problem::{Problem, is_plain};

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

/// A value as it is written in an assignment: text without its quotes, anything else as JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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
            let first = unreadable.problems.into_iter().next();
            let reason = first.map(|problem| Problem { help: None, ..problem }.to_string());
            Err(format!("{}, in the value {written}", reason.unwrap_or_default()))
        }
        Err(_) => match written.chars().find(|letter| !is_plain(*letter)) {
            Some(odd) => {
                Err(format!("must not hold {odd:?}, which a reader cannot see, in {text:?}"))
            }
            None => Ok((path, Value::from(written))),
        },
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> Path {
        text.parse().unwrap()
    }

    #[test]
    fn merging_follows_the_cases_of_the_rfc() {
        // <https://www.rfc-editor.org/rfc/rfc7396#appendix-A>: original, patch, result.
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (original, patch, result) in cases {
            let mut target = original.clone();
            merge(&mut target, &patch);
            assert_eq!(target, result, "{original} merged with {patch}");
        }
    }

    #[test]
    fn merging_keeps_the_order_of_fields() {
        let mut target = json!({"a": 1, "b": 2, "c": 3, "d": 4});
        merge(&mut target, &json!({"b": null, "c": 5, "e": 6}));
        assert_eq!(target.to_string(), r#"{"a":1,"c":5,"d":4,"e":6}"#);
    }

    #[test]
    fn leaves_are_what_a_patch_sets_or_removes() {
        let patch = json!({"a": {"b": 1, "c": null, "d": {}}, "e": [{"f": 1}]});
        let found: Vec<_> = leaves(&patch).iter().map(|(p, v)| format!("{p}={v}")).collect();
        assert_eq!(found, ["a.b=1", "a.c=null", "a.d={}", "e=[{\"f\":1}]"]);
        assert_eq!(leaves(&json!({})), []);
    }

    #[test]
    fn an_assignment_is_json_or_else_text() {
        let cases = [
            ("replicas=4", "replicas", json!(4)),
            ("a.timeout=2s", "a.timeout", json!("2s")),
            ("enabled=false", "enabled", json!(false)),
            ("x=null", "x", json!(null)),
            ("x=", "x", json!("")),
            ("x=a=b", "x", json!("a=b")),
            ("x=\"4\"", "x", json!("4")),
            ("a[\"b=c\"][0]=[1, {\"d\": 2}]", "a[\"b=c\"][0]", json!([1, {"d": 2}])),
            ("x=1e400", "x", json!("1e400")),
        ];
        for (text, expected_path, value) in cases {
            assert_eq!(assignment(text), Ok((path(expected_path), value)), "{text}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_refused_with_the_reason() {
        let cases = [
            ("replicas", "must be PATH=VALUE, found \"replicas\" without a value"),
            ("a b=4", "must be PATH=VALUE, found ' ' where = belongs in \"a b=4\""),
            ("=4", "a path must have a key where '=' stands"),
            (
                "x={a: 1}",
                "a field's name must stand in double quotes, found `a`, in the value {a: 1}",
            ),
            ("x={\"a\": 1, \"a\": 2}", "a: must be given once"),
        ];
        for (text, reason) in cases {
            let error = assignment(text).unwrap_err();
            assert!(error.starts_with(reason), "{text}: {error}");
        }
    }

    #[test]
    fn an_assignment_sets_or_removes_one_place() {
        let cases = [
            ("a.b", json!(2), json!({"a": {"b": 2, "n": 3}, "l": [1, {"x": 1}, 3]})),
            (
                "a.c",
                json!({"d": 1}),
                json!({"a": {"b": 1, "n": 3, "c": {"d": 1}}, "l": [1, {"x": 1}, 3]}),
            ),
            ("a.b", json!(null), json!({"a": {"n": 3}, "l": [1, {"x": 1}, 3]})),
            ("l[1].x", json!("y"), json!({"a": {"b": 1, "n": 3}, "l": [1, {"x": "y"}, 3]})),
            ("l[2]", json!(4), json!({"a": {"b": 1, "n": 3}, "l": [1, {"x": 1}, 4]})),
            ("l[0]", json!(null), json!({"a": {"b": 1, "n": 3}, "l": [{"x": 1}, 3]})),
        ];
        for (at, value, expected) in cases {
            let mut target = json!({"a": {"b": 1, "n": 3}, "l": [1, {"x": 1}, 3]});
            assert_eq!(apply_assignment(&mut target, &path(at), value), Ok(()), "{at}");
            assert_eq!(target, expected, "{at}");
        }
    }

    #[test]
    fn an_assignment_below_what_does_not_exist_is_refused() {
        let original = json!({"stations": {"chat": {"replicas": 4}}, "l": [1], "e": {}});
        let cases = [
            (
                "statons.chat.replicas",
                json!(1),
                "statons: does not exist (did you mean `stations`?)",
            ),
            (
                "stations.chatt.replicas",
                json!(1),
                "stations.chatt: does not exist (did you mean `stations.chat`?)",
            ),
            (
                "stations.router.replicas",
                json!(1),
                "stations.router: does not exist (`stations` has `chat`)",
            ),
            (
                "stations.chat.replica",
                json!(null),
                "stations.chat.replica: does not exist (did you mean `stations.chat.replicas`?)",
            ),
            (
                "stations.chat.replicas.x",
                json!(1),
                "stations.chat.replicas.x: does not exist: `stations.chat.replicas` is no object",
            ),
            ("l.x", json!(1), "l.x: does not exist: `l` is a list: use [0]"),
            ("l[1]", json!(1), "l[1]: must be one of the 1 elements, which count from 0"),
            ("stations[0]", json!(1), "stations[0]: does not exist: `stations` is no list"),
            ("e.x.y", json!(1), "e.x: does not exist (`e` has no fields)"),
        ];
        for (at, value, expected) in cases {
            let mut target = original.clone();
            let problem = apply_assignment(&mut target, &path(at), value).unwrap_err();
            assert_eq!(problem.to_string(), expected);
            assert_eq!(target, original, "{at}");
        }
    }
}
