//! The fields of an object held against those of a schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Checker, LISTED_MAX, Place, SUGGESTED_MAX};
use crate::scenario::names::did_you_mean;
use crate::scenario::problem::Problem;

impl<'a> Checker<'a> {
    pub(super) fn check_fields(
        &mut self,
        schema: &'a Value,
        fields: &Map<String, Value>,
        path: &Place<'_>,
    ) {
        let known = schema.get("properties").and_then(Value::as_object);
        let required: BTreeSet<&str> = strings(schema.get("required")).collect();
        let mut meant = BTreeSet::new();
        for (key, value) in fields {
            let own = known.and_then(|known| known.get(key));
            let is_required = required.contains(key.as_str());
            if let Some(own) = own.or_else(|| pattern(schema, key)) {
                self.check_field(own, value, (&path.key(key), is_required));
            } else if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
                meant.extend(self.report_unknown(schema, fields, (path, key)));
            } else if let Some(others) = schema.get("additionalProperties") {
                self.check_field(others, value, (&path.key(key), false));
            }
        }
        for name in strings(schema.get("required")) {
            // A misspelt field is one mistake, not two.
            if !fields.contains_key(name) && !meant.contains(name) {
                self.report_missing(known.and_then(|known| known.get(name)), &path.key(name));
            }
        }
    }

    fn check_field(
        &mut self,
        schema: &'a Value,
        value: &Value,
        (path, is_required): (&Place<'_>, bool),
    ) {
        if !value.is_null() || self.allows_null(schema) {
            self.check(schema, value, path);
        } else if is_required {
            self.report_missing(Some(schema), path);
        } else {
            let message = format!("must be {}, found null", self.describe(schema));
            let help = "leave the field out instead";
            self.problems.push(Problem::new(path.path(), message).with_help(help));
        }
    }

    fn report_missing(&mut self, schema: Option<&Value>, path: &Place<'_>) {
        let wanted = schema.map(|schema| self.describe(schema)).unwrap_or_default();
        let separator = if wanted.is_empty() { "" } else { ", must be " };
        self.report(path, format!("is missing{separator}{wanted}"));
    }

    /// Reports `key` as unknown and returns the field that was probably meant.
    fn report_unknown(
        &mut self,
        schema: &'a Value,
        fields: &Map<String, Value>,
        (path, key): (&Place<'_>, &str),
    ) -> Option<&'a str> {
        let known = schema.get("properties").and_then(Value::as_object);
        let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
        let (given, free): (Vec<&str>, Vec<&str>) =
            names.partition(|name| fields.contains_key(*name));
        let problem = Problem::new(path.key(key).path(), "unknown field").at_key();
        let is_shown = self.problems.len() < SUGGESTED_MAX;
        let meant = if is_shown { did_you_mean(key, free.iter().copied()) } else { None };
        let quoted: Vec<_> = free.iter().map(|name| format!("`{name}`")).collect();
        // In a patch, a misspelt field is most often one that is given already.
        let given = if is_shown { did_you_mean(key, given) } else { None };
        self.problems.push(match (meant.or(given), quoted.len()) {
            (Some(meant), _) => problem.with_help(format!("did you mean `{meant}`?")),
            (None, 1..=LISTED_MAX) => {
                problem.with_help(format!("fields not yet given here: {}", quoted.join(", ")))
            }
            (None, _) => problem,
        });
        meant
    }
}

/// The schema for keys of a pattern; the only patterns are those of maps keyed by integers.
fn pattern<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
    let patterns = schema.get("patternProperties")?.as_object()?;
    let has = |pattern: &str| match pattern {
        r"^\d+$" => key.parse::<u64>().is_ok(),
        r"^-?\d+$" => key.parse::<i64>().is_ok(),
        _ => true,
    };
    patterns.iter().find(|(pattern, _)| has(pattern)).map(|(_, schema)| schema)
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
