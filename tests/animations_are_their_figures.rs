//! Every frame of an animation is the figure of its epoch, as closely as 255 colors can show it.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use std::sync::Mutex;

use gif::{DecodeOptions, DisposalMethod, Repeat};
use training_replay::{
    Activation, Dataset, Dense, Error, Loss, Matrix, Replay, Result, Sequential, datasets,
    plot::{Animation, Figure, Rgb, RunPlots, Theme},
};

fn replay() -> Replay {
    trained::article(&datasets::parabola(60, 13), Activation::Tanh, 20)
}

fn small(plots: &RunPlots<'_, Sequential>, epoch: u64) -> Result<Figure> {
    Ok(plots.figure(epoch)?.size(480, 300))
}

/// The frames as a program that shows them sees them, and their delays.
fn decode(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<u16>, Repeat) {
    let mut options = DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).unwrap();
    assert_eq!((decoder.width(), decoder.height()), (480, 300));
    let repeat = decoder.repeat();
    let mut shown = vec![0; 480 * 300 * 3];
    let (mut frames, mut delays) = (Vec::new(), Vec::new());
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!(frame.dispose, DisposalMethod::Keep);
        let pixels = shown.as_chunks_mut::<3>().0.iter_mut().zip(frame.buffer.as_chunks::<4>().0);
        pixels.filter(|(_, new)| new[3] > 0).for_each(|(pixel, new)| pixel.copy_from_slice(&new[..3]));
        frames.push(shown.clone());
        delays.push(frame.delay);
    }
    (frames, delays, repeat)
}

#[test]
fn every_frame_is_the_figure_of_its_epoch() {
    let replay = replay();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let mut bytes = Vec::new();
    Animation::of(plots.epochs()).write(&mut bytes, |epoch| small(&plots, epoch)).unwrap();
    let (frames, delays, repeat) = decode(&bytes);
    assert_eq!((frames.len(), repeat), (21, Repeat::Infinite));
    assert_eq!(delays, [vec![10; 20], vec![200]].concat(), "ten a second, and the last one for two");
    for (epoch, frame) in frames.iter().enumerate() {
        let figure = small(&plots, epoch as u64).unwrap().to_rgb().unwrap();
        let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 40;
        let off = frame.iter().zip(&figure).filter(|&pair| far(pair)).count();
        assert!(off < figure.len() / 1_000, "epoch {epoch}: {off} of {}", figure.len());
        let distance: u64 = frame.iter().zip(&figure).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(distance < 2 * figure.len() as u64, "epoch {epoch}: {distance}");
    }
    assert_ne!(frames[0], frames[20]);
}

/// A class that is misclassified in some frames alone, or seen in some alone, came out grey.
#[test]
fn no_pixel_of_a_themes_color_is_lost_in_any_frame_of_twenty_runs() {
    for seed in 0..20 {
        let classes = 2 + seed as usize % 11;
        let points = Matrix::from_fn(60, 2, |i, j| ((i + 1) as f32 * (0.7 + j as f32 + seed as f32)).sin());
        let labels: Vec<usize> =
            (0..60).map(|i| if i < classes { i } else { (i * i + seed as usize) % classes }).collect();
        let data = Dataset::from_labels(points, &labels).unwrap();
        let layers = [Dense::new(2).activation(Activation::Tanh), Dense::new(data.outputs()).activation(output(&data))];
        let replay = trained::run(&data, layers, loss(&data), 6);
        let plots = RunPlots::of(replay.run().unwrap()).unwrap();
        for theme in [Theme::light(), Theme::dark()] {
            let figure = |epoch| Ok(small(&plots, epoch)?.theme(theme.clone()));
            let mut bytes = Vec::new();
            Animation::of(plots.epochs()).write(&mut bytes, figure).unwrap();
            let own: Vec<Rgb> =
                theme.classes.iter().chain(&theme.regions).copied().chain([theme.misclassified]).collect();
            for (epoch, frame) in decode(&bytes).0.iter().enumerate() {
                let pixels = figure(epoch as u64).unwrap().to_rgb().unwrap();
                let pairs = pixels.as_chunks::<3>().0.iter().zip(frame.as_chunks::<3>().0);
                let lost = pairs.filter(|(png, gif)| own.contains(*png) && png != gif).count();
                assert_eq!(lost, 0, "run {seed}, epoch {epoch}");
            }
        }
    }
}

fn output(data: &Dataset) -> Activation {
    if data.outputs() == 1 { Activation::Sigmoid } else { Activation::Softmax }
}

fn loss(data: &Dataset) -> Loss {
    if data.outputs() == 1 { Loss::BinaryCrossEntropy } else { Loss::CategoricalCrossEntropy }
}

#[test]
fn epochs_are_those_that_were_asked_for() {
    let replay = replay();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let drawn = Mutex::new(Vec::new());
    let mut written = Vec::new();
    let mut bytes = Vec::new();
    let animation = Animation::of(plots.epochs()).between(3..=14).every(4).frames_per_second(25.0).hold(0.5);
    let animation = animation.progress(|done, all| written.push((done, all)));
    let figure = |epoch: u64| {
        drawn.lock().unwrap().push(epoch);
        small(&plots, epoch)
    };
    animation.write(&mut bytes, figure).unwrap();
    let mut drawn = drawn.into_inner().unwrap();
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn, [3, 7, 11, 14], "every fourth, and the last");
    assert_eq!(written, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    assert_eq!(decode(&bytes).1, [4, 4, 4, 50]);
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let replay = replay();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let with = |threads: usize| {
        let mut bytes = Vec::new();
        Animation::of(plots.epochs()).threads(threads).write(&mut bytes, |epoch| small(&plots, epoch)).unwrap();
        bytes
    };
    assert!(with(1) == with(3));
}

#[test]
fn what_cannot_be_an_animation_is_refused() {
    let replay = replay();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let write = |animation: Animation<'_>| animation.write(Vec::new(), |epoch| small(&plots, epoch)).unwrap_err();
    let all = || Animation::of(plots.epochs());
    let message = write(all().between(100..)).to_string();
    assert_eq!(message, "the number of epochs in an animation is 0; it must be 1 or more");
    for animation in [
        all().frames_per_second(0.0),
        all().frames_per_second(f64::NAN),
        all().frames_per_second(-1.0),
        all().hold(f64::INFINITY),
        all().threads(0),
    ] {
        assert!(matches!(write(animation), Error::Invalid { .. }));
    }
    let unequal = |epoch: u64| Ok(plots.figure(epoch)?.size(480 + epoch as u32, 300));
    let message = all().write(Vec::new(), unequal).unwrap_err().to_string();
    assert!(message.starts_with("the size of the frame of epoch "), "{message}");
    let missing = Animation::of(&[0, 99]).write(Vec::new(), |epoch| small(&plots, epoch));
    assert!(matches!(missing, Err(Error::UnknownEpoch { epoch: 99, .. })));
    let nowhere = all().save("no/such/folder/run.gif", |epoch| small(&plots, epoch));
    assert!(matches!(nowhere, Err(Error::Io { .. })));
}

#[test]
fn every_zeroth_is_every_one() {
    let replay = replay();
    let mut bytes = Vec::new();
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let animation = Animation::of(plots.epochs()).between(0..3).every(0);
    animation.write(&mut bytes, |epoch| small(&plots, epoch)).unwrap();
    assert_eq!(decode(&bytes).0.len(), 3);
}
