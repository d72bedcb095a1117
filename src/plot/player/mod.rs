//! The player: a page in which recordings are opened, looked at and trained on.

use std::path::Path;

use super::{
    RunPlots,
    page::{Core, arrays, html},
};
use crate::{Error, Replay, Result, SharedData, file};

/// As many runs as the player has open at once.
const MOST_RUNS: usize = 32;

/// What `web/build --keep` has made, gzipped; `core.md` says of what and with which tools. The crate in a browser carries no other.
#[cfg(not(target_family = "wasm"))]
const KEPT: Option<&[u8]> = Some(include_bytes!("web/core.wasm.gz"));
#[cfg(target_family = "wasm")]
const KEPT: Option<&[u8]> = None;

/// The player: a page that opens recordings, shows them as a [`Page`](crate::plot::Page) does, and trains on from any of their
/// epochs, in a single HTML file that needs no network.
///
/// ```
/// # use training_replay::{Activation, Dense, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets};
/// use training_replay::plot::Player;
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("player.html");
/// # let data = datasets::parabola(20, 13);
/// # let layers = [Dense::new(2).name("hidden").activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
/// # let mut model = Sequential::builder(2).layers(layers).build(42)?;
/// let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).seed(42);
/// let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// replay.record(&trainer.training(&model), Metrics::new())?; // with what training needs to go on
/// let metrics = trainer.epoch(&mut model, &data)?;
/// replay.record(&trainer.training(&model), metrics)?;
/// Player::new("Parabola").recording("tanh", &replay)?.save(&path)?;
/// # Ok::<(), training_replay::Error>(())
/// ```
///
/// Whoever opens it sees the recordings that it carries, and opens others. From an epoch a run goes on under another learning rate,
/// optimizer, batch size, order or activation, or on other data: samples are moved, added, deleted and given another class, noise
/// is added, or a built-in data set taken. What was trained is a run beside the others, and can be saved as a recording that
/// [`Replay::open`] reads. Nothing leaves the machine.
///
/// The file has 1.3 MB, and a third more than what each recording takes deflated. The recordings are those of built-in networks, of
/// whatever size; of models from elsewhere only their author has the forward pass.
#[derive(Debug)]
pub struct Player {
    title: String,
    core: Option<Core>,
    /// Each as it stands in the file.
    recordings: Vec<String>,
}

impl Player {
    /// Creates a player without recordings: it says how some are opened.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), core: KEPT.map(Core::from), recordings: Vec::new() }
    }

    /// Sets the module that it computes with: that of `web/build`, gzipped, in place of the one that comes with this crate.
    ///
    /// ```
    /// use training_replay::plot::Player;
    ///
    /// assert!(Player::new("A player").module(b"no module".to_vec()).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for bytes that are not gzipped, or no WebAssembly.
    pub fn module(self, gzipped: Vec<u8>) -> Result<Self> {
        Ok(Self { core: Some(Core::of(gzipped)?), ..self })
    }

    /// Adds a recording, which is opened at once under this name. Reads it once.
    ///
    /// ```
    /// use training_replay::{Replay, plot::Player};
    ///
    /// let error = Player::new("Nothing was recorded").recording("run", &Replay::options().in_memory()).unwrap_err();
    /// assert!(!error.to_string().is_empty());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for more than 32; as [`Replay::run`] for a model that is no built-in network, and as
    /// [`RunPlots::of`](crate::plot::RunPlots::of) for what cannot be shown; [`Error::Missing`] where weights are left out that lie in
    /// a [base](crate::Base), which a browser has not.
    pub fn recording(&mut self, name: impl AsRef<str>, replay: &Replay) -> Result<&mut Self> {
        if self.recordings.len() == MOST_RUNS {
            return Err(Error::invalid("the number of recordings", format!("at most {MOST_RUNS}"), MOST_RUNS + 1));
        }
        let mut bytes = Vec::new();
        match SharedData::of(replay) {
            Some(shared) => shared.write_whole_to(&mut bytes)?,
            None => replay.write_to(&mut bytes)?,
        }
        let deflated = arrays::to_base64(&bytes)?;
        // As it will be opened: from its bytes alone.
        RunPlots::of(Replay::from_bytes(bytes)?.run()?)?;
        let name = html::escaped(name.as_ref());
        self.recordings
            .push(format!(r#"<script type="text/plain" class="recording" data-name="{name}">{deflated}</script>"#));
        Ok(self)
    }

    /// Returns the page as HTML.
    ///
    /// ```
    /// use training_replay::plot::Player;
    ///
    /// assert!(Player::new("Nothing yet").to_html()?.starts_with("<!doctype html>"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] in a browser, where the crate carries no module of its own and none was set.
    pub fn to_html(&self) -> Result<String> {
        let core = self.core.as_ref().ok_or_else(Core::missing)?.to_base64();
        let title = html::escaped(&self.title);
        let head = html::head(&title, &[html::COLORS, include_str!("web/player.css")])?;
        let (recordings, script) = (self.recordings.join("\n"), html::one_script(&SCRIPTS));
        html::filled(include_str!("web/player.html"), |name| match name {
            "title" => Ok(title.clone()),
            "head" => Ok(head.clone()),
            "recordings" => Ok(recordings.clone()),
            "module" => Ok(core.clone()),
            "player" => Ok(script.clone()),
            _ => Err(Error::missing(format!("part of the player named {name}"), "its file has one for each mark")),
        })
    }

    /// Writes the page to a file, whose name ends in `.html`. One that exists is replaced when the page is whole.
    ///
    /// ```
    /// use training_replay::plot::Player;
    ///
    /// # let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("player.html");
    /// Player::new("Nothing yet").save(&path)?;
    /// # assert!(path.exists());
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for another ending, [`Error::Io`] if it cannot be written, and as [`to_html`](Self::to_html).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::write_html(path.as_ref(), "a player", || self.to_html())
    }
}

/// What a file is made of stands before it.
const SCRIPTS: [&str; 15] = [
    html::PACKED,
    html::INSTANCE,
    html::PLACE,
    include_str!("web/core.js"),
    include_str!("web/elements.js"),
    include_str!("web/frame.js"),
    include_str!("web/run.js"),
    include_str!("web/choices.js"),
    include_str!("web/draft.js"),
    include_str!("web/board.js"),
    include_str!("web/edit.js"),
    include_str!("web/live.js"),
    include_str!("web/train.js"),
    include_str!("web/player.js"),
    include_str!("web/start.js"),
];

#[cfg(test)]
mod tests {
    use super::MOST_RUNS;

    #[test]
    fn as_many_recordings_are_carried_as_can_be_open() {
        assert!(include_str!("web/player.js").contains(&format!("const MOST_RUNS = {MOST_RUNS};\n")));
    }
}
