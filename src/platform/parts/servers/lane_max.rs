//! A cap on the slots that one lane takes, and how many each has taken.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Holds, Servers, Slot};

/// How many slots one lane may take.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A cap on the slots that one lane takes at once; none when not given.
    #[serde(default)]
    pub lane_max: Option<LaneMax>,
}

/// A cap on the slots that one lane takes at once.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LaneMax {
    /// The most slots of one lane; at least 1.
    #[schemars(range(min = 1))]
    pub max: u32,
    /// Lets a lane at its cap take slots for which no lane below its cap waits.
    #[serde(default)]
    pub borrow: bool,
}

impl Config {
    /// What is wrong with the configuration, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        match self.lane_max {
            Some(LaneMax { max: 0, .. }) => {
                vec![("max", "must be at least 1, found 0".to_owned())]
            }
            Some(_) | None => Vec::new(),
        }
    }
}

/// Whether a lane may take a slot, if one is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It is below its cap.
    Own,
    /// It is at its cap, and may take what no lane below its cap waits for.
    Borrowed,
    /// It is at its cap and may not borrow.
    None,
}

impl<T: Copy> Servers<T> {
    /// Whether `lane` may take a slot, if one is free.
    #[must_use]
    #[inline(always)]
    pub fn room_for(&self, lane: u32) -> Room {
        let Some(LaneMax { max, borrow }) = self.config.lane_max else { return Room::Own };
        let taken = self.lanes.get(lane as usize).copied().unwrap_or(0);
        match borrow {
            _ if taken < max => Room::Own,
            true => Room::Borrowed,
            false => Room::None,
        }
    }

    /// Goes on under another cap per lane; work beyond a lower one goes on.
    ///
    /// The queue must be told as well, by its own `reconfigure`.
    pub fn reconfigure(&mut self, config: &Config) {
        self.config = config.clone();
        self.lanes.clear();
        let lane_of = |slot: &Slot<T>| match slot.holds {
            Holds::Work(_, lane) => Some(lane),
            Holds::Nothing(_) => None,
        };
        let lanes: Vec<u32> = self.slots.iter().filter_map(lane_of).collect();
        for lane in lanes {
            self.join_lane(lane);
        }
    }

    /// Counts a slot that a lane takes, where lanes have a cap.
    #[inline(always)]
    pub(super) fn join_lane(&mut self, lane: u32) {
        if self.config.lane_max.is_some() {
            self.count_slot_of(lane);
        }
    }

    fn count_slot_of(&mut self, lane: u32) {
        if lane as usize >= self.lanes.len() {
            self.lanes.resize(lane as usize + 1, 0);
        }
        self.lanes[lane as usize] += 1;
    }

    /// Counts a slot of a lane less, where lanes have a cap.
    #[inline]
    pub(super) fn leave_lane(&mut self, lane: u32) {
        if let Some(taken) = self.lanes.get_mut(lane as usize) {
            *taken -= 1;
        }
    }
}
