//! Routing: whose turn it is, which agents can take an item, and what stops an assignment.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, of_tenant, overlay, scenario, service, time};

/// Routing of the skill `chat`, of 10 s, with an agent for each of the three tenants, and `more` fields.
fn desk(more: &Value) -> Value {
    let mut desk = json!({
        "skills": { "chat": skill("10s", &json!({})) }, "agents": { "all": { "count": 3 } }
    });
    overlay(&mut desk, more);
    json!({ "routing": desk })
}

/// A skill whose items keep an agent busy so long, with `more` fields.
fn skill(handle_time: &str, more: &Value) -> Value {
    let mut skill = json!({ "handle_time": { "constant": handle_time } });
    overlay(&mut skill, more);
    skill
}

/// Items of tenant `a` that need a skill, `count` of them at a second.
fn items(at: u64, count: u64, skill: &str) -> Value {
    burst(at, count, "desk", &json!({ "skill": skill }))
}

fn replay(desk: &Value, workloads: &Value) -> Replay {
    Replay::of(&scenario(&json!({ "desk": desk }), workloads))
}

/// When the items of p, q and r were assigned.
fn assigned(desk: &Value, workloads: &Value) -> [Vec<usize>; 3] {
    let replay = replay(desk, workloads);
    ["p", "q", "r"].map(|name| replay.done(name))
}

#[test]
fn an_agent_takes_the_items_of_its_organization_one_after_the_other() {
    // a's agent at 0, 10 and 20; b has one of its own. The agent of 20 is busy until 30.
    let workloads = json!({ "p": items(0, 3, "chat"), "q": of_tenant("b", items(1, 1, "chat")) });
    let replay = replay(&desk(&json!({})), &workloads);
    assert_eq!([replay.done("p"), replay.done("q")], [vec![0, 10, 20], vec![1]]);
    assert_eq!(replay.steps("desk", |bin| &bin.waiting), [(0, 2), (10, 1), (20, 0)]);
    assert_eq!(replay.steps("desk", |bin| &bin.busy), [(0, 1), (1, 2), (11, 1), (30, 0)]);
    assert_eq!(replay.steps("desk", |bin| &bin.slots), [(0, 3)]);
}

#[test]
fn the_highest_priority_is_assigned_first_and_among_equals_what_came_first() {
    let of = |at, priority| {
        let mut workload = items(at, 1, "chat");
        workload["priority"] = json!(priority);
        workload
    };
    let workloads =
        json!({ "first": items(0, 1, "chat"), "p": of(1, -1), "q": of(2, 5), "r": of(3, 5) });
    assert_eq!(assigned(&desk(&json!({})), &workloads), [[30], [10], [20]]);
}

#[test]
fn the_item_that_waits_longest_is_told_whatever_its_turn() {
    // p of low priority has waited since 2, q of high priority since 5: at 8 it is 6 s.
    let mut urgent = items(5, 1, "chat");
    urgent["priority"] = json!(1);
    let workloads = json!({ "first": items(0, 1, "chat"), "p": items(2, 1, "chat"), "q": urgent });
    let replay = replay(&desk(&json!({})), &workloads);
    let waits = |second: usize| replay.series("desk").bins[second - 1].oldest_wait.as_secs_f64();
    assert_eq!([4, 8, 12].map(|second| waits(second) as u64), [2, 6, 10]);
}

#[test]
fn an_agent_of_several_skills_takes_what_came_first() {
    // One agent for both: chat at 0, the mail of 1 at 10, the chat of 2 at 30.
    let skills =
        json!({ "skills": { "chat": skill("10s", &json!({})), "mail": skill("20s", &json!({})) } });
    let workloads =
        json!({ "p": items(0, 1, "chat"), "q": items(1, 1, "mail"), "r": items(2, 1, "chat") });
    assert_eq!(assigned(&desk(&skills), &workloads), [[0], [10], [30]]);
    // One for each: the mail does not wait, and the chat takes up the other only.
    let mut apart = skills.clone();
    apart["agents"] = json!({
        "chat": { "count": 3, "skills": ["chat"] }, "mail": { "count": 3, "skills": ["mail"] }
    });
    assert_eq!(assigned(&desk(&apart), &workloads), [[0], [1], [10]]);
    // Nobody for mail: it waits for ever, and holds up nobody.
    apart["agents"] = json!({ "chat": { "count": 3, "skills": ["chat"] } });
    assert_eq!(assigned(&desk(&apart), &workloads), [vec![0], vec![], vec![10]]);
}

#[test]
fn an_agent_has_as_many_items_in_hand_as_its_capacity() {
    let two = json!({ "agents": { "all": { "count": 3, "capacity": 2 } } });
    assert_eq!(replay(&desk(&two), &json!({ "p": items(0, 3, "chat") })).done("p"), [0, 0, 10]);
    // Six over three organizations are two each; at least three of each make nine.
    let six = json!({ "agents": { "all": { "count": 6 } } });
    assert_eq!(replay(&desk(&six), &json!({ "p": items(0, 3, "chat") })).done("p"), [0, 0, 10]);
    let at_least = json!({ "agents": { "all": { "count": 0, "tenant_min": 3 } } });
    let replay = replay(&desk(&at_least), &json!({ "p": items(0, 4, "chat") }));
    assert_eq!(replay.done("p"), [0, 0, 0, 10]);
    assert_eq!(replay.steps("desk", |bin| &bin.slots), [(0, 9)]);
}

#[test]
fn agents_that_are_added_take_items_at_once() {
    let workloads = json!({ "p": items(0, 4, "chat") });
    let mut scenario = scenario(&json!({ "desk": desk(&json!({})) }), &workloads);
    let set =
        json!({ "stations": { "desk": { "routing": { "agents": { "all": { "count": 9 } } } } } });
    scenario["timeline"] = json!({ "help": { "at": time(4), "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!(replay.done("p"), [0, 4, 4, 10]);
}

/// An agent on duty under this shift.
fn on_shift(shift: &Value) -> Value {
    desk(&json!({ "agents": { "all": { "count": 3, "shift": shift } } }))
}

#[test]
fn nothing_is_assigned_before_a_shift_and_after_it() {
    // On duty from 60 to 180. The item of 10 waits for 60; that of 175 is taken and finished at 185;
    // that of 176 finds the agent busy, and after 180 nobody.
    let workloads = json!({ "p": items(10, 1, "chat"), "q": items(175, 1, "chat"), "r": items(176, 1, "chat") });
    let replay = replay(&on_shift(&json!({ "from": "00:01", "to": "00:03" })), &workloads);
    let assigned = ["p", "q", "r"].map(|name| replay.done(name));
    assert_eq!(assigned, [vec![60], vec![175], vec![]]);
    assert_eq!(replay.steps("desk", |bin| &bin.slots), [(0, 0), (60, 3), (180, 0)]);
    assert_eq!(replay.steps("desk", |bin| &bin.waiting).last(), Some(&(176, 1)));
}

#[test]
fn shifts_reach_over_midnight_and_have_days() {
    // The clock starts on a Wednesday at midnight.
    let on_duty = |shift: &Value| {
        let replay = replay(&on_shift(shift), &json!({ "p": items(0, 0, "chat") }));
        replay.steps("desk", |bin| &bin.slots)
    };
    let late = |days: &Value| on_duty(&json!({ "from": "00:08", "to": "00:02", "days": days }));
    assert_eq!(late(&Value::Null), [(0, 3), (120, 0), (480, 3)]);
    assert_eq!(late(&json!(["tuesday"])), [(0, 3), (120, 0)]);
    assert_eq!(late(&json!(["wednesday"])), [(0, 0), (480, 3)]);
    assert_eq!(late(&json!(["friday"])), [(0, 0)]);
    // From one moment to the same of the next day is a whole day.
    assert_eq!(on_duty(&json!({ "from": "00:08", "to": "00:08" })), [(0, 3)]);
}

#[test]
fn a_customer_out_of_patience_leaves_the_queue() {
    // The agent is busy until 100. p gives up at 35, 30 s after it came; q of 80 has waited 20 s by then.
    let skills = json!({
        "skills": { "chat": skill("100s", &json!({ "patience": { "constant": "30s" } })) }
    });
    let workloads = json!({ "first": items(0, 1, "chat"), "p": items(5, 1, "chat"), "q": items(80, 1, "chat") });
    let replay = replay(&desk(&skills), &workloads);
    assert_eq!((replay.failed("p"), replay.failures("p", Failure::Abandoned)), (vec![35], 1));
    assert_eq!([replay.done("first"), replay.done("q")], [[0], [100]]);
    let waiting = [(0, 0), (5, 1), (35, 0), (80, 1), (100, 0)];
    assert_eq!(replay.steps("desk", |bin| &bin.waiting), waiting);
}

/// A desk that asks the store for 3 s before it assigns, and how it goes with p, q and r; the store fails
/// until 4.
fn with_store(more: &Value, workloads: &Value) -> Replay {
    let mut fields = json!({ "calls": { "load": { "to": "store" } } });
    overlay(&mut fields, more);
    let store = service("3s", &json!({ "concurrency": 10, "failure_share": 1 }));
    let mut scenario = scenario(&json!({ "desk": desk(&fields), "store": store }), workloads);
    let set = json!({ "stations": { "store": { "service": { "failure_share": 0 } } } });
    scenario["timeline"] = json!({ "mend": { "at": time(4), "note": "", "set": set } });
    Replay::of(&scenario)
}

#[test]
fn an_assignment_waits_for_its_calls_and_keeps_the_agent_meanwhile() {
    // The agent is reserved at 10, busy from 13 to 23 and reserved for q at 23.
    let workloads = json!({ "p": items(10, 1, "chat"), "q": items(11, 1, "chat") });
    let replay = with_store(&json!({}), &workloads);
    assert_eq!([replay.done("p"), replay.done("q")], [[13], [26]]);
    assert_eq!(replay.steps("desk", |bin| &bin.busy), [(0, 0), (10, 1), (36, 0)]);
    assert_eq!(replay.begun("desk.load"), [10, 23]);
}

#[test]
fn an_item_whose_assignment_failed_goes_back_to_its_place() {
    // p fails at 3 and is back at 8. The agent, free at 3, takes q up, whose call succeeds at 6; it is
    // busy until 16. Then p's turn comes before that of r: 16 to 19, and r's from 29 to 32.
    let workloads =
        json!({ "p": items(0, 1, "chat"), "q": items(1, 1, "chat"), "r": items(7, 1, "chat") });
    let replay = with_store(&json!({}), &workloads);
    assert_eq!(["p", "q", "r"].map(|name| replay.done(name)), [[19], [6], [32]]);
    assert_eq!(replay.begun("desk.load"), [0, 3, 16, 29]);
    // With another pause p is back at 23 only, when r has the agent since 16.
    let replay = with_store(&json!({ "retry_after": "20s" }), &workloads);
    assert_eq!(["p", "q", "r"].map(|name| replay.done(name)), [[32], [6], [19]]);
}

#[test]
fn patience_counts_from_arrival_and_rests_while_an_item_is_being_assigned() {
    // Taken up at 0, failed at 3 and back at 8; a patience of 6 s ends before, one of 2 s at 3.
    let impatient = |patience: &str| {
        let chat = skill("10s", &json!({ "patience": { "constant": patience } }));
        with_store(&json!({ "skills": { "chat": chat } }), &json!({ "p": items(0, 1, "chat") }))
    };
    let failed = |patience| {
        let replay = impatient(patience);
        (replay.failed("p"), replay.failures("p", Failure::Abandoned))
    };
    assert_eq!(failed("6s"), (vec![6], 1));
    assert_eq!(failed("2s"), (vec![3], 1));
    assert_eq!(impatient("11s").done("p"), [11]);
}

#[test]
fn a_purge_ends_what_waits_and_leaves_agents_their_items() {
    let workloads = json!({
        "p": items(0, 1, "chat"), "q": every_second(1, 2, "desk", &json!({ "skill": "chat" })),
        "r": items(7, 1, "chat")
    });
    let mut scenario = scenario(&json!({ "desk": desk(&json!({})) }), &workloads);
    scenario["timeline"] = json!({ "purge": { "at": time(5), "note": "", "purge": "desk" } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.failed("q"), replay.failures("q", Failure::Dropped)), (vec![5, 5], 2));
    assert_eq!([replay.done("p"), replay.done("r")], [[0], [10]]);
}

#[test]
fn a_caller_that_gave_up_is_served_all_the_same() {
    // p's caller gives up at 6; the agent takes the item at 10, in vain, and is busy until 20.
    let call = json!({ "skill": "chat", "timeout": "5s" });
    let workloads = json!({
        "first": items(0, 1, "chat"), "p": burst(1, 1, "desk", &call), "q": items(2, 1, "chat")
    });
    let replay = replay(&desk(&json!({})), &workloads);
    assert_eq!((replay.failed("p"), replay.done("q")), (vec![6], vec![20]));
    assert_eq!(replay.times("desk", |bin| bin.in_vain), [10]);
}
