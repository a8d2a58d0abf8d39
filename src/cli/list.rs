//! List.
use clap::Args;
use super::{Failure, Status};
/// todo
#[derive(Debug, Args)]
pub(super) struct List {}
impl List { pub(super) fn run(&self) -> Result<Status, Failure> { Ok(Status::Fine) } }
