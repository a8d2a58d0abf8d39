//! What might have been otherwise when one conversation went round without end.

use super::{LOOPS, count, run};

/// Whether nobody was hurt on the first day: neither routing nor the assistant failed.
fn assert_nobody_is_hurt_at_once(name: &str) {
    let outcome = run(LOOPS, &[name]);
    for indicator in ["routing-fails", "assistant-errors", "assistant-slow"] {
        let tenants = count(&outcome, &format!("{indicator}.tenants"));
        assert!(tenants <= 0.0, "{name}: {indicator} hurts {tenants} organizations");
    }
    // Nor did a connection lapse, or a message or survey go missing, on any day.
    for indicator in ["connections-lapse", "messages-missed", "surveys-missed"] {
        let minutes = count(&outcome, &format!("{indicator}.minutes"));
        assert!(minutes <= 0.0, "{name}: {indicator} for {minutes} minutes");
    }
}

#[test]
fn without_the_one_conversation_nobody_is_hurt() {
    assert_nobody_is_hurt_at_once("without-the-conversation");
}

#[test]
fn the_old_loop_limit_keeps_everybody_unharmed() {
    assert_nobody_is_hurt_at_once("old-loop-limit");
}

#[test]
fn a_pause_after_a_refused_transfer_keeps_everybody_unharmed() {
    assert_nobody_is_hurt_at_once("transfer-back-off");
}

#[test]
fn a_lane_for_each_conversation_keeps_other_organizations_unharmed() {
    assert_nobody_is_hurt_at_once("isolated-lanes");
}

#[test]
fn an_alert_on_lag_brings_the_backlog_down_days_earlier() {
    const DAY: f64 = 86_400.0;
    let baseline = count(&run(LOOPS, &[]), "last-late-job");
    for name in ["lag-alert", "record-of-dependents"] {
        let last = count(&run(LOOPS, &[name]), "last-late-job");
        assert!(last < baseline - 3.0 * DAY, "{name}: {last} s, {baseline} s without it");
    }
}

#[test]
fn an_earlier_rollback_spares_what_it_can_and_no_more() {
    let baseline = run(LOOPS, &[]);
    for name in ["alert-prioritization", "dependency-monitoring"] {
        let outcome = run(LOOPS, &[name]);
        let fails = |it| count(it, "routing-fails.minutes");
        assert!(fails(&outcome) < fails(&baseline), "{name}");
        // What the conversation has left behind by then stays in the scheduler all the same.
        assert!(count(&outcome, "connections-lapse.minutes") > 60.0, "{name}");
    }
}
