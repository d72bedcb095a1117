//! The meta of an epoch: its step and its metrics, as bytes.
//!
//! Every epoch names its metrics itself: a new one may appear in the middle of a run, and none is lost with another
//! record.

use crate::{Error, Metrics, Result};

/// The end of the epoch; other numbers are reserved for snapshots within one.
const STEP: u64 = 0;
/// The most metrics an epoch may have.
const MOST_METRICS: usize = 4096;

/// What an epoch holds beside the weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct EpochMeta {
    pub(crate) metrics: Metrics,
}

impl EpochMeta {
    pub(crate) fn new(metrics: Metrics) -> Self {
        Self { metrics }
    }

    /// The step, the number of metrics, then name and value of each.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        if self.metrics.len() > MOST_METRICS {
            let expected = format!("at most {MOST_METRICS}");
            return Err(Error::invalid("the number of metrics", expected, self.metrics.len()));
        }
        let mut bytes = Vec::with_capacity(64);
        bytes.extend(STEP.to_le_bytes());
        bytes.extend((self.metrics.len() as u64).to_le_bytes());
        for (name, value) in self.metrics.iter() {
            bytes.extend((name.len() as u64).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend(value.to_le_bytes());
        }
        Ok(bytes)
    }

    /// What the bytes say; fields behind the metrics are a later minor version's.
    pub(crate) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let _step = take_u64(&mut bytes)?;
        let count = take_u64(&mut bytes).filter(|&count| count <= MOST_METRICS as u64)?;
        let metrics = (0..count).map(|_| take_metric(&mut bytes)).collect::<Option<_>>()?;
        Some(Self { metrics })
    }
}

fn take_metric(bytes: &mut &[u8]) -> Option<(String, f64)> {
    let length = usize::try_from(take_u64(bytes)?).ok()?;
    let (name, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    let value = f64::from_bits(take_u64(bytes)?);
    Some((String::from_utf8(name.to_vec()).ok()?, value))
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_come_back_bit_for_bit_and_loss_with_accuracy_fits_64_bytes() {
        let nan = f64::from_bits(0x7ff8_0000_0000_1234);
        let meta = EpochMeta::new(Metrics::from([("loss", nan), ("accuracy", -0.0)]));
        let bytes = meta.encode().unwrap();
        assert!(bytes.len() <= 64);
        let back = EpochMeta::decode(&bytes).unwrap();
        assert_eq!(back.metrics.get("loss").unwrap().to_bits(), nan.to_bits());
        assert_eq!(back.metrics.get("accuracy").unwrap().to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn bytes_cut_anywhere_or_with_absurd_lengths_are_none() {
        let bytes = EpochMeta::new(Metrics::from([("loss", 1.0)])).encode().unwrap();
        for length in 0..bytes.len() {
            assert_eq!(EpochMeta::decode(&bytes[..length]), None, "{length}");
        }
        for at in [8, 16] {
            let mut absurd = bytes.clone();
            absurd[at..at + 8].fill(0xff);
            assert_eq!(EpochMeta::decode(&absurd), None);
        }
    }
}
