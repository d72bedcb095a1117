//! The data that a recording is replayed on: its own sets, or others.

use super::{Replay, data_sets::DataChoice, index::describe_matrix, timeline::Location};
use crate::{
    ClassLabels, Dataset, Description, Error, Matrix, Result, Sequential, Targets,
    data::labels::TargetKind,
    math::matrix,
    storage::{self, DataNames, Manifest, RecordReader, SharedData, TRAINING, TensorSpec, check_names},
};

impl Replay {
    /// Returns the data that snapshots are replayed on: the recorded training set, or that of
    /// [`with_dataset`](Self::with_dataset).
    ///
    /// It is read from the file when it is first asked for. Questions about another recorded set are asked by
    /// [`Run::on`](crate::Run::on).
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none, [`Error::Corrupted`] or [`Error::Io`] if it cannot be read; where it lies in
    /// [another file](crate::SharedData), [`Error::Io`] if that is not there, [`Error::Invalid`] if other data are.
    pub fn dataset(&self) -> Result<&Dataset> {
        self.data_of(DataChoice::Usual)
    }

    /// Replaces the data that snapshots are replayed on, by ones that were not recorded, or where none were.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Sequential, datasets};
    /// # let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// let mut replay = Replay::options().in_memory(); // without data
    /// replay.record(&model, Metrics::new())?;
    /// let replay = replay.with_dataset(&datasets::moons(50, 0.1, 7))?;
    /// assert_eq!(replay.at(0)?.outputs()?.nrows(), 50);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if a built-in network was recorded that takes another number of features or gives another
    /// number of outputs, [`Error::Invalid`] if the recording has yet to store its own, or the classes or features of its own
    /// have other names.
    pub fn with_dataset(mut self, data: &Dataset) -> Result<Self> {
        let Some(manifest) = &self.index.manifest else {
            let expected = "given to `Replay::options().dataset` as long as nothing is recorded";
            return Err(Error::invalid("the data set", expected, "given to `with_dataset`"));
        };
        expect_fit(self.description(), "", data)?;
        self.loss().map_or(Ok(()), |loss| loss.check_targets(data.targets()))?;
        if let Some(training) = manifest.data_names.iter().find(|set| set.name == TRAINING) {
            expect_same_names(training, &DataNames::of("that is supplied", data))?;
        }
        let names = manifest.data_names.iter().find(|set| set.name == TRAINING);
        let data = names.map_or(Ok(data.clone()), |training| with_names_of(training, data.clone()))?;
        self.others.supply(&data);
        Ok(self)
    }

    /// The names of the data sets that a recording holds.
    pub(super) fn dataset_names(&self) -> impl Iterator<Item = &str> {
        let training = self.dataset.get().is_some() || self.has_recorded_data();
        let others = self.others.named().iter().map(|(name, _)| name.as_str());
        training.then_some(TRAINING).into_iter().chain(others)
    }

    /// Finds the data set of a name.
    pub(super) fn choose_data(&self, name: &str) -> Result<DataChoice> {
        if name == TRAINING {
            return Ok(DataChoice::Training);
        }
        let place = self.others.named().iter().position(|(known, _)| known == name);
        place.map(DataChoice::Named).ok_or_else(|| {
            let known: Vec<&str> = self.dataset_names().collect();
            let hint = format!("its data sets are {known:?}; supply another one by `with_dataset`");
            Error::missing(format!("data set {name:?}"), hint)
        })
    }

    /// Returns a data set, read from the file if it was not before.
    pub(super) fn data_of(&self, choice: DataChoice) -> Result<&Dataset> {
        let (place, name) = match (choice, self.others.supplied()) {
            (DataChoice::Usual, Some(data)) => return Ok(data),
            (DataChoice::Usual | DataChoice::Training, _) => (&self.dataset, ""),
            (DataChoice::Named(place), _) => {
                let (name, place) = &self.others.named()[place];
                (place, name.as_str())
            }
        };
        if let Some(data) = place.get() {
            return Ok(data);
        }
        if let Some(holder) = self.holder_of(name)? {
            return holder.data_of(holder.choose_data(if name.is_empty() { TRAINING } else { name })?);
        }
        let _reading = self.others.reading();
        match place.get() {
            Some(data) => Ok(data),
            None => {
                let data = self.read_dataset(name)?;
                Ok(place.get_or_init(|| data))
            }
        }
    }

    /// What the targets of a data set are, beside those of the recorded training set; `None` where there are no data.
    pub(super) fn target_kind(&self, choice: DataChoice) -> Result<Option<TargetKind>> {
        let data = match self.data_of(choice) {
            Err(Error::Missing { .. }) => return Ok(None),
            data => data?,
        };
        let is_elsewhere = self.shared_data().is_some();
        match self.data_of(DataChoice::Training) {
            Ok(training) if training.outputs() == data.outputs() => {
                TargetKind::like(training.targets(), data.targets()).map(Some)
            }
            // Without the training set, or where it is damaged, they speak for themselves.
            Ok(_) | Err(Error::Missing { .. } | Error::Corrupted { .. }) => Ok(Some(TargetKind::of(data.targets()))),
            // And so where the file is not there that it lies in.
            Err(_) if is_elsewhere => Ok(Some(TargetKind::of(data.targets()))),
            Err(error) => Err(error),
        }
    }

    /// Fails unless the data sets fit one another, and a built-in network that is described.
    pub(super) fn expect_data_fit(&self, description: Option<&Description>) -> Result<()> {
        check_names(&self.others.at_hand().map(|(name, _)| name).collect::<Vec<_>>())?;
        let loss = self.recorder.as_ref().and_then(|recorder| recorder.options.loss);
        let expect_targets = |data: &Dataset| loss.map_or(Ok(()), |loss| loss.check_targets(data.targets()));
        if let Some(data) = self.dataset.get() {
            expect_fit(description, "", data)?;
            expect_targets(data)?;
        }
        let names = self.data_names();
        let training = names.iter().find(|set| set.name == TRAINING);
        for (name, data) in self.others.at_hand() {
            expect_fit(description, &format!(" of the data set {name:?}"), data)?;
            expect_targets(data)?;
            if let Some(training) = self.dataset.get() {
                let (inputs, targets) =
                    (format!("inputs of the data set {name:?}"), format!("targets of the data set {name:?}"));
                matrix::expect_columns(&inputs, data.inputs(), training.features())?;
                data.targets().expect_columns(&targets, training.outputs())?;
            }
            let own = DataNames::of(&format!("{name:?}"), data);
            training.map_or(Ok(()), |training| expect_same_names(training, &own))?;
        }
        Ok(())
    }

    /// What the data sets that are to be recorded are called.
    pub(super) fn data_names(&self) -> Vec<DataNames> {
        let training = self.dataset.get().map(|data| DataNames::of(TRAINING, data));
        let others = self.others.at_hand().map(|(name, data)| DataNames::of(name, data));
        training.into_iter().chain(others).collect()
    }

    pub(super) fn has_recorded_data(&self) -> bool {
        let has_training = |shared: &SharedData| shared.names.iter().any(|set| set.name == TRAINING);
        let has_data =
            |manifest: &Manifest| manifest.data_records > 0 || manifest.shared.as_ref().is_some_and(has_training);
        self.index.manifest.as_ref().is_some_and(has_data)
    }

    /// The other file that holds a set, if one does.
    fn holder_of(&self, set: &str) -> Result<Option<&Self>> {
        if set.is_empty() && !self.has_recorded_data() { Ok(None) } else { self.holder() }
    }

    /// The record of a matrix of a set that the file itself holds.
    pub(super) fn own_matrix(&self, set: &str, name: &str) -> Option<&(TensorSpec, Location)> {
        let known = if set.is_empty() { &self.index.data } else { &self.index.named_data };
        known.iter().find(|(spec, _)| spec.name() == name && (set.is_empty() || spec.layer() == set))
    }

    /// Reads the data set of a name; that of none is the training set.
    fn read_dataset(&self, name: &str) -> Result<Dataset> {
        let inputs = self.read_matrix(name, "inputs")?;
        let data = match self.read_labels(name)? {
            Some(labels) => Dataset::of_labels(inputs, labels)?,
            None => Dataset::new(inputs, self.read_matrix(name, "targets")?)?,
        };
        let called = if name.is_empty() { TRAINING } else { name };
        let set = |name: &str| {
            let mut sets = self.index.manifest.iter().flat_map(|manifest| &manifest.data_names);
            sets.find(|set| set.name == name)
        };
        let data = match set(called) {
            Some(names) => names.give(data)?,
            None => data,
        };
        // Classes and features are those of the training set, whose names need not be given twice.
        match set(TRAINING) {
            Some(training) => with_names_of(training, data),
            None => Ok(data),
        }
    }

    fn read_matrix(&self, set: &str, name: &str) -> Result<Matrix> {
        let (reader, spec) = self.matrix_reader(set, name)?;
        storage::read_matrix(reader, spec)
    }

    /// The targets of a set, if they are labels.
    fn read_labels(&self, set: &str) -> Result<Option<ClassLabels>> {
        let (reader, spec) = self.matrix_reader(set, "targets")?;
        spec.is_of_labels().then(|| storage::read_labels(reader, spec)).transpose()
    }

    /// Where targets differ from those of a recorded set, in words.
    pub(super) fn target_difference(&self, set: &str, targets: Targets<'_>) -> Result<Option<String>> {
        let kind = |are_labels| if are_labels { "classes by index" } else { "numbers" };
        match (self.read_labels(set)?, targets) {
            (None, Targets::Numbers(numbers)) => self.matrix_difference(set, "targets", numbers),
            (Some(recorded), Targets::Labels(labels)) => Ok(recorded.difference(labels)),
            (recorded, targets) => {
                let (found, known) = (kind(targets.labels().is_ok()), kind(recorded.is_some()));
                Ok(Some(format!("the targets are {found}, the recorded ones {known}")))
            }
        }
    }

    /// Where a matrix differs from that of this name in a recorded set, in words; it is read some values at a time.
    pub(super) fn matrix_difference(&self, set: &str, name: &str, matrix: &Matrix) -> Result<Option<String>> {
        let (reader, spec) = self.matrix_reader(set, name)?;
        storage::matrix_difference(reader, spec, matrix)
    }

    fn matrix_reader(&self, set: &str, name: &str) -> Result<(RecordReader<'_>, &TensorSpec)> {
        if let Some(holder) = self.holder_of(set)? {
            return holder.matrix_reader(set, name);
        }
        let Some((spec, location)) = self.own_matrix(set, name) else {
            return Err(if set.is_empty() && !self.has_recorded_data() {
                Error::missing("data set", "supply one by `with_dataset`")
            } else {
                let of = if set.is_empty() { String::new() } else { format!(" of the data set {set:?}") };
                let at = self.damage().first().map_or(0, |damage| damage.bytes.start);
                let what = format!("the record of the {name}{of}");
                Error::corrupted(self.origin.path(), what, at, "it is damaged, see `damage`")
            });
        };
        Ok((self.source(describe_matrix(spec), location), spec))
    }
}

/// Fails if a built-in network is described that does not fit the data, `of` which errors speak.
fn expect_fit(description: Option<&Description>, of: &str, data: &Dataset) -> Result<()> {
    let Some(network) = description.filter(|own| Sequential::is_described_by(own)) else { return Ok(()) };
    let model = Sequential::architecture_of(network)?;
    matrix::expect_columns(&format!("inputs{of}"), data.inputs(), model.inputs())?;
    if data.outputs() == 1 && model.outputs() > 1 && data.classes().is_ok() {
        let expected = format!(
            "{}, one for each output; `Dataset::one_hot` makes two of one, and `Dataset::from_labels_with_classes` takes all classes",
            model.outputs()
        );
        return Err(Error::invalid(format!("the number of target columns{of}"), expected, 1));
    }
    data.targets().expect_columns(&format!("targets{of}"), model.outputs())
}

/// Names classes and features after those of the training set, where they have no names of their own.
fn with_names_of(training: &DataNames, mut data: Dataset) -> Result<Dataset> {
    if data.class_names().is_empty() && !training.classes.is_empty() {
        data = data.with_class_names(training.classes.clone())?;
    }
    if data.feature_names().is_empty() && !training.features.is_empty() {
        data = data.with_feature_names(training.features.clone())?;
    }
    Ok(data)
}

/// Fails if classes or features have names in both data sets and they differ: class 0 of one would be another's class 1.
fn expect_same_names(training: &DataNames, other: &DataNames) -> Result<()> {
    let pairs = [("class", &training.classes, &other.classes), ("feature", &training.features, &other.features)];
    for (what, expected, found) in pairs {
        if !expected.is_empty() && !found.is_empty() && expected != found {
            let what = format!("the list of the {what} names of the data set {}", other.name);
            return Err(Error::invalid(what, format!("{expected:?}, as of the training set"), format!("{found:?}")));
        }
    }
    Ok(())
}
