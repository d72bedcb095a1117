//! However long an animation is, memory holds a few of its frames.
#![cfg(feature = "plot")]

#[path = "common/trained.rs"]
mod trained;

use peak_alloc::PeakAlloc;
use training_replay::{
    Activation, datasets,
    plot::{Animation, RunPlots},
};

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

#[test]
fn a_long_animation_takes_no_more_memory_than_a_short_one() {
    let replay = trained::article(&datasets::parabola(60, 13), Activation::Tanh, 150);
    let plots = RunPlots::of(replay.run().unwrap()).unwrap();
    let peak = |epochs: u64| {
        PEAK.reset_peak_usage();
        let before = PEAK.current_usage();
        let animation = Animation::of(plots.epochs()).between(..epochs).threads(2);
        animation.write(std::io::sink(), |epoch| Ok(plots.figure(epoch)?.size(480, 300))).unwrap();
        (PEAK.peak_usage() - before) as f64 / 1e6
    };
    let (short, long) = (peak(32), peak(151));
    assert!(long < 1.2 * short + 0.5, "{long} MB for 151 frames, {short} MB for 32");
}
