//! Tensors with names, as a model that can be recorded.

use std::collections::{BTreeMap, HashSet};

use candle_core::Tensor;
use training_replay::{Model, Orientation, Parameter, Result, Visitor, Weights};

use crate::{
    NamedTensors,
    array::with_values,
    error::invalid,
    named_tensors::{join, split},
    orientation::Orientations,
    pieces,
};

/// Tensors with names, as a model that training-replay records: the variables of a `VarMap`, say.
///
/// It holds the tensors themselves, which training changes in place: made once, it records what they are at the time. The
/// order is that of their names. Every type is recorded as it is, bit for bit, and a tensor in main memory is written from
/// where it lies, without a copy; one that is not contiguous is copied when its turn comes, and one on a device in pieces.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::{VarBuilder, VarMap};
/// use training_replay::{Metrics, Replay};
/// use training_replay_candle::Recorded;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let varmap = VarMap::new();
/// let hidden = candle_nn::linear(2, 3, VarBuilder::from_varmap(&varmap, DType::BF16, &Device::Cpu).pp("hidden"))?;
///
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&varmap), Metrics::new())?;
/// let weight = replay.parameter(0, "hidden", "weight")?;
/// assert_eq!((weight.shape(), weight.values().dtype().to_string()), ([3, 2].as_slice(), "bf16".into()));
/// # Ok(())
/// # }
/// ```
///
/// # Which way a matrix lies
///
/// candle's `Linear` holds its `weight` as `(outputs, inputs)`, which no shape shows of a square one. A matrix `weight`
/// beside a `bias` is recorded with its [`Orientation`]: whichever of rows and columns are as many as the bias are the
/// outputs; where both are, the rows, as in `Linear`, unless another `weight` of the model shows that it has layers of
/// another kind. Of any other array, an embedding's table say, nothing is said, unless you do by
/// [`oriented`](Self::oriented).
#[derive(Clone, Debug)]
pub struct Recorded {
    pub(crate) entries: Vec<Entry>,
    orientations: BTreeMap<String, Orientation>,
}

/// A tensor with the layer and the name that it is recorded under.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) layer: String,
    pub(crate) name: String,
    pub(crate) tensor: Tensor,
}

impl Entry {
    pub(crate) fn path(&self) -> String {
        join(&self.layer, &self.name)
    }
}

impl Recorded {
    /// Takes tensors with their names; no value is copied.
    pub fn of<T: NamedTensors + ?Sized>(tensors: &T) -> Self {
        Self::from_entries(Vec::new()).and(tensors)
    }

    pub(crate) fn from_entries(entries: Vec<Entry>) -> Self {
        Self { entries, orientations: BTreeMap::new() }
    }

    /// Adds tensors that are kept elsewhere: statistics that are no variables, or the state of an optimizer.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use training_replay::{Model, Weights};
    /// use training_replay_candle::Recorded;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let varmap = candle_nn::VarMap::new();
    /// let average = Tensor::zeros(3, DType::F64, &Device::Cpu)?;
    /// let recorded = Recorded::of(&varmap).and(&[("average.hidden".to_string(), average)]);
    /// assert_eq!(Weights::of(&recorded)?.require("average", "hidden", &[3])?.values().len(), 3);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn and<T: NamedTensors + ?Sized>(mut self, tensors: &T) -> Self {
        let entry = |(path, tensor): (String, Tensor)| {
            let (layer, name) = split(&path);
            Entry { layer: layer.into(), name: name.into(), tensor }
        };
        self.entries.extend(tensors.named_tensors().into_iter().map(entry));
        self.entries.sort_by_cached_key(Entry::path); // A hash map has another order in every process.
        self
    }

    /// Says which way the matrix of this name lies, where the layer is one of your own or has no bias.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use training_replay::{Orientation, Weights};
    /// use training_replay_candle::Recorded;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let table = [("embedding.weight".to_string(), Tensor::zeros((27, 27), DType::F32, &Device::Cpu)?)];
    /// let recorded = Recorded::of(&table).oriented("embedding.weight", Orientation::InputsOutputs);
    /// let weights = Weights::of(&recorded)?;
    /// assert_eq!(weights.iter().next().and_then(|table| table.orientation()), Some(Orientation::InputsOutputs));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Recording fails if no tensor has this name.
    #[must_use]
    pub fn oriented(mut self, path: impl Into<String>, orientation: Orientation) -> Self {
        self.orientations.insert(path.into(), orientation);
        self
    }

    /// Fails for names that are of two tensors, or of none.
    fn check(&self) -> Result<()> {
        let mut paths = HashSet::new();
        if let Some(twice) = self.entries.iter().map(Entry::path).find(|path| !paths.insert(path.clone())) {
            return Err(invalid("the name of a tensor", "the only one", format!("{twice:?} twice")));
        }
        match self.orientations.keys().find(|&path| !paths.contains(path)) {
            Some(path) => {
                Err(invalid("the name given to `oriented`", "of a tensor that is recorded", format!("{path:?}")))
            }
            None => Ok(()),
        }
    }

    /// The parameter of an entry, with these values.
    fn parameter<'p>(
        &self,
        entry: &'p Entry,
        known: &Orientations,
        values: training_replay::Values<'p>,
    ) -> Parameter<'p> {
        let parameter = Parameter::new(entry.layer.as_str(), entry.name.as_str(), entry.tensor.dims(), values);
        match self.orientation(entry, known) {
            Some(orientation) => parameter.oriented(orientation),
            None => parameter,
        }
    }

    /// What its rows and columns stand for, if that was said or is known.
    fn orientation(&self, entry: &Entry, known: &Orientations) -> Option<Orientation> {
        let said = self.orientations.get(&entry.path()).copied();
        said.or_else(|| known.of(entry))
    }
}

impl Model for Recorded {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Weights::of(self)?.into_iter().collect())
    }

    /// What is not wanted is not copied from its device.
    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.check()?;
        let known = Orientations::among(&self.entries);
        for entry in &self.entries {
            if !visitor.wants(&entry.layer, &entry.name) {
                continue;
            }
            if entry.tensor.device().is_cpu() {
                with_values(&entry.path(), &entry.tensor, |values| {
                    visitor.take(self.parameter(entry, &known, values))
                })?;
            } else {
                pieces::hand_over(visitor, entry, self.orientation(entry, &known))?;
            }
        }
        Ok(())
    }
}
