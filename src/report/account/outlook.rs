//! How sure the verdict is, and what to try next.

use crate::report::Report;
use crate::report::decimal::fixed;
use crate::report::words::{Form, Words, limits, several};

/// How a fact, or all together, fare with other seeds.
#[derive(Clone, Debug)]
pub(in crate::report) struct Row {
    pub(in crate::report) name: String,
    /// In what share of the seeds it holds, in words.
    pub(in crate::report) holds: String,
    /// Whether it holds for all seeds.
    pub(in crate::report) is_sure: bool,
    /// The mean of what was simulated, and its interval.
    pub(in crate::report) simulated: String,
}

/// In what share of other seeds the facts hold, all together first, if that was asked.
pub(in crate::report) fn robustness(report: &Report) -> Vec<Row> {
    let Some(it) = report.robustness.as_ref() else { return Vec::new() };
    let row = |name: &str, share: f64, simulated: String| Row {
        name: name.to_owned(),
        holds: format!("{} %", fixed(share * 100.0, 1).unwrap_or_default()),
        is_sure: share >= 1.0,
        simulated,
    };
    let mut rows = vec![row("all facts", it.all_hold, String::new())];
    let words = Words::new(report.scenario);
    let all = it.seeds as usize - it.stopped.len();
    for verdict in &report.verdicts {
        let fact = &it.facts[&verdict.id];
        let metric = &report.scenario.file.documented[&verdict.id].metric;
        let form = Form::of(metric, &report.scenario.file);
        let simulated = match fact.simulated {
            None => "none".to_owned(),
            Some(it) if it.count == all => words.interval(&it, form),
            Some(it) => {
                format!(
                    "{}, in the {} in which it happened",
                    words.interval(&it, form),
                    if it.count == 1 { "one run".to_owned() } else { several(it.count, "run") }
                )
            }
        };
        rows.push(row(&verdict.id, fact.holds, simulated));
    }
    rows
}

/// Which seeds were tried.
pub(in crate::report) fn seeds(report: &Report) -> Option<String> {
    let seeds = report.robustness.as_ref()?.seeds;
    Some(match seeds {
        1 => "the seed that follows: another random course of the same events".to_owned(),
        _ => format!("the {seeds} seeds that follow: other random courses of the same events"),
    })
}

/// How many of the other seeds' runs a limit stopped, if any.
pub(in crate::report) fn stopped(report: &Report) -> Option<String> {
    let it = report.robustness.as_ref()?;
    (!it.stopped.is_empty()).then(|| {
        let limits = limits(it.stopped.iter().copied());
        let stopped = it.stopped.len();
        format!("{stopped} of the runs were stopped by {limits}; no fact counts as held in them")
    })
}

/// The mitigations that were not applied, and what each would do.
pub(in crate::report) fn mitigations<'a>(
    report: &Report<'a>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let applied = &report.scenario.changes.with;
    let all = report.scenario.file.mitigations.iter();
    all.filter(|(name, _)| !applied.contains(name))
        .map(|(name, it)| (name.as_str(), it.note.as_str()))
}
