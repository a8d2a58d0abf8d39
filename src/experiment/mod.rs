//! Many runs of one scenario, on all cores, with results in the order of their inputs.

mod alike;
pub mod compare;
pub mod condition;
pub mod minutes;
pub mod moved;
pub mod paired;
mod parts;
pub mod plan;
pub mod points;
pub mod ramp;
pub mod rank;
pub mod runs;
pub mod search;
pub mod seeds;
pub mod shapley;
pub mod sweep;
pub mod vary;
pub mod worth;
