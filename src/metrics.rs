//! The metrics of one epoch or step: names and values, in the order they were given.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

/// Up to so many names are looked through one by one, which is sooner done than a map is made.
const FEW: usize = 16;

/// The metrics of one epoch or step: values by name, such as `loss` and `accuracy`.
///
/// A name appears once. The order is the order of first appearance; metrics of the same names and values are equal in
/// any order.
///
/// ```
/// use training_replay::Metrics;
///
/// let mut metrics = Metrics::from([("loss", 0.25), ("accuracy", 0.9)]);
/// metrics.insert("loss", 0.2); // the last value of a name wins
/// assert_eq!(metrics.get("loss"), Some(0.2));
/// assert_eq!(metrics.get("recall"), None);
/// assert_eq!(metrics.to_string(), "loss 0.2, accuracy 0.9");
/// ```
///
/// They are made from what a training loop has: one pair, arrays, slices, vectors, iterators and maps, of `f64`, `f32` or integers
/// that fit into an `f64`. A map without an order gives them in that of their names.
///
/// ```
/// use std::collections::HashMap;
/// use training_replay::Metrics;
///
/// let loss: f32 = 0.25;
/// assert_eq!(Metrics::from(("loss", loss)), Metrics::from([("loss", 0.25)]));
/// let map = HashMap::from([("val_loss".to_owned(), 0.5_f32), ("loss".to_owned(), 0.25)]);
/// assert_eq!(Metrics::from(&map).to_string(), "loss 0.25, val_loss 0.5");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Metrics(Vec<(String, f64)>);

impl Metrics {
    /// Creates an empty collection: what is known before training.
    ///
    /// ```
    /// assert!(training_replay::Metrics::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value of `name`, if it was measured.
    ///
    /// ```
    /// use training_replay::Metrics;
    ///
    /// let metrics = Metrics::from([("loss", 0.25)]);
    /// assert_eq!((metrics.get("loss"), metrics.get("accuracy")), (Some(0.25), None));
    /// ```
    pub fn get(&self, name: &str) -> Option<f64> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Sets `name` to `value`; a new name comes last.
    ///
    /// ```
    /// use training_replay::Metrics;
    ///
    /// let mut metrics = Metrics::from([("loss", 0.25)]);
    /// metrics.insert("accuracy", 0.5);
    /// metrics.insert("loss", 0.125);
    /// assert_eq!(metrics.to_string(), "loss 0.125, accuracy 0.5");
    /// ```
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<f64>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Returns names and values in order.
    ///
    /// ```
    /// use training_replay::Metrics;
    ///
    /// let metrics = Metrics::from([("loss", 0.25), ("accuracy", 0.5)]);
    /// assert_eq!(metrics.iter().collect::<Vec<_>>(), [("loss", 0.25), ("accuracy", 0.5)]);
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Returns the same values under names that begin with a prefix: those of a validation set beside those of training.
    ///
    /// ```
    /// use training_replay::Metrics;
    ///
    /// let mut metrics = Metrics::from([("loss", 0.25)]);
    /// metrics.extend(Metrics::from([("loss", 0.5)]).prefixed("val_"));
    /// assert_eq!(metrics.to_string(), "loss 0.25, val_loss 0.5");
    /// ```
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        self.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)).collect()
    }

    /// Returns the number of metrics.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Metrics {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl<K: Into<String>, V: Into<f64>> Extend<(K, V)> for Metrics {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, metrics: I) {
        metrics.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<K: Into<String>, V: Into<f64>> FromIterator<(K, V)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(metrics: I) -> Self {
        let mut all: Vec<(String, f64)> = Vec::new();
        let mut positions = HashMap::new();
        for (name, value) in metrics {
            let (name, value) = (name.into(), value.into());
            let known = match all.len() {
                ..=FEW => all.iter().position(|(known, _)| *known == name),
                _ => positions.get(&name).copied(),
            };
            match known {
                Some(position) => all[position].1 = value,
                None => all.push((name, value)),
            }
            if known.is_none() && all.len() > FEW {
                let new = positions.len()..all.len();
                positions.extend(new.map(|position| (all[position].0.clone(), position)));
            }
        }
        Self(all)
    }
}

impl<K: Into<String>, V: Into<f64>> From<(K, V)> for Metrics {
    fn from(metric: (K, V)) -> Self {
        Self::from([metric])
    }
}

impl<K: Into<String>, V: Into<f64>, const N: usize> From<[(K, V); N]> for Metrics {
    fn from(metrics: [(K, V); N]) -> Self {
        metrics.into_iter().collect()
    }
}

impl<K: Into<String>, V: Into<f64>> From<Vec<(K, V)>> for Metrics {
    fn from(metrics: Vec<(K, V)>) -> Self {
        metrics.into_iter().collect()
    }
}

impl<K: Into<String> + Clone, V: Into<f64> + Copy> From<&[(K, V)]> for Metrics {
    fn from(metrics: &[(K, V)]) -> Self {
        metrics.iter().map(|(name, value)| (name.clone(), *value)).collect()
    }
}

impl<K: Into<String>, V: Into<f64>> From<BTreeMap<K, V>> for Metrics {
    fn from(metrics: BTreeMap<K, V>) -> Self {
        metrics.into_iter().collect()
    }
}

impl<K: Into<String> + Clone, V: Into<f64> + Copy> From<&BTreeMap<K, V>> for Metrics {
    fn from(metrics: &BTreeMap<K, V>) -> Self {
        metrics.iter().map(|(name, value)| (name.clone(), *value)).collect()
    }
}

impl<K: Into<String>, V: Into<f64>, S> From<HashMap<K, V, S>> for Metrics {
    fn from(metrics: HashMap<K, V, S>) -> Self {
        let metrics = metrics.into_iter().map(|(name, value)| (name.into(), value.into()));
        metrics.collect::<BTreeMap<String, f64>>().into()
    }
}

impl<K: Into<String> + Clone, V: Into<f64> + Copy, S> From<&HashMap<K, V, S>> for Metrics {
    fn from(metrics: &HashMap<K, V, S>) -> Self {
        let metrics = metrics.iter().map(|(name, value)| (name.clone().into(), (*value).into()));
        metrics.collect::<BTreeMap<String, f64>>().into()
    }
}

impl From<&Metrics> for Metrics {
    fn from(metrics: &Metrics) -> Self {
        metrics.clone()
    }
}

impl IntoIterator for Metrics {
    type Item = (String, f64);
    type IntoIter = std::vec::IntoIter<(String, f64)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Writes an object: the values by their names, in their order.
#[cfg(feature = "serde")]
impl serde::Serialize for Metrics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, crate::serial::Part(value))))
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name} ", if i > 0 { ", " } else { "" })?;
            fmt::Display::fmt(&value, f)?; // with the precision that was asked for
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_made_from_what_a_training_loop_has() {
        let expected = Metrics::from([("accuracy", 0.75), ("loss", 0.5)]);
        let pairs = [("accuracy", 0.75_f32), ("loss", 0.5)];
        let owned: Vec<(String, f32)> = pairs.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let (tree, map) = (BTreeMap::from(pairs), HashMap::from(pairs));
        let all = [
            pairs.into(),
            pairs.to_vec().into(),
            pairs.as_slice().into(),
            owned.as_slice().into(),
            owned.clone().into(),
            owned.into_iter().collect(),
            (&tree).into(),
            tree.into(),
            (&map).into(),
            map.into(),
        ];
        for metrics in all {
            let metrics: Metrics = metrics;
            assert_eq!(metrics.iter().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_last_value_of_a_name_wins_among_few_and_among_many() {
        for count in [1, FEW - 1, FEW, FEW + 1, FEW + 2, 1_000] {
            let names = (0..count).chain((0..count).rev()).enumerate();
            let metrics: Metrics = names.map(|(value, name)| (name.to_string(), value as f64)).collect();
            let expected = (0..count).map(|name| (name.to_string(), (2 * count - 1 - name) as f64));
            let expected: Vec<_> = expected.collect();
            assert_eq!(metrics.0, expected, "{count} names");
        }
    }

    #[test]
    fn one_pair_and_whole_numbers_are_metrics_and_f32_is_exact() {
        assert_eq!(Metrics::from(("loss", 0.1_f32)).get("loss"), Some(f64::from(0.1_f32)));
        assert_eq!(Metrics::from([("steps", 3)]).get("steps"), Some(3.0));
        assert!(Metrics::from(("loss", f32::NAN)).get("loss").is_some_and(f64::is_nan));
    }

    #[test]
    fn a_map_without_an_order_gives_the_order_of_the_names_every_time() {
        let names: Vec<String> = (0..50).map(|i| format!("metric {i:02}")).collect();
        let map: HashMap<&str, f64> = names.iter().rev().map(|name| (name.as_str(), 1.0)).collect();
        assert_eq!(Metrics::from(&map).iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    }
}
