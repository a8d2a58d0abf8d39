//! What a reader wants to know first: which incident it is and whether the replay shows it.

use super::Report;
use super::style::{BAD, BOLD, DIM, GOOD, Look, PLAIN, WARNING, columns};
use crate::report::account::verdict::{self as account, Answer};
use crate::report::words::count;

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
    let (answer, text) = account::verdict(report);
    let style = match answer {
        Answer::Shown => GOOD,
        Answer::Missed => BAD,
        Answer::Changed | Answer::Nothing => WARNING,
    };
    let told = look.hanging(style.bold(), &text, 2);
    format!("{} {told}\n{}", look.paint(style, answer.mark()), stopped(report, look))
}

fn stopped(report: &Report, look: Look) -> String {
    let stopped = account::stopped(report);
    let line = |text: String| {
        format!("{} {}\n", look.paint(WARNING, "!"), look.hanging(WARNING, &text, 2))
    };
    stopped.map(line).unwrap_or_default()
}

fn impact(report: &Report, look: Look) -> String {
    format!("  {}\n", look.hanging(PLAIN, &account::hurt(report), 2))
}
