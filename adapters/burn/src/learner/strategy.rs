//! A training strategy of burn's learner that records every epoch.

use burn_core::tensor::Device;
use burn_train::{
    Learner, LearnerModel, SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader,
    TrainingComponents, ValidLoader, checkpoint::CheckpointerError,
};
use training_replay::{Metrics, Result};

use super::{Recording, course::Course};

/// Trains on a single device, that of the model unless another one is given.
pub(super) struct RecordingStrategy {
    recording: Recording,
    device: Option<Device>,
}

impl RecordingStrategy {
    pub(super) fn new(recording: Recording, device: Option<Device>) -> Self {
        Self { recording, device }
    }

    fn device<M: LearnerModel>(&self, learner: &Learner<M>) -> Device {
        let of_model = || learner.model().devices().into_iter().next().unwrap_or_default();
        self.device.clone().unwrap_or_else(of_model).autodiff()
    }

    /// Records an epoch; returns whether training goes on.
    fn record<M: LearnerModel>(&self, course: &Course<M>, epoch: usize, metrics: Result<Metrics>) -> bool {
        let recorded = self.recording.record(epoch, &course.learner.model(), metrics);
        let failed = |text| CheckpointerError::Unknown(format!("epoch {epoch} could not be recorded: {text}"));
        course.interrupter.fail_on_error(recorded.map_err(failed));
        !course.interrupter.should_stop()
    }
}

impl<M: LearnerModel> SupervisedLearningStrategy<M> for RecordingStrategy {
    fn fit(
        &self,
        components: TrainingComponents<M>,
        mut learner: Learner<M>,
        train: TrainLoader<M>,
        valid: ValidLoader<M>,
        starting_epoch: usize,
    ) -> (M, SupervisedTrainingEventProcessor<M>) {
        let device = self.device(&learner);
        let (train, valid) = (train.to_device(&device), valid.to_device(&device.clone().inner()));
        learner.fork(&device);
        let TrainingComponents { num_epochs, mut checkpointer, mut early_stopping, event_store: store, .. } =
            components;
        let mut course = Course {
            learner,
            processor: components.event_processor,
            interrupter: components.interrupter,
            accumulation: components.grad_accumulation,
        };
        let mut goes_on = self.record(&course, starting_epoch.saturating_sub(1), Ok(Metrics::new()));
        for epoch in starting_epoch..=num_epochs {
            goes_on = goes_on
                && course.train(epoch, &*train)
                && course.validate(epoch, &*valid)
                && self.record(&course, epoch, self.recording.metrics_of(epoch, &store));
            if !goes_on {
                break;
            }
            if let Some(checkpointer) = &mut checkpointer {
                checkpointer.checkpoint(&course.learner, epoch, &store);
            }
            goes_on = !early_stopping.as_mut().is_some_and(|strategy| strategy.should_stop(epoch, &store));
        }
        (course.learner.model(), course.processor)
    }
}
