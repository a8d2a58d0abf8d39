//! Whether the replay shows what was documented, and for how long customers were hurt.

use crate::report::Report;
use crate::report::words::{Words, span};
use crate::scenario::facts::ALL;
use crate::units::{Instant, Span};

/// What kind of answer a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Answer {
    /// All documented facts hold.
    Shown,
    /// A documented fact is missed.
    Missed,
    /// Something was changed, so that facts need not hold.
    Changed,
    /// Nothing is documented.
    Nothing,
}

impl Answer {
    /// The mark before the verdict.
    pub(in crate::report) fn mark(self) -> &'static str {
        match self {
            Self::Shown => "✓",
            Self::Missed => "✗",
            Self::Changed => "→",
            Self::Nothing => "–",
        }
    }
}

/// The verdict and the sentence that says it.
pub(in crate::report) fn verdict(report: &Report) -> (Answer, String) {
    let all = report.verdicts.len();
    let missed: Vec<&str> = report.missed().map(|verdict| verdict.id.as_str()).collect();
    let held = all - missed.len();
    let changes = report.applied();
    if all == 0 {
        return (Answer::Nothing, "no fact is documented to compare the replay with".to_owned());
    }
    if !changes.is_empty() {
        let hold = if held == 1 { "holds" } else { "hold" };
        let no_longer =
            if missed.is_empty() { String::new() } else { format!(", not {}", missed.join(", ")) };
        let changes = changes.join(", ");
        let text =
            format!("with {changes}: {held} of {all} documented facts still {hold}{no_longer}");
        return (Answer::Changed, text);
    }
    if missed.is_empty() {
        return (Answer::Shown, format!("shows what was documented: {all} of {all} facts hold"));
    }
    let missed = missed.join(", ");
    let text = format!(
        "does not show all that was documented: {held} of {all} facts hold, {missed} missed"
    );
    (Answer::Missed, text)
}

/// That the report is not of the whole replay, if so.
pub(in crate::report) fn stopped(report: &Report) -> Option<String> {
    let limit = report.stopped()?;
    let at = Words::new(report.scenario).moment(report.outcome.run.ended);
    let most = report.scenario.limits.of(limit);
    Some(format!(
        "stopped at {at} by the scenario's limit on `{limit}`, {most}: what follows is complete up to there; --set limits.{limit}={} lets it go on for longer",
        most.saturating_mul(2)
    ))
}

/// How long customers were hurt, beside what the status page says.
pub(in crate::report) fn hurt(report: &Report) -> String {
    let counts = &report.outcome.counts;
    let all = |field: &str| counts.of(&format!("{ALL}.{field}")).and_then(|(value, _)| value);
    let words = Words::new(report.scenario);
    let moment = |nanos| Instant::START + Span::from_nanos_f64(nanos);
    let hurt = match (all("minutes"), all("first"), all("last")) {
        (Some(minutes), Some(first), Some(last)) => {
            let hurt = span(Span::from_nanos_f64(minutes * 60e9));
            let [first, last] = [first, last].map(|nanos| words.moment(moment(nanos)));
            format!("customers are hurt for {hurt}, between {first} and {last}")
        }
        _ if report.outcome.run.ended <= report.scenario.clock.observed_from() => {
            "nothing was observed: the replay was stopped in its warm-up".to_owned()
        }
        _ if !report.scenario.file.indicators.values().any(|it| it.impact) => {
            "no indicator says what hurts a customer".to_owned()
        }
        _ => "no customer is hurt, as far as the indicators of impact tell".to_owned(),
    };
    let page = report.scenario.file.status_page.as_ref();
    let public = page.and_then(|page| page.public_minutes);
    let public =
        public.map(|it| format!("; the status page says {it} minutes")).unwrap_or_default();
    format!("{hurt}{public}")
}
