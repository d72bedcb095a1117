//! The samples that the page shows.

use crate::{
    Dataset, Matrix, Result,
    plot::{RunPlots, run::task::Task},
};

/// In place of a class where none is predicted.
pub(crate) const NO_CLASS: u8 = 255;

/// The samples that the page shows.
pub(crate) struct Samples {
    pub(crate) rows: Vec<usize>,
    /// Empty for numbers.
    pub(crate) classes: Vec<usize>,
}

impl Samples {
    /// All, or as many as the page has room for, at equal distances.
    pub(crate) fn of<M>(plots: &RunPlots<'_, M>, most: usize) -> Result<Self> {
        let settings = &plots.settings;
        let (all, classes) = (plots.data.samples(), own_classes(settings.task, plots.data, settings.output)?);
        let shown = all.min(most.max(1));
        let rows: Vec<usize> = (0..shown).map(|i| (i as u128 * all as u128 / shown as u128) as usize).collect();
        Ok(Self { classes: rows.iter().filter_map(|&row| classes.get(row).copied()).collect(), rows })
    }
}

impl Samples {
    /// Of each shown sample the CRC-32 of its inputs.
    pub(crate) fn keys(&self, inputs: &Matrix) -> Vec<u32> {
        self.rows.iter().map(|&row| key(inputs.row(row).iter())).collect()
    }
}

fn key<'a>(values: impl Iterator<Item = &'a f32>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    values.for_each(|value| hasher.update(&value.to_le_bytes()));
    hasher.finalize()
}

/// Of each sample the class that it has: whether it has the label that is shown, where there are several. Empty for numbers.
fn own_classes(task: Task, data: &Dataset, shown: usize) -> Result<Vec<usize>> {
    match task {
        Task::Classes => data.classes(),
        Task::Labels => Ok(data.targets().numbers()?.column(shown).iter().map(|&has| usize::from(has > 0.5)).collect()),
        Task::Numbers => Ok(Vec::new()),
    }
}
