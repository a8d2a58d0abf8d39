//! What might have been otherwise when routing records were deleted.

use hindsight::simulation;

use super::{ROUTING, changed, count, run};

#[test]
fn a_clean_up_that_checks_references_blocks_no_queue() {
    let outcome = run(ROUTING, &["check-references"]);
    assert!(count(&outcome, "records-deleted") <= 0.0);
    assert!(count(&outcome, "all.minutes") <= 0.0);
}

#[test]
fn routing_that_skips_or_sets_aside_what_has_no_record_keeps_every_queue_moving() {
    for (name, is_set_aside) in
        [("skip-missing-records", false), ("set-aside-missing-records", true)]
    {
        let outcome = run(ROUTING, &[name]);
        assert!(count(&outcome, "all.minutes") <= 0.0, "{name}");
        // The records are missing all the same, and whoever needs one waits for the repair.
        let deleted = count(&outcome, "records-deleted");
        assert!(deleted > 0.0, "{name}");
        let set_aside = if is_set_aside { deleted } else { 0.0 };
        assert!((count(&outcome, "set-aside") - set_aside).abs() < 0.5, "{name}");
        assert!((count(&outcome, "queue-health.tenants") - 12.0).abs() < 0.5, "{name}");
        assert!(count(&outcome, "missing-after-repair") <= 0.0, "{name}");
    }
}

#[test]
fn an_alert_on_queues_tells_within_minutes_what_customers_told_after_a_night() {
    // The clean-up is at 20:30 on Sunday, 58.5 hours after the start of the warm-up; customers tell
    // 14 hours later, and queues are blocked for 22.
    let cleaned_up = 58.5 * 3600.0;
    let [slow, fast] = ["queue-health-alert", "queue-health-alert-with-names"].map(|name| {
        let outcome = run(ROUTING, &[name]);
        let told = count(&outcome, "queue-health.alert.first") - cleaned_up;
        assert!((0.0..=300.0).contains(&told), "{name}: {told} s after the clean-up");
        let minutes = count(&outcome, "blocked-queues.minutes");
        assert!(minutes < 8.0 * 60.0, "{name}: {minutes} minutes");
        assert!(count(&outcome, "blocked-queues.tenant_minutes") <= 12.0 * minutes, "{name}");
        minutes
    });
    assert!(fast < slow);
}

#[test]
fn without_the_roll_back_the_same_queues_are_blocked_as_long() {
    let later = ["roll-back", "roll-back-takes-effect"]
        .map(|action| format!("timeline.{action}.at=2025-07-15T09:50"));
    let scenario = changed(ROUTING, &[], &later.each_ref().map(String::as_str));
    let outcome = simulation::run(&scenario, scenario.seed());
    for verdict in simulation::verdicts(&scenario, &outcome) {
        assert!(verdict.holds, "{}: simulated {:?}", verdict.id, verdict.simulated);
    }
}

#[test]
fn who_is_hit_by_the_clean_up_follows_from_how_long_items_have_waited() {
    // On Monday evening the agents of the small organizations have worked off the weekend.
    let cases = [
        "timeline.clean-up.at=2025-07-14T20:30",
        // On Friday at 20:00 the agents went home, 48.5 hours before.
        "timeline.clean-up.clean_up.older_than=49h",
    ];
    for set in cases {
        let scenario = changed(ROUTING, &[], &[set]);
        let outcome = simulation::run(&scenario, scenario.seed());
        assert!(count(&outcome, "records-deleted") <= 0.0, "{set}");
    }
}
