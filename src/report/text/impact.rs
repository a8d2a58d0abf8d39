//! What it cost customers, and the status page's own account beside it.

use super::Report;
use super::style::{BOLD, DIM, Look, PLAIN};
use super::table::{Cell, Column, Table};
use crate::platform::indicator::{Indicator, Window};
use crate::report::json::first_to_last_minutes;
use crate::report::words::{Words, count, span};
use crate::scenario::facts::ALL;
use crate::units::{Instant, Span};

/// Of more windows than these only the number is told.
const WINDOWS_MAX: usize = 6;

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    let indicators: Vec<&Indicator> =
        report.outcome.platform.indicators().iter().filter(|it| it.config().is_impact).collect();
    if indicators.is_empty() {
        return None;
    }
    let mut table = Table::new(vec![
        Column::left(""),
        Column::left("from, to"),
        Column::right("minutes"),
        Column::right("tenants hurt"),
        Column::right("tenant-minutes"),
    ]);
    for indicator in &indicators {
        table.add(row(report, indicator));
    }
    let is_hurt = indicators.iter().any(|indicator| !indicator.windows().is_empty());
    if indicators.len() > 1 && is_hurt {
        table.add(together(report));
    }
    if let Some(row) = page_row(report) {
        table.add(row);
    }
    let mut text = vec![look.heading("IMPACT", "what customers feel"), table.render(look)];
    if let Some(compared) = compared(report) {
        text.push(format!("  {}\n", look.hanging(PLAIN, &compared, 2)));
    }
    Some(text.concat())
}

fn row(report: &Report, indicator: &Indicator) -> Vec<Cell> {
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
    vec![
        Cell::new(name),
        Cell::lines(lines),
        Cell::new(count(counted("minutes"))),
        Cell::new(format!("{} of {}", count(counted("tenants")), count(f64::from(tenants)))),
        Cell::new(count(counted("tenant_minutes"))),
    ]
}

fn shown(report: &Report, window: Window) -> String {
    let words = Words::new(report.scenario);
    let from = words.moment(window.from);
    match window.to {
        Some(to) => format!("{from} – {}", words.moment(to)),
        None => format!("{from} – still open"),
    }
}

fn together(report: &Report) -> Vec<Cell> {
    let words = Words::new(report.scenario);
    let moment = |field| of_all(report, field).map_or(String::new(), |it| words.moment(it));
    let minutes = report.outcome.counts.of(&format!("{ALL}.minutes")).and_then(|it| it.0);
    vec![
        Cell::new("all together").styled(BOLD),
        Cell::new(format!("{} – {}", moment("first"), moment("last"))).styled(BOLD),
        Cell::new(count(minutes.unwrap_or(0.0))).styled(BOLD),
        Cell::new(""),
        Cell::new(""),
    ]
}

fn of_all(report: &Report, field: &str) -> Option<Instant> {
    let (value, _) = report.outcome.counts.of(&format!("{ALL}.{field}"))?;
    Some(Instant::START + Span::from_nanos_f64(value?))
}

fn page_row(report: &Report) -> Option<Vec<Cell>> {
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
    let row = [name, &updates, &count(minutes), "", ""];
    Some(row.map(|text| Cell::new(text).styled(DIM)).to_vec())
}

/// The simulated duration beside the public one, in a sentence.
fn compared(report: &Report) -> Option<String> {
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
