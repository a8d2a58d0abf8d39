//! Agreement with queueing theory: what closed forms say beside the means of replications.
//!
//! Each scenario in `tests/theory` documents what theory says of it. Here the formulas stand: they must
//! give what the files document, and replications what the formulas give. A figure *fails* if theory lies
//! further from the mean of the replications than 2 % (means) or 5 % (percentiles, small probabilities),
//! and is *inconclusive*, which fails too, if the 95 % confidence interval of the mean reaches further
//! than a quarter of that: a test that cannot tell is none.

mod coverage;
mod formulas;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hindsight::experiment::seeds::robustness;
use hindsight::measure::interval::Interval;
use hindsight::scenario::facts::{Unit, unit_of};
use hindsight::scenario::file::story::Expect;
use hindsight::scenario::{Changes, Loaded, Scenario};
use hindsight::units::Quantity;

use formulas::{Theory, cases};

/// The seeds of the replications are the first after each scenario's own.
const REPLICATIONS: u32 = 20;

/// What theory says of one number, and what replications give.
struct Figure {
    name: String,
    theory: f64,
    tolerance: f64,
    simulated: Interval,
}

/// How a figure agrees with theory.
#[derive(Debug, PartialEq, Eq)]
enum Agreement {
    Agrees,
    Fails,
    Inconclusive,
}

impl Figure {
    /// By what share of theory's value the mean differs from it.
    fn deviation(&self) -> f64 {
        self.simulated.mean / self.theory - 1.0
    }

    /// How far the interval reaches, as a share of theory's value.
    fn width(&self) -> f64 {
        self.simulated.half_width.unwrap_or(f64::INFINITY) / self.theory
    }

    /// Whether the interval holds theory's value, but for the rounding of sums.
    fn is_inside(&self) -> bool {
        self.deviation().abs() <= self.width() + 1e-9
    }

    fn agreement(&self) -> Agreement {
        if self.width() > self.tolerance / 4.0 {
            Agreement::Inconclusive
        } else if self.deviation().abs() > self.tolerance {
            Agreement::Fails
        } else {
            Agreement::Agrees
        }
    }

    /// The figure as a row of a table, in per cent of theory's value.
    fn row(&self) -> String {
        let per_cent = |share: f64| share * 100.0;
        format!(
            "{:28} {:+7.2} % ± {:4.2} %, of {:.0} % allowed{}",
            self.name,
            per_cent(self.deviation()),
            per_cent(self.width()),
            per_cent(self.tolerance),
            if self.is_inside() { "" } else { ", theory outside the interval" },
        )
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/theory")
}

fn load(name: &str) -> Scenario {
    let file = folder().join(format!("{name}.json"));
    let loaded = Loaded::read(&file).unwrap_or_else(|refusal| panic!("{}", refusal.render(false)));
    let scenario = loaded.scenario(&Changes::default());
    scenario.unwrap_or_else(|refusal| panic!("{}", refusal.render(false)))
}

/// A number as it is counted: spans and moments in nanoseconds.
fn counted(seconds_or_number: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Number | Unit::Rate => seconds_or_number,
        Unit::Time | Unit::Moment => seconds_or_number * 1e9,
    }
}

/// Asserts that a file documents what theory says, with the tolerance that it allows.
fn assert_documented(name: &str, expect: &Expect, (theory, tolerance): (f64, f64)) {
    let Expect::Between(between) = expect else { return };
    let bound = |quantity: Quantity| match quantity {
        Quantity::Number(number) => number,
        Quantity::Span(span) => span.as_nanos_f64(),
        Quantity::Rate(rate) => rate.as_per_second(),
        Quantity::Time(_) => f64::NAN,
    };
    let bounds = [(between.from, 1.0 - tolerance), (between.to, 1.0 + tolerance)];
    for (found, factor) in bounds {
        let (found, expected) = (bound(found), theory * factor);
        let is_near = (found - expected).abs() <= 1e-4 * theory;
        assert!(is_near, "{name} documents {found}, by theory it is {expected}");
    }
}

/// The figures of a scenario, after its exact facts were seen to hold in every replication.
fn figures((file, theories): &(&str, Vec<(&str, Theory)>)) -> Vec<Figure> {
    let scenario = load(file);
    let told: BTreeSet<&str> = theories.iter().map(|(id, _)| *id).collect();
    let documented: BTreeSet<&str> = scenario.file.documented.keys().map(String::as_str).collect();
    assert_eq!(documented, told, "{file} documents what theory tells, and nothing else");
    let found = robustness(&scenario, REPLICATIONS, &|| {});
    assert_eq!(found.stopped.len(), 0, "{file}");
    let mut figures = Vec::new();
    for (id, theory) in theories {
        let (name, it) = (format!("{file}.{id}"), &scenario.file.documented[*id]);
        let unit = unit_of(&it.metric, &scenario.file).expect("the metric exists");
        let fact = &found.facts[*id];
        let Some((value, tolerance)) = theory.value() else {
            assert!((fact.holds - 1.0).abs() < 1e-12, "{name} holds in {} of the runs", fact.holds);
            continue;
        };
        let theory = counted(value, unit);
        assert_documented(&name, &it.expect, (theory, tolerance));
        let simulated = fact.simulated.unwrap_or_else(|| panic!("{name} has no value"));
        figures.push(Figure { name, theory, tolerance, simulated });
    }
    figures
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the reader of this test wants")]
fn replications_agree_with_closed_forms() {
    let all = cases();
    let figures: Vec<Figure> = all.iter().flat_map(figures).collect();
    for figure in &figures {
        println!("{}", figure.row());
    }
    let largest = figures.iter().map(|it| it.deviation().abs()).fold(0.0, f64::max);
    let inside = figures.iter().filter(|it| it.is_inside()).count();
    println!(
        "{} figures in {} scenarios, the largest deviation {:.2} %, theory inside {inside} intervals",
        figures.len(),
        all.len(),
        largest * 100.0,
    );
    let bad: Vec<String> = figures
        .iter()
        .filter(|it| it.agreement() != Agreement::Agrees)
        .map(|it| format!("{:?}: {}", it.agreement(), it.row()))
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    // Of 95 % intervals one in twenty misses; three in twenty would be no chance.
    assert!(inside * 20 >= figures.len() * 17, "only {inside} intervals hold what theory says");
}

#[test]
fn every_scenario_of_the_folder_has_its_theory() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let cases: BTreeSet<String> = cases().iter().map(|(file, _)| format!("{file}.json")).collect();
    assert_eq!(files, cases);
}

#[test]
fn a_figure_agrees_only_if_it_is_near_and_known_well() {
    let figure = |mean: f64, half_width: Option<f64>| {
        let simulated = Interval { mean, half_width, count: 20 };
        Figure { name: "it".into(), theory: 10.0, tolerance: 0.02, simulated }.agreement()
    };
    assert_eq!(figure(10.19, Some(0.04)), Agreement::Agrees);
    assert_eq!(figure(10.21, Some(0.04)), Agreement::Fails);
    assert_eq!(figure(9.79, Some(0.04)), Agreement::Fails);
    assert_eq!(figure(10.0, Some(0.06)), Agreement::Inconclusive);
    assert_eq!(figure(10.0, None), Agreement::Inconclusive);
}
