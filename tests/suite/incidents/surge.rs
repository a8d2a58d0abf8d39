//! What might have been otherwise in the traffic surge.

use super::{SURGE, count, run};

#[test]
fn with_the_extra_cache_layer_the_surge_does_no_broad_harm() {
    let outcome = run(SURGE, &["cache-layer"]);
    assert!(outcome.counts.of("downstream-errors.first").expect("counted").0.is_none());
    assert!(count(&outcome, "all.minutes") <= 0.0);
    // The surge itself came all the same, and the data service doubled.
    assert!(count(&outcome, "data-replicas-growth") >= 1.8);
}

#[test]
fn each_mitigation_of_the_surge_shortens_it() {
    let baseline = count(&run(SURGE, &[]), "all.minutes");
    for name in ["better-observability", "faster-scaling", "load-shedding", "retry-budget"] {
        let minutes = count(&run(SURGE, &[name]), "all.minutes");
        assert!(minutes < 0.6 * baseline, "{name}: {minutes} of {baseline} minutes");
    }
}
