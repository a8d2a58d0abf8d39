//! Numbers held against the bounds of a schema.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Says what is right if `number` lies outside of the bounds of `schema`.
pub(super) fn check(schema: &Value, number: &Number) -> Result<(), String> {
    let keyword = |name| schema.get(name).and_then(Value::as_number).cloned();
    let (format_least, format_most) = bounds_of_format(schema);
    let least = keyword("minimum").or(format_least);
    let most = keyword("maximum").or(format_most);
    let above = keyword("exclusiveMinimum");
    let below = keyword("exclusiveMaximum");

    let is_at_least = |bound: &Number| compare(number, bound) != Ordering::Less;
    let is_at_most = |bound: &Number| compare(number, bound) != Ordering::Greater;
    let is_in = least.as_ref().is_none_or(is_at_least)
        && most.as_ref().is_none_or(is_at_most)
        && above.as_ref().is_none_or(|bound| !is_at_most(bound))
        && below.as_ref().is_none_or(|bound| !is_at_least(bound));
    if is_in {
        return Ok(());
    }
    let lower = least.map(|bound| format!("at least {bound}"));
    let lower = above.map(|bound| format!("greater than {bound}")).or(lower);
    let upper = most.map(|bound| format!("at most {bound}"));
    let upper = below.map(|bound| format!("less than {bound}")).or(upper);
    let bounds: Vec<String> = [lower, upper].into_iter().flatten().collect();
    Err(format!("must be {}, found {number}", bounds.join(" and ")))
}

/// What the integer types hold whose bounds `schemars` tells only by the name of the format.
fn bounds_of_format(schema: &Value) -> (Option<Number>, Option<Number>) {
    match schema.get("format").and_then(Value::as_str) {
        Some("uint32") => (Some(0.into()), Some(u32::MAX.into())),
        Some("uint64" | "uint" | "uint128") => (Some(0.into()), None),
        Some("int32") => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        Some("int64" | "int") => (None, Some(i64::MAX.into())),
        Some(_) | None => (None, None),
    }
}

fn compare(a: &Number, b: &Number) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i128(), b.as_i128()) {
        return a.cmp(&b);
    }
    a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bounds_are_part_of_the_range_or_not_as_the_schema_says() {
        let cases = [
            (json!({"minimum": 0, "maximum": 1}), json!(1), Ok(())),
            (
                json!({"minimum": 0, "maximum": 1}),
                json!(1.5),
                Err("must be at least 0 and at most 1, found 1.5"),
            ),
            (json!({"exclusiveMinimum": 0}), json!(0), Err("must be greater than 0, found 0")),
            (json!({"exclusiveMinimum": 0}), json!(0.0), Err("must be greater than 0, found 0.0")),
            (json!({"exclusiveMinimum": 0}), json!(1e-9), Ok(())),
            (json!({"exclusiveMaximum": 2.5}), json!(2.5), Err("must be less than 2.5, found 2.5")),
            (json!({"format": "uint32", "minimum": 0}), json!(4_294_967_295_u32), Ok(())),
            (
                json!({"format": "uint32", "minimum": 1}),
                json!(4_294_967_296_u64),
                Err("must be at least 1 and at most 4294967295, found 4294967296"),
            ),
            (json!({"format": "int64"}), json!(i64::MIN), Ok(())),
            (
                json!({"format": "int64"}),
                json!(9_223_372_036_854_775_808_u64),
                Err("must be at most 9223372036854775807, found 9223372036854775808"),
            ),
            (json!({"minimum": 0}), json!(-0.0), Ok(())),
        ];
        for (schema, value, expected) in cases {
            let found = check(&schema, value.as_number().unwrap());
            assert_eq!(found, expected.map_err(str::to_owned), "{value} by {schema}");
        }
    }
}
