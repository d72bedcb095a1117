//! Where a parameter is in a module: the names on the way to it, and what holds it.

use training_replay::Orientation;

/// The names of the modules on the way to a parameter, each with the kind of what holds it.
#[derive(Debug, Default)]
pub(crate) struct ModulePath {
    parts: Vec<(String, String)>,
}

impl ModulePath {
    /// Goes into a field, or an entry, of what burn calls a container: `"Struct:Linear"`, `"Vec"`.
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        self.parts.push((name.into(), container.into()));
    }

    pub(crate) fn exit(&mut self) {
        self.parts.pop();
    }

    /// All but the last name: `encoder.layers.0`.
    pub(crate) fn layer(&self) -> String {
        let before = self.parts.len().saturating_sub(1);
        self.parts.iter().take(before).map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
    }

    /// The last name: `weight`.
    pub(crate) fn name(&self) -> String {
        self.parts.last().map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// For messages.
    pub(crate) fn label(&self) -> String {
        self.parts.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(".")
    }

    /// What the rows and columns of an array of two dimensions stand for. In memory the weights of burn's `Linear` are
    /// `(inputs, outputs)` in either `LinearLayout`, which is one of files; an `Embedding` has a row for each index.
    pub(crate) fn orientation(&self, rank: usize) -> Option<Orientation> {
        let (name, container) = self.parts.last()?;
        let known = rank == 2 && name == "weight" && matches!(container.as_str(), "Struct:Linear" | "Struct:Embedding");
        known.then_some(Orientation::InputsOutputs)
    }
}
