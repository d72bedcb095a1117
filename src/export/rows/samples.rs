//! The rows of `samples`: what is predicted for each of them, and what it costs.

use super::super::{
    batch::{Batch, Cells},
    cell::Cell,
    table::Table,
};
use crate::{
    Dataset, Forward, Loss, Matrix, OutputKind, Result,
    analysis::{Caveat, SampleHistory, SampleOutcomes},
    data::labels,
    model::decision::Decision,
    replay::Snapshot,
};

/// A row for each sample, and what was assumed.
pub(crate) fn rows<M: Forward>(
    data_set: &Cell,
    snapshot: &Snapshot<'_, M>,
    loss: Option<Loss>,
) -> Result<(Batch, Vec<Caveat>)> {
    let data = snapshot.dataset()?;
    if data.targets().positions() > 1 {
        let caveat = Caveat::left_out("rows of samples that have several positions", "`analysis::position_losses`");
        let columns = (1..Table::Samples.columns().len()).map(|_| Cells::null()).collect();
        return Ok((Batch::of_columns(Table::Samples, 0, columns), vec![caveat]));
    }
    let outputs = snapshot.outputs()?;
    let decision = snapshot.rule()?.of_loss(loss).decide(snapshot.model(), &outputs)?;
    let losses = loss.map(|loss| snapshot.losses(loss)).transpose()?;
    let history = of_one_epoch(snapshot.epoch(), data, &outputs, losses.as_deref(), decision)?;
    let [class, predicted, correct, probability, residual] = outcomes(&history, data, &outputs, decision)?;
    let columns = vec![
        Cells::All(data_set.clone()),
        Cells::All(Cell::whole(snapshot.epoch())),
        Cells::Places,
        class,
        predicted,
        correct,
        probability,
        data.targets().numbers().map_or_else(|_| Cells::null(), single),
        single(&outputs),
        residual,
        losses.map_or_else(Cells::null, Cells::F32),
    ];
    Ok((Batch::of_columns(Table::Samples, data.samples(), columns), Caveat::of(decision)))
}

/// The history of the samples at this epoch alone; without a loss that of none.
fn of_one_epoch(
    epoch: u64,
    data: &Dataset,
    outputs: &Matrix,
    losses: Option<&[f32]>,
    decision: Decision,
) -> Result<SampleHistory> {
    let mut history = SampleHistory::new(data);
    let none = vec![f32::NAN; if losses.is_some() { 0 } else { data.samples() }];
    let outcomes = history.outcomes_of(epoch, outputs, losses.unwrap_or(&none), decision)?;
    history.append(outcomes)?;
    Ok(history)
}

/// The columns that hang on what targets and outputs are: class, predicted, correct, probability, residual.
fn outcomes(history: &SampleHistory, data: &Dataset, outputs: &Matrix, decision: Decision) -> Result<[Cells; 5]> {
    let none = Cells::null;
    Ok(match &history.outcomes {
        SampleOutcomes::Regression { residuals } => {
            [none(), none(), none(), none(), Cells::F32(residuals.as_slice().to_vec())]
        }
        SampleOutcomes::Classification { probabilities, correct } => {
            let are_probabilities = decision.kind != OutputKind::Values;
            let probability = if are_probabilities { Cells::F32(probabilities.as_slice().to_vec()) } else { none() };
            let outcomes = labels::outcomes(outputs, data.targets(), decision.threshold(), decision.targets)?;
            let class = Cells::Classes(outcomes.into_iter().map(|outcome| Some(outcome.class)).collect());
            if decision.classifies() {
                let predicted = Cells::Classes(labels::predicted(outputs, decision.threshold)?);
                [class, predicted, Cells::Bool(correct.as_slice().to_vec()), probability, none()]
            } else {
                [class, none(), none(), probability, none()]
            }
        }
    })
}

/// The only column of a matrix.
fn single(matrix: &Matrix) -> Cells {
    if matrix.ncols() == 1 { Cells::F32(matrix.as_slice().to_vec()) } else { Cells::null() }
}
