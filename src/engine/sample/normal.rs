//! The normal distribution's quantiles.

use super::elementary::ln;
use crate::engine::random::Words;

/// A draw from the standard normal distribution, from one random word and rising with it.
#[inline]
pub(super) fn standard_normal(words: &mut impl Words) -> f64 {
    standard_normal_quantile(uniform_between(words))
}

/// A number from 0 to 1, both exclusive: the middle of one of 2^52 equal steps.
fn uniform_between(words: &mut impl Words) -> f64 {
    const HALF_STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    ((words.next_word() >> 11) | 1) as f64 * HALF_STEP
}

/// The value below which a standard normal variable lies with probability `p`, to 16 digits.
///
/// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", 1988, routine
/// `PPND16`. <https://doi.org/10.2307/2347330>
fn standard_normal_quantile(p: f64) -> f64 {
    let from_middle = p - 0.5;
    if libm::fabs(from_middle) <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * ratio(r, &MIDDLE);
    }
    let tail = if from_middle < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-ln(tail));
    let value = if r <= 5.0 { ratio(r - 1.6, &TAIL) } else { ratio(r - 5.0, &FAR_TAIL) };
    if from_middle < 0.0 { -value } else { value }
}

/// Coefficients of a numerator and a denominator, the highest power first.
type Ratio = [[f64; 8]; 2];

#[inline]
fn ratio(x: f64, [numerator, denominator]: &Ratio) -> f64 {
    // By Estrin's scheme: half as many steps wait for one another as by Horner's.
    let square = x * x;
    let fourth = square * square;
    let polynomial = |[a, b, c, d, e, f, g, h]: &[f64; 8]| {
        ((a * x + b) * square + (c * x + d)) * fourth + ((e * x + f) * square + (g * x + h))
    };
    polynomial(numerator) / polynomial(denominator)
}

const MIDDLE: Ratio = [
    [
        2_509.080_928_730_122_7,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];
const TAIL: Ratio = [
    [
        0.000_774_545_014_278_341_4,
        0.022_723_844_989_269_184,
        0.241_780_725_177_450_6,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-09,
        0.000_547_593_808_499_534_5,
        0.015_198_666_563_616_457,
        0.148_103_976_427_480_08,
        0.689_767_334_985_1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];
const FAR_TAIL: Ratio = [
    [
        2.010_334_399_292_288_1e-07,
        2.711_555_568_743_487_6e-05,
        0.001_242_660_947_388_078_4,
        0.026_532_189_526_576_124,
        0.296_560_571_828_504_87,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_7e-15,
        1.421_511_758_316_446e-07,
        1.846_318_317_510_054_8e-05,
        0.000_786_869_131_145_613_3,
        0.014_875_361_290_850_615,
        0.136_929_880_922_735_8,
        0.599_832_206_555_888,
        1.0,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// From Python's `statistics.NormalDist().inv_cdf`.
    #[test]
    fn quantiles_agree_with_an_independent_computation() {
        let cases = [
            (1e-300, -37.047_096_299_361_2),
            (1e-20, -9.262_340_089_798_405),
            (1e-09, -5.997_807_015_007_686_5),
            (0.01, -2.326_347_874_040_840_8),
            (0.074, -1.446_632_067_158_978_5),
            (0.0751, -1.438_825_392_752_539_8),
            (0.3, -0.524_400_512_708_040_7),
            (0.5, 0.0),
            (0.925, 1.439_531_470_938_456),
            (0.95, 1.644_853_626_951_471_5),
            (0.999, 3.090_232_306_167_813),
            (0.999_999_999_999_999_9, 8.209_536_151_601_386),
        ];
        for (p, quantile) in cases {
            let found = standard_normal_quantile(p);
            assert!((found - quantile).abs() <= 1e-15 * f64::abs(quantile), "{p}: {found}");
        }
    }
}
