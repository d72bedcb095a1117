//! The crate as WebAssembly, which a page carries that computes.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Error, Result};

/// What `web/build --keep` has made, gzipped; `core.md` says of what and with which tools. The crate in a browser carries no other.
#[cfg(not(target_family = "wasm"))]
pub(crate) const BYTES: Option<&[u8]> = Some(include_bytes!("web/core.wasm.gz"));
#[cfg(target_family = "wasm")]
pub(crate) const BYTES: Option<&[u8]> = None;

/// As text.
pub(crate) fn base64() -> Result<String> {
    let hint = "pages that compute are made outside of browsers";
    BYTES.map(|bytes| STANDARD.encode(bytes)).ok_or_else(|| Error::missing("module for the page", hint))
}
