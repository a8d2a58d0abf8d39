//! The charts of a replay: one of each indicator, and a few of each station, over one time.
//!
//! What is drawn, not how: [`picture`] draws a chart as a picture of its own, the page in HTML as a part of
//! itself.

pub(super) mod axis;
pub(super) mod frame;
pub(super) mod indicators;
pub(super) mod path;
pub(super) mod picture;
pub(super) mod stations;
pub(super) mod variants;

use axis::Axis;
use frame::Frame;

/// How high charts are drawn inside, from their top to nothing.
pub(super) const HEIGHT: f64 = 400.0;
/// Room above and below, so that a line along an edge is seen as wide as any other.
pub(super) const MARGIN: f64 = 10.0;

/// A chart over the time of a replay.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// What it shows.
    pub(super) title: String,
    /// What else is worth saying about it, such as when it is bad.
    pub(super) note: String,
    /// Its axis of values.
    pub(super) axis: Axis,
    /// Its lines, each with one value for each point of the frame: seconds, events per second, numbers.
    pub(super) lines: Vec<Line>,
    /// Beyond what it is bad.
    pub(super) limit: Option<Limit>,
    /// When it was bad, in seconds.
    pub(super) bad: Vec<[f64; 2]>,
    /// When it paged, in seconds, and that in words.
    pub(super) alert: Option<(f64, String)>,
    /// Its extreme in words.
    pub(super) extreme: String,
}

/// A line of a chart.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What it is.
    pub(super) name: String,
    /// Its values.
    pub(super) values: Vec<Option<f64>>,
}

/// Where bad begins.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    /// The value.
    pub(super) value: f64,
    /// The same in words, such as `above 5,000`.
    pub(super) text: String,
}

impl Line {
    /// The highest value and its point.
    pub(super) fn highest(&self) -> Option<(usize, f64)> {
        self.extreme(|a, b| a > b)
    }

    /// The lowest value and its point.
    pub(super) fn lowest(&self) -> Option<(usize, f64)> {
        self.extreme(|a, b| a < b)
    }

    fn extreme(&self, is_better: fn(f64, f64) -> bool) -> Option<(usize, f64)> {
        let known = self.values.iter().enumerate().filter_map(|(at, it)| it.map(|it| (at, it)));
        known.reduce(|best, next| if is_better(next.1, best.1) { next } else { best })
    }
}

impl Chart {
    /// The height of a value inside, from the top.
    pub(super) fn height(&self, value: f64) -> f64 {
        let share = value * self.axis.factor / self.axis.max;
        HEIGHT * (1.0 - share.clamp(0.0, 1.0))
    }

    /// The same as a share of all that is drawn, margins included.
    pub(super) fn share(&self, value: f64) -> f64 {
        (self.height(value) + MARGIN) / (HEIGHT + 2.0 * MARGIN)
    }

    /// The whole chart in one sentence, for whoever does not see it.
    pub(super) fn told(&self, frame: &Frame) -> String {
        let lines = self.lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(", ");
        let bad = match self.bad.len() {
            0 => String::new(),
            1 => "; bad in one span".to_owned(),
            spans => format!("; bad in {spans} spans"),
        };
        let alert = self.alert.as_ref().map(|(_, text)| format!("; {text}")).unwrap_or_default();
        let points = frame.at.len();
        format!(
            "{} in {} over time, {points} points of {lines}: {}{bad}{alert}",
            self.title, self.axis.unit, self.extreme
        )
    }
}
