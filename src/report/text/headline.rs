//! What a reader wants to know first: which incident it is and whether the replay shows it.

use super::Report;
use super::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN, WARNING, columns};
use crate::report::words::{Words, count, span};
use crate::scenario::facts::ALL;
use crate::units::{Instant, Span};

pub(super) fn section(report: &Report, look: Look) -> String {
    let file = &report.scenario.file;
    let title = look.hanging(BOLD, &file.title, 0);
    let mut text =
        vec![format!("{title}\n\n"), verdict(report, look), impact(report, look), "\n".to_owned()];
    let run = &report.outcome.run;
    let applied = report.applied();
    let applied = if applied.is_empty() { "none".to_owned() } else { applied.join(", ") };
    let events = format!("{}, fingerprint {}", count(run.events as f64), run.fingerprint);
    let facts = [
        ("scenario", file.id.clone()),
        ("source", file.source.clone()),
        ("changes", applied),
        ("seed", report.outcome.seed.to_string()),
        ("events", events),
    ];
    for (label, value) in facts {
        let label = format!("  {label:<9}");
        let value = look.hanging(PLAIN, &value, columns(&label));
        text.push(format!("{}{value}\n", look.paint(DIM, &label)));
    }
    if let Some(summary) = &file.summary {
        text.push(format!("\n{}\n", look.hanging(PLAIN, summary, 0)));
    }
    text.concat()
}

fn verdict(report: &Report, look: Look) -> String {
    let all = report.verdicts.len();
    let missed: Vec<&str> = report.missed().map(|verdict| verdict.id.as_str()).collect();
    let held = all - missed.len();
    let changes = report.applied();
    let (mark, style, text) = if all == 0 {
        ("–", WARNING, "no fact is documented to compare the replay with".to_owned())
    } else if !changes.is_empty() {
        let hold = if held == 1 { "holds" } else { "hold" };
        let no_longer =
            if missed.is_empty() { String::new() } else { format!(", not {}", missed.join(", ")) };
        let changes = changes.join(", ");
        let text =
            format!("with {changes}: {held} of {all} documented facts still {hold}{no_longer}");
        ("→", WARNING, text)
    } else if missed.is_empty() {
        ("✓", GOOD, format!("shows what was documented: {all} of {all} facts hold"))
    } else {
        let missed = missed.join(", ");
        (
            "✗",
            BAD,
            format!(
                "does not show all that was documented: {held} of {all} facts hold, {missed} missed"
            ),
        )
    };
    let told = look.hanging(style.bold(), &text, 2);
    format!("{} {told}\n{}", look.paint(style, mark), stopped(report, look))
}

/// That the report is not of the whole replay, if so.
fn stopped(report: &Report, look: Look) -> String {
    if let Some(limit) = report.stopped() {
        let at = Words::new(report.scenario).moment(report.outcome.run.ended);
        let most = report.scenario.limits.of(limit);
        let text = format!(
            "stopped at {at} by the scenario's limit on `{limit}`, {most}: what follows is complete up to there; --set limits.{limit}={} lets it go on for longer",
            most.saturating_mul(2)
        );
        format!("{} {}\n", look.paint(WARNING, "!"), look.hanging(WARNING, &text, 2))
    } else {
        String::new()
    }
}

/// How long customers were hurt, beside what the status page says.
fn impact(report: &Report, look: Look) -> String {
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
    format!("  {}\n", look.hanging(PLAIN, &format!("{hurt}{public}"), 2))
}
