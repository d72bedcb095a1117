//! `training-replay page`: runs side by side, as one HTML file or live.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
};

use clap::Args;
use training_replay::{
    analysis::DiagnosisOptions,
    plot::{Page, Texts},
};

use crate::{
    bars::Bar,
    epochs::EpochsArgs,
    extras::{Extra, Shown},
    live::{self, Live},
    pictures::PlotArgs,
    recording::{Files, names_of},
    trouble::{Answer, Status, Trouble},
    written_page::WrittenPage,
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay page killed.replay -o page.html
  training-replay page --name tanh --name ReLU tanh.replay relu.replay -o two.html
  training-replay page --serve running.replay            # live, at http://127.0.0.1:8040/
  training-replay page --with landscape,map run.replay -o page.html
  training-replay page --every 10 --max-samples 500 long.replay -o small.html";

/// Makes a page to play with, of one or more runs: one HTML file, or live while they are recorded
///
/// A live page is served on this machine only, until Ctrl-C, and shows a new epoch within a second. Of a long run it shows as
/// many epochs as can be computed in that time, says which, and shows all of them when the run is finished or nothing new comes.
#[derive(Args, Debug)]
pub struct PageArgs {
    #[command(flatten)]
    files: Files,
    /// The page; its name ends in .html; one that is there is replaced
    #[arg(short, long, value_name = "FILE", required_unless_present = "serve")]
    output: Option<PathBuf>,
    /// Serve the page on this machine, and keep it up to date
    #[arg(long, conflicts_with_all = ["output", "json", "epochs", "every", "data"])]
    serve: bool,
    /// The port to serve on; 0 takes any that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 8040, requires = "serve")]
    port: u16,
    /// What a run is called; again for each of them; without it by its file
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// The title
    #[arg(long, value_name = "TEXT", default_value = "Training replay")]
    title: String,
    /// The page's own words in another language: a file as docs/pictures.md describes it
    #[arg(long, value_name = "FILE")]
    texts: Option<PathBuf>,
    /// The most samples that are shown of a run
    #[arg(long, value_name = "NUMBER", default_value = "2000")]
    max_samples: NonZero<usize>,
    /// Show what is wrong with each run, as `diagnose` says it
    #[arg(long, conflicts_with = "serve")]
    diagnose: bool,
    /// More panels below the others, by commas
    #[arg(long, value_name = "PANELS", value_enum, value_delimiter = ',', conflicts_with = "serve")]
    with: Vec<Extra>,
    #[command(flatten)]
    epochs: EpochsArgs,
    #[command(flatten)]
    plot: PlotArgs,
    /// Write JSON about the page
    #[arg(long)]
    json: bool,
}

impl PageArgs {
    pub fn run(&self) -> Answer<Status> {
        let names = names_of(&self.files.files, &self.names)?;
        if let Some(output) = &self.output {
            return self.write(output, &names);
        }
        live::serve(Live::new(self.files.files.clone(), names, self.look()?)?, self.port)
    }

    fn write(&self, output: &Path, names: &[String]) -> Answer<Status> {
        let mut page = Page::new(&self.title).max_samples(self.max_samples.get()).texts(self.read_texts()?);
        for (path, name) in self.files.files.iter().zip(names) {
            let replay = self.plot.question.open(path)?;
            let bar = Bar::of("epochs");
            let run = self.plot.question.run(path, &replay)?.progress(bar.callback());
            let run = run.epochs(self.epochs.of(path, &replay)?);
            page.run(name, &self.plot.of(path, run.clone())?).map_err(Trouble::with(path))?;
            let shown = Shown { path, run: &run, plot: &self.plot };
            self.with.iter().try_for_each(|extra| shown.add(*extra, &mut page))?;
            if self.diagnose {
                let found = run.diagnose(&self.checks()).map_err(Trouble::with(path))?;
                page.diagnosis(&found).map_err(Trouble::with(path))?;
            }
        }
        page.save(output).map_err(Trouble::with(output))?;
        WrittenPage { by: "page", noun: "run", files: &self.files.files, output }.say(self.json)
    }

    /// What the diagnosis looks for.
    fn checks(&self) -> DiagnosisOptions {
        let options = DiagnosisOptions::default();
        self.plot.question.loss.map_or(options.clone(), |loss| options.loss(loss))
    }

    /// What the live page is made by.
    fn look(&self) -> Answer<live::Look> {
        let (options, question) = (self.plot.options(), &self.plot.question);
        Ok(live::Look {
            title: self.title.clone(),
            texts: self.read_texts()?,
            max_samples: self.max_samples.get(),
            options,
            on: question.view.on.clone(),
            threshold: question.view.threshold,
        })
    }

    fn read_texts(&self) -> Answer<Texts> {
        let Some(path) = &self.texts else { return Ok(Texts::english()) };
        Texts::parse(&fs::read_to_string(path).map_err(Trouble::io(path))?).map_err(Trouble::with(path))
    }
}
