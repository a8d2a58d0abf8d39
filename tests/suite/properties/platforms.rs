//! Platforms at random: two to eight stations of all four kinds, each of which calls those after it.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::scenarios::{
    Choice, Field, distribution, flag, named, number, object, of_station, one_of, policies, queue,
    service, share, span, two_minutes, word,
};
use crate::stage::{overlay, time};

/// What kind a station is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Service,
    Jobs,
    Routing,
    Assistant,
}

/// A call to one of the stations from `first` on, with the type or skill that it wants named.
fn call(first: usize, kinds: &[Kind], more: Vec<Field>) -> Choice {
    let mut fields = policies();
    fields.push(Field::Maybe("latency", distribution()));
    fields.extend(more);
    let kinds = kinds.to_vec();
    (object(fields), first..kinds.len(), any::<bool>())
        .prop_map(move |(mut call, to, is_first)| {
            let to_it = match kinds[to] {
                Kind::Service | Kind::Assistant => json!({}),
                Kind::Jobs => json!({ "job": if is_first { "j0" } else { "j1" } }),
                Kind::Routing => json!({ "skill": if is_first { "k0" } else { "k1" } }),
            };
            overlay(&mut call, &to_it);
            overlay(&mut call, &json!({ "to": format!("s{to}") }));
            call
        })
        .boxed()
}

fn calls(first: usize, kinds: &[Kind]) -> Choice {
    if first >= kinds.len() {
        return Just(json!({})).boxed();
    }
    object(vec![
        Field::Maybe("x", call(first, kinds, of_station())),
        Field::Maybe("y", call(first, kinds, of_station())),
    ])
}

fn jobs(index: usize, kinds: &[Kind]) -> Choice {
    let kind = || {
        let retries = object(vec![
            Field::Always("max", number(0, 3)),
            Field::Always("base", word(&["0s", "1ms", "2s"])),
            Field::Maybe("jitter", word(&["full", "equal"])),
        ]);
        object(vec![
            Field::Maybe("delay", distribution()),
            Field::Maybe("deadline", span()),
            Field::Maybe("when_missed", word(&["late", "never"])),
            Field::Always("run_time", distribution()),
            Field::Maybe("failure_share", share()),
            Field::Always("calls", calls(index + 1, kinds)),
            Field::Maybe("retries", retries),
        ])
    };
    let types = object(vec![Field::Always("j0", kind()), Field::Always("j1", kind())]);
    let reports =
        object(vec![Field::Maybe("share", share()), Field::Always("delay", distribution())]);
    let lane_max = object(vec![Field::Always("max", number(1, 2)), Field::Maybe("borrow", flag())]);
    let lanes = || Field::Always("lanes", word(&["type", "tenant", "conversation"]));
    let order = Field::Maybe("order", word(&["fifo", "lifo", "priority", "due"]));
    let lanes = prop_oneof![
        object(vec![order.clone()]),
        object(vec![order, lanes(), Field::Always("lane_max", lane_max.clone())]),
        object(vec![
            Field::Always("order", word(&["fair"])),
            lanes(),
            Field::Maybe("lane_max", lane_max)
        ]),
    ];
    let jobs = object(vec![
        Field::Always("workers", number(0, 3)),
        Field::Maybe("throughput", word(&["1/s", "3/s"])),
        Field::Maybe("bound", number(0, 5)),
        Field::Always("types", types),
        Field::Maybe("reports", reports),
    ]);
    let all = (jobs, lanes).prop_map(|(mut jobs, lanes)| {
        overlay(&mut jobs, &lanes);
        json!({ "jobs": jobs })
    });
    all.boxed()
}

fn routing(index: usize, kinds: &[Kind]) -> Choice {
    let skill = || {
        object(vec![
            Field::Maybe("patience", distribution()),
            Field::Always("handle_time", distribution()),
        ])
    };
    let shift = object(vec![
        Field::Always("from", word(&["00:00", "00:01"])),
        Field::Always("to", word(&["00:01", "00:02"])),
    ]);
    let group = || {
        object(vec![
            Field::Always("count", number(0, 6)),
            Field::Maybe("tenant_min", number(0, 1)),
            Field::Maybe("tenants_share", share()),
            Field::Maybe("capacity", number(1, 2)),
            Field::Maybe("skills", one_of(vec![json!(["k0"]), json!(["k1"]), json!([])])),
            Field::Maybe("shift", shift.clone()),
        ])
    };
    let routing = object(vec![
        Field::Always(
            "skills",
            object(vec![Field::Always("k0", skill()), Field::Always("k1", skill())]),
        ),
        Field::Always(
            "agents",
            object(vec![Field::Always("g0", group()), Field::Maybe("g1", group())]),
        ),
        Field::Always("on_missing_record", word(&["block", "skip", "set_aside"])),
        Field::Always("calls", calls(index + 1, kinds)),
        Field::Maybe("retry_after", span()),
    ]);
    routing.prop_map(|routing| json!({ "routing": routing })).boxed()
}

fn assistant(index: usize, kinds: &[Kind]) -> Choice {
    let of_step =
        vec![Field::Maybe("mode", word(&["wait", "hand_on"])), Field::Maybe("share", share())];
    let step = prop_oneof![
        distribution().prop_map(|wait| json!({ "wait": wait })),
        call(index + 1, kinds, of_step).prop_map(|call| json!({ "call": call })),
    ];
    let step = step.boxed();
    let back_off = object(vec![Field::Always("base", span()), Field::Maybe("cap", word(&["40s"]))]);
    let on_rate_limited = prop_oneof![
        Just(json!("again")),
        Just(json!("give_up")),
        back_off.prop_map(|it| json!({ "back_off": it })),
    ];
    let assistant = object(vec![
        Field::Always("capacity", number(0, 5)),
        Field::Always("queue", queue()),
        Field::Always(
            "steps",
            object(vec![Field::Maybe("a", step.clone()), Field::Maybe("b", step)]),
        ),
        Field::Always("transfer", call(index + 1, kinds, Vec::new())),
        Field::Maybe("settled_share", share()),
        Field::Maybe("asks_for_agent_share", share()),
        Field::Maybe("loops_max", number(1, 3)),
        Field::Always("on_rate_limited", on_rate_limited.boxed()),
    ]);
    assistant.prop_map(|assistant| json!({ "assistant": assistant })).boxed()
}

fn station(index: usize, kinds: &[Kind]) -> Choice {
    match kinds[index] {
        Kind::Service => service(calls(index + 1, kinds), Vec::new()),
        Kind::Jobs => jobs(index, kinds),
        Kind::Routing => routing(index, kinds),
        Kind::Assistant => assistant(index, kinds),
    }
}

fn workload(kinds: &[Kind]) -> Choice {
    let backlog = (0_u64..120, 1_u64..100)
        .prop_map(|(at, count)| json!({ "backlog": { "at": time(at), "count": count } }));
    let poisson = word(&["1/s", "5/s"]).prop_map(|rate| json!({ "poisson": { "rate": rate } }));
    let closed = (0_u32..6, distribution())
        .prop_map(|(clients, think)| json!({ "closed": { "clients": clients, "think": think } }));
    object(vec![
        Field::Always("call", call(0, kinds, Vec::new())),
        Field::Always("arrivals", prop_oneof![backlog, poisson, closed].boxed()),
        Field::Maybe("priority", number(0, 2)),
        Field::Maybe("one_conversation", flag()),
        Field::Maybe("enabled", flag()),
    ])
}

/// What is set of a station.
fn change(kind: Kind) -> Choice {
    match kind {
        Kind::Service => object(vec![Field::Always("replicas", number(0, 4))]),
        Kind::Jobs => object(vec![
            Field::Always("workers", number(0, 4)),
            Field::Maybe(
                "throughput",
                prop_oneof![Just(Value::Null), word(&["1/s", "9/s"])].boxed(),
            ),
        ]),
        Kind::Routing => object(vec![
            Field::Always("on_missing_record", word(&["block", "skip", "set_aside"])),
            Field::Maybe("retry_after", span()),
        ]),
        Kind::Assistant => object(vec![
            Field::Always("capacity", number(0, 6)),
            Field::Maybe("settled_share", share()),
            Field::Maybe("on_rate_limited", word(&["again", "give_up"])),
        ]),
    }
}

fn tag(kind: Kind) -> &'static str {
    match kind {
        Kind::Service => "service",
        Kind::Jobs => "jobs",
        Kind::Routing => "routing",
        Kind::Assistant => "assistant",
    }
}

/// Something that is done to one of the stations or to the first workload, at a time or after the alert.
fn action(kinds: Vec<Kind>) -> Choice {
    let number = 0..kinds.len();
    let what = number.prop_flat_map(move |number| {
        let (kind, name) = (kinds[number], format!("s{number}"));
        let own = match kind {
            Kind::Service => Just(json!({ "crash": { "station": name } })).boxed(),
            Kind::Routing => {
                let clean_up = (word(&["0s", "1s", "20s"]), any::<bool>());
                let of = name.clone();
                prop_oneof![
                    clean_up.prop_map(move |(older_than, checks)| json!({ "clean_up": {
                        "station": of, "older_than": older_than, "check_references": checks
                    } })),
                    Just(json!({ "repair": { "station": name, "rate": "30/min" } })),
                    Just(json!({ "repair": { "station": name, "rate": "9/s" } })),
                ]
                .boxed()
            }
            Kind::Jobs | Kind::Assistant => Just(json!({ "purge": name })).boxed(),
        };
        let of = name.clone();
        let set = change(kind).prop_map(move |change| {
            let change: Map<_, _> = [(tag(kind).to_owned(), change)].into_iter().collect();
            let stations: Map<_, _> = [(of.clone(), change.into())].into_iter().collect();
            json!({ "set": { "stations": stations } })
        });
        let switch = any::<bool>().prop_map(
            |enabled| json!({ "set": { "workloads": { "w0": { "enabled": enabled } } } }),
        );
        prop_oneof![own, Just(json!({ "purge": name })), set, switch]
    });
    let act = |(at, mut what, follows): (u64, Value, bool)| {
        let when = if follows {
            json!({ "after": { "alert": "any", "delay": format!("{at}s") }, "note": "" })
        } else {
            json!({ "at": time(at), "note": "" })
        };
        overlay(&mut what, &when);
        what
    };
    (0_u64..120, what, prop::bool::weighted(0.25)).prop_map(act).boxed()
}

/// Two minutes of a platform of all kinds at random, stopped where it would go round for ever.
pub(crate) fn any_platform() -> impl Strategy<Value = Value> {
    use Kind::{Assistant, Jobs, Routing, Service};
    let inner =
        prop::collection::vec(prop::sample::select(vec![Service, Jobs, Routing, Assistant]), 1..=7);
    let last = prop::sample::select(vec![Service, Jobs, Routing]);
    let parts = (inner, last).prop_flat_map(|(mut kinds, last)| {
        kinds.push(last);
        let stations: Vec<Choice> = (0..kinds.len()).map(|index| station(index, &kinds)).collect();
        let workloads = prop::collection::vec(workload(&kinds), 1..=3);
        let actions = prop::collection::vec(action(kinds.clone()), 0..=6);
        let clean_ups = prop::collection::vec(0_u64..120, 2 * kinds.len());
        (stations, workloads, actions, any::<u32>(), (Just(kinds), clean_ups))
    });
    parts.prop_map(|(stations, workloads, actions, seed, (kinds, seconds))| {
        let mut timeline = named("t", actions);
        for (number, seconds) in seconds.chunks(2).enumerate() {
            if kinds[number] == Kind::Routing {
                let clean_up = json!({ "station": format!("s{number}"), "older_than": "0s" });
                let repair = json!({ "station": format!("s{number}"), "rate": "1/s" });
                timeline[format!("clean-{number}")] =
                    json!({ "at": time(seconds[0]), "note": "", "clean_up": clean_up });
                timeline[format!("repair-{number}")] =
                    json!({ "at": time(seconds[1]), "note": "", "repair": repair });
            }
        }
        let mut scenario =
            two_minutes(&named("s", stations), &named("w", workloads), timeline, seed);
        scenario["limits"] = json!({ "events": 100_000, "events_at_one_instant": 20_000 });
        scenario["indicators"] = json!({ "any": {
            "of": "s0", "measure": "in_flight", "above": 3, "every": "1s",
            "alert": { "priority": "low" }
        } });
        scenario["on_call"] = json!({ "people": 1, "handling": { "constant": "10s" } });
        scenario
    })
}
