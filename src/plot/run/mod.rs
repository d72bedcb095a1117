//! The plots of a run: any epoch, on axes that are the same for all of them.

mod axes;
pub(crate) mod axis_limits;
mod counts;
mod create;
mod curves;
pub(crate) mod epoch_data;
#[cfg(feature = "plot")]
mod figure;
mod kept;
mod label_data;
mod numbers;
mod options;
mod parts;
mod run_plots;
pub(crate) mod settings;
mod space;
mod spaces;
pub(crate) mod task;
pub(crate) mod value_axis;
pub(crate) mod violins;

pub use axes::Axes;
pub use options::RunPlotOptions;
pub use run_plots::RunPlots;
pub use violins::Violins;
