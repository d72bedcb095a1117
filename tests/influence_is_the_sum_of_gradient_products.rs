//! Influence by TracIn is its definition: of any model with gradients, on any number of threads, with the learning rates that are known
//! and with no others.

mod common;

use std::ops::Range;

use common::NoGradients;
use training_replay::{
    Activation, Backward, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, NoteValue, Optimizer,
    Parameter, Replay, Result, Sequential, Targets, Trainer, Weights,
    analysis::{Caveat, Influence, InfluenceOptions, LearningRatesFrom},
    datasets,
};

const RATES: [(u64, f64); 3] = [(1, 0.5), (2, 0.25), (3, 0.125)];

/// Weights that any language writes in a line.
fn weights(epoch: u64) -> Weights {
    let array = |layer: &'static str, name: &'static str, shape: &[usize], shift: u64| {
        let value = |i: u64| ((7 * i + shift + 3 * epoch) % 11) as f32 / 8.0 - 5.0 / 8.0;
        let count = shape.iter().product::<usize>() as u64;
        Parameter::new(layer, name, shape.to_vec(), (0..count).map(value).collect::<Vec<f32>>())
    };
    Weights::from_iter([
        array("hidden", "kernel", &[2, 3], 1),
        array("hidden", "bias", &[3], 2),
        array("output", "kernel", &[3, 2], 4),
        array("output", "bias", &[2], 5),
    ])
}

fn network() -> Sequential {
    let layers = [
        Dense::new(3).name("hidden").activation(Activation::Tanh),
        Dense::new(2).name("output").activation(Activation::Softmax),
    ];
    Sequential::builder(2).layers(layers).build(1).unwrap()
}

fn training_data() -> Dataset {
    let inputs = Matrix::from_fn(4, 2, |i, j| ((5 * i + 3 * j) % 7) as f32 / 4.0 - 0.75);
    Dataset::from_class_labels(inputs, &[0, 1, 1, 0], 1, 2).unwrap()
}

fn tested_data() -> Dataset {
    Dataset::from_class_labels(Matrix::from_row_slice(2, 2, &[0.5, -1.0, -0.25, 0.75]), &[1, 0], 1, 2).unwrap()
}

/// Three epochs, and one before training that no rate is logged for.
fn recorded(data: &Dataset) -> Result<Replay> {
    let mut replay = Replay::options().dataset(data).loss(Loss::CategoricalCrossEntropy).in_memory();
    let model = network();
    replay.record_at(0, &model, Metrics::new())?;
    for (epoch, rate) in RATES {
        replay.record_at(epoch, &model.with_weights(&weights(epoch))?, [("learning_rate", rate)])?;
    }
    Ok(replay)
}

fn assert_near(found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }
}

fn rows(influence: &Influence) -> Vec<f64> {
    influence.scores.transpose().as_slice().to_vec()
}

/// PyTorch 2.15.0 in double precision:
///
/// ```python
/// import torch, numpy as np
/// torch.set_default_dtype(torch.float64)
/// def w(shape, a, epoch):
///     n = int(np.prod(shape))
///     return torch.tensor([((7 * i + a + 3 * epoch) % 11 - 5) / 8 for i in range(n)]).reshape(shape).requires_grad_()
/// def grad(epoch, x, y):
///     p = [w((2, 3), 1, epoch), w((3,), 2, epoch), w((3, 2), 4, epoch), w((2,), 5, epoch)]
///     z = torch.tanh(x @ p[0] + p[1]) @ p[2] + p[3]
///     loss = torch.nn.functional.cross_entropy(z[None], torch.tensor([y]))
///     return torch.cat([g.flatten() for g in torch.autograd.grad(loss, p)])
/// x = torch.tensor([[(5 * i + 3 * j) % 7 / 4 - 0.75 for j in range(2)] for i in range(4)])
/// y = [0, 1, 1, 0]
/// tx, ty = torch.tensor([[0.5, -1.0], [-0.25, 0.75]]), [1, 0]
/// rates = {1: 0.5, 2: 0.25, 3: 0.125}
/// scores = sum(r * torch.tensor([[grad(e, a, b) @ grad(e, c, d) for c, d in zip(x, y)] for a, b in zip(tx, ty)])
///              for e, r in rates.items())
/// own = sum(r * torch.tensor([grad(e, c, d) @ grad(e, c, d) for c, d in zip(x, y)]) for e, r in rates.items())
/// print(scores.tolist(), own.tolist())
/// ```
#[test]
fn scores_are_pytorchs_of_classes_by_index_and_of_one_hot_columns() -> Result<()> {
    let scores = [
        -0.5534396749098338,
        0.7112116856449076,
        0.40167279443223153,
        -0.5436318792211634,
        0.953297865655097,
        -0.5199178757958134,
        -0.8396827057636488,
        1.0283421333297196,
    ];
    let own = [1.2198092726915577, 0.6571717224971194, 0.7189361873824734, 1.1049995466413436];
    let one_hot = |data: Dataset| Dataset::new(data.inputs().clone(), data.targets().to_matrix()?.into_owned());
    for [data, tested] in [[training_data(), tested_data()], [one_hot(training_data())?, one_hot(tested_data())?]] {
        let replay = recorded(&data)?;
        let influence = replay.run()?.influence(&tested, &InfluenceOptions::default())?;
        assert_near(rows(&influence), &scores, 1e-6);
        assert_eq!((&influence.epochs, &influence.tested), (&vec![1, 2, 3], &vec![0, 1]), "epoch 0 has no rate");
        assert_eq!(influence.learning_rates, [0.5, 0.25, 0.125]);
        assert_eq!((influence.standard_errors.clone(), influence.caveats.clone()), (None, Vec::new()));
        assert_eq!((influence.most_helpful(0, 9)?, influence.most_harmful(0, 1)?), (vec![1, 2], vec![0]));
        let itself = replay.run()?.self_influence(&InfluenceOptions::default())?;
        assert_near(itself.scores.iter().copied(), &own, 1e-6);
        assert_eq!(itself.highest(2), [0, 3]);
        let of_one = replay.run()?.influence(&tested, &InfluenceOptions::default().tested([1]))?;
        assert_eq!(of_one.scores.row(0), influence.scores.row(1));
        let training = replay.run()?.influence(&data, &InfluenceOptions::default())?;
        assert_eq!(training.scores.diagonal().as_slice(), itself.scores, "a sample's score for itself");
    }
    Ok(())
}

/// Each loss a little to both sides of every single weight: no gradient of this crate has a part in it.
#[test]
fn scores_are_those_of_finite_differences() -> Result<()> {
    let (data, tested) = (training_data(), tested_data());
    let (model, step) = (network(), 1.0 / 64.0);
    let mut expected = vec![0.0; 8];
    for (epoch, rate) in RATES {
        for array in 0..4 {
            for place in 0..weights(epoch).iter().nth(array).unwrap().values().len() {
                let moved = |by: f32, data: &Dataset| -> Result<Vec<f32>> {
                    let moved = weights(epoch).into_iter().enumerate().map(|(at, parameter)| {
                        let mut values = parameter.values().to_f32().into_owned();
                        if at == array {
                            values[place] += by;
                        }
                        let (layer, name) = (parameter.layer().to_owned(), parameter.name().to_owned());
                        Parameter::new(layer, name, parameter.shape().to_vec(), values)
                    });
                    let moved = model.with_weights(&moved.collect())?;
                    moved.losses(data.inputs(), data.targets(), Loss::CategoricalCrossEntropy)
                };
                let slopes = |data: &Dataset| -> Result<Vec<f64>> {
                    let pairs = moved(step, data)?.into_iter().zip(moved(-step, data)?);
                    Ok(pairs.map(|(up, down)| f64::from(up - down) / f64::from(2.0 * step)).collect())
                };
                let (of_tested, of_training) = (slopes(&tested)?, slopes(&data)?);
                for (at, expected) in expected.iter_mut().enumerate() {
                    *expected += rate * of_tested[at / 4] * of_training[at % 4];
                }
            }
        }
    }
    let replay = recorded(&data)?;
    let influence = replay.run()?.influence(&tested, &InfluenceOptions::default())?;
    assert_near(rows(&influence), &expected, 5e-4);
    Ok(())
}

/// A network that hands over its gradients in another order for every other sample.
#[derive(Clone)]
struct Turning(Sequential);

impl Model for Turning {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Turning {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.0.with_weights(weights).map(Self)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Turning {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        let gradients = self.0.gradients(inputs, targets, loss)?;
        if inputs[0] > 0.0 {
            Ok(gradients)
        } else {
            Ok(gradients.into_iter().collect::<Vec<_>>().into_iter().rev().collect())
        }
    }
}

#[test]
fn a_foreign_model_is_asked_whatever_the_order_of_its_gradients() -> Result<()> {
    let (replay, options) = (recorded(&training_data())?, InfluenceOptions::default());
    let turning = Turning(network());
    let expected = replay.run()?.influence(&tested_data(), &options)?;
    let found = replay.run_with(&turning).influence(&tested_data(), &options)?;
    assert_near(rows(&found), &rows(&expected), 1e-12);
    let refused = replay.run_with(&NoGradients(network())).influence(&tested_data(), &options);
    assert!(refused.unwrap_err().to_string().contains("Forward::as_backward"));
    Ok(())
}

fn trained(epochs: usize) -> Result<Replay> {
    let data = datasets::moons(40, 0.1, 7);
    let layers = [Dense::new(40).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let mut model = Sequential::builder(2).layers(layers).build(1)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.5));
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

#[test]
fn any_number_of_threads_gives_the_same_scores_bit_for_bit() -> Result<()> {
    let replay = trained(9)?;
    for options in [InfluenceOptions::default(), InfluenceOptions::default().projection(16, 3)] {
        let ask = |threads| replay.run()?.threads(threads).influence(replay.dataset()?, &options);
        let own = |threads| replay.run()?.threads(threads).self_influence(&options);
        for threads in [2, 7] {
            assert_eq!((ask(threads)?, own(threads)?), (ask(1)?, own(1)?), "{threads} threads");
        }
    }
    Ok(())
}

/// Errors in units of their standard errors, whose mean square is 1 where no few values make up the gradients. The scores of one seed go
/// up and down together, so that many seeds make the mean.
#[test]
fn scores_of_projected_gradients_are_those_of_the_whole_ones_but_for_their_standard_errors() -> Result<()> {
    let replay = trained(6)?;
    let (run, data) = (replay.run()?, replay.dataset()?);
    let exact = run.influence(data, &InfluenceOptions::default())?;
    let mut squares = Vec::new();
    for seed in 0..100 {
        let projected = run.influence(data, &InfluenceOptions::default().projection(64, seed))?;
        let errors = projected.standard_errors.as_ref().unwrap();
        squares.extend((0..1_600).map(|at| ((projected.scores[at] - exact.scores[at]) / errors[at]).powi(2)));
    }
    let mean_square = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!((0.7..1.2).contains(&mean_square), "{mean_square}");
    assert!(squares.iter().all(|square| square.sqrt() < 6.0));
    let all = run.influence(data, &InfluenceOptions::default().projection(161, 1))?; // as many as the network has values
    assert_eq!(all.scores, exact.scores);
    assert_eq!(all.standard_errors.unwrap().sum(), 0.0);
    Ok(())
}

#[test]
fn the_learning_rate_is_the_logged_the_noted_or_the_given_one_and_never_another() -> Result<()> {
    let (tested, options) = (tested_data(), InfluenceOptions::default());
    let with = |noted: Option<NoteValue>, logged: [Option<f64>; 3]| -> Result<Replay> {
        let options = Replay::options().dataset(&training_data()).loss(Loss::CategoricalCrossEntropy);
        let options = noted.into_iter().fold(options, |options, noted| options.metadata("learning_rate", noted));
        let mut replay = options.in_memory();
        for (epoch, logged) in logged.into_iter().enumerate() {
            let logged: Metrics = logged.into_iter().map(|rate| ("learning_rate".to_owned(), rate)).collect();
            replay.record_at(epoch as u64, &network().with_weights(&weights(epoch as u64))?, logged)?;
        }
        Ok(replay)
    };
    let rates = |replay: &Replay, options: &InfluenceOptions| -> Result<_> {
        let found = replay.run()?.influence(&tested, options)?;
        Ok((found.epochs, found.learning_rates, found.learning_rates_from))
    };
    let refused = |replay: &Replay, options: &InfluenceOptions| rates(replay, options).unwrap_err().to_string();

    let silent = with(None, [None; 3])?;
    let message = refused(&silent, &options);
    assert!(message.contains("no learning rate") && message.contains("InfluenceOptions::learning_rate"), "{message}");
    assert!(matches!(rates(&silent, &options), Err(Error::Missing { .. })));
    let constant = options.clone().learning_rate(0.1);
    assert_eq!(rates(&silent, &constant)?, (vec![1, 2], vec![0.1; 2], LearningRatesFrom::Caller));
    let some = options.clone().learning_rates([(0, 0.5), (1, 0.25), (2, 0.0)]);
    assert_eq!(rates(&silent, &some)?, (vec![0, 1, 2], vec![0.5, 0.25, 0.0], LearningRatesFrom::Caller));
    let message = refused(&silent, &options.clone().learning_rates([(1, 0.5)]));
    assert!(message.contains("no learning rate of epoch 2"), "{message}");

    let noted = with(Some(0.5.into()), [None; 3])?;
    assert_eq!(rates(&noted, &options)?, (vec![1, 2], vec![0.5; 2], LearningRatesFrom::Note));
    let words = with(Some("a tenth".into()), [None; 3])?;
    assert!(refused(&words, &options).contains("no learning rate"));

    let logged = with(Some(9.0.into()), [Some(0.5), Some(0.25), Some(0.125)])?;
    assert_eq!(rates(&logged, &options)?, (vec![0, 1, 2], vec![0.5, 0.25, 0.125], LearningRatesFrom::Metric));
    assert_eq!(rates(&logged, &constant)?.1, [0.1; 2]);
    let gap = with(Some(9.0.into()), [None, Some(0.25), None])?;
    assert!(
        refused(&gap, &options).contains("no learning rate of epoch 2"),
        "the note is of no epoch that logs its own"
    );
    let diverged = with(None, [None, Some(f64::NAN), None])?;
    assert!(refused(&diverged, &options).contains("the learning rate of epoch 1 is NaN"));
    for rate in [-0.1, f64::INFINITY, f64::NAN] {
        assert!(refused(&silent, &options.clone().learning_rate(rate)).contains("the learning rate of epoch 1"));
    }
    Ok(())
}

#[test]
fn epochs_count_once_in_whatever_order_they_are_chosen() -> Result<()> {
    let (replay, tested, options) = (recorded(&training_data())?, tested_data(), InfluenceOptions::default());
    let chosen = |epochs: &[u64]| replay.run()?.epochs(epochs.to_vec()).influence(&tested, &options);
    assert_eq!(chosen(&[3, 1, 3])?, chosen(&[1, 3])?);
    let both = chosen(&[1])?.scores + chosen(&[3])?.scores;
    assert_near(chosen(&[1, 3])?.scores.iter().copied(), both.as_slice(), 1e-15);
    assert!(chosen(&[]).unwrap_err().to_string().contains("the number of epochs"));
    assert!(matches!(chosen(&[0]), Err(Error::Missing { .. })));
    assert!(matches!(chosen(&[1, 99]), Err(Error::UnknownEpoch { epoch: 99, .. })));
    Ok(())
}

#[test]
fn a_damaged_epoch_is_left_out_and_listed() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().dataset(&training_data()).loss(Loss::CategoricalCrossEntropy).create(&path)?;
    for (epoch, rate) in RATES {
        replay.record_at(epoch, &network().with_weights(&weights(epoch))?, [("learning_rate", rate)])?;
    }
    replay.finish()?;
    let mut bytes = std::fs::read(&path).unwrap();
    let kernel = weights(2).get("hidden", "kernel").unwrap().values().to_f32().into_owned();
    let kernel: Vec<u8> = kernel.iter().flat_map(|weight| weight.to_le_bytes()).collect();
    let at = bytes.windows(kernel.len()).rposition(|window| window == kernel).unwrap();
    bytes[at] ^= 1;
    let (damaged, tested, options) = (Replay::from_bytes(bytes)?, tested_data(), InfluenceOptions::default());
    let found = damaged.run()?.influence(&tested, &options)?;
    assert_eq!((found.epochs, found.learning_rates), (vec![1, 3], vec![0.5, 0.125]));
    assert!(matches!(&found.caveats[..], [Caveat::Skipped { epoch: 2, .. }]));
    assert_eq!(found.scores, replay.run()?.epochs([1, 3]).influence(&tested, &options)?.scores);
    let own = damaged.run()?.self_influence(&options)?;
    assert!(own.epochs == [1, 3] && matches!(&own.caveats[..], [Caveat::Skipped { epoch: 2, .. }]));
    assert!(matches!(damaged.run()?.epochs([2]).influence(&tested, &options), Err(Error::Corrupted { .. })));
    Ok(())
}

#[test]
fn what_does_not_fit_is_an_error_that_says_what() -> Result<()> {
    let (data, tested, options) = (training_data(), tested_data(), InfluenceOptions::default());
    let replay = recorded(&data)?;
    let refused = |tested: &Dataset, options: &InfluenceOptions| {
        let refused = replay.run().unwrap().influence(tested, options);
        refused.unwrap_err().to_string()
    };
    assert!(refused(&tested, &options.clone().tested([0, 2])).contains("the tested sample is 2; it must be below 2"));
    assert!(refused(&tested, &options.clone().tested([])).contains("the number of tested samples"));
    assert!(refused(&tested, &options.clone().projection(0, 1)).contains("the number of dimensions of a projection"));
    assert!(refused(&tested, &options.clone().projection(usize::MAX, 1)).contains("dimensions"));
    let wide = Dataset::from_class_labels(Matrix::zeros(2, 3), &[0, 1], 1, 2)?;
    assert!(refused(&wide, &options).contains("the tested inputs: expected shape [2, 2], found [2, 3]"));
    let classes = Dataset::from_class_labels(Matrix::zeros(2, 2), &[0, 2], 1, 3)?;
    assert!(refused(&classes, &options).contains("the tested targets"));
    assert!(refused(&tested, &options.clone().loss(Loss::MeanSquaredError)).contains("the loss"));
    let influence = replay.run()?.influence(&tested, &options)?;
    assert!(influence.most_helpful(2, 1).is_err() && influence.most_harmful(2, 1).is_err());
    let mut no_loss = Replay::options().dataset(&data).in_memory();
    no_loss.record_at(1, &network(), [("learning_rate", 0.1)])?;
    let message = no_loss.run()?.influence(&tested, &options).unwrap_err().to_string();
    assert!(message.contains("InfluenceOptions::loss"), "{message}");
    assert!(no_loss.run()?.influence(&tested, &options.loss(Loss::CategoricalCrossEntropy)).is_ok());
    let mut no_data = Replay::options().loss(Loss::CategoricalCrossEntropy).in_memory();
    no_data.record_at(1, &network(), [("learning_rate", 0.1)])?;
    assert!(matches!(no_data.run()?.self_influence(&InfluenceOptions::default()), Err(Error::Missing { .. })));
    Ok(())
}

/// The optimizer that the answers warn of, over the epochs 1 and 2 of a run with this note, trained and recorded with the states of this
/// trainer.
fn warned_of(note: &str, trained: Option<Optimizer>) -> Result<Option<String>> {
    let data = datasets::moons(12, 0.1, 7);
    let mut model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, trained.unwrap_or(Optimizer::sgd(0.1)));
    let options = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy);
    let mut replay = if note.is_empty() { options } else { options.metadata("optimizer", note) }.in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..2 {
        let metrics = trainer.epoch(&mut model, &data)?;
        match trained {
            Some(_) => replay.record(&trainer.training(&model), metrics)?,
            None => replay.record(&model, metrics)?,
        };
    }
    let (run, options) = (replay.run()?, InfluenceOptions::default());
    let caveats = run.influence(&data, &options)?.caveats;
    assert_eq!(run.self_influence(&options)?.caveats, caveats);
    match &caveats[..] {
        [] => Ok(None),
        [Caveat::OtherSteps { optimizer }] => Ok(Some(optimizer.clone())),
        others => panic!("{others:?}"),
    }
}

/// The scores of a run by Adam were handed over without a word.
#[test]
fn steps_that_are_no_multiples_of_a_gradient_are_warned_of_where_the_recording_says_so() -> Result<()> {
    assert_eq!(warned_of("", None)?, None, "nothing is known");
    for plain in ["sgd", "SGD(lr=0.1, momentum=0.0)", "as in the paper"] {
        assert_eq!(warned_of(plain, None)?, None, "{plain}");
    }
    for other in
        ["adam", "Adam(lr=0.001)", "SGD(lr=0.1, momentum=0.9)", "RMSprop", "AdamW(lr=0.001, weight_decay=0.01)"]
    {
        assert_eq!(warned_of(other, None)?.as_deref(), Some(other));
    }
    let momentum = Optimizer::momentum(0.1, 0.9);
    assert_eq!(warned_of("", Some(momentum))?, Some(momentum.to_string()));
    assert_eq!(
        warned_of("sgd", Some(Optimizer::adam(0.1)))?,
        Some(Optimizer::adam(0.1).to_string()),
        "the trainer knows"
    );
    assert_eq!(warned_of("adam", Some(Optimizer::sgd(0.1)))?, None, "the trainer knows");
    let sentence = Caveat::OtherSteps { optimizer: "ad\nam".into() }.to_string();
    assert!(sentence.starts_with("the run was trained by ad") && !sentence.contains('\n'), "{sentence}");
    Ok(())
}
