//! The timeline: what engineers and deployments do to the running platform.
//!
//! Every configuration that an action will set is worked out before the run, so that nothing can go
//! wrong in the middle of one.

use super::work::{CallId, StationId, WorkloadId};
use super::{call, registry, stations::service, workload};
use crate::units::{Instant, Span};

/// An action, by its place in the order of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionId(pub u16);

/// When an action is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// At a moment.
    At(Instant),
    /// Some time after the first alert of an indicator.
    After {
        /// The indicator's place in the order of names.
        indicator: u16,
        /// How long after it.
        delay: Span,
    },
}

/// Something that is done to the running platform.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// When it is done.
    pub trigger: Trigger,
    /// Stations that are set up otherwise from then on.
    pub stations: Vec<StationChange>,
    /// Calls that are set up otherwise from then on.
    pub calls: Vec<(CallId, call::Config)>,
    /// Workloads that are set up otherwise from then on.
    pub workloads: Vec<(WorkloadId, workload::Config)>,
    /// A registry that is set up otherwise from then on.
    pub registry: Option<registry::Config>,
    /// How many instances of which station crash; all without a number.
    pub crash: Option<(StationId, Option<u32>)>,
    /// The station whose instances are all replaced.
    pub redeploy: Option<StationId>,
    /// The station whose waiting work is thrown away.
    pub purge: Option<StationId>,
}

/// A station that is set up otherwise.
#[derive(Clone, Debug)]
pub struct StationChange {
    /// The station.
    pub station: StationId,
    /// How it is set up from then on.
    pub config: service::Config,
    /// How many instances are wanted from then on, if the action says so.
    pub replicas: Option<u32>,
}
