//! The timeline: what engineers and deployments do to the running platform.
//!
//! Every configuration that an action will set is worked out before the run, so that nothing can go
//! wrong in the middle of one.

use super::work::{CallId, StationId, WorkloadId};
use super::{call, registry, stations, workload};
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
    /// What it sets, by what has been set before it.
    pub settings: Vec<Setting>,
    /// The actions that set something of what it sets, itself included.
    pub rivals: Vec<ActionId>,
    /// How many instances of which station crash; all without a number.
    pub crash: Option<(StationId, Option<u32>)>,
    /// The station whose instances are all replaced.
    pub redeploy: Option<StationId>,
    /// The station whose waiting work is thrown away.
    pub purge: Option<StationId>,
    /// The routing whose records are deleted.
    pub clean_up: Option<CleanUp>,
    /// The routing whose missing records are restored, and how far apart.
    pub repair: Option<(StationId, Span)>,
}

/// A new configuration of what an action sets.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Which of its rivals have been done, in their order, where this is what it comes to.
    pub done: Vec<ActionId>,
    /// Stations that are set up otherwise from then on.
    pub stations: Vec<StationChange>,
    /// Calls that are set up otherwise from then on.
    pub calls: Vec<(CallId, call::Config)>,
    /// Workloads that are set up otherwise from then on.
    pub workloads: Vec<(WorkloadId, workload::Config)>,
    /// A registry that is set up otherwise from then on.
    pub registry: Option<registry::Config>,
}

/// A clean-up of the records that items refer to.
#[derive(Clone, Copy, Debug)]
pub struct CleanUp {
    /// The routing whose records they are.
    pub station: StationId,
    /// The age from which records are deleted.
    pub older_than: Span,
    /// Whether those are kept that an item refers to.
    pub checks_references: bool,
}

/// A station that is set up otherwise.
#[derive(Clone, Debug)]
pub struct StationChange {
    /// The station.
    pub station: StationId,
    /// How it is set up from then on.
    pub config: stations::Config,
    /// How many instances are wanted from then on, if the action says so.
    pub replicas: Option<u32>,
}
