//! Some of the samples of a data set, by their rows.

use super::dataset::Dataset;
use crate::{Error, Result, math::matrix};

impl Dataset {
    /// Returns the samples of these rows, in this order, with their targets: classes by index stay what they are. The names of classes and
    /// features go with them. A row that is named twice is there twice.
    ///
    /// So the samples that an analysis names become data of their own, and a data set loses those that are labeled wrongly:
    ///
    /// ```
    /// use training_replay::datasets;
    ///
    /// let data = datasets::moons(100, 0.1, 7);
    /// let suspected = [17, 42];
    /// let to_be_looked_at = data.select(&suspected)?;
    /// assert_eq!(to_be_looked_at.inputs().row(1), data.inputs().row(42));
    /// let others: Vec<usize> = (0..data.samples()).filter(|row| !suspected.contains(row)).collect();
    /// assert_eq!(data.select(&others)?.samples(), 98);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no rows, as no data set is empty, at the first row that there is not, and for more samples than memory has
    /// room for.
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::invalid("the number of rows to select", "1 or more", 0));
        }
        match rows.iter().find(|&&row| row >= self.samples()) {
            Some(row) => {
                let expected = format!("below {}, the number of samples", self.samples());
                Err(Error::invalid("the row to select", expected, row))
            }
            None => {
                matrix::expect_room(rows.len(), self.features().max(self.targets().width()))?;
                Ok(self.rows(rows))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Matrix, Targets};

    #[test]
    fn rows_come_in_the_order_that_they_are_named_in_with_targets_of_every_kind_and_all_names() {
        let inputs = Matrix::from_fn(4, 2, |row, column| (10 * row + column) as f32);
        let rows = [3, 0, 3];
        let expect_inputs = |some: &Dataset| {
            assert_eq!(some.inputs(), &Matrix::from_row_slice(3, 2, &[30.0, 31.0, 0.0, 1.0, 30.0, 31.0]));
        };

        let numbers = Matrix::from_fn(4, 3, |row, column| row as f32 - 0.5 * column as f32);
        let some = Dataset::new(inputs.clone(), numbers.clone()).unwrap().select(&rows).unwrap();
        expect_inputs(&some);
        let found = some.targets().numbers().unwrap();
        assert!((0..3).all(|at| found.row(at) == numbers.row(rows[at])));

        let named = Dataset::from_labels(inputs.clone(), &["a", "b", "c", "a"]).unwrap();
        let named = named.with_feature_names(["x", "y"]).unwrap();
        let some = named.select(&rows).unwrap();
        assert_eq!(some.classes().unwrap(), [0; 3], "no class is numbered anew");
        assert_eq!((some.class_names(), some.feature_names()), (named.class_names(), named.feature_names()));
        assert_eq!(some.outputs(), 3, "classes that are left out stay");

        let words = Dataset::from_class_labels(inputs, &[0, 1, 2, 3, 4, 5, 6, 7], 2, 9).unwrap();
        let some = words.select(&rows).unwrap();
        let Targets::Labels(labels) = some.targets() else { panic!("labels") };
        assert_eq!((labels.indices(), labels.positions(), labels.classes()), (&[6, 7, 0, 1, 6, 7][..], 2, 9));
        assert_eq!(words.select(&[0, 1, 2, 3]).unwrap(), words);
    }

    #[test]
    fn no_rows_and_rows_that_are_not_there_are_refused_with_the_reason() {
        let data = crate::datasets::moons(4, 0.1, 7);
        let message = |rows: &[usize]| data.select(rows).unwrap_err().to_string();
        assert_eq!(message(&[]), "the number of rows to select is 0; it must be 1 or more");
        assert_eq!(message(&[0, 4, 9]), "the row to select is 4; it must be below 4, the number of samples");
        assert!(message(&[usize::MAX]).contains("below 4"));
    }
}
