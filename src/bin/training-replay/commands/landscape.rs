//! `training-replay landscape`: where a run went in the space of its weights, what became of its kernels, how sharp the loss is.

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Replay,
    analysis::{Caveat, Sharpness, SharpnessHistory, SharpnessOptions, Spectra, Spectrum, WeightPath},
};

use crate::{
    epochs::EpochsArgs,
    numbers::{decimal, number},
    question::Question,
    recording::{self, Files},
    report::{Asked, Report, about_each},
    table::Table,
    trouble::{Answer, Status, Trouble, with_options},
    words::{grouped, shown},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay landscape run.replay
  training-replay landscape --every 10 --sharpness run.replay
  training-replay landscape --json runs/*.replay";

/// Says where a run went in the space of its weights, and what became of its kernels
///
/// It needs the weights alone. With --sharpness the recorded network is run on the recorded data, many times at each epoch.
#[derive(Args, Debug)]
pub struct Landscape {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    epochs: EpochsArgs,
    /// The largest and smallest eigenvalue of the Hessian of the loss and its trace, at each epoch
    #[arg(long)]
    sharpness: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// What is known of a recording.
struct Found {
    /// Those that are shown; the path is that of all.
    epochs: Vec<u64>,
    path: WeightPath,
    spectra: Spectra,
    sharpness: Option<SharpnessHistory>,
}

impl Landscape {
    pub fn run(&self) -> Answer<Status> {
        about_each("landscape", &self.files.files, self.json, |asked| self.report(&asked))
    }

    fn report(&self, asked: &Asked<'_>) -> Answer<Report> {
        if !(self.sharpness || self.question.needs_no_model()) {
            let what =
                "--loss, --on, --data and --threshold are of no use without --sharpness: the rest is of weights alone";
            return Err(Trouble::of(asked.path, what));
        }
        let replay = self.question.open(asked.path)?;
        recording::expect_epochs(asked.path, &replay)?;
        let found = self.find(asked, &replay)?;
        let lines = found.lines().iter().map(|line| shown(line)).collect();
        Ok(Report { lines, json: found.document(), status: Status::Held })
    }

    fn find(&self, asked: &Asked<'_>, replay: &Replay) -> Answer<Found> {
        let failed = Trouble::with(asked.path);
        let epochs = self.epochs.of(asked.path, replay)?;
        let path = replay.recorded_weights().weight_path().map_err(&failed)?;
        let spectra = replay.recorded_weights().kernel_spectra().map_err(&failed)?;
        let sharpness = if self.sharpness {
            let run = self.question.run(asked.path, replay)?;
            let run = run.epochs(epochs.clone()).threads(asked.threads).progress(asked.bar.callback());
            let loss = self.question.loss.or(replay.loss()).ok_or_else(|| {
                Trouble::of(asked.path, "no loss was noted, of which the sharpness could be: --loss gives it")
            })?;
            Some(run.sharpness(loss, &SharpnessOptions::default()).map_err(&failed)?)
        } else {
            None
        };
        Ok(Found { epochs, path, spectra, sharpness })
    }
}

impl Found {
    fn lines(&self) -> Vec<String> {
        let shares = &self.path.explained_variance_ratio;
        let two: f64 = shares.iter().take(2).sum();
        let first = shares.first().copied().unwrap_or(f64::NAN);
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let mut lines = vec![
            format!("{} of the variance of the path lies in one direction, {} in two", percent(first), percent(two)),
            String::new(),
        ];
        lines.extend(self.of_epochs().lines());
        lines.push(String::new());
        lines.extend(self.of_kernels().lines());
        lines.extend(self.remarks());
        lines
    }

    /// The chosen epochs with their places on the path.
    fn shown(&self) -> impl Iterator<Item = (usize, u64)> {
        let epochs = self.path.epochs.iter().copied().enumerate();
        epochs.filter(|(_, epoch)| self.epochs.contains(epoch))
    }

    /// A row for each epoch.
    fn of_epochs(&self) -> Table {
        let mut head = vec!["epoch", "from the start", "speed", "turning"];
        if self.sharpness.is_some() {
            head.extend(["largest eigenvalue", "smallest", "trace"]);
        }
        let mut table = Table::new(0, head);
        for (place, epoch) in self.shown() {
            let (speed, turning) = (self.path.speeds[place], self.path.turnings[place]);
            let mut row = vec![grouped(epoch), decimal(self.path.distances[place]), or_dash(speed), or_dash(turning)];
            if self.sharpness.is_some() {
                let found = self.sharpness_at(epoch);
                let numbers: [fn(&Sharpness) -> f64; 3] = [|it| it.largest, |it| it.smallest, |it| it.trace];
                row.extend(numbers.map(|of| or_dash(found.map(of))));
            }
            table.row(row);
        }
        table
    }

    fn sharpness_at(&self, epoch: u64) -> Option<&Sharpness> {
        let history = self.sharpness.as_ref()?;
        let place = history.epochs.iter().position(|it| *it == epoch)?;
        history.sharpness.get(place)
    }

    /// A row for each kernel, at the first and at the last epoch.
    fn of_kernels(&self) -> Table {
        let head =
            ["kernel", "spectral norm, first", "last", "stable rank, first", "last", "effective rank, first", "last"];
        let mut table = Table::new(1, head);
        if let Some((first, last)) = self.spectra.spectra.first().zip(self.spectra.spectra.last()) {
            for (first, last) in first.iter().zip(last) {
                let numbers: [fn(&Spectrum) -> f64; 3] =
                    [Spectrum::spectral_norm, Spectrum::stable_rank, Spectrum::effective_rank];
                let pairs = numbers.iter().flat_map(|of| [decimal(of(first)), decimal(of(last))]);
                table.row([format!("{}/{}", first.layer, first.name)].into_iter().chain(pairs));
            }
        }
        table
    }

    fn remarks(&self) -> Vec<String> {
        let sharp = self.sharpness.iter().flat_map(|history| &history.caveats);
        let mut caveats: Vec<&Caveat> = Vec::new();
        for caveat in self.path.caveats.iter().chain(&self.spectra.caveats).chain(sharp) {
            if !caveats.contains(&caveat) {
                caveats.push(caveat);
            }
        }
        let not_converged = self.sharpness.iter().flat_map(SharpnessHistory::not_converged);
        let searched =
            not_converged.map(|epoch| format!("epoch {}: the eigenvalues have not converged", grouped(epoch)));
        caveats.into_iter().map(|caveat| with_options(&caveat.to_string())).chain(searched).collect()
    }

    fn document(&self) -> Value {
        let epoch = |(place, epoch): (usize, u64)| {
            let coordinates: Vec<Value> =
                self.path.coordinates.row(place).iter().take(2).map(|&value| number(value)).collect();
            json!({
                "epoch": epoch,
                "coordinates": coordinates,
                "distance": number(self.path.distances[place]),
                "speed": or_null(self.path.speeds[place]),
                "turning": or_null(self.path.turnings[place]),
                "sharpness": self.sharpness_at(epoch).map(sharpness),
            })
        };
        let spectra = self.spectra.epochs.iter().zip(&self.spectra.spectra);
        let spectra = spectra.filter(|(epoch, _)| self.epochs.contains(epoch));
        let shares: Vec<Value> = self.path.explained_variance_ratio.iter().map(|&share| number(share)).collect();
        json!({
            "explained_variance_ratio": shares,
            "epochs": self.shown().map(epoch).collect::<Vec<_>>(),
            "kernels": spectra.flat_map(kernels).collect::<Vec<_>>(),
            "caveats": self.remarks(),
        })
    }
}

fn sharpness(found: &Sharpness) -> Value {
    json!({
        "largest": number(found.largest),
        "largest_residual": number(found.largest_residual),
        "smallest": number(found.smallest),
        "smallest_residual": number(found.smallest_residual),
        "trace": number(found.trace),
        "trace_error": number(found.trace_error),
        "converged": found.has_converged(),
    })
}

/// The kernels at an epoch.
fn kernels((epoch, spectra): (&u64, &Vec<Spectrum>)) -> Vec<Value> {
    let of = |spectrum: &Spectrum| {
        json!({
            "epoch": epoch,
            "layer": spectrum.layer,
            "name": spectrum.name,
            "singular_values": spectrum.singular_values.iter().map(|&value| number(value)).collect::<Vec<_>>(),
            "spectral_norm": number(spectrum.spectral_norm()),
            "stable_rank": number(spectrum.stable_rank()),
            "effective_rank": number(spectrum.effective_rank()),
        })
    };
    spectra.iter().map(of).collect()
}

fn or_dash(value: Option<f64>) -> String {
    value.filter(|value| !value.is_nan()).map_or_else(|| "-".into(), decimal)
}

fn or_null(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}
