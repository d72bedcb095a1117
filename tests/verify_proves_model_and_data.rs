//! `verify` proves: it holds for the right model and data in every run, and for wrong ones in none; and what comparing means
//! alone would say. The table is that of `docs/promises.md`; with `RELEASE_TESTS` and `UPDATE` set it is written there.

mod common;

use std::{fmt::Write as _, fs, ops::Range, path::Path};

use common::{
    Reference,
    double::activate,
    scale::{is_release, report, scaled},
};
use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result,
    Sequential, Trainer, Weights,
    analysis::{Verification, VerifyOptions, evaluate},
    datasets,
};

/// A network of dense layers that is not built in: it computes in double precision, or in single precision with its
/// sums the other way round.
#[derive(Clone)]
struct Own {
    activations: Vec<Activation>,
    /// What its inputs are multiplied by, and what is added to them.
    preparation: (f32, f32),
    single: bool,
    /// Whether it keeps its own bias where it is given another.
    forgets: bool,
    weights: Weights,
}

impl Own {
    fn of(model: &Sequential, activations: &[Activation]) -> Self {
        let (weights, activations) = (Weights::of(model).unwrap(), activations.to_vec());
        Self { activations, preparation: (1.0, 0.0), single: false, forgets: false, weights }
    }

    fn dense(&self, layer: usize, x: &[f32]) -> Vec<f32> {
        let arrays: Vec<_> = self.weights.iter().map(|parameter| parameter.values().to_f32()).collect();
        let (kernel, bias) = (&arrays[2 * layer], &arrays[2 * layer + 1]);
        let product = |i: usize, j: usize| (x[i], kernel[i * bias.len() + j]);
        let z = (0..bias.len()).map(|j| {
            if self.single {
                f64::from((0..x.len()).rev().fold(bias[j], |sum, i| product(i, j).0.mul_add(product(i, j).1, sum)))
            } else {
                let terms = (0..x.len()).map(|i| f64::from(product(i, j).0) * f64::from(product(i, j).1));
                f64::from(bias[j]) + terms.sum::<f64>()
            }
        });
        activate(self.activations[layer], &z.collect::<Vec<_>>()).into_iter().map(|output| output as f32).collect()
    }
}

impl Model for Own {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.weights.parameters()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Own {
    fn layers(&self) -> Vec<String> {
        (0..self.activations.len()).map(|layer| format!("layer {layer}")).collect()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let kept = |index| self.weights.iter().nth(index).filter(|_| self.forgets && index == 3);
        let new = weights.iter().enumerate().map(|(index, given)| kept(index).unwrap_or(given).clone());
        Ok(Self { weights: new.collect(), ..self.clone() })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let (factor, shift) = self.preparation;
        let rows = inputs.row_iter().map(|row| {
            let prepared: Vec<f32> =
                row.iter().map(|x| if layers.start == 0 { x * factor + shift } else { *x }).collect();
            layers.clone().fold(prepared, |x, layer| self.dense(layer, &x))
        });
        let rows: Vec<Vec<f32>> = rows.collect();
        Ok(Matrix::from_fn(rows.len(), rows[0].len(), |row, column| rows[row][column]))
    }
}

/// A draw of one of the four data sets.
#[derive(Clone, Copy, Debug)]
enum Data {
    Moons,
    Circles,
    Parabola,
    Blobs,
}

const DATA: [Data; 4] = [Data::Moons, Data::Circles, Data::Parabola, Data::Blobs];

impl Data {
    fn draw(self, noise: f64, seed: u64) -> Dataset {
        match self {
            Self::Moons => datasets::moons(500, noise, seed),
            Self::Circles => datasets::circles(500, noise, 0.5, seed),
            Self::Parabola => {
                let (data, around) = (datasets::parabola(250, seed), datasets::moons(500, noise, seed));
                let exact = datasets::moons(500, 0.0, seed);
                Dataset::new(
                    data.inputs() + around.inputs() - exact.inputs(),
                    data.targets().numbers().unwrap().clone(),
                )
                .unwrap()
            }
            // Three classes: the first moon, and each half of the second.
            Self::Blobs => {
                let moons = datasets::moons(500, noise, seed);
                let half = |row: usize| usize::from(moons.inputs()[(row, 0)] > 1.0);
                let class = |(row, class): (usize, usize)| if class == 0 { 0 } else { 1 + half(row) };
                let classes: Vec<usize> = moons.classes().unwrap().into_iter().enumerate().map(class).collect();
                Dataset::from_labels_with_classes(moons.inputs().clone(), &classes, &[0, 1, 2]).unwrap()
            }
        }
    }

    fn loss(self) -> Loss {
        if matches!(self, Self::Blobs) { Loss::CategoricalCrossEntropy } else { Loss::BinaryCrossEntropy }
    }

    fn last(self) -> Activation {
        if matches!(self, Self::Blobs) { Activation::Softmax } else { Activation::Sigmoid }
    }
}

/// A run, recorded by a built-in network and by one that is not.
struct Recorded {
    data: Data,
    seed: u64,
    activations: [Activation; 2],
    built_in: Replay,
    own: Replay,
}

fn network(activations: [Activation; 2], outputs: usize, seed: u64) -> Sequential {
    let [hidden, last] = activations;
    let layers = [Dense::new(2).name("hidden").activation(hidden), Dense::new(outputs).name("output").activation(last)];
    Sequential::builder(2).layers(layers).build(seed).unwrap()
}

fn recorded(data: Data, seed: u64, epochs: u64) -> Recorded {
    let hidden = if seed.is_multiple_of(2) { Activation::Tanh } else { Activation::Relu };
    let (set, activations) = (data.draw(0.1, seed), [hidden, data.last()]);
    let mut model = network(activations, set.outputs(), seed);
    let mut trainer = Trainer::new(data.loss(), Optimizer::sgd(0.05)).batch_size(16).seed(seed);
    let begin = || Replay::options().dataset(&set).loss(data.loss()).in_memory();
    let (mut built_in, mut own) = (begin(), begin());
    for epoch in 0..=epochs {
        let metrics = if epoch == 0 { Metrics::new() } else { trainer.epoch(&mut model, &set).unwrap() };
        built_in.record(&model, &metrics).unwrap();
        own.record(&Own::of(&model, &activations), metrics).unwrap();
    }
    Recorded { data, seed, activations, built_in, own }
}

/// What is changed between recording and verifying, and whether it is right all the same.
const CASES: [(&str, bool); 10] = [
    ("the right model and data", true),
    ("the right model, computed in another order of sums", true),
    ("linear for tanh, leaky ReLU (slope 0.01) for ReLU", false),
    ("inputs times 1.1, in the data", false),
    ("inputs times 1.1, in the model", false),
    ("inputs shifted by 0.1, in the data", false),
    ("inputs shifted by 0.1, in the model", false),
    ("another draw of the data", false),
    ("noise of 0.2 for 0.1, same seed", false),
    ("a bias that `with_weights` forgets", false),
];

impl Recorded {
    fn set(&self, case: usize) -> Dataset {
        let data =
            self.data.draw(if case == 8 { 0.2 } else { 0.1 }, if case == 7 { self.seed + 1_000 } else { self.seed });
        let inputs = match case {
            3 => data.inputs() * 1.1,
            5 => data.inputs().add_scalar(0.1),
            _ => data.inputs().clone(),
        };
        Dataset::new(inputs, data.targets().numbers().unwrap().clone()).unwrap()
    }

    fn activations(&self, case: usize) -> [Activation; 2] {
        match (case, self.activations) {
            (2, [Activation::Tanh, last]) => [Activation::Linear, last],
            (2, [_, last]) => [Activation::LeakyRelu { slope: 0.01 }, last],
            (_, right) => right,
        }
    }

    fn model(&self, case: usize) -> Own {
        let template = network(self.activations(case), self.own.dataset().unwrap().outputs(), self.seed);
        let preparation = match case {
            4 => (1.1, 0.0),
            6 => (1.0, 0.1),
            _ => (1.0, 0.0),
        };
        let (single, forgets) = (case == 1, case == 9);
        Own { preparation, single, forgets, ..Own::of(&template, &self.activations(case)) }
    }

    /// The verification of the run that the built-in network recorded: with a built-in one where there is such a one.
    fn verify_built_in(&self, case: usize) -> Result<Verification> {
        let replay = reopened(&self.built_in).with_dataset(&self.set(case))?;
        let template = network(self.activations(case), self.set(case).outputs(), 7);
        match case {
            1 | 4 | 6 | 9 => replay.run_with(&self.model(case)).verify(&VerifyOptions::default()),
            _ => replay.run_with(&template).verify(&VerifyOptions::default()),
        }
    }

    fn verify_own(&self, case: usize) -> Result<Verification> {
        let replay = reopened(&self.own).with_dataset(&self.set(case))?;
        replay.run_with(&self.model(case)).verify(&VerifyOptions::default())
    }

    /// The comparison of means alone, of a model that nothing else is asked of.
    fn means(&self, case: usize) -> Verification {
        let (model, data) = (self.model(case), self.set(case));
        let epochs = || self.own.epochs();
        let recomputed = |epoch| {
            let model = model.with_weights(&self.own.weights(epoch).unwrap()).unwrap();
            (epoch, evaluate(&model, &data, self.data.loss()).unwrap().into())
        };
        let logged: Vec<_> = epochs().map(|epoch| (epoch, self.own.metrics(epoch).unwrap())).collect();
        Verification::of(&logged, &epochs().map(recomputed).collect::<Vec<_>>(), &VerifyOptions::default())
    }
}

fn reopened(replay: &Replay) -> Replay {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    Replay::from_bytes(bytes).unwrap()
}

fn holds(verification: &Result<Verification>) -> bool {
    verification.as_ref().is_ok_and(Verification::holds)
}

/// For each case: how often it holds of the built-in and of the other model, and by means alone.
fn counts(seeds: u64, epochs: u64) -> [[usize; 3]; CASES.len()] {
    let mut counts = [[0; 3]; CASES.len()];
    for (data, seed) in DATA.into_iter().flat_map(|data| (0..seeds).map(move |seed| (data, seed))) {
        let run = recorded(data, seed, epochs);
        for (case, (what, right)) in CASES.into_iter().enumerate() {
            let verifications = [run.verify_built_in(case), run.verify_own(case)];
            for verification in &verifications {
                let shown = || verification.as_ref().map_or_else(Error::to_string, Verification::to_string);
                assert_eq!(holds(verification), right, "{what}: {data:?} {seed}, {epochs} epochs: {}", shown());
            }
            let all = [holds(&verifications[0]), holds(&verifications[1]), run.means(case).means_agree()];
            counts[case].iter_mut().zip(all).for_each(|(count, holds)| *count += usize::from(holds));
        }
    }
    counts
}

fn table(seeds: u64) -> String {
    let runs = seeds as usize * DATA.len();
    let (short, long) = (counts(seeds, 3), counts(seeds, 150));
    let mut table = "| verified | built-in, 3 epochs | 150 epochs | your own, 3 epochs | 150 epochs | means alone, 3 epochs | 150 epochs |\n|---|---|---|---|---|---|---|\n".to_owned();
    for (case, (what, _)) in CASES.into_iter().enumerate() {
        let columns = (0..3).flat_map(|column| [short[case][column], long[case][column]]);
        let columns: Vec<String> = columns.map(|count| format!("{count} of {runs}")).collect();
        writeln!(table, "| {what} | {} |", columns.join(" | ")).unwrap();
    }
    table
}

#[test]
fn the_right_model_and_data_hold_in_every_run_and_wrong_ones_in_none() {
    let table = table(scaled(1, 20));
    report(&table);
    if !is_release() {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/promises.md");
    let page = fs::read_to_string(&path).unwrap();
    let start = page.find("| verified |").unwrap();
    let end = start + page[start..].find("\n\n").unwrap() + 1;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{}{table}{}", &page[..start], &page[end..])).unwrap();
    } else {
        assert_eq!(&page[start..end], table);
    }
}

/// The deep network of the reference, 10-5x100-1 of tanh: sums of a hundred terms, five times over.
#[test]
fn another_order_of_sums_is_within_the_tolerance_by_far() {
    let model = Reference::deep().deep_model();
    let data = datasets::ball(10, 500, 1);
    let mut replay = Replay::options().dataset(&data).probe_every(1).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let activations = [[Activation::Tanh; 5].as_slice(), &[Activation::Sigmoid]].concat();
    for single in [true, false] {
        let own = Own { single, ..Own::of(&model, &activations) };
        let verification = replay.run_with(&own).verify(&VerifyOptions::default().without_metrics()).unwrap();
        let off = verification.probes[0].off;
        assert!(verification.holds() && off < 1e-5, "{off}");
        let strict = VerifyOptions::default().without_metrics().outputs_tolerance(0.0);
        assert!(!replay.run_with(&own).verify(&strict).unwrap().holds());
    }
}
