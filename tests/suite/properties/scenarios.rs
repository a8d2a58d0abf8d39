//! Scenarios at random: one to four services that call those after them, with any policy.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::stage::{overlay, scenario, time};

/// A strategy for a field's value.
pub(super) type Choice = BoxedStrategy<Value>;

/// One of these values.
pub(super) fn one_of(values: Vec<Value>) -> Choice {
    select(values).boxed()
}

pub(super) fn span() -> Choice {
    one_of(["1ms", "50ms", "250ms", "1s", "7s", "30s"].map(Value::from).to_vec())
}

pub(super) fn number(from: u32, to: u32) -> Choice {
    (from..=to).prop_map(Value::from).boxed()
}

pub(super) fn share() -> Choice {
    one_of([0.0, 0.1, 0.5, 1.0].map(Value::from).to_vec())
}

pub(super) fn flag() -> Choice {
    any::<bool>().prop_map(Value::from).boxed()
}

pub(super) fn word(words: &[&str]) -> Choice {
    one_of(words.iter().map(|word| json!(word)).collect())
}

fn rate() -> Choice {
    word(&["0/s", "1/s", "5/s"])
}

/// A field that is there, or one time in two is not.
#[derive(Clone)]
pub(super) enum Field {
    Always(&'static str, Choice),
    Maybe(&'static str, Choice),
}

/// An object of these fields.
pub(super) fn object(fields: Vec<Field>) -> Choice {
    let choose = |field| match field {
        Field::Always(name, choice) => choice.prop_map(move |it| Some((name, it))).boxed(),
        Field::Maybe(name, choice) => {
            proptest::option::of(choice.prop_map(move |it| (name, it))).boxed()
        }
    };
    let fields: Vec<BoxedStrategy<Option<(&str, Value)>>> =
        fields.into_iter().map(choose).collect();
    let collect = |fields: Vec<Option<(&str, Value)>>| {
        let fields = fields.into_iter().flatten();
        Value::Object(fields.map(|(name, it)| (name.to_owned(), it)).collect::<Map<_, _>>())
    };
    fields.prop_map(collect).boxed()
}

pub(super) fn distribution() -> Choice {
    prop_oneof![
        span().prop_map(|it| json!({ "constant": it })),
        span().prop_map(|it| json!({ "exponential": { "mean": it } })),
        Just(json!({ "uniform": { "min": "1ms", "max": "2s" } })),
    ]
    .boxed()
}

pub(super) fn retries() -> Choice {
    let budget =
        object(vec![Field::Always("ratio", share()), Field::Always("burst", number(1, 3))]);
    object(vec![
        Field::Always("max", number(0, 3)),
        Field::Always("base", span()),
        Field::Maybe("jitter", word(&["none", "full", "equal"])),
        Field::Maybe("rate_limited", object(vec![Field::Always("base", span())])),
        Field::Maybe("budget", budget),
    ])
}

fn breaker() -> Choice {
    object(vec![
        Field::Maybe("count_min", number(1, 5)),
        Field::Maybe("window", span()),
        Field::Maybe("open_for", span()),
        Field::Maybe("probes", number(1, 3)),
    ])
}

fn rate_limit() -> Choice {
    let own = vec![
        Field::Always("rate", rate()),
        Field::Always("burst", number(1, 3)),
        Field::Maybe("borrow", share()),
    ];
    let conversation = vec![
        Field::Always("rate", rate()),
        Field::Always("burst", number(1, 3)),
        Field::Maybe("refusals_count", flag()),
    ];
    object(vec![
        Field::Always("rate", rate()),
        Field::Always("burst", number(1, 9)),
        Field::Maybe("per_tenant", object(own)),
        Field::Maybe("per_conversation", object(conversation)),
    ])
}

fn concurrency() -> Choice {
    let own = vec![Field::Always("max", number(1, 2)), Field::Maybe("borrow", share())];
    object(vec![Field::Always("max", number(2, 9)), Field::Maybe("per_tenant", object(own))])
}

fn caches() -> Choice {
    let layer = || {
        object(vec![
            Field::Always("hit_share", share()),
            Field::Maybe("ttl", span()),
            Field::Maybe("warm_up", span()),
            Field::Maybe("scope", word(&["instance", "shared"])),
        ])
    };
    object(vec![Field::Maybe("a", layer()), Field::Maybe("b", layer())])
}

/// The policies of a call that the timeline can set on any.
pub(super) fn policies() -> Vec<Field> {
    vec![
        Field::Always("timeout", prop_oneof![Just(Value::Null), span()].boxed()),
        Field::Maybe("retries", retries()),
        Field::Maybe("breaker", breaker()),
        Field::Maybe("rate_limit", rate_limit()),
        Field::Maybe("concurrency", concurrency()),
    ]
}

/// A call to one of the stations from `first` on.
fn call(first: usize, stations: usize, more: Vec<Field>) -> Choice {
    let to = (first..stations).prop_map(|to| json!(format!("s{to}"))).boxed();
    let mut fields = policies();
    fields.extend([
        Field::Always("to", to),
        Field::Maybe("latency", distribution()),
        Field::Maybe("caches", caches()),
    ]);
    fields.extend(more);
    object(fields)
}

/// How a station makes a call.
pub(super) fn of_station() -> Vec<Field> {
    vec![
        Field::Maybe("mode", word(&["wait", "hand_on"])),
        Field::Maybe("step", number(1, 2)),
        Field::Maybe("share", share()),
        Field::Maybe("on_failure", word(&["fail", "ignore", "pass_on"])),
    ]
}

fn calls(first: usize, stations: usize) -> Choice {
    if first >= stations {
        return Just(json!({})).boxed();
    }
    object(vec![
        Field::Maybe("x", call(first, stations, of_station())),
        Field::Maybe("y", call(first, stations, of_station())),
    ])
}

pub(super) fn queue() -> Choice {
    object(vec![
        Field::Maybe("order", word(&["fifo", "lifo", "fair", "priority", "due"])),
        Field::Maybe("bound", number(0, 5)),
        Field::Maybe("wait_max", span()),
        Field::Maybe("durable", flag()),
    ])
}

fn autoscaler() -> Choice {
    object(vec![
        Field::Always("measure", word(&["busy", "in_flight"])),
        Field::Always("target", one_of(vec![json!(0.5), json!(1)])),
        Field::Always("every", word(&["1s", "10s"])),
        Field::Always("min", number(1, 2)),
        Field::Always("max", number(2, 6)),
        Field::Maybe("step_up_max", number(1, 2)),
        Field::Maybe("cool_down_down", span()),
    ])
}

/// A service that makes these calls.
pub(super) fn service(calls: Choice, more: Vec<Field>) -> Choice {
    let fallback = object(vec![
        Field::Always("release", word(&["old", "deleted"])),
        Field::Always("after_failed_pulls", number(1, 3)),
    ]);
    let tenant_max =
        object(vec![Field::Always("max", number(1, 2)), Field::Maybe("borrow", flag())]);
    let slowdown =
        object(vec![Field::Always("knee", share()), Field::Always("factor_at_full", number(1, 3))]);
    let mut fields = vec![
        Field::Always("replicas", number(0, 3)),
        Field::Always("concurrency", number(1, 3)),
        Field::Always("service_time", distribution()),
        Field::Maybe("slowdown", slowdown),
        Field::Maybe("failure_share", share()),
        Field::Always("queue", queue()),
        Field::Maybe("tenant_max", tenant_max),
        Field::Maybe("drop_expired", flag()),
        Field::Maybe("on_crash", word(&["fail", "requeue"])),
        Field::Maybe("autoscaler", autoscaler()),
        Field::Maybe("start_up", distribution()),
        Field::Always("release", word(&["old", "new", "deleted"])),
        Field::Maybe("fallback", fallback),
        Field::Always("calls", calls),
    ];
    fields.extend(more);
    object(fields).prop_map(|service| json!({ "service": service })).boxed()
}

fn workload(stations: usize) -> Choice {
    let backlog = (0_u64..120, 1_u64..200, any::<bool>()).prop_map(|(at, count, is_even)| {
        let rate = if is_even { json!("7/s") } else { Value::Null };
        json!({ "backlog": { "at": time(at), "count": count, "rate": rate } })
    });
    let poisson =
        word(&["1/s", "5/s", "10/s"]).prop_map(|rate| json!({ "poisson": { "rate": rate } }));
    object(vec![
        Field::Always("call", call(0, stations, Vec::new())),
        Field::Always("arrivals", prop_oneof![backlog, poisson].boxed()),
        Field::Maybe("priority", number(0, 2)),
        Field::Maybe("due", span()),
        Field::Maybe("tenants", one_of(vec![json!(["a"]), json!(["b", "c"])])),
    ])
}

/// Something that is done to one of the stations or to the first workload.
fn action(stations: usize) -> Choice {
    let of_station = object(vec![
        Field::Always("replicas", number(0, 4)),
        Field::Maybe("failure_share", share()),
        Field::Maybe("release", word(&["old", "new", "deleted"])),
        Field::Maybe("autoscaler", prop_oneof![Just(Value::Null), autoscaler()].boxed()),
        Field::Maybe("queue", object(vec![Field::Always("wait_max", span())])),
    ]);
    let of_workload = (flag(), object(policies()))
        .prop_map(|(enabled, call)| json!({ "w0": { "enabled": enabled, "call": call } }));
    let name = (0..stations).prop_map(|station| format!("s{station}"));
    let what = prop_oneof![
        (name.clone(), 1..4).prop_map(|(station, instances)| json!({
            "crash": { "station": station, "instances": instances }
        })),
        name.clone().prop_map(|station| json!({ "crash": { "station": station } })),
        name.clone().prop_map(|station| json!({ "redeploy": station })),
        name.clone().prop_map(|station| json!({ "purge": station })),
        (name, of_station).prop_map(|(station, service)| {
            let mut stations = Map::new();
            stations.insert(station, json!({ "service": service }));
            json!({ "set": { "stations": stations } })
        }),
        of_workload.prop_map(|workloads| json!({ "set": { "workloads": workloads } })),
    ];
    let act = |(at, mut what): (u64, Value)| {
        overlay(&mut what, &json!({ "at": time(at), "note": "" }));
        what
    };
    (0_u64..120, what).prop_map(act).boxed()
}

/// Values under the names `s0`, `s1` and so on, for the prefix `s`.
pub(super) fn named(prefix: &str, values: Vec<Value>) -> Value {
    let names = (0..).map(|number| format!("{prefix}{number}"));
    Value::Object(names.zip(values).collect::<Map<_, _>>())
}

/// Two minutes of a platform at random.
pub(crate) fn any_scenario() -> impl Strategy<Value = Value> {
    let parts = (1_usize..=4).prop_flat_map(|count| {
        let station = |index| service(calls(index + 1, count), Vec::new());
        let stations: Vec<Choice> = (0..count).map(station).collect();
        let workloads = prop::collection::vec(workload(count), 1..=2);
        let actions = prop::collection::vec(action(count), 0..=4);
        (stations, workloads, actions, any::<u32>())
    });
    parts.prop_map(|(stations, workloads, actions, seed)| {
        two_minutes(named("s", stations), named("w", workloads), named("t", actions), seed)
    })
}

/// Two minutes of these stations under these workloads and actions.
pub(super) fn two_minutes(stations: Value, workloads: Value, timeline: Value, seed: u32) -> Value {
    let mut scenario = scenario(&stations, &workloads);
    let image = |pushed: &str| json!({ "repository": "all", "pushed": pushed });
    scenario["seed"] = json!(seed);
    scenario["clock"]["end"] = json!(time(120));
    scenario["timeline"] = timeline;
    scenario["platform"]["registry"] = json!({
        "pull_time": { "constant": "2s" },
        "images": {
            "old": image("2024-12-01T00:00"), "new": image(&time(60)),
            "deleted": image("2026-01-01T00:00")
        }
    });
    scenario
}
