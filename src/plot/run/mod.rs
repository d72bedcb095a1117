//! The plots of a run: any epoch, on axes that are the same for all of them.

mod axes;
pub(crate) mod axis_limits;
mod counts;
mod create;
mod curves;
pub(crate) mod epoch_data;
mod figure;
mod label_data;
mod numbers;
mod options;
mod run_plots;
mod settings;
mod space;
mod spaces;
mod task;
mod value_axis;
mod violins;

pub use axes::Axes;
pub use options::RunPlotOptions;
pub use run_plots::RunPlots;
pub use violins::Violins;
