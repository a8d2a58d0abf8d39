//! `hindsight sweep`: a scenario at many values of its fields.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::guard::Advice;
use super::many::{Many, has_effect, metrics, refused};
use super::shards::{self, Shard};
use super::stops::{self, Effect};
use super::{Failure, Status, output};
use crate::experiment::points::{self, Point};
use crate::experiment::sweep::{Record, Sweep, Swept};
use crate::experiment::vary::{Axis, Values};
use crate::report::{html, sweep as table, text};
use crate::scenario::{Changes, Loaded, Refusal, Scenario};

/// Replay a scenario at many values of its fields
///
/// Every combination of the values is replayed with the same seeds. A run that a limit stops, or whose values
/// are refused, is marked in the result and never counts as the least. Rows stand in the order of their
/// values and seeds, whatever the number of threads.
///
/// A sweep that one machine is too small for is planned, run in shards on as many machines as there are, and
/// merged to the same bytes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  hindsight sweep FILE --vary platform.stations.api.service.replicas=2..6/5
      five values with both ends, as a table
  hindsight sweep FILE --vary A=10s,30s,2m --vary B=0.1..0.5/5 --seeds 20 -o swept.csv
      every combination, one row for each run and number
  hindsight sweep FILE --vary A=1..9 --vary B=10/s..90/s --sample latin-hypercube:200 -o swept.html
      200 points spread evenly over both, as a page with pictures
  hindsight sweep FILE --vary A=1..1000/1000 --plan plan.jsonl
  hindsight sweep --run plan.jsonl --shard 1/8 --resume -o parts
  hindsight sweep --merge parts -o swept.csv
      on eight machines: plan once, run each shard anywhere and again if it was lost, then merge

Exit status: 0 fine, 2 wrong usage or a wrong scenario, 3 a limit of the scenario stopped a replay
(its row is marked).")]
pub(super) struct Sweeping {
    /// A scenario file
    #[arg(value_name = "FILE", required_unless_present_any = ["run", "merge"],
        conflicts_with_all = ["run", "merge"])]
    file: Option<PathBuf>,
    /// Give a field several values: PATH=A,B,C, or so many between two ends, which are among them:
    /// PATH=LO..HI/STEPS; may be repeated
    #[arg(long, value_name = "PATH=VALUES", required_unless_present_any = ["run", "merge"],
        conflicts_with_all = ["run", "merge"])]
    vary: Vec<String>,
    /// Spread so many points over all fields instead of every combination: latin-hypercube:N
    #[arg(long, value_name = "METHOD", value_parser = latin_hypercube,
        conflicts_with_all = ["run", "merge"])]
    sample: Option<usize>,
    /// With how many seeds to run each point
    #[arg(long, value_name = "N", default_value_t = 5, conflicts_with_all = ["run", "merge"],
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seeds: u32,
    /// Apply a mitigation of the scenario in every run; may be repeated
    #[arg(long, value_name = "MITIGATION", conflicts_with_all = ["run", "merge"])]
    with: Vec<String>,
    /// Change one field of the scenario in every run; may be repeated
    #[arg(long, value_name = "PATH=VALUE", conflicts_with_all = ["run", "merge"])]
    set: Vec<String>,
    /// Begin with another seed than the scenario's
    #[arg(long, value_name = "SEED", conflicts_with_all = ["run", "merge"])]
    seed: Option<u64>,
    /// Keep this number of each run: one of `metrics` in the JSON report; may be repeated; by default those of
    /// the impact
    #[arg(long, value_name = "NAME", conflicts_with_all = ["run", "merge"])]
    metric: Vec<String>,
    /// As what to write the result; by default as the name of the output file says
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the runs to a file instead of running them, to be shared among machines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "merge", "format", "output"])]
    plan: Option<PathBuf>,
    /// How many runs of a plan are done and written at a time
    #[arg(long, value_name = "N", requires = "plan",
        value_parser = clap::value_parser!(u32).range(1..))]
    part: Option<u32>,
    /// Run a plan, or a shard of it, into the folder named by --output
    #[arg(long, value_name = "PLAN", requires = "output", conflicts_with_all = ["merge", "format"])]
    run: Option<PathBuf>,
    /// Which shard of a plan to run: every N-th part, beginning with the I-th
    #[arg(long, value_name = "I/N", requires = "run", default_value = "1/1")]
    shard: Shard,
    /// Leave out the parts that are there already
    #[arg(long, requires = "run")]
    resume: bool,
    /// Put together the parts of a plan from their folder
    #[arg(long, value_name = "FOLDER")]
    merge: Option<PathBuf>,
    #[command(flatten)]
    many: Many,
}

/// As what the result of a sweep is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A table of points for people
    Text,
    /// A row for each run and number
    Csv,
    /// A line of JSON for each run
    Jsonl,
    /// A page for a browser, with curves or a heat map, in one file that needs no network
    Html,
    /// The rows of CSV as a Parquet file, if the program was built with that
    Parquet,
}

impl Sweeping {
    pub(super) fn run(&self) -> Result<Status, Failure> {
        let (subject, (loaded, swept)) = match (&self.run, &self.merge, &self.file) {
            (Some(plan), ..) => {
                self.many.guard.stand(Advice::PARTS)?;
                let folder = self.many.output.as_deref().unwrap_or(Path::new("."));
                return shards::run(plan, self.shard, self.resume, folder, &self.many);
            }
            (_, Some(folder), _) => {
                self.format()?;
                self.many.guard.stand(Advice::MERGE)?;
                (folder, shards::merge(folder)?)
            }
            (.., Some(file)) => {
                let loaded = self.many.read(file)?;
                let sweep = self.sweep(&loaded)?;
                if let Some(plan) = &self.plan {
                    let part = self.part.map(|it| it as usize);
                    return shards::plan(&loaded, file, sweep, part, plan);
                }
                let runs = sweep.runs();
                let records =
                    self.many.work(runs, |bar| sweep.run(&loaded, 0..runs, &|| bar.inc(1)))?;
                (file, (loaded, Swept { sweep, records }))
            }
            (None, None, None) => return Err(Failure::Message("name a scenario file".to_owned())),
        };
        let baseline = loaded.scenario(&swept.sweep.changes).map_err(refused)?;
        self.deliver(&swept, &baseline)?;
        let stopped_by = swept.records.iter().filter_map(Record::stopped_by);
        Ok(if self.merge.is_some() {
            stops::status(subject, stopped_by, Effect::Uncounted, stops::in_plan)
        } else {
            let remedy = stops::by_set_or_vary(&swept.sweep.paths);
            stops::status(subject, stopped_by, Effect::Uncounted, remedy)
        })
    }

    /// What is to be run, after a look at whether it can be.
    fn sweep(&self, loaded: &Loaded) -> Result<Sweep, Failure> {
        self.format()?;
        let changes = Changes { with: self.with.clone(), set: self.set.clone(), seed: self.seed };
        let baseline = loaded.scenario(&changes).map_err(refused)?;
        let metrics = metrics(&self.metric, &baseline)?;
        let axes: Vec<Axis> = self.vary.iter().map(|it| axis(it)).collect::<Result<_, _>>()?;
        axes.iter().try_for_each(|axis| has_effect(&axis.path))?;
        if let Some(twice) =
            (1..axes.len()).find(|at| axes[..*at].iter().any(|it| it.path == axes[*at].path))
        {
            let path = &axes[twice].path;
            return Err(Failure::Message(format!(
                "--vary {path} is there twice; help: write all of its values in one"
            )));
        }
        let seed = baseline.seed();
        let points = match self.sample {
            None => points::grid(&axes),
            Some(count) => points::latin_hypercube(&axes, count, seed),
        };
        let seeds = (0..u64::from(self.seeds)).map(|it| seed.wrapping_add(it)).collect();
        let sweep = Sweep {
            changes: Changes { seed: Some(seed), ..changes },
            paths: axes.iter().map(|axis| axis.path.clone()).collect(),
            points: points.map_err(Failure::Message)?,
            seeds,
            metrics,
        };
        check_axes(&sweep, &axes, loaded)?;
        Ok(sweep)
    }

    fn format(&self) -> Result<Format, Failure> {
        let format = self.many.format(self.format)?;
        if format == Format::Parquet && !cfg!(feature = "parquet") {
            return Err(Failure::Message(
                "this program was built without Parquet; help: write CSV, or build with \
                 `cargo build --release --features parquet`"
                    .to_owned(),
            ));
        }
        Ok(format)
    }

    fn deliver(&self, swept: &Swept, baseline: &Scenario) -> Result<(), Failure> {
        let file = self.many.output.as_deref();
        match self.format()? {
            Format::Text => {
                self.many.deliver(&text::sweep::sweep(swept, baseline, self.many.look()))
            }
            Format::Csv => self.many.deliver(&table::csv(swept, baseline)),
            Format::Jsonl => self.many.deliver(&table::lines(swept, baseline)),
            Format::Html => self.many.deliver(&html::sweep::page(swept, baseline)),
            Format::Parquet => {
                let bytes = parquet(swept, baseline)?;
                match file {
                    Some(file) => output::deliver_bytes(&bytes, file),
                    None => Err(Failure::Message(
                        "Parquet is not written to a terminal; help: name a file with -o"
                            .to_owned(),
                    )),
                }
            }
        }
    }
}

fn axis(text: &str) -> Result<Axis, Failure> {
    Axis::parse(text).map_err(|message| {
        let help = "write it as in --vary platform.stations.api.service.replicas=2..6/5";
        Failure::Message(format!("--vary {text}: {message}; help: {help}"))
    })
}

/// Refuses a field that is not there, or whose first value cannot be, before anything runs: a combination of
/// good values that cannot be is marked in the result instead.
fn check_axes(sweep: &Sweep, axes: &[Axis], loaded: &Loaded) -> Result<(), Failure> {
    for (axis, place) in axes.iter().zip(0..) {
        check_whole(sweep, axis, loaded)?;
        let values: Vec<&str> = match &axis.values {
            Values::Listed(values) => values.iter().map(String::as_str).collect(),
            Values::Between(_) => {
                sweep.points.iter().take(1).map(|it: &Point| it[place].as_str()).collect()
            }
        };
        let mut told = None;
        let is_possible = values.iter().any(|value| {
            let assigned = [format!("{}={value}", axis.path)];
            let set = [sweep.changes.set.as_slice(), &assigned].concat();
            let tried = loaded.check(&Changes { set, ..sweep.changes.clone() });
            let asked = |it: Refusal| it.asked_by(&assigned, &format!("--vary {}", assigned[0]));
            tried.map_err(|refusal| told.get_or_insert(asked(refusal)).clone()).is_ok()
        });
        if let (false, Some(refusal)) = (is_possible, told) {
            return Err(refused(refusal));
        }
    }
    Ok(())
}

/// Refuses steps between whole numbers that are none, where the field takes only those.
fn check_whole(sweep: &Sweep, axis: &Axis, loaded: &Loaded) -> Result<(), Failure> {
    let Values::Listed(values) = &axis.values else { return Ok(()) };
    let whole = |text: &String| text.parse::<i64>().ok();
    let ends = values.first().and_then(whole).zip(values.last().and_then(whole));
    let is_number = |it: &&String| it.parse::<f64>().is_ok();
    let broken = values.iter().filter(is_number).find(|it| whole(it).is_none());
    let (Some((low, high)), Some(broken), true) =
        (ends, broken, values.iter().all(|it| is_number(&it)))
    else {
        return Ok(());
    };
    let is_possible = |value: &String| {
        let set = [sweep.changes.set.as_slice(), &[format!("{}={value}", axis.path)]].concat();
        loaded.check(&Changes { set, ..sweep.changes.clone() }).is_ok()
    };
    if is_possible(broken) || !is_possible(&values[0]) {
        return Ok(());
    }
    let apart = low.abs_diff(high);
    let fits = |steps: &u64| apart.is_multiple_of(steps - 1);
    let steps = values.len() as u64;
    let near = [(2..steps).rev().find(fits), (steps + 1..=apart + 1).find(fits)];
    let near: Vec<String> =
        near.into_iter().flatten().map(|steps| format!("{low}..{high}/{steps}")).collect();
    let help = if near.is_empty() {
        "list whole numbers, as in 2,3,5".to_owned()
    } else {
        format!("write {}, or list whole numbers", near.join(" or "))
    };
    Err(Failure::Message(format!(
        "--vary {}: takes whole numbers, and {broken} is among its {steps} values; help: {help}",
        axis.path
    )))
}

fn latin_hypercube(text: &str) -> Result<usize, String> {
    let count = text.strip_prefix("latin-hypercube:").and_then(|it| it.parse().ok());
    count
        .filter(|it| (1..=points::POINTS_MAX).contains(it))
        .ok_or_else(|| format!("must be latin-hypercube:N with a number of points, found {text:?}"))
}

#[cfg(feature = "parquet")]
fn parquet(swept: &Swept, baseline: &Scenario) -> Result<Vec<u8>, Failure> {
    crate::report::export::parquet::swept(swept, baseline)
        .map_err(|error| Failure::Message(format!("cannot write the sweep as Parquet: {error}")))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Swept, _: &Scenario) -> Result<Vec<u8>, Failure> {
    unreachable!("refused before the run")
}
