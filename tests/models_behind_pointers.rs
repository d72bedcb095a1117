//! A model in a box, shared, or behind a reference is recorded and asked as the model itself.

use std::{rc::Rc, sync::Arc};

use training_replay::{
    Activation, Backward, Dense, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Sequential, Weights,
    datasets,
};

type Boxed = Box<dyn Forward + Send + Sync>;

fn network() -> Sequential {
    let layers = [Dense::new(3).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    Sequential::builder(2).layers(layers).build(5).unwrap()
}

fn recorded(model: &impl Model) -> Replay {
    let mut replay = Replay::options().dataset(&datasets::moons(20, 0.1, 7)).in_memory();
    replay.record(model, Metrics::new()).unwrap();
    replay
}

#[test]
fn what_a_pointer_records_is_what_the_model_records() {
    let model = network();
    let same = |model: &dyn Model| {
        let replay = recorded(&model);
        assert_eq!(replay.weights(0).unwrap(), Weights::of(&network()).unwrap());
        assert_eq!(replay.at(0).unwrap().model(), &network(), "its description too");
    };
    same(&&model);
    same(&Box::new(network()));
    same(&Rc::new(network()));
    same(&Arc::new(network()));
    same(&(Box::new(network()) as Box<dyn Forward>));
    same(&(Box::new(network()) as Box<dyn Backward>));
}

/// Every method of the trait, so that none falls back on its default.
fn assert_same<M: Forward>(pointer: &M) {
    let (model, inputs, targets) = (network(), Matrix::from_element(4, 2, 0.5), Matrix::from_element(4, 1, 1.0));
    let loss = Loss::BinaryCrossEntropy;
    assert_eq!(pointer.layers(), model.layers());
    assert_eq!(pointer.forward(&inputs, 0..2).unwrap(), model.forward(&inputs, 0..2).unwrap());
    assert_eq!(pointer.pre_activation(&inputs, 0).unwrap(), model.pre_activation(&inputs, 0).unwrap());
    let (mut outputs, mut values) = (Matrix::zeros(0, 0), Matrix::zeros(0, 0));
    pointer.forward_into(&inputs, 0..1, &mut outputs).unwrap();
    pointer.pre_activation_into(&inputs, 0, &mut values).unwrap();
    assert_eq!((outputs, values), (model.forward(&inputs, 0..1).unwrap(), model.pre_activation(&inputs, 0).unwrap()));
    assert_eq!(
        pointer.losses(&inputs, (&targets).into(), loss).unwrap(),
        model.losses(&inputs, (&targets).into(), loss).unwrap()
    );
    let (many, zeros) = (Matrix::from_element(200, 2, 0.5), Matrix::zeros(200, 1));
    let mean = pointer.mean_loss(&many, (&zeros).into(), loss).unwrap();
    assert!(mean.is_some());
    assert_eq!(mean, model.mean_loss(&many, (&zeros).into(), loss).unwrap());
    assert_eq!(pointer.range(1), model.range(1));
    let gradients = pointer.as_backward().unwrap().gradients(&inputs, (&targets).into(), loss).unwrap();
    assert_eq!(gradients, model.gradients(&inputs, (&targets).into(), loss).unwrap());
}

#[test]
fn what_a_pointer_answers_is_what_the_model_answers() {
    assert_same(&Box::new(network()));
    assert_same(&Rc::new(network()));
    assert_same(&Arc::new(network()));
    assert_same(&(Box::new(network()) as Box<dyn Forward>));
    assert_same(&(Box::new(network()) as Boxed));
}

#[test]
fn owners_take_other_weights_and_the_run_of_a_shared_model_is_asked() {
    let (model, replay) = (Arc::new(network()), recorded(&network()));
    let losses = |snapshot: &training_replay::Snapshot<'_, Arc<Sequential>>| snapshot.losses(Loss::BinaryCrossEntropy);
    let expected = replay.at(0).unwrap().losses(Loss::BinaryCrossEntropy).unwrap();
    assert_eq!(replay.run_with(&model).map(losses).unwrap(), [expected]);
    assert_eq!(*Box::new(network()).with_weights(&replay.weights(0).unwrap()).unwrap(), network());
}

#[test]
fn boxed_models_of_several_types_are_asked_through_a_function_that_makes_them() {
    let replay = recorded(&network());
    let restore = |weights: &Weights| -> Result<Boxed> { Ok(Box::new(network().with_weights(weights)?)) };
    let run = replay.run_from(&restore);
    let outputs = run.map(|snapshot| snapshot.outputs()).unwrap();
    assert_eq!(outputs, [replay.at(0).unwrap().outputs().unwrap()]);
    assert!(run.at(0).unwrap().model().as_backward().is_some());
    let fail = |_: &Weights| -> Result<Boxed> { Err(training_replay::Error::model("no memory")) };
    assert_eq!(replay.run_from(&fail).at(0).err().unwrap().to_string(), "the model failed: no memory");
}

#[test]
fn a_boxed_model_of_unknown_type_says_how_it_is_asked_instead() {
    let replay = recorded(&network());
    let model: Boxed = Box::new(network());
    let message = replay.run_with(&model).at(0).err().unwrap().to_string();
    assert!(message.contains("Replay::run_from"), "{message}");
}

/// How often its memory was taken over.
#[derive(Clone)]
struct Reused(u32);

impl Model for Reused {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![])
    }
}

impl Forward for Reused {
    fn layers(&self) -> Vec<String> {
        vec![]
    }

    fn with_weights(&self, _: &Weights) -> Result<Self> {
        Ok(Self(0))
    }

    fn into_restored(self, _: &Weights) -> Result<Self> {
        Ok(Self(self.0 + 1))
    }

    fn forward(&self, inputs: &Matrix, _: std::ops::Range<usize>) -> Result<Matrix> {
        Ok(inputs.clone())
    }
}

#[test]
fn memory_is_taken_over_behind_a_pointer_unless_it_is_needed_elsewhere() {
    let none = &Weights::default();
    assert_eq!(Box::new(Reused(1)).into_restored(none).unwrap().0, 2);
    assert_eq!(Rc::new(Reused(1)).into_restored(none).unwrap().0, 2);
    assert_eq!(Arc::new(Reused(1)).into_restored(none).unwrap().0, 2);
    let (rc, arc) = (Rc::new(Reused(1)), Arc::new(Reused(1)));
    assert_eq!(Rc::clone(&rc).into_restored(none).unwrap().0, 0);
    assert_eq!(Arc::clone(&arc).into_restored(none).unwrap().0, 0);
    assert_eq!((rc.0, arc.0), (1, 1));
}
