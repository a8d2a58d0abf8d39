//! What stations and calls are made of: a queue, servers, and the pure policies.
//!
//! A policy is a small state machine, (state, instant, input) → decision. It plans no event and draws
//! no number: whoever asks hands in the instant, and where chance decides a uniform number from 0 to 1
//! (1 excluded). Each has a `Config` that stands in scenario files as it is, with `problems` for what
//! its types cannot rule out. [`guards`] puts three of them together.

pub mod autoscaler;
pub mod back_off;
pub mod breaker;
pub mod budget;
pub mod cache;
pub mod concurrency;
pub mod guards;
pub mod outcome;
pub mod pull_back_off;
pub mod queue;
pub mod retry;
pub mod servers;
pub mod slowdown;
pub mod throttle;

/// Brings a policy into being, changes it or takes it away.
pub fn set<S, C>(
    state: &mut Option<S>,
    config: Option<&C>,
    begin: impl FnOnce(&C) -> S,
    change: impl FnOnce(&mut S, &C),
) {
    match (state.as_mut(), config) {
        (_, None) => *state = None,
        (None, Some(config)) => *state = Some(begin(config)),
        (Some(state), Some(config)) => change(state, config),
    }
}
