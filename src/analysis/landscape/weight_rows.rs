//! The weights of many epochs, as few of them in memory at a time as there is room for.

use nalgebra::DMatrix;

use super::flat::Flat;
use crate::{Error, Result, Weights, analysis::Caveat};

/// As many values of a block are in memory at once: 128 MB in double precision.
const VALUES: usize = 1 << 24;

/// But of so many epochs at least.
const EPOCHS: usize = 2;

/// An epoch of one of the runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) run: usize,
    pub(super) epoch: u64,
}

/// Some epochs, and in a column of each what has changed since the first one of all.
pub(super) struct Block {
    pub(super) at: Vec<At>,
    pub(super) columns: DMatrix<f64>,
}

impl Block {
    pub(super) fn column(&self, index: usize) -> &[f64] {
        &self.columns.as_slice()[index * self.columns.nrows()..][..self.columns.nrows()]
    }
}

/// What reads the weights of an epoch into memory that is there already.
pub(super) type Read<'r> = dyn FnMut(usize, u64, &mut Weights) -> Result<()> + 'r;

/// Epochs that are gone through block by block, and again.
pub(super) struct WeightRows<'r> {
    read: &'r mut Read<'r>,
    /// The names of the runs; none of a single one.
    names: &'r [&'r str],
    epochs: std::vec::IntoIter<At>,
    memory: Weights,
    first: Option<(Flat, Vec<f64>)>,
    /// Those that are damaged, and why.
    pub(super) skipped: Vec<(At, Error)>,
    values: usize,
}

impl<'r> WeightRows<'r> {
    pub(super) fn new(names: &'r [&'r str], epochs: Vec<At>, read: &'r mut Read<'r>) -> Self {
        let (epochs, memory) = (epochs.into_iter(), Weights::default());
        Self { read, names, epochs, memory, first: None, skipped: Vec::new(), values: VALUES }
    }

    /// The next epochs that are not damaged; none after the last one.
    pub(super) fn next_block(&mut self) -> Result<Option<Block>> {
        let (mut at, mut values) = (Vec::new(), Vec::new());
        while at.len() < self.at_once() {
            let Some(next) = self.epochs.next() else { break };
            match (self.read)(next.run, next.epoch, &mut self.memory) {
                Err(damage @ Error::Corrupted { .. }) => self.skipped.push((next, damage)),
                read => {
                    read?;
                    self.add(next, &mut values)?;
                    at.push(next);
                }
            }
        }
        Ok((!at.is_empty()).then(|| block(at, values)))
    }

    /// A block that was there before.
    pub(super) fn again(&mut self, at: &[At]) -> Result<Block> {
        let mut values = Vec::new();
        for &at in at {
            (self.read)(at.run, at.epoch, &mut self.memory)?;
            self.add(at, &mut values)?;
        }
        Ok(block(at.to_vec(), values))
    }

    /// Where each value stands, and the weights of the first epoch.
    pub(super) fn into_first(self) -> Option<(Flat, Vec<f64>)> {
        self.first
    }

    /// What an answer about the weights of a run leaves out.
    pub(super) fn caveats(&self, run: usize) -> Vec<Caveat> {
        let skipped = self.skipped.iter().filter(|(at, _)| at.run == run);
        let skipped = skipped.map(|(at, reason)| Caveat::Skipped { epoch: at.epoch, reason: reason.to_string() });
        self.first.iter().filter_map(|(flat, _)| flat.caveat()).chain(skipped).collect()
    }

    /// How many epochs are in a block; of the first one it is not known yet how many have room.
    fn at_once(&self) -> usize {
        self.first.as_ref().map_or(1, |(flat, _)| (self.values / flat.len()).max(EPOCHS))
    }

    /// Adds what has changed since the first epoch.
    fn add(&mut self, at: At, values: &mut Vec<f64>) -> Result<()> {
        let whose = match self.names.get(at.run) {
            Some(name) => format!("at epoch {} of run {name:?}", at.epoch),
            None => format!("at epoch {}", at.epoch),
        };
        if self.first.is_none() {
            let flat = Flat::of(self.memory.clone())?;
            let first = flat.vector(&self.memory, &whose)?;
            self.first = Some((flat, first));
        }
        let Some((flat, first)) = &self.first else { return Ok(()) };
        let start = values.len();
        values.resize(start + flat.len(), 0.0);
        flat.write(&self.memory, &whose, &mut values[start..])?;
        values[start..].iter_mut().zip(first).for_each(|(value, first)| *value -= first);
        Ok(())
    }

    /// Blocks of so few values, for tests.
    #[cfg(test)]
    pub(super) fn in_blocks_of(self, values: usize) -> Self {
        Self { values, ..self }
    }
}

fn block(at: Vec<At>, values: Vec<f64>) -> Block {
    let columns = DMatrix::from_vec(values.len() / at.len().max(1), at.len(), values);
    Block { at, columns }
}
