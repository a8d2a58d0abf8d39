//! What the components share: the agenda, the work in flight, the series, the log and the registry.

use super::Event;
use super::event::Packed;
use super::log::Log;
use super::parts::outcome::Outcome;
use super::recorder::{Recorder, TargetId};
use super::registry::Registry;
use super::work::{AttemptId, CallId, Parent, Unit, UnitId, Work};
use crate::engine::agenda::{Agenda, Key, LineId};
use crate::engine::books::Books;
use crate::units::Instant;

/// What a component needs besides itself to handle an event.
#[derive(Debug)]
pub struct Desk {
    /// Where what comes next is planned.
    pub agenda: Agenda<Packed>,
    /// Where what happens is entered.
    pub books: Books,
    /// Units and attempts in flight.
    pub work: Work,
    /// The time series.
    pub recorder: Recorder,
    /// What the reader is told.
    pub log: Log,
    /// Where images are pulled from.
    pub registry: Registry,
}

impl Desk {
    /// The moment of the event.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Instant {
        self.agenda.now()
    }

    /// Plans an event for the moment `at`.
    #[inline(always)]
    pub fn plan(&mut self, at: Instant, event: Event) -> Key {
        self.agenda.plan(at, event.into())
    }

    /// Plans an event for this very moment, after all others planned for it.
    #[inline(always)]
    pub fn plan_now(&mut self, event: Event) {
        self.agenda.plan_now(event.into());
    }

    /// Whether an event of this very moment is known to be the next one of all: then it counts as handled, and whoever asked
    /// has it handled as soon as the present one is. Otherwise it is planned.
    #[inline(always)]
    #[must_use]
    pub fn goes_next(&mut self, event: Event) -> bool {
        let packed = Packed::from(event);
        let goes_next = self.books.may_go_on() && self.agenda.is_clear_now();
        if goes_next {
            self.books.enter(self.agenda.now(), packed.digest());
        } else {
            self.agenda.plan_now(packed);
        }
        goes_next
    }

    /// Plans an event in a line of timers of one length.
    #[inline(always)]
    pub fn plan_in_line(&mut self, line: LineId, at: Instant, event: Event) -> Key {
        self.agenda.plan_in_line(line, at, event.into())
    }

    /// Takes a unit into the books of its call.
    #[inline(always)]
    pub fn begin_unit(&mut self, unit: Unit, target: TargetId) -> UnitId {
        let (now, call) = (self.now(), unit.call);
        let id = self.work.units.insert(unit);
        self.work.units_on(call).begun += 1;
        self.recorder.at(target).begun(now);
        id
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
            parent: Parent::Nobody.into(),
            attempt: None,
            timer: None,
            warm_since: None.into(),
            tenant,
            priority: 0,
            tries: 0,
            call,
            class,
        }
    }

    /// Ends an attempt at its station and lets its call know.
    #[inline(always)]
    pub fn answer(&mut self, id: AttemptId, outcome: Outcome) {
        let answered = self.work.attempts[id].answer(id, outcome);
        self.plan_now(answered);
    }
}
