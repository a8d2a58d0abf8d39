//! The shape of a scenario: every field of the wrong name, type or range, all in one pass.
//!
//! Deserializing stops at the first mistake, so the value is first held against the JSON Schema of
//! its type; deserializing comes second and finds nothing more. Understood is what `schemars`
//! makes of our types: structs, maps, lists, options, externally tagged enums, and our units.
//! Keywords beyond these are left to deserializing. Stricter than `serde` in three ways: a list is
//! no struct, `{"unit_variant": null}` is no variant, and ranges in the schema hold.

mod fields;
mod numbers;
mod union;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod tests;

use std::slice;
use std::str::FromStr;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::names::did_you_mean;
use super::path::{Path, Step};
use super::problem::Problem;
use crate::units::{LocalTime, Quantity, Rate, Span};

/// Longer lists of names help nobody.
const LISTED_MAX: usize = 16;
/// Looking for the name that was meant takes a while, and nobody reads more suggestions than this.
const SUGGESTED_MAX: usize = 100;
/// Of a wrong text this many characters are quoted.
const QUOTED_MAX: usize = 40;

/// The JSON Schema of `T`, the same at every call.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

/// Reads a `T`, whose schema is `schema`, from `value`.
///
/// # Errors
///
/// Returns every mistake in the shape of `value`.
pub fn parse<T: DeserializeOwned>(schema: &Value, value: &Value) -> Result<T, Vec<Problem>> {
    let problems = check_shape(schema, value);
    if !problems.is_empty() {
        return Err(problems);
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = present_path(value, error.path());
        vec![Problem::new(path, error.inner().to_string())]
    })
}

/// Every way in which `value` differs from the shape that `schema` asks for.
#[must_use]
pub fn check_shape(schema: &Value, value: &Value) -> Vec<Problem> {
    let mut checker = Checker { root: schema, problems: Vec::new() };
    checker.check(schema, value, &Place::Root);
    checker.problems
}

/// What `$ref` in `schema` leads to.
#[must_use]
pub fn referred<'a>(root: &'a Value, schema: &Value) -> Option<&'a Value> {
    let reference = schema.get("$ref")?.as_str()?;
    root.get("$defs")?.get(reference.strip_prefix("#/$defs/")?)
}

/// As much of the path of a deserializing error as leads to something in `value`.
fn present_path(value: &Value, path: &serde_path_to_error::Path) -> Path {
    let (mut place, mut steps) = (Some(value), Vec::new());
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => Step::Index(*index),
            Segment::Map { key } | Segment::Enum { variant: key } => Step::Key(key.clone()),
            Segment::Unknown => break,
        };
        let next = match &step {
            Step::Index(index) => place.and_then(|place| place.get(*index)),
            Step::Key(key) => place.and_then(|place| place.get(key)),
        };
        // A unit variant is a step for serde, although it stands as text in its field.
        if next.is_none() && matches!(segment, Segment::Enum { .. }) {
            break;
        }
        place = next;
        steps.push(step);
    }
    Path::from(steps)
}

struct Checker<'a> {
    root: &'a Value,
    problems: Vec<Problem>,
}

/// Where a checker is: a path whose steps lie on the stack, written out only for a problem.
enum Place<'a> {
    Root,
    Key(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl Place<'_> {
    const fn key<'b>(&'b self, key: &'b str) -> Place<'b> {
        Place::Key(self, key)
    }

    const fn index(&self, index: usize) -> Place<'_> {
        Place::Index(self, index)
    }

    fn path(&self) -> Path {
        match self {
            Self::Root => Path::root(),
            Self::Key(above, key) => above.path().key(*key),
            Self::Index(above, index) => above.path().index(*index),
        }
    }
}

impl<'a> Checker<'a> {
    fn check(&mut self, schema: &'a Value, value: &Value, path: &Place<'_>) {
        if schema == &Value::Bool(false) {
            self.report(path, "must not be given");
        }
        if let Some(target) = self.referred(schema) {
            self.check(target, value, path);
        }
        if let Some(branches) = union::branches(schema) {
            self.check_union(branches, value, path);
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.check(part, value, path);
        }
        let types = types(schema);
        if !types.is_empty() && !types.iter().any(|it| has_type(value, it)) {
            let wanted = self.describe(schema);
            self.report(path, format!("must be {wanted}, found {}", found(value)));
            return;
        }
        if let Some(choices) = choices(schema)
            && !choices.contains(value)
        {
            self.report_choice(choices, value, path);
            return;
        }
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if let Err(message) = numbers::check(schema, number) {
                    self.report(path, message);
                }
            }
            Value::String(text) => {
                if let Err(message) = check_text(schema, text) {
                    self.report(path, message);
                }
            }
            Value::Array(elements) => self.check_elements(schema, elements, path),
            Value::Object(fields) => self.check_fields(schema, fields, path),
        }
    }

    fn check_elements(&mut self, schema: &'a Value, elements: &[Value], path: &Place<'_>) {
        let bound = |keyword| schema.get(keyword).and_then(Value::as_u64);
        let (least, most) = (bound("minItems"), bound("maxItems"));
        let count = elements.len() as u64;
        if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
            let wanted = span_of_counts(least, most);
            self.report(path, format!("must have {wanted} elements, found {count}"));
        }
        let places = schema.get("prefixItems").and_then(Value::as_array);
        for (index, element) in elements.iter().enumerate() {
            let own = places.and_then(|places| places.get(index)).or_else(|| schema.get("items"));
            if let Some(own) = own {
                self.check(own, element, &path.index(index));
            }
        }
    }

    fn report_choice(&mut self, choices: &[Value], value: &Value, path: &Place<'_>) {
        let names: Vec<&str> = choices.iter().filter_map(|choice| choice.as_str()).collect();
        let message = format!("must be {}, found {}", one_of(&names), found(value));
        let problem = Problem::new(path.path(), message);
        let text = value.as_str().filter(|_| self.problems.len() < SUGGESTED_MAX);
        let meant = text.and_then(|text| did_you_mean(text, names.iter().copied()));
        self.problems.push(match meant {
            Some(meant) => problem.with_help(format!("did you mean \"{meant}\"?")),
            None => problem,
        });
    }

    fn report(&mut self, path: &Place<'_>, message: impl Into<String>) {
        self.problems.push(Problem::new(path.path(), message));
    }

    fn referred(&self, schema: &Value) -> Option<&'a Value> {
        referred(self.root, schema)
    }

    fn allows_null(&self, schema: &Value) -> bool {
        if let Some(target) = self.referred(schema) {
            return self.allows_null(target);
        }
        if let Some(branches) = union::branches(schema) {
            return branches.iter().any(|branch| self.allows_null(branch));
        }
        let types = types(schema);
        choices(schema).is_none_or(|choices| choices.contains(&Value::Null))
            && (types.is_empty() || types.iter().any(|it| it == "null"))
            && schema != &Value::Bool(false)
    }

    /// What a value must be, in words that follow "must be".
    fn describe(&self, schema: &Value) -> String {
        if let Some(target) = self.referred(schema) {
            return self.describe(target);
        }
        if let Some(branches) = union::branches(schema) {
            return self.describe_union(branches);
        }
        if let Some(choices) = choices(schema) {
            return one_of(
                &choices.iter().filter_map(|choice| choice.as_str()).collect::<Vec<_>>(),
            );
        }
        match schema.get("format").and_then(Value::as_str) {
            Some("span") => "a duration with its unit, such as \"250ms\" or \"1h30m\"".to_owned(),
            Some("rate") => "a rate with its unit, such as \"120/s\" or \"40/min\"".to_owned(),
            Some("local-time") => "a local date and time such as \"2026-03-02T09:51\"".to_owned(),
            Some("quantity") => {
                "a number, or text with a unit such as \"250ms\", \"120/s\" or a local time"
                    .to_owned()
            }
            Some(_) | None => {
                either(types(schema).iter().filter_map(Value::as_str).filter_map(in_words))
            }
        }
    }
}

fn check_text(schema: &Value, text: &str) -> Result<(), String> {
    let bound = |keyword| schema.get(keyword).and_then(Value::as_u64);
    let (least, most) = (bound("minLength"), bound("maxLength"));
    let count = text.chars().count() as u64;
    if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
        let wanted = span_of_counts(least, most);
        return Err(format!("must have {wanted} characters, found {count}"));
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("span") => reads_as::<Span>(text),
        Some("rate") => reads_as::<Rate>(text),
        Some("local-time") => reads_as::<LocalTime>(text),
        Some("quantity") => reads_as::<Quantity>(text),
        Some(_) | None => Ok(()),
    }
}

fn reads_as<T: FromStr<Err = String>>(text: &str) -> Result<(), String> {
    text.parse::<T>().map(|_| ())
}

/// The names of the types that `schema` allows; none if it allows any.
fn types(schema: &Value) -> &[Value] {
    match schema.get("type") {
        Some(name @ Value::String(_)) => slice::from_ref(name),
        Some(Value::Array(names)) => names,
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => &[],
    }
}

fn has_type(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap_or_default() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        // A whole number written `5.0` is none for serde.
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn in_words(type_name: &str) -> Option<&str> {
    match type_name {
        "null" => None,
        "boolean" => Some("true or false"),
        "integer" => Some("a whole number"),
        "number" => Some("a number"),
        "string" => Some("text"),
        "array" => Some("a list"),
        "object" => Some("an object"),
        other => Some(other),
    }
}

/// The values that `schema` allows, if it names them one by one.
fn choices(schema: &Value) -> Option<&[Value]> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => Some(slice::from_ref(only)),
        (None, Some(Value::Array(values))) => Some(values),
        (None, _) => None,
    }
}

/// A wrong value in words that follow "found".
fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => {
            let start: String = text.chars().take(QUOTED_MAX).collect();
            let dots = if start.len() < text.len() { "…" } else { "" };
            format!("the text {:?}", start + dots)
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().take(LISTED_MAX).map(|name| format!("\"{name}\"")).collect();
    let dots = if names.len() > LISTED_MAX { ", …" } else { "" };
    match quoted.as_slice() {
        [only] => only.clone(),
        _ => format!("one of {}{dots}", quoted.join(", ")),
    }
}

fn either<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" or ")
}

fn span_of_counts(least: Option<u64>, most: Option<u64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, most) => format!("at most {}", most.unwrap_or(u64::MAX)),
    }
}
