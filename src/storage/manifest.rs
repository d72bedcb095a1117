//! The manifest, the first record: which parameters every epoch has, which model they are of, and what the user noted.
//!
//! Every epoch is read and checked by it, so that epochs hold values and nothing else. `docs/format.md` has its bytes,
//! under "MODEL".

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{block::up, data_names::DataNames, header::MAX_DATA, tensor::TensorSpec};
use crate::{
    Description, Error, Loss, Parameter, Result, codec,
    model::matching::{self, Name},
};

/// The most parameters (arrays, not values) a model may have.
const MAX_PARAMETERS: usize = 1 << 16;

/// What all epochs of a recording share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Manifest {
    parameters: Vec<TensorSpec>,
    /// How long the data of every epoch are; computed once, and compared with each header.
    data_len: u64,
    /// How many DATA records follow.
    pub(crate) data_records: u64,
    /// The one the model was trained with.
    pub(crate) loss: Option<Loss>,
    pub(crate) description: Option<Description>,
    /// The user's notes.
    pub(crate) metadata: Vec<(String, String)>,
    /// What the data sets are called: none in a recording of format 1.0, or without data.
    pub(crate) data_names: Vec<DataNames>,
}

/// The manifest as it lies in the file. The order of the fields is the format; a later minor version may append some.
#[derive(Serialize, Deserialize)]
struct Encoded {
    parameters: Vec<TensorSpec>,
    data_records: u64,
    loss: Option<u8>,
    description: Option<(String, Vec<u8>)>,
    metadata: Vec<(String, String)>,
}

impl Manifest {
    /// Creates the manifest of a model with these parameters.
    ///
    /// Fails if two share a name, a shape does not fit its values, or they are more than a record holds: before anything
    /// is written.
    pub(crate) fn new(parameters: &[Parameter<'_>], description: Option<Description>) -> Result<Self> {
        let specs = parameters.iter().map(TensorSpec::of).collect::<Result<Vec<_>>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = parameters.iter().find(|p| !names.insert((p.layer(), p.name()))) {
            let found = format!("listed twice: {}/{}", twice.layer(), twice.name());
            return Err(Error::invalid("a parameter of the model", "the only one of its layer and name", found));
        }
        let data_len = data_len(&specs).filter(|_| specs.len() <= MAX_PARAMETERS).ok_or_else(|| {
            let expected = format!("at most {MAX_PARAMETERS} arrays and {MAX_DATA} bytes");
            let bytes = specs.iter().filter_map(TensorSpec::bytes).fold(0, u64::saturating_add);
            Error::invalid("the size of the model", expected, format!("{} arrays and {bytes} bytes", specs.len()))
        })?;
        let (data_records, loss, metadata, data_names) = (0, None, Vec::new(), Vec::new());
        Ok(Self { parameters: specs, data_len, data_records, loss, description, metadata, data_names })
    }

    pub(crate) fn parameters(&self) -> &[TensorSpec] {
        &self.parameters
    }

    /// Returns how many bytes of data every epoch has.
    pub(crate) fn data_len(&self) -> u64 {
        self.data_len
    }

    /// Returns the parameters in the recorded order.
    ///
    /// Fails unless these are the recorded model's, with other values perhaps and in another order, and the model describes
    /// itself as it was recorded, or not at all.
    pub(crate) fn arrange<'a>(
        &self,
        parameters: Vec<Parameter<'a>>,
        description: Option<&Description>,
    ) -> Result<Vec<Parameter<'a>>> {
        let parameters = if self.names().eq(parameters.iter().map(|p| (p.layer(), p.name()))) {
            parameters
        } else {
            self.ordered(parameters)?
        };
        let differs = self.parameters.iter().zip(&parameters).find(|(spec, parameter)| !spec.describes(parameter));
        if let Some((spec, parameter)) = differs {
            let expected = format!("{} as recorded before", spec.label());
            return Err(Error::invalid("a parameter of the model", expected, TensorSpec::of(parameter)?.label()));
        }
        parameters.iter().try_for_each(Parameter::check)?;
        self.expect_description(description)?;
        Ok(parameters)
    }

    /// Gives the parameters other names, in memory; none if two would get the same.
    pub(crate) fn rename(&mut self, rule: impl Fn(&str, &str) -> (String, String)) -> Result<()> {
        let renamed: Vec<_> = self.names().map(|(layer, name)| rule(layer, name)).collect();
        let mut names = HashSet::new();
        if let Some((layer, name)) = renamed.iter().find(|name| !names.insert(*name)) {
            let found = format!("{layer}/{name} for two parameters");
            return Err(Error::invalid("the new name", "another one for each", found));
        }
        self.parameters.iter_mut().zip(renamed).for_each(|(spec, name)| spec.rename(name));
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.parameters.iter().map(|spec| (spec.layer(), spec.name()))
    }

    fn ordered<'a>(&self, parameters: Vec<Parameter<'a>>) -> Result<Vec<Parameter<'a>>> {
        let known: Vec<_> = self.names().collect();
        let given: Vec<_> = parameters.iter().map(|p| (p.layer(), p.name())).collect();
        let expected = "of the names that were recorded; `Replay::options().rename` maps others to them";
        let places = matching::places(&known, &given, "the list of the model's parameters", expected)?;
        let mut parameters: Vec<_> = parameters.into_iter().map(Some).collect();
        Ok(places.into_iter().filter_map(|place| parameters[place].take()).collect())
    }

    fn expect_description(&self, description: Option<&Description>) -> Result<()> {
        if description.is_some_and(|description| self.description.as_ref() != Some(description)) {
            let expected = "the one that was recorded before";
            return Err(Error::invalid("the model's description of itself", expected, "another one"));
        }
        Ok(())
    }

    /// Returns the meta of the MODEL record.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        let encoded = Encoded {
            parameters: self.parameters.clone(),
            data_records: self.data_records,
            loss: self.loss.map(loss_id),
            description: self.description.as_ref().map(|d| (d.kind().into(), d.bytes().into())),
            metadata: self.metadata.clone(),
        };
        // The probe's place.
        codec::encode(&(encoded, None::<()>, &self.data_names))
            .map_err(|reason| Error::invalid("the size of notes and descriptions", codec::AT_MOST, reason))
    }

    /// Returns the manifest in these bytes, or why there is none. What lies behind the fields that are known here is
    /// ignored.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let encoded: Encoded = codec::decode_prefix(bytes)?;
        let mut later = codec::behind(&encoded, bytes)?;
        let _probe: Option<()> = codec::take_next(&mut later)?;
        let data_names = codec::take_next(&mut later)?;
        let within = encoded.parameters.len() <= MAX_PARAMETERS;
        let sound = within && encoded.parameters.iter().all(TensorSpec::is_parameter);
        let data_len = data_len(&encoded.parameters).filter(|_| sound);
        Ok(Self {
            data_len: data_len.ok_or("its parameters are beyond the limits of the format")?,
            parameters: encoded.parameters,
            data_records: encoded.data_records,
            loss: encoded.loss.and_then(loss),
            description: encoded.description.map(|(kind, bytes)| Description::new(kind, bytes)),
            metadata: encoded.metadata,
            data_names,
        })
    }
}

/// Returns the length of all arrays, each beginning at a multiple of 64, if it is within the limits.
fn data_len(specs: &[TensorSpec]) -> Option<u64> {
    let add = |end: u64, spec: &TensorSpec| up(end).checked_add(spec.bytes()?).filter(|&end| end <= MAX_DATA);
    specs.iter().try_fold(0, add)
}

/// The numbers of losses in files are explicit, and none is ever given another meaning.
fn loss_id(loss: Loss) -> u8 {
    match loss {
        Loss::BinaryCrossEntropy => 0,
        Loss::CategoricalCrossEntropy => 1,
        Loss::MeanSquaredError => 2,
    }
}

/// Returns none for a loss of a later version: the recording reads without it.
fn loss(id: u8) -> Option<Loss> {
    match id {
        0 => Some(Loss::BinaryCrossEntropy),
        1 => Some(Loss::CategoricalCrossEntropy),
        2 => Some(Loss::MeanSquaredError),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<Parameter<'static>> {
        vec![
            Parameter::new("hidden", "kernel", [2, 3], vec![0.0_f32; 6]),
            Parameter::new("hidden", "bias", [3], vec![0.0_f64; 3]),
        ]
    }

    #[test]
    fn what_describes_a_recording_comes_back() {
        let mut manifest = Manifest::new(&parameters(), Some(Description::new("test/1", [1, 2]))).unwrap();
        manifest.loss = Some(Loss::MeanSquaredError);
        manifest.data_records = 2;
        manifest.metadata = vec![("author".into(), "me".into())];
        let bytes = manifest.encode().unwrap();
        assert_eq!(Manifest::decode(&bytes[..bytes.len() - 9]), Ok(manifest.clone()), "as format 1.0 wrote it");
        let classes = vec!["a".into(), "b".into()];
        manifest.data_names = vec![DataNames { name: "validation".into(), classes, features: Vec::new() }];
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()), Ok(manifest.clone()));
        assert_eq!(manifest.data_len(), 64 + 24);
        let mut later = manifest.encode().unwrap();
        later.extend([9; 7]);
        assert_eq!(Manifest::decode(&later), Ok(manifest), "fields that a later minor version appended are ignored");
    }

    #[test]
    fn an_error_about_another_model_names_the_parameter_that_differs() {
        let manifest = Manifest::new(&parameters(), None).unwrap();
        assert_eq!(manifest.arrange(parameters(), None).unwrap(), parameters());
        let mut other = parameters();
        other[1] = Parameter::new("hidden", "bias", [3], vec![0.0_f32; 3]);
        let message = manifest.arrange(other, None).unwrap_err().to_string();
        assert!(message.contains("hidden/bias [3] f32") && message.contains("hidden/bias [3] f64"), "{message}");
        let message = manifest.arrange(parameters()[..1].to_vec(), None).unwrap_err().to_string();
        assert!(message.contains(r#"without ["hidden/bias"]"#) && message.contains("rename"), "{message}");
        assert!(manifest.arrange(parameters(), Some(&Description::new("other/1", []))).is_err());
    }

    #[test]
    fn parameters_in_another_order_are_arranged_as_they_were_recorded() {
        let manifest = Manifest::new(&parameters(), None).unwrap();
        let reversed = parameters().into_iter().rev().collect();
        assert_eq!(manifest.arrange(reversed, None).unwrap(), parameters());
        let twice = [parameters(), parameters()].concat();
        assert!(manifest.arrange(twice, None).unwrap_err().to_string().contains("hidden/kernel twice"));
    }

    #[test]
    fn names_that_would_become_one_are_not_changed() {
        let mut manifest = Manifest::new(&parameters(), None).unwrap();
        let before = manifest.clone();
        let message = manifest.rename(|layer, _| (layer.into(), "w".into())).unwrap_err().to_string();
        assert!(message.contains("hidden/w for two parameters"), "{message}");
        assert_eq!(manifest, before);
    }

    #[test]
    fn a_parameter_that_is_listed_twice_or_misshapen_is_refused() {
        let twice = [parameters(), parameters()].concat();
        assert!(Manifest::new(&twice, None).unwrap_err().to_string().contains("listed twice: hidden/kernel"));
        let misshapen = [Parameter::new("a", "b", [2, usize::MAX], vec![0.0_f32])];
        assert!(matches!(Manifest::new(&misshapen, None), Err(Error::Shape { .. })));
    }
}
