//! By which rule the steps of a run were made, where the recording says so.

use super::{Replay, Run};
use crate::{Moment, Optimizer, analysis::Caveat, train::recorded_optimizer};

/// What a trainer is noted as.
const NOTE: &str = "optimizer";

impl<M> Run<'_, M> {
    /// The caveat of an answer that takes the steps of these epochs for multiples of a gradient, which those of momentum, RMSprop and Adam
    /// are not: by the states of the trainer that were recorded with them, else by the note `optimizer`.
    pub(super) fn other_steps(&self, epochs: &[u64]) -> Option<Caveat> {
        let recorded: Vec<Optimizer> = recorded(self.replay(), epochs).collect();
        let text = match &recorded[..] {
            [] => noted(self.replay())?,
            rules => rules.iter().find(|rule| !is_plain(**rule))?.to_string(),
        };
        Some(Caveat::OtherSteps { optimizer: text })
    }
}

/// The rules of the trainers that were recorded with some of these epochs, which are in the order of time; what is damaged or somebody else's is none.
fn recorded<'r>(replay: &'r Replay, epochs: &'r [u64]) -> impl Iterator<Item = Optimizer> + 'r {
    let training = replay.training();
    let with_state =
        training.moments().filter(|moment| moment.step().is_none() && epochs.binary_search(&moment.epoch()).is_ok());
    with_state.filter_map(move |moment: Moment| {
        let description = training.description(moment).ok()?;
        recorded_optimizer(description.as_ref())
    })
}

/// The text of the note, if it is that of another rule than plain gradient descent; of words that are unknown nothing is said.
fn noted(replay: &Replay) -> Option<String> {
    let text = replay.metadata().get(NOTE)?.to_string();
    let is_other = match text.parse::<Optimizer>() {
        Ok(rule) => !is_plain(rule),
        Err(_) => {
            ["adam", "rmsprop", "adagrad", "adadelta", "lion"].iter().any(|name| text.to_lowercase().contains(name))
        }
    };
    is_other.then_some(text)
}

fn is_plain(rule: Optimizer) -> bool {
    matches!(rule, Optimizer::Sgd { momentum: 0.0, .. })
}
