//! The probe as bytes: what a model made of a few inputs that the recording fixes, so that a replay can be compared with
//! what was recorded.
//!
//! The inputs lie in the meta of MODEL, the outputs of each snapshot in its own, behind the metrics. `docs/format.md` has
//! the bytes, under "MODEL" and "EPOCH".

use serde::{Deserialize, Serialize};

use crate::{Matrix, codec, math::matrix};

/// What the model of a snapshot made of the inputs of the probe.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Probe {
    /// A row for each of the inputs.
    pub(crate) outputs: Matrix,
    /// Whether a network of this crate computed them, whose outputs are the same bits wherever it runs.
    pub(crate) built_in: bool,
}

/// A matrix as it lies in a meta: how many columns, and the values row by row.
#[derive(Serialize, Deserialize)]
pub(super) struct Rows {
    columns: u64,
    values: Vec<f32>,
}

impl From<&Matrix> for Rows {
    fn from(matrix: &Matrix) -> Self {
        Self { columns: matrix.ncols() as u64, values: matrix::to_row_major(matrix) }
    }
}

impl Rows {
    /// Returns the matrix, or why there is none.
    pub(super) fn matrix(&self) -> Result<Matrix, String> {
        let columns = usize::try_from(self.columns).ok().filter(|&columns| columns > 0);
        let whole = columns.filter(|&columns| !self.values.is_empty() && self.values.len().is_multiple_of(columns));
        let columns = whole.ok_or("the rows of its probe are not whole")?;
        Ok(matrix::from_row_major(self.values.len() / columns, columns, &self.values))
    }
}

/// Appends the outputs of a probe, or that there are none, to the meta of an EPOCH record.
pub(crate) fn put_probe(probe: Option<&Probe>, meta: &mut Vec<u8>) {
    let Some(Probe { outputs, built_in }) = probe else { return meta.push(0) };
    meta.reserve(18 + 4 * outputs.len());
    meta.extend([1, u8::from(*built_in)]);
    meta.extend((outputs.ncols() as u64).to_le_bytes());
    meta.extend((outputs.len() as u64).to_le_bytes());
    for row in outputs.row_iter() {
        row.iter().for_each(|value| meta.extend(value.to_le_bytes()));
    }
}

/// Returns the probe in what lies behind the metrics, none for nothing, or why it cannot be read.
pub(crate) fn take_probe(bytes: &[u8]) -> Result<Option<Probe>, String> {
    let mut rest = bytes;
    let Some((built_in, rows)) = take(&mut rest)? else { return Ok(None) };
    Ok(Some(Probe { outputs: rows.matrix()?, built_in: built_in == 1 }))
}

fn take(bytes: &mut &[u8]) -> Result<Option<(u8, Rows)>, String> {
    codec::take_next(bytes)
}

/// Moves the bytes behind the probe, whether there is one or not.
pub(crate) fn skip_probe(bytes: &mut &[u8]) -> Result<(), String> {
    Probe::skip(bytes)
}

impl Probe {
    /// The same.
    pub(super) fn skip(bytes: &mut &[u8]) -> Result<(), String> {
        take(bytes).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe() -> Probe {
        let outputs = Matrix::from_row_slice(3, 2, &[0.5, -0.0, f32::INFINITY, 1e-40, -2.0, 3.0]);
        Probe { outputs, built_in: true }
    }

    fn bytes_of(probe: Option<&Probe>) -> Vec<u8> {
        let mut meta = Vec::new();
        put_probe(probe, &mut meta);
        meta
    }

    #[test]
    fn probes_come_back() {
        let mut bytes = bytes_of(Some(&probe()));
        assert_eq!(bytes.len(), 18 + 24);
        assert_eq!(take_probe(&bytes), Ok(Some(probe())));
        bytes.extend([9; 5]);
        assert_eq!(take_probe(&bytes), Ok(Some(probe())), "fields that a later minor version appended are ignored");
        assert_eq!((bytes_of(None), take_probe(&[])), (vec![0], Ok(None)), "nothing, as format 1.0 wrote it");
        assert_eq!(take_probe(&[0]), Ok(None));
    }

    #[test]
    fn bytes_cut_anywhere_or_with_absurd_lengths_are_no_probe() {
        let bytes = bytes_of(Some(&probe()));
        for length in 1..bytes.len() {
            assert!(take_probe(&bytes[..length]).is_err(), "{length}");
        }
        for (at, value) in [(2, 0), (2, 4), (2, u64::MAX), (10, 0), (10, 5), (10, u64::MAX)] {
            let mut absurd = bytes.clone();
            absurd[at..at + 8].copy_from_slice(&u64::to_le_bytes(value));
            assert!(take_probe(&absurd).is_err(), "{value} at byte {at}");
        }
    }
}
