//! Figures one after the other, as a GIF.

use std::fmt;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    ops::RangeBounds,
    path::Path,
};

use gif::{DisposalMethod, Encoder, Frame, Repeat};
use tiny_skia::Pixmap;

use super::Figure;
use super::gif_palette::Palette;
use crate::{Error, Result, file, math::parallel};

/// Frames that are drawn before some are written: enough for many threads, few enough for memory.
const AT_ONCE: usize = 16;

/// Figures one after the other, as a GIF: one for each epoch.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::plot::{Animation, RunPlots};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("tanh.gif");
/// # let data = datasets::parabola(20, 13);
/// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let mut model = Sequential::builder(2).layers(layers).build(42)?;
/// # let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05));
/// # let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// # for _ in 0..5 {
/// #     let metrics = trainer.epoch(&mut model, &data)?;
/// #     replay.record(&model, metrics)?;
/// # }
/// let plots = RunPlots::of(replay.run()?)?;
/// Animation::of(plots.epochs())
///     .between(0..=100)
///     .every(2)
///     .frames_per_second(20.0)
///     .progress(|done, all| eprintln!("{done} of {all} frames"))
///     .save(&path, |epoch| Ok(plots.figure(epoch)?.size(720, 400)))?;
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// Memory holds a few frames, however many there are. They are drawn on as many threads as there are cores, and are the same
/// for any number of them. All share 255 colors: those of the first figure's theme as they are, and what
/// is found in three of them.
pub struct Animation<'a> {
    epochs: Vec<u64>,
    frames_per_second: f64,
    hold: f64,
    threads: Option<usize>,
    progress: Box<dyn FnMut(usize, usize) + 'a>,
}

impl fmt::Debug for Animation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Animation")
            .field("epochs", &self.epochs)
            .field("frames_per_second", &self.frames_per_second)
            .field("hold", &self.hold)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl<'a> Animation<'a> {
    /// Creates an animation with a frame for each of these epochs: ten a second, the last one for two seconds, in a loop.
    pub fn of<'e>(epochs: impl IntoIterator<Item = &'e u64>) -> Self {
        let epochs = epochs.into_iter().copied().collect();
        Self { epochs, frames_per_second: 10.0, hold: 2.0, threads: None, progress: Box::new(|_, _| ()) }
    }

    /// Keeps only these epochs.
    ///
    /// ```
    /// # use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    /// # let epochs: Vec<u64> = (0..=6).collect();
    /// # let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// let mut gif = Vec::new();
    /// Animation::of(&epochs).between(2..=4).progress(|_, all| assert_eq!(all, 3)).write(&mut gif, figure)?;
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn between(mut self, epochs: impl RangeBounds<u64>) -> Self {
        self.epochs.retain(|epoch| epochs.contains(epoch));
        self
    }

    /// Keeps only every n-th epoch, and the last; each for 0.
    ///
    /// ```
    /// # use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    /// # let epochs: Vec<u64> = (0..=6).collect();
    /// # let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// let mut gif = Vec::new();
    /// Animation::of(&epochs).every(4).progress(|_, all| assert_eq!(all, 3)).write(&mut gif, figure)?; // 0, 4 and 6
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn every(mut self, n: usize) -> Self {
        let last = self.epochs.len().saturating_sub(1);
        let kept = self.epochs.iter().enumerate().filter(|(i, _)| i % n.max(1) == 0 || *i == last);
        self.epochs = kept.map(|(_, &epoch)| epoch).collect();
        self
    }

    /// Sets how many frames are shown in a second. A GIF knows hundredths of a second, and most programs no less than two.
    #[must_use]
    pub fn frames_per_second(self, frames: f64) -> Self {
        Self { frames_per_second: frames, ..self }
    }

    /// Sets for how many seconds the last frame is shown.
    #[must_use]
    pub fn hold(self, seconds: f64) -> Self {
        Self { hold: seconds, ..self }
    }

    /// Sets how many threads draw; without it as many as there are cores.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Calls a function after every frame, with the number of frames that are written and that of all.
    ///
    /// ```
    /// # use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    /// # let epochs: Vec<u64> = (0..=6).collect();
    /// # let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// let mut last = (0, 0);
    /// Animation::of(&epochs).progress(|done, all| last = (done, all)).write(std::io::sink(), figure)?;
    /// assert_eq!(last, (7, 7));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + 'a) -> Self {
        Self { progress: Box::new(progress), ..self }
    }

    /// Writes the animation to a file, whose name ends in `.gif`. One that exists is replaced when the animation is whole.
    ///
    /// `figure` makes the figure of an epoch. It is called once for each frame, on several threads.
    ///
    /// ```
    /// # use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    /// # let epochs: Vec<u64> = (0..=6).collect();
    /// # let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// # let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("run.gif");
    /// Animation::of(&epochs).save(&path, figure)?;
    /// # assert!(path.exists());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for another ending, [`Error::Io`] if the file cannot be written, and as [`write`](Self::write).
    pub fn save(self, path: impl AsRef<Path>, figure: impl Fn(u64) -> Result<Figure> + Sync) -> Result<()> {
        let path = path.as_ref();
        file::expect_ending("an animation", path, &["gif"])?;
        file::write_whole(path, |file| self.write(file, figure))
    }

    /// Writes the bytes of the GIF.
    ///
    /// ```
    /// # use training_replay::{Activation, plot::{Animation, Figure, Panel}};
    /// # let epochs: Vec<u64> = (0..=6).collect();
    /// # let figure = |_: u64| Ok(Figure::of(Panel::activation(Activation::Tanh)).size(120, 90));
    /// let mut gif = Vec::new();
    /// Animation::of(&epochs).write(&mut gif, figure)?;
    /// assert!(gif.starts_with(b"GIF89a"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no epochs, frames of different sizes or of more than 65,535 pixels along a side, no threads, or a
    /// frame rate or time that is not a positive number; [`Error::Io`] if writing fails; and what `figure` returns for the
    /// first epoch that it fails for.
    pub fn write(mut self, mut to: impl Write, figure: impl Fn(u64) -> Result<Figure> + Sync) -> Result<()> {
        let (delay, hold) = self.delays()?;
        let Some(&first) = self.epochs.first() else {
            return Err(Error::invalid("the number of epochs in an animation", "1 or more", 0));
        };
        let first = figure(first)?;
        let size = first.resolution();
        let draw = |memory: &mut Option<_>, epoch: u64| checked(figure(epoch)?, size, epoch)?.to_rgb_with(memory);
        let (palette, mut early) = self.palette(&first, &draw)?;
        drop(first);
        // `u16` is enough: a figure has no more pixels along a side.
        let mut encoder = Encoder::new(&mut to, size.0 as u16, size.1 as u16, palette.colors()).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        let (mut shown, mut written, all) = (None, 0, self.epochs.len());
        for start in (0..all).step_by(AT_ONCE) {
            let places: Vec<usize> = (start..all.min(start + AT_ONCE)).collect();
            let of = |memory: &mut _, place: &usize| match early.get(place) {
                Some(pixels) => Ok(pixels.clone()),
                None => Ok(palette.indices(&draw(memory, self.epochs[*place])?)),
            };
            let pixels = parallel::map_with(&places, self.threads, || None, of)?;
            early.retain(|place, _| !places.contains(place));
            for mut frame in compressed(shown.as_deref(), &pixels, size, self.threads)? {
                written += 1;
                frame.delay = if written == all { hold } else { delay };
                encoder.write_lzw_pre_encoded_frame(&frame).map_err(failed)?;
                (self.progress)(written, all);
            }
            shown = pixels.into_iter().next_back();
        }
        encoder.into_inner().map_err(failed)?;
        to.flush().map_err(|source| Error::io("writing the animation", source))
    }

    /// Fitted to the first, the middle and the last frame; these come with it, by their place, so that each figure is made
    /// once.
    fn palette(
        &self,
        first: &Figure,
        draw: &(impl Fn(&mut Option<Pixmap>, u64) -> Result<Vec<u8>> + Sync),
    ) -> Result<(Palette, BTreeMap<usize, Vec<u8>>)> {
        let epochs = &self.epochs;
        let last = epochs.len() - 1;
        let fitted = [0, last / 2, last];
        let places: Vec<usize> = BTreeSet::from(fitted).into_iter().collect();
        let frames = parallel::map_with(
            &places,
            self.threads,
            || None,
            |memory, &place| if place == 0 { first.to_rgb_with(memory) } else { draw(memory, epochs[place]) },
        )?;
        let frames: BTreeMap<usize, Vec<u8>> = places.into_iter().zip(frames).collect();
        // Of fewer than three frames one counts more than once.
        let palette = Palette::of(first.colors(), &fitted.map(|place| frames[&place].as_slice()).concat());
        let pixels = frames.iter().map(|(&place, rgb)| (place, palette.indices(rgb))).collect();
        Ok((palette, pixels))
    }

    /// Of a frame and of the last one, in hundredths of a second.
    fn delays(&self) -> Result<(u16, u16)> {
        let delay = |what: &str, given: f64, seconds: f64| {
            if seconds > 0.0 && seconds <= 600.0 {
                Ok((seconds * 100.0).round().max(1.0) as u16)
            } else {
                Err(Error::invalid(what, "a positive number, for frames of up to ten minutes", given))
            }
        };
        let frame = delay("the number of frames per second", self.frames_per_second, 1.0 / self.frames_per_second)?;
        Ok((frame, delay("the time of the last frame", self.hold, self.hold)?.max(frame)))
    }
}

/// Fails unless the figure of this epoch has the size of the first one.
fn checked(figure: Figure, size: (u32, u32), epoch: u64) -> Result<Figure> {
    let (width, height) = figure.resolution();
    if (width, height) == size {
        Ok(figure)
    } else {
        let expected = format!("{} x {}, as the first one", size.0, size.1);
        Err(Error::invalid(format!("the size of the frame of epoch {epoch}"), expected, format!("{width} x {height}")))
    }
}

/// The pixels that are not as they were, the others transparent: these take next to nothing.
fn changes(before: Option<&[u8]>, pixels: &[u8]) -> Vec<u8> {
    let Some(before) = before else { return pixels.to_vec() };
    pixels.iter().zip(before).map(|(&now, &before)| if now == before { Palette::TRANSPARENT } else { now }).collect()
}

/// Frames of pixels, each of what is new in it.
fn compressed<'a>(
    mut shown: Option<&'a [u8]>,
    pixels: &'a [Vec<u8>],
    (width, height): (u32, u32),
    threads: Option<usize>,
) -> Result<Vec<Frame<'static>>> {
    let pairs: Vec<_> = pixels.iter().map(|pixels| (shown.replace(pixels), pixels)).collect();
    parallel::map_with(
        &pairs,
        threads,
        || (),
        |(), (before, pixels)| {
            let new = changes(*before, pixels);
            let mut frame = Frame::from_indexed_pixels(width as u16, height as u16, new, Some(Palette::TRANSPARENT));
            frame.dispose = DisposalMethod::Keep;
            frame.make_lzw_pre_encoded();
            Ok(frame)
        },
    )
}

fn failed(error: gif::EncodingError) -> Error {
    match error {
        gif::EncodingError::Io(source) => Error::io("writing the animation", source),
        other => Error::Drawing { reason: other.to_string() },
    }
}
