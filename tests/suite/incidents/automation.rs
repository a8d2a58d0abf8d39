//! What might have been otherwise when an automation took up a backlog.

use super::{BACKLOG, count, run};

#[test]
fn any_one_safeguard_keeps_the_backlog_from_other_customers() {
    let safeguards = [
        "batch-limit",
        "tenant-throttle",
        "rate-limits-told-from-errors",
        "less-amplification",
        "tenant-isolation",
    ];
    for name in safeguards {
        let outcome = run(BACKLOG, &[name]);
        assert!(count(&outcome, "all.minutes") <= 0.0, "{name}");
        assert!(outcome.counts.of("all.first").expect("counted").0.is_none(), "{name}");
        // The automation works through its backlog all the same.
        assert!(count(&outcome, "automation-backlog.done") > 10_000.0, "{name}");
    }
}

#[test]
fn an_automation_without_a_backlog_hurts_nobody() {
    let outcome = run(BACKLOG, &["new-conversations-only"]);
    assert!(count(&outcome, "all.minutes") <= 0.0);
    assert!((count(&outcome, "automation-backlog.done") - 300.0).abs() < 0.5);
    assert!(count(&outcome, "sends-error-share") < 0.005);
}

#[test]
fn capacity_or_an_early_end_of_the_automation_shortens_the_backlog_of_retries() {
    let baseline = count(&run(BACKLOG, &[]), "all.minutes");
    for (name, share) in [("faster-scaling", 0.2), ("refusal-alert", 0.5)] {
        let minutes = count(&run(BACKLOG, &[name]), "all.minutes");
        assert!(minutes > 0.0, "{name} comes too late to prevent anything");
        assert!(minutes < share * baseline, "{name}: {minutes} of {baseline} minutes");
    }
}
