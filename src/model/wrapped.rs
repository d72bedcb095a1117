//! Models within something else, which hands on what they hold.

/// The parameters and the description of a model within: `parameters_of!(|it| it.model)`.
macro_rules! parameters_of {
    (|$it:ident| $model:expr) => {
        fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
            let $it = self;
            ($model).parameters()
        }

        fn visit(&self, each: &mut dyn FnMut(Parameter<'_>) -> Result<()>) -> Result<()> {
            let $it = self;
            ($model).visit(each)
        }

        fn visit_wanted(
            &self,
            wanted: &dyn Fn(&str, &str) -> bool,
            each: &mut dyn FnMut(Parameter<'_>) -> Result<()>,
        ) -> Result<()> {
            let $it = self;
            ($model).visit_wanted(wanted, each)
        }

        fn description(&self) -> Option<Description> {
            let $it = self;
            ($model).description()
        }
    };
}

pub(super) use parameters_of;
