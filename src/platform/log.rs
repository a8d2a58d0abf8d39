//! What emerged during a run, for the reader: noteworthy moments, with repetitions folded into one line.

use std::collections::BTreeMap;

use super::registry::ImageId;
use super::work::{CallId, StationId};
use crate::units::{Instant, Span};

/// Repetitions that lie no further apart than this are one entry.
const FOLD_WITHIN: Span = Span::from_secs(15 * 60);

/// Something noteworthy that the simulation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Emerged {
    /// An indicator's impact window opened.
    ImpactBegan(u16),
    /// An indicator's impact window closed.
    ImpactEnded(u16),
    /// An indicator's alert went out.
    Alerted(u16),
    /// Instances of a station crashed; how many stands in the entry's count.
    Crashed(StationId),
    /// An instance of a station could not pull its image.
    PullFailed(StationId, ImageId),
    /// An instance of a station came up.
    InstanceUp(StationId),
    /// The autoscaler asked for more instances.
    ScaledUp(StationId),
    /// The autoscaler asked for fewer instances.
    ScaledDown(StationId),
    /// The circuit breaker of a call opened.
    BreakerOpened(CallId),
    /// The circuit breaker of a call closed again.
    BreakerClosed(CallId),
    /// The lifecycle policy deleted an image.
    ImageDeleted(ImageId),
    /// A clean-up deleted the records of items that waited; how many stands in the entry's level.
    RecordsDeleted(StationId),
    /// Somebody on call took up the alert of an indicator.
    TakenUp(u16),
    /// An action of the timeline took effect, by its place in the order of names.
    Acted(u16),
}

/// One line of the log: something, how often, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happened first.
    pub at: Instant,
    /// When it happened last.
    pub until: Instant,
    /// How often.
    pub count: u32,
    /// The level before, for what changes one.
    pub from: u32,
    /// The level after.
    pub to: u32,
    /// What happened.
    pub what: Emerged,
}

/// What emerged so far.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
    newest: BTreeMap<Emerged, usize>,
}

impl Log {
    /// Adds something that has no level.
    pub fn add(&mut self, now: Instant, what: Emerged) {
        self.add_change(now, what, 0, 0);
    }

    /// Adds something that changed a level.
    pub fn add_change(&mut self, now: Instant, what: Emerged, from: u32, to: u32) {
        if matches!(what, Emerged::Acted(_)) {
            // What follows an action is told after it, and not as more of what went before.
            self.newest.clear();
        }
        if let Some(entry) = self.newest.get(&what).map(|newest| &mut self.entries[*newest])
            && now.since(entry.until) <= FOLD_WITHIN
            && !matches!(what, Emerged::ImpactBegan(_) | Emerged::ImpactEnded(_))
        {
            entry.until = now;
            entry.count += 1;
            entry.to = to;
            return;
        }
        self.newest.insert(what, self.entries.len());
        self.entries.push(Entry { at: now, until: now, count: 1, from, to, what });
    }

    /// The entries in the order in which they began.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_fold_until_there_is_a_pause() {
        let mut log = Log::default();
        let minute = |m: u64| Instant::START + Span::from_secs(60 * m);
        for m in [0, 10, 20, 36] {
            log.add_change(minute(m), Emerged::ScaledUp(StationId(1)), 4, 5);
        }
        let spans: Vec<_> =
            log.entries().iter().map(|entry| (entry.at, entry.until, entry.count)).collect();
        assert_eq!(spans, [(minute(0), minute(20), 3), (minute(36), minute(36), 1)]);
    }
}
