//! Runs the jobs that `compare.py` asks for and prints how long they took. One line in, one line out:
//!
//! ```text
//! measure NAME TIMES   nanoseconds that the job takes, the mean of so many runs
//! about                "ready"
//! export NAME PATH     "done" when what the job computes is recorded in that file
//! ```
//!
//! Or a line that begins with "error". What a job needs is made when it is first named, and kept.

#[cfg(feature = "candle")]
mod candle;
mod forward;
mod frames;
mod job;
mod record;
mod replay;
mod train;

use std::{
    collections::{HashMap, hash_map::Entry},
    env, io,
    path::{Path, PathBuf},
};

use job::{Job, Result};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [folder] => serve(Path::new(folder)),
        [replay::PEAK, recording] => replay::print_peak(Path::new(recording)),
        _ => Err("give the folder for files".into()),
    }
}

fn serve(folder: &Path) -> Result<()> {
    let mut jobs = Jobs { folder: folder.into(), made: HashMap::new() };
    for line in io::stdin().lines() {
        match jobs.answer(&line?) {
            Ok(answer) => println!("{answer}"),
            Err(error) => println!("error: {error}"),
        }
    }
    Ok(())
}

struct Jobs {
    folder: PathBuf,
    made: HashMap<String, Box<dyn Job>>,
}

impl Jobs {
    fn answer(&mut self, line: &str) -> Result<String> {
        match line.splitn(3, ' ').collect::<Vec<_>>()[..] {
            ["about"] => Ok("ready".into()),
            ["measure", name, times] => Ok(self.get(name)?.measure(times.parse()?)?.to_string()),
            ["export", name, path] => self.get(name)?.export(Path::new(path)).map(|()| "done".into()),
            _ => Err(format!("{line:?} is no request").into()),
        }
    }

    fn get(&mut self, name: &str) -> Result<&mut Box<dyn Job>> {
        Ok(match self.made.entry(name.into()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(make(name, &self.folder)?),
        })
    }
}

/// The job called `name`, which may keep files in `folder`.
fn make(name: &str, folder: &Path) -> Result<Box<dyn Job>> {
    let found = forward::make(name).or_else(|| train::make(name)).or_else(|| record::make(name, folder));
    #[cfg(feature = "candle")]
    let found = found.or_else(|| candle::make(name));
    let found = found.or_else(|| frames::make(name, folder));
    found.or_else(|| replay::make(name, folder)).unwrap_or_else(|| Err(format!("no job is called {name:?}").into()))
}
