//! How alike two layers are, of samples that come a batch at a time.

use nalgebra::DMatrix;

use crate::{
    Error, Matrix, Result,
    math::{matrix, products::transposed_product},
};

/// Of fewer samples there is no unbiased estimate.
const FEWEST: usize = 4;

/// The time for a batch grows with the square of it.
const MOST: usize = 4_096;

/// The linear centered kernel alignment of two layers whose samples come a batch at a time: of more samples than there is room for, and of
/// layers too wide for [`LayerSimilarity`](crate::analysis::LayerSimilarity).
///
/// Of each batch it is the unbiased estimate `HSIC_1` of Song, Smola, Gretton, Bedo and Borgwardt (2012); the means of these over the
/// batches make the alignment, as in Nguyen, Raghu and Kornblith, "Do Wide and Deep Networks Learn the Same Things?" (2021),
/// section 3 and equations (2) and (3). The same samples in batches of another size give another estimate of the same number, which is also not the
/// biased one of [`LayerSimilarity`](crate::analysis::LayerSimilarity): of few samples that is larger.
///
/// ```
/// use training_replay::{Matrix, analysis::MinibatchCka};
///
/// let value = |sample: usize, unit: usize| ((sample * sample * (unit + 3) + 7 * unit) % 31) as f32;
/// let mut same = MinibatchCka::new();
/// for batch in 0..5 {
///     let values = Matrix::from_fn(20, 100, |i, unit| value(20 * batch + i, unit));
///     same.add(&values, &(2.0 * &values))?;
/// }
/// assert!((same.cka() - 1.0).abs() < 1e-12);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MinibatchCka {
    across: f64,
    one: f64,
    other: f64,
    batches: usize,
}

impl MinibatchCka {
    /// Begins without any batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the values of two layers, `(samples, units)`, over the same samples.
    ///
    /// Batches weigh alike, whatever their size: the last one of a data set may be left out where it is much smaller.
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if they are not of as many samples; [`Error::Invalid`] for fewer than 4 samples or more than 4,096, and a value that is
    /// NaN or infinite. Nothing is added then.
    pub fn add(&mut self, one: &Matrix, other: &Matrix) -> Result<()> {
        if one.nrows() != other.nrows() {
            let (expected, found) = ([one.nrows(), other.ncols()], [other.nrows(), other.ncols()]);
            return Err(Error::shape("the values of the other layer", expected, found));
        }
        if !(FEWEST..=MOST).contains(&one.nrows()) {
            let expected = format!("from {FEWEST} to {MOST}, for an unbiased estimate of them");
            return Err(Error::invalid("the number of samples of a batch", expected, one.nrows()));
        }
        let (one, other) = (Gram::of(one)?, Gram::of(other)?);
        self.across += one.hsic(&other);
        self.one += one.hsic(&one);
        self.other += other.hsic(&other);
        self.batches += 1;
        Ok(())
    }

    /// Returns the alignment over the batches so far: near 1 for layers that are alike, near 0 for others, and sometimes a little below.
    ///
    /// NaN without batches, and where the estimate of one of the layers with itself is not above 0, as of values that do not differ from
    /// sample to sample.
    pub fn cka(&self) -> f64 {
        if self.one > 0.0 && self.other > 0.0 { self.across / (self.one.sqrt() * self.other.sqrt()) } else { f64::NAN }
    }

    /// Returns the number of batches that were added.
    pub fn batches(&self) -> usize {
        self.batches
    }

    /// Compares the values of two layers over the same samples in batches of so many; the rest is in the last one, which is larger then.
    ///
    /// ```
    /// use training_replay::{Matrix, analysis::MinibatchCka};
    ///
    /// let values = Matrix::from_fn(50, 3, |sample, unit| ((sample * (unit + 2)) % 13) as f32);
    /// assert_eq!(MinibatchCka::of(&values, &values, 20)?.batches(), 2); // of 20 and of 30
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn of(one: &Matrix, other: &Matrix, batch: usize) -> Result<Self> {
        let (samples, mut found) = (one.nrows(), Self::new());
        let count = (samples / batch.max(1)).max(1);
        if one.nrows() != other.nrows() || count == 1 {
            found.add(one, other)?;
            return Ok(found);
        }
        for index in 0..count {
            let end = if index + 1 == count { samples } else { (index + 1) * batch };
            let rows = index * batch..end;
            found.add(&one.rows_range(rows.clone()).into_owned(), &other.rows_range(rows).into_owned())?;
        }
        Ok(found)
    }
}

/// The products of the samples of a batch with each other, without those of a sample with itself.
struct Gram {
    products: DMatrix<f64>,
    /// The sum of each row.
    sums: Vec<f64>,
}

impl Gram {
    fn of(values: &Matrix) -> Result<Self> {
        matrix::expect_finite("the values of a layer", values)?;
        let mut values = values.map(f64::from);
        // The estimate does not change by it, and loses no digits.
        for mut unit in values.column_iter_mut() {
            let mean = unit.mean();
            unit.add_scalar_mut(-mean);
        }
        let samples = values.transpose();
        let mut products = transposed_product(&samples, &samples);
        products.fill_diagonal(0.0);
        let sums = products.column_iter().map(|column| column.sum()).collect();
        Ok(Self { products, sums })
    }

    /// `(tr(K L) + 1ᵀK1 1ᵀL1 / ((n - 1)(n - 2)) - 2 1ᵀKL1 / (n - 2)) / (n (n - 3))`, both without their diagonals.
    fn hsic(&self, other: &Self) -> f64 {
        let n = self.sums.len() as f64;
        let all = |of: &Self| of.sums.iter().sum::<f64>();
        let rows: f64 = self.sums.iter().zip(&other.sums).map(|(one, other)| one * other).sum();
        let trace = self.products.dot(&other.products);
        (trace + all(self) * all(other) / ((n - 1.0) * (n - 2.0)) - 2.0 * rows / (n - 2.0)) / (n * (n - 3.0))
    }
}
