//! Classes by their index, at one or several positions of each sample.

use std::{fmt, ops::Range};

use crate::{Error, Result, notation::counted};

/// The classes of samples by index: one for each sample, or one for each position of it, as of a sequence.
///
/// They take 4 bytes a position, whatever the number of classes; as one-hot columns 1,000 words of a vocabulary of
/// 50,257 take 201 MB.
///
/// ```
/// use training_replay::ClassLabels;
///
/// let words = ClassLabels::new([3, 0, 4, 1, 1, 2], 3, 5)?; // two sentences of three words, of a vocabulary of five
/// assert_eq!((words.samples(), words.positions(), words.classes()), (2, 3, 5));
/// assert_eq!(words.of_sample(1), Some(&[1, 1, 2][..]));
/// let unknown = ClassLabels::new([3, 5], 1, 5).unwrap_err();
/// assert_eq!(unknown.to_string(), "the label of sample 1 is 5; it must be below 5, the number of classes");
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassLabels {
    indices: Vec<u32>,
    positions: usize,
    classes: usize,
}

impl ClassLabels {
    /// Creates the labels of samples with so many positions each, sample by sample.
    ///
    /// # Shapes
    ///
    /// `indices`: `(samples, positions)`, in row-major order.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a label that is not below the number of classes, with its sample and position, for fewer than
    /// two classes, and for no positions; [`Error::Shape`] if the last sample lacks some.
    pub fn new(indices: impl Into<Vec<u32>>, positions: usize, classes: usize) -> Result<Self> {
        let indices = indices.into();
        if classes < 2 {
            return Err(Error::invalid("the number of classes", "2 or more", classes));
        }
        if u32::try_from(classes - 1).is_err() {
            return Err(Error::invalid("the number of classes", "at most 4294967296, which labels can name", classes));
        }
        if positions == 0 {
            return Err(Error::invalid("the number of positions of a sample", "1 or more", 0));
        }
        if positions.checked_mul(classes).is_none() {
            let found = format!("{positions} times {classes}");
            return Err(Error::invalid("positions times classes", "a number of outputs", found));
        }
        if !indices.len().is_multiple_of(positions) {
            let samples = indices.len().div_ceil(positions);
            return Err(Error::shape("labels", [samples.saturating_mul(positions)], [indices.len()]));
        }
        let labels = Self { indices, positions, classes };
        match labels.indices.iter().position(|&label| label as usize >= classes) {
            None => Ok(labels),
            Some(at) => {
                let expected = format!("below {classes}, the number of classes");
                Err(Error::invalid(format!("the label of {}", labels.place(at)), expected, labels.indices[at]))
            }
        }
    }

    /// Returns the labels, `(samples, positions)` in row-major order.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Returns the labels of one sample, a label for each position; `None` if there is no such sample.
    pub fn of_sample(&self, sample: usize) -> Option<&[u32]> {
        self.indices.chunks_exact(self.positions).nth(sample)
    }

    /// Returns the number of samples.
    pub fn samples(&self) -> usize {
        self.indices.len() / self.positions
    }

    /// Returns the number of positions of each sample; 1 where a sample is of one class.
    pub fn positions(&self) -> usize {
        self.positions
    }

    /// Returns the number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The label of a sample at a position, both of which there are.
    pub(crate) fn at(&self, sample: usize, position: usize) -> usize {
        self.indices[sample * self.positions + position] as usize
    }

    /// The number of outputs of a model of these: positions times classes.
    pub(crate) fn outputs(&self) -> usize {
        self.positions * self.classes
    }

    /// The same labels as those of as many samples of one position.
    pub(crate) fn by_position(&self) -> Self {
        Self { positions: 1, ..self.clone() }
    }

    /// Some samples.
    pub(crate) fn rows(&self, rows: Range<usize>) -> Self {
        let indices = self.indices[rows.start * self.positions..rows.end * self.positions].to_vec();
        Self { indices, ..*self }
    }

    /// The samples of these numbers, in their order.
    pub(crate) fn gather(&self, rows: &[usize]) -> Self {
        let mut gathered = Self { indices: Vec::with_capacity(rows.len() * self.positions), ..*self };
        rows.iter().for_each(|&row| gathered.indices.extend(self.of_sample(row).unwrap_or_default()));
        gathered
    }

    /// Adds those of more samples, of as many positions and classes.
    pub(crate) fn append(&mut self, more: &Self) {
        self.indices.extend(&more.indices);
    }

    /// Where others differ from these, which were recorded, in words.
    pub(crate) fn difference(&self, others: &Self) -> Option<String> {
        let shape = |labels: &Self| [labels.samples(), labels.positions(), labels.classes()];
        if shape(self) != shape(others) {
            let [mine, other] = [self, others].map(|labels| format!("{labels}"));
            return Some(format!("the targets are {other}, the recorded ones {mine}"));
        }
        let mut pairs = self.indices.iter().zip(&others.indices);
        let at = pairs.position(|(mine, other)| mine != other)?;
        Some(format!("the label of {} is {}, recorded is {}", self.place(at), others.indices[at], self.indices[at]))
    }

    /// `sample 3`, or `sample 3 at position 5`.
    fn place(&self, index: usize) -> String {
        let (sample, position) = (index / self.positions, index % self.positions);
        if self.positions == 1 { format!("sample {sample}") } else { format!("sample {sample} at position {position}") }
    }
}

/// Writes `labels of 100 samples of 10 positions in 5 classes`.
impl fmt::Display for ClassLabels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [samples, positions, classes] =
            [(self.samples(), "sample"), (self.positions, "position"), (self.classes, "class")]
                .map(|(count, noun)| counted(count as u64, noun));
        let of = if self.positions == 1 { String::new() } else { format!(" of {positions}") };
        write!(f, "labels of {samples}{of} in {classes}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_beyond_the_classes_is_named_by_its_sample_and_position() {
        let message =
            |labels: &[u32], positions, classes| ClassLabels::new(labels, positions, classes).unwrap_err().to_string();
        let beyond = message(&[0, 1, 2, 1, 0, 7], 2, 3);
        assert_eq!(beyond, "the label of sample 2 at position 1 is 7; it must be below 3, the number of classes");
        assert!(message(&[u32::MAX], 1, 2).contains("the label of sample 0 is 4294967295"));
        assert_eq!(message(&[0, 1, 0], 2, 2), "labels: expected shape [4], found [3]");
        assert!(message(&[0], 0, 2).contains("the number of positions of a sample is 0"));
        assert!(message(&[0], 1, 1).contains("the number of classes is 1"));
        assert!(message(&[], usize::MAX, 2).contains("positions times classes"));
    }

    #[test]
    fn samples_are_taken_with_all_their_positions() {
        let labels = ClassLabels::new([0, 1, 2, 3, 4, 5], 2, 6).unwrap();
        assert_eq!(labels.rows(1..3).indices(), [2, 3, 4, 5]);
        assert_eq!(labels.gather(&[2, 0, 2]).indices(), [4, 5, 0, 1, 4, 5]);
        assert_eq!((labels.of_sample(2), labels.of_sample(3)), (Some(&[4, 5][..]), None));
        assert_eq!((labels.by_position().samples(), labels.at(1, 1)), (6, 3));
        assert_eq!(ClassLabels::new([], 7, 2).unwrap().samples(), 0);
    }
}
