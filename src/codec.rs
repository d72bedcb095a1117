//! Small structs to bytes and back: fixed-width integers, little-endian, lengths as `u64`.
//!
//! The only file that says `bincode`. `docs/format.md` specifies the bytes, so that another encoder can take its place
//! without changing a recording. Matrices and weights never pass through here: their bytes are written as they are.

use bincode::Options;
use serde::{Serialize, de::DeserializeOwned};

/// More than any encoded struct needs; a length beyond it is refused before anything is allocated.
const LIMIT: u64 = 16 << 20;

/// Room for most structs.
const USUAL: usize = 256;

/// The same in words.
pub(crate) const AT_MOST: &str = "at most 16 MiB, which are 16777216 bytes";

/// Limited, as the bytes may be anybody's; and said in full, as the bytes are a format.
fn options() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding().with_little_endian().with_limit(LIMIT)
}

/// Returns the bytes of `value`, or how large it is if that is more than 16 MiB.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(USUAL);
    // With a limit it would be gone through twice, to know its size first.
    let written = options().with_no_limit().serialize_into(&mut bytes, value);
    written.map_err(|reason| format!("not to be encoded ({reason})"))?;
    within(bytes)
}

/// Returns the bytes of several values, one behind the other, or how many they are if they are more than 16 MiB.
pub(crate) fn within(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 <= LIMIT { Ok(bytes) } else { Err(format!("{} bytes", bytes.len())) }
}

/// Returns the value that exactly these bytes stand for, or why they stand for none.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    options().reject_trailing_bytes().deserialize(bytes).map_err(|error| error.to_string())
}

/// Returns the value at the beginning of these bytes; a later minor version may have appended fields.
pub(crate) fn decode_prefix<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    options().allow_trailing_bytes().deserialize(bytes).map_err(|error| error.to_string())
}

/// Returns the value at the beginning of these bytes and moves them behind it; the value of nothing where they end: there
/// are fields that came with a later minor version than the record.
pub(crate) fn take_next<T: Serialize + DeserializeOwned + Default>(bytes: &mut &[u8]) -> Result<T, String> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let value: T = decode_prefix(bytes)?;
    *bytes = behind(&value, bytes)?;
    Ok(value)
}

/// Returns what lies behind a value in the bytes that it was decoded from: the encoding of a value is as long as it was.
pub(crate) fn behind<'a, T: Serialize>(value: &T, bytes: &'a [u8]) -> Result<&'a [u8], String> {
    let length = options().serialized_size(value).map_err(|error| error.to_string())?;
    let rest = usize::try_from(length).ok().and_then(|length| bytes.get(length..));
    rest.ok_or_else(|| "it is shorter than its fields".into())
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
    fn fields_are_taken_one_by_one_and_are_nothing_behind_the_end() {
        let bytes = encode(&(Some(7_u16), "ab")).unwrap();
        let mut rest = bytes.as_slice();
        assert_eq!(take_next::<Option<u16>>(&mut rest), Ok(Some(7)));
        assert_eq!(take_next::<String>(&mut rest), Ok("ab".into()));
        assert_eq!(
            (take_next::<Option<u16>>(&mut rest), take_next::<String>(&mut rest)),
            (Ok(None), Ok(String::new()))
        );
        assert!(take_next::<Option<u16>>(&mut &bytes[..2]).is_err(), "cut within a field");
    }

    #[test]
    fn trailing_bytes_are_refused_unless_asked_for() {
        assert!(decode::<u16>(&[1, 0, 9]).is_err());
        assert_eq!(decode_prefix::<u16>(&[1, 0, 9]), Ok(1));
    }
}
