//! Pictures of a run, animations, and a page to play with. Behind the feature `plot`.
//!
//! | you want | you take |
//! |---|---|
//! | all panels of an epoch, with axes that are the same at every epoch | [`Film::figure`] |
//! | one of them | [`Film::feature_space`], [`Film::decision_boundary`], [`Film::probabilities`], [`Film::losses`], [`Film::curves`], [`Film::violins`] |
//! | the same of a plain result of [`analysis`](crate::analysis) | [`Panel::feature_space`], [`Panel::decision_boundary`], [`Panel::probabilities`], [`Panel::certainties`], [`Panel::losses`], [`Panel::curves`], [`Panel::bands`], [`Panel::violins`], [`Panel::samples`] |
//! | an activation function and its gradient | [`Panel::activation`] |
//! | panels side by side, as PNG or SVG | [`Figure`] |
//! | a GIF over the epochs | [`Animation`] |
//! | a page to play with, several runs side by side | [`Player`] |
//! | a drawing of your own that holds some of it | [`Panel::draw`] and [`Figure::draw`], on an area of [`plotters`] |
//!
//! A panel is plain data, and knows nothing of colours or pixels: these are a [`Theme`]'s and a [`Figure`]'s. Letters are drawn
//! with a font that the crate brings along, and nothing is asked of the system.
//!
//! ```
//! # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
//! use training_replay::plot::{Animation, Figure, Film, Player};
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let folder = folder.path();
//! # let data = datasets::parabola(20, 13);
//! # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
//! # let mut model = layers.into_iter().fold(Sequential::builder(2), |net, layer| net.layer(layer)).build(42)?;
//! # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05));
//! # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
//! # replay.record(&model, Metrics::new())?;
//! # for _ in 0..3 {
//! #     let metrics = trainer.epoch(&mut model, &data)?;
//! #     replay.record(&model, metrics)?;
//! # }
//! let film = Film::options().name_classes(["negative", "positive"]).of(replay.sweep())?;
//! film.figure(2)?.save(folder.join("epoch_2.png"))?;
//! Figure::of(film.feature_space(2)?).save(folder.join("feature_space.svg"))?;
//! Animation::of(film.epochs()).save(folder.join("run.gif"), |epoch| Ok(film.figure(epoch)?.size(600, 300)))?;
//! Player::new("A run").run("tanh", &film)?.save(folder.join("index.html"))?;
//! # Ok::<(), training_replay::Error>(())
//! ```

mod page;
mod panel;
mod render;
mod run;

pub use page::Player;
pub use panel::{Axis, Mark, Panel, Point, Violins};
pub use plotters;
pub use render::{Animation, Between, Figure, Ink, Rgb, Style, Theme};
pub use run::{Film, FilmOptions};
