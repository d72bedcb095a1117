//! The story of a run, as rows.

use std::fmt;

use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Plateau, Subject, plateaus};
use crate::{Error, Result};

/// The story of a run, as rows: from when on which class was right, where the loss stood still and where it fell, which
/// layers were squashed, which units saturated or dead, which gradients vanished or exploded, and whether it diverged.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Optimizer, Sequential, Trainer, datasets};
/// use training_replay::analysis::{MilestoneOptions, Milestones, EpochSummary};
///
/// let data = datasets::circles(100, 0.05, 0.5, 7);
/// let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// let mut model = Sequential::builder(2).layers(layers).build(1)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05));
/// let options = MilestoneOptions::default().loss(Loss::BinaryCrossEntropy);
/// let mut seen = vec![EpochSummary::of(0, &model, &data, &options)?];
/// for epoch in 1..=60 {
///     trainer.epoch(&mut model, &data)?;
///     seen.push(EpochSummary::of(epoch, &model, &data, &options)?);
/// }
/// let milestones = Milestones::of(&seen, &options)?; // of a recording: `Replay::milestones`
/// assert!(milestones.all_correct().is_some_and(|epoch| epoch <= 60));
/// assert!(milestones.diverged().is_none());
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Milestones {
    /// The rows in the order of their epochs.
    pub rows: Vec<Milestone>,
}

impl Milestones {
    /// What these observations, made with the same criteria in the order of time, tell.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the epochs do not increase, or a threshold is NaN.
    pub fn of(summaries: &[EpochSummary], options: &MilestoneOptions) -> Result<Self> {
        options.check()?;
        if let Some(pair) = summaries.windows(2).find(|pair| pair[0].epoch >= pair[1].epoch) {
            let expected = format!("later than {}, the one before", pair[0].epoch);
            return Err(Error::invalid("the epoch of an observation", expected, pair[1].epoch));
        }
        let mut story = Story { summaries, options, rows: Vec::new() };
        story.tell_correctness();
        story.tell_losses();
        story.tell_layers();
        story.tell_gradients();
        story.tell_divergence();
        story.rows.sort_by_key(|row| row.epoch);
        Ok(Self { rows: story.rows })
    }

    /// The rows of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Milestone> {
        self.rows.iter().filter(move |row| row.kind == kind)
    }

    /// The first row of a kind and subject.
    pub fn find(&self, kind: Kind, subject: &Subject) -> Option<&Milestone> {
        self.of_kind(kind).find(|row| row.subject == *subject)
    }

    /// The epoch from which on every sample was right.
    pub fn all_correct(&self) -> Option<u64> {
        self.find(Kind::AllCorrect, &Subject::Run).map(|row| row.epoch)
    }

    /// The epoch from which on every sample of a class was right.
    pub fn class_correct(&self, class: usize) -> Option<u64> {
        self.find(Kind::AllCorrect, &Subject::Class(class)).map(|row| row.epoch)
    }

    /// The first value that was NaN or infinite.
    pub fn diverged(&self) -> Option<&Milestone> {
        self.of_kind(Kind::Diverged).next()
    }

    /// The units that were dead to the end of the run, and from when on.
    pub fn dead_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(Kind::Dead).filter(|row| row.until.is_none())
    }

    /// The units that were saturated to the end of the run, and from when on.
    pub fn saturated_units(&self) -> impl Iterator<Item = &Milestone> {
        self.of_kind(Kind::Saturated).filter(|row| row.until.is_none())
    }

    /// The epoch with the smallest loss.
    pub fn best_loss(&self) -> Option<&Milestone> {
        self.of_kind(Kind::BestLoss).next()
    }

    /// The loss at the end of the run.
    pub fn final_loss(&self) -> Option<f64> {
        self.of_kind(Kind::FinalLoss).next().map(|row| row.evidence)
    }
}

/// A row a line.
impl fmt::Display for Milestones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

/// The rows told so far.
struct Story<'a> {
    summaries: &'a [EpochSummary],
    options: &'a MilestoneOptions,
    rows: Vec<Milestone>,
}

impl Story<'_> {
    fn tell_correctness(&mut self) {
        let Some(last) = self.summaries.last() else { return };
        let wrong: Vec<_> = self.each(|seen| seen.errors().map(|errors| errors as f64));
        self.tell_all_correct(Subject::Run, last.samples, |seen| seen.errors());
        for (class, count) in last.classes.iter().enumerate().filter(|(_, count)| count.samples > 0) {
            let errors = |seen: &EpochSummary| seen.classes.get(class).map(|count| count.errors);
            self.tell_all_correct(Subject::Class(class), count.samples, errors);
        }
        self.tell_best_and_final(&wrong, Kind::FewestErrors, Kind::FinalErrors);
    }

    /// From when on there are no errors, up to the end.
    fn tell_all_correct(&mut self, subject: Subject, samples: u64, errors: impl Fn(&EpochSummary) -> Option<u64>) {
        let right = self.summaries.iter().rev().take_while(|seen| errors(seen) == Some(0));
        if let Some(first) = right.last() {
            self.rows.push(moment(Kind::AllCorrect, first.epoch, subject, samples as f64));
        }
    }

    fn tell_losses(&mut self) {
        let losses: Vec<_> = self.each(|seen| seen.loss);
        self.tell_best_and_final(&losses, Kind::BestLoss, Kind::FinalLoss);
        let losses = running_median(&losses);
        let finite = losses.iter().map(|(_, loss)| *loss).filter(|loss| loss.is_finite());
        let Some((low, high)) = finite.map(|loss| (loss, loss)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
            return;
        };
        self.tell_plateaus(&losses, self.options.flat * (high - low));
        self.tell_falls(&losses, self.options.flat * (high - low), self.options.fall * (high - low));
    }

    fn tell_plateaus(&mut self, losses: &[(u64, f64)], slope: f64) {
        let end = losses.last().map(|(epoch, _)| *epoch);
        let (length, gap) = (self.options.plateau, self.options.lasting);
        let stretches = join(plateaus(losses, slope, gap.min(length)), losses, slope, gap);
        for stretch in stretches.into_iter().filter(|stretch| stretch.last - stretch.first >= length) {
            let until = Some(stretch.last).filter(|last| Some(*last) != end);
            self.rows.push(Milestone { until, ..moment(Kind::Plateau, stretch.first, Subject::Run, stretch.level) });
        }
    }

    fn tell_falls(&mut self, losses: &[(u64, f64)], slope: f64, least: f64) {
        let end = losses.last().map(|(epoch, _)| *epoch);
        let sinks = |a: &(u64, f64), b: &(u64, f64)| a.1 - b.1 > slope * (b.0 - a.0) as f64;
        for stretch in losses.chunk_by(sinks) {
            let ([first, ..], [.., last]) = (stretch, stretch) else { continue };
            let fall = first.1 - last.1;
            if stretch.len() > 1 && fall >= least {
                let until = Some(last.0).filter(|last| Some(*last) != end);
                self.rows.push(Milestone { until, ..moment(Kind::Fall, first.0, Subject::Run, fall) });
            }
        }
    }

    /// The smallest of some numbers, where it is first, and the last one.
    fn tell_best_and_final(&mut self, numbers: &[(u64, f64)], best: Kind, last: Kind) {
        let smallest = numbers.iter().filter(|(_, number)| !number.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1));
        self.rows.extend(smallest.map(|&(epoch, number)| moment(best, epoch, Subject::Run, number)));
        self.rows.extend(numbers.last().map(|&(epoch, number)| moment(last, epoch, Subject::Run, number)));
    }

    fn tell_layers(&mut self) {
        let Some(first) = self.summaries.first() else { return };
        for (i, state) in first.layers.iter().enumerate() {
            self.tell_coverage(i, &state.layer);
            for unit in 0..state.dead.len() {
                let subject = || Subject::Unit { layer: state.layer.clone(), unit };
                let saturation = |seen: &EpochSummary| seen.layers.get(i)?.saturation.get(unit).copied();
                let least = self.options.saturated;
                self.tell_stretches(Kind::Saturated, subject(), saturation, |share| share >= least);
                let dead = |seen: &EpochSummary| {
                    let dead = *seen.layers.get(i)?.dead.get(unit)?;
                    dead.then_some(seen.samples as f64)
                };
                self.tell_stretches(Kind::Dead, subject(), dead, |_| true);
            }
        }
    }

    fn tell_coverage(&mut self, place: usize, layer: &str) {
        let coverage = |seen: &EpochSummary| seen.layers.get(place)?.coverage;
        let (most, least) = (self.options.squashed, self.options.widened);
        let subject = || Subject::Layer(layer.to_owned());
        self.tell_stretches(Kind::Squashed, subject(), coverage, |share| share <= most);
        self.tell_stretches(Kind::Widened, subject(), coverage, |share| share >= least);
    }

    /// Each layer's gradients against those of the last one.
    fn tell_gradients(&mut self) {
        let Some(first) = self.summaries.first() else { return };
        let layers = &first.gradients[..first.gradients.len().saturating_sub(1)];
        for (i, (layer, _)) in layers.iter().enumerate() {
            let ratio = |seen: &EpochSummary| {
                let last = seen.gradients.last()?.1;
                (last > 0.0).then_some(seen.gradients.get(i)?.1 / last)
            };
            let (most, least) = (self.options.vanishing, self.options.exploding);
            self.tell_stretches(Kind::Vanishing, Subject::Layer(layer.clone()), ratio, |ratio| ratio <= most);
            self.tell_stretches(Kind::Exploding, Subject::Layer(layer.clone()), ratio, |ratio| ratio >= least);
        }
    }

    fn tell_divergence(&mut self) {
        let first = self.summaries.iter().find_map(|seen| {
            let of_loss = || Some((Subject::Run, seen.loss.filter(|loss| !loss.is_finite())?));
            let of_weights =
                seen.not_finite.clone().map(|(layer, name, count)| (Subject::Parameter { layer, name }, count as f64));
            of_weights.or_else(of_loss).map(|(subject, evidence)| (seen.epoch, subject, evidence))
        });
        self.rows.extend(first.map(|(epoch, subject, evidence)| moment(Kind::Diverged, epoch, subject, evidence)));
    }

    /// The stretches of epochs that last, in which a number is there and what it must be.
    fn tell_stretches<N, H>(&mut self, kind: Kind, subject: Subject, number: N, holds: H)
    where
        N: Fn(&EpochSummary) -> Option<f64>,
        H: Fn(f64) -> bool,
    {
        let of = |seen: &EpochSummary| number(seen).filter(|&number| holds(number));
        let mut end = 0;
        for stretch in self.summaries.chunk_by(|a, b| of(a).is_some() == of(b).is_some()) {
            end += stretch.len();
            let ([first, ..], [.., last]) = (stretch, stretch) else { continue };
            let Some(evidence) = of(first) else { continue };
            let until = (end < self.summaries.len()).then_some(last.epoch);
            if until.is_none() || stretch.len() as u64 >= self.options.lasting {
                self.rows.push(Milestone { until, ..moment(kind, first.epoch, subject.clone(), evidence) });
            }
        }
    }

    /// A number of every epoch that has it.
    fn each(&self, number: impl Fn(&EpochSummary) -> Option<f64>) -> Vec<(u64, f64)> {
        self.summaries.iter().filter_map(|seen| Some((seen.epoch, number(seen)?))).collect()
    }
}

/// Each value replaced by the median of itself and the two on either side, fewer near the ends: it takes out the jitter of
/// mini-batches, and leaves what rises or falls steadily as it is.
fn running_median(curve: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let median = |place: usize| {
        let reach = place.min(curve.len() - 1 - place).min(2);
        let mut around: Vec<f64> = curve[place - reach..=place + reach].iter().map(|(_, value)| *value).collect();
        around.sort_unstable_by(f64::total_cmp);
        around[reach]
    };
    curve.iter().enumerate().map(|(place, (epoch, _))| (*epoch, median(place))).collect()
}

/// Plateaus with less than `gap` epochs between them are one, if the curve comes from one to the other no faster than it
/// may on a plateau.
fn join(stretches: Vec<Plateau>, curve: &[(u64, f64)], slope: f64, gap: u64) -> Vec<Plateau> {
    let middle = |stretch: &Plateau| (stretch.first + (stretch.last - stretch.first) / 2) as f64;
    let mut joined: Vec<Plateau> = Vec::new();
    for next in stretches {
        let is_near = |last: &&mut Plateau| {
            let way = middle(&next) - middle(last);
            next.first - last.last < gap && (next.level - last.level).abs() <= slope * way
        };
        match joined.last_mut().filter(is_near) {
            Some(last) => {
                last.last = next.last;
                let place = curve.partition_point(|(epoch, _)| (*epoch as f64) < middle(last));
                last.level = curve.get(place).map_or(last.level, |(_, value)| *value);
            }
            None => joined.push(next),
        }
    }
    joined
}

fn moment(kind: Kind, epoch: u64, subject: Subject, evidence: f64) -> Milestone {
    Milestone { kind, epoch, until: None, subject, evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{ClassCount, LayerState};

    /// Observations of the epochs 0, 1, 2 ... with nothing to see, and what `add` adds to each.
    fn seen(count: u64, add: impl Fn(&mut EpochSummary)) -> Vec<EpochSummary> {
        let nothing = |epoch| EpochSummary {
            epoch,
            samples: 10,
            loss: None,
            classes: Vec::new(),
            layers: Vec::new(),
            gradients: Vec::new(),
            not_finite: None,
        };
        let with = |epoch| {
            let mut summary = nothing(epoch);
            add(&mut summary);
            summary
        };
        (0..count).map(with).collect()
    }

    /// Epoch, last epoch, subject and evidence of the rows of a kind.
    fn told(summaries: &[EpochSummary], kind: Kind) -> Vec<(u64, Option<u64>, String, f64)> {
        let milestones = Milestones::of(summaries, &MilestoneOptions::default()).unwrap();
        milestones.of_kind(kind).map(|row| (row.epoch, row.until, row.subject.to_string(), row.evidence)).collect()
    }

    fn layer(coverage: Option<f64>, saturation: &[f64], dead: &[bool]) -> LayerState {
        LayerState { layer: "h".into(), coverage, saturation: saturation.to_vec(), dead: dead.to_vec() }
    }

    /// Errors of the two classes: 1 3, 0 2, 0 0, 0 1, 0 0, 0 0
    #[test]
    fn a_class_is_all_correct_from_the_epoch_behind_its_last_error() {
        let errors = [[1, 3], [0, 2], [0, 0], [0, 1], [0, 0], [0, 0]];
        let summaries = seen(6, |seen| {
            let count = |(errors, samples)| ClassCount { samples, errors };
            seen.classes = errors[seen.epoch as usize].into_iter().zip([4, 6]).map(count).collect();
        });
        let expected =
            [(1, None, "class 0".into(), 4.0), (4, None, "run".into(), 10.0), (4, None, "class 1".into(), 6.0)];
        assert_eq!(told(&summaries, Kind::AllCorrect), expected);
        assert_eq!(told(&summaries, Kind::FewestErrors), [(2, None, "run".into(), 0.0)]);
        assert_eq!(told(&summaries, Kind::FinalErrors), [(5, None, "run".into(), 0.0)]);
        let milestones = Milestones::of(&summaries[..4], &MilestoneOptions::default()).unwrap();
        assert_eq!(
            (milestones.all_correct(), milestones.class_correct(0), milestones.class_correct(1)),
            (None, Some(1), None)
        );
    }

    /// 20 epochs at 1.0, then five steps of 0.1 down to 0.5, then 12 epochs there.
    #[test]
    fn a_loss_stands_on_plateaus_and_falls_between_them() {
        let loss = |epoch: u64| 1.0 - 0.1 * epoch.saturating_sub(19).min(5) as f64;
        let summaries = seen(37, |seen| seen.loss = Some(loss(seen.epoch)));
        let flat = [(0, Some(19), "run".into(), 1.0), (24, None, "run".into(), 0.5)];
        assert_eq!(told(&summaries, Kind::Plateau), flat);
        let falls = told(&summaries, Kind::Fall);
        assert_eq!((falls[0].0, falls[0].1, falls.len()), (19, Some(24), 1));
        assert!((falls[0].3 - 0.5).abs() < 1e-12);
        assert_eq!(told(&summaries, Kind::BestLoss), [(24, None, "run".into(), 0.5)]);
        assert_eq!(told(&summaries, Kind::FinalLoss), [(36, None, "run".into(), 0.5)]);
    }

    /// The same with a spike up or down at every fourth epoch.
    #[test]
    fn jitter_breaks_neither_a_plateau_nor_a_fall() {
        let loss = |epoch: u64| 1.0 - 0.02 * epoch.saturating_sub(19).min(25) as f64;
        let spike = |epoch: u64| if epoch % 4 == 1 { if epoch % 8 == 1 { 0.01 } else { -0.01 } } else { 0.0 };
        let summaries = seen(70, |seen| seen.loss = Some(loss(seen.epoch) + spike(seen.epoch)));
        let plateaus = told(&summaries, Kind::Plateau);
        assert_eq!(plateaus.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 44], "{plateaus:?}");
        let falls = told(&summaries, Kind::Fall);
        assert_eq!(falls.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(19, Some(44))], "{falls:?}");
        // Three epochs are too many for the median of five, and too few to part a plateau in two.
        let bump = |epoch: u64| if (8..11).contains(&epoch) { 0.05 } else { 0.0 };
        let summaries = seen(70, |seen| seen.loss = Some(loss(seen.epoch) + bump(seen.epoch)));
        assert_eq!(told(&summaries, Kind::Plateau)[0], (0, Some(19), "run".into(), 1.05), "level of the middle");
        let steady: Vec<(u64, f64)> = (0..9).map(|epoch| (epoch, 1.0 / (epoch + 1) as f64)).collect();
        assert_eq!(running_median(&steady), steady);
    }

    #[test]
    fn what_lasts_is_told_from_when_to_when_and_what_flickers_is_not() {
        // Covered: little for epochs 0 to 6, much from 10 on but for epoch 12, which leaves 10 and 11 alone.
        let coverage = |epoch| {
            if epoch < 7 {
                0.2
            } else if epoch < 10 || epoch == 12 {
                0.5
            } else {
                0.8
            }
        };
        let summaries = seen(20, |seen| seen.layers = vec![layer(Some(coverage(seen.epoch)), &[], &[])]);
        assert_eq!(told(&summaries, Kind::Squashed), [(0, Some(6), "h".into(), 0.2)]);
        assert_eq!(told(&summaries, Kind::Widened), [(13, None, "h".into(), 0.8)]);
        let every = Milestones::of(&summaries, &MilestoneOptions::default().lasting(1)).unwrap();
        assert_eq!(every.of_kind(Kind::Widened).map(|row| row.epoch).collect::<Vec<_>>(), [10, 13]);
    }

    #[test]
    fn units_are_told_of_one_by_one() {
        let summaries = seen(10, |seen| {
            let saturation = [0.96, 0.94, if seen.epoch > 3 { 1.0 } else { 0.0 }];
            seen.layers = vec![layer(None, &saturation, &[seen.epoch < 6, seen.epoch > 7, false])];
        });
        let saturated = [(0, None, "h unit 0".into(), 0.96), (4, None, "h unit 2".into(), 1.0)];
        assert_eq!(told(&summaries, Kind::Saturated), saturated);
        let dead = [(0, Some(5), "h unit 0".into(), 10.0), (8, None, "h unit 1".into(), 10.0)];
        assert_eq!(told(&summaries, Kind::Dead), dead);
        let milestones = Milestones::of(&summaries, &MilestoneOptions::default()).unwrap();
        assert_eq!(milestones.dead_units().map(|row| row.epoch).collect::<Vec<_>>(), [8], "the other one came back");
    }

    #[test]
    fn gradients_are_compared_with_the_last_layers() {
        let gradients = |epoch: u64| [0.001, if epoch < 5 { 30.0 } else { 2.0 }, 0.2].map(|rms| rms * 2.0);
        let summaries = seen(10, |seen| {
            seen.gradients = ["a", "b", "o"].map(String::from).into_iter().zip(gradients(seen.epoch)).collect();
        });
        assert_eq!(told(&summaries, Kind::Vanishing), [(0, None, "a".into(), 0.005)]);
        assert_eq!(told(&summaries, Kind::Exploding), [(0, Some(4), "b".into(), 150.0)]);
        let all_zero = seen(9, |seen| seen.gradients = vec![("a".into(), 0.0), ("o".into(), 0.0)]);
        assert!(told(&all_zero, Kind::Vanishing).is_empty(), "a ratio of nothing to nothing");
    }

    #[test]
    fn the_first_value_that_is_not_finite_is_the_divergence() {
        let summaries = seen(5, |seen| {
            seen.loss = Some(if seen.epoch < 2 { 1.0 } else { f64::INFINITY });
            seen.not_finite = (seen.epoch > 2).then(|| ("h".into(), "kernel".into(), 7));
        });
        assert_eq!(told(&summaries, Kind::Diverged), [(2, None, "run".into(), f64::INFINITY)]);
        assert_eq!(told(&summaries[3..], Kind::Diverged), [(3, None, "h/kernel".into(), 7.0)]);
        let milestones = Milestones::of(&summaries[3..], &MilestoneOptions::default()).unwrap();
        assert_eq!(
            milestones.diverged().unwrap().to_string().split_whitespace().collect::<Vec<_>>().join(" "),
            "epoch 3 diverged h/kernel 7 not finite"
        );
    }

    #[test]
    fn nothing_observed_nothing_told_and_disorder_is_refused() {
        assert_eq!(Milestones::of(&[], &MilestoneOptions::default()).unwrap(), Milestones::default());
        let mut summaries = seen(3, |_| ());
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).unwrap().rows.is_empty());
        summaries.swap(0, 2);
        assert!(Milestones::of(&summaries, &MilestoneOptions::default()).is_err());
        assert!(Milestones::of(&[], &MilestoneOptions::default().squashed(f64::NAN)).is_err());
    }
}
