//! What the page holds of predictions of numbers, and of what is true.

use super::{
    answers::{FitFrame, NumberFrame, Words, by_output},
    arrays::Arrays,
    frame::Frame,
    notes::Notes,
    plane_part::levels,
    run_data::{FitData, LevelData, NumberData, PredictionData, ResidualData, WordData},
    run_histograms::all_epochs,
    samples::Samples,
};
use crate::{
    Result,
    plot::{ColorRole, RunPlots},
};

/// Predictions, residuals and levels; nothing where classes or labels are predicted.
pub(crate) fn numbers<M>(
    plots: &RunPlots<'_, M>,
    frames: &[Frame],
    samples: &Samples,
    arrays: &mut Arrays,
) -> Result<Option<NumberData>> {
    let found: Vec<&NumberFrame> = frames.iter().filter_map(|frame| frame.numbers.as_ref()).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let predicted: Vec<f32> = found.iter().flat_map(|frame| frame.outputs.iter().copied()).collect();
    let values = &plots.limits.values.0;
    Ok(Some(NumberData {
        names: plots.settings.class_names.clone(),
        shown: plots.settings.output,
        targets: arrays.f32(&by_output(plots.data.targets().numbers()?, &samples.rows), 0),
        predicted: arrays.bits(&predicted, predicted.len() / found.len()),
        predictions: PredictionData {
            words: words(&found, |frame| &frame.predictions),
            ends: [*values.start(), *values.end()],
        },
        residuals: residuals(plots, &found, arrays),
        fit: fit(plots, &found, samples, arrays),
        levels: levels_of(plots, samples, arrays)?,
    }))
}

fn words<'a, F>(frames: &[&'a F], of: impl Fn(&'a F) -> &'a Words) -> WordData {
    let word = |which: fn(&Words) -> &String| frames.first().map(|&frame| which(of(frame)).clone()).unwrap_or_default();
    WordData {
        title: word(|words| &words.title),
        x_label: word(|words| &words.x_label),
        y_label: word(|words| &words.y_label),
        notes: Notes::of(frames.iter().map(|&frame| &of(frame).notes)),
    }
}

fn residuals<M>(plots: &RunPlots<'_, M>, frames: &[&NumberFrame], arrays: &mut Arrays) -> ResidualData {
    let axis = &plots.limits.of_residuals.axis;
    ResidualData {
        words: words(frames, |frame| &frame.residuals),
        ends: [axis.low, axis.high],
        bins: plots.settings.bins,
        correct: all_epochs(frames.iter().map(|frame| frame.residual_counts.as_slice()), arrays),
        peak: frames.iter().flat_map(|frame| &frame.residual_counts).copied().max().unwrap_or(0),
    }
}

/// Where there is a single input.
fn fit<M>(plots: &RunPlots<'_, M>, frames: &[&NumberFrame], samples: &Samples, arrays: &mut Arrays) -> Option<FitData> {
    let fits: Vec<&FitFrame> = frames.iter().filter_map(|frame| frame.fit.as_ref()).collect();
    let first = fits.first()?;
    let outputs: Vec<f32> = fits.iter().flat_map(|fit| fit.outputs.iter().copied()).collect();
    Some(FitData {
        words: words(&fits, |fit| &fit.words),
        ends: first.x,
        between: first.between,
        places: first.outputs.len() / plots.data.outputs(),
        outputs: arrays.bits(&outputs, first.outputs.len()),
        inputs: arrays.f32(&by_output(plots.data.inputs(), &samples.rows), 0),
    })
}

fn levels_of<M>(plots: &RunPlots<'_, M>, samples: &Samples, arrays: &mut Arrays) -> Result<LevelData> {
    let levels = levels(plots)?;
    let color = |i| if let ColorRole::Level(color) = levels.color(i) { color } else { 0 };
    let targets = plots.data.targets().numbers()?;
    let target = |&row: &usize| targets[(row, plots.settings.output)];
    let nearest: Vec<u8> = samples.rows.iter().map(|row| levels.nearest(target(row).into()) as u8).collect();
    Ok(LevelData {
        names: (0..levels.count()).map(|i| levels.name(i)).collect(),
        colors: (0..levels.count()).map(color).collect(),
        samples: arrays.u8(&nearest, 0),
    })
}
