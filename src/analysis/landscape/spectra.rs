//! The singular values of a run's matrices, epoch by epoch.

use super::Spectrum;
use crate::{Error, Result, analysis::Caveat};

/// The singular values of the kernels of a run, or of its layers' activations, epoch by epoch.
///
/// [`Run::kernel_spectra`](crate::Run::kernel_spectra) and [`Run::activation_spectra`](crate::Run::activation_spectra) make them, and
/// `Panel::spectra` draws those of one matrix, behind the feature `plot`.
///
/// ```
/// # use training_replay::{Metrics, Parameter, Replay, Weights};
/// # let mut replay = Replay::options().in_memory();
/// # for scale in [1.0_f32, 2.0] {
/// #     let kernel = Parameter::new("hidden", "kernel", [2, 2], vec![scale, 0.0, 0.0, 1.0]);
/// #     replay.record(&Weights::from_iter([kernel]), Metrics::new())?;
/// # }
/// let spectra = replay.recorded_weights().kernel_spectra()?;
/// let hidden = spectra.of("hidden", "kernel")?;
/// assert_eq!(hidden[1].1.singular_values, [2.0, 1.0]); // at epoch 1
/// let ranks: Vec<f64> = hidden.iter().map(|(_, spectrum)| spectrum.effective_rank()).collect();
/// assert!((ranks[0] - 2.0).abs() < 1e-12 && ranks[1] < 2.0);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Spectra {
    /// The epochs, in the order that they were chosen in.
    pub epochs: Vec<u64>,
    /// The spectra at each of them, as [`Spectrum::of_kernels`] or [`Spectrum::of_activations`] lists them.
    pub spectra: Vec<Vec<Spectrum>>,
    /// The epochs that could not be read.
    pub caveats: Vec<Caveat>,
}

impl Spectra {
    /// Returns the spectra of one matrix, each with its epoch: of a parameter by layer and name, or of the `"activations"` of a layer.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is none of this name at an epoch, with those that there are.
    pub fn of(&self, layer: &str, name: &str) -> Result<Vec<(u64, &Spectrum)>> {
        let at_epoch = |(&epoch, spectra): (&u64, &Vec<Spectrum>)| {
            let found = spectra.iter().position(|spectrum| spectrum.layer == layer && spectrum.name == name);
            found.map(|at| (epoch, at)).ok_or_else(|| {
                let known: Vec<String> =
                    spectra.iter().map(|known| format!("{}/{}", known.layer, known.name)).collect();
                let what = format!("the matrix that is asked about at epoch {epoch}");
                Error::invalid(what, format!("one of {known:?}"), format!("{layer}/{name}"))
            })
        };
        let found = self.epochs.iter().zip(&self.spectra).map(at_epoch).collect::<Result<Vec<_>>>()?;
        Ok(found.into_iter().zip(&self.spectra).map(|((epoch, at), spectra)| (epoch, &spectra[at])).collect())
    }
}
