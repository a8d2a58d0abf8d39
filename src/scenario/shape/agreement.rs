//! What has no problem of shape is what serde accepts, tried on thousands of damaged values.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{Platform, good, problems};

/// A path to each value in `value`, as JSON pointers.
fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    };
    for (key, child) in children {
        pointers(child, &format!("{here}/{key}"), all);
    }
}

/// Wrong and right values of every kind; no lists, since serde reads a struct from one.
fn palette() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!(5.0),
        json!(-0.0),
        json!(1e300),
        json!(u64::MAX),
        json!(4_294_967_296_u64),
        json!(""),
        json!("5m"),
        json!("5/s"),
        json!("2026-03-02T09:51"),
        json!("high"),
        json!("fifo"),
        json!("nothing"),
        json!("constant"),
        json!("x"),
        json!({}),
        json!({"x": 1}),
        json!({"constant": "5s"}),
        json!({"exponential": {"mean": "5s"}}),
        json!({"exponential": {"mean": "5s"}, "constant": "5s"}),
        json!({"bound": null}),
        json!({"log_normal": {"mean": "5s", "sigma": null}}),
        json!({"high": 5}),
    ]
}

/// Changes one place of `value`: deletes it, renames it, adds beside it, or replaces it.
fn mutate(value: &mut Value, (place, action, change, name): (usize, usize, usize, usize)) {
    const NAMES: [&str; 8] =
        ["replicas", "x", "mean", "constant", "bound", "priority", "404", "high"];
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let pointer = all[place % all.len()].clone();
    let palette = palette();
    let replacement = palette[change % palette.len()].clone();
    let Some((parent, key)) = pointer.rsplit_once('/').filter(|_| action % 4 != 3) else {
        *value.pointer_mut(&pointer).unwrap() = replacement;
        return;
    };
    let parent = value.pointer_mut(parent).unwrap();
    match (parent, action % 4) {
        (Value::Object(fields), 0) => drop(fields.remove(key)),
        (Value::Object(fields), 1) => {
            let old = fields.remove(key).unwrap();
            fields.insert(NAMES[name % NAMES.len()].to_owned(), old);
        }
        (Value::Object(fields), _) => {
            fields.insert(NAMES[name % NAMES.len()].to_owned(), replacement);
        }
        (Value::Array(elements), 0) => drop(elements.pop()),
        (Value::Array(elements), _) => elements.push(replacement),
        (other, _) => panic!("{other} has no parts"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// A mistake that only serde finds would be shown alone, after all others are repaired.
    #[test]
    fn a_shape_without_problems_is_one_that_serde_accepts(
        changes in proptest::collection::vec((0..999_usize, 0..8_usize, 0..999_usize, 0..8_usize), 1..4)
    ) {
        let mut value = good();
        for change in changes {
            mutate(&mut value, change);
        }
        let problems = problems(&value);
        let read = serde_path_to_error::deserialize::<_, Platform>(&value);
        match &read {
            Ok(_) => prop_assert_eq!(problems, Vec::<String>::new(), "serde accepts {}", value),
            Err(error) => prop_assert!(!problems.is_empty(), "serde says {} of {}", error, value),
        }
    }
}
