//! What every component shares while it handles an event: the agenda, the work in flight, the series,
//! the log and the registry.

use super::log::Log;
use super::parts::outcome::Outcome;
use super::recorder::{Recorder, TargetId};
use super::registry::Registry;
use super::work::{AttemptId, CallId, Parent, Unit, UnitId, Work};
use super::{Event, call};
use crate::engine::agenda::Agenda;
use crate::units::Instant;

/// What a component needs besides itself to handle an event.
pub struct Desk<'a> {
    /// Where what comes next is planned.
    pub agenda: &'a mut Agenda<Event>,
    /// Units and attempts in flight.
    pub work: &'a mut Work,
    /// The time series.
    pub recorder: &'a mut Recorder,
    /// What the reader is told.
    pub log: &'a mut Log,
    /// Where images are pulled from.
    pub registry: &'a Registry,
}

impl Desk<'_> {
    /// The moment of the event.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.agenda.now()
    }

    /// Takes a unit into the books of its call.
    pub fn begin_unit(&mut self, unit: Unit, target: TargetId) -> UnitId {
        let now = self.now();
        self.work.units_on(unit.call).begun += 1;
        self.recorder.at(target).begun(now);
        self.work.units.insert(unit)
    }

    /// A unit of the platform itself, which is no tenant's and descends from no workload.
    #[must_use]
    pub fn own_unit(&self, call: CallId, key: u64) -> Unit {
        let (class, tenant) = self.work.own();
        Unit {
            key,
            conversation: key,
            begun: self.now(),
            due: self.now(),
            parent: Parent::Nobody,
            attempt: None,
            timer: None,
            warm_since: None,
            tenant,
            priority: 0,
            tries: 0,
            call,
            class,
        }
    }

    /// Ends an attempt at its station and lets its call know.
    pub fn answer(&mut self, id: AttemptId, outcome: Outcome) {
        let attempt = &mut self.work.attempts[id];
        attempt.outcome = Some(outcome);
        let call = attempt.call;
        self.agenda.plan_now(Event::Call(call, call::Event::Answered(id)));
    }
}
