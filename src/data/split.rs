//! A data set in two parts: one to train on, one to validate on.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::dataset::Dataset;
use crate::{
    Error, Result,
    math::random::{self, Purpose},
};

impl Dataset {
    /// Returns the samples in two parts, shuffled: one to train on, and one of this share to validate on.
    ///
    /// The second part has the share of the samples, rounded up as in scikit-learn's `train_test_split`, but none of the two is
    /// ever empty. The same seed gives the same parts. The names of classes and features go with both.
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let (train, validation) = datasets::moons(100, 0.1, 7).split(0.25, 13)?;
    /// assert_eq!((train.samples(), validation.samples()), (75, 25));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a share that is not between 0 and 1, and for a single sample.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Self, Self)> {
        check_share(share)?;
        if self.samples() < 2 {
            return Err(Error::invalid("the number of samples to split", "2 or more", self.samples()));
        }
        let mut order: Vec<usize> = (0..self.samples()).collect();
        order.shuffle(&mut rng(seed));
        let validation = (share * order.len() as f64).ceil() as usize;
        let (validation, train) = order.split_at(validation.clamp(1, order.len() - 1));
        Ok((self.rows(train), self.rows(validation)))
    }

    /// Returns the samples in two parts, as [`split`](Self::split), but with the share of every class.
    ///
    /// Of each class the second part has the share, rounded, and both parts have at least one sample.
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// let labels = [["common"; 9].as_slice(), &["rare"; 3]].concat();
    /// let data = Dataset::from_labels(Matrix::zeros(12, 2), &labels)?;
    /// let (train, validation) = data.split_stratified(0.33, 13)?;
    /// assert_eq!((train.targets().numbers()?.sum(), validation.targets().numbers()?.sum()), (2.0, 1.0)); // of class 1, the rare one
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`split`](Self::split) and [`classes`](Self::classes), and [`Error::Invalid`] for a class of a single sample, and
    /// for samples of several positions.
    pub fn split_stratified(&self, share: f64, seed: u64) -> Result<(Self, Self)> {
        check_share(share)?;
        let mut rng = rng(seed);
        let (mut train, mut validation) = (Vec::new(), Vec::new());
        for (class, mut rows) in self.rows_by_class()? {
            if rows.len() < 2 {
                let what = format!("the number of samples of {}", self.class_name(class));
                return Err(Error::invalid(what, "2 or more, one for each part", rows.len()));
            }
            rows.shuffle(&mut rng);
            let count = (share * rows.len() as f64).round() as usize;
            let (some, others) = rows.split_at(count.clamp(1, rows.len() - 1));
            validation.extend(some);
            train.extend(others);
        }
        train.shuffle(&mut rng);
        validation.shuffle(&mut rng);
        Ok((self.rows(&train), self.rows(&validation)))
    }

    /// The samples of each class, from class 0 on.
    fn rows_by_class(&self) -> Result<BTreeMap<usize, Vec<usize>>> {
        self.targets().expect_one_position("for a sample to be of one class")?;
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        self.classes()?.into_iter().enumerate().for_each(|(row, class)| rows.entry(class).or_default().push(row));
        Ok(rows)
    }
}

fn rng(seed: u64) -> ChaCha8Rng {
    random::rng(seed, Purpose::Split)
}

fn check_share(share: f64) -> Result<()> {
    if share > 0.0 && share < 1.0 {
        return Ok(());
    }
    Err(Error::invalid("the share of the samples to validate on", "between 0 and 1, and neither of them", share))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Matrix, datasets};

    /// Samples of these classes, each with its own number as its only input.
    fn numbered(labels: &[usize]) -> Dataset {
        let inputs = Matrix::from_fn(labels.len(), 1, |row, _| row as f32);
        Dataset::from_labels(inputs, labels).unwrap()
    }

    fn numbers(data: &Dataset) -> BTreeSet<usize> {
        data.inputs().iter().map(|&number| number as usize).collect()
    }

    #[test]
    fn every_sample_is_in_one_part_with_its_own_target_and_the_same_seed_gives_the_same_parts() {
        let labels: Vec<usize> = (0..101).map(|row| row * row % 3).collect();
        let data = numbered(&labels).with_class_names(["a", "b"]).unwrap().with_feature_names(["number"]).unwrap();
        for split in [Dataset::split, Dataset::split_stratified] {
            let (train, validation) = split(&data, 0.2, 7).unwrap();
            assert!(numbers(&train).is_disjoint(&numbers(&validation)));
            assert_eq!(numbers(&train).len() + numbers(&validation).len(), 101);
            for part in [&train, &validation] {
                let classes = part.classes().unwrap();
                assert!(part.inputs().iter().zip(classes).all(|(&row, class)| labels[row as usize] == class));
                assert_eq!((part.class_names().len(), part.feature_names()), (2, &["number".to_owned()][..]));
            }
            assert_eq!(split(&data, 0.2, 7).unwrap(), (train.clone(), validation));
            assert_ne!(split(&data, 0.2, 8).unwrap().0, train);
            assert_ne!(numbers(&train).len(), train.inputs()[(0, 0)] as usize + 1, "shuffled");
        }
    }

    /// `train_test_split(range(n), test_size=share)` of scikit-learn has 4 of 15 for 0.25, 1 of 3 for 0.1, and refuses 0.99
    /// of 2, which would leave nothing to train on.
    #[test]
    fn parts_have_the_size_of_scikit_learns_and_are_never_empty() {
        let size = |samples: usize, share| datasets::moons(samples, 0.1, 7).split(share, 1).unwrap().1.samples();
        assert_eq!([size(15, 0.25), size(3, 0.1), size(2, 0.99), size(100, 1e-300)], [4, 1, 1, 1]);
    }

    #[test]
    fn a_stratified_part_has_the_share_of_every_class_and_all_of_them() {
        let labels = [vec![0; 50], vec![1; 30], vec![2; 2]].concat();
        let (train, validation) = numbered(&labels).split_stratified(0.2, 3).unwrap();
        let counts = |data: &Dataset| data.rows_by_class().unwrap().values().map(Vec::len).collect::<Vec<_>>();
        assert_eq!((counts(&train), counts(&validation)), (vec![40, 24, 1], vec![10, 6, 1]));
        let alike = Dataset::from_labels(Matrix::zeros(4, 1), &["a", "b", "a", "b"]).unwrap();
        assert_eq!(counts(&alike.split_stratified(0.9, 3).unwrap().0), [1, 1], "samples that are all the same");
    }

    #[test]
    fn what_cannot_be_split_is_refused_with_the_reason() {
        let message = |split: Result<(Dataset, Dataset)>| split.unwrap_err().to_string();
        let data = numbered(&[0, 1, 0]);
        for share in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
            assert!(message(data.split(share, 1)).contains("share of the samples"));
            assert!(message(data.split_stratified(share, 1)).contains("share of the samples"));
        }
        let one = message(data.split_stratified(0.5, 1));
        assert_eq!(one, "the number of samples of class 1 is 1; it must be 2 or more, one for each part");
        let single = Dataset::from_rows(&[[0.0]], &[[1.0]]).unwrap();
        assert!(message(single.split(0.5, 1)).contains("samples to split is 1"));
        let regression = Dataset::from_rows(&[[0.0], [1.0]], &[[0.5], [7.0]]).unwrap();
        assert!(regression.split(0.5, 1).is_ok() && regression.split_stratified(0.5, 1).is_err());
    }
}
