//! A small model of characters: inputs are integers, outputs a class for each position. It learns a rhyme by heart, and is
//! asked at several epochs how it goes on.
//!
//! ```text
//! cargo run --example characters
//! ```

use burn::{
    module::Module,
    nn::{
        Embedding, EmbeddingConfig, Linear, LinearConfig,
        gru::{Gru, GruConfig},
        loss::CrossEntropyLossConfig,
    },
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Int, Tensor, TensorData},
};
use training_replay::{Activation, Dataset, Forward, Loss, Matrix, OutputKind, Replay, Result};
use training_replay_burn::{Recorded, Replayed, Units};

const TEXT: &str = "the cat sat on the mat and the dog lay on the log. ";
const POSITIONS: usize = 16;
const EPOCHS: u64 = 150;

/// Characters from space to `z`; a rhyme has no others.
const CLASSES: usize = 91;

/// What guessing costs: the natural logarithm of the number of classes.
const GUESSING: f64 = 4.511;

#[derive(Module, Debug)]
struct Net {
    embedding: Embedding,
    memory: Gru,
    character: Linear,
}

impl Net {
    fn new(device: &Device) -> Self {
        Self {
            embedding: EmbeddingConfig::new(CLASSES, 8).init(device),
            memory: GruConfig::new(8, 32, true).init(device),
            character: LinearConfig::new(32, CLASSES).init(device),
        }
    }

    fn logits(&self, x: Tensor<2, Int>) -> Tensor<3> {
        self.character.forward(self.memory.forward(self.embedding.forward(x), None))
    }
}

/// Trains and records, replays, and prints what happened.
pub fn main() -> Result<()> {
    let device = Device::default().autodiff();
    device.seed(3);
    let replay = train(Net::new(&device), &device)?;

    // glue
    let model = Replayed::new([POSITIONS], &Net::new(&Device::default()))
        .layer("embedding", |net, x: Tensor<2, Int>| net.embedding.forward(x), Activation::Linear)
        .layer("memory", |net, x: Tensor<3>| net.memory.forward(x, None), None)
        .layer("character", |net, x: Tensor<3>| net.character.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits)
        .units(Units::LastPosition);
    let run = replay.run_with(&model);
    // end of glue
    let mut last = String::new();
    for epoch in [0, 10, 20, 50, EPOCHS] {
        last = goes_on(run.at(epoch)?.model(), &TEXT[..POSITIONS])?;
        println!("epoch {epoch:3}: {}|{last}", &TEXT[..POSITIONS]);
    }
    assert_eq!(last, TEXT[POSITIONS..], "learned by heart");
    let [first, end] = [0, EPOCHS].map(|epoch| run.at(epoch)?.evaluate(Loss::CategoricalCrossEntropy));
    let (first, end) = (first?, end?);
    println!("a character costs {:.3} at first, {:.3} in the end", first.loss, end.loss);
    assert!((first.loss - GUESSING).abs() < 0.5, "about what guessing costs: {}", first.loss);
    // Not all: of the first characters of a window nobody can know what follows.
    assert!(end.accuracy.is_some_and(|share| share > 0.9), "{:?} are right", end.accuracy);
    Ok(())
}

fn train(mut net: Net, device: &Device) -> Result<Replay> {
    let (x, y) = windows(device);
    let mut optimizer = AdamConfig::new().init();
    let criterion = CrossEntropyLossConfig::new().init(device);
    let loss = Loss::CategoricalCrossEntropy;
    let mut replay = Replay::options().dataset(&data()?).loss(loss).in_memory();
    for _ in 0..=EPOCHS {
        let logits = net.logits(x.clone());
        let loss = criterion.forward(logits.flatten(0, 1), y.clone());
        replay.record(&Recorded::of(&net), [("loss", loss.clone().into_scalar::<f32>())])?;
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        net = optimizer.step(0.02, net, gradients);
    }
    Ok(replay)
}

/// The class of a character.
fn class(character: char) -> i32 {
    character as i32 - ' ' as i32
}

/// The classes of all windows of the rhyme, said again and again, and of the character that follows at each position.
fn classes() -> [Vec<i32>; 2] {
    let classes: Vec<i32> = TEXT.chars().cycle().take(TEXT.len() + POSITIONS).map(class).collect();
    let at = |offset: usize| (0..TEXT.len()).flat_map(move |start| start + offset..start + offset + POSITIONS);
    [0, 1].map(|offset| at(offset).map(|place| classes[place]).collect())
}

/// The same for the recording: a class for each of the positions.
fn data() -> Result<Dataset> {
    let [x, y] = classes();
    let x: Vec<f32> = x.into_iter().map(|class| class as f32).collect();
    let y: Vec<u32> = y.into_iter().map(i32::cast_unsigned).collect();
    Dataset::from_class_labels(Matrix::from_row_slice(TEXT.len(), POSITIONS, &x), &y, POSITIONS, CLASSES)
}

/// The same as tensors.
fn windows(device: &Device) -> (Tensor<2, Int>, Tensor<1, Int>) {
    let [x, y] = classes();
    (
        Tensor::from_data(TensorData::new(x, [TEXT.len(), POSITIONS]), device),
        Tensor::from_data(TensorData::new(y, [TEXT.len() * POSITIONS]), device),
    )
}

/// The most likely characters behind a beginning, to the end of the rhyme.
fn goes_on(model: &impl Forward, beginning: &str) -> Result<String> {
    let mut text: Vec<char> = beginning.chars().collect();
    while text.len() < TEXT.len() {
        let window = &text[text.len() - POSITIONS..];
        let inputs = Matrix::from_fn(1, POSITIONS, |_, position| class(window[position]) as f32);
        let outputs = model.forward(&inputs, 0..3)?;
        // Position by position: the logits of the last one are at the end.
        let (best, _) = outputs.row(0).columns((POSITIONS - 1) * CLASSES, CLASSES).transpose().argmax();
        text.push(char::from(b' ' + best as u8));
    }
    Ok(text[POSITIONS..].iter().collect())
}
