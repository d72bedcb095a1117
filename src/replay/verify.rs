//! Whether a model and data are those of a recording.

use super::{Replay, Run, Snapshot};
use crate::{
    Dataset, Error, Forward, Loss, Metrics, Result, Sequential,
    analysis::{Caveat, DataCheck, ProbeCheck, Verification, VerifyOptions},
    model::{checked, visitor},
};

impl<M: Forward> Run<'_, M> {
    /// Verifies that the model is the recorded one, and that the data are: by what the model made of the probe when it was
    /// recorded, by the recorded data set, and, where there is no probe, by the means that were logged.
    ///
    /// A built-in network must give the same bits as the recorded one; a model of your own may be off by
    /// [`VerifyOptions::outputs_tolerance`]. Proven is that it computes the same on the samples of the probe with the weights
    /// of every epoch: what differs elsewhere only, such as an activation whose other half no sample of it reaches, is not
    /// seen. See [`Verification`] for an example.
    ///
    /// Asked [on](Run::on) `"validation"`, it compares `val_loss` and `val_accuracy`, unless other names are set.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for options that nothing can be compared by; without a probe, [`Error::Missing`] if no loss is
    /// given and none was noted, or nothing was logged under the names that are compared; for a model that forgets a
    /// recorded parameter, as [`Run::at`]; and as [`Snapshot::evaluate`].
    pub fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        options.check()?;
        let options = &options.clone().on(self.recorded_data_name());
        let replay = self.replay();
        let data = match self.dataset() {
            Err(Error::Missing { .. }) if replay.probe().inputs().is_some() => None,
            data => Some(data?),
        };
        let loss = options.loss.or(replay.loss()).filter(|_| options.metrics && data.is_some());
        let ask = |snapshot: &Snapshot<'_, M>| Asked::of(snapshot, loss, options);
        let (asked, skipped) = self.in_order_of_time().map_readable(ask)?;
        let mut verification = compare(asked, skipped, options);
        let recorded = self.recorded_data_name();
        verification.data = data.map_or(Ok(DataCheck::NotAsked), |data| replay.compare_data(recorded, data))?;
        (verification.loss, verification.own_loss) = (loss, replay.name_of(loss));
        if options.train_again {
            let again = self.train_again()?;
            (verification.trained, verification.not_trained) = (again.checks, again.why_none);
            verification.caveats = Caveat::once(verification.caveats.into_iter().chain(again.caveats));
        }
        if verification.checks.is_empty() && verification.not_compared.is_none() {
            let missing = why_not_compared(data, loss, options);
            if verification.probes.is_empty() && verification.trained.is_empty() {
                return Err(missing);
            }
            let not_asked = || "they were not asked for".to_owned();
            verification.not_compared = Some(if options.metrics { missing.to_string() } else { not_asked() });
        }
        Ok(verification)
    }
}

/// What is asked of an epoch.
struct Asked {
    epoch: u64,
    probe: Option<ProbeCheck>,
    /// None where no loss is to be compared.
    logged: Option<Metrics>,
    recomputed: Metrics,
    /// Why nothing was recomputed beside a probe.
    refused: Option<String>,
    caveats: Vec<Caveat>,
}

/// Puts the epochs together.
fn compare(asked: Vec<Asked>, skipped: Vec<Caveat>, options: &VerifyOptions) -> Verification {
    let (mut logged, mut recomputed, mut probes, mut caveats) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut refused = None;
    for epoch in asked {
        logged.extend(epoch.logged.map(|metrics| (epoch.epoch, metrics)));
        recomputed.push((epoch.epoch, epoch.recomputed));
        probes.extend(epoch.probe);
        caveats.extend(epoch.caveats);
        refused = refused.or(epoch.refused);
    }
    let mut verification = Verification::of(&logged, &recomputed, options);
    verification.probes = probes;
    verification.not_compared = refused;
    verification.caveats = Caveat::once(caveats.into_iter().chain(skipped));
    verification
}

impl Asked {
    fn of<M: Forward>(snapshot: &Snapshot<'_, M>, loss: Option<Loss>, options: &VerifyOptions) -> Result<Self> {
        let probe = snapshot.check_probe(options.outputs_tolerance)?;
        let (evaluation, refused) = match loss.map(|loss| snapshot.evaluate(loss)).transpose() {
            // What a model does not say of its outputs is no reason to leave its probe unseen.
            Err(refused @ Error::Invalid { .. }) if probe.is_some() => (None, Some(refused.to_string())),
            evaluation => (evaluation?, None),
        };
        let logged = loss.map(|_| snapshot.metrics()).transpose()?;
        let caveats = evaluation.iter().flat_map(|evaluation| evaluation.caveats.clone()).collect();
        let mut recomputed = evaluation.map(Metrics::from).unwrap_or_default();
        if let Some(loss) = recomputed.get("loss").filter(|_| options.l2 > 0.0) {
            recomputed.insert("loss", loss + options.l2 * squares_of_kernels(snapshot.model())?);
        }
        Ok(Self { epoch: snapshot.epoch(), probe, logged, recomputed, refused, caveats })
    }
}

/// The sum of the squares of all values of floating-point parameters of two or more dimensions.
fn squares_of_kernels(model: &impl Forward) -> Result<f64> {
    let mut sum = 0.0;
    visitor::parameters(model, |parameter| {
        if parameter.shape().len() >= 2 && parameter.values().dtype().is_float() {
            sum += parameter.values().to_f64().iter().map(|value| value * value).sum::<f64>();
        }
        Ok(())
    })?;
    Ok(sum)
}

fn why_not_compared(data: Option<&Dataset>, loss: Option<Loss>, options: &VerifyOptions) -> Error {
    let [loss_name, accuracy_name] = &options.names;
    match loss {
        _ if !options.metrics => Error::missing("probe", "and without metrics nothing is left to compare"),
        _ if data.is_none() => Error::missing("data set", "supply one by `with_dataset`"),
        None => {
            let hint = "give the one that the model was trained with, by `VerifyOptions::loss` or when recording";
            Error::missing("loss to compare", hint)
        }
        Some(_) => {
            let what = format!("{loss_name:?} or {accuracy_name:?} that was logged");
            Error::missing(what, "see `VerifyOptions::names`")
        }
    }
}

impl<M: Forward> Snapshot<'_, M> {
    /// The probe of the moment beside what the model makes of it now; none where none was recorded.
    fn check_probe(&self, tolerance: f64) -> Result<Option<ProbeCheck>> {
        let recorded = self.replay.probe_at(self.moment)?;
        let Some((recorded, inputs)) = recorded.zip(self.replay.probe().inputs()) else { return Ok(None) };
        let built_in = || self.model().description().is_some_and(|own| Sequential::is_described_by(&own));
        let allowed = if recorded.built_in && built_in() { 0.0 } else { tolerance };
        let found = checked::outputs(self.model(), inputs)?;
        Ok(Some(ProbeCheck::of(self.epoch(), &recorded.outputs, &found, allowed)))
    }
}

impl Replay {
    /// Compares data with the recorded ones; where those are missing or damaged, with the inputs of the probe.
    fn compare_data(&self, set: &str, data: &Dataset) -> Result<DataCheck> {
        if self.holder().is_err() {
            return Ok(self.compare_with_checksums(set, data));
        }
        let mut damaged = false;
        let (inputs, targets) =
            (self.matrix_difference(set, "inputs", data.inputs()), self.target_difference(set, data.targets()));
        for difference in [inputs, targets] {
            match difference {
                Ok(None) => {}
                Ok(Some(reason)) => return Ok(DataCheck::Other { reason }),
                Err(Error::Missing { .. }) => return Ok(self.compare_with_probe(data)),
                Err(Error::Corrupted { .. }) => damaged = true,
                Err(error) => return Err(error),
            }
        }
        let among = || self.probe().inputs().map_or(DataCheck::Damaged, |probe| DataCheck::of_probe(data, probe));
        if !damaged {
            return Ok(DataCheck::Recorded);
        }
        Ok(if let other @ DataCheck::Other { .. } = among() { other } else { DataCheck::Damaged })
    }

    /// Where the file is not there that the data lie in, their checksums are.
    fn compare_with_checksums(&self, set: &str, data: &Dataset) -> DataCheck {
        let shared = self.index.manifest.as_ref().and_then(|manifest| manifest.shared.as_ref());
        let recorded = |name| shared.and_then(|shared| shared.matrix(set, name));
        let Some((inputs, targets)) = recorded("inputs").zip(recorded("targets")) else {
            return self.compare_with_probe(data);
        };
        let difference = inputs.difference(data.inputs()).or_else(|| targets.target_difference(data.targets()));
        difference.map_or(DataCheck::Recorded, |reason| DataCheck::Other { reason })
    }

    /// Where no data set is recorded, the inputs of the probe need not be samples of one.
    fn compare_with_probe(&self, data: &Dataset) -> DataCheck {
        let check = self.probe().inputs().map_or(DataCheck::Unknown, |probe| DataCheck::of_probe(data, probe));
        if let DataCheck::Other { .. } = check { DataCheck::Unknown } else { check }
    }
}
