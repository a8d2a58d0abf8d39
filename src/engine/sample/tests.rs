//! The samplers against values and moments computed apart.

use super::*;
use crate::engine::random::UnitDraws;

fn distribution(json: &str) -> Distribution {
    serde_json::from_str(json).unwrap()
}

fn draws(json: &str) -> impl Iterator<Item = Span> {
    let sampler = Sampler::new(&distribution(json));
    let mut rng = UnitDraws::new(1, 2, 0);
    std::iter::repeat_with(move || sampler.sample(&mut rng))
}

const CONSTANT: &str = r#"{"constant":"10ms"}"#;
const UNIFORM: &str = r#"{"uniform":{"min":"10ms","max":"30ms"}}"#;
const EXPONENTIAL: &str = r#"{"exponential":{"mean":"20ms"}}"#;
const ERLANG: &str = r#"{"erlang":{"shape":20,"mean":"50ms"}}"#;
const LOG_NORMAL: &str = r#"{"log_normal":{"median":"40ms","p95":"100ms"}}"#;
const PARETO: &str = r#"{"pareto":{"min":"10ms","shape":9}}"#;
const PARETO_CUT: &str = r#"{"pareto":{"min":"10ms","shape":1.1,"max":"1s"}}"#;
const EMPIRICAL: &str = r#"{"empirical":{"values":["1ms","5ms","5ms","100ms"]}}"#;

/// Computed with Python from the same random words and the textbook's formulas.
#[test]
fn samplers_keep_their_values() {
    let cases = [
        (CONSTANT, [10_000_000; 5]),
        (UNIFORM, [19_992_817, 26_660_778, 20_247_199, 11_977_979, 24_944_699]),
        (EXPONENTIAL, [3_863_403, 45_898_762, 37_824_471, 12_153_028, 43_646_386]),
        (ERLANG, [40_953_772, 37_331_927, 31_725_152, 34_601_463, 40_147_545]),
        (LOG_NORMAL, [39_979_944, 68_520_995, 40_696_459, 19_520_448, 57_961_627]),
        (PARETO, [10_799_736, 12_200_456, 10_830_678, 10_116_381, 11_651_042]),
        (PARETO_CUT, [18_659_517, 49_485_251, 19_095_774, 10_986_053, 34_331_127]),
        (EMPIRICAL, [5_000_000, 100_000_000, 5_000_000, 1_000_000, 5_000_000]),
    ];
    for (json, values) in cases {
        assert_eq!(draws(json).take(5).map(Span::as_nanos).collect::<Vec<_>>(), values, "{json}");
    }
}

/// Mean and variance in seconds: closed forms, evaluated apart; the cut Pareto's by quadrature.
const MOMENTS: [(&str, f64, f64); 8] = [
    (CONSTANT, 0.01, 0.0),
    (UNIFORM, 0.02, 3.333_333_67e-5),
    (EXPONENTIAL, 0.02, 4e-4),
    (ERLANG, 0.05, 1.25e-4),
    (LOG_NORMAL, 0.046_713_830_56, 7.940_168_665e-4),
    (PARETO, 0.011_25, 2.008_928_571e-6),
    (PARETO_CUT, 0.040_852_453_66, 5.968_746_118e-3),
    (EMPIRICAL, 0.027_75, 1.742_687_5e-3),
];

#[test]
fn moments_are_those_of_the_closed_forms() {
    for (json, mean, variance) in MOMENTS {
        let sampler = Sampler::new(&distribution(json));
        assert!((sampler.mean().unwrap() / mean - 1.0).abs() < 1e-8, "{json}");
        let found = sampler.variance().unwrap();
        assert!((found - variance).abs() <= 1e-8 * variance, "{json}: {found}");
    }
    let moments = |json| {
        let sampler = Sampler::new(&distribution(json));
        (sampler.mean().is_some(), sampler.variance().is_some())
    };
    assert_eq!(moments(r#"{"pareto":{"min":"1s","shape":1}}"#), (false, false));
    assert_eq!(moments(r#"{"pareto":{"min":"1s","shape":2}}"#), (true, false));
    assert_eq!(moments(r#"{"pareto":{"min":"1s","shape":2,"max":"1m"}}"#), (true, true));
}

#[test]
fn draws_have_the_mean_and_variance_of_their_distribution() {
    const DRAWS: usize = 200_000;
    for (json, mean, variance) in MOMENTS {
        let values: Vec<f64> = draws(json).take(DRAWS).map(Span::as_secs_f64).collect();
        let average = |of: &dyn Fn(f64) -> f64| {
            values.iter().map(|&value| of(value - mean)).sum::<f64>() / DRAWS as f64
        };
        let (first, second) = (average(&|x| x), average(&|x| x * x));
        // The standard error of a mean of squares comes from the fourth moment.
        let fourth = average(&|x| x * x * x * x);
        let error = |of_square: f64| 4.0 * libm::sqrt(of_square / DRAWS as f64) + 1e-15;
        assert!(first.abs() < error(variance), "{json}: mean off by {first}");
        let off = second - variance;
        assert!(off.abs() < error(fourth - second * second), "{json}: variance off by {off}");
    }
}

#[test]
fn contradictions_name_the_field() {
    let cases = [
        (r#"{"uniform":{"min":"2s","max":"1s"}}"#, "max: must be at least min (2s), found 1s"),
        (r#"{"erlang":{"shape":0,"mean":"1s"}}"#, "shape: must be from 1 to 1000, found 0"),
        (r#"{"erlang":{"shape":1001,"mean":"1s"}}"#, "shape: must be from 1 to 1000, found 1001"),
        (
            r#"{"log_normal":{"median":"2s","p95":"1s"}}"#,
            "p95: must be at least median (2s), found 1s",
        ),
        (r#"{"log_normal":{"median":"0s","p95":"1s"}}"#, "median: must be more than 0s, found 0s"),
        (r#"{"pareto":{"min":"0s","shape":2}}"#, "min: must be more than 0s, found 0s"),
        (
            r#"{"pareto":{"min":"1s","shape":2,"max":"1s"}}"#,
            "max: must be more than min (1s), found 1s",
        ),
        (r#"{"empirical":{"values":[]}}"#, "values: must be at least one value, found none"),
    ];
    for (json, problem) in cases {
        let problems = distribution(json).problems();
        let texts: Vec<_> =
            problems.iter().map(|(field, message)| format!("{field}: {message}")).collect();
        assert_eq!(texts, [problem]);
    }
    assert!(MOMENTS.iter().all(|(json, ..)| distribution(json).problems().is_empty()));
    let misspelt = r#"{"erlang":{"shape":2,"mean":"1s","median":"1s"}}"#;
    assert!(serde_json::from_str::<Distribution>(misspelt).is_err());
}
