//! A damaged epoch does not take the rest: every question about a run does without it, and lists it.

#[cfg(feature = "plot")]
#[path = "common/page.rs"]
mod page;

use training_replay::{
    Activation, Dense, Error, Loss, Metrics, Optimizer, Replay, Sequential, Trainer,
    analysis::{Baseline, Caveat, LayerFilter, MilestoneOptions, Quantity, SharpnessOptions},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// 21 epochs, of which the weights of these are damaged.
fn with_damaged(damaged: &[u64]) -> Replay {
    let data = datasets::moons(100, 0.1, 7);
    let layers = [
        Dense::new(3).name("hidden").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let mut model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.01));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().dataset(&data).loss(LOSS).create(&path).unwrap();
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..20 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay.finish().unwrap(); // Or damage to the last record would look like one that was never completed.
    let (replay, mut bytes) = (Replay::open(&path).unwrap(), std::fs::read(&path).unwrap());
    for &epoch in damaged {
        let weights = replay.weights(epoch).unwrap();
        let kernel = weights.get("hidden", "kernel").unwrap().values().to_f32();
        let kernel: Vec<u8> = kernel.iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let at = bytes.windows(kernel.len()).position(|window| window == kernel).unwrap();
        bytes[at] ^= 1;
    }
    Replay::from_bytes(bytes).unwrap()
}

fn skipped(caveats: &[Caveat]) -> Vec<u64> {
    let epoch = |caveat: &Caveat| match caveat {
        Caveat::Skipped { epoch, .. } => Some(*epoch),
        _ => None,
    };
    caveats.iter().filter_map(epoch).collect()
}

#[test]
fn every_question_about_a_run_does_without_the_damaged_epochs_and_lists_them() {
    for damaged in [vec![], vec![7], vec![0], vec![20], vec![0, 1, 13]] {
        let replay = with_damaged(&damaged);
        let run = replay.run().unwrap();
        let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
        assert_eq!(skipped(&milestones.caveats), damaged);
        let history = run.sample_history(LOSS).unwrap();
        assert_eq!((skipped(&history.caveats), history.epochs.len()), (damaged.clone(), 21 - damaged.len()));
        assert!(history.epochs.iter().all(|epoch| !damaged.contains(epoch)));
        assert_eq!(skipped(&run.principal_plane("hidden").unwrap().caveats), damaged);
        let path = run.weight_path().unwrap();
        assert_eq!((skipped(&path.caveats), path.epochs), (damaged.clone(), history.epochs.clone()));
        let (kernels, activations) = (run.kernel_spectra().unwrap(), run.activation_spectra().unwrap());
        assert_eq!((skipped(&kernels.caveats), kernels.epochs), (damaged.clone(), history.epochs.clone()));
        assert_eq!((skipped(&activations.caveats), activations.epochs), (damaged.clone(), history.epochs.clone()));
        let similar = run.layer_similarities("hidden").unwrap();
        assert_eq!((skipped(&similar.caveats), similar.rows.len()), (damaged.clone(), 21 - damaged.len()));
        let sharpness = run.sharpness(LOSS, &SharpnessOptions::default().iterations(2).probes(1)).unwrap();
        assert_eq!((skipped(&sharpness.caveats), sharpness.epochs), (damaged.clone(), history.epochs.clone()));
        let curves = run.statistic(Quantity::weights(), &LayerFilter::default(), |row| row.std).unwrap();
        assert_eq!((skipped(&curves[0].caveats), curves[0].points.len()), (damaged.clone(), 21 - damaged.len()));
        assert_eq!(skipped(&replay.recorded_weights().std().unwrap()[0].caveats), damaged);
        assert_eq!(milestones.to_string().contains("was skipped"), !damaged.is_empty());
    }
}

#[test]
fn what_is_counted_from_a_damaged_epoch_is_skipped_with_it() {
    let replay = with_damaged(&[7]);
    let updates = Quantity::weights().since(Baseline::EpochBefore);
    let curves = replay.run().unwrap().statistic(updates, &LayerFilter::default(), |row| row.std).unwrap();
    assert_eq!(skipped(&curves[0].caveats), [7, 8]);
}

#[test]
fn a_run_of_damaged_epochs_alone_is_an_error_and_so_is_one_of_them_that_is_asked_for() {
    let replay = with_damaged(&(0..=20).collect::<Vec<_>>()[..20]);
    let run = replay.run().unwrap().epochs(0..20);
    assert!(matches!(run.milestones(&MilestoneOptions::default()), Err(Error::Corrupted { .. })));
    assert!(matches!(run.at(3), Err(Error::Corrupted { .. })));
    assert!(run.map(|_| Ok(())).is_err(), "whoever asks for each epoch gets each or an error");
}

#[cfg(feature = "plot")]
#[test]
fn pictures_and_pages_do_without_the_damaged_epochs_and_say_so() {
    use training_replay::plot::{Page, RunPlots};
    for damaged in [vec![7], vec![0, 20]] {
        let replay = with_damaged(&damaged);
        let plots = RunPlots::of(replay.run().unwrap()).unwrap();
        assert_eq!(skipped(plots.caveats()), damaged);
        assert!(plots.epochs().iter().all(|epoch| !damaged.contains(epoch)));
        for &epoch in plots.epochs() {
            assert!(plots.feature_space(epoch).is_ok());
        }
        assert!(plots.figure(damaged[0]).is_err());
        let page = Page::new("Damaged").run("run", &plots).unwrap().to_html().unwrap();
        let head = page::DecodedPage::read(page).meta.to_string();
        assert!(head.contains(&format!("epoch {} was skipped", damaged[0])));
    }
}
