//! What a replay has to keep to be accepted: bounds on what is counted.

use schemars::JsonSchema;
use serde::Deserialize;

use super::story::Expect;

/// A bound on a counted number, which `check` and `replay --strict` fail on when it is crossed.
///
/// A fact says what was documented; a threshold says what is acceptable. Nothing here influences the run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The number: a metric of this file, or one of an indicator such as `late-messages.minutes`.
    pub metric: String,
    /// How it must be, mostly `at_most` or `at_least`.
    pub expect: Expect,
    /// Why just this bound.
    #[serde(default)]
    pub note: Option<String>,
}
