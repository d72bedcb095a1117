//! The values that are written along an axis, and how: no two neighbors read alike.

use crate::math::elementary;

/// What is written along an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticks {
    /// The values, and their words.
    pub(crate) marks: Vec<(f64, String)>,
    /// What has to be added to every number, where only their last digits differ.
    pub(crate) offset: Option<String>,
}

/// More ticks than that no axis has room for.
const MAX_TICKS: usize = 1_000;

/// The most digits that a number is written out with.
const MAX_DIGITS: i32 = 8;

/// From this share of the largest value on the range of an axis is small: numbers are written without what they share.
const NARROW: f64 = 1e-4;

impl Ticks {
    /// Round numbers between two limits, 1, 2 or 5 times a power of ten apart; at most so many.
    pub(crate) fn numbers(low: f64, high: f64, most: usize, whole: bool) -> Self {
        let Some(step) = round_step(low, high, most, whole) else {
            return Self { marks: [low, high].map(|value| (value, format!("{value:.1e}"))).to_vec(), offset: None };
        };
        Self::written(&multiples(low, high, step), step)
    }

    /// Powers of ten between two limits, or where there are few, numbers between them as well.
    pub(crate) fn logarithmic(low: f64, high: f64, most: usize) -> Self {
        let (first, last) = ((log10(low) - 1e-9).ceil() as i32, (log10(high) + 1e-9).floor() as i32);
        let decades = last - first + 1;
        if decades < 2 {
            return Self::numbers(low, high, most, false);
        }
        let digits: &[f64] = if (decades * 3) as usize <= most { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades as usize).div_ceil(most.max(1)).max(1);
        let powers =
            (first - 1..=last).filter(|power| (power - first).rem_euclid(every as i32) == 0 || digits.len() > 1);
        let values = powers.flat_map(|power| digits.iter().map(move |digit| digit * power_of_ten(power)));
        let inside = values.filter(|value| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value));
        Self { marks: inside.map(|value| (value, power(value))).collect(), offset: None }
    }

    /// The label of their axis, with what has to be added to the numbers.
    pub(crate) fn beside(&self, label: &str) -> String {
        match &self.offset {
            Some(offset) if label.is_empty() => format!("({offset})"),
            Some(offset) => format!("{label} ({offset})"),
            None => label.to_owned(),
        }
    }

    fn written(values: &[f64], step: f64) -> Self {
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let decimals = (-(log10(step) + 1e-9).floor()).max(0.0) as i32;
        let whole_digits = (log10(largest.max(1.0)) + 1e-9).floor() as i32 + 1;
        if decimals <= 5 && whole_digits + decimals <= MAX_DIGITS {
            let digits = decimals as usize;
            return Self::by(values, |value| {
                format!("{:.digits$}", if value.abs() < step / 2.0 { 0.0 } else { value })
            });
        }
        let span = values.last().zip(values.first()).map_or(0.0, |(last, first)| last - first);
        if span > 0.0 && span < largest * NARROW {
            return Self::less_what_they_share(values, step, span);
        }
        let digits = ((log10(largest) + 1e-9).floor() - (log10(step) + 1e-9).floor()).clamp(0.0, 15.0) as usize;
        Self::by(values, |value| if value.abs() < step / 2.0 { "0".into() } else { format!("{value:.digits$e}") })
    }

    /// What is left beside a round number that is near to all of them.
    fn less_what_they_share(values: &[f64], step: f64, span: f64) -> Self {
        let unit = power_of_ten(log10(span).ceil() as i32);
        let near = (values[0] / unit).floor() * unit;
        let rest: Vec<f64> = values.iter().map(|value| ((value - near) / step).round() * step).collect();
        let written = Self::written(&rest, step);
        let marks = values.iter().copied().zip(written.marks.into_iter().map(|(_, text)| text)).collect();
        let sign = if near < 0.0 { "" } else { "+" };
        let digits = (-(log10(unit) + 1e-9).floor()).max(0.0) as usize;
        let long = near.abs() >= 1e15 || digits > 6;
        let offset = if long { format!("{sign}{near:e}") } else { format!("{sign}{near:.digits$}") };
        Self { marks, offset: Some(offset) }
    }

    fn by(values: &[f64], format: impl Fn(f64) -> String) -> Self {
        Self { marks: values.iter().map(|&value| (value, format(value))).collect(), offset: None }
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that leaves at most so many multiples; none where numbers are too large or
/// too small to have one.
fn round_step(low: f64, high: f64, most: usize, whole: bool) -> Option<f64> {
    let most = most.clamp(2, MAX_TICKS);
    let least = (high - low) / most as f64;
    let power = power_of_ten(log10(least).floor() as i32);
    let fits = |step: &f64| step.is_finite() && *step > 0.0 && count(low, high, *step) <= most as f64;
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].map(|digit| digit * power);
    let steps = steps.map(|step| if whole { step.round().max(1.0) } else { step });
    steps.into_iter().find(fits)
}

fn count(low: f64, high: f64, step: f64) -> f64 {
    (high / step + 1e-9).floor() - (low / step - 1e-9).ceil() + 1.0
}

/// Those between two limits, or on one but for what was rounded. Of whole numbers that is none where the limits are near to one
/// another: what is next to nothing beside a step is not so beside these.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step - 1e-9).ceil();
    let all = count(low, high, step).clamp(0.0, MAX_TICKS as f64) as usize;
    let rounded = (high - low) * 1e-6;
    let is_there = |value: &f64| (low - rounded..=high + rounded).contains(value);
    (0..all).map(|i| (first + i as f64) * step).filter(is_there).collect()
}

/// A number of a logarithmic axis.
fn power(value: f64) -> String {
    let digits = (-(log10(value) + 1e-9).floor()).max(0.0) as usize;
    if (1e-3 * (1.0 - 1e-9)..1e5).contains(&value) { format!("{value:.digits$}") } else { format!("{value:.0e}") }
}

/// The logarithm to the base of ten, to some units in its last place.
pub(crate) fn log10(x: f64) -> f64 {
    elementary::ln(x) / std::f64::consts::LN_10
}

/// A power of ten, the nearest number to it: zero and infinity beyond those that there are.
fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(low: f64, high: f64, most: usize) -> Vec<String> {
        Ticks::numbers(low, high, most, false).marks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_no_more_than_there_is_room_for() {
        for (low, high) in [(0.0, 1.0), (-3.0, 7.5), (1e5, 1.00001e5), (-1e-9, 1e-9), (0.0, 1e99), (-1e300, 1e300)] {
            for most in (2..200).chain([1_000, 100_000]) {
                let ticks = Ticks::numbers(low, high, most, false).marks.len();
                assert!(ticks <= most.max(2), "{low} {high} {most} {ticks}");
            }
        }
    }

    #[test]
    fn neighbors_never_read_alike() {
        let unix = 1_764_194_400.0;
        let ranges = [
            (1_500_000.0, 1_599_000.0),
            (unix, unix + 7_200.0),
            (1.0e-5, 1.15e-5),
            (0.99999, 1.00001),
            (-1e-9, 2e-9),
            (1e15, 1e15 + 100.0),
            (-1_500_000.3, -1_500_000.1),
            (3e200, 4e200),
            (0.0, 1e7),
            (12_345_678.0, 12_345_690.0),
        ];
        for (low, high) in ranges {
            for most in 2..12 {
                let words = words(low, high, most);
                assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{low} {high} {most}: {words:?}");
                assert!(words.iter().all(|word| word.len() <= 12), "{low} {high} {most}: {words:?}");
            }
        }
    }

    #[test]
    fn numbers_are_written_with_as_many_digits_as_they_need() {
        assert_eq!(words(0.0, 1.0, 6), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(words(1_500_000.0, 1_599_000.0, 6)[0], "1500000");
        assert_eq!(words(1.0e-5, 1.15e-5, 4), ["1.00e-5", "1.05e-5", "1.10e-5", "1.15e-5"]);
        assert_eq!(words(-2.0, 2.0, 5), ["-2", "-1", "0", "1", "2"]);
        let times = Ticks::numbers(1_764_194_400.0, 1_764_201_600.0, 5, false);
        assert_eq!(times.offset.as_deref(), Some("+1764190000"));
        assert_eq!(times.marks[0], (1_764_196_000.0, "6000".into()));
    }

    #[test]
    fn epochs_are_whole() {
        let words =
            |high| Ticks::numbers(0.0, high, 8, true).marks.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(words(3.0), ["0", "1", "2", "3"]);
        assert_eq!(words(1.0), ["0", "1"]);
        assert_eq!(words(150.0).len(), 8);
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten() {
        let words = |low, high, most| {
            Ticks::logarithmic(low, high, most).marks.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        assert_eq!(words(1e-3, 1e3, 10), ["0.001", "0.01", "0.1", "1", "10", "100", "1000"]);
        assert_eq!(words(0.5, 20.0, 10), ["0.5", "1", "2", "5", "10", "20"]);
        assert_eq!(words(2.0, 8.0, 4), ["2", "4", "6", "8"]);
        assert_eq!(words(1e-12, 1e12, 5).len(), 5);
        assert_eq!(words(1e-6, 1e-4, 3), ["1e-6", "1e-5", "1e-4"]);
    }
}
