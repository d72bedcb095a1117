//! The plots of a run: any epoch, on axes that are the same for all of them.

pub(crate) mod axis_limits;
mod create;
pub(crate) mod epoch_data;
mod options;
mod run_plots;
mod settings;
mod violins;

pub use options::RunPlotOptions;
pub use run_plots::RunPlots;
pub use violins::Violins;
