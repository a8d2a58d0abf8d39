//! What to do about a problem for which nothing better is known: what the field is, and whether it is needed.

use serde_json::Value;

use super::load::schema;
use super::path::{Path, Step};
use super::problem::Problem;
use super::shape::referred;

/// Beyond this many characters a description says more than a remedy needs.
const DESCRIPTION_MAX: usize = 160;

/// The same problem with a remedy, if it has none yet.
pub(super) fn remedied(problem: Problem) -> Problem {
    if problem.help.is_some() {
        return problem;
    }
    let verb = if problem.message.starts_with("is missing") { "add it" } else { "correct it" };
    let remedy = remedy(verb, &problem.path);
    problem.with_help(remedy)
}

/// What is known of a field from the schema.
struct Field<'a> {
    description: &'a str,
    default: Option<&'a Value>,
    is_needed: bool,
}

fn remedy(verb: &str, path: &Path) -> String {
    let Some(field) = field(path) else {
        return "correct the file; `hindsight schema` tells what stands in it".to_owned();
    };
    let short: String = field.description.chars().take(DESCRIPTION_MAX).collect();
    let dots = if short.len() < field.description.len() { "…" } else { "" };
    let what = format!("it says: {}{dots}", short.trim_end_matches('.'));
    match field.default {
        _ if field.is_needed => format!("{verb}; {what}"),
        Some(default) if !default.is_null() && !default.is_object() => {
            format!("{verb}, or leave it out for {default}; {what}")
        }
        Some(_) | None => format!("{verb}, or leave it out; {what}"),
    }
}

/// The field at a path, or the nearest one above it that the schema describes.
fn field(path: &Path) -> Option<Field<'static>> {
    let root = schema();
    let mut found = None;
    let mut place = root;
    for step in of_platform(path.steps()) {
        let Some((next, is_needed)) = below(root, place, &step) else { break };
        let described = [Some(next), referred(root, next)].into_iter().flatten();
        let description =
            described.clone().find_map(|schema| schema.get("description").and_then(Value::as_str));
        if let Some(description) = description {
            let default = described.clone().find_map(|schema| schema.get("default"));
            found = Some(Field { description, default, is_needed });
        }
        place = next;
    }
    found
}

/// The steps of a path, where a `set` of the timeline stands for the parts of the platform that it sets.
fn of_platform(steps: &[Step]) -> Vec<Step> {
    let is_key = |index: usize, key: &str| steps.get(index) == Some(&Step::Key(key.to_owned()));
    if !(is_key(0, "timeline") && is_key(2, "set")) || steps.len() < 4 {
        return steps.to_vec();
    }
    let platform = Step::Key("platform".to_owned());
    let set = steps[3..].iter().cloned();
    if is_key(3, "workloads") {
        set.collect()
    } else {
        std::iter::once(platform).chain(set).collect()
    }
}

/// The schema of what stands one step below, and whether it must be there.
fn below<'a>(root: &'a Value, schema: &'a Value, step: &Step) -> Option<(&'a Value, bool)> {
    if let Some(target) = referred(root, schema) {
        return below(root, target, step);
    }
    let branches = ["anyOf", "oneOf", "allOf"].iter().filter_map(|name| schema.get(name));
    let branches = branches.filter_map(Value::as_array).flatten();
    let own = match step {
        Step::Index(_) => schema.get("items").map(|items| (items, false)),
        Step::Key(key) => {
            let required = schema.get("required").and_then(Value::as_array);
            let is_needed = required.is_some_and(|names| names.iter().any(|name| name == key));
            let fields = schema.get("properties").and_then(|fields| fields.get(key));
            let others = schema.get("additionalProperties").filter(|others| others.is_object());
            fields.map(|field| (field, is_needed)).or(others.map(|others| (others, false)))
        }
    };
    own.or_else(|| branches.into_iter().find_map(|branch| below(root, branch, step)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_says_what_the_field_is_and_whether_it_is_needed() {
        let cases = [
            ("seed", "correct it; it says: The seed of every random draw"),
            (
                "clock.resolution",
                "correct it, or leave it out for \"10s\"; it says: How fine the time series are; \
                 windows and evaluations are multiples of it",
            ),
            (
                "platform.stations.a.service.calls.b.timeout",
                "correct it, or leave it out; it says: After how long the caller gives up an \
                 attempt; the attempt itself goes on",
            ),
            (
                "timeline.x.set.stations.a.service.replicas",
                "correct it; it says: How many instances are wanted; an autoscaler goes on from here",
            ),
        ];
        for (path, expected) in cases {
            let problem = Problem::new(path.parse().unwrap(), "odd");
            assert_eq!(remedied(problem).help.unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn a_better_remedy_stays() {
        let problem = Problem::new("seed".parse().unwrap(), "odd").with_help("use 7");
        assert_eq!(remedied(problem.clone()), problem);
    }
}
