//! Where two JSON values differ, by path.

use serde_json::Value;

use crate::scenario::path::Path;

/// A place at which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where.
    pub path: Path,
    /// What stands there in each; nothing where one has no such place.
    pub values: [Option<Value>; 2],
}

/// Every place at which `new` differs from `old`, as deep as both go, in the order of `old`.
///
/// The order of fields does not matter; lists of another length differ as a whole.
#[must_use]
pub fn changes(old: &Value, new: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(&Path::root(), [Some(old), Some(new)], &mut found);
    found
}

fn collect(path: &Path, values: [Option<&Value>; 2], found: &mut Vec<Leaf>) {
    match values {
        [Some(Value::Object(old)), Some(Value::Object(new))] => {
            for (key, value) in old {
                collect(&path.key(key), [Some(value), new.get(key)], found);
            }
            for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                collect(&path.key(key), [None, Some(value)], found);
            }
        }
        [Some(Value::Array(old)), Some(Value::Array(new))] if old.len() == new.len() => {
            for (index, pair) in old.iter().zip(new).enumerate() {
                collect(&path.index(index), [Some(pair.0), Some(pair.1)], found);
            }
        }
        [old, new] if old == new => {}
        _ => found.push(Leaf { path: path.clone(), values: values.map(Option::<&Value>::cloned) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_that_differs_is_named_once() {
        let old = json!({ "a": { "b": 1, "c": [1, 2] }, "d": [1], "e": "x", "g": 1 });
        let new = json!({ "e": "y", "a": { "b": 1, "c": [1, 3] }, "d": [1, 2], "f": null });
        let found = changes(&old, &new);
        let told: Vec<String> = found.iter().map(|leaf| leaf.path.to_string()).collect();
        assert_eq!(told, ["a.c[1]", "d", "e", "g", "f"]);
        assert_eq!(found[0].values, [Some(json!(2)), Some(json!(3))]);
        assert_eq!(found[3].values, [Some(json!(1)), None]);
        assert_eq!(found[4].values, [None, Some(json!(null))]);
    }

    #[test]
    fn the_order_of_fields_is_no_difference() {
        let old = json!({ "a": 1, "b": 2 });
        assert_eq!(changes(&old, &json!({ "b": 2, "a": 1 })), []);
    }
}
