//! Indicators as alerting rules of Prometheus, and as unit tests that `promtool test rules` runs.
//!
//! A rule judges `hindsight_indicator_value`, what the indicator read when it was evaluated, by the indicator's own
//! bound, for as long as it has to be bad, and goes on firing for as long as it has to be good. The tests say
//! at which evaluation the simulated alert went out and at which it was over.
//! <https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/>

use std::fmt::Write as _;

use super::openmetrics::{INDICATOR_VALUE, PLACES, label_set, scaled};
use crate::platform::indicator::{Indicator, Threshold};
use crate::platform::log::Emerged;
use crate::report::Report;
use crate::report::decimal::fixed;
use crate::report::words::Words;
use crate::scenario::Scenario;
use crate::scenario::file::story::{self, Priority};
use crate::simulation::watch::Watch;
use crate::units::{Instant, Span};

/// More changes of one indicator than this are not tested.
const CHANGES_MAX: usize = 100;

/// The alerting rules, one group for each indicator, since each has its own interval.
#[must_use]
pub fn rules(report: &Report) -> String {
    let mut text = String::from("groups:\n");
    for indicator in report.outcome.platform.indicators() {
        let rule = Rule::new(report.scenario, indicator);
        let _ = write!(
            text,
            "  - name: {name}\n    interval: {interval}\n    rules:\n      - alert: {name}\n        \
             expr: {expr}\n        for: {held}\n        keep_firing_for: {clear_after}\n        \
             labels: {labels}\n        annotations: {annotations}\n",
            name = quoted(rule.file.0),
            interval = duration(rule.file.1.every),
            expr = quoted(&rule.expression()),
            held = duration(rule.file.1.held),
            clear_after = duration(rule.file.1.clear_after),
            labels = quoted_map(rule.labels(), template),
            annotations = quoted_map(&rule.annotations(), template),
        );
    }
    text
}

/// Unit tests of these rules, which stand in the file `rules` beside the tests: the replay's values, and
/// when each rule has to fire for them.
#[must_use]
pub fn tests(report: &Report, watch: &Watch, rules: &str) -> String {
    let indicators = report.outcome.platform.indicators();
    let every = |indicator: &Indicator| every(report.scenario, indicator).as_nanos();
    let step = Span::from_nanos(indicators.iter().map(every).fold(0, greatest_common_divisor));
    let mut text = format!(
        "rule_files: [{}]\nevaluation_interval: {}\ntests:\n",
        quoted(rules),
        duration(step)
    );
    for (index, indicator) in indicators.iter().enumerate() {
        if let Some(first) = watch.evaluations(index).first() {
            let case = Case { report, watch, index, indicator, step, begins: first.at };
            case.write(&mut text);
        }
    }
    text
}

struct Rule<'a> {
    scenario: &'a Scenario,
    indicator: &'a Indicator,
    file: (&'a String, &'a story::Indicator),
    labels: Vec<(&'static str, String)>,
}

impl<'a> Rule<'a> {
    fn new(scenario: &'a Scenario, indicator: &'a Indicator) -> Self {
        let name = &indicator.config().name;
        let file = scenario.file.indicators.get_key_value(name).expect("it stands in the file");
        let severity = match file.1.alert.as_ref().map(|alert| alert.priority) {
            Some(Priority::High) => "high",
            Some(Priority::Medium) => "medium",
            Some(Priority::Low) => "low",
            None => "none",
        };
        let labels = vec![("severity", severity.to_owned())];
        Self { scenario, indicator, file, labels }
    }

    fn expression(&self) -> String {
        let labels = [("scenario", self.scenario.file.id.as_str()), ("indicator", self.file.0)];
        let (sign, bound) = match self.indicator.bound() {
            Threshold::Above(bound) => (">", bound),
            Threshold::Below(bound) => ("<", bound),
        };
        let bound = fixed(scaled(bound, self.indicator), PLACES).unwrap_or_default();
        let crossed = format!("{INDICATOR_VALUE}{} {sign} {bound}", label_set(labels.into_iter()));
        let config = self.indicator.config();
        if self.is_of_one_place() {
            crossed
        } else {
            format!("count({crossed}) >= {}", config.at_least)
        }
    }

    fn is_of_one_place(&self) -> bool {
        self.indicator.config().targets.len() == 1
    }

    /// The labels that the rule itself gives.
    fn labels(&self) -> &[(&'static str, String)] {
        &self.labels
    }

    /// The labels that its alerts have.
    fn alert_labels(&self) -> Vec<(&'static str, String)> {
        let mut labels = self.labels.clone();
        if self.is_of_one_place() {
            let own = self.series_labels(0).map(|(name, value)| (name, value.to_owned()));
            labels.extend(own);
        }
        labels
    }

    fn series_labels(&self, place: usize) -> [(&'static str, &'a str); 3] {
        let (name, file) = self.file;
        [
            ("scenario", self.scenario.file.id.as_str()),
            ("indicator", name.as_str()),
            ("of", file.of.0[place].as_str()),
        ]
    }

    fn annotations(&self) -> Vec<(&'static str, String)> {
        let file = self.file.1;
        let summary = Words::new(self.scenario).condition(file);
        let mut annotations = vec![("summary", summary)];
        if let Some(note) = &file.note {
            annotations.push(("description", note.clone()));
        }
        annotations
    }
}

/// One test: of one indicator.
struct Case<'a> {
    report: &'a Report<'a>,
    watch: &'a Watch,
    index: usize,
    indicator: &'a Indicator,
    step: Span,
    begins: Instant,
}

impl Case<'_> {
    fn write(&self, text: &mut String) {
        let rule = Rule::new(self.report.scenario, self.indicator);
        let _ = write!(
            text,
            "  - name: {}\n    interval: {}\n    input_series:\n",
            quoted(rule.file.0),
            duration(self.step)
        );
        for place in 0..self.indicator.config().targets.len() {
            let labels = label_set(rule.series_labels(place).into_iter());
            let series = format!("{INDICATOR_VALUE}{labels}");
            let values = self.values(place);
            let _ = writeln!(text, "      - series: {}\n        values: {values}", quoted(&series));
        }
        text.push_str("    alert_rule_test:\n");
        for (at, is_firing) in self.expected() {
            let alert = format!(
                "{{ exp_labels: {}, exp_annotations: {} }}",
                quoted_map(&rule.alert_labels(), str::to_owned),
                quoted_map(&rule.annotations(), str::to_owned)
            );
            let _ = writeln!(
                text,
                "      - {{ eval_time: {}, alertname: {}, exp_alerts: [{}] }}",
                duration(at.since(self.begins)),
                quoted(rule.file.0),
                if is_firing { format!(" {alert} ") } else { String::new() }
            );
        }
    }

    /// What the indicator read, once for each step between two of its evaluations.
    fn values(&self, place: usize) -> String {
        let every = every(self.report.scenario, self.indicator).as_nanos();
        let times = every / self.step.as_nanos().max(1);
        let evaluations = self.watch.evaluations(self.index).iter();
        let values = evaluations.flat_map(|it| {
            let value = it.readings[place].map(|value| scaled(value, self.indicator));
            let value = value.and_then(|value| fixed(value, PLACES));
            let value = value.unwrap_or_else(|| "NaN".to_owned());
            (0..times).map(move |_| value.clone())
        });
        quoted(&values.collect::<Vec<_>>().join(" "))
    }

    /// When the alert has to be silent and when it has to fire: at each change and one evaluation before.
    fn expected(&self) -> Vec<(Instant, bool)> {
        let every = every(self.report.scenario, self.indicator);
        let entries = self.report.outcome.platform.log().entries().iter();
        let changes = entries.filter_map(|entry| {
            let is_began =
                matches!(entry.what, Emerged::ImpactBegan(id) if usize::from(id) == self.index);
            let is_ended =
                matches!(entry.what, Emerged::ImpactEnded(id) if usize::from(id) == self.index);
            (is_began || is_ended).then_some((entry.at, is_began))
        });
        let mut expected = Vec::new();
        for (at, is_firing) in changes.take(CHANGES_MAX) {
            if at.since(self.begins) >= every {
                let before = Instant::START + at.since(Instant::START + every);
                expected.push((before, !is_firing));
            }
            expected.push((at, is_firing));
        }
        if expected.is_empty() {
            let last = self.watch.evaluations(self.index).last();
            expected.extend(last.map(|it| (it.at, false)));
        }
        expected
    }
}

fn every(scenario: &Scenario, indicator: &Indicator) -> Span {
    scenario.clock.resolution() * indicator.config().every_bins as u64
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// A span as Prometheus writes it, to the millisecond.
fn duration(span: Span) -> String {
    let millis = span.as_nanos().div_ceil(1_000_000);
    if millis.is_multiple_of(1000) { format!("{}s", millis / 1000) } else { format!("{millis}ms") }
}

/// A text as YAML reads it, whatever is in it: JSON's texts are YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn quoted_map(pairs: &[(&'static str, String)], how: impl Fn(&str) -> String) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}: {}", quoted(&how(value)))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A text that stays as it is when Prometheus expands the templates in it.
fn template(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}
