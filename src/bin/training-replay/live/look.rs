//! What the page is made by.

use training_replay::{
    Replay, Result,
    plot::{Page, PageSource, RunPlotOptions, Texts},
};

/// What the page is made by.
pub struct Look {
    pub title: String,
    pub texts: Texts,
    pub max_samples: usize,
    pub options: RunPlotOptions,
    pub on: Option<String>,
    pub threshold: Option<f32>,
}

impl Look {
    /// A page without runs.
    pub fn page(&self) -> Page {
        let page = Page::new(&self.title).texts(self.texts.clone());
        page.max_samples(self.max_samples).source(PageSource::Arrays)
    }

    /// A page of one run, of these epochs.
    pub fn page_of(&self, name: &str, replay: &Replay, epochs: &[u64]) -> Result<Page> {
        let mut run = replay.run()?.epochs(epochs.to_vec());
        if let Some(threshold) = self.threshold {
            run = run.threshold(threshold);
        }
        if let Some(name) = &self.on {
            run = run.on(name)?;
        }
        let mut page = self.page();
        page.run(name, &self.options.clone().of(run)?)?;
        Ok(page)
    }
}
