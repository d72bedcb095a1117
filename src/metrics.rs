//! The metrics of one epoch or step: names and values, in the order they were given.

use std::{collections::HashMap, fmt};

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
    pub fn insert(&mut self, name: impl Into<String>, value: f64) {
        let name = name.into();
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

impl<K: Into<String>> Extend<(K, f64)> for Metrics {
    fn extend<I: IntoIterator<Item = (K, f64)>>(&mut self, metrics: I) {
        metrics.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<K: Into<String>> FromIterator<(K, f64)> for Metrics {
    fn from_iter<I: IntoIterator<Item = (K, f64)>>(metrics: I) -> Self {
        let mut all = Vec::new();
        let mut positions = HashMap::new();
        for (name, value) in metrics {
            let name = name.into();
            match positions.get(&name) {
                Some(&position) => all[position] = (name, value),
                None => {
                    positions.insert(name.clone(), all.len());
                    all.push((name, value));
                }
            }
        }
        Self(all)
    }
}

impl<K: Into<String>, const N: usize> From<[(K, f64); N]> for Metrics {
    fn from(metrics: [(K, f64); N]) -> Self {
        metrics.into_iter().collect()
    }
}

impl<K: Into<String>> From<Vec<(K, f64)>> for Metrics {
    fn from(metrics: Vec<(K, f64)>) -> Self {
        metrics.into_iter().collect()
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

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name} ", if i > 0 { ", " } else { "" })?;
            fmt::Display::fmt(&value, f)?; // with the precision that was asked for
        }
        Ok(())
    }
}
