//! The first epoch of a recording whose data lie in a file of their own: the file is written, or found to hold the same.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Durability, Replay, ReplayOptions,
    elsewhere::Holders,
    holder::{called, find},
    places,
    record::write_shared,
    sharing::{Reference, Sharing},
};
use crate::{
    Dataset, Error, Moment, Result,
    file::{self, Successor},
    host::salt,
    storage::{Backend, DataNames, Kind, Log, Manifest, Preamble, SharedData, SharedMatrix, TRAINING},
};

impl Replay {
    /// What the recording is to say of data that lie in another file; they are written there if they are not yet.
    pub(super) fn share(&mut self) -> Result<Option<SharedData>> {
        match self.recorder.as_ref().and_then(|recorder| recorder.options.sharing.clone()) {
            None => Ok(None),
            Some(Sharing::In(path)) => self.share_in(&path).map(Some),
            Some(Sharing::Of(reference)) => {
                // It may be nowhere just now.
                if let Ok(holder) = self.holder_of_another(&reference) {
                    self.confirm_shared(&holder.origin.path())?;
                }
                self.share_as(&reference)
            }
        }
    }

    /// Waits until the disk has a file of shared data that was there already: who wrote it may not have waited, or was killed before
    /// it did.
    fn confirm_shared(&mut self, path: &Path) -> Result<()> {
        if self.durability() == Durability::Never {
            return Ok(());
        }
        file::disk::confirm(path).or_else(|source| self.log.sync(Err(source)))
    }

    /// Goes on with a recording as its first recorder would have: the numbers of the data stay free, also where it was killed behind
    /// the first record, and the disk has the file that is referred to, if it is there.
    pub(super) fn go_on_sharing(&mut self) -> Result<()> {
        let Some(shared) = self.index.manifest.as_ref().and_then(|manifest| manifest.shared.as_ref()) else {
            return Ok(());
        };
        self.log.go_on_with(1 + shared.matrices.len() as u64);
        // One that is not there, damaged or another is an error for who asks about the data, and none for who records weights.
        let path = self.holder().ok().flatten().map(|holder| holder.origin.path());
        path.map_or(Ok(()), |path| self.confirm_shared(&path))
    }

    fn durability(&self) -> Durability {
        self.recorder.as_ref().map_or(Durability::Never, |recorder| recorder.options.durability)
    }

    fn share_in(&mut self, path: &Path) -> Result<SharedData> {
        let names = self.data_names();
        if names.is_empty() {
            let expected = "1 or more, given by `dataset` or `named_dataset`";
            return Err(Error::invalid("the number of data sets to share", expected, 0));
        }
        self.expect_not_itself(path)?;
        let is_new = !path.exists() && write_file(path, self.given_data(), &names, self.durability())?;
        let holder = Self::open(path)?;
        if !is_new {
            // One that was killed when the file had its name has left another.
            Successor::of(path)?.remove_abandoned();
            expect_data_file(&holder, path)?;
            if let Some(difference) = self.difference_from(&holder)? {
                let expected = "what the file holds, or be shared in another file";
                return Err(Error::invalid(
                    format!("what is to be shared in {}", path.display()),
                    expected,
                    difference,
                ));
            }
            self.confirm_shared(path)?;
        }
        self.referring_to(&holder, &[path.into()], names)
    }

    fn holder_of_another(&self, Reference { shared, paths }: &Reference) -> Result<Arc<Self>> {
        find(&Holders::of(&Arc::default()), paths, shared, &self.origin.path())
    }

    /// Refers to what another recording refers to, unless other data were given.
    fn share_as(&self, reference: &Reference) -> Result<Option<SharedData>> {
        let (Reference { shared, paths }, here) = (reference, self.elsewhere.home());
        let names = self.data_names();
        if !names.is_empty() {
            let Ok(holder) = self.holder_of_another(reference) else { return Ok(None) };
            let differs = self.difference_from(&holder)?.is_some();
            return (!differs).then(|| self.referring_to(&holder, paths, names)).transpose();
        }
        let places = places::described(paths, here)?;
        Ok(Some(SharedData { places, ..shared.clone() }))
    }

    fn referring_to(&self, holder: &Self, paths: &[PathBuf], names: Vec<DataNames>) -> Result<SharedData> {
        let places = places::described(paths, self.elsewhere.home())?;
        let mut matrices = Vec::new();
        for (set, _) in self.given_data() {
            for name in ["inputs", "targets"] {
                let found = holder.own_matrix(set, name);
                let (spec, location) = found.ok_or_else(|| absent(holder, set, name))?;
                matrices.push(SharedMatrix::of(spec, location.crc));
            }
        }
        Ok(SharedData { places, names, matrices })
    }

    /// The data sets that were given to be recorded, by the names of their records.
    fn given_data(&self) -> Vec<(&str, &Dataset)> {
        self.dataset.get().map(|data| ("", data)).into_iter().chain(self.others.at_hand()).collect()
    }

    /// Where the given data sets are not those of a file, in words.
    fn difference_from(&self, holder: &Self) -> Result<Option<String>> {
        let (own, other) = (self.data_names(), &holder.manifest()?.data_names);
        if let Some(more) = other.iter().find(|set| own.iter().all(|own| own.name != set.name)) {
            return Ok(Some(format!("without the data set {:?}, which is in the file", more.name)));
        }
        for set in &own {
            match other.iter().find(|other| other.name == set.name) {
                None => return Ok(Some(format!("with the data set {:?}, which is not in the file", set.name))),
                Some(other) if other != set => {
                    return Ok(Some(format!("with other names of classes or features in the data set {:?}", set.name)));
                }
                Some(_) => {}
            }
        }
        for (set, data) in self.given_data() {
            let values = holder.matrix_difference(set, "inputs", data.inputs())?;
            let values = values.map_or_else(|| holder.target_difference(set, data.targets()), |it| Ok(Some(it)))?;
            // Equal numbers may have other bits: those of zero and of -0.
            if let Some(difference) = values.or_else(|| holder.other_bits(set, data)) {
                return Ok(Some(format!("another one in {}: {difference}", called(set))));
            }
        }
        Ok(None)
    }

    /// Where the bits of data are others than in this file.
    fn other_bits(&self, set: &str, data: &Dataset) -> Option<String> {
        let recorded = |name| self.own_matrix(set, name).map(|(spec, location)| SharedMatrix::of(spec, location.crc));
        let inputs = recorded("inputs").and_then(|matrix| matrix.difference(data.inputs()));
        inputs.or_else(|| recorded("targets").and_then(|matrix| matrix.target_difference(data.targets())))
    }

    /// Fails if data are to be shared that the recording holds itself: what was recorded stays.
    pub(super) fn expect_shared(&self, options: &ReplayOptions) -> Result<()> {
        match options.sharing {
            Some(Sharing::In(_)) if self.shared_data().is_none() => {
                let expected = "left out to append: the recording refers to no file, and what was recorded stays";
                Err(Error::invalid("`share_data`", expected, "given"))
            }
            _ => Ok(()),
        }
    }

    /// Fails if the data would be written over what is being recorded.
    fn expect_not_itself(&self, path: &Path) -> Result<()> {
        let itself = self.elsewhere.home().is_some_and(|own| match (own.canonicalize(), path.canonicalize()) {
            (Ok(own), Ok(path)) => own == path,
            _ => own == path,
        });
        if itself {
            return Err(Error::invalid("the file to share the data in", "another one", "the recording itself"));
        }
        Ok(())
    }
}

/// Fails unless a file holds data sets, whole, and nothing else.
fn expect_data_file(holder: &Replay, path: &Path) -> Result<()> {
    let what = || format!("the file to share the data in, {},", path.display());
    let expected = "one of data sets without epochs, which is not there yet or was written for the same";
    let snapshots = holder.epochs().len() + holder.steps().len();
    if snapshots > 0 {
        return Err(Error::invalid(what(), expected, format!("a recording of {snapshots} epochs and steps")));
    }
    if let Some(damage) = holder.damage().first() {
        return Err(Error::corrupted(path, "the data", damage.bytes.start, damage.reason.clone()));
    }
    if !holder.is_finished() {
        return Err(Error::invalid(what(), expected, "not whole: its end is missing"));
    }
    if holder.manifest()?.shared.is_some() {
        return Err(Error::invalid(what(), expected, "a recording whose data lie in another file"));
    }
    Ok(())
}

fn absent(holder: &Replay, set: &str, name: &str) -> Error {
    let what = format!("the record of the {name} of {}", called(set));
    Error::corrupted(holder.origin.path(), what, 0, "it cannot be found")
}

/// Writes data sets into a file of their own, and returns whether they are there: somebody else may have been faster.
fn write_file(path: &Path, data: Vec<(&str, &Dataset)>, names: &[DataNames], durability: Durability) -> Result<bool> {
    let (successor, file) =
        file::created(path, |source| Error::io(format!("creating {} for shared data", path.display()), source))?;
    // Open, and so locked, until it has its name.
    let _log = write_records(Box::new(file), path, data, names, durability)?;
    let is_new = successor.take_free_place()?;
    if is_new && durability != Durability::Never {
        file::disk::sync_folder(path);
    }
    Ok(is_new)
}

fn write_records(
    file: Box<dyn Backend>,
    path: &Path,
    data: Vec<(&str, &Dataset)>,
    names: &[DataNames],
    durability: Durability,
) -> Result<Log> {
    let mut manifest = Manifest::new(Vec::new(), None)?;
    let training = names.iter().any(|set| set.name == TRAINING);
    manifest.data_records = if training { 2 } else { 0 };
    manifest.data_names = names.to_vec();
    let mut log = Log::create(file, path.into(), Preamble::new(salt()))?;
    write_shared(&mut log, &manifest, data)?;
    log.append(Kind::End, Moment::default(), Vec::new(), |_| Ok(()))?;
    if durability != Durability::Never {
        log.sync(Ok(()))?;
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Metrics, Parameter, Weights, datasets,
        storage::testing::faulty::{Call, Calls, Fault, Faulty},
    };

    fn write(disk: &Faulty, durability: Durability) -> Result<Log> {
        let (data, large) = (datasets::parabola(3, 1), datasets::moons(80_000, 0.1, 1));
        let names = [DataNames::of(TRAINING, &data), DataNames::of("large", &large)];
        let sets = vec![("", &data), ("large", &large)];
        write_records(Box::new(disk.clone()), Path::new("x.dataset"), sets, &names, durability)
    }

    #[test]
    fn whichever_write_or_sync_of_the_file_fails_it_is_an_error() {
        let whole = Faulty::default();
        drop(write(&whole, Durability::OnFinish).unwrap());
        let (writes, syncs) = (whole.calls(Call::Write), whole.calls(Call::Sync));
        assert!(writes > 6 && syncs == 1);
        for n in 0..writes {
            for fault in [Fault::Short, Fault::NoSpace, Fault::Error] {
                for which in [Calls::Nth(n), Calls::From(n..)] {
                    let disk = Faulty::default().breaking(Call::Write, which, fault);
                    assert!(write(&disk, Durability::OnFinish).is_err(), "write {n}");
                }
            }
        }
        let disk = Faulty::default().breaking(Call::Sync, Calls::From(0..), Fault::Error);
        assert!(write(&disk, Durability::Every(1)).is_err());
        assert!(write(&disk, Durability::Never).is_ok(), "the disk is not waited for");
    }

    #[test]
    fn a_recorder_whose_shared_data_the_disk_does_not_confirm_refuses_to_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let options = || Replay::options().dataset(&datasets::parabola(3, 1));
        let weights = Weights::from_iter([Parameter::new("line", "slope", [], vec![0.5_f32])]);
        for durability in [Durability::OnFinish, Durability::Never] {
            let mut replay = options().durability(durability).in_memory();
            // To nobody it is there: whatever else the system says of a file, it is an error.
            let confirmed = replay.confirm_shared(&folder.path().join("none"));
            let recorded = replay.record(&weights, Metrics::new());
            match durability {
                Durability::Never => assert!(confirmed.is_ok() && recorded.is_ok(), "the disk is not waited for"),
                _ => {
                    assert!(matches!(
                        (confirmed, recorded),
                        (Err(Error::Poisoned { .. }), Err(Error::Poisoned { .. }))
                    ));
                }
            }
        }
    }
}
