//! Runs of bytes, each as a Zstandard frame where that is shorter, and as it is where not.
//!
//! The one file that calls a library for compression: Zstandard's own, and one in Rust for the browser. A build without the
//! feature `compression` reads what lies as it is. `docs/format.md` has the bytes, under "COMPRESSED EPOCH".

use std::io;

/// What of a frame cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unpacking {
    /// This build has no library for it.
    NoLibrary,
    /// It is none, or of other bytes than so many.
    NoFrame,
}

/// Makes frames of runs of bytes.
pub(super) struct Packer {
    library: library::Compressor,
    frame: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { library: library::Compressor::new()?, frame: Vec::new() })
    }

    /// Appends the run: how long it is, and either its frame, if that is shorter, or itself.
    pub(super) fn pack(&mut self, run: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
        self.library.compress(run, &mut self.frame)?;
        let shorter = if self.frame.len() < run.len() { &self.frame } else { run };
        packed.extend((shorter.len() as u32).to_le_bytes());
        packed.extend_from_slice(shorter);
        Ok(())
    }
}

/// Makes runs of bytes of their frames.
#[derive(Default)]
pub(super) struct Unpacker(Option<library::Decompressor>);

impl Unpacker {
    /// Fills `run` with what is in these bytes, of which there are as many where they are no frame.
    pub(super) fn unpack(&mut self, packed: &[u8], run: &mut [u8]) -> Result<(), Unpacking> {
        if packed.len() == run.len() {
            run.copy_from_slice(packed);
            return Ok(());
        }
        let library = match &mut self.0 {
            Some(library) => library,
            none => none.insert(library::Decompressor::new().map_err(|_| Unpacking::NoLibrary)?),
        };
        match library.decompress(packed, run) {
            Ok(length) if length == run.len() => Ok(()),
            _ => Err(Unpacking::NoFrame),
        }
    }
}

/// Zstandard's own library.
#[cfg(all(feature = "compression", not(target_family = "wasm")))]
mod library {
    use std::io;

    use zstd::{
        bulk,
        zstd_safe::{CParameter, compress_bound},
    };

    /// The fastest that codes each byte by how often it comes. What has no pattern is not searched for one: only long repeats
    /// are found, which is sooner done and leaves shorter frames.
    const LEVEL: i32 = 1;
    const LONG: u32 = 7;
    const SMALLEST_TABLE: u32 = 6;

    pub(super) struct Compressor(bulk::Compressor<'static>);

    impl Compressor {
        pub(super) fn new() -> io::Result<Self> {
            let mut compressor = bulk::Compressor::new(LEVEL)?;
            compressor.set_parameter(CParameter::MinMatch(LONG))?;
            compressor.set_parameter(CParameter::HashLog(SMALLEST_TABLE))?;
            Ok(Self(compressor))
        }

        pub(super) fn compress(&mut self, run: &[u8], frame: &mut Vec<u8>) -> io::Result<()> {
            frame.resize(compress_bound(run.len()), 0);
            let length = self.0.compress_to_buffer(run, frame.as_mut_slice())?;
            frame.truncate(length);
            Ok(())
        }
    }

    pub(super) struct Decompressor(bulk::Decompressor<'static>);

    impl Decompressor {
        pub(super) fn new() -> io::Result<Self> {
            bulk::Decompressor::new().map(Self)
        }

        /// Returns how many bytes of the run it has filled.
        pub(super) fn decompress(&mut self, frame: &[u8], run: &mut [u8]) -> io::Result<usize> {
            self.0.decompress_to_buffer(frame, run)
        }
    }
}

/// The same format in Rust, for where C would take a compiler of its own.
#[cfg(all(feature = "compression", target_family = "wasm"))]
mod library {
    use std::io;

    use ruzstd::{
        decoding::FrameDecoder,
        encoding::{CompressionLevel, compress_to_vec},
    };

    pub(super) struct Compressor;

    impl Compressor {
        #[expect(clippy::unnecessary_wraps, reason = "as the other library")]
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(clippy::unnecessary_wraps, reason = "as the other library")]
        pub(super) fn compress(&mut self, run: &[u8], frame: &mut Vec<u8>) -> io::Result<()> {
            *frame = compress_to_vec(run, CompressionLevel::Fastest);
            Ok(())
        }
    }

    pub(super) struct Decompressor(FrameDecoder);

    impl Decompressor {
        #[expect(clippy::unnecessary_wraps, reason = "as the other library")]
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self(FrameDecoder::new()))
        }

        pub(super) fn decompress(&mut self, frame: &[u8], run: &mut [u8]) -> io::Result<usize> {
            self.0.decode_all(frame, run).map_err(io::Error::other)
        }
    }
}

/// None: what is no frame reads all the same.
#[cfg(not(feature = "compression"))]
mod library {
    use std::io;

    pub(super) struct Compressor;

    impl Compressor {
        pub(super) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        #[expect(clippy::unused_self, reason = "as the libraries")]
        pub(super) fn compress(&mut self, _run: &[u8], _frame: &mut Vec<u8>) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    pub(super) struct Decompressor;

    impl Decompressor {
        pub(super) fn new() -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        #[expect(clippy::unused_self, reason = "as the libraries")]
        pub(super) fn decompress(&mut self, _frame: &[u8], _run: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use ruzstd::{decoding::FrameDecoder, encoding};

    use super::*;

    /// Nothing, one byte, many equal ones, few values, and noise.
    fn runs() -> Vec<Vec<u8>> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut drawn = |below: u16, count: usize| (0..count).map(|_| rng.random_range(0..below) as u8).collect();
        vec![vec![], vec![7], vec![0; 100_000], drawn(3, 40_000), drawn(40, 999), drawn(256, 50_000)]
    }

    fn packed(run: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        Packer::new().unwrap().pack(run, &mut packed).unwrap();
        assert_eq!(packed.len() - 4, u32::from_le_bytes(*packed.first_chunk().unwrap()) as usize);
        packed.split_off(4)
    }

    #[test]
    fn runs_come_back_and_none_is_longer_than_it_was() {
        for run in runs() {
            let (packed, mut back) = (packed(&run), vec![1; run.len()]);
            assert!(packed.len() <= run.len());
            assert_eq!(Unpacker::default().unpack(&packed, &mut back), Ok(()));
            assert!(back == run, "{} bytes", run.len());
        }
        let shorter = |run: &[u8], most: usize| assert!(packed(run).len() < most, "{} bytes", packed(run).len());
        shorter(&vec![0; 100_000], 100);
        shorter(&runs()[3], 10_000); // two bits each
    }

    #[test]
    fn what_one_library_writes_the_other_reads() {
        for run in runs() {
            let (frame, mut back) = (packed(&run), vec![1; run.len()]);
            if frame.len() < run.len() {
                assert_eq!(FrameDecoder::new().decode_all(&frame, &mut back).unwrap(), run.len());
                assert!(back == run);
            }
            let theirs = encoding::compress_to_vec(run.as_slice(), encoding::CompressionLevel::Fastest);
            if theirs.len() != run.len() {
                assert_eq!(Unpacker::default().unpack(&theirs, &mut back), Ok(()));
                assert!(back == run);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_frame_or_one_of_another_run_are_refused() {
        let run = &runs()[3];
        let frame = packed(run);
        let unpack = |bytes: &[u8], length: usize| Unpacker::default().unpack(bytes, &mut vec![0; length]);
        assert_eq!(unpack(&frame, run.len() - 1), Err(Unpacking::NoFrame), "longer than it may be");
        assert_eq!(unpack(&frame, run.len() + 1), Err(Unpacking::NoFrame), "shorter");
        for length in 0..frame.len() {
            assert_eq!(unpack(&frame[..length], run.len()), Err(Unpacking::NoFrame), "cut at {length}");
        }
        for at in 0..frame.len().min(200) {
            let mut flipped = frame.clone();
            flipped[at] ^= 0x55;
            drop(unpack(&flipped, run.len())); // The checksum of the values is what notices all of it.
        }
    }
}
