//! The manifest, the first record: which parameters every epoch has, which model they are of, and what the user noted.
//!
//! Every epoch is read and checked by it, so that epochs hold values and nothing else. `docs/format.md` has its bytes,
//! under "MODEL".

use std::{collections::HashSet, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    ancestor::Ancestor,
    block::up,
    data_names::DataNames,
    expected::Expected,
    header::MAX_DATA,
    left_out::{LeftOut, LeftOutArray},
    notes::Notes,
    probe::Rows,
    shared_data::SharedData,
    tensor::{MAX_PARAMETERS, TensorSpec, orientation_id, orientation_of},
};
use crate::{Description, Error, Loss, Matrix, Result, codec, model::matching::Name};

/// What all epochs of a recording share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Manifest {
    parameters: Vec<TensorSpec>,
    /// Where each of them begins in the data of an epoch.
    places: Vec<u64>,
    /// How long the data of every epoch are; computed once, and compared with each header.
    data_len: u64,
    /// How many DATA records follow.
    pub(crate) data_records: u64,
    /// The one the model was trained with.
    pub(crate) loss: Option<Loss>,
    /// What the model's own loss is called: none in a recording of format 1.0.
    pub(crate) own_loss: Option<String>,
    pub(crate) description: Option<Description>,
    /// The user's notes.
    pub(crate) notes: Notes,
    /// The inputs of the probe: none in a recording of format 1.0, or without one.
    pub(crate) probe: Option<Matrix>,
    /// What the data sets are called: none in a recording of format 1.0, or without data.
    pub(crate) data_names: Vec<DataNames>,
    /// The run that this one was forked from, if it was.
    pub(crate) ancestor: Option<Ancestor>,
    /// The data sets, if they lie in a file of their own: then there are no DATA records.
    pub(crate) shared: Option<SharedData>,
    /// The parameters of the model that are not recorded: none, usually.
    pub(crate) left_out: Arc<LeftOut>,
}

/// The manifest as it lies in a file of format 1.0. The order of the fields is the format; what later minor versions
/// appended is read one by one behind it.
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
    /// Fails if two share a name, or they are more than a record holds: before anything is written.
    pub(crate) fn new(parameters: Vec<TensorSpec>, description: Option<Description>) -> Result<Self> {
        let mut names = HashSet::new();
        if let Some(twice) = parameters.iter().find(|spec| !names.insert((spec.layer(), spec.name()))) {
            let found = format!("listed twice: {}/{}", twice.layer(), twice.name());
            return Err(Error::invalid("a parameter of the model", "the only one of its layer and name", found));
        }
        let layout = layout(&parameters).filter(|_| parameters.len() <= MAX_PARAMETERS).ok_or_else(|| {
            let expected = format!("at most {MAX_PARAMETERS} arrays and {MAX_DATA} bytes");
            let bytes = parameters.iter().filter_map(TensorSpec::bytes).fold(0, u64::saturating_add);
            Error::invalid("the size of the model", expected, format!("{} arrays and {bytes} bytes", parameters.len()))
        })?;
        let ((places, data_len), data_records, loss, notes) = (layout, 0, None, Notes::default());
        let (probe, data_names, own_loss, ancestor, shared) = (None, Vec::new(), None, None, None);
        let left_out = Arc::default();
        Ok(Self {
            parameters,
            places,
            data_len,
            data_records,
            loss,
            own_loss,
            description,
            notes,
            probe,
            data_names,
            ancestor,
            shared,
            left_out,
        })
    }

    /// The same where others of the model's parameters are left out.
    ///
    /// Fails unless all of them are the parameters of a model.
    pub(crate) fn leaving_out(mut self, arrays: Vec<LeftOutArray>) -> Result<Self> {
        let left_out = LeftOut::new(arrays, &self.parameters)
            .map_err(|found| Error::invalid("the list of the model's parameters", "of one of each name", found))?;
        self.left_out = left_out.into();
        Ok(self)
    }

    pub(crate) fn parameters(&self) -> &[TensorSpec] {
        &self.parameters
    }

    /// Returns where each of the parameters begins in the data of an epoch.
    pub(crate) fn places(&self) -> &[u64] {
        &self.places
    }

    /// Returns where one of them lies there, whole.
    pub(crate) fn place(&self, index: usize) -> Range<u64> {
        let bytes = self.parameters[index].bytes().unwrap_or(0);
        self.places[index]..self.places[index] + bytes
    }

    /// Returns how many values all parameters have, recorded or not.
    pub(crate) fn values(&self) -> usize {
        let left_out = self.left_out.values();
        self.parameters.iter().filter_map(TensorSpec::count).fold(left_out, usize::saturating_add)
    }

    /// Returns the index of a parameter.
    pub(crate) fn index_of(&self, layer: &str, name: &str) -> Option<usize> {
        self.names().position(|known| known == (layer, name))
    }

    /// Returns how many bytes of data every epoch has.
    pub(crate) fn data_len(&self) -> u64 {
        self.data_len
    }

    /// Returns what takes the parameters of a snapshot in any order, and knows which are missing.
    pub(crate) fn expected(&self) -> Expected<'_> {
        Expected::new(&self.parameters)
    }

    /// Gives the parameters other names, in memory; none if two would get the same.
    pub(crate) fn rename(&mut self, rule: impl Fn(&str, &str) -> (String, String)) -> Result<()> {
        let renamed: Vec<_> = self.names().map(|(layer, name)| rule(layer, name)).collect();
        let mut names = HashSet::new();
        if let Some((layer, name)) = renamed.iter().find(|name| !names.insert(*name)) {
            let found = format!("{layer}/{name} for two parameters");
            return Err(Error::invalid("the new name", "another one for each", found));
        }
        let mut parameters = self.parameters.clone();
        parameters.iter_mut().zip(renamed).for_each(|(spec, name)| spec.rename(name));
        self.left_out = self.left_out.renamed(rule, &parameters)?.into();
        self.parameters = parameters;
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.parameters.iter().map(|spec| (spec.layer(), spec.name()))
    }

    /// Fails unless the model describes itself as it was recorded, or not at all.
    pub(crate) fn expect_description(&self, description: Option<&Description>) -> Result<()> {
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
            metadata: self.notes.texts().to_vec(),
        };
        let probe = self.probe.as_ref().map(Rows::from);
        // What lies elsewhere is named there: who does not know of it finds a recording without data.
        let data_names = if self.shared.is_some() { &[][..] } else { &self.data_names };
        let known = codec::encode(&(encoded, probe, data_names, self.orientations(), &self.own_loss));
        let (values, left_out) = (self.notes.encode_values(), self.left_out.encode());
        let later = [
            (self.ancestor.is_some(), codec::encode(&self.ancestor)),
            (!values.is_empty(), codec::encode(&values)),
            (self.shared.is_some(), codec::encode(&self.shared)),
            (!left_out.is_empty(), codec::encode(&left_out)),
        ];
        // A field that has nothing to say, and none behind it that has, is left out.
        let said = later.iter().rposition(|(says, _)| *says).map_or(0, |last| last + 1);
        let fields = [known].into_iter().chain(later.into_iter().take(said).map(|(_, field)| field));
        let bytes = fields.collect::<Result<Vec<_>, _>>().map(|fields| fields.concat()).and_then(codec::within);
        bytes.map_err(|reason| Error::invalid("the size of notes and descriptions", codec::AT_MOST, reason))
    }

    /// What rows and columns stand for, a number for each parameter; none if nobody said it of any.
    fn orientations(&self) -> Vec<u8> {
        if self.parameters.iter().all(|spec| spec.orientation.is_none()) {
            return Vec::new();
        }
        self.parameters.iter().map(|spec| spec.orientation.map_or(0, orientation_id)).collect()
    }

    /// Returns the manifest in these bytes, or why there is none. What lies behind the fields that are known here is
    /// ignored.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let encoded: Encoded = codec::decode_prefix(bytes)?;
        let mut later = codec::behind(&encoded, bytes)?;
        let probe: Option<Rows> = codec::take_next(&mut later)?;
        let mut data_names: Vec<DataNames> = codec::take_next(&mut later)?;
        let parameters = oriented(encoded.parameters, &codec::take_next::<Vec<u8>>(&mut later)?)?;
        let own_loss: Option<String> = codec::take_next(&mut later)?;
        let ancestor: Option<Ancestor> = codec::take_next(&mut later)?;
        let notes = Notes::decode(encoded.metadata, codec::take_next(&mut later)?)?;
        let shared: Option<SharedData> = codec::take_next(&mut later)?;
        let shared = shared.map(SharedData::checked).transpose()?;
        if let Some(shared) = &shared {
            if encoded.data_records > 0 || !data_names.is_empty() {
                return Err("its data lie in two files".into());
            }
            data_names.clone_from(&shared.names);
        }
        let left_out = LeftOut::decode(codec::take_next(&mut later)?, &parameters)?;
        let within = parameters.len() <= MAX_PARAMETERS;
        let sound = within && parameters.iter().all(TensorSpec::is_parameter);
        let layout = layout(&parameters).filter(|_| sound);
        let (places, data_len) = layout.ok_or("its parameters are beyond the limits of the format")?;
        Ok(Self {
            places,
            data_len,
            parameters,
            data_records: encoded.data_records,
            loss: encoded.loss.and_then(loss),
            own_loss,
            description: encoded.description.map(|(kind, bytes)| Description::new(kind, bytes)),
            notes,
            probe: probe.map(|probe| probe.matrix()).transpose()?,
            data_names,
            ancestor,
            shared,
            left_out: left_out.into(),
        })
    }
}

/// Returns where each array begins, at a multiple of 64, and the length of all, if it is within the limits.
fn layout(specs: &[TensorSpec]) -> Option<(Vec<u64>, u64)> {
    let mut places = Vec::with_capacity(specs.len());
    let add = |end: u64, spec: &TensorSpec| {
        places.push(up(end));
        up(end).checked_add(spec.bytes()?).filter(|&end| end <= MAX_DATA)
    };
    let end = specs.iter().try_fold(0, add)?;
    Some((places, end))
}

/// Gives parameters what their rows and columns stand for, if it is known of any; that of a later version is not.
fn oriented(mut parameters: Vec<TensorSpec>, ids: &[u8]) -> Result<Vec<TensorSpec>, String> {
    if !ids.is_empty() && ids.len() != parameters.len() {
        return Err(format!("it has {} orientations for {} parameters", ids.len(), parameters.len()));
    }
    for (spec, id) in parameters.iter_mut().zip(ids) {
        spec.orientation = orientation_of(*id);
    }
    Ok(parameters)
}

/// The numbers of losses in files are explicit, and none is ever given another meaning.
fn loss_id(loss: Loss) -> u8 {
    match loss {
        Loss::BinaryCrossEntropy => 0,
        Loss::CategoricalCrossEntropy => 1,
        Loss::MeanSquaredError => 2,
        Loss::Own => 3,
    }
}

/// Returns none for a loss of a later version: the recording reads without it.
fn loss(id: u8) -> Option<Loss> {
    match id {
        0 => Some(Loss::BinaryCrossEntropy),
        1 => Some(Loss::CategoricalCrossEntropy),
        2 => Some(Loss::MeanSquaredError),
        3 => Some(Loss::Own),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Orientation, Parameter,
        storage::{SharedMatrix, TRAINING, matrix_spec},
    };

    fn parameters() -> Vec<TensorSpec> {
        let kernel = Parameter::new("hidden", "kernel", [2, 3], vec![0.0_f32; 6]);
        let bias = Parameter::new("hidden", "bias", [3], vec![0.0_f64; 3]);
        [kernel.oriented(Orientation::OutputsInputs), bias].iter().map(|it| TensorSpec::of(it).unwrap()).collect()
    }

    #[test]
    fn what_describes_a_recording_comes_back() {
        let mut manifest = Manifest::new(parameters(), Some(Description::new("test/1", [1, 2]))).unwrap();
        manifest.loss = Some(Loss::MeanSquaredError);
        manifest.data_records = 2;
        manifest.notes.push("author".into(), "me".into());
        let bytes = manifest.encode().unwrap();
        let older = Manifest::decode(&bytes[..bytes.len() - 1 - 8 - 10]).unwrap();
        assert_eq!(older.parameters[0].orientation, None, "as format 1.0 wrote it");
        assert_eq!(Manifest { parameters: parameters(), ..older }, manifest);
        let classes = vec!["a".into(), "b".into()];
        manifest.data_names = vec![DataNames { name: "validation".into(), classes, features: Vec::new() }];
        manifest.probe = Some(Matrix::from_row_slice(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()), Ok(manifest.clone()));
        assert_eq!((manifest.places(), manifest.data_len()), ([0, 64].as_slice(), 64 + 24));
        let path = Some("a/b.replay".into());
        manifest.ancestor = Some(Ancestor { path, salt: 7, epoch: 65, step: 3, checksum: 0xDEAD_BEEF });
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()), Ok(manifest.clone()));
        let bias = TensorSpec::of(&Parameter::new("output", "bias", [], vec![0.0_f32])).unwrap();
        let base = vec![LeftOutArray { place: 1, spec: bias, checksum: 0xABCD_EF01 }];
        let mut manifest = manifest.leaving_out(base).unwrap();
        assert_eq!(Manifest::decode(&manifest.encode().unwrap()), Ok(manifest.clone()), "behind no values of notes");
        manifest.notes.push("learning rate".into(), 0.05.into());
        let of = |name: &str| SharedMatrix::of(&matrix_spec("", name, &Matrix::zeros(3, 2)), 0xABCD);
        let (names, matrices) =
            (vec![DataNames { name: TRAINING.into(), ..DataNames::default() }], vec![of("inputs"), of("targets")]);
        let places = vec!["../a".into(), "/b/a".into()];
        manifest.shared = Some(SharedData { places, names: names.clone(), matrices });
        (manifest.data_records, manifest.data_names) = (0, names);
        let mut later = manifest.encode().unwrap();
        later.extend([9; 7]);
        assert_eq!(Manifest::decode(&later), Ok(manifest), "fields that a later minor version appended are ignored");
    }

    #[test]
    fn references_to_data_that_nobody_can_have_made_are_refused() {
        let of = |set: &str, name: &str| SharedMatrix::of(&matrix_spec(set, name, &Matrix::zeros(3, 2)), 7);
        let names = |names: &[&str]| {
            names.iter().map(|&name| DataNames { name: name.into(), ..DataNames::default() }).collect()
        };
        let whole = || SharedData {
            places: vec!["a".into()],
            names: names(&[TRAINING, "b"]),
            matrices: vec![of("", "inputs"), of("", "targets"), of("b", "inputs"), of("b", "targets")],
        };
        let read = |shared: SharedData, data_records: u64| {
            let mut manifest = Manifest::new(parameters(), None).unwrap();
            (manifest.shared, manifest.data_records) = (Some(shared), data_records);
            Manifest::decode(&manifest.encode().unwrap())
        };
        assert_eq!(read(whole(), 0).unwrap().data_names, whole().names);
        assert!(read(whole(), 2).unwrap_err().contains("two files"));
        let refused = [
            SharedData { places: Vec::new(), ..whole() },
            SharedData { places: vec![String::new()], ..whole() },
            SharedData { places: vec!["a".into(); 17], ..whole() },
            SharedData { names: Vec::new(), matrices: Vec::new(), ..whole() },
            SharedData { names: names(&[TRAINING, TRAINING]), ..whole() },
            SharedData { names: names(&["b", "b"]), ..whole() },
            SharedData { names: names(&[TRAINING, ""]), ..whole() },
            SharedData { names: names(&["b", TRAINING]), ..whole() },
            SharedData { matrices: whole().matrices[1..].to_vec(), ..whole() },
            SharedData { matrices: [whole().matrices, whole().matrices].concat(), ..whole() },
        ];
        for shared in refused {
            assert!(read(shared.clone(), 0).is_err(), "{shared:?}");
        }
    }

    #[test]
    fn names_that_would_become_one_are_not_changed() {
        let mut manifest = Manifest::new(parameters(), None).unwrap();
        let before = manifest.clone();
        let message = manifest.rename(|layer, _| (layer.into(), "w".into())).unwrap_err().to_string();
        assert!(message.contains("hidden/w for two parameters"), "{message}");
        assert_eq!(manifest, before);
    }

    #[test]
    fn a_parameter_that_is_listed_twice_or_misshapen_is_refused() {
        let twice = [parameters(), parameters()].concat();
        assert!(Manifest::new(twice, None).unwrap_err().to_string().contains("listed twice: hidden/kernel"));
        let misshapen = Parameter::new("a", "b", [2, usize::MAX], vec![0.0_f32]);
        assert!(matches!(TensorSpec::of(&misshapen), Err(Error::Shape { .. })));
    }
}
