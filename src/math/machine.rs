//! The vector instructions of the machine.

use pulp::Arch;

use super::fused;

/// What dispatches to the widest vectors of the machine. Those of WebAssembly are chosen when it is compiled: what would find them
/// when it runs would compile everything twice.
#[inline(always)]
pub(super) fn arch() -> Arch {
    if fused::EMULATED { Arch::Scalar } else { Arch::new() }
}
