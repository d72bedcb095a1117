//! The settings of a verification.

use crate::{Error, Loss, Result};

/// What a recording is verified by: which logged numbers are compared, and how closely outputs and numbers must agree.
///
/// The default for logged numbers is what a trainer logs as `loss` and `accuracy`: running means over the batches of an epoch, while the
/// weights change. Such a mean lies between what the weights before and after the epoch give, up to how unevenly the
/// batches fall; so does what Keras logs (under the names `loss` and `acc` or `accuracy`). It does not for a network
/// with [`Dropout`](crate::Dropout) or [`BatchNormalization`](crate::BatchNormalization), which are not the same in
/// training: there, log an evaluation at the end of the epoch.
///
/// ```
/// use training_replay::analysis::VerifyOptions;
///
/// let keras = VerifyOptions::default().names("loss", "acc");
/// let validation = VerifyOptions::default().names("val_loss", "val_accuracy").at_end().tolerance(1e-4);
/// assert_ne!(keras, validation);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyOptions {
    pub(crate) loss: Option<Loss>,
    pub(crate) names: [String; 2],
    pub(crate) at_end: bool,
    pub(crate) tolerance: f64,
    pub(crate) outputs_tolerance: f64,
    pub(crate) l2: f64,
    pub(crate) metrics: bool,
    pub(crate) train_again: bool,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        let names = ["loss", "accuracy"].map(String::from);
        let (tolerance, outputs_tolerance) = (0.05, 1e-4);
        Self {
            loss: None,
            names,
            at_end: false,
            tolerance,
            outputs_tolerance,
            l2: 0.0,
            metrics: true,
            train_again: false,
        }
    }
}

impl VerifyOptions {
    /// Sets the loss to recompute; by default the one noted in the recording.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { loss: Some(loss), ..self }
    }

    /// Sets the names under which loss and accuracy were logged; `loss` and `accuracy` by default.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let logged = [(1, Metrics::from([("train_loss", 0.5)]))];
    /// let recomputed = [(1, Metrics::from([("loss", 0.5)]))];
    /// let options = VerifyOptions::default().names("train_loss", "train_accuracy");
    /// assert_eq!(Verification::of(&logged, &recomputed, &options).checks[0].metric, "train_loss");
    /// assert!(Verification::of(&logged, &recomputed, &VerifyOptions::default()).checks.is_empty());
    /// ```
    #[must_use]
    pub fn names(self, loss: impl Into<String>, accuracy: impl Into<String>) -> Self {
        Self { names: [loss.into(), accuracy.into()], ..self }
    }

    /// Expects numbers that were logged at the end of the epoch over all samples, with the weights that were
    /// recorded: as a validation loss is.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let loss = |epoch, value: f64| (epoch, Metrics::from([("loss", value)]));
    /// let (logged, recomputed) = ([loss(0, 0.8), loss(1, 0.5)], [loss(0, 0.8), loss(1, 0.2)]);
    /// let agree = |options| Verification::of(&logged, &recomputed, &options).means_agree();
    /// assert!(agree(VerifyOptions::default())); // 0.5 is on the way to 0.2
    /// assert!(!agree(VerifyOptions::default().at_end()));
    /// ```
    #[must_use]
    pub fn at_end(self) -> Self {
        Self { at_end: true, ..self }
    }

    /// Sets how far a logged number may be off; 0.05 by default, for running means.
    ///
    /// An accuracy may be off by this, a loss by this times the largest loss that was logged.
    ///
    /// ```
    /// use training_replay::{Metrics, analysis::{Verification, VerifyOptions}};
    ///
    /// let accuracy = |value: f64| [(0, Metrics::from([("accuracy", value)]))];
    /// let agree = |options| Verification::of(&accuracy(0.98), &accuracy(0.95), &options).means_agree();
    /// assert!(agree(VerifyOptions::default()) && !agree(VerifyOptions::default().tolerance(0.01)));
    /// ```
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Sets how far the outputs of a model that is not built in may be from those that were recorded, relative to what
    /// lies between the smallest and the largest one of their column, beside eight roundings of the largest; 1e-4 by default.
    ///
    /// So another device may compute them, or another order of sums in single precision, which is off by some 1e-6. Outputs
    /// of built-in networks must be the same bits, whatever is set here.
    #[must_use]
    pub fn outputs_tolerance(self, tolerance: f64) -> Self {
        Self { outputs_tolerance: tolerance, ..self }
    }

    /// Adds a penalty to the recomputed losses, as the logged ones have it: `factor` times the sum of the squares of all
    /// values of kernels, which are the parameters of two or more dimensions. Keras' `L2(factor)` on every layer.
    ///
    /// ```
    /// use training_replay::{Dense, Initializer, Loss, Matrix, Dataset, Replay, Sequential, analysis::VerifyOptions};
    ///
    /// let data = Dataset::new(Matrix::zeros(4, 2), Matrix::from_element(4, 1, 0.5))?;
    /// let model = Sequential::builder(2).layer(Dense::new(1).kernel_initializer(Initializer::Ones)).build(1)?;
    /// let mut replay = Replay::options().dataset(&data).loss(Loss::MeanSquaredError).in_memory();
    /// replay.record(&model, [("loss", 0.25 + 0.01 * 2.0)])?; // the outputs are 0; two weights of 1
    /// let agree = |options| replay.run()?.verify(&options).map(|verification| verification.means_agree());
    /// assert!(!agree(VerifyOptions::default())? && agree(VerifyOptions::default().l2(0.01))?);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn l2(self, factor: f64) -> Self {
        Self { l2: factor, ..self }
    }

    /// Compares no logged numbers: only the model with the probe, and the data with the recorded ones.
    #[must_use]
    pub fn without_metrics(self) -> Self {
        Self { metrics: false, ..self }
    }

    /// Trains every epoch again that lies behind one which was recorded with the state of its training
    /// ([`Trainer::training`](crate::Trainer::training)), and compares every bit. What agrees is proven: model, data, optimizer
    /// and order. It takes as long as the training did.
    ///
    /// An epoch is trained by the settings that its own state has, where it has one, else by those of the epoch that training
    /// begins from: a learning rate that a schedule sets before every epoch is known from the first.
    ///
    /// ```
    /// use training_replay::{Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, analysis::VerifyOptions, datasets};
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let mut model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.01));
    /// let mut replay = Replay::options().dataset(&data).in_memory();
    /// replay.record(&trainer.training(&model), Metrics::new())?;
    /// for epoch in 0..5 {
    ///     trainer.set_learning_rate(0.01 * 0.5_f32.powi(epoch));
    ///     let metrics = trainer.epoch(&mut model, &data)?;
    ///     replay.record(&trainer.training(&model), metrics)?;
    /// }
    /// let found = replay.run()?.verify(&VerifyOptions::default().train_again())?;
    /// assert!(found.holds() && found.trained.len() == 5);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn train_again(self) -> Self {
        Self { train_again: true, ..self }
    }

    /// The same for another recorded data set than the training set: a validation set is measured at the end of an epoch, and
    /// logged with `val_` before the names, if no other names were set; of other sets nothing is known to be logged.
    pub(crate) fn on(self, dataset: &str) -> Self {
        match dataset {
            _ if self.names != Self::default().names => self,
            "" => self,
            "validation" => self.names("val_loss", "val_accuracy").at_end(),
            _ => self.without_metrics(),
        }
    }

    /// Fails for numbers that nothing can be compared by.
    pub(crate) fn check(&self) -> Result<()> {
        let numbers = [("tolerance", self.tolerance), ("outputs_tolerance", self.outputs_tolerance), ("l2", self.l2)];
        match numbers.into_iter().find(|(_, number)| !(0.0..f64::INFINITY).contains(number)) {
            Some((name, number)) => {
                Err(Error::invalid(format!("`VerifyOptions::{name}`"), "0 or more, finite", number))
            }
            None => Ok(()),
        }
    }
}
