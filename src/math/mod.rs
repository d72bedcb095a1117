//! Numbers, before they mean anything: matrices and their products, functions with the same bits everywhere, where
//! numbers lie, seeded draws, threads.

mod chains;
mod dots;
pub(crate) mod elementary;
mod four;
pub(crate) mod functions;
mod fused;
pub(crate) mod gemm;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "vectors.rs"]
mod lanes;
mod machine;
pub(crate) mod matrix;
mod number;
mod pair;
pub(crate) mod parallel;
pub(crate) mod products;
pub(crate) mod random;
mod rounding;
#[cfg(not(all(target_arch = "wasm32", target_feature = "relaxed-simd")))]
mod singles;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
#[path = "relaxed.rs"]
mod singles;
pub(crate) mod softplus;
pub(crate) mod stats;
mod two;
