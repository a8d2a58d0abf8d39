//! The shared job engine: jobs of several types, each with its due time and deadline, which workers run.
//!
//! A job waits until it is due, then for a worker; a run takes its time and makes its calls. Workers may
//! start only so many runs per second in all (the throughput). A deadline is counted from when the job was
//! first due; missing it is what a customer notices, and reports some time later. Left out: jobs that depend
//! on one another, weights of types, and a scheduler that crashes.

mod deadlines;
mod ledger;
mod timers;

use super::requests::{OutgoingCall, arrive, in_hand, is_waiting, make_calls, renew};
use crate::engine::agenda::Key;
use crate::engine::random::uniform;
use crate::engine::sample::Sampler;
use crate::measure::gauge::Gauge;
use crate::platform::desk::Desk;
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::parts::queue::{self, Queue};
use crate::platform::parts::retry;
use crate::platform::parts::servers::{self, Servers};
use crate::platform::recorder::TargetId;
use crate::platform::work::{Attempt, AttemptId, StationId};
use crate::platform::{Event as PlatformEvent, Purpose, draws};
use crate::units::{Instant, Share, Span};
use ledger::Ledger;
use timers::Timers;

/// How many lanes conversations are spread over, where each is to have its own.
const CONVERSATION_LANES: u64 = 65_536;

/// What happens at a job engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A job is to run from now on.
    FellDue(AttemptId),
    /// A run has had its own time.
    Served(AttemptId),
    /// The throughput lets the next run start.
    Paced,
    /// A job has not been done by its deadline.
    DeadlinePassed(AttemptId),
    /// A customer reported that a job of a type was missed.
    Reported(u16),
}

/// What a job engine consists of.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// Where it is measured.
    pub target: TargetId,
    /// How many runs go on at a time.
    pub workers: u32,
    /// How far apart runs start at least.
    pub gap: Span,
    /// Where jobs that are due wait.
    pub queue: queue::Config,
    /// What is kept apart in the queue.
    pub lanes: LanesBy,
    /// How many workers one lane may take.
    pub servers: servers::Config,
    /// The types of jobs, in the order of names.
    pub types: Vec<JobType>,
    /// The type of the jobs that come by each call; calls that lead elsewhere have none.
    pub type_of: Vec<Option<u16>>,
    /// Which customers report a missed job, and how long they take.
    pub reports: Option<(Share, Sampler)>,
}

/// What has a lane of its own in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LanesBy {
    /// Nothing: there is one lane.
    Nothing,
    /// Each type of jobs.
    Type,
    /// Each tenant.
    Tenant,
    /// Each conversation, spread over a fixed number of lanes.
    Conversation,
}

/// A type of jobs.
#[derive(Clone, Debug)]
pub struct JobType {
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// Where its jobs are measured, from when they are due.
    pub target: TargetId,
    /// How long after its arrival a job is due; at once without it.
    pub delay: Option<Sampler>,
    /// How long after it is due a job must be done.
    pub deadline: Option<Span>,
    /// Whether a job that missed its deadline does not run any more.
    pub is_dropped_when_missed: bool,
    /// How long a run takes, without the calls that it makes.
    pub run_time: Sampler,
    /// The share of runs that fail by themselves.
    pub failure_share: Share,
    /// What each run calls, ordered by step.
    pub calls: Vec<OutgoingCall>,
    /// Whether and when a failed run is made again.
    pub retries: Option<retry::Config>,
}

/// A job engine as it runs.
#[derive(Debug)]
pub struct Jobs {
    id: StationId,
    config: Config,
    queue: Queue<AttemptId>,
    servers: Servers<AttemptId>,
    /// The numbers of the workers, each an instance with one slot, and of the next.
    workers: Vec<u32>,
    numbers: u32,
    /// When the throughput lets the next run start, and the event that is planned for it.
    next_start: Instant,
    paced: Option<Key>,
    ledger: Ledger,
    /// By type.
    timers: Vec<Timers>,
}

impl Jobs {
    /// A job engine with nothing to do.
    pub fn new(id: StationId, config: Config, desk: &mut Desk) -> Self {
        let has_lanes = config.servers.lane_max.is_some();
        let mut jobs = Self {
            id,
            queue: Queue::new(&config.queue, has_lanes),
            servers: Servers::new(&config.servers, 1),
            workers: Vec::new(),
            numbers: 0,
            next_start: Instant::START,
            paced: None,
            ledger: Ledger::new(&config.types),
            timers: config.types.iter().map(|it| Timers::new(it, desk)).collect(),
            config,
        };
        jobs.staff();
        let target = desk.recorder.at(jobs.config.target);
        target.slots = Gauge::starting_at(jobs.servers.slots());
        target.up = Gauge::starting_at(jobs.config.workers);
        jobs
    }

    /// Handles what happens at it.
    pub fn handle(&mut self, event: Event, desk: &mut Desk) {
        match event {
            Event::FellDue(id) => {
                timers::look_ahead(desk);
                self.on_fell_due(id, desk);
            }
            Event::Served(id) => self.on_served(id, desk),
            Event::Paced => {
                self.paced = None;
                self.fill(desk);
            }
            Event::DeadlinePassed(id) => self.on_deadline_passed(id, desk),
            Event::Reported(kind) => {
                let target = self.config.types[usize::from(kind)].target;
                desk.recorder.at(target).open.reports += 1;
                desk.recorder.at(self.config.target).open.reports += 1;
            }
        }
    }

    /// A job arrived, which may not be due yet.
    pub fn on_arrived(&mut self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        let attempt = arrive(id, self.config.target, desk);
        let due = self.first_due(attempt);
        attempt.due = due;
        let kind = self.type_of(attempt);
        desk.recorder.at(kind.target).begun(now);
        if let Some(deadline) = kind.deadline {
            self.plan_deadline(id, due + deadline, desk);
        }
        self.run_at(id, due, desk);
    }

    fn on_fell_due(&mut self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        // It may have been dropped at its deadline while it waited to be tried again.
        let attempt = desk.work.attempts.get(id).filter(|it| it.outcome.is_none());
        let Some(attempt) = attempt else { return };
        let Attempt { due, tenant, .. } = *attempt;
        let (kind, entry) = (self.config.kind_of(attempt), self.config.entry(id, attempt));
        // What has waited goes first where a run may start from this very instant on, or a worker has just
        // become free.
        self.fill(desk);
        if now >= self.next_start && self.take_worker(id, entry.lane, desk) {
            return self.run(id, desk);
        }
        if self.queue.push(entry).is_err() {
            return self.end(id, Err(Failure::Rejected), desk);
        }
        desk.work.attempts[id].is_queued = true;
        desk.recorder.at(self.config.target).waits(now, tenant);
        desk.recorder.at(self.config.types[kind].target).waits(now, tenant);
        self.ledger.waits(kind, due, id);
        self.plan_pace(desk);
    }

    /// Gives free workers to waiting jobs, as far as the throughput lets them start.
    fn fill(&mut self, desk: &mut Desk) {
        while self.servers.has_free() && desk.now() >= self.next_start {
            let (servers, work) = (&self.servers, &desk.work);
            // Not at their units, for which nobody asks before a job ends.
            self.queue.look_ahead(|id| work.attempts.get(id).copied());
            let next = self.queue.pop(|lane| servers.room_for(lane), |id| is_waiting(work, id));
            let Some(id) = next else { return };
            self.leave_queue(id, desk);
            let lane = self.config.lane_of(&desk.work.attempts[id]);
            let has_begun = self.take_worker(id, lane, desk);
            debug_assert!(has_begun, "the queue gives what there is room for");
            self.run(id, desk);
        }
        self.plan_pace(desk);
    }

    /// Plans the moment at which the throughput lets a waiting job start.
    fn plan_pace(&mut self, desk: &mut Desk) {
        let is_held = self.next_start > desk.now();
        let is_wanted = self.servers.has_free() && !self.queue.is_empty();
        if is_held && is_wanted && self.paced.is_none() {
            self.paced = Some(desk.plan(self.next_start, self.event(Event::Paced)));
        }
    }

    fn take_worker(&mut self, id: AttemptId, lane: u32, desk: &mut Desk) -> bool {
        let Some(slot) = self.servers.take_slot(id, lane) else { return false };
        desk.work.attempts[id].slot = Some(slot);
        self.next_start = desk.now() + self.config.gap;
        self.report_busy(desk);
        true
    }

    fn run(&mut self, id: AttemptId, desk: &mut Desk) {
        let attempt = &desk.work.attempts[id];
        let kind = self.type_of(attempt);
        let mut draws = draws(attempt.key, kind.place, Purpose::Service, attempt.turn());
        let span = kind.run_time.sample(&mut draws);
        desk.plan(desk.now() + span, self.event(Event::Served(id)));
    }

    fn on_served(&mut self, id: AttemptId, desk: &mut Desk) {
        let Some(attempt) = in_hand(id, desk) else { return };
        let kind = self.type_of(attempt);
        let mut draws = draws(attempt.key, kind.place, Purpose::Failure, attempt.turn());
        let share = kind.failure_share;
        if share > Share::NONE && uniform(&mut draws) < share.get() {
            self.end_run(id, Err(Failure::Errored), desk);
        } else if !make_calls(id, &kind.calls, None, desk) {
            self.end_run(id, Ok(()), desk);
        }
    }

    /// A call that a run waits for ended.
    pub fn on_returned(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let Some(attempt) = in_hand(id, desk) else { return };
        if outcome.is_err() {
            return self.end_run(id, outcome, desk);
        }
        attempt.pending -= 1;
        let is_last = attempt.pending == 0;
        let kind = self.type_of(attempt);
        if is_last && !make_calls(id, &kind.calls, None, desk) {
            self.end_run(id, Ok(()), desk);
        }
    }

    /// Frees the worker of a run that is over; one that failed may be made again.
    fn end_run(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let slot = desk.work.attempts[id].slot.take().expect("a run has a worker");
        let freed = self.servers.free(slot);
        self.queue.reopen(freed.lane);
        self.report_busy(desk);
        match self.pause(&desk.work.attempts[id], outcome) {
            None => self.end(id, outcome, desk),
            Some(pause) => self.run_again(id, desk.now() + pause, desk),
        }
        self.fill(desk);
    }

    /// How long a job waits before it is made again after such a run; nothing if it is not.
    fn pause(&self, attempt: &Attempt, outcome: Outcome) -> Option<Span> {
        let kind = self.type_of(attempt);
        let (failure, retries) = (outcome.err()?, kind.retries.as_ref()?);
        let runs = attempt.rounds + 1;
        let is_missed = kind.is_dropped_when_missed && self.is_missed(attempt);
        if runs > retries.max || !retries.is_retried(failure) || is_missed {
            return None;
        }
        let mut draws = draws(attempt.key, kind.place, Purpose::Jitter, attempt.turn());
        Some(retries.delay(failure, runs, || uniform(&mut draws)))
    }

    fn run_again(&mut self, id: AttemptId, due: Instant, desk: &mut Desk) {
        let id = renew(id, desk);
        let attempt = &mut desk.work.attempts[id];
        attempt.due = due;
        let timer = attempt.timer.take();
        let kind = self.type_of(attempt);
        desk.recorder.at(kind.target).open.retries += 1;
        if let (Some(timer), Some(deadline)) = (timer, kind.deadline) {
            let at = self.first_due(attempt) + deadline;
            desk.agenda.cancel(timer);
            self.plan_deadline(id, at, desk);
        }
        self.run_at(id, due, desk);
    }

    /// Ends a job that is not in the queue and has no worker.
    fn end(&mut self, id: AttemptId, outcome: Outcome, desk: &mut Desk) {
        let attempt = &desk.work.attempts[id];
        if !self.is_missed(attempt) {
            if let Some(timer) = attempt.timer {
                desk.agenda.cancel(timer);
            }
            self.settle(id, outcome, desk);
        }
        desk.answer(id, outcome);
    }

    fn leave_queue(&self, id: AttemptId, desk: &mut Desk) {
        let now = desk.now();
        let attempt = &mut desk.work.attempts[id];
        attempt.is_queued = false;
        let (tenant, kind) = (attempt.tenant, self.type_of(attempt));
        desk.recorder.at(self.config.target).waits_no_more(now, tenant);
        desk.recorder.at(kind.target).waits_no_more(now, tenant);
    }

    fn event(&self, event: Event) -> PlatformEvent {
        PlatformEvent::Jobs(self.id, event)
    }

    fn type_of(&self, attempt: &Attempt) -> &JobType {
        &self.config.types[self.config.kind_of(attempt)]
    }

    /// When a job was due before any retry.
    fn first_due(&self, attempt: &Attempt) -> Instant {
        let kind = self.type_of(attempt);
        let Some(delay) = &kind.delay else { return attempt.arrived };
        let mut draws = draws(attempt.key, kind.place, Purpose::Delay, attempt.number);
        attempt.arrived + delay.sample(&mut draws)
    }
}

impl Config {
    /// The number of a job's type.
    fn kind_of(&self, attempt: &Attempt) -> usize {
        let kind = self.type_of[attempt.call.index()];
        usize::from(kind.expect("checked: a call to a job engine names a type"))
    }

    #[expect(clippy::cast_possible_truncation, reason = "lanes and types have small numbers")]
    fn lane_of(&self, attempt: &Attempt) -> u32 {
        match self.lanes {
            LanesBy::Nothing => 0,
            LanesBy::Type => self.kind_of(attempt) as u32,
            LanesBy::Tenant => attempt.tenant,
            LanesBy::Conversation => (attempt.conversation % CONVERSATION_LANES) as u32,
        }
    }

    /// A job as it waits for a worker.
    fn entry(&self, id: AttemptId, attempt: &Attempt) -> queue::Entry<AttemptId> {
        let Attempt { priority, due, .. } = *attempt;
        queue::Entry { item: id, lane: self.lane_of(attempt), priority, due }
    }
}
