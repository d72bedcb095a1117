//! A model that no other thread may have, neither `Sync` nor `Send`: a function that makes it of weights opens every question.
//! And one of no more than the four methods: every answer lists what was not looked at, and what would give it.

#[cfg(feature = "plot")]
#[path = "common/page.rs"]
mod page;

use std::{
    cell::Cell,
    ops::Range,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
};

use training_replay::{
    Dataset, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Weights,
    analysis::{Grid, LayerFilter, MilestoneOptions, Quantity, VerifyOptions, View},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// The most rows that a model was given at once, whatever the question.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Three units of tanh and a sigmoid; the four methods alone, and the rows that it takes.
struct Local {
    weights: Rc<[f32]>,
    /// How often it was run, which no other thread may count.
    runs: Rc<Cell<usize>>,
}

impl Local {
    fn of(weights: &Weights) -> Result<Self> {
        let values = weights.require("all", "weights", &[13])?.values().to_f32();
        Ok(Self { weights: values.as_ref().into(), runs: Rc::default() })
    }
}

impl Model for Local {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("all", "weights", [13], &*self.weights)])
    }
}

impl Forward for Local {
    fn layers(&self) -> Vec<String> {
        vec!["hidden".into(), "output".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Self::of(weights)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.runs.set(self.runs.get() + 1);
        MOST.fetch_max(inputs.nrows(), Ordering::Relaxed);
        let (w, mut values) = (&self.weights, inputs.clone());
        for layer in layers {
            let unit = |i: usize, j: usize| {
                let before = values.row(i);
                if layer == 0 {
                    (before[0] * w[3 * j] + before[1] * w[3 * j + 1] + w[3 * j + 2]).tanh()
                } else {
                    1.0 / (1.0 + (-(0..3).map(|k| before[k] * w[9 + k]).sum::<f32>() - w[12]).exp())
                }
            };
            values = Matrix::from_fn(values.nrows(), [3, 1][layer], unit);
        }
        Ok(values)
    }

    fn rows_at_once(&self, _: usize) -> usize {
        7
    }
}

fn data() -> Dataset {
    datasets::moons(60, 0.1, 7)
}

fn recorded(data: &Dataset) -> Replay {
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    for epoch in 0..6 {
        let values: Vec<f32> = (0..13).map(|i| ((i * 37 + epoch * 11) % 23) as f32 / 11.5 - 1.0).collect();
        let weights = Weights::from_iter([Parameter::new("all", "weights", [13], values)]);
        replay.record(&weights, [("loss", 0.5)]).unwrap();
    }
    replay
}

/// Grids are shown to a model some thousand points at a time otherwise.
fn expect_few_rows(question: &str) {
    let most = MOST.load(Ordering::Relaxed);
    assert!((1..=7).contains(&most), "{question}: {most} rows");
}

#[test]
fn every_question_is_asked_of_models_that_stay_on_their_thread_some_rows_at_a_time() {
    let (data, make) = (data(), |weights: &Weights| Local::of(weights));
    let replay = recorded(&data);
    for threads in [1, 2, 5] {
        let run = replay.run_from(&make).threads(threads);
        let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
        assert!(milestones.final_loss().is_some());
        expect_few_rows("milestones");
        assert_eq!(run.sample_history(LOSS).unwrap().epochs.len(), 6);
        expect_few_rows("sample history");
        let options = VerifyOptions::default();
        assert_eq!(run.verify(&options).unwrap().checks.len(), 6);
        expect_few_rows("verify");
        let plane = run.principal_plane("hidden").unwrap().plane;
        expect_few_rows("principal plane");
        let stds = run.statistic(Quantity::activations(), &LayerFilter::default(), |row| row.std).unwrap();
        assert_eq!((stds.len(), stds[0].points.len()), (2, 6));
        expect_few_rows("distributions");
        assert_eq!(run.map(|at| at.losses(LOSS)).unwrap().len(), 6);
        expect_few_rows("losses");
        let snapshot = run.at(3).unwrap();
        let grid = Grid::default().points(20);
        snapshot.decision_boundary(View::inputs(), &grid).unwrap();
        expect_few_rows("a boundary of the inputs");
        snapshot.decision_boundary(View::of("hidden").on(&plane), &grid).unwrap();
        expect_few_rows("a boundary behind a layer");
        snapshot.feature_space(View::of("hidden").on(&plane), &grid).unwrap();
        expect_few_rows("a feature space");
        snapshot.confusion().unwrap();
        expect_few_rows("a confusion matrix");
        snapshot.probability_histogram(10).unwrap();
        expect_few_rows("a histogram");
        let milestones = run.milestones(&MilestoneOptions::default().grid(grid)).unwrap();
        assert!(!milestones.caveats.is_empty());
        expect_few_rows("milestones on a grid");
    }
}

/// The same, which runs itself when it is recorded.
struct Own(Local);

impl Model for Own {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(&self.0)
    }
}

#[test]
fn a_probe_and_its_proof_take_some_rows_at_a_time() {
    let inputs = Matrix::from_fn(40, 2, |i, j| (i + j) as f32 / 40.0);
    let weights = Weights::from_iter([Parameter::new("all", "weights", [13], vec![0.25_f32; 13])]);
    let mut replay = Replay::options().probe(&inputs).in_memory();
    replay.record(&Own(Local::of(&weights).unwrap()), Metrics::new()).unwrap();
    let make = |weights: &Weights| Local::of(weights);
    let proof = replay.run_from(&make).verify(&VerifyOptions::default()).unwrap();
    assert_eq!(proof.probes.len(), 1);
    expect_few_rows("a probe");
}

/// What the four methods leave open, as every answer says it.
#[test]
fn answers_of_four_methods_list_what_was_not_looked_at_and_the_method_that_would_give_it() {
    let make = |weights: &Weights| Local::of(weights);
    let replay = recorded(&data());
    let run = replay.run_from(&make);
    let said = run.milestones(&MilestoneOptions::default()).unwrap().to_string();
    for expected in [
        "squashed, widened, saturated and dead units of hidden were left out: `Forward::activation` would give them",
        "vanishing and exploding gradients were left out: `Forward::as_backward` would give them",
        "outputs were taken for probabilities: `Forward::output_kind` would say what they are",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let assumed = "outputs were taken for probabilities";
    let lists =
        |caveats: &[training_replay::analysis::Caveat]| caveats.iter().any(|it| it.to_string().contains(assumed));
    let snapshot = run.at(2).unwrap();
    assert!(lists(&snapshot.confusion().unwrap().caveats) && lists(&snapshot.evaluate(LOSS).unwrap().caveats));
    assert!(
        lists(&run.sample_history(LOSS).unwrap().caveats)
            && lists(&run.verify(&VerifyOptions::default()).unwrap().caveats)
    );
    assert!(snapshot.pre_activations().unwrap_err().to_string().contains("Forward::pre_activation"));
    assert!(run.statistic(Quantity::gradients(LOSS), &LayerFilter::default(), |row| row.std).is_err());
}

#[cfg(feature = "plot")]
mod pictures {
    use super::*;
    use training_replay::plot::{Animation, Page, RunPlots};

    #[test]
    fn plots_animations_and_pages_are_made_of_models_that_stay_on_their_thread() {
        let make = |weights: &Weights| Local::of(weights);
        let replay = recorded(&data());
        let plots = RunPlots::of(replay.run_from(&make).threads(3)).unwrap();
        expect_few_rows("plots");
        assert!(plots.figure(2).unwrap().size(900, 600).to_png().unwrap().starts_with(b"\x89PNG"));
        expect_few_rows("a figure");
        let mut gif = Vec::new();
        let figure = |epoch| Ok(plots.figure(epoch)?.size(900, 600));
        Animation::of(plots.epochs()).threads(2).write(&mut gif, figure).unwrap();
        assert!(gif.starts_with(b"GIF89a"));
        expect_few_rows("an animation");
        let mut page = Page::new("local");
        page.run("local", &plots).unwrap();
        expect_few_rows("a page");
        let head = crate::page::DecodedPage::read(page.to_html().unwrap()).meta.to_string();
        for expected in [
            "outputs were taken for probabilities",
            "squashed, widened, saturated and dead units of hidden were left out",
            "vanishing and exploding gradients were left out",
            "z-values of hidden, output were left out",
        ] {
            assert!(head.contains(expected), "{expected}");
        }
        let said = plots.caveats().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains("outputs were taken for probabilities"), "{said}");
    }
}
