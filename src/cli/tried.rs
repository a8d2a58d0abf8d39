//! What is tried out on a scenario: the options that every command which replays one has.

use clap::Args;

use crate::scenario::Changes;

/// Mitigations, single fields, another seed
#[derive(Debug, Args)]
pub(super) struct Tried {
    /// Apply a mitigation of the scenario; may be repeated
    #[arg(long, value_name = "MITIGATION")]
    with: Vec<String>,
    /// Change one field of the scenario, after all mitigations; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Draw at random from another seed than the scenario's
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
}

impl Tried {
    /// The same as changes to a scenario.
    pub(super) fn changes(&self) -> Changes {
        Changes { with: self.with.clone(), set: self.set.clone(), seed: self.seed }
    }
}
