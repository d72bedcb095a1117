//! The header of an array of numpy: its type, the order of its axes and its shape.
//!
//! A header is the text of a Python dictionary, `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, behind a magic
//! string, a version and a length. [numpy's documentation](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
//! specifies it.

use std::io::{self, Read};

use crate::Dtype;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Headers of plain arrays have a line; numpy itself trusts none beyond 10,000 characters.
const MAX_HEADER: usize = 1 << 16;

/// What the header of an array says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The type of the values, or its name where recordings do not keep it.
    pub(super) dtype: Result<Dtype, String>,
    pub(super) is_big_endian: bool,
    /// Whether the first index changes fastest in the file.
    pub(super) is_fortran: bool,
    pub(super) shape: Vec<usize>,
    /// How many bytes it takes itself.
    pub(super) length: usize,
}

impl Header {
    /// Reads the header in front of the values; or what is wrong with it.
    pub(super) fn read(from: &mut impl Read) -> Result<Self, String> {
        let mut start = [0; 8];
        from.read_exact(&mut start).map_err(at_its_end)?;
        if !start.starts_with(MAGIC) {
            return Err("another beginning than that of an array of numpy".into());
        }
        let (size, before) = if start[6] == 1 { (u16_of(from)?, 10) } else { (u32_of(from)?, 12) };
        if !(1..=3).contains(&start[6]) || size > MAX_HEADER {
            return Err(format!("a header of version {} and {size} bytes", start[6]));
        }
        let mut text = vec![0; size];
        from.read_exact(&mut text).map_err(at_its_end)?;
        let text = std::str::from_utf8(&text).map_err(|error| error.to_string())?;
        let parsed = parse(text).ok_or_else(|| format!("the header {text:?}"))?;
        Ok(Self { length: before + size, ..parsed })
    }
}

fn u16_of(from: &mut impl Read) -> Result<usize, String> {
    let mut bytes = [0; 2];
    from.read_exact(&mut bytes).map_err(at_its_end)?;
    Ok(u16::from_le_bytes(bytes).into())
}

fn u32_of(from: &mut impl Read) -> Result<usize, String> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes).map_err(at_its_end)?;
    Ok(u32::from_le_bytes(bytes) as usize)
}

fn at_its_end(error: io::Error) -> String {
    format!("no whole header: {error}")
}

/// Reads the dictionary, whose keys may come in any order.
fn parse(text: &str) -> Option<Header> {
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    let (mut descr, mut order, mut shape) = (None, None, None);
    while !rest.is_empty() {
        let (key, behind) = quoted(rest)?;
        let value = behind.trim_start().strip_prefix(':')?.trim_start();
        rest = match key {
            "descr" => take(&mut descr, type_of(value)?)?,
            "fortran_order" => take(&mut order, truth(value)?)?,
            "shape" => take(&mut shape, lengths(value)?)?,
            _ => return None,
        };
        rest = rest.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    let (dtype, is_big_endian) = descr?;
    Some(Header { dtype, is_big_endian, is_fortran: order?, shape: shape?, length: 0 })
}

/// Keeps a value that there is once, and returns what is behind it.
fn take<'a, T>(place: &mut Option<T>, (value, rest): (T, &'a str)) -> Option<&'a str> {
    if place.is_some() {
        return None;
    }
    *place = Some(value);
    Some(rest)
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    text[1..].split_once(quote)
}

fn truth(text: &str) -> Option<(bool, &str)> {
    let is = |word, value| text.strip_prefix(word).map(|rest| (value, rest));
    is("True", true).or_else(|| is("False", false))
}

/// `(2, 3)`, `(2,)` or `()`.
fn lengths(text: &str) -> Option<(Vec<usize>, &str)> {
    let (inside, rest) = text.strip_prefix('(')?.split_once(')')?;
    let inside = inside.trim();
    let inside = inside.strip_suffix(',').unwrap_or(inside);
    if inside.is_empty() {
        return Some((Vec::new(), rest));
    }
    // `L` is what Python 2 wrote behind a long integer.
    let length = |text: &str| text.trim().trim_end_matches('L').parse().ok();
    Some((inside.split(',').map(length).collect::<Option<_>>()?, rest))
}

type Typed = (Result<Dtype, String>, bool);

/// The type as `<f4`, or that of a table with several columns, which is none.
fn type_of(text: &str) -> Option<(Typed, &str)> {
    if text.starts_with('[') {
        let end = text.rfind(']')? + 1;
        return Some(((Err(format!("a table {}", &text[..end])), false), &text[end..]));
    }
    let (descr, rest) = quoted(text)?;
    Some(((dtype(descr), descr.starts_with('>')), rest))
}

fn dtype(descr: &str) -> Result<Dtype, String> {
    Ok(match descr.trim_start_matches(['<', '>', '|']) {
        "f4" => Dtype::F32,
        "f8" => Dtype::F64,
        "f2" => Dtype::F16,
        "i1" => Dtype::I8,
        "i2" => Dtype::I16,
        "i4" => Dtype::I32,
        "i8" => Dtype::I64,
        "u1" => Dtype::U8,
        "u2" => Dtype::U16,
        "u4" => Dtype::U32,
        "u8" => Dtype::U64,
        "b1" => Dtype::Bool,
        "O" => return Err(format!("{descr:?}: Python objects, which are not read, since that could run anything")),
        _ => return Err(format!("{descr:?} of numpy, which recordings do not keep")),
    })
}

/// Puts values whose first index changes fastest into the order in which the last one does.
pub(super) fn to_row_major(shape: &[usize], size: usize, from: &[u8], to: &mut [u8]) {
    let strides: Vec<usize> = shape
        .iter()
        .scan(size, |stride, &length| {
            let own = *stride;
            *stride *= length;
            Some(own)
        })
        .collect();
    let mut index = vec![0; shape.len()];
    let mut at = 0;
    for value in to.chunks_exact_mut(size) {
        value.copy_from_slice(&from[at..at + size]);
        for axis in (0..shape.len()).rev() {
            (index[axis], at) = (index[axis] + 1, at + strides[axis]);
            if index[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, String> {
        let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        Header::read(&mut bytes.as_slice())
    }

    #[test]
    fn what_numpy_writes_is_read() {
        let found = header("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }          \n").unwrap();
        assert_eq!((found.dtype, found.is_big_endian, found.is_fortran), (Ok(Dtype::F64), true, true));
        assert_eq!((found.shape, found.length), (vec![2, 3], 79));
        let shape = |text: &str| {
            header(&format!("{{\"shape\": {text}, 'fortran_order': False, 'descr': '|b1'}}")).map(|header| header.shape)
        };
        assert_eq!([shape("()"), shape("(7,)"), shape("(7L, 0)")], [Ok(vec![]), Ok(vec![7]), Ok(vec![7, 0])]);
    }

    #[test]
    fn types_that_recordings_do_not_keep_are_named() {
        let dtype = |descr: &str| {
            header(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ()}}")).unwrap().dtype.unwrap_err()
        };
        assert!(dtype("'|O'").contains("Python objects"));
        assert!(dtype("'<c8'").contains("\"<c8\" of numpy"));
        assert!(dtype("[('a', '<f4'), ('b', '<i4')]").contains("a table"));
    }

    #[test]
    fn other_headers_are_errors() {
        let whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        for text in [
            "",
            "{}",
            "{'descr'",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': No, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1), 'more': 1}",
            &whole[..whole.len() - 2],
            "é",
        ] {
            assert!(header(text).is_err(), "{text}");
        }
        assert!(Header::read(&mut b"\x93NUMPY\x01\x00\xff\xff{".as_slice()).is_err());
        assert!(Header::read(&mut b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".as_slice()).is_err());
        assert!(Header::read(&mut b"PK".as_slice()).is_err());
    }

    #[test]
    fn axes_in_the_order_of_fortran_are_turned() {
        let mut turned = [0; 12];
        to_row_major(&[2, 3, 2], 1, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], &mut turned);
        assert_eq!(turned, [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
        let mut pairs = [0; 8];
        to_row_major(&[2, 2], 2, &[1, 2, 3, 4, 5, 6, 7, 8], &mut pairs);
        assert_eq!(pairs, [1, 2, 5, 6, 3, 4, 7, 8]);
        to_row_major(&[0, 3], 4, &[], &mut []);
    }
}
