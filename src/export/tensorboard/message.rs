//! The messages of protocol buffers that an event is made of.
//!
//! By TensorFlow's `tensorflow/core/util/event.proto` and `tensorflow/core/framework/summary.proto`, whose numbers of fields stand
//! beside each; the encoding is <https://protobuf.dev/programming-guides/encoding/>.

use crate::analysis::{Distribution, Histogram};

/// A message that is being written.
#[derive(Default)]
struct Message(Vec<u8>);

/// How the value of a field is written.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH: u64 = 2;
const FIXED_32: u64 = 5;

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn key(&mut self, field: u64, kind: u64) {
        self.varint(field << 3 | kind);
    }

    fn int64(mut self, field: u64, number: i64) -> Self {
        self.key(field, VARINT);
        self.varint(number as u64);
        self
    }

    fn double(mut self, field: u64, number: f64) -> Self {
        self.key(field, FIXED_64);
        self.0.extend(number.to_le_bytes());
        self
    }

    fn float(mut self, field: u64, number: f32) -> Self {
        self.key(field, FIXED_32);
        self.0.extend(number.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.key(field, LENGTH);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    fn doubles(self, field: u64, numbers: impl Iterator<Item = f64>) -> Self {
        self.bytes(field, &numbers.flat_map(f64::to_le_bytes).collect::<Vec<u8>>())
    }
}

/// A value of a summary.
pub(super) struct Value(Vec<u8>);

impl Value {
    /// `Summary.Value`: tag 1, `simple_value` 2.
    pub(super) fn scalar(tag: &str, value: f32) -> Self {
        Self(Message::default().bytes(1, tag.as_bytes()).float(2, value).0)
    }

    /// `Summary.Value`: tag 1, `histo` 5, which is a `HistogramProto`: min 1, max 2, num 3, sum 4, `sum_squares` 5,
    /// `bucket_limit` 6, bucket 7.
    ///
    /// A bucket reaches from the limit before to its own: the first one, which ends where the bins begin, is empty.
    pub(super) fn histogram(tag: &str, of: &Distribution, histogram: &Histogram) -> Self {
        let counts = [0.0].into_iter().chain(histogram.counts.iter().map(|&count| count as f64));
        let message = Message::default()
            .double(1, of.min)
            .double(2, of.max)
            .double(3, of.count as f64)
            .double(4, of.values().iter().sum())
            .double(5, of.values().iter().map(|value| value * value).sum())
            .doubles(6, histogram.edges.iter().copied())
            .doubles(7, counts);
        Self(Message::default().bytes(1, tag.as_bytes()).bytes(5, &message.0).0)
    }
}

/// `Event`: `wall_time` 1, `file_version` 3. The first of a file.
pub(super) fn version() -> Vec<u8> {
    Message::default().double(1, 0.0).bytes(3, b"brain.Event:2").0
}

/// `Event`: `wall_time` 1, step 2, summary 5, which is a list of values 1. The step is the time, too.
pub(super) fn event(step: i64, values: &[Value]) -> Vec<u8> {
    let summary = values.iter().fold(Message::default(), |summary, value| summary.bytes(1, &value.0));
    Message::default().double(1, step as f64).int64(2, step).bytes(5, &summary.0).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```python
    /// from tensorboard.compat.proto.event_pb2 import Event
    /// event = Event(wall_time=300, step=300)
    /// event.summary.value.add(tag="loss", simple_value=0.5)
    /// event.SerializeToString().hex()
    /// ```
    #[test]
    fn an_event_has_the_bytes_that_python_writes() {
        let hex: String = event(300, &[Value::scalar("loss", 0.5)]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "090000000000c0724010ac022a0d0a0b0a046c6f7373150000003f");
    }
}
