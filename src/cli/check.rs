//! Check.
use clap::Args;
use super::{Failure, Status};
/// todo
#[derive(Debug, Args)]
pub(super) struct Check {}
impl Check { pub(super) fn run(&self) -> Result<Status, Failure> { Ok(Status::Fine) } }
