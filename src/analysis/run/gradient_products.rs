//! The products of the gradients of single samples at one epoch.

use nalgebra::DMatrix;

use super::gradient_sketch::GradientSketch;
use crate::{Dataset, Forward, Loss, Result, math::matrix, model::sample_gradients::SampleGradients};

/// As many values of tested gradients are kept at once; for more of them those of the training data are computed again.
const AT_ONCE: usize = 1 << 24;

/// What the gradients at one epoch are compared by.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) epoch: u64,
    pub(crate) loss: Loss,
    /// The tested data, and which of its samples are explained.
    pub(crate) tested: (&'a Dataset, &'a [usize]),
    pub(crate) sketch: Option<GradientSketch>,
}

/// The product of the gradient of every tested sample with that of every training sample, `(tested, samples)`.
pub(crate) struct GradientProducts {
    pub(super) products: DMatrix<f64>,
    /// Their variances at most, where they are those of projected gradients.
    pub(super) variances: Option<DMatrix<f64>>,
}

/// A gradient, projected or not, and its squared length before.
struct Row {
    values: Vec<f64>,
    squared_length: f64,
    is_projected: bool,
}

impl GradientProducts {
    /// Computes those of a model.
    pub(crate) fn of(model: &dyn Forward, data: &Dataset, by: Compared<'_>) -> Result<Self> {
        let (tested, rows) = by.tested;
        matrix::expect_room(rows.len(), data.samples().saturating_mul(4))?; // of f32, and there are two of f64
        let zeros = || DMatrix::zeros(rows.len(), data.samples());
        let mut all = Self { products: zeros(), variances: by.sketch.map(|_| zeros()) };
        let mut gradients = SampleGradients::of(model, by.loss)?;
        gradients.check(data)?;
        gradients.check(tested)?;
        let mut start = 0;
        while start < rows.len() {
            let mut block: Vec<Row> = Vec::new();
            for &row in &rows[start..] {
                block.push(by.row(&mut gradients, tested, row)?);
                if block.len().saturating_mul(block[0].values.len()) >= AT_ONCE {
                    break;
                }
            }
            all.fill(&mut gradients, data, by, (start, &block))?;
            start += block.len();
        }
        Ok(all)
    }

    /// Puts the products of some tested samples there.
    fn fill(
        &mut self,
        gradients: &mut SampleGradients<'_>,
        data: &Dataset,
        by: Compared<'_>,
        (start, block): (usize, &[Row]),
    ) -> Result<()> {
        for sample in 0..data.samples() {
            let of_sample = by.row(gradients, data, sample)?;
            for (tested, row) in (start..).zip(block) {
                let product = dot(&row.values, &of_sample.values);
                self.products[(tested, sample)] = product;
                if let (Some(sketch), Some(variances)) = (by.sketch, &mut self.variances)
                    && row.is_projected
                {
                    let lengths = [row.squared_length, of_sample.squared_length];
                    variances[(tested, sample)] = sketch.variance(lengths, product);
                }
            }
        }
        Ok(())
    }
}

impl Compared<'_> {
    fn row(self, gradients: &mut SampleGradients<'_>, data: &Dataset, sample: usize) -> Result<Row> {
        let mut values = Vec::new();
        gradients.of_sample(data, sample, &mut values)?;
        let squared_length = dot(&values, &values);
        let sketch = self.sketch.filter(|sketch| sketch.shortens(values.len()));
        if let Some(sketch) = sketch {
            sketch.apply(self.epoch, &mut values);
        }
        Ok(Row { values, squared_length, is_projected: sketch.is_some() })
    }
}

/// The squared length of the gradient of every sample.
pub(crate) fn squared_lengths(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f64>> {
    let (mut gradients, mut values) = (SampleGradients::of(model, loss)?, Vec::new());
    gradients.check(data)?;
    let of = |sample| gradients.of_sample(data, sample, &mut values).map(|()| dot(&values, &values));
    (0..data.samples()).map(of).collect()
}

/// Eight sums side by side, none of which waits for another, in one order on every machine.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    let rest = a_rest.iter().zip(b_rest).fold(0.0, |sum, (a, b)| sum + a * b);
    matrix::sum_of_eight(sums) + rest
}
