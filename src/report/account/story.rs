//! The words around the timeline: what its marks mean, how it ends, and what was never done.

use jiff::civil::Date;

use crate::platform::indicator::Indicator;
use crate::platform::log::Emerged;
use crate::report::Report;
use crate::report::timeline::Kind;
use crate::report::words::span;

/// The mark of an account, and what it means.
pub(in crate::report) fn mark(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Scripted => ("▶", "done by people and deployments"),
        Kind::Emerged => ("●", "emerged in the simulation"),
        Kind::StatusPage => ("◇", "said by the status page"),
    }
}

/// The last line: why the replay ends and what is still bad then.
pub(in crate::report) fn ending(report: &Report) -> String {
    let indicators = report.outcome.platform.indicators();
    let is_open = |it: &&Indicator| it.windows().last().is_some_and(|window| window.to.is_none());
    let open: Vec<&str> =
        indicators.iter().filter(is_open).map(|it| it.config().name.as_str()).collect();
    let end = match report.stopped() {
        Some(limit) => format!("the limit on {limit} stops the replay"),
        None => "the replay ends".to_owned(),
    };
    let open =
        if open.is_empty() { String::new() } else { format!("; still bad: {}", open.join(", ")) };
    format!("{end}{open}")
}

/// Actions that were never done, and why.
pub(in crate::report) fn not_done<'a>(report: &Report<'a>) -> Vec<(&'a str, String)> {
    let log = report.outcome.platform.log().entries();
    let actions = (0..).zip(&report.scenario.file.timeline);
    actions
        .filter(|(id, _)| !log.iter().any(|entry| entry.what == Emerged::Acted(*id)))
        .map(|(_, (name, action))| {
            let cause = match &action.after {
                Some(after) => {
                    let indicators = report.outcome.platform.indicators();
                    let its = indicators.iter().find(|it| it.config().name == after.alert);
                    if its.is_some_and(|it| it.alerted().is_some()) {
                        let delay = span(after.delay);
                        format!(
                            "the replay ends less than {delay} after the alert of {}",
                            after.alert
                        )
                    } else {
                        format!("there is no alert of {}", after.alert)
                    }
                }
                None => "the replay ends before".to_owned(),
            };
            (name.as_str(), cause)
        })
        .collect()
}

/// A date with its day of the week.
pub(in crate::report) fn day(date: Date) -> String {
    date.strftime("%A %-d %B %Y").to_string()
}
