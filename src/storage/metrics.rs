//! Metrics as bytes: the meta of an epoch or a step.
//!
//! Every record names its metrics itself: a new one may appear in the middle of a run, and none is lost with another
//! record. `docs/format.md` has the bytes, under "EPOCH".

use crate::Metrics;

/// The most different metrics a recording may have at its epochs, and again at its steps: a reader keeps a curve for
/// each.
pub(crate) const MAX_METRICS: usize = 4096;

/// The longest name of a metric, in bytes.
pub(crate) const LONGEST_NAME: usize = 4096;

/// Returns the meta of an EPOCH record: the number of metrics, then name and value of each.
pub(crate) fn encode_metrics(metrics: &Metrics) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64);
    bytes.extend((metrics.len() as u64).to_le_bytes());
    for (name, value) in metrics.iter() {
        bytes.extend((name.len() as u64).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

/// Returns the metrics in these bytes, or none if they are not the bytes of metrics. What lies behind them is a later
/// minor version's, and ignored.
pub(crate) fn decode_metrics(mut bytes: &[u8]) -> Option<Metrics> {
    take_metrics(&mut bytes)
}

/// The same, and moves the bytes behind the metrics.
pub(crate) fn take_metrics(bytes: &mut &[u8]) -> Option<Metrics> {
    let count = take_u64(bytes).filter(|&count| count <= MAX_METRICS as u64)?;
    (0..count).map(|_| take_metric(bytes)).collect()
}

fn take_metric(bytes: &mut &[u8]) -> Option<(String, f64)> {
    let length = usize::try_from(take_u64(bytes)?).ok().filter(|&length| length <= LONGEST_NAME)?;
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
        let bytes = encode_metrics(&Metrics::from([("loss", nan), ("accuracy", -0.0)]));
        assert!(bytes.len() <= 64);
        let back = decode_metrics(&bytes).unwrap();
        assert_eq!(back.get("loss").unwrap().to_bits(), nan.to_bits());
        assert_eq!(back.get("accuracy").unwrap().to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn more_or_longer_names_than_a_recording_may_have_are_none() {
        let names = |count: usize| (0..count).map(|i| (i.to_string(), 0.0)).collect::<Metrics>();
        assert!(decode_metrics(&encode_metrics(&names(MAX_METRICS))).is_some());
        assert_eq!(decode_metrics(&encode_metrics(&names(MAX_METRICS + 1))), None);
        let long = |length: usize| Metrics::from([("x".repeat(length), 0.0)]);
        assert!(decode_metrics(&encode_metrics(&long(LONGEST_NAME))).is_some());
        assert_eq!(decode_metrics(&encode_metrics(&long(LONGEST_NAME + 1))), None);
    }

    #[test]
    fn bytes_cut_anywhere_or_with_absurd_lengths_are_none() {
        let bytes = encode_metrics(&Metrics::from([("loss", 1.0)]));
        for length in 0..bytes.len() {
            assert_eq!(decode_metrics(&bytes[..length]), None, "{length}");
        }
        for at in [0, 8] {
            let mut absurd = bytes.clone();
            absurd[at..at + 8].fill(0xff);
            assert_eq!(decode_metrics(&absurd), None);
        }
    }
}
