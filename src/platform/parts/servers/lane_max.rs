//! A cap on the slots that one lane takes.

use schemars::JsonSchema;
use serde::Deserialize;

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
