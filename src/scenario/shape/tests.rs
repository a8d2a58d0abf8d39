//! Shapes held against what `schemars` makes of real types, and against what serde accepts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::units::{Factor, Share};

/// A platform with every kind of field that scenarios have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read from JSON, never used")]
pub(super) struct Platform {
    title: String,
    stations: BTreeMap<String, Station>,
    #[serde(default)]
    seeds: Vec<u64>,
    #[serde(default)]
    updates: Vec<Update>,
    bounds: Option<(f64, f64)>,
    #[serde(default)]
    limits: BTreeMap<Priority, u32>,
    #[serde(default)]
    codes: BTreeMap<u16, bool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[expect(dead_code, reason = "only read from JSON, never used")]
struct Station {
    /// How many there are.
    replicas: u32,
    replicas_max: Option<u32>,
    service: Demand,
    timeout: Option<Span>,
    #[serde(default = "no_share")]
    failures: Share,
    #[serde(default)]
    order: Order,
    priority: Option<Priority>,
    /// A documented option of an enum with data.
    after: Option<Demand>,
    queue: Option<Queue>,
    #[serde(default)]
    is_durable: bool,
    scale: Option<Factor>,
    offset: Option<i32>,
}

fn no_share() -> Share {
    Share::NONE
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read from JSON, never used")]
struct Queue {
    bound: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read from JSON, never used")]
struct Update {
    at: LocalTime,
    rate: Option<Rate>,
    above: Option<Quantity>,
    name: Name,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read from JSON, never used")]
struct Name(String);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only read from JSON, never used")]
enum Demand {
    /// Always the same.
    Constant(Span),
    Exponential {
        mean: Span,
    },
    LogNormal {
        mean: Span,
        #[serde(default)]
        sigma: Option<f64>,
    },
    /// No work at all.
    Nothing,
    Instant,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
    ByTenant,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Priority {
    High,
    Low,
}

pub(super) fn good() -> Value {
    json!({
        "title": "t",
        "stations": {
            "chat": {
                "replicas": 4, "replicas_max": 9, "service": {"exponential": {"mean": "20ms"}},
                "timeout": "2s", "failures": 0.5, "order": "by_tenant", "priority": "high",
                "after": {"log_normal": {"mean": "1s", "sigma": 0.5}}, "queue": {"bound": 5},
                "is_durable": true, "scale": 1.5, "offset": -3
            },
            "db": {"replicas": 1, "service": "nothing", "after": {"constant": "5ms"}, "queue": null}
        },
        "seeds": [1, 2],
        "updates": [{"at": "2026-03-02T09:51", "rate": "5/s", "above": "5m", "name": "n"}],
        "bounds": [1, 2.5],
        "limits": {"high": 3},
        "codes": {"404": true}
    })
}

/// The problems of a good value in which `path` was set to `value`.
fn problems_with(path: &str, value: Value) -> Vec<String> {
    let mut changed = good();
    let (parent, key) = path.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap()[key] = value;
    problems(&changed)
}

pub(super) fn problems(value: &Value) -> Vec<String> {
    let schema = schema_of::<Platform>();
    check_shape(&schema, value).iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_value_has_no_problems() {
    assert_eq!(problems(&good()), Vec::<String>::new());
    assert!(parse::<Platform>(&schema_of::<Platform>(), &good()).is_ok());
}

#[test]
fn each_mistake_in_a_field_has_its_message() {
    let cases = [
        (
            "/timeout",
            json!(5),
            "timeout: must be a duration with its unit, such as \"250ms\" or \"1h30m\", found the number 5",
        ),
        (
            "/timeout",
            json!("5"),
            "timeout: must be a duration with its unit, such as \"250ms\" or \"1h30m\", found \"5\"",
        ),
        ("/replicas", json!(2.0), "replicas: must be a whole number, found the number 2.0"),
        ("/replicas", json!(-1), "replicas: must be at least 0 and at most 4294967295, found -1"),
        ("/replicas", json!(null), "replicas: is missing, must be a whole number"),
        (
            "/is_durable",
            json!(null),
            "is_durable: must be true or false, found null (leave the field out instead)",
        ),
        ("/failures", json!(1.5), "failures: must be at least 0 and at most 1, found 1.5"),
        ("/scale", json!(0), "scale: must be greater than 0, found 0"),
        (
            "/order",
            json!("fofo"),
            "order: must be one of \"by_tenant\", \"fifo\", \"lifo\", found the text \"fofo\" (did you mean \"fifo\"?)",
        ),
        ("/priority", json!(7), "priority: must be one of \"high\", \"low\", found the number 7"),
        ("/queue", json!([1]), "queue: must be an object, found a list"),
        ("/queue", json!({"bund": 1}), "queue.bund: unknown field (did you mean `bound`?)"),
    ];
    for (field, value, expected) in cases {
        let found = problems_with(&format!("/stations/chat{field}"), value);
        assert_eq!(found, [format!("stations.chat.{expected}")]);
    }
}

#[test]
fn each_mistake_in_an_enum_has_its_message() {
    let cases = [
        (
            "/service",
            json!({"exponental": {}}),
            "service.exponental: unknown variant (did you mean `exponential`?)",
        ),
        (
            "/service",
            json!({"nothing": {}}),
            "service.nothing: unknown variant (write it as the text \"nothing\")",
        ),
        (
            "/service",
            json!("constant"),
            "service: must be one of \"instant\", \"nothing\" or an object with exactly one of `constant`, `exponential`, `log_normal`, found the text \"constant\" (did you mean {\"constant\": …}?)",
        ),
        (
            "/service",
            json!({}),
            "service: must have exactly one of `constant`, `exponential`, `log_normal`, found none",
        ),
        (
            "/service",
            json!({"exponential": {"mean": "1s"}, "constant": "2s"}),
            "service: must have exactly one of `constant`, `exponential`, `log_normal`, found `exponential`, `constant` (a patch removes the one it replaces with null)",
        ),
        (
            "/service",
            json!({"exponential": null}),
            "service.exponential: is missing, must be an object",
        ),
        (
            "/service",
            json!({"exponential": {"mean": "x"}}),
            "service.exponential.mean: must be a duration with its unit, such as \"250ms\" or \"1h30m\", found \"x\"",
        ),
    ];
    for (field, value, expected) in cases {
        let found = problems_with(&format!("/stations/chat{field}"), value);
        assert_eq!(found, [format!("stations.chat.{expected}")]);
    }
}

#[test]
fn a_misspelt_required_field_is_one_mistake() {
    let station = json!({"replica": 4, "service": "instant"});
    let expected = ["stations.chat.replica: unknown field (did you mean `replicas`?)"];
    assert_eq!(problems_with("/stations/chat", station), expected);
}

#[test]
fn an_unlikely_field_lists_those_not_yet_given() {
    let queue = json!({"capacity": 1});
    let expected =
        "stations.chat.queue.capacity: unknown field (fields not yet given here: `bound`)";
    assert_eq!(problems_with("/stations/chat/queue", queue), [expected]);
}

#[test]
fn all_mistakes_are_reported_in_one_pass() {
    let value = json!({
        "stations": {"a": {"service": 5}, "b": {"replicas": "2", "service": "instnat"}},
        "updates": [{"at": "today", "name": 1}],
        "bounds": [1],
        "limits": {"middle": 1},
        "codes": {"x": true},
        "seed": 1
    });
    let demand = "must be one of \"instant\", \"nothing\" or an object with exactly one of `constant`, `exponential`, `log_normal`, found";
    let expected = [
        format!("stations.a.service: {demand} the number 5"),
        "stations.a.replicas: is missing, must be a whole number".to_owned(),
        "stations.b.replicas: must be a whole number, found the text \"2\"".to_owned(),
        format!("stations.b.service: {demand} the text \"instnat\" (did you mean \"instant\"?)"),
        "updates[0].at: must be a local date and time such as \"2026-03-02T09:51\", found \"today\"".to_owned(),
        "updates[0].name: must be text, found the number 1".to_owned(),
        "bounds: must have 2 elements, found 1".to_owned(),
        "limits.middle: unknown field (fields not yet given here: `high`, `low`)".to_owned(),
        "codes.x: unknown field".to_owned(),
        "seed: unknown field (did you mean `seeds`?)".to_owned(),
        "title: is missing, must be text".to_owned(),
    ];
    assert_eq!(problems(&value), expected);
}

#[test]
fn unknown_fields_are_marked_by_their_name() {
    let schema = schema_of::<Platform>();
    let mut value = good();
    value["tilte"] = json!(1);
    assert_eq!(check_shape(&schema, &value)[0].place, crate::scenario::problem::Place::Key);
}

#[test]
fn what_only_deserializing_refuses_keeps_its_path() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "u64")]
    #[schemars(with = "u64")]
    struct Even;
    impl TryFrom<u64> for Even {
        type Error = String;
        fn try_from(value: u64) -> Result<Self, String> {
            if value.is_multiple_of(2) { Ok(Self) } else { Err("must be even".to_owned()) }
        }
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[expect(dead_code, reason = "only read from JSON, never used")]
    enum Choice {
        Some { of: Vec<Even> },
    }
    let value = json!({"x": {"some": {"of": [2, 3]}}});
    let problems =
        parse::<BTreeMap<String, Choice>>(&schema_of::<BTreeMap<String, Choice>>(), &value)
            .unwrap_err();
    assert_eq!(problems[0].to_string(), "x.some.of[1]: must be even");
}
