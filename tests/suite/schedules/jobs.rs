//! Job engines: when jobs are due, whose turn it is, how fast runs start, and what becomes of the late.

use hindsight::platform::parts::outcome::Failure;
use serde_json::{Value, json};

use crate::stage::{Replay, burst, every_second, overlay, scenario, service, time};

/// An engine of one worker with these types and `more` fields.
fn engine(types: &Value, more: &Value) -> Value {
    let mut engine = json!({ "workers": 1, "types": types });
    overlay(&mut engine, more);
    json!({ "jobs": engine })
}

/// A type whose runs take so long, with `more` fields.
fn kind(run_time: &str, more: &Value) -> Value {
    let mut kind = json!({ "run_time": { "constant": run_time } });
    overlay(&mut kind, more);
    kind
}

/// Jobs of a type, `count` of them at a second.
fn jobs(at: u64, count: u64, job: &str) -> Value {
    burst(at, count, "engine", &json!({ "job": job }))
}

fn replay(engine: &Value, workloads: &Value) -> Replay {
    Replay::of(&scenario(&json!({ "engine": engine }), workloads))
}

/// As [`replay`], with fields of the engine that are set at a second.
fn replay_set(engine: &Value, workloads: &Value, at: u64, jobs: &Value) -> Replay {
    let mut scenario = scenario(&json!({ "engine": engine }), workloads);
    let set = json!({ "stations": { "engine": { "jobs": jobs } } });
    scenario["timeline"] = json!({ "change": { "at": time(at), "note": "", "set": set } });
    Replay::of(&scenario)
}

/// Types: `block` keeps a worker for 20 s, `mail` takes 2 s and has these fields.
fn blocked(mail: &Value, more: &Value) -> Value {
    let types = json!({ "block": kind("20s", &json!({})), "mail": kind("2s", mail) });
    engine(&types, more)
}

#[test]
fn a_job_runs_when_it_is_due() {
    // Asked for at 5: mail is due at once, the reminder at 35. Nothing waits for the worker.
    let types = json!({
        "mail": kind("2s", &json!({})),
        "reminder": kind("2s", &json!({ "delay": { "constant": "30s" } }))
    });
    let workloads = json!({ "mail": jobs(5, 1, "mail"), "reminder": jobs(5, 1, "reminder") });
    let replay = replay(&engine(&types, &json!({})), &workloads);
    assert_eq!([replay.done("mail"), replay.done("reminder")], [[7], [37]]);
    assert_eq!([replay.done("engine.mail"), replay.done("engine.reminder")], [[7], [37]]);
    assert_eq!(replay.steps("engine", |bin| &bin.waiting), [(0, 0)]);
    assert_eq!(replay.steps("engine", |bin| &bin.busy), [(0, 0), (5, 1), (7, 0), (35, 1), (37, 0)]);
    // A type counts from when its jobs are due, a call from when they are asked for.
    assert!((replay.latency("engine.reminder") - 2.0).abs() < 1e-9);
    assert!((replay.latency("reminder") - 32.0).abs() < 1e-9);
}

#[test]
fn of_the_jobs_that_wait_the_order_says_which_goes_next() {
    // The worker is busy until 20. Due at 16, 5 and 10; q has the lowest priority, r the highest.
    let after = |span| kind("10s", &json!({ "delay": { "constant": span } }));
    let types = json!({
        "block": kind("20s", &json!({})), "p": after("15s"), "q": after("3s"), "r": after("1s")
    });
    let of = |at, job, priority| {
        let mut workload = jobs(at, 1, job);
        workload["priority"] = json!(priority);
        workload
    };
    let workloads = json!({
        "first": jobs(0, 1, "block"), "p": of(1, "p", 1), "q": of(2, "q", 0), "r": of(9, "r", 2)
    });
    let done_under = |order: &str| {
        let replay = replay(&engine(&types, &json!({ "order": order })), &workloads);
        ["p", "q", "r"].map(|name| replay.done(name))
    };
    assert_eq!(done_under("due"), [[50], [30], [40]]);
    assert_eq!(done_under("lifo"), [[30], [50], [40]]);
    assert_eq!(done_under("priority"), [[40], [50], [30]]);
}

#[test]
fn runs_start_as_far_apart_as_the_throughput_says() {
    // Three a second: at 0, 333,333,333, 666,666,666 and 999,999,999 ns, of a millisecond each.
    let types = json!({ "mail": kind("1ms", &json!({})) });
    let engine = engine(&types, &json!({ "workers": 9, "throughput": "3/s" }));
    let replay = replay(&engine, &json!({ "mail": jobs(0, 4, "mail") }));
    assert_eq!(replay.series("mail").latencies.sum(), 333_333_333 * (1 + 2 + 3) + 4 * 1_000_000);
}

#[test]
fn the_throughput_counts_from_the_last_start() {
    // Ten seconds apart at least: 0; 12, when nothing holds it; 22, as the one of 12 was later than planned.
    let types = json!({ "mail": kind("1s", &json!({})) });
    let workloads =
        json!({ "a": jobs(0, 1, "mail"), "b": jobs(12, 1, "mail"), "c": jobs(13, 1, "mail") });
    let replay =
        replay(&engine(&types, &json!({ "workers": 9, "throughput": "6/min" })), &workloads);
    assert_eq!(["a", "b", "c"].map(|name| replay.done(name)), [[1], [13], [23]]);
}

#[test]
fn a_throughput_that_is_raised_holds_at_once() {
    // Ten seconds apart: 0 and 10. From 12 on one second apart: the next a second later, not at 20.
    let types = json!({ "mail": kind("1s", &json!({})) });
    let engine = engine(&types, &json!({ "workers": 9, "throughput": "6/min" }));
    let mail = json!({ "mail": jobs(0, 5, "mail") });
    let raised = replay_set(&engine, &mail, 12, &json!({ "throughput": "60/min" }));
    assert_eq!(raised.done("mail"), [1, 11, 14, 15, 16]);
    // Without any throughput all that wait start as the action comes.
    let freed = replay_set(&engine, &mail, 12, &json!({ "throughput": null }));
    assert_eq!(freed.done("mail"), [1, 11, 13, 13, 13]);
}

#[test]
fn what_falls_due_as_the_pace_lets_a_run_start_does_not_overtake() {
    // Ten seconds apart: a at 0. b waits from 1 on, c falls due at the very instant of the next start.
    let types = json!({
        "mail": kind("1s", &json!({})),
        "reminder": kind("1s", &json!({ "delay": { "constant": "10s" } }))
    });
    let workloads = json!({
        "a": jobs(0, 1, "mail"), "b": jobs(1, 1, "mail"), "c": jobs(0, 1, "reminder")
    });
    let replay =
        replay(&engine(&types, &json!({ "workers": 9, "throughput": "6/min" })), &workloads);
    assert_eq!(["a", "b", "c"].map(|name| replay.done(name)), [[1], [11], [21]]);
}

#[test]
fn workers_that_are_added_take_jobs_at_once() {
    // One until 5, three from then on: 0 to 10, 5 to 15 twice, and 10 to 20.
    let types = json!({ "mail": kind("10s", &json!({})) });
    let mail = json!({ "mail": jobs(0, 4, "mail") });
    let replay = replay_set(&engine(&types, &json!({})), &mail, 5, &json!({ "workers": 3 }));
    assert_eq!(replay.done("mail"), [10, 15, 15, 20]);
    assert_eq!(replay.steps("engine", |bin| &bin.slots), [(0, 1), (5, 3)]);
}

#[test]
fn workers_that_go_finish_their_runs() {
    // Three until 5: the runs in hand end at 10, and from then on it is one at a time.
    let types = json!({ "mail": kind("10s", &json!({})) });
    let mail = json!({ "mail": jobs(0, 5, "mail") });
    let three = engine(&types, &json!({ "workers": 3 }));
    let one = replay_set(&three, &mail, 5, &json!({ "workers": 1 }));
    assert_eq!(one.done("mail"), [10, 10, 10, 20, 30]);
    assert_eq!(one.steps("engine", |bin| &bin.slots), [(0, 3), (5, 1)]);
    let none = replay_set(&three, &mail, 5, &json!({ "workers": 0 }));
    assert_eq!(none.done("mail"), [10, 10, 10]);
    assert_eq!(none.steps("engine", |bin| &bin.waiting), [(0, 2)]);
}

#[test]
fn a_job_that_missed_its_deadline_is_done_late_or_never() {
    // The worker is busy until 20; the first mail is due at 1, and missed at 11. The second, of 15,
    // waits until 20 or until the first is done.
    let workloads = json!({
        "first": jobs(0, 1, "block"), "p": jobs(1, 1, "mail"), "q": jobs(15, 1, "mail")
    });
    let under = |when_missed: &str| {
        let mail = json!({ "deadline": "10s", "when_missed": when_missed });
        replay(&blocked(&mail, &json!({})), &workloads)
    };
    let late = under("late");
    assert_eq!([late.done("p"), late.done("q")], [[22], [24]]);
    assert_eq!([late.failed("engine.mail"), late.done("engine.mail")], [[11], [24]]);
    let never = under("never");
    assert_eq!([never.failed("p"), never.done("q")], [[11], [22]]);
    assert_eq!(never.failures("p", Failure::Dropped), 1);
    assert_eq!([never.failed("engine.mail"), never.done("engine.mail")], [[11], [22]]);
}

#[test]
fn a_deadline_counts_from_when_a_job_is_due_and_a_run_under_way_goes_on() {
    // Due at 31, missed at 39, in the middle of a run of 10 s, which ends at 41 all the same.
    let mail = kind(
        "10s",
        &json!({
            "delay": { "constant": "30s" }, "deadline": "8s", "when_missed": "never"
        }),
    );
    let replay =
        replay(&engine(&json!({ "mail": mail }), &json!({})), &json!({ "p": jobs(1, 1, "mail") }));
    assert_eq!(replay.done("p"), [41]);
    assert_eq!(replay.failed("engine.mail"), [39]);
    assert_eq!(replay.done("engine.mail"), [0; 0]);
}

#[test]
fn a_failed_run_is_made_again_under_back_off() {
    // Runs from 0 to 2, 6 to 8 and 16 to 18: pauses of 4 and 8 s, in which the worker is free.
    let mail = json!({ "failure_share": 1, "retries": { "max": 2, "base": "4s" } });
    let engine = blocked(&mail, &json!({}));
    let workloads = json!({ "p": jobs(0, 1, "mail") });
    let failing = replay(&engine, &workloads);
    assert_eq!((failing.failed("p"), failing.failures("p", Failure::Errored)), (vec![18], 1));
    assert_eq!(failing.times("engine.mail", |bin| bin.retries), [2, 8]);
    let busy = [(0, 1), (2, 0), (6, 1), (8, 0), (16, 1), (18, 0)];
    assert_eq!(failing.steps("engine", |bin| &bin.busy), busy);
    // One attempt for the caller, whatever the engine does with it.
    assert_eq!((failing.attempts("engine").begun, failing.attempts("engine").failures()), (1, 1));
    let set = json!({ "types": { "mail": { "failure_share": 0 } } });
    let repaired = replay_set(&engine, &workloads, 7, &set);
    assert_eq!((repaired.done("p"), repaired.failed("engine.mail")), (vec![8], vec![]));
}

#[test]
fn a_caller_gives_up_a_job_whichever_run_it_is_in() {
    // Fails at 2 and runs again from 6 to 8; the caller gives up at 7, so that it is done in vain.
    let mail = json!({ "failure_share": 1, "retries": { "max": 1, "base": "4s" } });
    let hasty = burst(0, 1, "engine", &json!({ "job": "mail", "timeout": "7s" }));
    let set = json!({ "types": { "mail": { "failure_share": 0 } } });
    let replay = replay_set(&blocked(&mail, &json!({})), &json!({ "p": hasty }), 5, &set);
    assert_eq!((replay.failed("p"), replay.failures("p", Failure::TimedOut)), (vec![7], 1));
    assert_eq!(replay.times("engine", |bin| bin.in_vain), [8]);
}

#[test]
fn a_missed_job_is_tried_again_unless_it_is_never_done() {
    // Fails at 2 and would run again at 12; the deadline of 5 comes before.
    let workloads = json!({ "p": jobs(0, 1, "mail") });
    let set = json!({ "types": { "mail": { "failure_share": 0 } } });
    let under = |when_missed: &str| {
        let mail = json!({
            "failure_share": 1, "retries": { "max": 1, "base": "10s" },
            "deadline": "5s", "when_missed": when_missed
        });
        replay_set(&blocked(&mail, &json!({})), &workloads, 7, &set)
    };
    let (late, never) = (under("late"), under("never"));
    assert_eq!((late.done("p"), never.done("p")), (vec![14], vec![]));
    assert_eq!((late.failed("p"), never.failed("p")), (vec![], vec![5]));
    assert_eq!([late.failed("engine.mail"), never.failed("engine.mail")], [[5], [5]]);
    // A run that was under way at the deadline of 1, and fails at 2, is the last.
    let hasty = json!({
        "failure_share": 1, "retries": { "max": 1, "base": "10s" },
        "deadline": "1s", "when_missed": "never"
    });
    let hasty = replay_set(&blocked(&hasty, &json!({})), &workloads, 7, &set);
    assert_eq!((hasty.failed("p"), hasty.failed("engine.mail")), (vec![2], vec![1]));
}

#[test]
fn a_run_that_is_made_again_at_once_goes_behind_what_waits() {
    // p fails at 2, and is to run again at once; q has waited since 1, and goes from 2 to 4.
    let types = json!({
        "bad": kind("2s", &json!({ "failure_share": 1, "retries": { "max": 1, "base": "0s" } })),
        "mail": kind("2s", &json!({}))
    });
    let workloads = json!({ "p": jobs(0, 1, "bad"), "q": jobs(1, 1, "mail") });
    let replay = replay(&engine(&types, &json!({})), &workloads);
    assert_eq!((replay.done("q"), replay.failed("p")), (vec![4], vec![6]));
}

#[test]
fn a_run_keeps_its_worker_while_it_makes_its_calls() {
    // 2 s of its own and 3 s at the store, twice; the store's second answer is an error, and the second
    // job fails for it at 10.
    let calls = json!({ "save": { "to": "store" } });
    let types = json!({ "mail": kind("2s", &json!({ "calls": calls })) });
    let stations = json!({
        "engine": engine(&types, &json!({})), "store": service("3s", &json!({}))
    });
    let mut scenario = scenario(&stations, &json!({ "p": jobs(0, 2, "mail") }));
    let set = json!({ "stations": { "store": { "service": { "failure_share": 1 } } } });
    scenario["timeline"] = json!({ "break": { "at": time(6), "note": "", "set": set } });
    let replay = Replay::of(&scenario);
    assert_eq!((replay.done("p"), replay.failed("p")), (vec![5], vec![10]));
    assert_eq!(replay.failures("p", Failure::DependencyFailed), 1);
    assert_eq!(replay.begun("engine.mail.save"), [2, 7]);
}

#[test]
fn lag_is_told_by_type_from_when_the_first_job_was_due() {
    // At 10 mail has been due for 7 s, since 3, and a reminder for 5, since 5.
    let types = json!({
        "block": kind("20s", &json!({})), "mail": kind("2s", &json!({})),
        "reminder": kind("2s", &json!({ "delay": { "constant": "3s" } }))
    });
    let workloads = json!({
        "first": jobs(0, 1, "block"), "mail": jobs(3, 1, "mail"), "later": jobs(7, 1, "mail"),
        "reminder": jobs(2, 1, "reminder")
    });
    let replay = replay(&engine(&types, &json!({})), &workloads);
    let lag = |name: &str, second: usize| {
        replay.series(name).bins[second - 1].oldest_wait.as_nanos() / 1_000_000_000
    };
    assert_eq!([lag("engine.mail", 10), lag("engine.reminder", 10), lag("engine", 10)], [7, 5, 7]);
    // The first mail runs from 20 on, the reminder from 22 on; the later mail waits until 24.
    assert_eq!(
        [lag("engine.mail", 21), lag("engine.reminder", 21), lag("engine", 21)],
        [14, 16, 16]
    );
    assert_eq!([lag("engine.mail", 25), lag("engine", 25)], [0, 0]);
}

#[test]
fn a_retry_lags_from_when_it_is_due_again() {
    // Fails at 2 and is due again at 6; the worker is busy from 3 to 23.
    let mail = json!({ "failure_share": 1, "retries": { "max": 1, "base": "4s" } });
    let workloads = json!({ "p": jobs(0, 1, "mail"), "q": jobs(3, 1, "block") });
    let replay = replay(&blocked(&mail, &json!({})), &workloads);
    let lag = |second: usize| replay.series("engine.mail").bins[second - 1].oldest_wait.as_nanos();
    assert_eq!([5, 10, 20].map(|second| lag(second) / 1_000_000_000), [0, 4, 14]);
}

#[test]
fn a_customer_reports_a_missed_job_a_while_later() {
    // Missed at 11, and failed for good at 102; each is reported 5 s later, in all and by type.
    let types = json!({
        "block": kind("20s", &json!({})), "mail": kind("2s", &json!({ "deadline": "10s" })),
        "bad": kind("2s", &json!({ "failure_share": 1 }))
    });
    let reports = json!({ "reports": { "delay": { "constant": "5s" } } });
    let workloads = json!({
        "first": jobs(0, 1, "block"), "p": jobs(1, 1, "mail"), "q": jobs(100, 1, "bad")
    });
    let told = replay(&engine(&types, &reports), &workloads);
    let when = |replay: &Replay, name: &str| replay.times(name, |bin| bin.reports);
    let names = ["engine.mail", "engine.bad", "engine.block"];
    assert_eq!(names.map(|name| when(&told, name)), [vec![16], vec![107], vec![]]);
    assert_eq!(when(&told, "engine"), [16, 107]);
    let nobody = json!({ "reports": { "share": 0, "delay": { "constant": "5s" } } });
    assert_eq!(when(&replay(&engine(&types, &nobody), &workloads), "engine"), [0; 0]);
}

#[test]
fn what_finds_the_queue_full_is_rejected_but_not_what_is_not_due_yet() {
    // One may wait: p does, q is rejected at 2. The reminder of 3 is due at 33, when there is room.
    let types = json!({
        "block": kind("20s", &json!({})), "mail": kind("2s", &json!({})),
        "reminder": kind("2s", &json!({ "delay": { "constant": "30s" } }))
    });
    let workloads = json!({
        "first": jobs(0, 1, "block"), "p": jobs(1, 1, "mail"), "q": jobs(2, 1, "mail"),
        "r": jobs(3, 1, "reminder")
    });
    let replay = replay(&engine(&types, &json!({ "bound": 1 })), &workloads);
    assert_eq!((replay.failed("q"), replay.failures("q", Failure::Rejected)), (vec![2], 1));
    assert_eq!([replay.done("p"), replay.done("r")], [[22], [35]]);
    assert_eq!(replay.failed("engine.mail"), [2]);
}

#[test]
fn a_purge_throws_away_what_is_due_and_waits() {
    // At 10 the first job runs, two mails wait, and the reminder is not due before 33.
    let types = json!({
        "block": kind("20s", &json!({})), "mail": kind("2s", &json!({})),
        "reminder": kind("2s", &json!({ "delay": { "constant": "30s" } }))
    });
    let workloads = json!({
        "first": jobs(0, 1, "block"), "mail": every_second(1, 2, "engine", &json!({ "job": "mail" })),
        "reminder": jobs(3, 1, "reminder")
    });
    let mut scenario = scenario(&json!({ "engine": engine(&types, &json!({})) }), &workloads);
    scenario["timeline"] = json!({ "purge": { "at": time(10), "note": "", "purge": "engine" } });
    let replay = Replay::of(&scenario);
    assert_eq!(
        (replay.failed("mail"), replay.failures("mail", Failure::Dropped)),
        (vec![10, 10], 2)
    );
    assert_eq!([replay.done("first"), replay.done("reminder")], [[20], [35]]);
    assert_eq!(replay.failed("engine.mail"), [10, 10]);
}
