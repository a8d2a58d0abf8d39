//! Assistants: rounds, whom they settle and whom they hand over, and what a refused transfer leads to.

use hindsight::engine::Stop;
use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, overlay, scenario, seconds, service, time};
use crate::{hindsight, stderr, stdout, text, write};

/// An assistant whose rounds wait 5 s for the customer, who then asks for an agent, with `more` fields.
fn assistant(more: &Value) -> Value {
    let mut assistant = json!({
        "capacity": 100, "steps": { "wait": { "wait": { "constant": "5s" } } },
        "transfer": { "to": "agents" }, "asks_for_agent_share": 1, "on_rate_limited": "again"
    });
    overlay(&mut assistant, more);
    json!({ "assistant": assistant })
}

/// The assistant beside agents, who take a second to take over, and a model, which takes 2 s to answer.
fn beside(assistant: &Value, workloads: &Value) -> Value {
    let many = json!({ "concurrency": 100 });
    let stations = json!({
        "bot": assistant, "agents": service("1s", &many), "model": service("2s", &many)
    });
    scenario(&stations, workloads)
}

/// Conversations with the assistant, `count` of them at a second.
fn conversations(at: u64, count: u64) -> Value {
    burst(at, count, "bot", &json!({}))
}

/// One conversation at each of these seconds, by the names p, q and r.
fn at(starts: &[u64]) -> Value {
    let names = ["p", "q", "r"].iter().map(ToString::to_string);
    Value::Object(names.zip(starts.iter().map(|at| conversations(*at, 1))).collect())
}

fn replay(more: &Value, workloads: &Value) -> Replay {
    Replay::of(&beside(&assistant(more), workloads))
}

/// As [`replay`], with fields of the assistant that are set at certain seconds.
fn replay_set(more: &Value, workloads: &Value, sets: &[(u64, Value)]) -> Replay {
    let mut scenario = beside(&assistant(more), workloads);
    for (at, fields) in sets {
        let set = json!({ "stations": { "bot": { "assistant": fields } } });
        scenario["timeline"][format!("at-{at}")] =
            json!({ "at": time(*at), "note": "", "set": set });
    }
    Replay::of(&scenario)
}

/// A rate limit on transfers, with more fields of the assistant.
fn limited(rate: &str, more: &Value) -> Value {
    let rate_limit = json!({ "rate": rate, "burst": 1 });
    let mut fields = json!({ "transfer": { "to": "agents", "rate_limit": rate_limit } });
    overlay(&mut fields, more);
    fields
}

#[test]
fn a_round_makes_its_steps_in_the_order_of_their_names() {
    // The model from 0 to 2, the customer until 7, the model until 9; then the matter is settled.
    let call = json!({ "call": { "to": "model" } });
    let steps = json!({ "1": call, "2": { "wait": { "constant": "5s" } }, "3": call });
    let replay = replay(&json!({ "steps": steps, "settled_share": 1 }), &at(&[0]));
    assert_eq!(replay.done("p"), [9]);
    assert_eq!([replay.begun("bot.1"), replay.begun("bot.3")], [[0], [7]]);
    assert_eq!(replay.times("bot", |bin| bin.loops), [9]);
    assert_eq!(replay.begun("bot.transfer"), [0; 0]);
    assert_eq!(replay.steps("bot", |bin| &bin.busy), [(0, 1), (9, 0)]);
}

#[test]
fn a_customer_who_asks_is_handed_to_an_agent() {
    let replay = replay(&json!({}), &at(&[0]));
    assert_eq!((replay.begun("bot.transfer"), replay.done("p")), (vec![5], vec![6]));
}

#[test]
fn a_conversation_goes_round_up_to_its_limit() {
    // Rounds end at 5, 10 and 15; the third is the last, whether the customer asks or not.
    let round = json!({ "asks_for_agent_share": 0, "loops_max": 3 });
    let replay = replay(&round, &at(&[0]));
    assert_eq!(replay.times("bot", |bin| bin.loops), [5, 10, 15]);
    assert_eq!((replay.begun("bot.transfer"), replay.done("p")), (vec![15], vec![16]));
    // Without a limit it goes round to the end: 119 rounds, as the clock ends before that of 600.
    let endless = self::replay(&json!({ "asks_for_agent_share": 0 }), &at(&[0]));
    assert_eq!(endless.times("bot", |bin| bin.loops).len(), 119);
    assert_eq!((endless.units("p").begun, endless.units("p").ended()), (1, 0));
}

#[test]
fn a_conversation_fails_with_a_step_or_with_its_transfer() {
    let model = json!({ "steps": { "1": { "call": { "to": "model", "timeout": "1s" } } } });
    let replay = replay(&model, &at(&[0]));
    assert_eq!((replay.failed("p"), replay.failures("p", Failure::DependencyFailed)), (vec![1], 1));
    let transfer = json!({ "transfer": { "to": "agents", "timeout": "500ms" } });
    let replay = self::replay(&transfer, &at(&[0]));
    assert_eq!((replay.failed("p"), replay.failures("p", Failure::DependencyFailed)), (vec![5], 1));
}

#[test]
fn a_conversation_keeps_its_place_while_it_waits_for_the_customer() {
    // One at a time, 6 s each, and one may wait; or each may, but for 4 s at most.
    let one = json!({ "capacity": 1, "queue": { "bound": 1 } });
    let replay = replay(&one, &at(&[0, 1, 2]));
    assert_eq!([replay.done("p"), replay.done("q")], [[6], [12]]);
    assert_eq!((replay.failed("r"), replay.failures("r", Failure::Rejected)), (vec![2], 1));
    let impatient = json!({ "capacity": 1, "queue": { "wait_max": "4s" } });
    let replay = self::replay(&impatient, &at(&[0, 1, 3]));
    assert_eq!((replay.failed("q"), replay.done("r")), (vec![5], vec![12]));
}

#[test]
fn a_capacity_that_is_raised_or_lowered_counts_what_is_in_hand() {
    // Two of five at a time, 100 s each and one more for the agent.
    let long = json!({
        "capacity": 2, "steps": { "wait": { "wait": { "constant": "99s" } } }
    });
    let set = |capacity: u32| {
        replay_set(
            &long,
            &json!({ "p": conversations(0, 5) }),
            &[(10, json!({ "capacity": capacity }))],
        )
    };
    assert_eq!(set(3).done("p"), [100, 100, 110, 200, 200]);
    assert_eq!(set(5).done("p"), [100, 100, 110, 110, 110]);
    assert_eq!(set(1).done("p"), [100, 100, 200, 300, 400]);
    assert_eq!(set(1).steps("bot", |bin| &bin.slots), [(0, 2), (10, 1)]);
    assert_eq!(set(0).done("p"), [100, 100]);
}

#[test]
fn any_number_of_conversations_may_be_settled_at_one_instant() {
    // All wait for the only place, which comes at 10; none takes any time.
    let at_once = json!({ "capacity": 0, "steps": {}, "settled_share": 1 });
    let many = json!({ "p": conversations(0, 200_000) });
    let replay = replay_set(&at_once, &many, &[(10, json!({ "capacity": 1 }))]);
    assert_eq!((replay.units("p").done, replay.done("p")[0]), (200_000, 10));
}

#[test]
fn a_purge_throws_away_who_waits_for_a_place() {
    let mut scenario = beside(&assistant(&json!({ "capacity": 1 })), &at(&[0, 1]));
    scenario["timeline"] = json!({ "purge": { "at": time(3), "note": "", "purge": "bot" } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.done("p"), replay.failed("q")), (vec![6], vec![3]));
    assert_eq!(replay.failures("q", Failure::Dropped), 1);
}

#[test]
fn a_refused_transfer_leads_to_another_round_a_pause_or_the_end() {
    // p takes the only token at 5, and the next is there at 15. q asks at 6; under `again` at 11 and 16,
    // under `back_off` at 6 + 3 + 5 = 14 and at 14 + 6 + 5 = 25, capped at 14 + 4 + 5 = 23.
    let q = |on_rate_limited: Value| {
        let more = limited("6/min", &json!({ "on_rate_limited": on_rate_limited }));
        let replay = replay(&more, &at(&[0, 1]));
        assert_eq!(replay.done("p"), [6]);
        let refused = replay.failed("bot.transfer");
        (refused, replay.done("q"), replay.failures("q", Failure::RateLimited))
    };
    assert_eq!(q(json!("again")), (vec![6, 11], vec![17], 0));
    assert_eq!(q(json!({ "back_off": { "base": "3s" } })), (vec![6, 14], vec![26], 0));
    let capped = json!({ "back_off": { "base": "3s", "cap": "4s" } });
    assert_eq!(q(capped), (vec![6, 14], vec![24], 0));
    let even = json!({ "back_off": { "base": "3s", "factor": 1 } });
    assert_eq!(q(even), (vec![6, 14], vec![23], 0));
    assert_eq!(q(json!("give_up")), (vec![6], vec![], 1));
}

#[test]
fn who_was_refused_goes_on_asking_up_to_the_limit_of_rounds() {
    // The matter would settle itself from 8 on, but q was refused at 6 and asks at 11 and 16.
    let settled = [(8, json!({ "settled_share": 1 }))];
    let more = limited("6/min", &json!({}));
    let replay = replay_set(&more, &at(&[0, 1, 4]), &settled);
    assert_eq!(replay.begun("bot.transfer"), [5, 6, 11, 16]);
    assert_eq!([replay.done("q"), replay.done("r")], [[17], [9]]);
    // Two rounds at most: refused after the second, q is given up at 11.
    let two = limited("6/min", &json!({ "loops_max": 2 }));
    let replay = self::replay(&two, &at(&[0, 1]));
    assert_eq!((replay.failed("q"), replay.failures("q", Failure::RateLimited)), (vec![11], 1));
}

#[test]
fn retries_of_the_transfer_come_before_another_round() {
    // Refused at 6, tried again at 10 and 14, and given back to the assistant; the round ends at 19.
    let more = limited("6/min", &json!({}));
    let mut with_retries = more.clone();
    with_retries["transfer"]["retries"] = json!({ "max": 2, "base": "4s", "factor": 1 });
    let replay = replay(&with_retries, &at(&[0, 1]));
    assert_eq!(replay.begun("bot.transfer"), [5, 6, 19]);
    assert_eq!((replay.failed("bot.transfer"), replay.done("q")), (vec![14], vec![20]));
}

#[test]
fn a_limit_that_is_raised_and_rolled_back_holds_from_then_on() {
    // No token but the first, which p takes at 5. From 10 on one a second: q asks at 6, 11 and 16, and
    // has one at 11. At 20, when it is taken back, another has long come: r takes it at 22, and the
    // conversation of 18 asks in vain from 23 on.
    let limit = |rate: &str| json!({ "transfer": { "rate_limit": { "rate": rate } } });
    let mut workloads = at(&[0, 1, 17]);
    workloads["s"] = conversations(18, 1);
    let sets = [(10, limit("1/s")), (20, limit("0/s"))];
    let replay = replay_set(&limited("0/s", &json!({})), &workloads, &sets);
    assert_eq!(["p", "q", "r"].map(|name| replay.done(name)), [[6], [12], [23]]);
    let refused = replay.failed("bot.transfer");
    assert_eq!((&refused[..3], refused.len()), (&[6, 23, 28][..], 1 + 116));
}

/// A limit of one transfer each 10 s on a conversation; that on all is wide.
fn of_conversation(rate: &str, more: &Value) -> Value {
    let mut own = json!({ "rate": rate, "burst": 1 });
    overlay(&mut own, more);
    json!({ "to": "agents", "rate_limit": { "rate": "100/s", "burst": 100, "per_conversation": own } })
}

/// Two units of one conversation at 0.
fn twins() -> Value {
    let mut twins = conversations(0, 2);
    twins["one_conversation"] = json!(true);
    twins
}

#[test]
fn a_conversation_has_a_rate_limit_of_its_own() {
    // The first takes the token at 5, the second is refused at 5 and 10 and has one at 15. Others of 0 are
    // conversations of their own.
    let workloads = json!({ "p": twins(), "q": conversations(0, 3) });
    let replay = replay(&json!({ "transfer": of_conversation("6/min", &json!({})) }), &workloads);
    assert_eq!([replay.done("p"), replay.done("q")], [vec![6, 16], vec![6, 6, 6]]);
    // Where refusals count, who asks every 5 s never has the 10 s that a token takes.
    let strict = of_conversation("6/min", &json!({ "refusals_count": true }));
    let replay = self::replay(&json!({ "transfer": strict }), &workloads);
    assert_eq!([replay.done("p"), replay.done("q")], [vec![6], vec![6, 6, 6]]);
    assert_eq!(replay.failed("bot.transfer").len(), 119);
    // One who waits longer than that after being refused has one: at 5 + 6 + 5 = 16.
    let strict = of_conversation("6/min", &json!({ "refusals_count": true }));
    let pause = json!({ "transfer": strict, "on_rate_limited": { "back_off": { "base": "6s" } } });
    assert_eq!(self::replay(&pause, &workloads).done("p"), [6, 17]);
}

#[test]
fn a_limit_of_a_conversation_that_is_raised_counts_from_then_on() {
    // No second token before 100, and one each 10 s from then on. The second asks at 5 + 97 + 5 = 107, 3 s
    // too early, and at 107 + 194 + 5 = 306.
    let more = json!({
        "transfer": of_conversation("0/s", &json!({})),
        "on_rate_limited": { "back_off": { "base": "97s" } }
    });
    let raised =
        json!({ "transfer": { "rate_limit": { "per_conversation": { "rate": "6/min" } } } });
    let replay = replay_set(&more, &json!({ "p": twins() }), &[(100, raised)]);
    assert_eq!(replay.failed("bot.transfer"), [5, 107]);
    assert_eq!(replay.done("p"), [6, 307]);
}

#[test]
fn rounds_without_any_time_are_stopped_and_the_report_says_so() {
    let endless = json!({ "steps": {}, "asks_for_agent_share": 0 });
    let mut scenario = beside(&assistant(&endless), &at(&[7]));
    scenario["limits"] = json!({ "events_at_one_instant": 10_000 });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.outcome.run.stop, Stop::EventsAtOneInstant);
    assert!((seconds(replay.outcome.run.ended) - 7.0).abs() < 1e-9);
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let file = write(&folder, "endless.json", &scenario.to_string());
    let assert = hindsight(&["replay", text(&file), "--format", "json"]).assert();
    let told = stderr(&assert);
    assert!(told.contains("limits.events_at_one_instant stopped"), "{told}");
    let document: Value = serde_json::from_str(&stdout(&assert)).expect("it is JSON");
    assert_eq!(document["replays"][0]["stopped"], "events_at_one_instant");
}
