//! A sparkline of each indicator over the observed time, with where it was bad and when it paged.

use super::Report;
use super::style::{BAD, BOLD, DIM, Look};
use crate::platform::indicator::Indicator;
use crate::report::series::worst_of;
use crate::report::words::{Form, Words, span};
use crate::units::{Instant, Span};

/// A line has at most so many cells.
const CELLS_MAX: usize = 60;
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// The axis has a label at each of so many parts.
const PARTS: usize = 4;

pub(super) fn section(report: &Report, look: Look) -> Option<String> {
    let indicators = report.outcome.platform.indicators();
    let axis = Axis::new(report)?;
    if indicators.is_empty() {
        return None;
    }
    let mut text = vec![look.heading("INDICATORS", "from the start to the end of the replay")];
    text.push(format!("    {}\n", look.paint(DIM, &axis.labels(Words::new(report.scenario)))));
    for indicator in indicators {
        text.push(lines(report, indicator, &axis, look));
    }
    Some(text.concat())
}

/// Which bins of the time series each cell shows.
struct Axis {
    first: usize,
    bins: usize,
    cells: usize,
    resolution: Span,
}

impl Axis {
    fn new(report: &Report) -> Option<Self> {
        let clock = &report.scenario.clock;
        let first = clock.bin(clock.observed_from());
        let bins = clock.bin(clock.end()).saturating_sub(first);
        let cells = bins.min(CELLS_MAX);
        (cells > 0).then_some(Self { first, bins, cells, resolution: clock.resolution() })
    }

    /// The first bin of a cell; of the one after the last, the end.
    fn bin(&self, cell: usize) -> usize {
        self.first + cell * self.bins / self.cells
    }

    fn begins(&self, cell: usize) -> Instant {
        Instant::START + self.resolution * self.bin(cell) as u64
    }

    fn labels(&self, words: Words) -> String {
        let mut line = String::new();
        for part in 0..=PARTS {
            let cell = part * self.cells / PARTS;
            let label = words.minute(self.begins(cell));
            // The last label ends where the line ends.
            let at = if part == PARTS { cell.saturating_sub(label.len()) } else { cell };
            if part > 0 && at <= line.len() {
                continue;
            }
            line.push_str(&" ".repeat(at - line.len()));
            line.push_str(&label);
        }
        line
    }
}

fn lines(report: &Report, indicator: &Indicator, axis: &Axis, look: Look) -> String {
    let name = &indicator.config().name;
    let words = Words::new(report.scenario);
    let condition = words.condition(&report.scenario.file.indicators[name]);
    let condition = look.hanging(DIM, &condition, name.len() + 4);
    let title = format!("  {}  {condition}\n", look.paint(BOLD, name));
    let values: Vec<Option<f64>> = (0..axis.cells)
        .map(|cell| worst_of(report, indicator, axis.bin(cell), axis.bin(cell + 1)))
        .collect();
    let known = || values.iter().copied().flatten();
    let Some((lowest, highest)) = known().reduce(f64::min).zip(known().reduce(f64::max)) else {
        return title + "    nothing to measure\n";
    };
    let form = Form::of_measure(indicator.config().measure);
    let range = format!("{} to {}", words.number(lowest, form), words.number(highest, form));
    let drawn = drawn(&values, highest);
    let bad = if indicator.windows().is_empty() {
        look.paint(DIM, "never bad")
    } else {
        let marks = marks(report, indicator, axis);
        let blank = " ".repeat(axis.cells - marks.chars().count());
        format!("{}{blank}  {}", look.paint(BAD, &marks), bad(report, indicator))
    };
    format!("{title}    {drawn}  {range}\n    {bad}\n")
}

fn drawn(values: &[Option<f64>], highest: f64) -> String {
    let cell = |value: &Option<f64>| {
        let Some(value) = value else { return " " };
        let level = |height: &usize| *value >= highest * (*height as f64) / 8.0;
        let height = (1..8).rev().find(level).filter(|_| highest > 0.0).unwrap_or(0);
        LEVELS[height]
    };
    values.iter().map(cell).collect()
}

/// Under each cell a line where the indicator was bad, and an exclamation mark where it paged.
fn marks(report: &Report, indicator: &Indicator, axis: &Axis) -> String {
    let ended = report.outcome.platform.ended();
    let is_last = |cell: usize| cell + 1 == axis.cells;
    let mark = |cell: usize| {
        let (from, to) = (axis.begins(cell), axis.begins(cell + 1));
        let is_in = |instant: Instant| from <= instant && (instant < to || is_last(cell));
        if indicator.alerted().is_some_and(is_in) {
            return '!';
        }
        let is_bad = indicator.windows().iter().any(|window| {
            let end = window.to.unwrap_or(ended);
            (window.from < to && from < end) || is_in(window.from)
        });
        if is_bad { '━' } else { ' ' }
    };
    (0..axis.cells).map(mark).collect::<String>().trim_end().to_owned()
}

fn bad(report: &Report, indicator: &Indicator) -> String {
    let words = Words::new(report.scenario);
    let minutes = format!("{}.minutes", indicator.config().name);
    let minutes = report.outcome.counts.of(&minutes).and_then(|it| it.0).unwrap_or(0.0);
    let alert = indicator.alerted().map(|at| format!(", alert {}", words.moment(at)));
    let minutes = span(Span::from_nanos_f64(minutes * 60e9));
    format!("bad for {minutes}{}", alert.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_rise_with_their_value_and_gaps_stay_empty() {
        let values = [Some(0.0), Some(1.0), None, Some(4.0), Some(8.0)];
        assert_eq!(drawn(&values, 8.0), "▁▂ ▅█");
        assert_eq!(drawn(&[Some(0.0)], 0.0), "▁");
    }
}
