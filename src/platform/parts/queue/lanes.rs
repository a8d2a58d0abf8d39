//! A waiting line with a lane each, or one lane where only the order within it matters.
//!
//! Each lane keeps its entries by rank. Lanes with work stand in one of two sets, by the rank of their next
//! entry: `open`, or `capped` once their lane was found without room of its own. So taking the next
//! entry costs the logarithm of the number of lanes, however many of them are capped.

use std::collections::BTreeSet;

use super::ranked::{Rank, Ranked, Waiting};
use super::{Entry, Order};
use crate::platform::parts::servers::Room;

#[derive(Clone, Debug)]
pub(super) struct Lanes<T> {
    order: Order,
    /// Whether lanes may lack room, and must be asked.
    has_caps: bool,
    by_number: Vec<Lane<T>>,
    open: BTreeSet<(Rank, u32)>,
    capped: BTreeSet<(Rank, u32)>,
    /// The number of the next entry to arrive, and of the next to go ahead of all.
    next_back: i64,
    next_front: i64,
    next_turn: i64,
}

#[derive(Clone, Debug)]
struct Lane<T> {
    waiting: Ranked<T>,
    /// Entries that are not dead. When the last one goes, so do the dead: a lane either waits or is empty.
    live: usize,
    /// Under which it stands in its set, while it waits: its next entry's rank, or its turn if fair. A
    /// dead entry still counts, so that the true rank may be higher, never lower.
    rank: Rank,
    is_capped: bool,
    /// Whether it stands in one of the sets.
    is_listed: bool,
}

impl<T> Lanes<T> {
    pub(super) fn new(order: Order, has_caps: bool) -> Self {
        Self {
            order,
            has_caps,
            by_number: Vec::new(),
            open: BTreeSet::new(),
            capped: BTreeSet::new(),
            next_back: 0,
            next_front: -1,
            next_turn: 0,
        }
    }

    fn lane_of(&self, lane: u32) -> u32 {
        if self.has_caps || self.order == Order::Fair { lane } else { 0 }
    }

    fn rank_of(&self, entry: &Entry<T>, number: i64) -> Rank {
        match self.order {
            Order::Fifo | Order::Fair => (0, number),
            Order::Lifo => (0, -number),
            Order::Priority => (u64::from(i32::MAX.abs_diff(entry.priority)), number),
            Order::Due => (entry.due.as_nanos(), number),
        }
    }
}

impl<T: Copy> Lanes<T> {
    pub(super) fn push(&mut self, entry: Entry<T>) {
        let number = self.next_back;
        self.next_back += 1;
        self.insert(entry, number);
    }

    pub(super) fn push_front(&mut self, entry: Entry<T>) {
        if self.order == Order::Lifo {
            // The newest goes first, and this counts as the newest.
            return self.push(entry);
        }
        let number = self.next_front;
        self.next_front -= 1;
        self.insert(entry, number);
    }

    pub(super) fn look_ahead<R>(&mut self, look: impl FnMut(T) -> R) {
        if let Some(&(_, lane)) = self.open.first() {
            self.by_number[lane as usize].waiting.look_ahead(look);
        }
    }

    pub(super) fn pop(
        &mut self,
        mut room: impl FnMut(u32) -> Room,
        mut is_live: impl FnMut(T) -> bool,
    ) -> Option<T> {
        while let Some(&(rank, lane)) = self.open.first() {
            if self.has_caps && room(lane) != Room::Own {
                self.open.remove(&(rank, lane));
                self.capped.insert((rank, lane));
                self.by_number[lane as usize].is_capped = true;
            } else if let Some(item) = self.take_next(lane, &mut is_live) {
                return Some(item);
            }
        }
        while let Some(&(_, lane)) = self.capped.first() {
            if room(lane) == Room::None {
                return None;
            }
            if let Some(item) = self.take_next(lane, &mut is_live) {
                return Some(item);
            }
        }
        None
    }

    pub(super) fn reopen(&mut self, lane: u32) {
        let number = self.lane_of(lane);
        let Some(lane) = self.by_number.get_mut(number as usize) else { return };
        if lane.is_capped {
            lane.is_capped = false;
            let key = (lane.rank, number);
            if self.capped.remove(&key) {
                self.open.insert(key);
            }
        }
    }

    pub(super) fn reopen_all(&mut self) {
        self.open.append(&mut self.capped);
        for lane in &mut self.by_number {
            lane.is_capped = false;
        }
    }

    pub(super) fn forget_one(&mut self, lane: u32, mut is_live: impl FnMut(T) -> bool) {
        let number = self.lane_of(lane);
        let lane = self.by_number.get_mut(number as usize).filter(|lane| lane.live > 0);
        let lane = lane.expect("what dies while it waits had been waiting");
        lane.live -= 1;
        if lane.live > 0 && lane.waiting.len() > 2 * lane.live {
            lane.waiting.retain(&mut is_live);
        }
        self.place(number, None);
    }

    /// Everything, the dead included, in order of arrival.
    pub(super) fn by_arrival(&self) -> Vec<Entry<T>> {
        let mut all: Vec<Waiting<T>> =
            self.by_number.iter().flat_map(|lane| lane.waiting.iter().copied()).collect();
        let is_lifo = self.order == Order::Lifo;
        all.sort_unstable_by_key(|waiting| if is_lifo { -waiting.rank.1 } else { waiting.rank.1 });
        all.into_iter().map(|waiting| waiting.entry).collect()
    }

    fn insert(&mut self, entry: Entry<T>, number: i64) {
        let rank = self.rank_of(&entry, number);
        let lane = self.lane_of(entry.lane);
        while self.by_number.len() <= lane as usize {
            self.by_number.push(Lane {
                waiting: Ranked::new(),
                live: 0,
                rank: (0, 0),
                is_capped: false,
                is_listed: false,
            });
        }
        let joined = &mut self.by_number[lane as usize];
        joined.waiting.push(Waiting { rank, entry });
        joined.live += 1;
        let turn = (joined.live == 1).then(|| self.take_turn());
        self.place(lane, turn);
    }

    /// Takes the next entry out of a lane that waits; nothing if that one was dead.
    fn take_next(&mut self, number: u32, mut is_live: impl FnMut(T) -> bool) -> Option<T> {
        let lane = &mut self.by_number[number as usize];
        let next = lane.waiting.pop().expect("a lane in a set has work that waits");
        if !is_live(next.item) {
            self.place(number, None);
            return None;
        }
        lane.live -= 1;
        // Round robin: who was served joins the end, behind all who wait.
        let turn = self.take_turn();
        self.place(number, Some(turn));
        Some(next.item)
    }

    /// The turn behind those of all lanes that wait.
    ///
    /// Serving one entry of each waiting lane in turn is Nagle's fair queueing, RFC 970; with equal
    /// weights and entries that count alike, start-time fair queueing (Goyal, Vin and Cheng, 1996) differs
    /// only in where a lane joins the current round. <https://www.rfc-editor.org/rfc/rfc970>
    fn take_turn(&mut self) -> Rank {
        self.next_turn += 1;
        (0, self.next_turn)
    }

    /// Brings a lane's place among the others up to date; `turn` replaces the one it has, if fair.
    fn place(&mut self, number: u32, turn: Option<Rank>) {
        let lane = &mut self.by_number[number as usize];
        let old = lane.rank;
        if lane.live == 0 {
            lane.waiting.clear();
        }
        lane.rank = if self.order == Order::Fair {
            turn.filter(|_| lane.live > 0).unwrap_or(old)
        } else if self.has_caps {
            lane.waiting.first().unwrap_or(old)
        } else {
            // The only lane there is has no place among others.
            old
        };
        let (rank, is_waiting) = (lane.rank, lane.live > 0);
        let was_listed = std::mem::replace(&mut lane.is_listed, is_waiting);
        if rank == old && was_listed == is_waiting {
            return;
        }
        let set = if lane.is_capped { &mut self.capped } else { &mut self.open };
        if was_listed {
            set.remove(&(old, number));
        }
        if is_waiting {
            set.insert((rank, number));
        }
    }
}
