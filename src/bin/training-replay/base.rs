//! The parameters that a recording leaves out, out of another one: `base.replay@0`.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use training_replay::Base;

use crate::{
    recording,
    trouble::{Answer, Trouble},
};

/// A recording, and which of its epochs.
#[derive(Clone, Debug, PartialEq)]
pub struct BaseArg {
    file: PathBuf,
    /// None for the first.
    epoch: Option<u64>,
}

/// What follows the last `@` is an epoch if it is a number; else it belongs to the name.
impl FromStr for BaseArg {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let epoch = text.rsplit_once('@').and_then(|(file, epoch)| Some((file, epoch.parse().ok()?)));
        Ok(match epoch {
            Some((file, epoch)) => Self { file: file.into(), epoch: Some(epoch) },
            None => Self { file: text.into(), epoch: None },
        })
    }
}

impl BaseArg {
    /// Reads its parameters.
    pub fn read(&self) -> Answer<Base> {
        let replay = recording::open(&self.file)?;
        recording::expect_epochs(&self.file, &replay)?;
        let epoch = self.epoch.or(replay.epochs().next()).unwrap_or_default();
        replay.weights(epoch).and_then(|weights| Base::of(&weights)).map_err(Trouble::with(&self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_follows_the_last_at_sign_if_it_is_a_number() {
        let parsed = |text: &str| text.parse::<BaseArg>().map(|base| (base.file.display().to_string(), base.epoch));
        let is = |file: &str, epoch| Ok((file.to_owned(), epoch));
        assert_eq!(parsed("base.replay"), is("base.replay", None));
        assert_eq!(parsed("base.replay@12"), is("base.replay", Some(12)));
        assert_eq!(parsed("a@b/base.replay"), is("a@b/base.replay", None));
        assert_eq!(parsed("a@1@2"), is("a@1", Some(2)));
        assert_eq!(parsed("base@-1"), is("base@-1", None));
    }
}
