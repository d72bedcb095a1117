//! What if the learning rate had been another from here on? A run is recorded with the state of its training, forked at one of its
//! epochs with nothing changed, with a lower rate and with another activation, and all four are compared, verified and shown side
//! by side.
//!
//! ```text
//! cargo run --release --features plot --example forks
//! ```

mod common;

use training_replay::{
    Activation, Dataset, Dense, Error, Fork, Loss, Metrics, Optimizer, Replay, Result, Sequential, Trainer,
    analysis::VerifyOptions,
    datasets,
    plot::{Page, RunPlots},
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 60;
/// Where the forks begin.
const FORKED: u64 = 20;

fn main() -> std::process::ExitCode {
    common::exit(run())
}

fn run() -> Result<()> {
    let data = datasets::moons(300, 0.15, 7);
    let folder = common::folder("forks")?;
    let parent = train(
        Replay::options().dataset(&data).loss(LOSS).overwrite(true).create(folder.join("parent.replay"))?,
        &data,
    )?;

    let mut runs = vec![("as it was", parent)];
    let changes = [
        ("unchanged", Change::Nothing),
        ("a tenth of the rate", Change::Rate(0.002)),
        ("ReLU", Change::Activation(Activation::Relu)),
    ];
    for (name, change) in changes {
        let fork = changed(runs[0].1.run()?.fork(FORKED)?, change)?;
        let path = folder.join(format!("{}.replay", name.replace(' ', "_")));
        runs.push((name, go_on(fork, &data, path)?));
    }
    print(&runs)?;
    if runs[1].1.weights(EPOCHS)? != runs[0].1.weights(EPOCHS)? {
        return Err(Error::other("a fork that changes nothing became another run"));
    }
    println!("\n{}", runs[0].1.run()?.verify(&VerifyOptions::default().train_again())?);
    let page = folder.join("forks.html");
    draw(&runs)?.save(&page)?;
    println!("\nAll of them side by side: {}", page.display());
    Ok(())
}

fn train(mut replay: Replay, data: &Dataset) -> Result<Replay> {
    let hidden = Dense::new(2).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    let mut model = Sequential::builder(2).layers([hidden, output]).build(1)?;
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.02)).batch_size(16).seed(1);
    replay.record(&trainer.training(&model), Metrics::new())?;
    for _ in 0..EPOCHS {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&trainer.training(&model), metrics)?;
    }
    replay.finish()?;
    Ok(replay)
}

/// The one thing that is changed.
enum Change {
    Nothing,
    Rate(f32),
    Activation(Activation),
}

fn changed(mut fork: Fork, change: Change) -> Result<Fork> {
    match change {
        Change::Nothing => {}
        Change::Rate(rate) => fork.trainer.set_learning_rate(rate),
        Change::Activation(activation) => fork.model = fork.model.with_activation("hidden", activation)?,
    }
    Ok(fork)
}

/// Trains a fork up to the parent's last epoch, into a recording that names the parent.
fn go_on(mut fork: Fork, data: &Dataset, path: std::path::PathBuf) -> Result<Replay> {
    let mut replay = fork.options.overwrite(true).create(path)?;
    for _ in FORKED..EPOCHS {
        let metrics = fork.trainer.epoch(&mut fork.model, data)?;
        replay.record(&fork.trainer.training(&fork.model), metrics)?;
    }
    replay.finish()?;
    Ok(replay)
}

fn print(runs: &[(&str, Replay)]) -> Result<()> {
    println!("{:<20}  {:>7}  {:>10}  {:>10}  parent", "run", "epochs", "loss", "accuracy");
    for (name, replay) in runs {
        let evaluation = replay.at(EPOCHS)?.evaluate(LOSS)?;
        let parent = replay.training().parent().map_or("-".to_owned(), |parent| format!("at {}", parent.moment()));
        let (epochs, accuracy) = (replay.epochs().len(), evaluation.accuracy.unwrap_or(f64::NAN));
        println!("{name:<20}  {epochs:>7}  {:>10.4}  {accuracy:>10.4}  {parent}", evaluation.loss);
    }
    Ok(())
}

fn draw(runs: &[(&str, Replay)]) -> Result<Page> {
    let mut page = Page::new("Forks of a run");
    for (name, replay) in runs {
        page.run(*name, &RunPlots::of(replay.run()?)?)?;
    }
    Ok(page)
}
