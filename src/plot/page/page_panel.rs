//! A kind of panel on the page.

use std::fmt;

use super::run_data::RunData;

/// A kind of panel on a page, for a [`Sentence`](super::Sentence) that speaks of it.
///
/// ```
/// use training_replay::plot::PagePanel;
///
/// // As they are called in the page's address.
/// assert_eq!(PagePanel::FeatureSpace.to_string(), "hidden");
/// assert_eq!(PagePanel::Picture(1).to_string(), "picture-1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PagePanel {
    /// The space of the last hidden layer.
    FeatureSpace,
    /// The space of the inputs, with the decision boundary.
    InputSpace,
    /// The outputs over a single input, of numbers.
    Fit,
    /// What is predicted against what is true, of numbers.
    Predictions,
    /// Their differences.
    Residuals,
    /// The histograms of the classes' samples by their probabilities, or those of a label.
    Probabilities,
    /// The confusion matrix of a label.
    Confusion,
    /// The histogram of the losses.
    Losses,
    /// The loss, the accuracy and the metrics over the epochs.
    Curves,
    /// The distributions of weights, z-values, activations and gradients.
    Violins,
    /// The diagram of the network.
    Network,
    /// A picture that was added by [`Page::panel`](super::Page::panel): its number among those of its run, from 0.
    Picture(usize),
}

impl PagePanel {
    /// All kinds but pictures, in the order in which they stand on the page.
    const KINDS: [Self; 11] = [
        Self::FeatureSpace,
        Self::InputSpace,
        Self::Fit,
        Self::Predictions,
        Self::Residuals,
        Self::Probabilities,
        Self::Confusion,
        Self::Losses,
        Self::Curves,
        Self::Violins,
        Self::Network,
    ];

    /// Those that the page shows of a run, as `web/column.js` makes them.
    pub(super) fn of(run: &RunData) -> impl Iterator<Item = Self> {
        let kinds = Self::KINDS.into_iter().filter(|kind| kind.is_of(run));
        kinds.chain((0..run.pictures.len()).map(Self::Picture))
    }

    fn is_of(self, run: &RunData) -> bool {
        match self {
            Self::FeatureSpace => run.panels.hidden.is_some(),
            Self::InputSpace => run.panels.input.is_some(),
            Self::Fit => run.panels.numbers.as_ref().is_some_and(|numbers| numbers.fit.is_some()),
            Self::Predictions | Self::Residuals => run.panels.numbers.is_some(),
            Self::Probabilities => run.panels.numbers.is_none() && run.panels.classes.is_some(),
            Self::Confusion => {
                run.panels.numbers.is_none() && run.panels.classes.as_ref().is_some_and(|own| !own.labels.is_empty())
            }
            Self::Losses => true,
            Self::Curves => run.curves.iter().chain(&run.logged).any(|curve| curve.values.iter().any(Option::is_some)),
            Self::Violins => !run.panels.violins.is_empty(),
            Self::Network => run.panels.network.is_some(),
            Self::Picture(number) => number < run.pictures.len(),
        }
    }
}

/// Its name in the page's address.
impl fmt::Display for PagePanel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FeatureSpace => "hidden",
            Self::InputSpace => "input",
            Self::Fit => "fit",
            Self::Predictions => "predictions",
            Self::Residuals => "residuals",
            Self::Probabilities => "probability",
            Self::Confusion => "confusion",
            Self::Losses => "losses",
            Self::Curves => "curves",
            Self::Violins => "violins",
            Self::Network => "network",
            Self::Picture(number) => return f.pad(&format!("picture-{number}")),
        })
    }
}
