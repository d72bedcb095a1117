//! The plots of a run: any epoch, on axes that are the same for all of them.

pub(crate) mod axis_limits;
pub(crate) mod epoch_data;
pub(crate) mod options;
mod run_plots;
mod violins;

pub use options::RunPlotOptions;
pub use run_plots::RunPlots;
pub use violins::Violins;
