//! A comparison of variants as it is told: rows of words for people, numbers for programs.

use serde::Serialize;

use super::amount::{Amount, amount};
use super::contested::Field;
use super::decimal::Decimal;
use super::events::tenant;
use super::layout;
use super::words::{Form, Words, count, limits, several, with_seeds};
use crate::experiment::compare::Comparison;
use crate::experiment::paired::Paired;
use crate::scenario::contested::{self, Contested};
use crate::scenario::facts::{self, Unit};
use crate::simulation::MODEL_VERSION;
use crate::simulation::fates::Fate;

/// What the scenario as it is stands under, beside its variants.
pub const BASELINE: &str = "baseline";

/// The version of the layout.
pub const SCHEMA_VERSION: u32 = 1;

/// A comparison as JSON: a stable interface, with a version.
#[derive(Debug, Serialize)]
pub struct Document {
    /// The version of the layout.
    pub schema_version: u32,
    /// The version of the model.
    pub model_version: u32,
    /// The scenario's id.
    pub scenario: String,
    /// The first seed; the others follow.
    pub seed: u64,
    /// How many seeds were run, each with the baseline and every variant.
    pub seeds: usize,
    /// What is compared with the baseline.
    pub variants: Vec<Variant>,
}

/// What a variant changes.
#[derive(Debug, Serialize)]
pub struct Variant {
    /// Its name: a mitigation's, or several joined by `+`.
    pub variant: String,
    /// In how many seeds a limit stopped the baseline or the variant; those do not count.
    pub stopped: usize,
    /// The fields that several of its mitigations set.
    pub contested: Vec<Field>,
    /// How each number differs.
    pub metrics: Vec<Metric>,
    /// The numbers that no seed has both in the baseline and in the variant.
    pub metrics_without_value: Vec<String>,
    /// The first unit that fares otherwise with the first seed; null if none does.
    pub first_unit: Option<FirstUnit>,
    /// The station where most of the difference of the time that work spends lies; null if there is none.
    pub station: Option<Station>,
}

/// How a number of a variant differs from the baseline's.
#[derive(Debug, Serialize)]
pub struct Metric {
    /// Its name.
    pub metric: String,
    /// Over how many seeds: those in which both have the number.
    pub pairs: usize,
    /// The baseline's mean.
    pub baseline: Amount,
    /// The variant's mean.
    pub mean: Amount,
    /// How much more the variant's is, in the number's own unit; of moments in seconds.
    pub difference: Decimal,
    /// The ends of the difference's 95 % confidence interval; null from one pair.
    pub interval: Option<[Decimal; 2]>,
    /// Whether the interval does not hold zero.
    pub is_distinguishable: bool,
    /// By how much pairing reduced the variance of the difference; null where that does not vary.
    pub variance_reduction: Option<Decimal>,
}

/// The first unit that fares otherwise.
#[derive(Debug, Serialize)]
pub struct FirstUnit {
    /// When it began, a local time.
    pub begun: String,
    /// The workload that it belongs to.
    pub workload: String,
    /// Whose it was.
    pub tenant: String,
    /// How it ended in the baseline: `done`, the reason why it failed, or null if it did not end.
    pub baseline: Option<&'static str>,
    /// How it ended with the variant.
    pub with: Option<&'static str>,
    /// After how many seconds it ended in the baseline; null if it did not.
    pub baseline_seconds: Option<Decimal>,
    /// After how many seconds it ended with the variant; null if it did not.
    pub with_seconds: Option<Decimal>,
}

/// The station where most of a difference lies.
#[derive(Debug, Serialize)]
pub struct Station {
    /// Its name.
    pub station: String,
    /// Its share of the differences of all stations.
    pub share: Decimal,
}

/// One line of a comparison, in words.
#[derive(Clone, Debug)]
pub struct Row {
    /// The variant.
    pub variant: String,
    /// Its mean.
    pub mean: String,
    /// How much more it is than the baseline's, with its interval.
    pub difference: String,
    /// The same in per cent of the baseline's.
    pub change: String,
    /// Whether it can be told from nothing, and as what.
    pub told_apart: Effect,
    /// By how much pairing reduced the variance.
    pub reduction: String,
    /// The numbers behind the words; none if no seed has both.
    pub paired: Option<Paired>,
}

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Less than the baseline.
    Less,
    /// More than the baseline.
    More,
    /// Not to be told from nothing.
    None,
}

/// One number with a line for each variant.
#[derive(Clone, Debug)]
pub struct Table {
    /// The number's name.
    pub metric: String,
    /// The baseline's mean with its interval.
    pub baseline: String,
    /// A line for each variant.
    pub rows: Vec<Row>,
}

/// What was run, in a sentence without its full stop.
#[must_use]
pub fn beside(it: &Comparison) -> String {
    format!(
        "{} and {} of it {}: the same arrivals and the same demands in each; intervals are of 95 %",
        it.baseline.file.id,
        several(it.variants.len(), "variant"),
        with_seeds(it.replications.seeds(), it.baseline.seed())
    )
}

/// That seeds of a variant do not count, if there are any.
#[must_use]
pub fn stopped(it: &Comparison, variant: usize) -> Option<String> {
    let (stopped, seeds) = (it.replications.stopped(variant + 1), it.replications.seeds());
    (stopped > 0).then(|| {
        let limits = limits(it.replications.stopped_by(variant + 1));
        format!("{limits} stopped {stopped} of {}, not counted here", several(seeds, "pair"))
    })
}

fn contested(it: &Comparison, variant: usize) -> Vec<Contested> {
    let with = &it.variants[variant].scenario.changes.with;
    contested::contested(&it.baseline.file, with)
}

/// Which fields several of a variant's mitigations set, and what stands.
#[must_use]
pub fn contests(it: &Comparison, variant: usize) -> Vec<String> {
    contested(it, variant).iter().map(super::contested::told).collect()
}

/// What there is no table of, in words: numbers without a value, and all if every one of them is zero.
#[must_use]
pub fn left_out(it: &Comparison) -> Option<String> {
    let metrics = it.replications.metrics().iter().enumerate();
    let has_pair = |place: usize| (0..it.variants.len()).any(|at| it.paired(at, place).is_some());
    let names: Vec<&str> =
        metrics.filter(|(place, _)| !has_pair(*place)).map(|(_, name)| name.as_str()).collect();
    if !names.is_empty() {
        let has = if names.len() == 1 { "has" } else { "have" };
        return Some(format!(
            "{} {has} no value to compare: in no seed both the baseline and a variant have one",
            names.join(", ")
        ));
    }
    tables(it)
        .is_empty()
        .then(|| "every number is zero in the baseline and in all variants".to_owned())
}

/// A table for each number that is anything but zero somewhere.
#[must_use]
pub fn tables(it: &Comparison) -> Vec<Table> {
    let metrics = it.replications.metrics().iter().enumerate();
    metrics.filter_map(|(place, metric)| table(it, metric, place)).collect()
}

fn table(it: &Comparison, metric: &str, place: usize) -> Option<Table> {
    let words = Words::new(it.baseline);
    let form = Form::of(metric, &it.baseline.file);
    let pairs: Vec<Option<Paired>> =
        (0..it.variants.len()).map(|variant| it.paired(variant, place)).collect();
    let is_something = |paired: &Paired| paired.before.mean.abs() + paired.after.mean.abs() > 0.0;
    let first = pairs.iter().flatten().next()?;
    if !pairs.iter().flatten().any(is_something) {
        return None;
    }
    let rows = it.variants.iter().zip(&pairs).map(|(variant, paired)| Row {
        variant: variant.name.clone(),
        ..paired.as_ref().map_or_else(nothing, |paired| row(paired, words, form))
    });
    let baseline = words.interval(&first.before, form);
    Some(Table { metric: metric.to_owned(), baseline, rows: rows.collect() })
}

fn nothing() -> Row {
    Row {
        variant: String::new(),
        mean: "none".to_owned(),
        difference: "not in both".to_owned(),
        change: String::new(),
        told_apart: Effect::None,
        reduction: String::new(),
        paired: None,
    }
}

fn row(it: &Paired, words: Words, form: Form) -> Row {
    let difference = it.difference.mean;
    let apart = form.apart();
    let sign = if difference < 0.0 { "−" } else { "+" };
    let half_width =
        it.difference.half_width.map(|half| format!(" ± {}", words.number(half, apart)));
    let size = words.number(difference.abs(), apart);
    let change = (form != Form::Moment && it.before.mean.abs() > 0.0)
        .then(|| difference / it.before.mean.abs() * 100.0);
    let told_apart = match (it.is_distinguishable(), difference < 0.0) {
        (false, _) => Effect::None,
        (true, true) => Effect::Less,
        (true, false) => Effect::More,
    };
    Row {
        variant: String::new(),
        mean: words.number(it.after.mean, form),
        difference: format!("{sign}{size}{}", half_width.unwrap_or_default()),
        change: change.map_or(String::new(), |it| {
            format!(
                "{}{} %",
                if it < 0.0 { "−" } else { "+" },
                count((it.abs() * 10.0).round() / 10.0)
            )
        }),
        told_apart,
        reduction: reduction(it),
        paired: Some(*it),
    }
}

/// By how much pairing reduced the variance, in words.
#[must_use]
pub fn reduction(it: &Paired) -> String {
    match it.variance_reduction {
        None => "–".to_owned(),
        Some(times) if times.is_infinite() => "all".to_owned(),
        Some(times) => format!("{}×", count((times * 10.0).round() / 10.0)),
    }
}

/// Where a variant's benefit arises, in words.
#[must_use]
pub fn origin(it: &Comparison, variant: usize) -> String {
    let origin = &it.origins[variant];
    let words = Words::new(it.baseline);
    let first = match &origin.first {
        None => "no unit fares otherwise".to_owned(),
        Some(sides) => {
            let Some(fate) = sides.iter().flatten().next() else { return String::new() };
            let [old, new] = sides.map(|side| told(side, words));
            let whose = tenant(&it.baseline.names, fate.tenant);
            let workload = &it.baseline.names.workloads[fate.call.index()];
            let at = words.moment(fate.begun);
            format!(
                "the first unit to fare otherwise began at {at} ({workload}, {whose}): {old} → {new}"
            )
        }
    };
    let station = origin.station.map(|(place, share)| {
        let name = &it.baseline.names.stations[place];
        let share = words.number((share * 100.0).round() / 100.0, Form::Share);
        format!("; {share} of the difference of the time that work spends is at {name}")
    });
    first + &station.unwrap_or_default()
}

fn seconds(fate: Option<Fate>) -> Option<Decimal> {
    fate.map(|fate| Decimal(fate.ended.since(fate.begun).as_secs_f64()))
}

/// How a unit ended, and after how long.
fn told(fate: Option<Fate>, words: Words) -> String {
    let Some(fate) = fate else { return "not there".to_owned() };
    let after = words.number(fate.ended.since(fate.begun).as_nanos_f64(), Form::Span);
    let how = ended(Some(fate)).unwrap_or_default().replace('_', " ");
    format!("{how} after {after}")
}

fn ended(fate: Option<Fate>) -> Option<&'static str> {
    fate.map(|fate| match fate.outcome {
        Ok(()) => "done",
        Err(failure) => failure.name(),
    })
}

impl Document {
    /// The document of a comparison.
    #[must_use]
    pub fn new(it: &Comparison) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            model_version: MODEL_VERSION,
            scenario: it.baseline.file.id.clone(),
            seed: it.baseline.seed(),
            seeds: it.replications.seeds(),
            variants: (0..it.variants.len()).map(|place| variant(it, place)).collect(),
        }
    }

    /// The document as text, which ends in a line break.
    #[must_use]
    pub fn to_text(&self) -> String {
        layout::to_text(self, 4)
    }
}

fn variant(it: &Comparison, place: usize) -> Variant {
    let metrics = it.replications.metrics().iter().enumerate();
    let metric = |(number, name): (usize, &String)| {
        let unit = facts::unit_of(name, &it.baseline.file)?;
        Some(metric(it, name, unit, &it.paired(place, number)?))
    };
    let origin = &it.origins[place];
    Variant {
        variant: it.variants[place].name.clone(),
        stopped: it.replications.stopped(place + 1),
        contested: contested(it, place).iter().map(Field::of).collect(),
        metrics: metrics.clone().filter_map(metric).collect(),
        metrics_without_value: metrics
            .filter(|(number, _)| it.paired(place, *number).is_none())
            .map(|(_, name)| name.clone())
            .collect(),
        first_unit: origin.first.and_then(|sides| first_unit(it, sides)),
        station: origin.station.map(|(station, share)| Station {
            station: it.baseline.names.stations[station].clone(),
            share: Decimal(share),
        }),
    }
}

fn metric(it: &Comparison, name: &str, unit: Unit, paired: &Paired) -> Metric {
    let scale = match unit {
        Unit::Time | Unit::Moment => 1e9,
        Unit::Number | Unit::Rate => 1.0,
    };
    let Paired { before, after, difference, variance_reduction } = paired;
    let ends = difference.half_width.map(|half| [difference.mean - half, difference.mean + half]);
    Metric {
        metric: name.to_owned(),
        pairs: difference.count,
        baseline: amount(before.mean, unit, it.baseline),
        mean: amount(after.mean, unit, it.baseline),
        difference: Decimal(difference.mean / scale),
        interval: ends.map(|ends| ends.map(|end| Decimal(end / scale))),
        is_distinguishable: paired.is_distinguishable(),
        variance_reduction: variance_reduction.map(Decimal),
    }
}

fn first_unit(it: &Comparison, sides: [Option<Fate>; 2]) -> Option<FirstUnit> {
    let fate = sides.iter().flatten().next()?;
    Some(FirstUnit {
        begun: super::amount::local(fate.begun, it.baseline),
        workload: it.baseline.names.workloads[fate.call.index()].clone(),
        tenant: tenant(&it.baseline.names, fate.tenant),
        baseline: ended(sides[0]),
        with: ended(sides[1]),
        baseline_seconds: seconds(sides[0]),
        with_seconds: seconds(sides[1]),
    })
}
