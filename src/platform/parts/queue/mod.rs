//! The waiting line of a station.
//!
//! Fast where it can be: without lanes, first-in-first-out and last-in-first-out are one deque. Work that
//! dies while it waits (its caller gave up) is dropped when it would be next, or when the dead outnumber
//! the living; until then it takes memory, and counts nowhere. Left out: weights of lanes, aging of
//! priorities, and balking: what finds the queue full is refused, never displaces other work.

use std::collections::VecDeque;
use std::hint::cold_path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::lanes::Lanes;
use super::servers::Room;
use crate::engine::ahead::{self, Ahead};
use crate::units::{Instant, Span};

mod lanes;
mod ranked;

/// How work waits for a slot.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which work goes next.
    #[serde(default)]
    pub order: Order,
    /// The most work that waits; what finds the queue full is rejected. Any amount when not given.
    #[serde(default)]
    pub bound: Option<u32>,
    /// The longest wait, after which work is dropped; any wait when not given.
    #[serde(default)]
    pub wait_max: Option<Span>,
    /// Whether waiting work survives the crash of all instances.
    #[serde(default = "default_durable")]
    pub durable: bool,
}

/// Which waiting work goes next; among equals, what came first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// What came first.
    #[default]
    Fifo,
    /// What came last.
    Lifo,
    /// One of each lane in turn; at a service every tenant has a lane.
    Fair,
    /// The highest priority.
    Priority,
    /// The earliest due time.
    Due,
}

fn default_durable() -> bool {
    true
}

impl Default for Config {
    fn default() -> Self {
        Self { order: Order::Fifo, bound: None, wait_max: None, durable: default_durable() }
    }
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        if self.wait_max.is_some_and(Span::is_zero) {
            // Nothing could ever wait, which a bound of 0 says plainly.
            vec![("wait_max", "must be longer than 0s, found 0s".to_owned())]
        } else {
            Vec::new()
        }
    }
}

/// Work that waits, and what decides its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// The work.
    pub item: T,
    /// The lane that it waits in: its tenant, or whatever else the station keeps apart.
    pub lane: u32,
    /// How urgent it is; higher goes first.
    pub priority: i32,
    /// When it should be done.
    pub due: Instant,
}

/// The queue is as long as it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The waiting line of one station.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    config: Config,
    has_lanes: bool,
    line: Line<T>,
    live: usize,
}

#[derive(Clone, Debug)]
enum Line<T> {
    /// In order of arrival, which is all that decides: the items alone.
    Plain(VecDeque<T>, Ahead),
    Laned(Lanes<T>),
}

impl<T> Line<T> {
    fn new(order: Order, has_lanes: bool) -> Self {
        match order {
            Order::Fifo | Order::Lifo if !has_lanes => {
                Self::Plain(VecDeque::new(), Ahead::default())
            }
            Order::Fifo | Order::Lifo | Order::Fair | Order::Priority | Order::Due => {
                Self::Laned(Lanes::new(order, has_lanes))
            }
        }
    }
}

impl<T: Copy> Queue<T> {
    /// An empty queue; `has_lanes` where the servers cap what one lane takes.
    #[must_use]
    pub fn new(config: &Config, has_lanes: bool) -> Self {
        let line = Line::new(config.order, has_lanes);
        Self { config: config.clone(), has_lanes, line, live: 0 }
    }

    /// Lets new work wait.
    ///
    /// # Errors
    ///
    /// `Full` if as much waits as the bound allows.
    pub fn push(&mut self, entry: Entry<T>) -> Result<(), Full> {
        self.push_as(entry.item, |_| entry)
    }

    /// Lets new work wait; `entry` tells what decides its turn, where more does than its arrival.
    ///
    /// # Errors
    ///
    /// `Full` if as much waits as the bound allows.
    #[inline(always)]
    pub fn push_as(&mut self, item: T, entry: impl FnOnce(T) -> Entry<T>) -> Result<(), Full> {
        if !self.has_room() {
            return Err(Full);
        }
        self.live += 1;
        match &mut self.line {
            Line::Plain(waiting, _) => waiting.push_back(item),
            Line::Laned(lanes) => lanes.push(entry(item)),
        }
        Ok(())
    }

    /// Whether the bound lets more work wait.
    #[must_use]
    #[inline(always)]
    pub fn has_room(&self) -> bool {
        self.config.bound.is_none_or(|bound| self.live < bound as usize)
    }

    /// Lets work that was in hand wait again, ahead of its equals and whatever the bound.
    ///
    /// It goes first of all, of its priority, of its due time or, where lanes take turns, of its lane,
    /// whose turn does not change. Of several, the one pushed last goes first.
    pub fn push_front(&mut self, entry: Entry<T>) {
        self.live += 1;
        match &mut self.line {
            // The newest goes first there, and what is pushed last counts as the newest.
            Line::Plain(waiting, _) if self.config.order == Order::Lifo => {
                waiting.push_back(entry.item);
            }
            Line::Plain(waiting, _) => waiting.push_front(entry.item),
            Line::Laned(lanes) => lanes.push_front(entry),
        }
    }

    /// Looks at what goes next before its turn, where that saves time: as somebody is about to take the first,
    /// `look` reads what stands behind an item.
    #[inline(always)]
    pub fn look_ahead<R>(&mut self, look: impl FnMut(T) -> R) {
        if self.live >= ahead::LONG {
            cold_path();
            self.look_ahead_in_long_line(look);
        }
    }

    #[inline(never)]
    fn look_ahead_in_long_line<R>(&mut self, mut look: impl FnMut(T) -> R) {
        match &mut self.line {
            // What came last is at hand.
            Line::Plain(..) if self.config.order == Order::Lifo => {}
            Line::Plain(waiting, ahead) => {
                ahead.look(waiting.len(), waiting, |item| look(*item));
            }
            Line::Laned(lanes) => lanes.look_ahead(look),
        }
    }

    /// Takes out the work that goes next, if a lane has room for it; asked only when a slot is free.
    ///
    /// Lanes with room of their own go first, in the queue's order; if none of them waits, those that may
    /// borrow, in the same order. A lane once found without room of its own is not asked again before
    /// `reopen`.
    #[inline(always)]
    pub fn pop(
        &mut self,
        room: impl FnMut(u32) -> Room,
        mut is_live: impl FnMut(T) -> bool,
    ) -> Option<T> {
        let next = match &mut self.line {
            Line::Plain(waiting, _) => {
                let is_lifo = self.config.order == Order::Lifo;
                loop {
                    let next = if is_lifo {
                        cold_path();
                        waiting.pop_back()
                    } else {
                        waiting.pop_front()
                    };
                    match next {
                        // Where as many stood here as live, none of them is dead.
                        Some(item) if waiting.len() < self.live || is_live(item) => {
                            break Some(item);
                        }
                        Some(_) => {}
                        None => break None,
                    }
                }
            }
            Line::Laned(lanes) => lanes.pop(room, is_live),
        };
        self.live -= usize::from(next.is_some());
        next
    }

    /// Notes that a slot taken by `lane` was freed, so that it may have room of its own again.
    #[inline(always)]
    pub fn reopen(&mut self, lane: u32) {
        if let Line::Laned(lanes) = &mut self.line {
            lanes.reopen(lane);
        }
    }

    /// Notes that one waiting item of `lane` has died, which `is_live` must already tell; before the next `pop`.
    ///
    /// # Panics
    ///
    /// Panics if none of `lane` waits, as far as that is known.
    pub fn forget_one(&mut self, lane: u32, mut is_live: impl FnMut(T) -> bool) {
        self.live = self.live.checked_sub(1).expect("what dies while it waits had been waiting");
        match &mut self.line {
            Line::Plain(waiting, _) => {
                if waiting.len() > 2 * self.live {
                    waiting.retain(|item| is_live(*item));
                }
            }
            Line::Laned(lanes) => lanes.forget_one(lane, is_live),
        }
    }

    /// How much work waits.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.live
    }

    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// All that waits, in order of arrival.
    #[must_use]
    pub fn waiting(&self, mut is_live: impl FnMut(T) -> bool) -> Vec<T> {
        let mut items: Vec<T> = match &self.line {
            Line::Plain(waiting, _) => waiting.iter().copied().collect(),
            Line::Laned(lanes) => lanes.by_arrival().into_iter().map(|entry| entry.item).collect(),
        };
        items.retain(|item| is_live(*item));
        items
    }

    /// What arrived first of all that waits; where the order is not that of arrival, after looking at all.
    pub fn oldest(&self, mut is_live: impl FnMut(T) -> bool) -> Option<T> {
        match &self.line {
            Line::Plain(waiting, _) => waiting.iter().copied().find(|item| is_live(*item)),
            Line::Laned(_) => self.waiting(is_live).first().copied(),
        }
    }

    /// Goes on with what waits under another configuration; a lower bound turns nothing away.
    ///
    /// What has waited in a plain line waits on as `entry_of` tells. Whatever changed, all lanes are asked again for
    /// their room.
    pub fn reconfigure(
        &mut self,
        config: &Config,
        has_lanes: bool,
        mut is_live: impl FnMut(T) -> bool,
        entry_of: impl FnMut(T) -> Entry<T>,
    ) {
        if config.order != self.config.order || has_lanes != self.has_lanes {
            let before = std::mem::replace(&mut self.line, Line::new(config.order, has_lanes));
            let entries: Vec<Entry<T>> = match before {
                Line::Plain(waiting, _) => {
                    waiting.into_iter().filter(|item| is_live(*item)).map(entry_of).collect()
                }
                Line::Laned(lanes) => {
                    let mut entries = lanes.by_arrival();
                    entries.retain(|entry| is_live(entry.item));
                    entries
                }
            };
            self.live = entries.len();
            match &mut self.line {
                Line::Plain(waiting, _) => waiting.extend(entries.iter().map(|entry| entry.item)),
                Line::Laned(lanes) => entries.into_iter().for_each(|entry| lanes.push(entry)),
            }
        } else if let Line::Laned(lanes) = &mut self.line {
            lanes.reopen_all();
        }
        self.config = config.clone();
        self.has_lanes = has_lanes;
    }

    /// The configuration in force.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }
}

#[cfg(test)]
mod tests;
