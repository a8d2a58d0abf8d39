//! `hindsight completions`: what a shell needs to complete our commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Arguments, Failure, Status, output};

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight completions bash > ~/.local/share/bash-completion/completions/hindsight
  hindsight completions zsh > ~/.zfunc/_hindsight
  hindsight completions fish > ~/.config/fish/completions/hindsight.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "hindsight", &mut script);
        output::print(&String::from_utf8_lossy(&script))?;
        Ok(Status::Fine)
    }
}
