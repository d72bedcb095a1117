//! A loss that this crate does not have is computed by the model, and called by its name wherever a loss is named.

#[cfg(feature = "plot")]
#[path = "common/page.rs"]
mod page;

use std::ops::Range;

use training_replay::{
    Backward, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Replay, Result,
    Sequential, Targets, Trainer, Weights,
    analysis::{MilestoneOptions, VerifyOptions},
    export::{Table, Tables},
};

/// A slope, with Huber's loss of delta 1: PyTorch's `HuberLoss`, scipy's `special.huber(1, r)`.
struct Line(f32);

fn huber(off: f32) -> f32 {
    if off.abs() <= 1.0 { off * off / 2.0 } else { off.abs() - 0.5 }
}

impl Model for Line {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("line", "slope", [1, 1], vec![self.0])])
    }
}

impl Forward for Line {
    fn layers(&self) -> Vec<String> {
        vec!["line".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        Ok(Self(weights.require("line", "slope", &[1, 1])?.values().to_f32()[0]))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        Ok(if layers.is_empty() { inputs.clone() } else { inputs * self.0 })
    }

    fn losses(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
        assert_eq!(loss, Loss::Own);
        let off = self.forward(inputs, 0..1)? - targets.numbers()?;
        Ok(off.iter().map(|&off| huber(off)).collect())
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Line {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, _: Loss) -> Result<Weights> {
        let off = self.forward(inputs, 0..1)? - targets.numbers()?;
        let slope = off.map(|off| off.clamp(-1.0, 1.0)).dot(inputs) / inputs.nrows() as f32;
        Ok(Weights::from_iter([Parameter::new("line", "slope", [1, 1], vec![slope])]))
    }
}

fn data() -> Dataset {
    Dataset::from_rows(&[[1.0_f32], [2.0], [-3.0]], &[[0.5_f32], [4.0], [-1.0]]).unwrap()
}

/// `scipy.special.huber(1, x * w - y).mean()` of 1.17 for `x, y = np.array([1, 2, -3]), np.array([.5, 4, -1])` and
/// `w = 1, 0.5, 2`.
const LOSSES: [f64; 3] = [1.0416666666666667, 0.875, 1.8333333333333333];

fn recorded(name: &str) -> Replay {
    let mut replay = Replay::options().dataset(&data()).own_loss(name).in_memory();
    for (slope, loss) in [1.0, 0.5, 2.0].into_iter().zip(LOSSES) {
        replay.record(&Line(slope), Metrics::from([("loss", loss)])).unwrap();
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    Replay::from_bytes(bytes).unwrap()
}

#[test]
fn every_question_takes_the_models_own_loss_and_calls_it_by_its_name() {
    let (replay, model) = (recorded("huber"), Line(0.0));
    let run = replay.run_with(&model);
    assert_eq!((replay.loss(), run.loss_name()), (Some(Loss::Own), Some("huber")));
    for (epoch, expected) in (0..).zip(LOSSES) {
        let evaluation = run.at(epoch).unwrap().evaluate(Loss::Own).unwrap();
        assert!((evaluation.loss - expected).abs() < 1e-6, "{evaluation}");
        assert!(evaluation.to_string().starts_with("huber "), "{evaluation}");
        assert!(Metrics::from(evaluation).get("loss").is_some(), "under the name that metrics have");
    }
    // Epoch 0: off by 0.5, -2 and -2, the slopes are 0.5 * 1, -1 * 2 and -1 * -3.
    let gradient = run.at(0).unwrap().gradients(Loss::Own).unwrap();
    assert_eq!(gradient.require("line", "slope", &[1, 1]).unwrap().values().to_f32()[0], 0.5);

    let milestones = run.milestones(&MilestoneOptions::default()).unwrap();
    assert_eq!(milestones.loss_name.as_deref(), Some("huber"));
    assert!(milestones.to_string().contains("the huber is"), "{milestones}");
    assert!(!milestones.to_string().contains("the loss is"), "{milestones}");
    let best = milestones.best_loss().map(|best| milestones.sentence(best));
    assert_eq!(best.as_deref(), Some("At epoch 1, the huber is 0.8750, the lowest"));
    let folder = tempfile::tempdir().unwrap();
    let tables = Tables::of(&run).named("run").tables([Table::Milestones]).write_csv(folder.path()).unwrap();
    let table = std::fs::read_to_string(&tables.files[0]).unwrap();
    assert!(table.contains("the huber is") && !table.contains("the loss is"), "{table}");
    let verification = run.verify(&VerifyOptions::default()).unwrap();
    assert!(verification.means_agree() && verification.to_string().contains("logged loss (huber)"), "{verification}");
    assert_eq!(run.sample_history(Loss::Own).unwrap().losses.shape(), (3, 3));
}

#[cfg(feature = "plot")]
#[test]
fn axes_legends_and_the_page_have_the_name() {
    use training_replay::plot::{Page, RunPlots};

    for name in ["huber", "<b>\"Ö/../\n猫</b>"] {
        let (replay, model) = (recorded(name), Line(0.0));
        let plots = RunPlots::of(replay.run_with(&model)).unwrap();
        assert_eq!(plots.losses(0).unwrap().x.label, name);
        let curves = plots.curves(0);
        assert_eq!((curves.y.label.as_str(), curves.title), (name, format!("{name} over all samples")));
        let page = Page::new("A page").run("run", &plots).unwrap().to_html().unwrap();
        assert!(!page.contains("<b>\"Ö"), "unescaped");
        let head = page::DecodedPage::read(page).meta.to_string();
        assert!(head.contains(&serde_json::to_string(name).unwrap()), "{name}");
    }
}

#[test]
fn names_that_mislead_or_are_none_are_refused_and_others_are_kept() {
    for name in ["focal", "猫/..\n\"", &"x".repeat(4_096)] {
        assert_eq!(recorded(name).run_with(&Line(0.0)).loss_name(), Some(name));
    }
    for (name, found) in [
        ("", "the name of the model's own loss is \"\"; it must be not empty"),
        ("mean_squared_error", "another one than those of this crate's losses"),
        (&"x".repeat(4_097), "4097 bytes; it must be at most 4096 bytes"),
    ] {
        let mut replay = Replay::options().own_loss(name).in_memory();
        let refused = replay.record(&Line(1.0), Metrics::new()).unwrap_err().to_string();
        assert!(refused.contains(found), "{refused}");
    }
    let mut unnamed = Replay::options().loss(Loss::Own).in_memory();
    unnamed.record(&Line(1.0), Metrics::new()).unwrap();
    assert_eq!(unnamed.run_with(&Line(0.0)).loss_name(), Some("own"));
}

#[test]
fn another_name_is_refused_to_append() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().own_loss("huber").create(&path).unwrap();
    replay.record(&Line(1.0), Metrics::new()).unwrap();
    drop(replay);
    assert!(Replay::options().own_loss("huber").append(&path).is_ok());
    let refused = Replay::options().own_loss("focal").append(&path).unwrap_err().to_string();
    assert!(refused.contains("\"huber\"") && refused.contains("\"focal\""), "{refused}");
}

#[test]
fn what_has_no_loss_of_its_own_says_where_it_would_be_computed() {
    let network = Sequential::builder(1).layer(Dense::new(1)).build(1).unwrap();
    let zeros = Matrix::zeros(3, 1);
    let refused = [
        network.losses(data().inputs(), data().targets(), Loss::Own).map(drop),
        network.gradients(data().inputs(), data().targets(), Loss::Own).map(drop),
        Trainer::new(Loss::Own, Optimizer::sgd(0.1)).epoch(&mut network.clone(), &data()).map(drop),
        Loss::Own.per_sample(&zeros, &zeros).map(drop),
        Loss::Own.gradient_from_logits(&zeros, &zeros).map(drop),
        Silent.losses(data().inputs(), data().targets(), Loss::Own).map(drop),
    ];
    for refused in refused {
        let Err(error @ Error::Invalid { .. }) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains("`Forward::losses`"), "{error}");
    }
}

/// A model that does not compute its losses.
struct Silent;

impl Model for Silent {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Vec::new())
    }
}

impl Forward for Silent {
    fn layers(&self) -> Vec<String> {
        vec!["line".into()]
    }

    fn with_weights(&self, _: &Weights) -> Result<Self> {
        Ok(Self)
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        Ok(inputs.clone())
    }
}
