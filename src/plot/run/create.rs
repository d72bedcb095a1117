//! The plots of a run, made: what is shown is found, and then the limits of the axes.

use super::{RunPlotOptions, RunPlots, axis_limits::AxisLimits, settings::Settings};
use crate::{Error, Forward, Result, replay::Run};

impl RunPlotOptions {
    /// Returns the plots of a run: of its epochs, with its model and threads.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().bins(40).of(replay.run()?.epochs([0]))?;
    /// assert_eq!(plots.epochs(), [0]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if the recording has no data or noted no loss and none is set, [`Error::Invalid`] for no epochs,
    /// outputs that are no probabilities beside targets that name classes, a layer of a single unit, or limits that enclose
    /// nothing; and whatever a question
    /// behind one of the panels fails with.
    pub fn of<M: Forward>(self, run: Run<'_, M>) -> Result<RunPlots<'_, M>> {
        RunPlots::new(run, self)
    }
}

impl RunPlots<'_, ()> {
    /// Returns the default settings, to change some.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets, plot::RunPlots};
    /// # let data = datasets::parabola(50, 13);
    /// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    /// # let model = Sequential::builder(2).layers(layers).build(42)?;
    /// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    /// # replay.record(&model, Metrics::new())?;
    /// let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run()?)?;
    /// assert_eq!(plots.class_names(), ["negative", "positive"]);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    pub fn options() -> RunPlotOptions {
        RunPlotOptions::default()
    }
}

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Returns the plots of a run, with default settings: `RunPlots::options().of(run)`.
    ///
    /// # Errors
    ///
    /// As [`RunPlotOptions::of`].
    pub fn of(run: Run<'a, M>) -> Result<Self> {
        RunPlotOptions::default().of(run)
    }

    fn new(run: Run<'a, M>, options: RunPlotOptions) -> Result<Self> {
        let run = run.in_order_of_time();
        let data = run.dataset()?;
        let Some(first) = run.first_readable()? else {
            return Err(Error::invalid("the number of epochs to plot", "1 or more", 0));
        };
        let settings = Settings::resolve(&run, &first, data, options)?;
        let (limits, caveats) = AxisLimits::over(&run, &first, data, &settings)?;
        let run = run.without(&caveats);
        Ok(Self { run, data, settings, limits, caveats })
    }
}
