//! Numbers, before they mean anything: matrices and their products, functions of many values at once, seeded draws, threads.

pub(crate) mod functions;
pub(crate) mod gemm;
pub(crate) mod matrix;
pub(crate) mod parallel;
pub(crate) mod random;
