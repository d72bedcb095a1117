//! Pictures of a run, animations, and an interactive page. Behind the feature `plot`.
//!
//! | you want | you take |
//! |---|---|
//! | all panels of an epoch, with axes that are the same at every epoch | [`RunPlots::figure`] |
//! | one of them | [`RunPlots::feature_space`], [`RunPlots::decision_boundary`], [`RunPlots::probabilities`], [`RunPlots::confusion`], [`RunPlots::losses`], [`RunPlots::curves`], [`RunPlots::metrics`], [`RunPlots::violins`] |
//! | one of a model of numbers | [`RunPlots::predicted_against_true`], [`RunPlots::residuals`], [`RunPlots::fit`] |
//! | other axes | [`RunPlotOptions::axes`], [`RunPlotOptions::log_losses`], and limits of your own |
//! | the same of a plain result of [`analysis`](crate::analysis) | [`Panel::feature_space`], [`Panel::decision_boundary`], [`Panel::probabilities`], [`Panel::confidences`], [`Panel::confusion`], [`Panel::losses`], [`Panel::curves`], [`Panel::bands`], [`Panel::violins`], [`Panel::samples`]; of numbers [`Panel::predicted_against_true`], [`Panel::residuals`], [`Panel::levels`], [`Panel::fit`] |
//! | how good predictions are | [`Panel::roc`], [`Panel::precision_recall`], [`Panel::reliability`] |
//! | an activation function and its gradient | [`Panel::activation`] |
//! | a network with its weights | [`Panel::network`], [`RunPlots::network`] |
//! | panels side by side or in a grid, as PNG or SVG, at any resolution | [`Figure`] |
//! | a GIF over the epochs | [`Animation`] |
//! | an interactive page with several runs side by side, and any panel below them | [`Page`] |
//! | a text beside it, whose sentences lead to epochs and panels | [`Lesson`] |
//! | a page in another language | [`Texts`] |
//! | a page that opens recordings and trains on from any epoch | [`Player`] |
//! | figures, animations and pages in a notebook of evcxr | the feature `evcxr`: they are shown where they are the last line of a cell |
//! | a drawing of your own that holds some of it | [`Panel::draw`] and [`Figure::draw`], on an area of [`plotters`] |
//!
//! A panel is plain data. It knows the roles of colors; a [`Theme`] says which colors they are, and a [`Figure`] draws them.
//! Text is drawn with a font that the crate brings along: no font of the system is needed.
//!
//! The plots of a run read its recording once, for the limits of the axes; an animation or a page of them reads it once more.
//!
//! ```
//! # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
//! use training_replay::plot::{Animation, Figure, RunPlots, Page};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//! # let data = datasets::parabola(20, 13);
//! # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
//! # let mut model = Sequential::builder(2).layers(layers).build(42)?;
//! # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05));
//! # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
//! # replay.record(&model, Metrics::new())?;
//! # for _ in 0..3 {
//! #     let metrics = trainer.epoch(&mut model, &data)?;
//! #     replay.record(&model, metrics)?;
//! # }
//! let plots = RunPlots::options().name_classes(["negative", "positive"]).of(replay.run()?)?;
//! plots.figure(2)?.save(folder.join("epoch_2.png"))?;
//! Figure::of(plots.feature_space(2)?).save(folder.join("feature_space.svg"))?;
//! Animation::of(plots.epochs()).save(folder.join("run.gif"), |epoch| Ok(plots.figure(epoch)?.size(600, 300)))?;
//! Page::new("A run").run("tanh", &plots)?.save(folder.join("index.html"))?;
//! # Ok::<(), training_replay::Error>(())
//! ```

#[cfg(feature = "evcxr")]
mod notebook;
mod page;
mod panel;
mod player;
#[cfg(feature = "plot")]
mod render;
mod run;

#[cfg(feature = "evcxr")]
pub use notebook::Gif;
#[cfg(feature = "plot")]
pub use page::Follow;
pub use page::{Lesson, LessonSection, LivePlane, LiveRun, LiveView, Page, PagePanel, PageSource, Sentence, Texts};
pub use panel::{Anchor, Aspect, Axis, AxisKind, ColorRole, Mark, Panel, Point};
pub use player::Player;
#[cfg(feature = "plot")]
pub use plotters;
#[cfg(feature = "plot")]
pub use render::{Animation, Figure, Font, PlotArea, Rgb, Span, Style, Theme};
pub use run::{Axes, RunPlotOptions, RunPlots, Violins};
