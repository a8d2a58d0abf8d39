//! Everything that can happen on the platform, and what chance decides about a unit.

use slotmap::Key as _;

use super::stations::service;
use super::timeline::ActionId;
use super::work::{AttemptId, CallId, StationId, UnitId, WorkloadId};
use super::{call, workload};
use crate::engine::random::UnitDraws;

/// Everything that can happen on the platform, grouped by the component it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something happens to a workload.
    Workload(WorkloadId, workload::Event),
    /// Something happens on a call.
    Call(CallId, call::Event),
    /// Something happens at a service.
    Service(StationId, service::Event),
    /// The registry's lifecycle policy runs.
    LifecycleRan,
    /// An action of the timeline takes effect.
    Acted(ActionId),
    /// A bin of the time series is over.
    BinEnded,
}

/// What a random draw about a unit decides; a new purpose moves no draw of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// How long a station works on it.
    Service = 1,
    /// Whether a station fails it.
    Failure,
    /// Whether a call is made.
    Share,
    /// Whether a cache answers it.
    Cache,
    /// How long it is on its way.
    Latency,
    /// How long a retry waits.
    Jitter,
    /// Whether it is lost with the instance whose queue held it.
    Loss,
}

/// The draws about one attempt of a unit at one place for one purpose.
#[must_use]
pub fn draws(key: u64, place: u64, purpose: Purpose, attempt: u32) -> UnitDraws {
    // An odd multiplier far from 2^64: purposes of one place never meet those of another by chance
    // more often than two hashes of names would.
    let place = place.wrapping_add((purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    UnitDraws::new(key, place, attempt)
}

impl Event {
    /// What the fingerprint sees of it.
    #[must_use]
    pub fn digest(self) -> u64 {
        let unit = |id: UnitId| id.data().as_ffi();
        let attempt = |id: AttemptId| id.data().as_ffi();
        let (kind, place, what) = match self {
            Event::Workload(id, workload::Event::Arrived) => (1, id.0, 0),
            Event::Call(id, event) => match event {
                call::Event::Begun(it) => (2, id.0, unit(it)),
                call::Event::PauseEnded(it) => (3, id.0, unit(it)),
                call::Event::TimedOut(it) => (4, id.0, unit(it)),
                call::Event::Answered(it) => (5, id.0, attempt(it)),
            },
            Event::Service(id, event) => match event {
                service::Event::Arrived(it) => (6, id.0, attempt(it)),
                service::Event::WaitEnded(it) => (7, id.0, attempt(it)),
                service::Event::Served(it) => (8, id.0, attempt(it)),
                service::Event::CallSucceeded(it) => (9, id.0, attempt(it)),
                service::Event::CallFailed(it, _) => (10, id.0, attempt(it)),
                service::Event::PullBegan(it) => (11, id.0, u64::from(it)),
                service::Event::PullEnded(it) => (12, id.0, u64::from(it)),
                service::Event::StartUpEnded(it) => (13, id.0, u64::from(it)),
                service::Event::Evaluated => (14, id.0, 0),
            },
            Event::LifecycleRan => (15, 0, 0),
            Event::Acted(id) => (16, id.0, 0),
            Event::BinEnded => (17, 0, 0),
        };
        what ^ (kind << 56) ^ (u64::from(place) << 40)
    }
}
