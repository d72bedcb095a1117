//! A walk through a module that hands over its parameters, one at a time.

use burn_core::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Bool, Int, Tensor, kind::Basic},
};
use training_replay::{Result, Visitor};

use crate::{path::ModulePath, pieces};

/// Hands over the parameters of a module that are wanted, in the order of its fields, each copied once from its device; what is
/// not wanted is not copied.
pub(crate) fn visit<M: Module>(module: &M, visitor: &mut Visitor<'_>) -> Result<()> {
    let mut walk = Walk { path: ModulePath::default(), visitor, outcome: Ok(()) };
    // Running statistics that were updated by the last batch are the module's from here on: burn itself does not visit them
    // before, and the arrays are shared and not copied.
    module.valid().visit(&mut walk);
    walk.outcome
}

struct Walk<'a, 'v> {
    path: ModulePath,
    visitor: &'a mut Visitor<'v>,
    outcome: Result<()>,
}

impl Walk<'_, '_> {
    fn hand_over<const D: usize, K: Basic>(&mut self, tensor: Tensor<D, K>) {
        if self.outcome.is_ok() && self.visitor.wants(&self.path.layer(), &self.path.name()) {
            self.outcome = pieces::hand_over(self.visitor, &self.path, tensor);
        }
    }
}

impl ModuleVisitor for Walk<'_, '_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.hand_over(param.val());
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.hand_over(param.val());
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.hand_over(param.val());
    }
}
