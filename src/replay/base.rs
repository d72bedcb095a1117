//! What a recording of some parameters is replayed over: the parameters that it leaves out.

use std::sync::Arc;

use super::{Replay, given::Given};
use crate::{
    Error, Model, Moment, Parameter, Result, Weights,
    analysis::Caveat,
    model::visitor,
    storage::{LeftOut, LeftOutArray, checksum_of},
};

/// More names than these are counted in an error, and not listed.
const LISTED: usize = 5;

/// The parameters of a frozen model, over which recordings of [some parameters](crate::ReplayOptions::only_parameters) are
/// replayed.
///
/// It is made of any model: the one that was fine-tuned, the weights of an epoch of another recording, or those of a checkpoint. It
/// may hold more than what was left out. Its arrays are in memory once, for however many recordings it [completes](Self::complete).
///
/// ```
/// use training_replay::{Base, Metrics, Parameter, Replay, Weights};
///
/// let weights = |adapter: f32| Weights::from_iter([
///     Parameter::new("proj", "weight", [2], vec![0.5_f32, -0.5]),
///     Parameter::new("proj", "lora_A", [1], vec![adapter]),
/// ]);
/// let mut replay = Replay::options().only_parameters(["*lora_*"]).in_memory();
/// for adapter in [0.0, 0.25] {
///     replay.record(&weights(adapter), Metrics::new())?;
/// }
/// let message = replay.weights(1).unwrap_err().to_string();
/// assert!(message.contains("proj/weight") && message.contains("Base::of"));
///
/// let replay = Base::of(&weights(0.0))?.complete(replay)?;
/// assert_eq!(replay.weights(1)?, weights(0.25));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Base {
    /// Each with its checksum.
    arrays: Arc<Vec<(Parameter<'static>, u32)>>,
}

impl Base {
    /// Copies the parameters of a model.
    ///
    /// # Errors
    ///
    /// Whatever [`Model::visit`] returns, and [`Error::Shape`](crate::Error::Shape) for a shape that does not fit its values.
    pub fn of<M: Model + ?Sized>(model: &M) -> Result<Self> {
        let mut arrays = Vec::new();
        visitor::parameters(model, |parameter| {
            parameter.check()?;
            let checksum = checksum_of(parameter.values());
            arrays.push((parameter.into_owned(), checksum));
            Ok(())
        })?;
        Ok(Self { arrays: Arc::new(arrays) })
    }

    /// Returns a recording with the parameters that it leaves out: from then on everything is asked of all of them.
    ///
    /// Parameters are found by layer and name, and must have the type, the shape and the checksum that were recorded of them.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for a recording that leaves nothing out, and if a parameter is not there, twice, of
    /// another type or shape, or of other values: then it names both checksums.
    pub fn complete(&self, mut replay: Replay) -> Result<Replay> {
        let left_out = replay.left_out();
        if left_out.is_empty() {
            let expected = "one that leaves some parameters out, as `Replay::options().only_parameters` has it";
            return Err(Error::invalid("the recording to be completed", expected, "one that leaves none out"));
        }
        let mut places = vec![None; left_out.arrays().len()];
        for (place, (parameter, checksum)) in self.arrays.iter().enumerate() {
            let Some(at) = left_out.position(parameter.layer(), parameter.name()) else { continue };
            left_out.arrays()[at].expect(parameter, Some(*checksum), "the base", "")?;
            if places[at].replace(place).is_some() {
                let what = format!("parameter {} of the base", parameter.label());
                return Err(Error::invalid(what, "the only one of its name", "there twice"));
            }
        }
        let missing = left_out.arrays().iter().zip(&places).filter(|(_, place)| place.is_none());
        let missing: Vec<&LeftOutArray> = missing.map(|(array, _)| array).collect();
        if !missing.is_empty() {
            let expected = "all that the recording leaves out; `Replay::rename` gives it the names of the base";
            return Err(Error::invalid("the base", expected, format!("without {}", listed(&missing))));
        }
        let places = places.into_iter().flatten().collect();
        replay.base = Some(Given { arrays: Arc::clone(&self.arrays), places });
        Ok(replay)
    }
}

impl Replay {
    /// What is known of the parameters that are not recorded.
    pub(super) fn left_out(&self) -> Arc<LeftOut> {
        self.index.manifest.as_ref().map(|manifest| Arc::clone(&manifest.left_out)).unwrap_or_default()
    }

    /// Whether parameters are left out, and there is no base that has them.
    pub(crate) fn lacks_base(&self) -> bool {
        self.base.is_none() && self.recorded_weights().left_out().len() > 0
    }

    /// What answers about recorded weights do without, where there is no base that has it.
    pub(crate) fn caveat_of_base(&self) -> Option<Caveat> {
        let left_out = self.left_out();
        let what = || format!("{}, which were not recorded,", listed(&left_out.arrays().iter().collect::<Vec<_>>()));
        self.lacks_base().then(|| Caveat::left_out(format!("the parameters {}", what()), "`Base::complete`"))
    }

    /// Fails where parameters are left out, and there is no base that has them.
    pub(super) fn expect_base(&self) -> Result<()> {
        if !self.lacks_base() {
            return Ok(());
        }
        let left_out = self.left_out();
        let missing = listed(&left_out.arrays().iter().collect::<Vec<_>>());
        let hint = "they were left out when it was recorded: `Base::of(&model)?.complete(replay)?` gives them";
        Err(Error::missing(format!("values of the parameters {missing}"), hint))
    }

    /// Reads all parameters at a moment, those of the base among them.
    pub(crate) fn read_whole(&self, moment: Moment, weights: &mut Weights) -> Result<()> {
        self.index.at(moment)?;
        self.expect_base()?;
        self.read_known(moment, weights)
    }

    /// The same without those that are left out, where there is no base that has them.
    pub(crate) fn read_known(&self, moment: Moment, weights: &mut Weights) -> Result<()> {
        let Some(base) = &self.base else { return self.recorded_weights().read_into(moment, weights) };
        let left_out = self.left_out();
        // Memory goes to the same parameters again, as far as those of the base lie in between.
        let is_recorded = |parameter: &Parameter<'_>| left_out.position(parameter.layer(), parameter.name()).is_none();
        *weights = std::mem::take(weights).into_iter().filter(is_recorded).collect();
        self.recorded_weights().read_into(moment, weights)?;
        let recorded = std::mem::take(weights);
        *weights = left_out.among(recorded, |at| base.parameter(&left_out, at)).collect();
        Ok(())
    }

    /// The checksums of all that [`read_whole`](Self::read_whole) reads, in its order, if the recording has them.
    pub(super) fn whole_checksums(&self, moment: Moment) -> Result<Option<Vec<u32>>> {
        let left_out = self.left_out();
        let among = |recorded| left_out.among(recorded, |at| left_out.arrays()[at].checksum).collect();
        Ok(self.checksums(moment)?.map(among))
    }

    /// A parameter that is left out, of the base; none of another name.
    pub(super) fn parameter_of_base(&self, layer: &str, name: &str) -> Result<Option<Parameter<'static>>> {
        let left_out = self.left_out();
        let Some(at) = left_out.position(layer, name) else { return Ok(None) };
        self.expect_base()?;
        Ok(self.base.as_ref().map(|base| base.parameter(&left_out, at)))
    }

    /// Fails if two recordings leave out the same parameters with other values, and no base has them to be compared.
    pub(super) fn expect_same_base(&self, other: &Self) -> Result<()> {
        if !self.lacks_base() || !other.lacks_base() {
            return Ok(());
        }
        let (own, theirs) = (self.left_out(), other.left_out());
        let differ = |array: &&LeftOutArray| {
            let at = theirs.position(array.spec.layer(), array.spec.name());
            at.is_none_or(|at| theirs.arrays()[at].checksum != array.checksum)
        };
        match own.arrays().iter().find(differ) {
            None => Ok(()),
            Some(array) => {
                let what = format!("parameter {}/{}, which is left out", array.spec.layer(), array.spec.name());
                let at = theirs.position(array.spec.layer(), array.spec.name());
                let found = at.map_or_else(
                    || "not known to the other recording".to_owned(),
                    |at| format!("of the checksum {:08x} in the other recording", theirs.arrays()[at].checksum),
                );
                let expected = format!("of the checksum {:08x}; complete both by their bases", array.checksum);
                Err(Error::invalid(what, expected, found))
            }
        }
    }
}

/// The first of some names, and how many more there are.
fn listed(arrays: &[&LeftOutArray]) -> String {
    let label = |array: &&LeftOutArray| format!("{}/{}", array.spec.layer(), array.spec.name());
    let shown: Vec<String> = arrays.iter().take(LISTED).map(label).collect();
    match arrays.len() - shown.len() {
        0 => format!("{shown:?}"),
        more => format!("{shown:?} and {more} more"),
    }
}
