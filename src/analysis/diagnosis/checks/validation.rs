//! What the validation data show: overfitting, and another distribution.

use crate::{
    Dataset, Standardization, Targets,
    analysis::{
        MilestoneKind as Kind, Subject,
        diagnosis::{
            Finding,
            finding::{Checked, none_or},
            gap::{Gap, Known},
            run_evidence::{RunEvidence, median_of_last},
            sampled::{comparable, some},
            two_samples::{among_own, critical, distance},
        },
    },
    data::labels,
    math::{matrix, stats},
};

/// The validation loss must rise by this share of a constant prediction's: next to nothing it rises by many times itself.
const LEAST: f64 = 0.05;

/// As many samples of either set are compared as neighbors of each other.
const COMPARED: usize = 500;

/// From where it is lowest to the end.
pub(super) fn overfitting(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    run.span()?;
    let (training, validation, scale) = (run.losses()?, run.validation_losses()?, run.scale()?);
    let lowest = |curve: &[(u64, f64)]| curve.iter().copied().min_by(|one, other| one.1.total_cmp(&other.1));
    // A dip of a single epoch is no reason, and of those that remain the lowest is said.
    let Some((smooth, best)) = lowest(&stats::running_median(&validation)).zip(lowest(&validation)) else {
        return Ok(Vec::new());
    };
    let end = median_of_last(&validation);
    let then = training.iter().rev().find(|(epoch, _)| *epoch <= best.0).unwrap_or(&training[0]);
    let falls = median_of_last(&training) < then.1;
    let rises = end >= threshold * smooth.1 && end - smooth.1 >= LEAST * scale;
    Ok(none_or(falls && rises, || Finding::new(Kind::Overfitting, best.0, Subject::Run, end / best.1, threshold)))
}

/// The features and targets that differ; where none does alone, all features together.
pub(super) fn shifted(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let ((first, _), training, validation) = (run.ends()?, run.training()?, run.validation.clone()?);
    if training.features() != validation.features() {
        return Err(Gap::new("training and validation data have another number of features"));
    }
    let compared = compare(training, validation);
    let least = threshold.max(critical(training.samples(), validation.samples(), compared.len()));
    let finding = |subject, evidence| Finding::new(Kind::ShiftedValidation, first.epoch, subject, evidence, threshold);
    let mut found: Vec<Finding> = compared
        .into_iter()
        .filter(|(_, apart)| *apart >= least)
        .map(|(subject, apart)| finding(subject, apart))
        .collect();
    if found.is_empty() {
        let (own, least) = together(training, validation, threshold)?;
        found.extend(none_or(own >= least, || finding(Subject::Run, own)));
    }
    Ok(found)
}

/// How far each feature and target lies from its like.
fn compare(training: &Dataset, validation: &Dataset) -> Vec<(Subject, f64)> {
    let features = matrix::columns(training.inputs()).zip(matrix::columns(validation.inputs()));
    let features =
        features.enumerate().filter_map(|(i, (one, other))| Some((Subject::Feature(i), distance(one, other)?)));
    let mut all: Vec<(Subject, f64)> = features.collect();
    match (classes(training), classes(validation)) {
        (Ok(one), Ok(other)) => all.extend(shares_apart(&one, &other)),
        _ => all.extend(numbers_apart(training.targets(), validation.targets())),
    }
    all
}

fn classes(data: &Dataset) -> Known<Vec<usize>> {
    Ok(labels::target_classes(data.targets())?)
}

/// How far the shares of each class are apart.
fn shares_apart(one: &[usize], other: &[usize]) -> Vec<(Subject, f64)> {
    let count = one.iter().chain(other).max().map_or(0, |largest| largest + 1);
    let shares = |classes: &[usize]| {
        let mut shares = vec![0.0; count];
        classes.iter().for_each(|&class| shares[class] += 1.0 / classes.len() as f64);
        shares
    };
    let pairs = shares(one).into_iter().zip(shares(other)).enumerate();
    pairs.map(|(class, (one, other))| (Subject::Class(class), f64::abs(one - other))).collect()
}

fn numbers_apart(one: Targets<'_>, other: Targets<'_>) -> Vec<(Subject, f64)> {
    let (Ok(one), Ok(other)) = (one.numbers(), other.numbers()) else { return Vec::new() };
    let pairs = matrix::columns(one).zip(matrix::columns(other)).enumerate();
    pairs.filter_map(|(i, (one, other))| Some((Subject::Output(i), distance(one, other)?))).collect()
}

/// The share of samples that lie among their own set, and from where on it is no chance: half of the threshold above one half, and four
/// standard deviations of a share of independent neighbors.
fn together(training: &Dataset, validation: &Dataset, threshold: f64) -> Known<(f64, f64)> {
    let most = COMPARED.min(comparable(training.features()).div_ceil(2));
    let count = training.samples().min(validation.samples()).min(most);
    let part = |data: &Dataset| data.rows(&some(data.samples(), count));
    let (training, validation) = (part(training), part(validation));
    let scale = Standardization::of(&training);
    let own = among_own(&scale.transform(training.inputs())?, &scale.transform(validation.inputs())?)?;
    Ok((own, 0.5 + (2.0 / (count as f64).sqrt()).max(threshold / 2.0)))
}
