//! Validate.
use clap::Args;
use super::{Failure, Status};
/// todo
#[derive(Debug, Args)]
pub(super) struct Validate {}
impl Validate { pub(super) fn run(&self) -> Result<Status, Failure> { Ok(Status::Fine) } }
