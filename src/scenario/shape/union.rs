//! Values that are one of several: options, and enums whose variant is named by the only key.

use serde_json::{Map, Value};

use super::{Checker, LISTED_MAX, Place, SUGGESTED_MAX, choices, found, one_of, types};
use crate::scenario::names::did_you_mean;
use crate::scenario::problem::Problem;

/// The branches of `schema`, if it is a union.
pub(super) fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)
}

/// The branches of a union by what they are.
#[derive(Default)]
struct Variants<'a> {
    allows_null: bool,
    /// Variants without fields, written as text.
    units: Vec<&'a str>,
    /// Variants with fields, written as an object with one key, and the schema of what is in it.
    tagged: Vec<(&'a str, &'a Value)>,
    others: Vec<&'a Value>,
}

impl<'a> Variants<'a> {
    fn of(branches: &'a [Value]) -> Self {
        let mut variants = Self::default();
        for branch in branches {
            if matches!(types(branch), [only] if only == "null") {
                variants.allows_null = true;
            } else if let Some(names) = texts(branch) {
                variants.units.extend(names);
            } else if let Some(tagged) = tagged(branch) {
                variants.tagged.push(tagged);
            } else {
                variants.others.push(branch);
            }
        }
        variants
    }

    fn tags(&self) -> Vec<&'a str> {
        self.tagged.iter().map(|(tag, _)| *tag).collect()
    }

    fn describe(&self) -> String {
        let tags = self.tags();
        if tags.is_empty() {
            one_of(&self.units)
        } else if self.units.is_empty() {
            format!("an object with exactly one of {}", listed(&tags))
        } else {
            format!("{} or an object with exactly one of {}", one_of(&self.units), listed(&tags))
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn check_union(&mut self, branches: &'a [Value], value: &Value, path: &Place<'_>) {
        let variants = Variants::of(branches);
        let is_enum = variants.others.is_empty();
        match value {
            Value::Null if variants.allows_null => {}
            _ if !is_enum => self.check_any(branches, &variants, (value, path)),
            Value::String(text) => self.check_unit(&variants, text, path),
            Value::Object(fields) if !variants.tagged.is_empty() => {
                self.check_tagged(&variants, fields, path);
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => {
                self.report(
                    path,
                    format!("must be {}, found {}", variants.describe(), found(value)),
                );
            }
        }
    }

    pub(super) fn describe_union(&self, branches: &[Value]) -> String {
        let variants = Variants::of(branches);
        if variants.others.is_empty() {
            return variants.describe();
        }
        let others: Vec<_> = variants.others.iter().map(|other| self.describe(other)).collect();
        others.join(" or ")
    }

    /// Reports the problems of the branch that comes nearest, if none fits.
    fn check_any(
        &mut self,
        branches: &'a [Value],
        variants: &Variants<'a>,
        (value, path): (&Value, &Place<'_>),
    ) {
        if let ([only], true) = (variants.others.as_slice(), variants.allows_null) {
            return self.check(only, value, path);
        }
        let tries = branches.iter().map(|branch| {
            let mut checker = Checker { root: self.root, problems: Vec::new() };
            checker.check(branch, value, path);
            checker.problems
        });
        let nearest = tries.min_by_key(Vec::len);
        self.problems.extend(nearest.unwrap_or_default());
    }

    fn check_unit(&mut self, variants: &Variants<'_>, text: &str, path: &Place<'_>) {
        if variants.units.contains(&text) {
            return;
        }
        let tags = variants.tags();
        let message = format!("must be {}, found {}", variants.describe(), found(&text.into()));
        let problem = Problem::new(path.path(), message);
        let names = variants.units.iter().chain(&tags).copied();
        let meant =
            if self.problems.len() < SUGGESTED_MAX { did_you_mean(text, names) } else { None };
        let meant = meant.or_else(|| tags.contains(&text).then_some(text));
        self.problems.push(match meant {
            Some(tag) if tags.contains(&tag) => {
                problem.with_help(format!("did you mean {{\"{tag}\": …}}?"))
            }
            Some(unit) => problem.with_help(format!("did you mean \"{unit}\"?")),
            None => problem,
        });
    }

    fn check_tagged(
        &mut self,
        variants: &Variants<'a>,
        fields: &Map<String, Value>,
        path: &Place<'_>,
    ) {
        let tags = variants.tags();
        let mut given = Vec::new();
        for (key, value) in fields {
            let known = variants.tagged.iter().find(|(tag, _)| tag == key);
            let Some((tag, schema)) = known else {
                self.report_unknown_variant(variants, key, path);
                continue;
            };
            given.push(*tag);
            if value.is_null() && !self.allows_null(schema) {
                let message = format!("is missing, must be {}", self.describe(schema));
                self.report(&path.key(key), message);
            } else {
                self.check(schema, value, &path.key(key));
            }
        }
        if fields.is_empty() {
            let message = format!("must have exactly one of {}, found none", listed(&tags));
            self.report(path, message);
        } else if given.len() > 1 {
            let message =
                format!("must have exactly one of {}, found {}", listed(&tags), listed(&given));
            let problem = Problem::new(path.path(), message);
            self.problems.push(problem.with_help("a patch removes the one it replaces with null"));
        }
    }

    fn report_unknown_variant(&mut self, variants: &Variants<'_>, key: &str, path: &Place<'_>) {
        let tags = variants.tags();
        let problem = Problem::new(path.key(key).path(), "unknown variant").at_key();
        let names = tags.iter().chain(&variants.units).copied();
        let is_shown = self.problems.len() < SUGGESTED_MAX;
        let help = match if is_shown { did_you_mean(key, names) } else { None } {
            _ if variants.units.contains(&key) => format!("write it as the text \"{key}\""),
            Some(unit) if variants.units.contains(&unit) => {
                format!("did you mean the text \"{unit}\"?")
            }
            Some(tag) => format!("did you mean `{tag}`?"),
            None => format!("must be {}", variants.describe()),
        };
        self.problems.push(problem.with_help(help));
    }
}

/// The names that a branch of unit variants allows.
fn texts(branch: &Value) -> Option<Vec<&str>> {
    choices(branch)?.iter().map(Value::as_str).collect()
}

/// The tag of a branch that is an object with one key, and the schema of its value.
fn tagged(branch: &Value) -> Option<(&str, &Value)> {
    let required = branch.get("required")?.as_array()?;
    let fields = branch.get("properties")?.as_object()?;
    let is_closed = branch.get("additionalProperties") == Some(&Value::Bool(false));
    match (required.as_slice(), fields.iter().next()) {
        ([tag], Some((name, schema))) if tag == name && fields.len() == 1 && is_closed => {
            Some((name, schema))
        }
        (_, _) => None,
    }
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    let dots = if names.len() > LISTED_MAX { ", …" } else { "" };
    format!("{}{dots}", quoted.join(", "))
}
