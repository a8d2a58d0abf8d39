//! When jobs are due, and by when they must be done: timers mostly of a few fixed lengths.
//!
//! So each length has a line of its own on the agenda: a backlog of a million jobs is a few lists that are
//! read from one end to the other, and not a heap outside of the processor's caches.

use super::{Event, JobType, Jobs};
use crate::engine::agenda::LineId;
use crate::platform::Event as PlatformEvent;
use crate::platform::desk::Desk;
use crate::platform::work::AttemptId;
use crate::units::Instant;

/// The retries beyond this one, whose pauses have mostly come to their longest, share a line.
const RETRIES_MAX: u32 = 16;

/// The lines of one type of jobs.
#[derive(Debug)]
pub(super) struct Timers {
    deadlines: LineId,
    /// The first for a job's first run, the others for its retries.
    runs: Vec<LineId>,
}

impl Timers {
    pub(super) fn new(job: &JobType, desk: &mut Desk) -> Self {
        let retries = job.retries.as_ref().map_or(0, |retries| retries.max.min(RETRIES_MAX));
        let runs = (0..=retries).map(|_| desk.agenda.line()).collect();
        Self { deadlines: desk.agenda.line(), runs }
    }

    /// The line for a run after so many others; the last one where the configuration had fewer at first.
    fn of_run(&self, number: u32) -> LineId {
        self.runs[(number as usize).min(self.runs.len() - 1)]
    }
}

/// Looks at the jobs that fall due next, as one does.
#[inline(always)]
pub(super) fn look_ahead(desk: &mut Desk) {
    let Desk { agenda, work, .. } = desk;
    agenda.look_ahead(|event| {
        // Whatever else its line holds.
        let PlatformEvent::Jobs(_, Event::FellDue(id)) = event.into() else { return None };
        work.attempts.get(id).copied()
    });
}

impl Jobs {
    /// Has a job run from `due` on.
    pub(super) fn run_at(&mut self, id: AttemptId, due: Instant, desk: &mut Desk) {
        if due > desk.now() {
            let attempt = &desk.work.attempts[id];
            let line = self.timers[self.config.kind_of(attempt)].of_run(attempt.rounds);
            desk.plan_in_line(line, due, self.event(Event::FellDue(id)));
        } else {
            self.on_fell_due(id, desk);
        }
    }

    /// Plans the moment by which a job must be done.
    pub(super) fn plan_deadline(&self, id: AttemptId, at: Instant, desk: &mut Desk) {
        let line = self.timers[self.config.kind_of(&desk.work.attempts[id])].deadlines;
        let event = self.event(Event::DeadlinePassed(id));
        let timer = desk.plan_in_line(line, at, event);
        desk.work.attempts[id].timer = Some(timer);
    }
}
