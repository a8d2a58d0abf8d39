//! Fields that several mitigations set: where those are applied together, only one of the values stands.

use serde_json::Value;

use super::file::File;
use super::patch::{leaves, text_of};
use super::path::Path;

/// A field that several mitigations set to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contested {
    /// The field.
    pub field: Path,
    /// Who sets it, or a field above or below it, in the order in which they are applied.
    pub mitigations: Vec<String>,
    /// What stands in the end, the value of the last of them; none if that one removes the field.
    pub value: Option<String>,
}

/// The fields that are contested where these mitigations of a file are applied in this order.
#[must_use]
pub fn contested(file: &File, with: &[String]) -> Vec<Contested> {
    let of = |name| Some((name, leaves(&file.mitigations.get(name)?.patch)));
    let set: Vec<(&String, Path, &Value)> = with
        .iter()
        .filter_map(of)
        .flat_map(|(name, leaves)| leaves.into_iter().map(move |(path, value)| (name, path, value)))
        .collect();
    let mut found: Vec<Contested> = Vec::new();
    for (place, (name, field, value)) in set.iter().enumerate() {
        let is_rival = |it: &&(&String, Path, &Value)| {
            it.0 != *name && is_replaced((&it.1, it.2), (field, *value))
        };
        let rivals: Vec<&String> = set[..place].iter().filter(is_rival).map(|it| it.0).collect();
        if rivals.is_empty() {
            continue;
        }
        let known = found.iter().position(|it| it.field == *field);
        let before = known.map_or_else(Vec::new, |known| found.remove(known).mitigations);
        let mut mitigations: Vec<String> = Vec::new();
        for one in before.iter().chain(rivals).chain([*name]) {
            if !mitigations.contains(one) {
                mitigations.push(one.clone());
            }
        }
        let value = (!value.is_null()).then(|| text_of(value));
        found.push(Contested { field: field.clone(), mitigations, value });
    }
    found
}

/// Whether what one mitigation sets is replaced by what a later one sets.
fn is_replaced((was_at, was): (&Path, &Value), (at, value): (&Path, &Value)) -> bool {
    // An empty object only makes sure that there is one.
    let is_empty = |it: &Value| it.as_object().is_some_and(serde_json::Map::is_empty);
    if was_at == at {
        was != value
    } else if at.below(was_at).is_some() {
        !is_empty(was)
    } else {
        was_at.below(at).is_some() && !is_empty(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Loaded;
    use serde_json::json;

    #[test]
    fn what_several_set_is_told_with_the_value_of_the_last() {
        let text = include_str!("../../tests/scenarios/short-outage.json");
        let mut scenario: Value = serde_json::from_str(text).unwrap();
        let patch = |value: Value| json!({ "note": "Tried.", "patch": value });
        scenario["mitigations"] = json!({
            "a": patch(json!({ "x": { "y": 1, "z": 2 }, "same": [1], "deep": { "er": 1 } })),
            "b": patch(json!({ "x": { "y": 4 }, "same": [1], "deep": null })),
            "c": patch(json!({ "x": { "y": 1, "w": {} }, "alone": 1 })),
        });
        let loaded = Loaded::parse("a.json", scenario.to_string().as_bytes(), ".".into()).unwrap();
        let file = loaded.file().unwrap();
        let told = |with: &[&str]| -> Vec<String> {
            let with: Vec<String> = with.iter().map(|it| (*it).to_owned()).collect();
            let told =
                |it: Contested| format!("{} {} {:?}", it.field, it.mitigations.concat(), it.value);
            contested(&file, &with).into_iter().map(told).collect()
        };
        assert_eq!(told(&["a", "b"]), ["x.y ab Some(\"4\")", "deep ab None"]);
        assert_eq!(told(&["b", "a"]), ["x.y ba Some(\"1\")", "deep.er ba Some(\"1\")"]);
        assert_eq!(told(&["a", "b", "c"]), ["deep ab None", "x.y abc Some(\"1\")"]);
        assert_eq!(told(&["a", "c"]), [""; 0]);
    }
}
