//! The front door: which tables of which run go where.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
};

#[cfg(feature = "serde")]
use super::json_lines;
#[cfg(feature = "parquet")]
use super::parquet;
use super::{
    csv,
    exported::Exported,
    folder,
    named::name_of,
    pass::Pass,
    sink::{Begin, Layout, Sink},
    table::Table,
};
use crate::{
    Error, Forward, Loss, Replay, Result, Run, Sequential,
    analysis::{Caveat, MilestoneOptions},
    file::Whole,
};

/// The tables of a run, to be written for other tools.
///
/// All [`Table`]s are written unless [`tables`](Self::tables) chooses some. The run is gone through once for all of them, and the
/// rows of one epoch are in memory for each thread. What cannot be computed is null, and [`Exported::caveats`] says so, as the
/// column `not_looked_at` of the table `runs` does; epochs that are damaged are left out, and listed there.
///
/// A folder gets a file for each table and run, `samples/run=NAME/part-0.csv`, as Hive's partitions are called: DuckDB, polars,
/// pyarrow and Spark read them as one table with the column `run`. A file appears when it is whole, and takes the place of that
/// of an earlier export of the run; whatever fails before leaves all files as they were.
///
/// ```
/// use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
/// use training_replay::export::{Table, Tables};
///
/// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
/// let data = datasets::moons(50, 0.1, 7);
/// let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
/// replay.record(&model, Metrics::new())?;
/// let mut text = Vec::new();
/// Tables::of(&replay.run()?).named("seed 1").write_csv_to(Table::Epochs, &mut text)?;
/// let text = String::from_utf8(text).expect("text");
/// assert!(text.starts_with("run,data_set,epoch,samples,loss,errors,accuracy,not_finite_in,not_finite\r\n"));
/// assert!(text.lines().nth(1).is_some_and(|row| row.starts_with("seed 1,training,0,50,")));
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Debug)]
pub struct Tables<'a, M> {
    run: Run<'a, M>,
    has_model: bool,
    name: Option<String>,
    chosen: BTreeSet<Table>,
    options: MilestoneOptions,
}

impl<'a> Tables<'a, Sequential> {
    /// Creates the tables of a recording by what it says itself: with the built-in network that it describes, else
    /// without a model.
    ///
    /// Without a model there are the tables that need none: what was logged, and the distributions of the weights.
    ///
    /// ```
    /// use training_replay::{Parameter, Replay, Weights, export::{Table, Tables}};
    ///
    /// let weights = Weights::from_iter([Parameter::new("line", "slope", [1], vec![0.5_f64])]);
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&weights, [("loss", 0.25)])?; // of a model that nobody knows
    /// let mut text = Vec::new();
    /// let exported = Tables::of_replay(&replay)?.named("a").write_csv_to(Table::Metrics, &mut text)?;
    /// assert_eq!(text, b"run,epoch,step,name,value\r\na,0,,loss,0.25\r\n");
    /// assert!(exported.to_string().contains("were left out: a model"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::run`], but that a recording without a described network is none.
    pub fn of_replay(replay: &'a Replay) -> Result<Self> {
        match replay.run() {
            Ok(run) => Ok(Self::new(run, true)),
            Err(Error::Missing { .. }) => Ok(Self::new(replay.run_of_weights(), false)),
            Err(error) => Err(error),
        }
    }
}

impl<'a, M: Forward + Sync> Tables<'a, M> {
    /// Creates the tables of a run: of its [epochs](Run::epochs), [data set](Run::on) and [threshold](Run::threshold), by as
    /// many [threads](Run::threads).
    pub fn of(run: &Run<'a, M>) -> Self {
        Self::new(run.clone(), true)
    }

    fn new(run: Run<'a, M>, has_model: bool) -> Self {
        let has_model = has_model && !run.replay().lacks_base();
        Self { run, has_model, name: None, chosen: Table::ALL.into(), options: MilestoneOptions::default() }
    }

    /// Sets the name of the run; without it that of the recording's file, without `.replay`.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets the tables to be written; without it all of them.
    #[must_use]
    pub fn tables(self, tables: impl IntoIterator<Item = Table>) -> Self {
        Self { chosen: tables.into_iter().collect(), ..self }
    }

    /// Sets the loss that losses and gradients are of; without it that of the recording.
    #[must_use]
    pub fn loss(self, loss: Loss) -> Self {
        Self { options: self.options.loss(loss), ..self }
    }

    /// Sets what counts as a milestone; a [loss](Self::loss) that was set before is that of these options.
    #[must_use]
    pub fn milestones(self, options: MilestoneOptions) -> Self {
        Self { options, ..self }
    }

    /// Calls a function after each epoch, with their number so far and that of all, as [`Run::progress`].
    #[must_use]
    pub fn progress(self, progress: impl FnMut(usize, usize) + Send + 'a) -> Self {
        Self { run: self.run.progress(progress), ..self }
    }

    /// Writes the tables into a folder as CSV, RFC 4180.
    ///
    /// A missing value is nothing, an empty text `""`; `NaN`, `inf` and `-inf` are as Python's `float` reads them, lists are JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name of the run that cannot be a folder's, or epochs that are not in increasing order;
    /// [`Error::Missing`] for a recording in memory that was not [named](Self::named); [`Error::Io`] if a file cannot be
    /// written; and as [`Run::milestones`] for what is asked of the run.
    pub fn write_csv(&self, folder: impl AsRef<Path>) -> Result<Exported> {
        self.write_files(folder.as_ref(), "csv", csv::begin)
    }

    /// Writes one of the tables as CSV, with the run in its first column.
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv), of any name.
    pub fn write_csv_to(&self, table: Table, writer: impl io::Write) -> Result<Exported> {
        self.write_one(table, writer, csv::begin)
    }

    /// Writes the tables into a folder as JSON lines: an object for each row, with every column, nulls included.
    ///
    /// Numbers that are NaN or infinite are `"NaN"`, `"Infinity"` and `"-Infinity"`, as the JSON of protocol buffers has them.
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv).
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn write_json_lines(&self, folder: impl AsRef<Path>) -> Result<Exported> {
        self.write_files(folder.as_ref(), "jsonl", json_lines::begin)
    }

    /// Writes one of the tables as JSON lines, with the run in its first column.
    ///
    /// ```
    /// use training_replay::{Parameter, Replay, Weights, export::{Table, Tables}};
    ///
    /// # let weights = Weights::from_iter([Parameter::new("line", "slope", [1], vec![0.5_f64])]);
    /// let mut replay = Replay::options().in_memory();
    /// replay.record(&weights, [("loss", f64::NAN)])?;
    /// let mut text = Vec::new();
    /// Tables::of_replay(&replay)?.named("a").write_json_lines_to(Table::Metrics, &mut text)?;
    /// let row = r#"{"run":"a","epoch":0,"step":null,"name":"loss","value":"NaN"}"#;
    /// assert_eq!(String::from_utf8_lossy(&text), format!("{row}\n"));
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv), of any name.
    #[cfg(feature = "serde")]
    #[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
    pub fn write_json_lines_to(&self, table: Table, writer: impl io::Write) -> Result<Exported> {
        self.write_one(table, writer, json_lines::begin)
    }

    /// Writes the tables into a folder as Parquet files, compressed by Snappy.
    ///
    /// Every column has its documentation and its unit in its metadata, every file those of its table. A row group has some ten
    /// thousand rows, so that the memory does not grow with the run.
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv).
    #[cfg(feature = "parquet")]
    #[cfg_attr(docsrs, doc(cfg(feature = "parquet")))]
    pub fn write_parquet(&self, folder: impl AsRef<Path>) -> Result<Exported> {
        self.write_files(folder.as_ref(), "parquet", parquet::begin)
    }

    /// Writes one of the tables as Parquet, with the run in its first column.
    ///
    /// # Errors
    ///
    /// As [`write_csv`](Self::write_csv), of any name.
    #[cfg(feature = "parquet")]
    #[cfg_attr(docsrs, doc(cfg(feature = "parquet")))]
    pub fn write_parquet_to(&self, table: Table, writer: impl io::Write + Send) -> Result<Exported> {
        self.write_one(table, writer, parquet::begin)
    }

    fn write_files(&self, folder: &Path, ending: &str, begin: Begin<'static, Whole>) -> Result<Exported> {
        let run = folder::folder_name(&name_of(self.run.replay(), self.name.as_deref())?)?;
        let (mut sinks, mut exported) = (BTreeMap::new(), Exported::default());
        for &table in &self.chosen {
            let file = folder::run_folder(&folder.join(table.name()), &run)?.join(format!("part-0.{ending}"));
            sinks.insert(table, Counted { sink: begin(Layout { table, run: None }, Whole::create(&file)?)?, rows: 0 });
            exported.files.push(file);
        }
        exported.caveats = self.pour(&self.chosen, &mut sinks)?;
        for (table, counted) in sinks {
            counted.sink.finish()?.take_place()?;
            exported.rows.push((table, counted.rows));
        }
        Ok(exported)
    }

    fn write_one<'w, W: io::Write + 'w>(&self, table: Table, writer: W, begin: Begin<'w, W>) -> Result<Exported> {
        let layout = Layout { table, run: Some(name_of(self.run.replay(), self.name.as_deref())?) };
        let mut sinks = BTreeMap::from([(table, Counted { sink: begin(layout, writer)?, rows: 0 })]);
        let caveats = self.pour(&BTreeSet::from([table]), &mut sinks)?;
        let mut exported = Exported { caveats, ..Exported::default() };
        for (table, counted) in sinks {
            counted.sink.finish()?;
            exported.rows.push((table, counted.rows));
        }
        Ok(exported)
    }

    fn pour<W>(&self, tables: &BTreeSet<Table>, sinks: &mut BTreeMap<Table, Counted<'_, W>>) -> Result<Vec<Caveat>> {
        let replay = self.run.replay();
        let kind = match self.run.target_kind() {
            Err(Error::Corrupted { .. }) => None, // The pass says so.
            kind => kind?,
        };
        let options = self.options.clone().or_loss(replay.loss()).deciding(self.run.chosen_threshold(), kind);
        let pass = Pass { run: &self.run, has_model: self.has_model, tables, options: &options };
        pass.each(|batch| match sinks.get_mut(&batch.table) {
            Some(counted) => counted.write(&batch),
            None => Ok(()),
        })
    }
}

/// A file, and how many rows it has.
struct Counted<'w, W> {
    sink: Box<dyn Sink<W> + 'w>,
    rows: u64,
}

impl<W> Counted<'_, W> {
    fn write(&mut self, batch: &super::batch::Batch) -> Result<()> {
        self.rows += batch.rows() as u64;
        self.sink.write(batch)
    }
}
