//! The slots of a station, grouped by instance.
//!
//! Work goes to the instances in turn (round robin), past those that are full. Left out: other ways of
//! balancing, slots of different speed, and preemption.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;
use std::num::NonZeroU32;

use crate::units::Instant;
pub use lane_max::{Config, LaneMax, Room};

mod lane_max;
mod turns;

/// One slot of a station; its number is used again after its instance is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(NonZeroU32);

/// What a slot held when it was freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed<T> {
    /// The work that has left the slot.
    pub item: T,
    /// Whose work it was.
    pub lane: u32,
}

/// The slots of one station, and the work in them.
#[derive(Clone, Debug)]
pub struct Servers<T> {
    config: Config,
    concurrency: u32,
    slots: Vec<Slot<T>>,
    /// Slots without an instance, to be used again.
    spare: Vec<SlotId>,
    /// By place; a place without an instance is used again.
    places: Vec<Option<Instance>>,
    /// The places without an instance, and those of instances by their numbers.
    vacant: BTreeSet<usize>,
    place_of: BTreeMap<u32, usize>,
    /// The place of the instance whose turn comes last. Those with a free slot are linked in the order of their
    /// turns, and the last to the first.
    last_turn: Option<usize>,
    /// Slots taken, by lane number, as far as lanes have been seen; empty while lanes have no cap.
    lanes: Vec<u32>,
    /// Slots of the instances that take work, and how many of them are busy.
    open: u32,
    open_busy: u32,
    /// Busy slots of the instances that take no more.
    draining: u32,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    place: usize,
    holds: Holds<T>,
}

/// What is in a slot.
#[derive(Clone, Copy, Debug)]
enum Holds<T> {
    /// Work, and the lane whose it is.
    Work(T, u32),
    /// Nothing; and the slot of the same instance that is taken after it.
    Nothing(Option<SlotId>),
}

#[derive(Clone, Debug)]
struct Instance {
    id: u32,
    since: Option<Instant>,
    /// All its slots, by number.
    slots: Vec<SlotId>,
    /// The free slot that is taken next.
    free: Option<SlotId>,
    busy: u32,
    is_draining: bool,
    /// The place of the instance whose turn comes after its own, if it has a free slot.
    next_turn: usize,
}

impl<T: Copy> Servers<T> {
    /// No instances yet; each that is added brings `concurrency` slots.
    #[must_use]
    pub fn new(config: &Config, concurrency: u32) -> Self {
        Self {
            config: config.clone(),
            concurrency,
            slots: Vec::new(),
            spare: Vec::new(),
            places: Vec::new(),
            vacant: BTreeSet::new(),
            place_of: BTreeMap::new(),
            last_turn: None,
            lanes: Vec::new(),
            open: 0,
            open_busy: 0,
            draining: 0,
        }
    }

    /// Lets each instance that is added from now on bring so many slots.
    pub const fn set_concurrency(&mut self, concurrency: u32) {
        self.concurrency = concurrency;
    }

    /// Puts an instance's slots at the disposal of the station; nothing for `since` means that it has
    /// been there since ever.
    ///
    /// # Panics
    ///
    /// Panics if an instance of this number is there already.
    pub fn add_instance(&mut self, id: u32, since: Option<Instant>) {
        assert!(self.place_of(id).is_none(), "instance {id} is there already");
        let place = self.vacant.pop_first().unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.push(None);
        }
        self.place_of.insert(id, place);
        let mut slots: Vec<SlotId> = (0..self.concurrency).map(|_| self.slot_at(place)).collect();
        // They are taken in the order in which they came.
        let mut free = None;
        for slot in slots.iter().rev() {
            self.slots[slot.index()].holds = Holds::Nothing(free);
            free = Some(*slot);
        }
        slots.sort_unstable_by_key(|slot| slot.0);
        self.open += self.concurrency;
        let (busy, is_draining, next_turn) = (0, false, place);
        self.places[place] =
            Some(Instance { id, since, slots, free, busy, is_draining, next_turn });
        if free.is_some() {
            self.join_turns(place);
        }
    }

    /// Gives an instance no further work; it is gone when it has none in hand.
    ///
    /// # Panics
    ///
    /// Panics if there is no such instance.
    pub fn drain_instance(&mut self, id: u32) {
        let place = self.place_of(id).expect("an instance that drains is there");
        self.close(place);
        if self.instance(place).busy == 0 {
            self.vacate(place);
        }
    }

    /// Takes an instance away at once, and returns the work that it had in hand, by slot.
    ///
    /// As after `free`, the queue must `reopen` the lanes whose work it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no such instance.
    pub fn remove_instance(&mut self, id: u32) -> Vec<T> {
        let place = self.place_of(id).expect("an instance that crashes is there");
        self.close(place);
        let mut lost = Vec::new();
        for slot in std::mem::take(&mut self.instance_mut(place).slots) {
            // A slot that a draining instance gave up may be another's by now.
            let held = &mut self.slots[slot.index()];
            if held.place == place
                && let Holds::Work(item, lane) = held.holds
            {
                held.holds = Holds::Nothing(None);
                lost.push((item, lane));
                self.spare.push(slot);
            }
        }
        self.vacate(place);
        for (_, lane) in &lost {
            self.leave_lane(*lane);
        }
        self.draining -= u32::try_from(lost.len()).expect("slots have 32-bit numbers");
        lost.into_iter().map(|(item, _)| item).collect()
    }

    /// Whether any slot is free.
    #[must_use]
    #[inline(always)]
    pub fn has_free(&self) -> bool {
        self.open_busy < self.open
    }

    /// Puts `item` of `lane` into a slot of the instance whose turn it is; not if none is free, or the
    /// lane has no room.
    ///
    /// That a lane borrows only where no other waits is up to the queue that `item` comes from.
    #[inline(always)]
    pub fn take_slot(&mut self, item: T, lane: u32) -> Option<SlotId> {
        if self.room_for(lane) == Room::None {
            return None;
        }
        let last = self.last_turn?;
        let place = self.instance(last).next_turn;
        let instance = instance_in(&mut self.places, place);
        let slot = instance.free?;
        let holds = &mut self.slots[slot.index()].holds;
        instance.free = holds.next();
        *holds = Holds::Work(item, lane);
        instance.busy += 1;
        if instance.free.is_some() {
            self.last_turn = Some(place);
        } else {
            self.leave_turns(place, last);
        }
        self.join_lane(lane);
        self.open_busy += 1;
        Some(slot)
    }

    /// Takes the work out of a slot, whose instance is gone if it drains and this was its last.
    ///
    /// The queue must then `reopen` the lane, if it has lanes.
    ///
    /// # Panics
    ///
    /// Panics if the slot is not taken.
    #[inline(always)]
    pub fn free(&mut self, slot: SlotId) -> Freed<T> {
        let freed = self.take_out(slot);
        self.give_back(slot);
        freed
    }

    /// Takes the work out of a slot that stays taken until it is given back, or other work is put in.
    ///
    /// The queue must then `reopen` the lane, if it has lanes.
    ///
    /// # Panics
    ///
    /// Panics if the slot is not taken.
    #[inline(always)]
    pub fn take_out(&mut self, slot: SlotId) -> Freed<T> {
        let Holds::Work(item, lane) = self.slots[slot.index()].holds else {
            panic!("a slot that is freed was taken")
        };
        self.leave_lane(lane);
        Freed { item, lane }
    }

    /// Whether every slot is taken and no instance drains: then one that is given back would be taken next.
    #[must_use]
    #[inline(always)]
    pub const fn are_all_taken(&self) -> bool {
        self.open_busy == self.open && self.draining == 0
    }

    /// Puts `item` of `lane`, which has room for it, into a slot whose work was taken out.
    #[inline(always)]
    pub fn put_in(&mut self, slot: SlotId, item: T, lane: u32) {
        self.slots[slot.index()].holds = Holds::Work(item, lane);
        self.join_lane(lane);
    }

    /// Gives back a slot whose work was taken out; its instance is gone if it drains and this was its last.
    #[inline(always)]
    pub fn give_back(&mut self, slot: SlotId) {
        let place = self.slots[slot.index()].place;
        let instance = instance_in(&mut self.places, place);
        let holds = &mut self.slots[slot.index()].holds;
        instance.busy -= 1;
        if instance.is_draining {
            *holds = Holds::Nothing(None);
            self.spare.push(slot);
            self.draining -= 1;
            if instance.busy == 0 {
                self.vacate(place);
            }
        } else {
            let next = instance.free.replace(slot);
            *holds = Holds::Nothing(next);
            self.open_busy -= 1;
            if next.is_none() {
                self.join_turns(place);
            }
        }
    }

    /// Since when the instance of a slot has been there; nothing means since ever.
    #[must_use]
    #[inline]
    pub fn since(&self, slot: SlotId) -> Option<Instant> {
        self.instance(self.slots[slot.index()].place).since
    }

    /// Slots of the instances that take work.
    #[must_use]
    pub const fn slots(&self) -> u32 {
        self.open
    }

    /// Busy slots of the instances that take work.
    #[must_use]
    pub const fn busy(&self) -> u32 {
        self.open_busy
    }

    /// Work in hand, that of draining instances included.
    #[must_use]
    pub const fn in_hand(&self) -> u32 {
        self.open_busy + self.draining
    }

    /// A slot for the instance at a place: one that has none, or a new one.
    fn slot_at(&mut self, place: usize) -> SlotId {
        let slot = self.spare.pop().unwrap_or_else(|| {
            self.slots.push(Slot { place, holds: Holds::Nothing(None) });
            let number = u32::try_from(self.slots.len()).ok().and_then(NonZeroU32::new);
            SlotId(number.expect("a station has less than 2^32 slots"))
        });
        self.slots[slot.index()].place = place;
        slot
    }

    /// Takes an instance's free slots away, and those that are busy out of the count.
    fn close(&mut self, place: usize) {
        let instance = self.instance_mut(place);
        if instance.is_draining {
            return;
        }
        instance.is_draining = true;
        let (first, busy) = (instance.free.take(), instance.busy);
        if first.is_some() {
            let before = self.turn_before(place);
            self.leave_turns(place, before);
        }
        let next = |slot: &SlotId| self.slots[slot.index()].holds.next();
        let free: Vec<SlotId> = successors(first, next).collect();
        self.open -= busy + u32::try_from(free.len()).expect("slots have 32-bit numbers");
        self.open_busy -= busy;
        self.draining += busy;
        // The one that would have been taken next is used again first.
        self.spare.extend(free.into_iter().rev());
    }

    fn place_of(&self, id: u32) -> Option<usize> {
        self.place_of.get(&id).copied()
    }

    fn vacate(&mut self, place: usize) {
        if let Some(instance) = self.places[place].take() {
            self.place_of.remove(&instance.id);
            self.vacant.insert(place);
        }
    }

    #[inline(always)]
    fn instance(&self, place: usize) -> &Instance {
        self.places[place].as_ref().expect("a slot that is taken has an instance")
    }

    #[inline(always)]
    fn instance_mut(&mut self, place: usize) -> &mut Instance {
        instance_in(&mut self.places, place)
    }
}

#[inline(always)]
fn instance_in(places: &mut [Option<Instance>], place: usize) -> &mut Instance {
    places[place].as_mut().expect("a slot that is taken has an instance")
}

impl<T> Holds<T> {
    #[inline(always)]
    fn next(&self) -> Option<SlotId> {
        match self {
            Self::Nothing(next) => *next,
            Self::Work(..) => unreachable!("a slot that is free holds nothing"),
        }
    }
}

impl SlotId {
    const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

#[cfg(test)]
mod tests;
