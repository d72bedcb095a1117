//! Every answer of `analysis` can be written by serde: with readable names, matrices by rows, and NaN as NaN.
#![cfg(feature = "serde")]

mod house;

use std::collections::BTreeSet;

use house::{assert_exactly, files, root};
use serde_json::{Value, json};
use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Moment, Replay, Sequential,
    analysis::{
        Caveat, DataCheck, Distribution, Grid, InfluenceOptions, LayerFilter, Milestone, MilestoneOptions, Plane,
        PredictionDepth, Quantity, SampleHistory, Subject, VerifyOptions, View,
    },
    datasets,
};

/// What is asked with and not answered: settings, and what is built up.
const NO_ANSWERS: [(&str, &str); 13] = [
    ("Baseline", "a setting"),
    ("DiagnosisOptions", "a setting"),
    ("IncrementalPca", "a computation that goes on; its answer is PrincipalPlane"),
    ("InfluenceOptions", "a setting"),
    ("LayerFilter", "a setting"),
    ("MilestoneOptions", "a setting"),
    ("MinibatchCka", "a computation that goes on; its answer is a number"),
    ("Patch", "a borrowed piece of a FeatureSpace that is being computed"),
    ("Quantity", "a setting"),
    ("SharpnessOptions", "a setting"),
    ("VerifyOptions", "a setting"),
    ("View", "a setting"),
    ("WeightPlane", "what a surface is asked over"),
];

/// Fails to compile for a type that serde cannot write; returns the names.
macro_rules! serializable {
    ($($name:ident),+ $(,)?) => {{
        const fn is_serializable<T: serde::Serialize>() {}
        $(is_serializable::<training_replay::analysis::$name>();)+
        [$(stringify!($name)),+]
    }};
}

#[test]
fn every_public_type_of_the_analysis_is_serializable_or_no_answer() {
    let known = serializable!(
        Calibration,
        CalibrationBin,
        Caveat,
        Check,
        ClassCount,
        ClassScores,
        ClassificationReport,
        ConfusionMatrix,
        DataCheck,
        DataMap,
        DecisionBoundary,
        Density,
        Distribution,
        EpochSummary,
        EpochsToTarget,
        Diagnosis,
        Evaluation,
        FeatureSpace,
        Finding,
        Flips,
        Grid,
        HeadToHead,
        Histogram,
        Judgement,
        Influence,
        LayerChange,
        LayerCurve,
        LayerDistribution,
        LayerSimilarity,
        LayerState,
        LayerValues,
        LearningRatesFrom,
        LossLine,
        LossSurface,
        Milestone,
        MilestoneKind,
        Milestones,
        MilestoneGroup,
        NotChecked,
        ParameterState,
        Plane,
        Plateau,
        PredictionDepth,
        PrincipalPlane,
        PrecisionRecallCurve,
        ProbabilityHistogram,
        ProbeCheck,
        QuantileBand,
        RocCurve,
        RunDiff,
        SampleDynamics,
        SampleHistory,
        SampleOutcomes,
        Sharpness,
        SharpnessHistory,
        SimilarityMatrix,
        Spectra,
        SelfInfluence,
        Spectrum,
        Subject,
        Verdict,
        TrainingCheck,
        Verification,
        WeightDiff,
        WeightPath,
    );
    let listed = known.into_iter().chain(NO_ANSWERS.map(|(name, _)| name)).map(str::to_owned).collect();
    assert_exactly("public types of `analysis`", public_types(), listed);
}

/// Those whose `pub struct` or `pub enum` stands at the beginning of a line: rooms of `analysis` re-export all of them.
fn public_types() -> BTreeSet<String> {
    let all = files(&root().join("src/analysis"), "rs");
    let lines = all.values().flat_map(|text| text.lines());
    let named = lines.filter_map(|line| line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum ")));
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    named.map(name).collect()
}

fn recorded() -> Replay {
    let layers =
        [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let model = Sequential::builder(2).layers(layers).build(1).unwrap();
    let mut replay = Replay::options().dataset(&datasets::moons(20, 0.1, 7)).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, [("loss", 0.5)]).unwrap();
    replay
}

#[test]
fn the_answers_of_a_run_have_the_names_of_their_fields_and_matrices_are_rows() {
    let replay = recorded();
    let (run, snapshot) = (replay.run().unwrap(), replay.at(0).unwrap());
    let space = serde_json::to_value(snapshot.feature_space("hidden", &Grid::default().points(5)).unwrap()).unwrap();
    assert_eq!((space["samples"].as_array().unwrap().len(), space["samples"][0].as_array().unwrap().len()), (20, 2));
    assert_eq!(space["kind"], "probabilities");
    let verification = serde_json::to_value(run.verify(&VerifyOptions::default()).unwrap()).unwrap();
    assert_eq!(
        (&verification["loss"], &verification["data"]),
        (&json!("binary_crossentropy"), &json!({"kind": "recorded"}))
    );
    let milestones = serde_json::to_value(run.milestones(&MilestoneOptions::default()).unwrap()).unwrap();
    assert_eq!((&milestones["rows"][0]["subject"], &milestones["class_names"]), (&json!({"kind": "run"}), &json!([])));
    let rows = snapshot.distributions(Quantity::weights(), &LayerFilter::default()).unwrap();
    let row = serde_json::to_value(&rows[0]).unwrap();
    let keys: BTreeSet<&str> = row["distribution"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["count", "max", "mean", "min", "not_finite", "std", "zeros"]));
    assert!(serde_json::to_value(snapshot.decision_boundary(View::inputs(), &Grid::default()).unwrap()).is_ok());
    let path = serde_json::to_value(run.weight_path().unwrap()).unwrap();
    assert_eq!((&path["speeds"], &path["coordinates"], &path["plane"]), (&json!([null]), &json!([[]]), &json!(null)));
    let options = InfluenceOptions::default().learning_rates([(0, 0.5)]);
    let influence = serde_json::to_value(run.influence(run.dataset().unwrap(), &options.tested([3])).unwrap()).unwrap();
    assert_eq!((&influence["learning_rates_from"], &influence["standard_errors"]), (&json!("caller"), &json!(null)));
    assert_eq!((&influence["tested"], influence["scores"][0].as_array().unwrap().len()), (&json!([3]), 20));
    let depth = serde_json::to_value(PredictionDepth::of(&snapshot, 3).unwrap()).unwrap();
    assert_eq!(depth["probes"], json!(["inputs", "hidden", "dense_1"]));
    let plane = serde_json::to_value(Plane::of_axes(3, 0, 2).unwrap()).unwrap();
    assert_eq!(plane, json!({"origin": [0.0, 0.0, 0.0], "axes": [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]}));
}

#[test]
fn kinds_are_tagged_and_their_names_stay() {
    let written = |value: &dyn erased::Json| value.json();
    assert_eq!(written(&Subject::Class(3)), json!({"kind": "class", "class": 3}));
    assert_eq!(written(&Subject::Layer("h".into())), json!({"kind": "layer", "layer": "h"}));
    let unit = Subject::Unit { layer: "h".into(), unit: 0 };
    assert_eq!(written(&unit), json!({"kind": "unit", "layer": "h", "unit": 0}));
    let parameter = Subject::Parameter { layer: "h".into(), name: "kernel".into() };
    assert_eq!(written(&parameter), json!({"kind": "parameter", "layer": "h", "name": "kernel"}));
    assert_eq!(written(&DataCheck::Other { reason: "r".into() }), json!({"kind": "other", "reason": "r"}));
    assert_eq!(written(&Caveat::AssumedProbabilities), json!({"kind": "assumed_probabilities"}));
    let lost = Caveat::Lost { bytes: 8..16, reason: "r".into() };
    assert_eq!(written(&lost), json!({"kind": "lost", "bytes": {"start": 8, "end": 16}, "reason": "r"}));
    let left_out = Caveat::LeftOut { what: "a".into(), remedy: "b".into() };
    assert_eq!(written(&left_out), json!({"kind": "left_out", "what": "a", "remedy": "b"}));
    let skipped = Caveat::Skipped { epoch: 3, reason: "r".into() };
    assert_eq!(written(&skipped), json!({"kind": "skipped", "epoch": 3, "reason": "r"}));
    let steps = Caveat::OtherSteps { optimizer: "adam".into() };
    assert_eq!(written(&steps), json!({"kind": "other_steps", "optimizer": "adam"}));
    assert_eq!(written(&Moment::from((5, 2))), json!({"epoch": 5, "step": 2}));
}

mod erased {
    pub trait Json {
        fn json(&self) -> serde_json::Value;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> serde_json::Value {
            serde_json::to_value(self).unwrap()
        }
    }
}

#[test]
fn numbers_that_json_does_not_have_are_said_and_not_null() {
    let nothing = serde_json::to_value(Distribution::of(&[f64::NAN])).unwrap();
    assert_eq!((&nothing["count"], &nothing["mean"]), (&json!(0), &json!("NaN")));
    let metrics = Metrics::from([("loss", f64::INFINITY), ("a", 0.5)]);
    assert_eq!(serde_json::to_string(&metrics).unwrap(), r#"{"loss":"Infinity","a":0.5}"#);
    let data = Dataset::new(Matrix::zeros(2, 1), Matrix::from_column_slice(2, 1, &[0.0, 1.0])).unwrap();
    let mut history = SampleHistory::new(&data);
    history.push(0, &Matrix::from_element(2, 1, f32::NAN), &[f32::NAN, f32::NEG_INFINITY]).unwrap();
    let history: Value = serde_json::to_value(&history).unwrap();
    assert_eq!(history["losses"], json!([["NaN"], ["-Infinity"]]));
    assert_eq!(history["outcomes"]["kind"], "classification");
    assert_eq!(history["outcomes"]["correct"], json!([[false], [false]]));
}

/// A milestone of every part, as text: what programs rely on.
#[test]
fn a_milestone_is_one_flat_object() {
    let replay = recorded();
    let milestones = replay.run().unwrap().milestones(&MilestoneOptions::default()).unwrap();
    let row: &Milestone = milestones.rows.iter().find(|row| row.kind.name() == "best loss").unwrap();
    let keys: Vec<String> = serde_json::to_value(row).unwrap().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 5, "{keys:?}");
    assert_eq!(serde_json::to_value(row).unwrap()["kind"], "best_loss");
}
