//! The parameters of a model that are not recorded: what is known of them, in the first record.
//!
//! The model is trained beside them and they stay as they are, a base under adapters, say. Where their values come from when it
//! is replayed the caller knows; a checksum of each says whether they are the same. `docs/format.md` has the bytes, under
//! "MODEL".

use serde::{Deserialize, Serialize};

use super::{
    array_bytes::checksum_of,
    tensor::{MAX_PARAMETERS, TensorSpec, orientation_id, orientation_of},
};
use crate::{Error, Parameter, Result, model::matching::Name};

/// A parameter that is not recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LeftOutArray {
    /// Its place among all parameters of the model.
    pub(crate) place: usize,
    pub(crate) spec: TensorSpec,
    /// The CRC-32 of its values at the first recorded epoch.
    pub(crate) checksum: u32,
}

/// All of them, in the order of the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LeftOut {
    arrays: Vec<LeftOutArray>,
    /// Their places here in the order of layers and names.
    by_name: Vec<usize>,
}

/// As it lies in a file. The order of the fields is the format.
#[derive(Serialize, Deserialize)]
pub(super) struct Encoded {
    place: u64,
    spec: TensorSpec,
    orientation: u8,
    checksum: u32,
}

impl LeftOutArray {
    /// Describes a parameter as it is now.
    pub(crate) fn of(parameter: &Parameter<'_>, place: usize) -> Result<Self> {
        Ok(Self { place, spec: TensorSpec::of(parameter)?, checksum: checksum_of(parameter.values()) })
    }

    fn name(&self) -> Name<'_> {
        (self.spec.layer(), self.spec.name())
    }

    /// Fails unless a parameter is this one: of its type and shape, and with its values, whose checksum may be known. `of` says
    /// whose it is, `hint` what to do.
    pub(crate) fn expect(&self, parameter: &Parameter<'_>, checksum: Option<u32>, of: &str, hint: &str) -> Result<()> {
        let what = || format!("parameter {}/{} of {of}", self.spec.layer(), self.spec.name());
        parameter.check()?;
        if !self.spec.describes(parameter) {
            let found = TensorSpec::of(parameter)?.label();
            return Err(Error::invalid(what(), format!("{}, as it was left out", self.spec.label()), found));
        }
        let found = checksum.unwrap_or_else(|| checksum_of(parameter.values()));
        if found == self.checksum {
            return Ok(());
        }
        let expected = format!("what it was when it was left out, of the checksum {:08x}{hint}", self.checksum);
        Err(Error::invalid(what(), expected, format!("of other values, of the checksum {found:08x}")))
    }
}

impl LeftOut {
    /// Puts them together beside those that are recorded.
    ///
    /// Fails unless their places are those of a list of all, and every name is another one.
    pub(crate) fn new(arrays: Vec<LeftOutArray>, recorded: &[TensorSpec]) -> Result<Self, String> {
        let all = arrays.len() + recorded.len();
        if all > MAX_PARAMETERS {
            return Err(format!("it has {all} parameters, and at most {MAX_PARAMETERS} may be"));
        }
        let ascend = arrays.is_sorted_by(|one, next| one.place < next.place);
        if !ascend || arrays.last().is_some_and(|last| last.place >= all) {
            return Err("the parameters that are left out have no places among all".into());
        }
        let mut by_name: Vec<usize> = (0..arrays.len()).collect();
        by_name.sort_unstable_by(|&one, &other| arrays[one].name().cmp(&arrays[other].name()));
        let left_out = Self { arrays, by_name };
        match left_out.listed_twice(recorded) {
            None => Ok(left_out),
            Some((layer, name)) => Err(format!("it lists {layer}/{name} twice")),
        }
    }

    /// A name that two of them have, or one of them and one that is recorded.
    fn listed_twice<'a>(&'a self, recorded: &'a [TensorSpec]) -> Option<Name<'a>> {
        let names = || self.by_name.iter().map(|&at| self.arrays[at].name());
        let twice = names().zip(names().skip(1)).find(|(one, next)| one == next).map(|(name, _)| name);
        let mut recorded = recorded.iter().map(|spec| (spec.layer(), spec.name()));
        twice.or_else(|| recorded.find(|(layer, name)| self.position(layer, name).is_some()))
    }

    pub(crate) fn arrays(&self) -> &[LeftOutArray] {
        &self.arrays
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.arrays.is_empty()
    }

    /// Returns which of them has this name.
    pub(crate) fn position(&self, layer: &str, name: &str) -> Option<usize> {
        let found = self.by_name.binary_search_by(|&at| self.arrays[at].name().cmp(&(layer, name)));
        found.ok().map(|at| self.by_name[at])
    }

    /// Returns how many values they have.
    pub(crate) fn values(&self) -> usize {
        self.arrays.iter().filter_map(|array| array.spec.count()).fold(0, usize::saturating_add)
    }

    /// Puts what is of them among what is of `recorded` parameters, in the order of the model.
    pub(crate) fn among<T>(
        &self,
        recorded: impl IntoIterator<Item = T>,
        mut of: impl FnMut(usize) -> T,
    ) -> impl Iterator<Item = T> {
        let (mut recorded, mut next) = (recorded.into_iter(), 0);
        (0..).map_while(move |place| match self.arrays.get(next) {
            Some(array) if array.place == place => {
                next += 1;
                Some(of(next - 1))
            }
            _ => recorded.next(),
        })
    }

    /// Gives them other names, in memory, beside recorded ones that have theirs already.
    pub(super) fn renamed(
        &self,
        rule: impl Fn(&str, &str) -> (String, String),
        recorded: &[TensorSpec],
    ) -> Result<Self> {
        let mut arrays = self.arrays.clone();
        for LeftOutArray { spec, .. } in &mut arrays {
            let name = rule(spec.layer(), spec.name());
            spec.rename(name);
        }
        Self::new(arrays, recorded).map_err(|found| Error::invalid("the new name", "another one for each", found))
    }

    pub(super) fn encode(&self) -> Vec<Encoded> {
        let encode = |LeftOutArray { place, spec, checksum }: &LeftOutArray| {
            let orientation = spec.orientation().map_or(0, orientation_id);
            Encoded { place: *place as u64, spec: spec.clone(), orientation, checksum: *checksum }
        };
        self.arrays.iter().map(encode).collect()
    }

    /// Returns those in a file, beside those that are recorded in it, or why there are none.
    pub(super) fn decode(encoded: Vec<Encoded>, recorded: &[TensorSpec]) -> Result<Self, String> {
        let array = |Encoded { place, mut spec, orientation, checksum }: Encoded| {
            if !spec.is_parameter() {
                return Err("a parameter that is left out is beyond the limits of the format".to_owned());
            }
            spec.orientation = orientation_of(orientation);
            Ok(LeftOutArray { place: usize::try_from(place).unwrap_or(usize::MAX), spec, checksum })
        };
        Self::new(encoded.into_iter().map(array).collect::<Result<_, _>>()?, recorded)
    }
}
