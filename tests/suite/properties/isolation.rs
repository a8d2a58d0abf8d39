//! Common random numbers: what is done to one platform moves nothing in another beside it.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::cases;
use super::platforms::any_platform;
use crate::stage::Replay;

/// What is called `s0`, `w0`, `t0` and so on, or `any`, called so with `x` before it.
fn renamed(name: &str) -> String {
    let is_numbered = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let prefixes = ["s", "w", "t", "clean-", "repair-"];
    let is_name = name == "any" || prefixes.iter().any(|prefix| is_numbered(prefix));
    if is_name { format!("x{name}") } else { name.to_owned() }
}

fn with_other_names(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let renamed = fields.iter().map(|(key, it)| (renamed(key), with_other_names(it)));
            Value::Object(renamed.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(with_other_names).collect()),
        Value::String(text) => Value::String(renamed(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Both platforms in one scenario; the seed and the registry are the first one's.
fn beside(first: &Value, second: &Value) -> Value {
    let (mut both, second) = (first.clone(), with_other_names(second));
    for path in ["/platform/stations", "/workloads", "/timeline", "/indicators"] {
        let more = second.pointer(path).and_then(Value::as_object).expect("an object");
        let fields = both.pointer_mut(path).and_then(Value::as_object_mut).expect("an object");
        fields.extend(more.clone());
    }
    both
}

/// Everything that was counted of a station, a call or a workload.
fn series(replay: &Replay, name: &str) -> String {
    let series = replay.series(name);
    format!("{:?} {:?}", series.bins, series.latencies)
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_platform_beside_another_is_what_it_is_alone(
        mut first in any_platform(),
        second in any_platform(),
    ) {
        // People on call are shared, and so are limits.
        first["on_call"] = Value::Null;
        first["limits"] = json!({ "events": 400_000, "events_at_one_instant": 20_000 });
        let (alone, both) = (Replay::of(&first), Replay::of(&beside(&first, &second)));
        let is_stopped = |replay: &Replay| replay.outcome.run.stop.limit().is_some();
        prop_assume!(!is_stopped(&alone) && !is_stopped(&both));
        for name in alone.scenario.names.stations.iter().chain(&alone.scenario.names.calls) {
            prop_assert_eq!(series(&alone, name), series(&both, name), "{}", name);
        }
    }
}
