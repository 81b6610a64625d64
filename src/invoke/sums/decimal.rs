//! What is the sum of numbers as they are written? Exact: money is no binary fraction.

use num_bigint::BigInt;
use serde_json::Number;

/// Digits of a number that is added, and of its exponent's value: nothing that is counted or paid has more.
const MOST_DIGITS: usize = 400;

/// A sum.
#[derive(Clone, Debug, Default)]
pub(super) struct Decimal {
    /// In units of the last digit.
    units: BigInt,
    /// Digits behind the point.
    scale: usize,
}

impl Decimal {
    /// Adds a number of JSON; `false` where the text is none, or one with too many digits.
    pub(super) fn add(&mut self, number: &str) -> bool {
        let Some(other) = Self::of(number) else { return false };
        let scale = self.scale.max(other.scale);
        self.units = std::mem::take(self).in_units_of(scale) + other.in_units_of(scale);
        self.scale = scale;
        true
    }

    fn in_units_of(self, scale: usize) -> BigInt {
        match scale - self.scale {
            0 => self.units,
            // No scale is beyond what fits.
            more => self.units * BigInt::from(10).pow(u32::try_from(more).unwrap_or(u32::MAX)),
        }
    }

    fn of(number: &str) -> Option<Self> {
        let (digits, exponent) = match number.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()?),
            None => (number, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = whole.strip_prefix('-').unwrap_or(whole).bytes().all(|byte| byte.is_ascii_digit())
            && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let length = whole.len() + fraction.len();
        if !is_number || length == 0 || length > MOST_DIGITS || exponent.unsigned_abs() > MOST_DIGITS as u64 {
            return None;
        }
        let units: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        let units = Self { units, scale: usize::try_from(scale).unwrap_or(0) };
        // A power of ten beyond the last digit.
        let beyond = u32::try_from(-scale).unwrap_or(0);
        Some(Self { units: units.units * BigInt::from(10).pow(beyond), ..units })
    }

    /// Whether it is larger than another, and by which order.
    pub(super) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let scale = self.scale.max(other.scale);
        self.clone().in_units_of(scale).cmp(&other.clone().in_units_of(scale))
    }

    /// The number, with as many digits behind the point as the most exact of those that were added.
    pub(super) fn number(&self) -> Number {
        let text = self.units.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        if self.scale == 0 {
            return Number::from_string_unchecked(text);
        }
        let digits = format!("{digits:0>width$}", width = self.scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale);
        Number::from_string_unchecked(format!("{sign}{whole}.{fraction}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[&str]) -> String {
        let mut sum = Decimal::default();
        assert!(numbers.iter().all(|number| sum.add(number)), "{numbers:?}");
        sum.number().to_string()
    }

    #[test]
    fn sums_are_exact_and_keep_their_digits() {
        assert_eq!(sum(&["0.1", "0.2"]), "0.3");
        assert_eq!(sum(&["1.50", "2.5"]), "4.00");
        assert_eq!(sum(&["-1.5", "1"]), "-0.5");
        assert_eq!(sum(&["-0.05", "0.05"]), "0.00");
        assert_eq!(sum(&["1E2", "5e-2", "1e+1"]), "110.05");
        assert_eq!(sum(&["9007199254740993", "1"]), "9007199254740994");
        assert_eq!(sum(&vec!["0.10"; 25_000]), "2500.00");
        assert_eq!(sum(&[]), "0");
    }

    #[test]
    fn what_is_no_number_or_a_huge_one_is_not_added() {
        let huge = "9".repeat(1_000);
        for text in ["", "-", "null", "\"1\"", "1e999999999", "1e-401", "0x1", "1.2.3", &huge] {
            assert!(!Decimal::default().add(text), "{text}");
        }
    }

    #[test]
    fn sums_compare_by_their_value() {
        let of = |number: &str| Decimal::of(number).unwrap();
        assert!(of("10").compare(&of("9.99")).is_gt() && of("1.50").compare(&of("1.5")).is_eq());
    }
}
