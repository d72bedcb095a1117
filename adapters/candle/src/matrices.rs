//! Matrices as tensors, and back: rows stay samples, and what a row holds gets its shape.

use candle_core::{DType, Device, Tensor};
use training_replay::{Matrix, Result, to_row_major};

use crate::error::{at, invalid, shape};

/// A tensor `(samples, shape of one)` of the rows of a matrix.
pub(crate) fn to_tensor(what: &str, rows: &Matrix, one: &[usize], dtype: DType, device: &Device) -> Result<Tensor> {
    let width: usize = one.iter().product();
    if rows.ncols() != width {
        return Err(shape(what, &[rows.nrows(), width], &[rows.nrows(), rows.ncols()]));
    }
    let values = to_row_major(rows);
    if dtype.is_int() {
        expect_integers(what, &values, width, dtype)?;
    }
    let dims: Vec<usize> = [rows.nrows()].into_iter().chain(one.iter().copied()).collect();
    let tensor = Tensor::from_vec(values, dims, device).and_then(|tensor| tensor.to_dtype(dtype));
    tensor.map_err(at(format!("{what} as {}", dtype.as_str())))
}

/// Fails unless each value is an integer that the type has.
fn expect_integers(what: &str, values: &[f32], width: usize, dtype: DType) -> Result<()> {
    let range = match dtype {
        DType::U8 => 0.0..256.0,
        DType::U32 => 0.0..4294967296.0,
        DType::I16 => -32768.0..32768.0,
        DType::I32 => -2147483648.0..2147483648.0,
        _ => -9223372036854775808.0..9223372036854775808.0,
    };
    match values.iter().position(|value| value.fract() != 0.0 || !range.contains(value)) {
        None => Ok(()),
        Some(at) => {
            let (row, column) = (at / width.max(1), at % width.max(1));
            let what = format!("row {row}, column {column} of {what}");
            Err(invalid(what, format!("an integer that {} holds", dtype.as_str()), values[at]))
        }
    }
}

/// The rows of a tensor `(samples, shape of one)` as a matrix.
pub(crate) fn to_matrix(what: &str, tensor: &Tensor) -> Result<Matrix> {
    let rows = tensor.dims().first().copied().unwrap_or_default();
    let width = tensor.dims().iter().skip(1).product();
    let values = tensor.to_dtype(DType::F32).and_then(|tensor| tensor.flatten_all()).and_then(|flat| flat.to_vec1());
    let values: Vec<f32> = values.map_err(at(what))?;
    Ok(Matrix::from_row_slice(rows, width, &values))
}
