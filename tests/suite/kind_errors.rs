//! Wrong job engines, routing, assistants, populations and people on call: each is refused with the place.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::scenario_errors::{refused, set};
use crate::stage::{burst, scenario, service, time};
use crate::write;

/// A scenario with a station of each kind, and nothing wrong with it.
fn all_kinds() -> Value {
    let stations = json!({
        "bot": { "assistant": {
            "capacity": 9, "steps": { "1": { "call": { "to": "worker" } } },
            "transfer": { "to": "desk", "skill": "chat" }, "on_rate_limited": "again"
        } },
        "desk": { "routing": {
            "skills": { "chat": { "handle_time": { "constant": "10s" } } },
            "agents": { "all": { "count": 3 } }
        } },
        "engine": { "jobs": {
            "workers": 1, "types": { "mail": { "run_time": { "constant": "1s" } } }
        } },
        "worker": service("1s", &json!({}))
    });
    let workloads = json!({
        "chats": burst(0, 1, "desk", &json!({ "skill": "chat" })),
        "mails": burst(0, 1, "engine", &json!({ "job": "mail" })),
        "plain": burst(0, 1, "worker", &json!({})), "talks": burst(0, 1, "bot", &json!({}))
    });
    let mut scenario = scenario(&stations, &workloads);
    scenario["timeline"] = json!({
        "clean": {
            "at": time(5), "note": "", "clean_up": { "station": "desk", "older_than": "1s" }
        },
        "mend": { "at": time(9), "note": "", "repair": { "station": "desk", "rate": "1/s" } }
    });
    scenario["on_call"] = json!({ "people": 1, "handling": { "constant": "1m" } });
    scenario
}

/// Asserts that each value at its pointer is refused in words that contain all of these.
fn assert_refused(cases: &[(&str, Value, &[&str])]) {
    let folder = tempdir().expect("a temporary directory can be made");
    for (pointer, value, parts) in cases {
        let wrong = format!("{:#}", set(all_kinds(), pointer, value));
        let said = refused(&write(&folder, "wrong.json", &wrong));
        for part in *parts {
            assert!(said.contains(part), "{pointer} {value}: no {part:?} in\n{said}");
        }
    }
}

#[test]
fn nothing_is_wrong_with_the_scenario_itself() {
    crate::stage::Replay::of(&all_kinds());
}

#[test]
fn a_call_names_what_its_station_wants_named_and_nothing_else() {
    assert_refused(&[
        ("/workloads/mails/call/job", json!("mial"), &["mails.call.job:", "did you mean `mail`?"]),
        ("/workloads/mails/call/job", Value::Null, &["workloads.mails.call:", "`job`", "mail"]),
        (
            "/workloads/chats/call/skill",
            json!("caht"),
            &["chats.call.skill:", "did you mean `chat`?"],
        ),
        ("/workloads/chats/call/skill", Value::Null, &["workloads.chats.call:", "`skill`", "chat"]),
        (
            "/workloads/plain/call/job",
            json!("mail"),
            &["plain.call.job:", "goes with a job engine", "\"worker\" is a service"],
        ),
        ("/workloads/plain/call/skill", json!("chat"), &["plain.call.skill:", "goes with routing"]),
        ("/workloads/mails/call/skill", json!("chat"), &["mails.call.skill:", "is a job engine"]),
        (
            "/platform/stations/bot/assistant/transfer/skill",
            Value::Null,
            &["stations.bot.assistant.transfer:", "`skill`"],
        ),
    ]);
}

#[test]
fn a_wrong_job_engine_is_refused() {
    let budget = json!({ "max": 1, "base": "1s", "budget": { "ratio": 0.1, "burst": 1 } });
    let again = json!({ "again": { "to": "engine", "job": "mail" } });
    let engine = |field: &str| format!("/platform/stations/engine/jobs/{field}");
    let cases: [(String, Value, &[&str]); 13] = [
        (engine("workers"), json!(20_001), &["engine.jobs.workers:", "at most 20000"]),
        (engine("workers"), json!(-1), &["engine.jobs.workers:"]),
        (engine("throughput"), json!("0/s"), &["engine.jobs.throughput:", "more than none"]),
        (engine("throughput"), json!(3), &["engine.jobs.throughput:"]),
        (engine("lanes"), json!("type"), &["engine.jobs.lanes:", "\"order\": \"fair\""]),
        (engine("order"), json!("fair"), &["engine.jobs.order:", "needs `lanes`"]),
        (engine("lane_max"), json!({ "max": 1 }), &["engine.jobs.lane_max:", "needs `lanes`"]),
        (engine("lane_max"), json!({ "max": 0 }), &["engine.jobs.lane_max.max:", "at least 1"]),
        (engine("types"), json!({}), &["engine.jobs.types:", "at least one type"]),
        (engine("types/mail/retries"), budget, &["types.mail.retries.budget:", "jobs have none"]),
        (engine("types/mail/deadline"), json!("0s"), &["types.mail.deadline:", "longer than no"]),
        (engine("types/mail/when_missed"), json!("nevr"), &["types.mail.when_missed:", "never"]),
        (engine("types/mail/calls"), again, &["types.mail.calls.again:", "a circle of calls"]),
    ];
    let cases = cases.each_ref().map(|(pointer, value, parts)| (&**pointer, value.clone(), *parts));
    assert_refused(&cases);
}

#[test]
fn wrong_routing_is_refused() {
    let shift = |from: &str, to: &str| json!({ "all": { "count": 3, "shift": { "from": from, "to": to } } });
    let skilled = json!({ "all": { "count": 3, "skills": ["chat", "mial"] } });
    let many = json!({ "all": { "count": 5_000_000, "capacity": 3 } });
    let agents = "/platform/stations/desk/routing/agents";
    assert_refused(&[
        (agents, shift("25:00", "08:00"), &["agents.all.shift.from:", "time of day", "25:00"]),
        (agents, shift("08:00", "5pm"), &["agents.all.shift.to:", "time of day", "5pm"]),
        (agents, skilled, &["desk.routing.agents.all.skills[1]:", "mial"]),
        (agents, many, &["agents.all.count:", "times capacity"]),
        ("/platform/stations/desk/routing/skills", json!({}), &["routing.skills:", "at least one"]),
        (
            "/platform/stations/desk/routing/retry_after",
            json!("0s"),
            &["retry_after:", "longer than no"],
        ),
        (
            "/platform/stations/desk/routing/on_missing_record",
            json!("blok"),
            &["on_missing_record:", "block"],
        ),
    ]);
}

#[test]
fn a_wrong_assistant_is_refused() {
    let transfer = |more: Value| {
        let mut transfer = json!({ "to": "desk", "skill": "chat" });
        crate::stage::overlay(&mut transfer, &more);
        transfer
    };
    let plain: &[&str] = &["bot.assistant.transfer:", "always made and waited for"];
    let bot = "/platform/stations/bot/assistant";
    let step = json!({ "call": { "to": "worker", "step": 2 } });
    let steps = json!({ "transfer": { "wait": { "constant": "1s" } } });
    let shrinking = json!({ "back_off": { "base": "1s", "factor": 0.5 } });
    let none =
        json!({ "rate": "1/s", "burst": 9, "per_conversation": { "rate": "1/s", "burst": 0 } });
    let cases: [(String, Value, &[&str]); 9] = [
        (format!("{bot}/loops_max"), json!(0), &["bot.assistant.loops_max:", "at least 1"]),
        (format!("{bot}/transfer"), transfer(json!({ "mode": "hand_on" })), plain),
        (format!("{bot}/transfer"), transfer(json!({ "share": 0.5 })), plain),
        (format!("{bot}/transfer"), transfer(json!({ "step": 2 })), plain),
        (
            format!("{bot}/transfer/rate_limit"),
            none,
            &["rate_limit.per_conversation.burst:", "at least 1"],
        ),
        (
            format!("{bot}/steps/1"),
            step,
            &["bot.assistant.steps.1.call.step:", "order of their names"],
        ),
        (format!("{bot}/steps"), steps, &["bot.assistant.steps.transfer:"]),
        (
            format!("{bot}/on_rate_limited"),
            shrinking,
            &["on_rate_limited.back_off.factor:", "at least 1"],
        ),
        (format!("{bot}/capacity"), json!(10_000_001), &["bot.assistant.capacity:", "at most"]),
    ];
    let cases = cases.each_ref().map(|(pointer, value, parts)| (&**pointer, value.clone(), *parts));
    assert_refused(&cases);
}

#[test]
fn a_wrong_clean_up_or_repair_is_refused() {
    let clean_up = |station: &str| json!({ "station": station, "older_than": "1s" });
    assert_refused(&[
        (
            "/timeline/clean/clean_up",
            clean_up("worker"),
            &["clean.clean_up.station:", "must be routing", "a service"],
        ),
        (
            "/timeline/clean/clean_up",
            clean_up("engine"),
            &["clean.clean_up.station:", "a job engine"],
        ),
        (
            "/timeline/clean/clean_up",
            clean_up("dsek"),
            &["clean.clean_up.station:", "did you mean `desk`?"],
        ),
        ("/timeline/mend/repair/station", json!("bot"), &["mend.repair.station:", "an assistant"]),
        ("/timeline/mend/repair/rate", json!("0/min"), &["mend.repair.rate:", "more than none"]),
        ("/timeline/mend/clean_up", clean_up("desk"), &["timeline.mend:", "one thing"]),
        (
            "/timeline/mend/crash",
            json!({ "station": "desk" }),
            &["mend.crash.station:", "must be a service"],
        ),
    ]);
    let set = json!({ "at": time(9), "note": "", "set": { "stations": {
        "engine": { "jobs": { "types": { "mail": { "deadline": "9s" } } } }
    } } });
    assert_refused(&[("/timeline/mend", set, &["mail.deadline:", "cannot change"])]);
}

#[test]
fn nothing_is_added_to_a_station_while_the_platform_runs() {
    let handled = json!({ "handle_time": { "constant": "1m" } });
    let sets = [
        json!({ "desk": { "routing": { "skills": { "fax": handled } } } }),
        json!({ "desk": { "routing": { "agents": { "nights": { "count": 2 } } } } }),
        json!({ "bot": { "assistant": { "steps": { "2": { "wait": { "constant": "1s" } } } } } }),
        json!({ "engine": { "jobs": { "types": { "fax": { "run_time": { "constant": "1s" } } } } } }),
    ];
    for set in sets {
        let action = json!({ "at": time(9), "note": "", "set": { "stations": set } });
        assert_refused(&[("/timeline/mend", action, &["timeline.mend.set:", "must not add"])]);
    }
}

#[test]
fn what_was_meant_is_told_where_a_name_says_too_little() {
    let quiet = json!({ "full": {
        "of": "desk", "measure": "queue_depth", "above": 3, "every": "10s"
    } });
    assert_refused(&[
        ("/timeline/mend/repair/station", json!("worker"), &["must be routing", "there is desk"]),
        (
            "/metrics",
            json!({ "it": { "of": "worker", "measure": "lag", "statistic": "max" } }),
            &["`lag` is no measure of a service", "queue_depth"],
        ),
    ]);
    let folder = tempdir().expect("a temporary directory can be made");
    let mut wrong = set(all_kinds(), "/indicators", &quiet);
    wrong["timeline"]["mend"] = json!({
        "after": { "alert": "full", "delay": "1s" }, "note": "", "purge": "desk"
    });
    wrong["documented"] = json!({ "1": {
        "fact": "", "metric": "full", "role": "validated", "expect": { "equals": 1 }
    } });
    let said = refused(&write(&folder, "wrong.json", &format!("{wrong:#}")));
    for part in ["\"full\" pages nobody", "give that indicator an alert", "write full.first or"] {
        assert!(said.contains(part), "no {part:?} in\n{said}");
    }
}

#[test]
fn a_wrong_population_and_wrong_people_on_call_are_refused() {
    let closed =
        |clients: u64| json!({ "closed": { "clients": clients, "think": { "constant": "1s" } } });
    let noise = json!({ "rate": "0/h", "priority": "low", "handling": { "constant": "1m" } });
    assert_refused(&[
        ("/workloads/plain/arrivals", closed(10_000_001), &["arrivals.closed.clients:", "at most"]),
        (
            "/workloads/plain/arrivals",
            json!({ "closed": { "clients": 1 } }),
            &["arrivals.closed", "think"],
        ),
        ("/workloads/plain/one_conversation", json!("yes"), &["plain.one_conversation:"]),
        ("/on_call/people", json!(0), &["on_call.people:", "at least 1"]),
        ("/on_call/noise", noise, &["on_call.noise.rate:", "more than none"]),
    ]);
}

#[test]
fn a_wrong_ready_call_is_refused() {
    let worker = |call: Value| service("1s", &json!({ "ready_calls": { "a": call } }));
    let front = |call: Value| {
        let mut scenario = all_kinds();
        scenario["platform"]["stations"]["front"] = worker(call);
        scenario["platform"]["stations"].clone()
    };
    let stations = "/platform/stations";
    let to_desk = json!({ "to": "desk", "skill": "chat" });
    let place = "stations.front.service.ready_calls.a";
    let nobody = "is no organization's";
    assert_refused(&[
        (stations, front(to_desk), &[place, "leads to the routing \"desk\"", nobody]),
        // Over the assistant's transfer.
        (
            stations,
            front(json!({ "to": "bot" })),
            &[place, "leads to the routing \"desk\"", nobody],
        ),
        (stations, front(json!({ "to": "worker", "share": 0.5 })), &[place, "always made"]),
        (stations, front(json!({ "to": "worker", "mode": "hand_on" })), &[place, "always made"]),
    ]);
}

#[test]
fn a_measure_that_a_kind_does_not_have_is_refused() {
    let metric = |of: &str, measure: &str| json!({ "it": { "of": of, "measure": measure, "statistic": "max" } });
    assert_refused(&[
        ("/metrics", metric("worker", "blocked_queues"), &["metrics.it.measure:", "a service"]),
        ("/metrics", metric("desk", "lag"), &["metrics.it.measure:", "routing"]),
        (
            "/metrics",
            metric("engine.mail", "busy_share"),
            &["metrics.it.measure:", "a type of jobs"],
        ),
        ("/metrics", metric("engine", "loop_rate"), &["metrics.it.measure:", "a job engine"]),
        (
            "/metrics",
            metric("engine.mial", "lag"),
            &["metrics.it.of:", "did you mean `engine.mail`?"],
        ),
    ]);
}
