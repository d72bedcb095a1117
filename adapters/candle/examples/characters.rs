//! A small model of characters: attention over the characters before, on a few sentences. Its inputs are integers, its
//! outputs a distribution for each position, and its targets the next character at each position, by index.
//!
//! ```text
//! cargo run --release --example characters
//! ```

use std::{error::Error, path::Path};

use candle_core::{D, DType, Device, Tensor};
use candle_nn::{AdamW, Embedding, Linear, Module, Optimizer, VarBuilder, VarMap, linear_no_bias, loss, ops};
use training_replay::{
    Activation, Dataset, Loss, Matrix, Metrics, OutputKind, Replay,
    analysis::{MilestoneOptions, VerifyOptions},
};
use training_replay_candle::Replayed;

const EPOCHS: u64 = 80;
const LOSS: Loss = Loss::CategoricalCrossEntropy;
const POSITIONS: usize = 16;
const WIDTH: usize = 32;
const TEXT: &str = "every epoch is written down before the next one begins. what was written down can be read again, and \
                    what can be read again can be asked. nothing has to be asked before the end. ";

struct Net {
    characters: Embedding,
    places: Tensor,
    query: Linear,
    key: Linear,
    value: Linear,
    wide: Linear,
    narrow: Linear,
    next: Linear,
    /// Minus infinity where a position would look ahead.
    mask: Tensor,
}

impl Net {
    fn new(vb: VarBuilder, classes: usize) -> candle_core::Result<Self> {
        let mask: Vec<f32> = (0..POSITIONS)
            .flat_map(|to| (0..POSITIONS).map(move |from| if from > to { f32::NEG_INFINITY } else { 0.0 }))
            .collect();
        Ok(Self {
            characters: candle_nn::embedding(classes, WIDTH, vb.pp("characters"))?,
            places: vb.get_with_hints(
                (POSITIONS, WIDTH),
                "places",
                candle_nn::Init::Randn { mean: 0.0, stdev: 0.3 },
            )?,
            query: linear_no_bias(WIDTH, WIDTH, vb.pp("attention.query"))?,
            key: linear_no_bias(WIDTH, WIDTH, vb.pp("attention.key"))?,
            value: linear_no_bias(WIDTH, WIDTH, vb.pp("attention.value"))?,
            wide: candle_nn::linear(WIDTH, 2 * WIDTH, vb.pp("wide"))?,
            narrow: candle_nn::linear(2 * WIDTH, WIDTH, vb.pp("narrow"))?,
            next: candle_nn::linear(WIDTH, classes, vb.pp("next"))?,
            mask: Tensor::from_vec(mask, (POSITIONS, POSITIONS), vb.device())?,
        })
    }

    fn embed(&self, ids: &Tensor) -> candle_core::Result<Tensor> {
        self.characters.forward(ids)?.broadcast_add(&self.places)
    }

    /// Values of the characters up to each position, by how well they answer it, beside what is there.
    fn attend(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let scores = self.query.forward(x)?.matmul(&self.key.forward(x)?.t()?)?;
        let scores = (scores / (WIDTH as f64).sqrt())?.broadcast_add(&self.mask)?;
        x + ops::softmax(&scores, D::Minus1)?.matmul(&self.value.forward(x)?)?
    }

    fn think(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        x + self.narrow.forward(&self.wide.forward(x)?.relu()?)?
    }

    fn forward(&self, ids: &Tensor) -> candle_core::Result<Tensor> {
        self.next.forward(&self.think(&self.attend(&self.embed(ids)?)?)?)
    }
}

// glue
fn replayed(classes: usize) -> Replayed<Net> {
    Replayed::new(POSITIONS, move |vb| Net::new(vb, classes))
        .inputs_as(DType::U32)
        .layer("embedded", Net::embed, None)
        .layer("attended", Net::attend, None)
        .layer("thought", Net::think, None)
        .layer("next", |net, x| net.next.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits)
}
// end of glue

fn main() -> Result<(), Box<dyn Error>> {
    run(Path::new("out/candle/characters"))
}

/// Trains, records, opens the recording again, and says what it shows.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let (path, alphabet) = (folder.join("characters.replay"), alphabet());
    let data = windows(&alphabet)?;
    train(&path, &data, alphabet.len())?;

    let (replay, model) = (Replay::open(&path)?, replayed(alphabet.len()));
    let run = replay.run_with(&model);
    for epoch in [0, 10, EPOCHS] {
        println!("epoch {epoch}: {}, a character", run.at(epoch)?.evaluate(LOSS)?);
    }
    println!("\n{}", run.milestones(&MilestoneOptions::default())?);
    let verification = run.verify(&VerifyOptions::default().at_end().tolerance(1e-4))?;
    println!("{verification}");
    if verification.model_holds() != Some(true) || !verification.means_agree() {
        return Err("the recording is not of this network".into());
    }
    if run.at(EPOCHS)?.evaluate(LOSS)?.accuracy < Some(0.8) {
        return Err("the text was not learned".into());
    }
    Ok(())
}

/// The characters of the text, in order.
fn alphabet() -> Vec<char> {
    let mut all: Vec<char> = TEXT.chars().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Every window of the text; the targets are the characters one place on.
fn windows(alphabet: &[char]) -> training_replay::Result<Dataset> {
    let ids: Vec<u32> =
        TEXT.chars().filter_map(|character| alphabet.binary_search(&character).ok()).map(|id| id as u32).collect();
    let windows = ids.windows(POSITIONS + 1).step_by(3);
    let inputs: Vec<f32> = windows.clone().flat_map(|window| &window[..POSITIONS]).map(|&id| id as f32).collect();
    let targets: Vec<u32> = windows.flat_map(|window| &window[1..]).copied().collect();
    let inputs = Matrix::from_row_slice(inputs.len() / POSITIONS, POSITIONS, &inputs);
    Dataset::from_class_labels(inputs, &targets, POSITIONS, alphabet.len())
}

/// A plain loop of candle's. The loss that is logged is that of the weights beside it.
fn train(path: &Path, data: &Dataset, classes: usize) -> Result<(), Box<dyn Error>> {
    let (varmap, device) = (VarMap::new(), Device::Cpu);
    let net = Net::new(VarBuilder::from_varmap(&varmap, DType::F32, &device), classes)?;
    let ids: Vec<u32> = training_replay::to_row_major(data.inputs()).iter().map(|&id| id as u32).collect();
    let x = Tensor::from_vec(ids, (data.samples(), POSITIONS), &device)?;
    let next = data.targets().labels()?.indices().to_vec();
    let y = Tensor::from_vec(next, data.samples() * POSITIONS, &device)?;
    let mut optimizer = AdamW::new_lr(varmap.all_vars(), 0.01)?;
    let model = replayed(classes).on(&varmap)?;
    let mut replay = Replay::options().dataset(data).loss(LOSS).overwrite(true).create(path)?;
    for _ in 0..=EPOCHS {
        let loss = loss::cross_entropy(&net.forward(&x)?.flatten_to(1)?, &y)?;
        replay.record(&model, Metrics::from([("loss", f64::from(loss.to_scalar::<f32>()?))]))?;
        optimizer.backward_step(&loss)?;
    }
    replay.finish()?;
    Ok(())
}
