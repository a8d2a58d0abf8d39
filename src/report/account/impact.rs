//! What it cost customers, and the status page's own account beside it.

use crate::platform::indicator::{Indicator, Window};
use crate::report::Report;
use crate::report::json::first_to_last_minutes;
use crate::report::words::{Words, count, span};
use crate::scenario::facts::ALL;
use crate::units::{Instant, Span};

/// Of more windows than these only the number is told.
const WINDOWS_MAX: usize = 6;

/// Whose account a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Account {
    /// One indicator's.
    Indicator,
    /// That of all indicators together.
    Together,
    /// The status page's.
    StatusPage,
}

/// A row of what customers felt, in words.
#[derive(Clone, Debug)]
pub(in crate::report) struct Row {
    pub(in crate::report) account: Account,
    pub(in crate::report) name: String,
    pub(in crate::report) windows: Vec<String>,
    pub(in crate::report) minutes: String,
    pub(in crate::report) tenants: String,
    pub(in crate::report) tenant_minutes: String,
}

/// What customers felt, by indicator and together, and what the status page says; nothing if no indicator
/// tells what hurts them.
pub(in crate::report) fn rows(report: &Report) -> Vec<Row> {
    let indicators: Vec<&Indicator> = harmful(report).collect();
    if indicators.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<Row> = indicators.iter().map(|it| row(report, it)).collect();
    let is_hurt = indicators.iter().any(|indicator| !indicator.windows().is_empty());
    if indicators.len() > 1 && is_hurt {
        rows.push(together(report));
    }
    rows.extend(page_row(report));
    rows
}

/// The indicators of harm to customers.
pub(in crate::report) fn harmful<'a>(report: &Report<'a>) -> impl Iterator<Item = &'a Indicator> {
    report.outcome.platform.indicators().iter().filter(|it| it.config().is_impact)
}

fn row(report: &Report, indicator: &Indicator) -> Row {
    let name = &indicator.config().name;
    let counted = |field: &str| {
        report.outcome.counts.of(&format!("{name}.{field}")).and_then(|it| it.0).unwrap_or(0.0)
    };
    let windows = indicator.windows();
    let mut lines: Vec<String> =
        windows.iter().take(WINDOWS_MAX).map(|window| shown(report, *window)).collect();
    match windows.len() {
        0 => lines.push("never".to_owned()),
        all if all > WINDOWS_MAX => lines.push(format!("and {} more", all - WINDOWS_MAX)),
        _ => {}
    }
    let tenants = report.scenario.file.tenants.count;
    Row {
        account: Account::Indicator,
        name: name.clone(),
        windows: lines,
        minutes: count(counted("minutes")),
        tenants: format!("{} of {}", count(counted("tenants")), count(f64::from(tenants))),
        tenant_minutes: count(counted("tenant_minutes")),
    }
}

fn shown(report: &Report, window: Window) -> String {
    let words = Words::new(report.scenario);
    let from = words.moment(window.from);
    match window.to {
        Some(to) => format!("{from} – {}", words.moment(to)),
        None => format!("{from} – still open"),
    }
}

fn together(report: &Report) -> Row {
    let words = Words::new(report.scenario);
    let moment = |field| of_all(report, field).map_or(String::new(), |it| words.moment(it));
    let minutes = report.outcome.counts.of(&format!("{ALL}.minutes")).and_then(|it| it.0);
    Row {
        account: Account::Together,
        name: "all together".to_owned(),
        windows: vec![format!("{} – {}", moment("first"), moment("last"))],
        minutes: count(minutes.unwrap_or(0.0)),
        tenants: String::new(),
        tenant_minutes: String::new(),
    }
}

/// When at least one indicator of harm was bad first or last.
pub(in crate::report) fn of_all(report: &Report, field: &str) -> Option<Instant> {
    let (value, _) = report.outcome.counts.of(&format!("{ALL}.{field}"))?;
    Some(Instant::START + Span::from_nanos_f64(value?))
}

fn page_row(report: &Report) -> Option<Row> {
    let page = report.scenario.file.status_page.as_ref()?;
    let words = Words::new(report.scenario);
    let (first, last) = (page.updates.first()?, page.updates.last()?);
    let minutes = page
        .public_minutes
        .map(f64::from)
        .or_else(|| first_to_last_minutes(page, &report.scenario.clock))?;
    let updates = format!("{} – {}", words.local(first.at), words.local(last.at));
    // The page's own figure may differ by a minute from what its updates' times give.
    let name = if page.public_minutes.is_some() { "as the page states" } else { "status page" };
    Some(Row {
        account: Account::StatusPage,
        name: name.to_owned(),
        windows: vec![updates],
        minutes: count(minutes),
        tenants: String::new(),
        tenant_minutes: String::new(),
    })
}

/// The simulated duration beside the public one, in a sentence.
pub(in crate::report) fn compared(report: &Report) -> Option<String> {
    let page = report.scenario.file.status_page.as_ref()?;
    let clock = &report.scenario.clock;
    let public = Span::from_secs(60 * u64::from(page.public_minutes?));
    let minutes = report.outcome.counts.of(&format!("{ALL}.minutes")).and_then(|it| it.0)?;
    let simulated = Span::from_nanos_f64(minutes * 60e9);
    let difference = Span::from_nanos(simulated.as_nanos().abs_diff(public.as_nanos()));
    let longer = if simulated >= public { "longer" } else { "shorter" };
    let longer = format!("{} {longer}", span(difference));
    let said = format!(
        "The status page says {}; simulated impact lasts {}: {longer}.",
        span(public),
        span(simulated)
    );
    let first_update = page.updates.first().and_then(|update| clock.instant(update.at));
    let began = match (of_all(report, "first"), first_update) {
        (Some(first), Some(update)) if first <= update => {
            format!(" It begins {} before the page's first word.", span(update.since(first)))
        }
        (Some(first), Some(update)) => {
            format!(" It begins {} after the page's first word.", span(first.since(update)))
        }
        _ => String::new(),
    };
    Some(said + &began)
}
