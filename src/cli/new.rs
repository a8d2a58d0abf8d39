//! New.
use clap::Args;
use super::{Failure, Status};
/// todo
#[derive(Debug, Args)]
pub(super) struct New {}
impl New { pub(super) fn run(&self) -> Result<Status, Failure> { Ok(Status::Fine) } }
