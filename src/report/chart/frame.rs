//! The time that all charts of a replay share: its length, its points, its ticks, and when there was impact.
//!
//! Seconds count from the start of observation. A replay that is long beside its incident has more points
//! around the incident than elsewhere, so that both can be read from one chart.

use jiff::civil::DateTime;

use crate::platform::indicator::{Indicator, Window};
use crate::report::Report;
use crate::report::account::impact::harmful;
use crate::report::timeline::timeline;
use crate::report::words::span;
use crate::scenario::clock::Clock;
use crate::units::{Instant, Span};

/// A chart has at most about so many points.
const POINTS_MAX: usize = 600;
/// There are at most so many ticks on an axis.
pub(in crate::report) const TICKS_MAX: usize = 9;
const DAY: i64 = 86_400;
/// How far apart ticks may be, in seconds; beyond that, weeks.
const STEPS: [i64; 19] = [
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    DAY,
    2 * DAY,
];

/// The time axis of a replay.
#[derive(Clone, Debug)]
pub(in crate::report) struct Frame {
    /// How long the replay is observed, in seconds.
    pub(in crate::report) seconds: f64,
    /// The bins between which the points lie: one more than there are points.
    pub(in crate::report) edges: Vec<usize>,
    /// When each point is known.
    pub(in crate::report) at: Vec<f64>,
    /// When customers were hurt, without overlaps.
    pub(in crate::report) impact: Vec<[f64; 2]>,
    /// The local time at the beginning, in seconds since the civil date 1970-01-01.
    pub(in crate::report) origin: i64,
    /// From when on clocks are set forward by how many seconds, the first from the beginning on.
    pub(in crate::report) shifts: Vec<(f64, i64)>,
    /// The incident as people saw it: what is worth a closer look.
    pub(in crate::report) focus: Option<[f64; 2]>,
    begins: Instant,
}

/// A label on the time axis.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Tick {
    pub(in crate::report) at: f64,
    pub(in crate::report) label: String,
}

impl Frame {
    /// The time of one replay.
    pub(in crate::report) fn new(report: &Report) -> Self {
        Self::of(std::slice::from_ref(report), POINTS_MAX)
    }

    /// The time of several replays of one scenario, by the first of them, in at most about so many points.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    pub(in crate::report) fn of(reports: &[Report], points_max: usize) -> Self {
        let report = &reports[0];
        let clock = &report.scenario.clock;
        let begins = clock.observed_from();
        let mut frame = Self {
            seconds: clock.end().since(begins).as_secs_f64(),
            edges: Vec::new(),
            at: Vec::new(),
            impact: Vec::new(),
            origin: 0,
            shifts: Vec::new(),
            focus: None,
            begins,
        };
        frame.shift(report);
        let hurt = |report| harmful(report).flat_map(Indicator::windows);
        let windows = reports.iter().flat_map(|report| {
            hurt(report).map(|window| frame.window(report, *window)).collect::<Vec<_>>()
        });
        frame.impact = merged(windows.collect());
        frame.focus = frame.focus(report);
        // A limit may stop one run sooner than another.
        let bins = reports.iter().map(|it| it.outcome.platform.recorder().bins()).max();
        frame.divide(&report.scenario.clock, bins.unwrap_or(0), points_max);
        frame
    }

    /// A moment as seconds, within the axis.
    pub(in crate::report) fn second(&self, instant: Instant) -> f64 {
        let instant = instant.max(self.begins);
        instant.since(self.begins).as_secs_f64().min(self.seconds)
    }

    /// A moment that may lie before the run, as seconds within the axis.
    pub(in crate::report) fn moment(&self, moment: i64) -> f64 {
        self.second(Instant::from_nanos(u64::try_from(moment).unwrap_or(0)))
    }

    /// A window as seconds; one that is open goes on to the end of the run.
    pub(in crate::report) fn window(&self, report: &Report, window: Window) -> [f64; 2] {
        let ended = report.outcome.platform.ended();
        [self.second(window.from), self.second(window.to.unwrap_or(ended))]
    }

    /// The moment of so many seconds.
    pub(in crate::report) fn instant(&self, second: f64) -> Instant {
        self.begins + Span::from_nanos_f64(second * 1e9)
    }

    /// How much time a point is about.
    pub(in crate::report) fn told(&self, resolution: Span) -> String {
        let sizes = || self.edges.windows(2).map(|ends| ends[1] - ends[0]);
        let told = |bins: Option<usize>| span(resolution * bins.unwrap_or(1) as u64);
        let most = told(sizes().max());
        let in_focus = self.focus.map(|focus| {
            let sizes = self.at.iter().zip(sizes());
            told(sizes.filter(|(at, _)| focus[0] < **at && **at <= focus[1]).map(|it| it.1).max())
        });
        match in_focus {
            Some(least) if least != most => {
                format!("one point for each {most}, around the incident for each {least}")
            }
            Some(_) | None => format!("one point for each {most}"),
        }
    }

    /// Labels at round local times.
    pub(in crate::report) fn ticks(&self) -> Vec<Tick> {
        let step = step(self.seconds);
        let mut ticks = Vec::new();
        for (index, (from, shift)) in self.shifts.iter().enumerate() {
            let to = self.shifts.get(index + 1).map_or(self.seconds, |next| next.0);
            let zero = self.origin + shift;
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a replay fit by far")]
            let mut local = (zero + from.ceil() as i64).div_euclid(step) * step;
            loop {
                let at = (local - zero) as f64;
                if at > to || (at >= to && index + 1 < self.shifts.len()) {
                    break;
                }
                if at >= *from {
                    ticks.push(Tick { at, label: label(local, step) });
                }
                local += step;
            }
        }
        ticks
    }

    /// Finds when clocks change.
    fn shift(&mut self, report: &Report) {
        const QUARTER: f64 = 900.0;
        let begins = self.begins;
        let civil =
            |second: f64| report.scenario.clock.local(begins + Span::from_nanos_f64(second * 1e9));
        self.origin = epoch_seconds(civil(0.0));
        let mut shifts = vec![(0.0, 0)];
        let mut at = 0.0;
        let stride = QUARTER.max(self.seconds / 100_000.0);
        while at < self.seconds {
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a replay fit by far")]
            let shift = epoch_seconds(civil(at)) - self.origin - at as i64;
            if shifts.last().is_some_and(|last: &(f64, i64)| last.1 != shift) {
                shifts.push((at, shift));
            }
            at += stride;
        }
        self.shifts = shifts;
    }

    /// From before the first moment of the timeline to after the status page's last word, if that is
    /// much less than the whole.
    fn focus(&self, report: &Report) -> Option<[f64; 2]> {
        let page = report.scenario.file.status_page.as_ref()?;
        let clock = &report.scenario.clock;
        let last = self.moment(clock.moment(page.updates.last()?.at)?);
        let first = self.moment(clock.moment(page.updates.first()?.at)?);
        let entries = timeline(report);
        let moments = entries.iter().map(|entry| self.moment(entry.moment));
        // What led to the incident lies before the page's first word, but not by more than a few hours.
        let reach = (last - first).max(3600.0) * 3.0;
        let earliest = moments.filter(|at| *at >= first - reach).reduce(f64::min)?.min(first);
        let margin = (last - earliest) / 4.0;
        let focus = [(earliest - margin).max(0.0), (last + margin).min(self.seconds)];
        (focus[1] - focus[0] < self.seconds * 0.7).then_some(focus)
    }

    /// Divides the bins among the points.
    fn divide(&mut self, clock: &Clock, bins: usize, points_max: usize) {
        let first = clock.bin(self.begins);
        let end = bins.max(first);
        let per_point = |bins: usize, points: usize| bins.div_ceil(points.max(1)).max(1);
        let mut edges = vec![first];
        let mut cut = |to: usize, size: usize| {
            while let Some(last) = edges.last().copied().filter(|last| *last < to) {
                edges.push((last + size).min(to));
            }
        };
        let focus = self.focus.filter(|_| end - first > points_max);
        if let Some(focus) = focus {
            let [from, to] = focus.map(|second| clock.bin(self.instant(second)).clamp(first, end));
            let inside = per_point(to - from, points_max / 2);
            let points = (to - from).div_ceil(inside);
            let outside = per_point(end - first - (to - from), points_max - points - 2);
            cut(from, outside);
            cut(to, inside);
            cut(end, outside);
        } else {
            cut(end, per_point(end - first, points_max));
        }
        self.at = edges[1..].iter().map(|bin| self.second(clock.bin_begins(*bin))).collect();
        self.edges = edges;
    }
}

/// The smallest step that gives no more ticks than there is room for.
fn step(seconds: f64) -> i64 {
    let fits = |step: &i64| seconds / (*step as f64) <= TICKS_MAX as f64;
    let weeks = (1..).map(|weeks| weeks * 7 * DAY);
    STEPS.into_iter().chain(weeks).find(fits).unwrap_or(7 * DAY)
}

fn label(local: i64, step: i64) -> String {
    let time = DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
        .checked_add(jiff::SignedDuration::from_secs(local))
        .unwrap_or(DateTime::MAX);
    let format = match (local.rem_euclid(DAY), step) {
        (0, 3600..) => "%a %-d %b",
        (_, 60..) => "%H:%M",
        _ => "%H:%M:%S",
    };
    time.strftime(format).to_string()
}

fn epoch_seconds(time: DateTime) -> i64 {
    time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs()
}

/// Spans without overlaps, in the order of time.
pub(in crate::report) fn merged(mut spans: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut merged: Vec<[f64; 2]> = Vec::new();
    for [from, to] in spans {
        match merged.last_mut() {
            Some(last) if from <= last[1] => last[1] = last[1].max(to),
            _ => merged.push([from, to]),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_touch_become_one() {
        let spans = vec![[5.0, 6.0], [0.0, 1.0], [1.0, 2.0], [5.5, 5.6]];
        assert_eq!(merged(spans), [[0.0, 2.0], [5.0, 6.0]]);
    }

    #[test]
    fn ticks_are_as_far_apart_as_there_is_room() {
        let cases = [(5.0, 1), (600.0, 120), (8100.0, 900), (144_000.0, 21_600), (547_200.0, DAY)];
        for (seconds, expected) in cases {
            assert_eq!(step(seconds), expected, "{seconds}");
        }
        assert_eq!(label(9 * 3600 + 1800, 1800), "09:30");
        assert_eq!(label(DAY, 3600), "Fri 2 Jan");
    }
}
