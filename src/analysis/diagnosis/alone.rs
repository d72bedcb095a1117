//! How much of a target a single feature says, by the nearest samples along it.

use std::collections::BTreeMap;

/// As many other samples are asked, and all that are as near.
const NEIGHBORS: usize = 5;

/// What is summed of neighbors, and of which one can be taken out again.
trait Tally: Clone + Default {
    type Target: Copy;
    fn add(&mut self, target: Self::Target);
    fn merge(&mut self, other: &Self);
    fn without(&self, target: Self::Target) -> Self;
    fn count(&self) -> usize;
}

/// How many there are of each class.
#[derive(Clone, Default)]
struct Classes {
    counts: BTreeMap<usize, usize>,
    all: usize,
}

/// The sum of numbers.
#[derive(Clone, Copy, Default)]
struct Sum {
    sum: f64,
    count: usize,
}

/// The share of samples whose class is that of most of the nearest along a feature; of classes as frequent the smallest.
pub(super) fn share_of_classes(feature: &[f32], classes: &[usize]) -> f64 {
    let mut hits = 0_usize;
    each::<Classes>(feature, classes, |near, class| hits += usize::from(near.majority() == Some(class)));
    hits as f64 / classes.len() as f64
}

/// The share of the variance of a number that the mean of the nearest along a feature explains; less than 0 if it says nothing.
pub(super) fn share_of_variance(feature: &[f32], target: &[f32]) -> f64 {
    let target: Vec<f64> = target.iter().map(|&value| f64::from(value)).collect();
    let mean = target.iter().sum::<f64>() / target.len() as f64;
    let spread: f64 = target.iter().map(|value| (value - mean) * (value - mean)).sum();
    let mut left = 0.0;
    each::<Sum>(feature, &target, |near, value| {
        let off = value - near.sum / near.count as f64;
        left += off * off;
    });
    if spread > 0.0 { 1.0 - left / spread } else { 0.0 }
}

/// Shows each sample's neighbors beside its target. Samples of the same value are one group, so that their order says nothing.
fn each<T: Tally>(feature: &[f32], targets: &[T::Target], mut show: impl FnMut(&T, T::Target)) {
    let mut order: Vec<usize> = (0..feature.len()).collect();
    order.sort_by(|&one, &other| feature[one].total_cmp(&feature[other]));
    let groups: Vec<&[usize]> = order.chunk_by(|&one, &other| feature[one] == feature[other]).collect();
    let tally = |group: &&[usize]| {
        let mut tally = T::default();
        group.iter().for_each(|&place| tally.add(targets[place]));
        (feature[group[0]], tally)
    };
    let tallies: Vec<(f32, T)> = groups.iter().map(tally).collect();
    for (place, group) in groups.iter().enumerate() {
        let near = around(&tallies, place);
        group.iter().for_each(|&sample| show(&near.without(targets[sample]), targets[sample]));
    }
}

/// A group with those nearest to it, until there are enough beside any one of its own.
fn around<T: Tally>(groups: &[(f32, T)], place: usize) -> T {
    let (own, mut near) = (groups[place].0, groups[place].1.clone());
    let (mut low, mut high) = (place, place + 1);
    while near.count() <= NEIGHBORS && (low > 0 || high < groups.len()) {
        let below = low.checked_sub(1).map_or(f32::INFINITY, |it| own - groups[it].0);
        let above = groups.get(high).map_or(f32::INFINITY, |it| it.0 - own);
        if below <= above && low > 0 {
            low -= 1;
            near.merge(&groups[low].1);
        }
        if above <= below && high < groups.len() {
            near.merge(&groups[high].1);
            high += 1;
        }
    }
    near
}

impl Classes {
    fn majority(&self) -> Option<usize> {
        let filled = self.counts.iter().rev().filter(|(_, count)| **count > 0);
        filled.max_by_key(|(_, count)| **count).map(|(class, _)| *class)
    }
}

impl Tally for Classes {
    type Target = usize;

    fn add(&mut self, class: usize) {
        *self.counts.entry(class).or_default() += 1;
        self.all += 1;
    }

    fn merge(&mut self, other: &Self) {
        other.counts.iter().for_each(|(class, count)| *self.counts.entry(*class).or_default() += count);
        self.all += other.all;
    }

    fn without(&self, class: usize) -> Self {
        let mut rest = self.clone();
        rest.counts.entry(class).and_modify(|count| *count -= 1);
        Self { all: self.all - 1, ..rest }
    }

    fn count(&self) -> usize {
        self.all
    }
}

impl Tally for Sum {
    type Target = f64;

    fn add(&mut self, value: f64) {
        *self = Self { sum: self.sum + value, count: self.count + 1 };
    }

    fn merge(&mut self, other: &Self) {
        *self = Self { sum: self.sum + other.sum, count: self.count + other.count };
    }

    fn without(&self, value: f64) -> Self {
        Self { sum: self.sum - value, count: self.count - 1 }
    }

    fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: along the feature there are 6 samples of class 0 and 6 of class 1. Three of either are nearest to the sixth and the
    /// seventh, and of classes as frequent the smallest counts.
    #[test]
    fn a_feature_that_parts_classes_says_them_and_a_constant_one_the_most_frequent() {
        let feature: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let classes: Vec<usize> = (0..12).map(|i| i / 6).collect();
        assert_eq!(share_of_classes(&feature, &classes), 11.0 / 12.0);
        let alternating: Vec<usize> = (0..12).map(|i| i % 2).collect();
        assert!(share_of_classes(&feature, &alternating) < 0.5);
        // Samples that lie in the order of their classes: their order must not say what their values do not.
        let mostly: Vec<usize> = (0..100).map(|i| usize::from(i >= 70)).collect();
        assert_eq!(share_of_classes(&[0.0; 100], &mostly), 0.7);
    }

    #[test]
    fn a_number_is_explained_by_a_feature_that_it_depends_on() {
        let feature: Vec<f32> = (0..200).map(|i| i as f32 / 100.0).collect();
        let target: Vec<f32> = feature.iter().map(|x| x * x).collect();
        assert!(share_of_variance(&feature, &target) > 0.99);
        let other: Vec<f32> = (0..200).map(|i| (i * 7_919 % 200) as f32).collect();
        assert!(share_of_variance(&feature, &other) < 0.3);
        assert_eq!(share_of_variance(&feature, &[2.0; 200]), 0.0);
        assert_eq!(share_of_variance(&[1.0; 200], &target).signum(), -1.0, "a constant says less than the mean");
    }
}
