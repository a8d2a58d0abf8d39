//! Slots taken, freed, drained and lost: worked out by hand, and beside a twin.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn servers(text: &str, concurrency: u32) -> Servers<char> {
    Servers::new(&serde_json::from_str(text).unwrap(), concurrency)
}

fn instance_of(servers: &Servers<char>, slot: SlotId) -> u32 {
    servers.instance(servers.slots[slot.index()].place).id
}

fn take(servers: &mut Servers<char>, item: char) -> SlotId {
    servers.take_slot(item, 0).unwrap()
}

#[test]
fn instances_take_turns_past_those_that_are_full() {
    let mut servers = servers("{}", 2);
    servers.add_instance(7, None);
    servers.add_instance(8, Some(Instant::from_nanos(5)));
    let slots = ['a', 'b', 'c', 'd'].map(|item| take(&mut servers, item));
    assert_eq!([0, 1].map(|n| servers.since(slots[n])), [None, Some(Instant::from_nanos(5))]);
    assert_eq!(slots.map(|slot| instance_of(&servers, slot)), [7, 8, 7, 8]);
    assert_eq!(servers.take_slot('e', 0), None);
    // Instance 8 has both slots free again, 7 one: the first to be free has the first turn.
    let freed = servers.free(slots[1]);
    assert_eq!(freed, Freed { item: 'b', lane: 0 });
    servers.free(slots[0]);
    servers.free(slots[3]);
    let slots = ['e', 'f', 'g'].map(|item| take(&mut servers, item));
    assert_eq!(slots.map(|slot| instance_of(&servers, slot)), [8, 7, 8]);
    assert_eq!((servers.slots(), servers.busy(), servers.in_hand()), (4, 4, 4));
}

#[test]
fn a_draining_instance_goes_with_its_last_work() {
    let mut servers = servers("{}", 2);
    servers.add_instance(1, None);
    servers.add_instance(2, None);
    let slots = ['a', 'b', 'c', 'd'].map(|item| take(&mut servers, item)); // 1, 2, 1, 2
    servers.free(slots[0]);
    servers.drain_instance(2);
    assert_eq!((servers.slots(), servers.busy(), servers.in_hand()), (2, 1, 3));
    servers.free(slots[1]);
    let slot = take(&mut servers, 'e');
    assert_eq!(instance_of(&servers, slot), 1);
    assert!(!servers.has_free(), "the freed slot of instance 2 is gone");
    assert!(servers.place_of(2).is_some(), "it has work in hand");
    servers.free(slots[3]);
    assert!(servers.place_of(2).is_none());
    servers.add_instance(3, None);
    servers.drain_instance(3);
    assert!(servers.place_of(3).is_none(), "an idle one is gone at once");
    assert_eq!((servers.slots(), servers.busy(), servers.in_hand()), (2, 2, 2));
    servers.add_instance(2, None); // Uses the slots again.
    assert_eq!((servers.slots(), servers.slots.len()), (4, 4));
}

#[test]
fn a_crash_returns_the_work_in_hand_by_slot() {
    let mut servers = servers(r#"{ "lane_max": { "max": 2 } }"#, 3);
    servers.add_instance(1, None);
    take(&mut servers, 'a');
    take(&mut servers, 'b');
    assert_eq!(servers.room_for(0), Room::None);
    assert_eq!(servers.remove_instance(1), ['a', 'b']);
    assert_eq!((servers.slots(), servers.busy(), servers.in_hand()), (0, 0, 0));
    assert_eq!(servers.room_for(0), Room::Own);
    servers.add_instance(2, None);
    let first = take(&mut servers, 'c');
    servers.drain_instance(2);
    assert_eq!(servers.remove_instance(2), ['c'], "a draining one can crash");
    servers.add_instance(2, None);
    assert_eq!((servers.slots(), servers.slots.len(), first.index() < 3), (3, 3, true));
}

#[test]
fn a_tenant_at_its_cap_borrows_only_if_allowed() {
    for (text, room) in [
        (r#"{ "lane_max": { "max": 1 } }"#, Room::None),
        (r#"{ "lane_max": { "max": 1, "borrow": true } }"#, Room::Borrowed),
        ("{}", Room::Own),
    ] {
        let mut servers = servers(text, 3);
        servers.add_instance(1, None);
        assert_eq!(servers.room_for(5), Room::Own);
        let slot = servers.take_slot('a', 5).unwrap();
        assert_eq!(servers.room_for(5), room);
        assert_eq!(servers.take_slot('b', 5).is_some(), room != Room::None);
        assert!(servers.take_slot('c', 0).is_some());
        servers.reconfigure(&Config::default());
        assert_eq!(servers.room_for(5), Room::Own);
        servers.free(slot);
    }
}

#[test]
#[should_panic(expected = "a slot that is freed was taken")]
fn a_slot_is_not_freed_twice() {
    let mut servers = servers("{}", 1);
    servers.add_instance(1, None);
    let slot = take(&mut servers, 'a');
    servers.free(slot);
    servers.free(slot);
}

#[test]
fn a_cap_of_nothing_is_a_problem() {
    let config: Config = serde_json::from_str(r#"{ "lane_max": { "max": 0 } }"#).unwrap();
    assert_eq!(config.problems()[0].0, "max");
    assert_eq!(Config::default().problems(), []);
}

/// An instance as the twin keeps it: its number, how many slots it has free, its work, whether it drains.
#[derive(Debug)]
struct TwinInstance {
    id: u32,
    free: u32,
    work: Vec<u32>,
    is_draining: bool,
}

/// The twin: instances in a list, and a line of those with a free slot.
#[derive(Debug, Default)]
struct Twin {
    instances: Vec<TwinInstance>,
    turns: VecDeque<u32>,
}

impl Twin {
    fn instance(&mut self, id: u32) -> &mut TwinInstance {
        self.instances.iter_mut().find(|it| it.id == id).unwrap()
    }

    fn add(&mut self, id: u32, free: u32) {
        self.instances.push(TwinInstance { id, free, work: Vec::new(), is_draining: false });
        self.turns.push_back(id);
    }

    /// Whose turn it is.
    fn take(&mut self, item: u32) -> Option<u32> {
        let id = self.turns.pop_front()?;
        let instance = self.instance(id);
        instance.work.push(item);
        instance.free -= 1;
        if instance.free > 0 {
            self.turns.push_back(id);
        }
        Some(id)
    }

    fn free(&mut self, item: u32) {
        let instance = self.instances.iter_mut().find(|it| it.work.contains(&item)).unwrap();
        instance.work.retain(|other| *other != item);
        instance.free += 1;
        if !instance.is_draining && instance.free == 1 {
            self.turns.push_back(instance.id);
        }
        self.instances.retain(|it| !it.is_draining || !it.work.is_empty());
    }

    fn drain(&mut self, id: u32) {
        self.instance(id).is_draining = true;
        self.turns.retain(|turn| *turn != id);
        self.instances.retain(|it| !it.is_draining || !it.work.is_empty());
    }

    fn remove(&mut self, id: u32) -> Vec<u32> {
        self.drain(id);
        let place = self.instances.iter().position(|it| it.id == id);
        place.map_or_else(Vec::new, |place| self.instances.remove(place).work)
    }
}

proptest! {
    #[test]
    fn turns_are_as_in_the_twin(
        concurrency in 1_u32..4,
        steps in vec((0..12, any::<Index>()), 0..200),
    ) {
        let mut servers = Servers::new(&Config::default(), concurrency);
        let mut twin = Twin::default();
        let mut held: Vec<(u32, SlotId)> = Vec::new();
        for (number, (step, index)) in (0_u32..).zip(steps) {
            let ids: Vec<u32> = twin.instances.iter().map(|it| it.id).collect();
            match step {
                0..2 => {
                    servers.add_instance(number, None);
                    twin.add(number, concurrency);
                }
                2 if !ids.is_empty() => {
                    let id = *index.get(&ids);
                    servers.drain_instance(id);
                    twin.drain(id);
                }
                3 if !ids.is_empty() => {
                    let id = *index.get(&ids);
                    let mut lost = servers.remove_instance(id);
                    lost.sort_unstable();
                    held.retain(|(item, _)| !lost.contains(item));
                    prop_assert_eq!(lost, twin.remove(id));
                }
                4 if !held.is_empty() && servers.are_all_taken() => {
                    // Passed on, a slot is the one that would have been given back and taken again.
                    let (item, slot) = held.swap_remove(index.index(held.len()));
                    prop_assert_eq!(servers.take_out(slot), Freed { item, lane: 0 });
                    servers.put_in(slot, number, 0);
                    twin.free(item);
                    let id = servers.instance(servers.slots[slot.index()].place).id;
                    prop_assert_eq!(twin.take(number), Some(id));
                    held.push((number, slot));
                }
                4..7 if !held.is_empty() => {
                    let (item, slot) = held.swap_remove(index.index(held.len()));
                    prop_assert_eq!(servers.free(slot), Freed { item, lane: 0 });
                    twin.free(item);
                }
                _ => {
                    let slot = servers.take_slot(number, 0);
                    let id = slot.map(|it| servers.instance(servers.slots[it.index()].place).id);
                    prop_assert_eq!(id, twin.take(number));
                    held.extend(slot.map(|slot| (number, slot)));
                }
            }
            let open = twin.instances.iter().filter(|it| !it.is_draining);
            let busy: usize = open.clone().map(|it| it.work.len()).sum();
            let slots = concurrency as usize * open.count();
            prop_assert_eq!((servers.slots() as usize, servers.busy() as usize), (slots, busy));
            prop_assert_eq!(servers.in_hand() as usize, held.len());
            prop_assert_eq!(servers.has_free(), !twin.turns.is_empty());
        }
    }
}
