//! Small structs to bytes and back: fixed-width integers, little-endian, lengths as `u64`.
//!
//! The only file that says `bincode`. `docs/format.md` specifies the bytes, so that another encoder can take its place
//! without changing a recording. Matrices and weights never pass through here: their bytes are written as they are.

use bincode::Options;
use serde::{Serialize, de::DeserializeOwned};

/// More than any encoded struct needs; a length beyond it is refused before anything is allocated.
const LIMIT: u64 = 16 << 20;

/// The same in words.
pub(crate) const AT_MOST: &str = "at most 16 MiB, which are 16777216 bytes";

/// Limited, as the bytes may be anybody's; and said in full, as the bytes are a format.
fn options() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding().with_little_endian().with_limit(LIMIT)
}

/// Returns the bytes of `value`, or how large it is if that is more than 16 MiB.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
    let size = |reason: bincode::Error| match options().with_no_limit().serialized_size(value) {
        Ok(bytes) if bytes > LIMIT => format!("{bytes} bytes"),
        _ => format!("not to be encoded ({reason})"),
    };
    options().serialize(value).map_err(size)
}

/// Returns the value that exactly these bytes stand for, or why they stand for none.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    options().reject_trailing_bytes().deserialize(bytes).map_err(|error| error.to_string())
}

/// Returns the value at the beginning of these bytes; a later minor version may have appended fields.
pub(crate) fn decode_prefix<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    options().allow_trailing_bytes().deserialize(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_the_documented_ones() {
        let bytes = encode(&(1_u16, "ab", Some(2_u8), vec![0.5_f32])).unwrap();
        let expected = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, b'a', b'b', 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3f];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn what_is_too_large_is_said_in_bytes() {
        assert_eq!(encode(&vec![0_u8; LIMIT as usize]), Err(format!("{} bytes", LIMIT + 8)));
    }

    #[test]
    fn a_length_beyond_the_bytes_is_an_error_without_an_allocation() {
        let huge = u64::MAX.to_le_bytes();
        assert!(decode::<String>(&huge).is_err());
        assert!(decode::<Vec<u64>>(&(1_u64 << 60).to_le_bytes()).is_err());
    }

    #[test]
    fn trailing_bytes_are_refused_unless_asked_for() {
        assert!(decode::<u16>(&[1, 0, 9]).is_err());
        assert_eq!(decode_prefix::<u16>(&[1, 0, 9]), Ok(1));
    }
}
