//! How every unit that a workload brought in fared: two runs of one seed have the same units, by key, so that
//! their fates can be compared one by one.

use crate::engine::Observer;
use crate::engine::fingerprint::Fingerprint;
use crate::platform::event::{Event, Packed};
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::work::{CallId, Tally, Unit, UnitId};
use crate::platform::{Platform, call};
use crate::units::Instant;

/// How one unit fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Its key.
    pub key: u64,
    /// When it began.
    pub begun: Instant,
    /// When it ended.
    pub ended: Instant,
    /// How it ended.
    pub outcome: Outcome,
    /// Whose it was.
    pub tenant: u32,
    /// The workload's call.
    pub call: CallId,
}

/// Takes down the fate of every unit of every workload that ended.
#[derive(Debug)]
pub struct Fates {
    workloads: usize,
    /// What the event that is being handled may end.
    looked_at: Option<(UnitId, Unit, Tally)>,
    ended: Vec<Fate>,
}

impl Fates {
    /// Nothing seen yet, on a platform of so many workloads.
    #[must_use]
    pub fn new(workloads: usize) -> Self {
        Self { workloads, looked_at: None, ended: Vec::new() }
    }

    /// The fates, in the order of keys.
    #[must_use]
    pub fn by_key(mut self) -> Vec<Fate> {
        self.ended.sort_unstable_by_key(|fate| (fate.key, fate.begun));
        self.ended
    }
}

/// The unit that began first among those that fared otherwise in another run, with its other fate; nothing
/// there if it had none. Both lists are in the order of keys.
///
/// A unit that ended otherwise goes before all that only ended at another time.
#[must_use]
pub fn first_that_differs(old: &[Fate], new: &[Fate]) -> Option<[Option<Fate>; 2]> {
    let is_otherwise =
        |[old, new]: &[Option<Fate>; 2]| old.map(|it| it.outcome) != new.map(|it| it.outcome);
    first([old, new], &is_otherwise).or_else(|| first([old, new], &|[old, new]| old != new))
}

fn first(
    [old, new]: [&[Fate]; 2],
    differs: &dyn Fn(&[Option<Fate>; 2]) -> bool,
) -> Option<[Option<Fate>; 2]> {
    let mut first: Option<[Option<Fate>; 2]> = None;
    let (mut old, mut new) = (old.iter().copied().peekable(), new.iter().copied().peekable());
    // Of those that began together the one that ended first.
    let rank = |sides: &[Option<Fate>; 2]| {
        sides.iter().flatten().map(|fate| (fate.begun, fate.ended)).min()
    };
    loop {
        let sides = match (old.peek(), new.peek()) {
            (None, None) => return first,
            (Some(a), Some(b)) if a.key == b.key => [old.next(), new.next()],
            (Some(a), Some(b)) if a.key < b.key => [old.next(), None],
            (Some(_), None) => [old.next(), None],
            (_, Some(_)) => [None, new.next()],
        };
        if differs(&sides) && first.as_ref().is_none_or(|first| rank(&sides) < rank(first)) {
            first = Some(sides);
        }
    }
}

impl Observer<Platform> for Fates {
    fn before(&mut self, _: u64, _: Instant, event: Packed, platform: &Platform) {
        self.looked_at = None;
        let Event::Call(id, event) = Event::from(event) else { return };
        if id.index() >= self.workloads {
            return;
        }
        let work = platform.work();
        let unit = match event {
            call::Event::Begun(unit)
            | call::Event::PauseEnded(unit)
            | call::Event::TimedOut(unit) => Some(unit),
            call::Event::Answered(attempt) => work.attempts.get(attempt).and_then(|it| it.unit),
        };
        let found = unit.and_then(|id| Some((id, *work.units.get(id)?)));
        self.looked_at = found.map(|(id, unit)| (id, unit, work.unit_tally(unit.call)));
    }

    fn after(&mut self, _: u64, now: Instant, _: Fingerprint, platform: &Platform) {
        let Some((id, unit, before)) = self.looked_at.take() else { return };
        if platform.work().units.get(id).is_some() {
            return;
        }
        let after = platform.work().unit_tally(unit.call);
        let failed =
            |failure: &Failure| after.failed[*failure as usize] > before.failed[*failure as usize];
        let outcome = Failure::ALL.into_iter().find(failed).map_or(Ok(()), Err);
        let Unit { key, begun, tenant, call, .. } = unit;
        self.ended.push(Fate { key, begun, ended: now, outcome, tenant, call });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(key: u64, begun: u64, outcome: Outcome) -> Fate {
        let [begun, ended] = [begun, begun + 5].map(Instant::from_nanos);
        Fate { key, begun, ended, outcome, tenant: 0, call: CallId(0) }
    }

    #[test]
    fn of_all_units_that_fared_otherwise_the_one_that_began_first_is_found() {
        let late = Err(Failure::TimedOut);
        let old = [fate(1, 30, late), fate(2, 20, late), fate(3, 10, Ok(())), fate(5, 40, Ok(()))];
        let new =
            [fate(1, 30, Ok(())), fate(2, 20, Ok(())), fate(3, 10, Ok(())), fate(4, 25, late)];
        assert_eq!(first_that_differs(&old, &new), Some([Some(old[1]), Some(new[1])]));
        assert_eq!(first_that_differs(&old, &old), None);
        let later = Fate { ended: Instant::from_nanos(90), ..old[2] };
        assert_eq!(first_that_differs(&old[2..3], &[later]), Some([Some(old[2]), Some(later)]));
        let new = [new[0], old[1], later, old[3]];
        assert_eq!(first_that_differs(&old, &new), Some([Some(old[0]), Some(new[0])]));
        assert_eq!(first_that_differs(&[], &new[3..]), Some([None, Some(new[3])]));
    }
}
