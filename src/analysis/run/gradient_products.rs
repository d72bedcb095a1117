//! The products of the gradients of single samples at one epoch.

use nalgebra::DMatrix;

use super::gradient_sketch::GradientSketch;
use crate::{
    Dataset, Forward, Loss, Result,
    math::{matrix, products},
    model::sample_gradients::SampleGradients,
};

/// As many values of tested gradients are kept at once; for more of them those of the training data are computed again.
const AT_ONCE: usize = 1 << 24;

/// As many gradients of training samples are multiplied with all of those at a time, and no more than so many values.
const TOGETHER: usize = 16;
const TOGETHER_VALUES: usize = 1 << 21;

/// A piece of each of them fits into the cache of a core.
const PIECE: usize = 1 << 11;

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
        let mut gradients = Gradients::new(model, by)?;
        gradients.of.check(data)?;
        gradients.of.check(tested)?;
        let mut start = 0;
        while start < rows.len() {
            let mut block: Vec<Row> = Vec::new();
            for &row in &rows[start..] {
                block.push(gradients.row(tested, row)?);
                if block.len().saturating_mul(block[0].values.len()) >= AT_ONCE {
                    break;
                }
            }
            all.fill(&mut gradients, data, start, &block)?;
            start += block.len();
        }
        Ok(all)
    }

    /// Puts the products of some tested samples there.
    fn fill(&mut self, gradients: &mut Gradients<'_>, data: &Dataset, start: usize, block: &[Row]) -> Result<()> {
        let samples: Vec<usize> = (0..data.samples()).collect();
        let values = block.first().map_or(1, |row| row.values.len());
        for some in samples.chunks((TOGETHER_VALUES / values.max(1)).clamp(1, TOGETHER)) {
            let rows = some.iter().map(|&sample| gradients.row(data, sample)).collect::<Result<Vec<Row>>>()?;
            let products = products(block, &rows);
            for (at, product) in products.into_iter().enumerate() {
                let (tested, sample) = (at / rows.len(), at % rows.len());
                let place = (start + tested, some[sample]);
                self.products[place] = product;
                let variance = gradients.variance(&block[tested], &rows[sample], product);
                self.variances.iter_mut().for_each(|variances| variances[place] = variance);
            }
        }
        Ok(())
    }
}

/// The product of each gradient with each of others, a piece of them at a time, which stays in the cache.
fn products(ones: &[Row], others: &[Row]) -> Vec<f64> {
    let mut sums = vec![0.0; ones.len() * others.len()];
    let length = ones.first().map_or(0, |row| row.values.len());
    for start in (0..length).step_by(PIECE) {
        let [ones, others] = [ones, others].map(|rows| {
            let piece = |row: &'_ Row| start..row.values.len().min(start + PIECE);
            rows.iter().map(|row| &row.values[piece(row)]).collect::<Vec<&[f64]>>()
        });
        products::add_dots(&ones, &others, &mut sums);
    }
    sums
}

/// What is kept from gradient to gradient of an epoch.
struct Gradients<'a> {
    of: SampleGradients<'a>,
    by: Compared<'a>,
    /// Where the projection puts each value, once it is known how many there are.
    drawn: Vec<u32>,
}

impl<'a> Gradients<'a> {
    fn new(model: &'a dyn Forward, by: Compared<'a>) -> Result<Self> {
        Ok(Self { of: SampleGradients::of(model, by.loss)?, by, drawn: Vec::new() })
    }

    fn row(&mut self, data: &Dataset, sample: usize) -> Result<Row> {
        let mut values = Vec::new();
        self.of.of_sample(data, sample, &mut values)?;
        let squared_length = squared_length(&values);
        let sketch = self.by.sketch.filter(|sketch| sketch.shortens(values.len()));
        if let Some(sketch) = sketch {
            if self.drawn.is_empty() {
                self.drawn = sketch.draw(self.by.epoch, values.len());
            }
            values = sketch.apply(&self.drawn, &values);
        }
        Ok(Row { values, squared_length, is_projected: sketch.is_some() })
    }

    /// The variance of a product of two gradients at most: 0 where they are whole.
    fn variance(&self, one: &Row, other: &Row, product: f64) -> f64 {
        let sketch = self.by.sketch.filter(|_| one.is_projected);
        sketch.map_or(0.0, |sketch| sketch.variance([one.squared_length, other.squared_length], product))
    }
}

/// The squared length of the gradient of every sample.
pub(crate) fn squared_lengths(model: &dyn Forward, data: &Dataset, loss: Loss) -> Result<Vec<f64>> {
    let (mut gradients, mut values) = (SampleGradients::of(model, loss)?, Vec::new());
    gradients.check(data)?;
    let of = |sample| gradients.of_sample(data, sample, &mut values).map(|()| squared_length(&values));
    (0..data.samples()).map(of).collect()
}

fn squared_length(values: &[f64]) -> f64 {
    let mut sum = [0.0];
    values.chunks(PIECE).for_each(|piece| products::add_dots(&[piece], &[piece], &mut sum));
    sum[0]
}
