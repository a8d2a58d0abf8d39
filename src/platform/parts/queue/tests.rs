//! Every order by hand, and all of them against a twin that looks through everything each time.

use proptest::prelude::*;
use std::collections::BTreeSet;

use super::*;

fn entry(item: u32, lane: u32) -> Entry<u32> {
    Entry { item, lane, priority: 0, due: Instant::START }
}

fn queue(order: Order, has_lanes: bool) -> Queue<u32> {
    Queue::new(&Config { order, ..Config::default() }, has_lanes)
}

fn popped(queue: &mut Queue<u32>) -> Vec<u32> {
    std::iter::from_fn(|| queue.pop(|_| Room::Own, |_| true)).collect()
}

/// Pushes (lane, priority, due in seconds), the items being 0, 1, 2, …
fn filled(order: Order, has_lanes: bool, entries: &[(u32, i32, u64)]) -> Queue<u32> {
    let mut queue = queue(order, has_lanes);
    for (item, &(lane, priority, seconds)) in (0..).zip(entries) {
        let due = Instant::START + Span::from_secs(seconds);
        queue.push(Entry { item, lane, priority, due }).unwrap();
    }
    queue
}

#[test]
fn each_order_serves_its_own_way() {
    let entries = [(0, 1, 30), (0, 2, 20), (0, 1, 20), (1, 2, 10), (1, i32::MIN, 40), (2, 1, 20)];
    let cases = [
        (Order::Fifo, [0, 1, 2, 3, 4, 5]),
        (Order::Lifo, [5, 4, 3, 2, 1, 0]),
        (Order::Fair, [0, 3, 5, 1, 4, 2]), // Lanes 0 1 2, 0 1, 0.
        (Order::Priority, [1, 3, 0, 2, 5, 4]),
        (Order::Due, [3, 1, 2, 5, 0, 4]),
    ];
    for (order, expected) in cases {
        for has_lanes in [false, true] {
            let mut queue = filled(order, has_lanes, &entries);
            assert_eq!(popped(&mut queue), expected, "{order:?}, lanes: {has_lanes}");
            assert!(queue.is_empty());
        }
    }
}

#[test]
fn what_goes_next_in_a_long_line_was_looked_at_before() {
    for (order, is_looked_at) in [
        (Order::Fifo, true),
        (Order::Lifo, false),
        (Order::Fair, true),
        (Order::Priority, true),
        (Order::Due, true),
    ] {
        let mut queue = filled(order, false, &vec![(0, 0, 0); 1500]);
        let mut looked_at = BTreeSet::new();
        while queue.len() >= ahead::LONG {
            queue.look_ahead(|item| looked_at.insert(item));
            let item = queue.pop(|_| Room::Own, |_| true).unwrap();
            assert_eq!(looked_at.contains(&item), is_looked_at, "{item} {order:?}");
        }
        assert_ne!(looked_at.is_empty(), is_looked_at, "{order:?}");
        let seen = looked_at.len();
        queue.look_ahead(|item| looked_at.insert(item));
        assert_eq!(looked_at.len(), seen, "{order:?}: the line is short now");
    }
}

#[test]
fn a_tenant_that_becomes_active_joins_behind_those_waiting() {
    let mut queue = filled(Order::Fair, false, &[(0, 0, 0), (0, 0, 0), (1, 0, 0), (1, 0, 0)]);
    assert_eq!(queue.pop(|_| Room::Own, |_| true), Some(0)); // Turns: 1 0.
    queue.push(entry(9, 2)).unwrap(); // Turns: 1 0 2.
    assert_eq!(popped(&mut queue), [2, 1, 9, 3]);
}

#[test]
fn a_full_queue_refuses_new_work_but_not_what_was_in_hand() {
    let config = Config { bound: Some(2), ..Config::default() };
    let mut queue = Queue::new(&config, false);
    assert_eq!(queue.push(entry(0, 0)), Ok(()));
    assert_eq!(queue.push(entry(1, 0)), Ok(()));
    assert_eq!(queue.push(entry(2, 0)), Err(Full));
    queue.push_front(entry(3, 0));
    assert_eq!((queue.len(), queue.push(entry(4, 0))), (3, Err(Full)));
    queue.forget_one(0, |item| item != 3);
    queue.forget_one(0, |item| item != 3 && item != 1);
    assert_eq!((queue.len(), queue.push(entry(5, 0))), (1, Ok(())), "the dead do not count");
    assert_eq!(queue.pop(|_| Room::Own, |item| item != 3 && item != 1), Some(0));
}

#[test]
fn requeued_work_goes_ahead_of_its_equals() {
    let cases = [
        (Order::Fifo, [9, 8, 0, 1, 2]),
        (Order::Lifo, [9, 8, 2, 1, 0]),
        (Order::Fair, [0, 9, 1, 8, 2]), // Lanes 0 1 in turn; lane 1 has 9, 8, 2.
        (Order::Priority, [1, 9, 8, 0, 2]),
        (Order::Due, [0, 1, 9, 8, 2]),
    ];
    for (order, expected) in cases {
        for has_lanes in [false, true] {
            let mut queue = filled(order, has_lanes, &[(0, 0, 1), (0, 1, 2), (1, 0, 4)]);
            let due = Instant::START + Span::from_secs(3);
            queue.push_front(Entry { due, ..entry(8, 1) });
            queue.push_front(Entry { due, ..entry(9, 1) });
            assert_eq!(popped(&mut queue), expected, "{order:?}, lanes: {has_lanes}");
        }
    }
}

#[test]
fn tenants_with_room_of_their_own_go_before_those_that_borrow() {
    let mut queue = filled(Order::Fifo, true, &[(0, 0, 0), (0, 0, 0), (1, 0, 0), (2, 0, 0)]);
    let room = |lane| if lane == 0 { Room::Borrowed } else { Room::Own };
    assert_eq!(queue.pop(room, |_| true), Some(2));
    assert_eq!(queue.pop(room, |_| true), Some(3));
    assert_eq!(queue.pop(room, |_| true), Some(0), "nobody else waits");
    assert_eq!(queue.pop(|_| Room::None, |_| true), None);
    // Once its slot is freed lane 0 goes first again.
    queue.push(entry(4, 1)).unwrap();
    assert_eq!(queue.clone().pop(|_| Room::Own, |_| true), Some(4), "not asked before");
    queue.reopen(0);
    assert_eq!(queue.pop(|_| Room::Own, |_| true), Some(1));
}

#[test]
fn the_dead_never_outnumber_the_living() {
    for order in [Order::Fifo, Order::Priority] {
        let mut queue = filled(order, false, &[(0, 0, 0); 100]);
        for dead in 1..=100 {
            queue.forget_one(0, |item| item >= dead);
            let held = match &queue.line {
                Line::Plain(waiting, _) => waiting.len(),
                Line::Laned(lanes) => lanes.by_arrival().len(),
            };
            assert!(held <= 2 * queue.len(), "{held} held for {}", queue.len());
        }
        assert!(queue.is_empty());
    }
}

#[test]
fn the_dead_are_passed_over() {
    for order in ORDERS {
        let mut queue = filled(order, false, &[(0, 0, 0); 4]);
        let is_live = |item| item == 1 || item == 2;
        queue.forget_one(0, is_live);
        queue.forget_one(0, is_live);
        let next = [(); 3].map(|()| queue.pop(|_| Room::Own, is_live));
        let is_lifo = order == Order::Lifo;
        assert_eq!(next, if is_lifo { [Some(2), Some(1), None] } else { [Some(1), Some(2), None] });
    }
}

#[test]
fn all_that_waits_is_told_in_order_of_arrival() {
    for order in [Order::Fifo, Order::Lifo, Order::Fair, Order::Priority, Order::Due] {
        let mut queue = filled(order, true, &[(1, 1, 3), (0, 2, 2), (1, 3, 1)]);
        queue.forget_one(0, |item| item != 1);
        assert_eq!(queue.waiting(|item| item != 1), [0, 2], "{order:?}");
    }
}

#[test]
fn a_wait_of_nothing_is_a_problem() {
    let config: Config = serde_json::from_str("{}").unwrap();
    assert_eq!((config.problems(), &config), (vec![], &Config::default()));
    let config = Config { wait_max: Some(Span::ZERO), ..config };
    assert_eq!(config.problems()[0].0, "wait_max");
}

/// What the queue should do, done slowly: one list, searched for each decision.
#[derive(Default)]
struct Twin {
    order: Order,
    waiting: Vec<Entry<u32>>,
    /// Lanes that wait, whose turn is next first.
    turns: Vec<u32>,
}

impl Twin {
    fn insert(&mut self, index: usize, entry: Entry<u32>) {
        self.waiting.insert(index, entry);
        if !self.turns.contains(&entry.lane) {
            self.turns.push(entry.lane);
        }
    }

    fn remove(&mut self, index: usize) -> Entry<u32> {
        let entry = self.waiting.remove(index);
        if self.waiting.iter().all(|other| other.lane != entry.lane) {
            self.turns.retain(|&lane| lane != entry.lane);
        }
        entry
    }

    fn pop(&mut self, room: impl Fn(u32) -> Room) -> Option<u32> {
        let index = [Room::Own, Room::Borrowed].into_iter().find_map(|wanted| {
            let turn = |lane: u32| self.turns.iter().position(|&other| other == lane);
            let of_room = (0..self.waiting.len()).filter(|&i| room(self.waiting[i].lane) == wanted);
            // The first of the least, as `min_by_key` returns it.
            of_room.min_by_key(|&i| {
                let entry = &self.waiting[i];
                match self.order {
                    Order::Fifo => 0,
                    Order::Lifo => -i128::try_from(i).unwrap(),
                    Order::Fair => i128::try_from(turn(entry.lane).unwrap()).unwrap(),
                    Order::Priority => -i128::from(entry.priority),
                    Order::Due => i128::from(entry.due.as_nanos()),
                }
            })
        })?;
        let entry = self.remove(index);
        if self.turns.contains(&entry.lane) {
            self.turns.retain(|&lane| lane != entry.lane);
            self.turns.push(entry.lane);
        }
        Some(entry.item)
    }
}

const ORDERS: [Order; 5] = [Order::Fifo, Order::Lifo, Order::Fair, Order::Priority, Order::Due];

#[derive(Clone, Debug)]
enum Step {
    Push { lane: u32, priority: i32, due: u64, is_front: bool },
    Pop,
    Free(prop::sample::Index),
    Die(prop::sample::Index),
    Reconfigure(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    let push = (0_u32..4, -2_i32..2, 0_u64..4, prop::bool::weighted(0.1))
        .prop_map(|(lane, priority, due, is_front)| Step::Push { lane, priority, due, is_front });
    prop_oneof![
        8 => push,
        6 => Just(Step::Pop),
        4 => any::<prop::sample::Index>().prop_map(Step::Free),
        3 => any::<prop::sample::Index>().prop_map(Step::Die),
        1 => any::<prop::sample::Index>().prop_map(Step::Reconfigure),
    ]
}

/// The queue, its twin, and what both know of the servers and of the dead.
struct Pair {
    queue: Queue<u32>,
    twin: Twin,
    has_caps: bool,
    may_borrow: bool,
    /// By item: whose it is, and whether it died.
    items: Vec<(u32, bool)>,
    /// By slot: whose work is in it.
    taken: Vec<u32>,
}

impl Pair {
    fn step(&mut self, step: &Step) {
        let Self { queue, twin, has_caps, may_borrow, items, taken } = self;
        let is_live = |item: u32| !items[item as usize].1;
        match step {
            &Step::Push { lane, priority, due, is_front } => {
                let item = u32::try_from(items.len()).unwrap();
                items.push((lane, false));
                let entry = Entry { item, lane, priority, due: Instant::from_nanos(due) };
                if is_front {
                    queue.push_front(entry);
                } else {
                    queue.push(entry).unwrap();
                }
                let is_first = is_front && twin.order != Order::Lifo;
                twin.insert(if is_first { 0 } else { twin.waiting.len() }, entry);
            }
            Step::Pop => {
                let room = |lane| match taken.iter().filter(|&&other| other == lane).count() {
                    count if count < 2 || !*has_caps => Room::Own,
                    _ if *may_borrow => Room::Borrowed,
                    _ => Room::None,
                };
                let next = queue.pop(room, is_live);
                assert_eq!(next, twin.pop(room));
                taken.extend(next.map(|item| items[item as usize].0));
            }
            Step::Free(index) if !taken.is_empty() => {
                queue.reopen(taken.swap_remove(index.index(taken.len())));
            }
            Step::Die(index) if !twin.waiting.is_empty() => {
                let dead = twin.remove(index.index(twin.waiting.len()));
                items[dead.item as usize].1 = true;
                queue.forget_one(dead.lane, |item| !items[item as usize].1);
            }
            Step::Reconfigure(index) => {
                let order = *index.get(&ORDERS);
                let waiting = twin.waiting.clone();
                let entry_of = |item| *waiting.iter().find(|entry| entry.item == item).unwrap();
                if order != twin.order {
                    // Turns begin anew, by first arrival.
                    let waiting = std::mem::take(&mut twin.waiting);
                    *twin = Twin { order, ..Twin::default() };
                    for entry in waiting {
                        twin.insert(twin.waiting.len(), entry);
                    }
                }
                let config = Config { order, ..Config::default() };
                queue.reconfigure(&config, *has_caps, is_live, entry_of);
            }
            Step::Free(_) | Step::Die(_) => {}
        }
    }
}

proptest! {
    /// Whatever happens, the queue decides as its twin does.
    #[test]
    fn the_queue_does_what_its_twin_does(
        order in prop::sample::select(&ORDERS[..]),
        has_caps: bool,
        may_borrow: bool,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut pair = Pair {
            queue: queue(order, has_caps),
            twin: Twin { order, ..Twin::default() },
            has_caps,
            may_borrow,
            items: Vec::new(),
            taken: Vec::new(),
        };
        for step in &steps {
            pair.step(step);
            let Pair { queue, twin, items, .. } = &pair;
            prop_assert_eq!(queue.len(), twin.waiting.len());
            let waiting: Vec<u32> = twin.waiting.iter().map(|entry| entry.item).collect();
            prop_assert_eq!(queue.waiting(|item| !items[item as usize].1), waiting);
        }
    }
}
