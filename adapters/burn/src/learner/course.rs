//! The course of an epoch: the batches of the training split, then those of the validation split.

use burn_core::data::dataloader::DataLoader;
use burn_optim::{GradientsAccumulator, GradientsParams};
use burn_train::{
    EventProcessorError, EventProcessorTraining, InferenceStep, Interrupter, Learner, LearnerEvent, LearnerModel,
    SupervisedTrainingEventProcessor, TrainStep, TrainingItem,
};

/// The learner, and whom it reports to.
pub(super) struct Course<M: LearnerModel> {
    pub learner: Learner<M>,
    pub processor: SupervisedTrainingEventProcessor<M>,
    pub interrupter: Interrupter,
    /// So many batches make one step, if it is not each.
    pub accumulation: Option<usize>,
}

impl<M: LearnerModel> Course<M> {
    /// Trains for an epoch; returns whether training goes on.
    pub(super) fn train(&mut self, epoch: usize, loader: &dyn DataLoader<<M as TrainStep>::Input>) -> bool {
        let total_items = loader.num_items();
        let start = self.processor.process_train(LearnerEvent::StartSplit { epoch_number: epoch, total_items });
        self.report(start);
        self.train_batches(loader);
        let end = self.processor.process_train(LearnerEvent::EndSplit(epoch));
        self.report(end)
    }

    fn train_batches(&mut self, loader: &dyn DataLoader<<M as TrainStep>::Input>) {
        let mut batches = loader.iter();
        let mut steps = Steps { batches: 0, accumulator: GradientsAccumulator::new(), accumulated: 0 };
        while let Some(batch) = batches.next() {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => return self.interrupter.fail(error),
            };
            let progress = batches.progress();
            let trained = self.learner.train_step(batch);
            steps.take(&mut self.learner, trained.grads, self.accumulation, progress.is_completed());
            let rate = Some(self.learner.lr_current());
            let item = TrainingItem::new(trained.item, progress, Some(steps.batches), rate);
            let processed = self.processor.process_train(LearnerEvent::ProcessedItem(item));
            if !self.report(processed) {
                return;
            }
        }
    }

    /// Validates the model as it is now; returns whether training goes on.
    pub(super) fn validate(&mut self, epoch: usize, loader: &dyn DataLoader<<M as InferenceStep>::Input>) -> bool {
        let total_items = loader.num_items();
        let start = self.processor.process_valid(LearnerEvent::StartSplit { epoch_number: epoch, total_items });
        self.report(start);
        self.validate_batches(loader);
        let end = self.processor.process_valid(LearnerEvent::EndSplit(epoch));
        self.report(end);
        let end = self.processor.process_train(LearnerEvent::EndEpoch(epoch));
        self.report(end);
        // What is asked of the metrics of this epoch must know all of it.
        let all = self.processor.flush();
        self.report(all)
    }

    fn validate_batches(&mut self, loader: &dyn DataLoader<<M as InferenceStep>::Input>) {
        let model = self.learner.model().valid();
        let mut batches = loader.iter();
        let mut count = 0;
        while let Some(batch) = batches.next() {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => return self.interrupter.fail(error),
            };
            count += 1;
            let item = TrainingItem::new(InferenceStep::step(&model, batch), batches.progress(), Some(count), None);
            let processed = self.processor.process_valid(LearnerEvent::ProcessedItem(item));
            if !self.report(processed) {
                return;
            }
        }
    }

    /// Hands an error to the interrupter; returns whether training goes on.
    fn report(&self, result: Result<(), EventProcessorError>) -> bool {
        self.interrupter.fail_on_error(result);
        !self.interrupter.should_stop()
    }
}

/// The steps of an epoch: of each batch, or of some batches together.
struct Steps<M> {
    batches: usize,
    accumulator: GradientsAccumulator<M>,
    accumulated: usize,
}

impl<M: LearnerModel> Steps<M> {
    fn take(
        &mut self,
        learner: &mut Learner<M>,
        gradients: GradientsParams,
        accumulation: Option<usize>,
        is_last: bool,
    ) {
        self.batches += 1;
        let Some(together) = accumulation else {
            learner.lr_step();
            return learner.optimizer_step(gradients);
        };
        self.accumulator.accumulate(&learner.model(), gradients);
        self.accumulated += 1;
        if self.accumulated >= together || is_last {
            learner.lr_step();
            learner.optimizer_step(self.accumulator.grads());
            self.accumulated = 0;
        }
    }
}
