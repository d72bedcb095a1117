//! The runs of a folder grouped by a note: `runs --group-by`.

use std::cmp::Ordering;

use serde_json::{Value, json};
use training_replay::{Goal, NoteValue};

use crate::{
    notes::json_of,
    numbers::{decimal, number},
    run_row::{Row, better_first},
    table::Table,
    words::{grouped, shown},
};

/// The runs that have one value under a key, or none.
pub struct Groups<'a> {
    key: &'a str,
    goal: Goal,
    by_value: Vec<(Option<NoteValue>, Vec<&'a Row>)>,
}

impl<'a> Groups<'a> {
    /// Numbers in their order, then truth values, texts and lists, and last the runs without such a note.
    pub fn of(key: &'a str, rows: &'a [Row], goal: Goal) -> Self {
        let mut valued: Vec<(Option<NoteValue>, &Row)> = rows.iter().map(|row| (row.note(key), row)).collect();
        valued.sort_by(|(one, _), (other, _)| order(one.as_ref(), other.as_ref()));
        let mut groups: Vec<(Option<NoteValue>, Vec<&Row>)> = Vec::new();
        for (value, row) in valued {
            match groups.last_mut().filter(|(known, _)| order(known.as_ref(), value.as_ref()).is_eq()) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((value, vec![row])),
            }
        }
        Self { key, goal, by_value: groups }
    }

    /// A row for each group: how many runs it has, and how good they were.
    pub fn table(&self, metric: &str) -> Vec<String> {
        let metric = shown(metric);
        let head = [
            shown(self.key),
            "runs".into(),
            format!("with {metric}"),
            format!("best {metric}"),
            "median".into(),
            "worst".into(),
            "best run".into(),
        ];
        let mut table = Table::new(1, head);
        self.by_value.iter().for_each(|(value, rows)| table.row(self.cells(value.as_ref(), rows)));
        table.lines()
    }

    fn cells(&self, value: Option<&NoteValue>, rows: &[&Row]) -> [String; 7] {
        let (ranked, nothing) = (self.ranked(rows), || "-".to_owned());
        let [best, median, worst] = summary(&ranked).map(|value| value.map_or_else(nothing, decimal));
        [
            self.name(value),
            grouped(rows.len() as u64),
            grouped(ranked.len() as u64),
            best,
            median,
            worst,
            ranked.first().map_or_else(nothing, |(_, row)| row.name.clone()),
        ]
    }

    /// A text that is written as a value of another group is in quotes.
    fn name(&self, value: Option<&NoteValue>) -> String {
        let Some(value) = value else { return format!("without {}", shown(self.key)) };
        let text = value.to_string();
        let alike = |(other, _): &(Option<NoteValue>, _)| {
            other.as_ref().is_some_and(|other| !matches!(other, NoteValue::Text(_)) && other.to_string() == text)
        };
        match value {
            NoteValue::Text(text) if self.by_value.iter().any(alike) => shown(&format!("{text:?}")),
            _ => shown(&text),
        }
    }

    /// The runs with a best value, the best one first.
    fn ranked(&self, rows: &[&'a Row]) -> Vec<(f64, &'a Row)> {
        let mut ranked: Vec<(f64, &Row)> = rows.iter().filter_map(|row| Some((row.best?.1, *row))).collect();
        ranked.sort_by(|(one, _), (other, _)| better_first(Some(*one), Some(*other), self.goal));
        ranked
    }

    /// The groups with the files of their runs.
    pub fn documents(&self) -> Vec<Value> {
        let document = |(value, rows): &(Option<NoteValue>, Vec<&'a Row>)| {
            let ranked = self.ranked(rows);
            let [best, median, worst] = summary(&ranked).map(|value| value.map(number));
            json!({
                "value": value.as_ref().map(json_of),
                "type": value.as_ref().map(NoteValue::type_name),
                "files": rows.iter().map(|row| row.path.display().to_string()).collect::<Vec<_>>(),
                "with_metric": ranked.len(),
                "best": best,
                "median": median,
                "worst": worst,
                "best_file": ranked.first().map(|(_, row)| row.path.display().to_string()),
            })
        };
        self.by_value.iter().map(document).collect()
    }
}

/// The best, the median and the worst of values in order.
fn summary(ranked: &[(f64, &Row)]) -> [Option<f64>; 3] {
    let at = |place: usize| ranked.get(place).map(|(value, _)| *value);
    let middle = ranked.len() / 2;
    let median = match at(middle) {
        Some(upper) if ranked.len().is_multiple_of(2) => at(middle - 1).map(|lower| f64::midpoint(lower, upper)),
        found => found,
    };
    [at(0), median, ranked.last().map(|(value, _)| *value)]
}

/// Runs without a value come last.
fn order(one: Option<&NoteValue>, other: Option<&NoteValue>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.order(other),
        _ => other.is_some().cmp(&one.is_some()),
    }
}
