//! How far behind each type of jobs is, and what changes a job engine while it runs.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::{Config, JobType, Jobs};
use crate::platform::desk::Desk;
use crate::platform::stations::requests::is_waiting;
use crate::platform::work::{AttemptId, Work};
use crate::units::{Instant, Span};

/// The jobs that wait, by type and by when they are due, which a retry puts off; what has left the queue
/// since is taken out when it would be next.
#[derive(Debug)]
pub(super) struct Ledger {
    by_type: Vec<Waiting>,
}

/// The jobs of one type that wait.
#[derive(Debug, Default)]
struct Waiting {
    /// Those that were due no earlier than all before them: most, as a job mostly waits from when it is due.
    in_order: VecDeque<(Instant, AttemptId)>,
    others: BinaryHeap<Reverse<(Instant, AttemptId)>>,
}

impl Waiting {
    /// When the job was due that is queued and was due before all others.
    fn first_due(&mut self, work: &Work) -> Option<Instant> {
        let is_queued = |id: AttemptId| work.attempts.get(id).is_some_and(|it| it.is_queued);
        while self.in_order.front().is_some_and(|(_, id)| !is_queued(*id)) {
            self.in_order.pop_front();
        }
        while self.others.peek().is_some_and(|Reverse((_, id))| !is_queued(*id)) {
            self.others.pop();
        }
        let in_order = self.in_order.front().map(|(due, _)| *due);
        let others = self.others.peek().map(|Reverse((due, _))| *due);
        in_order.into_iter().chain(others).min()
    }
}

impl Ledger {
    pub(super) fn new(types: &[JobType]) -> Self {
        Self { by_type: types.iter().map(|_| Waiting::default()).collect() }
    }

    pub(super) fn waits(&mut self, kind: usize, due: Instant, id: AttemptId) {
        let waiting = &mut self.by_type[kind];
        if waiting.in_order.back().is_none_or(|(last, _)| *last <= due) {
            waiting.in_order.push_back((due, id));
        } else {
            waiting.others.push(Reverse((due, id)));
        }
    }

    /// How long ago the job of a type was due that waits and was due before all others.
    fn lag(&mut self, kind: usize, now: Instant, work: &Work) -> Span {
        self.by_type[kind].first_due(work).map_or(Span::ZERO, |due| now.since(due))
    }
}

impl Jobs {
    /// Reports how far behind each type is, and the one that is furthest behind.
    pub fn report(&mut self, now: Instant, desk: &mut Desk) {
        let mut longest = Span::ZERO;
        for (kind, job) in self.config.types.iter().enumerate() {
            let lag = self.ledger.lag(kind, now, &desk.work);
            desk.recorder.at(job.target).open.oldest_wait = lag;
            longest = longest.max(lag);
        }
        desk.recorder.at(self.config.target).open.oldest_wait = longest;
    }

    /// Brings the number of workers to what it is to be; one that has a run in hand goes when it is over.
    pub(super) fn staff(&mut self) {
        while self.workers.len() < self.config.workers as usize {
            self.servers.add_instance(self.numbers, None);
            self.workers.push(self.numbers);
            self.numbers += 1;
        }
        while self.workers.len() > self.config.workers as usize {
            if let Some(number) = self.workers.pop() {
                self.servers.drain_instance(number);
            }
        }
    }

    /// Reports the busy workers; those that go when their run is over are no capacity.
    pub(super) fn report_busy(&self, desk: &mut Desk) {
        let now = desk.now();
        desk.recorder.at(self.config.target).busy.set(now, self.servers.busy());
    }

    fn report_capacity(&self, desk: &mut Desk) {
        let now = desk.now();
        let target = desk.recorder.at(self.config.target);
        target.slots.set(now, self.servers.slots());
        target.up.set(now, self.config.workers);
        self.report_busy(desk);
    }

    /// Throws all waiting jobs away that are due.
    pub fn purge(&mut self, desk: &mut Desk) {
        for id in self.queue.waiting(|id| is_waiting(&desk.work, id)) {
            self.drop_waiting(id, desk);
        }
    }

    /// Sets the engine up otherwise from now on.
    pub fn reconfigure(&mut self, config: Config, desk: &mut Desk) {
        // A shorter gap holds at once.
        self.next_start = self.next_start.min(desk.now() + config.gap);
        if let Some(planned) = self.paced.take() {
            desk.agenda.cancel(planned);
        }
        let has_lanes = config.servers.lane_max.is_some();
        let (work, before) = (&desk.work, &self.config);
        self.queue.reconfigure(
            &config.queue,
            has_lanes,
            |id| is_waiting(work, id),
            |id| before.entry(id, &work.attempts[id]),
        );
        self.servers.reconfigure(&config.servers);
        self.config = config;
        self.staff();
        self.report_capacity(desk);
        self.fill(desk);
    }
}
