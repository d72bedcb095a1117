//! The map of the data has the numbers of Dataset Cartography, and finds labels that were changed.

use training_replay::{
    Activation, Dataset, Dense, Loss, Matrix, Metrics, Optimizer, Replay, Result, Sequential, Trainer,
    analysis::{DataMap, SampleHistory},
    datasets,
};

/// Trains and records so many epochs, the first of them before training.
fn recorded(data: &Dataset, layers: [Dense; 2], loss: Loss, (seed, epochs): (u64, u64)) -> Result<Replay> {
    let mut model = Sequential::builder(data.features()).layers(layers).build(seed)?;
    let mut trainer = Trainer::new(loss, Optimizer::adam(0.003)).batch_size(32).seed(seed);
    let mut replay = Replay::options().dataset(data).loss(loss).in_memory();
    replay.record(&model, Metrics::new())?;
    for _ in 0..epochs {
        let metrics = trainer.epoch(&mut model, data)?;
        replay.record(&model, metrics)?;
    }
    Ok(replay)
}

#[test]
fn confidence_variability_and_correctness_are_those_of_the_recorded_probabilities() -> Result<()> {
    let data = datasets::moons(60, 0.3, 7);
    let layers = [Dense::new(8).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    let replay = recorded(&data, layers, Loss::BinaryCrossEntropy, (3, 12))?;
    let map = replay.run()?.epochs(1..=12).sample_history(Loss::BinaryCrossEntropy)?.data_map()?;
    assert_eq!((map.samples.len(), map.epochs.len()), (60, 12));
    let classes = data.classes()?;
    for (sample, found) in map.samples.iter().enumerate() {
        let own = |epoch: u64| {
            let p = f64::from(replay.at(epoch).unwrap().outputs().unwrap()[sample]);
            if classes[sample] == 1 { p } else { 1.0 - p }
        };
        let own: Vec<f64> = (1..=12).map(own).collect();
        let mean = own.iter().sum::<f64>() / 12.0;
        let variance = own.iter().map(|p| p * p).sum::<f64>() / 12.0 - mean * mean;
        assert!((found.confidence - mean).abs() < 1e-6, "{sample}: {} and {mean}", found.confidence);
        assert!((found.variability * found.variability - variance).abs() < 1e-6, "{sample}");
        let right = own.iter().filter(|&&p| p > 0.5).count() as f64 / 12.0;
        assert_eq!(found.correctness, right, "{sample}");
    }
    Ok(())
}

#[test]
fn of_no_epochs_nothing_is_known_and_nobody_is_suspected() -> Result<()> {
    let map = SampleHistory::new(&datasets::moons(6, 0.1, 7)).data_map()?;
    assert!(map.samples.iter().all(|it| it.confidence.is_nan() && it.correctness.is_nan() && it.forgotten == 0));
    assert!(map.suspected_labels(0.0).is_empty());
    let numbers = Dataset::new(Matrix::zeros(2, 1), Matrix::from_column_slice(2, 1, &[0.3, 7.0]))?;
    assert!(SampleHistory::new(&numbers).data_map().is_err(), "numbers have no classes");
    Ok(())
}

/// A diverged run had every label suspected, though it takes no sample for another class.
#[test]
fn of_outputs_that_are_nan_nobody_is_suspected_and_nobody_is_hard() -> Result<()> {
    let data = Dataset::new(Matrix::zeros(4, 1), Matrix::from_column_slice(4, 1, &[1.0, 1.0, 0.0, 1.0]))?;
    let mut history = SampleHistory::new(&data);
    history.push(1, &Matrix::from_column_slice(4, 1, &[0.75, 0.25, 1.0, 0.25]), &[0.0; 4])?;
    let map = history.data_map()?;
    assert_eq!((map.suspected_labels(0.5), map.hardest(9)), (vec![2, 1, 3], vec![2, 1, 3, 0]), "equals in their order");
    history.push(2, &Matrix::from_column_slice(4, 1, &[0.75, f32::NAN, 1.0, 0.25]), &[0.0; 4])?;
    let map = history.data_map()?;
    assert_eq!((map.suspected_labels(0.5), map.hardest(2)), (vec![2, 3], vec![2, 3]));
    Ok(())
}

/// The digits, and those whose label is another one than theirs: a tenth, drawn by the seed.
fn digits_with_wrong_labels(seed: u64) -> Result<(Dataset, Vec<bool>)> {
    let digits = smartcore::dataset::digits::load_dataset();
    let count = digits.num_samples;
    let mut state = seed.wrapping_mul(7_919).wrapping_add(1);
    let mut below = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut labels: Vec<u32> = digits.target.iter().map(|&label| label as u32).collect();
    let mut is_wrong = vec![false; count];
    while is_wrong.iter().filter(|&&wrong| wrong).count() < count / 10 {
        let sample = below(count);
        if !is_wrong[sample] {
            is_wrong[sample] = true;
            labels[sample] = (labels[sample] + 1 + below(9) as u32) % 10;
        }
    }
    let pixels = Matrix::from_fn(count, 64, |sample, pixel| digits.data[sample * 64 + pixel] / 16.0);
    Ok((Dataset::from_labels(pixels, &labels)?, is_wrong))
}

fn precision_and_recall(map: &DataMap, is_wrong: &[bool]) -> (f64, f64) {
    let suspected = map.suspected_labels(0.5);
    let hits = suspected.iter().filter(|&&sample| is_wrong[sample]).count() as f64;
    let all = is_wrong.iter().filter(|&&wrong| wrong).count() as f64;
    (hits / suspected.len() as f64, hits / all)
}

/// Seeds that nothing was chosen by.
#[test]
fn of_ten_runs_on_digits_with_a_tenth_of_wrong_labels_at_least_eight_find_four_of_five_and_name_few_others()
-> Result<()> {
    let mut found = Vec::new();
    for seed in 100..110 {
        let (data, is_wrong) = digits_with_wrong_labels(seed)?;
        let layers = [Dense::new(32).activation(Activation::Relu), Dense::new(10).activation(Activation::Softmax)];
        let replay = recorded(&data, layers, Loss::CategoricalCrossEntropy, (seed, 40))?;
        let map = replay.run()?.epochs(1..=40).sample_history(Loss::CategoricalCrossEntropy)?.data_map()?;
        found.push(precision_and_recall(&map, &is_wrong));
    }
    let good = found.iter().filter(|(precision, recall)| *precision >= 0.8 && *recall >= 0.8).count();
    assert!(good >= 8, "precision and recall: {found:?}");
    Ok(())
}
