//! Data sets beside the training set, by their names: recorded, asked, damaged, appended to.

use training_replay::{
    Activation, Dataset, Dense, Error, Loss, Matrix, Metrics, Optimizer, Replay, ReplayOptions, Sequential, Trainer,
    analysis::MilestoneOptions, datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn moons(samples: usize, seed: u64) -> Dataset {
    let moons = datasets::moons(samples, 0.1, seed).with_class_names(["upper", "lower"]).unwrap();
    moons.with_feature_names(["width", "height"]).unwrap()
}

fn network() -> Sequential {
    let layers =
        [Dense::new(4).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    Sequential::builder(2).layers(layers).build(1).unwrap()
}

fn options() -> ReplayOptions {
    let named = Replay::options().dataset(&moons(60, 1)).named_dataset("validation", &moons(20, 2));
    named.named_dataset("test", &moons(10, 3)).loss(LOSS)
}

/// Three epochs, in memory.
fn recorded(options: ReplayOptions) -> Replay {
    let (mut model, mut replay) = (network(), options.in_memory());
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.05));
    for _ in 0..3 {
        replay.record(&model, Metrics::new()).unwrap();
        trainer.epoch(&mut model, &moons(60, 1)).unwrap();
    }
    replay
}

fn bytes(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_data_set_comes_back_with_the_names_of_its_classes_and_features() {
    let replay = recorded(options());
    for replay in [&replay, &Replay::from_bytes(bytes(&replay)).unwrap()] {
        let run = || replay.run().unwrap();
        assert_eq!(run().dataset_names().collect::<Vec<_>>(), ["training", "validation", "test"]);
        assert_eq!(replay.dataset().unwrap(), &moons(60, 1));
        for (name, data) in [("training", moons(60, 1)), ("validation", moons(20, 2)), ("test", moons(10, 3))] {
            assert_eq!(run().on(name).unwrap().dataset().unwrap(), &data);
            assert_eq!(replay.at(1).unwrap().on(name).unwrap().dataset().unwrap(), &data);
        }
    }
}

#[test]
fn every_question_is_about_the_data_set_that_is_asked_about() {
    let replay = recorded(options());
    let supplied = recorded(options()).with_dataset(&moons(20, 2)).unwrap();
    let (on, other) = (replay.run().unwrap().on("validation").unwrap(), supplied.run().unwrap());
    assert_eq!(on.sample_history(LOSS).unwrap(), other.sample_history(LOSS).unwrap());
    let options = MilestoneOptions::default();
    assert_eq!(on.milestones(&options).unwrap(), other.milestones(&options).unwrap());
    assert_eq!(on.principal_plane("hidden").unwrap(), other.principal_plane("hidden").unwrap());
    let evaluated = on.map(|at| at.evaluate(LOSS)).unwrap();
    assert_eq!(evaluated, other.map(|at| at.evaluate(LOSS)).unwrap());
    assert_ne!(evaluated, replay.run().unwrap().map(|at| at.evaluate(LOSS)).unwrap(), "of the training set");
    let snapshot = replay.at(2).unwrap().on("validation").unwrap();
    assert_eq!(snapshot.gradients(LOSS).unwrap(), supplied.at(2).unwrap().gradients(LOSS).unwrap());
    assert_eq!(supplied.at(2).unwrap().on("training").unwrap().outputs().unwrap().nrows(), 60, "the recorded one");
}

#[test]
fn a_name_that_no_data_set_has_is_an_error_that_lists_those_there_are() {
    let message = |replay: &Replay, name| replay.run().unwrap().on(name).unwrap_err().to_string();
    let found = message(&recorded(options()), "valid");
    assert!(found.contains(r#"no data set "valid"; its data sets are ["training", "validation", "test"]"#), "{found}");
    let none = recorded(Replay::options());
    assert!(message(&none, "validation").contains("its data sets are []"));
    assert!(matches!(none.run().unwrap().on("training").unwrap().dataset(), Err(Error::Missing { .. })));
    let only = recorded(Replay::options().named_dataset("validation", &moons(20, 2)));
    for replay in [&only, &Replay::from_bytes(bytes(&only)).unwrap()] {
        assert_eq!(replay.run().unwrap().dataset_names().collect::<Vec<_>>(), ["validation"]);
        assert_eq!(replay.at(0).unwrap().on("validation").unwrap().outputs().unwrap().nrows(), 20);
        assert!(matches!(replay.dataset(), Err(Error::Missing { .. })), "nothing stands in for the training set");
    }
}

#[test]
fn names_and_data_that_do_not_go_together_are_refused_before_anything_is_written() {
    let refused = |options: ReplayOptions| {
        let mut replay = options.in_memory();
        let message = replay.record(&network(), Metrics::new()).unwrap_err().to_string();
        assert!(replay.epochs().len() == 0 && bytes(&replay).len() == 64, "{message}");
        message
    };
    for name in ["training", "", "test"] {
        let message = refused(options().named_dataset(name, &moons(10, 4)));
        assert!(message.contains(&format!("the name of a data set is {name:?}")), "{message}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.replay");
        assert!(options().named_dataset(name, &moons(10, 4)).create(&path).is_err() && !path.exists());
    }
    let turned = moons(10, 4).with_class_names(["lower", "upper"]).unwrap();
    let message = refused(options().named_dataset("turned", &turned));
    let expected = "the list of the class names of the data set \"turned\" is [\"lower\", \"upper\"]; it must be [\"upper\", \"lower\"]";
    assert!(message.starts_with(expected), "{message}");
    let other = moons(10, 4).with_feature_names(["height", "width"]).unwrap();
    assert!(refused(options().named_dataset("turned", &other)).contains("the feature names"));
    assert!(recorded(options()).with_dataset(&turned).unwrap_err().to_string().contains("the class names"));
    let wide = Dataset::new(Matrix::zeros(4, 3), Matrix::zeros(4, 1)).unwrap();
    let message = refused(options().named_dataset("wide", &wide));
    assert_eq!(message, "inputs of the data set \"wide\": expected shape [4, 2], found [4, 3]");
    let many = (0..65).fold(options(), |options, i| options.named_dataset(i.to_string(), &moons(2, 1)));
    assert!(refused(many).contains("the number of named data sets is 67; it must be at most 64"));
    assert!(recorded(options().named_dataset("unnamed", &datasets::moons(10, 0.1, 4))).at(0).is_ok());
}

/// Where a matrix lies in the file.
fn place(bytes: &[u8], matrix: &Matrix) -> usize {
    let values: Vec<u8> = matrix.iter().flat_map(|value| value.to_le_bytes()).collect();
    bytes.windows(values.len()).position(|window| window == values).unwrap()
}

#[test]
fn a_damaged_data_set_is_an_error_of_its_own_and_everything_else_is_answered() {
    let whole = bytes(&recorded(options()));
    let at = place(&whole, moons(20, 2).inputs());
    // Its values; its descriptor, the 64 bytes before them; its header, before that.
    for (byte, listed) in [(at, false), (at - 60, true), (at - 120, true)] {
        let mut damaged = whole.clone();
        damaged[byte] ^= 1;
        let replay = Replay::from_bytes(damaged).unwrap();
        let run = replay.run().unwrap();
        assert_eq!(replay.damage().len(), usize::from(listed), "{:?}", replay.damage());
        assert_eq!(replay.check_integrity().unwrap().len(), 1);
        let found = replay.at(2).unwrap().on("validation").unwrap().outputs().unwrap_err().to_string();
        assert!(found.contains("inputs of the data set \"validation\""), "{found}");
        assert_eq!(run.on("test").unwrap().dataset().unwrap(), &moons(10, 3));
        assert_eq!(replay.at(2).unwrap().outputs().unwrap().nrows(), 60);
    }
}

#[test]
fn a_first_epoch_with_its_data_sets_is_all_there_or_nothing_is() {
    let mut replay = options().in_memory();
    replay.record(&network(), Metrics::new()).unwrap();
    let whole = bytes(&replay);
    for length in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
        let cut = Replay::from_bytes(&whole[..length]);
        match cut {
            Err(Error::NotStarted { .. }) => {}
            // All data, and an epoch that is not whole.
            Ok(replay) => {
                assert_eq!(replay.epochs().len(), 0);
                assert_eq!(replay.run().unwrap().on("test").unwrap().dataset().unwrap(), &moons(10, 3));
            }
            Err(error) => panic!("cut at {length}: {error}"),
        }
    }
    assert_eq!(Replay::from_bytes(whole).unwrap().epochs().len(), 1);
}

#[test]
fn who_appends_may_give_the_recorded_sets_again_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = options().create(&path).unwrap();
    replay.record(&network(), Metrics::new()).unwrap();
    drop(replay);
    let mut replay = options().append(&path).unwrap();
    replay.record(&network(), Metrics::new()).unwrap();
    drop(replay);
    let refused = |options: ReplayOptions| options.append(&path).unwrap_err().to_string();
    assert!(
        refused(Replay::options().named_dataset("validation", &moons(20, 5))).contains("\"validation\" is another one")
    );
    assert!(refused(Replay::options().named_dataset("fresh", &moons(20, 5))).contains("no data set \"fresh\""));
    let unnamed = datasets::moons(20, 0.1, 2);
    assert!(refused(Replay::options().named_dataset("validation", &unnamed)).contains("its names too"));
    let replay = Replay::open(&path).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [0, 1]);
    assert_eq!(replay.run().unwrap().on("test").unwrap().dataset().unwrap(), &moons(10, 3));
}

#[test]
#[cfg(feature = "plot")]
fn pictures_call_the_classes_by_their_recorded_names_and_are_of_the_data_set_that_is_asked_about() {
    use training_replay::plot::RunPlots;

    let replay = Replay::from_bytes(bytes(&recorded(options()))).unwrap();
    let plots = RunPlots::of(replay.run().unwrap().on("validation").unwrap()).unwrap();
    assert_eq!(plots.class_names(), ["upper", "lower"]);
    let svg = plots.figure(2).unwrap().to_svg().unwrap();
    assert!(svg.contains("upper samples") && svg.contains("probability of lower") && !svg.contains("class 0"));
    let counts = plots.probabilities(2, 0).unwrap();
    let whole = RunPlots::of(replay.run().unwrap()).unwrap().probabilities(2, 0).unwrap();
    assert_ne!(counts.marks, whole.marks, "of 20 samples, not of 60");
    let named = RunPlots::options().name_classes(["one", "other"]).of(replay.run().unwrap()).unwrap();
    assert_eq!(named.class_names(), ["one", "other"]);
    let digits = Dataset::from_labels(moons(20, 1).inputs().clone(), &[[3, 4]; 10].concat()).unwrap();
    let replay = recorded(Replay::options().dataset(&digits).loss(LOSS));
    assert_eq!(RunPlots::of(replay.run().unwrap()).unwrap().class_names(), ["class 3", "class 4"]);
}

#[test]
fn who_goes_on_after_an_earlier_epoch_has_the_data_sets_in_both_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rest) = (folder.path().join("run.replay"), folder.path().join("rest.replay"));
    let mut replay = options().create(&path).unwrap();
    for _ in 0..3 {
        replay.record(&network(), Metrics::new()).unwrap();
    }
    drop(replay);
    let mut replay = options().append_after(&path, 1, training_replay::Later::MoveTo(rest.clone())).unwrap();
    replay.record(&network(), Metrics::new()).unwrap();
    drop(replay);
    for (path, epochs) in [(&path, vec![0, 1, 2]), (&rest, vec![2])] {
        let replay = Replay::open(path).unwrap();
        assert_eq!(replay.epochs().collect::<Vec<_>>(), epochs);
        assert_eq!(replay.run().unwrap().on("test").unwrap().dataset().unwrap(), &moons(10, 3));
        assert!(replay.damage().is_empty());
    }
}
