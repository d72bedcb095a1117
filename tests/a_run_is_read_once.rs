//! Whatever shows a run reads it twice at most: once for the limits of its axes, and once for what is shown on them; a third
//! time where the plane that shows most of a wide layer has to be found first. In each of these passes nothing of an epoch is
//! computed twice. It once took twelve or thirteen times for a page, with four forward passes and five of the losses for each epoch.
#![cfg(feature = "plot")]

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use training_replay::{
    Activation, Backward, Dataset, Dense, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result,
    Sequential, Targets, Trainer, Weights, datasets,
    plot::{Animation, Page, RunPlots},
};

/// As many rows as no part of a grid has.
const SAMPLES: usize = 106;
const EPOCHS: u64 = 6;
const LOSS: Loss = Loss::BinaryCrossEntropy;

/// A model of somebody else's, that writes down what is asked of it.
struct Counted {
    model: Sequential,
    log: Arc<Log>,
    /// Which of the models that were restored it is.
    number: usize,
}

#[derive(Default)]
struct Log {
    restored: AtomicUsize,
    /// How often each epoch was restored, by the bits of its weights.
    epochs: Mutex<BTreeMap<Vec<u64>, usize>>,
    /// How often each model was asked the same about all samples.
    asked: Mutex<BTreeMap<(usize, String), usize>>,
}

impl Counted {
    fn new(model: Sequential) -> Self {
        Self { model, log: Arc::default(), number: 0 }
    }

    fn note(&self, inputs: &Matrix, what: String) {
        if inputs.nrows() == SAMPLES {
            *self.log.asked.lock().unwrap().entry((self.number, what)).or_default() += 1;
        }
    }

    /// How often each of the epochs was restored.
    fn restored(&self) -> Vec<usize> {
        self.log.epochs.lock().unwrap().values().copied().collect()
    }

    /// What was asked about all samples, by how many of the restored models, each of which was asked it once.
    fn asked(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for ((number, what), &count) in &*self.log.asked.lock().unwrap() {
            assert_eq!(count, 1, "{what}, asked of model {number}");
            *counts.entry(what.clone()).or_default() += 1;
        }
        counts
    }
}

impl Model for Counted {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.model.parameters()
    }
}

impl Forward for Counted {
    fn layers(&self) -> Vec<String> {
        self.model.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let bits = weights.iter().flat_map(|parameter| parameter.values().to_f64().into_owned());
        let bits: Vec<u64> = bits.map(f64::to_bits).collect();
        *self.log.epochs.lock().unwrap().entry(bits).or_default() += 1;
        let number = 1 + self.log.restored.fetch_add(1, Ordering::Relaxed);
        Ok(Self { model: self.model.with_weights(weights)?, log: Arc::clone(&self.log), number })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        // Whoever asks for a range runs all layers in it.
        layers.clone().for_each(|layer| self.note(inputs, format!("layer {layer}")));
        self.model.forward(inputs, layers)
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.note(inputs, format!("z-values {layer}"));
        self.model.pre_activation(inputs, layer)
    }

    fn losses(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
        self.note(inputs, "losses".into());
        self.model.losses(inputs, targets, loss)
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Counted {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        self.note(inputs, "gradients".into());
        self.model.gradients(inputs, targets, loss)
    }
}

fn data() -> Dataset {
    datasets::moons(SAMPLES, 0.1, 7)
}

/// Six epochs and what was before them, of a network with hidden layers of three and of so many units.
fn recorded(data: &Dataset, units: usize) -> (Counted, Replay) {
    let layers = [
        Dense::new(3).name("first").activation(Activation::Tanh),
        Dense::new(units).name("second").activation(Activation::Tanh),
        Dense::new(1).name("output").activation(Activation::Sigmoid),
    ];
    let model = Counted::new(Sequential::builder(data.features()).layers(layers).build(42).unwrap());
    let mut trained = model.model.clone();
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).seed(42);
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&trained, Metrics::new()).unwrap();
    for _ in 0..EPOCHS {
        let metrics = trainer.epoch(&mut trained, data).unwrap();
        replay.record(&trained, metrics).unwrap();
    }
    (model, replay)
}

fn plots<'a>(replay: &'a Replay, model: &'a Counted) -> RunPlots<'a, Counted> {
    RunPlots::of(replay.run_with(model).threads(2)).unwrap()
}

const RECORDED: usize = EPOCHS as usize + 1;

#[test]
fn a_page_takes_two_passes_over_its_run() {
    let (model, replay) = recorded(&data(), 2);
    let plots = plots(&replay, &model);
    assert_eq!(model.restored(), [1; RECORDED], "the limits of the axes");
    Page::new("").run("", &plots).unwrap().to_html().unwrap();
    assert_eq!(model.restored(), [2; RECORDED], "what is shown on them");
    let asked = model.asked();
    for layer in 0..3 {
        assert_eq!(asked[&format!("layer {layer}")], 2 * RECORDED, "layer {layer}");
        assert_eq!(asked[&format!("z-values {layer}")], RECORDED, "for the page's violins");
    }
    assert_eq!((asked["losses"], asked["gradients"]), (2 * RECORDED, RECORDED));
}

#[test]
fn an_animation_takes_two_passes_over_its_run() {
    let (model, replay) = recorded(&data(), 2);
    let plots = plots(&replay, &model);
    let animation = Animation::of(plots.epochs()).threads(2);
    animation.write(std::io::sink(), |epoch| Ok(plots.figure(epoch)?.size(480, 300))).unwrap();
    assert_eq!(model.restored(), [2; RECORDED]);
    let asked = model.asked();
    assert_eq!(asked["losses"], 2 * RECORDED);
    assert!(!asked.contains_key("gradients") && !asked.keys().any(|what| what.starts_with("z-values")), "{asked:?}");
}

#[test]
fn a_wide_layer_takes_one_more_for_its_principal_plane() {
    let (model, replay) = recorded(&data(), 5);
    let plots = plots(&replay, &model);
    Page::new("").run("", &plots).unwrap();
    // The first epoch is kept from pass to pass until the axes are known: it is the one that says how wide the layers are.
    let mut restored = model.restored();
    restored.sort_unstable();
    assert_eq!(restored, [&[2][..], &[3; RECORDED - 1]].concat());
    assert_eq!(model.log.restored.load(Ordering::Relaxed), restored.iter().sum::<usize>());
}

#[test]
fn a_figure_reads_its_epoch_once_and_no_other() {
    for (data, units) in [(data(), 2), (datasets::ball(10, SAMPLES, 13), 2), (data(), 5)] {
        let (model, replay) = recorded(&data, units);
        let plots = plots(&replay, &model);
        let (before, asked) = (model.restored().iter().sum::<usize>(), model.log.asked.lock().unwrap().clone());
        plots.figure(3).unwrap();
        assert_eq!(model.restored().iter().sum::<usize>(), before + 1);
        let new: Vec<_> = model.log.asked.lock().unwrap().iter().map(|(what, count)| (what.clone(), *count)).collect();
        let new: Vec<_> = new.into_iter().filter(|(what, _)| !asked.contains_key(what)).collect();
        let what: Vec<&str> = new.iter().map(|((_, what), _)| what.as_str()).collect();
        assert_eq!(what, ["layer 0", "layer 1", "layer 2", "losses"]);
        assert!(new.iter().all(|(_, count)| *count == 1), "{new:?}");
    }
}
