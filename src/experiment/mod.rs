//! Many runs of one scenario, on all cores, with results in the order of their inputs.

pub mod compare;
pub mod paired;
pub mod seeds;
