//! Slots taken, freed, drained and lost, worked out by hand.

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
