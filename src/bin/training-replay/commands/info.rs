//! `training-replay info`: what is in a recording.

use std::path::Path;

use clap::Args;
use serde_json::{Value, json};
use training_replay::{
    Dataset, Error, LeftOutParameter, Parent, RecordedParameter, Replay, Result, Sequential, SharedData, Weights,
};

use crate::{
    damage, notes,
    recording::{self, Files, format_of, loss_name},
    report::{Report, about_each},
    table::Table,
    trouble::{Answer, Status, with_options},
    words::{counted, grouped, path_shown, shown, size},
};

pub const EXAMPLES: &str = "\
Examples:
  training-replay info run.replay
  training-replay info --parameters run.replay    # the arrays of the model too
  training-replay info --json *.replay";

/// Shows what is in a recording: format, model, epochs, data, notes, metrics, size, damage
///
/// Reads the headers, not the weights.
#[derive(Args, Debug)]
pub struct Info {
    #[command(flatten)]
    files: Files,
    /// List the arrays of the model, read from the first whole epoch
    #[arg(long)]
    parameters: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Info {
    pub fn run(&self) -> Answer<Status> {
        about_each("info", &self.files.files, self.json, |asked| self.report(asked.path))
    }

    fn report(&self, path: &Path) -> Answer<Report> {
        let replay = recording::open(path)?;
        let (major, minor, bytes) = format_of(path)?;
        let parameters = self.parameters.then(|| replay.recorded_weights().parameters().collect::<Vec<_>>());
        let mut lines = vec![row("format", format!("{major}.{minor}")), row("size", size(bytes))];
        lines.extend(head(&replay));
        lines.extend(training_lines(&replay));
        lines.extend(data_lines(&replay));
        lines.extend(SharedData::of(&replay).map(shared_line));
        lines.extend(replay.metadata().map(|(key, value)| row("note", format!("{}: {}", shown(key), shown(value)))));
        lines.extend(damage_lines(&replay));
        lines.extend(model_lines(&replay));
        lines.extend(parameter_lines(parameters.as_deref()));
        lines.extend(left_out_lines(&replay, self.parameters));
        let json = json!({
            "format": format!("{major}.{minor}"),
            "bytes": bytes,
            "finished": replay.is_finished(),
            "torn_bytes": replay.torn_bytes(),
            "epochs": replay.epochs().collect::<Vec<_>>(),
            "steps": replay.steps().len(),
            "metrics": replay.metric_names().collect::<Vec<_>>(),
            "step_metrics": replay.steps().metric_names().collect::<Vec<_>>(),
            "loss": loss_name(&replay),
            "training_states": replay.training().moments().count(),
            "parent": replay.training().parent().as_ref().map(parent_json),
            "notes": replay.metadata().collect::<Vec<_>>(),
            "typed_notes": notes::of(&replay),
            "data_sets": data_json(&replay),
            "shared_data": SharedData::of(&replay).map(shared_json),
            "probe_inputs": replay.probe().inputs().map(|inputs| inputs.nrows()),
            "damage": damage_json(&replay),
            "model": model_json(&replay),
            "left_out": replay.recorded_weights().left_out().map(left_out_json).collect::<Vec<_>>(),
            "parameters": parameters.map(|them| them.into_iter().map(parameter_json).collect::<Vec<_>>()),
        });
        Ok(Report { lines, json, status: Status::Held })
    }
}

fn row(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:<9} {value}")
}

fn head(replay: &Replay) -> Vec<String> {
    let state = if replay.is_finished() { "finished" } else { "not finished: its recorder is at work, or was stopped" };
    let epochs: Vec<u64> = replay.epochs().collect();
    let range = match epochs[..] {
        [] => "none".to_owned(),
        [only] => format!("1: {only}"),
        [first, .., last] => format!("{}: {} to {}", grouped(epochs.len() as u64), grouped(first), grouped(last)),
    };
    let steps = match replay.steps().len() {
        0 => "none".to_owned(),
        steps => format!("{} within {}", grouped(steps as u64), counted(epochs_with_steps(replay), "epoch")),
    };
    let metrics: Vec<String> = replay.metric_names().map(shown).collect();
    let metrics = if metrics.is_empty() { "none".to_owned() } else { metrics.join(", ") };
    let loss = loss_name(replay).map_or_else(|| "not noted".into(), |name| shown(&name));
    vec![row("state", state), row("epochs", range), row("steps", steps), row("metrics", metrics), row("loss", loss)]
}

/// How many moments can be gone on from, and which run this one went on from.
fn training_lines(replay: &Replay) -> Vec<String> {
    let states = replay.training().moments().count() as u64;
    let of = (replay.epochs().len() + replay.steps().len()) as u64;
    let states = (states > 0).then(|| row("states", format!("{} of {}", grouped(states), counted(of, "moment"))));
    let parent = replay.training().parent().map(|parent| {
        let path =
            parent.path().map_or_else(|| "a run in memory".to_owned(), |path| shown(&path.display().to_string()));
        row("parent", format!("{path} at {}, checksum {:08x}", parent.moment(), parent.checksum()))
    });
    states.into_iter().chain(parent).collect()
}

fn parent_json(parent: &Parent) -> Value {
    json!({
        "path": parent.path().map(|path| path.display().to_string()),
        "epoch": parent.moment().epoch(),
        "step": parent.moment().step(),
        "checksum": parent.checksum(),
    })
}

fn epochs_with_steps(replay: &Replay) -> u64 {
    let mut epochs: Vec<u64> = replay.steps().iter().map(|moment| moment.epoch()).collect();
    epochs.dedup();
    epochs.len() as u64
}

/// The data sets by their names; one that cannot be read is an error of its own.
fn data_sets(replay: &Replay) -> Vec<(String, Result<Dataset>)> {
    let no_model = |_: &Weights| Err::<Sequential, _>(Error::other("no model is asked for"));
    let run = replay.run_from(&no_model);
    let names: Vec<String> = run.dataset_names().map(str::to_owned).collect();
    let read = |name: String| {
        let data = run.clone().on(&name).and_then(|run| run.dataset().cloned());
        (name, data)
    };
    names.into_iter().map(read).collect()
}

fn data_lines(replay: &Replay) -> Vec<String> {
    let sets = data_sets(replay);
    if sets.is_empty() {
        return vec![row("data", "none")];
    }
    let is_elsewhere = SharedData::of(replay).is_some_and(|shared| shared.path().is_err());
    let line = |(name, data): (String, Result<Dataset>)| {
        let what = match data {
            Err(_) if is_elsewhere => "not there, see the data file".into(),
            data => data.map_or_else(|error| error.to_string(), |data| data.to_string()),
        };
        row("data", format!("{}: {}", shown(&name), shown(&what)))
    };
    sets.into_iter().map(line).collect()
}

/// Where the data sets lie, if not in the recording, or why they cannot be found.
fn shared_line(shared: SharedData<'_>) -> String {
    let found = shared.path().map(path_shown);
    row("data file", found.unwrap_or_else(|error| shown(&with_options(&error.to_string()))))
}

fn shared_json(shared: SharedData<'_>) -> Value {
    let places: Vec<String> = shared.places().iter().map(|path| path.display().to_string()).collect();
    let path = shared.path().map(|path| path.display().to_string());
    json!({ "places": places, "error": path.as_ref().err().map(ToString::to_string), "path": path.ok() })
}

fn data_json(replay: &Replay) -> Vec<Value> {
    let document = |(name, data): (String, Result<Dataset>)| match data {
        Ok(data) => json!({
            "name": name,
            "samples": data.samples(),
            "features": data.features(),
            "outputs": data.outputs(),
            "class_names": data.class_names(),
            "feature_names": data.feature_names(),
        }),
        Err(error) => json!({ "name": name, "error": error.to_string() }),
    };
    data_sets(replay).into_iter().map(document).collect()
}

fn damage_lines(replay: &Replay) -> Vec<String> {
    let torn = match replay.torn_bytes() {
        0 => None,
        bytes => {
            Some(row("torn end", format!("{}, which is being written or was when its recorder stopped", size(bytes))))
        }
    };
    let damage = replay.damage().iter().map(|it| row("damage", damage::line(it)));
    let none = replay.damage().is_empty().then(|| row("damage", "none in the headers; `check` reads everything"));
    none.into_iter().chain(damage).chain(torn).collect()
}

fn damage_json(replay: &Replay) -> Vec<Value> {
    replay.damage().iter().map(damage::document).collect()
}

/// The network that the recording describes, if it is built in.
fn network(replay: &Replay) -> Option<Sequential> {
    replay.description().and_then(|description| Sequential::from_description(description).ok())
}

fn model_lines(replay: &Replay) -> Vec<String> {
    match (network(replay), replay.description()) {
        (Some(network), _) => {
            let table = network.to_string();
            let lines = table.lines().map(|line| format!("  {}", shown(line)).trim_end().to_owned());
            [row("model", "a built-in network")].into_iter().chain(lines).collect()
        }
        (None, Some(description)) => {
            vec![row("model", format!("described as {}, which is not built in", shown(description.kind())))]
        }
        (None, None) => vec![row("model", "not described: `info --parameters` lists its arrays")],
    }
}

fn model_json(replay: &Replay) -> Value {
    let kind = replay.description().map(|description| description.kind());
    let layers = network(replay).map(|network| {
        let architecture = network.architecture();
        architecture
            .iter()
            .map(|layer| json!({ "name": layer.name(), "activation": layer.activation().to_string() }))
            .collect::<Vec<_>>()
    });
    let inputs = network(replay).map(|network| network.architecture().inputs());
    json!({ "kind": kind, "built_in": layers.is_some(), "inputs": inputs, "layers": layers })
}

fn parameter_lines(parameters: Option<&[RecordedParameter<'_>]>) -> Vec<String> {
    let Some(parameters) = parameters else { return Vec::new() };
    let values = parameters.iter().map(|parameter| parameter.shape().iter().product::<u64>()).sum();
    let count = format!("{} in {}", counted(values, "value"), counted(parameters.len() as u64, "array"));
    let mut table = Table::new(2, ["  array", "shape", "type"]);
    for parameter in parameters {
        let name = format!("  {}/{}", shown(parameter.layer()), shown(parameter.name()));
        table.row([name, format!("{:?}", parameter.shape()), parameter.dtype().to_string()]);
    }
    [row("arrays", count)].into_iter().chain(table.lines()).collect()
}

/// What is not recorded of the model.
fn left_out_lines(replay: &Replay, each: bool) -> Vec<String> {
    let left_out: Vec<LeftOutParameter<'_>> = replay.recorded_weights().left_out().collect();
    if left_out.is_empty() {
        return Vec::new();
    }
    let values = left_out.iter().map(|parameter| parameter.shape().iter().product::<u64>()).sum();
    let count = format!("{} in {}", counted(values, "value"), counted(left_out.len() as u64, "array"));
    let hint = if each { "" } else { ", which `info --parameters` lists" };
    let mut table = Table::new(2, ["  array", "shape", "type", "checksum"]);
    for parameter in &left_out {
        let name = format!("  {}/{}", shown(parameter.layer()), shown(parameter.name()));
        let checksum = format!("{:08x}", parameter.checksum());
        table.row([name, format!("{:?}", parameter.shape()), parameter.dtype().to_string(), checksum]);
    }
    let lines = if each { table.lines() } else { Vec::new() };
    [row("left out", format!("{count}{hint}: they come from a base"))].into_iter().chain(lines).collect()
}

fn left_out_json(parameter: LeftOutParameter<'_>) -> Value {
    json!({
        "layer": parameter.layer(),
        "name": parameter.name(),
        "shape": parameter.shape(),
        "type": parameter.dtype().to_string(),
        "place": parameter.place(),
        "checksum": parameter.checksum(),
    })
}

fn parameter_json(parameter: RecordedParameter<'_>) -> Value {
    json!({
        "layer": parameter.layer(),
        "name": parameter.name(),
        "shape": parameter.shape(),
        "type": parameter.dtype().to_string(),
    })
}
