//! What a job comes to for the customer: done, failed, late or never.

use super::{Event, Jobs};
use crate::engine::random::uniform;
use crate::platform::desk::Desk;
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::stations::requests::is_waiting;
use crate::platform::work::{Attempt, AttemptId};
use crate::platform::{Purpose, draws};

impl Jobs {
    /// Notes how a job went for the customer: once, when it ends or when its deadline passes.
    pub(super) fn settle(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let now = desk.now();
        let attempt = &desk.work.attempts[id];
        let kind = self.config.kind_of(attempt);
        let late = now.since(self.first_due(attempt).min(now));
        let job = &self.config.types[kind];
        desk.recorder.at(job.target).ended(now, attempt.tenant, outcome, late);
        let Some((share, delay)) = &self.config.reports else { return };
        let mut draws = draws(attempt.key, job.place, Purpose::Report, attempt.number);
        if outcome.is_err() && uniform(&mut draws) < share.get() {
            let number = u16::try_from(kind).expect("types have 16-bit numbers");
            let at = now + delay.sample(&mut draws);
            desk.plan(at, self.event(Event::Reported(number)));
        }
    }

    pub(super) fn on_deadline_passed(&mut self, id: AttemptId, desk: &mut Desk) {
        desk.work.attempts[id].timer = None;
        self.settle(id, Err(Failure::TimedOut), desk);
        let attempt = &desk.work.attempts[id];
        if self.type_of(attempt).is_dropped_when_missed && attempt.slot.is_none() {
            self.drop_waiting(id, desk);
        }
    }

    /// Whether the deadline of a job has passed: its customer has been served badly already.
    pub(super) fn is_missed(&self, attempt: &Attempt) -> bool {
        self.type_of(attempt).deadline.is_some() && attempt.timer.is_none()
    }

    pub(super) fn drop_waiting(&mut self, id: AttemptId, desk: &mut Desk) {
        let attempt = &desk.work.attempts[id];
        if attempt.is_queued {
            let lane = self.config.lane_of(attempt);
            self.leave_queue(id, desk);
            self.end(id, Err(Failure::Dropped), desk);
            let work = &desk.work;
            self.queue.forget_one(lane, |id| is_waiting(work, id));
        } else {
            self.end(id, Err(Failure::Dropped), desk);
        }
    }
}
