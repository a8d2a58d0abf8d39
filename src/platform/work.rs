//! Units of work and their attempts: what is in flight, and the ledger that shows nothing is lost.
//!
//! A unit is one logical request on one call; an attempt is one try of it at the callee. The ledger
//! counts both from their own ends, the arenas hold what has not ended, and the two must agree.

use super::parts::outcome::{Failure, Outcome};
use super::parts::servers::SlotId;
use super::{Event, call};
use crate::engine::agenda::Key;
use crate::engine::arena::{Arena, Id};
use crate::units::Instant;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);
        impl $name {
            /// The place in a list of all of them.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
ids!(
    /// A station.
    StationId,
    /// A call: the edge from a workload or a station to a station.
    CallId,
    /// A workload, and the class of all work that descends from it.
    WorkloadId
);

/// A unit of work in flight.
pub type UnitId = Id<Unit>;
/// An attempt in flight.
pub type AttemptId = Id<Attempt>;

/// One logical request on one call.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// What every random draw about it is derived from.
    pub key: u64,
    /// The conversation that it is part of: the key of the unit that a workload brought in, unless the
    /// workload says that all of its units are one.
    pub conversation: u64,
    /// When it began.
    pub begun: Instant,
    /// When it is due, where a queue orders by that.
    pub due: Instant,
    /// Who waits for its outcome.
    pub parent: PackedParent,
    /// Its attempt that has not been given up, by the id under which that began: it may have been renewed.
    pub attempt: Option<AttemptId>,
    /// The time-out of that attempt.
    pub timer: Option<Key>,
    /// Since when the instance that made the call has been up; nothing means since ever.
    pub warm_since: WarmSince,
    /// Whose it is.
    pub tenant: u32,
    /// How important it is: higher goes first.
    pub priority: i32,
    /// How many attempts it has made.
    pub tries: u32,
    /// The call it is on.
    pub call: CallId,
    /// The workload it descends from.
    pub class: WorkloadId,
}

/// One try of a unit at the callee.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Its unit, as long as the caller has not given it up.
    pub unit: Option<UnitId>,
    /// The unit's key.
    pub key: u64,
    /// The conversation that it is part of.
    pub conversation: u64,
    /// When the caller began it.
    pub begun: Instant,
    /// When it reached the station.
    pub arrived: Instant,
    /// When it is due.
    pub due: Instant,
    /// Its end of waiting, where the queue has a longest wait.
    pub timer: Option<Key>,
    /// Whose it is.
    pub tenant: u32,
    /// How important it is.
    pub priority: i32,
    /// Which try of its unit it is, from 1.
    pub number: u32,
    /// The slot that it holds.
    pub slot: Option<SlotId>,
    /// How many answers it waits for.
    pub pending: u16,
    /// Which of the station's calls comes next.
    pub next_call: u16,
    /// How often the station has begun it anew: runs of a job, loops of a conversation.
    pub rounds: u32,
    /// How often a rate limit has refused to transfer it.
    pub refusals: u16,
    /// Whether it stands in the queue of a job engine, and not in a schedule.
    pub is_queued: bool,
    /// The call that it came by.
    pub call: CallId,
    /// The workload it descends from.
    pub class: WorkloadId,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
}

/// Who waits for the outcome of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// Nobody: it was handed on, or comes from an open workload.
    Nobody,
    /// A request of the calling station.
    Attempt(AttemptId),
    /// A client of a closed workload, by its number.
    Client(u32),
    /// An instance of the calling station that is not ready before.
    Instance(u32),
}

/// A parent in twelve bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(4))]
pub struct PackedParent {
    number: u64,
    kind: u8,
}

impl PackedParent {
    /// Whether nobody waits, as for whatever an open workload brings in.
    #[inline(always)]
    #[must_use]
    pub const fn is_nobody(self) -> bool {
        self.kind == 0
    }
}

impl From<Parent> for PackedParent {
    #[inline]
    fn from(parent: Parent) -> Self {
        let (kind, number) = match parent {
            Parent::Nobody => (0, 0),
            Parent::Attempt(id) => (1, id.to_bits()),
            Parent::Client(number) => (2, u64::from(number)),
            Parent::Instance(number) => (3, u64::from(number)),
        };
        Self { number, kind }
    }
}

impl From<PackedParent> for Parent {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "what was packed is unpacked")]
    fn from(PackedParent { number, kind }: PackedParent) -> Self {
        match kind {
            1 => AttemptId::from_bits(number).map_or(Self::Nobody, Self::Attempt),
            2 => Self::Client(number as u32),
            3 => Self::Instance(number as u32),
            _ => Self::Nobody,
        }
    }
}

/// Since when an instance has been up, if not since ever, in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmSince(Instant);

impl From<Option<Instant>> for WarmSince {
    fn from(since: Option<Instant>) -> Self {
        Self(since.unwrap_or(Instant::NEVER))
    }
}

impl WarmSince {
    /// The instant; nothing means since ever.
    #[inline]
    #[must_use]
    pub fn get(self) -> Option<Instant> {
        Some(self.0).filter(|since| *since < Instant::NEVER)
    }
}

// What is in flight is looked at again when it has left the processor's caches: the less it is, the more of it
// they hold. A seventh more was measured to cost a twelfth of a replay with a long queue, and up to a third.
const _: () = assert!(size_of::<Unit>() == 88 && size_of::<Attempt>() == 96);

/// How many began, and how those that have ended did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many began.
    pub begun: u64,
    /// How many were done.
    pub done: u64,
    /// How many were done after their caller had given up.
    pub in_vain: u64,
    /// How many failed, by reason.
    pub failed: [u64; Failure::ALL.len()],
}

/// Everything in flight, and the ledger of everything that was.
#[derive(Debug, Default)]
pub struct Work {
    /// Units in flight.
    pub units: Arena<Unit>,
    /// Attempts in flight.
    pub attempts: Arena<Attempt>,
    /// Units by call.
    unit_tallies: Vec<Tally>,
    /// Attempts by station and class.
    attempt_tallies: Vec<Tally>,
    /// One more than there are workloads: the last is for the platform's own work.
    classes: usize,
    /// How many tenants there are, and so the number that is none of theirs.
    tenants: u32,
}

impl Attempt {
    /// Ends it at its station, and says how its call hears of it; `id` is its own.
    #[inline(always)]
    #[must_use]
    pub fn answer(&mut self, id: AttemptId, outcome: Outcome) -> Event {
        self.outcome = Some(outcome);
        Event::Call(self.call, call::Event::Answered(id))
    }

    /// What tells the random draws about this try and this round of it from those about any other.
    #[must_use]
    pub fn turn(&self) -> u32 {
        // The largest number stands for children.
        self.number.wrapping_add(self.rounds.wrapping_mul(1 << 8)) % u32::MAX
    }
}

impl Tally {
    /// How many have failed, for whatever reason.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// How many have ended, however.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.done + self.in_vain + self.failures()
    }

    /// Counts one end.
    pub fn end(&mut self, outcome: Outcome) {
        match outcome {
            Ok(()) => self.done += 1,
            Err(failure) => self.failed[failure as usize] += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.begun += other.begun;
        self.done += other.done;
        self.in_vain += other.in_vain;
        for (sum, failed) in self.failed.iter_mut().zip(other.failed) {
            *sum += failed;
        }
    }
}

impl Work {
    /// Nothing in flight, on a platform of so many calls, stations, workloads and tenants.
    #[must_use]
    pub fn new(calls: usize, stations: usize, workloads: usize, tenants: u32) -> Self {
        let classes = workloads + 1;
        Self {
            unit_tallies: vec![Tally::default(); calls],
            attempt_tallies: vec![Tally::default(); stations * classes],
            classes,
            tenants,
            ..Self::default()
        }
    }

    /// The class and the tenant number of work that is the platform's own.
    ///
    /// # Panics
    ///
    /// Panics if there are more workloads than ids, which a checked scenario rules out.
    #[must_use]
    pub fn own(&self) -> (WorkloadId, u32) {
        let class = u16::try_from(self.classes - 1).expect("workloads have 16-bit numbers");
        (WorkloadId(class), self.tenants)
    }

    /// The tally of the units on a call.
    pub fn units_on(&mut self, call: CallId) -> &mut Tally {
        &mut self.unit_tallies[call.index()]
    }

    /// The tally of a class's attempts at a station.
    pub fn attempts_at(&mut self, station: StationId, class: WorkloadId) -> &mut Tally {
        &mut self.attempt_tallies[station.index() * self.classes + class.index()]
    }

    /// The tally of the units on a call, to read.
    #[must_use]
    pub fn unit_tally(&self, call: CallId) -> Tally {
        self.unit_tallies[call.index()]
    }

    /// The tally of all attempts at a station, to read.
    #[must_use]
    pub fn attempt_tally(&self, station: StationId) -> Tally {
        let mut sum = Tally::default();
        let first = station.index() * self.classes;
        for tally in &self.attempt_tallies[first..first + self.classes] {
            sum.add(tally);
        }
        sum
    }

    /// How many units are in flight on a call.
    #[must_use]
    pub fn units_in_flight(&self, call: CallId) -> u64 {
        self.units.values().filter(|unit| unit.call == call).count() as u64
    }

    /// Asserts that whatever began has ended or is in flight, by call for units, by station and
    /// class for attempts; `station_of` says where a call leads.
    ///
    /// # Panics
    ///
    /// Panics if something vanished or was counted twice: an error in this crate.
    pub fn assert_nothing_is_lost(&self, station_of: impl Fn(CallId) -> StationId) {
        let mut units = vec![0; self.unit_tallies.len()];
        for unit in self.units.values() {
            units[unit.call.index()] += 1;
        }
        for (call, (tally, in_flight)) in self.unit_tallies.iter().zip(units).enumerate() {
            assert_eq!(tally.begun, tally.ended() + in_flight, "units were lost on call {call}");
        }
        let mut attempts = vec![0; self.attempt_tallies.len()];
        for attempt in self.attempts.values() {
            let station = station_of(attempt.call);
            attempts[station.index() * self.classes + attempt.class.index()] += 1;
        }
        for (place, (tally, in_flight)) in self.attempt_tallies.iter().zip(attempts).enumerate() {
            let (station, class) = (place / self.classes, place % self.classes);
            assert_eq!(
                tally.begun,
                tally.ended() + in_flight,
                "attempts of class {class} were lost at station {station}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_went_in() {
        let attempt = AttemptId::from_bits(u64::MAX).unwrap();
        for parent in [
            Parent::Nobody,
            Parent::Attempt(attempt),
            Parent::Client(0),
            Parent::Client(u32::MAX),
            Parent::Instance(0),
            Parent::Instance(7),
        ] {
            assert_eq!(Parent::from(PackedParent::from(parent)), parent);
        }
        for since in [None, Some(Instant::START), Some(Instant::from_nanos(5))] {
            assert_eq!(WarmSince::from(since).get(), since);
        }
    }
}
