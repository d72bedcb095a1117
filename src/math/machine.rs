//! The vector instructions of the machine.

use pulp::{Arch, WithSimd};

use super::{four::TwoFours, fused, number::Eight, pair::FourPairs, singles};

/// What dispatches to the widest vectors of the machine. Those of WebAssembly are chosen when it is compiled: what would find them
/// when it runs would compile everything twice.
#[inline(always)]
pub(super) fn arch() -> Arch {
    if fused::EMULATED { Arch::Scalar } else { Arch::new() }
}

/// Work that is done either by the vectors of the machine, or by eight numbers at a time.
pub(super) trait Work: WithSimd<Output = ()> {
    fn by_eights<E: Eight>(self);
}

/// Does it in the fastest way that gives the same bits as every other.
#[inline(always)]
pub(super) fn run(work: impl Work) {
    if !fused::EMULATED {
        arch().dispatch(work);
    } else if singles::are_fused() {
        work.by_eights::<TwoFours>();
    } else {
        work.by_eights::<FourPairs>();
    }
}
