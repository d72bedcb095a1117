//! A frozen network with adapters of low rank (Hu et al., "LoRA", 2021) on handwritten digits of 8 x 8 pixels (UCI, "Optical
//! Recognition of Handwritten Digits", as the crate `smartcore` ships them): trained on upright digits, adapted to digits that lie
//! on their side. Only the adapters are recorded, and replayed over the base.
//!
//! ```text
//! cargo run --release --example lora
//! ```

use std::{error::Error, fs, path::Path, sync::PoisonError};

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{AdamW, Linear, Module, Optimizer, VarBuilder, VarMap, init, loss};
use training_replay::{
    Activation, BackgroundRecorder, Base, Dataset, Loss, Matrix, OutputKind, Replay, analysis::VerifyOptions,
    to_row_major,
};
use training_replay_candle::{Recorded, Replayed};

const EPOCHS: u64 = 150;
const HIDDEN: usize = 256;
const LOSS: Loss = Loss::CategoricalCrossEntropy;
const RANK: usize = 4;

/// A linear layer and its adapter: `base(x) + B A x`, where B is zero at first.
struct Adapted {
    base: Linear,
    a: Linear,
    b: Linear,
}

impl Adapted {
    fn new(inputs: usize, outputs: usize, vb: VarBuilder) -> candle_core::Result<Self> {
        let a = candle_nn::linear_no_bias(inputs, RANK, vb.pp("lora_A"))?;
        let b = vb.pp("lora_B").get_with_hints((outputs, RANK), "weight", init::ZERO)?;
        Ok(Self { base: candle_nn::linear(inputs, outputs, vb)?, a, b: Linear::new(b, None) })
    }
}

impl Module for Adapted {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.base.forward(x)? + self.b.forward(&self.a.forward(x)?)?
    }
}

struct Net {
    hidden: Adapted,
    digit: Adapted,
}

impl Net {
    fn new(vb: VarBuilder) -> candle_core::Result<Self> {
        let hidden = Adapted::new(64, HIDDEN, vb.pp("hidden"))?;
        Ok(Self { hidden, digit: Adapted::new(HIDDEN, 10, vb.pp("digit"))? })
    }

    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.digit.forward(&self.hidden.forward(x)?.relu()?)
    }
}

fn replayed() -> Replayed<Net> {
    Replayed::new(64, Net::new)
        .layer("hidden", |net, x| net.hidden.forward(x), Activation::Relu)
        .layer("digit", |net, x| net.digit.forward(x), Activation::Linear)
        .outputs(OutputKind::Logits)
}

fn main() -> Result<(), Box<dyn Error>> {
    run(Path::new("out/candle/lora"))
}

/// Trains a base, adapts it, records that, and shows what the recording of the adapters can do.
pub(crate) fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let [all, adapters] = ["all.replay", "adapters.replay"].map(|name| folder.join(name));
    let base = folder.join("base.safetensors");
    train(folder, &base, [&all, &adapters])?;

    let [of_all, of_adapters] = [fs::metadata(&all)?.len(), fs::metadata(&adapters)?.len()];
    println!("{} epochs: all parameters take {of_all} bytes, the adapters {of_adapters}", EPOCHS + 1);
    expect(of_adapters * 5 < of_all, "a recording of the adapters takes less than a fifth")?;

    // Without the base the recording knows what it lacks.
    let (replay, model) = (Replay::open(&adapters)?, replayed());
    let refused = replay.run_with(&model).at(EPOCHS).err().map(|error| error.to_string()).unwrap_or_default();
    println!("\nwithout the base: {refused}");
    expect(refused.contains("hidden/weight") && refused.contains("Base::of"), "without its base it says so")?;

    // Over the base, which may come from any file, everything can be asked.
    let base = Base::of(&Recorded::of(&candle_core::safetensors::load(base, &Device::Cpu)?))?;
    let (replay, all) = (base.complete(replay)?, Replay::open(&all)?);
    let (run, of_all) = (replay.run_with(&model), all.run_with(&model));
    for epoch in [0, 30, EPOCHS] {
        println!("epoch {epoch}: {}", run.at(epoch)?.evaluate(LOSS)?);
    }
    for epoch in 0..=EPOCHS {
        let [over_base, recorded] = [run.at(epoch)?.outputs()?, of_all.at(epoch)?.outputs()?];
        let same = over_base.iter().zip(recorded.iter()).all(|(one, other)| one.to_bits() == other.to_bits());
        expect(
            same && over_base.shape() == (600, 10),
            "outputs over the base are those of all parameters, bit for bit",
        )?;
    }
    let verification = run.verify(&VerifyOptions::default())?;
    println!("\n{verification}");
    expect(verification.model_holds() == Some(true), "the model is the recorded one")?;
    let [before, after] = [run.at(0)?.evaluate(LOSS)?.accuracy, run.at(EPOCHS)?.evaluate(LOSS)?.accuracy];
    expect(before < Some(0.6) && after > Some(0.9), "the adapters have learned what the base cannot do")
}

/// Fails unless it holds.
fn expect(holds: bool, what: &str) -> Result<(), Box<dyn Error>> {
    if holds { Ok(()) } else { Err(format!("it does not hold that {what}").into()) }
}

/// Trains a base on upright digits, and saves it; then its adapters alone on those that lie on their side, which is recorded twice:
/// with all parameters, and without those of the base, in the background. Both recordings refer to one file of data, so that they
/// hold weights and nothing else.
fn train(folder: &Path, base: &Path, [all, adapters]: [&Path; 2]) -> Result<(), Box<dyn Error>> {
    let varmap = VarMap::new();
    let net = Net::new(VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu))?;
    let [upright, lying] = digits()?;
    fit(&net, variables(&varmap, false), &upright, |_| Ok(()))?;
    varmap.save(base)?;

    let options =
        || Replay::options().dataset(&lying).loss(LOSS).share_data(folder.join("digits.dataset")).overwrite(true);
    let mut all = options().create(all)?;
    let mut adapters = BackgroundRecorder::new(options().only_parameters(["*lora_*"]).create(adapters)?, 2)?;
    let model = replayed().on(&varmap)?;
    fit(&net, variables(&varmap, true), &lying, |loss| {
        all.record(&model, [("loss", loss)])?;
        adapters.record(&model, [("loss", loss)])?;
        Ok(())
    })?;
    all.finish()?;
    adapters.finish()?;
    Ok(())
}

/// The variables of the adapters, or those of the base.
fn variables(varmap: &VarMap, of_adapters: bool) -> Vec<Var> {
    let map = varmap.data().lock().unwrap_or_else(PoisonError::into_inner);
    map.iter().filter(|(name, _)| name.contains("lora_") == of_adapters).map(|(_, var)| var.clone()).collect()
}

/// A plain loop of candle's over all samples at once; each loss is that of the weights before the step.
fn fit(
    net: &Net,
    variables: Vec<Var>,
    data: &Dataset,
    mut each: impl FnMut(f64) -> training_replay::Result<()>,
) -> Result<(), Box<dyn Error>> {
    let x = Tensor::from_vec(to_row_major(data.inputs()), (data.samples(), 64), &Device::Cpu)?;
    let classes: Vec<u32> = data.classes()?.into_iter().map(|class| class as u32).collect();
    let y = Tensor::from_vec(classes, data.samples(), &Device::Cpu)?;
    let mut optimizer = AdamW::new_lr(variables, 0.02)?;
    for _ in 0..=EPOCHS {
        let loss = loss::cross_entropy(&net.forward(&x)?, &y)?;
        each(f64::from(loss.to_scalar::<f32>()?))?;
        optimizer.backward_step(&loss)?;
    }
    Ok(())
}

/// The first 600 digits, upright and turned by a quarter; pixels from 0 to 16 become numbers from 0 to 1.
fn digits() -> training_replay::Result<[Dataset; 2]> {
    let all = smartcore::dataset::digits::load_dataset();
    let upright = Matrix::from_row_slice(all.num_samples, 64, &all.data).rows(0, 600) / 16.0;
    let lying = Matrix::from_fn(600, 64, |sample, pixel| upright[(sample, pixel % 8 * 8 + 7 - pixel / 8)]);
    let labels: Vec<u32> = all.target.iter().take(600).map(|&digit| digit as u32).collect();
    Ok([Dataset::from_labels(upright, &labels)?, Dataset::from_labels(lying, &labels)?])
}
