//! Models behind references and in boxes.

use std::{
    ops::{Range, RangeInclusive},
    rc::Rc,
    sync::Arc,
};

use super::{Backward, Description, Forward, Model, OutputKind, Parameter, Weights, wrapped::parameters_of};
use crate::{Activation, Error, Loss, Matrix, Result, Targets};

macro_rules! models {
    ($($pointer:ty),+) => {$(
        impl<M: Model + ?Sized> Model for $pointer {
            parameters_of!(|it| **it);

            fn as_forward(&self) -> Option<&dyn Forward> {
                (**self).as_forward()
            }

            fn probe_outputs(&self, inputs: &Matrix) -> Result<Option<Matrix>> {
                (**self).probe_outputs(inputs)
            }

            fn training_state(&self) -> Option<&dyn Model> {
                (**self).training_state()
            }
        }
    )+};
}

models!(&M, Box<M>, Rc<M>, Arc<M>);

/// Every method of `Forward` but `with_weights`, by the model behind the pointer.
macro_rules! forwarded {
    () => {
        fn layers(&self) -> Vec<String> {
            (**self).layers()
        }

        fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
            (**self).forward(inputs, layers)
        }

        fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
            (**self).pre_activation(inputs, layer)
        }

        fn forward_into(&self, inputs: &Matrix, layers: Range<usize>, outputs: &mut Matrix) -> Result<()> {
            (**self).forward_into(inputs, layers, outputs)
        }

        fn pre_activation_into(&self, inputs: &Matrix, layer: usize, outputs: &mut Matrix) -> Result<()> {
            (**self).pre_activation_into(inputs, layer, outputs)
        }

        fn losses(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Vec<f32>> {
            (**self).losses(inputs, targets, loss)
        }

        fn mean_loss(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Option<f64>> {
            (**self).mean_loss(inputs, targets, loss)
        }

        fn activation(&self, layer: usize) -> Option<Activation> {
            (**self).activation(layer)
        }

        fn output_kind(&self) -> Option<OutputKind> {
            (**self).output_kind()
        }

        fn threshold(&self) -> Option<f32> {
            (**self).threshold()
        }

        fn rows_at_once(&self, width: usize) -> usize {
            (**self).rows_at_once(width)
        }

        fn range(&self, layer: usize) -> Option<RangeInclusive<f32>> {
            (**self).range(layer)
        }

        fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
            (**self).units(layer, outputs)
        }

        fn as_backward(&self) -> Option<&dyn Backward> {
            (**self).as_backward()
        }
    };
}

macro_rules! owners {
    ($($owner:ident |$it:ident| $alone:expr),+) => {$(
        impl<M: Forward> Forward for $owner<M> {
            fn with_weights(&self, weights: &Weights) -> Result<Self> {
                (**self).with_weights(weights).map($owner::new)
            }

            fn restore(&self, weights: &mut Weights) -> Result<Self> {
                (**self).restore(weights).map($owner::new)
            }

            fn into_restored(self, weights: &Weights) -> Result<Self> {
                let $it = self;
                match $alone {
                    Ok(model) => model.into_restored(weights).map($owner::new),
                    Err(shared) => shared.with_weights(weights), // it is needed elsewhere
                }
            }

            forwarded!();
        }

        impl<M: Backward> Backward for $owner<M> {
            fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
                (**self).gradients(inputs, targets, loss)
            }
        }
    )+};
}

owners!(Box | it | Ok::<_, Self>(*it), Rc | it | Self::try_unwrap(it), Arc | it | Self::try_unwrap(it));

macro_rules! boxed {
    ($($model:ty),+) => {$(
        /// Its type is not known, and so no other weights can be put into it: `with_weights` is an error, and
        /// [`Replay::run_from`](crate::Replay::run_from) takes a function that makes the model.
        impl Forward for Box<$model> {
            fn with_weights(&self, _: &Weights) -> Result<Self> {
                Err(Error::model("a boxed `dyn Forward` does not know how to take other weights; `Replay::run_from` takes a \
                    function that makes it of them"))
            }

            forwarded!();
        }
    )+};
}

boxed!(dyn Forward, dyn Forward + Send, dyn Forward + Sync, dyn Forward + Send + Sync);
