//! A service: instances with slots, a queue before them, and the calls that each request makes.
//!
//! A request takes a slot, is served for its own service time, then makes its calls step by step; it
//! keeps the slot until the last answer it waits for. Left out: preemption, sharing of one
//! processor among the slots (except as a slowdown), affinity of tenants to instances.

mod capacity;

use std::hint::cold_path;

use super::fleet::{self, Fleet};
use super::requests::{OutgoingCall, arrive, entry, in_hand, is_waiting, make_calls, with_unit};
use crate::engine::agenda::{Agenda, Key, LineId};
use crate::engine::random::uniform;
use crate::engine::sample::Sampler;
use crate::measure::gauge::Gauge;
use crate::platform::desk::Desk;
use crate::platform::event::Packed;
use crate::platform::parts::autoscaler::{self, Autoscaler};
use crate::platform::parts::outcome::{Failure, Outcome};
use crate::platform::parts::queue::{self, Queue};
use crate::platform::parts::servers::{self, Servers, SlotId};
use crate::platform::parts::slowdown;
use crate::platform::recorder::TargetId;
use crate::platform::work::{Attempt, AttemptId, CallId, StationId};
use crate::platform::{Event as PlatformEvent, Purpose, draws};
use crate::units::{Instant, Share, Span};
use capacity::Load;

/// What happens at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request has waited as long as the queue lets it.
    WaitEnded(AttemptId),
    /// A request has had its own service time.
    Served(AttemptId),
    /// An instance asks the registry for its image.
    PullBegan(u32),
    /// An instance has its image.
    PullEnded(u32),
    /// An instance is ready.
    StartUpEnded(u32),
    /// A call without which an instance is not ready succeeded.
    ReadyCallSucceeded(u32),
    /// A call without which an instance is not ready failed.
    ReadyCallFailed(u32),
    /// The autoscaler looks at the load.
    Evaluated,
}

/// What a service consists of.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// A number that stands for the name in random draws.
    pub place: u64,
    /// Where it is measured.
    pub target: TargetId,
    /// How many instances are wanted at first.
    pub replicas: u32,
    /// How many requests an instance works on at a time.
    pub concurrency: u32,
    /// How long a request takes here.
    pub service_time: Sampler,
    /// How service slows down when slots are busy.
    pub slowdown: Option<slowdown::Config>,
    /// The share of requests that fail by themselves.
    pub failure_share: Share,
    /// Where requests wait.
    pub queue: queue::Config,
    /// How many slots one tenant may take.
    pub servers: servers::Config,
    /// Whether a request whose caller has given up is dropped when its turn comes.
    pub drop_expired: bool,
    /// Whether work in hand goes back to the queue when its instance crashes.
    pub is_requeued_on_crash: bool,
    /// What each request calls, ordered by step.
    pub calls: Vec<OutgoingCall>,
    /// What changes the number of instances.
    pub autoscaler: Option<autoscaler::Config>,
    /// What instances start from.
    pub fleet: fleet::Config,
}

/// A request that waits, and how long it will take.
///
/// That is drawn as the request joins the queue: once a slot is free, all that follows waits for it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: AttemptId,
    service_time: Span,
}

/// A service as it runs.
#[derive(Debug)]
pub struct Service {
    id: StationId,
    config: Config,
    queue: Queue<Waiting>,
    servers: Servers<AttemptId>,
    fleet: Fleet,
    autoscaler: Option<Autoscaler>,
    /// The autoscaler's next look at the load.
    evaluation: Option<Key>,
    waits: LineId,
    /// When the service was set up as it is.
    configured: Instant,
    /// The load up to the autoscaler's last look.
    load: Load,
}

impl Service {
    /// A service with all its instances up and nothing to do.
    pub fn new(id: StationId, config: Config, fleet: Fleet, desk: &mut Desk) -> Self {
        let has_lanes = config.servers.lane_max.is_some();
        let mut servers = Servers::new(&config.servers, config.concurrency);
        for number in fleet.up() {
            servers.add_instance(number, None);
        }
        let mut service = Self {
            id,
            queue: Queue::new(&config.queue, has_lanes),
            servers,
            fleet,
            autoscaler: config.autoscaler.as_ref().map(Autoscaler::new),
            evaluation: None,
            waits: desk.agenda.line(),
            configured: Instant::START,
            load: Load::default(),
            config,
        };
        service.plan_evaluation(desk);
        let target = desk.recorder.at(service.config.target);
        target.slots = Gauge::starting_at(service.servers.slots());
        target.up = Gauge::starting_at(service.config.replicas);
        service
    }

    /// How it is set up.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its instances.
    #[must_use]
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// Handles what happens at it, and tells an attempt of which its call hears next.
    #[inline(always)]
    pub fn handle(&mut self, event: Event, desk: &mut Desk) -> Option<(CallId, AttemptId)> {
        match event {
            Event::WaitEnded(attempt) => self.on_wait_ended(attempt, desk),
            Event::Served(attempt) => return self.on_served(attempt, desk),
            Event::PullBegan(number) => self.fleet.on_pull_began(number, desk),
            Event::PullEnded(number) => self.fleet.on_pull_ended(number, desk),
            Event::StartUpEnded(number) => {
                let changes = self.fleet.on_start_up_ended(number, desk);
                self.apply(&changes, desk);
            }
            Event::ReadyCallSucceeded(number) => {
                let changes = self.fleet.on_ready_call_succeeded(number, desk);
                self.apply(&changes, desk);
            }
            Event::ReadyCallFailed(number) => self.fleet.on_ready_call_failed(number, desk),
            Event::Evaluated => self.on_evaluated(desk),
        }
        None
    }

    /// A request arrived.
    #[inline(always)]
    pub fn on_arrived(&mut self, id: AttemptId, desk: &mut Desk) -> Option<(CallId, AttemptId)> {
        let attempt = arrive(id, self.config.target, desk);
        let tenant = attempt.tenant;
        // A queue in memory is gone with its instances: nobody takes the connection.
        let is_gone = self.servers.slots() == 0 && !self.config.queue.durable;
        if !is_gone && let Some(slot) = self.servers.take_slot(id, tenant) {
            // Where a slot was free, none of those that wait had room for it.
            if self.is_expired(attempt) {
                attempt.slot = Some(slot);
                return self.finish(id, Err(Failure::Dropped), desk);
            }
            let waiting = self.as_waiting(id, attempt);
            self.serve(waiting, &mut desk.work.attempts[id], slot, &mut desk.agenda);
            self.report_busy(desk);
        } else if !is_gone
            && self.queue.has_room()
            && self.queue.push_as(self.as_waiting(id, attempt), |it| entry(it, attempt)).is_ok()
        {
            self.begin_wait(id, tenant, desk);
        } else {
            desk.answer(id, Err(Failure::Rejected));
        }
        None
    }

    /// Notes that a request has joined the queue, which it leaves when it has waited too long.
    #[inline(always)]
    fn begin_wait(&self, id: AttemptId, tenant: u32, desk: &mut Desk) {
        let now = desk.now();
        desk.recorder.at(self.config.target).waits(now, tenant);
        if let Some(wait_max) = self.config.queue.wait_max {
            let event = PlatformEvent::Service(self.id, Event::WaitEnded(id));
            let timer = desk.plan_in_line(self.waits, now + wait_max, event);
            desk.work.attempts[id].timer = Some(timer);
        }
    }

    fn on_wait_ended(&mut self, id: AttemptId, desk: &mut Desk) {
        let attempt = &mut desk.work.attempts[id];
        attempt.timer = None;
        let tenant = attempt.tenant;
        self.leave_queue(id, tenant, Failure::Abandoned, desk);
    }

    /// Ends a request that waits.
    fn leave_queue(&mut self, id: AttemptId, tenant: u32, failure: Failure, desk: &mut Desk) {
        if let Some(timer) = desk.work.attempts[id].timer.take() {
            desk.agenda.cancel(timer);
        }
        desk.recorder.at(self.config.target).waits_no_more(desk.agenda.now(), tenant);
        desk.answer(id, Err(failure));
        let work = &desk.work;
        self.queue.forget_one(tenant, |it| is_waiting(work, it.id));
    }

    /// Gives free slots to waiting requests, and reports the slots that are busy then.
    fn fill(&mut self, desk: &mut Desk) {
        while self.servers.has_free() && self.serve_next(None, desk) {}
        self.report_busy(desk);
    }

    /// Serves the request whose turn it is, if one waits that may go: in a slot that is passed on, or in a free one.
    #[inline(always)]
    fn serve_next(&mut self, slot: Option<SlotId>, desk: &mut Desk) -> bool {
        loop {
            let (servers, work) = (&self.servers, &desk.work);
            let room = |tenant| servers.room_for(tenant);
            self.queue.look_ahead(|it| with_unit(work, it.id));
            let next = self.queue.pop(room, |it| is_waiting(work, it.id));
            let Some(mut next) = next else { return false };
            let Desk { agenda, work, recorder, .. } = desk;
            let attempt = &mut work.attempts[next.id];
            if let Some(timer) = attempt.timer {
                attempt.timer = None;
                agenda.cancel(timer);
            }
            recorder.at(self.config.target).waits_no_more(agenda.now(), attempt.tenant);
            if self.is_expired(attempt) {
                desk.answer(next.id, Err(Failure::Dropped));
                continue;
            }
            let slot = match slot {
                Some(slot) => {
                    self.servers.put_in(slot, next.id, attempt.tenant);
                    slot
                }
                None => match self.servers.take_slot(next.id, attempt.tenant) {
                    Some(slot) => slot,
                    // What a tenant may take does not change while a platform runs.
                    None => unreachable!("the queue gives what there is room for"),
                },
            };
            if attempt.arrived <= self.configured {
                cold_path();
                next = self.as_waiting(next.id, attempt);
            }
            self.serve(next, attempt, slot, agenda);
            return true;
        }
    }

    /// Whether a request is to be dropped as its turn comes.
    #[inline(always)]
    fn is_expired(&self, attempt: &Attempt) -> bool {
        attempt.unit.is_none() && self.config.drop_expired
    }

    /// A request as it joins the queue.
    #[inline(always)]
    fn entry(&self, id: AttemptId, attempt: &Attempt) -> queue::Entry<Waiting> {
        entry(self.as_waiting(id, attempt), attempt)
    }

    /// A request, and how long it takes as the service is set up.
    #[inline(always)]
    fn as_waiting(&self, id: AttemptId, attempt: &Attempt) -> Waiting {
        let mut draws = draws(attempt.key, self.config.place, Purpose::Service, attempt.turn());
        Waiting { id, service_time: self.config.service_time.sample(&mut draws) }
    }

    /// Serves a request in the slot that it has taken.
    #[inline(always)]
    fn serve(
        &self,
        next: Waiting,
        attempt: &mut Attempt,
        slot: SlotId,
        agenda: &mut Agenda<Packed>,
    ) {
        attempt.slot = Some(slot);
        let mut span = next.service_time;
        if let Some(slowdown) = &self.config.slowdown {
            cold_path();
            let busy = f64::from(self.servers.busy()) / f64::from(self.servers.slots());
            span = span.scaled(slowdown.factor(busy));
        }
        let event = PlatformEvent::Service(self.id, Event::Served(next.id));
        agenda.plan(agenda.now() + span, event.into());
    }

    #[inline(always)]
    fn on_served(&mut self, id: AttemptId, desk: &mut Desk) -> Option<(CallId, AttemptId)> {
        let attempt = in_hand(id, desk)?;
        let share = self.config.failure_share;
        let has_failed = share > Share::NONE && {
            cold_path();
            let turn = attempt.turn();
            let mut draws = draws(attempt.key, self.config.place, Purpose::Failure, turn);
            uniform(&mut draws) < share.get()
        };
        let outcome = if has_failed { Err(Failure::Errored) } else { Ok(()) };
        let has_calls = usize::from(attempt.next_call) < self.config.calls.len();
        if outcome.is_ok() && has_calls && self.make_calls(id, desk) {
            return None;
        }
        self.finish(id, outcome, desk)
    }

    /// A call that a request waits for ended.
    pub fn on_returned(
        &mut self,
        id: AttemptId,
        outcome: Outcome,
        desk: &mut Desk,
    ) -> Option<(CallId, AttemptId)> {
        let attempt = in_hand(id, desk)?;
        if outcome.is_ok() {
            attempt.pending -= 1;
            if attempt.pending > 0 || self.make_calls(id, desk) {
                return None;
            }
        }
        self.finish(id, outcome, desk)
    }

    /// Makes the calls of the next steps, and says whether the request waits for one.
    #[inline(always)]
    fn make_calls(&self, id: AttemptId, desk: &mut Desk) -> bool {
        let attempt = &desk.work.attempts[id];
        let warm_since = attempt.slot.and_then(|slot| self.servers.since(slot));
        make_calls(id, &self.config.calls, warm_since, desk)
    }

    /// Ends a request, lets its call know, and gives its slot to the one that goes next.
    #[inline(always)]
    fn finish(
        &mut self,
        id: AttemptId,
        outcome: Outcome,
        desk: &mut Desk,
    ) -> Option<(CallId, AttemptId)> {
        let attempt = &mut desk.work.attempts[id];
        let slot = attempt.slot.take().expect("a request in hand has a slot");
        let call = attempt.call;
        let answered = attempt.answer(id, outcome);
        let goes_next = desk.goes_next(answered);
        let are_all_taken = self.servers.are_all_taken();
        let taken_out = self.servers.take_out(slot);
        self.queue.reopen(taken_out.lane);
        // Were it given back where all others are taken, it would be the one that the next request takes.
        if !are_all_taken || !self.serve_next(Some(slot), desk) {
            self.servers.give_back(slot);
            self.fill(desk);
        }
        goes_next.then_some((call, id))
    }
}
