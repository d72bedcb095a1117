//! Models within something else, which hands on what they hold.

/// The parameters and the description of a model within: `parameters_of!(|it| it.model)`.
macro_rules! parameters_of {
    (|$it:ident| $model:expr) => {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            let $it = self;
            ($model).parameters()
        }

        fn visit(&self, visitor: &mut $crate::Visitor<'_>) -> Result<()> {
            let $it = self;
            ($model).visit(visitor)
        }

        fn description(&self) -> Option<Description> {
            let $it = self;
            ($model).description()
        }
    };
}

pub(super) use parameters_of;
