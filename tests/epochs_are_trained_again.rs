//! Where the state of training is recorded, a verification trains again and compares every bit.

use training_replay::{
    Activation, Dataset, Dense, Dropout, Forward, Loss, Metrics, Optimizer, Parameter, Replay, Sequential, Trainer,
    Weights,
    analysis::{Verdict, Verification, VerifyOptions},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn network() -> Sequential {
    Sequential::builder(2)
        .layer(Dense::new(4).name("hidden").activation(Activation::Tanh))
        .layer(Dropout::new(0.2))
        .layer(Dense::new(1).name("output").activation(Activation::Sigmoid))
        .build(42)
        .unwrap()
}

fn data() -> Dataset {
    datasets::moons(60, 0.2, 7)
}

/// Six epochs of 4 steps; `each` is called before each of them, and may change what it wants.
fn recorded(every: u64, with_data: bool, mut each: impl FnMut(u64, &mut Trainer, &mut Sequential)) -> Replay {
    let (mut model, data) = (network(), data());
    let mut trainer = Trainer::new(LOSS, Optimizer::adam(0.01)).batch_size(16);
    let options = Replay::options().every(every).loss(LOSS);
    let mut replay = if with_data { options.dataset(&data).in_memory() } else { options.in_memory() };
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    for epoch in 1..=6 {
        each(epoch, &mut trainer, &mut model);
        let metrics = trainer
            .epoch_with(&mut model, &data, |step| {
                replay.record_at((epoch, step.number()), &step.training(), step.metrics())
            })
            .unwrap();
        replay.record(&trainer.training(&model), metrics).unwrap();
    }
    replay
}

fn verified(replay: &Replay) -> Verification {
    replay.run().unwrap().verify(&VerifyOptions::default().train_again()).unwrap()
}

#[test]
fn what_was_trained_as_recorded_is_proven_at_every_epoch() {
    for (every, expected) in [(1, (0..6).map(|from| (from, from + 1)).collect::<Vec<_>>()), (3, vec![(0, 3), (3, 6)])] {
        let found = verified(&recorded(every, true, |_, _, _| {}));
        assert_eq!(found.trained.iter().map(|check| (check.from, check.epoch)).collect::<Vec<_>>(), expected);
        assert_eq!((found.verdict(), found.training_holds(), &found.not_trained), (Verdict::Proven, Some(true), &None));
        let text = found.to_string();
        let all = format!("all {} epochs that were trained again became the recorded ones", expected.len());
        assert!(text.contains(&all), "{text}");
    }
}

/// Neither is seen by the probe, which belongs to the weights as they are.
#[test]
fn an_epoch_that_came_about_otherwise_is_named_with_what_differs() {
    let nudged = |epoch: u64, _: &mut Trainer, model: &mut Sequential| {
        if epoch == 4 {
            let mut nudged = Vec::new();
            for parameter in Weights::of(model).unwrap().iter() {
                let (layer, name) = (parameter.layer().to_owned(), parameter.name().to_owned());
                let values: Vec<f32> = parameter.values().to_f32().iter().map(|value| value.next_up()).collect();
                nudged.push(Parameter::new(layer, name, parameter.shape().to_vec(), values));
            }
            *model = model.with_weights(&nudged.into_iter().collect()).unwrap();
        }
    };
    let replay = recorded(1, true, nudged);
    assert!(replay.run().unwrap().verify(&VerifyOptions::default()).unwrap().holds(), "not asked to train");
    let found = verified(&replay);
    let differ: Vec<u64> = found.trained.iter().filter(|check| !check.holds()).map(|check| check.epoch).collect();
    assert_eq!((differ, found.verdict()), (vec![4], Verdict::Differs));
    let text = found.to_string();
    assert!(text.contains("training again from epoch 3 made another epoch 4: hidden/kernel"), "{text}");
    assert!(text.contains("at step 1 of epoch 4") && text.contains("1 of the 6 epochs"), "{text}");
}

#[test]
fn a_learning_rate_that_was_set_before_an_epoch_is_known_from_its_state() {
    let scheduled = |epoch, trainer: &mut Trainer, _: &mut Sequential| trainer.set_learning_rate(0.1 / epoch as f32);
    assert_eq!(verified(&recorded(1, true, scheduled)).verdict(), Verdict::Proven);
    // With every third epoch alone, the rates between are not known.
    assert_eq!(verified(&recorded(3, true, scheduled)).verdict(), Verdict::Differs);
}

#[test]
fn other_data_are_found_out_whether_or_not_the_recorded_ones_are_there() {
    let other = datasets::moons(60, 0.2, 8);
    let supplied = |with_data, data: &Dataset| recorded(1, with_data, |_, _, _| {}).with_dataset(data).unwrap();
    assert_eq!(verified(&supplied(true, &other)).verdict(), Verdict::OtherData);
    assert_eq!(verified(&supplied(false, &other)).verdict(), Verdict::Differs);
    assert_eq!(verified(&supplied(false, &data())).verdict(), Verdict::Proven, "by training alone");
    let fewer = datasets::moons(40, 0.2, 7);
    assert_eq!(verified(&supplied(false, &fewer)).verdict(), Verdict::Differs);
}

#[test]
fn where_nothing_can_be_trained_again_it_says_why() {
    let mut replay = Replay::options().dataset(&data()).loss(LOSS).in_memory();
    replay.record(&network(), Metrics::new()).unwrap();
    replay.record(&network(), Metrics::new()).unwrap();
    let found = verified(&replay);
    assert_eq!((found.trained.len(), found.training_holds()), (0, None));
    assert!(found.not_trained.as_ref().unwrap().contains("Trainer::training"), "{found}");
    assert!(found.to_string().contains("nothing was trained again: no epoch lies behind one"), "{found}");

    let without_data = recorded(1, false, |_, _, _| {});
    let message = without_data.run().unwrap().verify(&VerifyOptions::default().train_again()).unwrap_err().to_string();
    assert!(message.contains("data set"), "{message}");
}

#[test]
fn a_damaged_state_costs_what_follows_it_and_is_listed() {
    let mut bytes = Vec::new();
    let replay = recorded(1, true, |_, _, _| {});
    replay.write_to(&mut bytes).unwrap();
    let state = replay.training().state(3).unwrap();
    let values = state.arrays().get("hidden", "kernel.mean").unwrap().values().to_f32().into_owned();
    let needle: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let places: Vec<usize> =
        bytes.windows(needle.len()).enumerate().filter(|(_, it)| *it == needle).map(|(i, _)| i).collect();
    bytes[*places.last().unwrap()] ^= 1; // The last step of the epoch has the same memory as its end.
    let replay = Replay::from_bytes(bytes).unwrap();
    let damage = replay.check_integrity().unwrap();
    assert_eq!(damage.len(), 1);
    assert!(damage[0].reason.contains("the state of training of epoch 3 is corrupted"), "{}", damage[0].reason);
    assert!(replay.weights(3).is_ok() && replay.training().state(4).is_ok());
    let found = verified(&replay);
    assert_eq!(found.trained.iter().map(|check| check.epoch).collect::<Vec<_>>(), [1, 2, 5, 6]);
    assert_eq!(found.verdict(), Verdict::Proven);
    assert!(found.caveats.len() == 2 && found.to_string().contains("the state of training of epoch 3"), "{found}");
}
