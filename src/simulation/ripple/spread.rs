//! By which ways a station may have gone bad: what it calls, what calls it, and whom it shares a queue with.
//!
//! - *called*: a station that it calls and waits for was bad before, and the call itself shows a sign;
//! - *load*: more units came by a call, from a workload or from a station, well or bad;
//! - *shared*: a call of its shows a sign though the called station shows none, and another caller of
//!   that station brought it more than usual.
//!
//! More is at least half as much again as usual, and one a second or more: of fewer, half as much again may
//! be chance. Retries count as no load here: they follow from the trouble at the very station that is asked.

use super::signs::{Judged, Sign};
use super::{Bad, Call, Frame, Graph};
use crate::platform::measures::Stretch;

const LOAD_FACTOR: f64 = 1.5;
const LOAD_PER_SECOND_MIN: f64 = 1.0;

/// A way by which a station may have gone bad; calls are told by their places.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// A station that it calls was bad before.
    Called {
        /// The call.
        call: usize,
        /// What the call shows.
        sign: Sign,
        /// What is usual of it.
        usual: f64,
        /// What it was by then.
        value: f64,
    },
    /// More came by a call.
    Load {
        /// The call.
        call: usize,
        /// How many times the usual; nothing if none is usual.
        factor: Option<f64>,
        /// Whether its caller was bad before.
        is_caller_bad: bool,
    },
    /// It shares a called station with another caller, which brought more.
    Shared {
        /// Its own call.
        call: usize,
        /// The other's call to the same station.
        other: usize,
        /// How many times the usual the other brought; nothing if none is usual.
        factor: Option<f64>,
    },
}

/// The ways to a station that went bad, given those that did before.
pub(super) fn ways(
    bad: &Bad,
    earlier: &[Bad],
    graph: Graph,
    judged: &[Judged],
    frame: &Frame,
) -> Vec<Way> {
    let onset = bad.episodes[0].from;
    let is_bad = |station: usize| {
        let mut its = earlier.iter().filter(|it| it.station == station);
        its.any(|it| {
            it.episodes.iter().any(|episode| {
                episode.from <= onset && episode.to.is_none_or(|to| to + frame.window >= onset)
            })
        })
    };
    let calls = || graph.calls.iter().enumerate();
    let mut ways = Vec::new();
    for (index, call) in calls().filter(|(_, it)| it.from == Some(bad.station) && it.is_awaited) {
        let Some((sign, window)) = sign_at(&judged[index], onset) else { continue };
        if is_bad(call.to) {
            let usual = sign.usual(judged[index].usual());
            let value = judged[index].value(window, sign);
            ways.push(Way::Called { call: index, sign, usual, value });
        } else {
            let others = calls().filter(|(_, it)| it.to == call.to && it.from != call.from);
            ways.extend(others.filter_map(|(other, it)| {
                let factor = risen(it, onset, frame)?;
                Some(Way::Shared { call: index, other, factor })
            }));
        }
    }
    for (index, call) in calls().filter(|(_, it)| it.to == bad.station) {
        if let Some(factor) = risen(call, onset, frame) {
            let is_caller_bad = call.from.is_some_and(is_bad);
            ways.push(Way::Load { call: index, factor, is_caller_bad });
        }
    }
    ways
}

/// The sign that a call shows around a bin, with its window: that of the bin, the next or the one before.
fn sign_at(call: &Judged, onset: usize) -> Option<(Sign, usize)> {
    let window = call.window_of(onset);
    let near = [Some(window), Some(window + 1), window.checked_sub(1)];
    near.into_iter()
        .flatten()
        .find_map(|window| call.signs(window).next().map(|sign| (sign, window)))
}

/// Whether more came by a call just before a bin or from it on, and how many times the usual it was.
#[expect(clippy::option_option, reason = "no rise, a rise from nothing, and a rise by a factor")]
fn risen(call: &Call, onset: usize, frame: &Frame) -> Option<Option<f64>> {
    let usual = rate(call, call.series.part(frame.usual.clone()));
    let before = onset.saturating_sub(frame.window)..onset;
    let after = onset..(onset + frame.window).min(frame.watched.end);
    let [before, after] = [before, after].map(|bins| rate(call, call.series.part(bins)));
    let load = before.max(after);
    let is_more = load >= usual * LOAD_FACTOR && load >= LOAD_PER_SECOND_MIN;
    is_more.then(|| (usual > 0.0).then(|| load / usual))
}

/// Units per second that a call brings to its station, each counted once.
fn rate(call: &Call, stretch: Stretch) -> f64 {
    let bins = stretch.bins.iter();
    let units: u64 = if call.is_cached {
        // What a cache answers makes no attempt.
        bins.map(|bin| u64::from(bin.attempts.saturating_sub(bin.retries))).sum()
    } else {
        bins.map(|bin| u64::from(bin.begun)).sum()
    };
    let seconds = stretch.resolution.as_secs_f64() * stretch.bins.len() as f64;
    if seconds > 0.0 { units as f64 / seconds } else { 0.0 }
}
