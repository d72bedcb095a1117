//! The crate as WebAssembly, which a page carries that computes.

use std::{borrow::Cow, fmt, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;

use crate::{Error, Result};

/// What `web/build --keep` has made, gzipped; `core.md` says of what and with which tools. The crate in a browser carries no other.
#[cfg(not(target_family = "wasm"))]
const KEPT: Option<&[u8]> = Some(include_bytes!("web/core.wasm.gz"));
#[cfg(target_family = "wasm")]
const KEPT: Option<&[u8]> = None;

/// What every module begins with.
const BEGINNING: [u8; 4] = *b"\0asm";

/// A module, gzipped.
#[derive(Clone)]
pub(crate) struct Core(Cow<'static, [u8]>);

impl Core {
    /// That of pages, if there is one.
    pub(super) fn of_pages() -> Option<Self> {
        KEPT.map(Self::from)
    }

    /// One that was built elsewhere.
    pub(crate) fn of(gzipped: Vec<u8>) -> Result<Self> {
        let mut beginning = [0; BEGINNING.len()];
        let read = GzDecoder::new(gzipped.as_slice()).read_exact(&mut beginning);
        if read.is_ok() && beginning == BEGINNING {
            return Ok(Self(gzipped.into()));
        }
        let found = read.map_or_else(|error| error.to_string(), |()| format!("one that begins with {beginning:?}"));
        Err(Error::invalid("the module of a page", "gzipped WebAssembly", found))
    }

    /// That there is none.
    pub(crate) fn missing() -> Error {
        Error::missing("module for the page", "a program that runs in a browser carries none: set its own by `module`")
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

impl From<&'static [u8]> for Core {
    fn from(gzipped: &'static [u8]) -> Self {
        Self(gzipped.into())
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Core({} bytes)", self.len())
    }
}
