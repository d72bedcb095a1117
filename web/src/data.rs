//! The data that a run was trained on, as a page edits them; others that a run can be trained on.

use training_replay::{ClassLabels, Dataset, Error, Matrix, Result, Targets, datasets, to_row_major};

use crate::{
    reply::Reply,
    request::{Generate, invalid},
};

/// The most samples that a page hands over, or has made.
const MOST_SAMPLES: usize = 100_000;

/// The most classes, or numbers of a target, that a page edits.
const MOST_WIDTH: usize = 256;

/// The radius of the inner circle.
const FACTOR: f64 = 0.5;

/// How many inputs the built-in data sets have here.
const INPUTS: usize = 2;

/// Inputs and targets; of classes also which one each sample is of, and the target of every class.
pub(crate) fn describe(data: &Dataset) -> Result<Reply> {
    let classes = ClassRows::of(data);
    at_most(data.samples())?;
    let reply = Reply::default()
        .with("samples", data.samples())?
        .with("class_names", data.class_names())?
        .with("feature_names", data.feature_names())?
        .array("inputs", data.inputs())
        .values("targets", [data.samples(), width(data)?], &targets(data)?);
    match classes {
        Ok(ClassRows { of_samples, rows }) => {
            let width = rows.first().map_or(0, Vec::len);
            let reply = reply.values("classes", [of_samples.len(), 1], &of_samples);
            Ok(reply.values("class_targets", [rows.len(), width], &rows.concat()))
        }
        Err(error) => reply.with("no_classes", error.to_string()),
    }
}

/// The data behind the line of a request: inputs row by row, then targets, of the kind that those of a run have.
pub(crate) fn read(like: &Dataset, samples: usize, bytes: &[u8]) -> Result<Dataset> {
    at_most(samples)?;
    let (features, width) = (like.features(), width(like)?);
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() || Some(numbers.len()) != samples.checked_mul(features + width) {
        let expected = format!("4 for each of {features} inputs and {width} targets of {samples} samples");
        return Err(invalid("the number of bytes of the data", &expected, bytes.len()));
    }
    let values: Vec<f32> = numbers.iter().copied().map(f32::from_le_bytes).collect();
    let (inputs, targets) = values.split_at(samples * features);
    named_as(like, made(like, Matrix::from_row_slice(samples, features, inputs), targets)?)
}

/// These data with noise on every input.
pub(crate) fn noisy(data: &Dataset, deviation: f64, seed: u64) -> Result<Reply> {
    Ok(Reply::default().array("inputs", data.with_noise(deviation, seed)?.inputs()))
}

/// A built-in data set with two inputs, whose classes have the targets of the first two of a run's.
pub(crate) fn generate(like: &Dataset, wanted: &Generate) -> Result<Reply> {
    if like.features() != INPUTS {
        return Err(invalid("the number of inputs of the run", "2, as the data sets have", like.features()));
    }
    let ClassRows { rows, .. } = ClassRows::of(like)?;
    let data = built_in(wanted)?;
    let classes = data.classes()?;
    let targets: Vec<f32> = classes.iter().filter_map(|&class| rows.get(class)).flatten().copied().collect();
    let (samples, width) = (data.samples(), rows.first().map_or(0, Vec::len));
    let classes: Vec<f32> = classes.into_iter().map(|class| class as f32).collect();
    let reply = Reply::default().array("inputs", data.inputs()).values("targets", [samples, width], &targets);
    Ok(reply.values("classes", [samples, 1], &classes))
}

fn built_in(wanted: &Generate) -> Result<Dataset> {
    let Generate { samples, noise, seed, .. } = *wanted;
    if at_most(samples)? < 2 {
        return Err(invalid("`samples`", "2 or more", samples));
    }
    // Of the generators that take noise, one takes any number for some: what is wrong with it is said here.
    let still = |data: Dataset| data.with_noise(noise, seed);
    let cut = |data: Dataset| data.select(&(0..samples).map(|row| row % data.samples()).collect::<Vec<_>>());
    still(datasets::parabola(1, seed))?;
    match wanted.name.as_str() {
        "moons" => Ok(datasets::moons(samples, noise, seed)),
        "circles" => Ok(datasets::circles(samples, noise, FACTOR, seed)),
        "parabola" => still(cut(datasets::parabola(samples.div_ceil(2), seed))?),
        "ball" => still(datasets::ball(INPUTS, samples, seed)),
        "hypercube" => still(cut(datasets::hypercube(INPUTS, seed))?),
        other => Err(invalid("`name`", "parabola, moons, circles, ball or hypercube", other)),
    }
}

fn at_most(samples: usize) -> Result<usize> {
    if samples <= MOST_SAMPLES { Ok(samples) } else { Err(invalid("`samples`", "at most 100000", samples)) }
}

/// Which class each sample is of, and the target that every class has.
struct ClassRows {
    of_samples: Vec<f32>,
    rows: Vec<Vec<f32>>,
}

impl ClassRows {
    /// Fails for targets that are numbers, and for samples of several positions.
    fn of(data: &Dataset) -> Result<Self> {
        let positions = data.targets().positions();
        if positions != 1 {
            return Err(invalid("the number of positions of a sample", "1 to be edited", positions));
        }
        let (of_samples, width, targets) = (data.classes()?, width(data)?, targets(data)?);
        let count = data.outputs().max(2);
        if count > MOST_WIDTH {
            return Err(invalid("the number of classes", "at most 256 to be edited", count));
        }
        let first = |class| of_samples.iter().position(|&one| one == class);
        let found = |class| first(class).map(|sample| targets[sample * width..][..width].to_vec());
        let is_labels = data.targets().labels().is_ok();
        let least = targets.iter().copied().fold(f32::INFINITY, f32::min);
        let other = |class: usize| match width {
            _ if is_labels => vec![class as f32],
            1 => found(1 - class).unwrap_or_default().iter().map(|&y| if least < 0.0 { -y } else { 1.0 - y }).collect(),
            _ => (0..width).map(|column| if column == class { 1.0 } else { least.min(0.0) }).collect(),
        };
        let rows = (0..count).map(|class| found(class).unwrap_or_else(|| other(class))).collect();
        Ok(Self { of_samples: of_samples.into_iter().map(|class| class as f32).collect(), rows })
    }
}

/// How many numbers the target of a sample is here: a class by index is one.
fn width(data: &Dataset) -> Result<usize> {
    let width = match data.targets().labels() {
        Ok(labels) => labels.positions(),
        Err(_) => data.outputs(),
    };
    if width <= MOST_WIDTH { Ok(width) } else { Err(invalid("the numbers of a target", "at most 256", width)) }
}

/// The targets row by row, classes by index as numbers.
fn targets(data: &Dataset) -> Result<Vec<f32>> {
    match data.targets() {
        Targets::Labels(labels) => Ok(labels.indices().iter().map(|&index| index as f32).collect()),
        targets => Ok(to_row_major(targets.numbers()?)),
    }
}

/// A data set whose targets are of the kind of those of another.
fn made(like: &Dataset, inputs: Matrix, targets: &[f32]) -> Result<Dataset> {
    let samples = inputs.nrows();
    if let Targets::Labels(labels) = like.targets() {
        let indices = targets.iter().map(|&target| index(target, labels)).collect::<Result<Vec<u32>>>()?;
        return Dataset::from_class_labels(inputs, &indices, labels.positions(), labels.classes());
    }
    let data = Dataset::new(inputs, Matrix::from_row_slice(samples, like.outputs(), targets))?;
    if let Ok(ClassRows { rows, .. }) = ClassRows::of(like) {
        expect_classes(&data, &rows)?;
    }
    Ok(data)
}

fn index(target: f32, labels: &ClassLabels) -> Result<u32> {
    if target >= 0.0 && target < labels.classes() as f32 && target.fract() == 0.0 {
        return Ok(target as u32);
    }
    let expected = format!("the index of a class, below {}", labels.classes());
    Err(invalid("a label", &expected, target))
}

/// Fails unless every target is that of a class, where a single number is one, or names one among several.
fn expect_classes(data: &Dataset, rows: &[Vec<f32>]) -> Result<()> {
    let targets = data.targets().numbers()?;
    if targets.ncols() > 1 {
        return data.classes().map(drop);
    }
    let stray = targets.iter().position(|target| rows.iter().all(|row| row[..] != [*target]));
    stray.map_or(Ok(()), |at| Err(label(at, targets[at], rows)))
}

fn label(sample: usize, found: f32, rows: &[Vec<f32>]) -> Error {
    let known: Vec<String> = rows.iter().flatten().map(ToString::to_string).collect();
    invalid(&format!("the target of sample {sample}"), &known.join(" or "), found)
}

fn named_as(like: &Dataset, data: Dataset) -> Result<Dataset> {
    let data = match like.class_names() {
        [] => data,
        names => data.with_class_names(names)?,
    };
    match like.feature_names() {
        [] => Ok(data),
        names => data.with_feature_names(names),
    }
}
