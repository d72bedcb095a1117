//! What the types promise at compile time.

use training_replay::{Backward, Forward, Matrix, Metrics, Model, Replay, Sequential, to_row_major};

/// Fails to compile for a type that cannot be printed for debugging, sent to another thread, or shared with it.
macro_rules! assert_all {
    ($($type:ty),+ $(,)?) => {
        const fn is_debug_send_sync<T: std::fmt::Debug + Send + Sync>() {}
        $(is_debug_send_sync::<$type>();)+
    };
}

#[test]
fn every_type_may_be_printed_sent_to_other_threads_and_shared_with_them() {
    assert_all!(
        training_replay::Damage,
        training_replay::Dataset,
        training_replay::Description,
        training_replay::Durability,
        training_replay::Error,
        training_replay::Later,
        training_replay::Loss,
        training_replay::Matrix,
        training_replay::Metrics,
        training_replay::Moment,
        training_replay::Parameter<'static>,
        training_replay::Replay,
        training_replay::ReplayOptions,
        training_replay::Run<'static, Sequential>,
        training_replay::Runs,
        training_replay::Snapshot<'static, Sequential>,
        training_replay::Standardization,
        training_replay::Steps<'static>,
        training_replay::Values<'static>,
        training_replay::Weights,
        training_replay::analysis::Baseline,
        training_replay::analysis::Check,
        training_replay::analysis::ClassCount,
        training_replay::analysis::ConfusionMatrix,
        training_replay::analysis::DecisionBoundary,
        training_replay::analysis::Density,
        training_replay::analysis::Distribution,
        training_replay::analysis::EpochSummary,
        training_replay::analysis::EpochsToTarget,
        training_replay::analysis::FeatureSpace,
        training_replay::analysis::Flips,
        training_replay::analysis::Grid,
        training_replay::analysis::HeadToHead,
        training_replay::analysis::Histogram,
        training_replay::analysis::Influence,
        training_replay::analysis::InfluenceOptions,
        training_replay::analysis::IncrementalPca,
        training_replay::analysis::LayerCurve,
        training_replay::analysis::LayerDistribution,
        training_replay::analysis::LayerFilter,
        training_replay::analysis::LayerState,
        training_replay::analysis::LayerValues,
        training_replay::analysis::Milestone,
        training_replay::analysis::MilestoneKind,
        training_replay::analysis::MilestoneOptions,
        training_replay::analysis::Milestones,
        training_replay::analysis::Patch<'static>,
        training_replay::analysis::Plane,
        training_replay::analysis::Plateau,
        training_replay::analysis::PredictionDepth,
        training_replay::analysis::PrincipalPlane,
        training_replay::analysis::ProbabilityHistogram,
        training_replay::analysis::QuantileBand,
        training_replay::analysis::Quantity,
        training_replay::analysis::RunDiff,
        training_replay::analysis::SampleHistory,
        training_replay::analysis::SampleOutcomes,
        training_replay::analysis::SelfInfluence,
        training_replay::analysis::Subject,
        training_replay::analysis::Verification,
        training_replay::analysis::VerifyOptions,
        training_replay::analysis::View<'static>,
        training_replay::analysis::WeightDiff,
        training_replay::nn::Activation,
        training_replay::nn::Architecture,
        training_replay::nn::BatchNormalization,
        training_replay::nn::Dense,
        training_replay::nn::Dropout,
        training_replay::nn::Initializer,
        training_replay::nn::Layer,
        training_replay::nn::LayerNormalization,
        training_replay::nn::Sequential,
        training_replay::train::EarlyStopping,
        training_replay::train::Goal,
        training_replay::train::Framework,
        training_replay::train::Optimizer,
        training_replay::train::Step<'static>,
        training_replay::train::Trainer,
    );
}

#[test]
#[cfg(feature = "csv")]
fn the_options_of_a_table_may_be_too() {
    assert_all!(training_replay::CsvOptions);
}

#[test]
#[cfg(feature = "plot")]
fn every_type_of_plot_may_be_too_but_for_an_animation_which_calls_back() {
    assert_all!(
        training_replay::plot::Axes,
        training_replay::plot::Axis,
        training_replay::plot::ColorRole,
        training_replay::plot::Figure,
        training_replay::plot::Mark,
        training_replay::plot::Page,
        training_replay::plot::Panel,
        training_replay::plot::RunPlotOptions,
        training_replay::plot::RunPlots<'static, Sequential>,
        training_replay::plot::Style,
        training_replay::plot::Theme,
        training_replay::plot::Violins<'static, 'static, Sequential>,
    );
    let animation = training_replay::plot::Animation::of(&[0]);
    assert!(format!("{animation:?}").starts_with("Animation"));
}

/// Fails to compile for a type that cannot be cloned; or printed for whoever reads it.
macro_rules! assert_text {
    ($($type:ty),+ $(,)?) => {
        const fn is_clone_display<T: Clone + std::fmt::Display>() {}
        $(is_clone_display::<$type>();)+
    };
}

#[test]
fn results_and_choices_are_cloned_and_printed() {
    assert_text!(
        training_replay::Dataset,
        training_replay::Loss,
        training_replay::Metrics,
        training_replay::Moment,
        training_replay::analysis::ConfusionMatrix,
        training_replay::analysis::Distribution,
        training_replay::analysis::EpochsToTarget,
        training_replay::analysis::HeadToHead,
        training_replay::analysis::Influence,
        training_replay::analysis::LayerDistribution,
        training_replay::analysis::Milestone,
        training_replay::analysis::MilestoneKind,
        training_replay::analysis::Milestones,
        training_replay::analysis::PredictionDepth,
        training_replay::analysis::QuantileBand,
        training_replay::analysis::RunDiff,
        training_replay::analysis::SelfInfluence,
        training_replay::analysis::Subject,
        training_replay::analysis::WeightDiff,
        training_replay::nn::Activation,
        training_replay::nn::Initializer,
        training_replay::nn::Sequential,
        training_replay::train::Framework,
        training_replay::train::Optimizer,
    );
}

#[test]
fn choices_are_read_from_text() {
    const fn is_from_str<T: std::str::FromStr<Err = training_replay::Error>>() {}
    is_from_str::<training_replay::Activation>();
    is_from_str::<training_replay::Initializer>();
    is_from_str::<training_replay::Loss>();
    is_from_str::<training_replay::Optimizer>();
}

#[test]
fn what_is_passed_around_is_cloned() {
    const fn is_clone<T: Clone>() {}
    is_clone::<training_replay::Run<'static, Sequential>>();
    is_clone::<training_replay::Snapshot<'static, Sequential>>();
    is_clone::<training_replay::Steps<'static>>();
    is_clone::<training_replay::Weights>();
    is_clone::<training_replay::Parameter<'static>>();
    is_clone::<training_replay::ReplayOptions>();
    is_clone::<training_replay::Trainer>();
    is_clone::<training_replay::analysis::PrincipalPlane>();
    is_clone::<training_replay::analysis::SampleHistory>();
    is_clone::<training_replay::nn::Architecture>();
}

#[test]
fn the_three_traits_work_behind_references() {
    const fn object_safe(_: Option<&dyn Model>, _: Option<&dyn Forward>, _: Option<&dyn Backward>) {}
    object_safe(None, None, None);
}

#[test]
fn matrices_are_nalgebras_and_go_row_by_row_both_ways() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let matrix: Matrix = training_replay::nalgebra::DMatrix::from_row_slice(2, 3, &values);
    assert_eq!(to_row_major(&matrix), values);
}

#[test]
fn epochs_of_one_replay_are_read_by_several_threads() {
    let model = Sequential::builder(2).layer(training_replay::Dense::new(1)).build(1).unwrap();
    let mut replay = Replay::options().in_memory();
    for _ in 0..8 {
        replay.record(&model, Metrics::new()).unwrap();
    }
    let replay = &replay;
    std::thread::scope(|scope| {
        for epoch in 0..8 {
            scope.spawn(move || assert_eq!(replay.at(epoch).unwrap().epoch(), epoch));
        }
    });
}
