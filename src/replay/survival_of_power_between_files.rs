//! What survives a loss of power of recordings that refer to a file of data: that is on the disk, its name too, before a recorder says
//! that what refers to it is.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Durability, Replay, ReplayOptions,
    survival::{Kind, completed, data, kinds, moment, number, record_version, recorded, scaled, state, weights},
};
use crate::{
    Error, Result,
    file::watch::{Call, watched_by},
    storage::testing::powerless_folder::PowerlessFolder,
};

const PARAMETERS: usize = 5;
const RECORDINGS: [&str; 3] = ["a.replay", "b.replay", "c.replay"];

/// How many of the first snapshots of each recording a recorder has said are on the disk.
type Confirmed = BTreeMap<&'static str, u64>;

/// The power is lost: what was confirmed before, and what is left.
struct Loss {
    confirmed: Confirmed,
    left: BTreeMap<PathBuf, Vec<u8>>,
}

/// A folder that recorders work in, and that may lose its power behind every call.
struct Scene {
    folder: tempfile::TempDir,
    root: PathBuf,
    confirmed: Rc<RefCell<Confirmed>>,
    losses: Rc<RefCell<Vec<Loss>>>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        Self { folder, root, confirmed: Rc::default(), losses: Rc::default() }
    }

    /// Lets recorders work; the power is lost behind each of their calls, in the end once more. The folder is gone then.
    fn play(self, seed: u64, work: impl FnOnce(&Self)) -> (PathBuf, Vec<Loss>) {
        let disk = Rc::new(RefCell::new(PowerlessFolder::default()));
        let (confirmed, losses, watched) = (Rc::clone(&self.confirmed), Rc::clone(&self.losses), Rc::clone(&disk));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let watcher = move |call: Call<'_>| {
            watched.borrow_mut().take(call);
            let left = watched.borrow().after_loss(&mut rng);
            losses.borrow_mut().push(Loss { confirmed: confirmed.borrow().clone(), left });
        };
        watched_by(watcher, || work(&self));
        let left = disk.borrow().after_loss(&mut ChaCha8Rng::seed_from_u64(seed));
        self.losses.borrow_mut().push(Loss { confirmed: self.confirmed.borrow().clone(), left });
        self.folder.close().unwrap(); // The recordings refer to it by its absolute path, too.
        (self.root, self.losses.take())
    }

    /// The settings of a recording that is to begin: the last one refers to what the first one does, if that is there.
    fn sharing(&self, name: &str, options: ReplayOptions) -> ReplayOptions {
        match Replay::open(self.root.join(RECORDINGS[0])) {
            Ok(first) if name == RECORDINGS[2] => options.share_data_of(&first),
            _ => options.dataset(&data()).share_data(self.root.join("test.dataset")),
        }
    }

    /// One recorder begins a recording, or goes on with it, for some snapshots.
    fn live(&self, name: &'static str, (kind, durability): (Kind, Durability), snapshots: u64, finishes: bool) {
        let (path, options) = (self.root.join(name), kind.settings().durability(durability));
        let mut replay = if path.exists() {
            Replay::options().durability(durability).append(&path).unwrap()
        } else {
            self.sharing(name, options).create(&path).unwrap()
        };
        let (mut next, mut unconfirmed) = (replay.index.last().map_or(0, |last| number(last) + 1), 0);
        for _ in 0..snapshots {
            record_version(&mut replay, PARAMETERS, next, 0).unwrap();
            (next, unconfirmed) = (next + 1, unconfirmed + 1);
            if durability == Durability::Every(unconfirmed) {
                self.confirmed.borrow_mut().insert(name, next);
                unconfirmed = 0;
            }
        }
        if finishes {
            replay.finish().unwrap();
            if durability != Durability::Never {
                self.confirmed.borrow_mut().insert(name, next);
            }
        }
    }
}

/// Fails unless all that was confirmed is there, with its data, and nothing that is there is wrong.
fn check(root: &Path, loss: &Loss) {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in &loss.left {
        fs::write(folder.path().join(path.strip_prefix(root).unwrap()), bytes).unwrap();
    }
    for name in RECORDINGS {
        let confirmed = loss.confirmed.get(name).copied().unwrap_or(0);
        match Replay::open(folder.path().join(name)) {
            Ok(replay) => check_recording(&completed(replay), confirmed),
            Err(error) => assert!(confirmed == 0, "{confirmed} of {name} were confirmed: {error}"),
        }
    }
    if let Ok(data_file) = Replay::open(folder.path().join("test.dataset")) {
        expect_data(data_file.dataset(), false);
    }
}

fn check_recording(replay: &Replay, confirmed: u64) {
    let there = recorded(replay);
    assert!((0..confirmed).all(|number| there.contains(&number)), "{confirmed} were confirmed, {there:?} are there");
    expect_data(replay.dataset(), confirmed > 0);
    for number in there {
        let honest = |error: Error| assert!(number >= confirmed && matches!(error, Error::Corrupted { .. }), "{error}");
        match replay.weights(moment(number)) {
            Ok(found) => assert_eq!(found, weights(PARAMETERS, number, 0)),
            Err(error) => honest(error),
        }
        match replay.training().state(moment(number)) {
            Ok(found) => assert_eq!(found.arrays(), &state(number, 0)),
            Err(error) => honest(error),
        }
    }
}

fn expect_data(found: Result<&crate::Dataset>, confirmed: bool) {
    match found {
        Ok(found) => assert_eq!(found, &data()),
        Err(error) => assert!(!confirmed, "what refers to the data was confirmed, and they are not there: {error}"),
    }
}

fn any<T: Copy>(all: &[T], rng: &mut impl Rng) -> T {
    all[rng.random_range(0..all.len())]
}

/// A recorder that found the file of another, who had not waited for the disk, said that its own recording was on the disk; after a loss
/// of power that referred to nothing.
#[test]
fn what_is_referred_to_is_on_the_disk_before_what_refers_to_it_is_said_to_be() {
    let durabilities = [Durability::Never, Durability::OnFinish, Durability::Every(1), Durability::Every(2)];
    let (mut count, mut confirmed) = (0, 0);
    for seed in 0..scaled(300, 10_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (root, losses) = Scene::new().play(seed, |scene| {
            for _ in 0..rng.random_range(2..5) {
                let kind = Kind { shared: false, ..any(&kinds(), &mut rng) }; // In this very folder.
                let how = (kind, any(&durabilities, &mut rng));
                scene.live(any(&RECORDINGS, &mut rng), how, rng.random_range(1..4), rng.random_bool(0.5));
            }
        });
        losses.iter().for_each(|loss| check(&root, loss));
        count += losses.len();
        confirmed += losses.iter().filter(|loss| !loss.confirmed.is_empty()).count();
    }
    println!("{count} losses of power, {confirmed} of them behind a confirmed snapshot: 0 lost, 0 wrong");
    assert!(confirmed > 1_000);
}

#[test]
fn an_old_recording_is_replaced_when_the_data_of_the_new_one_are_on_the_disk() {
    for (seed, kind) in (0..scaled(30, 1_000)).flat_map(|seed| kinds().into_iter().map(move |kind| (seed, kind))) {
        let (root, losses) = Scene::new().play(seed, |scene| {
            let kind = Kind { shared: false, ..kind };
            let mut old = kind.settings().dataset(&data()).create(scene.root.join("a.replay")).unwrap();
            record_version(&mut old, PARAMETERS, 0, 0).unwrap();
            old.finish().unwrap();
            drop(old);
            scene.confirmed.borrow_mut().insert("a.replay", 1);
            // Of the data that the new one refers to the disk knows nothing yet.
            scene.live("b.replay", (kind, Durability::Never), 1, false);
            let options = kind.settings().dataset(&data()).share_data(scene.root.join("test.dataset"));
            let mut replay = options.overwrite(true).create(scene.root.join("a.replay")).unwrap();
            record_version(&mut replay, PARAMETERS, 0, 0).unwrap(); // as in the old one
        });
        losses.iter().for_each(|loss| check(&root, loss));
    }
}
