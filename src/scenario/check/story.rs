//! The timeline, indicators, metrics and facts: what they must be to one another.

use std::collections::BTreeMap;

use super::Findings;
use super::platform::{check_distribution, check_time};
use crate::platform::measures::{Dimension, Kind, Measure};
use crate::scenario::clock::Clock;
use crate::scenario::compile::Names;
use crate::scenario::facts::{self, Unit};
use crate::scenario::file::File;
use crate::scenario::file::story::{Action, Expect, Indicator, Metric, Statistic};
use crate::scenario::patch;
use crate::scenario::path::Path;
use crate::scenario::problem::Problem;
use crate::units::{Instant, LocalTime, Quantity, Span};

/// Checks the story of a file.
pub(super) fn check(file: &File, names: &Names, clock: &Clock, findings: &mut Findings) {
    let units = facts::units(file).into_iter().collect();
    let checker = Checker { file, names, clock, units };
    let root = Path::root();
    for (name, action) in &file.timeline {
        checker.check_action(action, &root.key("timeline").key(name), findings);
    }
    checker.check_on_call(&root.key("on_call"), findings);
    for (name, indicator) in &file.indicators {
        let path = root.key("indicators").key(name);
        checker.check_indicator(indicator, &path, findings);
    }
    for (name, metric) in &file.metrics {
        checker.check_metric(metric, &root.key("metrics").key(name), findings);
    }
    for (id, documented) in &file.documented {
        let path = root.key("documented").key(id);
        checker.check_claim(&documented.metric, &documented.expect, &path, findings);
    }
    for (name, threshold) in &file.thresholds {
        let path = root.key("thresholds").key(name);
        checker.check_claim(&threshold.metric, &threshold.expect, &path, findings);
    }
    let updates = file.status_page.iter().flat_map(|page| &page.updates);
    let mut last = None;
    for (index, update) in updates.enumerate() {
        if last.is_some_and(|last| update.at < last) {
            let path = root.key("status_page").key("updates").index(index).key("at");
            let problem = Problem::new(path, "must not be earlier than the update before it");
            findings.0.push(problem.with_help("list the updates in the order of their times"));
        }
        last = Some(update.at);
    }
}

struct Checker<'a> {
    file: &'a File,
    names: &'a Names,
    clock: &'a Clock,
    /// Everything that is counted, with its unit.
    units: BTreeMap<String, Unit>,
}

impl Checker<'_> {
    fn check_action(&self, action: &Action, path: &Path, findings: &mut Findings) {
        match (&action.at, &action.after) {
            (Some(_), Some(_)) | (None, None) => {
                let message = "must have either `at`, a time, or `after`, an alert";
                let help =
                    "write \"at\": a local time, or \"after\": { \"alert\": …, \"delay\": … }";
                findings.0.push(Problem::new(path.clone(), message).with_help(help));
            }
            (Some(at), None) => check_time(*at, self.clock, path.key("at"), findings),
            (None, Some(after)) => {
                let path = path.key("after").key("alert");
                let indicator = self.file.indicators.get(&after.alert);
                if indicator.is_some_and(|it| it.alert.is_none()) {
                    let problem = Problem::new(path, format!("{:?} pages nobody", after.alert));
                    let help =
                        "give that indicator an alert: \"alert\": { \"priority\": \"high\" }";
                    findings.0.push(problem.with_help(help));
                } else if indicator.is_none() {
                    let alerting = self.file.indicators.iter().filter(|(_, it)| it.alert.is_some());
                    let known = alerting.map(|(name, _)| name.as_str());
                    findings.add_unknown(path, "indicator with an alert", &after.alert, known);
                }
            }
        }
        self.check_deed(action, path, findings);
    }

    /// Checks what an action does, and to what.
    fn check_deed(&self, action: &Action, path: &Path, findings: &mut Findings) {
        let deeds = [
            (action.crash.as_ref().map(|it| &it.station), "crash.station", Some(Kind::Service)),
            (action.redeploy.as_ref(), "redeploy", Some(Kind::Service)),
            (action.purge.as_ref(), "purge", None),
            (
                action.clean_up.as_ref().map(|it| &it.station),
                "clean_up.station",
                Some(Kind::Routing),
            ),
            (action.repair.as_ref().map(|it| &it.station), "repair.station", Some(Kind::Routing)),
        ];
        let done = deeds.iter().filter(|(station, ..)| station.is_some()).count();
        if done + usize::from(action.set.is_some()) > 1 {
            findings.add(
                path.clone(),
                "must do one thing: `set`, `crash`, `redeploy`, `purge`, `clean_up` or `repair`",
            );
        }
        for (station, field, wanted) in deeds {
            let Some(station) = station else { continue };
            let path = field.split('.').fold(path.clone(), |path, field| path.key(field));
            match (
                self.names.kind(station).filter(|_| self.names.station(station).is_some()),
                wanted,
            ) {
                (None, _) => {
                    let known = self.names.stations.iter().map(String::as_str);
                    findings.add_unknown(path, "station", station, known);
                }
                (Some(kind), Some(wanted)) if kind != wanted => {
                    let stations = self.names.stations.iter().map(String::as_str);
                    let fitting = stations.filter(|it| self.names.kind(it) == Some(wanted));
                    let fitting: Vec<&str> = fitting.collect();
                    let message =
                        format!("must be {}, and {station:?} is {}", wanted.name(), kind.name());
                    let problem = Problem::new(path, message);
                    findings.0.push(if fitting.is_empty() {
                        problem.with_help("this scenario has none")
                    } else {
                        problem.with_help(format!("there is {}", fitting.join(", ")))
                    });
                }
                (Some(_), _) => {}
            }
        }
        if action.crash.as_ref().is_some_and(|it| it.instances == Some(0)) {
            let message = "must be at least 1; leave it out for all";
            findings.add(path.key("crash").key("instances"), message);
        }
        if action.set.as_ref().is_some_and(|set| patch::leaves(set).is_empty()) {
            let problem = Problem::new(path.key("set"), "sets nothing");
            let help = "name what changes, such as { \"stations\": { \"api\": { \"service\": { \"replicas\": 8 } } } }";
            findings.0.push(problem.with_help(help));
        }
        if let Some(repair) = &action.repair
            && repair.rate.as_per_second() <= 0.0
        {
            findings.add(path.key("repair").key("rate"), "must be more than none");
        }
    }

    /// Checks who is on call.
    fn check_on_call(&self, path: &Path, findings: &mut Findings) {
        let Some(on_call) = &self.file.on_call else { return };
        if on_call.people == 0 {
            findings
                .add(path.key("people"), "must be at least 1, or nobody ever takes up an alert");
        }
        check_distribution(&on_call.handling, &path.key("handling"), findings);
        let Some(noise) = &on_call.noise else { return };
        let path = path.key("noise");
        check_distribution(&noise.handling, &path.key("handling"), findings);
        if noise.rate.as_per_second() <= 0.0 {
            findings.add(path.key("rate"), "must be more than none; leave `noise` out for none");
        }
    }

    fn check_indicator(&self, it: &Indicator, path: &Path, findings: &mut Findings) {
        if it.of.0.is_empty() {
            findings.add(path.key("of"), "must name what is watched");
        }
        for (index, name) in it.of.0.iter().enumerate() {
            self.check_target(name, it.measure, path, findings);
            if it.of.0[..index].contains(name) {
                findings.add(
                    path.key("of"),
                    format!("must name each place once, found {name:?} twice"),
                );
            }
        }
        check_percentile(it.measure, it.percentile, path, findings);
        check_bounds(it.measure, it.above, it.below, path, findings);
        self.check_bins(it.every, path.key("every"), findings);
        if let Some(window) = it.window {
            self.check_bins(window, path.key("window"), findings);
        }
        for (field, span) in
            [("every", Some(it.every)), ("window", it.window), ("for", Some(it.held))]
        {
            let whole = self.clock.end().since(Instant::START);
            if span.is_some_and(|span| span > whole) {
                let message = format!("must not be longer than the whole replay, {whole}");
                findings.add(path.key(field), message);
            }
        }
        let places = it.of.0.len();
        if it.at_least == 0 || it.at_least as usize > places {
            let message =
                format!("must be from 1 to {places}, the places watched, found {}", it.at_least);
            findings.add(path.key("at_least"), message);
        }
        if it.tenants.is_some() && !(it.measure.is_of_operations() && it.above.is_some()) {
            let message = "tenants can be judged by `error_share` or `latency` above a bound only";
            findings.add(path.key("tenants"), message);
        }
    }

    fn check_bins(&self, span: Span, path: Path, findings: &mut Findings) {
        let resolution = self.clock.resolution();
        if span.is_zero() || !span.as_nanos().is_multiple_of(resolution.as_nanos()) {
            let message =
                format!("must be a multiple of the clock's resolution, {resolution}, found {span}");
            findings.add(path, message);
        }
    }

    fn check_target(&self, name: &str, measure: Measure, path: &Path, findings: &mut Findings) {
        match self.names.kind(name) {
            None => {
                let what = "station, workload, call or type of jobs";
                findings.add_unknown(path.key("of"), what, name, self.names.measured());
            }
            Some(kind) if !measure.is_of(kind) => {
                let measures = Measure::ALL.into_iter().filter(|measure| measure.is_of(kind));
                let measures: Vec<String> = measures.map(facts::name_of).collect();
                let message = format!(
                    "`{}` is no measure of {}, which {name:?} is",
                    facts::name_of(measure),
                    kind.name()
                );
                let help = format!("those of {} are {}", kind.name(), measures.join(", "));
                findings.0.push(Problem::new(path.key("measure"), message).with_help(help));
            }
            Some(_) => {}
        }
    }

    fn check_metric(&self, it: &Metric, path: &Path, findings: &mut Findings) {
        self.check_target(&it.of, it.measure, path, findings);
        check_percentile(it.measure, it.percentile, path, findings);
        let is_time = matches!(it.statistic, Statistic::FirstTime | Statistic::LastTime);
        if is_time {
            check_bounds(it.measure, it.above, it.below, path, findings);
            if it.against.is_some() {
                findings.add(path.key("against"), "a moment cannot be compared with another span");
            }
        } else if it.above.is_some() || it.below.is_some() {
            findings.add(path.clone(), "above and below go with `first_time` and `last_time` only");
        }
        let of_span = [("from", it.from), ("to", it.to)];
        self.check_span(of_span, path, findings);
        let is_backward = |from, to| self.clock.instant(from) >= self.clock.instant(to);
        if let (Some(from), Some(to)) = (it.from, it.to)
            && is_backward(from, to)
        {
            findings.add(path.key("to"), format!("must be later than from, {from}"));
        }
        let Some(against) = &it.against else { return };
        let path = path.key("against");
        self.check_span([("from", against.from), ("to", against.to)], &path, findings);
        if let (Some(from), Some(to)) = (against.from.or(it.from), against.to.or(it.to))
            && is_backward(from, to)
        {
            findings.add(path.key("to"), "must be later than from");
        }
        let measure = against.measure.unwrap_or(it.measure);
        self.check_target(against.of.as_ref().unwrap_or(&it.of), measure, &path, findings);
        if measure.dimension() != it.measure.dimension() {
            findings.add(path.key("measure"), "must have the unit of the metric's own measure");
        }
    }

    fn check_span(
        &self,
        of_span: [(&str, Option<LocalTime>); 2],
        path: &Path,
        findings: &mut Findings,
    ) {
        for (field, time) in of_span {
            if let Some(time) = time
                && self.clock.instant(time).is_none_or(|instant| instant > self.clock.end())
            {
                findings.add(path.key(field), format!("must lie within the clock, found {time}"));
            }
        }
    }

    /// A claim is about a number that is counted, in its unit.
    fn check_claim(&self, metric: &str, expect: &Expect, path: &Path, findings: &mut Findings) {
        let Some(unit) = self.units.get(metric).copied() else {
            let of_it = format!("{metric}.");
            let known = self.units.keys().map(String::as_str);
            let of_it: Vec<&str> = known.clone().filter(|name| name.starts_with(&of_it)).collect();
            let path = path.key("metric");
            if of_it.is_empty() {
                return findings.add_unknown(path, "metric", metric, known);
            }
            let problem = Problem::new(path, format!("{metric:?} is no number but has some"));
            return findings.0.push(problem.with_help(format!("write {}", of_it.join(" or "))));
        };
        let path = path.key("expect");
        let mut check = |quantity: Quantity, path: Path| {
            if !unit.fits(quantity) {
                findings.add(path, format!("must be {}, as the metric is", unit.description()));
            }
        };
        match expect {
            Expect::At(_) if unit != Unit::Moment => {
                let message = format!("the metric is no moment but {}", unit.description());
                findings.add(path.key("at"), message);
            }
            Expect::At(_) => {}
            Expect::Between(between) => {
                check(between.from, path.key("between").key("from"));
                check(between.to, path.key("between").key("to"));
            }
            Expect::Equals(it) => check(*it, path.key("equals")),
            Expect::AtMost(it) => check(*it, path.key("at_most")),
            Expect::AtLeast(it) => check(*it, path.key("at_least")),
        }
    }
}

fn check_percentile(
    measure: Measure,
    percentile: Option<f64>,
    path: &Path,
    findings: &mut Findings,
) {
    match (measure, percentile) {
        (Measure::Latency, None) => {
            findings.add(
                path.clone(),
                "a latency needs its `percentile`, such as 95; the average is `mean_latency`",
            );
        }
        (Measure::Latency, Some(p)) if !(0.0..=100.0).contains(&p) => {
            findings.add(path.key("percentile"), format!("must be from 0 to 100, found {p}"));
        }
        (Measure::Latency, Some(_)) | (_, None) => {}
        (_, Some(_)) => findings.add(path.key("percentile"), "goes with `latency` only"),
    }
}

fn check_bounds(
    measure: Measure,
    above: Option<Quantity>,
    below: Option<Quantity>,
    path: &Path,
    findings: &mut Findings,
) {
    let (field, bound) = match (above, below) {
        (Some(bound), None) => ("above", bound),
        (None, Some(bound)) => ("below", bound),
        (None, None) | (Some(_), Some(_)) => {
            return findings.add(path.clone(), "must have one bound, `above` or `below`");
        }
    };
    let (fits, right) = match measure.dimension() {
        Dimension::Number => (matches!(bound, Quantity::Number(_)), "a number"),
        Dimension::Time => (matches!(bound, Quantity::Span(_)), "a duration such as \"2s\""),
        Dimension::Rate => (matches!(bound, Quantity::Rate(_)), "a rate such as \"10/s\""),
    };
    if !fits {
        findings.add(path.key(field), format!("must be {right}, as the measure is"));
    }
}
