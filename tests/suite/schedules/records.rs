//! Records of work-items: what a clean-up takes away, what routing then does, and how a repair goes.

use hindsight::platform::log::Emerged;
use hindsight::platform::recorder::Bin;
use hindsight::platform::work::StationId;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, of_tenant, overlay, scenario, service, time};

/// Routing with an agent for each of the three tenants, who takes 100 s for a chat, with `more` fields.
fn desk(on_missing_record: &str, more: &Value) -> Value {
    let mut desk = json!({
        "skills": { "chat": { "handle_time": { "constant": "100s" } } },
        "agents": { "all": { "count": 3 } }, "on_missing_record": on_missing_record
    });
    overlay(&mut desk, more);
    json!({ "routing": desk })
}

/// One chat of tenant `a` at a second.
fn chat(at: u64) -> Value {
    burst(at, 1, "desk", &json!({ "skill": "chat" }))
}

/// The first item keeps the agent busy from 0 to 100; p, q and r come at 10, 20 and 60.
fn chats() -> Value {
    json!({ "first": chat(0), "p": chat(10), "q": chat(20), "r": chat(60) })
}

/// A clean-up at 50 of what is older than a span.
fn clean_up(older_than: &str) -> Value {
    let clean_up = json!({ "station": "desk", "older_than": older_than });
    json!({ "at": time(50), "note": "", "clean_up": clean_up })
}

/// A repair at a second.
fn repair(at: u64, rate: &str) -> Value {
    json!({ "at": time(at), "note": "", "repair": { "station": "desk", "rate": rate } })
}

fn replay(desk: &Value, workloads: &Value, timeline: &Value) -> Replay {
    let mut scenario = scenario(&json!({ "desk": desk }), workloads);
    scenario["timeline"] = timeline.clone();
    Replay::of(&scenario)
}

/// The bins in which a count is another than a bin before, with its new value.
fn steps(replay: &Replay, count: fn(&Bin) -> u32) -> Vec<(usize, u32)> {
    let mut steps: Vec<(usize, u32)> = vec![(0, 0)];
    for (number, bin) in replay.series("desk").bins.iter().enumerate() {
        if steps.last().is_some_and(|(_, last)| *last != count(bin)) {
            steps.push((number, count(bin)));
        }
    }
    steps
}

/// When p, q and r were assigned.
fn assigned(replay: &Replay) -> [Vec<usize>; 3] {
    ["p", "q", "r"].map(|name| replay.done(name))
}

#[test]
fn routing_stays_on_an_item_without_record_and_nobody_is_told() {
    // What is older than 35 s at 50 came before 15: p. The agent, free at 100, gets nothing any more.
    let timeline = json!({ "clean": clean_up("35s") });
    let replay = replay(&desk("block", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [[0; 0]; 3]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (50, 1)]);
    assert_eq!(steps(&replay, |bin| bin.affected_queues), [(0, 0), (50, 1)]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 1)]);
    assert_eq!(steps(&replay, |bin| bin.set_aside), [(0, 0)]);
    assert_eq!(steps(&replay, |bin| bin.assigned_from_blocked), [(0, 0)]);
    assert_eq!(replay.log(Emerged::RecordsDeleted(StationId(0))), [(50.0, 1)]);
    assert_eq!(replay.steps("desk", |bin| &bin.busy), [(0, 1), (100, 0)]);
}

#[test]
fn routing_passes_over_an_item_without_record() {
    let timeline = json!({ "clean": clean_up("35s") });
    let replay = replay(&desk("skip", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [vec![], vec![100], vec![200]]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0)]);
    assert_eq!(steps(&replay, |bin| bin.affected_queues), [(0, 0), (50, 1)]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 1)]);
}

#[test]
fn routing_sets_aside_an_item_without_record_until_it_is_back() {
    // Set aside at 50 and back at 160, when the agent is busy with q until 200.
    let timeline = json!({ "clean": clean_up("35s"), "repair": repair(150, "6/min") });
    let replay = replay(&desk("set_aside", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [[200], [100], [300]]);
    assert_eq!(steps(&replay, |bin| bin.set_aside), [(0, 0), (50, 1), (160, 0)]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 1), (160, 0)]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0)]);
}

#[test]
fn a_clean_up_that_checks_references_takes_nothing_that_is_needed() {
    let mut careful = clean_up("0s");
    careful["clean_up"]["check_references"] = json!(true);
    let replay = replay(&desk("block", &json!({})), &chats(), &json!({ "clean": careful }));
    assert_eq!(assigned(&replay), [[100], [200], [300]]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0)]);
}

#[test]
fn a_clean_up_takes_what_is_exactly_as_old_and_nothing_of_what_comes_later() {
    // At 50 q is 30 s old to the nanosecond; r comes at 60.
    let timeline = json!({ "clean": clean_up("30s") });
    let replay = replay(&desk("skip", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [vec![], vec![], vec![100]]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 2)]);
    // Nothing is older than the run.
    let timeline = json!({ "clean": clean_up("1h") });
    let replay = self::replay(&desk("skip", &json!({})), &chats(), &timeline);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0)]);
}

#[test]
fn a_queue_of_another_skill_or_organization_is_not_held_up() {
    // a's chats are blocked. Its mails and b's chats go on: the agents of both are free from 100 on.
    let skills = json!({ "skills": {
        "chat": { "handle_time": { "constant": "100s" } },
        "mail": { "handle_time": { "constant": "100s" } }
    } });
    let mut mail = chat(20);
    mail["call"]["skill"] = json!("mail");
    let workloads = json!({
        "first": chat(0), "others": of_tenant("b", chat(0)), "p": chat(10), "q": mail,
        "r": of_tenant("b", chat(60))
    });
    let timeline = json!({ "clean": clean_up("35s") });
    let replay = replay(&desk("block", &skills), &workloads, &timeline);
    assert_eq!(assigned(&replay), [vec![], vec![100], vec![100]]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (50, 1)]);
}

#[test]
fn a_customer_who_gives_up_unblocks_the_queue() {
    // p gives up at 70, 60 s after it came; the agent is free at 75 and takes q, before that gives up at 80.
    let chat_of_75 = json!({ "skills": { "chat": {
        "handle_time": { "constant": "75s" }, "patience": { "constant": "60s" }
    } } });
    let timeline = json!({ "clean": clean_up("35s") });
    let replay = replay(&desk("block", &chat_of_75), &chats(), &timeline);
    assert_eq!((replay.failed("p"), replay.done("q")), (vec![70], vec![75]));
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (50, 1), (70, 0)]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 1), (70, 0)]);
    // One who is set aside gives up as well.
    let replay = self::replay(&desk("set_aside", &chat_of_75), &chats(), &timeline);
    assert_eq!((replay.failed("p"), replay.done("q")), (vec![70], vec![75]));
    assert_eq!(steps(&replay, |bin| bin.set_aside), [(0, 0), (50, 1), (70, 0)]);
}

#[test]
fn a_repair_restores_one_record_after_the_other_the_oldest_first() {
    // p, q and c of tenant b miss their records. Ten seconds apart from 150 on: p at 160, which a's agent
    // takes, c at 170 and q at 180, though q has the highest priority of all.
    let mut urgent = chat(20);
    urgent["priority"] = json!(9);
    let workloads = json!({
        "first": chat(0), "others": of_tenant("b", chat(0)), "p": chat(10), "q": urgent,
        "r": of_tenant("b", chat(15))
    });
    let timeline = json!({ "clean": clean_up("0s"), "repair": repair(150, "6/min") });
    let replay = replay(&desk("set_aside", &json!({})), &workloads, &timeline);
    assert_eq!(assigned(&replay), [[160], [260], [170]]);
    let missing = [(0, 0), (50, 3), (160, 2), (170, 1), (180, 0)];
    assert_eq!(steps(&replay, |bin| bin.missing_records), missing);
    assert_eq!(steps(&replay, |bin| bin.affected_queues), [(0, 0), (50, 2), (170, 1), (180, 0)]);
    // Under `block` the urgent one holds up p, whose record is back before.
    let replay = self::replay(&desk("block", &json!({})), &workloads, &timeline);
    assert_eq!(assigned(&replay), [[280], [180], [170]]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (50, 2), (170, 1), (180, 0)]);
}

#[test]
fn a_repair_passes_over_customers_who_have_given_up() {
    // All three give up in turn at 130, 140 and 180; the repair of 135 restores q's at 139, and then r's.
    let patient = json!({ "skills": { "chat": {
        "handle_time": { "constant": "500s" }, "patience": { "constant": "120s" }
    } } });
    let mut late = clean_up("0s");
    late["at"] = json!(time(70));
    let timeline = json!({ "clean": late, "repair": repair(135, "15/min") });
    let replay = replay(&desk("set_aside", &patient), &chats(), &timeline);
    assert_eq!(["p", "q", "r"].map(|name| replay.failed(name)), [[130], [140], [180]]);
    let missing = [(0, 0), (70, 3), (130, 2), (139, 1), (143, 0)];
    assert_eq!(steps(&replay, |bin| bin.missing_records), missing);
}

#[test]
fn a_second_repair_goes_on_at_its_own_rate_from_when_it_begins() {
    // The first would restore a record an hour later, the second does so every ten seconds from 160 on.
    let timeline =
        json!({ "clean": clean_up("0s"), "x": repair(150, "1/h"), "y": repair(160, "6/min") });
    let replay = replay(&desk("block", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [[170], [270], [370]]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 2), (170, 1), (180, 0)]);
}

#[test]
fn what_a_clean_up_takes_after_a_repair_began_stays_away() {
    // The repair of 55 knows p and q only; r loses its record at 70, and the agent is free at 100.
    let mut again = clean_up("0s");
    again["at"] = json!(time(70));
    let timeline =
        json!({ "clean": clean_up("0s"), "again": again, "repair": repair(55, "60/min") });
    let replay = replay(&desk("skip", &json!({})), &chats(), &timeline);
    // At 70 the records of p and q go once more.
    assert_eq!(assigned(&replay), [[0; 0]; 3]);
    let missing = [(0, 0), (50, 2), (56, 1), (57, 0), (70, 3)];
    assert_eq!(steps(&replay, |bin| bin.missing_records), missing);
}

#[test]
fn another_setting_holds_at_once() {
    // Blocked until 150; then it is passed over.
    let set = json!({ "stations": { "desk": { "routing": { "on_missing_record": "skip" } } } });
    let timeline = json!({
        "clean": clean_up("35s"), "flag": { "at": time(150), "note": "", "set": set }
    });
    let replay = replay(&desk("block", &json!({})), &chats(), &timeline);
    assert_eq!(assigned(&replay), [vec![], vec![150], vec![250]]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (50, 1), (150, 0)]);
}

#[test]
fn an_item_that_pauses_loses_its_record_too() {
    // p is taken up at 10 and fails at 13, for a pause until 73. The clean-up of 50 takes its record all
    // the same, so that q, too young for it, has to wait behind p from 73 on.
    let store = service("3s", &json!({ "concurrency": 10, "failure_share": 1 }));
    let fields = json!({ "calls": { "load": { "to": "store" } }, "retry_after": "60s" });
    let stations = json!({ "desk": desk("block", &fields), "store": store });
    let mut scenario = scenario(&stations, &json!({ "p": chat(10), "q": chat(80) }));
    let set = json!({ "stations": { "store": { "service": { "failure_share": 0 } } } });
    scenario["timeline"] = json!({
        "clean": clean_up("35s"), "mend": { "at": time(60), "note": "", "set": set },
        "repair": repair(90, "6/min")
    });
    let replay = Replay::of(&scenario);
    assert_eq!([replay.done("p"), replay.done("q")], [[103], [206]]);
    assert_eq!(steps(&replay, |bin| bin.missing_records), [(0, 0), (50, 1), (100, 0)]);
    assert_eq!(steps(&replay, |bin| bin.blocked_queues), [(0, 0), (73, 1), (100, 0)]);
}
