//! How a unit of work or an attempt ends: done, or failed for one reason.
//!
//! Left out: partial success. A unit whose optional call failed is either done or failed, never half.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a unit or an attempt failed.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No answer came in time.
    TimedOut,
    /// The callee's queue was full, its circuit breaker open, or its concurrency cap reached.
    Rejected,
    /// A rate limit refused it.
    RateLimited,
    /// A call that it depended on failed.
    DependencyFailed,
    /// A record that it refers to does not exist.
    MissingRecord,
    /// The customer gave up waiting.
    Abandoned,
    /// It was thrown away: expired, purged, or lost with an instance.
    Dropped,
    /// The station itself failed to do it.
    Errored,
}

/// How something ended: done, or failed for a reason.
pub type Outcome = Result<(), Failure>;

impl Failure {
    /// Every reason, in the order in which reports list them.
    pub const ALL: [Self; 8] = [
        Self::TimedOut,
        Self::Rejected,
        Self::RateLimited,
        Self::DependencyFailed,
        Self::MissingRecord,
        Self::Abandoned,
        Self::Dropped,
        Self::Errored,
    ];

    /// The name that the reason carries in scenario files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::DependencyFailed => "dependency_failed",
            Self::MissingRecord => "missing_record",
            Self::Abandoned => "abandoned",
            Self::Dropped => "dropped",
            Self::Errored => "errored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_one_name_in_files_and_reports() {
        for (index, failure) in Failure::ALL.into_iter().enumerate() {
            let text = serde_json::to_string(&failure).unwrap();
            assert_eq!(text, format!("\"{}\"", failure.name()));
            assert_eq!(failure as usize, index, "reports index by reason");
        }
    }
}
