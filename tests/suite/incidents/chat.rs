//! What might have been otherwise when the chat image was gone.

use super::{CHAT, count, run};

#[test]
fn with_images_in_use_protected_the_chat_outage_is_no_longer_than_a_restart() {
    let outcome = run(CHAT, &["protect-images-in-use"]);
    // The crash is at 09:49, 59 minutes after the start of the warm-up. A restart is a pull and a
    // start-up, of which 95 in 100 take less than 75 s and 5 min.
    let outage = count(&outcome, "first-delivery-after-outage") - 59.0 * 60.0;
    assert!(outage <= 75.0 + 300.0, "no message for {outage} s");
    assert!(count(&outcome, "late-messages.minutes") < 10.0);
    assert!(count(&outcome, "messages.failed") <= 0.0);
}

#[test]
fn each_mitigation_of_the_chat_outage_shortens_it() {
    let baseline = count(&run(CHAT, &[]), "late-messages.minutes");
    let shares =
        [("alert-priority", 0.9), ("fallback-to-stable", 0.25), ("missing-image-alert", 0.25)];
    for (name, share) in shares {
        let minutes = count(&run(CHAT, &[name]), "late-messages.minutes");
        assert!(minutes < share * baseline, "{name}: {minutes} of {baseline} minutes");
    }
}

#[test]
fn the_same_customers_come_whatever_is_tried() {
    let baseline = run(CHAT, &[]);
    let mitigated = run(CHAT, &["fallback-to-stable"]);
    assert!((count(&baseline, "messages.begun") - count(&mitigated, "messages.begun")).abs() < 0.5);
}
