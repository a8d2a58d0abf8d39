//! `hindsight compare`: what each mitigation changes, beside the incident as it was.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::many::{Many, metrics, per_cent, refused};
use super::stops::{self, Effect};
use super::{Failure, Status};
use crate::experiment::compare::{Comparison, Effort, Variant};
use crate::report::comparison::Document;
use crate::report::{html, text};
use crate::scenario::{Changes, Loaded, Refusal, Scenario};

/// Joins the mitigations of a variant.
const AND: char = '+';
/// The name of the variant with all mitigations.
const ALL: &str = "all";

/// Compare mitigations with the incident as it was, over many seeds
///
/// Every variant is replayed with the same seeds as the baseline. Runs of one seed see the same arrivals and
/// the same demands, so that their difference is the mitigation's doing; its 95 % interval is over seeds.
/// Told are the minutes and tenants of every indicator of harm and the failed units of every workload, how
/// much less noise pairing left, the first unit of work that fares otherwise, and the station where most of
/// the difference arises.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight compare FILE
      each mitigation alone, and all together
  hindsight compare FILE --with cache-layer --with cache-layer+retry-budget
      one mitigation, and two at a time
  hindsight compare FILE --seeds 10 --until-precise 5%
      as many seeds as it takes until every interval is within 5 % of the baseline's mean
  hindsight compare FILE --metric all.span --format json -o compared.json
      another number, for programs
  hindsight compare FILE --format html -o compare.html
      a page with the differences and with charts of all variants on one time axis; it opens anywhere

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped a replay
(its pair does not count).")]
pub(super) struct Compare {
    /// A scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Compare a mitigation, or several at once as A+B; may be repeated; by default each alone and all together
    #[arg(long, value_name = "MITIGATION")]
    with: Vec<String>,
    /// Also compare all mitigations together
    #[arg(long)]
    all: bool,
    /// Change one field of the scenario, in the baseline and in every variant; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Begin with another seed than the scenario's
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// With how many seeds to run the baseline and each variant
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    seeds: u32,
    /// Add seeds until every interval reaches at most so far from its mean, as a share of the baseline's
    #[arg(long, value_name = "PERCENT", value_parser = per_cent)]
    until_precise: Option<f64>,
    /// But never run more seeds than this
    #[arg(long, value_name = "N", default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    seeds_max: u32,
    /// Compare this number instead: one of `metrics` in the JSON report; may be repeated
    #[arg(long, value_name = "NAME")]
    metric: Vec<String>,
    /// For whom or what; by default as the name of the output file says
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    many: Many,
}

/// Whom a comparison is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, on a terminal
    Text,
    /// For programs
    Json,
    /// For people, as a page for a browser, in one file that needs no network
    Html,
}

impl Compare {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let format = self.many.format(self.format)?;
        let loaded = self.many.read(&self.file)?;
        let baseline = self.scenario(&loaded, &[]).map_err(refused)?;
        let variants = self.variants(&loaded, &baseline)?;
        let metrics = metrics(&self.metric, &baseline)?;
        let effort = Effort {
            seeds: self.seeds as usize,
            precision: self.until_precise,
            seeds_max: if self.until_precise.is_some() { self.seeds_max } else { self.seeds }
                as usize,
        };
        let comparison = self.many.work(0, |bar| {
            let on_more = |runs: usize| bar.inc_length(runs as u64);
            Comparison::new((&baseline, &variants), metrics, effort, &|| bar.inc(1), &on_more)
        })?;
        self.many.deliver(&self.told(&comparison, format))?;
        let stopped_by = comparison.replications.all_stopped_by();
        Ok(stops::status(&self.file, stopped_by, Effect::Uncounted, stops::by_set))
    }

    fn told(&self, comparison: &Comparison, format: Format) -> String {
        match format {
            Format::Text => text::comparison::comparison(comparison, self.many.look()),
            Format::Json => Document::new(comparison).to_text(),
            Format::Html => {
                // Where the file lies is the machine's own matter, and no page is to depend on that.
                let name = self.file.file_name().unwrap_or_default().to_string_lossy();
                html::comparison::page(comparison, &name, &self.options())
            }
        }
    }

    /// The options that decide what is compared, as words of a command.
    fn options(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
        self.with.iter().for_each(|it| add("--with", it.clone()));
        self.set.iter().for_each(|it| add("--set", it.clone()));
        self.metric.iter().for_each(|it| add("--metric", it.clone()));
        if let Some(seed) = self.seed {
            add("--seed", seed.to_string());
        }
        add("--seeds", self.seeds.to_string());
        if let Some(share) = self.until_precise {
            add("--until-precise", format!("{}%", share * 100.0));
            add("--seeds-max", self.seeds_max.to_string());
        }
        if self.all {
            words.push("--all".to_owned());
        }
        words
    }

    fn scenario(&self, loaded: &Loaded, with: &[String]) -> Result<Scenario, Refusal> {
        loaded.scenario(&Changes { with: with.to_vec(), set: self.set.clone(), seed: self.seed })
    }

    /// The variants that were asked for, or each mitigation alone and all together.
    fn variants(&self, loaded: &Loaded, baseline: &Scenario) -> Result<Vec<Variant>, Failure> {
        let known: Vec<String> = baseline.file.mitigations.keys().cloned().collect();
        if known.is_empty() {
            return Err(Failure::Message(format!(
                "{} has no mitigation to compare; help: describe one under `mitigations`, as a patch on the scenario",
                self.file.display()
            )));
        }
        let mut asked: Vec<(String, Vec<String>)> = Vec::new();
        let written = if self.with.is_empty() && !self.all { &known } else { &self.with };
        for text in written {
            let names: Vec<String> = text.split(AND).map(str::to_owned).collect();
            asked.push((text.clone(), names));
        }
        if self.all || (self.with.is_empty() && known.len() > 1) {
            asked.push((ALL.to_owned(), known.clone()));
        }
        let variant = |(name, with): (String, Vec<String>)| {
            let scenario = self.scenario(loaded, &with).map_err(refused)?;
            Ok(Variant { name, scenario })
        };
        asked.into_iter().map(variant).collect()
    }
}
