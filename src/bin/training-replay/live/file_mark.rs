//! What a file is known again by: which one it is, and how what was read of it begins and ends.

use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::SystemTime,
};

use crate::identity::identity;

/// So many bytes of the beginning and of the end are compared.
const ENDS: u64 = 4 << 10;

/// What a file is known again by.
///
/// A recording only grows. One that was written anew into the same file is not the one that was read, and the system does not say so.
#[derive(Debug)]
pub struct FileMark {
    stamp: Stamp,
    ends: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    identity: (u64, u64),
    length: u64,
    modified: SystemTime,
}

impl FileMark {
    /// Of the file as it is now.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let stamp = Stamp::of(&file.metadata()?)?;
        Ok(Self { stamp, ends: ends(&mut file, stamp.length)? })
    }

    /// Whether what was read still stands there, under the same name; then this is the mark of what stands there now.
    pub fn holds(&mut self, path: &Path) -> io::Result<bool> {
        let now = Stamp::of(&path.metadata()?)?;
        if now == self.stamp {
            return Ok(true);
        }
        if now.identity != self.stamp.identity || now.length < self.stamp.length {
            return Ok(false);
        }
        let mut file = File::open(path)?;
        if ends(&mut file, self.stamp.length)? != self.ends {
            return Ok(false);
        }
        *self = Self { stamp: now, ends: ends(&mut file, now.length)? };
        Ok(true)
    }
}

impl Stamp {
    fn of(file: &Metadata) -> io::Result<Self> {
        Ok(Self { identity: identity(file), length: file.len(), modified: file.modified()? })
    }
}

/// The first and the last bytes of so many.
fn ends(file: &mut File, length: u64) -> io::Result<Vec<u8>> {
    let mut ends = Vec::new();
    for from in [0, length.saturating_sub(ENDS)] {
        file.seek(SeekFrom::Start(from))?;
        file.take(ENDS.min(length)).read_to_end(&mut ends)?;
    }
    Ok(ends)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_grew_is_the_same_and_one_that_was_replaced_rewritten_or_cut_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["one", "other"].map(|name| folder.path().join(name));
        let long = |byte: u8| vec![byte; 20_000];
        fs::write(&path, long(1)).unwrap();
        let mut mark = FileMark::of(&path).unwrap();
        assert!(mark.holds(&path).unwrap(), "nothing has changed");
        let grown = [long(1), long(2)].concat();
        fs::write(&path, &grown).unwrap();
        assert!(mark.holds(&path).unwrap() && mark.stamp.length == 40_000);
        // In the same file: another beginning, another end, and less.
        for new in [[long(3), long(2)].concat(), [long(1), long(3), long(2)].concat(), long(1)] {
            fs::write(&path, new).unwrap();
            assert!(!mark.holds(&path).unwrap());
            fs::write(&path, &grown).unwrap();
            assert!(mark.holds(&path).unwrap(), "as it was");
        }
        fs::write(&other, &grown).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(mark.holds(&path).unwrap(), cfg!(not(unix)), "of the same bytes, but another file");
        fs::remove_file(&path).unwrap();
        assert_eq!(mark.holds(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
