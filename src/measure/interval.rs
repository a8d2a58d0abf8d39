//! What replications tell of an expected value: their mean, and how far off it may be.

/// The 0.975 quantiles of Student's t for 1 to 30 degrees of freedom.
/// <https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm>
const STUDENT_T: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];
/// The 0.975 quantile of the normal distribution, which Student's t comes to.
const NORMAL: f64 = 1.959_963_984_540_054;

/// The mean of independent replications and its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean of the replications.
    pub mean: f64,
    /// How far on either side of the mean the interval reaches, in the unit of the mean; none from one
    /// replication, which says nothing of the others.
    pub half_width: Option<f64>,
    /// How many replications there are.
    pub count: usize,
}

impl Interval {
    /// The interval from the values of replications; none if there are none.
    ///
    /// The values must be independent, one of each replication: operations of one run are not.
    /// Law, "Simulation modeling and analysis", 5th edition, section 4.5.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let half_width =
            (count > 1).then(|| student_t(count - 1) * (variance(values) / count as f64).sqrt());
        (count > 0).then_some(Self { mean, half_width, count })
    }

    /// The interval of how much more `after` is than `before`, value by value; none if there are none.
    ///
    /// Values of one place come from one seed. What both runs of a seed share then cancels out.
    ///
    /// # Panics
    ///
    /// Panics if there are more of one than of the other.
    #[must_use]
    pub fn of_differences(before: &[f64], after: &[f64]) -> Option<Self> {
        assert_eq!(before.len(), after.len(), "each value needs its pair");
        let differences: Vec<f64> =
            before.iter().zip(after).map(|(before, after)| after - before).collect();
        Self::of(&differences)
    }

    /// Whether a value lies in the interval, its ends included; an interval from one replication holds
    /// every value.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.half_width.is_none_or(|half_width| (value - self.mean).abs() <= half_width)
    }
}

/// The sample variance; 0 of fewer than two values.
#[must_use]
pub fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    squares / (values.len().max(2) - 1) as f64
}

/// The 0.975 quantile of Student's t, to three decimals.
///
/// Beyond the table it is the expansion 26.7.5 of Abramowitz and Stegun, "Handbook of mathematical
/// functions", to its second term. <https://personal.math.ubc.ca/~cbm/aands/page_949.htm>
fn student_t(degrees: usize) -> f64 {
    if let Some(tabled) = STUDENT_T.get(degrees - 1) {
        return *tabled;
    }
    let (z, degrees) = (NORMAL, degrees as f64);
    let cube = z * z * z;
    let first = (cube + z) / 4.0;
    let second = (5.0 * cube * z * z + 16.0 * cube + 3.0 * z) / 96.0;
    z + first / degrees + second / (degrees * degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
    }

    #[test]
    fn the_quantiles_are_those_of_the_published_table() {
        let published = [(1, 12.706), (9, 2.262), (19, 2.093), (30, 2.042), (31, 2.040)];
        let published_beyond = [(40, 2.021), (60, 2.000), (100, 1.984), (1_000_000, 1.960)];
        for (degrees, quantile) in published.into_iter().chain(published_beyond) {
            assert_near(student_t(degrees), quantile);
        }
        assert!(STUDENT_T.is_sorted_by(|a, b| a > b), "more replications tell more");
    }

    #[test]
    fn an_interval_is_the_mean_and_its_standard_error_times_the_quantile() {
        // The sum of squares of 2, 4, 4, 4, 5, 5, 7, 9 about 5 is 32.
        let interval = Interval::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!(interval.count, 8);
        assert_near(interval.mean, 5.0);
        let half_width = 2.365 * (32.0_f64 / 7.0 / 8.0).sqrt();
        assert_near(interval.half_width.unwrap(), half_width);
        assert!(interval.contains(5.0 + half_width - 1e-6));
        assert!(!interval.contains(5.0 - half_width - 1e-6));
    }

    #[test]
    fn one_replication_has_no_interval_and_none_no_mean() {
        let interval = Interval::of(&[3.0]).unwrap();
        assert_eq!((interval.half_width, interval.count), (None, 1));
        assert_near(interval.mean, 3.0);
        assert!(interval.contains(1e9));
        assert_eq!(Interval::of(&[]), None);
    }

    #[test]
    fn what_a_pair_shares_cancels_out() {
        let before = [10.0, 200.0, 3000.0];
        let after = [11.0, 201.0, 3001.0];
        let interval = Interval::of_differences(&before, &after).unwrap();
        assert_near(interval.mean, 1.0);
        assert_near(interval.half_width.unwrap(), 0.0);
    }
}
