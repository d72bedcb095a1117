//! `training-replay completions`: what a shell completes.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use crate::{
    out::Out,
    trouble::{Answer, Status},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay completions bash > ~/.local/share/bash-completion/completions/training-replay
  training-replay completions zsh > ~/.zfunc/_training-replay
  training-replay completions fish > ~/.config/fish/completions/training-replay.fish";

/// Writes the completions for a shell
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self, mut command: Command) -> Answer<Status> {
        let (mut script, mut out) = (Vec::new(), Out::new());
        let name = command.get_name().to_owned();
        generate(self.shell, &mut command, name, &mut script);
        out.bytes(&script)?;
        out.flush()?;
        Ok(Status::Held)
    }
}
