//! Where the loss is smallest, stands still, falls, and ends.

use super::rows::{best_and_final, curve, from_epoch};
use crate::analysis::{
    EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Plateau, Subject, run::plateau::plateaus_where,
};
use crate::math::stats::running_median;

/// How many times the range of four fifths of the losses counts.
const USUAL: f64 = 4.0;

pub(super) fn milestones(summaries: &[EpochSummary], options: &MilestoneOptions) -> Vec<Milestone> {
    let losses = curve(summaries, |summary| summary.loss);
    let mut rows: Vec<_> = best_and_final(&losses, Kind::BestLoss, Kind::FinalLoss).collect();
    let smooth = running_median(&losses);
    let Some(range) = usual_range(&smooth) else { return rows };
    let slope = Slope { each: options.flat * range, most: options.plateau.max(1) };
    rows.extend(plateau_rows(&smooth, slope, options));
    rows.extend(fall_rows(&smooth, &losses, slope, options.fall * range));
    rows
}

/// How far the loss may move from one recorded epoch to the next on a plateau.
#[derive(Clone, Copy)]
struct Slope {
    each: f64,
    /// Between epochs that lie farther apart than the shortest plateau is long, it may move as far as over that one: nobody
    /// saw what it did in between.
    most: u64,
}

impl Slope {
    fn between(self, from: &(u64, f64), to: &(u64, f64)) -> f64 {
        self.each * to.0.saturating_sub(from.0).min(self.most) as f64
    }
}

/// How far apart the losses are; but no more than a few times as far as four fifths of them, so that a single one that is
/// far off flattens none of the others.
fn usual_range(losses: &[(u64, f64)]) -> Option<f64> {
    let mut sorted: Vec<f64> = losses.iter().map(|(_, loss)| *loss).filter(|loss| loss.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.first()?, sorted.last()?);
    let tenth = sorted.len() / 10;
    let usual = sorted[sorted.len() - 1 - tenth] - sorted[tenth];
    Some(if usual > 0.0 { (high - low).min(USUAL * usual) } else { high - low })
}

fn plateau_rows(losses: &[(u64, f64)], slope: Slope, options: &MilestoneOptions) -> impl Iterator<Item = Milestone> {
    let end = losses.last().map(|(epoch, _)| *epoch);
    let (length, gap) = (options.plateau, options.lasting);
    let found = plateaus_where(losses, gap.min(length), |from, to| slope.between(from, to));
    let stretches = join(found, losses, slope.each, gap);
    let long = stretches.into_iter().filter(move |stretch| stretch.last - stretch.first >= length);
    long.map(move |stretch| {
        let until = Some(stretch.last).filter(|last| Some(*last) != end);
        Milestone { until, ..from_epoch(Kind::Plateau, stretch.first, Subject::Run, stretch.level) }
    })
}

/// By the smoothed losses, where those that were smoothed fall too.
fn fall_rows(losses: &[(u64, f64)], raw: &[(u64, f64)], slope: Slope, least: f64) -> impl Iterator<Item = Milestone> {
    let falls = move |first: u64, last: u64| {
        let at = |epoch| raw.binary_search_by_key(&epoch, |point| point.0).map_or(f64::NAN, |place| raw[place].1);
        at(first) - at(last) >= least / 2.0
    };
    let end = losses.last().map(|(epoch, _)| *epoch);
    let sinks = move |a: &(u64, f64), b: &(u64, f64)| a.1 - b.1 > slope.between(a, b);
    losses.chunk_by(sinks).filter_map(move |stretch| {
        let (first, last) = (stretch.first()?, stretch.last()?);
        let fall = first.1 - last.1;
        let until = Some(last.0).filter(|last| Some(*last) != end);
        let row = Milestone { until, ..from_epoch(Kind::Fall, first.0, Subject::Run, fall) };
        (stretch.len() > 1 && fall >= least && falls(first.0, last.0)).then_some(row)
    })
}

/// Plateaus with less than `gap` epochs between them are one, if the curve comes from one to the other no faster than
/// it may on a plateau.
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
                let index = curve.partition_point(|(epoch, _)| (*epoch as f64) < middle(last));
                last.level = curve.get(index).map_or(last.level, |(_, value)| *value);
            }
            None => joined.push(next),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::milestone_rules::testing::{rows, summaries_of};

    /// 20 epochs at 1.0, then five steps of 0.1 down to 0.5, then 12 epochs there.
    #[test]
    fn a_loss_stands_on_plateaus_and_falls_between_them() {
        let loss = |epoch: u64| 1.0 - 0.1 * epoch.saturating_sub(19).min(5) as f64;
        let summaries = summaries_of(37, |summary| summary.loss = Some(loss(summary.epoch)));
        let flat = [(0, Some(19), "run".into(), 1.0), (24, None, "run".into(), 0.5)];
        assert_eq!(rows(&summaries, Kind::Plateau), flat);
        let falls = rows(&summaries, Kind::Fall);
        assert_eq!((falls[0].0, falls[0].1, falls.len()), (19, Some(24), 1));
        assert!((falls[0].3 - 0.5).abs() < 1e-12);
        assert_eq!(rows(&summaries, Kind::BestLoss), [(24, None, "run".into(), 0.5)]);
        assert_eq!(rows(&summaries, Kind::FinalLoss), [(36, None, "run".into(), 0.5)]);
    }

    /// Checkpoints at every 500th step: between any two of them a plateau's slope from step to step would be all there is.
    #[test]
    fn a_loss_that_falls_between_epochs_far_apart_is_a_fall_and_no_plateau() {
        let losses = [0.6, 0.5, 0.4, 0.35, 0.3, 0.3, 0.301, 0.3];
        let mut summaries = summaries_of(8, |summary| summary.loss = Some(losses[summary.epoch as usize]));
        summaries.iter_mut().for_each(|summary| summary.epoch *= 500);
        let falls = rows(&summaries, Kind::Fall);
        assert_eq!(falls.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(0, Some(2000))], "{falls:?}");
        assert_eq!(rows(&summaries, Kind::Plateau), [(2000, None, "run".into(), 0.3)]);
    }

    /// A first loss of a million, and a rise that the median of three turns round.
    #[test]
    fn one_loss_that_is_far_off_flattens_none_of_the_others_and_a_rise_is_no_fall() {
        let loss = |epoch: u64| if epoch == 0 { 1e6 } else { 1.0 - 0.04 * epoch.min(20) as f64 };
        let summaries = summaries_of(40, |summary| summary.loss = Some(loss(summary.epoch)));
        let flat = rows(&summaries, Kind::Plateau);
        assert_eq!(flat.iter().map(|row| row.0).collect::<Vec<_>>(), [20], "not while it falls: {flat:?}");
        let rising = [0.9, 0.8, 43.0, 98.0];
        let summaries = summaries_of(4, |summary| summary.loss = Some(rising[summary.epoch as usize]));
        let falls = rows(&summaries, Kind::Fall);
        assert!(falls.iter().all(|row| row.1.is_some_and(|until| until < 2)), "{falls:?}");
    }

    /// The same with a spike up or down at every fourth epoch.
    #[test]
    fn jitter_breaks_neither_a_plateau_nor_a_fall() {
        let loss = |epoch: u64| 1.0 - 0.02 * epoch.saturating_sub(19).min(25) as f64;
        let spike = |epoch: u64| if epoch % 4 == 1 { if epoch % 8 == 1 { 0.01 } else { -0.01 } } else { 0.0 };
        let summaries = summaries_of(70, |summary| summary.loss = Some(loss(summary.epoch) + spike(summary.epoch)));
        let plateaus = rows(&summaries, Kind::Plateau);
        assert_eq!(plateaus.iter().map(|row| row.0).collect::<Vec<_>>(), [0, 44], "{plateaus:?}");
        let falls = rows(&summaries, Kind::Fall);
        assert_eq!(falls.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>(), [(19, Some(44))], "{falls:?}");
        // Three epochs are too many for the median of five, and too few to split a plateau in two.
        let bump = |epoch: u64| if (8..11).contains(&epoch) { 0.05 } else { 0.0 };
        let summaries = summaries_of(70, |summary| summary.loss = Some(loss(summary.epoch) + bump(summary.epoch)));
        assert_eq!(rows(&summaries, Kind::Plateau)[0], (0, Some(19), "run".into(), 1.05), "level of the middle");
        let steady: Vec<(u64, f64)> = (0..9).map(|epoch| (epoch, 1.0 / (epoch + 1) as f64)).collect();
        assert_eq!(running_median(&steady), steady);
    }
}
