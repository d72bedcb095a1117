#![doc = include_str!("../../docs/import.md")]

mod archive;
mod buffer;
mod checkpoint;
mod checkpoints;
mod dense;
mod found;
mod names;
mod natural;
mod npy;
mod npz_file;
mod numbering;
mod pytorch_file;
mod safetensors_file;
mod tensor;
mod trainer_state;

pub use checkpoints::Checkpoints;
