//! The stations: what has capacity and a queue. One folder or file a kind.

pub mod assistant;
pub mod fleet;
pub mod jobs;
pub mod requests;
pub mod routing;
pub mod service;

use super::desk::Desk;
use super::parts::outcome::Outcome;
use super::work::{AttemptId, CallId, StationId};
use crate::engine::random::Streams;
use crate::units::Instant;
use assistant::Assistant;
use fleet::Fleet;
use jobs::Jobs;
use routing::Routing;
use service::Service;

/// What happens at a station of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Work arrived.
    Arrived(AttemptId),
    /// A call that the work waits for ended; a failure is what the work itself fails for.
    Returned(AttemptId, Outcome),
}

/// What a station consists of.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the kinds say what they are")]
pub enum Config {
    Service(service::Config),
    Jobs(jobs::Config),
    Routing(routing::Config),
    Assistant(assistant::Config),
}

/// A station as it runs.
#[derive(Debug)]
#[expect(missing_docs, reason = "the kinds say what they are")]
pub enum Station {
    Service(Box<Service>),
    Jobs(Box<Jobs>),
    Routing(Box<Routing>),
    Assistant(Box<Assistant>),
}

impl Config {
    /// The service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&service::Config> {
        match self {
            Self::Service(it) => Some(it),
            Self::Jobs(_) | Self::Routing(_) | Self::Assistant(_) => None,
        }
    }
}

impl Station {
    /// A station with nothing to do.
    pub fn new(id: StationId, config: &Config, streams: &Streams, desk: &mut Desk) -> Self {
        match config {
            Config::Service(it) => {
                let stream = streams.stream(&format!("instances of {}", it.name));
                let fleet = Fleet::new(id, it.target, it.fleet.clone(), stream, it.replicas);
                Self::Service(Box::new(Service::new(id, it.clone(), fleet, desk)))
            }
            Config::Jobs(it) => Self::Jobs(Box::new(Jobs::new(id, it.clone(), desk))),
            Config::Routing(it) => {
                let stream = streams.stream(&format!("agents of {}", it.name));
                Self::Routing(Box::new(Routing::new(id, it.clone(), stream, desk)))
            }
            Config::Assistant(it) => {
                Self::Assistant(Box::new(Assistant::new(id, it.clone(), desk)))
            }
        }
    }

    /// The service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        match self {
            Self::Service(it) => Some(it),
            Self::Jobs(_) | Self::Routing(_) | Self::Assistant(_) => None,
        }
    }

    /// The service, to change, if it is one.
    pub fn service_mut(&mut self) -> Option<&mut Service> {
        match self {
            Self::Service(it) => Some(it),
            Self::Jobs(_) | Self::Routing(_) | Self::Assistant(_) => None,
        }
    }

    /// The routing, to change, if it is one.
    pub fn routing_mut(&mut self) -> Option<&mut Routing> {
        match self {
            Self::Routing(it) => Some(it),
            Self::Service(_) | Self::Jobs(_) | Self::Assistant(_) => None,
        }
    }

    /// The job engine, to change, if it is one.
    pub fn jobs_mut(&mut self) -> Option<&mut Jobs> {
        match self {
            Self::Jobs(it) => Some(it),
            Self::Service(_) | Self::Routing(_) | Self::Assistant(_) => None,
        }
    }

    /// The assistant, to change, if it is one.
    pub fn assistant_mut(&mut self) -> Option<&mut Assistant> {
        match self {
            Self::Assistant(it) => Some(it),
            Self::Service(_) | Self::Routing(_) | Self::Jobs(_) => None,
        }
    }

    /// Handles what happens at stations of every kind, and tells an attempt of which its call hears next.
    #[inline(always)]
    pub fn handle(&mut self, event: Event, desk: &mut Desk) -> Option<(CallId, AttemptId)> {
        let Self::Service(it) = self else {
            self.handle_unless_service(event, desk);
            return None;
        };
        match event {
            Event::Arrived(id) => it.on_arrived(id, desk),
            Event::Returned(id, outcome) => it.on_returned(id, outcome, desk),
        }
    }

    /// By itself, so that a service, as most stations are, is told from the others without a table of jumps.
    #[inline(never)]
    fn handle_unless_service(&mut self, event: Event, desk: &mut Desk) {
        match (self, event) {
            (Self::Jobs(it), Event::Arrived(id)) => it.on_arrived(id, desk),
            (Self::Routing(it), Event::Arrived(id)) => it.on_arrived(id, desk),
            (Self::Assistant(it), Event::Arrived(id)) => it.on_arrived(id, desk),
            (Self::Jobs(it), Event::Returned(id, outcome)) => it.on_returned(id, outcome, desk),
            (Self::Routing(it), Event::Returned(id, outcome)) => it.on_returned(id, outcome, desk),
            (Self::Assistant(it), Event::Returned(id, outcome)) => {
                it.on_returned(id, outcome, desk);
            }
            (Self::Service(_), _) => unreachable!("a service has handled it"),
        }
    }

    /// Reports what only the station knows, as a bin of the time series ends.
    pub fn report(&mut self, now: Instant, desk: &mut Desk) {
        match self {
            Self::Service(it) => it.report(now, desk),
            Self::Jobs(it) => it.report(now, desk),
            Self::Routing(it) => it.report(now, desk),
            Self::Assistant(it) => it.report(now, desk),
        }
    }

    /// Throws all waiting work away.
    pub fn purge(&mut self, desk: &mut Desk) {
        match self {
            Self::Service(it) => it.purge(desk),
            Self::Jobs(it) => it.purge(desk),
            Self::Routing(it) => it.purge(desk),
            Self::Assistant(it) => it.purge(desk),
        }
    }

    /// Sets the station up otherwise from now on.
    ///
    /// # Panics
    ///
    /// Panics if the configuration is that of another kind, which a checked scenario rules out.
    pub fn reconfigure(&mut self, config: Config, replicas: Option<u32>, desk: &mut Desk) {
        match (self, config) {
            (Self::Service(it), Config::Service(config)) => it.reconfigure(config, replicas, desk),
            (Self::Jobs(it), Config::Jobs(config)) => it.reconfigure(config, desk),
            (Self::Routing(it), Config::Routing(config)) => it.reconfigure(config, desk),
            (Self::Assistant(it), Config::Assistant(config)) => it.reconfigure(config, desk),
            (
                Self::Service(_) | Self::Jobs(_) | Self::Routing(_) | Self::Assistant(_),
                Config::Service(_) | Config::Jobs(_) | Config::Routing(_) | Config::Assistant(_),
            ) => unreachable!("checked: a station keeps its kind"),
        }
    }
}
