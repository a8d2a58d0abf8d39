//! The signs of a station or a call that has left its usual state.
//!
//! | sign | bad when, in a window | because |
//! | --- | --- | --- |
//! | nothing done | nothing is done of ten or more that there were to do, where ten or more are usual | ten expected and none seen is one chance in 20,000 |
//! | failing, attempts failing, in vain | the share is above 1 % and above 5 times the usual, and they are ten or more | below 1 % few would look; ten are no accident where two are usual |
//! | queueing | on average more than ten wait, and more than 10 times the usual | a queue of ten is worked off at once, and bursts make a short queue vary tenfold |
//! | slow | the 95th percentile is above 3 times the usual, in this window and the next or the one before, over twenty or more | of fewer the percentile is the slowest one; a tail has single slow minutes |
//!
//! The factors are rules of thumb, chosen wide enough that chance alone hardly ever gives a sign. They are
//! the same for every scenario, so that none can be tuned to tell a better story.

use std::ops::Range;

use serde::Serialize;

use super::Frame;
use crate::platform::measures::{Measure, Stretch};

const SHARE_MIN: f64 = 0.01;
const SHARE_FACTOR: f64 = 5.0;
const COUNT_MIN: f64 = 10.0;
const QUEUE_MIN: f64 = 10.0;
const QUEUE_FACTOR: f64 = 10.0;
const SLOW_FACTOR: f64 = 3.0;
const SLOW_COUNT_MIN: f64 = 20.0;
/// Which percentile of the latency is looked at.
pub const PERCENTILE: f64 = 95.0;

/// How a station or a call shows that it has left its usual state; the plainest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Nothing is done, though there is work.
    NothingDone,
    /// More fail than usual.
    Failing,
    /// More attempts fail than usual, whether a retry then succeeds or not (calls only).
    AttemptsFailing,
    /// More is done in vain than usual: after the caller has given up (stations only).
    InVain,
    /// More wait than usual (stations only).
    Queueing,
    /// It takes longer than usual.
    Slow,
}

/// A series, judged window by window.
#[derive(Debug)]
pub struct Judged<'a> {
    series: Stretch<'a>,
    usual: Stretch<'a>,
    /// The limit of each sign, in the order of [`Sign::ALL`].
    limits: [Option<f64>; 6],
    window: usize,
    /// The first bin that is judged.
    first: usize,
    /// The signs of each window.
    signs: Vec<Vec<Sign>>,
}

impl Sign {
    /// Every sign.
    pub const ALL: [Self; 6] = [
        Self::NothingDone,
        Self::Failing,
        Self::AttemptsFailing,
        Self::InVain,
        Self::Queueing,
        Self::Slow,
    ];

    /// What the sign looks at.
    #[must_use]
    pub fn measure(self) -> Measure {
        match self {
            Self::NothingDone => Measure::DoneRate,
            Self::Failing => Measure::ErrorShare,
            Self::AttemptsFailing => Measure::AttemptErrorShare,
            Self::InVain => Measure::InVainShare,
            Self::Queueing => Measure::QueueDepth,
            Self::Slow => Measure::Latency,
        }
    }

    /// Its value over a stretch; shares and levels of nothing are 0, latencies of nothing do not exist.
    fn value(self, stretch: Stretch) -> Option<f64> {
        let value = stretch.overall(self.measure(), PERCENTILE);
        if self == Self::Slow { value } else { Some(value.unwrap_or(0.0)) }
    }

    /// What is usual of what the sign looks at, in the measure's own unit.
    pub(super) fn usual(self, usual: Stretch) -> f64 {
        self.value(usual).unwrap_or(0.0)
    }

    /// Beyond which value a window of so many bins is bad, where enough is usual to say so.
    fn limit(self, usual: Stretch, window: usize) -> Option<f64> {
        let value = self.usual(usual);
        match self {
            Self::NothingDone => (done_per_window(usual, window) >= COUNT_MIN).then_some(0.0),
            Self::Failing | Self::AttemptsFailing | Self::InVain => {
                Some((value * SHARE_FACTOR).max(SHARE_MIN))
            }
            Self::Queueing => Some((value * QUEUE_FACTOR).max(QUEUE_MIN)),
            Self::Slow => {
                (usual.total(Measure::DoneRate) >= SLOW_COUNT_MIN).then_some(value * SLOW_FACTOR)
            }
        }
    }

    /// Whether a stretch of any length is beyond the limit.
    fn is_beyond(self, stretch: Stretch, limit: f64) -> bool {
        match self {
            Self::NothingDone => stretch.total(Measure::DoneRate) <= limit && has_work(stretch),
            Self::Failing | Self::AttemptsFailing | Self::InVain | Self::Queueing | Self::Slow => {
                self.value(stretch).is_some_and(|value| value > limit)
            }
        }
    }

    /// Whether a window has enough for the sign to be no accident.
    fn is_enough(self, window: Stretch) -> bool {
        match self {
            Self::NothingDone | Self::Queueing => true,
            Self::Failing | Self::AttemptsFailing | Self::InVain => {
                window.total(self.measure()) >= COUNT_MIN
            }
            Self::Slow => window.total(Measure::DoneRate) >= SLOW_COUNT_MIN,
        }
    }
}

/// How many are done in a window of so many bins on average.
fn done_per_window(stretch: Stretch, window: usize) -> f64 {
    let bins = stretch.bins.len().max(1);
    stretch.total(Measure::DoneRate) * window as f64 / bins as f64
}

/// Whether there was as much to do as is enough to say that nothing of it was done: in a quiet hour what
/// begins at the end of one window is done in the next.
fn has_work(stretch: Stretch) -> bool {
    let at_first =
        stretch.bins.first().map_or(0, |bin| bin.in_flight.max.saturating_sub(bin.begun));
    stretch.total(Measure::ArrivalRate) + f64::from(at_first) >= COUNT_MIN
}

impl<'a> Judged<'a> {
    /// Judges the watched part of a series by its usual part.
    #[must_use]
    pub fn new(series: Stretch<'a>, frame: &Frame) -> Self {
        let usual = series.part(frame.usual.clone());
        let mut this = Self {
            series,
            usual,
            limits: Sign::ALL.map(|sign| sign.limit(usual, frame.window)),
            window: frame.window,
            first: frame.watched.start,
            signs: Vec::new(),
        };
        let bins = frame.watched.end.min(series.bins.len()).saturating_sub(this.first);
        let windows = bins / frame.window;
        this.signs = vec![Vec::new(); windows];
        for sign in Sign::ALL {
            let is_bad: Vec<bool> = (0..windows).map(|window| this.shows(window, sign)).collect();
            for window in 0..windows {
                let is_held = sign != Sign::Slow
                    || (window > 0 && is_bad[window - 1])
                    || is_bad.get(window + 1).is_some_and(|is_bad| *is_bad);
                if is_bad[window] && is_held {
                    this.signs[window].push(sign);
                }
            }
        }
        this
    }

    /// The same without the signs of windows in which a station that closes was closed.
    #[must_use]
    pub(super) fn while_open(mut self, closes: bool) -> Self {
        for window in 0..self.windows() {
            let stretch = self.series.part(self.bins(window));
            if closes && stretch.bins.iter().all(|bin| bin.slots.area <= 0.0) {
                self.signs[window].clear();
            }
        }
        self
    }

    fn shows(&self, window: usize, sign: Sign) -> bool {
        let stretch = self.series.part(self.bins(window));
        self.limits[sign as usize]
            .is_some_and(|limit| sign.is_beyond(stretch, limit) && sign.is_enough(stretch))
    }

    /// The usual part of the series.
    pub(super) fn usual(&self) -> Stretch<'a> {
        self.usual
    }

    /// How many windows there are.
    pub(super) fn windows(&self) -> usize {
        self.signs.len()
    }

    /// The bins of a window.
    fn bins(&self, window: usize) -> Range<usize> {
        let start = self.first + window * self.window;
        start..start + self.window
    }

    /// The window of a bin.
    pub(super) fn window_of(&self, bin: usize) -> usize {
        bin.saturating_sub(self.first) / self.window
    }

    /// The signs of a window; a window that there is not has none.
    pub(super) fn signs(&self, window: usize) -> impl Iterator<Item = Sign> {
        self.signs.get(window).into_iter().flatten().copied()
    }

    /// What a sign looks at, over a window.
    pub(super) fn value(&self, window: usize, sign: Sign) -> f64 {
        sign.value(self.series.part(self.bins(window))).unwrap_or(0.0)
    }

    /// The worst that a sign shows in any of these windows.
    pub(super) fn worst(&self, windows: Range<usize>, sign: Sign) -> f64 {
        let values = windows.map(|window| self.value(window, sign));
        let worst = if sign == Sign::NothingDone {
            values.reduce(f64::min)
        } else {
            values.reduce(f64::max)
        };
        worst.unwrap_or(0.0)
    }

    /// The bin with which a sign of a window begins: the first that is beyond the limit itself, and
    /// those right before it that are too, as far back as one window.
    pub(super) fn onset(&self, window: usize, sign: Sign) -> usize {
        let bins = self.bins(window);
        let Some(first) = bins.clone().find(|bin| self.is_bin_beyond(*bin, sign)) else {
            return bins.start;
        };
        let earliest = bins.start.saturating_sub(self.window).max(self.first);
        let before = (earliest..first).rev();
        before.take_while(|bin| self.is_bin_beyond(*bin, sign)).last().unwrap_or(first)
    }

    /// The bin with which a sign of a window is over: the first after the last that is beyond the limit
    /// itself, and after those right behind it that are too, as far as one window on.
    pub(super) fn over_from(&self, window: usize, sign: Sign) -> usize {
        let bins = self.bins(window);
        let Some(last) = bins.clone().rev().find(|bin| self.is_bin_beyond(*bin, sign)) else {
            return bins.end;
        };
        let mut after = last + 1..bins.end + self.window;
        after.find(|bin| !self.is_bin_beyond(*bin, sign)).unwrap_or(bins.end + self.window)
    }

    fn is_bin_beyond(&self, bin: usize, sign: Sign) -> bool {
        let limit = self.limits[sign as usize];
        limit.is_some_and(|limit| sign.is_beyond(self.series.part(bin..bin + 1), limit))
    }
}
