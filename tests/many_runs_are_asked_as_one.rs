//! Many recordings answer as one: the median of their curves, the share of them that came to a milestone, and which came
//! first. Each run here learns at an epoch that is known beforehand.

mod common;

use common::NoGradients;
use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Parameter, Replay, Result, Runs, Sequential, Weights,
    analysis::{HeadToHead, MilestoneOptions, QuantileBand},
};

const EPOCHS: u64 = 30;

/// Two samples, -1 and 1, of the classes 0 and 1.
fn data() -> Dataset {
    let samples = |a: f32, b: f32| Matrix::from_column_slice(2, 1, &[a, b]);
    Dataset::new(samples(-1.0, 1.0), samples(0.0, 1.0)).unwrap()
}

fn model() -> Sequential {
    let output = Dense::new(1).name("o").activation(Activation::Sigmoid).without_bias();
    Sequential::builder(1).layer(output).build(1).unwrap()
}

/// A run that misclassifies both samples before epoch `learned`, and neither from it on; `None` for one that never does.
fn record(mut replay: Replay, learned: Option<u64>, loss: f64) -> Replay {
    for epoch in 0..=EPOCHS {
        let slope = if learned.is_some_and(|learned| epoch >= learned) { 2.0_f32 } else { -2.0 };
        let weights = Weights::from_iter([Parameter::new("o", "kernel", [1, 1], vec![slope])]);
        let model = model().with_weights(&weights).unwrap();
        replay.record(&model, [("loss", loss / (epoch + 1) as f64)]).unwrap();
    }
    replay
}

fn runs(learned: &[Option<u64>]) -> Runs {
    let run = |(seed, learned): (usize, &Option<u64>)| {
        let replay = Replay::options().dataset(&data()).loss(Loss::BinaryCrossEntropy).in_memory();
        (format!("seed {seed}"), record(replay, *learned, 1.0 + seed as f64))
    };
    learned.iter().enumerate().map(run).collect()
}

#[test]
fn the_share_of_runs_that_learned_by_an_epoch_is_what_was_recorded() {
    let learned = [Some(5), None, Some(12), Some(0), Some(12)];
    let to_target =
        runs(&learned).epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.all_correct()).unwrap();
    assert_eq!(to_target.epochs, learned);
    assert_eq!([4, 5, 11, 12, 30].map(|epoch| to_target.share_by(epoch)), [0.2, 0.4, 0.4, 0.8, 0.8]);
    assert_eq!(to_target.median(), Some(12));
    let of_class = runs(&learned)
        .epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.class_correct(1))
        .unwrap();
    assert_eq!(of_class, to_target);
}

#[test]
fn who_was_first_is_counted_seed_by_seed() {
    let epochs_to_target = |learned: &[Option<u64>]| {
        runs(learned).epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.all_correct()).unwrap()
    };
    let (relu, tanh) = (
        epochs_to_target(&[Some(3), Some(9), None, None, Some(7)]),
        epochs_to_target(&[Some(4), Some(2), None, Some(9), Some(7)]),
    );
    let counts = HeadToHead::of(&[&relu, &tanh]).unwrap();
    assert_eq!((counts.wins, counts.tied, counts.nobody), (vec![1, 2], 1, 1));
}

/// Losses of 1, 2, 3, 4 and 5 over the epoch's number and 1: `np.quantile([1, 2, 3, 4, 5], [.1, .5, .9])`
#[test]
fn a_band_is_the_quantiles_of_the_runs_at_each_epoch() {
    let runs = runs(&[None; 5]);
    let band = runs.band("loss", 0.8).unwrap();
    for (index, epoch) in band.epochs.iter().enumerate() {
        let parts = (epoch + 1) as f64;
        let found = [band.low[index], band.median[index], band.high[index]];
        assert!(found.iter().zip([1.4, 3.0, 4.6]).all(|(found, expected)| (found - expected / parts).abs() < 1e-12));
    }
    assert_eq!((band.epochs.len(), &band.runs[..3]), (31, &[5, 5, 5][..]));
    let message = runs.band("accuracy", 0.8).unwrap_err().to_string();
    let expected =
        "the recording holds no \"accuracy\" of run \"seed 0\"; the metric \"accuracy\" is asked of all runs";
    assert_eq!(message, expected);
}

#[test]
fn recordings_in_a_folder_are_opened_together_and_grouped_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    for (name, learned) in [("tanh-2", 8), ("relu-1", 3), ("tanh-1", 6), ("relu-2", 4)] {
        let path = folder.path().join(name).with_extension("replay");
        let options = Replay::options().dataset(&data()).loss(Loss::BinaryCrossEntropy);
        record(options.create(path).unwrap(), Some(learned), 1.0).finish().unwrap();
    }
    let paths = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut runs = Runs::open(paths).unwrap();
    runs.sort_by_name();
    assert_eq!(runs.get("relu-2").unwrap().epochs().len(), 31);
    assert!(runs.get("relu").is_none());
    let groups = runs.group_by_name(|name| name.split('-').next().unwrap_or(name).to_owned());
    let epochs: Vec<(String, Vec<Option<u64>>)> = groups
        .into_iter()
        .map(|(name, runs)| {
            (
                name,
                runs.epochs_to_target(&MilestoneOptions::default(), |milestones| milestones.all_correct())
                    .unwrap()
                    .epochs,
            )
        })
        .collect();
    assert_eq!(epochs, [("relu".into(), vec![Some(3), Some(4)]), ("tanh".into(), vec![Some(6), Some(8)])]);
    assert!(Runs::open([folder.path().join("no such file")]).is_err());
}

/// Any question can be asked of all runs, also with a model that is not built in.
#[test]
fn other_questions_and_other_models_go_through_every_run() {
    let runs = runs(&[Some(5), None]);
    let foreign = NoGradients(model());
    let options = MilestoneOptions::default();
    let learned: Vec<Option<u64>> =
        runs.map(|_, replay| Ok(replay.run_with(&foreign).milestones(&options)?.all_correct())).unwrap();
    assert_eq!(learned, [Some(5), None]);
    // Recomputed in place of logged: the loss of a sample that is correct by a slope of 2, and of one that is misclassified.
    let recomputed = |_: &str, replay: &Replay| -> Result<Vec<(u64, f64)>> {
        let loss = |epoch| replay.at(epoch)?.evaluate(Loss::BinaryCrossEntropy).map(|at| at.loss);
        [0, EPOCHS].into_iter().map(|epoch| Ok((epoch, loss(epoch)?))).collect()
    };
    let band = QuantileBand::of(&runs.map(recomputed).unwrap(), 1.0).unwrap();
    let (correct, wrong) = ((-2_f64).exp().ln_1p(), 2_f64.exp().ln_1p());
    assert!((band.low[1] - correct).abs() < 1e-6 && (band.high[1] - wrong).abs() < 1e-6);
    assert!((band.median[0] - wrong).abs() < 1e-6);
    assert!(
        runs.map(|name, _| if name == "seed 1" { Err(training_replay::Error::other("no")) } else { Ok(()) }).is_err()
    );
}

/// One empty file among a hundred runs, and none of them opened.
#[test]
fn files_that_do_not_open_are_errors_of_their_own_and_the_others_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["relu-1", "tanh-1", "relu-2"] {
        record(Replay::options().create(path(name)).unwrap(), Some(1), 1.0);
    }
    std::fs::write(path("tanh-2"), b"").unwrap();
    std::fs::write(path("relu-3"), b"no recording").unwrap();
    let mut damaged = std::fs::read(path("relu-1")).unwrap();
    damaged[70] ^= 1; // what describes the recording
    std::fs::write(path("relu-4"), damaged).unwrap();
    let names = ["relu-1", "tanh-2", "tanh-1", "relu-3", "relu-2", "relu-4", "relu-5"];
    let runs = Runs::open(names.map(path)).unwrap();
    assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["relu-1", "tanh-1", "relu-2"]);
    let kinds: Vec<(&str, bool)> = runs
        .failed()
        .iter()
        .map(|(name, error)| {
            let expected = match name.as_str() {
                "tanh-2" => matches!(error, Error::NotStarted { .. }),
                "relu-3" => matches!(error, Error::NotARecording { .. }),
                "relu-4" => matches!(error, Error::Corrupted { .. }),
                _ => matches!(error, Error::Io { .. }),
            };
            (name.as_str(), expected)
        })
        .collect();
    assert_eq!(kinds, [("tanh-2", true), ("relu-3", true), ("relu-4", true), ("relu-5", true)]);
    let groups = runs.group_by_name(|name| name.split('-').next().unwrap().to_owned());
    let counts: Vec<_> = groups.iter().map(|(key, runs)| (key.as_str(), runs.len(), runs.failed().len())).collect();
    assert_eq!(counts, [("relu", 2, 3), ("tanh", 1, 1)]);
    assert!(matches!(Runs::open([path("tanh-2"), path("relu-3")]), Err(Error::NotStarted { .. })), "none of them");
    assert!(Runs::open(Vec::<std::path::PathBuf>::new()).unwrap().is_empty());
}

/// All of them were named "run".
#[test]
fn runs_in_nested_folders_have_names_that_differ() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["2026-11-01/10-30", "2026-11-01/11-45", "2026-11-02/10-30"] {
        std::fs::create_dir_all(path(name)).unwrap();
        record(Replay::options().create(path(name).join("run.replay")).unwrap(), Some(1), 1.0);
    }
    let names = |runs: &Runs| runs.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let runs = Runs::open_folder(folder.path()).unwrap();
    assert_eq!(names(&runs), ["2026-11-01/10-30", "2026-11-01/11-45", "2026-11-02/10-30"]);
    assert_eq!(names(&Runs::open_folder(path("2026-11-02")).unwrap()), ["run"]);

    let twice = [path("2026-11-01/10-30/run.replay"), path("2026-11-01/../2026-11-01/10-30/run.replay")];
    let runs = Runs::open(twice).unwrap();
    assert_eq!((runs.len(), runs.failed().len()), (1, 1), "a run that is given twice does not count twice");
    let message = runs.failed()[0].1.to_string();
    assert!(message.contains("must be another file than the runs before it"), "{message}");

    std::fs::create_dir(path("none")).unwrap();
    let message = Runs::open_folder(path("none")).unwrap_err().to_string();
    assert!(message.contains("that end in .replay is 0; it must be 1 or more"), "{message}");
    assert!(matches!(Runs::open_folder(path("no such folder")), Err(Error::Io { .. })));
}

#[test]
fn runs_of_one_name_are_made_different() {
    let run = |name: &str| (name.to_owned(), Replay::options().in_memory());
    let runs: Runs = ["a", "b", "a", "a (2)", "a"].map(run).into_iter().collect();
    assert_eq!(runs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b", "a (2)", "a (2) (2)", "a (3)"]);
}
