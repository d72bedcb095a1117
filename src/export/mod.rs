//! A way out: the results of a run as tables, its weights and curves as files that other tools read.
//!
//! | to | by |
//! |---|---|
//! | tables in CSV, JSON lines (feature `serde`), Parquet (feature `parquet`) | [`Tables`], whose columns [`Table::columns`] lists |
//! | the weights of an epoch in a `.safetensors` file (feature `safetensors`) | `write_safetensors` |
//! | scalars and histograms for TensorBoard | [`TensorBoard`] |
//!
//! The guide has the same tables with their documentation, and how DuckDB, polars and pyarrow read them.
//!
//! ```
//! use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
//! use training_replay::export::{Table, Tables};
//!
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let folder = folder.path();
//! # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
//! let data = datasets::moons(50, 0.1, 7);
//! let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
//! replay.record(&model, Metrics::new())?;
//! let exported = Tables::of(&replay.run()?).named("seed=1").tables([Table::Samples]).write_csv(folder)?;
//! assert_eq!(exported.rows, [(Table::Samples, 50)]); // one for each sample and epoch
//! assert!(folder.join("samples/run=seed%3D1/part-0.csv").exists());
//! # Ok::<(), training_replay::Error>(())
//! ```

mod batch;
mod cell;
mod column;
mod csv;
mod exported;
mod folder;
#[cfg(feature = "serde")]
mod json_lines;
mod named;
#[cfg(feature = "parquet")]
mod parquet;
mod pass;
mod rows;
#[cfg(feature = "safetensors")]
mod safetensors;
mod sink;
mod table;
mod tables;
mod tensorboard;

pub use column::{Column, ColumnType};
pub use exported::Exported;
#[cfg(feature = "safetensors")]
#[cfg_attr(docsrs, doc(cfg(feature = "safetensors")))]
pub use safetensors::Safetensors;
pub use table::{SCHEMA_VERSION, Table};
pub use tables::Tables;
pub use tensorboard::TensorBoard;
