//! Labels of any kind as classes: which class each label is, what the classes are called, and targets for a network.

use std::{collections::BTreeMap, fmt};

use super::dataset::Dataset;
use crate::{Error, Matrix, Result, math::matrix};

impl Dataset {
    /// Creates a data set from a label for each sample: integers, strings, whatever can be ordered and printed.
    ///
    /// The classes are the labels that appear, in their order: numbers by value, strings by code point, as scikit-learn's
    /// `LabelEncoder` has them. Two classes give one target column of 0 and 1, for a sigmoid; more give one column for each,
    /// with a single 1 in every row, for a softmax: the targets of its `LabelBinarizer`. For two columns of two classes see
    /// [`one_hot`](Self::one_hot). The labels are the [class names](Self::class_names).
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix, to_row_major};
    ///
    /// let data = Dataset::from_labels(Matrix::zeros(3, 4), &["virginica", "setosa", "versicolor"])?;
    /// assert_eq!(data.class_names(), ["setosa", "versicolor", "virginica"]);
    /// assert_eq!(data.classes()?, [2, 0, 1]);
    /// assert_eq!(to_row_major(data.targets().numbers()?), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    ///
    /// let digits = Dataset::from_labels(Matrix::zeros(3, 64), &[4, 3, 4])?; // threes and fours
    /// assert_eq!((digits.class_names(), digits.targets().numbers()?.as_slice()), (&["3".into(), "4".into()][..], &[1.0, 0.0, 1.0][..]));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`Error::Invalid`] if all labels are the same: then name the classes by
    /// [`from_labels_with_classes`](Self::from_labels_with_classes), as of a part of the data.
    pub fn from_labels<L: Ord + fmt::Display>(inputs: Matrix, labels: &[L]) -> Result<Self> {
        let mut classes: Vec<&L> = labels.iter().collect();
        classes.sort_unstable();
        classes.dedup();
        if classes.len() == 1 {
            let expected = "2 or more; the classes that are missing are named by `from_labels_with_classes`";
            return Err(Error::invalid("the number of different labels", expected, 1));
        }
        encode(inputs, &labels.iter().collect::<Vec<_>>(), &classes)
    }

    /// Creates a data set from a label for each sample, with the classes in the order that is given.
    ///
    /// That is for labels with an order of their own, and for data in which a class may be missing, such as a validation set
    /// that was stored apart. Otherwise it is [`from_labels`](Self::from_labels).
    ///
    /// ```
    /// use training_replay::{Dataset, Matrix};
    ///
    /// let sizes = ["small", "medium", "large"];
    /// let data = Dataset::from_labels_with_classes(Matrix::zeros(2, 4), &["medium", "small"], &sizes)?;
    /// assert_eq!((data.classes()?, data.outputs()), (vec![1, 0], 3)); // no sample is large
    /// let digits: Vec<u8> = (0..10).collect();
    /// assert_eq!(Dataset::from_labels_with_classes(Matrix::zeros(2, 64), &[7, 0], &digits)?.outputs(), 10);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`Error::Invalid`] for a label that is not among the classes, for fewer than two classes, and
    /// for two of the same name.
    pub fn from_labels_with_classes<L: Ord + fmt::Display>(
        inputs: Matrix,
        labels: &[L],
        classes: &[L],
    ) -> Result<Self> {
        encode(inputs, &labels.iter().collect::<Vec<_>>(), &classes.iter().collect::<Vec<_>>())
    }
}

fn encode<L: Ord + fmt::Display>(inputs: Matrix, labels: &[&L], classes: &[&L]) -> Result<Dataset> {
    if labels.len() != inputs.nrows() {
        return Err(Error::shape("labels", [inputs.nrows()], [labels.len()]));
    }
    if classes.len() < 2 {
        return Err(Error::invalid("the number of classes", "2 or more", classes.len()));
    }
    let places: BTreeMap<&L, usize> = classes.iter().enumerate().map(|(place, &class)| (class, place)).collect();
    let place = |(sample, label): (usize, &&L)| {
        let unknown =
            || Error::invalid(format!("the label of sample {sample}"), "one of the classes", format!("{label}"));
        places.get(label).copied().ok_or_else(unknown)
    };
    let found: Vec<usize> = labels.iter().enumerate().map(place).collect::<Result<_>>()?;
    Dataset::new(inputs, targets(&found, classes.len())?)?.with_class_names(classes.iter().map(ToString::to_string))
}

/// One column for two classes, else one for each.
fn targets(found: &[usize], classes: usize) -> Result<Matrix> {
    if classes == 2 {
        return Ok(Matrix::from_iterator(found.len(), 1, found.iter().map(|&class| class as f32)));
    }
    let mut targets = matrix::zeros(found.len(), classes)?;
    found.iter().enumerate().for_each(|(sample, &class)| targets[(sample, class)] = 1.0);
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_row_major;

    fn of<L: Ord + fmt::Display>(labels: &[L]) -> Result<Dataset> {
        Dataset::from_labels(Matrix::zeros(labels.len(), 1), labels)
    }

    fn message(data: Result<Dataset>) -> String {
        data.unwrap_err().to_string()
    }

    /// `LabelBinarizer().fit_transform` of scikit-learn 1.9.1 for `[3, 4, 4, 3]` and `[10, 9, -1, 9]`, and its `classes_`
    #[test]
    fn targets_and_the_order_of_classes_are_scikit_learns() {
        let two = of(&[3, 4, 4, 3]).unwrap();
        assert_eq!(two.targets().numbers().unwrap().as_slice(), [0.0, 1.0, 1.0, 0.0]);
        let three = of(&[10_i64, 9, -1, 9]).unwrap();
        assert_eq!(three.class_names(), ["-1", "9", "10"], "by value, not by letter");
        assert_eq!(to_row_major(three.targets().numbers().unwrap()), [0., 0., 1., 0., 1., 0., 1., 0., 0., 0., 1., 0.]);
    }

    #[test]
    fn labels_of_every_kind_name_their_classes() {
        assert_eq!(of(&["ja", "nein", "Ja"]).unwrap().class_names(), ["Ja", "ja", "nein"], "by code point");
        assert_eq!(of(&["猫".to_owned(), "犬".to_owned()]).unwrap().class_names(), ["犬", "猫"]);
        assert_eq!(of(&[true, false]).unwrap().class_names(), ["false", "true"]);
        assert_eq!(of(&[u64::MAX, 0]).unwrap().class_names(), ["0", "18446744073709551615"]);
        assert_eq!(of(&['b', 'a', 'c']).unwrap().classes().unwrap(), [1, 0, 2]);
    }

    #[test]
    fn labels_that_name_no_classes_are_refused_with_the_reason() {
        assert!(message(of(&["a", "a"])).contains("different labels is 1"));
        assert!(message(of::<u8>(&[])).contains("the number of classes is 0"));
        assert!(message(of(&["a", ""])).contains("the name of class 0 is \"\""));
        assert_eq!(
            message(Dataset::from_labels(Matrix::zeros(3, 1), &[0, 1])),
            "labels: expected shape [3], found [2]"
        );
        let with = |labels: &[u8], classes: &[u8]| {
            message(Dataset::from_labels_with_classes(Matrix::zeros(labels.len(), 1), labels, classes))
        };
        assert_eq!(with(&[0, 3], &[0, 1, 2]), "the label of sample 1 is 3; it must be one of the classes");
        assert!(with(&[0, 1], &[0, 1, 0]).contains("the name of class 2 is \"0\""));
        assert!(with(&[0, 0], &[0]).contains("the number of classes is 1"));
    }
}
