//! `hindsight schema`: the JSON Schema of scenario files.

use clap::Args;

use super::{Failure, Status, output};
use crate::scenario;

/// Print the JSON Schema of scenario files
///
/// Editors that know it complete and check a scenario while it is written: name it in the file's first
/// field, "$schema".
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  hindsight schema > scenarios/scenario.schema.json")]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run() -> Result<Status, Failure> {
        output::print(&format!("{:#}\n", scenario::schema()))?;
        Ok(Status::Fine)
    }
}
