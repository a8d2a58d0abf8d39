//! The slots of a station, grouped by instance.
//!
//! Work goes to the slot that was freed last, so that a few slots stay hot and the others idle: all slots
//! are alike, and which of them serves shows only when an instance crashes. Left out: balancing between
//! instances, slots of different speed, and preemption.

use schemars::JsonSchema;
use serde::Deserialize;

/// How many slots one tenant may take.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A cap on the slots that one tenant takes at once; none when not given.
    #[serde(default)]
    pub tenant_max: Option<TenantMax>,
}

/// A cap on the slots that one tenant takes at once.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantMax {
    /// The most slots of one tenant; at least 1.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// Lets a tenant at its cap take slots for which no tenant below its cap waits.
    #[serde(default)]
    pub borrow: bool,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        match self.tenant_max {
            Some(TenantMax { max: 0, .. }) => {
                vec![("tenant_max.max", "must be at least 1, found 0".to_owned())]
            }
            Some(_) | None => Vec::new(),
        }
    }
}

/// Whether a tenant may take a slot, if one is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It is below its cap.
    Own,
    /// It is at its cap, and may take what no tenant below its cap waits for.
    Borrowed,
    /// It is at its cap and may not borrow.
    None,
}

/// One slot of a station; its number is used again after its instance is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId(u32);

/// What a slot held when it was freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed<T> {
    /// The work that has left the slot.
    pub item: T,
    /// Whose work it was.
    pub tenant: u32,
    /// The drained instance that is gone because this was its last work.
    pub instance_gone: Option<u32>,
}

/// The slots of one station, and the work in them.
#[derive(Clone, Debug)]
pub struct Servers<T> {
    config: Config,
    concurrency: u32,
    slots: Vec<Slot<T>>,
    /// Slots ready for work, the one freed last at the end.
    ready: Vec<SlotId>,
    /// Slots without an instance, to be used again.
    spare: Vec<SlotId>,
    /// By place; a place without an instance is used again.
    places: Vec<Option<Instance>>,
    /// Slots taken, by tenant number, as far as tenants have been seen.
    tenants: Vec<u32>,
    /// Slots of the instances that take work, and how many of them are busy.
    open: u32,
    open_busy: u32,
    in_hand: u32,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    place: usize,
    work: Option<(T, u32)>,
}

#[derive(Clone, Debug)]
struct Instance {
    id: u32,
    slots: u32,
    busy: u32,
    is_draining: bool,
}

impl<T: Copy> Servers<T> {
    /// No instances yet; each that is added brings `concurrency` slots.
    #[must_use]
    pub fn new(config: &Config, concurrency: u32) -> Self {
        Self {
            config: config.clone(),
            concurrency,
            slots: Vec::new(),
            ready: Vec::new(),
            spare: Vec::new(),
            places: Vec::new(),
            tenants: Vec::new(),
            open: 0,
            open_busy: 0,
            in_hand: 0,
        }
    }

    /// Puts an instance's slots at the disposal of the station; they are the next to be taken.
    ///
    /// # Panics
    ///
    /// Panics if an instance of this number is there already.
    pub fn add_instance(&mut self, id: u32) {
        assert!(self.place_of(id).is_none(), "instance {id} is there already");
        let instance = Instance { id, slots: 0, busy: 0, is_draining: false };
        let place = self.places.iter().position(Option::is_none).unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.push(None);
        }
        self.places[place] = Some(instance);
        self.widen(place);
    }

    /// Gives an instance no further work, and says whether it is gone at once, having none in hand.
    ///
    /// # Panics
    ///
    /// Panics if there is no such instance.
    pub fn drain_instance(&mut self, id: u32) -> bool {
        let place = self.place_of(id).expect("an instance that drains is there");
        self.close(place);
        let is_gone = self.instance(place).busy == 0;
        if is_gone {
            self.places[place] = None;
        }
        is_gone
    }

    /// Takes an instance away at once, and returns the work that it had in hand, by slot.
    ///
    /// As after `free`, the queue must `reopen` the tenants whose work it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no such instance.
    pub fn remove_instance(&mut self, id: u32) -> Vec<T> {
        let place = self.place_of(id).expect("an instance that crashes is there");
        self.close(place);
        let mut lost = Vec::new();
        for (number, slot) in (0..).zip(&mut self.slots) {
            if slot.place == place
                && let Some((item, tenant)) = slot.work.take()
            {
                self.tenants[tenant as usize] -= 1;
                self.in_hand -= 1;
                self.spare.push(SlotId(number));
                lost.push(item);
            }
        }
        self.places[place] = None;
        lost
    }

    /// Whether any slot is free.
    #[must_use]
    pub fn has_free(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Whether `tenant` may take a slot, if one is free.
    #[must_use]
    pub fn room_for(&self, tenant: u32) -> Room {
        let taken = self.tenants.get(tenant as usize).copied().unwrap_or(0);
        match self.config.tenant_max {
            Some(TenantMax { max, borrow }) if taken >= max => {
                if borrow {
                    Room::Borrowed
                } else {
                    Room::None
                }
            }
            Some(_) | None => Room::Own,
        }
    }

    /// Puts `item` of `tenant` into the slot freed last; not if none is free, or the tenant has no room.
    ///
    /// That a tenant borrows only where no other waits is up to the queue that `item` comes from.
    pub fn take_slot(&mut self, item: T, tenant: u32) -> Option<SlotId> {
        if self.room_for(tenant) == Room::None {
            return None;
        }
        let slot = self.ready.pop()?;
        let held = &mut self.slots[slot.index()];
        held.work = Some((item, tenant));
        let place = held.place;
        self.instance_mut(place).busy += 1;
        if tenant as usize >= self.tenants.len() {
            self.tenants.resize(tenant as usize + 1, 0);
        }
        self.tenants[tenant as usize] += 1;
        self.open_busy += 1;
        self.in_hand += 1;
        Some(slot)
    }

    /// Takes the work out of a slot, whose instance is gone if it drains and this was its last.
    ///
    /// The queue must then `reopen` the tenant, if it has lanes.
    ///
    /// # Panics
    ///
    /// Panics if the slot is not taken.
    pub fn free(&mut self, slot: SlotId) -> Freed<T> {
        let held = &mut self.slots[slot.index()];
        let place = held.place;
        let (item, tenant) = held.work.take().expect("a slot that is freed was taken");
        self.tenants[tenant as usize] -= 1;
        self.in_hand -= 1;
        let concurrency = self.concurrency;
        let instance = self.instance_mut(place);
        instance.busy -= 1;
        let is_draining = instance.is_draining;
        let instance_gone = (is_draining && instance.busy == 0).then_some(instance.id);
        let is_surplus = instance.slots > concurrency;
        if is_surplus && !is_draining {
            instance.slots -= 1;
            self.open -= 1;
        }
        if !is_draining {
            self.open_busy -= 1;
        }
        let line = if is_draining || is_surplus { &mut self.spare } else { &mut self.ready };
        line.push(slot);
        if instance_gone.is_some() {
            self.places[place] = None;
        }
        Freed { item, tenant, instance_gone }
    }

    /// The instance to which a slot belongs.
    #[must_use]
    pub fn instance_of(&self, slot: SlotId) -> u32 {
        self.instance(self.slots[slot.index()].place).id
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
        self.in_hand
    }

    /// Goes on under another cap per tenant; work beyond a lower one goes on.
    ///
    /// The queue must be told as well, by its own `reconfigure`.
    pub fn reconfigure(&mut self, config: &Config) {
        self.config = config.clone();
    }

    /// Changes the number of slots of every instance that takes work; busy ones too many go when freed.
    pub fn set_concurrency(&mut self, concurrency: u32) {
        self.concurrency = concurrency;
        let ready = std::mem::take(&mut self.ready);
        for slot in ready {
            let place = self.slots[slot.index()].place;
            if self.instance(place).slots > concurrency {
                self.instance_mut(place).slots -= 1;
                self.open -= 1;
                self.spare.push(slot);
            } else {
                self.ready.push(slot);
            }
        }
        for place in 0..self.places.len() {
            if self.places[place].as_ref().is_some_and(|instance| !instance.is_draining) {
                self.widen(place);
            }
        }
    }

    /// Gives an instance the slots that it lacks.
    fn widen(&mut self, place: usize) {
        let concurrency = self.concurrency;
        let instance = self.instance_mut(place);
        let lacking = concurrency.saturating_sub(instance.slots);
        instance.slots += lacking;
        self.open += lacking;
        for _ in 0..lacking {
            let slot = self.spare.pop().unwrap_or_else(|| {
                self.slots.push(Slot { place, work: None });
                let number = u32::try_from(self.slots.len() - 1);
                SlotId(number.expect("a station has less than 2^32 slots"))
            });
            self.slots[slot.index()].place = place;
            self.ready.push(slot);
        }
    }

    /// Takes an instance's free slots away, and those that are busy out of the count.
    fn close(&mut self, place: usize) {
        let instance = self.instance_mut(place);
        if instance.is_draining {
            return;
        }
        instance.is_draining = true;
        let (slots, busy) = (instance.slots, instance.busy);
        self.open -= slots;
        self.open_busy -= busy;
        let Self { ready, spare, slots, .. } = self;
        // Slow, but instances seldom go.
        ready.retain(|&slot| {
            let stays = slots[slot.index()].place != place;
            if !stays {
                spare.push(slot);
            }
            stays
        });
    }

    fn place_of(&self, id: u32) -> Option<usize> {
        self.places.iter().position(|place| place.as_ref().is_some_and(|there| there.id == id))
    }

    fn instance(&self, place: usize) -> &Instance {
        self.places[place].as_ref().expect("a slot in use has an instance")
    }

    fn instance_mut(&mut self, place: usize) -> &mut Instance {
        self.places[place].as_mut().expect("a slot in use has an instance")
    }
}

impl SlotId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests;
