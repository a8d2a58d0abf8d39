//! How trouble spread in a run: which stations went bad, in which order, and by which ways it may have come.
//!
//! It is read from closed bins alone, without any indicator: a scenario says what harms customers, this says
//! what left its usual state. Each station is compared with itself, window by window: the signs and
//! their limits are those of [`signs`], the ways those of [`spread`].
//!
//! Left out: ways through anything but calls (an image registry, a tenant), and proof. A way is what the
//! series show to have happened before or at the same time, in the order of the calls; that it was the
//! cause, only a mitigation that takes it away can show.

pub mod signs;
pub mod spread;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::platform::measures::Stretch;
use signs::{Judged, Sign};
use spread::Way;

/// So many windows without a sign end an episode; shorter pauses belong to it.
const WELL_FOR: usize = 3;

/// A station with its series.
#[derive(Clone, Copy, Debug)]
pub struct Station<'a> {
    /// All of its bins from the start of the run.
    pub series: Stretch<'a>,
    /// Whether nothing is expected of it while nobody is on duty: routing, whose agents go home.
    pub closes: bool,
}

/// A call with its series.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The calling station; a workload's call has none.
    pub from: Option<usize>,
    /// The station that is called.
    pub to: usize,
    /// Whether the caller waits for the answer.
    pub is_awaited: bool,
    /// Whether caches answer a part of its units.
    pub is_cached: bool,
    /// All of its bins from the start of the run.
    pub series: Stretch<'a>,
}

/// A platform with its series.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'a> {
    /// The stations; calls refer to their places.
    pub stations: &'a [Station<'a>],
    /// The calls.
    pub calls: &'a [Call<'a>],
}

/// Which bins are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The bins that are the usual state.
    pub usual: Range<usize>,
    /// The bins that are judged.
    pub watched: Range<usize>,
    /// How many bins a window has, at least one.
    pub window: usize,
}

/// A station that went bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    /// Its place among the stations.
    pub station: usize,
    /// When it was bad, in the order of time; at least once.
    pub episodes: Vec<Episode>,
    /// By which ways the first episode may have come; none where the series show none.
    pub ways: Vec<Way>,
}

/// A stretch of time in which a station was bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The bin with which it begins.
    pub from: usize,
    /// The first bin in which it is over; nothing if it was bad to the end.
    pub to: Option<usize>,
    /// Its signs, at least one: the one that came first, then the others, the plainest first.
    pub readings: Vec<Reading>,
}

/// What a sign showed in an episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The sign.
    pub sign: Sign,
    /// What is usual of what the sign looks at.
    pub usual: f64,
    /// The worst of it in any window of the episode.
    pub worst: f64,
}

/// The stations that went bad, in the order in which they did; of two in one bin the called one first.
#[must_use]
pub fn ripple(graph: Graph, frame: &Frame) -> Vec<Bad> {
    let stations: Vec<Judged> = graph
        .stations
        .iter()
        .map(|it| Judged::new(it.series, frame).while_open(it.closes))
        .collect();
    let calls: Vec<Judged> = graph.calls.iter().map(|it| Judged::new(it.series, frame)).collect();
    let heights = heights(graph);
    let mut bad: Vec<Bad> = (0..)
        .zip(&stations)
        .map(|(station, it)| Bad { station, episodes: episodes(it), ways: Vec::new() })
        .filter(|it| !it.episodes.is_empty())
        .collect();
    bad.sort_by_key(|it| (it.episodes[0].from, heights[it.station], it.station));
    for index in 0..bad.len() {
        let (earlier, rest) = bad.split_at_mut(index);
        rest[0].ways = spread::ways(&rest[0], earlier, graph, &calls, frame);
    }
    bad
}

/// How many calls lie below each station, on the longest way down; in a circle of calls as many as
/// there are stations.
fn heights(graph: Graph) -> Vec<usize> {
    let mut heights = vec![0; graph.stations.len()];
    for _ in 0..graph.stations.len() {
        for call in graph.calls {
            if let Some(from) = call.from {
                heights[from] = heights[from].max(heights[call.to] + 1).min(graph.stations.len());
            }
        }
    }
    heights
}

/// When a station was bad.
fn episodes(it: &Judged) -> Vec<Episode> {
    let mut episodes = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for window in (0..it.windows()).filter(|window| it.signs(*window).next().is_some()) {
        open = match open {
            Some(range) if window < range.end + WELL_FOR => Some(range.start..window + 1),
            Some(range) => {
                episodes.push(episode(it, range));
                Some(window..window + 1)
            }
            None => Some(window..window + 1),
        };
    }
    episodes.extend(open.map(|range| episode(it, range)));
    episodes
}

/// The episode of these windows.
fn episode(it: &Judged, windows: Range<usize>) -> Episode {
    let first = it.signs(windows.start).map(|sign| (it.onset(windows.start, sign), sign));
    let (from, first) = first.min().expect("an episode begins with a sign");
    let shown =
        |sign: &Sign| windows.clone().any(|window| it.signs(window).any(|its| its == *sign));
    let others = Sign::ALL.into_iter().filter(|sign| *sign != first && shown(sign));
    let reading = |sign: Sign| Reading {
        sign,
        usual: sign.usual(it.usual()),
        worst: it.worst(windows.clone(), sign),
    };
    let readings = std::iter::once(first).chain(others).map(reading).collect();
    let last = windows.end - 1;
    let is_over = windows.end < it.windows();
    let to = it.signs(last).map(|sign| it.over_from(last, sign)).max();
    Episode { from, to: to.filter(|_| is_over), readings }
}
