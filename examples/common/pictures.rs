//! What the examples with pictures share: writing them, and printing where they are.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use training_replay::{
    Error, Forward, Result,
    plot::{Animation, Figure, Page, RunPlots},
};

/// Where the pictures of an example go.
pub struct Album {
    folder: PathBuf,
    written: Vec<PathBuf>,
}

impl Album {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), written: Vec::new() }
    }

    /// Writes a picture under a name that ends in .png or .svg.
    pub fn save(&mut self, name: &str, figure: &Figure) -> Result<()> {
        let path = self.folder.join(name);
        figure.save(&path)?;
        self.written.push(path);
        Ok(())
    }

    /// Writes an animation over all epochs.
    pub fn animate<M: Forward + Sync>(
        &mut self,
        name: &str,
        plots: &RunPlots<'_, M>,
        frame: impl Fn(u64) -> Result<Figure> + Sync,
    ) -> Result<()> {
        let path = self.folder.join(name);
        // On the standard error, and only where that is a terminal.
        let bar = ProgressBar::no_length().with_message(path.display().to_string());
        bar.set_style(ProgressStyle::with_template("{msg} {bar:30} {pos} of {len} frames").map_err(Error::other)?);
        let progress = |done: usize, all: usize| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        };
        Animation::of(plots.epochs()).frames_per_second(12.0).progress(progress).save(&path, frame)?;
        bar.finish_and_clear();
        self.written.push(path);
        Ok(())
    }

    /// Writes the page.
    pub fn page(&mut self, page: &Page) -> Result<()> {
        let path = self.folder.join("index.html");
        page.save(&path)?;
        self.written.push(path);
        Ok(())
    }

    /// Prints where they all are.
    pub fn print(&self) {
        println!("\nPictures, and a page to open in a browser:\n");
        self.written.iter().for_each(|path| println!("{}", path.display()));
    }
}
